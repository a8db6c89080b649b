/* review.c: submit, accept, return */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>

static char **specs, *message;

static const GOptionEntry act_options[] = {
  { "frames", 0, 0, G_OPTION_ARG_STRING_ARRAY, &specs, N_("Which frames: all, a status, names, MEDIA:ORDINALS such as drive:0-99,200, or @NAME"), N_("SPEC") },
  { "message", 'm', 0, G_OPTION_ARG_STRING, &message, N_("What to remember with it"), N_("TEXT") },
  G_OPTION_ENTRY_NULL
};

static gboolean
act (Cli *cli, char **arguments, LwAction action, const char *nick, GError **error)
{
  if (specs == NULL)
    return cli_usage (error, _("Say which frames: --frames SPEC."));
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  g_autoptr(GPtrArray) frames = project != NULL ? cli_select_frames (project, specs, NULL, error) : NULL;
  if (frames == NULL)
    return FALSE;
  g_autofree gint64 *ids = cli_dup_ids (frames);
  if (!lw_project_act (project, ids, frames->len, action, message, error))
    return FALSE;
  LwJson *result = json_object_new_object ();
  cli_put_string (result, "action", nick);
  cli_put_int (result, "frames", frames->len);
  cli_json (cli, result);
  if (action == LW_ACTION_SUBMIT)
    cli_line (cli, ngettext ("Submitted %u frame.", "Submitted %u frames.", frames->len), frames->len);
  else if (action == LW_ACTION_ACCEPT)
    cli_line (cli, ngettext ("Accepted %u frame.", "Accepted %u frames.", frames->len), frames->len);
  else
    cli_line (cli, ngettext ("Returned %u frame.", "Returned %u frames.", frames->len), frames->len);
  return lw_project_close (project, error);
}

static gboolean
submit (Cli *cli, char **arguments, GError **error)
{
  return act (cli, arguments, LW_ACTION_SUBMIT, "submit", error);
}

static gboolean
accept_frames (Cli *cli, char **arguments, GError **error)
{
  return act (cli, arguments, LW_ACTION_ACCEPT, "accept", error);
}

static gboolean
return_frames (Cli *cli, char **arguments, GError **error)
{
  return act (cli, arguments, LW_ACTION_RETURN, "return", error);
}

const CliCommand cli_submit = { "submit", "PROJECT --frames SPEC", N_("Submit labelled frames for review"), NULL,
  "submit drive --frames in-progress", act_options, 1, 1, submit };
const CliCommand cli_accept = { "accept", "PROJECT --frames SPEC", N_("Accept labelled frames: these train networks"), NULL,
  "accept drive --frames submitted --message \"second look\"", act_options, 1, 1, accept_frames };
const CliCommand cli_return = { "return", "PROJECT --frames SPEC", N_("Return frames to who labelled them"), NULL,
  "return drive --frames drive_000012 --message \"the left kerb\"", act_options, 1, 1, return_frames };
