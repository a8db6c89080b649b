/* timeline.h: the frames as a strip of thumbnails, the frame on show by name and time, and playing */
#pragma once

#include <adwaita.h>
#include "desk/playback.h"

/* Signal "chosen-changed". Acts through the workspace's actions "frames.next" and so on (window/workspace-frames.c). */
#define LW_TYPE_TIMELINE (lw_timeline_get_type ())
G_DECLARE_FINAL_TYPE (LwTimeline, lw_timeline, LW, TIMELINE, AdwBin)

void lw_timeline_set_desk (LwTimeline *timeline, LwDesk *desk, LwPlayback *playback);
/* (element-type gint64): ids of the frames that are chosen together; else that of the one on show. */
GArray *lw_timeline_dup_chosen (LwTimeline *timeline);
void lw_timeline_open_go_to (LwTimeline *timeline);      /* the entry for a name, number or time */
void lw_timeline_show_left (LwTimeline *timeline);       /* what is left to label */
/* What a reviewer said of the frame on show; NULL: nothing. */
void lw_timeline_set_note (LwTimeline *timeline, const char *note);
/* Who else has it open, in short and as a sentence; NULL: nobody. */
void lw_timeline_set_company (LwTimeline *timeline, const char *who, const char *told);
/* The text at the end of the line: what lies under the pointer. */
void lw_timeline_set_pointer_text (LwTimeline *timeline, const char *text);
/* Beside it: since when the pixel is what it is; NULL: nothing. */
void lw_timeline_set_pixel_text (LwTimeline *timeline, const char *text);
