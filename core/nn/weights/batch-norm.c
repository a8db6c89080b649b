/* batch-norm.c: folds batch normalisation into the convolutions before it */
#include "config.h"
#include "batch-norm.h"
#include <math.h>
#include <string.h>

static const float *
part (const LwWeights *weights, const LwNode *node, const char *name)
{
  g_autofree char *full = g_strconcat (node->name, ".", name, NULL);
  const LwTensor *tensor = lw_weights_get (weights, full);

  g_assert (tensor != NULL);
  return tensor->data;
}

/* w' = w g / sqrt (v + e), b' = b - m g / sqrt (v + e): g, b, m, v of the channel. */
static void
fold (const LwNode *norm, const LwWeights *from, LwTensor *weight, LwTensor *bias)
{
  const float *gain = part (from, norm, "weight"), *shift = part (from, norm, "bias");
  const float *mean = part (from, norm, "running_mean"), *variance = part (from, norm, "running_var");
  gsize filter = weight->count / (gsize) norm->channels;

  for (int c = 0; c < norm->channels; c++)
    {
      double factor = gain[c] / sqrt ((double) variance[c] + (double) norm->value);

      for (gsize i = 0; i < filter; i++)
        weight->data[(gsize) c * filter + i] *= (float) factor;
      bias->data[c] = (float) (shift[c] - mean[c] * factor);
    }
}

LwWeights *
lw_batch_norm_fold (const LwGraph *normalised, const LwWeights *weights, const LwGraph *plain)
{
  LwWeights *folded = lw_weights_init (plain, 0);

  for (guint i = 0; i < folded->tensors->len; i++)
    {
      LwTensor *into = folded->tensors->pdata[i];
      const LwTensor *from = lw_weights_get (weights, into->name);

      if (from != NULL)
        memcpy (into->data, from->data, into->count * sizeof (float));
    }
  for (guint i = 0; i < normalised->nodes->len; i++)
    {
      const LwNode *norm = lw_graph_node (normalised, (int) i);

      if (norm->kind != LW_OP_BATCH_NORM)
        continue;
      const char *conv = lw_graph_node (normalised, norm->inputs[0])->name;
      g_autofree char *weight = g_strconcat (conv, ".weight", NULL), *bias = g_strconcat (conv, ".bias", NULL);

      fold (norm, weights, lw_weights_get (folded, weight), lw_weights_get (folded, bias));
    }
  return folded;
}

static void
make_identity (const LwNode *norm, const char *conv, const LwWeights *from, LwTensor *tensor)
{
  g_autofree char *bias = g_strconcat (conv, ".bias", NULL);

  if (g_str_has_suffix (tensor->name, ".bias"))
    memcpy (tensor->data, lw_weights_get (from, bias)->data, tensor->count * sizeof (float));
  if (g_str_has_suffix (tensor->name, ".running_var"))
    for (gsize i = 0; i < tensor->count; i++)
      tensor->data[i] = 1 - norm->value;
}

LwWeights *
lw_batch_norm_unfold (const LwGraph *plain, const LwWeights *weights, const LwGraph *normalised)
{
  LwWeights *unfolded = lw_weights_init (normalised, 0);
  g_autoptr(GArray) infos = lw_graph_tensors (normalised);

  for (guint i = 0; i < infos->len; i++)
    {
      const LwTensorInfo *info = &g_array_index (infos, LwTensorInfo, i);
      const LwNode *node = lw_graph_node (normalised, info->node);
      LwTensor *into = lw_weights_get (unfolded, info->name);
      const LwTensor *from = lw_weights_get (weights, info->name);

      if (from != NULL)
        memcpy (into->data, from->data, into->count * sizeof (float));
      else
        make_identity (node, lw_graph_node (normalised, node->inputs[0])->name, weights, into);
    }
  return unfolded;
}
