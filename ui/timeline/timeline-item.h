/* timeline-item.h: the thumbnail of one frame, with its status */
#pragma once

#include <adwaita.h>
#include "desk/frame-object.h"
#include "thumbnails.h"

#define LW_TYPE_TIMELINE_ITEM (lw_timeline_item_get_type ())
G_DECLARE_FINAL_TYPE (LwTimelineItem, lw_timeline_item, LW, TIMELINE_ITEM, AdwBin)

GtkWidget *lw_timeline_item_new (LwThumbnails *thumbnails);
/* NULL: shows nothing, and drops a thumbnail that is still to come. @position counts from 0. */
guint lw_timeline_item_get_position (LwTimelineItem *item);
void lw_timeline_item_set_frame (LwTimelineItem *item, LwFrameObject *object, guint position);
