/* test-compare.c: what changed is counted, drawn, and made into a diff that leads from one state to the other */
#include "config.h"
#include "label/compare.h"

#include <string.h>
#include "random-map.h"

static LwPlanes *
random_planes (int width, int height)
{
  LwPlanes *planes = lw_planes_new (width, height);
  fill_random (planes->plane[0], 5);
  fill_random (planes->plane[1], 3);
  return planes;
}

static void
test_between (void)
{
  for (int i = 0; i < 100; i++)
    {
      int w = g_test_rand_int_range (1, 300), h = g_test_rand_int_range (1, 200);
      g_autoptr(LwPlanes) before = random_planes (w, h), after = g_test_rand_bit () ? random_planes (w, h) : lw_planes_copy (before);
      lw_label_map_row (after->plane[0], h - 1)[w - 1] = 3;
      g_autoptr(LwDiff) diff = lw_diff_between (before, after);
      g_autoptr(GBytes) packed = lw_diff_encode (diff);
      g_autoptr(LwDiff) unpacked = lw_diff_decode (packed, w, h, NULL);      /* which checks the rules of a diff */
      g_assert_nonnull (unpacked);
      LwComparison comparison;
      lw_compare_maps (before->plane[0], after->plane[0], &comparison);
      g_assert_cmpuint (comparison.changed, ==, lw_diff_count (diff));
      lw_diff_apply (unpacked, before);
      for (int p = 0; p < LW_N_PLANES; p++)
        g_assert_true (lw_label_map_equal (before->plane[p], after->plane[p]));
      g_autoptr(LwDiff) nothing = lw_diff_between (before, after);
      g_assert_true (lw_diff_is_empty (nothing));
    }
}

static void
test_counts (void)
{
  g_autoptr(LwLabelMap) before = lw_label_map_new (20, 10), after = lw_label_map_new (20, 10);
  memset (lw_label_map_row (before, 3) + 2, 1, 5);
  memset (lw_label_map_row (after, 3) + 4, 2, 5);
  LwComparison comparison;
  lw_compare_maps (before, after, &comparison);
  g_assert_cmpuint (comparison.changed, ==, 7);
  g_assert_cmpuint (comparison.lost[1], ==, 5);
  g_assert_cmpuint (comparison.gained[2], ==, 5);
  g_assert_cmpuint (comparison.lost[LW_LABEL_NONE], ==, 2);
  g_assert_cmpuint (comparison.gained[LW_LABEL_NONE], ==, 2);
  g_assert_cmpint (comparison.bbox.x, ==, 2);
  g_assert_cmpint (comparison.bbox.y, ==, 3);
  g_assert_cmpint (comparison.bbox.width, ==, 7);
  g_assert_cmpint (comparison.bbox.height, ==, 1);
}

static void
test_picture (void)
{
  g_autoptr(LwPalette) palette = lw_palette_new ("test");
  lw_palette_add (palette, 0, "a", (const guint8[]) { 200, 100, 0 });
  lw_palette_add (palette, 1, "b", (const guint8[]) { 0, 0, 240 });
  g_autoptr(LwLabelMap) before = lw_label_map_new (4, 1), after = lw_label_map_new (4, 1);
  memcpy (lw_label_map_row (before, 0), (const guint8[]) { 0, 0, 1, LW_LABEL_NONE }, 4);
  memcpy (lw_label_map_row (after, 0), (const guint8[]) { 0, 1, LW_LABEL_NONE, LW_LABEL_NONE }, 4);
  guint8 rgb[12];
  lw_compare_draw (before, after, palette, rgb);
  const guint8 expected[12] = { 50, 25, 0, 0, 0, 240, 255, 255, 255, 0, 0, 0 };
  g_assert_cmpmem (rgb, sizeof rgb, expected, sizeof expected);
  lw_compare_draw_one (after, palette, rgb);
  const guint8 alone[12] = { 200, 100, 0, 0, 0, 240, 0, 0, 0, 0, 0, 0 };
  g_assert_cmpmem (rgb, sizeof rgb, alone, sizeof alone);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compare/between", test_between);
  g_test_add_func ("/compare/counts", test_counts);
  g_test_add_func ("/compare/picture", test_picture);
  return g_test_run ();
}
