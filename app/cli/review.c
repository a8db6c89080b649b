/* review.c: submit, accept, return, history */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>

static char **specs, *message;

static const GOptionEntry act_options[] = {
  { "frames", 0, 0, G_OPTION_ARG_STRING_ARRAY, &specs, N_("Which frames: all, a status, names, or MEDIA:ORDINALS such as drive:0-99,200"), N_("SPEC") },
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
  g_autofree gint64 *ids = g_new (gint64, frames->len);
  for (guint i = 0; i < frames->len; i++)
    ids[i] = ((const LwFrame *) g_ptr_array_index (frames, i))->id;
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

/* ---- history ---- */

static const char *
name_of_kind (LwRevisionKind kind)
{
  static const char *const names[] = { "manual", "import", "propagated", "merge" };
  return (guint) kind < G_N_ELEMENTS (names) ? names[kind] : "?";
}

static void
print_revision (Cli *cli, const LwFrame *frame, const LwRevision *revision)
{
  LwJson *object = json_object_new_object ();
  g_autofree char *time = cli_format_time (revision->created);
  cli_put_string (object, "frame", frame->name);
  cli_put_string (object, "revision", revision->uuid);
  cli_put_string (object, "kind", name_of_kind (revision->kind));
  cli_put_string (object, "author", revision->author);
  cli_put_time (object, "created", revision->created);
  cli_put_string (object, "message", revision->message);
  cli_json (cli, object);
  cli_line (cli, "%s  %.8s  %-10s %-12s %s", time, revision->uuid, name_of_kind (revision->kind), revision->author,
            revision->message != NULL ? revision->message : "");
}

static gboolean
show_history (Cli *cli, char **arguments, GError **error)
{
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  g_autoptr(GPtrArray) frames = project != NULL ? cli_select_frames (project, arguments + 1, NULL, error) : NULL;
  if (frames == NULL)
    return FALSE;
  for (guint i = 0; i < frames->len; i++)
    {
      const LwFrame *frame = g_ptr_array_index (frames, i);
      g_autoptr(GPtrArray) revisions = lw_project_list_revisions (project, frame->id, error);
      if (revisions == NULL)
        return FALSE;
      if (frames->len > 1 || revisions->len == 0)
        cli_line (cli, revisions->len > 0 ? "%s:" : _("%s: no revision yet"), frame->name);
      for (guint j = 0; j < revisions->len; j++)
        print_revision (cli, frame, g_ptr_array_index (revisions, j));
    }
  return TRUE;
}

const CliCommand cli_history = { "history", "PROJECT SPEC...", N_("Show the revisions of frames, newest first"), NULL,
  "history drive drive_000012", NULL, 2, G_MAXUINT, show_history };
