/* relabel.h: other labels for a frame as a part of a step: a stroke, revisions before and after, and the way back (private to core/store) */
#pragma once

#include "store/journal/steps.h"
#include "store/journal/working.h"

/* What becomes of the status. */
typedef enum {
  LW_RELABEL_REOPENS,          /* as by any stroke */
  LW_RELABEL_KEEPS,            /* it stays, and what was accepted are the new labels */
  LW_RELABEL_SETS,             /* @status and @accepted */
} LwRelabelStatus;

typedef struct {
  gint64 frame;
  guint8 author;
  const char *tool;            /* of the stroke */
  const char *before, *after;  /* messages of the revisions */
  const char *action, *details;      /* of the audit row; @details NULL: none */
  LwStepRow row;               /* of the step; made with the first frame that changes */
  gint64 step;                 /* 0 before that */
  LwRelabelStatus keep;
  LwFrameStatus status;
  gint64 accepted;
  /* Returns: (transfer full): what the frame is to be. Called again where another program was faster. */
  LwPlanes *(*make) (LwDb *db, const LwFrameHead *head, gpointer data, GError **error);
  gpointer data;
  gboolean changed;            /* out: the labels or the status did */
} LwRelabel;
/* Runs on the writer thread, in a transaction of its own. A frame that is so already is no error: @changed tells. */
gboolean lw_relabel_frame (LwProject *project, LwRelabel *relabel, GError **error);

/* A step's row of a frame whose labels, status and accepted revision are what they are to be. @head: as it was before. */
gboolean lw_step_add_relabelled (LwDb *db, gint64 step, const LwFrameHead *head, gint64 accepted_before, GError **error);
/* Frames of @step go back to the labels, status and accepted revision that they had, where nothing came since; @row: of the step that this makes.
 * *@made (in and out): that step, 0: none yet. */
gboolean lw_relabel_take_back (LwProject *project, gint64 step, const LwStepRow *row, gint64 *made, guint *n_done, guint *n_left, GError **error);
