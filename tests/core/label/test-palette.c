/* test-palette.c: the palettes that ship, and those that are refused */
#include "config.h"
#include "label/palette.h"

#include <glib/gstdio.h>
#include <string.h>
#include "common/json.h"
#include "common/paths.h"

static LwPalette *
load (const char *name)
{
  g_autoptr(GError) error = NULL;
  LwPalette *palette = lw_palette_load (name, &error);
  g_assert_no_error (error);
  return palette;
}

static void
assert_class (const LwPalette *palette, guint8 id, const char *name, guint8 r, guint8 g, guint8 b, gboolean ignored)
{
  const guint8 rgb[3] = { r, g, b };
  const LwClass *class = lw_palette_find_id (palette, id);
  g_assert_nonnull (class);
  g_assert_cmpstr (class->name, ==, name);
  g_assert_cmpmem (class->rgb, 3, rgb, 3);
  g_assert_cmpint (class->ignored, ==, ignored);
  g_assert_true (lw_palette_find_rgb (palette, rgb) == class);
}

static void
test_shipped (void)
{
  g_autoptr(LwPalette) eleven = load ("camvid11"), thirty_two = load ("camvid32"), cityscapes = load ("cityscapes");
  g_assert_cmpuint (eleven->classes->len, ==, 12);
  assert_class (eleven, 0, "Sky", 128, 128, 128, FALSE);
  assert_class (eleven, 4, "Pavement", 0, 0, 192, FALSE);
  assert_class (eleven, 10, "Bicyclist", 0, 128, 192, FALSE);
  assert_class (eleven, 11, "Void", 0, 0, 0, TRUE);
  g_assert_cmpuint (thirty_two->classes->len, ==, 32);
  assert_class (thirty_two, 0, "Animal", 64, 128, 64, FALSE);
  assert_class (thirty_two, 30, "Void", 0, 0, 0, TRUE);
  assert_class (thirty_two, 31, "Wall", 64, 192, 0, FALSE);
  g_assert_cmpuint (cityscapes->classes->len, ==, 20);
  assert_class (cityscapes, 1, "sidewalk", 244, 35, 232, FALSE);
  g_assert_cmpstr (lw_palette_find_name (thirty_two, "pavement")->name, ==, "Sidewalk");
  g_assert_cmpstr (lw_palette_find_name (thirty_two, "Pole")->name, ==, "Column_Pole");
  g_assert_cmpstr (lw_palette_find_name (eleven, "SIDEWALK")->name, ==, "Pavement");
  g_assert_null (lw_palette_find_name (eleven, "Dragon"));
  g_assert_cmpstr (lw_palette_find_id (eleven, 9)->shortcut, ==, "0");
  g_assert_cmpstr (lw_palette_find_id (eleven, 10)->shortcut, ==, "g 1");
  g_assert_cmpint (lw_palette_next_id (eleven), ==, 12);
}

/* Every class of the 32 goes to a class of the 11. */
static void
test_grouping (void)
{
  g_autoptr(LwPalette) eleven = load ("camvid11"), thirty_two = load ("camvid32");
  g_autoptr(GError) error = NULL;
  g_autofree char *path = lw_paths_data ("palettes/camvid32to11.json");
  g_autoptr(LwJson) map = lw_json_load (path, 1 << 16, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < thirty_two->classes->len; i++)
    {
      const LwClass *class = thirty_two->classes->pdata[i];
      const char *to;
      g_assert_true (lw_json_get_string (map, class->name, &to, &error));
      g_assert_cmpstr (lw_palette_find_name (eleven, to)->name, ==, to);
      g_assert_cmpint (class->ignored, ==, lw_palette_find_name (eleven, to)->ignored);
    }
}

