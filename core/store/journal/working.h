/* working.h: the map of a frame as it is now, kept in tiles (private to core/store)
 *
 * A tile without a row is all LW_LABEL_NONE. What a stroke changes is worked out first, without a lock, and then written in one short transaction. */
#pragma once

#include "store/journal/frames.h"

typedef struct {
  guint8 plane;
  guint16 ty, tx;
  GBytes *data;                /* packed; NULL: all LW_LABEL_NONE now */
} LwTileChange;

typedef struct {
  GArray *tiles;               /* of LwTileChange */
  gint64 pixels[256];          /* how many more (or fewer) pixels each class has */
  gint64 origins[256];         /* and each origin */
} LwWorkingChange;
void lw_working_change_clear (LwWorkingChange *change);      /* frees what it holds; it may be used again */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LwWorkingChange, lw_working_change_clear)

/* What @diff makes of the frame's tiles. LW_STORE_ERROR_INVALID where it is not one of a frame of that size. */
gboolean lw_working_prepare (LwDb *db, const LwFrameHead *head, const LwDiff *diff, LwWorkingChange *change, GError **error);
/* In a transaction, after lw_frame_head_check(). LW_STORE_ERROR_INVALID where a pixel gets a class that the project lacks. */
gboolean lw_working_write (LwDb *db, const LwFrameHead *head, const LwWorkingChange *change, GError **error);

/* Returns: (transfer full): the planes as the tiles have them */
LwPlanes *lw_working_load (LwDb *db, const LwFrameHead *head, GError **error);
/* Unpacks a tile from column @column; LW_STORE_ERROR_DAMAGED. */
gboolean lw_working_unpack (LwDb *db, LwQuery *query, int column, guint8 raw[LW_TILE_BYTES], GError **error);
/* Whether all of it is LW_LABEL_NONE; in the plane of origins that is nobody. */
gboolean lw_tile_is_empty (const guint8 raw[LW_TILE_BYTES]);
/* Where a tile of a frame may be; FALSE for what a damaged file says else. */
gboolean lw_frame_has_tile (const LwFrameHead *head, gint64 plane, gint64 ty, gint64 tx);
