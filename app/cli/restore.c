/* restore.c: restore, snapshot: back to what frames were */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>
#include <string.h>
#include "store/backup.h"
#include "store/past.h"

static char **specs, *at, *snapshot_name, *backup, *to, *message;

/* ---- restore ---- */

static const GOptionEntry restore_options[] = {
  { "at", 0, 0, G_OPTION_ARG_STRING, &at, N_("Frames as they were at a time: 2026-11-23, or “2026-11-23 14:30”"), N_("TIME") },
  { "snapshot", 0, 0, G_OPTION_ARG_STRING, &snapshot_name, N_("Frames as they were in a snapshot"), N_("NAME") },
  { "backup", 0, 0, G_OPTION_ARG_FILENAME, &backup, N_("The whole project as in a backup: a file, or the name of one in backups/"), N_("FILE") },
  { "to", 0, 0, G_OPTION_ARG_FILENAME, &to, N_("With --backup: as a new project there; this one stays as it is"), N_("FOLDER") },
  { "frames", 0, 0, G_OPTION_ARG_STRING_ARRAY, &specs, N_("With --at and --snapshot: only these (all)"), N_("SPEC") },
  G_OPTION_ENTRY_NULL
};

static void
report (Cli *cli, const LwRestored *restored)
{
  LwJson *result = json_object_new_object ();
  cli_put_int (result, "restored", restored->restored);
  cli_put_int (result, "same", restored->same);
  cli_json (cli, result);
  cli_line (cli, ngettext ("Restored the labels of %u frame.", "Restored the labels of %u frames.", restored->restored), restored->restored);
  if (restored->same > 0)
    cli_line (cli, ngettext ("%u frame was so already.", "%u frames were so already.", restored->same), restored->same);
}

static gboolean
restore_one (LwProject *project, const char *uuid, LwRestored *restored, GError **error)
{
  g_autoptr(LwRevision) revision = lw_project_find_revision (project, uuid, error);
  return revision != NULL && lw_project_restore_revision (project, revision->id, restored, error);
}

static gboolean
restore_many (Cli *cli, LwProject *project, gint64 time, LwRestored *restored, GError **error)
{
  g_autoptr(GPtrArray) frames = cli_select_frames (project, specs, "all", error);
  if (frames == NULL)
    return FALSE;
  g_autofree gint64 *ids = cli_dup_ids (frames);
  cli_begin (cli, _("Restoring"));
  gboolean done = snapshot_name != NULL
                    ? lw_project_restore_snapshot (project, ids, frames->len, snapshot_name, restored, cli_progress, cli, cli->cancellable, error)
                    : lw_project_restore_time (project, ids, frames->len, time, restored, cli_progress, cli, cli->cancellable, error);
  cli_end (cli);
  return done;
}

/* The project may be too damaged to be opened. */
static gboolean
restore_backup (Cli *cli, const char *folder, GError **error)
{
  g_autofree char *beside = g_build_filename (folder, "backups", backup, NULL), *replaced = NULL;
  gboolean named = strchr (backup, G_DIR_SEPARATOR) == NULL && g_file_test (beside, G_FILE_TEST_EXISTS);
  if (!named && !g_file_test (backup, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("There is no backup “%s”. “labelwright-cli backup --list” lists those of the project"), backup);
      return FALSE;
    }
  if (to != NULL ? !lw_backup_restore_as (folder, named ? beside : backup, to, cli->cancellable, error)
                 : !lw_backup_restore (folder, named ? beside : backup, &replaced, error))
    return FALSE;
  LwJson *result = json_object_new_object ();
  cli_put_string (result, "backup", named ? beside : backup);
  cli_put_string (result, "replaced", replaced);
  cli_put_string (result, "project", to != NULL ? to : folder);
  cli_json (cli, result);
  if (to != NULL)
    cli_line (cli, _("Made the project “%s” as in “%s”."), to, named ? beside : backup);
  else
    cli_line (cli, _("The project is as in “%s” again."), named ? beside : backup);
  if (replaced != NULL)
    cli_line (cli, _("What was there is kept as “%s”."), replaced);
  return TRUE;
}

