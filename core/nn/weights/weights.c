/* weights.c: named tensors in memory */
#include "config.h"
#include "weights.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static void
tensor_free (gpointer data)
{
  LwTensor *tensor = data;

  g_free (tensor->name);
  g_free (tensor->data);
  g_free (tensor);
}

LwWeights *
lw_weights_new (void)
{
  LwWeights *weights = g_new0 (LwWeights, 1);

  g_atomic_ref_count_init (&weights->owners);
  weights->tensors = g_ptr_array_new_with_free_func (tensor_free);
  weights->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  weights->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return weights;
}

void
lw_weights_free (LwWeights *weights)
{
  if (weights == NULL || !g_atomic_ref_count_dec (&weights->owners))
    return;
  g_hash_table_unref (weights->by_name);
  g_ptr_array_unref (weights->tensors);
  g_hash_table_unref (weights->metadata);
  g_free (weights);
}

LwWeights *
lw_weights_share (LwWeights *weights)
{
  g_atomic_ref_count_inc (&weights->owners);
  return weights;
}

LwTensor *
lw_weights_take (LwWeights *weights, const char *name, const int *dims, int rank, float *data)
{
  g_return_val_if_fail (rank >= 0 && rank <= 4 && lw_weights_get (weights, name) == NULL, NULL);
  LwTensor *tensor = g_new0 (LwTensor, 1);

  tensor->name = g_strdup (name);
  tensor->rank = rank;
  tensor->count = 1;
  tensor->data = data;
  for (int d = 0; d < 4; d++)
    {
      tensor->dims[d] = d < rank ? dims[d] : 1;
      tensor->count *= (gsize) tensor->dims[d];
    }
  g_ptr_array_add (weights->tensors, tensor);
  g_hash_table_insert (weights->by_name, tensor->name, tensor);
  return tensor;
}

LwTensor *
lw_weights_add (LwWeights *weights, const char *name, const int *dims, int rank)
{
  LwTensor *tensor = lw_weights_take (weights, name, dims, rank, NULL);

  tensor->data = g_new0 (float, tensor->count);
  return tensor;
}

LwTensor *
lw_weights_get (const LwWeights *weights, const char *name)
{
  return g_hash_table_lookup (weights->by_name, name);
}

LwWeights *
lw_weights_copy (const LwWeights *weights)
{
  LwWeights *copy = lw_weights_new ();
  GHashTableIter iter;
  gpointer key, value;

  for (guint i = 0; i < weights->tensors->len; i++)
    {
      const LwTensor *tensor = weights->tensors->pdata[i];
      LwTensor *twin = lw_weights_add (copy, tensor->name, tensor->dims, tensor->rank);

      memcpy (twin->data, tensor->data, tensor->count * sizeof (float));
    }
  g_hash_table_iter_init (&iter, weights->metadata);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (copy->metadata, g_strdup (key), g_strdup (value));
  return copy;
}

static char *
dims_text (const int *dims, int rank)
{
  g_autoptr(GString) text = g_string_new ("(");

  for (int d = 0; d < rank; d++)
    g_string_append_printf (text, d > 0 ? ", %d" : "%d", dims[d]);
  g_string_append_c (text, ')');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
check_shape (const LwTensor *tensor, const LwTensorInfo *info, GError **error)
{
  if (tensor->rank == info->rank && memcmp (tensor->dims, info->dims, (gsize) info->rank * sizeof (int)) == 0)
    return TRUE;
  g_autofree char *found = dims_text (tensor->dims, tensor->rank);
  g_autofree char *expected = dims_text (info->dims, info->rank);

  g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE, _("The tensor “%s” has the shape %s; the network needs %s"), info->name, found, expected);
  return FALSE;
}

static gboolean
check_finite (const LwTensor *tensor, GError **error)
{
  for (gsize i = 0; i < tensor->count; i++)
    if (!isfinite (tensor->data[i]))
      {
        g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_VALUE, _("The tensor “%s” holds %s at element %zu"), tensor->name,
                     isnan (tensor->data[i]) ? "NaN" : _("infinity"), i);
        return FALSE;
      }
  return TRUE;
}

gboolean
lw_weights_check (const LwWeights *weights, const LwGraph *graph, GError **error)
{
  g_autoptr(GArray) infos = lw_graph_tensors (graph);

  for (guint i = 0; i < infos->len; i++)
    {
      const LwTensorInfo *info = &g_array_index (infos, LwTensorInfo, i);
      const LwTensor *tensor = lw_weights_get (weights, info->name);

      if (tensor == NULL)
        {
          g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE, _("The tensor “%s” of the network “%s” is missing"), info->name, graph->architecture);
          return FALSE;
        }
      if (!check_shape (tensor, info, error) || !check_finite (tensor, error))
        return FALSE;
    }
  return TRUE;
}
