/* space.h: what takes the room on the disk, and what of it can go without a loss */
#pragma once

#include "store/project.h"

typedef enum {
  /* in the project's file */
  LW_SPACE_JOURNAL,            /* strokes */
  LW_SPACE_REVISIONS,          /* frozen tiles, and which are where */
  LW_SPACE_WORKING,            /* the labels as they are now */
  LW_SPACE_PROPOSALS,
  LW_SPACE_ROWS,               /* all other tables */
  LW_SPACE_FREE,               /* pages that what comes next will use */
  /* beside it */
  LW_SPACE_WAL,                /* the log of what is not folded in yet */
  LW_SPACE_MODELS,
  LW_SPACE_JOBS,
  LW_SPACE_MEDIA,              /* copies of media */
  LW_SPACE_BACKUPS,
  LW_N_SPACES
} LwSpaceKind;

typedef struct {
  guint64 bytes[LW_N_SPACES];
  guint proposals, jobs;       /* that lw_project_prune() would take */
  guint64 proposal_bytes, job_bytes;
} LwSpace;
/* Reads every page of the file once. */
gboolean lw_project_measure_space (LwProject *project, LwSpace *space, GCancellable *cancellable, GError **error);

typedef enum {
  LW_PRUNE_PROPOSALS,          /* of which nothing was ever applied: the network can make them again */
  LW_PRUNE_JOBS,               /* training data and checkpoints of jobs that are done or cancelled; how they went stays */
} LwPrune;
/* Never takes labels, strokes or revisions. @n (out): how many it took; cancelled on the way: those that are gone */
gboolean lw_project_prune (LwProject *project, LwPrune what, guint *n, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error);
