/* batch-norm.h: the weights of a network trained with batch normalisation as those of the same network without it, and back */
#pragma once
#include "nn/weights/weights.h"

/* Each normalisation follows its convolution at once, so that it folds into it exactly: padding adds zeros before the convolution. */
LwWeights *lw_batch_norm_fold (const LwGraph *normalised, const LwWeights *weights, const LwGraph *plain);
/* The same function at inference: normalisations that change nothing but add the convolution's bias. */
LwWeights *lw_batch_norm_unfold (const LwGraph *plain, const LwWeights *weights, const LwGraph *normalised);
