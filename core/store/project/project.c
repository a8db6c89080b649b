/* project.c: the open project: how it is made, opened and closed, and who runs in it */
#include "config.h"
#include "store/project/project-private.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "store/database/byte-locks.h"
#include "store/database/filesystem.h"
#include "store/database/page-sums.h"
#include "store/project/audit.h"
#include "store/project/operations.h"
#include "store/project/persons.h"
#include "store/schema/migrate.h"
#include "store/schema/schema-check.h"
#include "store/schema/schema.h"

#define MAX_LOG_PAGES 20000      /* 80 MB: checkpoints are the watcher's work, but should it fail to, the writer does one */

G_DEFINE_FINAL_TYPE (LwProject, lw_project, G_TYPE_OBJECT)

/* ---- the object ---- */

static void
lw_project_init (LwProject *self)
{
  g_mutex_init (&self->closing);
  self->lock = -1;
}

static void
stop (LwProject *self)
{
  if (self->readers != NULL)
    lw_readers_close (self->readers);
  if (self->watcher != NULL)
    lw_watcher_stop (self->watcher);
  if (self->writer != NULL)
    lw_writer_stop (self->writer);      /* last, so that it is the one who folds the log into the file */
  if (self->lock >= 0)
    close (self->lock);
  self->lock = -1;
}

static void
finalize (GObject *object)
{
  LwProject *self = LW_PROJECT (object);
  g_autoptr(GError) error = NULL;
  if (!lw_project_close (self, &error))
    g_warning ("Strokes were lost as “%s” was closed: %s", self->folder, error->message);
  stop (self);
  lw_readers_free (self->readers);
  lw_watcher_free (self->watcher);
  lw_writer_free (self->writer);
  lw_signals_unref (self->signals);
  lw_place_mark_clear (&self->mark);
  g_clear_error (&self->refused.why);
  g_mutex_clear (&self->closing);
  g_free (self->folder);
  g_free (self->file);
  g_free (self->uuid);
  g_free (self->copy);
  g_free (self->copy_now);
  g_free (self->read_only);
  G_OBJECT_CLASS (lw_project_parent_class)->finalize (object);
}

