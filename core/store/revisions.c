/* revisions.c: makes and reads revisions */
#include "config.h"
#include "store/revisions.h"

#include <glib/gi18n-lib.h>
#include <openssl/evp.h>
#include <string.h>
#include "store/rows.h"

#define WHOLE_EVERY 16
#define HASH_BYTES 32

/* ---- tiles by place ---- */

typedef struct { guint8 plane; guint16 ty, tx; } Place;

/* A tile as a revision knows it. */
typedef struct {
  Place place;
  gint64 tile;                 /* its row; 0 in a draft */
  guint8 hash[HASH_BYTES];
  GBytes *data;                /* packed; in a draft only */
  GBytes *labels;              /* the values in it, ascending; in a draft only */
} RevisionTile;

static void
revision_tile_clear (gpointer data)
{
  RevisionTile *tile = data;
  g_clear_pointer (&tile->data, g_bytes_unref);
  g_clear_pointer (&tile->labels, g_bytes_unref);
}

static void
revision_tile_free (gpointer data)
{
  revision_tile_clear (data);
  g_free (data);
}

static gint64
place_key (Place place)
{
  return (gint64) place.plane << 32 | (gint64) place.ty << 16 | place.tx;
}

/* gint64 key → RevisionTile; takes the tile */
static void
put (GHashTable *tiles, RevisionTile *tile)
{
  gint64 key = place_key (tile->place);
  g_hash_table_replace (tiles, g_memdup2 (&key, sizeof key), tile);
}

static GHashTable *
tiles_new (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, revision_tile_free);
}

static void
hash_tile (const guint8 raw[LW_TILE_BYTES], guint8 hash[HASH_BYTES])
{
  EVP_Digest (raw, LW_TILE_BYTES, hash, NULL, EVP_sha256 (), NULL);
}

static GBytes *
list_labels (const guint8 raw[LW_TILE_BYTES])
{
  gboolean seen[256] = { FALSE };
  guint8 labels[256];
  gsize n = 0;
  for (gsize i = 0; i < LW_TILE_BYTES; i++)
    seen[raw[i]] = TRUE;
  for (int i = 0; i < 256; i++)
    if (seen[i])
      labels[n++] = (guint8) i;
  return g_bytes_new (labels, n);
}

/* Takes @data. */
static RevisionTile *
tile_from_raw (Place place, const guint8 raw[LW_TILE_BYTES], GBytes *data)
{
  RevisionTile *tile = g_new0 (RevisionTile, 1);
  tile->place = place;
  tile->data = data;
  tile->labels = list_labels (raw);
  hash_tile (raw, tile->hash);
  return tile;
}

static RevisionTile *
tile_from_packed (LwDb *db, Place place, GBytes *data, GError **error)
{
  guint8 raw[LW_TILE_BYTES];
  g_autoptr(GError) local = NULL;
  if (lw_tile_decode (g_bytes_get_data (data, NULL), g_bytes_get_size (data), raw, &local))
    return tile_from_raw (place, raw, g_bytes_ref (data));
  lw_db_damaged (db, error, local->message);
  return NULL;
}

static RevisionTile *
empty_tile (Place place)
{
  guint8 raw[LW_TILE_BYTES];
  memset (raw, LW_LABEL_NONE, sizeof raw);
  return tile_from_raw (place, raw, lw_tile_encode (raw));
}

/* ---- the tiles of a stored revision ---- */

typedef struct { gint64 id, frame, parent, n_tiles; int depth; } Link;      /* @n_tiles -1: not counted, in a file from before version 3 */

/* As lw_query_step() */
static int
read_link (LwDb *db, gint64 revision, Link *link, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT id, frame, ifnull (parent, 0), depth, ifnull (n_tiles, -1) FROM revision WHERE id = ?", "I", revision);
  int got = lw_query_step (query, error);
  if (got == 1)
    *link = (Link) { sqlite3_column_int64 (query, 0), sqlite3_column_int64 (query, 1), sqlite3_column_int64 (query, 2), sqlite3_column_int64 (query, 4),
                      lw_query_int (query, 3, 0, WHOLE_EVERY) };
  return got;
}

