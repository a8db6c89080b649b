/* mend-revisions.c: which revisions are what they were, told by the hash over their tiles; those that build on a lost one get all their tiles themselves */
#include "config.h"
#include "store/upkeep/mend.h"

#include <string.h>
#include "store/revisions/revision-tiles.h"

typedef struct {
  gint64 id, frame, parent, n_tiles;      /* @n_tiles -1: not counted, in a file from before version 3 */
  int depth;
  gboolean has_hash;           /* from version 4 on */
  guint8 hash[LW_TILE_HASH_BYTES];
} Row;

/* Where the revisions of a frame have come to. */
typedef struct {
  LwFrameHead head;
  gint64 last;                 /* the newest one that is kept; 0: none */
  int depth;                   /* of it */
  gboolean clean;              /* no revision was lost since it */
  GHashTable *tiles;           /* of it */
  LwKnownPacks *known;
} Chain;

static void
chain_clear (Chain *chain)
{
  g_clear_pointer (&chain->tiles, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Chain, chain_clear)

static GArray *
read_rows (LwDb *db, GError **error)
{
  g_autoptr(GArray) rows = g_array_new (FALSE, TRUE, sizeof (Row));
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT id, frame, ifnull (parent, 0), ifnull (n_tiles, -1), depth, hash FROM revision ORDER BY frame, id", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      Row row = { sqlite3_column_int64 (query, 0), sqlite3_column_int64 (query, 1), sqlite3_column_int64 (query, 2), sqlite3_column_int64 (query, 3),
                  lw_query_int (query, 4, 0, LW_WHOLE_EVERY - 1), sqlite3_column_bytes (query, 5) == LW_TILE_HASH_BYTES, { 0 } };
      if (row.has_hash)
        memcpy (row.hash, sqlite3_column_blob (query, 5), LW_TILE_HASH_BYTES);
      g_array_append_val (rows, row);
    }
  return got == 0 ? g_steal_pointer (&rows) : NULL;
}

static GHashTable *
copy_tiles (GHashTable *from)
{
  GHashTable *tiles = lw_revision_tiles_new ();
  GHashTableIter iter;
  gpointer tile;
  g_hash_table_iter_init (&iter, from);
  while (g_hash_table_iter_next (&iter, NULL, &tile))
    lw_revision_tiles_put (tiles, g_memdup2 (tile, sizeof (LwRevisionTile)));      /* of stored ones only the place and the hash */
  return tiles;
}

static gboolean
has_hash_of (const Row *row, const Chain *chain, GHashTable *tiles)
{
  guint8 hash[LW_TILE_HASH_BYTES];
  lw_revision_tiles_hash (tiles, chain->head.width, chain->head.height, hash);
  return memcmp (hash, row->hash, sizeof hash) == 0;
}

/* The tiles of the revision, or NULL without an error: it is not what it was. @whole (out): it needs nothing of the ones before. Even where its base is lost the tiles of the
 * one before that may be right: the hash decides. */
static GHashTable *
resolve (LwDb *db, const Row *row, const Chain *chain, gboolean *whole, GError **error)
{
  gint64 n;
  g_autoptr(GHashTable) own = lw_revision_tiles_new (), both = copy_tiles (chain->tiles);
  g_autoptr(GError) local = NULL;
  if (!lw_revision_tiles_add_own (db, &chain->head, row->id, chain->known, own, &n, &local) || !lw_revision_tiles_add_own (db, &chain->head, row->id, chain->known, both, &n, &local))
    {
      if (!g_error_matches (local, LW_STORE_ERROR, LW_STORE_ERROR_DAMAGED))
        g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  *whole = row->has_hash ? has_hash_of (row, chain, own) : row->depth == 0;
  if (*whole)
    return row->has_hash || row->n_tiles < 0 || row->n_tiles == n ? g_steal_pointer (&own) : NULL;
  if (row->has_hash)
    return has_hash_of (row, chain, both) ? g_steal_pointer (&both) : NULL;
  gboolean follows = chain->clean && chain->last != 0 && row->parent == chain->last && row->depth == chain->depth + 1;
  return follows && (row->n_tiles < 0 || row->n_tiles == n) ? g_steal_pointer (&both) : NULL;
}

/* All tiles as rows of its own: of a pack that is stored some may have been painted over. */
static GArray *
unpack_all (LwDb *db, GHashTable *tiles, GError **error)
{
  g_autoptr(GArray) rows = lw_tile_rows_new ();
  g_autoptr(LwTileRow) row = lw_tile_row_new ();
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, tiles);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const guint8 *raw = lw_tile_row_read (row, db, value, error);
      if (raw == NULL)
        return NULL;
      LwRevisionTile *tile = lw_revision_tile_from_raw (((LwRevisionTile *) value)->place, raw, lw_tile_encode (raw));
      g_array_append_val (rows, *tile);
      g_free (tile);
    }
  return g_steal_pointer (&rows);
}

