/* training-work.c: what a training needs done to the project: its job prepared, found again, ended, scored */
#include "config.h"
#include "training-work.h"

#include "engine/workflow.h"
#include "score-models.h"

/* ---- before ---- */

typedef struct
{
  char *base;
  guint epochs;
  LwEngine *engine;
  LwOperation *operation;
} Preparation;

static void
preparation_free (Preparation *preparation)
{
  g_free (preparation->base);
  g_object_unref (preparation->engine);
  g_object_unref (preparation->operation);
  g_free (preparation);
}

static void
prepare_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Preparation *preparation = data;
  LwProject *project = LW_PROJECT (source);
  LwTrainRequest request = { .base_model = preparation->base, .epochs = preparation->epochs, .seed = -1 };
  g_autoptr (GError) error = NULL;
  LwJob *job = lw_workflow_prepare_training (project, preparation->engine, &request, lw_operation_progress, preparation->operation,
                                             lw_operation_get_cancellable (preparation->operation), &error);
  if (job != NULL)
    g_task_return_pointer (task, job, (GDestroyNotify) lw_job_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
lw_training_prepare_async (LwDesk *desk, const char *base, guint epochs, LwOperation *operation, GAsyncReadyCallback callback, gpointer data)
{
  Preparation *preparation = g_new (Preparation, 1);
  *preparation = (Preparation) { g_strdup (base), epochs, g_object_ref (lw_desk_get_engine (desk)), g_object_ref (operation) };
  lw_project_run_async (lw_desk_get_project (desk), prepare_in_thread, preparation, (GDestroyNotify) preparation_free, NULL, callback, data);
}

/* ---- after ---- */

typedef struct
{
  char *uuid;
  LwEngine *engine;
  LwOperation *operation;
} Scoring;

static void
scoring_free (Scoring *scoring)
{
  g_free (scoring->uuid);
  g_object_unref (scoring->engine);
  g_object_unref (scoring->operation);
  g_free (scoring);
}

static void
score_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Scoring *scoring = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LwModelComparison) comparison = NULL;
  LwJob *job = lw_find_job (LW_PROJECT (source), scoring->uuid, &error);
  if (job != NULL)
    comparison = lw_adopt_and_compare (LW_PROJECT (source), scoring->engine, job, lw_operation_progress, scoring->operation,
                                       lw_operation_get_cancellable (scoring->operation), &error);
  g_clear_pointer (&job, lw_job_free);
  if (comparison != NULL)
    g_task_return_pointer (task, g_steal_pointer (&comparison), (GDestroyNotify) lw_model_comparison_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
lw_training_score_async (LwDesk *desk, const LwJob *job, LwOperation *operation, GAsyncReadyCallback callback, gpointer data)
{
  Scoring *scoring = g_new (Scoring, 1);
  *scoring = (Scoring) { g_strdup (job->uuid), g_object_ref (lw_desk_get_engine (desk)), g_object_ref (operation) };
  lw_project_run_async (lw_desk_get_project (desk), score_in_thread, scoring, (GDestroyNotify) scoring_free, NULL, callback, data);
}

/* ---- jobs that were left ---- */

void
lw_left_job_free (LwLeftJob *left)
{
  g_clear_pointer (&left->job, lw_job_free);
  g_clear_pointer (&left->progress, lw_job_progress_free);
  g_free (left);
}

static void
look_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  LwProject *project = LW_PROJECT (source);
  LwLeftJob *left = g_new0 (LwLeftJob, 1);
  g_autoptr (GPtrArray) jobs = lw_project_list_jobs (project, NULL);
  for (guint i = 0; jobs != NULL && i < jobs->len && left->job == NULL; i++)
    {
      LwJob *job = jobs->pdata[i];
      LwJobState state = job->status == LW_JOB_RUNNING ? lw_job_get_state (job->folder) : LW_JOB_STATE_STOPPED;
      if (state == LW_JOB_STATE_STOPPED || state == LW_JOB_STATE_FAILED)
        continue;
      left->state = state;
      left->job = lw_find_job (project, job->uuid, NULL);
      if (left->job != NULL)
        left->progress = lw_job_load_progress (job->folder, NULL);
    }
  g_task_return_pointer (task, left, (GDestroyNotify) lw_left_job_free);
}

void
lw_training_find_left_async (LwDesk *desk, GAsyncReadyCallback callback, gpointer data)
{
  lw_project_run_async (lw_desk_get_project (desk), look_in_thread, NULL, NULL, NULL, callback, data);
}

/* ---- a job that came to nothing ---- */

typedef struct
{
  gint64 job;
  LwJobStatus status;
  char *message;
} Ending;

static void
ending_free (Ending *ending)
{
  g_free (ending->message);
  g_free (ending);
}

static void
end_job_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Ending *ending = data;
  g_task_return_boolean (task, lw_project_finish_job (LW_PROJECT (source), ending->job, ending->status, 0, ending->message, NULL));
}

void
lw_training_end_job (LwDesk *desk, const LwJob *job, LwJobStatus status, const char *message)
{
  Ending *ending = g_new0 (Ending, 1);
  *ending = (Ending) { job->id, status, g_strdup (message) };
  lw_project_run_async (lw_desk_get_project (desk), end_job_in_thread, ending, (GDestroyNotify) ending_free, NULL, NULL, NULL);
}

static void
request_stop_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_boolean (task, lw_job_request_stop (data, NULL));
}

void
lw_training_request_stop (LwDesk *desk, const LwJob *job)
{
  lw_project_run_async (lw_desk_get_project (desk), request_stop_in_thread, g_strdup (job->folder), g_free, NULL, NULL, NULL);
}
