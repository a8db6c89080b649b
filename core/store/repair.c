/* repair.c: builds a project from the rows that can be read of a damaged one, beside it */
#include "config.h"
#include "store/repair.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>
#include "store/audit.h"
#include "store/filesystem.h"
#include "store/media.h"
#include "store/mend.h"
#include "store/migrate.h"
#include "store/salvage.h"
#include "store/schema.h"

void
lw_repair_report_clear (LwRepairReport *report)
{
  g_clear_pointer (&report->lost, g_ptr_array_unref);
}

/* ---- the damaged file ---- */

/* A copy, into which SQLite may fold the log as far as it can. */
static gboolean
take_copy (const char *source, const char *copy, GCancellable *cancellable, GError **error)
{
  g_autofree char *log = g_strconcat (source, "-wal", NULL), *copied_log = g_strconcat (copy, "-wal", NULL), *shared = g_strconcat (copy, "-shm", NULL);
  if (!lw_store_copy_file (source, copy, cancellable, error)
      || (g_file_test (log, G_FILE_TEST_EXISTS) && !lw_store_copy_file (log, copied_log, cancellable, error)))
    return FALSE;
  LwDb *db = lw_db_open (copy, LW_DB_WRITE, NULL);
  if (db != NULL)
    {
      sqlite3_wal_checkpoint_v2 (db->handle, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
      lw_db_close (db);
    }
  g_unlink (copied_log);
  g_unlink (shared);
  return TRUE;
}

/* ---- the new file ---- */

/* What refuses changes stands back until everything is in its place. */
static GPtrArray *
drop_triggers (LwDb *db, GError **error)
{
  g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GString) drops = g_string_new (NULL);
  {
    g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'", "");
    int got;
    while ((got = lw_query_step (query, error)) > 0)
      {
        g_string_append_printf (drops, "DROP TRIGGER \"%s\";", sqlite3_column_text (query, 0));
        g_ptr_array_add (kept, lw_query_dup_text (query, 1));
      }
    if (got < 0)
      return NULL;
  }
  return lw_db_exec (db, drops->str, error) ? g_steal_pointer (&kept) : NULL;
}

static gboolean
restore_triggers (LwDb *db, GPtrArray *triggers, GError **error)
{
  for (guint i = 0; i < triggers->len; i++)
    if (!lw_db_exec (db, triggers->pdata[i], error))
      return FALSE;
  return TRUE;
}

typedef struct {
  const char *folder, *target, *copy;
  GPtrArray *lost;
  LwProgress progress;
  gpointer data;
  GCancellable *cancellable;
} Repair;

/* Media lie where they lay; the path to them begins elsewhere now. */
static gboolean
move_paths (LwDb *db, const Repair *self, GError **error)
{
  g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  {
    g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT id, path FROM media WHERE path != '' AND path NOT LIKE 'media/%'", "");
    int got;
    while ((got = lw_query_step (query, error)) > 0)
      {
        gint64 id = sqlite3_column_int64 (query, 0);
        g_autofree char *stored = lw_query_dup_bytes (query, 1), *path = lw_media_path_from_stored (self->folder, stored);
        g_array_append_val (ids, id);
        g_ptr_array_add (paths, lw_media_path_to_stored (self->target, path));
      }
    if (got < 0)
      return FALSE;
  }
  for (guint i = 0; i < ids->len; i++)
    if (!lw_db_run (db, error, "UPDATE media SET path = ? WHERE id = ?", "sI", paths->pdata[i], g_array_index (ids, gint64, i)))
      return FALSE;
  return TRUE;
}

static gboolean
fill (LwDb *db, gpointer data, GError **error)
{
  const Repair *self = data;
  gint64 n = 0;
  g_autoptr(GPtrArray) triggers = drop_triggers (db, error);
  if (triggers == NULL || !lw_salvage_rows (self->copy, db, self->cancellable, error)
      || lw_db_get (db, &n, error, "SELECT (SELECT count (*) FROM frame) + (SELECT count (*) FROM revision) + (SELECT count (*) FROM stroke)", "") < 0)
    return FALSE;
  if (n == 0)
    {
      g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("Nothing can be read in “%s”. Restore a backup instead (labelwright-cli restore --backup)"), self->folder);
      return FALSE;
    }
  if (self->progress != NULL)
    self->progress (0.5, self->data);
  return lw_mend (db, self->lost, self->progress, self->data, self->cancellable, error) && move_paths (db, self, error) && restore_triggers (db, triggers, error);
}

