/* work.h: reads and writes of the project on a worker thread, for the panes that show what they find */
#pragma once

#include "desk/desk.h"
#include "desk/operation.h"
#include <gtk/gtk.h>

/* What is done and what becomes of it. @wanted is the caller's, and lives until after @show. */
typedef struct
{
  /* On a worker thread; NULL with @error set where it failed. @operation: to tell the progress to, NULL where nobody watches. */
  gpointer (*find) (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error);
  GDestroyNotify release;                                                /* of what was found; NULL: it is no memory */
  void (*show) (gpointer owner, gpointer found, gpointer wanted);        /* main thread; @found is lent */
  const char *failed;                                                    /* (N_) the title of the message where it did not work */
  void (*fail) (gpointer owner, const GError *error, gpointer wanted);   /* (optional) main thread; beside the message; where it was cancelled, too */
} LwWork;

/* Nothing is shown once @owner is gone or @cancellable (optional) cancelled. @work is static. */
void lw_work_start (LwDesk *desk, gpointer owner, const LwWork *work, gpointer wanted, GDestroyNotify free_wanted, GCancellable *cancellable);
/* The same under a dialog with a bar and “Cancel”, above the window of @owner, a widget. */
void lw_work_start_watched (LwDesk *desk, GtkWidget *owner, const LwWork *work, gpointer wanted, GDestroyNotify free_wanted, const char *title);
/* The same without one: @owner shows the operation itself, and calls its cancellable. */
void lw_work_start_operation (LwDesk *desk, gpointer owner, const LwWork *work, gpointer wanted, GDestroyNotify free_wanted, LwOperation *operation);
/* Cancels what runs under *@running, and makes it ready for what comes next. Returns: (transfer none) */
GCancellable *lw_work_supersede (GCancellable **running);
void lw_work_cancel (GCancellable **running);
