/* run-code.h: a tile as the runs of equal labels in its rows, as projects before version 5 have it (private to core/label)
 *
 * Of each row: a byte 0 where it has the labels of the row above in the same order, else the number of its runs (1 to 128); then of each run its label (left out after
 * a 0), and but for the last one its end: the first pixel after it, or after a 0 that minus the end in the row above plus 128. */
#pragma once

#include "label/tile.h"

/* Returns: the bytes of @data that the tile took, 0 where they are no tile. */
gsize lw_run_decode (const guint8 *data, gsize length, guint8 raw[LW_TILE_BYTES]);
