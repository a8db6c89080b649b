/* test-confidence.c: packed confidences come back nearly as they were, and damaged ones not at all or as some map */
#include "config.h"
#include "label/confidence-code.h"

#include <math.h>
#include <string.h>

static LwLabelMap *
draw (int width, int height, int kind)
{
  LwLabelMap *map = lw_label_map_new (width, height);
  double phase = g_test_rand_double () * 6;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      lw_label_map_row (map, y)[x] = (guint8) (kind == 0   ? 127.5 + 127 * sin (x / 9.0 + phase) * cos (y / 13.0)
                                               : kind == 1 ? g_test_rand_int_range (0, 256)
                                               : kind == 2 ? (x % 2 == y % 2 ? 0 : 255)
                                                           : (x + y * width) % 256);
  return map;
}

static void
test_back (void)
{
  guint smaller = 0;
  for (int i = 0; i < 200; i++)
    {
      int width = g_test_rand_int_range (1, 130), height = g_test_rand_int_range (1, 90);
      g_autoptr(LwLabelMap) map = draw (width, height, i % 4), back = lw_label_map_new (width, height);
      g_autoptr(GBytes) packed = lw_confidence_encode (map);
      if (packed == NULL)
        continue;
      gsize length = g_bytes_get_size (packed);
      g_assert_cmpuint (length, <=, 1 + (gsize) width * (gsize) height);
      g_assert_true (lw_confidence_decode (g_bytes_get_data (packed, NULL), length, back));
      for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
          {
            int was = lw_label_map_get (map, x, y), is = lw_label_map_get (back, x, y);
            g_assert_cmpint (ABS (was - is), <=, was == 0 || was == 255 ? 0 : 1);
          }
      smaller += i % 4 == 0 && length < (gsize) width * (gsize) height / 2;
      g_autofree guint8 *longer = g_malloc0 (length + 1);
      memcpy (longer, g_bytes_get_data (packed, NULL), length);
      g_assert_false (lw_confidence_decode (longer, length + 1, back));
    }
  g_assert_cmpuint (smaller, >, 30);      /* of 50 that are smooth; the rest are tiny */
}

static void
test_hostile (void)
{
  g_autoptr(LwLabelMap) map = lw_label_map_new (40, 30);
  guint8 data[300];
  g_assert_false (lw_confidence_decode (data, 0, map));
  for (int i = 0; i < 20000; i++)
    {
      gsize length = (gsize) g_test_rand_int_range (1, sizeof data);
      for (gsize k = 0; k < length; k++)
        data[k] = (guint8) (i % 3 == 0 ? g_test_rand_int_range (0, 256) : i % 3 == 1 ? 255 : g_test_rand_int_range (0, 2));
      data[0] = i % 10 == 9 ? 'D' : 'C';
      gboolean done = lw_confidence_decode (data, length, map);
      g_assert_false (done && data[0] != 'C');
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confidence/back", test_back);
  g_test_add_func ("/confidence/hostile", test_hostile);
  return g_test_run ();
}
