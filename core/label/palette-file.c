/* palette-file.c: palettes from and to JSON (docs/formats.md, "Palettes") */
#include "config.h"
#include "label/palette.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include "common/json.h"
#include "common/paths.h"

#define MAX_FILE_BYTES (1 << 20)
#define MAX_CLASSES 255
#define MAX_ALIASES 64

static gboolean
fail (const char *source, const char *why, GError **error)
{
  g_set_error (error, LW_PALETTE_ERROR, LW_PALETTE_ERROR_FORMAT, _("“%s” is not a palette: %s"), source, why);
  return FALSE;
}

/* "#rrggbb" */
static gboolean
parse_colour (const char *text, guint8 rgb[3])
{
  unsigned int r, g, b;
  if (strlen (text) != 7 || text[0] != '#' || strspn (text + 1, "0123456789abcdefABCDEF") != 6
      || sscanf (text, "#%2x%2x%2x", &r, &g, &b) != 3)
    return FALSE;
  rgb[0] = (guint8) r;
  rgb[1] = (guint8) g;
  rgb[2] = (guint8) b;
  return TRUE;
}

static gboolean
read_colour (LwJson *object, guint8 rgb[3], GError **error)
{
  const char *text;
  if (!lw_json_get_string (object, "colour", &text, error))
    return FALSE;
  if (parse_colour (text, rgb))
    return TRUE;
  g_set_error (error, LW_PALETTE_ERROR, LW_PALETTE_ERROR_FORMAT, _("colour “%.20s” is not of the form #rrggbb"), text);
  return FALSE;
}

static gboolean
read_aliases (LwJson *object, LwClass *class, GError **error)
{
  LwJson *array;
  if (!json_object_object_get_ex (object, "aliases", NULL))
    return TRUE;
  if (!lw_json_get_array (object, "aliases", MAX_ALIASES, &array, error))
    return FALSE;
  gsize n = json_object_array_length (array);
  class->aliases = g_new0 (char *, n + 1);
  for (gsize i = 0; i < n; i++)
    {
      LwJson *item = json_object_array_get_idx (array, i);
      if (!json_object_is_type (item, json_type_string))
        {
          g_set_error (error, LW_PALETTE_ERROR, LW_PALETTE_ERROR_FORMAT,
                       _("“aliases” of class “%s” holds something that is no text"), class->name);
          return FALSE;
        }
      class->aliases[i] = g_strdup (json_object_get_string (item));
    }
  return TRUE;
}

/* An optional member of the wrong type is an error too, not a default. */
static gboolean
read_options (LwJson *object, LwClass *class, GError **error)
{
  const char *shortcut;
  if (json_object_object_get_ex (object, "ignored", NULL) && !lw_json_get_bool (object, "ignored", &class->ignored, error))
    return FALSE;
  if (json_object_object_get_ex (object, "shortcut", NULL))
    {
      if (!lw_json_get_string (object, "shortcut", &shortcut, error))
        return FALSE;
      class->shortcut = g_strdup (shortcut);
    }
  return read_aliases (object, class, error);
}

/* Without an "id" a class has the number of its place. */
static gboolean
read_class (LwPalette *palette, LwJson *object, GError **error)
{
  const char *name;
  gint64 id = palette->classes->len;
  guint8 rgb[3];
  if (!lw_json_get_string (object, "name", &name, error) || !read_colour (object, rgb, error))
    return FALSE;
  if (json_object_object_get_ex (object, "id", NULL) && !lw_json_get_int (object, "id", 0, 254, &id, error))
    return FALSE;
  return read_options (object, lw_palette_add (palette, (guint8) id, name, rgb), error);
}

static LwPalette *
read_palette (LwJson *json, GError **error)
{
  const char *name;
  LwJson *classes;
  if (!lw_json_get_string (json, "name", &name, error) || !lw_json_get_array (json, "classes", MAX_CLASSES, &classes, error))
    return NULL;
  g_autoptr(LwPalette) palette = lw_palette_new (name);
  for (gsize i = 0; i < json_object_array_length (classes); i++)
    {
      LwJson *item = json_object_array_get_idx (classes, i);
      if (!json_object_is_type (item, json_type_object))
        {
          g_set_error (error, LW_PALETTE_ERROR, LW_PALETTE_ERROR_FORMAT, _("entry %u of “classes” is no object"), (guint) i + 1);
          return NULL;
        }
      if (!read_class (palette, item, error))
        {
          g_prefix_error (error, _("class %u: "), (guint) i + 1);
          return NULL;
        }
    }
  return g_steal_pointer (&palette);
}

