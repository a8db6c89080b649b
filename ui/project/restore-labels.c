/* restore-labels.c: makes labels what they were, in one frame or in all, under a dialog with a bar; one step of undo */
#include "config.h"
#include "restore-labels.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "store/past.h"

typedef struct
{
  char *snapshot;
  gint64 time, frame;
  LwRestored restored;         /* also where it was cancelled on the way */
} Goal;

static void
goal_free (gpointer data)
{
  Goal *goal = data;
  g_free (goal->snapshot);
  g_free (goal);
}

/* Frames that nobody worked on since are what they were. */
static GArray *
list_frames (LwProject *project, const Goal *goal, GError **error)
{
  if (goal->frame == 0 && goal->snapshot == NULL)
    return lw_project_list_changed_since (project, goal->time, error);
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  if (goal->frame != 0)
    return g_array_append_val (ids, goal->frame);
  g_autoptr (GPtrArray) frames = lw_project_list_frames (project, error);
  for (guint i = 0; frames != NULL && i < frames->len; i++)
    g_array_append_val (ids, ((const LwFrame *) frames->pdata[i])->id);
  if (frames == NULL)
    g_clear_pointer (&ids, g_array_unref);
  return ids;
}

static gpointer
restore (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  Goal *goal = wanted;
  g_autoptr (GArray) frames = list_frames (project, goal, error);
  if (frames == NULL)
    return NULL;
  const gint64 *ids = &g_array_index (frames, gint64, 0);
  if (goal->snapshot != NULL)
    lw_project_restore_snapshot (project, ids, frames->len, goal->snapshot, &goal->restored, lw_operation_progress, operation, cancellable, error);
  else
    lw_project_restore_time (project, ids, frames->len, goal->time, &goal->restored, lw_operation_progress, operation, cancellable, error);
  return NULL;
}

static void
show_restored (gpointer owner, gpointer found, gpointer wanted)
{
  const Goal *goal = wanted;
  guint n = goal->restored.restored;
  g_autofree char *text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "The labels of %u frame are what they were", "The labels of %u frames are what they were", n), n);
  if (goal->restored.step != 0)
    lw_pane_did_step (LW_PANE (owner), goal->restored.step, text);
  else
    lw_toast (GTK_WIDGET (owner), _("Nothing to change: the labels are what they were"));
}

static void
on_not_restored (gpointer owner, const GError *error, gpointer wanted)
{
  const Goal *goal = wanted;
  if (goal->restored.step != 0)
    lw_pane_did_step (LW_PANE (owner), goal->restored.step, _("Only some frames were changed"));
}

static const LwWork restore_work = { restore, NULL, show_restored, N_("Could not restore the labels"), on_not_restored };

void
lw_restore_labels (LwPane *pane, const LwLabelsGoal *wanted)
{
  Goal *goal = g_new0 (Goal, 1);
  goal->snapshot = g_strdup (wanted->snapshot);
  goal->time = wanted->time;
  goal->frame = wanted->frame;
  lw_work_start_watched (lw_pane_get_desk (pane), GTK_WIDGET (pane), &restore_work, goal, goal_free, _("Restoring Labels"));
}
