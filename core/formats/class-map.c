/* class-map.c: from the label set's table to the classes of a project */
#include "config.h"
#include "formats/class-map.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "common/json.h"

#define MAX_FILE_BYTES (1 << 20)

void
lw_class_map_free (LwClassMap *map)
{
  if (map == NULL)
    return;
  lw_label_colors_free (map->colors);
  g_free (map);
}

/* ---- the label set's table ---- */

static LwLabelColors *
load_published (const char *palette_name, GError **error)
{
  g_autoptr(LwPalette) palette = lw_palette_load (palette_name, error);
  if (palette == NULL)
    return NULL;
  LwLabelColors *table = lw_label_colors_new ();
  for (guint i = 0; i < palette->classes->len; i++)
    {
      const LwClass *class = palette->classes->pdata[i];
      lw_label_colors_add (table, class->name, class->rgb);
    }
  return table;
}

/* A map by indices speaks of a table of its own: the published one must not fill its gaps. */
static gboolean
maps_indices (LwJson *map)
{
  if (map == NULL)
    return FALSE;
  json_object_object_foreach (map, key, value)
    {
      (void) value;
      if (key[0] != '\0' && strspn (key, "0123456789") == strlen (key))
        return TRUE;
    }
  return FALSE;
}

static LwLabelColors *
load_table (const LwLabelSet *set, LwJson *map, GError **error)
{
  if (set->table == NULL && set->layout == LW_CAMVID_SEGNET)
    return maps_indices (map) ? lw_label_colors_new () : load_published ("camvid11", error);
  g_autoptr(LwLabelColors) table = set->table != NULL ? lw_label_colors_load (set->table, error)
                                                       : load_published ("camvid32", error);
  if (table != NULL && set->layout == LW_CAMVID_DATUMARO)
    lw_label_colors_put_black_first (table);
  if (table == NULL || set->layout != LW_CAMVID_CAMBRIDGE || !table->uncolored)
    return g_steal_pointer (&table);
  g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_DAMAGED, _("“%s” gives no colours, but the label maps are made of them"),
               set->table);
  return NULL;
}

/* ---- the way to the project's classes ---- */

static LwJson *
load_map (const char *file, GError **error)
{
  g_autoptr(GError) why = NULL;
  g_autoptr(LwJson) map = lw_json_load (file, MAX_FILE_BYTES, &why);
  if (map != NULL && json_object_is_type (map, json_type_object))
    return g_steal_pointer (&map);
  g_autofree char *what = why != NULL ? g_strdup (why->message) : g_strdup_printf (_("“%s” is no JSON object"), file);
  g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_CLASSES,
               _("%s. A class map is an object such as {\"Sidewalk\": \"Pavement\"}"), what);
  return NULL;
}

/* A map may name what this label set does not have, but not what the project does not have. */
static gboolean
check_map (LwJson *map, const LwPalette *palette, const char *file, GError **error)
{
  json_object_object_foreach (map, key, value)
    {
      if (value == NULL)
        continue;
      if (!json_object_is_type (value, json_type_string))
        {
          g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_CLASSES,
                       _("“%s”: “%s” must go to the name of a class, or to null"), file, key);
          return FALSE;
        }
      if (lw_label_colors_find_class (palette, json_object_get_string (value)) == NULL)
        {
          g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_CLASSES,
                       _("“%s” maps “%s” to “%s”, which is no class of the project"), file, key, json_object_get_string (value));
          return FALSE;
        }
    }
  return TRUE;
}

/* Whether @map speaks of @key; if so *@target. */
static gboolean
look_up (LwJson *map, const LwPalette *palette, const char *key, int *target)
{
  LwJson *value;
  if (map == NULL || !json_object_object_get_ex (map, key, &value))
    return FALSE;
  const LwClass *class = value == NULL ? NULL : lw_label_colors_find_class (palette, json_object_get_string (value));
  *target = class == NULL ? LW_LABEL_NONE : class->id;
  return TRUE;
}

static int
find_target (LwJson *map, const LwPalette *palette, const LwLabelColors *colors, guint index)
{
  static const guint8 black[3] = { 0, 0, 0 };
  char number[8];
  int target;
  g_snprintf (number, sizeof number, "%u", index);
  const LwLabelColor *color = lw_label_colors_get (colors, index);
  if (look_up (map, palette, number, &target) || (color != NULL && look_up (map, palette, color->name, &target)))
    return target;
  if (color == NULL)
    return index == LW_LABEL_NONE ? LW_LABEL_NONE : LW_CLASS_UNDECLARED;
  const LwClass *class = lw_label_colors_find_class (palette, color->name);
  if (class != NULL)
    return class->id;
  /* datumaro and CVAT add this class for pixels that nobody painted. */
  gboolean unpainted = strcmp (color->name, "background") == 0 && memcmp (color->rgb, black, 3) == 0;
  return unpainted ? LW_LABEL_NONE : LW_CLASS_MISSING;
}

LwClassMap *
lw_class_map_new (const LwLabelSet *set, const LwPalette *palette, const char *file, GError **error)
{
  g_autoptr(LwJson) json = NULL;
  if (file != NULL)
    {
      json = load_map (file, error);
      if (json == NULL || !check_map (json, palette, file, error))
        return NULL;
    }
  g_autoptr(LwClassMap) map = g_new0 (LwClassMap, 1);
  map->colors = load_table (set, json, error);
  if (map->colors == NULL)
    return NULL;
  for (guint i = 0; i < 256; i++)
    map->target[i] = find_target (json, palette, map->colors, i);
  return g_steal_pointer (&map);
}
