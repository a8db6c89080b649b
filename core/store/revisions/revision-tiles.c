/* revision-tiles.c: resolves the tiles of a revision, and hashes them */
#include "config.h"
#include "store/revisions/revision-tiles.h"

#include <glib/gi18n-lib.h>
#include <openssl/evp.h>
#include <string.h>
#include "store/project/project-private.h"

/* ---- by place ---- */

void
lw_revision_tiles_put (GHashTable *tiles, LwRevisionTile *tile)
{
  gint64 key = lw_tile_place_key (tile->place);
  g_hash_table_replace (tiles, g_memdup2 (&key, sizeof key), tile);
}

GHashTable *
lw_revision_tiles_new (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, lw_revision_tile_free);
}

/* ---- hash ---- */

static int
compare_places (gconstpointer a, gconstpointer b)
{
  gint64 x = lw_tile_place_key ((*(LwRevisionTile *const *) a)->place), y = lw_tile_place_key ((*(LwRevisionTile *const *) b)->place);
  return (x > y) - (x < y);
}

static void
add_number (EVP_MD_CTX *context, guint32 number, gsize bytes)
{
  guint32 little = GUINT32_TO_LE (number);
  EVP_DigestUpdate (context, &little, bytes);
}

GPtrArray *
lw_revision_tiles_sort (GHashTable *tiles, GCompareFunc compare)
{
  GPtrArray *sorted = g_ptr_array_sized_new (g_hash_table_size (tiles));
  GHashTableIter iter;
  gpointer tile;
  g_hash_table_iter_init (&iter, tiles);
  while (g_hash_table_iter_next (&iter, NULL, &tile))
    g_ptr_array_add (sorted, tile);
  g_ptr_array_sort (sorted, compare);
  return sorted;
}

void
lw_revision_tiles_hash (GHashTable *tiles, int width, int height, guint8 hash[LW_TILE_HASH_BYTES])
{
  g_autoptr(GPtrArray) sorted = lw_revision_tiles_sort (tiles, compare_places);
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  EVP_DigestInit_ex (context, EVP_sha256 (), NULL);
  EVP_DigestUpdate (context, "LWR1", 4);
  add_number (context, (guint32) width, 4);
  add_number (context, (guint32) height, 4);
  for (guint i = 0; i < sorted->len; i++)
    {
      const LwRevisionTile *tile = sorted->pdata[i];
      if (lw_revision_tile_is_empty (tile))
        continue;
      add_number (context, tile->place.plane, 1);
      add_number (context, tile->place.ty, 2);
      add_number (context, tile->place.tx, 2);
      EVP_DigestUpdate (context, tile->hash, LW_TILE_HASH_BYTES);
    }
  EVP_DigestFinal_ex (context, hash, NULL);
  EVP_MD_CTX_free (context);
}

/* ---- the tiles of a stored revision ---- */

/* @n_tiles -1: not counted, in a file from before version 3 */
typedef struct { gint64 id, frame, parent, n_tiles; int depth; gboolean has_hash; guint8 hash[LW_TILE_HASH_BYTES]; } Link;

/* As lw_query_step() */
static int
read_link (LwDb *db, gint64 revision, Link *link, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT id, frame, ifnull (parent, 0), depth, ifnull (n_tiles, -1), hash FROM revision WHERE id = ?", "I", revision);
  int got = lw_query_step (query, error);
  if (got != 1)
    return got;
  *link = (Link) { sqlite3_column_int64 (query, 0), sqlite3_column_int64 (query, 1), sqlite3_column_int64 (query, 2), sqlite3_column_int64 (query, 4),
                   lw_query_int (query, 3, 0, LW_WHOLE_EVERY), sqlite3_column_bytes (query, 5) == LW_TILE_HASH_BYTES, { 0 } };
  if (link->has_hash)
    memcpy (link->hash, sqlite3_column_blob (query, 5), LW_TILE_HASH_BYTES);
  return 1;
}

static gboolean
put_tile (LwDb *db, const LwFrameHead *head, GHashTable *tiles, const LwRevisionTile *tile, GError **error)
{
  if (!lw_frame_has_tile (head, tile->place.plane, tile->place.ty, tile->place.tx))
    return lw_db_damaged (db, error, "a revision with a tile outside its frame");
  lw_revision_tiles_put (tiles, g_memdup2 (tile, sizeof *tile));
  return TRUE;
}