static LwPalette *
from_json (LwJson *json, const char *source, GError **error)
{
  g_autoptr(GError) why = NULL;
  if (!json_object_is_type (json, json_type_object))
    {
      fail (source, _("it holds no JSON object"), error);
      return NULL;
    }
  g_autoptr(LwPalette) palette = read_palette (json, &why);
  if (palette == NULL)
    {
      fail (source, why->message, error);
      return NULL;
    }
  if (lw_palette_validate (palette, error))
    return g_steal_pointer (&palette);
  g_prefix_error (error, _("“%s”: "), source);
  return NULL;
}

LwPalette *
lw_palette_parse (const char *text, gsize length, const char *source, GError **error)
{
  g_autoptr(GError) why = NULL;
  g_autoptr(LwJson) json = lw_json_parse (text, length, MAX_FILE_BYTES, source, &why);
  if (json != NULL)
    return from_json (json, source, error);
  fail (source, why->message, error);
  return NULL;
}

LwPalette *
lw_palette_load (const char *name_or_path, GError **error)
{
  g_autofree char *path = NULL;
  if (strchr (name_or_path, '/') == NULL && !g_str_has_suffix (name_or_path, ".json"))
    {
      g_autofree char *file = g_strdup_printf ("palettes/%s.json", name_or_path);
      path = lw_paths_data (file);
    }
  if (path == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_free (path);
      path = g_strdup (name_or_path);
    }
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, LW_PALETTE_ERROR, LW_PALETTE_ERROR_IO,
                   _("There is no palette “%s”: give camvid11, camvid32, cityscapes, or the path of a JSON file"), name_or_path);
      return NULL;
    }
  g_autoptr(GError) why = NULL;
  g_autoptr(LwJson) json = lw_json_load (path, MAX_FILE_BYTES, &why);
  if (json != NULL)
    return from_json (json, path, error);
  if (g_error_matches (why, LW_JSON_ERROR, LW_JSON_ERROR_IO))
    g_set_error_literal (error, LW_PALETTE_ERROR, LW_PALETTE_ERROR_IO, why->message);
  else
    fail (path, why->message, error);
  return NULL;
}

/* ---- write ---- */

static LwJson *
class_to_json (const LwClass *class)
{
  g_autofree char *colour = g_strdup_printf ("#%02x%02x%02x", class->rgb[0], class->rgb[1], class->rgb[2]);
  LwJson *object = json_object_new_object ();
  json_object_object_add (object, "id", json_object_new_int (class->id));
  json_object_object_add (object, "name", json_object_new_string (class->name));
  json_object_object_add (object, "colour", json_object_new_string (colour));
  if (class->ignored)
    json_object_object_add (object, "ignored", json_object_new_boolean (TRUE));
  if (class->shortcut != NULL)
    json_object_object_add (object, "shortcut", json_object_new_string (class->shortcut));
  if (class->aliases != NULL && class->aliases[0] != NULL)
    {
      LwJson *aliases = json_object_new_array ();
      for (gsize i = 0; class->aliases[i] != NULL; i++)
        json_object_array_add (aliases, json_object_new_string (class->aliases[i]));
      json_object_object_add (object, "aliases", aliases);
    }
  return object;
}

char *
lw_palette_to_json (const LwPalette *palette)
{
  g_autoptr(LwJson) json = json_object_new_object ();
  LwJson *classes = json_object_new_array ();
  json_object_object_add (json, "name", json_object_new_string (palette->name != NULL ? palette->name : ""));
  json_object_object_add (json, "classes", classes);
  for (guint i = 0; i < palette->classes->len; i++)
    json_object_array_add (classes, class_to_json (palette->classes->pdata[i]));
  return g_strdup (
      json_object_to_json_string_ext (json, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE));
}
