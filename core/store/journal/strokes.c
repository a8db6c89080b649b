/* strokes.c: the stroke journal: one transaction a stroke, with the tiles that it changes */
#include "config.h"
#include "store/journal/strokes.h"

#include <glib/gi18n-lib.h>
#include "store/author.h"
#include "store/journal/history.h"
#include "store/project/project-private.h"

LwStroke *
lw_stroke_new (gint64 frame, const LwStrokeInfo *info, LwDiff *diff)
{
  LwStroke *stroke = g_new0 (LwStroke, 1);
  g_atomic_ref_count_init (&stroke->refs);
  stroke->frame = frame;
  stroke->base_seq = info->base_seq;
  stroke->uuid = info->uuid != NULL ? g_strdup (info->uuid) : g_uuid_string_random ();
  stroke->undoes = g_strdup (info->undoes);
  stroke->tool = g_strdup (info->tool != NULL ? info->tool : "");
  stroke->origin = info->origin;
  stroke->diff = lw_diff_ref (diff);
  stroke->packed = lw_diff_encode (diff);
  return stroke;
}

LwStroke *
lw_stroke_ref (LwStroke *stroke)
{
  g_atomic_ref_count_inc (&stroke->refs);
  return stroke;
}

void
lw_stroke_unref (LwStroke *stroke)
{
  if (stroke == NULL || !g_atomic_ref_count_dec (&stroke->refs))
    return;
  g_free (stroke->uuid);
  g_free (stroke->undoes);
  g_free (stroke->tool);
  g_free (stroke->actor);
  lw_diff_unref (stroke->diff);
  g_bytes_unref (stroke->packed);
  g_clear_error (&stroke->error);
  g_free (stroke);
}

/* ---- the rows ---- */

/* A stroke takes a frame back into progress. Its undo finds the map as it was, so the frame gets the status back that it had then. */
static gboolean
find_status (LwDb *db, gint64 undone, gint64 now, gint64 *status, GError **error)
{
  *status = now == LW_FRAME_RETURNED ? LW_FRAME_RETURNED : LW_FRAME_IN_PROGRESS;
  return undone == 0 || now != LW_FRAME_IN_PROGRESS || lw_db_get (db, status, error, "SELECT status FROM reopening WHERE stroke = ?", "I", undone) >= 0;
}

/* After write_row(): the stroke has its row. */
static gboolean
write_status (LwDb *db, const LwFrameHead *head, gint64 undone, gint64 number, GError **error)
{
  gint64 stroke, before = head->status, after;
  if (lw_db_get (db, &before, error, "SELECT status FROM frame WHERE id = ?", "I", head->id) < 0 || !find_status (db, undone, before, &after, error))
    return FALSE;
  if (after == LW_FRAME_IN_PROGRESS && before != after
      && (lw_db_get (db, &stroke, error, "SELECT id FROM stroke WHERE frame = ? AND seq = ?", "II", head->id, head->seq + 1) < 0
          || !lw_db_run (db, error, "INSERT INTO reopening (stroke, status) VALUES (?, ?)", "II", stroke, before)))
    return FALSE;
  return lw_db_run (db, error, "UPDATE frame SET seq = ?, status = ?, changed = ? WHERE id = ?", "IIII", head->seq + 1, after, number, head->id);
}

/* The proposal that a stroke applied: it is kept then, because the journal refers to it. */
static gboolean
find_applied (LwDb *db, const LwFrameHead *head, const LwStroke *stroke, gint64 *proposal, GError **error)
{
  *proposal = 0;
  if (head->proposal == 0)
    return TRUE;
  return lw_db_get (db, proposal, error,
                    "SELECT proposal.id FROM proposal JOIN origin ON origin.model = proposal.model AND origin.kind = ? AND origin.id = ? WHERE proposal.id = ?",
                    "iiI", LW_ORIGIN_MODEL, stroke->origin, head->proposal) >= 0
         && (*proposal == 0 || lw_db_run (db, error, "UPDATE proposal SET applied = 1 WHERE id = ?", "I", *proposal));
}

