/* history.h: what undo and redo would take next, derived from the journal (private to core/store) */
#pragma once

#include "store/journal/frames.h"

/* (transfer full): of a frame without strokes. */
LwHistory *lw_history_new (void);
/* Of all strokes up to @head->seq. */
LwHistory *lw_history_read (LwDb *db, gint64 frame, GError **error);
/* As it was after the first @seq strokes. */
LwHistory *lw_history_read_upto (LwDb *db, gint64 frame, gint64 seq, GError **error);
/* One stroke more; @undoes: what it takes back, or NULL. FALSE: that is neither next to undo nor next to redo (then nothing changes). */
gboolean lw_history_add (LwHistory *history, const char *uuid, const char *undoes);
/* Whether a stroke of the frame is next to undo or next to redo; reads only what came after it. As lw_query_step(): 0: it is not, or is not there */
int lw_history_is_next (LwDb *db, gint64 frame, const char *uuid, GError **error);