static void
test_round_trip (void)
{
  const char *const names[] = { "camvid11", "camvid32", "cityscapes" };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(LwPalette) palette = load (names[i]);
      g_autoptr(LwPalette) copy = lw_palette_copy (palette);
      g_autofree char *text = lw_palette_to_json (copy);
      g_autoptr(LwPalette) again = lw_palette_parse (text, strlen (text), "round trip", &error);
      g_assert_no_error (error);
      g_autofree char *text_again = lw_palette_to_json (again), *first = lw_palette_to_json (palette);
      g_assert_cmpstr (text_again, ==, first);
      g_assert_cmpuint (again->classes->len, ==, palette->classes->len);
    }
}

#define CLASS(members) "{\"name\": \"P\", \"classes\": [" members "]}"
#define A "{\"name\": \"A\", \"colour\": \"#010203\", \"shortcut\": \"g\", \"aliases\": [\"Alpha\"]}, "

static void
test_refused (void)
{
  static const struct { const char *json; LwPaletteError code; const char *names; } bad[] = {
    { CLASS (A "{\"name\": \"B\", \"colour\": \"#010203\"}"), LW_PALETTE_ERROR_DUPLICATE, "“A” and “B”" },
    { CLASS (A "{\"name\": \"a\", \"colour\": \"#000000\"}"), LW_PALETTE_ERROR_DUPLICATE, "“A” and “a”" },
    { CLASS (A "{\"name\": \"ALPHA\", \"colour\": \"#000000\"}"), LW_PALETTE_ERROR_DUPLICATE, "“A” and “ALPHA”" },
    { CLASS (A "{\"name\": \"B\", \"colour\": \"#000000\", \"aliases\": [\"alpha\"]}"), LW_PALETTE_ERROR_DUPLICATE, "“A” and “B”" },
    { CLASS (A "{\"name\": \"B\", \"colour\": \"#000000\", \"id\": 0}"), LW_PALETTE_ERROR_DUPLICATE, "“A” and “B”" },
    { CLASS (A "{\"name\": \"B\", \"colour\": \"#000000\", \"shortcut\": \"G\"}"), LW_PALETTE_ERROR_DUPLICATE, "shortcut" },
    { CLASS (A "{\"name\": \"B\", \"colour\": \"#000000\", \"shortcut\": \"g 1\"}"), LW_PALETTE_ERROR_DUPLICATE, "shortcut" },
    { CLASS (A "{\"name\": \"B\", \"colour\": \"#000000\", \"shortcut\": \"g1\"}"), LW_PALETTE_ERROR_FORMAT, "“B”" },
    { CLASS (A "{\"name\": \"B\", \"colour\": \"#000000\", \"shortcut\": \"\"}"), LW_PALETTE_ERROR_FORMAT, "“B”" },
    { CLASS (A "{\"name\": \"B\", \"colour\": \"#00000\"}"), LW_PALETTE_ERROR_FORMAT, "class 2" },
    { CLASS (A "{\"name\": \"B\", \"colour\": \"# 12 34\"}"), LW_PALETTE_ERROR_FORMAT, "#rrggbb" },
    { CLASS (A "{\"name\": \"B\", \"colour\": \"#+1+1+1\"}"), LW_PALETTE_ERROR_FORMAT, "#rrggbb" },
    { CLASS (A "{\"name\": \"B\"}"), LW_PALETTE_ERROR_FORMAT, "colour" },
    { CLASS (A "{\"name\": \"B\", \"colour\": \"#000000\", \"ignored\": 1}"), LW_PALETTE_ERROR_FORMAT, "ignored" },
    { CLASS (A "{\"name\": \"B\", \"colour\": \"#000000\", \"aliases\": \"x\"}"), LW_PALETTE_ERROR_FORMAT, "aliases" },
    { CLASS (A "{\"name\": \"B\", \"colour\": \"#000000\", \"aliases\": [1]}"), LW_PALETTE_ERROR_FORMAT, "aliases" },
    { CLASS (A "{\"name\": \"B\", \"colour\": \"#000000\", \"id\": 255}"), LW_PALETTE_ERROR_FORMAT, "id" },
    { CLASS (A "{\"name\": \"\", \"colour\": \"#000000\"}"), LW_PALETTE_ERROR_LIMIT, "" },
    { CLASS (A "{\"name\": \"B\\n\", \"colour\": \"#000000\"}"), LW_PALETTE_ERROR_LIMIT, "" },
    { CLASS (A "{\"name\": \" B\", \"colour\": \"#000000\"}"), LW_PALETTE_ERROR_LIMIT, "" },
    { CLASS (A "7"), LW_PALETTE_ERROR_FORMAT, "entry 2" },
    { CLASS (""), LW_PALETTE_ERROR_LIMIT, "0 classes" },
    { "{\"name\": \"P\", \"classes\": {}}", LW_PALETTE_ERROR_FORMAT, "classes" },
    { "{\"classes\": []}", LW_PALETTE_ERROR_FORMAT, "name" },
    { "[]", LW_PALETTE_ERROR_FORMAT, "" },
    { "7", LW_PALETTE_ERROR_FORMAT, "" },
    { "{\"name\": \"P\", ", LW_PALETTE_ERROR_FORMAT, "source" },
    { "", LW_PALETTE_ERROR_FORMAT, "" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(LwPalette) palette = lw_palette_parse (bad[i].json, strlen (bad[i].json), "source", &error);
      if (palette != NULL)
        g_test_message ("accepted: %s", bad[i].json);
      g_assert_null (palette);
      g_assert_error (error, LW_PALETTE_ERROR, (int) bad[i].code);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, bad[i].names));
    }
}

