/* merge-review.c: what was said and judged in another copy, as this one knows it; and a merge as one step, which can be taken back */
#include "config.h"
#include "store/merge/merge-private.h"

#include <glib/gi18n-lib.h>
#include "store/project/changes.h"
#include "store/revisions/relabel.h"

/* ---- comments and verdicts: rows are only ever added, so the union of both is right ---- */

typedef struct { LwDb *there; GHashTable *frames; /* set of gint64: those that changed */ } Union;

/* Where the row is new and what it is about is here. Returns: as lw_query_step(): 1 where it was added */
static int
add_comment (LwDb *db, LwQuery *query, gint64 *frame, GError **error)
{
  const char *uuid = (const char *) sqlite3_column_text (query, 0), *thread = (const char *) sqlite3_column_text (query, 2);
  int got = lw_db_get (db, frame, error, "SELECT id FROM frame WHERE uuid = ?", "s", sqlite3_column_text (query, 1));
  if (got <= 0)
    return got;
  gint64 first = 0;
  if (thread != NULL && (got = lw_db_get (db, &first, error, "SELECT id FROM comment WHERE uuid = ? AND thread IS NULL", "s", thread)) <= 0)
    return got;
  if (!lw_db_run (db, error, "INSERT OR IGNORE INTO comment (uuid, frame, thread, kind, x, y, author, created, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", "sIKiiisIs", uuid, *frame,
                  first, lw_query_int (query, 3, 0, 3), lw_query_int (query, 4, 0, LW_MAX_SIDE - 1), lw_query_int (query, 5, 0, LW_MAX_SIDE - 1), sqlite3_column_text (query, 6),
                  sqlite3_column_int64 (query, 7), sqlite3_column_text (query, 8)))
    return -1;
  return sqlite3_changes (db->handle) > 0;
}

static int
add_verdict (LwDb *db, LwQuery *query, gint64 *frame, GError **error)
{
  gint64 revision = 0;
  int got = lw_db_get (db, frame, error, "SELECT id FROM frame WHERE uuid = ?", "s", sqlite3_column_text (query, 1));
  if (got > 0)
    got = lw_db_get (db, &revision, error, "SELECT id FROM revision WHERE uuid = ?", "s", sqlite3_column_text (query, 2));
  if (got <= 0)
    return got;
  if (!lw_db_run (db, error, "INSERT OR IGNORE INTO review (uuid, frame, revision, verdict, person, at, message) VALUES (?, ?, ?, ?, ?, ?, ?)", "sIIisIs",
                  sqlite3_column_text (query, 0), *frame, revision, lw_query_int (query, 3, 0, 2), sqlite3_column_text (query, 4), sqlite3_column_int64 (query, 5),
                  sqlite3_column_text (query, 6)))
    return -1;
  return sqlite3_changes (db->handle) > 0;
}

static gboolean
add_rows (LwDb *db, Union *self, const char *sql, int (*add) (LwDb *db, LwQuery *query, gint64 *frame, GError **error), GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (self->there, error, sql, "");
  int got, added = 0;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 frame = 0;
      added = add (db, query, &frame, error);
      if (added < 0)
        return FALSE;
      if (added > 0)
        g_hash_table_add (self->frames, g_memdup2 (&frame, sizeof frame));
    }
  return got == 0;
}

static gboolean
unite (LwDb *db, gpointer data, GError **error)
{
  Union *self = data;
  if (!add_rows (db, self,
                 "SELECT comment.uuid, frame.uuid, first.uuid, comment.kind, comment.x, comment.y, comment.author, comment.created, comment.text FROM comment"
                 " JOIN frame ON frame.id = comment.frame LEFT JOIN comment AS first ON first.id = comment.thread ORDER BY comment.thread IS NOT NULL, comment.id",
                 add_comment, error)
      || !add_rows (db, self,
                    "SELECT review.uuid, frame.uuid, revision.uuid, review.verdict, review.person, review.at, review.message FROM review"
                    " JOIN frame ON frame.id = review.frame JOIN revision ON revision.id = review.revision ORDER BY review.id",
                    add_verdict, error))
    return FALSE;
  GHashTableIter iter;
  gpointer frame;
  g_hash_table_iter_init (&iter, self->frames);
  while (g_hash_table_iter_next (&iter, &frame, NULL))
    if (!lw_change_frame (db, *(gint64 *) frame, error))
      return FALSE;
  g_autofree char *package = lw_db_get_text (self->there, NULL, "SELECT value FROM meta WHERE key = 'package'", "");
  return package == NULL || lw_db_run (db, error, "UPDATE package SET merged = ? WHERE uuid = ?", "Is", g_get_real_time (), package);
}

gboolean
lw_merge_review (LwProject *ours, LwDb *there, GError **error)
{
  g_autoptr(GHashTable) frames = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return lw_project_transact (ours, unite, &(Union) { there, frames }, error);
}

/* ---- the step ---- */

typedef struct { const LwFrameHead *head; gint64 accepted, *step; } Note;

static gboolean
note (LwDb *db, gpointer data, GError **error)
{
  const Note *self = data;
  if (*self->step == 0)
    *self->step = lw_step_add (db, &(LwStepRow) { .kind = LW_STEP_MERGED, .action = "merge" }, error);
  return *self->step != 0 && lw_step_add_relabelled (db, *self->step, self->head, self->accepted, error);
}

gboolean
lw_merge_note_step (LwProject *ours, const LwFrameHead *before, gint64 accepted_before, gint64 *step, GError **error)
{
  Note work = { before, accepted_before, step };
  gint64 known = *step;
  if (lw_project_transact (ours, note, &work, error))
    return TRUE;
  *step = known;
  return FALSE;
}

gint64
lw_merged_take_back (LwProject *project, gint64 step, LwTurn turn, guint *n_left, GError **error)
{
  LwStepRow row = { .kind = LW_STEP_MERGED, .action = "merge", .turn = turn, .undoes = step };
  gint64 made = 0;
  guint n_done = 0, left = 0;
  if (!lw_relabel_take_back (project, step, &row, &made, &n_done, &left, error))
    return 0;
  if (made == 0)
    g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("Nothing was undone: the frames have changed since"));
  if (n_left != NULL)
    *n_left = left;
  return made;
}
