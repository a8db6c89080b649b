/* diff-private.h: how a diff is laid out, for the edit that makes one */
#pragma once

#include "label/edit.h"

typedef struct { guint8 plane; guint16 ty, tx; } LwDiffTile;

/* Tiles in ascending order of (plane, ty, tx), none of them all zero, zero past the edge of the map. */
struct _LwDiff {
  gatomicrefcount refs;
  int width, height;
  LwRect bbox;
  guint64 count;
  gsize n_tiles;
  LwDiffTile *tiles;
  guint8 *xor;             /* n_tiles * LW_TILE_BYTES */
};

/* Room for @n_tiles, none filled yet. */
LwDiff *lw_diff_alloc (int width, int height, gsize n_tiles);
/* Works out bbox and count once all tiles are there. FALSE: one of them breaks the rules above. */
gboolean lw_diff_measure (LwDiff *diff);