static void
lw_project_class_init (LwProjectClass *class)
{
  GType type = G_TYPE_FROM_CLASS (class);
  G_OBJECT_CLASS (class)->finalize = finalize;
  static const char *const plain[] = { "frames-changed", "classes-changed", "models-changed", "jobs-changed", "write-recovered" };
  for (gsize i = 0; i < G_N_ELEMENTS (plain); i++)
    g_signal_new (plain[i], type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("frame-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
  g_signal_new ("write-failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

/* ---- news from the threads ---- */

static void
on_committed (LwDb *db, gpointer data)
{
  LwProject *self = data;
  lw_place_mark_take (&self->mark, db);
  if (self->watcher != NULL)
    lw_watcher_poke (self->watcher, 0);
}

static void
on_failed (const GError *error, gpointer data)
{
  lw_signals_write_failed (((LwProject *) data)->signals, error);
}

static void
on_recovered (gpointer data)
{
  lw_signals_write_recovered (((LwProject *) data)->signals);
}

static void
on_changed (const LwChanges *changes, gpointer data)
{
  lw_signals_changed (((LwProject *) data)->signals, changes);
}

/* The drive was removed, say. Strokes are not waited for to tell of it. */
static void
on_moved (gpointer data)
{
  LwWriter *writer = g_atomic_pointer_get (&((LwProject *) data)->writer);
  if (writer != NULL)
    lw_writer_poke (writer);
}

static int
on_log_grew (gpointer data, sqlite3 *handle, const char *name, int pages)
{
  lw_watcher_poke (((LwProject *) data)->watcher, pages);
  if (pages > MAX_LOG_PAGES)
    sqlite3_wal_checkpoint_v2 (handle, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
  return SQLITE_OK;
}

/* ---- back after it was away ---- */

/* SQLite answers with the mode that it is in, not with an error. */
static gboolean
use_log (LwDb *db, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error, "PRAGMA journal_mode = WAL", "");
  int got = lw_query_step (query, error);
  if (got < 0)
    return FALSE;
  if (got == 1 && g_strcmp0 ((const char *) sqlite3_column_text (query, 0), "wal") == 0)
    return TRUE;
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_IO,
               _("The file system of “%s” has no memory shared between programs, which a project needs. Copy the folder to another disk"), db->path);
  return FALSE;
}

static gboolean
restoring (const LwProject *self, GError **error)
{
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_BUSY, _("“%s” is being restored from a backup by another program; try again"), self->folder);
  return FALSE;
}

/* As in open_to_write(). Returns: FALSE: it is written by another program in a way that excludes this one */
static gboolean
hold_again (LwProject *self, GError **error)
{
  int fd = lw_byte_locks_open (self->folder, NULL);      /* a full disk keeps nobody from writing what it has room for */
  if (fd >= 0 && !lw_byte_lock (fd, LW_BYTE_OPEN, TRUE))
    {
      close (fd);
      return restoring (self, error);
    }
  if (self->lock >= 0)
    close (self->lock);
  self->lock = fd;
  return TRUE;
}

static gboolean
prepare (LwProject *self, LwDb *db, LwDb **watching, GError **error)
{
  if (!use_log (db, error) || !lw_db_exec (db, "PRAGMA synchronous = FULL", error) || !hold_again (self, error))
    return FALSE;
  *watching = lw_db_open (self->file, LW_DB_WRITE, error);
  char *copy = *watching != NULL ? lw_audit_find_copy (db, error) : NULL;
  if (copy == NULL)
    {
      g_clear_pointer (watching, lw_db_close);
      return FALSE;
    }
  g_free (self->copy_now);
  self->copy_now = copy;
  db->copy = self->copy_now;
  return TRUE;
}

/* On the writer thread. */
static LwDb *
on_away (LwDb *db, gpointer data, GError **error)
{
  LwProject *self = data;
  LwDb *watching = NULL, *found = lw_place_find (db, self->uuid, &self->mark, &self->refused, error);
  if (found == NULL)
    return NULL;
  if (!prepare (self, found, &watching, error))
    {
      lw_db_close (found);
      return NULL;
    }
  sqlite3_wal_hook (found->handle, on_log_grew, self);
  lw_readers_renew (self->readers, found);
  lw_watcher_renew (self->watcher, watching);
  lw_db_close (db);
  return found;
}

/* ---- open ---- */

static gboolean
find_file (LwProject *self, const char *path, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *folder = strcmp (name, LW_PROJECT_FILE) == 0 && !g_file_test (path, G_FILE_TEST_IS_DIR) ? g_path_get_dirname (path) : g_strdup (path);
  char *real = realpath (folder, NULL);
  if (real != NULL)
    {
      self->folder = g_strdup (real);
      self->file = g_build_filename (real, LW_PROJECT_FILE, NULL);
      free (real);
    }
  if (self->file != NULL && g_file_test (self->file, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  if (!g_file_test (folder, G_FILE_TEST_EXISTS))
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_A_PROJECT, _("There is no folder “%s”"), folder);
  else
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_A_PROJECT, _("“%s” is not a Labelwright project: there is no %s in it"), folder, LW_PROJECT_FILE);
  return FALSE;
}

static gboolean
file_has_bytes (const char *path)
{
  GStatBuf info;
  return g_stat (path, &info) == 0 && info.st_size > 0;
}

/* How to read a project that can't be written: beside its writers where there is a log, else as a file that nobody changes. */
static gboolean
choose_reading (LwProject *self, LwDbMode *mode, GError **error)
{
  g_autofree char *log = g_strconcat (self->file, "-wal", NULL), *shared = g_strconcat (self->file, "-shm", NULL);
  gboolean logged = file_has_bytes (log);
  *mode = logged || g_access (self->folder, W_OK) == 0 ? LW_DB_READ : LW_DB_IMMUTABLE;
  if (!logged || g_file_test (shared, G_FILE_TEST_EXISTS) || g_access (self->folder, W_OK) == 0)
    return TRUE;
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_READ_ONLY,
               _("“%s” was not closed properly and can’t be written, so its last changes can’t be read. Copy the folder to where you may write"), self->folder);
  return FALSE;
}

static gboolean
migrate (LwProject *self, LwDb *db, GError **error)
{
  g_autofree char *backups = g_build_filename (self->folder, "backups", NULL);
  if (!lw_migrate (db, lw_schema_steps, lw_schema_version, backups, error))
    return FALSE;
  if (lw_page_sums_get_reserved (db) == LW_PAGE_SUM_BYTES)
    return TRUE;
  /* Sums of pages need room at their ends, which writing the file anew makes. Without (another program reads, the disk is full) it does as before. */
  lw_page_sums_use (db);
  sqlite3_limit (db->handle, SQLITE_LIMIT_ATTACHED, 1);      /* VACUUM attaches its own new file */
  lw_db_exec (db, "VACUUM", NULL);
  sqlite3_limit (db->handle, SQLITE_LIMIT_ATTACHED, 0);
  return TRUE;
}

/* Returns: a connection to write with, or NULL: without an error where the project may only be read (self->read_only tells why) */
static LwDb *
open_to_write (LwProject *self, GError **error)
{
  if (!lw_filesystem_is_writable (self->folder, self->file))
    {
      self->why_read_only = LW_READ_ONLY_PLACE;
      self->read_only = g_strdup_printf (_("“%s” can’t be written: the project is open for reading only"), self->folder);
      return NULL;
    }
  LwVersion version;
  g_autoptr(LwDb) db = lw_db_open (self->file, LW_DB_WRITE, error);
  if (db == NULL || !lw_migrate_check (db, lw_schema_version, &version, error))
    return NULL;
  if (version == LW_VERSION_NEWER_READABLE)
    {
      self->why_read_only = LW_READ_ONLY_NEWER;
      self->read_only = g_strdup_printf (_("“%s” was made by a newer Labelwright: it is open for reading only. Update the program to change it"), self->folder);
      return NULL;
    }
  if (!lw_schema_check (db, error))
    return NULL;
  if (!use_log (db, error) || !lw_db_exec (db, "PRAGMA synchronous = FULL", error) || (version == LW_VERSION_OLDER && !migrate (self, db, error)))
    return NULL;
  self->copy = lw_audit_find_copy (db, error);
  db->copy = self->copy;
  if (self->copy == NULL)
    return NULL;
  self->uuid = lw_db_get_text (db, NULL, "SELECT value FROM meta WHERE key = 'uuid'", "");
  lw_place_mark_take (&self->mark, db);
  lw_person_introduce_author (db, NULL);             /* a full disk keeps nobody from reading */
  lw_operations_clean (db, self->folder, NULL);      /* what it leaves (the disk may be full) stays invisible */
  return g_steal_pointer (&db);
}

/* Everything that a read-only project must pass, since open_to_write() did not look. */
static gboolean
check_readable (LwProject *self, LwDb *db, GError **error)
{
  LwVersion version;
  if (!lw_migrate_check (db, lw_schema_version, &version, error) || !lw_schema_check (db, error))
    return FALSE;
  if (version != LW_VERSION_OLDER)
    return TRUE;
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_READ_ONLY,
               _("“%s” was made by an older Labelwright and must be upgraded, but it can’t be written. Copy the folder to where you may write"), self->folder);
  return FALSE;
}

