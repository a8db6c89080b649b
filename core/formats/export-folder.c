/* export-folder.c: a folder that appears whole under its name or not at all */
#include "config.h"
#include "formats/export-folder.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include "common/atomic-file.h"
#include "common/remove-tree.h"
#include "formats/camvid.h"

static gboolean
fail (const char *path, GError **error)
{
  int saved = errno;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved), _("“%s” can’t be written: %s"), path, g_strerror (saved));
  return FALSE;
}

static gboolean
is_empty_folder (const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  return dir != NULL && g_dir_read_name (dir) == NULL;
}

/* The place itself, not a link to it: a rename would replace the link. */
static char *
resolve (const char *path)
{
  g_autofree char *plain = g_canonicalize_filename (path, NULL);
  char *real = realpath (plain, NULL);
  if (real == NULL)
    return g_steal_pointer (&plain);
  char *copy = g_strdup (real);
  free (real);
  return copy;
}

gboolean
lw_export_folder_open (LwExportFolder *folder, const char *path, GError **error)
{
  *folder = (LwExportFolder) { .path = resolve (path) };
  if (g_file_test (folder->path, G_FILE_TEST_EXISTS) && !is_empty_folder (folder->path))
    {
      g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_EXISTS,
                   _("“%s” is not an empty folder: choose another place, or remove it first"), folder->path);
      return FALSE;
    }
  g_autofree char *parent = g_path_get_dirname (folder->path), *partial = g_strconcat (folder->path, ".partial-XXXXXX", NULL);
  if (g_mkdir_with_parents (parent, 0777) != 0)
    return fail (parent, error);
  if (g_mkdtemp_full (partial, 0777) == NULL)
    return fail (folder->path, error);
  folder->partial = g_steal_pointer (&partial);
  return TRUE;
}

gboolean
lw_export_folder_make (const LwExportFolder *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder->partial, name, NULL);
  return g_mkdir_with_parents (path, 0777) == 0 || fail (path, error);
}

gboolean
lw_export_folder_commit (LwExportFolder *folder, GError **error)
{
  if (!lw_sync_folder (folder->partial, error))
    return FALSE;
  if (g_rename (folder->partial, folder->path) != 0)
    return fail (folder->path, error);
  g_clear_pointer (&folder->partial, g_free);
  g_autofree char *parent = g_path_get_dirname (folder->path);
  lw_sync_folder (parent, NULL);      /* a file system that can't has done what it can */
  return TRUE;
}

void
lw_export_folder_release (LwExportFolder *folder)
{
  if (folder->partial != NULL)
    lw_remove_tree (folder->partial);
  g_clear_pointer (&folder->partial, g_free);
  g_clear_pointer (&folder->path, g_free);
}
