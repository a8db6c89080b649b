/* schema-check.c: compares a file's schema with one that the steps make in memory */
#include "config.h"
#include "store/schema/schema-check.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "store/schema/migrate.h"
#include "store/schema/schema.h"

#define MAX_OBJECTS 1000       /* of a file; ours have about a hundred */

static GMutex lock;
static GHashTable *schemas[16];      /* by version; guarded by @lock, kept for the life of the process */
G_STATIC_ASSERT (G_N_ELEMENTS (schemas) > 4);

/* "trigger name" → its SQL */
static GHashTable *
read_schema (LwDb *db, GError **error)
{
  g_autoptr(GHashTable) objects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT type, name, ifnull (sql, ''), tbl_name FROM sqlite_schema LIMIT ?", "i", MAX_OBJECTS);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      g_autofree char *type = lw_query_dup_text (query, 0), *name = lw_query_dup_text (query, 1), *sql = lw_query_dup_text (query, 2), *table = lw_query_dup_text (query, 3);
      g_hash_table_insert (objects, g_strconcat (type, " ", name, NULL), g_strconcat (table, ": ", sql, NULL));
    }
  return got == 0 ? g_steal_pointer (&objects) : NULL;
}

static GHashTable *
make_schema (int version)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwDb) db = lw_db_open (":memory:", LW_DB_CREATE, &error);
  GHashTable *objects = db != NULL && lw_migrate (db, lw_schema_steps, version, NULL, &error) ? read_schema (db, &error) : NULL;
  if (objects == NULL)
    g_error ("The schema can't be made: %s", error->message);
  return objects;
}

/* Borrowed. */
static GHashTable *
get_schema (int version)
{
  g_mutex_lock (&lock);
  if (schemas[version] == NULL)
    schemas[version] = make_schema (version);
  g_mutex_unlock (&lock);
  return schemas[version];
}

/* What SQLite makes by itself: sequences, statistics, indexes of UNIQUE. */
static gboolean
is_sqlites_own (const char *object)
{
  return g_str_has_prefix (object, "table sqlite_") || g_str_has_prefix (object, "index sqlite_autoindex_");
}

static gboolean
refuse (LwDb *db, const char *object, GError **error)
{
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_DAMAGED,
               _("“%s” has a %s that no Labelwright made, and is not opened: it could change labels unseen. “labelwright-cli verify --repair” makes a clean project of what is in it"),
               db->path, object);
  return FALSE;
}

static gboolean
get_version (LwDb *db, int *version, GError **error)
{
  gint64 value = 0;
  if (lw_db_get (db, &value, error, "PRAGMA user_version", "") < 0)
    return FALSE;
  *version = value < 1 || value > lw_schema_version ? 0 : (int) value;
  return TRUE;
}

gboolean
lw_schema_check (LwDb *db, GError **error)
{
  int version = -1;
  if (!get_version (db, &version, error) || version == 0)
    return version == 0;
  g_autoptr(GHashTable) theirs = read_schema (db, error);
  GHashTable *ours = get_schema (version);
  GHashTableIter iter;
  gpointer object, sql;
  if (theirs == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, theirs);
  while (g_hash_table_iter_next (&iter, &object, &sql))
    if (!is_sqlites_own (object) && g_strcmp0 (g_hash_table_lookup (ours, object), sql) != 0)
      return refuse (db, object, error);
  return g_hash_table_size (theirs) < MAX_OBJECTS || refuse (db, "schema", error);
}

gboolean
lw_schema_verify (LwDb *db, GPtrArray *problems, GError **error)
{
  int version = -1;
  g_autoptr(GHashTable) theirs = read_schema (db, error);
  GHashTableIter iter;
  gpointer object;
  if (theirs == NULL || !get_version (db, &version, error) || version == 0)
    return version == 0;
  g_hash_table_iter_init (&iter, get_schema (version));
  while (g_hash_table_iter_next (&iter, &object, NULL))
    if (!is_sqlites_own (object) && !g_hash_table_contains (theirs, object))
      g_ptr_array_add (problems, g_strdup_printf (_("Project file: the %s is missing"), (const char *) object));
  return TRUE;
}
