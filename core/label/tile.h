/* tile.h: 128x128 pieces of a plane: what is stored, hashed and undone */
#pragma once

#include "label/label-map.h"

#define LW_TILE_ERROR (lw_tile_error_quark ())
typedef enum { LW_TILE_ERROR_DAMAGED } LwTileError;      /* a tile or a diff that does not decode: the stored bytes are not what was written */
GQuark lw_tile_error_quark (void);

#define LW_TILE_SIDE 128
#define LW_TILE_BYTES (LW_TILE_SIDE * LW_TILE_SIDE)

typedef enum { LW_PLANE_CLASS = 0, LW_PLANE_ORIGIN = 1, LW_N_PLANES = 2 } LwPlaneKind;

/* The planes of one frame, always of one size. Origin: an index into the project's origins, LW_LABEL_NONE where nobody set the pixel. */
typedef struct { LwLabelMap *plane[LW_N_PLANES]; } LwPlanes;

LwPlanes *lw_planes_new (int width, int height);
LwPlanes *lw_planes_copy (const LwPlanes *planes);
void lw_planes_free (LwPlanes *planes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwPlanes, lw_planes_free)

static inline int lw_tiles_across (int pixels) { return (pixels + LW_TILE_SIDE - 1) / LW_TILE_SIDE; }

LwRect lw_tile_rect (const LwLabelMap *map, int ty, int tx);      /* the part of the map that a tile holds */

/* Raw bytes of a tile, row by row; past the edge of the map LW_LABEL_NONE. */
void lw_tile_read (const LwLabelMap *map, int ty, int tx, guint8 raw[LW_TILE_BYTES]);
void lw_tile_write (LwLabelMap *map, int ty, int tx, const guint8 raw[LW_TILE_BYTES]);

/* zstd; decode refuses anything that is not exactly one tile. */
GBytes *lw_tile_encode (const guint8 raw[LW_TILE_BYTES]);
gboolean lw_tile_decode (const void *data, gsize length, guint8 raw[LW_TILE_BYTES], GError **error);
