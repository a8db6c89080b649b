/* test-operations.c: every operation against its definition, asked of each pixel or region */
#include "config.h"
#include "label/operations.h"

#include <string.h>
#include "label/regions.h"
#include "random-map.h"

static double
random_radius (void)
{
  return g_test_rand_int_range (0, 3) == 0 ? g_test_rand_int_range (0, 9) : g_test_rand_double_range (0, 9);
}

static LwLabelMap *
random_small_map (void)
{
  return random_map (g_test_rand_int_range (1, 41), g_test_rand_int_range (1, 41), 5);
}

/* ---- grow and shrink ---- */

/* The nearest pixel within the radius whose being @class_id is @wanted; of equally near ones the leftmost, then the uppermost. */
static gboolean
find_nearest (const LwLabelMap *map, int x, int y, int class_id, gboolean wanted, double radius, guint8 *label)
{
  gint64 best = G_MAXINT64;
  for (int px = 0; px < map->width; px++)
    for (int py = 0; py < map->height; py++)
      {
        gint64 away = (gint64) (px - x) * (px - x) + (gint64) (py - y) * (py - y);
        if ((lw_label_map_get (map, px, py) == class_id) == wanted && (double) away <= radius * radius && away < best)
          {
            best = away;
            *label = lw_label_map_get (map, px, py);
          }
      }
  return best != G_MAXINT64;
}

static void
test_grow_and_shrink (void)
{
  for (int i = 0; i < 150; i++)
    {
      gboolean grow = g_test_rand_bit ();
      LwLabelOperation operation = { grow ? LW_LABEL_OPERATION_GROW : LW_LABEL_OPERATION_SHRINK, .class_id = g_test_rand_int_range (0, 5), .radius = random_radius () };
      g_autoptr(LwLabelMap) map = random_small_map ();
      g_autoptr(LwLabelMap) result = lw_label_operation_run (map, &operation, NULL);
      for (int y = 0; y < map->height; y++)
        for (int x = 0; x < map->width; x++)
          {
            guint8 expected = lw_label_map_get (map, x, y);
            if ((expected == operation.class_id) != grow)
              find_nearest (map, x, y, operation.class_id, grow, operation.radius, &expected);
            g_assert_cmpint (lw_label_map_get (result, x, y), ==, expected);
          }
    }
}

/* ---- smooth ---- */

static guint8
most_frequent (const LwLabelMap *map, int x, int y, double radius)
{
  int counts[256] = { 0 };
  for (int py = 0; py < map->height; py++)
    for (int px = 0; px < map->width; px++)
      if ((double) ((px - x) * (px - x) + (py - y) * (py - y)) <= radius * radius)
        counts[lw_label_map_get (map, px, py)]++;
  guint8 best = lw_label_map_get (map, x, y);
  for (int i = 0; i < 256; i++)
    if (counts[i] > counts[best])
      best = (guint8) i;
  return best;
}

static void
test_smooth (void)
{
  for (int i = 0; i < 100; i++)
    {
      LwLabelOperation operation = { LW_LABEL_OPERATION_SMOOTH, .class_id = g_test_rand_int_range (-1, 5), .radius = random_radius () };
      g_autoptr(LwLabelMap) map = random_small_map ();
      g_autoptr(LwLabelMap) result = lw_label_operation_run (map, &operation, NULL);
      for (int y = 0; y < map->height; y++)
        for (int x = 0; x < map->width; x++)
          {
            guint8 own = lw_label_map_get (map, x, y), most = most_frequent (map, x, y, operation.radius);
            gboolean touched = operation.class_id < 0 || own == operation.class_id || most == operation.class_id;
            g_assert_cmpint (lw_label_map_get (result, x, y), ==, touched ? most : own);
          }
    }
}

/* ---- specks ---- */

static gboolean
is_speck (const LwRegion *region, const LwLabelOperation *operation)
{
  if (region->pixels >= operation->size)
    return FALSE;
  if (operation->kind == LW_LABEL_OPERATION_FILL_HOLES)
    return region->class_id == LW_LABEL_NONE;
  return region->class_id != LW_LABEL_NONE && (operation->class_id < 0 || region->class_id == operation->class_id);
}