/* A pack has no hashes of its tiles: they are made again, which also tells whether it is what was written. */
static gboolean
check_pack (LwKnownPacks *known, const LwRevisionTile *first, LwTileRow *row, LwQuery *query)
{
  if (known != NULL && lw_known_packs_get (known, first->tile, first->hash, row))
    return TRUE;
  if (!lw_tile_row_check (row, sqlite3_column_blob (query, 5), (gsize) sqlite3_column_bytes (query, 5), first->hash, LW_TILE_HASH_BYTES))
    return FALSE;
  if (known != NULL)
    lw_known_packs_add (known, first->tile, first->hash, row);
  return TRUE;
}

static gboolean
put_pack (LwDb *db, const LwFrameHead *head, GHashTable *tiles, const LwRevisionTile *first, LwTileRow *row, GError **error)
{
  if (row->places[0].ty != first->place.ty || row->places[0].tx != first->place.tx)
    return lw_db_damaged (db, error, "a revision with tiles that are not those of their hash");
  LwRevisionTile tile = *first;
  for (tile.at = 0; tile.at < row->n; tile.at++)
    {
      tile.place.ty = row->places[tile.at].ty;
      tile.place.tx = row->places[tile.at].tx;
      memcpy (tile.hash, row->hashes[tile.at], LW_TILE_HASH_BYTES);
      if (!put_tile (db, head, tiles, &tile, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
lw_revision_tiles_add_own (LwDb *db, const LwFrameHead *head, gint64 revision, LwKnownPacks *known, GHashTable *tiles, gint64 *n, GError **error)
{
  gsize left = (gsize) LW_N_PLANES * (gsize) lw_tiles_across (head->width) * (gsize) lw_tiles_across (head->height);      /* packs that overlap are refused */
  g_autoptr(LwTileRow) row = NULL;
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT plane, ty, tx, tile.id, tile.sha256, iif (substr (tile.data, 1, 1) = x'50', tile.data, NULL)"
                                          " FROM revision_tile JOIN tile ON tile.id = revision_tile.tile WHERE revision = ?", "I", revision);
  int got;
  for (*n = 0; (got = lw_query_step (query, error)) > 0; ++*n)
    {
      gint64 plane = sqlite3_column_int64 (query, 0), ty = sqlite3_column_int64 (query, 1), tx = sqlite3_column_int64 (query, 2);
      if (!lw_frame_has_tile (head, plane, ty, tx) || sqlite3_column_bytes (query, 4) != LW_TILE_HASH_BYTES)
        return lw_db_damaged (db, error, "a revision with a tile outside its frame");
      LwRevisionTile tile = { .place = { (guint8) plane, (guint16) ty, (guint16) tx }, .tile = sqlite3_column_int64 (query, 3) };
      memcpy (tile.hash, sqlite3_column_blob (query, 4), LW_TILE_HASH_BYTES);
      gboolean is_pack = sqlite3_column_type (query, 5) != SQLITE_NULL;
      if (is_pack && row == NULL)
        row = lw_tile_row_new ();
      if (is_pack && !check_pack (known, &tile, row, query))
        return lw_db_damaged (db, error, "a revision with tiles that are not those of their hash");
      if (!(is_pack ? put_pack (db, head, tiles, &tile, row, error) : put_tile (db, head, tiles, &tile, error)))
        return FALSE;
      gsize n_tiles = is_pack ? row->n : 1;
      if (n_tiles > left)
        return lw_db_damaged (db, error, "a revision with more tiles than its frame has");
      left -= n_tiles;
    }
  return got == 0;
}

static gboolean
add_link (LwDb *db, const LwFrameHead *head, const Link *link, LwKnownPacks *known, GHashTable *tiles, GError **error)
{
  gint64 n;
  return lw_revision_tiles_add_own (db, head, link->id, known, tiles, &n, error)
         && (link->n_tiles < 0 || link->n_tiles == n || lw_db_damaged (db, error, "a revision whose tiles are not all there"));
}

static gboolean
check_hash (LwDb *db, const LwFrameHead *head, const Link *link, GHashTable *tiles, GError **error)
{
  guint8 hash[LW_TILE_HASH_BYTES];
  if (!link->has_hash)      /* verify tells of it */
    return TRUE;
  lw_revision_tiles_hash (tiles, head->width, head->height, hash);
  return memcmp (hash, link->hash, sizeof hash) == 0 || lw_db_damaged (db, error, "a revision whose tiles are not those that it was made of");
}

/* From the last whole map before it, step by step; @n_links (out): of how many revisions it is made. */
static GHashTable *
read_chain (LwDb *db, const LwFrameHead *head, gint64 revision, LwKnownPacks *known, guint *n_links, GError **error)
{
  Link chain[LW_WHOLE_EVERY];
  guint n = 0;
  gint64 id = revision;
  do
    {
      int got = n < LW_WHOLE_EVERY ? read_link (db, id, &chain[n], error) : 0;
      if (got < 0)
        return NULL;
      if (got == 0 || chain[n].frame != head->id)
        {
          lw_db_damaged (db, error, "a revision without the ones that it builds on");
          return NULL;
        }
      id = chain[n].parent;
    }
  while (chain[n++].depth > 0);
  *n_links = n;
  g_autoptr(GHashTable) tiles = lw_revision_tiles_new ();
  while (n > 0)
    if (!add_link (db, head, &chain[--n], known, tiles, error))
      return NULL;
  return check_hash (db, head, &chain[0], tiles, error) ? g_steal_pointer (&tiles) : NULL;
}

GHashTable *
lw_revision_tiles_read (LwDb *db, const LwFrameHead *head, gint64 revision, GError **error)
{
  guint n_links;
  return read_chain (db, head, revision, NULL, &n_links, error);
}

gboolean
lw_revision_head_read (LwDb *db, gint64 revision, LwFrameHead *head, GError **error)
{
  gint64 frame;
  int got = lw_db_get (db, &frame, error, "SELECT frame FROM revision WHERE id = ?", "I", revision);
  if (got == 0)
    lw_store_not_found (error, _("revision"), revision);
  return got > 0 && lw_frame_head_read (db, frame, head, error);
}

/* ---- one after another ---- */

void
lw_revision_walk_clear (LwRevisionWalk *walk)
{
  g_clear_pointer (&walk->tiles, g_hash_table_unref);
}

/* The tiles before @link, changed to what it is made of where they are those that it builds on: else NULL, without an error. */
static GHashTable *
take_base (LwRevisionWalk *walk, const Link *link)
{
  g_autoptr(GHashTable) before = g_steal_pointer (&walk->tiles);
  if (link->depth == 0)
    {
      walk->n_links = 1;
      return lw_revision_tiles_new ();
    }
  if (before == NULL || link->parent != walk->revision || link->frame != walk->frame || walk->n_links == LW_WHOLE_EVERY)
    return NULL;
  walk->n_links++;
  return g_steal_pointer (&before);
}

static gboolean
read_head (LwRevisionWalk *walk, LwDb *db, gint64 frame, GError **error)
{
  if (walk->frame == frame && walk->frame != 0)
    return TRUE;
  walk->frame = 0;
  lw_revision_walk_clear (walk);
  if (!lw_frame_head_read (db, frame, &walk->head, error))
    return FALSE;
  walk->frame = frame;
  return TRUE;
}

gboolean
lw_revision_walk_check (LwRevisionWalk *walk, LwDb *db, gint64 revision, gboolean *has_hash, GError **error)
{
  Link link;
  int got = read_link (db, revision, &link, error);
  if (got == 0)
    lw_store_not_found (error, _("revision"), revision);
  if (got <= 0 || !read_head (walk, db, link.frame, error))
    return FALSE;
  g_autoptr(GHashTable) tiles = take_base (walk, &link);
  if (tiles == NULL)
    tiles = read_chain (db, &walk->head, revision, walk->known, &walk->n_links, error);
  else if (!add_link (db, &walk->head, &link, walk->known, tiles, error) || !check_hash (db, &walk->head, &link, tiles, error))
    return FALSE;
  *has_hash = link.has_hash;
  walk->revision = revision;
  walk->tiles = g_steal_pointer (&tiles);
  return walk->tiles != NULL;
}
