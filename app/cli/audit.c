/* audit.c: log, verify: who did what, whether all is whole, and what can be saved where it is not */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>
#include "store/audit-export.h"
#include "store/past.h"
#include "store/repair.h"

/* ---- verify ---- */

static char *repaired;

static const GOptionEntry verify_options[] = {
  { "repair", 0, 0, G_OPTION_ARG_FILENAME, &repaired, N_("Make a new project there of all that can still be read"), N_("FOLDER") },
  G_OPTION_ENTRY_NULL
};

static LwJson *
list_texts (Cli *cli, GPtrArray *texts)
{
  LwJson *list = json_object_new_array ();
  for (guint i = 0; i < texts->len; i++)
    {
      g_autofree char *valid = g_utf8_make_valid (g_ptr_array_index (texts, i), -1);
      json_object_array_add (list, json_object_new_string (valid));
      if (!cli->json)
        cli_complain (cli, "%s", valid);
    }
  return list;
}

static gboolean
repair (Cli *cli, const char *folder, GError **error)
{
  g_auto(LwRepairReport) report = { 0 };
  cli_begin (cli, _("Repairing"));
  gboolean done = lw_project_repair (folder, repaired, &report, cli_progress, cli, cli->cancellable, error);
  cli_end (cli);
  if (!done)
    return FALSE;
  LwJson *result = json_object_new_object ();
  if (report.lost->len > 0)
    cli_line (cli, _("This is lost:"));
  json_object_object_add (result, "lost", list_texts (cli, report.lost));
  cli_put_string (result, "project", repaired);
  cli_put_int (result, "frames", report.frames);
  cli_put_int (result, "revisions", report.revisions);
  cli_put_int (result, "strokes", report.strokes);
  cli_json (cli, result);
  cli_line (cli, _("Made “%s” with %u frames, %u revisions and %u strokes; “%s” is as it was."), repaired, report.frames, report.revisions, report.strokes, folder);
  cli->failed = report.lost->len > 0;
  return TRUE;
}

static gboolean
verify (Cli *cli, char **arguments, GError **error)
{
  if (repaired != NULL)
    return repair (cli, arguments[0], error);
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  if (project == NULL)
    return FALSE;
  cli_begin (cli, _("Checking"));
  g_autoptr(GPtrArray) problems = lw_project_verify (project, cli_progress, cli, cli->cancellable, error);
  cli_end (cli);
  if (problems == NULL)
    return FALSE;
  LwJson *result = json_object_new_object ();
  cli_put_bool (result, "sound", problems->len == 0);
  json_object_object_add (result, "problems", list_texts (cli, problems));
  cli_json (cli, result);
  if (problems->len == 0)
    cli_line (cli, _("The project is sound."));
  cli->failed = problems->len > 0;
  return TRUE;
}

const CliCommand cli_verify = { "verify", "PROJECT", N_("Check a project: database, tiles, audit chain, media and models"),
  N_("--repair reads what is left of a damaged project page by page and builds a new one; the damaged one stays as it is. The exit code is 1 where something is lost.\n"
     "A backup may hold more: labelwright-cli backup --list, restore --backup."),
  "verify drive\nverify drive --repair drive-repaired", verify_options, 1, 1, verify };

/* ---- log ---- */

static int limit = 0;
static char *actor, *action, *object, *copy, *since, *until, *out;

static const GOptionEntry log_options[] = {
  { "limit", 'n', 0, G_OPTION_ARG_INT, &limit, N_("Only the newest ones"), N_("NUMBER") },
  { "actor", 0, 0, G_OPTION_ARG_STRING, &actor, N_("Only what this person did"), N_("NAME") },
  { "action", 0, 0, G_OPTION_ARG_STRING, &action, N_("Only this: submit, accept, import, restore …"), N_("NAME") },
  { "object", 0, 0, G_OPTION_ARG_STRING, &object, N_("Only what was done to this frame, medium, model or dataset"), N_("NAME") },
  { "copy", 0, 0, G_OPTION_ARG_STRING, &copy, N_("Only what was done in this copy of the project"), N_("UUID") },
  { "out", 'o', 0, G_OPTION_ARG_FILENAME, &out, N_("Write them there: a table (CSV), or JSON lines where its name ends with .jsonl"), N_("FILE") },
  { "since", 0, 0, G_OPTION_ARG_STRING, &since, N_("Not older: 2026-11-23, or “2026-11-23 14:30”"), N_("TIME") },
  { "until", 0, 0, G_OPTION_ARG_STRING, &until, N_("Not newer"), N_("TIME") },
  G_OPTION_ENTRY_NULL
};

static void
print_entry (Cli *cli, const LwAuditEntry *entry)
{
  LwJson *line = json_object_new_object ();
  g_autofree char *time = cli_format_time (entry->at);
  cli_put_string (line, "copy", entry->copy);
  cli_put_int (line, "seq", entry->seq);
  cli_put_time (line, "at", entry->at);
  cli_put_string (line, "actor", entry->actor);
  cli_put_string (line, "action", entry->action);
  cli_put_string (line, "object", entry->object);
  cli_put_string (line, "details", entry->details);
  cli_json (cli, line);
  cli_line (cli, "%s  %-12s %-16s %s%s%s", time, entry->actor, entry->action, entry->object, *entry->details != '\0' ? "  " : "", entry->details);
}

static gboolean
show_log (Cli *cli, char **arguments, GError **error)
{
  if (limit < 0)
    return cli_usage (error, _("--limit wants a number above 0."));
  LwAuditFilter filter = { copy, actor, action, object, cli_parse_time (since, FALSE, error), 0, (guint) limit };
  if (filter.since < 0 || (filter.until = cli_parse_time (until, TRUE, error)) < 0)
    return FALSE;
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  g_autoptr(GPtrArray) entries = project != NULL ? lw_project_find_audit (project, &filter, error) : NULL;
  if (entries != NULL && out != NULL)
    return lw_audit_export (entries, out, error);
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    print_entry (cli, g_ptr_array_index (entries, i));
  return entries != NULL;
}

const CliCommand cli_log = { "log", "PROJECT", N_("Show who did what to a project, oldest first"), NULL,
  "log drive --limit 20\nlog drive --action accept --since 2026-11-01\nlog drive --out drive.csv", log_options, 1, 1, show_log };
