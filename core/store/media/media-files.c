/* media-files.c: paths of media as they are stored, what identifies them, and copies into the project */
#include "config.h"
#include "store/media/media.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include "store/database/files.h"
#include "store/database/filesystem.h"

/* ---- paths ---- */

/* How many leading parts the two have in common. */
static guint
count_common (char **a, char **b)
{
  guint n = 0;
  while (a[n] != NULL && b[n] != NULL && strcmp (a[n], b[n]) == 0)
    n++;
  return n;
}

char *
lw_media_path_to_stored (const char *folder, const char *path)
{
  g_autofree char *whole = g_canonicalize_filename (path, "/");
  g_auto(GStrv) from = g_strsplit (folder, "/", -1), to = g_strsplit (whole, "/", -1);      /* each begins with an empty part */
  guint common = count_common (from, to);
  if (common < 2)
    return g_steal_pointer (&whole);
  g_autoptr(GString) stored = g_string_new (NULL);
  for (guint i = common; from[i] != NULL; i++)
    g_string_append (stored, "../");
  for (guint i = common; to[i] != NULL; i++)
    g_string_append_printf (stored, "%s%s", to[i], to[i + 1] != NULL ? "/" : "");
  return g_string_free (g_steal_pointer (&stored), FALSE);
}

char *
lw_media_path_from_stored (const char *folder, const char *stored)
{
  return g_canonicalize_filename (stored, folder);
}

gboolean
lw_media_is_copy (const char *folder, const char *stored)
{
  g_autofree char *path = lw_media_path_from_stored (folder, stored), *media = g_strconcat (folder, "/media/", NULL);
  return g_str_has_prefix (path, media) && path[strlen (media)] != '\0';
}

/* ---- identity ---- */

gboolean
lw_media_measure (const char *path, guint64 *size, char **sha256, GCancellable *cancellable, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return (*sha256 = lw_store_hash_file (path, size, cancellable, error)) != NULL;
  g_autoptr(LwMediaInfo) info = lw_media_scan (path, NULL, NULL, cancellable, error);
  if (info == NULL)
    return FALSE;
  *size = info->size;
  *sha256 = g_steal_pointer (&info->sha256);
  return TRUE;
}

/* ---- copies ---- */

static char *
dup_stem (const char *name)
{
  const char *dot = strrchr (name, '.');
  g_autofree char *stem = dot != NULL && dot != name ? g_strndup (name, (gsize) (dot - name)) : g_strdup (name);
  return g_utf8_make_valid (stem, -1);
}

/* Of a folder only what became frames: other files in it are no part of the medium. */
static gboolean
copy_folder (const LwMediaInfo *info, const char *target, GCancellable *cancellable, GError **error)
{
  g_autoptr(GHashTable) stems = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < info->frames->len; i++)
    if (g_array_index (info->frames, LwFrameInfo, i).name != NULL)
      g_hash_table_add (stems, g_array_index (info->frames, LwFrameInfo, i).name);
  g_autoptr(GDir) dir = g_dir_open (info->path, 0, error);
  const char *name;
  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *stem = dup_stem (name), *from = g_build_filename (info->path, name, NULL), *to = g_build_filename (target, name, NULL);
      if (g_hash_table_contains (stems, stem) && g_file_test (from, G_FILE_TEST_IS_REGULAR) && !lw_store_copy_file (from, to, cancellable, error))
        return FALSE;
    }
  lw_filesystem_sync_folder (target);
  return TRUE;
}

/* A name in media/ that is free. */
static char *
choose_target (const char *media, const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  char *target = g_build_filename (media, name, NULL);
  for (guint n = 2; g_file_test (target, G_FILE_TEST_EXISTS); n++)
    {
      g_free (target);
      g_autofree char *numbered = g_strdup_printf ("%u-%s", n, name);
      target = g_build_filename (media, numbered, NULL);
    }
  return target;
}

static gboolean
copy_to (const LwMediaInfo *info, const char *target, GCancellable *cancellable, GError **error)
{
  if (!g_file_test (info->path, G_FILE_TEST_IS_DIR))
    return lw_store_copy_file (info->path, target, cancellable, error);
  return g_mkdir (target, 0777) == 0 && copy_folder (info, target, cancellable, error);
}

char *
lw_media_copy (LwProject *project, const LwMediaInfo *info, GCancellable *cancellable, GError **error)
{
  g_autofree char *media = g_build_filename (project->folder, "media", NULL), *uuid = g_uuid_string_random ();
  g_autofree char *hidden = g_strconcat (".", uuid, NULL), *unfinished = g_build_filename (media, hidden, NULL);
  g_autofree char *target = choose_target (media, info->path);
  g_autoptr(GError) local = NULL;
  if (g_mkdir_with_parents (media, 0777) == 0 && copy_to (info, unfinished, cancellable, &local) && g_rename (unfinished, target) == 0)
    {
      lw_filesystem_sync_folder (media);
      return g_steal_pointer (&target);
    }
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  else
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_IO, _("Could not copy “%s” to “%s”"), info->path, target);
  lw_media_remove_copy (unfinished);
  return NULL;
}

void
lw_media_remove_copy (const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      g_unlink (child);
    }
  g_remove (path);
}
