/* place.c: finds a project again that was taken away while it was open, and nothing else in its place */
#include "config.h"
#include "store/project/place.h"

#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include "store/database/filesystem.h"
#include "store/schema/migrate.h"
#include "store/schema/schema-check.h"

/* ---- what must be there ---- */

void
lw_place_mark_clear (LwPlaceMark *mark)
{
  g_clear_pointer (&mark->stroke, g_free);
  g_clear_pointer (&mark->copy, g_free);
  g_clear_pointer (&mark->hash, g_bytes_unref);
}

void
lw_place_mark_take (LwPlaceMark *mark, LwDb *db)
{
  g_autoptr(LwQuery) query = lw_db_query (db, NULL,
                                          "SELECT change, (SELECT uuid FROM stroke ORDER BY id DESC LIMIT 1), copy.uuid, last_seq, last_hash FROM topic"
                                          " LEFT JOIN copy ON copy.uuid = ? WHERE topic.name = 'all'", "s", db->copy);
  if (lw_query_step (query, NULL) != 1)
    return;
  lw_place_mark_clear (mark);
  *mark = (LwPlaceMark) { sqlite3_column_int64 (query, 0), lw_query_dup_text (query, 1), lw_query_dup_text (query, 2), sqlite3_column_int64 (query, 3),
                          lw_query_dup_blob (query, 4) };
}

/* As lw_query_step() */
static int
has_mark (LwDb *db, const LwPlaceMark *mark, GError **error)
{
  gint64 value = 0;
  int got = lw_db_get (db, &value, error, "SELECT change FROM topic WHERE name = 'all'", "");
  if (got > 0)
    got = value >= mark->change;
  if (got > 0 && mark->stroke != NULL)
    got = lw_db_get (db, &value, error, "SELECT 1 FROM stroke WHERE uuid = ?", "s", mark->stroke);
  if (got > 0 && mark->audit > 0)
    got = lw_db_get (db, &value, error, "SELECT 1 FROM audit WHERE copy = ? AND seq = ? AND hash = ?", "sIb", mark->copy, mark->audit, mark->hash);
  return got;
}

/* ---- what is there ---- */

static gboolean
refuse (LwRefused *refused, const LwDb *db, const char *format, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (db->path), *shown = g_filename_display_name (folder);
  g_auto(GStrv) parts = g_strsplit (format, "%s", 2);
  g_autofree char *message = g_strjoinv (shown, parts);
  struct stat info = { 0 };
  g_clear_error (&refused->why);
  if (stat (db->path, &info) != 0 || info.st_dev != db->device || info.st_ino != db->inode)
    info.st_ino = 0;           /* it has gone again: nothing is known of what comes next */
  *refused = (LwRefused) { info.st_dev, info.st_ino, info.st_ctim, g_error_new_literal (LW_STORE_ERROR, LW_STORE_ERROR_GONE, message) };
  g_propagate_error (error, g_error_copy (refused->why));
  return FALSE;
}

static gboolean
is_known (const LwRefused *refused, const char *path)
{
  struct stat info;
  return refused->why != NULL && stat (path, &info) == 0 && info.st_dev == refused->device && info.st_ino == refused->inode
         && info.st_ctim.tv_sec == refused->changed.tv_sec && info.st_ctim.tv_nsec == refused->changed.tv_nsec;
}

/* Nothing but SQLite's own locks is written before this is known. */
static gboolean
check (LwDb *db, const char *uuid, const LwPlaceMark *mark, LwRefused *refused, GError **error)
{
  LwVersion version;
  if (!lw_migrate_check (db, lw_schema_version, &version, error) || !lw_schema_check (db, error))
    return FALSE;
  g_autofree char *found = lw_db_get_text (db, error, "SELECT value FROM meta WHERE key = 'uuid'", "");
  if (found == NULL || version != LW_VERSION_SAME || g_strcmp0 (found, uuid) != 0)
    return refuse (refused, db, _("Another project is in “%s” now, and nothing is written to it. Put the one that was there back in its place"), error);
  int got = has_mark (db, mark, error);
  return got > 0 || (got == 0 && refuse (refused, db, _("An older copy of this project is in “%s” now, and nothing is written to it. Put the one that was there back in its place"), error));
}

/* A connection that was only looked through leaves the file, and its log, as it found them; where there is no log, it makes none. */
static gboolean
look (const char *path, const char *uuid, const LwPlaceMark *mark, LwRefused *refused, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  LwDb *db = lw_db_open (path, g_file_test (log, G_FILE_TEST_EXISTS) ? LW_DB_READ : LW_DB_IMMUTABLE, error);
  if (db == NULL)
    return FALSE;
  sqlite3_db_config (db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  gboolean ours = check (db, uuid, mark, refused, &local);
  lw_db_close (db);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return ours;
}

LwDb *
lw_place_find (const LwDb *db, const char *uuid, const LwPlaceMark *mark, LwRefused *refused, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (db->path);
  if (is_known (refused, db->path))
    {
      g_propagate_error (error, g_error_copy (refused->why));
      return NULL;
    }
  if (!g_file_test (db->path, G_FILE_TEST_IS_REGULAR))
    {
      g_clear_error (&refused->why);
      lw_db_gone (db, error);
      return NULL;
    }
  if (!lw_filesystem_is_writable (folder, db->path))
    {
      g_autofree char *shown = g_filename_display_name (folder);
      g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_READ_ONLY, _("“%s” is there again, but can’t be written. Take its write protection off"), shown);
      return NULL;
    }
  return lw_filesystem_refuse_network (folder, error) && look (db->path, uuid, mark, refused, error) ? lw_db_open (db->path, LW_DB_WRITE, error) : NULL;
}
