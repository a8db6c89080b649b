/* revisions.c: makes and reads revisions */
#include "config.h"
#include "store/revisions/revisions.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "store/author.h"
#include "store/project/rows.h"
#include "store/revisions/revision-tiles.h"

static LwRevisionTile *
tile_from_packed (LwDb *db, LwTilePlace place, GBytes *data, GError **error)
{
  guint8 raw[LW_TILE_BYTES];
  g_autoptr(GError) local = NULL;
  if (lw_tile_decode (g_bytes_get_data (data, NULL), g_bytes_get_size (data), raw, &local))
    return lw_revision_tile_from_raw (place, raw, g_bytes_ref (data));
  lw_db_damaged (db, error, local->message);
  return NULL;
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
  g_autoptr(GHashTable) tiles = lw_revision_tiles_new ();
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT plane, ty, tx, data FROM working_tile WHERE frame = ?", "I", head->id);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 plane = sqlite3_column_int64 (query, 0), ty = sqlite3_column_int64 (query, 1), tx = sqlite3_column_int64 (query, 2);
      g_autoptr(GBytes) data = lw_query_dup_blob (query, 3);
      LwRevisionTile *tile = NULL;
      if (!lw_frame_has_tile (head, plane, ty, tx) || data == NULL)
        lw_db_damaged (db, error, "a tile outside its frame");
      else
        tile = tile_from_packed (db, (LwTilePlace) { (guint8) plane, (guint16) ty, (guint16) tx }, data, error);
      if (tile == NULL)
        return NULL;
      lw_revision_tiles_put (tiles, tile);
    }
  return got == 0 ? g_steal_pointer (&tiles) : NULL;
}

static gboolean
overlay (LwDb *db, GHashTable *tiles, const LwWorkingChange *change, GError **error)
{
  for (guint i = 0; i < change->tiles->len; i++)
    {
      const LwTileChange *changed = &g_array_index (change->tiles, LwTileChange, i);
      LwTilePlace place = { changed->plane, changed->ty, changed->tx };
      gint64 key = lw_tile_place_key (place);
      g_hash_table_remove (tiles, &key);
      if (changed->data == NULL)
        continue;
      LwRevisionTile *tile = tile_from_packed (db, place, changed->data, error);
      if (tile == NULL)
        return FALSE;
      lw_revision_tiles_put (tiles, tile);
    }
  return TRUE;
}

/* Takes the tile. */
static void
add_to_draft (LwRevisionDraft *draft, LwRevisionTile *tile)
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
      const LwRevisionTile *old = g_hash_table_lookup (before, key);
      if (old != NULL && memcmp (old->hash, ((LwRevisionTile *) value)->hash, LW_TILE_HASH_BYTES) == 0)
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
      LwRevisionTile *empty = lw_revision_tile_empty (((LwRevisionTile *) value)->place);
      if (memcmp (empty->hash, ((LwRevisionTile *) value)->hash, LW_TILE_HASH_BYTES) == 0)
        lw_revision_tile_free (empty);
      else
        add_to_draft (draft, empty);
    }
}

/* The tiles of the revision before. Where that is damaged the new one lists all of its own: a bad revision must not keep a frame from being handed in. */
static GHashTable *
read_before (LwDb *db, const LwFrameHead *head, LwRevisionDraft *draft, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(GHashTable) before = draft->depth > 0 ? lw_revision_tiles_read (db, head, draft->parent, &local) : lw_revision_tiles_new ();
  if (before != NULL)
    return g_steal_pointer (&before);
  if (!g_error_matches (local, LW_STORE_ERROR, LW_STORE_ERROR_DAMAGED))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  draft->depth = 0;
  return lw_revision_tiles_new ();
}

static gboolean
compare (LwDb *db, const LwFrameHead *head, const LwWorkingChange *change, GHashTable *before, LwRevisionDraft *draft, GError **error)
{
  g_autoptr(GHashTable) now = read_working (db, head, error);
  if (now == NULL || (change != NULL && !overlay (db, now, change, error)))
    return FALSE;
  lw_revision_tiles_hash (now, head->width, head->height, draft->hash);
  take_emptied (draft, now, before);
  take_changed (draft, now, before);
  lw_tile_rows_pack (&draft->tiles);
  return TRUE;
}