static gboolean
add_tiles_of (LwDb *db, const LwFrameHead *head, const Link *link, GHashTable *tiles, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT plane, ty, tx, tile.id, tile.sha256 FROM revision_tile JOIN tile ON tile.id = revision_tile.tile"
                                          " WHERE revision = ?", "I", link->id);
  gint64 n = 0;
  int got;
  for (; (got = lw_query_step (query, error)) > 0; n++)
    {
      gint64 plane = sqlite3_column_int64 (query, 0), ty = sqlite3_column_int64 (query, 1), tx = sqlite3_column_int64 (query, 2);
      if (!lw_frame_has_tile (head, plane, ty, tx) || sqlite3_column_bytes (query, 4) != HASH_BYTES)
        return lw_db_damaged (db, error, "a revision with a tile outside its frame");
      RevisionTile *tile = g_new0 (RevisionTile, 1);
      tile->place = (Place) { (guint8) plane, (guint16) ty, (guint16) tx };
      tile->tile = sqlite3_column_int64 (query, 3);
      memcpy (tile->hash, sqlite3_column_blob (query, 4), HASH_BYTES);
      put (tiles, tile);
    }
  return got == 0 && (link->n_tiles < 0 || link->n_tiles == n || lw_db_damaged (db, error, "a revision whose tiles are not all there"));
}

/* From the last whole map before it, step by step. */
static GHashTable *
read_tiles (LwDb *db, const LwFrameHead *head, gint64 revision, GError **error)
{
  Link chain[WHOLE_EVERY];
  guint n = 0;
  gint64 id = revision;
  do
    {
      int got = n < WHOLE_EVERY ? read_link (db, id, &chain[n], error) : 0;
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
  g_autoptr(GHashTable) tiles = tiles_new ();
  while (n > 0)
    if (!add_tiles_of (db, head, &chain[--n], tiles, error))
      return NULL;
  return g_steal_pointer (&tiles);
}

/* ---- draft ---- */

void
lw_revision_draft_clear (LwRevisionDraft *draft)
{
  g_clear_pointer (&draft->tiles, g_array_unref);
}

static GHashTable *
read_working (LwDb *db, const LwFrameHead *head, GError **error)
{
  g_autoptr(GHashTable) tiles = tiles_new ();
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT plane, ty, tx, data FROM working_tile WHERE frame = ?", "I", head->id);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 plane = sqlite3_column_int64 (query, 0), ty = sqlite3_column_int64 (query, 1), tx = sqlite3_column_int64 (query, 2);
      g_autoptr(GBytes) data = lw_query_dup_blob (query, 3);
      RevisionTile *tile = NULL;
      if (!lw_frame_has_tile (head, plane, ty, tx) || data == NULL)
        lw_db_damaged (db, error, "a tile outside its frame");
      else
        tile = tile_from_packed (db, (Place) { (guint8) plane, (guint16) ty, (guint16) tx }, data, error);
      if (tile == NULL)
        return NULL;
      put (tiles, tile);
    }
  return got == 0 ? g_steal_pointer (&tiles) : NULL;
}

static gboolean
overlay (LwDb *db, GHashTable *tiles, const LwWorkingChange *change, GError **error)
{
  for (guint i = 0; i < change->tiles->len; i++)
    {
      const LwTileChange *changed = &g_array_index (change->tiles, LwTileChange, i);
      Place place = { changed->plane, changed->ty, changed->tx };
      gint64 key = place_key (place);
      g_hash_table_remove (tiles, &key);
      if (changed->data == NULL)
        continue;
      RevisionTile *tile = tile_from_packed (db, place, changed->data, error);
      if (tile == NULL)
        return FALSE;
      put (tiles, tile);
    }
  return TRUE;
}

/* Takes the tile. */
static void
add_to_draft (LwRevisionDraft *draft, RevisionTile *tile)
{
  g_array_append_val (draft->tiles, *tile);
  g_free (tile);
}

/* What @now has that @before has not. */
static void
take_changed (LwRevisionDraft *draft, GHashTable *now, GHashTable *before)
{
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init (&iter, now);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const RevisionTile *old = g_hash_table_lookup (before, key);
      if (old != NULL && memcmp (old->hash, ((RevisionTile *) value)->hash, HASH_BYTES) == 0)
        continue;
      g_autofree gpointer stolen_key = key;
      g_hash_table_iter_steal (&iter);
      add_to_draft (draft, value);
    }
}

/* Tiles that have nothing in them any more. */
static void
take_emptied (LwRevisionDraft *draft, GHashTable *now, GHashTable *before)
{
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      if (g_hash_table_contains (now, key))
        continue;
      RevisionTile *empty = empty_tile (((RevisionTile *) value)->place);
      if (memcmp (empty->hash, ((RevisionTile *) value)->hash, HASH_BYTES) == 0)
        revision_tile_free (empty);
      else
        add_to_draft (draft, empty);
    }
}

