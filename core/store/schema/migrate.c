/* migrate.c: upgrades step by step, after a backup; refuses what it can't read */
#include "config.h"
#include "store/schema/migrate.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include "store/database/page-sums.h"
#include "store/schema/schema.h"

static gboolean
get_version (LwDb *db, int *version, GError **error)
{
  gint64 value = 0;
  if (lw_db_get (db, &value, error, "PRAGMA user_version", "") < 0)
    return FALSE;
  *version = (int) CLAMP (value, 0, G_MAXINT);
  return TRUE;
}

/* ---- what is there ---- */

static gboolean
not_a_project (LwDb *db, GError **error)
{
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_A_PROJECT, _("“%s” is not a Labelwright project"), db->path);
  return FALSE;
}

static gboolean
check_min_reader (LwDb *db, int version, int our_version, GError **error)
{
  gint64 min_reader = version;
  if (lw_db_get (db, &min_reader, error, "SELECT CAST (value AS INTEGER) FROM meta WHERE key = 'min_reader'", "") < 0)
    return FALSE;
  if (min_reader <= our_version)
    return TRUE;
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NEWER,
               _("“%s” was made by a newer Labelwright (project version %d); this one reads versions up to %d. Update the program to open it"),
               db->path, version, our_version);
  return FALSE;
}

gboolean
lw_migrate_check (LwDb *db, int our_version, LwVersion *version, GError **error)
{
  gint64 application = 0;
  int theirs = 0;
  g_autoptr(GError) local = NULL;
  if (lw_db_get (db, &application, &local, "PRAGMA application_id", "") < 0 || !get_version (db, &theirs, &local))
    {
      if (sqlite3_errcode (db->handle) == SQLITE_NOTADB)
        return not_a_project (db, error);
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (application != LW_APPLICATION_ID || theirs == 0)
    return not_a_project (db, error);
  *version = theirs == our_version ? LW_VERSION_SAME : theirs < our_version ? LW_VERSION_OLDER : LW_VERSION_NEWER_READABLE;
  return theirs <= our_version || check_min_reader (db, theirs, our_version, error);
}

/* ---- upgrade ---- */

static gboolean
copy_database (LwDb *db, const char *path, GError **error)
{
  LwDb *target = lw_db_open (path, LW_DB_CREATE, error);
  if (target == NULL)
    return FALSE;
  lw_page_sums_expect (target, lw_page_sums_get_reserved (db));
  sqlite3_backup *backup = sqlite3_backup_init (target->handle, "main", db->handle, "main");
  int result = backup != NULL ? sqlite3_backup_step (backup, -1) : SQLITE_ERROR;
  if (backup != NULL)
    sqlite3_backup_finish (backup);
  gboolean done = result == SQLITE_DONE || lw_db_fail (target, error);
  lw_db_close (target);
  return done;
}

static gboolean
make_backup (LwDb *db, int version, const char *folder, GError **error)
{
  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      int e = errno;
      g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_IO, _("Could not make the folder “%s”: %s"), folder, g_strerror (e));
      return FALSE;
    }
  g_autoptr(GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *when = g_date_time_format (now, "%Y%m%dT%H%M%SZ");
  g_autofree char *name = g_strdup_printf ("project-v%d-%s.sqlite", version, when);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  if (copy_database (db, path, error))
    return TRUE;
  g_unlink (path);
  g_prefix_error (error, _("The backup before the upgrade of “%s” failed: "), db->path);
  return FALSE;
}

typedef struct { int from; LwSchemaStep step; } Step;

static gboolean
run_step (LwDb *db, gpointer data, GError **error)
{
  const Step *step = data;
  int now;
  if (!get_version (db, &now, error))
    return FALSE;
  if (now != step->from)      /* another process was faster */
    return TRUE;
  g_autofree char *pragma = g_strdup_printf ("PRAGMA user_version = %d", step->from + 1);
  return lw_db_exec (db, step->step.sql, error) && (step->step.fill == NULL || step->step.fill (db, error))
         && (step->step.guards == NULL || lw_db_exec (db, step->step.guards, error)) && lw_db_exec (db, pragma, error);
}

gboolean
lw_migrate (LwDb *db, const LwSchemaStep *steps, int n_steps, const char *backup_folder, GError **error)
{
  int version;
  if (!get_version (db, &version, error))
    return FALSE;
  if (version < n_steps && backup_folder != NULL && !make_backup (db, version, backup_folder, error))
    return FALSE;
  for (int from = version; from < n_steps; from++)
    if (!lw_db_transact (db, run_step, &(Step) { from, steps[from] }, error))
      {
        g_prefix_error (error, _("“%s” could not be upgraded from version %d and was left as it is: "), db->path, from);
        return FALSE;
      }
  return TRUE;
}
