/* batch-norm.h: the weights of a network trained with batch normalisation as those of the same network without it, and back */
#pragma once
#include "nn/weights/weights.h"

/* Of one convolution: y = (x - mean) / sqrt (variance + epsilon) * gain + shift, channel by channel. */
typedef struct {
  int channels;
  float epsilon;
  const float *gain, *shift, *mean, *variance;
} LwBatchNorm;

/* Folds @norm into `<conv>.weight` and `<conv>.bias`, whose bias so far doesn't count. The four vectors are kept beside them as `<conv>.bn.weight`,
 * `.bias`, `.running_mean` and `.running_var`, which no network without normalisation reads: a training that goes on finds the gains there again. */
void lw_batch_norm_apply (LwWeights *folded, const char *conv, const LwBatchNorm *norm);

/* Each normalisation follows its convolution at once, so that it folds into it exactly: padding adds zeros before the convolution. */
LwWeights *lw_batch_norm_fold (const LwGraph *normalised, const LwWeights *weights, const LwGraph *plain);
/* The same function at inference: with the gains that were kept where they are there, else with normalisations that change nothing but add the bias. */
LwWeights *lw_batch_norm_unfold (const LwGraph *plain, const LwWeights *weights, const LwGraph *normalised);
