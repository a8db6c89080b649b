/* class-rows.c: the palette as rows
 *
 * A class that some pixel ever had keeps its row when it goes (`removed`), because the journal can still bring its pixels back. */
#include "config.h"
#include "store/project/class-rows.h"

#include <string.h>
#include "common/json.h"
#include "store/project/changes.h"

#define MAX_ALIASES_BYTES (1 << 16)

/* ---- aliases are kept as a JSON array ---- */

static char *
aliases_to_json (char **aliases)
{
  if (aliases == NULL || aliases[0] == NULL)
    return NULL;
  g_autoptr(LwJson) array = json_object_new_array ();
  for (char **alias = aliases; *alias != NULL; alias++)
    json_object_array_add (array, json_object_new_string (*alias));
  return g_strdup (json_object_to_json_string (array));
}

static char **
aliases_from_json (const char *text)
{
  g_autoptr(LwJson) array = text != NULL ? lw_json_parse (text, strlen (text), MAX_ALIASES_BYTES, "aliases", NULL) : NULL;
  if (!json_object_is_type (array, json_type_array))
    return NULL;
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  for (gsize i = 0; i < json_object_array_length (array); i++)
    if (json_object_is_type (json_object_array_get_idx (array, i), json_type_string))
      g_strv_builder_add (builder, json_object_get_string (json_object_array_get_idx (array, i)));
  return g_strv_builder_end (builder);
}

/* ---- read ---- */

static char *
dup_palette_name (LwDb *db)
{
  char *name = lw_db_get_text (db, NULL, "SELECT value FROM meta WHERE key = 'palette'", "");
  return name != NULL ? name : g_strdup ("");
}

static void
add_class (LwPalette *palette, LwQuery *query)
{
  int id = lw_query_int (query, 0, -1, 255), colour = lw_query_int (query, 2, 0, 0xffffff);
  g_autofree char *name = lw_query_dup_text (query, 1);
  if (id < 0 || id > 254 || name == NULL)
    return;
  guint8 rgb[3] = { (guint8) (colour >> 16), (guint8) (colour >> 8), (guint8) colour };
  LwClass *class = lw_palette_add (palette, (guint8) id, name, rgb);
  class->ignored = lw_query_int (query, 3, 0, 1);
  class->shortcut = lw_query_dup_text (query, 4);
  class->aliases = aliases_from_json ((const char *) sqlite3_column_text (query, 5));
}

LwPalette *
lw_classes_read (LwDb *db, GError **error)
{
  g_autofree char *name = dup_palette_name (db);
  g_autoptr(LwPalette) palette = lw_palette_new (name);
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT id, name, colour, ignored, shortcut, aliases FROM class WHERE NOT removed ORDER BY position, id", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    add_class (palette, query);
  return got == 0 ? g_steal_pointer (&palette) : NULL;
}

gboolean
lw_classes_read_known (LwDb *db, gboolean known[256], GError **error)
{
  memset (known, 0, 256 * sizeof (gboolean));
  known[LW_LABEL_NONE] = TRUE;
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT id FROM class WHERE NOT removed", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    known[lw_query_int (query, 0, 0, 255)] = TRUE;
  return got == 0;
}

/* ---- write ---- */

static gboolean
write_class (LwDb *db, const LwClass *class, int position, GError **error)
{
  g_autofree char *aliases = aliases_to_json (class->aliases);
  int colour = class->rgb[0] << 16 | class->rgb[1] << 8 | class->rgb[2];
  return lw_db_run (db, error,
                    "INSERT INTO class (id, name, colour, ignored, shortcut, aliases, position) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
                    " ON CONFLICT (id) DO UPDATE SET name = ?2, colour = ?3, ignored = ?4, shortcut = ?5, aliases = ?6, position = ?7, removed = 0",
                    "isiissi", class->id, class->name, colour, class->ignored ? 1 : 0, class->shortcut, aliases, position);
}

gboolean
lw_classes_write (LwDb *db, const LwPalette *palette, GError **error)
{
  if (!lw_db_run (db, error, "DELETE FROM class WHERE NOT EXISTS (SELECT 1 FROM frame_class WHERE class = class.id)", "")
      || !lw_db_run (db, error, "UPDATE class SET removed = 1", "")
      || !lw_db_run (db, error, "INSERT INTO meta (key, value) VALUES ('palette', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1", "s",
                     palette->name != NULL ? palette->name : ""))
    return FALSE;
  for (guint i = 0; i < palette->classes->len; i++)
    if (!write_class (db, g_ptr_array_index (palette->classes, i), (int) i, error))
      return FALSE;
  return lw_change_topic (db, LW_TOPIC_CLASSES, error);
}