/* Pixel by pixel, round by round: each open region counts the borders with what is decided. */
static guint
absorb_slowly (LwLabelMap *map, const LwLabelOperation *operation)
{
  gsize width = (gsize) map->width, n = width * (gsize) map->height;
  g_autofree guint32 *ids = g_new (guint32, n);
  g_autoptr(GArray) regions = lw_regions_find (map, ids);
  g_autofree guint8 *open = g_new (guint8, regions->len), *label = g_new (guint8, regions->len);
  guint changed = 0, before;
  for (guint i = 0; i < regions->len; i++)
    {
      open[i] = (guint8) is_speck (&g_array_index (regions, LwRegion, i), operation);
      label[i] = g_array_index (regions, LwRegion, i).class_id;
    }
  do
    {
      g_autofree guint32 *length = g_new0 (guint32, (gsize) regions->len * 256);
      g_autofree guint8 *was_open = g_memdup2 (open, regions->len);
      before = changed;
      for (gsize i = 0; i < n; i++)
        {
          gsize next[4] = { i % width > 0 ? i - 1 : i, i % width + 1 < width ? i + 1 : i, i >= width ? i - width : i, i + width < n ? i + width : i };
          for (int k = 0; k < 4; k++)
            if (ids[next[k]] != ids[i] && was_open[ids[i]] && !was_open[ids[next[k]]])
              length[(gsize) ids[i] * 256 + label[ids[next[k]]]]++;
        }
      for (guint r = 0; r < regions->len; r++)
        {
          guint32 best = 0;
          for (int c = 0; c < 256 && was_open[r]; c++)
            if (length[(gsize) r * 256 + (gsize) c] > best)
              {
                best = length[(gsize) r * 256 + (gsize) c];
                label[r] = (guint8) c;
              }
          if (best > 0)
            {
              open[r] = FALSE;
              changed++;
            }
        }
    }
  while (changed != before);
  for (gsize i = 0; i < n; i++)
    lw_label_map_row (map, (int) (i / width))[i % width] = label[ids[i]];
  return changed;
}

static void
test_specks (void)
{
  for (int i = 0; i < 200; i++)
    {
      LwLabelOperation operation = { g_test_rand_bit () ? LW_LABEL_OPERATION_REMOVE_SPECKS : LW_LABEL_OPERATION_FILL_HOLES, LW_LABEL_OPERATION_EVERY_CLASS,
                                .size = g_test_rand_int_range (0, 40) };
      if (operation.kind == LW_LABEL_OPERATION_REMOVE_SPECKS)
        operation.class_id = g_test_rand_int_range (-1, 5);
      g_autoptr(LwLabelMap) map = random_small_map ();
      guint n;
      g_autoptr(LwLabelMap) result = lw_label_operation_run (map, &operation, &n);
      g_assert_cmpuint (n, ==, absorb_slowly (map, &operation));
      g_assert_true (lw_label_map_equal (result, map));
    }
}

/* Nothing is small any more, unless nothing large is there at all. */
static void
test_specks_are_gone (void)
{
  g_autoptr(LwLabelMap) map = random_map (120, 90, 4);
  LwLabelOperation operation = { LW_LABEL_OPERATION_REMOVE_SPECKS, LW_LABEL_OPERATION_EVERY_CLASS, .size = 30 };
  g_autoptr(LwLabelMap) result = lw_label_operation_run (map, &operation, NULL);
  g_autoptr(GArray) regions = lw_regions_find (result, NULL);
  for (guint i = 0; i < regions->len; i++)
    g_assert_false (is_speck (&g_array_index (regions, LwRegion, i), &operation));

  g_autoptr(LwLabelMap) tiny = random_map (5, 5, 4);
  g_autoptr(LwLabelMap) as_it_was = lw_label_operation_run (tiny, &operation, NULL);
  gboolean labelled = TRUE;
  for (int i = 0; i < 25; i++)
    labelled &= lw_label_map_get (tiny, i % 5, i / 5) != LW_LABEL_NONE;
  if (labelled)
    g_assert_true (lw_label_map_equal (tiny, as_it_was));
}

/* ---- holes of a class ---- */

/* Whether other labels than @class_id, 4-connected to (x, y), reach the edge or are too many. */
static gboolean
is_open (const LwLabelMap *map, int x, int y, int class_id, guint32 size)
{
  g_autoptr(GArray) stack = g_array_new (FALSE, FALSE, sizeof (int));
  g_autofree guint8 *seen = g_malloc0 ((gsize) map->width * (gsize) map->height);
  int at = y * map->width + x;
  guint32 count = 0;
  gboolean edge = FALSE;
  g_array_append_val (stack, at);
  seen[at] = 1;
  for (guint i = 0; i < stack->len; i++)
    {
      at = g_array_index (stack, int, i);
      int px = at % map->width, py = at / map->width, next[4][2] = { { px - 1, py }, { px + 1, py }, { px, py - 1 }, { px, py + 1 } };
      count++;
      for (int k = 0; k < 4; k++)
        {
          int nx = next[k][0], ny = next[k][1], n = ny * map->width + nx;
          if (nx < 0 || ny < 0 || nx >= map->width || ny >= map->height)
            edge = TRUE;
          else if (!seen[n] && lw_label_map_get (map, nx, ny) != class_id)
            {
              seen[n] = 1;
              g_array_append_val (stack, n);
            }
        }
    }
  return edge || count >= size;
}

