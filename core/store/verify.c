/* verify.c: reads everything and names what is wrong */
#include "config.h"
#include "store/project-private.h"
#include "store/audit.h"
#include "store/history.h"
#include "store/media.h"
#include "store/models.h"
#include "store/page-sums.h"
#include "store/revisions.h"
#include "store/schema-check.h"
#include "store/working.h"

#include <glib/gi18n-lib.h>
#include <openssl/evp.h>
#include <string.h>

#define MAX_PROBLEMS 1000
#define INTERRUPT_EVERY 10000      /* steps of SQLite's machine between two looks at the cancellable */

typedef struct {
  LwProject *project;
  LwDb *db;
  GPtrArray *problems;
  LwProgress progress;
  gpointer progress_data;
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
static gboolean
check_pages (Verification *self, GError **error)
{
  if (!lw_project_is_read_only (self->project))
    lw_project_write (self->project, fold_log, NULL, NULL);
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

static gboolean
is_of_hash (const guint8 raw[LW_TILE_BYTES], LwQuery *query, int column)
{
  guint8 hash[32];
  EVP_Digest (raw, LW_TILE_BYTES, hash, NULL, EVP_sha256 (), NULL);
  return sqlite3_column_bytes (query, column) == sizeof hash && memcmp (sqlite3_column_blob (query, column), hash, sizeof hash) == 0;
}

static gboolean
check_tiles (Verification *self, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (self->db, error, "SELECT id, sha256, data FROM tile", "");
  guint8 raw[LW_TILE_BYTES];
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      const void *data = sqlite3_column_blob (query, 2);
      if (data == NULL || !lw_tile_decode (data, (gsize) sqlite3_column_bytes (query, 2), raw, NULL) || !is_of_hash (raw, query, 1))
        report (self, _("Tile %lld does not have the contents of its hash"), sqlite3_column_int64 (query, 0));
    }
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

static void
check_planes (Verification *self, const char *name, const LwPlanes *stored, const LwPlanes *replayed)
{
  for (int i = 0; i < LW_N_PLANES; i++)
    if (!lw_label_map_equal (stored->plane[i], replayed->plane[i]))
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
check_frame (Verification *self, gint64 frame, const char *name, GError **error)
{
  LwFrameHead head;
  g_autoptr(GError) local = NULL;
  g_autoptr(LwPlanes) stored = lw_frame_head_read (self->db, frame, &head, &local) ? lw_working_load (self->db, &head, &local) : NULL;
  g_autoptr(LwHistory) history = stored != NULL ? lw_history_read (self->db, frame, &local) : NULL;
  if (local != NULL)
    {
      report (self, _("Frame “%s”: %s"), name, local->message);
      return !is_fatal (local, error);
    }
  g_autoptr(LwPlanes) replayed = lw_planes_new (head.width, head.height);
  if (!replay (self, &head, name, replayed, error) || !check_counts (self, &head, name, stored, error))
    return FALSE;
  check_planes (self, name, stored, replayed);
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

static gboolean
check_frames (Verification *self, GError **error)
{
  g_autoptr(GPtrArray) frames = list_painted (self->db, error);
  for (guint i = 0; frames != NULL && i < frames->len; i++)
    {
      const LwFrame *frame = frames->pdata[i];
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error) || !check_frame (self, frame->id, frame->name, error))
        return FALSE;
      if (self->progress != NULL)
        self->progress (0.2 + 0.5 * (i + 1) / frames->len, self->progress_data);
    }
  return frames != NULL;
}

/* ---- revisions, the chain, files ---- */

static gboolean
check_revisions (Verification *self, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (self->db, error, "SELECT revision.id, frame.name, hash IS NULL FROM revision JOIN frame ON frame.id = revision.frame", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      g_autoptr(GError) local = NULL;
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;
      if (!lw_revision_check (self->db, sqlite3_column_int64 (query, 0), &local))
        report (self, _("Revision %lld of frame “%s”: %s"), sqlite3_column_int64 (query, 0), sqlite3_column_text (query, 1), local->message);
      else if (sqlite3_column_int (query, 2) != 0)
        report (self, _("Revision %lld of frame “%s”: it has no hash over its tiles"), sqlite3_column_int64 (query, 0), sqlite3_column_text (query, 1));
    }
  return got == 0;
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

static int
interrupt_cb (gpointer cancellable)
{
  return g_cancellable_is_cancelled (cancellable);
}

static gboolean
check_all (Verification *self, GError **error)
{
  static gboolean (*const checks[]) (Verification *, GError **)
    = { check_pages, check_file, check_schema, check_references, check_tiles, check_frames, check_revisions, check_proposals, check_audit, check_media, check_models };
  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      g_autoptr(GError) local = NULL;
      if (!checks[i] (self, &local))
        {
          if (is_fatal (local, error))
            return FALSE;
          report (self, "%s", local->message);      /* damaged beyond this check: the others may still tell more */
        }
      if (self->progress != NULL)
        self->progress ((double) (i + 1) / G_N_ELEMENTS (checks), self->progress_data);
    }
  return TRUE;
}

GPtrArray *
lw_project_verify (LwProject *self, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);

  g_autoptr(LwDb) db = lw_project_read (self, error);
  if (db == NULL)
    return NULL;
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  Verification verification = { self, db, problems, progress, data, cancellable };
  sqlite3_progress_handler (db->handle, INTERRUPT_EVERY, interrupt_cb, cancellable);
  gboolean done = lw_db_begin_read (db, error) && check_all (&verification, error);
  sqlite3_progress_handler (db->handle, 0, NULL, NULL);
  return done ? g_steal_pointer (&problems) : NULL;
}
