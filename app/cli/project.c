/* project.c: create, log, verify */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>

/* ---- create ---- */

static char *classes;

static const GOptionEntry create_options[] = {
  { "classes", 'c', 0, G_OPTION_ARG_FILENAME, &classes, N_("camvid11, camvid32, cityscapes, or a JSON file (camvid11)"), N_("PALETTE") },
  G_OPTION_ENTRY_NULL
};

static gboolean
create (Cli *cli, char **arguments, GError **error)
{
  g_autoptr(LwPalette) palette = lw_palette_load (classes != NULL ? classes : "camvid11", error);
  g_autoptr(LwProject) project = palette != NULL ? lw_project_create (arguments[0], palette, error) : NULL;
  if (project == NULL)
    return FALSE;
  LwJson *result = json_object_new_object ();
  cli_put_string (result, "project", lw_project_get_folder (project));
  cli_put_string (result, "palette", palette->name);
  cli_put_int (result, "classes", palette->classes->len);
  cli_json (cli, result);
  cli_line (cli, _("Made the project “%s” with %u classes."), lw_project_get_folder (project), palette->classes->len);
  return lw_project_close (project, error);
}

const CliCommand cli_create = { "create", "PROJECT", N_("Make a project: an empty folder with classes"), NULL,
  "create drive --classes camvid11", create_options, 1, 1, create };

/* ---- verify ---- */

static gboolean
verify (Cli *cli, char **arguments, GError **error)
{
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  if (project == NULL)
    return FALSE;
  cli_begin (cli, _("Checking"));
  g_autoptr(GPtrArray) problems = lw_project_verify (project, cli_progress, cli, cli->cancellable, error);
  cli_end (cli);
  if (problems == NULL)
    return FALSE;
  LwJson *result = json_object_new_object (), *list = json_object_new_array ();
  for (guint i = 0; i < problems->len; i++)
    {
      g_autofree char *valid = g_utf8_make_valid (g_ptr_array_index (problems, i), -1);
      json_object_array_add (list, json_object_new_string (valid));
      if (!cli->json)
        cli_complain (cli, "%s", (const char *) g_ptr_array_index (problems, i));
    }
  cli_put_bool (result, "sound", problems->len == 0);
  json_object_object_add (result, "problems", list);
  cli_json (cli, result);
  if (problems->len == 0)
    cli_line (cli, _("The project is sound."));
  cli->failed = problems->len > 0;
  return TRUE;
}

const CliCommand cli_verify = { "verify", "PROJECT", N_("Check a project: database, tiles, audit chain, media and models"), NULL,
  "verify drive", NULL, 1, 1, verify };

/* ---- log ---- */

static int limit = 0;

static const GOptionEntry log_options[] = {
  { "limit", 'n', 0, G_OPTION_ARG_INT, &limit, N_("Only the newest ones"), N_("NUMBER") },
  G_OPTION_ENTRY_NULL
};

static void
print_entry (Cli *cli, const LwAuditEntry *entry)
{
  LwJson *object = json_object_new_object ();
  g_autofree char *time = cli_format_time (entry->at);
  cli_put_string (object, "copy", entry->copy);
  cli_put_int (object, "seq", entry->seq);
  cli_put_time (object, "at", entry->at);
  cli_put_string (object, "actor", entry->actor);
  cli_put_string (object, "action", entry->action);
  cli_put_string (object, "object", entry->object);
  cli_put_string (object, "details", entry->details);
  cli_json (cli, object);
  cli_line (cli, "%s  %-12s %-16s %s%s%s", time, entry->actor, entry->action, entry->object, *entry->details != '\0' ? "  " : "", entry->details);
}

static gboolean
show_log (Cli *cli, char **arguments, GError **error)
{
  if (limit < 0)
    return cli_usage (error, _("--limit wants a number above 0."));
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  g_autoptr(GPtrArray) entries = project != NULL ? lw_project_list_audit (project, (guint) limit, error) : NULL;
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    print_entry (cli, g_ptr_array_index (entries, i));
  return entries != NULL;
}

const CliCommand cli_log = { "log", "PROJECT", N_("Show who did what to a project, oldest first"), NULL,
  "log drive --limit 20", log_options, 1, 1, show_log };
