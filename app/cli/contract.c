/* contract.c: what must hold before a frame can be accepted, and which frames keep it */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>
#include <string.h>
#include "store/review.h"

static char **specs, *complete, *locked, *resolved, *other;
static int speck = -1;

static const GOptionEntry contract_options[] = {
  { "complete", 0, 0, G_OPTION_ARG_STRING, &complete, N_("Every pixel has a label"), N_("yes|no") },
  { "specks", 0, 0, G_OPTION_ARG_INT, &speck, N_("No region of one class has fewer pixels; 0: any size will do"), N_("PIXELS") },
  { "locked", 0, 0, G_OPTION_ARG_STRING, &locked, N_("Pixels of locked classes are as they were when the frame was accepted last, or imported"), N_("yes|no") },
  { "resolved", 0, 0, G_OPTION_ARG_STRING, &resolved, N_("Every comment is resolved"), N_("yes|no") },
  { "other-reviewer", 0, 0, G_OPTION_ARG_STRING, &other, N_("Who accepts a frame has not worked on it"), N_("yes|no") },
  G_OPTION_ENTRY_NULL
};

static const GOptionEntry check_options[] = {
  { "frames", 'f', 0, G_OPTION_ARG_STRING_ARRAY, &specs, N_("Which frames: all, a status, names, MEDIA:ORDINALS such as drive:0-99,200, or @NAME (submitted)"), N_("SPEC") },
  G_OPTION_ENTRY_NULL
};

/* ---- contract ---- */

static gboolean
take_answer (const char *option, const char *answer, gboolean *value, gboolean *changed, GError **error)
{
  if (answer == NULL)
    return TRUE;
  if (strcmp (answer, "yes") != 0 && strcmp (answer, "no") != 0)
    return cli_usage (error, _("--%s wants yes or no, not “%s”."), option, answer);
  *value = *answer == 'y';
  return *changed = TRUE;
}

static gboolean
take_answers (LwContract *agreed, gboolean *changed, GError **error)
{
  if (speck < -1)
    return cli_usage (error, _("--specks wants a number of pixels, or 0."));
  if (speck >= 0)
    {
      agreed->speck = (guint32) speck;
      *changed = TRUE;
    }
  return take_answer ("complete", complete, &agreed->complete, changed, error) && take_answer ("locked", locked, &agreed->locked, changed, error)
         && take_answer ("resolved", resolved, &agreed->resolved, changed, error) && take_answer ("other-reviewer", other, &agreed->other, changed, error);
}

static void
report_contract (Cli *cli, const LwContract *agreed)
{
  LwJson *result = json_object_new_object ();
  cli_put_bool (result, "complete", agreed->complete);
  cli_put_int (result, "specks", agreed->speck);
  cli_put_bool (result, "locked", agreed->locked);
  cli_put_bool (result, "resolved", agreed->resolved);
  cli_put_bool (result, "other-reviewer", agreed->other);
  cli_json (cli, result);
  const char *yes = _("yes"), *no = _("no");
  cli_line (cli, _("Every pixel has a label: %s"), agreed->complete ? yes : no);
  cli_line (cli, _("Fewest pixels of a region: %u"), agreed->speck);
  cli_line (cli, _("Locked classes are as they were: %s"), agreed->locked ? yes : no);
  cli_line (cli, _("Every comment is resolved: %s"), agreed->resolved ? yes : no);
  cli_line (cli, _("Somebody else reviews: %s"), agreed->other ? yes : no);
}

static gboolean
contract (Cli *cli, char **arguments, GError **error)
{
  LwContract agreed;
  gboolean changed = FALSE;
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  if (project == NULL)
    return FALSE;
  lw_project_get_contract (project, &agreed);
  if (!take_answers (&agreed, &changed, error) || (changed && !lw_project_set_contract (project, &agreed, error)))
    return FALSE;
  report_contract (cli, &agreed);
  return lw_project_close (project, error);
}

const CliCommand cli_contract = { "contract", "PROJECT", N_("Show or change what must hold before a frame can be accepted"),
  N_("A frame that breaks it is not accepted, by whatever program. Frames that are accepted already stay so; “check” finds those that would not be accepted now."),
  "contract drive\ncontract drive --complete yes --specks 20 --other-reviewer yes", contract_options, 1, 1, contract };