gboolean
lw_revision_prepare (LwDb *db, const LwFrameHead *head, const LwWorkingChange *change, LwRevisionDraft *draft, GError **error)
{
  lw_revision_draft_clear (draft);
  *draft = (LwRevisionDraft) { .tiles = lw_tile_rows_new () };
  gint64 parent_seq = -1;
  {
    g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT id, depth, seq FROM revision WHERE frame = ? ORDER BY id DESC LIMIT 1", "I", head->id);
    int got = lw_query_step (query, error);
    if (got < 0)
      return FALSE;
    if (got == 1)
      {
        draft->parent = sqlite3_column_int64 (query, 0);
        draft->depth = (lw_query_int (query, 1, 0, LW_WHOLE_EVERY) + 1) % LW_WHOLE_EVERY;
        parent_seq = sqlite3_column_int64 (query, 2);
      }
  }
  g_autoptr(GHashTable) before = read_before (db, head, draft, error);
  if (before == NULL)
    return FALSE;
  gboolean unchanged = draft->depth > 0 && change == NULL && parent_seq == head->seq;
  if (unchanged)
    lw_revision_tiles_hash (before, head->width, head->height, draft->hash);
  return unchanged || compare (db, head, change, before, draft, error);
}

/* ---- write ---- */

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
      || !lw_db_run (db, error, "INSERT INTO revision (uuid, frame, parent, kind, author, created, message, seq, depth, n_tiles, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     "sIKisIsIiix", uuid, head->id, draft->parent, kind, lw_author_get_uuid (), g_get_real_time (), message, seq, draft->depth,
                     (int) draft->tiles->len, draft->hash, sizeof draft->hash))
    return 0;
  gint64 id = sqlite3_last_insert_rowid (db->handle);
  for (guint i = 0; i < draft->tiles->len; i++)
    if (!lw_tile_row_write (db, id, &g_array_index (draft->tiles, LwRevisionTile, i), error))
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

/* Of the working map, in a transaction of its own, again where another program is faster. */
static gint64
make_alone (LwDb *db, gint64 frame, LwRevisionKind kind, const char *message, GError **error)
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
  return got != 0 ? newest : make_alone (db, frame, LW_REVISION_MANUAL, message, error);
}

static gboolean
make (LwDb *db, gpointer data, GError **error)
{
  Making *making = data;
  making->id = make_alone (db, making->frame, making->kind, making->message, error);
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
  g_free (revision->person);
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
  revision->person = lw_query_dup_text (query, 9);
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

/* Row by row, so that each is unpacked once. */
static int
compare_rows (gconstpointer a, gconstpointer b)
{
  gint64 x = (*(LwRevisionTile *const *) a)->tile, y = (*(LwRevisionTile *const *) b)->tile;
  return (x > y) - (x < y);
}

LwPlanes *
lw_revision_load (LwDb *db, const LwFrameHead *head, gint64 revision, GError **error)
{
  g_autoptr(GHashTable) tiles = lw_revision_tiles_read (db, head, revision, error);
  g_autoptr(LwPlanes) planes = tiles != NULL ? lw_planes_new (head->width, head->height) : NULL;
  if (planes == NULL)
    return NULL;
  g_autoptr(GPtrArray) sorted = lw_revision_tiles_sort (tiles, compare_rows);
  g_autoptr(LwTileRow) row = lw_tile_row_new ();
  for (guint i = 0; i < sorted->len; i++)
    {
      const LwRevisionTile *tile = sorted->pdata[i];
      const guint8 *raw = lw_tile_row_read (row, db, tile, error);
      if (raw == NULL)
        return NULL;
      lw_tile_write (planes->plane[tile->place.plane], tile->place.ty, tile->place.tx, raw);
    }
  return g_steal_pointer (&planes);
}

LwPlanes *
lw_project_load_revision (LwProject *self, gint64 revision, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);

  LwFrameHead head;
  g_autoptr(LwDb) db = lw_project_read (self, error);
  return db != NULL && lw_revision_head_read (db, revision, &head, error) ? lw_revision_load (db, &head, revision, error) : NULL;
}

