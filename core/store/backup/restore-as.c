/* restore-as.c: a project of its own from a backup, with the models and copied media of the one that it came from; and backups removed */
#include "config.h"
#include "store/backup/backup-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include "store/backup/bring.h"
#include "store/database/files.h"
#include "store/database/filesystem.h"
#include "store/project/audit.h"

typedef struct { const char *folder, *target; } Move;

static gboolean
move_paths (LwDb *db, gpointer data, GError **error)
{
  const Move *move = data;
  return lw_media_move_paths (db, move->folder, move->target, error);
}

static gboolean
audit (LwDb *db, gpointer path, GError **error)
{
  g_autofree char *name = g_path_get_basename (path), *shown = g_filename_display_name (name);
  return lw_audit_add (db, error, "restore-backup", shown, "%s", "as a new project");
}

static gboolean
make_file (const char *part, const char *path, Move *move, GCancellable *cancellable, GError **error)
{
  if (!lw_store_copy_file (path, part, cancellable, error) || !lw_backup_check (part, cancellable, error))
    return FALSE;
  g_autoptr(LwDb) db = lw_db_open (part, LW_DB_WRITE, error);
  return db != NULL && lw_db_transact (db, move_paths, move, error)
         && (sqlite3_wal_checkpoint_v2 (db->handle, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK || lw_db_fail (db, error));
}

static gboolean
make (const char *path, Move *move, GCancellable *cancellable, GError **error)
{
  static const char *const endings[] = { "", "-wal", "-shm", "-journal" };
  g_autofree char *file = g_build_filename (move->target, LW_PROJECT_FILE, NULL), *part = g_strconcat (file, ".part", NULL);
  gboolean made = make_file (part, path, move, cancellable, error);
  if (made && g_rename (part, file) != 0)
    {
      g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_IO, _("Could not make “%s”: %s"), file, g_strerror (errno));
      made = FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *rest = g_strconcat (part, endings[i], NULL);
      g_unlink (rest);
    }
  return made;
}

gboolean
lw_backup_restore_as (const char *folder, const char *path, const char *target, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (folder != NULL && path != NULL && target != NULL, FALSE);

  gboolean new_folder;
  g_autofree char *from = g_canonicalize_filename (folder, NULL), *to = g_canonicalize_filename (target, NULL);
  Move move = { from, to };
  if (!lw_create_empty_folder (to, &new_folder, error))
    return FALSE;
  if (!lw_filesystem_refuse_network (to, error) || !make (path, &move, cancellable, error))
    {
      if (new_folder)
        g_rmdir (to);
      return FALSE;
    }
  lw_bring_files (from, to, NULL);
  lw_filesystem_sync_folder (to);
  g_autoptr(LwProject) project = lw_project_open (to, error);
  return project != NULL && lw_project_transact (project, audit, (gpointer) path, error) && lw_project_close (project, error);
}

/* ---- removing ---- */

gboolean
lw_backup_remove (const char *folder, const char *path, GError **error)
{
  g_return_val_if_fail (folder != NULL && path != NULL, FALSE);

  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  g_autoptr(GPtrArray) all = lw_backup_list (folder, error);
  gboolean listed = FALSE;
  for (guint i = 0; all != NULL && i < all->len; i++)
    listed |= g_str_equal (((const LwBackup *) all->pdata[i])->path, path);
  if (all == NULL)
    return FALSE;
  if (!listed)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("“%s” is no backup of this project"), path);
  else if (g_unlink (path) != 0)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_IO, _("Could not remove “%s”: %s"), path, g_strerror (errno));
  else
    {
      g_unlink (log);      /* of one that was too damaged to take it in */
      return TRUE;
    }
  return FALSE;
}
