/* left.c: what of a frame is still to be done */
#include "config.h"
#include "label/left.h"

#include "label/regions.h"

#define BLOCK 4            /* pixels: a value of the confidence */
#define AROUND 2           /* blocks on each side that a block is averaged with */
#define WIDE 64            /* blocks: wider areas are cut into squares of this side */
#define LEAST 6            /* blocks */

static GArray *
collect (const LwLabelMap *map, gboolean unlabelled, guint32 below)
{
  g_autoptr (GArray) regions = lw_regions_find (map, NULL);
  GArray *areas = g_array_new (FALSE, FALSE, sizeof (LwLeftArea));
  for (guint i = 0; i < regions->len; i++)
    {
      const LwRegion *region = &g_array_index (regions, LwRegion, i);
      LwLeftArea area = { region->bbox, region->pixels, region->seed_x, region->seed_y, 0 };
      if ((region->class_id == LW_LABEL_NONE) == unlabelled && (unlabelled || region->pixels < below))
        g_array_append_val (areas, area);
    }
  return areas;
}

GArray *
lw_left_unlabelled (const LwLabelMap *map)
{
  return collect (map, TRUE, 0);
}

GArray *
lw_left_specks (const LwLabelMap *map, guint32 below)
{
  return collect (map, FALSE, below);
}

/* ---- doubt ---- */

static gboolean
is_settled (const LwLabelMap *labels, const LwLabelMap *origins, const gboolean *people, int bx, int by)
{
  int x1 = MIN ((bx + 1) * BLOCK, labels->width), y1 = MIN ((by + 1) * BLOCK, labels->height), by_people = 0, n = 0;
  for (int y = by * BLOCK; y < y1; y++)
    for (int x = bx * BLOCK; x < x1; x++, n++)
      by_people += lw_label_map_get (labels, x, y) != LW_LABEL_NONE && people[lw_label_map_get (origins, x, y)];
  return 2 * by_people > n;
}

/* The mean of up to 5 x 5 blocks, rows first: sums of what lies in the map. */
static int
mean_around (const LwLabelMap *confidence, int bx, int by)
{
  int x0 = MAX (bx - AROUND, 0), x1 = MIN (bx + AROUND + 1, confidence->width);
  int y0 = MAX (by - AROUND, 0), y1 = MIN (by + AROUND + 1, confidence->height), sum = 0;
  for (int y = y0; y < y1; y++)
    for (int x = x0; x < x1; x++)
      sum += lw_label_map_get (confidence, x, y);
  return sum / ((x1 - x0) * (y1 - y0));
}

/* A map of blocks: 0 where there is doubt; @doubt receives how much. */
static LwLabelMap *
mark (const LwLabelMap *confidence, guint8 below, const LwLabelMap *labels, const LwLabelMap *origins, const gboolean *people, guint8 *doubt)
{
  LwLabelMap *blocks = lw_label_map_new (confidence->width, confidence->height);
  for (int by = 0; by < blocks->height; by++)
    for (int bx = 0; bx < blocks->width; bx++)
      {
        int mean = mean_around (confidence, bx, by);
        if (mean >= below || is_settled (labels, origins, people, bx, by))
          continue;
        lw_label_map_row (blocks, by)[bx] = 0;
        doubt[(gsize) by * (gsize) blocks->width + (gsize) bx] = (guint8) (below - mean);
      }
  return blocks;
}

/* What is too wide gets labels like a chess board: so that its squares are regions of their own. */
static void
cut_wide (LwLabelMap *blocks)
{
  g_autofree guint32 *ids = g_new (guint32, (gsize) blocks->width * (gsize) blocks->height);
  g_autoptr (GArray) regions = lw_regions_find (blocks, ids);
  for (int by = 0; by < blocks->height; by++)
    for (int bx = 0; bx < blocks->width; bx++)
      {
        const LwRegion *region = &g_array_index (regions, LwRegion, ids[(gsize) by * (gsize) blocks->width + (gsize) bx]);
        if (region->class_id == 0 && MAX (region->bbox.width, region->bbox.height) > WIDE)
          lw_label_map_row (blocks, by)[bx] = (guint8) (1 + (bx / WIDE + by / WIDE) % 2);
      }
}

static int
compare_doubt (gconstpointer a, gconstpointer b)
{
  const LwLeftArea *first = a, *second = b;
  if (first->weight != second->weight)
    return first->weight > second->weight ? -1 : 1;
  return first->y != second->y ? first->y - second->y : first->x - second->x;
}

static GArray *
measure (const LwLabelMap *blocks, const guint8 *doubt, const LwLabelMap *labels)
{
  g_autofree guint32 *ids = g_new (guint32, (gsize) blocks->width * (gsize) blocks->height);
  g_autoptr (GArray) regions = lw_regions_find (blocks, ids);
  g_autofree double *weights = g_new0 (double, regions->len);
  GArray *areas = g_array_new (FALSE, FALSE, sizeof (LwLeftArea));
  LwRect whole = { 0, 0, labels->width, labels->height };
  for (gsize i = 0; i < (gsize) blocks->width * (gsize) blocks->height; i++)
    weights[ids[i]] += doubt[i];
  for (guint i = 0; i < regions->len; i++)
    {
      const LwRegion *region = &g_array_index (regions, LwRegion, i);
      if (region->class_id == LW_LABEL_NONE || region->pixels < LEAST)
        continue;
      LwRect box = { region->bbox.x * BLOCK, region->bbox.y * BLOCK, region->bbox.width * BLOCK, region->bbox.height * BLOCK };
      LwLeftArea area = { lw_rect_intersect (box, whole), (guint64) region->pixels * BLOCK * BLOCK, region->seed_x * BLOCK, region->seed_y * BLOCK, weights[i] };
      g_array_append_val (areas, area);
    }
  g_array_sort (areas, compare_doubt);
  return areas;
}

GArray *
lw_left_unsure (const LwLabelMap *confidence, guint8 below, const LwLabelMap *labels, const LwLabelMap *origins, const gboolean *people)
{
  g_return_val_if_fail (confidence->width == (labels->width + BLOCK - 1) / BLOCK && confidence->height == (labels->height + BLOCK - 1) / BLOCK, NULL);
  g_return_val_if_fail (origins->width == labels->width && origins->height == labels->height, NULL);
  g_autofree guint8 *doubt = g_new0 (guint8, (gsize) confidence->width * (gsize) confidence->height);
  g_autoptr (LwLabelMap) blocks = mark (confidence, below, labels, origins, people, doubt);
  cut_wide (blocks);
  return measure (blocks, doubt, labels);
}
