/* regions.c: all connected regions of a map, in one pass
 *
 * Rows are taken apart into runs; a run joins the regions of equal label above it (union-find, the older region stays the root),
 * or begins one. So regions are numbered in reading order of their first pixels. */
#include "config.h"
#include "label/regions.h"

typedef struct { int x0, x1; guint32 part; } Run;

typedef struct {
  GArray *parts;             /* of LwRegion: what was begun as a region, some of them joined to an older one */
  GArray *parent;            /* of guint32, by part; a root is its own parent */
} Forest;

static guint32
find_root (Forest *forest, guint32 part)
{
  guint32 *parent = (guint32 *) (gpointer) forest->parent->data;
  while (parent[part] != part)
    {
      parent[part] = parent[parent[part]];
      part = parent[part];
    }
  return part;
}

static guint32
join (Forest *forest, guint32 a, guint32 b)
{
  a = find_root (forest, a);
  b = find_root (forest, b);
  g_array_index (forest->parent, guint32, MAX (a, b)) = MIN (a, b);
  return MIN (a, b);
}

static guint32
begin_part (Forest *forest, guint8 label, int x, int y)
{
  guint32 part = forest->parts->len;
  LwRegion region = { .class_id = label, .bbox = { x, y, 0, 0 }, .seed_x = x, .seed_y = y };
  g_array_append_val (forest->parts, region);
  g_array_append_val (forest->parent, part);
  return part;
}

static void
add_run (Forest *forest, const Run *run, int y)
{
  LwRegion *region = &g_array_index (forest->parts, LwRegion, run->part);
  region->pixels += (guint32) (run->x1 - run->x0);
  region->bbox = lw_rect_union (region->bbox, (LwRect) { run->x0, y, run->x1 - run->x0, 1 });
}

/* @above: the runs of the row above, in order, @n_above of them; @now receives those of row @y. */
static guint
scan_row (Forest *forest, const LwLabelMap *map, int y, const Run *above, guint n_above, Run *now)
{
  const guint8 *row = lw_label_map_row (map, y), *upper = y > 0 ? lw_label_map_row (map, y - 1) : NULL;
  guint n = 0, up = 0;
  for (int x = 0; x < map->width; n++)
    {
      Run run = { x, x + 1, G_MAXUINT32 };
      while (run.x1 < map->width && row[run.x1] == row[x])
        run.x1++;
      while (up < n_above && above[up].x1 <= run.x0)
        up++;
      for (guint i = up; i < n_above && above[i].x0 < run.x1; i++)
        if (upper[above[i].x0] == row[x])
          run.part = run.part == G_MAXUINT32 ? find_root (forest, above[i].part) : join (forest, run.part, above[i].part);
      if (run.part == G_MAXUINT32)
        run.part = begin_part (forest, row[x], x, y);
      add_run (forest, &run, y);
      now[n] = run;
      x = run.x1;
    }
  return n;
}

static void
write_ids (guint32 *ids, const Run *runs, guint n)
{
  for (guint i = 0; i < n; i++)
    for (int x = runs[i].x0; x < runs[i].x1; x++)
      ids[x] = runs[i].part;
}

/* Adds each joined part to its root and moves the roots together. Afterwards parent holds the region number of each part. */
static GArray *
collect (Forest *forest)
{
  GArray *regions = g_array_new (FALSE, FALSE, sizeof (LwRegion));
  guint32 *parent = (guint32 *) (gpointer) forest->parent->data;
  for (guint32 part = 0; part < forest->parts->len; part++)
    {
      LwRegion *from = &g_array_index (forest->parts, LwRegion, part);
      if (parent[part] == part)
        {
          parent[part] = regions->len;
          g_array_append_vals (regions, from, 1);
          continue;
        }
      parent[part] = parent[parent[part]];      /* its parent is older, so already a number; a chain was shortened on the way */
      LwRegion *into = &g_array_index (regions, LwRegion, parent[part]);
      into->pixels += from->pixels;
      into->bbox = lw_rect_union (into->bbox, from->bbox);
    }
  return regions;
}

GArray *
lw_regions_find (const LwLabelMap *map, guint32 *ids)
{
  g_autoptr(GArray) parts = g_array_new (FALSE, FALSE, sizeof (LwRegion));
  g_autoptr(GArray) parent = g_array_new (FALSE, FALSE, sizeof (guint32));
  Forest forest = { parts, parent };
  gsize width = (gsize) map->width;
  g_autofree Run *runs = g_new (Run, 2 * width);
  guint n_above = 0;
  for (int y = 0; y < map->height; y++)
    {
      Run *now = runs + (gsize) (y & 1) * width, *above = runs + (gsize) (~y & 1) * width;
      n_above = scan_row (&forest, map, y, above, n_above, now);
      if (ids != NULL)
        write_ids (ids + (gsize) y * width, now, n_above);
    }
  GArray *regions = collect (&forest);
  for (gsize i = 0; ids != NULL && i < width * (gsize) map->height; i++)
    ids[i] = g_array_index (parent, guint32, ids[i]);
  return regions;
}
