/* take-back.c: takes back any step, each kind by the folder that made it */
#include "config.h"
#include "store/journal/steps.h"

#include <glib/gi18n-lib.h>
#include "store/project/project-private.h"

static LwTurn
next_turn (LwTurn turn)
{
  return turn == LW_TURN_UNDONE ? LW_TURN_REDONE : LW_TURN_UNDONE;
}

/* What the row of the step says; @turn: of the step that takes it back. */
typedef struct {
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
  *known = (Known) { (LwStepKind) lw_query_int (query, 0, LW_STEP_STATUS, LW_STEP_MERGED),
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
      return lw_statuses_take_back (self, step, known.action, known.turn, n_left, error);
    }
}