static gboolean
compare (LwDb *db, const LwFrameHead *head, const LwWorkingChange *change, LwRevisionDraft *draft, GError **error)
{
  g_autoptr(GHashTable) now = read_working (db, head, error);
  if (now == NULL || (change != NULL && !overlay (db, now, change, error)))
    return FALSE;
  g_autoptr(GHashTable) before = draft->depth > 0 ? read_tiles (db, head, draft->parent, error) : tiles_new ();
  if (before == NULL)
    return FALSE;
  take_emptied (draft, now, before);
  take_changed (draft, now, before);
  return TRUE;
}

gboolean
lw_revision_prepare (LwDb *db, const LwFrameHead *head, const LwWorkingChange *change, LwRevisionDraft *draft, GError **error)
{
  lw_revision_draft_clear (draft);
  *draft = (LwRevisionDraft) { .tiles = g_array_new (FALSE, FALSE, sizeof (RevisionTile)) };
  g_array_set_clear_func (draft->tiles, revision_tile_clear);
  gint64 parent_seq = -1;
  {
    g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT id, depth, seq FROM revision WHERE frame = ? ORDER BY id DESC LIMIT 1", "I", head->id);
    int got = lw_query_step (query, error);
    if (got < 0)
      return FALSE;
    if (got == 1)
      {
        draft->parent = sqlite3_column_int64 (query, 0);
        draft->depth = (lw_query_int (query, 1, 0, WHOLE_EVERY) + 1) % WHOLE_EVERY;
        parent_seq = sqlite3_column_int64 (query, 2);
      }
  }
  gboolean unchanged = draft->depth > 0 && change == NULL && parent_seq == head->seq;
  return unchanged || compare (db, head, change, draft, error);
}

/* ---- write ---- */

static gboolean
write_revision_tile (LwDb *db, gint64 revision, const RevisionTile *tile, GError **error)
{
  gint64 id;
  if (!lw_db_run (db, error, "INSERT INTO tile (sha256, labels, data) VALUES (?, ?, ?) ON CONFLICT (sha256) DO NOTHING", "xbb", tile->hash,
                  (gsize) HASH_BYTES, tile->labels, tile->data)
      || lw_db_get (db, &id, error, "SELECT id FROM tile WHERE sha256 = ?", "x", tile->hash, (gsize) HASH_BYTES) < 0)
    return FALSE;
  return lw_db_run (db, error, "INSERT INTO revision_tile (revision, plane, ty, tx, tile) VALUES (?, ?, ?, ?, ?)", "IiiiI", revision, tile->place.plane,
                    tile->place.ty, tile->place.tx, id);
}

static gboolean
check_parent (LwDb *db, const LwFrameHead *head, gint64 parent, GError **error)
{
  gint64 newest = 0;
  if (lw_db_get (db, &newest, error, "SELECT max (id) FROM revision WHERE frame = ?", "I", head->id) < 0)
    return FALSE;
  if (newest == parent)
    return TRUE;
  g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_CONFLICT, _("Another program made a revision of the frame at the same moment; try again"));
  return FALSE;
}

gint64
lw_revision_write (LwDb *db, const LwFrameHead *head, const LwRevisionDraft *draft, gint64 seq, LwRevisionKind kind, const char *message, GError **error)
{
  g_autofree char *uuid = g_uuid_string_random ();
  if (!check_parent (db, head, draft->parent, error)
      || !lw_db_run (db, error, "INSERT INTO revision (uuid, frame, parent, kind, author, created, message, seq, depth, n_tiles) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     "sIKisIsIii", uuid, head->id, draft->parent, kind, g_get_user_name (), g_get_real_time (), message, seq, draft->depth,
                     (int) draft->tiles->len))
    return 0;
  gint64 id = sqlite3_last_insert_rowid (db->handle);
  for (guint i = 0; i < draft->tiles->len; i++)
    if (!write_revision_tile (db, id, &g_array_index (draft->tiles, RevisionTile, i), error))
      return 0;
  return id;
}

typedef struct {
  gint64 frame;
  LwRevisionKind kind;
  const char *message;
  LwFrameHead head;
  LwRevisionDraft draft;
  gint64 id;
} Making;

