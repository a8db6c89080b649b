/* label-map.c: one byte a pixel, allocated, copied, compared, counted */
#include "config.h"
#include "label/label-map.h"

#include <string.h>

LwLabelMap *
lw_label_map_new (int width, int height)
{
  if (width < 1 || height < 1 || width > LW_MAX_SIDE || height > LW_MAX_SIDE || (gint64) width * height > LW_MAX_PIXELS)
    return NULL;
  LwLabelMap *map = g_new (LwLabelMap, 1);
  *map = (LwLabelMap) { width, height, (gsize) width, g_malloc ((gsize) width * (gsize) height) };
  memset (map->labels, LW_LABEL_NONE, (gsize) width * (gsize) height);
  return map;
}

LwLabelMap *
lw_label_map_copy (const LwLabelMap *map)
{
  LwLabelMap *copy = g_new (LwLabelMap, 1);
  *copy = (LwLabelMap) { map->width, map->height, (gsize) map->width, g_malloc ((gsize) map->width * (gsize) map->height) };
  for (int y = 0; y < map->height; y++)
    memcpy (lw_label_map_row (copy, y), lw_label_map_row (map, y), (gsize) map->width);
  return copy;
}

void
lw_label_map_free (LwLabelMap *map)
{
  if (map == NULL)
    return;
  g_free (map->labels);
  g_free (map);
}

gboolean
lw_label_map_equal (const LwLabelMap *a, const LwLabelMap *b)
{
  if (a->width != b->width || a->height != b->height)
    return FALSE;
  for (int y = 0; y < a->height; y++)
    if (memcmp (lw_label_map_row (a, y), lw_label_map_row (b, y), (gsize) a->width) != 0)
      return FALSE;
  return TRUE;
}

#define BLOCK 64      /* pixels; mostly of one label */

/* Four tables, because neighbouring pixels mostly have the same label and a single counter would wait for itself. */
static void
count_block (const guint8 *block, guint32 part[4][256])
{
  if (memcmp (block, block + 1, BLOCK - 1) == 0)
    {
      part[0][block[0]] += BLOCK;
      return;
    }
  for (int x = 0; x < BLOCK; x++)
    part[x & 3][block[x]]++;
}

void
lw_label_map_count (const LwLabelMap *map, guint64 counts[256])
{
  guint32 part[4][256] = { 0 };      /* wide enough: LW_MAX_PIXELS */
  for (int y = 0; y < map->height; y++)
    {
      const guint8 *row = lw_label_map_row (map, y);
      int x = 0;
      for (; x + BLOCK <= map->width; x += BLOCK)
        count_block (row + x, part);
      for (; x < map->width; x++)
        part[x & 3][row[x]]++;
    }
  for (int id = 0; id < 256; id++)
    counts[id] = (guint64) part[0][id] + part[1][id] + part[2][id] + part[3][id];
}

void
lw_label_map_remap (LwLabelMap *map, const guint8 table[256])
{
  for (int y = 0; y < map->height; y++)
    {
      guint8 *row = lw_label_map_row (map, y);
      for (int x = 0; x < map->width; x++)
        row[x] = table[row[x]];
    }
}
