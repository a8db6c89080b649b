/* author.c: author: the name that stands beside what this person does */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>
#include "store/author.h"

static gboolean
run (Cli *cli, char **arguments, GError **error)
{
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  if (project == NULL || (arguments[1] != NULL && !lw_project_set_author_name (project, arguments[1], error)))
    return FALSE;
  g_autofree char *name = lw_author_dup_name ();
  LwJson *result = json_object_new_object ();
  cli_put_string (result, "name", name);
  cli_put_string (result, "uuid", lw_author_get_uuid ());
  cli_json (cli, result);
  cli_line (cli, "%s  %s", name, lw_author_get_uuid ());
  return lw_project_close (project, error);
}

const CliCommand cli_author = { "author", "PROJECT [NAME]", N_("Show the name that stands beside what you do, or change it"),
  N_("The name is kept for this account and goes into the project at once, into others when they are opened next. What was done before shows the new name, too: "
     "it is signed with the UUID, which stays."),
  "author drive\nauthor drive \"Ada Lovelace\"", NULL, 1, 2, run };
