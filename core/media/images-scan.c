/* images-scan.c: finding the images of a folder, in the order in which people count */
#include "config.h"
#include "media/scan.h"

#include <glib/gi18n-lib.h>
#include <openssl/evp.h>
#include <string.h>
#include "media/bytes.h"
#include "media/image-file.h"
#include "media/images-index.h"

/* Runs of digits compare by their number (img2 before img10), all else by bytes, so that every computer gives the same order. */
static int
compare_natural (gconstpointer left, gconstpointer right)
{
  const char *a = *(const char *const *) left, *b = *(const char *const *) right;
  const char *whole_a = a, *whole_b = b;
  while (*a != '\0' && *b != '\0')
    {
      if (!g_ascii_isdigit (*a) || !g_ascii_isdigit (*b))
        {
          if (*a != *b)
            return (guint8) *a - (guint8) *b;
          a++, b++;
          continue;
        }
      a += strspn (a, "0"), b += strspn (b, "0");
      gsize digits_a = strspn (a, "0123456789"), digits_b = strspn (b, "0123456789");
      int order = digits_a != digits_b ? (digits_a < digits_b ? -1 : 1) : memcmp (a, b, digits_a);
      if (order != 0)
        return order;
      a += digits_a, b += digits_b;
    }
  return *a != *b ? (guint8) *a - (guint8) *b : strcmp (whole_a, whole_b);
}

/* Returns: (transfer full): names in order, or NULL */
static GPtrArray *
list_images (const char *path, GError **error)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  if (dir == NULL)
    {
      g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_NOT_FOUND, _("The folder “%s” can’t be opened"), path);
      return NULL;
    }
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      if (name[0] != '.' && lw_image_file_is_image_name (name) && g_file_test (file, G_FILE_TEST_IS_REGULAR))
        g_ptr_array_add (names, g_strdup (name));
    }
  if (names->len == 0)
    {
      g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_UNSUPPORTED, _("The folder “%s” holds no image (folders inside it are not searched)"), path);
      return NULL;
    }
  g_ptr_array_sort (names, compare_natural);
  return g_steal_pointer (&names);
}

static void
add_frame (LwMediaInfo *info, const LwImageEntry *entry)
{
  LwFrameInfo frame = { .pts = G_MININT64, .tb_num = 0, .tb_den = 1, .width = entry->width, .height = entry->height };
  memcpy (frame.packet_hash, entry->hash, sizeof frame.packet_hash);
  g_autofree char *shown = g_filename_display_name (entry->name);
  const char *dot = strrchr (shown, '.');
  frame.name = dot != NULL && dot > shown ? g_strndup (shown, (gsize) (dot - shown)) : g_strdup (shown);
  g_array_append_val (info->frames, frame);
}

/* Adds the image @name at @path to @entries and @info; its whole hash to @digest. */
static gboolean
scan_image (const char *path, const char *name, GArray *entries, LwMediaInfo *info, guint8 digest[32], GError **error)
{
  LwImageEntry entry = { 0 };
  g_autoptr(GBytes) bytes = lw_file_read (path, LW_IMAGE_FILE_MAX_BYTES, error);
  if (bytes == NULL || !lw_image_file_probe (bytes, path, &entry.width, &entry.height, error))
    return FALSE;
  entry.size = g_bytes_get_size (bytes);
  lw_hash (g_bytes_get_data (bytes, NULL), entry.size, digest);
  memcpy (entry.hash, digest, sizeof entry.hash);
  entry.name = g_strdup (name);
  info->size += entry.size;
  add_frame (info, &entry);
  g_array_append_val (entries, entry);
  return TRUE;
}

static LwMediaInfo *
finish (LwMediaInfo *info, GArray *entries, gboolean single)
{
  const LwFrameInfo *first = &g_array_index (info->frames, LwFrameInfo, 0);
  info->width = first->width;
  info->height = first->height;
  info->index = lw_images_index_write (entries, single);
  return info;
}

LwMediaInfo *
lw_images_scan_file (const char *path, LwScan *scan, GError **error)
{
  guint8 digest[32];
  g_autoptr(LwMediaInfo) info = lw_media_info_new (LW_MEDIA_IMAGES, path);
  g_autoptr(GArray) entries = lw_images_index_new ();
  g_autofree char *name = g_path_get_basename (path);
  if (!lw_scan_step (scan, 0, error) || !scan_image (path, name, entries, info, digest, error))
    return NULL;
  info->sha256 = lw_hash_to_hex (digest);
  return finish (g_steal_pointer (&info), entries, TRUE);
}

/* One record of the list whose hash is the folder's. */
static void
list_image (GByteArray *list, const LwImageEntry *entry, const guint8 digest[32])
{
  g_byte_array_append (list, (const guint8 *) entry->name, (guint) strlen (entry->name) + 1);
  lw_bytes_put (list, entry->size, 8);
  g_byte_array_append (list, digest, 32);
}

LwMediaInfo *
lw_images_scan_folder (const char *path, LwScan *scan, GError **error)
{
  guint8 digest[32];
  g_autoptr(LwMediaInfo) info = lw_media_info_new (LW_MEDIA_IMAGES, path);
  g_autoptr(GArray) entries = lw_images_index_new ();
  g_autoptr(GByteArray) list = g_byte_array_new ();
  g_autoptr(GPtrArray) names = list_images (path, error);
  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *file = g_build_filename (path, name, NULL);
      if (!lw_scan_step (scan, (double) i / names->len, error) || !scan_image (file, name, entries, info, digest, error))
        return NULL;
      list_image (list, &g_array_index (entries, LwImageEntry, i), digest);
    }
  if (names == NULL)
    return NULL;
  lw_hash (list->data, list->len, digest);
  info->sha256 = lw_hash_to_hex (digest);
  return finish (g_steal_pointer (&info), entries, FALSE);
}
