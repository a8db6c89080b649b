/* frame-object.h: one frame of the project as a row of a list */
#pragma once

#include "store/project.h"

/* Properties: "name", "status" (LwFrameStatus as int), "has-proposal", "assignee"; the last three notify. */
#define LW_TYPE_FRAME_OBJECT (lw_frame_object_get_type ())
G_DECLARE_FINAL_TYPE (LwFrameObject, lw_frame_object, LW, FRAME_OBJECT, GObject)

LwFrameObject *lw_frame_object_new (LwFrame *frame);                        /* taken */
const LwFrame *lw_frame_object_get_frame (LwFrameObject *object);
void lw_frame_object_update (LwFrameObject *object, LwFrame *frame);        /* taken; the same frame, changed */

/* What a person reads ("In progress"), and the icon that goes with it. */
const char *lw_frame_status_get_label (LwFrameStatus status);
const char *lw_frame_status_get_icon (LwFrameStatus status);
/* Seconds from the start of the medium as "1:02.480"; NULL where the frame has no time. */
char *lw_frame_dup_time (const LwFrame *frame);
double lw_frame_get_seconds (const LwFrame *frame);                         /* NAN: none */
