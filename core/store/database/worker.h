/* worker.h: a thread with a connection of its own, until it is told to stop (private to core/store) */
#pragma once

#include "store/database/database.h"

typedef struct {
  LwDb *db;
  GThread *thread;
  GMutex lock;
  GCond wake;                  /* there is something to do, or @stopping */
  gboolean stopping;
} LwWorker;

void lw_worker_start (LwWorker *worker, const char *name, LwDb *db /* taken */, GThreadFunc func, gpointer data);
/* Waits for the thread's end and closes the connection; a second time does nothing. */
void lw_worker_stop (LwWorker *worker);
void lw_worker_clear (LwWorker *worker);      /* stops it first */
