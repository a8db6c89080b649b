/* test-regions.c: connected regions against a flood fill from every pixel */
#include "config.h"
#include "label/regions.h"

#include <string.h>
#include "label/raster.h"
#include "random-map.h"

typedef struct { guint32 *ids; int width; guint32 number; LwRegion region; } Flood;

static void
flood_cb (int y, int x0, int x1, gpointer data)
{
  Flood *flood = data;
  flood->region.pixels += (guint32) (x1 - x0);
  flood->region.bbox = lw_rect_union (flood->region.bbox, (LwRect) { x0, y, x1 - x0, 1 });
  for (int x = x0; x < x1; x++)
    flood->ids[y * flood->width + x] = flood->number;
}

static void
check_map (const LwLabelMap *map)
{
  gsize n = (gsize) map->width * (gsize) map->height;
  g_autofree guint32 *ids = g_new (guint32, n), *flooded = g_new (guint32, n);
  memset (flooded, 0xff, n * sizeof *flooded);
  g_autoptr(GArray) regions = lw_regions_find (map, ids), without_ids = lw_regions_find (map, NULL);
  g_assert_cmpuint (without_ids->len, ==, regions->len);
  Flood flood = { flooded, map->width, 0, { 0 } };
  for (int y = 0; y < map->height; y++)
    for (int x = 0; x < map->width; x++)
      if (flooded[y * map->width + x] == G_MAXUINT32)
        {
          flood.region = (LwRegion) { .class_id = lw_label_map_get (map, x, y), .seed_x = x, .seed_y = y };
          lw_raster_region (map, x, y, flood_cb, &flood);
          g_assert_cmpuint (flood.number, <, regions->len);
          const LwRegion *region = &g_array_index (regions, LwRegion, flood.number++);
          g_assert_cmpint (region->class_id, ==, flood.region.class_id);
          g_assert_cmpuint (region->pixels, ==, flood.region.pixels);
          g_assert_cmpmem (&region->bbox, sizeof region->bbox, &flood.region.bbox, sizeof flood.region.bbox);
          g_assert_cmpint (region->seed_x, ==, x);
          g_assert_cmpint (region->seed_y, ==, y);
        }
  g_assert_cmpuint (flood.number, ==, regions->len);
  g_assert_true (memcmp (ids, flooded, n * sizeof *ids) == 0);
}

static void
test_random (void)
{
  for (int i = 0; i < 400; i++)
    {
      g_autoptr(LwLabelMap) map = random_map (g_test_rand_int_range (1, 60), g_test_rand_int_range (1, 60),
                                               g_test_rand_int_range (1, 5));
      check_map (map);
    }
}

/* Shapes that join late: a comb, a spiral, a checkerboard, noise of two labels. */
static void
test_shapes (void)
{
  for (int kind = 0; kind < 4; kind++)
    {
      g_autoptr(LwLabelMap) map = lw_label_map_new (61, 47);
      for (int y = 0; y < map->height; y++)
        for (int x = 0; x < map->width; x++)
          {
            int ring = MIN (MIN (x, y), MIN (map->width - 1 - x, map->height - 1 - y));
            gboolean set[] = { x % 2 == 0 || y == map->height - 1, (ring % 2 == 0) != (y == x + 1 && ring % 2 == 0),
                               (x + y) % 2 == 0, g_test_rand_bit () };
            lw_label_map_row (map, y)[x] = set[kind] ? 1 : 0;
          }
      check_map (map);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/regions/random", test_random);
  g_test_add_func ("/regions/shapes", test_shapes);
  return g_test_run ();
}