static gboolean
write_made (LwDb *db, gpointer data, GError **error)
{
  Making *making = data;
  if (!lw_frame_head_check (db, &making->head, error))
    return FALSE;
  making->id = lw_revision_write (db, &making->head, &making->draft, making->head.seq, making->kind, making->message, error);
  return making->id != 0;
}

static gboolean
make_once (LwDb *db, gpointer data, GError **error)
{
  Making *making = data;
  return lw_frame_head_read (db, making->frame, &making->head, error) && lw_revision_prepare (db, &making->head, NULL, &making->draft, error)
         && lw_db_transact (db, write_made, making, error);
}

gint64
lw_revision_make (LwDb *db, gint64 frame, LwRevisionKind kind, const char *message, GError **error)
{
  Making making = { .frame = frame, .kind = kind, .message = message };
  gboolean made = lw_db_retry (db, make_once, &making, error);
  lw_revision_draft_clear (&making.draft);
  return made ? making.id : 0;
}

gint64
lw_revision_keep (LwDb *db, gint64 frame, const char *message, GError **error)
{
  gint64 newest = 0;
  int got = lw_db_get (db, &newest, error,
                       "SELECT revision.id FROM revision JOIN frame ON frame.id = revision.frame WHERE frame = ? AND revision.seq = frame.seq"
                       " ORDER BY revision.id DESC LIMIT 1", "I", frame);
  return got != 0 ? newest : lw_revision_make (db, frame, LW_REVISION_MANUAL, message, error);
}

static gboolean
make (LwDb *db, gpointer data, GError **error)
{
  Making *making = data;
  making->id = lw_revision_make (db, making->frame, making->kind, making->message, error);
  return making->id != 0;
}

gint64
lw_project_add_revision (LwProject *self, gint64 frame, LwRevisionKind kind, const char *message, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), 0);

  Making making = { .frame = frame, .kind = kind, .message = message };
  return lw_project_write (self, make, &making, error) ? making.id : 0;
}

/* ---- read ---- */

void
lw_revision_free (LwRevision *revision)
{
  if (revision == NULL)
    return;
  g_free (revision->uuid);
  g_free (revision->author);
  g_free (revision->message);
  g_free (revision);
}

LwRevision *
lw_revision_from_row (LwQuery *query)
{
  LwRevision *revision = g_new0 (LwRevision, 1);
  revision->id = sqlite3_column_int64 (query, 0);
  revision->frame = sqlite3_column_int64 (query, 1);
  revision->parent = sqlite3_column_int64 (query, 2);
  revision->uuid = lw_query_dup_text (query, 3);
  revision->author = lw_query_dup_text (query, 4);
  revision->message = lw_query_dup_text (query, 5);
  revision->kind = (LwRevisionKind) lw_query_int (query, 6, LW_REVISION_MANUAL, LW_REVISION_MERGE);
  revision->created = sqlite3_column_int64 (query, 7);
  revision->seq = sqlite3_column_int64 (query, 8);
  return revision;
}

static gpointer
read_revision (LwProject *project, LwQuery *query)
{
  return lw_revision_from_row (query);
}

GPtrArray *
lw_project_list_revisions (LwProject *self, gint64 frame, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);
  return lw_project_list_rows (self, read_revision, (GDestroyNotify) lw_revision_free, error,
                               "SELECT " LW_REVISION_COLUMNS " FROM revision WHERE frame = ? ORDER BY id DESC", "I", frame);
}

static gboolean
fill (LwDb *db, const RevisionTile *tile, LwPlanes *planes, GError **error)
{
  guint8 raw[LW_TILE_BYTES];
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT data FROM tile WHERE id = ?", "I", tile->tile);
  int got = lw_query_step (query, error);
  if (got <= 0 || !lw_working_unpack (db, query, 0, raw, error))
    return got == 0 ? lw_db_damaged (db, error, "a revision with a tile that is gone") : FALSE;
  lw_tile_write (planes->plane[tile->place.plane], tile->place.ty, tile->place.tx, raw);
  return TRUE;
}

LwPlanes *
lw_revision_load (LwDb *db, const LwFrameHead *head, gint64 revision, GError **error)
{
  g_autoptr(GHashTable) tiles = read_tiles (db, head, revision, error);
  g_autoptr(LwPlanes) planes = tiles != NULL ? lw_planes_new (head->width, head->height) : NULL;
  GHashTableIter iter;
  gpointer tile;
  if (planes == NULL)
    return NULL;
  g_hash_table_iter_init (&iter, tiles);
  while (g_hash_table_iter_next (&iter, NULL, &tile))
    if (!fill (db, tile, planes, error))
      return NULL;
  return g_steal_pointer (&planes);
}

