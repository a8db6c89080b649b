/* repair.c: builds a project from the rows that can be read of a damaged one, beside it */
#include "config.h"
#include "store/repair.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>
#include "store/backup/bring.h"
#include "store/database/files.h"
#include "store/database/filesystem.h"
#include "store/database/page-sums.h"
#include "store/project/audit.h"
#include "store/schema/migrate.h"
#include "store/schema/schema.h"
#include "store/upkeep/mend.h"
#include "store/upkeep/salvage.h"

#define COPY_BYTES (1 << 20)

void
lw_repair_report_clear (LwRepairReport *report)
{
  g_clear_pointer (&report->lost, g_ptr_array_unref);
}

/* ---- the damaged file ---- */

static gboolean
copy_pages (LwDb *db, FILE *to)
{
  sqlite3_file *file = NULL;
  sqlite3_int64 size = 0;
  g_autofree guint8 *buffer = g_malloc (COPY_BYTES);
  if (sqlite3_file_control (db->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || file->pMethods->xFileSize (file, &size) != SQLITE_OK)
    return FALSE;
  for (sqlite3_int64 at = 0; at < size; at += COPY_BYTES)
    {
      int n = (int) MIN (size - at, COPY_BYTES);
      if (file->pMethods->xRead (file, buffer, n, at) != SQLITE_OK || fwrite (buffer, 1, (gsize) n, to) != (gsize) n)
        return FALSE;
    }
  return fflush (to) == 0 && fsync (fileno (to)) == 0;
}

/* By SQLite's hands, since this program may have the project open: a file that is opened and closed beside them loses its locks. */
static gboolean
copy_file (const char *source, const char *copy, GCancellable *cancellable, GError **error)
{
  g_autoptr(LwDb) db = lw_db_open (source, LW_DB_READ, NULL);
  FILE *to = db != NULL ? fopen (copy, "wb") : NULL;
  gboolean copied = to != NULL && copy_pages (db, to);
  if (to != NULL)
    copied &= fclose (to) == 0;
  return copied || lw_store_copy_file (source, copy, cancellable, error);
}

/* A copy, into which SQLite may fold the log as far as it can. */
static gboolean
take_copy (const char *source, const char *copy, GCancellable *cancellable, GError **error)
{
  g_autofree char *log = g_strconcat (source, "-wal", NULL), *copied_log = g_strconcat (copy, "-wal", NULL), *shared = g_strconcat (copy, "-shm", NULL);
  if (!copy_file (source, copy, cancellable, error)
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

typedef struct {
  const char *folder, *target, *copy;
  GPtrArray *lost;
  LwProgress progress;
  gpointer data;
  GCancellable *cancellable;
} Repair;

static gboolean
fill (LwDb *db, gpointer data, GError **error)
{
  const Repair *self = data;
  gint64 n = 0;
  g_autoptr(GPtrArray) triggers = lw_triggers_drop (db, error);
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
  return lw_mend (db, self->lost, self->progress, self->data, self->cancellable, error) && lw_media_move_paths (db, self->folder, self->target, error) && lw_triggers_restore (db, triggers, error);
}

static gboolean
build (const char *path, Repair *self, GError **error)
{
  g_autoptr(LwDb) db = lw_db_open (path, LW_DB_CREATE, error);
  if (db != NULL)
    lw_page_sums_use (db);
  g_autofree char *pragma = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA synchronous = FULL;", LW_APPLICATION_ID);
  if (db == NULL || !lw_db_exec (db, pragma, error) || !lw_migrate (db, lw_schema_steps, lw_schema_version, NULL, error))
    return FALSE;
  sqlite3_db_config (db->handle, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
  return lw_db_transact (db, fill, self, error);
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
      lw_bring_files (self->folder, self->target, NULL);
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
