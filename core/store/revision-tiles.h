/* revision-tiles.h: which tiles a revision has, from its own rows and those of the revisions that it builds on, and the hash over all of them (private to core/store) */
#pragma once

#include "store/working.h"

#define LW_TILE_HASH_BYTES 32
#define LW_WHOLE_EVERY 16      /* every 16th revision of a frame lists all its tiles, so that none is more than 15 steps from a whole map */

typedef struct { guint8 plane; guint16 ty, tx; } LwTilePlace;

/* A tile as a revision knows it. */
typedef struct {
  LwTilePlace place;
  gint64 tile;                 /* its row; 0 in a draft */
  guint8 hash[LW_TILE_HASH_BYTES];
  GBytes *data;                /* packed; in a draft only */
  GBytes *labels;              /* the values in it, ascending; in a draft only */
} LwRevisionTile;
void lw_revision_tile_clear (gpointer tile);
void lw_revision_tile_free (gpointer tile);
/* Takes @data. */
LwRevisionTile *lw_revision_tile_from_raw (LwTilePlace place, const guint8 raw[LW_TILE_BYTES], GBytes *data);
LwRevisionTile *lw_revision_tile_empty (LwTilePlace place);      /* of 255 alone */

gint64 lw_tile_place_key (LwTilePlace place);

/* Tables of gint64 key → LwRevisionTile. */
GHashTable *lw_revision_tiles_new (void);
void lw_revision_tiles_put (GHashTable *tiles, LwRevisionTile *tile);      /* takes the tile */

/* LW_STORE_ERROR_DAMAGED where a row is missing, or where the tiles are not those of its hash. */
GHashTable *lw_revision_tiles_read (LwDb *db, const LwFrameHead *head, gint64 revision, GError **error);
/* Adds the revision's own rows to @tiles, as they are; @n (out): how many there are. */
gboolean lw_revision_tiles_add_own (LwDb *db, const LwFrameHead *head, gint64 revision, GHashTable *tiles, gint64 *n, GError **error);

/* SHA-256 of "LWR1", width u32, height u32, and of each tile that is not 255 alone, ascending by place: plane u8, ty u16, tx u16, SHA-256 of its raw bytes; little-endian. */
void lw_revision_tiles_hash (GHashTable *tiles, int width, int height, guint8 hash[LW_TILE_HASH_BYTES]);

/* The frame that a revision is of. */
gboolean lw_revision_head_read (LwDb *db, gint64 revision, LwFrameHead *head, GError **error);
