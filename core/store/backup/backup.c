/* backup.c: copies the project's file page by page from one view of it, checks the copy, and gives it its name */
#include "config.h"
#include "store/backup/backup-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>
#include "store/database/filesystem.h"
#include "store/database/page-sums.h"
#include "store/project/audit.h"
#include "store/project/project-private.h"
#include "store/schema/migrate.h"
#include "store/schema/schema.h"

#define PAGES_A_STEP 256             /* 1 MiB */
#define PAUSE_US 2000                /* after each step's sync: a stroke's own sync never waits for much of ours */

/* ---- check ---- */

gboolean
lw_backup_check (const char *path, GCancellable *cancellable, GError **error)
{
  LwVersion version;
  g_autoptr(LwDb) db = lw_db_open (path, LW_DB_IMMUTABLE, error);
  if (db == NULL || !lw_migrate_check (db, lw_schema_version, &version, error))
    return FALSE;
  g_autoptr(LwQuery) query = lw_db_query (db, error, "PRAGMA integrity_check (1)", "");
  int got = lw_query_step (query, error);
  if (got < 0 || g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (got > 0 && g_strcmp0 ((const char *) sqlite3_column_text (query, 0), "ok") == 0)
    return TRUE;
  return lw_db_damaged (db, error, got > 0 ? (const char *) sqlite3_column_text (query, 0) : "no answer");
}

/* ---- copy ---- */

typedef struct {
  sqlite3_backup *backup;
  int fd;                            /* of the copy, to sync it */
  LwProgress progress;
  gpointer data;
  GCancellable *cancellable;
} Copying;

static gboolean
copy_pages (LwDb *target, Copying *self, GError **error)
{
  while (TRUE)
    {
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;
      int result = sqlite3_backup_step (self->backup, PAGES_A_STEP), all = sqlite3_backup_pagecount (self->backup);
      if (result == SQLITE_DONE)
        return TRUE;
      if (result != SQLITE_OK)
        return lw_db_fail (target, error);
      if (self->progress != NULL && all > 0)
        self->progress (0.8 * (all - sqlite3_backup_remaining (self->backup)) / all, self->data);
      fdatasync (self->fd);
      g_usleep (PAUSE_US);
    }
}

/* The view that the backup copies is that of the transaction which @source is in: what others write meanwhile neither shows nor makes it begin again. */
static gboolean
copy_view (LwDb *source, LwDb *target, Copying *copying, GError **error)
{
  lw_page_sums_expect (target, lw_page_sums_get_reserved (source));
  copying->backup = sqlite3_backup_init (target->handle, "main", source->handle, "main");
  if (copying->backup == NULL)
    return lw_db_fail (target, error);
  gboolean copied = copy_pages (target, copying, error);
  return sqlite3_backup_finish (copying->backup) == SQLITE_OK || !copied ? copied : lw_db_fail (target, error);
}

static gboolean
copy_file (LwProject *project, const char *path, Copying *copying, GError **error)
{
  gint64 change;
  g_autoptr(LwDb) source = lw_project_read (project, error);
  g_autoptr(LwDb) target = source != NULL ? lw_db_open (path, LW_DB_CREATE, error) : NULL;
  if (target == NULL || !lw_db_exec (target, "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF", error))
    return FALSE;
  copying->fd = open (path, O_RDONLY | O_CLOEXEC);
  gboolean copied = lw_db_begin_read (source, error) && lw_change_last (source, &change, error) && copy_view (source, target, copying, error);
  lw_db_close (g_steal_pointer (&target));
  if (copied && (copying->fd < 0 || fsync (copying->fd) != 0))
    {
      g_set_error (error, LW_STORE_ERROR, errno == ENOSPC ? LW_STORE_ERROR_FULL : LW_STORE_ERROR_IO, _("Could not write “%s”: %s"), path, g_strerror (errno));
      copied = FALSE;
    }
  if (copying->fd >= 0)
    close (copying->fd);
  return copied;
}

/* ---- names ---- */

char *
lw_backup_name (const char *folder, const char *kind)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *when = g_date_time_format (now, "%Y%m%dT%H%M%SZ");
  g_autofree char *name = g_strdup_printf ("project-%s%s.sqlite", kind, when);
  char *path = g_build_filename (folder, name, NULL);
  for (guint n = 2; g_file_test (path, G_FILE_TEST_EXISTS); n++)
    {
      g_free (path);
      g_free (name);
      name = g_strdup_printf ("project-%s%s-%u.sqlite", kind, when, n);
      path = g_build_filename (folder, name, NULL);
    }
  return path;
}

char *
lw_backup_folder (const char *folder, GError **error)
{
  g_autofree char *backups = g_build_filename (folder, "backups", NULL);
  if (g_mkdir_with_parents (backups, 0777) == 0)
    return g_steal_pointer (&backups);
  int e = errno;
  g_set_error (error, LW_STORE_ERROR, e == ENOSPC || e == EDQUOT ? LW_STORE_ERROR_FULL : LW_STORE_ERROR_IO, _("Could not make the folder “%s”: %s"), backups,
               g_strerror (e));
  return NULL;
}

static char *
choose_path (LwProject *project, const char *path, GError **error)
{
  if (path == NULL)
    {
      g_autofree char *folder = lw_backup_folder (project->folder, error);
      return folder != NULL ? lw_backup_name (folder, "") : NULL;
    }
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return lw_backup_name (path, "");
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return g_strdup (path);
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_EXISTS, _("“%s” is there already. Choose another name"), path);
  return NULL;
}

/* ---- all of it ---- */

typedef struct { const char *name, *kind; } Made;

static gboolean
audit (LwDb *db, gpointer data, GError **error)
{
  const Made *made = data;
  return lw_audit_add (db, error, "backup", made->name, "%s", made->kind);
}

gboolean
lw_backup_copy (LwProject *self, const char *path, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autofree char *unfinished = g_strconcat (path, ".unfinished", NULL), *folder = g_path_get_dirname (path);
  Copying copying = { NULL, -1, progress, data, cancellable };
  g_unlink (unfinished);
  gboolean made = copy_file (self, unfinished, &copying, error) && lw_backup_check (unfinished, cancellable, error);
  if (made && g_rename (unfinished, path) != 0)
    {
      g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_IO, _("Could not make “%s”: %s"), path, g_strerror (errno));
      made = FALSE;
    }
  if (made)
    lw_filesystem_sync_folder (folder);
  else
    g_unlink (unfinished);
  return made;
}

gboolean
lw_backup_make (LwProject *self, const char *path, const char *kind, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  if (!lw_backup_copy (self, path, progress, data, cancellable, error))
    {
      g_prefix_error (error, _("The backup failed: "));
      return FALSE;
    }
  g_autofree char *shown = g_filename_display_name (name);
  if (kind != NULL && !lw_project_is_read_only (self))
    lw_project_transact (self, audit, &(Made) { shown, kind }, NULL);      /* the copy is good, whether the project can still tell of it or not */
  if (progress != NULL)
    progress (1, data);
  return TRUE;
}

char *
lw_project_back_up (LwProject *self, const char *path, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);

  g_autofree char *chosen = choose_path (self, path, error);
  return chosen != NULL && lw_backup_make (self, chosen, "asked for", progress, data, cancellable, error) ? g_steal_pointer (&chosen) : NULL;
}
