/* relink.c: finds media that were moved, by name, size and hash */
#include "config.h"
#include "store/media/media.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include "store/project/audit.h"

#define MAX_DEPTH 24      /* folders in folders; links to folders are not followed */

/* ---- one, told where ---- */

typedef struct { gint64 media; const char *name, *stored; } Relink;

static gboolean
write_path (LwDb *db, gpointer data, GError **error)
{
  const Relink *relink = data;
  return lw_db_run (db, error, "UPDATE media SET path = ? WHERE id = ?", "sI", relink->stored, relink->media)
         && lw_change_topic (db, LW_TOPIC_FRAMES, error) && lw_audit_add (db, error, "relink", relink->name, "%s", relink->stored);
}

static gboolean
set_path (LwProject *self, const LwMedia *media, const char *path, GError **error)
{
  g_autofree char *stored = lw_media_path_to_stored (self->folder, path);
  return lw_project_transact (self, write_path, &(Relink) { media->id, media->name, stored }, error);
}

static gboolean
is_same (const LwMedia *media, const char *path, GCancellable *cancellable, GError **error)
{
  guint64 size;
  g_autofree char *sha256 = NULL;
  if (!lw_media_measure (path, &size, &sha256, cancellable, error))
    return FALSE;
  if (size == media->size && g_strcmp0 (sha256, media->sha256) == 0)
    return TRUE;
  g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_CHANGED, _("“%s” is not the medium “%s” that was added to the project: its contents differ"), path, media->name);
  return FALSE;
}

static LwMedia *
find (GPtrArray *media, gint64 id)
{
  for (guint i = 0; i < media->len; i++)
    if (((LwMedia *) media->pdata[i])->id == id)
      return media->pdata[i];
  return NULL;
}

gboolean
lw_project_relink_media (LwProject *self, gint64 id, const char *path, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && path != NULL, FALSE);

  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  g_autoptr(GPtrArray) all = lw_project_check_writable (self, error) ? lw_project_list_media (self, error) : NULL;
  if (all == NULL)
    return FALSE;
  const LwMedia *media = find (all, id);
  if (media == NULL)
    return lw_store_not_found (error, _("medium"), id);
  return is_same (media, whole, NULL, error) && set_path (self, media, whole, error);
}

/* ---- all, looked for ---- */

typedef struct {
  LwProject *project;
  GPtrArray *missing;            /* of LwMedia, borrowed; those found are removed */
  int n_found;
  GCancellable *cancellable;
  GError *error;                 /* of the project; a file that can't be read is only not it */
} Search;

/* A file by its size, whatever its name is now; a folder by its name, since measuring one reads all that is in it. */
static gboolean
may_be (const LwMedia *media, const char *path, const GStatBuf *info)
{
  g_autofree char *was = g_path_get_basename (media->path), *is = g_path_get_basename (path);
  if (S_ISDIR (info->st_mode))
    return strcmp (was, is) == 0;
  return S_ISREG (info->st_mode) && (guint64) info->st_size == media->size;
}

static void
try_path (Search *self, const char *path, const GStatBuf *info)
{
  for (guint i = 0; i < self->missing->len && self->error == NULL; i++)
    {
      const LwMedia *media = self->missing->pdata[i];
      if (!may_be (media, path, info) || !is_same (media, path, self->cancellable, NULL))
        continue;
      if (!set_path (self->project, media, path, &self->error))
        return;
      self->n_found++;
      g_ptr_array_remove_index (self->missing, i);
      return;
    }
}

static void
search_folder (Search *self, const char *folder, int depth)
{
  g_autoptr(GDir) dir = depth < MAX_DEPTH ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;
  while (dir != NULL && self->missing->len > 0 && self->error == NULL && !g_cancellable_is_cancelled (self->cancellable)
         && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GStatBuf info;
      if (g_lstat (path, &info) != 0)
        continue;
      try_path (self, path, &info);
      if (S_ISDIR (info.st_mode))
        search_folder (self, path, depth + 1);
    }
}

static void
search_root (Search *self, const char *folder)
{
  g_autofree char *whole = g_canonicalize_filename (folder, NULL);
  GStatBuf info;
  if (g_stat (whole, &info) != 0)
    return;
  try_path (self, whole, &info);
  search_folder (self, whole, 0);
}

int
lw_project_find_missing_media (LwProject *self, const char *const *folders, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && folders != NULL, -1);

  g_autoptr(GPtrArray) all = lw_project_check_writable (self, error) ? lw_project_list_media (self, error) : NULL;
  if (all == NULL)
    return -1;
  g_autoptr(GPtrArray) missing = g_ptr_array_new ();
  for (guint i = 0; i < all->len; i++)
    if (((LwMedia *) all->pdata[i])->missing)
      g_ptr_array_add (missing, all->pdata[i]);
  Search search = { self, missing, 0, cancellable, NULL };
  for (gsize i = 0; folders[i] != NULL; i++)
    search_root (&search, folders[i]);
  if (search.error != NULL)
    {
      g_propagate_error (error, search.error);
      return -1;
    }
  return g_cancellable_set_error_if_cancelled (cancellable, error) ? -1 : search.n_found;
}
