/* steps.c: steps as rows, which comes next for undo and redo, and taking back statuses */
#include "config.h"
#include "store/journal/steps.h"

#include <glib/gi18n-lib.h>
#include "store/author.h"
#include "store/project/audit.h"
#include "store/project/project-private.h"

#define FRAMES_A_TRANSACTION 64

static const char *const actions[] = { [LW_ACTION_SUBMIT] = "submit", [LW_ACTION_ACCEPT] = "accept", [LW_ACTION_RETURN] = "return" };

/* ---- rows ---- */

static LwTurn
next_turn (LwTurn turn)
{
  return turn == LW_TURN_UNDONE ? LW_TURN_REDONE : LW_TURN_UNDONE;
}

static gboolean
check_not_taken (LwDb *db, gint64 step, GError **error)
{
  gint64 by;
  int got = lw_db_get (db, &by, error, "SELECT id FROM step WHERE undoes = ?", "I", step);
  if (got > 0)
    g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("This was undone already"));
  return got == 0;
}

gint64
lw_step_add (LwDb *db, const LwStepRow *row, GError **error)
{
  if ((row->undoes != 0 && !check_not_taken (db, row->undoes, error))
      || !lw_db_run (db, error,
                     "INSERT INTO step (kind, action, actor, created, turn, undoes, palette_before, palette_after, media) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     "issIiKssK", row->kind, row->action, lw_author_get_uuid (), g_get_real_time (), row->turn, row->undoes, row->palette_before,
                     row->palette_after, row->media))
    return 0;
  return sqlite3_last_insert_rowid (db->handle);
}

typedef struct { const LwStepRow *row; gint64 made; } Alone;

static gboolean
add_alone (LwDb *db, gpointer data, GError **error)
{
  Alone *alone = data;
  return (alone->made = lw_step_add (db, alone->row, error)) != 0;
}

gint64
lw_step_add_alone (LwProject *project, const LwStepRow *row, GError **error)
{
  Alone alone = { row, 0 };
  return lw_project_transact (project, add_alone, &alone, error) ? alone.made : 0;
}

gboolean
lw_step_add_frame (LwDb *db, gint64 step, const LwFrameHead *head, LwFrameStatus status_before, gint64 accepted_before, GError **error)
{
  return lw_db_run (db, error,
                    "INSERT INTO step_frame (step, frame, status_before, accepted_before, status_after, accepted_after, seq)"
                    " SELECT ?, id, ?, ?, status, accepted, seq FROM frame WHERE id = ?",
                    "IiKI", step, status_before, accepted_before, head->id);
}

/* ---- what is next ---- */

void
lw_step_free (LwStep *step)
{
  if (step == NULL)
    return;
  g_free (step->name);
  g_free (step->did);
  g_free (step);
}

static gboolean
count_frames (LwDb *db, LwStep *step, gint64 media, GError **error)
{
  gint64 n = 0;
  int got = media != 0 ? lw_db_get (db, &n, error, "SELECT count (*) FROM frame WHERE media = ?", "I", media)
                       : lw_db_get (db, &n, error, "SELECT count (*) FROM step_frame WHERE step = ?", "I", step->id);
  step->n_frames = (guint) CLAMP (n, 0, G_MAXINT);
  if (media != 0)
    step->name = lw_db_get_text (db, NULL, "SELECT name FROM media WHERE id = ?", "I", media);
  else if (n == 1)
    step->name = lw_db_get_text (db, NULL, "SELECT name FROM frame JOIN step_frame ON frame.id = step_frame.frame WHERE step = ?", "I", step->id);
  return got >= 0;
}

/* As lw_query_step(); @sql gives id, kind, action and media for an actor. */
static int
read_step (LwDb *db, const char *sql, LwStep **step, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error, sql, "ss", lw_author_get_uuid (), g_get_user_name ());      /* what was done before version 4 has the account */
  int got = lw_query_step (query, error);
  *step = NULL;
  if (got <= 0)
    return got;
  g_autoptr(LwStep) found = g_new0 (LwStep, 1);
  g_autofree char *action = lw_query_dup_text (query, 2);
  found->id = sqlite3_column_int64 (query, 0);
  found->kind = (LwStepKind) lw_query_int (query, 1, LW_STEP_STATUS, LW_STEP_MERGED);
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_strcmp0 (action, actions[i]) == 0)
      found->action = (LwAction) i;
  found->did = g_steal_pointer (&action);
  if (!count_frames (db, found, sqlite3_column_int64 (query, 3), error))
    return -1;
  *step = g_steal_pointer (&found);
  return 1;
}

#define NOT_TAKEN " AND NOT EXISTS (SELECT 1 FROM step AS later WHERE later.undoes = step.id)"

