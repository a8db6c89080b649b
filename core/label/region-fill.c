/* region-fill.c: the connected region of equal labels that holds a pixel */
#include "config.h"
#include "label/raster.h"

#include <string.h>

/* Runs are collected first and handed out afterwards, so that the caller may paint into the very map that is searched. */
typedef struct { int y, x0, x1; } Run;

typedef struct {
  const LwLabelMap *map;
  guint8 label;
  guint8 *seen;              /* a flag a pixel, packed rows */
  GArray *runs;              /* of Run, in the order found */
} Search;

/* The whole run of equal labels through (x, y), which is in the region and not seen yet. Returns: its end */
static int
take_run (Search *search, int x, int y)
{
  const guint8 *row = lw_label_map_row (search->map, y);
  Run run = { y, x, x + 1 };
  while (run.x0 > 0 && row[run.x0 - 1] == search->label)
    run.x0--;
  while (run.x1 < search->map->width && row[run.x1] == search->label)
    run.x1++;
  memset (search->seen + (gsize) y * (gsize) search->map->width + (gsize) run.x0, TRUE, (gsize) (run.x1 - run.x0));
  g_array_append_val (search->runs, run);
  return run.x1;
}

/* Of the row @y, what touches @run. Stretches that don't matter are skipped by memchr, many pixels at a time. */
static void
take_neighbours (Search *search, Run run, int y)
{
  if (y < 0 || y >= search->map->height)
    return;
  const guint8 *row = lw_label_map_row (search->map, y), *seen = search->seen + (gsize) y * (gsize) search->map->width;
  int x = run.x0;
  while (x < run.x1)
    {
      const guint8 *next = memchr (row + x, search->label, (gsize) (run.x1 - x));
      if (next == NULL)
        return;
      x = (int) (next - row);
      if (!seen[x])
        x = take_run (search, x, y);
      else if ((next = memchr (seen + x, FALSE, (gsize) (run.x1 - x))) == NULL)
        return;
      else
        x = (int) (next - seen);
    }
}

void
lw_raster_runs (const guint8 *row, int width, guint8 label, int y, LwSpanFunc func, gpointer data)
{
  for (int x = 0; x < width; x++)
    if (row[x] == label)
      {
        int x0 = x;
        while (x < width && row[x] == label)
          x++;
        func (y, x0, x, data);
      }
}

static int
compare_runs (gconstpointer a, gconstpointer b)
{
  const Run *left = a, *right = b;
  int order = (left->y > right->y) - (left->y < right->y);
  return order != 0 ? order : (left->x0 > right->x0) - (left->x0 < right->x0);
}

void
lw_raster_region (const LwLabelMap *map, int x, int y, LwSpanFunc func, gpointer data)
{
  if (x < 0 || y < 0 || x >= map->width || y >= map->height)
    return;
  g_autofree guint8 *seen = g_malloc0 ((gsize) map->width * (gsize) map->height);
  g_autoptr(GArray) runs = g_array_new (FALSE, FALSE, sizeof (Run));
  Search search = { map, lw_label_map_get (map, x, y), seen, runs };
  take_run (&search, x, y);
  for (guint done = 0; done < runs->len; done++)
    {
      Run run = g_array_index (runs, Run, done);
      take_neighbours (&search, run, run.y - 1);
      take_neighbours (&search, run, run.y + 1);
    }
  g_array_sort (runs, compare_runs);
  for (guint i = 0; i < runs->len; i++)
    {
      Run run = g_array_index (runs, Run, i);
      func (run.y, run.x0, run.x1, data);
    }
}
