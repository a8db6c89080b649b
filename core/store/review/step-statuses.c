/* step-statuses.c: takes back what was submitted, accepted and returned in one step, where nothing came since */
#include "config.h"
#include "store/journal/steps.h"

#include <glib/gi18n-lib.h>
#include "store/project/audit.h"
#include "store/project/project-private.h"

#define FRAMES_A_TRANSACTION 64

typedef struct { gint64 frame, accepted_before, accepted_after, seq; int status_before, status_after; } Row;

typedef struct {
  const LwStepRow *row;        /* of the step that this makes */
  GArray *rows;                /* of Row: what is left to do */
  guint next;
  gint64 made;
  guint n_done, n_left;
} TakeBack;

/* Strokes after @seq that all cancel out leave the map as it was: each takes back the last one that still counts. */
static gboolean
is_same_map (LwDb *db, gint64 frame, gint64 seq, gboolean *same, GError **error)
{
  g_autoptr(GArray) counting = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT id, ifnull (undoes, 0) FROM stroke WHERE frame = ? AND seq > ? ORDER BY seq", "II", frame, seq);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 id = sqlite3_column_int64 (query, 0), undoes = sqlite3_column_int64 (query, 1);
      if (counting->len > 0 && undoes == g_array_index (counting, gint64, counting->len - 1))
        g_array_set_size (counting, counting->len - 1);
      else
        g_array_append_val (counting, id);
    }
  *same = counting->len == 0;
  return got == 0;
}

static gboolean
needs_same_map (int status)
{
  return status == LW_FRAME_SUBMITTED || status == LW_FRAME_ACCEPTED;
}

/* Whether the frame is still as the step left it. */
static gboolean
check_frame (LwDb *db, const Row *row, LwFrameHead *head, gboolean *fits, GError **error)
{
  gint64 accepted = 0;
  if (!lw_frame_head_read (db, row->frame, head, error)
      || lw_db_get (db, &accepted, error, "SELECT accepted FROM frame WHERE id = ?", "I", row->frame) < 0)
    return FALSE;
  *fits = (int) head->status == row->status_after && accepted == row->accepted_after;
  return !*fits || !needs_same_map (row->status_before) || is_same_map (db, row->frame, row->seq, fits, error);
}

static gboolean
ensure_step (LwDb *db, TakeBack *work, GError **error)
{
  if (work->made == 0)
    work->made = lw_step_add (db, work->row, error);
  return work->made != 0;
}

static gboolean
restore_frame (LwDb *db, TakeBack *work, const Row *row, const LwFrameHead *head, GError **error)
{
  g_autofree char *name = lw_db_get_text (db, NULL, "SELECT name FROM frame WHERE id = ?", "I", row->frame);
  return ensure_step (db, work, error) && lw_frame_set_status (db, row->frame, (LwFrameStatus) row->status_before, error)
         && lw_db_run (db, error, "UPDATE frame SET accepted = ? WHERE id = ?", "KI", row->accepted_before, row->frame)
         && lw_step_add_frame (db, work->made, head, head->status, row->accepted_after, error)
         && lw_audit_add (db, error, work->row->turn == LW_TURN_UNDONE ? "undo" : "redo", name != NULL ? name : "?", "%s", work->row->action);
}

static gboolean
restore_some (LwDb *db, gpointer data, GError **error)
{
  TakeBack *work = data;
  for (guint end = MIN (work->rows->len, work->next + FRAMES_A_TRANSACTION); work->next < end; work->next++)
    {
      const Row *row = &g_array_index (work->rows, Row, work->next);
      LwFrameHead head;
      gboolean fits = FALSE;
      if (!check_frame (db, row, &head, &fits, error) || (fits && !restore_frame (db, work, row, &head, error)))
        return FALSE;
      work->n_done += fits ? 1 : 0;
      work->n_left += fits ? 0 : 1;
    }
  return TRUE;
}

static GArray *
read_rows (LwDb *db, gint64 step, GError **error)
{
  g_autoptr(GArray) rows = g_array_new (FALSE, FALSE, sizeof (Row));
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT frame, ifnull (accepted_before, 0), ifnull (accepted_after, 0), seq, status_before, status_after"
                                          " FROM step_frame WHERE step = ?", "I", step);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      Row row = { sqlite3_column_int64 (query, 0), sqlite3_column_int64 (query, 1), sqlite3_column_int64 (query, 2), sqlite3_column_int64 (query, 3),
                  lw_query_int (query, 4, 0, LW_N_FRAME_STATUSES - 1), lw_query_int (query, 5, 0, LW_N_FRAME_STATUSES - 1) };
      g_array_append_val (rows, row);
    }
  return got == 0 ? g_steal_pointer (&rows) : NULL;
}

gint64
lw_statuses_take_back (LwProject *project, gint64 step, const char *action, LwTurn turn, guint *n_left, GError **error)
{
  LwStepRow row = { .kind = LW_STEP_STATUS, .action = action, .turn = turn, .undoes = step };
  g_autoptr(LwDb) db = lw_project_read (project, error);
  g_autoptr(GArray) rows = db != NULL ? read_rows (db, step, error) : NULL;
  TakeBack work = { .row = &row, .rows = rows };
  while (rows != NULL && work.next < rows->len)
    if (!lw_project_transact (project, restore_some, &work, error))
      return 0;
  if (rows == NULL)
    return 0;
  if (work.n_done == 0)
    g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("Nothing was undone: the frames have changed since"));
  if (n_left != NULL)
    *n_left = work.n_left;
  return work.made;
}
