/* backup.c: backup: copies of the project's file, their list and their schedule */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>
#include "store/backup.h"

static gboolean lists;
static char *schedule;

static const GOptionEntry options[] = {
  { "list", 'l', 0, G_OPTION_ARG_NONE, &lists, N_("List the backups in the project’s folder, newest first"), NULL },
  { "schedule", 's', 0, G_OPTION_ARG_STRING, &schedule, N_("How often the window makes one by itself: off, hourly, daily or weekly"), N_("PERIOD") },
  G_OPTION_ENTRY_NULL
};

static gboolean
list (Cli *cli, const char *folder, GError **error)
{
  g_autoptr(GPtrArray) backups = lw_backup_list (folder, error);
  for (guint i = 0; backups != NULL && i < backups->len; i++)
    {
      const LwBackup *backup = g_ptr_array_index (backups, i);
      g_autofree char *time = cli_format_time (backup->created), *size = g_format_size (backup->size), *name = g_path_get_basename (backup->path);
      LwJson *object = json_object_new_object ();
      cli_put_string (object, "backup", backup->path);
      cli_put_time (object, "created", backup->created);
      cli_put_int (object, "bytes", (gint64) backup->size);
      cli_put_bool (object, "automatic", backup->automatic);
      cli_json (cli, object);
      cli_line (cli, "%s  %9s  %s", time, size, name);
    }
  return backups != NULL;
}

static gboolean
set_schedule (Cli *cli, LwProject *project, GError **error)
{
  LwBackupSchedule wanted;
  if (!lw_backup_schedule_from_nick (schedule, &wanted))
    return cli_usage (error, _("There is no schedule “%s”: choose off, hourly, daily or weekly."), schedule);
  if (!lw_project_set_backup_schedule (project, wanted, error))
    return FALSE;
  LwJson *result = json_object_new_object ();
  cli_put_string (result, "schedule", schedule);
  cli_json (cli, result);
  cli_line (cli, _("Automatic backups: %s."), schedule);
  return TRUE;
}

static gboolean
make (Cli *cli, LwProject *project, const char *out, GError **error)
{
  cli_begin (cli, _("Backing up"));
  g_autofree char *path = lw_project_back_up (project, out, cli_progress, cli, cli->cancellable, error);
  cli_end (cli);
  if (path == NULL)
    return FALSE;
  LwJson *result = json_object_new_object ();
  cli_put_string (result, "backup", path);
  cli_json (cli, result);
  cli_line (cli, _("Wrote “%s” and checked it."), path);
  return TRUE;
}

static gboolean
backup (Cli *cli, char **arguments, GError **error)
{
  if (lists + (schedule != NULL) + (arguments[1] != NULL) > 1)
    return cli_usage (error, _("Give a file to write, --list or --schedule, not several of them."));
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  if (project == NULL)
    return FALSE;
  if (lists)
    return list (cli, lw_project_get_folder (project), error);
  return (schedule != NULL ? set_schedule (cli, project, error) : make (cli, project, arguments[1], error)) && lw_project_close (project, error);
}

const CliCommand cli_backup = { "backup", "PROJECT [OUT]", N_("Copy a project’s file while it is in use, and check the copy"),
  N_("OUT is a file or a folder; without it the backup goes to backups/ in the project. Models and media lie beside the file and are not in it.\n"
     "Automatic backups are pruned: of the last day all stay, of a week the newest of each day, of a month that of each week, of a year that of each month.\n"
     "“restore --backup” puts one back."),
  "backup drive\nbackup drive /media/stick/drive.sqlite\nbackup drive --schedule hourly", options, 1, 2, backup };
