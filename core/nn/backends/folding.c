/* folding.c: the weights of a convolution with the normalisation after it folded in */
#include "config.h"
#include "folding.h"
#include <math.h>

const float *
lw_fold_tensor (const LwGraph *graph, const LwWeights *weights, int node, const char *part)
{
  g_autofree char *name = g_strdup_printf ("%s.%s", lw_graph_node (graph, node)->name, part);
  const LwTensor *tensor = lw_weights_get (weights, name);

  return tensor != NULL ? tensor->data : NULL;
}

/* What a normalisation after the convolution does to output channel @c: y = factor * x + shift. */
typedef struct { const float *gain, *bias, *mean, *variance; double epsilon; } Fold;

static Fold
fold_of (const LwGraph *graph, const LwWeights *weights, int norm)
{
  return (Fold) { lw_fold_tensor (graph, weights, norm, "weight"), lw_fold_tensor (graph, weights, norm, "bias"),
                  lw_fold_tensor (graph, weights, norm, "running_mean"), lw_fold_tensor (graph, weights, norm, "running_var"),
                  (double) lw_graph_node (graph, norm)->value };
}

static double
factor_of (const Fold *fold, gsize c)
{
  return (double) fold->gain[c] / sqrt ((double) fold->variance[c] + fold->epsilon);
}

float *
lw_fold_filters (const LwGraph *graph, const LwWeights *weights, int conv, int norm, double factor)
{
  const LwNode *node = lw_graph_node (graph, conv);
  gsize filter = (gsize) node->in_channels * (gsize) (node->kernel * node->kernel), count = filter * (gsize) node->channels;
  float *folded = g_memdup2 (lw_fold_tensor (graph, weights, conv, "weight"), count * sizeof (float));
  Fold fold = { 0 };

  if (norm < 0 && factor == 1)
    return folded;
  if (norm >= 0)
    fold = fold_of (graph, weights, norm);
  for (gsize c = 0; c < (gsize) node->channels; c++)
    {
      double by = factor * (norm >= 0 ? factor_of (&fold, c) : 1);

      for (gsize i = c * filter; i < (c + 1) * filter; i++)
        folded[i] = (float) ((double) folded[i] * by);
    }
  return folded;
}

float *
lw_fold_bias (const LwGraph *graph, const LwWeights *weights, int conv, int norm)
{
  int channels = lw_graph_node (graph, conv)->channels;
  const float *bias = lw_fold_tensor (graph, weights, conv, "bias");
  float *folded = g_new0 (float, channels);
  Fold fold = { 0 };

  if (norm >= 0)
    fold = fold_of (graph, weights, norm);
  for (gsize c = 0; c < (gsize) channels; c++)
    {
      double value = bias != NULL ? (double) bias[c] : 0;

      folded[c] = (float) (norm >= 0 ? (value - (double) fold.mean[c]) * factor_of (&fold, c) + (double) fold.bias[c] : value);
    }
  return folded;
}
