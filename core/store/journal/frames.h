/* frames.h: what a write must know of its frame (private to core/store) */
#pragma once

#include "store/project/persons.h"

typedef struct {
  gint64 id;
  int width, height;
  gint64 seq;                  /* strokes so far */
  LwFrameStatus status;
  gint64 proposal;             /* 0: none */
} LwFrameHead;
/* LW_STORE_ERROR_NOT_FOUND, or DAMAGED where its size can't be. */
gboolean lw_frame_head_read (LwDb *db, gint64 frame, LwFrameHead *head, GError **error);
/* LW_STORE_ERROR_CONFLICT where strokes were added since @head was read: what was prepared from it no longer holds. */
gboolean lw_frame_head_check (LwDb *db, const LwFrameHead *head, GError **error);
/* In a transaction; windows hear of it. Neither step nor audit: whoever sets it adds these. */
gboolean lw_frame_set_status (LwDb *db, gint64 frame, LwFrameStatus status, GError **error);

/* The columns that lw_frame_from_row() reads. */
#define LW_FRAME_COLUMNS "frame.id, frame.media, frame.ordinal, frame.uuid, frame.name, frame.pts, frame.tb_num, frame.tb_den, frame.width," \
                         " frame.height, frame.status, ifnull (frame.proposal, 0), frame.seq, " LW_NAME_OF ("frame.assignee")
/* Frames whose operation is complete, and whose medium was not removed. */
#define LW_FRAME_TABLES "frame JOIN media ON media.id = frame.media AND media.operation IS NULL AND NOT media.removed"
/* (transfer full): never NULL; what the file can't mean is clamped. */
LwFrame *lw_frame_from_row (LwQuery *query);
