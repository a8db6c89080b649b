/* test-png.c: PNG files come back to the byte, and damaged ones are refused */
#include "config.h"
#include "common/png.h"

#include <glib/gstdio.h>
#include <string.h>

static char *
temporary_png (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lw-png-XXXXXX", NULL);
  return g_build_filename (folder, "x.png", NULL);
}

static void
remove_png (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_unlink (path);
  g_rmdir (folder);
}

static guint8 *
random_bytes (gsize n)
{
  guint8 *bytes = g_malloc (n);
  for (gsize i = 0; i < n; i++)
    bytes[i] = (guint8) g_test_rand_int_range (0, 256);
  return bytes;
}

static void
test_index_round_trip (void)
{
  g_autofree char *path = temporary_png ();
  for (int round = 0; round < 30; round++)
    {
      int width = g_test_rand_int_range (1, 70), height = g_test_rand_int_range (1, 70);
      gsize stride = (gsize) (width + g_test_rand_int_range (0, 9));
      g_autofree guint8 *values = random_bytes (stride * (gsize) height);
      guint8 palette[256][3];
      for (int i = 0; i < 256; i++)
        palette[i][0] = palette[i][1] = palette[i][2] = (guint8) (255 - i);
      gboolean indexed = round % 2 == 1;
      g_autoptr (GError) error = NULL;
      g_assert_true (lw_png_write_index (path, values, width, height, stride, indexed ? palette : NULL, indexed ? 256 : 0, &error));
      LwPngInfo info;
      g_autofree guint8 *back = lw_png_read_index (path, &info, &error);
      g_assert_no_error (error);
      g_assert_cmpint (info.width, ==, width);
      g_assert_cmpint (info.height, ==, height);
      g_assert_cmpint (info.indexed, ==, indexed);
      for (int y = 0; y < height; y++)
        g_assert_cmpmem (back + y * width, width, values + (gsize) y * stride, width);
    }
  remove_png (path);
}

static void
test_rgb_round_trip (void)
{
  g_autofree char *path = temporary_png ();
  g_autofree guint8 *rgb = random_bytes (31 * 17 * 3);
  g_autoptr (GError) error = NULL;
  int width, height;
  g_assert_true (lw_png_write_rgb (path, rgb, 31, 17, 31 * 3, &error));
  g_autofree guint8 *back = lw_png_read_rgb (path, &width, &height, &error);
  g_assert_cmpmem (back, (gsize) (width * height * 3), rgb, 31 * 17 * 3);
  g_assert_null (lw_png_read_index (path, NULL, &error));
  g_assert_error (error, LW_PNG_ERROR, LW_PNG_ERROR_FORMAT);
  remove_png (path);
}

/* Every truncation and many flipped bytes: an error that names the file, or pixels; never a crash. */
static void
test_damaged (void)
{
  g_autofree char *path = temporary_png ();
  g_autofree guint8 *values = random_bytes (40 * 30);
  g_autofree char *bytes = NULL;
  gsize length;
  g_assert_true (lw_png_write_index (path, values, 40, 30, 40, NULL, 0, NULL));
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  for (gsize cut = 0; cut < length; cut += 7)
    {
      g_autoptr (GError) error = NULL;
      g_assert_true (g_file_set_contents (path, bytes, (gssize) cut, NULL));
      g_assert_null (lw_png_read_index (path, NULL, &error));
      g_assert_error (error, LW_PNG_ERROR, LW_PNG_ERROR_FORMAT);
      g_assert_nonnull (strstr (error->message, "x.png"));
    }
  for (int round = 0; round < 200; round++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *copy = g_memdup2 (bytes, length);
      copy[g_test_rand_int_range (0, (int) length)] ^= (char) g_test_rand_int_range (1, 256);
      g_assert_true (g_file_set_contents (path, copy, (gssize) length, NULL));
      g_autofree guint8 *back = lw_png_read_index (path, NULL, &error);
      g_assert_true ((back == NULL) == (error != NULL));
    }
  remove_png (path);
}

/* A header that promises 60,000 x 60,000 pixels is refused before anything of that size is allocated. */
static void
test_lying_size (void)
{
  static const guint8 header[] = { 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 0xea, 0x60,
                                   0, 0, 0xea, 0x60, 8, 0, 0, 0, 0, 0x28, 0x73, 0x64, 0x4e };
  g_autofree char *path = temporary_png ();
  g_autoptr (GError) error = NULL;
  g_assert_true (g_file_set_contents (path, (const char *) header, sizeof header, NULL));
  g_assert_null (lw_png_read_index (path, NULL, &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  remove_png (path);
}

static void
test_no_file (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (lw_png_read_index ("/nowhere/x.png", NULL, &error));
  g_assert_error (error, LW_PNG_ERROR, LW_PNG_ERROR_IO);
  g_clear_error (&error);
  g_assert_false (lw_png_write_index ("/nowhere/x.png", (const guint8 *) "a", 1, 1, 1, NULL, 0, &error));
  g_assert_error (error, LW_PNG_ERROR, LW_PNG_ERROR_IO);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/png/index-round-trip", test_index_round_trip);
  g_test_add_func ("/png/rgb-round-trip", test_rgb_round_trip);
  g_test_add_func ("/png/damaged", test_damaged);
  g_test_add_func ("/png/lying-size", test_lying_size);
  g_test_add_func ("/png/no-file", test_no_file);
  return g_test_run ();
}
