/* save-copy.c: a copy of the project's file in another place, and in it the strokes that its own place did not take */
#include "config.h"
#include "store/save-copy.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include "common/remove-tree.h"
#include "store/backup/backup-private.h"
#include "store/backup/bring.h"
#include "store/database/files.h"
#include "store/database/filesystem.h"
#include "store/project/audit.h"
#include "store/schema/migrate.h"
#include "store/schema/schema.h"

#define STROKES_BEGIN 0.8          /* the share of copying the file, as lw_backup_copy() tells it */
#define FILES_BEGIN 0.9

typedef struct {
  LwProject *project;
  const GPtrArray *strokes;
  char *target;
  LwProgress progress;
  gpointer data;
  GCancellable *cancellable;
} Saving;

void
lw_unsaved_stroke_free (LwUnsavedStroke *stroke)
{
  if (stroke == NULL)
    return;
  g_free (stroke->uuid);
  g_free (stroke->undoes);
  g_free (stroke->tool);
  lw_diff_unref (stroke->diff);
  g_free (stroke);
}

static void
tell (const Saving *self, double fraction)
{
  if (self->progress != NULL)
    self->progress (fraction, self->data);
}

/* ---- the file ---- */

/* A copy of the project is known by its machine and file number. On another disk that number may be the one that the original has on its own. */
static gboolean
tell_apart (LwDb *db, GError **error)
{
  struct stat info;
  return stat (db->path, &info) != 0 || lw_db_run (db, error, "UPDATE copy SET inode = -inode WHERE inode = ?", "I", (gint64) info.st_ino);
}

static gboolean
move_in (LwDb *db, gpointer data, GError **error)
{
  const Saving *self = data;
  return tell_apart (db, error) && lw_media_move_paths (db, self->project->folder, self->target, error);
}

/* What a newer program wrote, this one doesn't know how to change. */
static gboolean
check_version (LwDb *db, const Saving *self, GError **error)
{
  LwVersion version;
  if (!lw_migrate_check (db, lw_schema_version, &version, error))
    return FALSE;
  if (version == LW_VERSION_SAME)
    return TRUE;
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NEWER, _("“%s” was made by a newer Labelwright: update the program, or copy the folder with the file manager"),
               self->project->folder);
  return FALSE;
}

static gboolean
fill_file (const char *part, Saving *self, GError **error)
{
  if (!lw_backup_copy (self->project, part, self->progress, self->data, self->cancellable, error))
    return FALSE;
  g_autoptr(LwDb) db = lw_db_open (part, LW_DB_WRITE, error);
  return db != NULL && check_version (db, self, error) && lw_db_transact (db, move_in, self, error)
         && (sqlite3_wal_checkpoint_v2 (db->handle, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK || lw_db_fail (db, error));
}

static gboolean
make_file (Saving *self, GError **error)
{
  g_autofree char *file = g_build_filename (self->target, LW_PROJECT_FILE, NULL), *part = g_strconcat (file, ".part", NULL);
  if (!fill_file (part, self, error))
    return FALSE;
  if (g_rename (part, file) == 0)
    return TRUE;
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_IO, _("Could not make “%s”: %s"), file, g_strerror (errno));
  return FALSE;
}

/* ---- the strokes ---- */

/* One that reached the project meanwhile is in the copy already, and is not written twice. */
static gboolean
write_strokes (LwProject *copy, const Saving *self, GError **error)
{
  for (guint i = 0; i < self->strokes->len; i++)
    {
      const LwUnsavedStroke *stroke = self->strokes->pdata[i];
      LwStrokeInfo info = { stroke->uuid, stroke->undoes, stroke->tool, stroke->origin, stroke->base_seq };
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error) || !lw_project_commit_stroke (copy, stroke->frame, &info, stroke->diff, error))
        return FALSE;
      tell (self, STROKES_BEGIN + (FILES_BEGIN - STROKES_BEGIN) * i / self->strokes->len);
    }
  return TRUE;
}

static gboolean
audit (LwDb *db, gpointer data, GError **error)
{
  const Saving *self = data;
  g_autofree char *from = g_filename_display_name (self->project->folder);
  return lw_audit_add (db, error, "save-copy", from, "%u unsaved strokes", self->strokes->len);
}

static gboolean
write_rest (Saving *self, GError **error)
{
  g_autoptr(LwProject) copy = lw_project_open (self->target, error);
  return copy != NULL && write_strokes (copy, self, error) && lw_project_transact (copy, audit, self, error) && lw_project_close (copy, error);
}

/* ---- all of it ---- */

static gboolean
refuse_inside (const char *folder, const char *target, GError **error)
{
  gsize length = strlen (folder);
  if (strncmp (target, folder, length) != 0 || (target[length] != '/' && target[length] != '\0'))
    return TRUE;
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("“%s” is in the project’s own folder. Choose a place outside of it"), target);
  return FALSE;
}

/* Strokes come before the media, which may fill the disk. */
static gboolean
fill_folder (Saving *self, guint *n_left, GError **error)
{
  if (!lw_filesystem_refuse_network (self->target, error) || !make_file (self, error) || !write_rest (self, error))
    return FALSE;
  tell (self, FILES_BEGIN);
  *n_left = lw_bring_files (self->project->folder, self->target, self->cancellable);
  lw_filesystem_sync_folder (self->target);
  tell (self, 1);
  return !g_cancellable_set_error_if_cancelled (self->cancellable, error);
}

static gboolean
save (Saving *self, guint *n_left, GError **error)
{
  gboolean made_folder;
  if (!refuse_inside (self->project->folder, self->target, error) || !lw_create_empty_folder (self->target, &made_folder, error))
    return FALSE;
  if (fill_folder (self, n_left, error))
    return TRUE;
  lw_remove_contents (self->target);      /* it was empty before: all in it is ours */
  if (made_folder)
    g_rmdir (self->target);
  return FALSE;
}

gboolean
lw_project_save_copy (LwProject *self, const GPtrArray *strokes, const char *target, guint *n_left, LwProgress progress, gpointer data, GCancellable *cancellable,
                      GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && strokes != NULL && target != NULL && n_left != NULL, FALSE);

  g_autofree char *to = g_canonicalize_filename (target, NULL);
  Saving saving = { self, strokes, to, progress, data, cancellable };
  return save (&saving, n_left, error);
}
