/* create-project.c: a new project with its media, or more media for an open one, on a worker thread */
#include "config.h"
#include "create-project.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include "common/paths.h"
#include "common/remove-tree.h"

#define MAX_PREFIXES 100

typedef struct
{
  char *folder;
  LwPalette *palette;
  GPtrArray *media;
  LwOperation *operation;
} Job;

static void
job_free (Job *job)
{
  g_free (job->folder);
  g_clear_pointer (&job->palette, lw_palette_free);
  g_clear_pointer (&job->media, g_ptr_array_unref);
  g_object_unref (job->operation);
  g_free (job);
}

static Job *
job_new (const char *folder, const LwPalette *palette, GPtrArray *media, LwOperation *operation)
{
  Job *job = g_new0 (Job, 1);
  job->folder = g_strdup (folder);
  job->palette = palette != NULL ? lw_palette_copy (palette) : NULL;
  job->media = media != NULL ? g_ptr_array_ref (media) : NULL;
  job->operation = g_object_ref (operation);
  return job;
}

LwMediaRequest *
lw_media_request_new (const char *path, guint every, gboolean copy)
{
  LwMediaRequest *request = g_new0 (LwMediaRequest, 1);
  request->path = g_strdup (path);
  request->every = every;
  request->copy = copy;
  return request;
}

void
lw_media_request_free (LwMediaRequest *request)
{
  g_free (request->path);
  g_free (request);
}

char *
lw_media_dup_stem (const char *path)
{
  g_autofree char *base = g_filename_display_basename (path);
  char *dot = strrchr (base, '.');
  if (dot != NULL && dot != base && !g_file_test (path, G_FILE_TEST_IS_DIR))
    *dot = '\0';
  return g_steal_pointer (&base);
}

/* Sequences are called 0001.png and so on in every folder: the second one is told apart by its folder's name. */
static gboolean
add_scanned (LwProject *project, LwMediaRequest *request, const LwMediaInfo *info, LwOperation *operation, GError **error)
{
  LwAddOptions options = { .every = request->every, .copy = request->copy };
  g_autofree char *stem = lw_media_dup_stem (request->path), *prefix = NULL;
  for (guint n = 1;; n++)
    {
      g_autoptr (GError) local = NULL;
      request->added = lw_project_add_media (project, info, &options, lw_operation_progress, operation, lw_operation_get_cancellable (operation), &local) != 0;
      if (request->added)
        return TRUE;
      request->taken = g_error_matches (local, LW_STORE_ERROR, LW_STORE_ERROR_EXISTS);
      if (!request->taken || !request->prefix || n > MAX_PREFIXES)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      g_free (prefix);
      options.prefix = prefix = n == 1 ? g_strconcat (stem, "_", NULL) : g_strdup_printf ("%s-%u_", stem, n);
    }
}

static gboolean
add_medium (LwProject *project, LwMediaRequest *request, LwOperation *operation, guint i, guint n, GError **error)
{
  g_autofree char *name = g_filename_display_basename (request->path);
  g_autofree char *reading = g_strdup_printf (_("Reading “%s”"), name);
  g_autofree char *adding = g_strdup_printf (_("Adding “%s”"), name);

  lw_operation_begin_part (operation, 2 * i, 2 * n, reading);
  g_autoptr (LwMediaInfo) info = lw_media_scan (request->path, lw_operation_progress, operation, lw_operation_get_cancellable (operation), error);
  if (info == NULL)
    return FALSE;
  lw_operation_begin_part (operation, 2 * i + 1, 2 * n, adding);
  return add_scanned (project, request, info, operation, error);
}

static gboolean
add_all (LwProject *project, const Job *job, GError **error)
{
  for (guint i = 0; job->media != NULL && i < job->media->len; i++)
    if (!add_medium (project, job->media->pdata[i], job->operation, i, job->media->len, error))
      return FALSE;
  return TRUE;
}

static gboolean
is_empty_or_absent (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  return dir == NULL || g_dir_read_name (dir) == NULL;
}

static gboolean
create (const Job *job, GError **error)
{
  gboolean ours = is_empty_or_absent (job->folder);
  LwProject *project = lw_project_create (job->folder, job->palette, error);
  if (project == NULL)
    return FALSE;
  gboolean ok = add_all (project, job, error) && lw_project_close (project, error);
  g_object_unref (project);
  if (!ok && ours)
    lw_remove_tree (job->folder);      /* it was empty before: all in it is ours */
  for (guint i = 0; !ok && i < job->media->len; i++)
    ((LwMediaRequest *) job->media->pdata[i])->added = FALSE;
  return ok;
}

static void
create_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  g_autoptr (GError) error = NULL;
  if (create (job, &error))
    g_task_return_pointer (task, g_strdup (job->folder), g_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
lw_create_project_async (const char *folder, const LwPalette *palette, GPtrArray *media, LwOperation *operation,
                         GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  g_task_set_task_data (task, job_new (folder, palette, media, operation), (GDestroyNotify) job_free);
  g_task_run_in_thread (task, create_in_thread);
}

char *
lw_create_project_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
add_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  if (add_all (LW_PROJECT (source), data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
lw_add_media_async (LwProject *project, GPtrArray *media, LwOperation *operation, GAsyncReadyCallback callback, gpointer user_data)
{
  lw_project_run_async (project, add_in_thread, job_new (NULL, NULL, media, operation), (GDestroyNotify) job_free, NULL, callback,
                        user_data);
}

gboolean
lw_add_media_finish (LwProject *project, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- the sample ---- */

static gboolean
is_video_name (const char *name)
{
  const char *endings[] = { ".mp4", ".mkv", ".webm", ".avi", ".mov" };
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (name, endings[i]))
      return TRUE;
  return FALSE;
}

static char *
find_sample_clip (GError **error)
{
  g_autofree char *folder = lw_paths_data ("sample");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (is_video_name (name))
      return g_build_filename (folder, name, NULL);
  if (dir != NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("There is no clip in “%s”: install Labelwright again"), folder);
  return NULL;
}

static char *
sample_project_folder (void)
{
  const char *documents = g_get_user_special_dir (G_USER_DIRECTORY_DOCUMENTS);
  if (documents != NULL && g_strcmp0 (documents, g_get_home_dir ()) != 0)
    return g_build_filename (documents, _("Labelwright Sample"), NULL);
  return g_build_filename (g_get_user_data_dir (), "labelwright", _("Labelwright Sample"), NULL);
}

static gboolean
create_sample (Job *job, GError **error)
{
  g_autofree char *database = g_build_filename (job->folder, "project.sqlite", NULL);
  g_autofree char *parent = g_path_get_dirname (job->folder);
  if (g_file_test (database, G_FILE_TEST_EXISTS))
    return TRUE;
  g_autofree char *clip = find_sample_clip (error);
  if (clip == NULL || (job->palette = lw_palette_load ("camvid11", error)) == NULL)
    return FALSE;
  g_mkdir_with_parents (parent, 0755);
  g_ptr_array_add (job->media, lw_media_request_new (clip, 1, TRUE));
  return create (job, error);
}

static void
create_sample_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  g_autoptr (GError) error = NULL;
  if (create_sample (job, &error))
    g_task_return_pointer (task, g_strdup (job->folder), g_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
lw_create_sample_async (LwOperation *operation, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  g_autofree char *folder = sample_project_folder ();
  g_autoptr (GPtrArray) media = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_media_request_free);
  g_task_set_task_data (task, job_new (folder, NULL, media, operation), (GDestroyNotify) job_free);
  g_task_run_in_thread (task, create_sample_in_thread);
}
