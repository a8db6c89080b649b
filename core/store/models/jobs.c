/* jobs.c: work of the engine: a row, and a folder in jobs/ that the engine fills */
#include "config.h"
#include "store/project/rows.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include "store/project/audit.h"

void
lw_job_free (LwJob *job)
{
  if (job == NULL)
    return;
  g_free (job->uuid);
  g_free (job->kind);
  g_free (job->folder);
  g_free (job->message);
  g_free (job);
}

static char *
job_folder (LwProject *self, const char *uuid)
{
  return g_build_filename (self->folder, "jobs", uuid, NULL);
}

/* NULL where its uuid is none, and so no name of a folder. */
static gpointer
read_job (LwProject *self, LwQuery *query)
{
  const char *uuid = (const char *) sqlite3_column_text (query, 1);
  if (uuid == NULL || !g_uuid_string_is_valid (uuid))
    return NULL;
  LwJob *job = g_new0 (LwJob, 1);
  job->id = sqlite3_column_int64 (query, 0);
  job->uuid = g_strdup (uuid);
  job->folder = job_folder (self, uuid);
  job->kind = lw_query_dup_text (query, 2);
  job->message = lw_query_dup_text (query, 3);
  job->status = (LwJobStatus) lw_query_int (query, 4, LW_JOB_RUNNING, LW_JOB_CANCELLED);
  job->dataset = sqlite3_column_int64 (query, 5);
  job->base_model = sqlite3_column_int64 (query, 6);
  job->model = sqlite3_column_int64 (query, 7);
  job->created = sqlite3_column_int64 (query, 8);
  return job;
}

GPtrArray *
lw_project_list_jobs (LwProject *self, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);
  return lw_project_list_rows (self, read_job, (GDestroyNotify) lw_job_free, error,
                               "SELECT id, uuid, kind, message, status, dataset, base_model, model, created FROM job ORDER BY id DESC", "", 0);
}

static gboolean
add_job (LwDb *db, gpointer data, GError **error)
{
  LwJob *job = data;
  if (!lw_db_run (db, error, "INSERT INTO job (uuid, kind, status, dataset, base_model, created) VALUES (?, ?, ?, ?, ?, ?)", "ssiKKI", job->uuid, job->kind,
                  job->status, job->dataset, job->base_model, job->created))
    return FALSE;
  job->id = sqlite3_last_insert_rowid (db->handle);
  return lw_change_topic (db, LW_TOPIC_JOBS, error) && lw_audit_add (db, error, "create-job", job->uuid, "%s", job->kind);
}

LwJob *
lw_project_create_job (LwProject *self, const char *kind, gint64 dataset, gint64 base_model, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && kind != NULL, NULL);

  g_autoptr(LwJob) job = g_new0 (LwJob, 1);
  job->uuid = g_uuid_string_random ();
  job->folder = job_folder (self, job->uuid);
  job->kind = g_strdup (kind);
  job->status = LW_JOB_RUNNING;
  job->dataset = dataset;
  job->base_model = base_model;
  job->created = g_get_real_time ();
  if (!lw_project_check_writable (self, error))
    return NULL;
  if (g_mkdir_with_parents (job->folder, 0777) != 0)
    {
      int e = errno;
      g_set_error (error, LW_STORE_ERROR, e == ENOSPC || e == EDQUOT ? LW_STORE_ERROR_FULL : LW_STORE_ERROR_IO, _("Could not make the folder “%s”: %s"),
                   job->folder, g_strerror (e));
      return NULL;
    }
  if (lw_project_transact (self, add_job, job, error))
    return g_steal_pointer (&job);
  g_rmdir (job->folder);
  return NULL;
}

typedef struct { gint64 job; LwJobStatus status; gint64 model; const char *message; } Finish;

static gboolean
finish (LwDb *db, gpointer data, GError **error)
{
  const Finish *what = data;
  gint64 status;
  int got = lw_db_get (db, &status, error, "SELECT status FROM job WHERE id = ?", "I", what->job);
  if (got <= 0 || status == LW_JOB_DONE)
    return got == 0 ? lw_store_not_found (error, _("job"), what->job) : got > 0;
  g_autofree char *uuid = lw_db_get_text (db, error, "SELECT uuid FROM job WHERE id = ?", "I", what->job);
  return uuid != NULL
         && lw_db_run (db, error, "UPDATE job SET status = ?, model = ?, message = ?, finished = ? WHERE id = ?", "iKsII", what->status, what->model,
                       what->message, g_get_real_time (), what->job)
         && lw_change_topic (db, LW_TOPIC_JOBS, error)
         && lw_audit_add (db, error, "finish-job", uuid, "status %d, model %" G_GINT64_FORMAT, what->status, what->model);
}

gboolean
lw_project_finish_job (LwProject *self, gint64 job, LwJobStatus status, gint64 model, const char *message, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), FALSE);
  return lw_project_transact (self, finish, &(Finish) { job, status, model, message }, error);
}