static void
test_limits (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwPalette) palette = lw_palette_new ("Many");
  for (int i = 0; i < 255; i++)
    {
      g_autofree char *name = g_strdup_printf ("class %d", i);
      g_assert_cmpint (lw_palette_next_id (palette), ==, i);
      lw_palette_add (palette, (guint8) i, name, (guint8[]) { (guint8) i, 1, 2 });
    }
  g_assert_true (lw_palette_validate (palette, &error));
  g_assert_no_error (error);
  g_assert_cmpint (lw_palette_next_id (palette), ==, -1);
  lw_palette_add (palette, 255, "one more", (guint8[]) { 9, 9, 9 });
  g_assert_false (lw_palette_validate (palette, &error));
  g_assert_error (error, LW_PALETTE_ERROR, LW_PALETTE_ERROR_LIMIT);
}

static void
test_files (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("labelwright-palette-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "own.json", NULL);
  g_assert_null (lw_palette_load (path, &error));
  g_assert_error (error, LW_PALETTE_ERROR, LW_PALETTE_ERROR_IO);
  g_clear_error (&error);
  g_assert_null (lw_palette_load ("no-such-palette", &error));
  g_assert_error (error, LW_PALETTE_ERROR, LW_PALETTE_ERROR_IO);
  g_clear_error (&error);
  g_assert_null (lw_palette_load ("camvid32to11", &error));      /* a class map is no palette */
  g_assert_error (error, LW_PALETTE_ERROR, LW_PALETTE_ERROR_FORMAT);
  g_clear_error (&error);
  const char *own = CLASS (A "{\"name\": \"B b\", \"colour\": \"#FfFfFf\", \"id\": 7, \"ignored\": true}");
  g_assert_true (g_file_set_contents (path, own, -1, NULL));
  g_autoptr(LwPalette) palette = lw_palette_load (path, &error);
  g_assert_no_error (error);
  assert_class (palette, 0, "A", 1, 2, 3, FALSE);
  assert_class (palette, 7, "B b", 255, 255, 255, TRUE);
  g_assert_true (g_file_set_contents (path, "{\"name\":", -1, NULL));
  g_assert_null (lw_palette_load (path, &error));
  g_assert_error (error, LW_PALETTE_ERROR, LW_PALETTE_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "own.json"));
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/palette/shipped", test_shipped);
  g_test_add_func ("/palette/grouping", test_grouping);
  g_test_add_func ("/palette/round-trip", test_round_trip);
  g_test_add_func ("/palette/refused", test_refused);
  g_test_add_func ("/palette/limits", test_limits);
  g_test_add_func ("/palette/files", test_files);
  return g_test_run ();
}
