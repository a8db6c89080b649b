/* brush.c: the area that a round or square brush sweeps on a straight line
 *
 * A sweep is convex, so each row of pixel centres meets it in one interval. */
#include "config.h"
#include "label/raster-private.h"

/* Below this a brush could pass between the centres and leave gaps. */
#define MIN_RADIUS 0.5

typedef struct { double x[2], y[2], r[2]; } Sweep;

typedef struct { double left, right; } Interval;      /* empty where left > right */

static const Interval nothing = { INFINITY, -INFINITY };

static void
cover (Interval *interval, double left, double right)
{
  interval->left = MIN (interval->left, left);
  interval->right = MAX (interval->right, right);
}

/* ---- round ---- */

static void
cover_disc (Interval *interval, double x, double y, double r, double row)
{
  double dy = row - y;
  if (fabs (dy) > r)
    return;
  double half = sqrt (r * r - dy * dy);
  cover (interval, x - half, x + half);
}

static void
cover_edge (Interval *interval, double ax, double ay, double bx, double by, double row)
{
  if (row < MIN (ay, by) || row > MAX (ay, by))
    return;
  if (ay == by)
    return cover (interval, MIN (ax, bx), MAX (ax, bx));
  double x = ax + (row - ay) * (bx - ax) / (by - ay);
  cover (interval, x, x);
}

/* The two outer tangents touch the discs where the unit normal n has n · (c1 - c0) = r0 - r1. */
static void
cover_tangents (Interval *interval, const Sweep *s, double row)
{
  double dx = s->x[1] - s->x[0], dy = s->y[1] - s->y[0], dr = s->r[0] - s->r[1];
  double d2 = dx * dx + dy * dy;
  if (d2 <= dr * dr)
    return;                        /* one disc holds the other */
  double across = sqrt (d2 - dr * dr);
  for (int side = -1; side <= 1; side += 2)
    {
      double nx = (dx * dr - side * dy * across) / d2, ny = (dy * dr + side * dx * across) / d2;
      cover_edge (interval, s->x[0] + s->r[0] * nx, s->y[0] + s->r[0] * ny, s->x[1] + s->r[1] * nx, s->y[1] + s->r[1] * ny, row);
    }
}

static Interval
round_row (const Sweep *s, double row)
{
  Interval interval = nothing;
  cover_disc (&interval, s->x[0], s->y[0], s->r[0], row);
  cover_disc (&interval, s->x[1], s->y[1], s->r[1], row);
  cover_tangents (&interval, s, row);
  return interval;
}

/* ---- square ---- */

/* Keeps of [t0, t1] where a + t * b >= 0 (@strict, where that does not depend on t: > 0). */
static void
limit_time (double a, double b, gboolean strict, double *t0, double *t1)
{
  if (b > 0)
    *t0 = MAX (*t0, -a / b);
  else if (b < 0)
    *t1 = MIN (*t1, -a / b);
  else if (a < 0 || (strict && a == 0))
    *t1 = -INFINITY;
}

/* The square at time t has the sides x(t) ± r(t): they are linear in t, so the extremes lie at the ends of the time when it meets
 * the row. */
static Interval
square_row (const Sweep *s, double row)
{
  double dx = s->x[1] - s->x[0], dy = s->y[1] - s->y[0], dr = s->r[1] - s->r[0];
  double t0 = 0, t1 = 1;
  limit_time (row - s->y[0] + s->r[0], dr - dy, TRUE, &t0, &t1);
  limit_time (s->y[0] + s->r[0] - row, dy + dr, FALSE, &t0, &t1);
  Interval interval = nothing;
  if (t0 > t1)
    return interval;
  cover (&interval, s->x[0] + t0 * dx - (s->r[0] + t0 * dr), s->x[0] + t0 * dx + (s->r[0] + t0 * dr));
  cover (&interval, s->x[0] + t1 * dx - (s->r[0] + t1 * dr), s->x[0] + t1 * dx + (s->r[0] + t1 * dr));
  return interval;
}

/* ---- both ---- */

static void
find_run (LwBrushShape shape, const Sweep *s, int y, int *x0, int *x1)
{
  Interval interval = shape == LW_BRUSH_ROUND ? round_row (s, y + 0.5) : square_row (s, y + 0.5);
  gboolean empty = interval.left > interval.right;
  *x0 = empty ? G_MAXINT : shape == LW_BRUSH_ROUND ? lw_raster_first_from (interval.left) : lw_raster_first_after (interval.left);
  *x1 = empty ? G_MININT : lw_raster_first_after (interval.right);
  empty = *x0 >= *x1;
  for (int end = 0; end < 2; end++)      /* the pixel that holds an end of the sweep: it lies in or beside the run */
    if (y == (int) floor (s->y[end]))
      {
        int x = (int) floor (s->x[end]);
        *x0 = empty ? x : MIN (*x0, x);
        *x1 = empty ? x + 1 : MAX (*x1, x + 1);
        empty = FALSE;
      }
}

void
lw_raster_brush (LwBrushShape shape, double x0, double y0, double r0, double x1, double y1, double r1,
                 const LwRect *clip, LwSpanFunc func, gpointer data)
{
  if (!isfinite (x0) || !isfinite (y0) || !isfinite (r0) || !isfinite (x1) || !isfinite (y1) || !isfinite (r1))
    return;
  Sweep s = {
    { lw_raster_bound (x0), lw_raster_bound (x1) },
    { lw_raster_bound (y0), lw_raster_bound (y1) },
    { lw_raster_bound (MAX (r0, MIN_RADIUS)), lw_raster_bound (MAX (r1, MIN_RADIUS)) },
  };
  double top = MIN (s.y[0] - s.r[0], s.y[1] - s.r[1]), bottom = MAX (s.y[0] + s.r[0], s.y[1] + s.r[1]);
  int first = MAX (clip->y, (int) floor (top) - 1), last = MIN (clip->y + clip->height - 1, (int) ceil (bottom) + 1);
  for (int y = first; y <= last; y++)
    {
      int from, to;
      find_run (shape, &s, y, &from, &to);
      lw_raster_emit (y, from, to, clip, func, data);
    }
}
