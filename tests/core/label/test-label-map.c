/* test-label-map.c: label maps are made, copied, compared, counted and remapped */
#include "config.h"
#include "label/label-map.h"

#include <string.h>
#include "random-map.h"

static void
test_sizes (void)
{
  const int bad[][2] = { { 0, 1 },
                         { 1, 0 },
                         { -1, 5 },
                         { LW_MAX_SIDE + 1, 1 },
                         { 1, LW_MAX_SIDE + 1 },
                         { LW_MAX_SIDE, LW_MAX_PIXELS / LW_MAX_SIDE + 1 },
                         { G_MAXINT, G_MAXINT } };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (lw_label_map_new (bad[i][0], bad[i][1]));
  g_autoptr(LwLabelMap) wide = lw_label_map_new (LW_MAX_SIDE, 1), one = lw_label_map_new (1, 1);
  g_assert_cmpint (lw_label_map_get (one, 0, 0), ==, LW_LABEL_NONE);
  g_assert_cmpint (lw_label_map_get (wide, LW_MAX_SIDE - 1, 0), ==, LW_LABEL_NONE);
}

static void
test_copy_equal_count (void)
{
  for (int i = 0; i < 200; i++)
    {
      int w = g_test_rand_int_range (1, 90), h = g_test_rand_int_range (1, 60);
      g_autoptr(LwLabelMap) map = random_map (w, h, 6);
      g_autoptr(LwLabelMap) copy = lw_label_map_copy (map);
      g_assert_true (lw_label_map_equal (map, copy));
      guint64 counts[256], all = 0;
      lw_label_map_count (map, counts);
      for (int id = 0; id < 256; id++)
        {
          guint64 seen = 0;
          for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++)
              seen += lw_label_map_get (map, x, y) == id;
          g_assert_cmpuint (counts[id], ==, seen);
          all += seen;
        }
      g_assert_cmpuint (all, ==, (guint64) w * (guint64) h);
      lw_label_map_row (copy, g_test_rand_int_range (0, h))[g_test_rand_int_range (0, w)] ^= 1;
      g_assert_false (lw_label_map_equal (map, copy));
    }
  g_autoptr(LwLabelMap) a = lw_label_map_new (2, 3), b = lw_label_map_new (3, 2);
  g_assert_false (lw_label_map_equal (a, b));
}

/* A part of a larger buffer is a map too: what lies between its rows is nobody's. */
static void
test_stride (void)
{
  guint8 a[4 * 10], b[4 * 7];
  memset (a, 1, sizeof a);
  memset (b, 2, sizeof b);
  LwLabelMap wide = { 5, 4, 10, a }, narrow = { 5, 4, 7, b };
  for (int y = 0; y < 4; y++)
    for (int x = 0; x < 5; x++)
      lw_label_map_row (&wide, y)[x] = lw_label_map_row (&narrow, y)[x] = (guint8) (x * y);
  g_assert_true (lw_label_map_equal (&wide, &narrow));
  g_autoptr(LwLabelMap) copy = lw_label_map_copy (&wide);
  g_assert_true (lw_label_map_equal (copy, &narrow));
  guint64 counts[256];
  lw_label_map_count (&wide, counts);
  g_assert_cmpuint (counts[0], ==, 8);
  guint8 table[256] = { [0] = 9, [1] = 77, [2] = 8, [3] = LW_LABEL_NONE };
  lw_label_map_remap (&wide, table);
  g_assert_cmpint (lw_label_map_get (&wide, 3, 1), ==, LW_LABEL_NONE);
  g_assert_cmpint (lw_label_map_get (&wide, 0, 0), ==, 9);
  g_assert_cmpint (a[5], ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/label-map/sizes", test_sizes);
  g_test_add_func ("/label-map/copy-equal-count", test_copy_equal_count);
  g_test_add_func ("/label-map/stride", test_stride);
  return g_test_run ();
}
