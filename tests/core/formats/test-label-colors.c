/* test-label-colors.c: label_colors.txt as it is found in the wild, and as it must not be */
#include "config.h"
#include "formats/label-colors.h"

#include <glib/gstdio.h>
#include <string.h>
#include "formats/camvid.h"

static LwLabelColors *
load (const char *text, gssize length, GError **error)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("label_colors-XXXXXX.txt", &path, NULL);
  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, text, length, NULL));
  LwLabelColors *table = lw_label_colors_load (path, error);
  if (table == NULL)
    g_assert_nonnull (strstr ((*error)->message, path));
  g_remove (path);
  return table;
}

static void
assert_color (const LwLabelColors *table, guint i, const char *name, guint8 r, guint8 g, guint8 b)
{
  const LwLabelColor *color = lw_label_colors_get (table, i);
  g_assert_nonnull (color);
  g_assert_cmpstr (color->name, ==, name);
  g_assert_cmpmem (color->rgb, 3, ((guint8[]) { r, g, b }), 3);
}

static void
test_read (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwLabelColors) table = load ("# made by hand\n\n64 128 64\tAnimal\r\n  0   0 0  Traffic light\n255 255 255 Z", -1,
                                          &error);
  g_assert_no_error (error);
  g_assert_cmpuint (table->colors->len, ==, 3);
  assert_color (table, 0, "Animal", 64, 128, 64);
  assert_color (table, 1, "Traffic light", 0, 0, 0);
  assert_color (table, 2, "Z", 255, 255, 255);
  g_assert_cmpint (lw_label_colors_find_rgb (table, (guint8[]) { 255, 255, 255 }), ==, 2);
  g_assert_cmpint (lw_label_colors_find_rgb (table, (guint8[]) { 255, 255, 254 }), ==, -1);
  lw_label_colors_put_black_first (table);
  assert_color (table, 0, "Traffic light", 0, 0, 0);
  assert_color (table, 1, "Animal", 64, 128, 64);
}

static void
test_black (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwLabelColors) table = load ("1 2 3 A\n4 5 6 B\n", -1, &error);
  g_assert_no_error (error);
  lw_label_colors_put_black_first (table);
  assert_color (table, 0, "background", 0, 0, 0);
  assert_color (table, 2, "B", 4, 5, 6);
}

/* Names alone: counted as datumaro does, the background comes first, and they have Pascal VOC's colours in order. */
static void
test_names_only (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwLabelColors) table = load ("road\ntraffic light\nbackground\n", -1, &error);
  g_assert_no_error (error);
  g_assert_true (table->uncolored);
  g_assert_cmpstr (lw_label_colors_get (table, 0)->name, ==, "road");
  lw_label_colors_put_black_first (table);
  g_assert_cmpuint (table->colors->len, ==, 3);
  assert_color (table, 0, "background", 0, 0, 0);
  assert_color (table, 1, "road", 128, 0, 0);
  assert_color (table, 2, "traffic light", 0, 128, 0);
  g_autoptr(LwLabelColors) without = load ("a\nb\nc\nd\ne\nf\ng\nh\n", -1, &error);
  lw_label_colors_put_black_first (without);
  assert_color (without, 0, "background", 0, 0, 0);
  assert_color (without, 3, "c", 128, 128, 0);
  assert_color (without, 8, "h", 64, 0, 0);
}

static void
test_refused (void)
{
  static const struct { const char *text; gssize length; const char *says;
  } bad[] = {
    { "", 0, "no classes" },
    { "# nothing\n", -1, "no classes" },
    { "1 2 3\n", -1, "line 1" },
    { "1 2 3 A\n1 2 B\n", -1, "line 2" },
    { "1 2 256 A", -1, "line 1" },
    { "1 2 99999999999999999999 A", -1, "line 1" },
    { "-1 2 3 A", -1, "line 1" },
    { "1 2 3x A", -1, "line 1" },
    { "1 2 3 A\n4 5 6 A\n", -1, "line 2" },
    { "1 2 3 A\nB\n", -1, "line 2" },
    { "1 2 3 A\0B", 9, "UTF-8" },
    { "1 2 3 \xff", -1, "UTF-8" },
    { "1 2 3 4", -1, NULL },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(LwLabelColors) table = load (bad[i].text, bad[i].length, &error);
      if (bad[i].says == NULL)      /* a class may be called 4 */
        {
          g_assert_no_error (error);
          continue;
        }
      g_assert_null (table);
      g_assert_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_DAMAGED);
      g_assert_nonnull (strstr (error->message, bad[i].says));
    }
}

static void
test_too_large (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) text = g_string_new (NULL);
  for (int i = 0; i < 257; i++)
    g_string_append_printf (text, "%d 1 2 class%d\n", i % 256, i);
  g_assert_null (load (text->str, -1, &error));
  g_assert_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_DAMAGED);
  g_clear_error (&error);
  g_autofree char *huge = g_strnfill (2 << 20, '#');
  g_assert_null (load (huge, -1, &error));
  g_assert_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_DAMAGED);
  g_clear_error (&error);
  g_assert_null (lw_label_colors_load ("/dev/zero", &error));
  g_assert_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_DAMAGED);
}

static void
test_random_bytes (void)
{
  for (int i = 0; i < 300; i++)
    {
      static const char letters[] = "0123456789  \t\n\nab#_\r-";
      char text[200];
      gssize length = g_test_rand_int_range (0, (int) sizeof text);
      for (gssize k = 0; k < length; k++)
        text[k] = letters[g_test_rand_int_range (0, (int) sizeof letters - 1)];
      g_autoptr(GError) error = NULL;
      g_autoptr(LwLabelColors) table = load (text, length, &error);
      g_assert_true ((table == NULL) == (error != NULL));
    }
}

static void
test_names (void)
{
  g_autofree char *fit = lw_label_colors_fit_name ("a b\tc\u00a0d_é");
  g_assert_cmpstr (fit, ==, "a_b_c_d_é");
  g_autoptr(LwPalette) palette = lw_palette_new ("P");
  LwClass *light = lw_palette_add (palette, 3, "traffic light", (guint8[]) { 1, 2, 3 });
  LwClass *pole = lw_palette_add (palette, 4, "Column_Pole", (guint8[]) { 1, 2, 4 });
  g_assert_true (lw_label_colors_find_class (palette, "Traffic_Light") == light);
  g_assert_true (lw_label_colors_find_class (palette, "traffic light") == light);
  g_assert_true (lw_label_colors_find_class (palette, "column pole") == pole);
  g_assert_null (lw_label_colors_find_class (palette, "column"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/label-colors/read", test_read);
  g_test_add_func ("/label-colors/black", test_black);
  g_test_add_func ("/label-colors/names-only", test_names_only);
  g_test_add_func ("/label-colors/refused", test_refused);
  g_test_add_func ("/label-colors/too-large", test_too_large);
  g_test_add_func ("/label-colors/random-bytes", test_random_bytes);
  g_test_add_func ("/label-colors/names", test_names);
  return g_test_run ();
}
