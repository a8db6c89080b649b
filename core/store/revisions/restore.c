/* restore.c: the way back: a stroke that makes a frame what it was, and a revision of it */
#include "config.h"
#include "store/past.h"

#include <glib/gi18n-lib.h>
#include "label/compare.h"
#include "store/journal/steps.h"
#include "store/journal/strokes.h"
#include "store/project/audit.h"
#include "store/project/project-private.h"
#include "store/revisions/replay.h"
#include "store/revisions/revisions.h"

/* What a frame is to be again. */
typedef enum { TO_REVISION, TO_TIME, TO_NOTHING } Goal;

typedef struct {
  gint64 frame;
  Goal goal;
  gint64 revision, time;
  char *operation;             /* one uuid for all frames of one call: it stands in the audit row of each */
  char *message;
  guint8 author;
  gint64 step;                 /* 0 before the first frame that changed */
  gboolean changed;
  /* of the attempt under way */
  LwFrameHead head;
  LwStroke *stroke;
  LwWorkingChange change;
  LwRevisionDraft draft;
} Restore;

static void
clear_attempt (Restore *self)
{
  g_clear_pointer (&self->stroke, lw_stroke_unref);
  lw_working_change_clear (&self->change);
  lw_revision_draft_clear (&self->draft);
}

static void
restore_clear (Restore *self)
{
  clear_attempt (self);
  g_free (self->operation);
  g_free (self->message);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Restore, restore_clear)

/* ---- one frame ---- */

static LwPlanes *
load_goal (LwDb *db, const Restore *self, GError **error)
{
  gint64 seq;
  switch (self->goal)
    {
    case TO_REVISION:
      return lw_revision_load (db, &self->head, self->revision, error);
    case TO_TIME:
      return lw_replay_find_seq (db, self->head.id, self->time, &seq, error) ? lw_replay_planes (db, &self->head, seq, error) : NULL;
    case TO_NOTHING:
    default:
      return lw_planes_new (self->head.width, self->head.height);
    }
}

static LwDiff *
make_diff (LwDb *db, const Restore *self, GError **error)
{
  g_autoptr(LwPlanes) then = load_goal (db, self, error), now = then != NULL ? lw_working_load (db, &self->head, error) : NULL;
  return now != NULL ? lw_diff_between (now, then) : NULL;
}

static gboolean
write_restored (LwDb *db, gpointer data, GError **error)
{
  Restore *self = data;
  if (!lw_frame_head_check (db, &self->head, error) || !lw_stroke_write (db, &self->head, self->stroke, 0, 0, &self->change, error))
    return FALSE;
  gint64 made = lw_revision_write (db, &self->head, &self->draft, self->head.seq + 1, LW_REVISION_MANUAL, self->message, error);
  g_autofree char *name = lw_db_get_text (db, NULL, "SELECT name FROM frame WHERE id = ?", "I", self->frame);
  return made != 0
         && lw_step_add_labels (db, &self->step, "restore", &self->head, error)
         && lw_audit_add (db, error, "restore", name != NULL ? name : "?", "operation %s, revision %" G_GINT64_FORMAT ": %s", self->operation, made, self->message);
}

static gboolean
restore_once (LwDb *db, gpointer data, GError **error)
{
  Restore *self = data;
  gint64 step = self->step;
  clear_attempt (self);
  if (!lw_frame_head_read (db, self->frame, &self->head, error))
    return FALSE;
  g_autoptr(LwDiff) diff = make_diff (db, self, error);
  if (diff == NULL)
    return FALSE;
  self->changed = !lw_diff_is_empty (diff);
  if (!self->changed)
    return TRUE;
  self->stroke = lw_stroke_new (self->frame, &(LwStrokeInfo) { .tool = "restore", .origin = self->author, .base_seq = -1 }, diff);
  if (lw_revision_keep (db, self->frame, _("before labels were restored"), error) != 0
      && lw_working_prepare (db, &self->head, diff, &self->change, error)
      && lw_revision_prepare (db, &self->head, &self->change, &self->draft, error) && lw_db_transact (db, write_restored, self, error))
    return TRUE;
  self->step = step;           /* one that was begun was rolled back */
  return FALSE;
}

static gboolean
restore (LwDb *db, gpointer data, GError **error)
{
  return lw_db_retry (db, restore_once, data, error);
}

static gboolean
restore_frame (LwProject *project, Restore *work, LwRestored *restored, GError **error)
{
  if (!lw_project_write (project, restore, work, error))
    return FALSE;
  restored->restored += work->changed;
  restored->same += !work->changed;
  restored->step = work->step;
  return TRUE;
}

