/* region-fill.c: the connected region of equal labels that holds a pixel */
#include "config.h"
#include "label/raster.h"

/* Runs are collected first and handed out afterwards, so that the caller may paint into the very map that is searched. */
typedef struct { int y, x0, x1; } Run;

typedef struct {
  const LwLabelMap *map;
  guint8 label;
  guint8 *seen;              /* one bit a pixel */
  GArray *runs;              /* of Run, in the order found */
} Search;

static inline gboolean
is_seen (const Search *search, int x, int y)
{
  gsize i = (gsize) y * (gsize) search->map->width + (gsize) x;
  return search->seen[i >> 3] >> (i & 7) & 1;
}

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
  for (int i = run.x0; i < run.x1; i++)
    {
      gsize at = (gsize) y * (gsize) search->map->width + (gsize) i;
      search->seen[at >> 3] |= (guint8) (1u << (at & 7));
    }
  g_array_append_val (search->runs, run);
  return run.x1;
}

static void
take_neighbours (Search *search, Run run, int y)
{
  if (y < 0 || y >= search->map->height)
    return;
  const guint8 *row = lw_label_map_row (search->map, y);
  for (int x = run.x0; x < run.x1; x++)
    if (row[x] == search->label && !is_seen (search, x, y))
      x = take_run (search, x, y);
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
  g_autofree guint8 *seen = g_malloc0 (((gsize) map->width * (gsize) map->height + 7) / 8);
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