static gboolean
start (LwProject *self, LwDb *writing, LwDbMode mode, GError **error)
{
  self->readers = lw_readers_new (self->file, mode);
  self->signals = lw_signals_new (self);
  g_autoptr(LwDb) db = lw_project_read (self, error);
  gint64 since;
  if (db == NULL || (writing == NULL && !check_readable (self, db, error)) || !lw_change_last (db, &since, error))
    return FALSE;
  LwDb *watching = mode == LW_DB_IMMUTABLE ? NULL : lw_db_open (self->file, mode, error);
  if (mode != LW_DB_IMMUTABLE && watching == NULL)
    return FALSE;
  if (watching != NULL)
    self->watcher = lw_watcher_new (watching, writing != NULL, since, &(LwWatcherEvents) { on_changed, writing != NULL ? on_moved : NULL, self });
  return TRUE;
}

/* Where no lock can be had (a full disk, say), the project opens all the same. */
static gboolean
hold_file (LwProject *self, GError **error)
{
  if (lw_filesystem_is_writable (self->folder, self->file))
    self->lock = lw_byte_locks_open (self->folder, NULL);
  if (self->lock < 0 || lw_byte_lock (self->lock, LW_BYTE_OPEN, TRUE))
    return TRUE;
  return restoring (self, error);
}

