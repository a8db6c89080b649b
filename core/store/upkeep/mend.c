/* mend.c: takes out what refers to rows that are lost, puts stand-ins where something else would be lost with them, and makes journals, maps and counts agree */
#include "config.h"
#include "store/upkeep/mend.h"

#include <inttypes.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include "label/compare.h"
#include "store/author.h"
#include "store/journal/history.h"
#include "store/project/persons.h"
#include "store/revisions/revisions.h"
#include "store/revisions/tile-rows.h"
#include "store/schema/schema.h"

#define UUID "lower (hex (randomblob (4)) || '-' || hex (randomblob (2)) || '-4' || substr (hex (randomblob (2)), 2) || '-8' || substr (hex (randomblob (2)), 2)" \
             " || '-' || hex (randomblob (6)))"

typedef struct {
  LwDb *db;
  GPtrArray *lost;
  int author;                  /* the origin of strokes that repair */
  gboolean seen[LW_N_PLANES][256];      /* classes and origins that some map has */
} Mending;

G_GNUC_PRINTF (2, 3)
static void
tell (Mending *self, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_ptr_array_add (self->lost, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

/* Runs @sql, and tells of the rows that it changed. @format: NULL: nothing to tell */
static gboolean
change (Mending *self, const char *sql, const char *format, GError **error)
{
  if (!lw_db_exec (self->db, sql, error))
    return FALSE;
  int n = sqlite3_changes (self->db->handle);
  if (n > 0 && format != NULL)
    tell (self, format, n);
  return TRUE;
}

/* ---- references ---- */

static gboolean
mend_staged (Mending *self, GError **error)
{
  return lw_db_exec (self->db,
                     "DELETE FROM frame WHERE media IN (SELECT id FROM media WHERE operation IS NOT NULL);"
                     "DELETE FROM media_index WHERE media IN (SELECT id FROM media WHERE operation IS NOT NULL);"
                     "DELETE FROM media WHERE operation IS NOT NULL;"
                     "DELETE FROM dataset WHERE operation IS NOT NULL; DELETE FROM snapshot WHERE operation IS NOT NULL;"
                     "UPDATE frame SET proposal = NULL, changed = 0; UPDATE stroke SET proposal = NULL;"
                     "DELETE FROM meta WHERE key = 'min_reader'; INSERT OR IGNORE INTO meta VALUES ('uuid', " UUID "), ('min_reader', '" G_STRINGIFY (LW_MIN_READER) "'), ('palette', ''), ('program', 'Labelwright " LW_VERSION "')", error);
}

/* How far the tiles of the frame's revisions reach. */
static gboolean
measure_revisions (LwDb *db, gint64 frame, gint64 *width, gint64 *height, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT ty, tx, tile.data FROM revision_tile JOIN tile ON tile.id = tile JOIN revision ON revision.id = revision"
                                          " WHERE frame = ?", "I", frame);
  LwPackPlace places[LW_PACK_MOST];
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 ty = lw_query_int (query, 0, 0, LW_MAX_SIDE), tx = lw_query_int (query, 1, 0, LW_MAX_SIDE);
      for (gsize n = lw_tile_pack_places (sqlite3_column_blob (query, 2), (gsize) sqlite3_column_bytes (query, 2), places); n > 0; n--)
        {
          ty = MAX (ty, places[n - 1].ty);
          tx = MAX (tx, places[n - 1].tx);
        }
      *width = MAX (*width, (tx + 1) * LW_TILE_SIDE);
      *height = MAX (*height, (ty + 1) * LW_TILE_SIDE);
    }
  return got == 0;
}

