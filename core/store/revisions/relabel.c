/* relabel.c: other labels for a frame as a part of a step, and the way back */
#include "config.h"
#include "store/revisions/relabel.h"

#include <glib/gi18n-lib.h>
#include "label/compare.h"
#include "store/journal/strokes.h"
#include "store/project/audit.h"
#include "store/project/project-private.h"
#include "store/revisions/replay.h"
#include "store/revisions/revisions.h"

/* An attempt at a frame, made without a lock. */
typedef struct {
  LwRelabel *relabel;
  LwFrameHead head;
  gint64 accepted;             /* before */
  LwStroke *stroke;            /* NULL: only the status changes */
  LwWorkingChange change;
  LwRevisionDraft draft;
} Attempt;

static void
attempt_clear (Attempt *self)
{
  g_clear_pointer (&self->stroke, lw_stroke_unref);
  lw_working_change_clear (&self->change);
  lw_revision_draft_clear (&self->draft);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Attempt, attempt_clear)

gboolean
lw_step_add_relabelled (LwDb *db, gint64 step, const LwFrameHead *head, gint64 accepted_before, GError **error)
{
  return lw_db_run (db, error,
                    "INSERT INTO step_frame (step, frame, status_before, accepted_before, status_after, accepted_after, seq, seq_before)"
                    " SELECT ?, id, ?, ?, status, accepted, seq, ? FROM frame WHERE id = ?", "IiKII", step, (int) head->status, accepted_before, head->seq, head->id);
}

static gboolean
write_labels (LwDb *db, Attempt *self, gint64 *revision, GError **error)
{
  if (self->stroke == NULL)
    return TRUE;
  *revision = lw_stroke_write (db, &self->head, self->stroke, 0, 0, &self->change, error)
                ? lw_revision_write (db, &self->head, &self->draft, self->head.seq + 1, LW_REVISION_MANUAL, self->relabel->after, error) : 0;
  return *revision != 0;
}

static gboolean
write_status (LwDb *db, const Attempt *self, gint64 revision, GError **error)
{
  const LwRelabel *relabel = self->relabel;
  if (relabel->keep == LW_RELABEL_REOPENS)
    return TRUE;
  gboolean sets = relabel->keep == LW_RELABEL_SETS;
  gint64 accepted = sets ? relabel->accepted : self->accepted != 0 && revision != 0 ? revision : self->accepted;
  return lw_frame_set_status (db, self->head.id, sets ? relabel->status : self->head.status, error)
         && lw_db_run (db, error, "UPDATE frame SET accepted = ? WHERE id = ?", "KI", accepted, self->head.id);
}

static gboolean
write_frame (LwDb *db, gpointer data, GError **error)
{
  Attempt *self = data;
  LwRelabel *relabel = self->relabel;
  gint64 revision = 0;
  g_autofree char *name = lw_db_get_text (db, NULL, "SELECT name FROM frame WHERE id = ?", "I", self->head.id);
  if (!lw_frame_head_check (db, &self->head, error) || !write_labels (db, self, &revision, error) || !write_status (db, self, revision, error))
    return FALSE;
  if (relabel->step == 0)
    relabel->step = lw_step_add (db, &relabel->row, error);
  return relabel->step != 0 && lw_step_add_relabelled (db, relabel->step, &self->head, self->accepted, error)
         && lw_audit_add (db, error, relabel->action, name != NULL ? name : "?", "%s", relabel->details != NULL ? relabel->details : "");
}

static gboolean
prepare (LwDb *db, Attempt *self, GError **error)
{
  const LwRelabel *relabel = self->relabel;
  if (!lw_frame_head_read (db, relabel->frame, &self->head, error) || lw_db_get (db, &self->accepted, error, "SELECT accepted FROM frame WHERE id = ?", "I", relabel->frame) < 0)
    return FALSE;
  g_autoptr(LwPlanes) then = relabel->make (db, &self->head, relabel->data, error), now = then != NULL ? lw_working_load (db, &self->head, error) : NULL;
  if (now == NULL)
    return FALSE;
  g_autoptr(LwDiff) diff = lw_diff_between (now, then);
  if (lw_diff_is_empty (diff))
    return TRUE;
  self->stroke = lw_stroke_new (relabel->frame, &(LwStrokeInfo) { .tool = relabel->tool, .origin = relabel->author, .base_seq = -1 }, diff);
  return lw_revision_keep (db, relabel->frame, relabel->before, error) != 0 && lw_working_prepare (db, &self->head, diff, &self->change, error)
         && lw_revision_prepare (db, &self->head, &self->change, &self->draft, error);
}

