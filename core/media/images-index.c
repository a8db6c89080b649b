/* images-index.c: what is kept of an image folder to open it again
 *
 * Little-endian: "LWIM", version 1 (16 bits), flags (16: 1 single), number of images (32); then for each image its file's size (64),
 * hash (16 bytes), width and height (32 each), length of the name (16) and the name. */
#include "config.h"
#include "media/images-index.h"

#include <glib/gi18n-lib.h>
#include "label/label-map.h"
#include "media/bytes.h"
#include "media/frame-source.h"

#define VERSION 1
#define FLAG_SINGLE 1
#define MIN_ENTRY_BYTES 34

static void
clear_entry (gpointer data)
{
  g_free (((LwImageEntry *) data)->name);
}

GArray *
lw_images_index_new (void)
{
  GArray *entries = g_array_new (FALSE, TRUE, sizeof (LwImageEntry));
  g_array_set_clear_func (entries, clear_entry);
  return entries;
}

GBytes *
lw_images_index_write (GArray *entries, gboolean single)
{
  GByteArray *out = g_byte_array_new ();
  g_byte_array_append (out, (const guint8 *) "LWIM", 4);
  lw_bytes_put (out, VERSION, 2);
  lw_bytes_put (out, single ? FLAG_SINGLE : 0, 2);
  lw_bytes_put (out, entries->len, 4);
  for (guint i = 0; i < entries->len; i++)
    {
      const LwImageEntry *entry = &g_array_index (entries, LwImageEntry, i);
      gsize length = strlen (entry->name);
      lw_bytes_put (out, entry->size, 8);
      g_byte_array_append (out, entry->hash, sizeof entry->hash);
      lw_bytes_put (out, (guint64) entry->width, 4);
      lw_bytes_put (out, (guint64) entry->height, 4);
      lw_bytes_put (out, length, 2);
      g_byte_array_append (out, (const guint8 *) entry->name, (guint) length);
    }
  return g_byte_array_free_to_bytes (out);
}

static gboolean
is_plain_name (const char *name, gsize length)
{
  return length > 0 && strlen (name) == length && strchr (name, '/') == NULL && strcmp (name, ".") != 0 && strcmp (name, "..") != 0;
}

static gboolean
read_entry (LwBytes *in, GArray *entries)
{
  LwImageEntry entry = { .size = lw_bytes_get (in, 8) };
  memcpy (entry.hash, lw_bytes_take (in, sizeof entry.hash), sizeof entry.hash);
  guint64 width = lw_bytes_get (in, 4), height = lw_bytes_get (in, 4);
  gsize length = (gsize) lw_bytes_get (in, 2);
  const guint8 *name = lw_bytes_take (in, length);
  if (in->failed || width < 1 || height < 1 || width > LW_MAX_SIDE || height > LW_MAX_SIDE)
    return FALSE;
  entry.width = (int) width;
  entry.height = (int) height;
  entry.name = g_strndup ((const char *) name, length);
  g_array_append_val (entries, entry);
  return is_plain_name (entry.name, length);
}

GArray *
lw_images_index_read (GBytes *bytes, gboolean *single, GError **error)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  LwBytes in = { data, size, FALSE };
  g_autoptr(GArray) entries = lw_images_index_new ();

  gboolean good = memcmp (lw_bytes_take (&in, 4), "LWIM", 4) == 0 && lw_bytes_get (&in, 2) == VERSION;
  guint64 flags = lw_bytes_get (&in, 2), n = lw_bytes_get (&in, 4);
  good = good && n >= 1 && n <= in.left / MIN_ENTRY_BYTES && (n == 1 || !(flags & FLAG_SINGLE));
  for (guint64 i = 0; good && i < n; i++)
    good = read_entry (&in, entries);
  if (!good || in.failed || in.left > 0)
    {
      g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_DAMAGED, _("The index of an image folder is damaged: remove the medium and add it again"));
      return NULL;
    }
  *single = (flags & FLAG_SINGLE) != 0;
  return g_steal_pointer (&entries);
}
