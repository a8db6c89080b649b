/* polygon.c: even-odd fill, row by row over a table of active edges
 *
 * Where an edge crosses a row is computed from its upper end to its lower one, whichever way the ring runs: two polygons
 * that share an edge get the same number, so that each centre belongs to exactly one of them. */
#include "config.h"
#include "label/raster-private.h"

#include <stdlib.h>
#include <string.h>

#define FEW 64      /* up to here an insertion sort is faster than qsort, and the crossings are nearly in order anyway */

/* Crosses the rows first <= y < end. */
typedef struct { int first, end; double x, y, dx, dy; } Edge;

typedef struct {
  const LwRect *clip;
  LwSpanFunc func;
  gpointer data;
  GArray *edges;             /* of Edge, by first row */
  guint next;                /* the first edge that is not active yet */
  GArray *active;            /* of guint: indices of edges */
  GArray *crossings;         /* of double */
} Fill;

static void
add_edge (Fill *fill, LwPoint a, LwPoint b)
{
  if (a.y > b.y)
    {
      LwPoint upper = b;
      b = a;
      a = upper;
    }
  Edge edge = { lw_raster_first_from (a.y), lw_raster_first_from (b.y), a.x, a.y, b.x - a.x, b.y - a.y };
  edge.first = MAX (edge.first, fill->clip->y);
  edge.end = MIN (edge.end, fill->clip->y + fill->clip->height);
  if (edge.first < edge.end)
    g_array_append_val (fill->edges, edge);
}

static gboolean
is_finite (LwPoint p)
{
  return isfinite (p.x) && isfinite (p.y);
}

/* Points that are not finite are left out. */
static void
add_ring (Fill *fill, const LwPoint *points, gsize n)
{
  while (n > 0 && !is_finite (points[n - 1]))
    n--;
  if (n == 0)
    return;
  LwPoint before = { lw_raster_bound (points[n - 1].x), lw_raster_bound (points[n - 1].y) };
  for (gsize i = 0; i < n; i++)
    if (is_finite (points[i]))
      {
        LwPoint point = { lw_raster_bound (points[i].x), lw_raster_bound (points[i].y) };
        add_edge (fill, before, point);
        before = point;
      }
}

static int
compare_edges (gconstpointer a, gconstpointer b)
{
  const Edge *left = a, *right = b;
  return (left->first > right->first) - (left->first < right->first);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;
  return (left > right) - (left < right);
}

static void
sort_crossings (double *x, gsize n)
{
  if (n > FEW)
    return qsort (x, n, sizeof *x, compare_doubles);
  for (gsize i = 1; i < n; i++)
    {
      double value = x[i];
      gsize at = i;
      for (; at > 0 && x[at - 1] > value; at--)
        x[at] = x[at - 1];
      x[at] = value;
    }
}

/* Drops the edges that ended, adds those that begin, and notes where each crosses the row of centres. */
static void
cross_row (Fill *fill, int y)
{
  guint kept = 0;
  for (guint i = 0; i < fill->active->len; i++)
    {
      guint edge = g_array_index (fill->active, guint, i);
      if (g_array_index (fill->edges, Edge, edge).end > y)
        g_array_index (fill->active, guint, kept++) = edge;
    }
  g_array_set_size (fill->active, kept);
  for (; fill->next < fill->edges->len && g_array_index (fill->edges, Edge, fill->next).first <= y; fill->next++)
    g_array_append_val (fill->active, fill->next);

  g_array_set_size (fill->crossings, fill->active->len);
  for (guint i = 0; i < fill->active->len; i++)
    {
      const Edge *e = &g_array_index (fill->edges, Edge, g_array_index (fill->active, guint, i));
      g_array_index (fill->crossings, double, i) = e->x + (y + 0.5 - e->y) * e->dx / e->dy;
    }
  sort_crossings ((double *) (gpointer) fill->crossings->data, fill->crossings->len);
}

/* Runs that touch are given as one. */
static void
emit_row (Fill *fill, int y)
{
  int from = 0, to = 0;
  for (guint i = 0; i + 1 < fill->crossings->len; i += 2)
    {
      int x0 = lw_raster_first_from (g_array_index (fill->crossings, double, i));
      int x1 = lw_raster_first_from (g_array_index (fill->crossings, double, i + 1));
      if (x0 == x1)
        continue;
      if (x0 != to || from == to)
        {
          lw_raster_emit (y, from, to, fill->clip, fill->func, fill->data);
          from = x0;
        }
      to = x1;
    }
  lw_raster_emit (y, from, to, fill->clip, fill->func, fill->data);
}

/* Rows without an active edge are skipped. */
static void
fill_rows (Fill *fill)
{
  int y = fill->clip->y;
  while (fill->active->len > 0 || fill->next < fill->edges->len)
    {
      if (fill->active->len == 0)
        y = MAX (y, g_array_index (fill->edges, Edge, fill->next).first);
      cross_row (fill, y);
      emit_row (fill, y);
      y++;
    }
}

void
lw_raster_polygon (const LwPoint *points, const gsize *ring_sizes, gsize n_rings, const LwRect *clip, LwSpanFunc func,
                   gpointer data)
{
  g_autoptr(GArray) edges = g_array_new (FALSE, FALSE, sizeof (Edge));
  g_autoptr(GArray) active = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr(GArray) crossings = g_array_new (FALSE, FALSE, sizeof (double));
  Fill fill = { clip, func, data, edges, 0, active, crossings };
  for (gsize i = 0; i < n_rings; i++)
    {
      add_ring (&fill, points, ring_sizes[i]);
      points += ring_sizes[i];
    }
  g_array_sort (edges, compare_edges);
  fill_rows (&fill);
}
