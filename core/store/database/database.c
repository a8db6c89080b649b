/* database.c: one handle of SQLite: statements, transactions, and errors that say what to do */
#include "config.h"
#include "store/database/database.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include "store/database/page-sums.h"
#include "store/database/patience.h"

#define MAX_ATTEMPTS 8
#define MAX_VALUE_BYTES (256 << 20)      /* no text or blob of ours comes near; a lying length is refused before it is allocated */

G_DEFINE_QUARK (lw-store-error-quark, lw_store_error)

static LwStoreError
io_error_code (int system_errno)
{
  if (system_errno == EROFS)      /* a drive that was mounted anew, or that failed */
    return LW_STORE_ERROR_READ_ONLY;
  return system_errno == ENOSPC || system_errno == EDQUOT || system_errno == EFBIG ? LW_STORE_ERROR_FULL : LW_STORE_ERROR_IO;
}

static LwStoreError
error_code (int result, int system_errno)
{
  switch (result & 0xff)
    {
    case SQLITE_FULL:
      return LW_STORE_ERROR_FULL;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return LW_STORE_ERROR_READ_ONLY;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return LW_STORE_ERROR_BUSY;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return io_error_code (system_errno);
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_ERROR:         /* our statements are right: a table or column that they name is missing */
    case SQLITE_MISMATCH:
      return LW_STORE_ERROR_DAMAGED;
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_RANGE:
      return LW_STORE_ERROR_INVALID;
    default:
      return LW_STORE_ERROR_IO;
    }
}

static const char *
advice (LwStoreError code)
{
  switch (code)
    {
    case LW_STORE_ERROR_FULL:
      return _("The disk is full: nothing of this change was written. Make room and try again");
    case LW_STORE_ERROR_READ_ONLY:
      return _("The project can’t be written: its drive is write-protected, or has failed");
    case LW_STORE_ERROR_BUSY:
      return _("Another program holds the project; try again");
    case LW_STORE_ERROR_DAMAGED:
      return _("The project file is damaged; “labelwright-cli verify” says where, and backups/ may hold an older copy");
    case LW_STORE_ERROR_INVALID:
      return _("The project refuses this change");
    default:
      return _("The project file can’t be read or written");
    }
}

gboolean
lw_db_fail (LwDb *db, GError **error)
{
  int system_errno = errno, result = sqlite3_extended_errcode (db->handle);
  if (sqlite3_system_errno (db->handle) != 0)      /* which SQLite does not set for a failed COMMIT; errno is still that of the failed call */
    system_errno = sqlite3_system_errno (db->handle);
  if ((result & 0xff) == SQLITE_INTERRUPT)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled"));
      return FALSE;
    }
  LwStoreError code = error_code (result, system_errno);
  g_set_error (error, LW_STORE_ERROR, (int) code, "%s (%s: %s)", advice (code), db->path, sqlite3_errmsg (db->handle));
  return FALSE;
}

gboolean
lw_db_damaged (LwDb *db, GError **error, const char *what)
{
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_DAMAGED, "%s (%s: %s)", advice (LW_STORE_ERROR_DAMAGED), db->path, what);
  return FALSE;
}

gboolean
lw_store_not_found (GError **error, const char *what, gint64 id)
{
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("The project has no %s %lld"), what, (long long) id);
  return FALSE;
}

/* ---- open and close ---- */

