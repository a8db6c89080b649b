/* tile-pack.h: some tiles of one plane packed as one: borders that share what was learned (docs/project-format.md) */
#pragma once

#include "label/tile.h"

#define LW_PACK_MOST 64      /* tiles; unpacked 1 MiB */

typedef struct { guint16 ty, tx; } LwPackPlace;

/* @raw: the tiles, one after another; @places: strictly ascending by (ty, tx), at most LW_PACK_MOST, below 256. Returns: NULL where borders don't pay: noise */
GBytes *lw_tile_pack_encode (const LwPackPlace *places, gsize n, const guint8 *raw);

/* Whether it is one; whether a sound one, only lw_tile_pack_decode() knows. */
gboolean lw_tile_pack_is (const void *data, gsize length);
/* Returns: the number of tiles, 0 where the places are not sound */
gsize lw_tile_pack_places (const void *data, gsize length, LwPackPlace places[LW_PACK_MOST]);
/* @raw: room for LW_PACK_MOST tiles, without a meaning after an error. Returns: the number of tiles, 0: LW_TILE_ERROR_DAMAGED */
gsize lw_tile_pack_decode (const void *data, gsize length, LwPackPlace places[LW_PACK_MOST], guint8 *raw, GError **error);