/* A lost frame that strokes or revisions are of: its size stands in the first bytes of a stroke's diff, or follows from the tiles of its revisions. */
static gboolean
add_frame (Mending *self, gint64 id, GError **error)
{
  guint32 size[2] = { 0 };
  {
    g_autoptr(LwQuery) query = lw_db_query (self->db, error, "SELECT substr (data, 5, 8) FROM stroke JOIN diff ON diff.id = stroke.diff WHERE frame = ? LIMIT 1", "I", id);
    int got = lw_query_step (query, error);
    if (got < 0)
      return FALSE;
    if (got > 0 && sqlite3_column_bytes (query, 0) == sizeof size)
      memcpy (size, sqlite3_column_blob (query, 0), sizeof size);
  }
  gint64 width = GUINT32_FROM_LE (size[0]), height = GUINT32_FROM_LE (size[1]);
  if (width == 0 && !measure_revisions (self->db, id, &width, &height, error))
    return FALSE;
  if (width < 1 || width > LW_MAX_SIDE || height < 1 || height > LW_MAX_SIDE || height > LW_MAX_PIXELS / width)
    return TRUE;
  tell (self, _("Name of a frame of %" PRId64 " × %" PRId64 " pixels: it is called “lost-frame-%" PRId64 "” now"), width, height, id);
  return lw_db_run (self->db, error,
                    "INSERT OR IGNORE INTO media (id, uuid, name, kind, path, size, sha256, width, height) VALUES (0, " UUID ", 'lost', 0, '', 0, '', 1, 1)", "")
         && lw_db_run (self->db, error,
                       "INSERT INTO frame (id, uuid, media, ordinal, tb_num, tb_den, packet_hash, name, width, height, status)"
                       " VALUES (?1, " UUID ", 0, ?1, 0, 1, zeroblob (16), 'lost-frame-' || ?1, ?2, ?3, 1)", "III", id, width, height);
}

