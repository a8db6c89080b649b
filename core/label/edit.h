/* edit.h: one change of a frame's planes, from the first dab to the diff that undoes it */
#pragma once

#include "label/tile.h"

typedef enum {
  LW_PAINT_OVER_ALL,
  LW_PAINT_OVER_UNLABELLED,
  LW_PAINT_OVER_CLASS,        /* only where the pixel has @over */
} LwPaintOver;

/* What a change may not touch. */
typedef struct {
  LwPaintOver paint_over;
  guint8 over;
  gboolean locked[256];       /* classes whose pixels stay as they are */
  gboolean keep_origin[256];  /* pixels that one of these origins set stay (hand work, when a proposal is applied) */
} LwProtection;

/* What changed, per plane and tile, as the XOR of before and after: applying it twice is doing nothing,
 * so one diff serves undo and redo. Immutable, counted. */
typedef struct _LwDiff LwDiff;
LwDiff *lw_diff_ref (LwDiff *diff);
void lw_diff_unref (LwDiff *diff);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwDiff, lw_diff_unref)
gboolean lw_diff_is_empty (const LwDiff *diff);
LwRect lw_diff_get_bbox (const LwDiff *diff);             /* of the changed pixels, exact */
guint64 lw_diff_count (const LwDiff *diff);               /* changed pixels of the class plane */
GBytes *lw_diff_encode (const LwDiff *diff);              /* zstd; what the stroke journal stores */
LwDiff *lw_diff_decode (GBytes *data, int width, int height, GError **error);      /* of a frame of that size; LW_TILE_ERROR_DAMAGED */
void lw_diff_apply (const LwDiff *diff, LwPlanes *planes);                         /* of the diff's size: lw_diff_fits() */
/* Calls @func for each tile that changed, by plane, then row, then column. */
typedef void (*LwDiffTileFunc) (LwPlaneKind plane, int ty, int tx, gpointer data);
void lw_diff_foreach_tile (const LwDiff *diff, LwDiffTileFunc func, gpointer data);
/* The XOR bytes of one tile, LW_TILE_BYTES of them, lent; NULL where the diff does not touch it. */
const guint8 *lw_diff_get_tile (const LwDiff *diff, LwPlaneKind plane, int ty, int tx);
/* Whether it is one of a frame of this size. */
gboolean lw_diff_fits (const LwDiff *diff, int width, int height);

/* An edit in progress. It writes into the planes at once (so that the canvas shows it) and keeps the tiles as they were:
 * its cost is that of the tiles touched, whatever the size of the frame or the length of the stroke. */
typedef struct _LwEdit LwEdit;
LwEdit *lw_edit_new (LwPlanes *planes /* borrowed, outlives the edit */, guint8 origin, const LwProtection *protection /* copied; NULL: none */);
/* Sets pixels x0 <= x < x1 of row y, clipped to the map. @class LW_LABEL_NONE erases (and clears the origin). */
void lw_edit_span (LwEdit *edit, int y, int x0, int x1, guint8 class_id);
/* Makes the class plane @map, of the same size: only the pixels that differ are set, as far as they may be. */
void lw_edit_map (LwEdit *edit, const LwLabelMap *map);
/* The pixels changed since the last call of this function: what to repaint. */
LwRect lw_edit_take_damage (LwEdit *edit);
/* Frees the edit. Returns: (transfer full): what it did; empty where it changed nothing */
LwDiff *lw_edit_finish (LwEdit *edit);
/* Frees the edit and puts every pixel back. */
void lw_edit_cancel (LwEdit *edit);
