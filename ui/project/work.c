/* work.c: reads and writes of the project on a worker thread, for the panes that show what they find */
#include "config.h"
#include "work.h"

#include <glib/gi18n-lib.h>
#include "dialogs/progress-dialog.h"
#include "feedback.h"

typedef struct
{
  const LwWork *work;
  GWeakRef owner;
  LwDesk *desk;
  gpointer wanted;
  GDestroyNotify free_wanted;
  GCancellable *cancellable;      /* NULL: it always runs to its end */
  LwOperation *operation;         /* NULL: nobody watches */
  GtkWindow *dialog;
} Job;

static void
job_free (Job *job)
{
  g_weak_ref_clear (&job->owner);
  g_clear_object (&job->desk);
  if (job->free_wanted != NULL)
    job->free_wanted (job->wanted);
  g_clear_object (&job->cancellable);
  g_clear_object (&job->operation);
  g_free (job);
}

static void
find_in_thread (GTask *task, gpointer project, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  g_autoptr (GError) error = NULL;
  gpointer found = job->work->find (LW_PROJECT (project), job->wanted, job->operation, cancellable, &error);
  if (error == NULL)
    g_task_return_pointer (task, found, job->work->release);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_found_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Job *job = data;
  g_autoptr (GError) error = NULL;
  gpointer found = g_task_propagate_pointer (G_TASK (result), &error);
  g_autoptr (GObject) owner = g_weak_ref_get (&job->owner);
  gboolean wanted = owner != NULL && (job->cancellable == NULL || !g_cancellable_is_cancelled (job->cancellable));
  if (owner != NULL && error != NULL && job->work->fail != NULL)
    job->work->fail (owner, error, job->wanted);
  if (job->dialog != NULL)
    gtk_window_destroy (job->dialog);
  if (error == NULL)
    lw_withdraw_error (_(job->work->failed));
  if (wanted && error == NULL)
    job->work->show (owner, found, job->wanted);
  else if (wanted)
    lw_desk_fail (job->desk, _(job->work->failed), error);
  if (error == NULL && found != NULL && job->work->release != NULL)
    job->work->release (found);
  job_free (job);
}

static Job *
job_new (LwDesk *desk, gpointer owner, const LwWork *work, gpointer wanted, GDestroyNotify free_wanted)
{
  Job *job = g_new0 (Job, 1);
  g_weak_ref_init (&job->owner, owner);
  job->work = work;
  job->desk = g_object_ref (desk);
  job->wanted = wanted;
  job->free_wanted = free_wanted;
  return job;
}

void
lw_work_start (LwDesk *desk, gpointer owner, const LwWork *work, gpointer wanted, GDestroyNotify free_wanted, GCancellable *cancellable)
{
  Job *job = job_new (desk, owner, work, wanted, free_wanted);
  g_set_object (&job->cancellable, cancellable);
  lw_project_run_async (lw_desk_get_project (desk), find_in_thread, job, NULL, cancellable, on_found_cb, job);
}

void
lw_work_start_operation (LwDesk *desk, gpointer owner, const LwWork *work, gpointer wanted, GDestroyNotify free_wanted, LwOperation *operation)
{
  Job *job = job_new (desk, owner, work, wanted, free_wanted);
  job->operation = g_object_ref (operation);
  lw_project_run_async (lw_desk_get_project (desk), find_in_thread, job, NULL, lw_operation_get_cancellable (operation), on_found_cb, job);
}

void
lw_work_start_watched (LwDesk *desk, GtkWidget *owner, const LwWork *work, gpointer wanted, GDestroyNotify free_wanted, const char *title)
{
  Job *job = job_new (desk, owner, work, wanted, free_wanted);
  job->operation = lw_operation_new (title);
  job->dialog = lw_progress_dialog_new (owner, job->operation);
  lw_project_run_async (lw_desk_get_project (desk), find_in_thread, job, NULL, lw_operation_get_cancellable (job->operation), on_found_cb, job);
}

void
lw_work_cancel (GCancellable **running)
{
  if (*running != NULL)
    g_cancellable_cancel (*running);
  g_clear_object (running);
}

GCancellable *
lw_work_supersede (GCancellable **running)
{
  lw_work_cancel (running);
  return *running = g_cancellable_new ();
}