/* ---- check ---- */

static void
print_place (Cli *cli, const LwBreach *breach, const LwPalette *palette, LwJson *places)
{
  static const char *const kinds[LW_N_BREACH_KINDS] = { "unlabelled", "speck", "locked", "comment", "reviewer" };
  const LwClass *class = breach->class_id != LW_LABEL_NONE ? lw_palette_find_id (palette, breach->class_id) : NULL;
  LwJson *place = json_object_new_object ();
  cli_put_string (place, "kind", kinds[breach->kind]);
  cli_put_int (place, "x", breach->x);
  cli_put_int (place, "y", breach->y);
  cli_put_int (place, "pixels", breach->pixels);
  cli_put_string (place, "class", class != NULL ? class->name : NULL);
  json_object_array_add (places, place);
  if (breach->kind != LW_BREACH_REVIEWER)
    cli_line (cli, "  %s %d,%d %u %s", kinds[breach->kind], breach->x, breach->y, breach->pixels, class != NULL ? class->name : "");
}

static gboolean
check_frame (Cli *cli, LwProject *project, const LwFrame *frame, const LwPalette *palette, gboolean *clean, GError **error)
{
  g_auto(LwContractReport) report = { 0 };
  if (!lw_project_check_contract (project, frame->id, &report, error))
    return FALSE;
  g_autofree char *reasons = lw_contract_report_describe (&report);
  LwJson *result = json_object_new_object (), *places = json_object_new_array ();
  *clean = reasons == NULL;
  cli_put_string (result, "frame", frame->name);
  cli_put_bool (result, "clean", *clean);
  cli_put_string (result, "reasons", reasons);
  if (reasons != NULL)
    cli_line (cli, "%s: %s", frame->name, reasons);
  for (guint i = 0; i < report.breaches->len; i++)
    print_place (cli, &g_array_index (report.breaches, LwBreach, i), palette, places);
  json_object_object_add (result, "places", places);
  cli_json (cli, result);
  return TRUE;
}

/* Those that were asked for, one of which must be there; where none were, all that wait for a review, of which there may be none. */
static GPtrArray *
find_frames (LwProject *project, GError **error)
{
  if (specs != NULL)
    return cli_select_frames (project, specs, NULL, error);
  g_autoptr(GPtrArray) frames = lw_project_list_frames (project, error);
  for (guint i = frames != NULL ? frames->len : 0; i-- > 0;)
    if (((const LwFrame *) frames->pdata[i])->status != LW_FRAME_SUBMITTED)
      g_ptr_array_remove_index (frames, i);
  return g_steal_pointer (&frames);
}

static gboolean
check (Cli *cli, char **arguments, GError **error)
{
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  g_autoptr(GPtrArray) frames = project != NULL ? find_frames (project, error) : NULL;
  g_autoptr(LwPalette) palette = frames != NULL ? lw_project_dup_palette (project, error) : NULL;
  guint n_broken = 0;
  if (palette == NULL)
    return FALSE;
  for (guint i = 0; i < frames->len; i++)
    {
      gboolean clean;
      if (g_cancellable_set_error_if_cancelled (cli->cancellable, error) || !check_frame (cli, project, frames->pdata[i], palette, &clean, error))
        return FALSE;
      n_broken += !clean;
    }
  if (frames->len == 0)
    cli_line (cli, _("No frame is submitted, so there is nothing to check. Choose others with --frames."));
  else if (n_broken == 0)
    cli_line (cli, ngettext ("%u frame keeps the contract.", "All %u frames keep the contract.", frames->len), frames->len);
  else
    cli_complain (cli, ngettext ("%u of %u frames can’t be accepted as it is.", "%u of %u frames can’t be accepted as they are.", n_broken), n_broken, frames->len);
  return lw_project_close (project, error);
}

const CliCommand cli_check = { "check", "PROJECT", N_("Find what keeps frames from being accepted, and where"),
  N_("Looks at frames as “accept” would, by the contract of the project, and changes nothing. The exit code is 1 where a frame breaks it."),
  "check drive\ncheck drive --frames in-progress --json", check_options, 1, 1, check };
