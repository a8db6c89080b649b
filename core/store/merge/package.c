/* package.c: a copy of the project's file from which all other frames are taken out */
#include "config.h"
#include "store/merge.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include "store/author.h"
#include "store/backup/backup-private.h"
#include "store/backup/bring.h"
#include "store/database/files.h"
#include "store/database/filesystem.h"
#include "store/database/page-sums.h"
#include "store/media/media.h"
#include "store/project/audit.h"
#include "store/project/persons.h"
#include "store/project/rows.h"

/* In this order no row is ever without the one that it refers to for long: checks of references are off meanwhile. */
static const char cut[] =
  "CREATE TEMP TABLE gone AS SELECT id FROM frame WHERE id NOT IN (SELECT id FROM temp.kept);"
  "DELETE FROM dataset_item; DELETE FROM evaluation; UPDATE model SET dataset = NULL; DELETE FROM job; DELETE FROM dataset;"
  "DELETE FROM snapshot_item; DELETE FROM snapshot; DELETE FROM step_frame; DELETE FROM step; DELETE FROM operation;"
  "DELETE FROM reopening WHERE stroke IN (SELECT id FROM stroke WHERE frame IN (SELECT id FROM gone));"
  "UPDATE frame SET proposal = NULL; UPDATE stroke SET proposal = NULL; DELETE FROM proposal_tile; DELETE FROM proposal;"
  "DELETE FROM stroke WHERE frame IN (SELECT id FROM gone); DELETE FROM diff WHERE id NOT IN (SELECT diff FROM stroke);"
  "DELETE FROM revision_tile WHERE revision IN (SELECT id FROM revision WHERE frame IN (SELECT id FROM gone));"
  "DELETE FROM revision WHERE frame IN (SELECT id FROM gone); DELETE FROM tile WHERE id NOT IN (SELECT tile FROM revision_tile);"
  "DELETE FROM working_tile WHERE frame IN (SELECT id FROM gone); DELETE FROM frame_class WHERE frame IN (SELECT id FROM gone);"
  "DELETE FROM frame_origin WHERE frame IN (SELECT id FROM gone); DELETE FROM merged_head WHERE frame IN (SELECT id FROM gone);"
  "DELETE FROM comment WHERE frame IN (SELECT id FROM gone); DELETE FROM review WHERE frame IN (SELECT id FROM gone); DELETE FROM package;"
  "DELETE FROM frame WHERE id IN (SELECT id FROM gone);"
  "DELETE FROM media_index WHERE media NOT IN (SELECT media FROM frame); DELETE FROM media WHERE id NOT IN (SELECT media FROM frame);"
  "DROP TABLE gone; DROP TABLE temp.kept;";

/* A name of somebody stands in persons, in rows from before there were persons, and in the log with all its details, which can't be changed without breaking its chain: so that goes. */
static const char nameless[] =
  "CREATE TEMP TABLE known AS SELECT uuid FROM person;"
  "UPDATE person SET name = 'Person ' || id, changed = 0;"
  "UPDATE frame SET assignee = NULL WHERE assignee NOT IN (SELECT uuid FROM known);"
  "UPDATE stroke SET actor = '' WHERE actor != '';"
  "UPDATE revision SET author = 'somebody' WHERE author NOT IN (SELECT uuid FROM known);"
  "UPDATE promotion SET actor = 'somebody' WHERE actor NOT IN (SELECT uuid FROM known);"
  "UPDATE comment SET author = 'somebody' WHERE author NOT IN (SELECT uuid FROM known);"
  "UPDATE review SET person = 'somebody' WHERE person NOT IN (SELECT uuid FROM known);"
  "UPDATE origin SET name = 'somebody ' || id WHERE kind = 0 AND name NOT IN (SELECT uuid FROM known);"
  "DELETE FROM audit; DELETE FROM copy; DROP TABLE known;";

typedef struct { LwProject *project; const gint64 *frames; gsize n_frames; const LwPackageOptions *options; const char *target; char uuid[37]; } Package;

static gboolean
keep_frames (LwDb *db, const Package *self, GError **error)
{
  if (!lw_db_exec (db, "CREATE TEMP TABLE kept (id INTEGER PRIMARY KEY)", error))
    return FALSE;
  for (gsize i = 0; i < self->n_frames; i++)
    if (!lw_db_run (db, error, "INSERT OR IGNORE INTO temp.kept VALUES (?)", "I", self->frames[i]))
      return FALSE;
  return TRUE;
}

static gboolean
write_options (LwDb *db, const Package *self, GError **error)
{
  const LwPackageOptions *options = self->options;
  return lw_db_run (db, error, "INSERT OR REPLACE INTO meta (key, value) VALUES ('package', ?)", "s", self->uuid)
         && (options == NULL || !options->nameless || lw_db_exec (db, nameless, error))
         && (options == NULL || options->person == NULL || lw_db_run (db, error, "UPDATE frame SET assignee = ?", "s", options->person));
}