/* A project may come from anybody: no functions called by its schema, no writes to it, cells checked as pages are read. */
static gboolean
harden (LwDb *db, GError **error)
{
  sqlite3_db_config (db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (db->handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
  sqlite3_db_config (db->handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
  sqlite3_limit (db->handle, SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES);
  sqlite3_limit (db->handle, SQLITE_LIMIT_ATTACHED, 0);
  /* No mmap: a file that somebody truncates would end the program. */
  return lw_db_exec (db, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;", error);
}

static char *
make_uri (const char *path)
{
  g_autofree char *escaped = g_uri_escape_string (path, "/", FALSE);
  return g_strdup_printf ("file:%s?immutable=1", escaped);
}

static void
finalize_statement (gpointer statement)
{
  sqlite3_finalize (statement);
}

static void
note_place (LwDb *db)
{
  struct stat info;
  if (stat (db->path, &info) != 0)
    return;
  db->device = info.st_dev;
  db->inode = info.st_ino;
}

gboolean
lw_db_is_in_place (const LwDb *db)
{
  struct stat info;
  return db->inode == 0 || (stat (db->path, &info) == 0 && info.st_dev == db->device && info.st_ino == db->inode);
}

gboolean
lw_db_gone (const LwDb *db, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (db->path), *shown = g_filename_display_name (folder);
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_GONE, _("“%s” is not there any more. Connect its drive again, or put the folder back where it was"), shown);
  return FALSE;
}

LwDb *
lw_db_open (const char *path, LwDbMode mode, GError **error)
{
  static const int flags[] = { SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, SQLITE_OPEN_READWRITE, SQLITE_OPEN_READONLY,
                               SQLITE_OPEN_READONLY | SQLITE_OPEN_URI };
  g_autofree char *uri = mode == LW_DB_IMMUTABLE ? make_uri (path) : g_strdup (path);
  LwDb *db = g_new0 (LwDb, 1);
  db->path = g_strdup (path);
  db->statements = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, finalize_statement);
  int result = sqlite3_open_v2 (uri, &db->handle, flags[mode] | SQLITE_OPEN_NOMUTEX, lw_page_sums_get_vfs ());
  if (result == SQLITE_OK)
    {
      sqlite3_extended_result_codes (db->handle, 1);
      lw_patience_use (db);
      if (mode != LW_DB_CREATE)
        note_place (db);
      if (harden (db, error))
        return db;
    }
  else
    lw_db_fail (db, error);
  lw_db_close (db);
  return NULL;
}

void
lw_db_close (LwDb *db)
{
  g_hash_table_destroy (db->statements);
  if (!lw_db_is_in_place (db))      /* SQLite would delete the log by its name, and that of another file may be there now */
    sqlite3_db_config (db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  sqlite3_close_v2 (db->handle);
  g_free (db->path);
  g_free (db);
}

void
lw_db_release (LwDb *db)
{
  if (db == NULL)
    return;
  if (db->release != NULL)
    db->release (db);
  else
    lw_db_close (db);
}

/* ---- statements ---- */

gboolean
lw_db_exec (LwDb *db, const char *script, GError **error)
{
  return sqlite3_exec (db->handle, script, NULL, NULL, NULL) == SQLITE_OK || lw_db_fail (db, error);
}

static sqlite3_stmt *
get_statement (LwDb *db, const char *sql, GError **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (db->statements, sql);
  if (statement == NULL)
    {
      if (sqlite3_prepare_v3 (db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
        {
          lw_db_fail (db, error);
          return NULL;
        }
      g_hash_table_insert (db->statements, (gpointer) sql, statement);
    }
  g_assert (!sqlite3_stmt_busy (statement));
  return statement;
}

static void
bind_bytes (sqlite3_stmt *statement, int at, GBytes *bytes)
{
  gsize length = 0;
  const void *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;
  if (bytes != NULL && length == 0)
    sqlite3_bind_zeroblob (statement, at, 0);
  else
    sqlite3_bind_blob64 (statement, at, data, length, SQLITE_STATIC);
}

/* Static: every caller keeps its values until the statement has been stepped to the end or reset. */
static void
bind_all (sqlite3_stmt *statement, const char *types, va_list values)
{
  for (int at = 1; *types != '\0'; at++, types++)
    switch (*types)
      {
      case 'i':
        sqlite3_bind_int (statement, at, va_arg (values, int));
        break;
      case 'I':
        sqlite3_bind_int64 (statement, at, va_arg (values, gint64));
        break;
      case 'K':
        {
          gint64 reference = va_arg (values, gint64);
          if (reference != 0)
            sqlite3_bind_int64 (statement, at, reference);
        }
        break;
      case 'd':
        sqlite3_bind_double (statement, at, va_arg (values, double));
        break;
      case 's':
        sqlite3_bind_text (statement, at, va_arg (values, const char *), -1, SQLITE_STATIC);
        break;
      case 'b':
        bind_bytes (statement, at, va_arg (values, GBytes *));
        break;
      case 'x':
        {
          const void *data = va_arg (values, const void *);
          gsize length = va_arg (values, gsize);
          sqlite3_bind_blob64 (statement, at, data, length, SQLITE_STATIC);
        }
        break;
      default:
        g_assert_not_reached ();
      }
}

static LwQuery *
query_valist (LwDb *db, GError **error, const char *sql, const char *types, va_list values)
{
  sqlite3_stmt *statement = get_statement (db, sql, error);
  if (statement != NULL)
    bind_all (statement, types, values);
  return statement;
}

LwQuery *
lw_db_query (LwDb *db, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  va_start (values, types);
  LwQuery *query = query_valist (db, error, sql, types, values);
  va_end (values);
  return query;
}

void
lw_query_end (LwQuery *query)
{
  if (query == NULL)
    return;
  sqlite3_reset (query);
  sqlite3_clear_bindings (query);
}

/* The handle's owner, for messages: set when it was opened would cost a table; SQLite knows the path. */
static gboolean
query_fail (LwQuery *query, GError **error)
{
  sqlite3 *handle = sqlite3_db_handle (query);
  LwDb view = { .handle = handle, .path = (char *) sqlite3_db_filename (handle, "main") };
  return lw_db_fail (&view, error);
}

int
lw_query_step (LwQuery *query, GError **error)
{
  if (query == NULL)
    return -1;
  errno = 0;
  int result = sqlite3_step (query);
  if (result == SQLITE_ROW)
    return 1;
  if (result == SQLITE_DONE)
    return 0;
  query_fail (query, error);
  return -1;
}

gboolean
lw_db_run (LwDb *db, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  va_start (values, types);
  g_autoptr(LwQuery) query = query_valist (db, error, sql, types, values);
  va_end (values);
  int got;
  do
    got = lw_query_step (query, error);
  while (got > 0);
  return got == 0;
}

int
lw_db_get (LwDb *db, gint64 *value, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  va_start (values, types);
  g_autoptr(LwQuery) query = query_valist (db, error, sql, types, values);
  va_end (values);
  int got = lw_query_step (query, error);
  if (got == 1 && sqlite3_column_type (query, 0) == SQLITE_NULL)
    return 0;
  if (got == 1)
    *value = sqlite3_column_int64 (query, 0);
  return got;
}

GArray *
lw_db_list_ids (LwDb *db, GError **error, const char *sql, const char *types, ...)
{
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  va_list values;
  va_start (values, types);
  g_autoptr(LwQuery) query = query_valist (db, error, sql, types, values);
  va_end (values);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 id = sqlite3_column_int64 (query, 0);
      g_array_append_val (ids, id);
    }
  return got == 0 ? g_steal_pointer (&ids) : NULL;
}

char *
lw_db_get_text (LwDb *db, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  va_start (values, types);
  g_autoptr(LwQuery) query = query_valist (db, error, sql, types, values);
  va_end (values);
  return lw_query_step (query, error) == 1 ? lw_query_dup_text (query, 0) : NULL;
}

/* ---- columns ---- */

char *
lw_query_dup_bytes (LwQuery *query, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (query, column));
}

char *
lw_query_dup_text (LwQuery *query, int column)
{
  const char *text = (const char *) sqlite3_column_text (query, column);
  return text == NULL || g_utf8_validate (text, -1, NULL) ? g_strdup (text) : g_utf8_make_valid (text, -1);
}

GBytes *
lw_query_dup_blob (LwQuery *query, int column)
{
  if (sqlite3_column_type (query, column) == SQLITE_NULL)
    return NULL;
  const void *data = sqlite3_column_blob (query, column);
  return g_bytes_new (data, (gsize) sqlite3_column_bytes (query, column));
}

int
lw_query_int (LwQuery *query, int column, int min, int max)
{
  gint64 value = sqlite3_column_int64 (query, column);
  return (int) CLAMP (value, min, max);
}

/* ---- transactions ---- */

static gboolean
begin (LwDb *db, GError **error)
{
  if (!lw_db_is_in_place (db))
    return lw_db_gone (db, error);
  if (!lw_db_run (db, error, "BEGIN IMMEDIATE", ""))
    return FALSE;
  db->change = 0;
  db->begun = g_get_monotonic_time ();
  return TRUE;
}

gboolean
lw_db_begin_read (LwDb *db, GError **error)
{
  return lw_db_run (db, error, "BEGIN", "");
}

static gboolean
commit (LwDb *db, GError **error)
{
  gboolean done = lw_db_run (db, error, "COMMIT", "");
  if (!done)
    lw_db_rollback (db);
  db->longest = MAX (db->longest, g_get_monotonic_time () - db->begun);
  return done && (lw_db_is_in_place (db) || lw_db_gone (db, error));
}

void
lw_db_rollback (LwDb *db)
{
  if (!sqlite3_get_autocommit (db->handle))      /* SQLite rolls back by itself after some errors */
    sqlite3_exec (db->handle, "ROLLBACK", NULL, NULL, NULL);
}

gboolean
lw_db_transact (LwDb *db, LwWriteFunc func, gpointer data, GError **error)
{
  if (!begin (db, error))
    return FALSE;
  if (func (db, data, error))
    return commit (db, error);
  lw_db_rollback (db);
  return FALSE;
}

gboolean
lw_db_retry (LwDb *db, LwWriteFunc once, gpointer data, GError **error)
{
  g_autoptr(GError) local = NULL;
  for (int attempt = 1; !once (db, data, &local); attempt++)
    {
      if (attempt == MAX_ATTEMPTS || !g_error_matches (local, LW_STORE_ERROR, LW_STORE_ERROR_CONFLICT))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      g_clear_error (&local);
    }
  return TRUE;
}
