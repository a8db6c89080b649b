/* steps.h: what was done beside strokes, so that it can be taken back as a whole (private to core/store)
 *
 * A step is what a person did as one thing: a status or other labels for many frames, other classes, a new medium. Taking it back is a step that names it, and doing it
 * again is a step that names that one. Rows are only ever added. */
#pragma once

#include "store/journal/frames.h"

typedef enum { LW_TURN_DONE, LW_TURN_UNDONE, LW_TURN_REDONE } LwTurn;

/* What the row of a step says. */
typedef struct {
  LwStepKind kind;
  const char *action;          /* "submit", "classes", "add-media" …, kept by a step that takes it back */
  LwTurn turn;
  gint64 undoes;               /* the step that it takes back; 0: none */
  const char *palette_before, *palette_after;
  gint64 media;
} LwStepRow;
/* In the transaction of what it tells of. Returns: its id, 0 on error (LW_STORE_ERROR_INVALID where @undoes was taken back already) */
gint64 lw_step_add (LwDb *db, const LwStepRow *row, GError **error);
/* In a transaction of its own. */
gint64 lw_step_add_alone (LwProject *project, const LwStepRow *row, GError **error);
/* The frame has its new status and accepted revision already. */
gboolean lw_step_add_frame (LwDb *db, gint64 step, const LwFrameHead *head, LwFrameStatus status_before, gint64 accepted_before, GError **error);
/* After the frame's stroke, in its transaction: makes the step where *@step is 0. @head: as it was before. */
gboolean lw_step_add_labels (LwDb *db, gint64 *step, const char *action, const LwFrameHead *head, GError **error);

/* Each kind's own file knows how to take a step back; as lw_project_take_back(), which is in take-back.c. */
gint64 lw_statuses_take_back (LwProject *project, gint64 step, const char *action, LwTurn turn, guint *n_left, GError **error);
gint64 lw_classes_take_back (LwProject *project, const char *now, const char *then, gint64 step, LwTurn turn, GError **error);
gint64 lw_media_take_back (LwProject *project, gint64 media, gint64 step, GError **error);
gint64 lw_assignment_take_back (LwProject *project, gint64 step, LwTurn turn, guint *n_left, GError **error);
gint64 lw_replaced_take_back (LwProject *project, gint64 step, LwTurn turn, const char *now, const char *then, guint *n_left, GError **error);
gint64 lw_removed_media_take_back (LwProject *project, gint64 media, gint64 step, LwTurn turn, GError **error);
gint64 lw_merged_take_back (LwProject *project, gint64 step, LwTurn turn, guint *n_left, GError **error);
gint64 lw_labels_take_back (LwProject *project, gint64 step, const char *action, LwTurn turn, guint *n_left, GError **error);