static void
test_holes (void)
{
  for (int i = 0; i < 60; i++)
    {
      g_autoptr(LwLabelMap) map = random_small_map ();
      LwLabelOperation operation = { LW_LABEL_OPERATION_FILL_HOLES, .class_id = g_test_rand_int_range (0, 5), .size = g_test_rand_int_range (0, 30) };
      if (i % 2 == 0)
        for (int y = 0; y < map->height; y++)      /* mostly this class, or there would be few holes */
          for (int x = 0; x < map->width; x++)
            if (g_test_rand_int_range (0, 4) > 0)
              lw_label_map_row (map, y)[x] = (guint8) operation.class_id;
      g_autoptr(LwLabelMap) result = lw_label_operation_run (map, &operation, NULL);
      for (int y = 0; y < map->height; y++)
        for (int x = 0; x < map->width; x++)
          {
            guint8 own = lw_label_map_get (map, x, y);
            gboolean hole = own != operation.class_id && !is_open (map, x, y, operation.class_id, operation.size);
            g_assert_cmpint (lw_label_map_get (result, x, y), ==, hole ? operation.class_id : own);
          }
    }
}

/* ---- replace, and into an edit ---- */

static void
test_replace (void)
{
  g_autoptr(LwLabelMap) map = random_map (60, 40, 5);
  for (int with = 3; with <= LW_LABEL_NONE; with += LW_LABEL_NONE - 3)
    {
      LwLabelOperation operation = { LW_LABEL_OPERATION_REPLACE, .class_id = 2, .with = (guint8) with };
      g_autoptr(LwLabelMap) result = lw_label_operation_run (map, &operation, NULL);
      for (int y = 0; y < map->height; y++)
        for (int x = 0; x < map->width; x++)
          {
            guint8 own = lw_label_map_get (map, x, y);
            g_assert_cmpint (lw_label_map_get (result, x, y), ==, own == 2 ? with : own);
          }
    }
}

/* What differs is set and gets the origin, what is locked stays, what is equal keeps its origin. */
static void
test_edit_map (void)
{
  for (int i = 0; i < 30; i++)
    {
      int width = g_test_rand_int_range (1, 300), height = g_test_rand_int_range (1, 150);
      g_autoptr(LwPlanes) planes = lw_planes_new (width, height);
      fill_random (planes->plane[LW_PLANE_CLASS], 5);
      fill_random (planes->plane[LW_PLANE_ORIGIN], 3);
      g_autoptr(LwPlanes) before = lw_planes_copy (planes);
      g_autoptr(LwLabelMap) wanted = random_map (width, height, 5);
      LwProtection protection = { .locked = { [2] = TRUE } };
      LwEdit *edit = lw_edit_new (planes, 9, &protection);
      lw_edit_map (edit, wanted);
      g_autoptr(LwDiff) diff = lw_edit_finish (edit);
      guint64 changed = 0;
      for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
          {
            guint8 was = lw_label_map_get (before->plane[0], x, y), to = lw_label_map_get (wanted, x, y);
            gboolean set = was != to && was != 2;
            g_assert_cmpint (lw_label_map_get (planes->plane[0], x, y), ==, set ? to : was);
            g_assert_cmpint (lw_label_map_get (planes->plane[1], x, y), ==,
                             !set ? lw_label_map_get (before->plane[1], x, y) : to == LW_LABEL_NONE ? LW_LABEL_NONE : 9);
            changed += set;
          }
      g_assert_cmpuint (lw_diff_count (diff), ==, changed);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/operations/grow-and-shrink", test_grow_and_shrink);
  g_test_add_func ("/operations/smooth", test_smooth);
  g_test_add_func ("/operations/specks", test_specks);
  g_test_add_func ("/operations/specks-are-gone", test_specks_are_gone);
  g_test_add_func ("/operations/holes", test_holes);
  g_test_add_func ("/operations/replace", test_replace);
  g_test_add_func ("/operations/edit-map", test_edit_map);
  return g_test_run ();
}