static gboolean
open_project (LwProject *self, const char *path, GError **error)
{
  if (!find_file (self, path, error) || !lw_filesystem_refuse_network (self->folder, error) || !hold_file (self, error))
    return FALSE;
  g_autoptr(GError) local = NULL;
  g_autoptr(LwDb) writing = open_to_write (self, &local);
  LwDbMode mode = LW_DB_WRITE;
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if ((writing == NULL && !choose_reading (self, &mode, error)) || !start (self, writing, mode, error))
    return FALSE;
  if (writing == NULL)
    return TRUE;
  sqlite3_wal_hook (writing->handle, on_log_grew, self);
  LwWriterEvents events = { on_committed, on_away, on_failed, on_recovered, self };
  g_atomic_pointer_set (&self->writer, lw_writer_new (g_steal_pointer (&writing), &events));      /* the watcher runs already */
  return TRUE;
}

LwProject *
lw_project_open (const char *folder, GError **error)
{
  g_return_val_if_fail (folder != NULL, NULL);

  g_autoptr(LwProject) self = g_object_new (LW_TYPE_PROJECT, NULL);
  return open_project (self, folder, error) ? g_steal_pointer (&self) : NULL;
}

/* ---- close ---- */

static gboolean
do_nothing (LwDb *db, gpointer data, GError **error)
{
  return TRUE;
}

gboolean
lw_project_close (LwProject *self, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), FALSE);

  g_autoptr(GError) local = NULL;
  g_mutex_lock (&self->closing);
  gboolean written = self->closed || self->writer == NULL || lw_writer_run (self->writer, do_nothing, NULL, &local)
                     || (g_error_matches (local, LW_STORE_ERROR, LW_STORE_ERROR_GONE) && lw_writer_get_n_kept (self->writer) == 0);
  if (written && !self->closed)
    {
      stop (self);
      self->closed = TRUE;
    }
  g_mutex_unlock (&self->closing);
  if (!written)
    g_propagate_error (error, g_steal_pointer (&local));
  return written;
}

/* ---- what all parts use ---- */

LwDb *
lw_project_read (LwProject *self, GError **error)
{
  return lw_readers_take (self->readers, error);
}

gboolean
lw_project_check_writable (LwProject *self, GError **error)
{
  if (self->read_only != NULL)
    g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_READ_ONLY, self->read_only);
  return self->read_only == NULL;
}

gboolean
lw_project_write (LwProject *self, LwWriteFunc func, gpointer data, GError **error)
{
  return lw_project_check_writable (self, error) && lw_writer_run (self->writer, func, data, error);
}

typedef struct { LwWriteFunc func; gpointer data; } Transaction;

static gboolean
transact (LwDb *db, gpointer data, GError **error)
{
  const Transaction *transaction = data;
  return lw_db_transact (db, transaction->func, transaction->data, error);
}

gboolean
lw_project_transact (LwProject *self, LwWriteFunc func, gpointer data, GError **error)
{
  return lw_project_write (self, transact, &(Transaction) { func, data }, error);
}

/* ---- small things ---- */

const char *
lw_project_get_folder (LwProject *self)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);
  return self->folder;
}

char *
lw_project_dup_name (LwProject *self)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);

  g_autofree char *base = g_path_get_basename (self->folder);
  return g_filename_display_name (base);
}

gboolean
lw_project_is_read_only (LwProject *self)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), TRUE);
  return self->read_only != NULL;
}

LwReadOnly
lw_project_get_read_only (LwProject *self)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), LW_READ_ONLY_PLACE);
  return self->why_read_only;
}

guint
lw_project_get_n_queued (LwProject *self)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), 0);
  return self->writer != NULL ? lw_writer_get_n_kept (self->writer) : 0;
}

void
lw_project_run_async (LwProject *self, GTaskThreadFunc func, gpointer data, GDestroyNotify free_data, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (LW_IS_PROJECT (self));

  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lw_project_run_async);
  g_task_set_task_data (task, data, free_data);
  g_task_run_in_thread (task, func);
}
