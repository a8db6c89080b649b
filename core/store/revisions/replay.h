/* replay.h: the planes of a frame as they were after any of its strokes (private to core/store) */
#pragma once

#include "store/journal/frames.h"

/* After the first @seq strokes. From the nearest state that is stored whole: the map as it is now, a revision, or nothing. */
LwPlanes *lw_replay_planes (LwDb *db, const LwFrameHead *head, gint64 seq, GError **error);
/* How many strokes the frame had at @time. */
gboolean lw_replay_find_seq (LwDb *db, gint64 frame, gint64 time, gint64 *seq, GError **error);