/* A medium that is gone can't come back by redo: it is added again. */
gboolean
lw_project_peek_steps (LwProject *self, LwStep **undo, LwStep **redo, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && undo != NULL && redo != NULL, FALSE);

  *undo = *redo = NULL;
  g_autoptr(LwDb) db = lw_project_read (self, error);
  if (db == NULL
      || read_step (db, "SELECT id, kind, action, media FROM step WHERE actor IN (?1, ?2) AND turn != 1" NOT_TAKEN " ORDER BY id DESC LIMIT 1", undo, error) < 0)
    return FALSE;
  if (read_step (db,
                 "SELECT id, kind, action, media FROM step WHERE actor IN (?1, ?2) AND turn = 1 AND kind != 2" NOT_TAKEN
                 " AND id > ifnull ((SELECT max (id) FROM step WHERE actor IN (?1, ?2) AND turn = 0), 0) ORDER BY id DESC LIMIT 1", redo, error) >= 0)
    return TRUE;
  g_clear_pointer (undo, lw_step_free);
  return FALSE;
}

/* ---- statuses ---- */

typedef struct {
  gint64 id;                   /* what is taken back */
  LwStepKind kind;
  LwTurn turn;
  gint64 media;
  char *action, *before, *after;
} Known;

static void
known_clear (Known *known)
{
  g_free (known->action);
  g_free (known->before);
  g_free (known->after);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Known, known_clear)

typedef struct { gint64 frame, accepted_before, accepted_after, seq; int status_before, status_after; } Row;

typedef struct {
  const Known *known;
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
  const Known *known = work->known;
  if (work->made == 0)
    work->made = lw_step_add (db, &(LwStepRow) { LW_STEP_STATUS, known->action, known->turn, known->id, NULL, NULL, 0 }, error);
  return work->made != 0;
}

static gboolean
restore_frame (LwDb *db, TakeBack *work, const Row *row, const LwFrameHead *head, GError **error)
{
  g_autofree char *name = lw_db_get_text (db, NULL, "SELECT name FROM frame WHERE id = ?", "I", row->frame);
  return ensure_step (db, work, error) && lw_frame_set_status (db, row->frame, (LwFrameStatus) row->status_before, error)
         && lw_db_run (db, error, "UPDATE frame SET accepted = ? WHERE id = ?", "KI", row->accepted_before, row->frame)
         && lw_step_add_frame (db, work->made, head, head->status, row->accepted_after, error)
         && lw_audit_add (db, error, work->known->turn == LW_TURN_UNDONE ? "undo" : "redo", name != NULL ? name : "?", "%s", work->known->action);
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

static gint64
take_back_statuses (LwProject *project, const Known *known, guint *n_left, GError **error)
{
  g_autoptr(LwDb) db = lw_project_read (project, error);
  g_autoptr(GArray) rows = db != NULL ? read_rows (db, known->id, error) : NULL;
  TakeBack work = { .known = known, .rows = rows };
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

/* ---- any of them ---- */

static gboolean
read_known (LwProject *project, gint64 step, Known *known, GError **error)
{
  g_autoptr(LwDb) db = lw_project_read (project, error);
  if (db == NULL)
    return FALSE;
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT kind, turn, action, palette_before, palette_after, ifnull (media, 0) FROM step WHERE id = ?",
                                          "I", step);
  int got = lw_query_step (query, error);
  if (got == 0)
    lw_store_not_found (error, _("step"), step);
  if (got <= 0)
    return FALSE;
  *known = (Known) { step, (LwStepKind) lw_query_int (query, 0, LW_STEP_STATUS, LW_STEP_MERGED),
                     next_turn ((LwTurn) lw_query_int (query, 1, LW_TURN_DONE, LW_TURN_REDONE)), sqlite3_column_int64 (query, 5),
                     lw_query_dup_text (query, 2), lw_query_dup_bytes (query, 3), lw_query_dup_bytes (query, 4) };
  return TRUE;
}

gint64
lw_project_take_back (LwProject *self, gint64 step, guint *n_left, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), 0);

  g_auto(Known) known = { 0 };
  if (n_left != NULL)
    *n_left = 0;
  if (!lw_project_check_writable (self, error) || !read_known (self, step, &known, error))
    return 0;
  switch (known.kind)
    {
    case LW_STEP_CLASSES:
      return lw_classes_take_back (self, known.after, known.before, step, known.turn, error);
    case LW_STEP_MEDIA:
      return lw_media_take_back (self, known.media, step, error);
    case LW_STEP_LABELS:
      return lw_labels_take_back (self, step, known.action, known.turn, n_left, error);
    case LW_STEP_ASSIGNMENT:
      return lw_assignment_take_back (self, step, known.turn, n_left, error);
    case LW_STEP_REPLACED:
      return lw_replaced_take_back (self, step, known.turn, known.after, known.before, n_left, error);
    case LW_STEP_REMOVED_MEDIA:
      return lw_removed_media_take_back (self, known.media, step, known.turn, error);
    case LW_STEP_MERGED:
      return lw_merged_take_back (self, step, known.turn, n_left, error);
    case LW_STEP_STATUS:
    default:
      return take_back_statuses (self, &known, n_left, error);
    }
}
