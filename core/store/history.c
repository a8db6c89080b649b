/* history.c: undo and redo are strokes that name what they take back; two stacks follow from replaying their names */
#include "config.h"
#include "store/history.h"

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
