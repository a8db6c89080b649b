/* writer.h: the one thread that writes: an ordered queue of synchronous calls, and of strokes that are never dropped (private to core/store) */
#pragma once

#include "store/database/database.h"

typedef struct _LwWriter LwWriter;
/* Called on the writer thread. */
typedef struct {
  void (*committed) (LwDb *db, gpointer data);                  /* a job ended well: something may have changed */
  /* (optional): @db is not in its place: returns a connection to the same project where it is now, and closes @db; or NULL */
  LwDb *(*find) (LwDb *db, gpointer data, GError **error);
  void (*failed) (const GError *error, gpointer data);          /* a kept job can't be written now */
  void (*recovered) (gpointer data);                            /* and now it was */
  gpointer data;
} LwWriterEvents;

LwWriter *lw_writer_new (LwDb *db /* taken */, const LwWriterEvents *events);
/* Ends the thread after what is queued; kept jobs that can't be written are given up with their error. Calls after it fail. */
void lw_writer_stop (LwWriter *writer);
void lw_writer_free (LwWriter *writer);      /* stops it first; then closes its connection */

/* Waits for its turn. While a kept job is stuck, it fails with the same error as that job: order is never changed. */
gboolean lw_writer_run (LwWriter *writer, LwWriteFunc func, gpointer data, GError **error);

/* @error: (transfer full), NULL when written */
typedef void (*LwWriteDone) (gpointer data, GError *error);
/* A kept job: where the disk is full, busy or failing, it stays at the head of the queue and is tried again every second and before each new job. */
void lw_writer_push (LwWriter *writer, LwWriteFunc func, gpointer data, LwWriteDone done);
/* The file may not be in its place: looks, and tells by the events, even where nothing is queued. */
void lw_writer_poke (LwWriter *writer);
/* Jobs of lw_writer_push() that are not written yet. */
guint lw_writer_get_n_kept (LwWriter *writer);
/* @func gets the data of each kept job, oldest first, while the queue is locked. */
void lw_writer_foreach_kept (LwWriter *writer, GFunc func, gpointer user_data);
/* The longest transaction so far, in microseconds. */
gint64 lw_writer_get_longest (LwWriter *writer);
