/* safetensors-header.c: reads and checks the header of a safetensors file: 8 bytes of length, JSON, then the data to the end of the file */
#include "config.h"
#include "safetensors.h"
#include "common/json.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>

#define MAX_HEADER (16u << 20)  /* bytes; the largest published models have about 0.2 MB */
#define MAX_TENSORS 65536
#define MAX_NAME 255            /* bytes */
#define MAX_DIM G_MAXINT

static const struct { const char *name; guint bits; LwDtype dtype; } dtypes[] = {
  { "F64", 64, LW_DTYPE_F64 }, { "F32", 32, LW_DTYPE_F32 }, { "F16", 16, LW_DTYPE_F16 }, { "BF16", 16, LW_DTYPE_BF16 },
  { "BOOL", 8, LW_DTYPE_SKIPPED }, { "U8", 8, LW_DTYPE_SKIPPED }, { "I8", 8, LW_DTYPE_SKIPPED }, { "I16", 16, LW_DTYPE_SKIPPED },
  { "U16", 16, LW_DTYPE_SKIPPED }, { "I32", 32, LW_DTYPE_SKIPPED }, { "U32", 32, LW_DTYPE_SKIPPED }, { "I64", 64, LW_DTYPE_SKIPPED },
  { "U64", 64, LW_DTYPE_SKIPPED },
};

static void
entry_clear (gpointer data)
{
  g_free (((LwSafetensorsEntry *) data)->name);
}

void
lw_safetensors_header_free (LwSafetensorsHeader *header)
{
  if (header == NULL)
    return;
  g_array_unref (header->entries);
  g_hash_table_unref (header->metadata);
  g_free (header);
}

static LwSafetensorsHeader *
header_new (void)
{
  LwSafetensorsHeader *header = g_new0 (LwSafetensorsHeader, 1);

  header->entries = g_array_new (FALSE, TRUE, sizeof (LwSafetensorsEntry));
  g_array_set_clear_func (header->entries, entry_clear);
  header->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return header;
}

G_GNUC_PRINTF (3, 4)
static gboolean
fail (GError **error, const char *path, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_FORMAT, _("“%s” is no sound weights file: %s. Get or save it anew"), path, what);
  return FALSE;
}

gboolean
lw_safetensors_pread (int fd, const char *path, gpointer buffer, gsize length, guint64 offset, GError **error)
{
  gsize done = 0;

  while (done < length)
    {
      gssize n = pread (fd, (guint8 *) buffer + done, length - done, (off_t) (offset + done));

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_IO, _("Could not read “%s”: %s"), path, g_strerror (errno));
          return FALSE;
        }
      if (n == 0)
        return fail (error, path, _("it ends too early"));
      done += (gsize) n;
    }
  return TRUE;
}

static gboolean
find_dtype (const char *name, LwDtype *dtype, guint *bits)
{
  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (g_str_equal (dtypes[i].name, name))
      {
        *dtype = dtypes[i].dtype;
        *bits = dtypes[i].bits;
        return TRUE;
      }
  return FALSE;
}

/* An array of integers of 0 … @max: their number, or -1. */
static int
read_integers (LwJson *object, const char *key, gint64 max, gsize max_length, gint64 *values)
{
  LwJson *array;

  if (!lw_json_get_array (object, key, max_length, &array, NULL))
    return -1;
  int n = (int) json_object_array_length (array);

  for (int i = 0; i < n; i++)
    {
      LwJson *value = json_object_array_get_idx (array, (size_t) i);

      if (!json_object_is_type (value, json_type_int))
        return -1;
      values[i] = json_object_get_int64 (value);
      if (values[i] < 0 || values[i] > max)
        return -1;
    }
  return n;
}

static gboolean
read_entry (LwSafetensorsHeader *header, const char *path, const char *name, LwJson *object, guint64 data_size, GError **error)
{
  LwSafetensorsEntry entry = { .dims = { 1, 1, 1, 1 } };
  gint64 shape[4], offsets[2];
  guint64 bits = 0, length;
  guint dtype_bits;
  const char *dtype;

  if (strlen (name) > MAX_NAME)
    return fail (error, path, _("a tensor’s name is longer than %d bytes"), MAX_NAME);
  if (!json_object_is_type (object, json_type_object) || !lw_json_get_string (object, "dtype", &dtype, NULL))
    return fail (error, path, _("the tensor “%s” has no type"), name);
  if (!find_dtype (dtype, &entry.dtype, &dtype_bits))
    return fail (error, path, _("the tensor “%s” has the type “%s”, which this program doesn’t read"), name, dtype);
  entry.rank = read_integers (object, "shape", MAX_DIM, G_N_ELEMENTS (shape), shape);
  if (entry.rank < 0)
    return fail (error, path, _("the shape of the tensor “%s” is not up to four sizes"), name);
  if (read_integers (object, "data_offsets", G_MAXINT64, 2, offsets) != 2 || offsets[1] < offsets[0] || (guint64) offsets[1] > data_size)
    return fail (error, path, _("the data of the tensor “%s” lies outside the file"), name);
  bits = dtype_bits;
  for (int d = 0; d < entry.rank; d++)
    {
      entry.dims[d] = (int) shape[d];
      if (!g_uint64_checked_mul (&bits, bits, (guint64) shape[d]))
        return fail (error, path, _("the shape of the tensor “%s” is too large"), name);
    }
  length = (guint64) (offsets[1] - offsets[0]);
  if (bits / 8 != length)
    return fail (error, path, _("the tensor “%s” has %" PRIu64 " bytes where its shape needs %" PRIu64), name, length, bits / 8);
  entry.begin = (guint64) offsets[0];
  entry.end = (guint64) offsets[1];
  entry.name = g_strdup (name);
  g_array_append_val (header->entries, entry);
  return TRUE;
}

