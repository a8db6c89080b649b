/* history.c: undo and redo are strokes that name what they take back; two stacks follow from replaying their names */
#include "config.h"
#include "store/journal/history.h"

LwHistory *
lw_history_new (void)
{
  LwHistory *history = g_new0 (LwHistory, 1);
  history->undo = g_ptr_array_new_with_free_func (g_free);
  history->redo = g_ptr_array_new_with_free_func (g_free);
  return history;
}

void
lw_history_free (LwHistory *history)
{
  if (history == NULL)
    return;
  g_ptr_array_unref (history->undo);
  g_ptr_array_unref (history->redo);
  g_free (history);
}

static gboolean
is_last (GPtrArray *stack, const char *uuid)
{
  return stack->len > 0 && g_strcmp0 (stack->pdata[stack->len - 1], uuid) == 0;
}

gboolean
lw_history_add (LwHistory *history, const char *uuid, const char *undoes)
{
  GPtrArray *from = undoes == NULL ? NULL : is_last (history->undo, undoes) ? history->undo : history->redo;
  if (from == NULL)
    g_ptr_array_set_size (history->redo, 0);
  else if (is_last (from, undoes))
    g_ptr_array_set_size (from, (int) from->len - 1);
  else
    return FALSE;
  g_ptr_array_add (from == history->undo ? history->redo : history->undo, g_strdup (uuid));
  history->seq++;
  return TRUE;
}

LwHistory *
lw_history_read_upto (LwDb *db, gint64 frame, gint64 seq, GError **error)
{
  g_autoptr(LwHistory) history = lw_history_new ();
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT stroke.uuid, taken.uuid FROM stroke LEFT JOIN stroke AS taken ON taken.id = stroke.undoes"
                                          " WHERE stroke.frame = ? AND stroke.seq <= ? ORDER BY stroke.seq", "II", frame, seq);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    if (!lw_history_add (history, (const char *) sqlite3_column_text (query, 0), (const char *) sqlite3_column_text (query, 1)))
      {
        lw_db_damaged (db, error, "an undo of a stroke that was not the last");
        return NULL;
      }
  return got == 0 ? g_steal_pointer (&history) : NULL;
}

LwHistory *
lw_history_read (LwDb *db, gint64 frame, GError **error)
{
  return lw_history_read_upto (db, frame, G_MAXINT64, error);
}

/* ---- one stroke ---- */

typedef struct { gint64 id, seq, undoes; } Row;

/* As lw_query_step() */
static int
find_row (LwDb *db, gint64 frame, const char *uuid, Row *row, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT id, seq, ifnull (undoes, 0) FROM stroke WHERE uuid = ? AND frame = ?", "sI", uuid, frame);
  int got = lw_query_step (query, error);
  if (got == 1)
    *row = (Row) { sqlite3_column_int64 (query, 0), sqlite3_column_int64 (query, 1), sqlite3_column_int64 (query, 2) };
  return got;
}

/* It is if it takes back one that is none: a stroke, or a redo. A chain is never longer than the journal before it. */
static gboolean
find_whether_undo (LwDb *db, const Row *row, gboolean *undo, GError **error)
{
  gint64 undoes = row->undoes;
  *undo = FALSE;
  for (gint64 left = row->seq; undoes != 0 && left > 0; left--)
    {
      gint64 before = 0;
      *undo = !*undo;
      if (lw_db_get (db, &before, error, "SELECT ifnull (undoes, 0) FROM stroke WHERE id = ?", "I", undoes) < 0)
        return FALSE;
      undoes = before;
    }
  return TRUE;
}

static gboolean
take_last (GArray *stack, gint64 id)
{
  if (stack->len == 0 || g_array_index (stack, gint64, stack->len - 1) != id)
    return FALSE;
  g_array_set_size (stack, stack->len - 1);
  return TRUE;
}

/* What was put since then on the stack that the stroke is on, above it, and on the other one. What is taken from below these was on the other stack before. */
int
lw_history_is_next (LwDb *db, gint64 frame, const char *uuid, GError **error)
{
  g_autoptr(GArray) above = g_array_new (FALSE, FALSE, sizeof (gint64)), other = g_array_new (FALSE, FALSE, sizeof (gint64));
  Row row;
  gboolean undo;
  int got = find_row (db, frame, uuid, &row, error);
  if (got != 1)
    return got;
  if (!find_whether_undo (db, &row, &undo, error))
    return -1;
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT id, ifnull (undoes, 0) FROM stroke WHERE frame = ? AND seq > ? ORDER BY seq", "II", frame, row.seq);
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 id = sqlite3_column_int64 (query, 0), undoes = sqlite3_column_int64 (query, 1);
      if (undoes == row.id || (undoes == 0 && undo))      /* taken back already; a new stroke leaves nothing to redo */
        return 0;
      if (undoes == 0)
        g_array_set_size (other, 0);
      GArray *onto = undoes != 0 && take_last (above, undoes) ? other : above;
      if (undoes != 0 && onto == above)
        take_last (other, undoes);
      g_array_append_val (onto, id);
    }
  return got == 0 ? above->len == 0 : -1;
}
