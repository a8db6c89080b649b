/* assign.c: who is to label which frames */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>
#include "store/review.h"

static char **specs, *person;

static const GOptionEntry assign_options[] = {
  { "frames", 'f', 0, G_OPTION_ARG_STRING_ARRAY, &specs, N_("Which frames: all, a status, names, MEDIA:ORDINALS such as drive:0-99,200, or @NAME"), N_("SPEC") },
  { "to", 't', 0, G_OPTION_ARG_STRING, &person, N_("To whom; empty: to nobody"), N_("NAME") },
  G_OPTION_ENTRY_NULL
};

static gboolean
assign (Cli *cli, char **arguments, GError **error)
{
  gint64 step;
  if (specs == NULL)
    return cli_usage (error, _("Say which frames: --frames SPEC."));
  if (person == NULL)
    return cli_usage (error, _("Say to whom: --to NAME, or --to \"\" for nobody."));
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  g_autoptr(GPtrArray) frames = project != NULL ? cli_select_frames (project, specs, NULL, error) : NULL;
  if (frames == NULL)
    return FALSE;
  g_autofree gint64 *ids = cli_dup_ids (frames);
  if (!lw_project_assign (project, ids, frames->len, person, &step, error))
    return FALSE;
  LwJson *result = json_object_new_object ();
  cli_put_string (result, "assignee", *person != '\0' ? person : NULL);
  cli_put_int (result, "frames", frames->len);
  cli_put_bool (result, "changed", step != 0);
  cli_json (cli, result);
  if (*person == '\0')
    cli_line (cli, ngettext ("%u frame is nobody’s now.", "%u frames are nobody’s now.", frames->len), frames->len);
  else
    cli_line (cli, ngettext ("%u frame is %s’s to label now.", "%u frames are %s’s to label now.", frames->len), frames->len, person);
  return lw_project_close (project, error);
}

const CliCommand cli_assign = { "assign", "PROJECT --frames SPEC --to NAME", N_("Say who is to label which frames"),
  N_("“frames --assignee NAME” lists them, and “--frames @NAME” chooses them in every command."),
  "assign drive --frames drive:0-99 --to Ann\npackage drive --frames @Ann for-ann", assign_options, 1, 1, assign };
