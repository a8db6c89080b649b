/* revision-tiles.h: which tiles a revision has, from its own rows and those of the revisions that it builds on, and the hash over all of them (private to core/store) */
#pragma once

#include "store/revisions/known-packs.h"

#define LW_WHOLE_EVERY 16      /* every 16th revision of a frame lists all its tiles, so that none is more than 15 steps from a whole map */

/* Tables of gint64 key → LwRevisionTile. */
GHashTable *lw_revision_tiles_new (void);
void lw_revision_tiles_put (GHashTable *tiles, LwRevisionTile *tile);      /* takes the tile */

/* LW_STORE_ERROR_DAMAGED where a row is missing, where a pack does not unpack, or where the tiles are not those of its hash. */
GHashTable *lw_revision_tiles_read (LwDb *db, const LwFrameHead *head, gint64 revision, GError **error);
/* Adds the tiles of the revision's own rows to @tiles, as they are; @known: or NULL; @n (out): how many rows there are. */
gboolean lw_revision_tiles_add_own (LwDb *db, const LwFrameHead *head, gint64 revision, LwKnownPacks *known, GHashTable *tiles, gint64 *n, GError **error);

/* (transfer container): what is in @tiles, by @compare, which is given pointers to LwRevisionTile pointers. Borrows the tiles. */
GPtrArray *lw_revision_tiles_sort (GHashTable *tiles, GCompareFunc compare);
/* SHA-256 of "LWR1", width u32, height u32, and of each tile that is not 255 alone, ascending by place: plane u8, ty u16, tx u16, SHA-256 of its raw bytes; little-endian. */
void lw_revision_tiles_hash (GHashTable *tiles, int width, int height, guint8 hash[LW_TILE_HASH_BYTES]);

/* The frame that a revision is of. */
gboolean lw_revision_head_read (LwDb *db, gint64 revision, LwFrameHead *head, GError **error);

/* ---- the check of one after another ---- */

/* Begins as { .known = … }. The tiles of the revision before are kept, as those of the next one are mostly these and a few others. */
typedef struct {
  LwKnownPacks *known;         /* or NULL */
  gint64 frame, revision;      /* whose the tiles are */
  LwFrameHead head;
  guint n_links;               /* from the whole map on */
  GHashTable *tiles;           /* NULL: none that are right */
} LwRevisionWalk;
void lw_revision_walk_clear (LwRevisionWalk *walk);      /* frees what it holds; it may be used again */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LwRevisionWalk, lw_revision_walk_clear)

/* Whether @revision and what it builds on are there, and have the contents of their hashes; of single tiles only the hash is looked at. In any order; cheap in the order of ids. */
gboolean lw_revision_walk_check (LwRevisionWalk *walk, LwDb *db, gint64 revision, gboolean *has_hash, GError **error);
