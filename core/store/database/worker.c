/* worker.c: starts and stops the threads of a project */
#include "config.h"
#include "store/database/worker.h"

void
lw_worker_start (LwWorker *worker, const char *name, LwDb *db, GThreadFunc func, gpointer data)
{
  worker->db = db;
  g_mutex_init (&worker->lock);
  g_cond_init (&worker->wake);
  worker->thread = g_thread_new (name, func, data);
}

void
lw_worker_stop (LwWorker *worker)
{
  g_mutex_lock (&worker->lock);
  worker->stopping = TRUE;
  g_cond_signal (&worker->wake);
  GThread *thread = g_steal_pointer (&worker->thread);
  g_mutex_unlock (&worker->lock);
  if (thread == NULL)
    return;
  g_thread_join (thread);
  g_clear_pointer (&worker->db, lw_db_close);
}

void
lw_worker_clear (LwWorker *worker)
{
  lw_worker_stop (worker);
  g_mutex_clear (&worker->lock);
  g_cond_clear (&worker->wake);
}