static gboolean
write_row (LwDb *db, const LwFrameHead *head, const LwStroke *stroke, gint64 undone, gint64 diff, GError **error)
{
  LwRect box = lw_diff_get_bbox (stroke->diff);
  gint64 proposal;
  if (diff == 0)
    {
      if (!lw_db_run (db, error, "INSERT INTO diff (data) VALUES (?)", "b", stroke->packed))
        return FALSE;
      diff = sqlite3_last_insert_rowid (db->handle);
    }
  return find_applied (db, head, stroke, &proposal, error)
         && lw_db_run (db, error,
                       /* a person by number; the name of an account only where a stroke from before version 4 comes by a merge */
                       "INSERT INTO stroke (uuid, frame, seq, author, actor, tool, created, x, y, width, height, undoes, proposal, diff, person)"
                       " SELECT ?1, ?2, ?3, ?4, iif (person.id IS NULL, ?5, ''), ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, person.id"
                       " FROM (SELECT 1) LEFT JOIN person ON person.uuid = ?5",
                       "sIIissIiiiiKKI", stroke->uuid, head->id, head->seq + 1, stroke->origin, stroke->actor != NULL ? stroke->actor : lw_author_get_uuid (),
                       stroke->tool, stroke->created != 0 ? stroke->created : g_get_real_time (), box.x, box.y, box.width, box.height, undone, proposal, diff);
}

gboolean
lw_stroke_write (LwDb *db, const LwFrameHead *head, const LwStroke *stroke, gint64 undone, gint64 diff, const LwWorkingChange *change, GError **error)
{
  gint64 number = lw_change_take (db, error);
  return number != 0 && write_row (db, head, stroke, undone, diff, error) && lw_working_write (db, head, change, error)
         && write_status (db, head, undone, number, error);
}

/* ---- one that takes back another ---- */

static gboolean
conflict (GError **error, const char *undoes)
{
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_CONFLICT, _("The stroke %s is not the last one to undo or redo (any more); load the frame again"), undoes);
  return FALSE;
}

static gboolean
check_order (LwDb *db, const LwStroke *stroke, GError **error)
{
  int next = lw_history_is_next (db, stroke->frame, stroke->undoes, error);
  return next != 0 ? next > 0 : conflict (error, stroke->undoes);
}

/* The journal decides what is taken back; the caller's diff is only believed to be that. Packed bytes may differ between versions of zstd. */
static gboolean
check_diff (LwDb *db, const LwFrameHead *head, const LwStroke *stroke, GBytes *stored, GError **error)
{
  if (g_bytes_equal (stored, stroke->packed))
    return TRUE;
  g_autoptr(GError) local = NULL;
  g_autoptr(LwDiff) diff = lw_diff_decode (stored, head->width, head->height, &local);
  if (diff == NULL)
    return lw_db_damaged (db, error, local->message);
  g_autoptr(GBytes) again = lw_diff_encode (diff);
  if (g_bytes_equal (again, stroke->packed))
    return TRUE;
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("What is to be undone is not what the stroke %s changed"), stroke->undoes);
  return FALSE;
}

static gboolean
find_undone (LwDb *db, const LwFrameHead *head, const LwStroke *stroke, gint64 *undone, gint64 *diff, GError **error)
{
  *undone = *diff = 0;
  if (stroke->undoes == NULL)
    return TRUE;
  if (!check_order (db, stroke, error))
    return FALSE;
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT stroke.id, diff.id, diff.data FROM stroke JOIN diff ON diff.id = stroke.diff WHERE uuid = ?",
                                          "s", stroke->undoes);
  int got = lw_query_step (query, error);
  if (got != 1)
    return got == 0 ? conflict (error, stroke->undoes) : FALSE;
  g_autoptr(GBytes) stored = lw_query_dup_blob (query, 2);
  *undone = sqlite3_column_int64 (query, 0);
  *diff = sqlite3_column_int64 (query, 1);
  return check_diff (db, head, stroke, stored, error);
}

/* ---- commit ---- */

typedef struct {
  const LwStroke *stroke;
  LwFrameHead head;
  gint64 undone, diff;
  LwWorkingChange change;
  LwWriteFunc also;            /* in the same transaction, or NULL */
  gpointer data;
} Commit;

