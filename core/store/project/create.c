/* create.c: makes a project: a folder with a whole project file in it, or nothing */
#include "config.h"
#include "store/project/project-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include "store/author.h"
#include "store/database/files.h"
#include "store/database/filesystem.h"
#include "store/database/page-sums.h"
#include "store/project/audit.h"
#include "store/project/class-rows.h"
#include "store/schema/migrate.h"
#include "store/schema/schema.h"

static gboolean
fill (LwDb *db, gpointer palette, GError **error)
{
  g_autofree char *uuid = g_uuid_string_random (), *min_reader = g_strdup_printf ("%d", LW_MIN_READER);
  const char *sql = "INSERT INTO meta (key, value) VALUES ('uuid', ?), ('min_reader', ?), ('program', 'Labelwright " LW_VERSION "')";
  return lw_db_run (db, error, sql, "ss", uuid, min_reader) && lw_classes_write (db, palette, error)
         && lw_db_run (db, error, "INSERT INTO origin (id, kind, name) VALUES (0, ?, ?)", "is", LW_ORIGIN_PERSON, lw_author_get_uuid ());
}

static gboolean
build_file (const char *path, const LwPalette *palette, GError **error)
{
  g_autoptr(LwDb) db = lw_db_open (path, LW_DB_CREATE, error);
  if (db != NULL)
    lw_page_sums_use (db);
  g_autofree char *pragma = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA synchronous = FULL;", LW_APPLICATION_ID);
  return db != NULL && lw_db_exec (db, pragma, error) && lw_migrate (db, lw_schema_steps, lw_schema_version, NULL, error)
         && lw_db_transact (db, fill, (gpointer) palette, error);
}

/* Built under another name, so that a file of the right name is a whole project. */
static gboolean
create_file (const char *folder, const LwPalette *palette, GError **error)
{
  g_autofree char *file = g_build_filename (folder, LW_PROJECT_FILE, NULL), *unfinished = g_strconcat (file, ".new", NULL);
  g_autofree char *journal = g_strconcat (unfinished, "-journal", NULL);
  gboolean built = build_file (unfinished, palette, error);
  if (built && g_rename (unfinished, file) == 0)
    {
      lw_filesystem_sync_folder (folder);
      return TRUE;
    }
  if (built)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_IO, _("Could not make “%s”: %s"), file, g_strerror (errno));
  g_unlink (unfinished);
  g_unlink (journal);
  return FALSE;
}

static gboolean
audit_creation (LwDb *db, gpointer name, GError **error)
{
  return lw_audit_add (db, error, "create", name, "%s", "Labelwright " LW_VERSION);
}

LwProject *
lw_project_create (const char *folder, const LwPalette *palette, GError **error)
{
  g_return_val_if_fail (folder != NULL && palette != NULL, NULL);

  gboolean made;
  if (!lw_palette_validate (palette, error) || !lw_create_empty_folder (folder, &made, error))
    return NULL;
  if (!lw_filesystem_refuse_network (folder, error) || !create_file (folder, palette, error))
    {
      if (made)
        g_rmdir (folder);
      return NULL;
    }
  g_autoptr(LwProject) self = lw_project_open (folder, error);
  if (self == NULL)
    return NULL;
  g_autofree char *name = lw_project_dup_name (self);
  return lw_project_transact (self, audit_creation, name, error) ? g_steal_pointer (&self) : NULL;
}
