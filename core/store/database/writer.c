/* writer.c: the writer thread and its queue */
#include "config.h"
#include "store/database/writer.h"

#include <glib/gi18n-lib.h>
#include "store/database/worker.h"

#define RETRY_US G_USEC_PER_SEC

typedef struct {
  LwWriteFunc func;
  gpointer data;
  LwWriteDone done;      /* of a kept job; NULL: somebody waits in lw_writer_run() */
  GError *error;
  gboolean finished;     /* of a job that is waited for */
} Job;

struct _LwWriter {
  LwWorker worker;
  LwWriterEvents events;
  GCond finished;
  GQueue queue;          /* of Job; the head stays there while it runs */
  guint n_kept;
  GError *stuck;         /* why the head, or anything that may come, can't be written; or NULL */
  gboolean poked;
  gint64 longest;
};

static gboolean
may_pass (const GError *error)
{
  return g_error_matches (error, LW_STORE_ERROR, LW_STORE_ERROR_FULL) || g_error_matches (error, LW_STORE_ERROR, LW_STORE_ERROR_BUSY)
         || g_error_matches (error, LW_STORE_ERROR, LW_STORE_ERROR_IO) || g_error_matches (error, LW_STORE_ERROR, LW_STORE_ERROR_READ_ONLY)
         || g_error_matches (error, LW_STORE_ERROR, LW_STORE_ERROR_GONE);
}

/* With the lock held. */
static void
finish (LwWriter *self, Job *job, GError *error)
{
  if (job->done == NULL)
    {
      job->error = error;
      job->finished = TRUE;
      g_cond_broadcast (&self->finished);
      return;
    }
  self->n_kept--;
  g_mutex_unlock (&self->worker.lock);
  job->done (job->data, error);
  g_free (job);
  g_mutex_lock (&self->worker.lock);
}

/* Whoever waits behind a job that is stuck is told so instead of waiting with it. */
static void
fail_waiting (LwWriter *self)
{
  for (GList *link = self->queue.head, *next; link != NULL; link = next)
    {
      Job *job = link->data;
      next = link->next;
      if (job->done != NULL)
        continue;
      g_queue_delete_link (&self->queue, link);
      finish (self, job, g_error_copy (self->stuck));
    }
}

static void
get_stuck (LwWriter *self, GError *error)
{
  gboolean news = self->stuck == NULL || g_strcmp0 (self->stuck->message, error->message) != 0;
  g_clear_error (&self->stuck);
  self->stuck = error;
  fail_waiting (self);
  if (news)
    {
      g_autoptr(GError) copy = g_error_copy (error);
      g_mutex_unlock (&self->worker.lock);
      self->events.failed (copy, self->events.data);
      g_mutex_lock (&self->worker.lock);
    }
  if (!self->worker.stopping)
    g_cond_wait_until (&self->worker.wake, &self->worker.lock, g_get_monotonic_time () + RETRY_US);
}

static void
get_unstuck (LwWriter *self)
{
  if (self->stuck == NULL)
    return;
  g_clear_error (&self->stuck);
  g_mutex_unlock (&self->worker.lock);
  self->events.recovered (self->events.data);
  g_mutex_lock (&self->worker.lock);
}

/* A drive may have been removed, or be back elsewhere. With the lock held; FALSE: nothing can be written now. */
static gboolean
find_place (LwWriter *self)
{
  GError *error = NULL;
  LwDb *db = self->worker.db;
  g_mutex_unlock (&self->worker.lock);
  gboolean in_place = lw_db_is_in_place (db);
  if (!in_place && self->events.find == NULL)
    lw_db_gone (db, &error);
  LwDb *found = in_place ? db : error == NULL ? self->events.find (db, self->events.data, &error) : NULL;
  g_mutex_lock (&self->worker.lock);
  if (found != NULL)
    self->worker.db = found;
  else
    get_stuck (self, error);
  return found != NULL;
}

/* Runs the head of the queue. */
static void
run_one (LwWriter *self)
{
  Job *job = g_queue_peek_head (&self->queue);
  GError *error = NULL;
  g_mutex_unlock (&self->worker.lock);
  gboolean written = job->func (self->worker.db, job->data, &error);
  lw_db_rollback (self->worker.db);      /* a reading transaction that a job left open */
  if (written)
    self->events.committed (self->worker.db, self->events.data);
  g_mutex_lock (&self->worker.lock);
  self->longest = self->worker.db->longest;
  if (!written && job->done != NULL && may_pass (error))
    {
      get_stuck (self, error);
      return;
    }
  g_queue_pop_head (&self->queue);
  get_unstuck (self);
  finish (self, job, error);
}

