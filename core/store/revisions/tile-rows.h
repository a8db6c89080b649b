/* tile-rows.h: rows of frozen tiles: one alone, or some of one plane in a pack; how a revision's tiles become rows and come out of them again (private to core/store) */
#pragma once

#include "label/tile-pack.h"
#include "store/journal/working.h"

#define LW_TILE_HASH_BYTES 32

typedef struct { guint8 plane; guint16 ty, tx; } LwTilePlace;
/* Ascending as (plane, ty, tx) is. */
gint64 lw_tile_place_key (LwTilePlace place);

/* A tile as a revision knows it; in a draft also a row of several, which stands at the place of its first one. */
typedef struct {
  LwTilePlace place;
  gint64 tile;                 /* its row; 0 in a draft */
  guint at;                    /* which one of those in the row */
  guint8 hash[LW_TILE_HASH_BYTES];
  GBytes *data;                /* packed; in a draft only */
  GBytes *labels;              /* the values in it, ascending; in a draft only */
} LwRevisionTile;
/* For GArray: frees what the tile holds. */
void lw_revision_tile_clear (gpointer tile);
/* For GHashTable: that, and the tile; not NULL. */
void lw_revision_tile_free (gpointer tile);
/* Takes @data. */
LwRevisionTile *lw_revision_tile_from_raw (LwTilePlace place, const guint8 raw[LW_TILE_BYTES], GBytes *data);
LwRevisionTile *lw_revision_tile_empty (LwTilePlace place);      /* of 255 alone */
gboolean lw_revision_tile_is_empty (const LwRevisionTile *tile);      /* by its hash */

/* ---- what is in a row ---- */

typedef struct {
  gint64 id;                   /* 0: of none that is stored */
  gboolean is_pack;            /* else one tile, whose place the row does not know */
  gsize n;
  LwPackPlace places[LW_PACK_MOST];
  guint8 hashes[LW_PACK_MOST][LW_TILE_HASH_BYTES];      /* after lw_tile_row_check() */
  guint8 *raw;                 /* the tiles, one after another */
} LwTileRow;
LwTileRow *lw_tile_row_new (void);      /* (transfer full): empty, with room for the raw bytes of LW_PACK_MOST tiles */
void lw_tile_row_free (LwTileRow *row);      /* NULL is nothing to free */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwTileRow, lw_tile_row_free)

/* Unpacks it and hashes the tiles. FALSE: it does not have the contents of its hash. */
gboolean lw_tile_row_check (LwTileRow *self, const void *data, gsize length, const void *hash, gsize hash_length);
/* The raw bytes of a stored tile, valid until the next call: the row that was unpacked last stays. NULL: LW_STORE_ERROR_DAMAGED */
const guint8 *lw_tile_row_read (LwTileRow *self, LwDb *db, const LwRevisionTile *tile, GError **error);

/* ---- from tiles to rows ---- */

/* Of LwRevisionTile. */
GArray *lw_tile_rows_new (void);
/* Puts neighbours into packs; noise stays alone. */
void lw_tile_rows_pack (GArray **tiles);
/* In a transaction. The same contents are stored once. */
gboolean lw_tile_row_write (LwDb *db, gint64 revision, const LwRevisionTile *row, GError **error);