static gboolean
write_own (LwDb *db, gint64 revision, GHashTable *tiles, GError **error)
{
  g_autoptr(GArray) rows = unpack_all (db, tiles, error);
  if (rows == NULL || !lw_db_run (db, error, "DELETE FROM revision_tile WHERE revision = ?", "I", revision))
    return FALSE;
  lw_tile_rows_pack (&rows);
  for (guint i = 0; i < rows->len; i++)
    if (!lw_tile_row_write (db, revision, &g_array_index (rows, LwRevisionTile, i), error))
      return FALSE;
  return TRUE;
}

/* Takes @tiles. */
static gboolean
keep (LwDb *db, const Row *row, Chain *chain, GHashTable *tiles, gboolean whole, GError **error)
{
  gboolean builds = !whole && chain->clean && chain->last != 0 && row->parent == chain->last && chain->depth + 1 < LW_WHOLE_EVERY;
  guint8 hash[LW_TILE_HASH_BYTES];
  g_hash_table_unref (chain->tiles);
  chain->tiles = tiles;
  lw_revision_tiles_hash (tiles, chain->head.width, chain->head.height, hash);
  chain->depth = builds ? chain->depth + 1 : 0;
  gboolean kept = (builds || whole || write_own (db, row->id, tiles, error))
                  && lw_db_run (db, error,
                                "UPDATE revision SET parent = ?2, depth = ?3, hash = ?4, n_tiles = (SELECT count (*) FROM revision_tile WHERE revision = ?1) WHERE id = ?1", "IKix",
                                row->id, chain->last, chain->depth, hash, sizeof hash);
  chain->last = row->id;
  chain->clean = TRUE;
  return kept;
}

static gboolean
mend_one (LwDb *db, const Row *row, Chain *chain, guint *n_lost, GError **error)
{
  g_autoptr(GError) local = NULL;
  gboolean whole = FALSE;
  if (chain->tiles == NULL || chain->head.id != row->frame)
    {
      chain_clear (chain);
      *chain = (Chain) { .clean = TRUE, .tiles = lw_revision_tiles_new (), .known = chain->known };
      if (!lw_frame_head_read (db, row->frame, &chain->head, error))
        return FALSE;
    }
  GHashTable *tiles = resolve (db, row, chain, &whole, &local);
  if (tiles != NULL)
    return keep (db, row, chain, tiles, whole, error);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  chain->clean = FALSE;
  ++*n_lost;
  return lw_db_run (db, error, "DELETE FROM revision_tile WHERE revision = ?", "I", row->id) && lw_db_run (db, error, "DELETE FROM revision WHERE id = ?", "I", row->id);
}

gboolean
lw_mend_revisions (LwDb *db, guint *n_lost, GError **error)
{
  *n_lost = 0;
  g_autoptr(GArray) rows = lw_db_exec (db, "DELETE FROM revision_tile WHERE tile NOT IN (SELECT id FROM tile)", error) ? read_rows (db, error) : NULL;
  g_autoptr(LwKnownPacks) known = lw_known_packs_new ();
  g_auto(Chain) chain = { .clean = TRUE, .known = known };
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    if (!mend_one (db, &g_array_index (rows, Row, i), &chain, n_lost, error))
      return FALSE;
  return rows != NULL && lw_db_exec (db, "DELETE FROM revision_tile WHERE revision NOT IN (SELECT id FROM revision)", error);
}
