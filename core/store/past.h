/* past.h: what a project was and who changed it: revisions and audit rows by filter, snapshots of all frames, and the way back to any of them */
#pragma once

#include "store/project.h"

/* ---- revisions ---- */
typedef struct {
  gint64 frame;                 /* 0: of all frames */
  const char *author;           /* NULL: anybody */
  int kind;                     /* LwRevisionKind; -1: any */
  gint64 model;                 /* with pixels that this model set; 0: any */
  gint64 since, until;          /* microseconds since 1970, UTC; 0: no limit */
  guint newest;                 /* at most so many; 0: all */
} LwRevisionFilter;
/* (element-type LwRevision), newest first. */
GPtrArray *lw_project_find_revisions (LwProject *project, const LwRevisionFilter *filter, GError **error);
/* By its uuid, or by the first letters of it where no other begins so. */
LwRevision *lw_project_find_revision (LwProject *project, const char *uuid, GError **error);

/* ---- what there is to filter by ---- */
typedef enum { LW_FACET_AUTHOR, LW_FACET_ACTOR, LW_FACET_ACTION, LW_N_FACETS } LwFacet;
GStrv lw_project_list_facet (LwProject *project, LwFacet facet, GError **error);               /* every name that occurs, sorted */
/* Revisions that were made by submitting, accepting or returning: gint64 id → GINT_TO_POINTER (LwAction + 1). @frame 0: of all frames */
GHashTable *lw_project_find_acts (LwProject *project, gint64 frame, GError **error);

/* ---- the way back ---- */
typedef struct {
  guint restored;               /* frames whose labels changed */
  guint same;                   /* frames that were as wanted already */
  gint64 step;                  /* of all these frames, for lw_project_take_back(); 0: nothing changed */
} LwRestored;
/* The labels of a frame become those of @revision, by one stroke (which undo takes back) and a new revision. What was there is kept as a revision before, unless it is one. */
gboolean lw_project_restore_revision (LwProject *project, gint64 revision, LwRestored *restored, GError **error);
/* The labels of frames as they were at a time, which the journal knows to the stroke. Frames that were not labelled then lose their labels. All frames together are
 * one step of undo; where it is cancelled or fails on the way, those that were done. */
gboolean lw_project_restore_time (LwProject *project, const gint64 *frames, gsize n_frames, gint64 time, LwRestored *restored, LwProgress progress,
                                  gpointer data, GCancellable *cancellable, GError **error);
/* The same from a snapshot, by name or uuid. */
gboolean lw_project_restore_snapshot (LwProject *project, const gint64 *frames, gsize n_frames, const char *snapshot, LwRestored *restored,
                                      LwProgress progress, gpointer data, GCancellable *cancellable, GError **error);

/* Frames that got strokes after @time, in display order: of gint64. The others are what they were. */
GArray *lw_project_list_changed_since (LwProject *project, gint64 time, GError **error);

/* ---- snapshots: a name for a revision of every labelled frame ---- */
typedef struct {
  gint64 id;
  char *uuid, *name, *author, *message;
  gint64 created;
  guint n_frames;               /* that had been painted on */
} LwSnapshot;
void lw_snapshot_free (LwSnapshot *snapshot);      /* NULL is nothing to free */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwSnapshot, lw_snapshot_free)
/* Makes a revision of each frame whose labels are in none yet. LW_STORE_ERROR_EXISTS where the name is taken. Returns: its id, 0 on error */
gint64 lw_project_add_snapshot (LwProject *project, const char *name, const char *message, LwProgress progress, gpointer data, GCancellable *cancellable,
                                GError **error);
GPtrArray *lw_project_list_snapshots (LwProject *project, GError **error);                     /* (element-type LwSnapshot), newest first */
LwSnapshot *lw_project_find_snapshot (LwProject *project, const char *name_or_uuid, GError **error);

/* ---- who did what ---- */
typedef struct {
  const char *copy, *actor, *action, *object;      /* NULL: any */
  gint64 since, until;          /* microseconds since 1970, UTC; 0: no limit */
  guint newest;                 /* at most so many; 0: all */
} LwAuditFilter;
GPtrArray *lw_project_find_audit (LwProject *project, const LwAuditFilter *filter, GError **error);      /* (element-type LwAuditEntry), oldest first */
