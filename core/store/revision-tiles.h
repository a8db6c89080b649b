/* revision-tiles.h: which tiles a revision has, from its own rows and those of the revisions that it builds on, and the hash over all of them (private to core/store) */
#pragma once

#include "store/tile-rows.h"

#define LW_WHOLE_EVERY 16      /* every 16th revision of a frame lists all its tiles, so that none is more than 15 steps from a whole map */

/* Tables of gint64 key → LwRevisionTile. */
GHashTable *lw_revision_tiles_new (void);
void lw_revision_tiles_put (GHashTable *tiles, LwRevisionTile *tile);      /* takes the tile */

/* LW_STORE_ERROR_DAMAGED where a row is missing, where a pack does not unpack, or where the tiles are not those of its hash. */
GHashTable *lw_revision_tiles_read (LwDb *db, const LwFrameHead *head, gint64 revision, GError **error);
/* Adds the tiles of the revision's own rows to @tiles, as they are; @n (out): how many rows there are. */
gboolean lw_revision_tiles_add_own (LwDb *db, const LwFrameHead *head, gint64 revision, GHashTable *tiles, gint64 *n, GError **error);

/* SHA-256 of "LWR1", width u32, height u32, and of each tile that is not 255 alone, ascending by place: plane u8, ty u16, tx u16, SHA-256 of its raw bytes; little-endian. */
void lw_revision_tiles_hash (GHashTable *tiles, int width, int height, guint8 hash[LW_TILE_HASH_BYTES]);

/* The frame that a revision is of. */
gboolean lw_revision_head_read (LwDb *db, gint64 revision, LwFrameHead *head, GError **error);