static gboolean
build (const char *path, Repair *self, GError **error)
{
  g_autoptr(LwDb) db = lw_db_open (path, LW_DB_CREATE, error);
  g_autofree char *pragma = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA synchronous = FULL;", LW_APPLICATION_ID);
  if (db == NULL || !lw_db_exec (db, pragma, error) || !lw_migrate (db, lw_schema_steps, lw_schema_version, NULL, error))
    return FALSE;
  sqlite3_db_config (db->handle, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
  return lw_db_transact (db, fill, self, error);
}

/* ---- files ---- */

static void
bring_file (const char *from, const char *to)
{
  if (link (from, to) != 0)
    lw_store_copy_file (from, to, NULL, NULL);      /* what can't be brought is named by verify */
}

/* Regular files and folders only: nothing leads out of the project. */
static void
bring_folder (const char *from, const char *to)
{
  g_autoptr(GDir) dir = g_file_test (from, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (from, 0, NULL);
  if (dir == NULL || g_mkdir_with_parents (to, 0777) != 0)
    return;
  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *source = g_build_filename (from, name, NULL), *target = g_build_filename (to, name, NULL);
      if (g_file_test (source, G_FILE_TEST_IS_SYMLINK))
        continue;
      if (g_file_test (source, G_FILE_TEST_IS_DIR))
        bring_folder (source, target);
      else if (g_file_test (source, G_FILE_TEST_IS_REGULAR))
        bring_file (source, target);
    }
}

static void
bring_files (const Repair *self)
{
  static const char *const folders[] = { "models", "media" };
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *from = g_build_filename (self->folder, folders[i], NULL), *to = g_build_filename (self->target, folders[i], NULL);
      bring_folder (from, to);
    }
}

/* ---- all of it ---- */

static gboolean
audit (LwDb *db, gpointer data, GError **error)
{
  const Repair *self = data;
  g_autofree char *from = g_filename_display_name (self->folder);
  return lw_audit_add (db, error, "repair", from, "%u things lost", self->lost->len);
}

static gboolean
count (LwProject *project, LwRepairReport *report, GError **error)
{
  static const char *const queries[] = { "SELECT count (*) FROM frame", "SELECT count (*) FROM revision", "SELECT count (*) FROM stroke" };
  guint *const counts[] = { &report->frames, &report->revisions, &report->strokes };
  g_autoptr(LwDb) db = lw_project_read (project, error);
  for (gsize i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      gint64 n = 0;
      if (db == NULL || lw_db_get (db, &n, error, queries[i], "") < 0)
        return FALSE;
      *counts[i] = (guint) n;
    }
  return TRUE;
}

static gboolean
finish (Repair *self, LwRepairReport *report, GError **error)
{
  g_autoptr(LwProject) project = lw_project_open (self->target, error);
  return project != NULL && lw_project_transact (project, audit, self, error) && count (project, report, error) && lw_project_close (project, error);
}

static gboolean
repair (Repair *self, GError **error)
{
  g_autofree char *source = g_build_filename (self->folder, LW_PROJECT_FILE, NULL), *file = g_build_filename (self->target, LW_PROJECT_FILE, NULL);
  g_autofree char *new = g_strconcat (file, ".new", NULL), *journal = g_strconcat (new, "-journal", NULL);
  gboolean built = take_copy (source, self->copy, self->cancellable, error) && build (new, self, error);
  g_unlink (self->copy);
  if (built && g_rename (new, file) == 0)
    {
      bring_files (self);
      lw_filesystem_sync_folder (self->target);
      return TRUE;
    }
  if (built)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_IO, _("Could not make “%s”: %s"), file, g_strerror (errno));
  g_unlink (new);
  g_unlink (journal);
  return FALSE;
}

gboolean
lw_project_repair (const char *folder, const char *target, LwRepairReport *report, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (folder != NULL && target != NULL && report != NULL, FALSE);

  gboolean made;
  *report = (LwRepairReport) { .lost = g_ptr_array_new_with_free_func (g_free) };
  if (!lw_create_empty_folder (target, &made, error) || !lw_filesystem_refuse_network (target, error))
    return FALSE;
  g_autofree char *from = g_canonicalize_filename (folder, NULL), *to = g_canonicalize_filename (target, NULL), *copy = g_build_filename (to, ".damaged.sqlite", NULL);
  Repair work = { from, to, copy, report->lost, progress, data, cancellable };
  if (repair (&work, error))
    return finish (&work, report, error);
  if (made)
    g_rmdir (target);
  return FALSE;
}
