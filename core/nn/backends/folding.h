/* folding.h: the weights of a convolution with the normalisation after it folded in, for plans that only predict */
#pragma once
#include "nn/weights/weights.h"

/* The tensor `<node's name>.<part>`, or NULL. */
const float *lw_fold_tensor (const LwGraph *graph, const LwWeights *weights, int node, const char *part);
/* Filters (out, in, k, k) and bias (out; zeros where there is none) of the convolution @conv, with the normalisation @norm (-1: none) folded in and
 * the filters multiplied by @factor. (transfer full) */
float *lw_fold_filters (const LwGraph *graph, const LwWeights *weights, int conv, int norm, double factor);
float *lw_fold_bias (const LwGraph *graph, const LwWeights *weights, int conv, int norm);
