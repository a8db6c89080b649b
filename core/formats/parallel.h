/* parallel.h: one piece of work a frame, on all cores (private to core/formats) */
#pragma once

#include <gio/gio.h>
#include "media/frame-source.h"

/* Does piece @i; called on several threads at once. */
typedef gboolean (*LwPieceFunc) (guint i, gpointer data, GError **error);

/* Runs pieces 0 .. n - 1. After the first failure no more are begun. @progress is called on this thread. Returns: FALSE with the
 * error of the lowest piece that failed, or G_IO_ERROR_CANCELLED */
gboolean lw_parallel_run (guint n, LwPieceFunc func, gpointer data, LwProgress progress, gpointer progress_data,
                          GCancellable *cancellable, GError **error);
