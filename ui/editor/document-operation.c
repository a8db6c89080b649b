/* document-operation.c: operations on the whole frame, tried on a copy first */
#include "config.h"
#include "editor/document-private.h"

struct _LwTrial {
  guint64 n_changes;         /* of the document, when the copy was made; another frame's are others */
  LwDiff *diff;
  guint n_regions;
};

typedef struct {
  LwLabelOperation operation;
  LwProtection protection;
  guint8 origin;
  LwPlanes *planes;          /* a copy */
  LwTrial *trial;
} Job;

void
lw_trial_free (LwTrial *trial)
{
  if (trial == NULL)
    return;
  g_clear_pointer (&trial->diff, lw_diff_unref);
  g_free (trial);
}

static void
job_free (gpointer data)
{
  Job *job = data;

  lw_planes_free (job->planes);
  lw_trial_free (job->trial);
  g_free (job);
}

static void
try_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  g_autoptr(LwLabelMap) result = lw_label_operation_run (job->planes->plane[LW_PLANE_CLASS], &job->operation, &job->trial->n_regions);
  if (g_task_return_error_if_cancelled (task))
    return;
  LwEdit *edit = lw_edit_new (job->planes, job->origin, &job->protection);
  lw_edit_map (edit, result);
  job->trial->diff = lw_edit_finish (edit);
  g_task_return_pointer (task, g_steal_pointer (&job->trial), (GDestroyNotify) lw_trial_free);
}

void
lw_document_try_operation_async (LwDocument *self, const LwLabelOperation *operation, const LwProtection *protection, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (LW_IS_DOCUMENT (self) && operation != NULL && protection != NULL);

  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lw_document_try_operation_async);
  if (self->state == NULL || self->edit != NULL || self->person < 0)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_BUSY, "nothing can be changed now");      /* not shown to anybody */
      return;
    }
  Job *job = g_new0 (Job, 1);
  job->operation = *operation;
  job->protection = *protection;
  job->origin = (guint8) self->person;
  job->planes = lw_planes_copy (self->state->planes);
  job->trial = g_new0 (LwTrial, 1);
  job->trial->n_changes = self->n_changes;
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, try_in_thread);
}

LwTrial *
lw_document_try_operation_finish (LwDocument *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

guint64
lw_trial_get_n_pixels (const LwTrial *trial)
{
  return lw_diff_count (trial->diff);
}

guint
lw_trial_get_n_regions (const LwTrial *trial)
{
  return trial->n_regions;
}

gboolean
lw_document_apply_trial (LwDocument *self, const LwTrial *trial, const char *tool)
{
  g_return_val_if_fail (LW_IS_DOCUMENT (self) && trial != NULL && tool != NULL, FALSE);

  if (self->state == NULL || self->edit != NULL || self->person < 0 || self->n_changes != trial->n_changes)
    return FALSE;
  document_forget_undo (self);
  lw_diff_apply (trial->diff, self->state->planes);
  document_save_stroke (self, self->state, tool, (guint8) self->person, trial->diff);
  document_damaged_by (self, trial->diff);
  return TRUE;
}