static gboolean
add_frames (Mending *self, GError **error)
{
  g_autoptr(GArray) missing = lw_db_list_ids (self->db, error,
                                              "SELECT frame FROM revision WHERE frame NOT IN (SELECT id FROM frame)"
                                              " UNION SELECT frame FROM stroke WHERE frame NOT IN (SELECT id FROM frame)", "");
  if (missing == NULL)
    return FALSE;
  for (guint i = 0; i < missing->len; i++)
    if (!add_frame (self, g_array_index (missing, gint64, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
mend_frames (Mending *self, GError **error)
{
  return change (self,
                 "INSERT INTO media (id, uuid, name, kind, path, size, sha256, width, height)"
                 " SELECT media, " UUID ", 'lost-' || media, 0, '', 0, '', 1, 1 FROM (SELECT DISTINCT media FROM frame WHERE media NOT IN (SELECT id FROM media))",
                 _("Media whose place is lost (relink them): %d"), error)
         && add_frames (self, error)
         && lw_db_exec (self->db, "DELETE FROM media_index WHERE media NOT IN (SELECT id FROM media); DELETE FROM stroke WHERE frame NOT IN (SELECT id FROM frame);"
                                  "DELETE FROM revision WHERE frame NOT IN (SELECT id FROM frame)", error);
}

static gboolean
mend_revisions (Mending *self, GError **error)
{
  guint n;
  if (!lw_mend_revisions (self->db, &n, error))
    return FALSE;
  if (n > 0)
    tell (self, _("Revisions with tiles that are lost or not what they were: %u"), n);
  return lw_db_exec (self->db, "UPDATE frame SET status = 1, accepted = NULL WHERE accepted NOT IN (SELECT id FROM revision)", error);
}

/* A thread without its beginning has a beginning of its own. */
static gboolean
mend_review (Mending *self, GError **error)
{
  return lw_db_exec (self->db,
                     "DELETE FROM comment WHERE frame NOT IN (SELECT id FROM frame) OR (kind > 0 AND thread NOT IN (SELECT id FROM comment));"
                     "UPDATE comment SET thread = NULL WHERE thread NOT IN (SELECT id FROM comment);"
                     "DELETE FROM review WHERE frame NOT IN (SELECT id FROM frame) OR revision NOT IN (SELECT id FROM revision);"
                     "UPDATE stroke SET person = NULL WHERE person NOT IN (SELECT id FROM person)", error);
}

static gboolean
mend_learning (Mending *self, GError **error)
{
  return lw_db_exec (self->db, "DELETE FROM dataset_item WHERE frame NOT IN (SELECT id FROM frame) OR revision NOT IN (SELECT id FROM revision)", error)
         && change (self, "DELETE FROM dataset WHERE n_train + n_val != (SELECT count (*) FROM dataset_item WHERE dataset = dataset.id)",
                    _("Datasets with frames that are lost: %d"), error)
         && lw_db_exec (self->db, "DELETE FROM dataset_item WHERE dataset NOT IN (SELECT id FROM dataset)", error)
         && change (self,
                    "DELETE FROM snapshot_item WHERE frame NOT IN (SELECT id FROM frame) OR revision NOT IN (SELECT id FROM revision)"
                    " OR snapshot NOT IN (SELECT id FROM snapshot)",
                    _("Frames of snapshots: %d"), error)
         && lw_db_exec (self->db,
                        "UPDATE model SET parent = NULL WHERE parent NOT IN (SELECT id FROM model);"
                        "UPDATE model SET dataset = NULL WHERE dataset NOT IN (SELECT id FROM dataset);"
                        "UPDATE origin SET model = NULL WHERE model NOT IN (SELECT id FROM model)", error);
}

/* Of each chain the rows up to the first that is missing. */
static gboolean
mend_audit (Mending *self, GError **error)
{
  return change (self,
                 "DELETE FROM audit WHERE seq > (SELECT min (row.seq) FROM audit AS row WHERE row.copy = audit.copy AND NOT EXISTS"
                 " (SELECT 1 FROM audit AS next WHERE next.copy = row.copy AND next.seq = row.seq + 1 AND next.prev = row.hash))"
                 " OR NOT EXISTS (SELECT 1 FROM audit AS first WHERE first.copy = audit.copy AND first.seq = 1)",
                 _("Rows of the audit log after lost ones: %d"), error)
         && lw_db_exec (self->db,
                        "INSERT OR IGNORE INTO copy (uuid, machine, inode, created, last_seq, last_hash)"
                        " SELECT copy, 'lost', -rowid, 0, 0, zeroblob (32) FROM (SELECT copy, row_number () OVER () AS rowid FROM (SELECT DISTINCT copy FROM audit));"
                        "DELETE FROM audit WHERE copy NOT IN (SELECT uuid FROM copy);"
                        "UPDATE copy SET last_seq = ifnull ((SELECT max (seq) FROM audit WHERE copy = uuid), 0),"
                        " last_hash = ifnull ((SELECT hash FROM audit WHERE copy = uuid ORDER BY seq DESC LIMIT 1), zeroblob (32))", error);
}

/* ---- journals ---- */

typedef struct {
  LwFrameHead head;            /* @seq: strokes that the new journal has so far */
  char *name;
  LwPlanes *planes;            /* after them */
} Journal;

static void
journal_clear (Journal *journal)
{
  g_free (journal->name);
  g_clear_pointer (&journal->planes, lw_planes_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Journal, journal_clear)

/* Applies strokes above @after as long as none is missing; @last: the number of the last one. */
static gboolean
replay (Mending *self, const LwFrameHead *head, gint64 after, LwPlanes *planes, LwHistory *history, gint64 *last, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (self->db, error,
                                          "SELECT stroke.seq, stroke.uuid, taken.uuid, stroke.undoes, diff.data FROM stroke LEFT JOIN diff ON diff.id = stroke.diff"
                                          " LEFT JOIN stroke AS taken ON taken.id = stroke.undoes WHERE stroke.frame = ? AND stroke.seq > ? ORDER BY stroke.seq",
                                          "II", head->id, after);
  int got;
  for (*last = after; (got = lw_query_step (query, error)) > 0; ++*last)
    {
      g_autoptr(GBytes) packed = lw_query_dup_blob (query, 4);
      g_autoptr(LwDiff) diff = packed != NULL ? lw_diff_decode (packed, head->width, head->height, NULL) : NULL;
      gboolean undoes = sqlite3_column_type (query, 3) != SQLITE_NULL;
      const char *taken = (const char *) sqlite3_column_text (query, 2);
      if (sqlite3_column_int64 (query, 0) != *last + 1 || diff == NULL
          || (history != NULL && ((undoes && taken == NULL) || !lw_history_add (history, (const char *) sqlite3_column_text (query, 1), taken))))
        return TRUE;
      lw_diff_apply (diff, planes);
    }
  return got == 0;
}

/* A stroke that makes the journal's map @planes. */
static gboolean
add_stroke (Mending *self, Journal *journal, const LwPlanes *planes, gint64 created, GError **error)
{
  g_autofree char *uuid = g_uuid_string_random ();
  g_autoptr(LwDiff) diff = lw_diff_between (journal->planes, planes);
  if (lw_diff_is_empty (diff))
    return TRUE;
  g_autoptr(GBytes) packed = lw_diff_encode (diff);
  LwRect box = lw_diff_get_bbox (diff);
  lw_diff_apply (diff, journal->planes);
  return lw_db_run (self->db, error, "INSERT INTO diff (data) VALUES (?)", "b", packed)
         && lw_db_run (self->db, error,
                       "INSERT INTO stroke (uuid, frame, seq, author, actor, tool, created, x, y, width, height, diff, person)"
                       " VALUES (?1, ?2, ?3, ?4, '', 'repair', ?5, ?6, ?7, ?8, ?9, last_insert_rowid (), (SELECT id FROM person WHERE uuid = ?10))",
                       "sIIiIiiiis", uuid, journal->head.id, ++journal->head.seq, self->author, created, box.x, box.y, box.width, box.height, lw_author_get_uuid ());
}

/* Pairs of id and created. */
static GArray *
list_revisions (Mending *self, gint64 frame, gint64 after, GError **error)
{
  g_autoptr(GArray) revisions = g_array_new (FALSE, FALSE, sizeof (gint64[2]));
  g_autoptr(LwQuery) query = lw_db_query (self->db, error, "SELECT id, created FROM revision WHERE frame = ? AND seq > ? ORDER BY seq, id", "II", frame, after);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 pair[2] = { sqlite3_column_int64 (query, 0), sqlite3_column_int64 (query, 1) };
      g_array_append_val (revisions, pair);
    }
  return got == 0 ? g_steal_pointer (&revisions) : NULL;
}

/* The newest labels that can be read: those of the last revision, and the strokes that came right after it. NULL without an error: no revision is newer than the journal. */
static LwPlanes *
find_newest (Mending *self, const LwFrameHead *head, GArray *revisions, GError **error)
{
  gint64 seq, last;
  if (revisions->len == 0)
    return NULL;
  const gint64 *pair = ((const gint64 (*)[2]) (gpointer) revisions->data)[revisions->len - 1];
  g_autoptr(LwPlanes) planes = lw_revision_load (self->db, head, pair[0], error);
  if (planes == NULL || lw_db_get (self->db, &seq, error, "SELECT seq FROM revision WHERE id = ?", "I", pair[0]) < 0
      || !replay (self, head, seq, planes, NULL, &last, error))
    return NULL;
  return g_steal_pointer (&planes);
}

/* What is left of a journal with a gap: its beginning, then a stroke to each revision, then one to the newest labels. */
static gboolean
lead_through_revisions (Mending *self, Journal *journal, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(GArray) revisions = list_revisions (self, journal->head.id, journal->head.seq, error);
  g_autoptr(LwPlanes) newest = revisions != NULL ? find_newest (self, &journal->head, revisions, &local) : NULL;
  if (revisions == NULL || !lw_db_run (self->db, error, "DELETE FROM stroke WHERE frame = ? AND seq > ?", "II", journal->head.id, journal->head.seq))
    return FALSE;
  for (guint i = 0; i < revisions->len; i++)
    {
      const gint64 *pair = ((const gint64 (*)[2]) (gpointer) revisions->data)[i];
      g_autoptr(LwPlanes) planes = lw_revision_load (self->db, &journal->head, pair[0], NULL);
      if ((planes != NULL && !add_stroke (self, journal, planes, pair[1], error))
          || !lw_db_run (self->db, error, "UPDATE revision SET seq = ? WHERE id = ?", "II", journal->head.seq, pair[0]))
        return FALSE;
    }
  return newest == NULL || add_stroke (self, journal, newest, g_get_real_time (), error);
}

static gboolean
write_counts (Mending *self, const Journal *journal, int plane, GError **error)
{
  guint64 counts[256];
  const char *sql = plane == LW_PLANE_CLASS ? "INSERT INTO frame_class (frame, class, pixels) VALUES (?, ?, ?)" : "INSERT INTO frame_origin (frame, origin, pixels) VALUES (?, ?, ?)";
  lw_label_map_count (journal->planes->plane[plane], counts);
  for (int i = 0; i < LW_LABEL_NONE; i++)
    {
      self->seen[plane][i] |= counts[i] > 0;
      if (counts[i] > 0 && !lw_db_run (self->db, error, sql, "IiI", journal->head.id, i, (gint64) counts[i]))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_map (Mending *self, const Journal *journal, GError **error)
{
  guint8 raw[LW_TILE_BYTES];
  for (int plane = 0; plane < LW_N_PLANES; plane++)
    {
      const LwLabelMap *map = journal->planes->plane[plane];
      for (int ty = 0; ty < lw_tiles_across (map->height); ty++)
        for (int tx = 0; tx < lw_tiles_across (map->width); tx++)
          {
            lw_tile_read (map, ty, tx, raw);
            g_autoptr(GBytes) data = lw_tile_is_empty (raw) ? NULL : lw_tile_encode (raw);
            if (data != NULL
                && !lw_db_run (self->db, error, "INSERT INTO working_tile (frame, plane, ty, tx, data) VALUES (?, ?, ?, ?, ?)", "Iiiib", journal->head.id, plane, ty, tx, data))
              return FALSE;
          }
      if (!write_counts (self, journal, plane, error))
        return FALSE;
    }
  return lw_db_run (self->db, error, "UPDATE frame SET seq = ? WHERE id = ?", "II", journal->head.seq, journal->head.id);
}

static gboolean
mend_journal (Mending *self, gint64 frame, GError **error)
{
  g_auto(Journal) journal = { 0 };
  gint64 wanted = 0, last = 0;
  g_autoptr(LwHistory) history = lw_history_new ();
  if (!lw_frame_head_read (self->db, frame, &journal.head, error)
      || lw_db_get (self->db, &wanted, error, "SELECT max (seq) FROM stroke WHERE frame = ?", "I", frame) < 0)
    return FALSE;
  wanted = MAX (wanted, journal.head.seq);
  journal.name = lw_db_get_text (self->db, NULL, "SELECT name FROM frame WHERE id = ?", "I", frame);
  journal.planes = lw_planes_new (journal.head.width, journal.head.height);
  if (!replay (self, &journal.head, 0, journal.planes, history, &last, error))
    return FALSE;
  journal.head.seq = last;
  if (last < wanted)
    {
      tell (self, _("Strokes of the frame “%s” after the first %" PRId64 " of %" PRId64 "; its revisions that are left show what came after"), journal.name, last,
            wanted);
      if (!lead_through_revisions (self, &journal, error))
        return FALSE;
    }
  return write_map (self, &journal, error);
}

static gboolean
mend_journals (Mending *self, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr(GArray) frames = lw_db_list_ids (self->db, error, "SELECT id FROM frame WHERE seq > 0 OR id IN (SELECT frame FROM stroke) OR id IN (SELECT frame FROM revision)", "");
  if (frames == NULL)
    return FALSE;
  for (guint i = 0; i < frames->len; i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !mend_journal (self, g_array_index (frames, gint64, i), error))
        return FALSE;
      if (progress != NULL)
        progress (0.5 + 0.5 * (i + 1) / frames->len, data);
    }
  return lw_db_exec (self->db, "DELETE FROM diff WHERE id NOT IN (SELECT diff FROM stroke); DELETE FROM tile WHERE id NOT IN (SELECT tile FROM revision_tile)", error);
}

/* ---- classes and origins ---- */

static gboolean
see_revisions (Mending *self, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (self->db, error, "SELECT plane, labels FROM tile JOIN revision_tile ON revision_tile.tile = tile.id GROUP BY plane, labels", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      const guint8 *labels = sqlite3_column_blob (query, 1);
      for (int i = sqlite3_column_bytes (query, 1); i > 0; i--)
        self->seen[lw_query_int (query, 0, 0, LW_N_PLANES - 1)][labels[i - 1]] = TRUE;
    }
  return got == 0;
}

/* The stand-in of a class has a grey that no other has, as far as greys go. */
static gboolean
mend_names (Mending *self, GError **error)
{
  if (!see_revisions (self, error))
    return FALSE;
  for (int i = 0; i < LW_LABEL_NONE; i++)
    {
      g_autofree char *name = g_strdup_printf ("lost-%d", i);
      if (self->seen[LW_PLANE_CLASS][i])
        {
          if (!lw_db_run (self->db, error, "INSERT OR IGNORE INTO class (id, name, colour, ignored, position) VALUES (?1, ?2, ?1 * 65793, 0, ?1)", "is", i, name))
            return FALSE;
          if (sqlite3_changes (self->db->handle) > 0)
            tell (self, _("Name and colour of a class: it is called “%s” now"), name);
        }
      if (self->seen[LW_PLANE_ORIGIN][i]
          && !lw_db_run (self->db, error, "INSERT OR IGNORE INTO origin (id, kind, name) VALUES (?, 0, ?)", "is", i, name))
        return FALSE;
    }
  return lw_db_run (self->db, error, "UPDATE stroke SET author = ? WHERE author NOT BETWEEN 0 AND 254", "i", self->author)
         && lw_db_exec (self->db, "INSERT OR IGNORE INTO origin (id, kind, name) SELECT DISTINCT author, 0, 'lost-' || author FROM stroke WHERE author BETWEEN 0 AND 254;"
                               "UPDATE class SET parent = NULL WHERE parent NOT IN (SELECT id FROM class)", error);
}

static gboolean
find_author (Mending *self, GError **error)
{
  gint64 id = 0;
  int got = lw_db_get (self->db, &id, error, "SELECT id FROM origin WHERE kind = 0 ORDER BY name = ? DESC, id LIMIT 1", "s", lw_author_get_uuid ());
  if (got == 0)
    return lw_db_run (self->db, error, "INSERT OR IGNORE INTO origin (id, kind, name) VALUES (0, 0, ?)", "s", lw_author_get_uuid ());
  self->author = (int) id;
  return got > 0;
}

gboolean
lw_mend (LwDb *db, GPtrArray *lost, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  Mending mending = { .db = db, .lost = lost };
  return mend_staged (&mending, error) && lw_person_write_author (db, error) && find_author (&mending, error) && mend_frames (&mending, error) && mend_revisions (&mending, error)
         && mend_review (&mending, error)
         && mend_learning (&mending, error) && mend_audit (&mending, error) && mend_journals (&mending, progress, data, cancellable, error)
         && mend_names (&mending, error);
}
