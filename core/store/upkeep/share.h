/* share.h: the same work on many items, shared by a few threads with a reading connection each (private to core/store) */
#pragma once

#include "store/project/project-private.h"

typedef struct _LwShare LwShare;

/* @db: the caller's own, in a reading transaction. The others see what it sees, or what came after. Where there can be no others, there are none.
 * Cancelling ends long statements, too. */
LwShare *lw_share_new (LwProject *project, LwDb *db, GCancellable *cancellable);
void lw_share_free (LwShare *self);      /* @db goes back to the caller; NULL is nothing to free */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwShare, lw_share_free)

/* On any of the threads. FALSE: with an error, which ends all. */
typedef gboolean (*LwShareFunc) (LwDb *db, guint item, gpointer data, GError **error);

typedef struct {
  LwProgress progress;      /* called by the caller's thread only; or NULL */
  gpointer data;
  double from, to;
} LwShareProgress;

/* Items 0 to @n - 1, in no order. The caller's thread does its part. */
gboolean lw_share_run (LwShare *self, guint n, LwShareFunc func, gpointer data, const LwShareProgress *progress, GError **error);
