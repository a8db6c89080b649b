/* verify.c: reads everything and names what is wrong, on a few threads */
#include "config.h"
#include "store/project/project-private.h"
#include "store/database/files.h"
#include "store/database/page-sums.h"
#include "store/journal/history.h"
#include "store/journal/working.h"
#include "store/media/media.h"
#include "store/models/models.h"
#include "store/project/audit.h"
#include "store/revisions/revision-tiles.h"
#include "store/revisions/tile-rows.h"
#include "store/schema/schema-check.h"
#include "store/upkeep/share.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_PROBLEMS 1000
#define TILES_AT_ONCE 1000
#define MOST_TILE_PARTS 4096      /* ids of a hostile file may lie far apart */

/* What one thread has in hand. */
typedef struct {
  LwProject *project;
  LwDb *db;
  GPtrArray *problems;
  GCancellable *cancellable;
} Verification;

G_GNUC_PRINTF (2, 3)
static void
report (Verification *self, const char *format, ...)
{
  if (self->problems->len >= MAX_PROBLEMS)
    return;
  va_list arguments;
  va_start (arguments, format);
  g_ptr_array_add (self->problems, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

/* ---- the file, and SQLite's own checks ---- */

static gboolean
fold_log (LwDb *db, gpointer data, GError **error)
{
  sqlite3_wal_checkpoint_v2 (db->handle, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
  return TRUE;
}

/* The log is folded in before: a page of the file that was torn by a power cut counts for nothing as long as the log has a newer one. */
static void
fold (LwProject *project)
{
  if (!lw_project_is_read_only (project))
    lw_project_write (project, fold_log, NULL, NULL);
}

static gboolean
check_pages (Verification *self, GError **error)
{
  return lw_page_sums_verify (self->db, self->problems, self->cancellable, error);
}

static gboolean
check_file (Verification *self, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (self->db, error, "PRAGMA integrity_check", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    if (g_strcmp0 ((const char *) sqlite3_column_text (query, 0), "ok") != 0)
      report (self, _("Project file: %s"), sqlite3_column_text (query, 0));
  return got == 0;
}

static gboolean
check_schema (Verification *self, GError **error)
{
  return lw_schema_verify (self->db, self->problems, error);
}

static gboolean
check_references (Verification *self, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (self->db, error, "PRAGMA foreign_key_check", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    report (self, _("Project file: row %s of “%s” refers to a row of “%s” that is not there"),
            sqlite3_column_type (query, 1) != SQLITE_NULL ? (const char *) sqlite3_column_text (query, 1) : "?", sqlite3_column_text (query, 0),
            sqlite3_column_text (query, 2));
  return got == 0;
}

/* ---- tiles ---- */

typedef struct { gint64 first, last; guint64 step; LwKnownPacks *known; } Tiles;

static gboolean
list_tiles (LwDb *db, Tiles *tiles, guint *n, GError **error)
{
  int got = lw_db_get (db, &tiles->first, error, "SELECT min (id) FROM tile", "");
  if (got <= 0 || lw_db_get (db, &tiles->last, error, "SELECT max (id) FROM tile", "") < 0)
    return got == 0;
  guint64 span = (guint64) tiles->last - (guint64) tiles->first;
  tiles->step = MAX (TILES_AT_ONCE, span / MOST_TILE_PARTS + 1);
  *n = (guint) (span / tiles->step + 1);
  return TRUE;
}

/* Those that no revision has led to, and those of revisions that are not what they were. */
static gboolean
check_tiles (Verification *self, guint item, gpointer data, GError **error)
{
  const Tiles *tiles = data;
  guint64 first = (guint64) tiles->first + item * tiles->step, left = (guint64) tiles->last - first;
  g_autoptr(LwQuery) query = lw_db_query (self->db, error, "SELECT id, sha256, data FROM tile WHERE id BETWEEN ? AND ?", "II", (gint64) first,
                                          (gint64) (first + MIN (left, tiles->step - 1)));
  g_autoptr(LwTileRow) row = lw_tile_row_new ();
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    if (!lw_known_packs_saw (tiles->known, sqlite3_column_int64 (query, 0))
        && !lw_tile_row_check (row, sqlite3_column_blob (query, 2), (gsize) sqlite3_column_bytes (query, 2), sqlite3_column_blob (query, 1),
                               (gsize) sqlite3_column_bytes (query, 1)))
      report (self, _("Tile %lld does not have the contents of its hash"), sqlite3_column_int64 (query, 0));
  return got == 0;
}

/* ---- working maps against the journal ---- */

static gboolean
replay (Verification *self, const LwFrameHead *head, const char *name, LwPlanes *planes, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (self->db, error,
                                          "SELECT stroke.uuid, diff.data FROM stroke JOIN diff ON diff.id = stroke.diff WHERE frame = ? ORDER BY seq",
                                          "I", head->id);
  gint64 n = 0;
  int got;
  for (; (got = lw_query_step (query, error)) > 0; n++)
    {
      g_autoptr(GBytes) packed = lw_query_dup_blob (query, 1);
      g_autoptr(LwDiff) diff = packed != NULL ? lw_diff_decode (packed, head->width, head->height, NULL) : NULL;
      if (diff != NULL)
        lw_diff_apply (diff, planes);
      else
        report (self, _("Frame “%s”: stroke %s is damaged"), name, sqlite3_column_text (query, 0));
    }
  if (got == 0 && n != head->seq)
    report (self, _("Frame “%s”: %lld strokes are there instead of %lld"), name, (long long) n, (long long) head->seq);
  return got == 0;
}

/* @query gives ids and pixels. @optional: a frame of an older project may have no row at all. */
static gboolean
check_sums (Verification *self, LwQuery *query, const char *name, const LwLabelMap *map, gboolean optional, GError **error)
{
  guint64 counts[256];
  gboolean any = FALSE, right = TRUE;
  lw_label_map_count (map, counts);
  counts[LW_LABEL_NONE] = 0;
  int got;
  for (; (got = lw_query_step (query, error)) > 0; any = TRUE)
    counts[lw_query_int (query, 0, 0, 255)] -= (guint64) sqlite3_column_int64 (query, 1);
  for (int i = 0; i < 256; i++)
    right &= counts[i] == 0;
  if (got == 0 && !right && (any || !optional))
    report (self, optional ? _("Frame “%s”: the numbers of pixels of its origins are wrong") : _("Frame “%s”: the numbers of pixels of its classes are wrong"), name);
  return got == 0;
}

static gboolean
check_counts (Verification *self, const LwFrameHead *head, const char *name, const LwPlanes *planes, GError **error)
{
  g_autoptr(LwQuery) classes = lw_db_query (self->db, error, "SELECT class, pixels FROM frame_class WHERE frame = ?", "I", head->id);
  if (!check_sums (self, classes, name, planes->plane[LW_PLANE_CLASS], FALSE, error))
    return FALSE;
  g_autoptr(LwQuery) origins = lw_db_query (self->db, error, "SELECT origin, pixels FROM frame_origin WHERE frame = ?", "I", head->id);
  return check_sums (self, origins, name, planes->plane[LW_PLANE_ORIGIN], TRUE, error);
}

static gboolean
is_empty (const LwLabelMap *map)
{
  for (int y = 0; y < map->height; y++)
    {
      const guint8 *row = lw_label_map_row (map, y);
      if (row[0] != LW_LABEL_NONE || memcmp (row, row + 1, (gsize) map->width - 1) != 0)
        return FALSE;
    }
  return TRUE;
}

/* The map as it is now and all strokes on top of it leave nothing. */
static void
check_rest (Verification *self, const char *name, const LwPlanes *rest)
{
  for (int i = 0; i < LW_N_PLANES; i++)
    if (!is_empty (rest->plane[i]))
      {
        report (self, _("Frame “%s”: its labels are not what its strokes have made"), name);
        return;
      }
}

static gboolean
is_fatal (GError *local, GError **error)
{
  if (g_error_matches (local, LW_STORE_ERROR, LW_STORE_ERROR_DAMAGED))
    return FALSE;
  g_propagate_error (error, g_error_copy (local));
  return TRUE;
}

static gboolean
check_frame (Verification *self, guint item, gpointer frames, GError **error)
{
  const LwFrame *listed = ((GPtrArray *) frames)->pdata[item];
  const gint64 frame = listed->id;
  const char *name = listed->name;
  LwFrameHead head;
  g_autoptr(GError) local = NULL;
  g_autoptr(LwPlanes) stored = lw_frame_head_read (self->db, frame, &head, &local) ? lw_working_load (self->db, &head, &local) : NULL;
  g_autoptr(LwHistory) history = stored != NULL ? lw_history_read (self->db, frame, &local) : NULL;
  if (local != NULL)
    {
      report (self, _("Frame “%s”: %s"), name, local->message);
      return !is_fatal (local, error);
    }
  if (!check_counts (self, &head, name, stored, error) || !replay (self, &head, name, stored, error))
    return FALSE;
  check_rest (self, name, stored);
  return TRUE;
}

static GPtrArray *
list_painted (LwDb *db, GError **error)
{
  g_autoptr(GPtrArray) frames = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_frame_free);
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT " LW_FRAME_COLUMNS " FROM frame WHERE seq > 0 OR EXISTS"
                                          " (SELECT 1 FROM working_tile WHERE working_tile.frame = frame.id) OR EXISTS (SELECT 1 FROM stroke WHERE stroke.frame = frame.id)", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    g_ptr_array_add (frames, lw_frame_from_row (query));
  return got == 0 ? g_steal_pointer (&frames) : NULL;
}

/* ---- revisions, the chain, files ---- */

/* @what: NULL: that it has no hash */
static void
report_revision (Verification *self, gint64 revision, const char *what)
{
  g_autofree char *name = lw_db_get_text (self->db, NULL, "SELECT frame.name FROM revision JOIN frame ON frame.id = revision.frame WHERE revision.id = ?", "I", revision);
  if (name == NULL)      /* check_references() tells of it */
    return;
  if (what != NULL)
    report (self, _("Revision %lld of frame “%s”: %s"), (long long) revision, name, what);
  else
    report (self, _("Revision %lld of frame “%s”: it has no hash over its tiles"), (long long) revision, name);
}

/* Frame by frame, in the order in which they were made. A part, which is one thread's, begins with a frame or with a whole map. */
typedef struct {
  GArray *ids;                 /* of gint64 */
  GArray *parts;               /* of guint: where in @ids each begins, and where the last one ends */
  LwKnownPacks *known;
} Revisions;

static void
revisions_clear (Revisions *revisions)
{
  g_array_unref (revisions->ids);
  g_array_unref (revisions->parts);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Revisions, revisions_clear)

static gboolean
list_revisions (LwDb *db, Revisions *revisions, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT revision.id, depth = 0 OR frame IS NOT lag (frame) OVER (ORDER BY frame, revision.id) FROM revision"
                                          " JOIN frame ON frame.id = revision.frame ORDER BY frame, revision.id", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 id = sqlite3_column_int64 (query, 0);
      if (sqlite3_column_int (query, 1) != 0)
        g_array_append_val (revisions->parts, revisions->ids->len);
      g_array_append_val (revisions->ids, id);
    }
  g_array_append_val (revisions->parts, revisions->ids->len);
  return got == 0;
}

static gboolean
check_revision (Verification *self, LwRevisionWalk *walk, gint64 revision, GError **error)
{
  gboolean has_hash;
  g_autoptr(GError) local = NULL;
  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;
  if (!lw_revision_walk_check (walk, self->db, revision, &has_hash, &local))
    {
      report_revision (self, revision, local->message);
      return !is_fatal (local, error);
    }
  if (!has_hash)
    report_revision (self, revision, NULL);
  return TRUE;
}

static gboolean
check_revisions (Verification *self, guint item, gpointer data, GError **error)
{
  const Revisions *revisions = data;
  guint end = g_array_index (revisions->parts, guint, item + 1);
  g_auto(LwRevisionWalk) walk = { .known = revisions->known };
  for (guint i = g_array_index (revisions->parts, guint, item); i < end; i++)
    if (!check_revision (self, &walk, g_array_index (revisions->ids, gint64, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
check_proposals (Verification *self, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (self->db, error, "SELECT frame.name, proposal_tile.data FROM proposal_tile JOIN proposal ON proposal.id = proposal_tile.proposal"
                                          " JOIN frame ON frame.id = proposal.frame", "");
  guint8 raw[LW_TILE_BYTES];
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    if (!lw_tile_decode (sqlite3_column_blob (query, 1), (gsize) sqlite3_column_bytes (query, 1), raw, NULL))
      report (self, _("Frame “%s”: a tile of its proposal is damaged"), sqlite3_column_text (query, 0));
  return got == 0;
}

static gboolean
check_audit (Verification *self, GError **error)
{
  return lw_audit_verify (self->db, self->problems, error);
}

static gboolean
check_media (Verification *self, GError **error)
{
  g_autoptr(GPtrArray) media = lw_project_list_media (self->project, error);
  for (guint i = 0; media != NULL && i < media->len; i++)
    {
      const LwMedia *medium = media->pdata[i];
      guint64 size;
      g_autofree char *sha256 = NULL;
      g_autoptr(GError) local = NULL;
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;
      if (medium->missing)
        report (self, _("Medium “%s” is no longer at “%s”: relink it"), medium->name, medium->path);
      else if (!lw_media_measure (medium->path, &size, &sha256, self->cancellable, &local))
        report (self, _("Medium “%s”: %s"), medium->name, local->message);
      else if (size != medium->size || g_strcmp0 (sha256, medium->sha256) != 0)
        report (self, _("Medium “%s”: “%s” is not what was added to the project, its contents differ"), medium->name, medium->path);
    }
  return media != NULL;
}

static gboolean
check_models (Verification *self, GError **error)
{
  g_autoptr(GError) bad = NULL;
  g_autoptr(GPtrArray) models = lw_project_list_models (self->project, &bad);
  if (models == NULL)
    {
      report (self, "%s", bad->message);
      return !is_fatal (bad, error);
    }
  for (guint i = 0; i < models->len; i++)
    {
      const LwModel *model = models->pdata[i];
      guint64 size;
      g_autoptr(GError) local = NULL;
      g_autofree char *sha256 = lw_store_hash_file (model->path, &size, self->cancellable, &local);
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;
      if (sha256 == NULL)
        report (self, _("Model “%s”: %s"), model->name, local->message);
      else if (strcmp (sha256, model->sha256) != 0)
        report (self, _("Model “%s”: the contents of “%s” are not those of its hash"), model->name, model->path);
    }
  return TRUE;
}

/* ---- all ---- */

typedef gboolean (*Check) (Verification *self, guint item, gpointer data, GError **error);
typedef struct { guint item; GPtrArray *problems; } Found;

typedef struct {
  LwProject *project;
  GCancellable *cancellable;
  LwShare *share;
  LwShareProgress progress;
  GPtrArray *problems;
  Check check;               /* what the threads are at */
  gpointer data;
  GMutex lock;
  GArray *found;             /* of Found, as they come */
} Whole;

/* What is damaged beyond one check is told, and the others may still tell more. */
static gboolean
check_item (LwDb *db, guint item, gpointer data, GError **error)
{
  Whole *whole = data;
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GError) local = NULL;
  Verification verification = { whole->project, db, problems, whole->cancellable };
  if (!whole->check (&verification, item, whole->data, &local))
    {
      if (is_fatal (local, error))
        return FALSE;
      report (&verification, "%s", local->message);
    }
  if (problems->len == 0)
    return TRUE;
  Found found = { item, g_steal_pointer (&problems) };
  g_mutex_lock (&whole->lock);
  g_array_append_val (whole->found, found);
  g_mutex_unlock (&whole->lock);
  return TRUE;
}

static int
compare_found (gconstpointer a, gconstpointer b)
{
  guint x = ((const Found *) a)->item, y = ((const Found *) b)->item;
  return (x > y) - (x < y);
}

/* In the order of the items; what is told more than once, once. */
static void
add_found (Whole *whole)
{
  g_array_sort (whole->found, compare_found);
  for (guint i = 0; i < whole->found->len; i++)
    {
      GPtrArray *problems = g_array_index (whole->found, Found, i).problems;
      for (guint k = 0; k < problems->len && whole->problems->len < MAX_PROBLEMS; k++)
        if (!g_ptr_array_find_with_equal_func (whole->problems, problems->pdata[k], g_str_equal, NULL))
          g_ptr_array_add (whole->problems, g_steal_pointer (&problems->pdata[k]));
      g_ptr_array_unref (problems);
    }
  g_array_set_size (whole->found, 0);
}

/* @to: how far the whole is then. */
static gboolean
run (Whole *whole, guint n, Check check, gpointer data, double to, GError **error)
{
  whole->check = check;
  whole->data = data;
  whole->progress.from = whole->progress.to;
  whole->progress.to = to;
  gboolean done = lw_share_run (whole->share, n, check_item, whole, &whole->progress, error);
  add_found (whole);
  if (done && whole->progress.progress != NULL)
    whole->progress.progress (to, whole->progress.data);
  return done;
}

static gboolean (*const checks[]) (Verification *, GError **)
  = { check_pages, check_file, check_schema, check_references, check_proposals, check_audit, check_media, check_models };

static gboolean
check_one (Verification *self, guint item, gpointer data, GError **error)
{
  return checks[item](self, error);
}

/* A list that can't be read is one of the things to tell. Takes @local. */
static gboolean
add_unreadable (Whole *whole, GError *local, GError **error)
{
  if (local == NULL)
    return TRUE;
  gboolean fatal = is_fatal (local, error);
  if (whole->problems->len < MAX_PROBLEMS)
    g_ptr_array_add (whole->problems, g_strdup (local->message));
  g_error_free (local);
  return !fatal;
}

static gboolean
check_all_revisions (Whole *whole, LwDb *db, LwKnownPacks *known, GError **error)
{
  GError *local = NULL;
  g_auto(Revisions) revisions = { g_array_new (FALSE, FALSE, sizeof (gint64)), g_array_new (FALSE, FALSE, sizeof (guint)), known };
  list_revisions (db, &revisions, &local);
  return add_unreadable (whole, local, error) && run (whole, revisions.parts->len - 1, check_revisions, &revisions, 0.5, error);
}

static gboolean
check_all_tiles (Whole *whole, LwDb *db, LwKnownPacks *known, GError **error)
{
  GError *local = NULL;
  Tiles tiles = { .known = known };
  guint n = 0;
  list_tiles (db, &tiles, &n, &local);
  return add_unreadable (whole, local, error) && run (whole, n, check_tiles, &tiles, 0.6, error);
}

static gboolean
check_all_frames (Whole *whole, LwDb *db, GError **error)
{
  GError *local = NULL;
  g_autoptr(GPtrArray) frames = list_painted (db, &local);
  return add_unreadable (whole, local, error) && run (whole, frames != NULL ? frames->len : 0, check_frame, frames, 1, error);
}

/* Revisions first: what they lead to needs no second look. */
static gboolean
check_rows (Whole *whole, LwDb *db, GError **error)
{
  g_autoptr(LwKnownPacks) known = lw_known_packs_new ();
  return check_all_revisions (whole, db, known, error) && check_all_tiles (whole, db, known, error) && check_all_frames (whole, db, error);
}

GPtrArray *
lw_project_verify (LwProject *self, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);

  g_autoptr(LwDb) db = lw_project_read (self, error);
  if (db == NULL)
    return NULL;
  fold (self);
  if (!lw_db_begin_read (db, error))
    return NULL;
  g_autoptr(LwShare) share = lw_share_new (self, db, cancellable);
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GArray) found = g_array_new (FALSE, FALSE, sizeof (Found));
  Whole whole = { .project = self, .cancellable = cancellable, .share = share, .progress = { progress, data, 0, 0 }, .problems = problems, .found = found };
  g_mutex_init (&whole.lock);
  gboolean done = run (&whole, G_N_ELEMENTS (checks), check_one, NULL, 0.3, error) && check_rows (&whole, db, error);
  g_mutex_clear (&whole.lock);
  return done ? g_steal_pointer (&problems) : NULL;
}
