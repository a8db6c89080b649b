/* regions.h: connected regions of equal labels */
#pragma once
#include "label/label-map.h"

typedef struct {
  guint8 class_id;
  guint32 pixels;
  LwRect bbox;
  int seed_x, seed_y;      /* one pixel of it: the first in reading order */
} LwRegion;

/* Returns: (transfer full) (element-type LwRegion): 4-connected regions in reading order of their seeds; @ids, if not NULL,
 * receives width * height region numbers (packed). */
GArray *lw_regions_find (const LwLabelMap *map, guint32 *ids);
