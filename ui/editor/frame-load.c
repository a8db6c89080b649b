/* frame-load.c: the document's reads from the project, each a job on a worker thread */
#include "config.h"
#include "editor/frame-load.h"
#include <glib/gi18n-lib.h>

#define DIFFS_AHEAD 16       /* of each stack: the first undos after opening a frame find theirs in memory */

typedef struct {
  LwProject *project;        /* held by the caller of lw_project_run_async() for as long as the job runs */
  gint64 id;                 /* frame or model */
  GPtrArray *uuids;
} Job;

static Job *
job_new (LwProject *project, gint64 id, GPtrArray *uuids)
{
  Job *job = g_new (Job, 1);

  *job = (Job) { g_object_ref (project), id, uuids };
  return job;
}

static void
job_free (gpointer data)
{
  Job *job = data;

  g_clear_pointer (&job->uuids, g_ptr_array_unref);
  g_object_unref (job->project);
  g_free (job);
}

void
frame_load_free (FrameLoad *load)
{
  g_clear_pointer (&load->state, frame_state_unref);
  g_free (load);
}

/* ---- a frame ---- */

static gboolean
load_origins (Job *job, FrameLoad *load, GError **error)
{
  load->person = lw_project_is_read_only (job->project) ? -1 : lw_project_get_origin (job->project, LW_ORIGIN_PERSON, NULL, 0, error);
  if (load->person < 0 && !lw_project_is_read_only (job->project))
    return FALSE;

  g_autoptr(GPtrArray) origins = lw_project_list_origins (job->project, error);
  if (origins == NULL)
    return FALSE;
  for (guint i = 0; i < origins->len; i++)
    {
      const LwOrigin *origin = origins->pdata[i];
      load->is_person[origin->index] = origin->kind == LW_ORIGIN_PERSON;
    }
  return TRUE;
}

/* Copies the names, and reads the diffs on top. A diff that can't be read is met again, and reported, by the undo that needs it. */
static void
load_stack (Job *job, FrameState *state, const GPtrArray *from, GPtrArray *to)
{
  for (guint i = 0; i < from->len; i++)
    g_ptr_array_add (to, g_strdup (from->pdata[i]));
  for (guint i = from->len, n = 0; i > 0 && n < DIFFS_AHEAD && state->n_tiles < DIFF_TILES_AHEAD; i--, n++)
    {
      g_autoptr(LwDiff) diff = lw_project_load_diff (job->project, job->id, from->pdata[i - 1], NULL);
      g_autoptr(LwMaker) maker = diff != NULL ? lw_project_find_maker (job->project, job->id, from->pdata[i - 1], NULL) : NULL;
      if (diff != NULL)
        frame_state_add_loaded (state, from->pdata[i - 1], diff, maker);
    }
}

static gboolean
load_planes (Job *job, FrameState *state, GError **error)
{
  g_autoptr(LwHistory) history = NULL;

  state->planes = lw_project_load_planes (job->project, job->id, &history, error);
  if (state->planes == NULL)
    return FALSE;
  state->seq = history->seq;
  load_stack (job, state, history->undo, state->undo);
  load_stack (job, state, history->redo, state->redo);
  return TRUE;
}

static int
find_model_origin (LwProject *project, gint64 model, GError **error)
{
  if (lw_project_is_read_only (project))
    {
      g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_READ_ONLY, _("The project is open for reading only."));
      return -1;
    }

  g_autoptr(GPtrArray) models = lw_project_list_models (project, error);
  const char *name = NULL;
  if (models == NULL)
    return -1;
  for (guint i = 0; i < models->len && name == NULL; i++)
    if (((LwModel *) models->pdata[i])->id == model)
      name = ((LwModel *) models->pdata[i])->name;
  return lw_project_get_origin (project, LW_ORIGIN_MODEL, name != NULL ? name : "model", model, error);
}

static gboolean
load_proposal (Job *job, FrameState *state, GError **error)
{
  GError *own = NULL;
  g_autoptr(LwFrame) frame = lw_project_get_frame (job->project, job->id, error);

  if (frame == NULL)
    return FALSE;
  state->proposal_id = frame->proposal;        /* read first: a newer one is noticed, and loaded again */
  state->proposal = lw_project_load_proposal (job->project, job->id, &own);
  if (own != NULL)
    {
      g_propagate_error (error, own);
      return FALSE;
    }
  if (state->proposal != NULL)
    state->proposal_origin = find_model_origin (job->project, state->proposal->model, NULL);
  return TRUE;
}

static void
load_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr(FrameLoad) load = g_new0 (FrameLoad, 1);
  Job *job = data;
  GError *error = NULL;

  load->state = frame_state_new (job->id);
  if (load_planes (job, load->state, &error) && load_proposal (job, load->state, &error) && load_origins (job, load, &error))
    g_task_return_pointer (task, g_steal_pointer (&load), (GDestroyNotify) frame_load_free);
  else
    g_task_return_error (task, error);
}

void
frame_load_async (LwProject *project, gint64 frame, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  lw_project_run_async (project, load_in_thread, job_new (project, frame, NULL), job_free, cancellable, callback, data);
}

FrameLoad *
frame_load_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- diffs for undo ---- */

static void
loaded_free (gpointer data)
{
  LoadedStroke *loaded = data;

  lw_diff_unref (loaded->diff);
  lw_maker_free (loaded->maker);
  g_free (loaded);
}

static void
load_diffs_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;
  GHashTable *diffs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, loaded_free);
  gsize n_tiles = 0;

  for (guint i = 0; i < job->uuids->len && n_tiles < DIFF_TILES_AHEAD; i++)
    {
      LwDiff *diff = lw_project_load_diff (job->project, job->id, job->uuids->pdata[i], i == 0 ? &error : NULL);
      if (diff == NULL)
        break;
      n_tiles += diff_count_tiles (diff);
      LoadedStroke *loaded = g_new (LoadedStroke, 1);
      *loaded = (LoadedStroke) { diff, lw_project_find_maker (job->project, job->id, job->uuids->pdata[i], NULL) };
      g_hash_table_insert (diffs, g_strdup (job->uuids->pdata[i]), loaded);
    }
  if (error == NULL)
    g_task_return_pointer (task, diffs, (GDestroyNotify) g_hash_table_unref);
  else
    {
      g_hash_table_unref (diffs);
      g_task_return_error (task, error);
    }
}

void
frame_load_diffs_async (LwProject *project, gint64 frame, GPtrArray *uuids, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  lw_project_run_async (project, load_diffs_in_thread, job_new (project, frame, g_ptr_array_ref (uuids)), job_free, cancellable, callback, data);
}

GHashTable *
frame_load_diffs_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- the origin of a proposal ---- */

static void
load_origin_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;
  int origin = find_model_origin (job->project, job->id, &error);

  if (error == NULL)
    g_task_return_int (task, origin);
  else
    g_task_return_error (task, error);
}

void
frame_load_origin_async (LwProject *project, gint64 model, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  lw_project_run_async (project, load_origin_in_thread, job_new (project, model, NULL), job_free, cancellable, callback, data);
}

int
frame_load_origin_finish (GAsyncResult *result, GError **error)
{
  return (int) g_task_propagate_int (G_TASK (result), error);
}