static gboolean
read_head (LwDb *db, gint64 revision, LwFrameHead *head, GError **error)
{
  gint64 frame;
  int got = lw_db_get (db, &frame, error, "SELECT frame FROM revision WHERE id = ?", "I", revision);
  if (got == 0)
    lw_store_not_found (error, _("revision"), revision);
  return got > 0 && lw_frame_head_read (db, frame, head, error);
}

LwPlanes *
lw_project_load_revision (LwProject *self, gint64 revision, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);

  LwFrameHead head;
  g_autoptr(LwDb) db = lw_project_read (self, error);
  return db != NULL && read_head (db, revision, &head, error) ? lw_revision_load (db, &head, revision, error) : NULL;
}

/* As lw_query_step(): 1 where a label of @tile is among @origins */
static int
tile_has_origin (LwDb *db, const RevisionTile *tile, const gboolean origins[256], GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT labels FROM tile WHERE id = ?", "I", tile->tile);
  int got = lw_query_step (query, error);
  const guint8 *labels = got > 0 ? sqlite3_column_blob (query, 0) : NULL;
  gboolean has = FALSE;
  for (int i = got > 0 ? sqlite3_column_bytes (query, 0) : 0; i > 0; i--)
    has |= origins[labels[i - 1]];
  return got < 0 ? -1 : has;
}

gboolean
lw_revision_has_origin (LwDb *db, gint64 revision, const gboolean origins[256], gboolean *has, GError **error)
{
  LwFrameHead head;
  g_autoptr(GHashTable) tiles = read_head (db, revision, &head, error) ? read_tiles (db, &head, revision, error) : NULL;
  GHashTableIter iter;
  gpointer tile;
  int found = 0;
  if (tiles == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, tiles);
  while (found == 0 && g_hash_table_iter_next (&iter, NULL, &tile))
    if (((RevisionTile *) tile)->place.plane == LW_PLANE_ORIGIN)
      found = tile_has_origin (db, tile, origins, error);
  *has = found > 0;
  return found >= 0;
}

gboolean
lw_revision_check (LwDb *db, gint64 revision, GError **error)
{
  LwFrameHead head;
  g_autoptr(GHashTable) tiles = read_head (db, revision, &head, error) ? read_tiles (db, &head, revision, error) : NULL;
  return tiles != NULL;
}

/* ---- from elsewhere ---- */

static gboolean
write_planes (LwDb *db, gint64 id, const LwPlanes *planes, int *n_tiles, GError **error)
{
  guint8 raw[LW_TILE_BYTES];
  for (int plane = 0; plane < LW_N_PLANES; plane++)
    for (int ty = 0; ty < lw_tiles_across (planes->plane[0]->height); ty++)
      for (int tx = 0; tx < lw_tiles_across (planes->plane[0]->width); tx++)
        {
          lw_tile_read (planes->plane[plane], ty, tx, raw);
          if (lw_tile_is_empty (raw))
            continue;
          ++*n_tiles;
          if (id == 0)
            continue;
          RevisionTile *tile = tile_from_raw ((Place) { (guint8) plane, (guint16) ty, (guint16) tx }, raw, lw_tile_encode (raw));
          gboolean written = write_revision_tile (db, id, tile, error);
          revision_tile_free (tile);
          if (!written)
            return FALSE;
        }
  return TRUE;
}

gint64
lw_revision_bring (LwDb *db, const LwFrameHead *head, const LwRevision *revision, const LwPlanes *planes, GError **error)
{
  gint64 parent = 0;
  int n_tiles = 0, written = 0;
  write_planes (db, 0, planes, &n_tiles, NULL);      /* rows never change: their number must be known before */
  if (lw_db_get (db, &parent, error, "SELECT max (id) FROM revision WHERE frame = ?", "I", head->id) < 0
      || !lw_db_run (db, error, "INSERT INTO revision (uuid, frame, parent, kind, author, created, message, seq, depth, n_tiles) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)",
                     "sIKisIsIi", revision->uuid, head->id, parent, revision->kind, revision->author, revision->created, revision->message, revision->seq, n_tiles))
    return 0;
  gint64 id = sqlite3_last_insert_rowid (db->handle);
  return write_planes (db, id, planes, &written, error) ? id : 0;
}
