/* steps.c: steps as rows, and which comes next for undo and redo */
#include "config.h"
#include "store/journal/steps.h"

#include <glib/gi18n-lib.h>
#include "store/author.h"
#include "store/project/project-private.h"

static const char *const actions[] = { [LW_ACTION_SUBMIT] = "submit", [LW_ACTION_ACCEPT] = "accept", [LW_ACTION_RETURN] = "return" };

/* ---- rows ---- */

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