static gboolean
relabel_once (LwDb *db, gpointer data, GError **error)
{
  LwRelabel *relabel = data;
  g_auto(Attempt) attempt = { .relabel = relabel };
  gint64 step = relabel->step;
  if (!prepare (db, &attempt, error))
    return FALSE;
  relabel->changed = attempt.stroke != NULL
                     || (relabel->keep == LW_RELABEL_SETS && (relabel->status != attempt.head.status || relabel->accepted != attempt.accepted));
  if (!relabel->changed || lw_db_transact (db, write_frame, &attempt, error))
    return TRUE;
  relabel->step = step;        /* one that was begun was rolled back */
  return FALSE;
}

static gboolean
relabel_frame (LwDb *db, gpointer data, GError **error)
{
  return lw_db_retry (db, relabel_once, data, error);
}

gboolean
lw_relabel_frame (LwProject *project, LwRelabel *relabel, GError **error)
{
  return lw_project_write (project, relabel_frame, relabel, error);
}

/* ---- the way back ---- */

typedef struct { gint64 frame, accepted_before, accepted_after, seq, seq_before; int status_before, status_after; } Row;

static GArray *
read_rows (LwProject *project, gint64 step, GError **error)
{
  g_autoptr(GArray) rows = g_array_new (FALSE, FALSE, sizeof (Row));
  g_autoptr(LwDb) db = lw_project_read (project, error);
  if (db == NULL)
    return NULL;
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT frame, ifnull (accepted_before, 0), ifnull (accepted_after, 0), seq, ifnull (seq_before, seq), status_before, status_after"
                                          " FROM step_frame WHERE step = ?", "I", step);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      Row row = { sqlite3_column_int64 (query, 0), sqlite3_column_int64 (query, 1), sqlite3_column_int64 (query, 2), sqlite3_column_int64 (query, 3),
                  sqlite3_column_int64 (query, 4), lw_query_int (query, 5, 0, LW_N_FRAME_STATUSES - 1), lw_query_int (query, 6, 0, LW_N_FRAME_STATUSES - 1) };
      g_array_append_val (rows, row);
    }
  return got == 0 ? g_steal_pointer (&rows) : NULL;
}

static LwPlanes *
make_as_before (LwDb *db, const LwFrameHead *head, gpointer data, GError **error)
{
  const Row *row = data;
  if (head->seq == row->seq)
    return lw_replay_planes (db, head, row->seq_before, error);
  g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, "painted since");      /* no person reads it: the frame stays as it is */
  return NULL;
}

/* As lw_query_step(): 0 where something came since */
static int
fits (LwProject *project, const Row *row, GError **error)
{
  g_autoptr(LwDb) db = lw_project_read (project, error);
  LwFrameHead head;
  gint64 accepted = 0;
  if (db == NULL || !lw_frame_head_read (db, row->frame, &head, error) || lw_db_get (db, &accepted, error, "SELECT accepted FROM frame WHERE id = ?", "I", row->frame) < 0)
    return -1;
  return head.seq == row->seq && (int) head.status == row->status_after && accepted == row->accepted_after;
}

static gboolean
restore_row (LwProject *project, const Row *row, LwRelabel *relabel, gboolean *done, GError **error)
{
  g_autoptr(GError) local = NULL;
  int still = fits (project, row, error);
  *done = FALSE;
  if (still <= 0)
    return still == 0;
  relabel->frame = row->frame;
  relabel->data = (gpointer) row;
  relabel->status = (LwFrameStatus) row->status_before;
  relabel->accepted = row->accepted_before;
  if (lw_relabel_frame (project, relabel, &local))
    return *done = TRUE;
  if (g_error_matches (local, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
lw_relabel_take_back (LwProject *project, gint64 step, const LwStepRow *row, gint64 *made, guint *n_done, guint *n_left, GError **error)
{
  int author = lw_project_get_origin (project, LW_ORIGIN_PERSON, NULL, 0, error);
  g_autoptr(GArray) rows = author >= 0 ? read_rows (project, step, error) : NULL;
  gboolean undo = row->turn == LW_TURN_UNDONE;
  LwRelabel relabel = { .author = (guint8) author, .tool = undo ? "undo" : "redo", .before = undo ? _("before it was undone") : _("before it was done again"),
                        .after = undo ? _("undone") : _("done again"), .action = undo ? "undo" : "redo", .details = row->action, .row = *row, .step = *made,
                        .keep = LW_RELABEL_SETS, .make = make_as_before };
  *n_done = *n_left = 0;
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      gboolean done;
      if (!restore_row (project, &g_array_index (rows, Row, i), &relabel, &done, error))
        return FALSE;
      *(done ? n_done : n_left) += 1;
    }
  *made = relabel.step;
  return rows != NULL;
}
