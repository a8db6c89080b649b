/* smooth.c: each pixel takes the label of most pixels around it
 *
 * A disc slides along each row: what it leaves and enters are one pixel of each of its rows. */
#include "config.h"
#include "label/operations-private.h"

#include <math.h>
#include <string.h>

typedef struct {
  const LwLabelMap *map;
  int reach;
  int half[2 * LW_LABEL_OPERATION_RADIUS_MAX + 1];      /* of each row of the disc: how far it goes left and right */
  guint32 counts[256], total;
} Disc;

static void
begin_row (Disc *disc, int y)
{
  memset (disc->counts, 0, sizeof disc->counts);
  disc->total = 0;
  for (int dy = -disc->reach; dy <= disc->reach; dy++)
    if (y + dy >= 0 && y + dy < disc->map->height)
      {
        int end = MIN (disc->half[dy + disc->reach], disc->map->width);      /* the disc around pixel -1 reaches up to half - 1 */
        const guint8 *row = lw_label_map_row (disc->map, y + dy);
        for (int x = 0; x < end; x++)
          disc->counts[row[x]]++;
        disc->total += (guint32) MAX (end, 0);
      }
}

/* From around (x - 1, y) to around (x, y). */
static void
move_to (Disc *disc, int x, int y)
{
  for (int dy = -disc->reach; dy <= disc->reach; dy++)
    if (y + dy >= 0 && y + dy < disc->map->height)
      {
        const guint8 *row = lw_label_map_row (disc->map, y + dy);
        int half = disc->half[dy + disc->reach];
        if (x + half < disc->map->width)
          {
            disc->counts[row[x + half]]++;
            disc->total++;
          }
        if (x - half - 1 >= 0)
          {
            disc->counts[row[x - half - 1]]--;
            disc->total--;
          }
      }
}

static guint8
most_frequent (const Disc *disc, guint8 own)
{
  if (2 * disc->counts[own] >= disc->total)
    return own;
  guint8 best = own;
  for (int i = 0; i < 256; i++)
    if (disc->counts[i] > disc->counts[best])
      best = (guint8) i;
  return best;
}

void
lw_label_operation_smooth (LwLabelMap *map, int class_id, double radius)
{
  g_autoptr(LwLabelMap) before = lw_label_map_copy (map);
  Disc disc = { .map = before, .reach = (int) radius };
  for (int dy = -disc.reach; dy <= disc.reach; dy++)
    disc.half[dy + disc.reach] = (int) sqrt (radius * radius - (double) dy * dy);
  for (int y = 0; y < map->height; y++)
    {
      guint8 *row = lw_label_map_row (map, y);
      begin_row (&disc, y);
      for (int x = 0; x < map->width; x++)
        {
          move_to (&disc, x, y);
          guint8 own = row[x], label = most_frequent (&disc, own);
          if (class_id == LW_LABEL_OPERATION_EVERY_CLASS || own == class_id || label == class_id)
            row[x] = label;
        }
    }
}
