/* find-media.c: looks for media that are not where they were, also under another name */
#include "config.h"
#include "find-media.h"

#include <glib/gstdio.h>

typedef struct
{
  char *folder;
  LwOperation *operation;
} Search;

static void
search_free (Search *search)
{
  g_free (search->folder);
  g_object_unref (search->operation);
  g_free (search);
}

/* The project compares size and hash: a wrong guess costs a look at the size. */
static gboolean
try_path (LwProject *project, const LwMedia *medium, const char *path)
{
  GStatBuf info;
  if (g_stat (path, &info) != 0)
    return FALSE;
  if (medium->kind == LW_MEDIA_VIDEO && (!S_ISREG (info.st_mode) || (guint64) info.st_size != medium->size))
    return FALSE;
  return lw_project_relink_media (project, medium->id, path, NULL);
}

/* The folder that was chosen, then what lies in it. */
static gboolean
find_renamed (LwProject *project, const LwMedia *medium, const Search *search)
{
  g_autoptr (GDir) dir = g_dir_open (search->folder, 0, NULL);
  const char *name;
  if (try_path (project, medium, search->folder))
    return TRUE;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL && !g_cancellable_is_cancelled (lw_operation_get_cancellable (search->operation)))
    {
      g_autofree char *path = g_build_filename (search->folder, name, NULL);
      if (try_path (project, medium, path))
        return TRUE;
    }
  return FALSE;
}

static void
find_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Search *search = data;
  LwProject *project = LW_PROJECT (source);
  const char *folders[] = { search->folder, NULL };
  g_autoptr (GError) error = NULL;
  int found = lw_project_find_missing_media (project, folders, lw_operation_get_cancellable (search->operation), &error);
  g_autoptr (GPtrArray) media = found >= 0 ? lw_project_list_media (project, &error) : NULL;
  for (guint i = 0; media != NULL && i < media->len; i++)
    if (((LwMedia *) media->pdata[i])->missing && find_renamed (project, media->pdata[i], search))
      found++;
  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_int (task, found);
}

void
lw_find_media_async (LwProject *project, const char *folder, LwOperation *operation, GAsyncReadyCallback callback, gpointer user_data)
{
  Search *search = g_new0 (Search, 1);
  *search = (Search) { g_strdup (folder), g_object_ref (operation) };
  lw_project_run_async (project, find_in_thread, search, (GDestroyNotify) search_free, NULL, callback, user_data);
}

gssize
lw_find_media_finish (LwProject *project, GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}