static gboolean
read_metadata (LwSafetensorsHeader *header, const char *path, LwJson *object, GError **error)
{
  if (!json_object_is_type (object, json_type_object))
    return fail (error, path, _("its metadata is not an object"));
  json_object_object_foreach (object, key, value)
    {
      if (!json_object_is_type (value, json_type_string))
        return fail (error, path, _("its metadata “%s” is not a text"), key);
      g_hash_table_insert (header->metadata, g_strdup (key), g_strdup (json_object_get_string (value)));
    }
  return TRUE;
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const LwSafetensorsEntry *x = a, *y = b;

  if (x->begin != y->begin)
    return x->begin < y->begin ? -1 : 1;
  return x->end < y->end ? -1 : x->end > y->end;
}

/* Every byte of the data belongs to exactly one tensor: else a small file could claim a lot of memory, or hide something. */
static gboolean
check_layout (LwSafetensorsHeader *header, const char *path, guint64 data_size, GError **error)
{
  guint64 at = 0;

  g_array_sort (header->entries, compare_entries);
  for (guint i = 0; i < header->entries->len; i++)
    {
      const LwSafetensorsEntry *entry = &g_array_index (header->entries, LwSafetensorsEntry, i);

      if (entry->begin != at)
        return fail (error, path, entry->begin < at ? _("the tensor “%s” overlaps another one") : _("there is a gap before the tensor “%s”"), entry->name);
      at = entry->end;
    }
  if (at != data_size)
    return fail (error, path, _("%" PRIu64 " bytes at its end belong to no tensor"), data_size - at);
  return TRUE;
}

static gboolean
read_members (LwSafetensorsHeader *header, const char *path, LwJson *root, guint64 data_size, GError **error)
{
  if (!json_object_is_type (root, json_type_object) || json_object_object_length (root) > MAX_TENSORS)
    return fail (error, path, _("its header is not an object of at most %d tensors"), MAX_TENSORS);
  json_object_object_foreach (root, name, value)
    if (g_str_equal (name, "__metadata__") ? !read_metadata (header, path, value, error)
                                           : !read_entry (header, path, name, value, data_size, error))
      return FALSE;
  return check_layout (header, path, data_size, error);
}

/* Files that people have, and take for what they are not. Both begin with bytes that no header of a bearable length does. */
static gboolean
refuse_foreign (int fd, const char *path, GError **error)
{
  guint8 start[8];

  if (!lw_safetensors_pread (fd, path, start, sizeof start, 0, error))
    return FALSE;
  if (memcmp (start, "PK\3\4", 4) != 0 && !(start[0] == 0x80 && start[1] >= 2 && start[1] <= 5 && memcmp (start + 4, "\0\0\0\0", 4) != 0))
    return TRUE;
  return lw_net_fail (error, LW_NET_ERROR_UNSUPPORTED,
                      _("“%s” is a file of PyTorch (.pth, .pt or .bin), which can hold programs and is not read. Convert it, with PyTorch and safetensors installed: %s"), path,
                      "python3 -c \"import sys, torch; from safetensors.torch import save_file; w = torch.load(sys.argv[1], map_location='cpu', weights_only=True); "
                      "save_file({k: v.contiguous() for k, v in w.get('state_dict', w).items()}, sys.argv[2], {'format': 'pt'})\" weights.pth weights.safetensors");
}

static char *
read_text (int fd, const char *path, guint64 *length, guint64 *file_size, GError **error)
{
  struct stat info;
  guint64 size;

  if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode))
    {
      fail (error, path, _("it is not an ordinary file"));
      return NULL;
    }
  if (!refuse_foreign (fd, path, error) || !lw_safetensors_pread (fd, path, &size, sizeof size, 0, error))
    return NULL;
  size = GUINT64_FROM_LE (size);
  if (size < 2 || size > MAX_HEADER || size + 8 > (guint64) info.st_size)
    {
      fail (error, path, _("its header can’t have %" PRIu64 " bytes"), size);
      return NULL;
    }
  g_autofree char *text = g_malloc (size + 1);

  text[size] = '\0';
  if (!lw_safetensors_pread (fd, path, text, size, 8, error))
    return NULL;
  if (text[0] != '{' || !g_utf8_validate_len (text, size, NULL))
    {
      fail (error, path, _("its header is not JSON"));
      return NULL;
    }
  *length = size;
  *file_size = (guint64) info.st_size;
  return g_steal_pointer (&text);
}

LwSafetensorsHeader *
lw_safetensors_header_read (int fd, const char *path, GError **error)
{
  g_autoptr(LwSafetensorsHeader) header = header_new ();
  guint64 length, file_size;
  g_autofree char *text = read_text (fd, path, &length, &file_size, error);

  if (text == NULL)
    return NULL;
  g_autofree char *name = g_strdup_printf (_("header of “%s”"), path);
  g_autoptr(LwJson) root = lw_json_parse (text, length, MAX_HEADER, name, error);

  header->data_start = 8 + length;
  if (root == NULL || !read_members (header, path, root, file_size - header->data_start, error))
    return NULL;
  return g_steal_pointer (&header);
}
