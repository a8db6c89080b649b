/* undo.c: undo and redo of statuses, restored labels, classes and added media, a whole step at a time; strokes have their undo in the window */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>

static void
report (Cli *cli, const LwStep *step, guint n_left, gboolean redo)
{
  LwJson *result = json_object_new_object ();
  cli_put_string (result, redo ? "redone" : "undone", step->did);
  cli_put_int (result, "frames", step->n_frames - n_left);
  cli_put_int (result, "left", n_left);
  cli_json (cli, result);
  if (step->kind == LW_STEP_CLASSES || step->kind == LW_STEP_REPLACED)
    cli_line (cli, redo ? _("Redid the change of classes.") : _("Undid the change of classes."));
  else
    cli_line (cli, redo ? ngettext ("Redid “%s” of %u frame.", "Redid “%s” of %u frames.", step->n_frames - n_left)
                        : ngettext ("Undid “%s” of %u frame.", "Undid “%s” of %u frames.", step->n_frames - n_left),
              step->did, step->n_frames - n_left);
  if (n_left > 0)
    cli_remark (cli, ngettext ("%u frame has changed since and stays as it is.", "%u frames have changed since and stay as they are.", n_left), n_left);
}

static gboolean
turn (Cli *cli, char **arguments, gboolean redo, GError **error)
{
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  g_autoptr(LwStep) undo = NULL, again = NULL;
  guint n_left;
  if (project == NULL || !lw_project_peek_steps (project, &undo, &again, error))
    return FALSE;
  const LwStep *step = redo ? again : undo;
  if (step == NULL)
    {
      g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, redo ? _("There is nothing of yours to redo.") : _("There is nothing of yours to undo."));
      return FALSE;
    }
  if (lw_project_take_back (project, step->id, &n_left, error) == 0)
    return FALSE;
  report (cli, step, n_left, redo);
  return lw_project_close (project, error);
}

static gboolean
undo_step (Cli *cli, char **arguments, GError **error)
{
  return turn (cli, arguments, FALSE, error);
}

static gboolean
redo_step (Cli *cli, char **arguments, GError **error)
{
  return turn (cli, arguments, TRUE, error);
}

#define DETAILS N_("A step is all that one command or one click did: every frame that it submitted, accepted, returned, assigned, restored or merged, a change of classes, or a medium added or removed. " \
                   "It must be of the user who asks. Frames that changed since stay as they are.")

const CliCommand cli_undo = { "undo", "PROJECT", N_("Undo the last submit, accept, return, assign, restore or merge, change of classes, or medium added or removed"), DETAILS,
  "undo drive", NULL, 1, 1, undo_step };
const CliCommand cli_redo = { "redo", "PROJECT", N_("Redo what was undone last"), DETAILS, "redo drive", NULL, 1, 1, redo_step };
