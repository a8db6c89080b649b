/* merge-private.h: what the parts of a merge share (private to core/store) */
#pragma once

#include "store/journal/frames.h"
#include "store/merge.h"
#include "store/project/project-private.h"

/* What the ids of another copy are here: table[plane][theirs] = ours. */
typedef struct { guint8 table[LW_N_PLANES][256]; } LwMergeIds;
/* Classes by name and origins by who they are; adds what is not here, unless @dry, where new ones stay as they are. */
gboolean lw_merge_map_ids (LwProject *ours, LwProject *theirs, gboolean dry, LwMergeIds *ids, GError **error);
/* Turns their ids into ours, in place. */
void lw_merge_remap (LwPlanes *planes, const LwMergeIds *ids);
/* The names of persons that are not here, or were changed there later. */
gboolean lw_merge_persons (LwProject *ours, LwProject *theirs, GError **error);
/* Comments and verdicts that are not here yet; the package that the other copy is, if it is one, has come back. */
gboolean lw_merge_review (LwProject *ours, LwDb *there, GError **error);
/* After a frame was merged: @before is what it was. Makes the step where *@step is 0. */
gboolean lw_merge_note_step (LwProject *ours, const LwFrameHead *before, gint64 accepted_before, gint64 *step, GError **error);
/* The rows of the other copy's chains that are not here yet. */
gboolean lw_merge_audit (LwProject *ours, LwProject *theirs, GError **error);