static gboolean
write_in_transaction (LwDb *db, gpointer data, GError **error)
{
  const Commit *commit = data;
  return lw_frame_head_check (db, &commit->head, error)
         && lw_stroke_write (db, &commit->head, commit->stroke, commit->undone, commit->diff, &commit->change, error)
         && (commit->also == NULL || commit->also (db, commit->data, error));
}

static gboolean
check_base (const LwStroke *stroke, const LwFrameHead *head, GError **error)
{
  if (stroke->base_seq < 0 || stroke->base_seq == head->seq)
    return TRUE;
  g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_CONFLICT, _("The frame was changed in another window or by another program; load it again"));
  return FALSE;
}

gboolean
lw_stroke_commit_with (LwDb *db, const LwStroke *stroke, LwWriteFunc also, gpointer data, GError **error)
{
  Commit commit = { .stroke = stroke, .also = also, .data = data };
  gboolean done = lw_frame_head_read (db, stroke->frame, &commit.head, error) && check_base (stroke, &commit.head, error)
                  && find_undone (db, &commit.head, stroke, &commit.undone, &commit.diff, error)
                  && lw_working_prepare (db, &commit.head, stroke->diff, &commit.change, error)
                  && lw_db_transact (db, write_in_transaction, &commit, error);
  lw_working_change_clear (&commit.change);
  return done;
}

static gboolean
commit_once (LwDb *db, gpointer stroke, GError **error)
{
  return lw_stroke_commit_with (db, stroke, NULL, NULL, error);
}

/* As an LwWriteFunc. A stroke whose uuid is there already is done. */
static gboolean
commit (LwDb *db, gpointer data, GError **error)
{
  const LwStroke *stroke = data;
  gint64 id;
  /* After a failed COMMIT nobody knows whether the disk has it; a second try must not write it twice. */
  int written = lw_db_get (db, &id, error, "SELECT id FROM stroke WHERE uuid = ?", "s", stroke->uuid);
  if (written == 0)
    written = (stroke->base_seq >= 0 ? commit_once (db, data, error) : lw_db_retry (db, commit_once, data, error)) ? 1 : -1;
  if (written < 0)
    return FALSE;
  g_debug ("stroke %s of frame %" G_GINT64_FORMAT " is on the disk", stroke->uuid, stroke->frame);
  return TRUE;
}

gboolean
lw_project_commit_stroke (LwProject *self, gint64 frame, const LwStrokeInfo *info, const LwDiff *diff, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && info != NULL && diff != NULL, FALSE);

  g_autoptr(LwStroke) stroke = lw_stroke_new (frame, info, (LwDiff *) diff);
  return lw_project_write (self, commit, stroke, error);
}

/* ---- in the background ---- */

/* In the main context of the task: the last reference to the project may go with it, which must not happen on the writer thread. */
static gboolean
return_task_cb (gpointer data)
{
  LwStroke *stroke = data;
  g_autoptr(GTask) task = g_steal_pointer (&stroke->task);
  if (stroke->error != NULL)
    g_task_return_error (task, g_error_copy (stroke->error));
  else
    g_task_return_boolean (task, TRUE);
  return G_SOURCE_REMOVE;
}

static void
on_stroke_done (gpointer data, GError *error)
{
  LwStroke *stroke = data;
  stroke->error = error;
  if (error != NULL)
    g_atomic_int_set (&stroke->failed, TRUE);
  g_autoptr(GSource) source = g_idle_source_new ();
  g_source_set_priority (source, g_task_get_priority (stroke->task));
  g_source_set_callback (source, return_task_cb, stroke, (GDestroyNotify) lw_stroke_unref);
  g_source_attach (source, g_task_get_context (stroke->task));
}

void
lw_project_commit_stroke_async (LwProject *self, gint64 frame, const LwStrokeInfo *info, LwDiff *diff, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (LW_IS_PROJECT (self) && info != NULL && diff != NULL);

  LwStroke *stroke = lw_stroke_new (frame, info, diff);
  stroke->task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (stroke->task, lw_project_commit_stroke_async);
  GError *error = NULL;
  if (lw_project_check_writable (self, &error))
    lw_writer_push (self->writer, commit, stroke, on_stroke_done);
  else
    on_stroke_done (stroke, error);
}

gboolean
lw_project_commit_stroke_finish (LwProject *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
