/* random-map.h: maps that look a little like labels: blocks of a few classes, some noise */
#pragma once

#include "label/label-map.h"

static inline void
fill_random (LwLabelMap *map, int n_classes)
{
  for (int i = g_test_rand_int_range (1, 12); i > 0; i--)
    {
      int x0 = g_test_rand_int_range (0, map->width), x1 = g_test_rand_int_range (x0, map->width) + 1;
      int y0 = g_test_rand_int_range (0, map->height), y1 = g_test_rand_int_range (y0, map->height) + 1;
      int label = g_test_rand_int_range (-1, n_classes);
      for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
          lw_label_map_row (map, y)[x] = label < 0 ? LW_LABEL_NONE : (guint8) label;
    }
  for (int i = map->width * map->height / 16; i > 0; i--)
    lw_label_map_row (map, g_test_rand_int_range (0, map->height))[g_test_rand_int_range (0, map->width)] = (guint8) g_test_rand_int_range (0, n_classes);
}

static inline LwLabelMap *
random_map (int width, int height, int n_classes)
{
  LwLabelMap *map = lw_label_map_new (width, height);
  fill_random (map, n_classes);
  return map;
}
