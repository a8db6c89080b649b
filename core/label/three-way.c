/* three-way.c: pixel by pixel, by class and by who set it */
#include "config.h"
#include "label/three-way.h"

typedef struct { const guint8 *class_id, *origin; } Row;

static Row
get_row (const LwPlanes *planes, int y)
{
  return (Row) { lw_label_map_row (planes->plane[LW_PLANE_CLASS], y), lw_label_map_row (planes->plane[LW_PLANE_ORIGIN], y) };
}

static inline gboolean
is_same (Row a, Row b, int x)
{
  return a.class_id[x] == b.class_id[x] && a.origin[x] == b.origin[x];
}

guint64
lw_three_way (const LwPlanes *base, const LwPlanes *ours, const LwPlanes *theirs, LwPlanes *result, LwLabelMap *conflicts)
{
  const LwLabelMap *map = base->plane[0];
  guint64 n = 0;
  for (int y = 0; y < map->height; y++)
    {
      Row before = get_row (base, y), our = get_row (ours, y), their = get_row (theirs, y);
      guint8 *class_id = lw_label_map_row (result->plane[LW_PLANE_CLASS], y), *origin = lw_label_map_row (result->plane[LW_PLANE_ORIGIN], y);
      guint8 *conflict = lw_label_map_row (conflicts, y);
      for (int x = 0; x < map->width; x++)
        {
          gboolean take = is_same (our, before, x);
          gboolean disagree = !take && !is_same (their, before, x) && our.class_id[x] != their.class_id[x];
          class_id[x] = take ? their.class_id[x] : our.class_id[x];
          origin[x] = take ? their.origin[x] : our.origin[x];
          conflict[x] = disagree ? 0 : LW_LABEL_NONE;
          n += disagree;
        }
    }
  return n;
}
