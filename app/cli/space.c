/* space.c: space: what takes the room on the disk, and making room of what can go */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>
#include "store/space.h"

static char *pruned;

static const char *const names[LW_N_SPACES] = {
  [LW_SPACE_JOURNAL] = "strokes", [LW_SPACE_REVISIONS] = "revisions", [LW_SPACE_WORKING] = "labels", [LW_SPACE_PROPOSALS] = "proposals",
  [LW_SPACE_ROWS] = "tables", [LW_SPACE_FREE] = "free", [LW_SPACE_WAL] = "log", [LW_SPACE_MODELS] = "models", [LW_SPACE_JOBS] = "jobs",
  [LW_SPACE_MEDIA] = "media", [LW_SPACE_BACKUPS] = "backups",
};

static const GOptionEntry options[] = {
  { "prune", 0, 0, G_OPTION_ARG_STRING, &pruned, N_("Remove proposals (those of which nothing was applied) or jobs (data of those that have ended)"), N_("WHAT") },
  G_OPTION_ENTRY_NULL
};

static gboolean
prune (Cli *cli, LwProject *project, GError **error)
{
  guint n;
  LwPrune what = g_str_equal (pruned, "proposals") ? LW_PRUNE_PROPOSALS : LW_PRUNE_JOBS;
  if (what == LW_PRUNE_JOBS && !g_str_equal (pruned, "jobs"))
    return cli_usage (error, _("--prune takes proposals or jobs, not “%s”."), pruned);
  cli_begin (cli, _("Removing"));
  gboolean done = lw_project_prune (project, what, &n, cli_progress, cli, cli->cancellable, error);
  cli_end (cli);
  if (!done)
    return FALSE;
  LwJson *result = json_object_new_object ();
  cli_put_int (result, "removed", n);
  cli_json (cli, result);
  cli_line (cli, what == LW_PRUNE_PROPOSALS ? ngettext ("Removed %u proposal.", "Removed %u proposals.", n)
                                            : ngettext ("Removed the data of %u job.", "Removed the data of %u jobs.", n), n);
  return lw_project_close (project, error);
}

static gboolean
show (Cli *cli, LwProject *project, GError **error)
{
  LwSpace space;
  if (!lw_project_measure_space (project, &space, cli->cancellable, error))
    return FALSE;
  LwJson *result = json_object_new_object ();
  for (int i = 0; i < LW_N_SPACES; i++)
    {
      g_autofree char *size = g_format_size (space.bytes[i]);
      cli_put_int (result, names[i], (gint64) space.bytes[i]);
      if (space.bytes[i] > 0)
        cli_line (cli, "%-12s %12s", names[i], size);
    }
  cli_put_int (result, "prunable_proposals", space.proposals);
  cli_put_int (result, "prunable_proposal_bytes", (gint64) space.proposal_bytes);
  cli_put_int (result, "prunable_jobs", space.jobs);
  cli_put_int (result, "prunable_job_bytes", (gint64) space.job_bytes);
  cli_json (cli, result);
  g_autofree char *proposals = g_format_size (space.proposal_bytes), *jobs = g_format_size (space.job_bytes);
  cli_line (cli, _("Could go: %u proposals (%s), data of %u jobs (%s)."), space.proposals, proposals, space.jobs, jobs);
  return TRUE;
}

static gboolean
run (Cli *cli, char **arguments, GError **error)
{
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  if (project == NULL)
    return FALSE;
  return pruned != NULL ? prune (cli, project, error) : show (cli, project, error);
}

const CliCommand cli_space = { "space", "PROJECT", N_("Show what takes the room on the disk, and remove what can go"),
  N_("Labels, strokes and revisions are never removed. Old automatic backups make room for new ones by themselves."),
  "space drive\nspace drive --prune proposals", options, 1, 1, run };
