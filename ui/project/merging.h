/* merging.h: what the merge window has a worker thread do, whose parts fit LwWork: look at the other copy, merge it, keep what was decided */
#pragma once

#include "project/work.h"
#include "store/merge.h"

/* Of the other copy, which is opened for this and closed again. */
typedef struct {
  char *folder;
  GHashTable *decisions;       /* what was decided, when it is merged; NULL: only look */
  /* What came of it: */
  LwMergeReport report;
  LwPalette *palette;
  char *key;                   /* under which decisions are kept */
  guint recalled;              /* regions that are decided as they were left */
} LwMerging;

/* @conflicts: LwConflictObjects with what was decided; NULL: only look. */
LwMerging *lw_merging_new (const char *folder, GListModel *conflicts);
gpointer lw_merging_in_thread (LwProject *project, gpointer merging, LwOperation *operation, GCancellable *cancellable, GError **error);
void lw_merging_free (gpointer merging);

/* Decisions as they are now, to be kept in the project: a crash costs none. */
gpointer lw_kept_decisions_new (const char *key, GListModel *conflicts);
gpointer lw_kept_decisions_in_thread (LwProject *project, gpointer kept, LwOperation *operation, GCancellable *cancellable, GError **error);
void lw_kept_decisions_free (gpointer kept);
