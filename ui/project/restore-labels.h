/* restore-labels.h: makes labels what they were, in one frame or in all, under a dialog with a bar; one step of undo */
#pragma once

#include "project/pane.h"

typedef struct
{
  const char *snapshot;        /* its name; NULL: as of @time */
  gint64 time;                 /* microseconds since 1970, UTC */
  gint64 frame;                /* 0: all */
} LwLabelsGoal;
/* Tells of it by lw_pane_did_step(). */
void lw_restore_labels (LwPane *pane, const LwLabelsGoal *goal);
