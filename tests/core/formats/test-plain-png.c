/* test-plain-png.c: which PNG files may go out as they came in */
#include "config.h"
#include "formats/plain-png.h"

#include <glib/gstdio.h>
#include <string.h>
#include "common/png.h"

enum { W = 5, H = 3 };

static char *
temporary_file (void)
{
  char *path = NULL;
  int fd = g_file_open_tmp ("plain-XXXXXX.png", &path, NULL);
  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  return path;
}

static GBytes *
make_png (gboolean rgb)
{
  g_autofree char *path = temporary_file (), *data = NULL;
  guint8 pixels[W * H * 3];
  gsize length;
  for (gsize i = 0; i < sizeof pixels; i++)
    pixels[i] = (guint8) i;
  g_assert_true (rgb ? lw_png_write_rgb (path, pixels, W, H, W * 3, NULL) : lw_png_write_index (path, pixels, W, H, W, NULL, 0, NULL));
  g_assert_true (g_file_get_contents (path, &data, &length, NULL));
  g_remove (path);
  return g_bytes_new_take (g_steal_pointer (&data), length);
}

static gboolean
check_bytes (const guint8 *data, gsize length)
{
  g_autoptr(GBytes) bytes = g_bytes_new (data, length);
  return lw_plain_png_check (bytes, W, H);
}

static void
test_kinds (void)
{
  g_autoptr(GBytes) rgb = make_png (TRUE), grey = make_png (FALSE);
  g_assert_true (lw_plain_png_check (rgb, W, H));
  g_assert_false (lw_plain_png_check (rgb, H, W));
  g_assert_false (lw_plain_png_check (grey, W, H));
}

/* The same picture with one chunk more, before its data. */
static gboolean
check_with_chunk (const char *type)
{
  g_autoptr(GBytes) png = make_png (TRUE);
  gsize length;
  const guint8 *data = g_bytes_get_data (png, &length);
  g_autoptr(GByteArray) more = g_byte_array_new ();
  g_byte_array_append (more, data, 8 + 12 + 13);
  g_byte_array_append (more, (const guint8 *) "\0\0\0\2", 4);
  g_byte_array_append (more, (const guint8 *) type, 4);
  g_byte_array_append (more, (const guint8 *) "xxCRC!", 6);
  g_byte_array_append (more, data + 8 + 12 + 13, (guint) length - (8 + 12 + 13));
  return check_bytes (more->data, more->len);
}

static void
test_chunks (void)
{
  g_assert_true (check_with_chunk ("tEXt"));
  g_assert_false (check_with_chunk ("eXIf"));
  g_assert_false (check_with_chunk ("acTL"));
  g_assert_false (check_with_chunk ("tRNS"));
}

static void
test_damaged (void)
{
  g_autoptr(GBytes) png = make_png (TRUE);
  gsize length;
  const guint8 *data = g_bytes_get_data (png, &length);
  for (gsize n = 0; n < length; n++)
    g_assert_false (check_bytes (data, n));
  g_autofree guint8 *bad = g_malloc (length + 1);
  memcpy (bad, data, length);
  bad[length] = 0;
  g_assert_false (check_bytes (bad, length + 1));
  for (int i = 0; i < 20000; i++)
    {
      memcpy (bad, data, length);
      bad[g_test_rand_int_range (0, (int) length)] = (guint8) g_test_rand_int_range (0, 256);
      check_bytes (bad, length);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plain-png/kinds", test_kinds);
  g_test_add_func ("/plain-png/chunks", test_chunks);
  g_test_add_func ("/plain-png/damaged", test_damaged);
  return g_test_run ();
}