static gboolean
cut_out (LwDb *db, gpointer data, GError **error)
{
  const Package *self = data;
  g_autoptr(GPtrArray) triggers = lw_triggers_drop (db, error);
  return triggers != NULL && keep_frames (db, self, error) && lw_db_exec (db, cut, error) && write_options (db, self, error)
         && lw_media_move_paths (db, self->project->folder, self->target, error) && lw_triggers_restore (db, triggers, error);
}

static gboolean
cut_file (const char *path, Package *self, GError **error)
{
  g_autoptr(LwDb) db = lw_db_open (path, LW_DB_WRITE, error);
  if (db == NULL || !lw_db_exec (db, "PRAGMA synchronous = FULL", error))
    return FALSE;
  sqlite3_db_config (db->handle, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
  lw_page_sums_use (db);
  sqlite3_limit (db->handle, SQLITE_LIMIT_ATTACHED, 1);      /* VACUUM attaches its own new file */
  return lw_db_transact (db, cut_out, self, error) && lw_db_exec (db, "VACUUM", error);
}

static gboolean
tell (LwDb *db, gpointer data, GError **error)
{
  const Package *self = data;
  g_autofree char *to = g_filename_display_name (self->target);
  const char *person = self->options != NULL ? self->options->person : NULL;
  return lw_db_run (db, error, "INSERT INTO package (uuid, person, actor, created, n_frames) VALUES (?, ?, ?, ?, ?)", "sssIi", self->uuid, person, lw_author_get_uuid (),
                    g_get_real_time (), (int) self->n_frames)
         && lw_audit_add (db, error, "package", to, "%u frames%s%s", (guint) self->n_frames, person != NULL ? " for " : "", person != NULL ? person : "");
}

static gboolean
make (Package *self, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autofree char *file = g_build_filename (self->target, LW_PROJECT_FILE, NULL), *part = g_strconcat (file, ".part", NULL);
  g_autofree char *journal = g_strconcat (part, "-journal", NULL);
  gboolean made = lw_backup_make (self->project, part, NULL, progress, data, cancellable, error) && cut_file (part, self, error)
                  && lw_backup_check (part, cancellable, error);
  if (made && g_rename (part, file) == 0)
    {
      lw_bring_files (self->project->folder, self->target, NULL);
      lw_filesystem_sync_folder (self->target);
      return TRUE;
    }
  if (made)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_IO, _("Could not make “%s”: %s"), file, g_strerror (errno));
  g_unlink (part);
  g_unlink (journal);
  return FALSE;
}

gboolean
lw_project_package_for (LwProject *self, const gint64 *frames, gsize n_frames, const LwPackageOptions *options, const char *target, LwProgress progress, gpointer data,
                        GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && target != NULL && (frames != NULL || n_frames == 0), FALSE);

  gboolean made;
  g_autofree char *to = g_canonicalize_filename (target, NULL);
  g_autofree char *uuid = g_uuid_string_random ();
  Package package = { .project = self, .frames = frames, .n_frames = n_frames, .options = options, .target = to };
  g_strlcpy (package.uuid, uuid, sizeof package.uuid);
  if (!lw_create_empty_folder (to, &made, error) || !lw_filesystem_refuse_network (to, error))
    return FALSE;
  if (make (&package, progress, data, cancellable, error))
    return lw_project_is_read_only (self) || lw_project_transact (self, tell, &package, error);
  if (made)
    g_rmdir (to);
  return FALSE;
}

gboolean
lw_project_package (LwProject *self, const gint64 *frames, gsize n_frames, const char *target, LwProgress progress, gpointer data, GCancellable *cancellable,
                    GError **error)
{
  return lw_project_package_for (self, frames, n_frames, NULL, target, progress, data, cancellable, error);
}

/* ---- which there are ---- */

void
lw_package_free (LwPackage *package)
{
  if (package == NULL)
    return;
  g_free (package->uuid);
  g_free (package->person);
  g_free (package->actor);
  g_free (package);
}

static gpointer
read_package (LwProject *project, LwQuery *query)
{
  LwPackage *package = g_new0 (LwPackage, 1);
  package->uuid = lw_query_dup_text (query, 0);
  package->person = lw_query_dup_text (query, 1);
  package->actor = lw_query_dup_text (query, 2);
  package->created = sqlite3_column_int64 (query, 3);
  package->n_frames = (guint) lw_query_int (query, 4, 0, G_MAXINT);
  package->merged = sqlite3_column_int64 (query, 5);
  return package;
}

GPtrArray *
lw_project_list_packages (LwProject *self, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);
  return lw_project_list_rows (self, read_package, (GDestroyNotify) lw_package_free, error,
                               "SELECT uuid, person, " LW_NAME_OF ("actor") ", created, n_frames, merged FROM package ORDER BY created DESC", "", 0);
}