static void
give_up_kept (LwWriter *self)
{
  Job *job;
  while ((job = g_queue_pop_head (&self->queue)) != NULL)
    finish (self, job, g_error_copy (self->stuck));
}

static gpointer
write_in_thread (gpointer data)
{
  LwWriter *self = data;
  g_mutex_lock (&self->worker.lock);
  while (TRUE)
    {
      while (g_queue_is_empty (&self->queue) && !self->worker.stopping && !self->poked && self->stuck == NULL)
        g_cond_wait (&self->worker.wake, &self->worker.lock);
      if (self->worker.stopping && (self->stuck != NULL || g_queue_is_empty (&self->queue)))
        break;
      self->poked = FALSE;
      if (!find_place (self))
        continue;
      if (g_queue_is_empty (&self->queue))
        get_unstuck (self);
      else
        run_one (self);
    }
  if (self->stuck != NULL)
    give_up_kept (self);
  g_mutex_unlock (&self->worker.lock);
  return NULL;
}

LwWriter *
lw_writer_new (LwDb *db, const LwWriterEvents *events)
{
  LwWriter *self = g_new0 (LwWriter, 1);
  self->events = *events;
  g_cond_init (&self->finished);
  g_queue_init (&self->queue);
  lw_worker_start (&self->worker, "lw-writer", db, write_in_thread, self);
  return self;
}

void
lw_writer_stop (LwWriter *self)
{
  lw_worker_stop (&self->worker);
}

void
lw_writer_free (LwWriter *self)
{
  if (self == NULL)
    return;
  lw_worker_clear (&self->worker);
  g_clear_error (&self->stuck);
  g_cond_clear (&self->finished);
  g_free (self);
}

static GError *
closed_error (void)
{
  return g_error_new_literal (LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("The project is closed"));
}

/* FALSE: the thread ends or has ended. */
static gboolean
append (LwWriter *self, Job *job)
{
  g_mutex_lock (&self->worker.lock);
  gboolean open = !self->worker.stopping;
  if (open)
    {
      g_queue_push_tail (&self->queue, job);
      self->n_kept += job->done != NULL;
      g_cond_signal (&self->worker.wake);
    }
  g_mutex_unlock (&self->worker.lock);
  return open;
}

gboolean
lw_writer_run (LwWriter *self, LwWriteFunc func, gpointer data, GError **error)
{
  Job job = { .func = func, .data = data };
  if (!append (self, &job))
    job.error = closed_error ();
  else
    {
      g_mutex_lock (&self->worker.lock);
      while (!job.finished)
        g_cond_wait (&self->finished, &self->worker.lock);
      g_mutex_unlock (&self->worker.lock);
    }
  if (job.error == NULL)
    return TRUE;
  g_propagate_error (error, job.error);
  return FALSE;
}

void
lw_writer_push (LwWriter *self, LwWriteFunc func, gpointer data, LwWriteDone done)
{
  Job *job = g_new0 (Job, 1);
  *job = (Job) { .func = func, .data = data, .done = done };
  if (append (self, job))
    return;
  g_free (job);
  done (data, closed_error ());
}

void
lw_writer_poke (LwWriter *self)
{
  g_mutex_lock (&self->worker.lock);
  self->poked = TRUE;
  g_cond_signal (&self->worker.wake);
  g_mutex_unlock (&self->worker.lock);
}

guint
lw_writer_get_n_kept (LwWriter *self)
{
  g_mutex_lock (&self->worker.lock);
  guint n = self->n_kept;
  g_mutex_unlock (&self->worker.lock);
  return n;
}

void
lw_writer_foreach_kept (LwWriter *self, GFunc func, gpointer user_data)
{
  g_mutex_lock (&self->worker.lock);
  for (GList *link = self->queue.head; link != NULL; link = link->next)
    {
      Job *job = link->data;
      if (job->done != NULL)
        func (job->data, user_data);
    }
  g_mutex_unlock (&self->worker.lock);
}

gint64
lw_writer_get_longest (LwWriter *self)
{
  g_mutex_lock (&self->worker.lock);
  gint64 longest = self->longest;
  g_mutex_unlock (&self->worker.lock);
  return longest;
}
