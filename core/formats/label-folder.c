/* label-folder.c: label maps in a folder, by frame name */
#include "config.h"
#include "formats/label-folder.h"

#include <glib/gi18n-lib.h>
#include "formats/class-map.h"

struct _LwLabelFolder {
  char *path;
  LwLabelSet *set;
  LwClassMap *map;
  GHashTable *by_name;      /* frame → LwLabelFile, lent by @set */
};

LwLabelFolder *
lw_label_folder_open (const char *path, const LwPalette *palette, const char *map_file, GError **error)
{
  g_autoptr(LwLabelFolder) folder = g_new0 (LwLabelFolder, 1);
  folder->path = g_strdup (path);
  folder->set = lw_label_set_find (path, NULL, error);
  folder->map = folder->set != NULL ? lw_class_map_new (folder->set, palette, map_file, error) : NULL;
  if (folder->map == NULL)
    return NULL;
  folder->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < folder->set->files->len; i++)
    {
      LwLabelFile *file = g_ptr_array_index (folder->set->files, i);
      g_hash_table_insert (folder->by_name, file->frame, file);
    }
  return g_steal_pointer (&folder);
}

void
lw_label_folder_free (LwLabelFolder *folder)
{
  if (folder == NULL)
    return;
  g_clear_pointer (&folder->by_name, g_hash_table_unref);
  g_clear_pointer (&folder->map, lw_class_map_free);
  g_clear_pointer (&folder->set, lw_label_set_free);
  g_free (folder->path);
  g_free (folder);
}

gboolean
lw_label_folder_has (const LwLabelFolder *folder, const char *frame)
{
  return g_hash_table_contains (folder->by_name, frame);
}

LwLabelMap *
lw_label_folder_read (const LwLabelFolder *folder, const char *frame, int width, int height, GError **error)
{
  const LwLabelFile *file = g_hash_table_lookup (folder->by_name, frame);
  if (file == NULL)
    {
      g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_NOT_FOUND, _("“%s” has no label map for “%s”."), folder->path, frame);
      return NULL;
    }
  g_auto(LwTally) tally = { 0 };
  lw_tally_init (&tally);
  return lw_class_map_read (folder->map, folder->set->layout, file->path, width, height, &tally, error);
}
