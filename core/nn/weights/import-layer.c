/* import-layer.c: one layer of another program's network into ours */
#include "config.h"
#include "import.h"
#include "batch-norm.h"
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#define EPSILON 1e-5f           /* of all networks that are imported */

static const LwTensor *
find (const LwWeights *weights, const char *layer, const char *part)
{
  g_autofree char *name = g_strconcat (layer, ".", part, NULL);
  const LwTensor *tensor = lw_weights_get (weights, name);

  return tensor != NULL && tensor->data != NULL ? tensor : NULL;
}

static gboolean
refuse (const char *name, GError **error)
{
  return lw_net_fail (error, LW_NET_ERROR_SHAPE, _("The layer “%s” of these weights is missing, incomplete or has another shape: they belong to another network"), name);
}

/* Fully connected layers come as matrices or as filters: the same values in the same order. */
static gboolean
same_shape (const LwTensor *a, const LwTensor *b)
{
  if (a->count != b->count || a->dims[0] != b->dims[0])
    return FALSE;
  return a->rank == 2 || memcmp (a->dims, b->dims, sizeof a->dims) == 0;
}

static gboolean
is_finite (const LwTensor *tensor)
{
  for (gsize i = 0; i < tensor->count; i++)
    if (!isfinite (tensor->data[i]))
      return FALSE;
  return TRUE;
}

static gboolean
fold_norm (LwNetModel *model, const char *ours, const LwTensor *conv_bias, const LwWeights *weights, const char *theirs, GError **error)
{
  const LwTensor *gain = find (weights, theirs, "weight"), *shift = find (weights, theirs, "bias");
  const LwTensor *mean = find (weights, theirs, "running_mean"), *variance = find (weights, theirs, "running_var");
  const LwTensor *all[] = { gain, shift, mean, variance };
  gsize channels = find (model->weights, ours, "bias")->count;
  g_autofree float *shifted = g_new (float, channels);
  LwBatchNorm norm = { .channels = (int) channels, .epsilon = EPSILON, .mean = shifted };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    if (all[i] == NULL || all[i]->count != channels || !is_finite (all[i]))
      return refuse (theirs, error);
  norm.gain = gain->data;
  norm.shift = shift->data;
  norm.variance = variance->data;
  for (gsize c = 0; c < channels; c++)
    {
      if (variance->data[c] < 0)
        return refuse (theirs, error);
      shifted[c] = mean->data[c] - (conv_bias != NULL ? conv_bias->data[c] : 0);
    }
  lw_batch_norm_apply (model->weights, ours, &norm);
  return TRUE;
}

int
lw_import_layer (LwNetModel *model, const char *ours, const LwWeights *weights, const char *theirs, const char *norm, GError **error)
{
  const LwTensor *filters = find (weights, theirs, "weight"), *bias = find (weights, theirs, "bias");
  const LwTensor *into = find (model->weights, ours, "weight"), *into_bias = find (model->weights, ours, "bias");

  if (filters == NULL)
    return 0;
  if (into == NULL || into_bias == NULL || !same_shape (filters, into) || (bias != NULL && bias->count != into_bias->count) || (bias == NULL && norm == NULL))
    return refuse (theirs, error) - 1;
  memcpy (into->data, filters->data, into->count * sizeof (float));
  if (norm != NULL)
    return fold_norm (model, ours, bias, weights, norm, error) ? 1 : -1;
  memcpy (into_bias->data, bias->data, into_bias->count * sizeof (float));
  return 1;
}

gboolean
lw_import_wants_bgr (const LwWeights *weights)
{
  return g_strcmp0 (g_hash_table_lookup (weights->metadata, "channels"), "BGR") == 0;
}

void
lw_import_no_layer (const LwNetModel *model, GError **error)
{
  lw_net_fail (error, LW_NET_ERROR_FORMAT, _("There is no layer in these weights from which a network “%s” could start"), model->architecture);
}
