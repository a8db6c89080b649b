/* frame-list.h: the frames of the project in display order, found by id, name, number, time or status */
#pragma once

#include "frame-object.h"

/* A GListModel of LwFrameObject. Property "n-items" notifies. Signal "status-changed": some frame's status or proposal changed. */
#define LW_TYPE_FRAME_LIST (lw_frame_list_get_type ())
G_DECLARE_FINAL_TYPE (LwFrameList, lw_frame_list, LW, FRAME_LIST, GObject)

#define LW_FRAME_LIST_NONE G_MAXUINT

LwFrameList *lw_frame_list_new (void);
/* @frames: (element-type LwFrame), emptied of them; objects of frames that stay are kept. */
void lw_frame_list_set_frames (LwFrameList *list, GPtrArray *frames);
void lw_frame_list_update (LwFrameList *list, LwFrame *frame);                       /* taken */

guint lw_frame_list_get_n (LwFrameList *list);
LwFrameObject *lw_frame_list_get (LwFrameList *list, guint position);                /* (transfer none); NULL past the end */
guint lw_frame_list_find_id (LwFrameList *list, gint64 id);
/* The next frame from @from in the direction of @step (1, -1) that nobody has begun to label, round the end; LW_FRAME_LIST_NONE: there is none. */
guint lw_frame_list_find_new (LwFrameList *list, guint from, int step);
/* The same for frames of a status. */
guint lw_frame_list_find_status (LwFrameList *list, LwFrameStatus status, guint from, int step);
/* By name, by a part of a name, by number (1 is the first frame; "#12" is always a number), or by time ("1:02.5", "12.5s") in the medium of the frame at @from. */
guint lw_frame_list_find_text (LwFrameList *list, const char *text, guint from);
guint lw_frame_list_count (LwFrameList *list, LwFrameStatus status);
