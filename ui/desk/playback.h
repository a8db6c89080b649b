/* playback.h: plays the frames from the one on show on, each with its labels, read ahead */
#pragma once

#include "desk.h"

/* Properties: "playing" (bool; notifies), "position" (uint: the frame on show while it plays; notifies).
 * Signal: "show" (LwImage *, LwLabelMap *: lent until the next run begins; NULL, NULL: show them no longer). It ends with its medium. */
#define LW_TYPE_PLAYBACK (lw_playback_get_type ())
G_DECLARE_FINAL_TYPE (LwPlayback, lw_playback, LW, PLAYBACK, GObject)

LwPlayback *lw_playback_new (LwDesk *desk);
gboolean lw_playback_is_playing (LwPlayback *playback);
guint lw_playback_get_position (LwPlayback *playback);
void lw_playback_start (LwPlayback *playback);
/* Opens the frame it came to. */
void lw_playback_stop (LwPlayback *playback);