static gboolean
restore (Cli *cli, char **arguments, GError **error)
{
  const char *uuid = arguments[1];
  LwRestored restored = { 0 };
  gint64 time = cli_parse_time (at, FALSE, error);
  if (time < 0)
    return FALSE;
  if ((uuid != NULL) + (at != NULL) + (snapshot_name != NULL) + (backup != NULL) != 1)
    return cli_usage (error, _("Say what to go back to: a revision, --at TIME, --snapshot NAME, or --backup FILE."));
  if ((uuid != NULL || backup != NULL) && specs != NULL)
    return cli_usage (error, _("--frames goes with --at and --snapshot."));
  if (to != NULL && backup == NULL)
    return cli_usage (error, _("--to goes with --backup."));
  if (backup != NULL)
    return restore_backup (cli, arguments[0], error);
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  if (project == NULL || !(uuid != NULL ? restore_one (project, uuid, &restored, error) : restore_many (cli, project, time, &restored, error)))
    return FALSE;
  report (cli, &restored);
  return lw_project_close (project, error);
}

const CliCommand cli_restore = { "restore", "PROJECT [REVISION]", N_("Make labels again what they were"),
  N_("Nothing is lost: what was there is kept as a revision, and undo takes the change back. Frames that were not labelled at the time lose their labels."),
  "restore drive 3f2a91c0\n"
  "restore drive --at \"2026-11-20 18:00\" --frames drive:0-99\n"
  "restore drive --snapshot before-merge\n"
  "restore drive --backup project-auto-20261123T051234Z.sqlite\n"
  "restore drive --backup project-auto-20261123T051234Z.sqlite --to drive-on-monday", restore_options, 1, 2, restore };

/* ---- snapshot ---- */

static const GOptionEntry snapshot_options[] = {
  { "message", 'm', 0, G_OPTION_ARG_STRING, &message, N_("create: what to remember with it"), N_("TEXT") },
  G_OPTION_ENTRY_NULL
};

static void
print_snapshot (Cli *cli, const LwSnapshot *snapshot)
{
  LwJson *object = json_object_new_object ();
  g_autofree char *time = cli_format_time (snapshot->created);
  cli_put_string (object, "name", snapshot->name);
  cli_put_string (object, "uuid", snapshot->uuid);
  cli_put_string (object, "author", snapshot->author);
  cli_put_time (object, "created", snapshot->created);
  cli_put_string (object, "message", snapshot->message);
  cli_put_int (object, "frames", snapshot->n_frames);
  cli_json (cli, object);
  cli_line (cli, _("%s  %-24s %-12s %u frames  %s"), time, snapshot->name, snapshot->author, snapshot->n_frames,
            snapshot->message != NULL ? snapshot->message : "");
}

static gboolean
create (Cli *cli, LwProject *project, const char *name, GError **error)
{
  cli_begin (cli, _("Taking the snapshot"));
  gint64 id = lw_project_add_snapshot (project, name, message, cli_progress, cli, cli->cancellable, error);
  cli_end (cli);
  g_autoptr(LwSnapshot) made = id != 0 ? lw_project_find_snapshot (project, name, error) : NULL;
  if (made != NULL)
    print_snapshot (cli, made);
  return made != NULL && lw_project_close (project, error);
}

static gboolean
list (Cli *cli, LwProject *project, GError **error)
{
  g_autoptr(GPtrArray) snapshots = lw_project_list_snapshots (project, error);
  for (guint i = 0; snapshots != NULL && i < snapshots->len; i++)
    print_snapshot (cli, g_ptr_array_index (snapshots, i));
  return snapshots != NULL;
}

static gboolean
snapshot (Cli *cli, char **arguments, GError **error)
{
  const char *what = arguments[1], *name = arguments[2];
  gboolean creates = g_str_equal (what, "create");
  if (!creates && !g_str_equal (what, "list"))
    return cli_usage (error, _("“snapshot” does create or list, not “%s”."), what);
  if (creates != (name != NULL))
    return cli_usage (error, creates ? _("Give the snapshot’s name.") : _("“list” takes no name."));
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  if (project == NULL)
    return FALSE;
  return creates ? create (cli, project, name, error) : list (cli, project, error);
}

const CliCommand cli_snapshot = { "snapshot", "PROJECT create|list [NAME]", N_("Give the labels of all frames a name, to go back to"),
  N_("A snapshot keeps a revision of every labelled frame and never changes. “restore --snapshot” goes back to it."),
  "snapshot drive create before-merge --message \"Monday evening\"\nsnapshot drive list", snapshot_options, 2, 3, snapshot };
