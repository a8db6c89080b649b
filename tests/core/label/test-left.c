/* test-left.c: unlabelled areas, specks and doubt against what was put into the maps */
#include "config.h"
#include <string.h>
#include "label/left.h"

#define W 317      /* no multiple of a block or a tile */
#define H 203

static void
box (LwLabelMap *map, int x, int y, int width, int height, guint8 label)
{
  for (int i = y; i < y + height; i++)
    memset (lw_label_map_row (map, i) + x, label, (gsize) width);
}

static LwLabelMap *
full (int width, int height, guint8 label)
{
  LwLabelMap *map = lw_label_map_new (width, height);
  box (map, 0, 0, width, height, label);
  return map;
}

static void
assert_area (const GArray *areas, guint i, int x, int y, int width, int height, guint64 pixels)
{
  const LwLeftArea *area = &g_array_index (areas, LwLeftArea, i);
  g_assert_cmpint (area->bbox.x, ==, x);
  g_assert_cmpint (area->bbox.y, ==, y);
  g_assert_cmpint (area->bbox.width, ==, width);
  g_assert_cmpint (area->bbox.height, ==, height);
  g_assert_cmpuint (area->pixels, ==, pixels);
}

static void
test_unlabelled (void)
{
  g_autoptr (LwLabelMap) map = full (W, H, 3);
  g_autoptr (GArray) none = lw_left_unlabelled (map);
  g_assert_cmpuint (none->len, ==, 0);
  box (map, 200, 5, 30, 10, LW_LABEL_NONE);
  box (map, 10, 50, 1, 1, LW_LABEL_NONE);
  box (map, 0, 100, 4, 103, LW_LABEL_NONE);
  g_autoptr (GArray) areas = lw_left_unlabelled (map);
  g_assert_cmpuint (areas->len, ==, 3);
  assert_area (areas, 0, 200, 5, 30, 10, 300);
  assert_area (areas, 1, 10, 50, 1, 1, 1);
  assert_area (areas, 2, 0, 100, 4, 103, 412);
}

static void
test_specks (void)
{
  g_autoptr (LwLabelMap) map = full (W, H, 3);
  box (map, 20, 20, 8, 8, 5);
  box (map, 60, 20, 9, 7, 5);
  box (map, 100, 100, 2, 2, LW_LABEL_NONE);      /* unlabelled: none */
  box (map, 10, 150, 1, 1, 7);
  g_autoptr (GArray) areas = lw_left_specks (map, 64);
  g_assert_cmpuint (areas->len, ==, 2);
  assert_area (areas, 0, 60, 20, 9, 7, 63);
  assert_area (areas, 1, 10, 150, 1, 1, 1);
}

static LwLabelMap *
sure (void)
{
  return full ((W + 3) / 4, (H + 3) / 4, 240);
}

static void
test_unsure (void)
{
  gboolean people[256] = { [2] = TRUE };
  g_autoptr (LwLabelMap) labels = full (W, H, 3), origins = full (W, H, 1), confidence = sure ();
  g_autoptr (GArray) none = lw_left_unsure (confidence, 150, labels, origins, people);
  g_assert_cmpuint (none->len, ==, 0);
  box (confidence, 10, 10, 10, 10, 60);
  box (confidence, 50, 20, 12, 12, 20);          /* worse */
  box (confidence, 0, 45, 79, 1, 0);             /* a line along a border: left out */
  g_autoptr (GArray) areas = lw_left_unsure (confidence, 150, labels, origins, people);
  g_assert_cmpuint (areas->len, ==, 2);
  const LwLeftArea *first = &g_array_index (areas, LwLeftArea, 0), *second = &g_array_index (areas, LwLeftArea, 1);
  g_assert_cmpfloat (first->weight, >, second->weight);
  g_assert_true (first->x >= 48 * 4 && first->x < 62 * 4 && second->x >= 9 * 4 && second->x < 20 * 4);

  box (origins, 46 * 4, 16 * 4, 20 * 4, 20 * 4, 2);      /* a person painted there */
  g_autoptr (GArray) one = lw_left_unsure (confidence, 150, labels, origins, people);
  g_assert_cmpuint (one->len, ==, 1);
  g_assert_cmpint (g_array_index (one, LwLeftArea, 0).x, <, 20 * 4);
  box (labels, 46 * 4, 16 * 4, 20 * 4, 20 * 4, LW_LABEL_NONE);      /* and erased it again */
  g_autoptr (GArray) both = lw_left_unsure (confidence, 150, labels, origins, people);
  g_assert_cmpuint (both->len, ==, 2);
}

/* Everything is doubted: squares, not one area that nobody can look at. */
static void
test_wide (void)
{
  gboolean people[256] = { FALSE };
  g_autoptr (LwLabelMap) labels = full (1024, 640, 3), origins = full (1024, 640, 1), confidence = full (256, 160, 10);
  g_autoptr (GArray) areas = lw_left_unsure (confidence, 150, labels, origins, people);
  g_assert_cmpuint (areas->len, ==, 4 * 3);
  guint64 pixels = 0;
  for (guint i = 0; i < areas->len; i++)
    {
      const LwLeftArea *area = &g_array_index (areas, LwLeftArea, i);
      g_assert_cmpint (area->bbox.width, <=, 256);
      g_assert_cmpint (area->bbox.height, <=, 256);
      g_assert_true (i == 0 || area->weight <= g_array_index (areas, LwLeftArea, i - 1).weight);
      pixels += area->pixels;
    }
  g_assert_cmpuint (pixels, ==, 1024 * 640);
}

static void
test_tiny (void)
{
  gboolean people[256] = { FALSE };
  g_autoptr (LwLabelMap) labels = full (1, 1, 3), origins = full (1, 1, 1), confidence = full (1, 1, 10);
  g_autoptr (GArray) areas = lw_left_unsure (confidence, 150, labels, origins, people);
  g_assert_cmpuint (areas->len, ==, 0);          /* too small to be a region */
  g_autoptr (GArray) speck = lw_left_specks (labels, 2);
  g_assert_cmpuint (speck->len, ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/left/unlabelled", test_unlabelled);
  g_test_add_func ("/left/specks", test_specks);
  g_test_add_func ("/left/unsure", test_unsure);
  g_test_add_func ("/left/wide", test_wide);
  g_test_add_func ("/left/tiny", test_tiny);
  return g_test_run ();
}
