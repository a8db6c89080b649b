/* bring.c: files, paths and guards for a project that is made of another one */
#include "config.h"
#include "store/backup/bring.h"

#include <unistd.h>
#include "store/database/files.h"
#include "store/media/media.h"

/* ---- files ---- */

/* One that was copied in part is none. */
static gboolean
bring_file (const char *from, const char *to, GCancellable *cancellable)
{
  if (link (from, to) == 0 || lw_store_copy_file (from, to, cancellable, NULL))
    return TRUE;
  unlink (to);
  return FALSE;
}

/* Regular files and folders only: nothing leads out of the project. Returns: how many files could not be brought */
static guint
bring_folder (const char *from, const char *to, GCancellable *cancellable)
{
  g_autoptr(GDir) dir = g_file_test (from, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (from, 0, NULL);
  guint n_left = 0;
  if (dir == NULL)
    return 0;
  if (g_mkdir_with_parents (to, 0777) != 0)
    return 1;
  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *source = g_build_filename (from, name, NULL), *target = g_build_filename (to, name, NULL);
      if (g_file_test (source, G_FILE_TEST_IS_SYMLINK))
        continue;
      if (g_file_test (source, G_FILE_TEST_IS_DIR))
        n_left += bring_folder (source, target, cancellable);
      else if (g_file_test (source, G_FILE_TEST_IS_REGULAR))
        n_left += !bring_file (source, target, cancellable);
    }
  return n_left;
}

guint
lw_bring_files (const char *folder, const char *target, GCancellable *cancellable)
{
  guint n_left = 0;
  static const char *const folders[] = { "models", "media" };
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *from = g_build_filename (folder, folders[i], NULL), *to = g_build_filename (target, folders[i], NULL);
      n_left += bring_folder (from, to, cancellable);
    }
  return n_left;
}

/* ---- paths ---- */

gboolean
lw_media_move_paths (LwDb *db, const char *folder, const char *target, GError **error)
{
  g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  {
    g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT id, path FROM media WHERE path != '' AND path NOT LIKE 'media/%'", "");
    int got;
    while ((got = lw_query_step (query, error)) > 0)
      {
        gint64 id = sqlite3_column_int64 (query, 0);
        g_autofree char *stored = lw_query_dup_bytes (query, 1), *path = lw_media_path_from_stored (folder, stored);
        g_array_append_val (ids, id);
        g_ptr_array_add (paths, lw_media_path_to_stored (target, path));
      }
    if (got < 0)
      return FALSE;
  }
  for (guint i = 0; i < ids->len; i++)
    if (!lw_db_run (db, error, "UPDATE media SET path = ? WHERE id = ?", "sI", paths->pdata[i], g_array_index (ids, gint64, i)))
      return FALSE;
  return TRUE;
}

/* ---- guards ---- */

GPtrArray *
lw_triggers_drop (LwDb *db, GError **error)
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

gboolean
lw_triggers_restore (LwDb *db, GPtrArray *triggers, GError **error)
{
  for (guint i = 0; i < triggers->len; i++)
    if (!lw_db_exec (db, triggers->pdata[i], error))
      return FALSE;
  return TRUE;
}