static gboolean
begin (LwProject *project, Restore *work, GError **error)
{
  int author = lw_project_check_writable (project, error) ? lw_project_get_origin (project, LW_ORIGIN_PERSON, NULL, 0, error) : -1;
  work->operation = g_uuid_string_random ();
  work->author = (guint8) author;
  return author >= 0;
}

static char *
format_time (gint64 microseconds)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc (microseconds / G_USEC_PER_SEC);
  return time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M:%S UTC") : g_strdup ("?");
}

gboolean
lw_project_restore_revision (LwProject *self, gint64 revision, LwRestored *restored, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && restored != NULL, FALSE);

  *restored = (LwRestored) { 0 };
  g_auto(Restore) work = { .goal = TO_REVISION, .revision = revision };
  {
    g_autoptr(LwDb) db = lw_project_read (self, error);
    if (db == NULL)
      return FALSE;
    g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT frame, uuid, created FROM revision WHERE id = ?", "I", revision);
    int got = lw_query_step (query, error);
    if (got <= 0)
      return got == 0 ? lw_store_not_found (error, _("revision"), revision) : FALSE;
    g_autofree char *when = format_time (sqlite3_column_int64 (query, 2));
    work.frame = sqlite3_column_int64 (query, 0);
    work.message = g_strdup_printf (_("restored from revision %.8s of %s"), sqlite3_column_text (query, 1), when);
  }
  return begin (self, &work, error) && restore_frame (self, &work, restored, error);
}

/* ---- many frames ---- */

static gboolean
restore_all (LwProject *self, const gint64 *frames, gsize n_frames, Restore *work, GHashTable *revisions, LwRestored *restored, LwProgress progress,
             gpointer data, GCancellable *cancellable, GError **error)
{
  if (!begin (self, work, error))
    return FALSE;
  for (gsize i = 0; i < n_frames; i++)
    {
      const gint64 *revision = revisions != NULL ? g_hash_table_lookup (revisions, &frames[i]) : NULL;
      work->frame = frames[i];
      if (revisions != NULL)
        work->goal = revision != NULL ? TO_REVISION : TO_NOTHING;
      work->revision = revision != NULL ? *revision : 0;
      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !restore_frame (self, work, restored, error))
        return FALSE;
      if (progress != NULL)
        progress ((double) (i + 1) / (double) n_frames, data);
    }
  return TRUE;
}

gboolean
lw_project_restore_time (LwProject *self, const gint64 *frames, gsize n_frames, gint64 time, LwRestored *restored, LwProgress progress, gpointer data,
                         GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && restored != NULL && (frames != NULL || n_frames == 0), FALSE);

  g_autofree char *when = format_time (time);
  g_auto(Restore) work = { .goal = TO_TIME, .time = time, .message = g_strdup_printf (_("restored as of %s"), when) };
  *restored = (LwRestored) { 0 };
  return restore_all (self, frames, n_frames, &work, NULL, restored, progress, data, cancellable, error);
}

static GHashTable *
read_snapshot (LwProject *self, gint64 snapshot, GError **error)
{
  g_autoptr(GHashTable) revisions = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  g_autoptr(LwDb) db = lw_project_read (self, error);
  if (db == NULL)
    return NULL;
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT frame, revision FROM snapshot_item WHERE snapshot = ?", "I", snapshot);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 frame = sqlite3_column_int64 (query, 0), revision = sqlite3_column_int64 (query, 1);
      g_hash_table_replace (revisions, g_memdup2 (&frame, sizeof frame), g_memdup2 (&revision, sizeof revision));
    }
  return got == 0 ? g_steal_pointer (&revisions) : NULL;
}

gboolean
lw_project_restore_snapshot (LwProject *self, const gint64 *frames, gsize n_frames, const char *name, LwRestored *restored, LwProgress progress,
                             gpointer data, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && name != NULL && restored != NULL && (frames != NULL || n_frames == 0), FALSE);

  *restored = (LwRestored) { 0 };
  g_autoptr(LwSnapshot) snapshot = lw_project_find_snapshot (self, name, error);
  g_autoptr(GHashTable) revisions = snapshot != NULL ? read_snapshot (self, snapshot->id, error) : NULL;
  if (revisions == NULL)
    return FALSE;
  g_auto(Restore) work = { .goal = TO_NOTHING, .message = g_strdup_printf (_("restored from the snapshot “%s”"), snapshot->name) };
  return restore_all (self, frames, n_frames, &work, revisions, restored, progress, data, cancellable, error);
}
