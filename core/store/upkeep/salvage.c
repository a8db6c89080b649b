/* salvage.c: tells the rows of a damaged file by their table, or by their shape where nothing says which table they are of, and takes them over */
#include "config.h"
#include "store/upkeep/salvage.h"

#include <string.h>
#include "store/database/files.h"
#include "store/project/project-private.h"
#include "store/revisions/tile-rows.h"
#include "store/upkeep/page-scan.h"

/* A letter a column: i integer, t text, u a uuid, x a hash as text, b blob, h a hash of 32 bytes, n NULL (an id that is the row's number), * anything. @least: columns that a row of an
 * older version has. */
static const struct { const char *table, *shape; guint least; gboolean has_rowid, by_shape; } tables[] = {
  { "meta", "tt", 2, FALSE, FALSE },
  { "setting", "tt", 2, FALSE, FALSE },
  { "class", "nti*i**ii", 9, TRUE, TRUE },
  { "origin", "nit*", 4, TRUE, TRUE },
  { "media", "nutititii*i", 10, TRUE, TRUE },
  { "media_index", "iib", 3, TRUE, TRUE },
  { "frame", "nuii*iibtiii*ii**", 17, TRUE, TRUE },
  { "diff", "nb", 2, TRUE, TRUE },
  { "stroke", "nuiiittiiiii**i*", 15, TRUE, TRUE },
  { "tile", "nhbb", 4, TRUE, TRUE },
  { "revision", "nui*iti*ii**", 10, TRUE, TRUE },
  { "revision_tile", "iiiii", 5, FALSE, TRUE },
  { "model", "nutxtt***i**ii", 14, TRUE, TRUE },
  { "dataset", "nutiiiiii*", 10, TRUE, TRUE },
  { "dataset_item", "iiii", 4, FALSE, TRUE },
  { "snapshot", "nutti**", 7, TRUE, TRUE },
  { "snapshot_item", "iii", 3, FALSE, FALSE },
  { "person", "nuti", 4, TRUE, TRUE },
  { "review", "nuiiiti*", 8, TRUE, TRUE },
  { "comment", "nui*iiitit", 10, TRUE, TRUE },
  { "package", "u*tii*", 6, FALSE, FALSE },
  { "copy", "utiiib", 6, FALSE, TRUE },
  { "audit", "uiitttthh", 9, FALSE, TRUE },
};

static gboolean
is_hash (const LwScanValue *value)
{
  g_autofree char *text = g_strndup ((const char *) value->data, value->length);
  return lw_store_is_sha256 (text);
}

static gboolean
fits_letter (const LwScanValue *value, char letter)
{
  switch (letter)
    {
    case 'n':
      return value->type == LW_SCAN_NULL;
    case 'i':
      return value->type == LW_SCAN_INTEGER;
    case 't':
      return value->type == LW_SCAN_TEXT;
    case 'u':
      return value->type == LW_SCAN_TEXT && value->length == 36;
    case 'x':
      return value->type == LW_SCAN_TEXT && is_hash (value);
    case 'b':
      return value->type == LW_SCAN_BLOB;
    case 'h':
      return value->type == LW_SCAN_BLOB && value->length == 32;
    default:
      return TRUE;
    }
}

static gboolean
fits (const LwScanRow *row, gsize table)
{
  const char *shape = tables[table].shape;
  if (row->has_rowid != tables[table].has_rowid || row->n < tables[table].least || row->n > strlen (shape))
    return FALSE;
  for (guint i = 0; i < row->n; i++)
    if (!fits_letter (&row->values[i], shape[i]))
      return FALSE;
  return TRUE;
}

typedef struct { LwDb *db; LwTileRow *tiles; sqlite3_stmt *inserts[G_N_ELEMENTS (tables)]; } Salvage;

/* A tile is known by its contents: what does not have its hash is not taken. */
static gboolean
is_sound_tile (Salvage *self, const LwScanRow *row)
{
  return lw_tile_row_check (self->tiles, row->values[3].data, row->values[3].length, row->values[1].data, row->values[1].length);
}

static sqlite3_stmt *
get_insert (Salvage *self, gsize table)
{
  if (self->inserts[table] != NULL)
    return self->inserts[table];
  g_autoptr(GString) sql = g_string_new (NULL);
  g_string_printf (sql, "INSERT OR IGNORE INTO %s VALUES (?", tables[table].table);
  for (gsize i = 1; i < strlen (tables[table].shape); i++)
    g_string_append (sql, ", ?");
  g_string_append_c (sql, ')');
  sqlite3_prepare_v2 (self->db->handle, sql->str, -1, &self->inserts[table], NULL);
  return self->inserts[table];
}

static void
bind_value (sqlite3_stmt *insert, int at, const LwScanValue *value)
{
  if (value->type == LW_SCAN_INTEGER)
    sqlite3_bind_int64 (insert, at, value->integer);
  else if (value->type == LW_SCAN_TEXT)
    sqlite3_bind_text64 (insert, at, (const char *) value->data, value->length, SQLITE_STATIC, SQLITE_UTF8);
  else if (value->type == LW_SCAN_BLOB && value->length > 0)
    sqlite3_bind_blob64 (insert, at, value->data, value->length, SQLITE_STATIC);
  else if (value->type == LW_SCAN_BLOB)
    sqlite3_bind_zeroblob (insert, at, 0);
}

/* A row that the new file refuses (a number out of range, a name twice) is left out like one that can't be read. */
static void
insert (Salvage *self, gsize table, const LwScanRow *row)
{
  sqlite3_stmt *statement = get_insert (self, table);
  if (statement == NULL || (strcmp (tables[table].table, "tile") == 0 && !is_sound_tile (self, row)))
    return;
  for (guint i = 0; i < row->n; i++)
    bind_value (statement, (int) i + 1, &row->values[i]);
  if (tables[table].shape[0] == 'n')
    sqlite3_bind_int64 (statement, 1, row->rowid);
  sqlite3_step (statement);
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
}

static void
take_row (const LwScanRow *row, gpointer data)
{
  Salvage *self = data;
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    if ((row->table != NULL ? strcmp (row->table, tables[i].table) == 0 : tables[i].by_shape) && fits (row, i))
      {
        insert (self, i, row);
        return;
      }
}

gboolean
lw_salvage_rows (const char *path, LwDb *db, GCancellable *cancellable, GError **error)
{
  g_autoptr(LwTileRow) tiles = lw_tile_row_new ();
  Salvage salvage = { .db = db, .tiles = tiles };
  gboolean done = lw_scan_file (path, take_row, &salvage, cancellable, error);
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    sqlite3_finalize (salvage.inserts[i]);
  return done;
}
