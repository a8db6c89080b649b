/* batch-norm.c: folds batch normalisation into the convolutions before it, and takes it out again */
#include "config.h"
#include "batch-norm.h"
#include <math.h>
#include <string.h>

static const char *const parts[] = { "weight", "bias", "running_mean", "running_var" };

static LwTensor *
part (const LwWeights *weights, const char *layer, const char *name)
{
  g_autofree char *full = g_strconcat (layer, ".", name, NULL);

  return lw_weights_get (weights, full);
}

static void
keep (LwWeights *folded, const char *conv, const LwBatchNorm *norm)
{
  const float *values[] = { norm->gain, norm->shift, norm->mean, norm->variance };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *name = g_strconcat (conv, ".bn.", parts[i], NULL);
      LwTensor *tensor = lw_weights_get (folded, name);

      if (tensor == NULL)
        tensor = lw_weights_add (folded, name, &norm->channels, 1);
      memcpy (tensor->data, values[i], tensor->count * sizeof (float));
    }
}

/* w' = w g / sqrt (v + e), b' = s - m g / sqrt (v + e): g, s, m, v of the channel. */
void
lw_batch_norm_apply (LwWeights *folded, const char *conv, const LwBatchNorm *norm)
{
  LwTensor *weight = part (folded, conv, "weight"), *bias = part (folded, conv, "bias");
  gsize filter = weight->count / (gsize) norm->channels;

  for (int c = 0; c < norm->channels; c++)
    {
      double factor = norm->gain[c] / sqrt ((double) norm->variance[c] + (double) norm->epsilon);

      for (gsize i = 0; i < filter; i++)
        weight->data[(gsize) c * filter + i] *= (float) factor;
      bias->data[c] = (float) (norm->shift[c] - norm->mean[c] * factor);
    }
  keep (folded, conv, norm);
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
      const LwNode *node = lw_graph_node (normalised, (int) i);

      if (node->kind != LW_OP_BATCH_NORM)
        continue;
      LwBatchNorm norm = {
        node->channels, node->value, part (weights, node->name, "weight")->data, part (weights, node->name, "bias")->data,
        part (weights, node->name, "running_mean")->data, part (weights, node->name, "running_var")->data,
      };

      lw_batch_norm_apply (folded, lw_graph_node (normalised, node->inputs[0])->name, &norm);
    }
  return folded;
}

/* The vectors that were kept, if they are all there and can be used: a file may hold anything. */
static gboolean
find_kept (const LwWeights *weights, const LwNode *node, LwBatchNorm *norm)
{
  const float **values[] = { &norm->gain, &norm->shift, &norm->mean, &norm->variance };

  *norm = (LwBatchNorm) { .channels = node->channels, .epsilon = node->value };
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      const LwTensor *tensor = part (weights, node->name, parts[i]);

      if (tensor == NULL || tensor->count != (gsize) node->channels)
        return FALSE;
      for (gsize c = 0; c < tensor->count; c++)
        if (!isfinite (tensor->data[c]) || (i == 3 && tensor->data[c] < 0))
          return FALSE;
      *values[i] = tensor->data;
    }
  return TRUE;
}

/* The filters before they were folded, and a mean that makes the folded bias of the kept shift. What is folded counts where both disagree: it may have
 * been trained further, or averaged. A channel with a gain of zero says nothing but its shift. */
static void
take_out (const LwBatchNorm *kept, const char *conv, const char *node, const LwWeights *folded, LwWeights *into)
{
  const LwTensor *weight = part (folded, conv, "weight"), *bias = part (folded, conv, "bias");
  float *filters = part (into, conv, "weight")->data, *shift = part (into, node, "bias")->data, *mean = part (into, node, "running_mean")->data;
  gsize filter = weight->count / (gsize) kept->channels;

  memcpy (part (into, node, "weight")->data, kept->gain, (gsize) kept->channels * sizeof (float));
  memcpy (part (into, node, "running_var")->data, kept->variance, (gsize) kept->channels * sizeof (float));
  for (int c = 0; c < kept->channels; c++)
    {
      double factor = kept->gain[c] / sqrt ((double) kept->variance[c] + (double) kept->epsilon);
      gboolean alive = fabs (factor) > 1e-12;

      for (gsize i = (gsize) c * filter; i < ((gsize) c + 1) * filter; i++)
        filters[i] = alive ? (float) (weight->data[i] / factor) : 0;
      mean[c] = alive ? (float) ((kept->shift[c] - bias->data[c]) / factor) : 0;
      shift[c] = alive ? kept->shift[c] : bias->data[c];
    }
}

/* Gain 1 and mean 0 are there already. */
static void
make_identity (const LwNode *node, const char *conv, const LwWeights *folded, LwWeights *into)
{
  LwTensor *variance = part (into, node->name, "running_var");

  memcpy (part (into, node->name, "bias")->data, part (folded, conv, "bias")->data, (gsize) node->channels * sizeof (float));
  for (gsize c = 0; c < variance->count; c++)
    variance->data[c] = 1 - node->value;
}

LwWeights *
lw_batch_norm_unfold (const LwGraph *plain, const LwWeights *weights, const LwGraph *normalised)
{
  LwWeights *unfolded = lw_weights_init (normalised, 0);
  g_autoptr(GArray) infos = lw_graph_tensors (plain);

  for (guint i = 0; i < infos->len; i++)
    {
      const LwTensor *from = lw_weights_get (weights, g_array_index (infos, LwTensorInfo, i).name);
      LwTensor *into = lw_weights_get (unfolded, from->name);

      if (into != NULL)         /* else the bias of a convolution that is normalised now */
        memcpy (into->data, from->data, into->count * sizeof (float));
    }
  for (guint i = 0; i < normalised->nodes->len; i++)
    {
      const LwNode *node = lw_graph_node (normalised, (int) i);
      LwBatchNorm kept;

      if (node->kind != LW_OP_BATCH_NORM)
        continue;
      const char *conv = lw_graph_node (normalised, node->inputs[0])->name;

      if (find_kept (weights, node, &kept))
        take_out (&kept, conv, node->name, weights, unfolded);
      else
        make_identity (node, conv, weights, unfolded);
    }
  return unfolded;
}