static gboolean
any_flagged (const guint8 *labels, gsize n, const gboolean flags[256])
{
  gboolean any = FALSE;
  for (gsize i = 0; i < n; i++)
    any |= flags[labels[i]];
  return any;
}

/* As lw_query_step(): 1 where a label of @tile is among @origins. What its row is said to have may be in another tile of it. */
static int
tile_has_origin (LwDb *db, LwTileRow *row, const LwRevisionTile *tile, const gboolean origins[256], GError **error)
{
  gboolean may;
  {
    g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT labels FROM tile WHERE id = ?", "I", tile->tile);
    int got = lw_query_step (query, error);
    if (got < 0)
      return -1;
    may = got > 0 && any_flagged (sqlite3_column_blob (query, 0), (gsize) sqlite3_column_bytes (query, 0), origins);
  }
  const guint8 *raw = may ? lw_tile_row_read (row, db, tile, error) : NULL;
  return raw != NULL ? any_flagged (raw, LW_TILE_BYTES, origins) : may ? -1 : 0;
}

gboolean
lw_revision_has_origin (LwDb *db, gint64 revision, const gboolean origins[256], gboolean *has, GError **error)
{
  LwFrameHead head;
  g_autoptr(GHashTable) tiles = lw_revision_head_read (db, revision, &head, error) ? lw_revision_tiles_read (db, &head, revision, error) : NULL;
  int found = 0;
  if (tiles == NULL)
    return FALSE;
  g_autoptr(GPtrArray) sorted = lw_revision_tiles_sort (tiles, compare_rows);
  g_autoptr(LwTileRow) row = lw_tile_row_new ();
  for (guint i = 0; found == 0 && i < sorted->len; i++)
    if (((LwRevisionTile *) sorted->pdata[i])->place.plane == LW_PLANE_ORIGIN)
      found = tile_has_origin (db, row, sorted->pdata[i], origins, error);
  *has = found > 0;
  return found >= 0;
}

/* ---- from elsewhere ---- */

/* All that are not 255 alone. */
static GHashTable *
tiles_of_planes (const LwPlanes *planes)
{
  guint8 raw[LW_TILE_BYTES];
  GHashTable *tiles = lw_revision_tiles_new ();
  for (int plane = 0; plane < LW_N_PLANES; plane++)
    for (int ty = 0; ty < lw_tiles_across (planes->plane[0]->height); ty++)
      for (int tx = 0; tx < lw_tiles_across (planes->plane[0]->width); tx++)
        {
          lw_tile_read (planes->plane[plane], ty, tx, raw);
          if (!lw_tile_is_empty (raw))
            lw_revision_tiles_put (tiles, lw_revision_tile_from_raw ((LwTilePlace) { (guint8) plane, (guint16) ty, (guint16) tx }, raw, lw_tile_encode (raw)));
        }
  return tiles;
}

gint64
lw_revision_bring (LwDb *db, const LwFrameHead *head, const LwRevision *revision, const LwPlanes *planes, GError **error)
{
  gint64 parent = 0;
  g_auto(LwRevisionDraft) draft = { .tiles = lw_tile_rows_new () };
  g_autoptr(GHashTable) tiles = tiles_of_planes (planes), none = lw_revision_tiles_new ();
  lw_revision_tiles_hash (tiles, head->width, head->height, draft.hash);
  take_changed (&draft, tiles, none);
  lw_tile_rows_pack (&draft.tiles);
  if (lw_db_get (db, &parent, error, "SELECT max (id) FROM revision WHERE frame = ?", "I", head->id) < 0
      || !lw_db_run (db, error, "INSERT INTO revision (uuid, frame, parent, kind, author, created, message, seq, depth, n_tiles, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)",
                     "sIKisIsIix", revision->uuid, head->id, parent, revision->kind, revision->person != NULL ? revision->person : revision->author, revision->created,
                     revision->message, revision->seq, (int) draft.tiles->len, draft.hash, sizeof draft.hash))
    return 0;
  gint64 id = sqlite3_last_insert_rowid (db->handle);
  for (guint i = 0; i < draft.tiles->len; i++)
    if (!lw_tile_row_write (db, id, &g_array_index (draft.tiles, LwRevisionTile, i), error))
      return 0;
  return id;
}
