/* label-map.h: one byte a pixel, the id of its class */
#pragma once

#include "label/rect.h"

#define LW_LABEL_NONE 255      /* not labelled yet; Void is a class with the `ignored` flag instead */
#define LW_MAX_SIDE 32768      /* pixels */
#define LW_MAX_PIXELS (1 << 28)

/* Plain and hot: millions of reads, no watcher. Rows are @stride bytes apart; stride >= width. */
typedef struct {
  int width, height;
  gsize stride;
  guint8 *labels;
} LwLabelMap;

/* Returns: (transfer full): every pixel LW_LABEL_NONE; NULL only where the sides are out of 1..LW_MAX_SIDE or the product above LW_MAX_PIXELS */
LwLabelMap *lw_label_map_new (int width, int height);
LwLabelMap *lw_label_map_copy (const LwLabelMap *map);
void lw_label_map_free (LwLabelMap *map);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwLabelMap, lw_label_map_free)

gboolean lw_label_map_equal (const LwLabelMap *a, const LwLabelMap *b);      /* same size, same labels */
void lw_label_map_count (const LwLabelMap *map, guint64 counts[256]);        /* pixels of each id, 255 included; counts is overwritten */
void lw_label_map_remap (LwLabelMap *map, const guint8 table[256]);

static inline guint8 *
lw_label_map_row (const LwLabelMap *map, int y)
{
  return map->labels + (gsize) y * map->stride;
}

static inline guint8
lw_label_map_get (const LwLabelMap *map, int x, int y)
{
  return map->labels[(gsize) y * map->stride + (gsize) x];
}
