/* safetensors-save.c: writes weights as a safetensors file
 *
 * Filters have the type that is asked for. Vectors (biases, normalisations) keep 32 bits: they are next to nothing in size, and the variances of a
 * network that takes bytes as they are go beyond 16-bit floating point. Vectors come first, so that every tensor is aligned; each kind is sorted by name. */
#include "config.h"
#include "weights.h"
#include "half.h"
#include "common/atomic-file.h"
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include <json-c/json.h>

#define CHUNK 65536             /* elements converted at a time */

static const struct { const char *name; gsize size; } types[] = {
  [LW_STORE_F32] = { "F32", 4 }, [LW_STORE_F16] = { "F16", 2 }, [LW_STORE_BF16] = { "BF16", 2 },
};

static int
compare_tensors (gconstpointer a, gconstpointer b)
{
  const LwTensor *const *x = a, *const *y = b;
  int vectors = ((*y)->rank <= 1) - ((*x)->rank <= 1);

  return vectors != 0 ? vectors : strcmp ((*x)->name, (*y)->name);
}

static LwStoreType
type_of (const LwTensor *tensor, LwStoreType type)
{
  return tensor->rank <= 1 ? LW_STORE_F32 : type;
}

static struct json_object *
metadata_object (GHashTable *metadata)
{
  struct json_object *object = json_object_new_object ();
  g_autoptr(GList) keys = g_list_sort (g_hash_table_get_keys (metadata), (GCompareFunc) strcmp);

  for (GList *l = keys; l != NULL; l = l->next)
    json_object_object_add (object, l->data, json_object_new_string (g_hash_table_lookup (metadata, l->data)));
  return object;
}

static struct json_object *
tensor_object (const LwTensor *tensor, LwStoreType type, guint64 *at)
{
  struct json_object *object = json_object_new_object (), *shape = json_object_new_array (), *offsets = json_object_new_array ();

  json_object_object_add (object, "dtype", json_object_new_string (types[type].name));
  for (int d = 0; d < tensor->rank; d++)
    json_object_array_add (shape, json_object_new_int (tensor->dims[d]));
  json_object_object_add (object, "shape", shape);
  json_object_array_add (offsets, json_object_new_int64 ((gint64) *at));
  *at += tensor->count * types[type].size;
  json_object_array_add (offsets, json_object_new_int64 ((gint64) *at));
  json_object_object_add (object, "data_offsets", offsets);
  return object;
}

/* The header with its length before it, padded so that the data starts at a multiple of 8. */
static GString *
build_header (const LwWeights *weights, GPtrArray *sorted, LwStoreType type)
{
  struct json_object *root = json_object_new_object ();
  GString *header = g_string_new ("12345678");
  guint64 at = 0, length;

  if (g_hash_table_size (weights->metadata) > 0)
    json_object_object_add (root, "__metadata__", metadata_object (weights->metadata));
  for (guint i = 0; i < sorted->len; i++)
    json_object_object_add (root, ((LwTensor *) sorted->pdata[i])->name, tensor_object (sorted->pdata[i], type_of (sorted->pdata[i], type), &at));
  g_string_append (header, json_object_to_json_string_ext (root, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
  json_object_put (root);
  while (header->len % 8 != 0)
    g_string_append_c (header, ' ');
  length = GUINT64_TO_LE ((guint64) header->len - 8);
  memcpy (header->str, &length, 8);
  return header;
}

static gboolean
convert (const LwTensor *tensor, LwStoreType type, gsize first, gsize n, guint8 *bytes, GError **error)
{
  for (gsize i = 0; type == LW_STORE_F32 && i < n; i++)
    {
      guint32 word = GUINT32_TO_LE (lw_float_bits (tensor->data[first + i]));

      memcpy (bytes + 4 * i, &word, 4);
    }
  for (gsize i = 0; type != LW_STORE_F32 && i < n; i++)
    {
      float value = tensor->data[first + i];
      guint16 half = GUINT16_TO_LE (type == LW_STORE_F16 ? lw_float_to_f16 (value) : lw_float_to_bf16 (value));

      if (type == LW_STORE_F16 && isfinite (value) && fabsf (value) >= 65520)
        {
          g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_VALUE, _("The tensor “%s” holds %g, too large for 16-bit floating point: save it with 32 bits"),
                       tensor->name, value);
          return FALSE;
        }
      memcpy (bytes + 2 * i, &half, 2);
    }
  return TRUE;
}

/* A failed write shows when the file is committed. */
static gboolean
write_tensor (FILE *stream, const LwTensor *tensor, LwStoreType type, guint8 *bytes, GError **error)
{
  for (gsize i = 0; i < tensor->count; i += CHUNK)
    {
      gsize n = MIN (tensor->count - i, CHUNK);

      if (!convert (tensor, type, i, n, bytes, error))
        return FALSE;
      fwrite (bytes, types[type].size, n, stream);
    }
  return TRUE;
}

gboolean
lw_safetensors_save (const LwWeights *weights, LwStoreType type, const char *path, GError **error)
{
  g_auto(LwAtomicFile) file = { 0 };
  g_autoptr(GPtrArray) sorted = g_ptr_array_new ();
  g_autofree guint8 *bytes = g_malloc (CHUNK * 4);

  g_ptr_array_extend (sorted, weights->tensors, NULL, NULL);
  g_ptr_array_sort (sorted, compare_tensors);
  if (!lw_atomic_file_open (&file, path, error))
    return FALSE;
  g_autoptr(GString) header = build_header (weights, sorted, type);

  fwrite (header->str, 1, header->len, file.stream);
  for (guint t = 0; t < sorted->len; t++)
    if (!write_tensor (file.stream, sorted->pdata[t], type_of (sorted->pdata[t], type), bytes, error))
      return FALSE;
  return lw_atomic_file_commit (&file, error);
}
