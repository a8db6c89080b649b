/* project-mutator.c: changes one value of one column of a project's file, so that the file is a database still; now and then its bytes */
#include "fuzz.h"
#include <sqlite3.h>
#include <string.h>

#define MOST_BYTES 4096      /* of a text or blob that is changed */

typedef struct { sqlite3 *db; GRand *chance; char *table, *column; } Change;

static char *
pick (Change *self, const char *sql)
{
  sqlite3_stmt *statement;
  char *picked = NULL;
  int n = 0;

  if (sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL) != SQLITE_OK)
    return NULL;
  while (sqlite3_step (statement) == SQLITE_ROW)
    if (g_rand_int_range (self->chance, 0, ++n) == 0)
      {
        g_free (picked);
        picked = g_strdup ((const char *) sqlite3_column_text (statement, 0));
      }
  sqlite3_finalize (statement);
  return picked;
}

static void
bind_number (Change *self, sqlite3_stmt *update, gint64 old)
{
  const gint64 numbers[] = { 0, 1, -1, 255, 256, 65536, G_MAXINT32, G_MININT32, G_MAXINT64, G_MININT64, old + 1, old - 1, old ^ ((gint64) 1 << g_rand_int_range (self->chance, 0, 62)) };

  sqlite3_bind_int64 (update, 1, numbers[g_rand_int_range (self->chance, 0, G_N_ELEMENTS (numbers))]);
}

static void
bind_bytes (sqlite3_stmt *update, const void *old, gsize length, int type)
{
  g_autofree guint8 *bytes = g_malloc0 (MOST_BYTES);

  length = MIN (length, MOST_BYTES);
  if (length > 0)
    memcpy (bytes, old, length);
  length = LLVMFuzzerMutate (bytes, length, MOST_BYTES);
  if (type == SQLITE_BLOB)
    sqlite3_bind_blob64 (update, 1, bytes, length, SQLITE_TRANSIENT);
  else
    sqlite3_bind_text64 (update, 1, (const char *) bytes, length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static void
change_rows (Change *self, sqlite3_stmt *row)
{
  g_autofree char *sql = g_strdup_printf ("UPDATE \"%s\" SET \"%s\" = ?1 WHERE \"%s\" IS ?2", self->table, self->column, self->column);
  sqlite3_stmt *update;
  int type = sqlite3_column_type (row, 0);

  if (sqlite3_prepare_v2 (self->db, sql, -1, &update, NULL) != SQLITE_OK)
    return;
  sqlite3_bind_value (update, 2, sqlite3_column_value (row, 0));
  if (type == SQLITE_INTEGER && g_rand_int_range (self->chance, 0, 12) > 0)
    bind_number (self, update, sqlite3_column_int64 (row, 0));
  else if (type == SQLITE_TEXT || type == SQLITE_BLOB)
    bind_bytes (update, sqlite3_column_blob (row, 0), (gsize) sqlite3_column_bytes (row, 0), type);
  else if (type == SQLITE_NULL)
    sqlite3_bind_int64 (update, 1, g_rand_int_range (self->chance, -1, 9));
  sqlite3_step (update);
  sqlite3_finalize (update);
}

static void
change_one (Change *self)
{
  self->table = pick (self, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
  g_autofree char *columns = g_strdup_printf ("SELECT name FROM pragma_table_info ('%s')", self->table);
  self->column = self->table != NULL ? pick (self, columns) : NULL;
  g_autofree char *rows = g_strdup_printf ("SELECT \"%s\" FROM \"%s\" LIMIT 1 OFFSET %d", self->column, self->table, g_rand_int_range (self->chance, 0, 6));
  sqlite3_stmt *row;

  if (self->column != NULL && sqlite3_prepare_v2 (self->db, rows, -1, &row, NULL) == SQLITE_OK)
    {
      if (sqlite3_step (row) == SQLITE_ROW)
        change_rows (self, row);
      sqlite3_finalize (row);
    }
  g_free (self->table);
  g_free (self->column);
}

/* Bytes 18 and 19 tell that the file has a log, which a database in memory can't have. */
gsize
LLVMFuzzerCustomMutator (guint8 *data, gsize size, gsize max, unsigned int seed)
{
  sqlite3 *db;
  sqlite3_int64 length = 0;

  if (size < 512 || seed % 4 == 0 || sqlite3_open (":memory:", &db) != SQLITE_OK)
    return LLVMFuzzerMutate (data, size, max);
  g_autoptr(GRand) chance = g_rand_new_with_seed (seed);
  guint8 *copy = sqlite3_malloc64 (size);
  memcpy (copy, data, size);
  copy[18] = copy[19] = 1;
  Change change = { .db = db, .chance = chance };
  sqlite3_deserialize (db, "main", copy, (sqlite3_int64) size, (sqlite3_int64) size, SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
  sqlite3_db_config (db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  sqlite3_exec (db, "PRAGMA ignore_check_constraints = ON", NULL, NULL, NULL);
  change_one (&change);
  guint8 *changed = sqlite3_serialize (db, "main", &length, 0);
  gboolean fits = changed != NULL && length > 19 && (gsize) length <= max;
  if (fits)
    {
      memcpy (data, changed, (gsize) length);
      data[18] = data[19] = 2;
    }
  sqlite3_free (changed);
  sqlite3_close (db);
  return fits ? (gsize) length : LLVMFuzzerMutate (data, size, max);
}
