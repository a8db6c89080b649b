/* restore-backup.c: puts a backup in the place of the project's file, while nobody has it open */
#include "config.h"
#include "store/backup/backup-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>
#include "store/database/byte-locks.h"
#include "store/database/files.h"
#include "store/database/filesystem.h"
#include "store/project/audit.h"
#include "store/project/project-private.h"

static gboolean
io_error (GError **error, const char *path)
{
  int e = errno;
  g_set_error (error, LW_STORE_ERROR, e == ENOSPC || e == EDQUOT ? LW_STORE_ERROR_FULL : LW_STORE_ERROR_IO, _("Could not make “%s”: %s"), path, g_strerror (e));
  return FALSE;
}

/* A log that stayed beside another file would be taken for its own; where the file is too damaged to take it in, the two move together. */
static void
fold_log (const char *file)
{
  g_autoptr(LwDb) db = lw_db_open (file, LW_DB_WRITE, NULL);
  if (db != NULL)
    sqlite3_wal_checkpoint_v2 (db->handle, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

static gboolean
set_aside (const char *file, const char *replaced, GError **error)
{
  g_autofree char *log = g_strconcat (file, "-wal", NULL), *shared = g_strconcat (file, "-shm", NULL), *kept_log = g_strconcat (replaced, "-wal", NULL);
  fold_log (file);
  if (g_file_test (log, G_FILE_TEST_EXISTS) && g_rename (log, kept_log) != 0)
    return io_error (error, kept_log);
  g_unlink (shared);
  return link (file, replaced) == 0 || g_rename (file, replaced) == 0 || io_error (error, replaced);      /* not every file system has links */
}

static gboolean
replace (const char *folder, const char *path, char **replaced, GError **error)
{
  g_autofree char *file = g_build_filename (folder, LW_PROJECT_FILE, NULL), *new = g_strconcat (file, ".new", NULL);
  g_autofree char *backups = lw_backup_folder (folder, error), *aside = NULL;
  g_unlink (new);
  if (backups == NULL || !lw_store_copy_file (path, new, NULL, error) || !lw_backup_check (new, NULL, error))
    {
      g_unlink (new);
      return FALSE;
    }
  if (g_file_test (file, G_FILE_TEST_EXISTS))
    aside = lw_backup_name (backups, LW_BACKUP_ASIDE);
  if ((aside != NULL && !set_aside (file, aside, error)) || (g_rename (new, file) != 0 && !io_error (error, file)))
    {
      g_unlink (new);
      return FALSE;
    }
  lw_filesystem_sync_folder (backups);
  lw_filesystem_sync_folder (folder);
  if (replaced != NULL)
    *replaced = g_steal_pointer (&aside);
  return TRUE;
}

static gboolean
audit (LwDb *db, gpointer path, GError **error)
{
  g_autofree char *name = g_path_get_basename (path), *shown = g_filename_display_name (name);
  return lw_audit_add (db, error, "restore-backup", shown, "%s", "");
}

/* The file is another one now, so it begins an audit chain of its own. */
static gboolean
tell (const char *folder, const char *path, GError **error)
{
  g_autoptr(LwProject) project = lw_project_open (folder, error);
  return project != NULL && lw_project_transact (project, audit, (gpointer) path, error) && lw_project_close (project, error);
}

static gboolean
open_elsewhere (const char *folder, GError **error)
{
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_BUSY, _("“%s” is open in another program. Close it there first"), folder);
  return FALSE;
}

gboolean
lw_project_is_alone (LwProject *self, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), FALSE);
  return self->lock < 0 || !lw_byte_is_locked (self->lock, LW_BYTE_OPEN) || open_elsewhere (self->folder, error);
}

gboolean
lw_backup_restore (const char *folder, const char *path, char **replaced, GError **error)
{
  g_return_val_if_fail (folder != NULL && path != NULL, FALSE);

  if (replaced != NULL)
    *replaced = NULL;
  if (!lw_filesystem_refuse_network (folder, error) || !lw_backup_check (path, NULL, error))
    return FALSE;
  int fd = lw_byte_locks_open (folder, error);
  if (fd < 0)
    return FALSE;
  gboolean alone = lw_byte_lock (fd, LW_BYTE_OPEN, FALSE);
  if (!alone)
    open_elsewhere (folder, error);
  gboolean done = alone && replace (folder, path, replaced, error);
  close (fd);
  return done && tell (folder, path, error);
}
