/* safetensors-load.c: the tensors of a safetensors file as float32 */
#include "config.h"
#include "safetensors.h"
#include "half.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#define CHUNK 65536             /* elements converted at a time */

static const gsize dtype_sizes[] = { [LW_DTYPE_F64] = 8, [LW_DTYPE_F32] = 4, [LW_DTYPE_F16] = 2, [LW_DTYPE_BF16] = 2 };

static void
convert (LwDtype dtype, const guint8 *bytes, float *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint64 wide;
      guint32 word;
      guint16 half;
      double number;

      switch (dtype)
        {
        case LW_DTYPE_F64:
          memcpy (&wide, bytes + 8 * i, 8);
          wide = GUINT64_FROM_LE (wide);
          memcpy (&number, &wide, 8);
          values[i] = (float) number;
          break;
        case LW_DTYPE_F32:
          memcpy (&word, bytes + 4 * i, 4);
          values[i] = lw_float_from_bits (GUINT32_FROM_LE (word));
          break;
        default:
          memcpy (&half, bytes + 2 * i, 2);
          half = GUINT16_FROM_LE (half);
          values[i] = dtype == LW_DTYPE_F16 ? lw_float_from_f16 (half) : lw_float_from_bf16 (half);
        }
    }
}

static float *
read_tensor (int fd, const char *path, const LwSafetensorsHeader *header, const LwSafetensorsEntry *entry, GError **error)
{
  gsize size = dtype_sizes[entry->dtype], count = (entry->end - entry->begin) / size;
  g_autofree float *values = g_try_new (float, MAX (count, 1));
  g_autofree guint8 *bytes = g_malloc (MIN (count, CHUNK) * size + 1);

  if (values == NULL)
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_MEMORY, _("Not enough memory for “%s”"), path);
      return NULL;
    }
  for (gsize i = 0; i < count; i += CHUNK)
    {
      gsize n = MIN (count - i, CHUNK);

      if (!lw_safetensors_pread (fd, path, bytes, n * size, header->data_start + entry->begin + i * size, error))
        return NULL;
      convert (entry->dtype, bytes, values + i, n);
    }
  return g_steal_pointer (&values);
}

static LwWeights *
read_file (int fd, const char *path, gboolean with_data, GError **error)
{
  g_autoptr(LwSafetensorsHeader) header = lw_safetensors_header_read (fd, path, error);
  g_autoptr(LwWeights) weights = lw_weights_new ();

  if (header == NULL)
    return NULL;
  for (guint i = 0; i < header->entries->len; i++)
    {
      const LwSafetensorsEntry *entry = &g_array_index (header->entries, LwSafetensorsEntry, i);
      float *data = NULL;

      if (entry->dtype == LW_DTYPE_SKIPPED)
        continue;
      if (with_data && (data = read_tensor (fd, path, header, entry, error)) == NULL)
        return NULL;
      lw_weights_take (weights, entry->name, entry->dims, entry->rank, data);
    }
  g_hash_table_unref (weights->metadata);
  weights->metadata = g_hash_table_ref (header->metadata);
  return g_steal_pointer (&weights);
}

static LwWeights *
load (const char *path, gboolean with_data, GError **error)
{
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);

  if (fd < 0)
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_IO, _("Could not open “%s”: %s"), path, g_strerror (errno));
      return NULL;
    }
  LwWeights *weights = read_file (fd, path, with_data, error);

  close (fd);
  return weights;
}

LwWeights *
lw_safetensors_load (const char *path, GError **error)
{
  return load (path, TRUE, error);
}

LwWeights *
lw_safetensors_inspect (const char *path, GError **error)
{
  return load (path, FALSE, error);
}
