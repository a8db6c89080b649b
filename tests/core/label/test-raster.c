/* test-raster.c: every shape against its definition, asked of each pixel centre
 *
 * Coordinates are mostly multiples of 1/16, so that centres on an edge do occur and can be decided in whole numbers. */
#include "config.h"
#include "label/raster.h"

#include <math.h>
#include <string.h>
#include "random-map.h"

#define UNIT 16      /* steps a pixel */

/* ---- what a shape gave ---- */

typedef struct {
  LwRect clip;
  guint8 *hits;              /* how often each pixel of the clip was given */
  int last_y, last_x1;
  guint spans;
} Canvas;

static void
canvas_begin (Canvas *canvas, LwRect clip)
{
  *canvas = (Canvas) { clip, g_malloc0 ((gsize) clip.width * (gsize) clip.height + 1), G_MININT, 0, 0 };
}

/* Rows from top to bottom, runs from left to right, apart from each other and inside the clip. */
static void
span_cb (int y, int x0, int x1, gpointer data)
{
  Canvas *canvas = data;
  g_assert_cmpint (x0, <, x1);
  g_assert_cmpint (x0, >=, canvas->clip.x);
  g_assert_cmpint (x1, <=, canvas->clip.x + canvas->clip.width);
  g_assert_cmpint (y, >=, canvas->clip.y);
  g_assert_cmpint (y, <, canvas->clip.y + canvas->clip.height);
  g_assert_cmpint (y, >=, canvas->last_y);
  if (y == canvas->last_y)
    g_assert_cmpint (x0, >, canvas->last_x1);
  canvas->last_y = y;
  canvas->last_x1 = x1;
  canvas->spans++;
  for (int x = x0; x < x1; x++)
    canvas->hits[(y - canvas->clip.y) * canvas->clip.width + x - canvas->clip.x]++;
}

static gboolean
is_hit (const Canvas *canvas, int x, int y)
{
  return canvas->hits[(y - canvas->clip.y) * canvas->clip.width + x - canvas->clip.x] != 0;
}

static LwRect
random_clip (void)
{
  int kind = g_test_rand_int_range (0, 8);
  if (kind == 0)
    return (LwRect) { g_test_rand_int_range (0, 30), g_test_rand_int_range (0, 30), 1, 1 };
  return (LwRect) { g_test_rand_int_range (0, 4) * (kind == 1), g_test_rand_int_range (0, 4) * (kind == 1),
                   g_test_rand_int_range (1, 41), g_test_rand_int_range (1, 41) };
}

/* ---- polygons ---- */

typedef struct { gint64 x, y; } Fixed;      /* 1/16 pixel */

/* Even-odd by the half-open rule, in whole numbers: a ray to the left, over all rings together. */
static gboolean
holds_centre (const Fixed *points, const gsize *sizes, gsize n_rings, int px, int py)
{
  gint64 cx = px * UNIT + UNIT / 2, cy = py * UNIT + UNIT / 2;
  gboolean inside = FALSE;
  for (gsize r = 0; r < n_rings; points += sizes[r++])
    for (gsize i = 0; i < sizes[r]; i++)
      {
        Fixed a = points[i], b = points[(i + 1) % sizes[r]];
        if (a.y > b.y)
          {
            Fixed upper = b;
            b = a;
            a = upper;
          }
        if (!(a.y <= cy && cy < b.y))
          continue;
        /* crossing at or left of the centre: a.x + (cy - a.y) (b.x - a.x) / (b.y - a.y) <= cx */
        if ((cy - a.y) * (b.x - a.x) <= (cx - a.x) * (b.y - a.y))
          inside = !inside;
      }
  return inside;
}

static void
check_polygon (const Fixed *fixed, const gsize *sizes, gsize n_rings, LwRect clip)
{
  LwPoint points[64];
  gsize n = 0;
  for (gsize r = 0; r < n_rings; r++)
    for (gsize i = 0; i < sizes[r]; i++, n++)
      points[n] = (LwPoint) { (double) fixed[n].x / UNIT, (double) fixed[n].y / UNIT };
  Canvas canvas;
  canvas_begin (&canvas, clip);
  lw_raster_polygon (points, sizes, n_rings, &clip, span_cb, &canvas);
  for (int y = clip.y; y < clip.y + clip.height; y++)
    for (int x = clip.x; x < clip.x + clip.width; x++)
      g_assert_cmpint (is_hit (&canvas, x, y), ==, holds_centre (fixed, sizes, n_rings, x, y));
  g_free (canvas.hits);
}

static Fixed
random_point (int span)
{
  int step = g_test_rand_int_range (0, 3) == 0 ? UNIT / 2 : 1;      /* often on centres and pixel borders */
  return (Fixed){ g_test_rand_int_range (-8 * UNIT, span * UNIT) / step * step,
                  g_test_rand_int_range (-8 * UNIT, span * UNIT) / step * step };
}

static void
test_polygon (void)
{
  for (int i = 0; i < 4000; i++)
    {
      Fixed points[64];
      gsize sizes[4], n_rings = (gsize) g_test_rand_int_range (1, 5), n = 0;
      for (gsize r = 0; r < n_rings; r++)
        {
          sizes[r] = (gsize) g_test_rand_int_range (0, 9);
          for (gsize k = 0; k < sizes[r]; k++)
            points[n++] = random_point (48);
        }
      check_polygon (points, sizes, n_rings, random_clip ());
    }
}

static void
test_polygon_hole (void)
{
  const LwPoint points[] = { { 0, 0 }, { 10, 0 }, { 10, 10 }, { 0, 10 }, { 2.5, 2.5 }, { 2.5, 7.5 }, { 7.5, 7.5 }, { 7.5, 2.5 } };
  const gsize sizes[] = { 4, 4 };
  Canvas canvas;
  canvas_begin (&canvas, (LwRect) { 0, 0, 12, 12 });
  lw_raster_polygon (points, sizes, 2, &canvas.clip, span_cb, &canvas);
  for (int y = 0; y < 12; y++)
    for (int x = 0; x < 12; x++)
      {
        gboolean in_square = x < 10 && y < 10,
                 in_hole = x >= 2 && x < 7 && y >= 2 && y < 7; /* centre 2.5 is on the hole's left edge: hole */
        g_assert_cmpint (is_hit (&canvas, x, y), ==, in_square && !in_hole);
      }
  g_free (canvas.hits);
}

/* A fan of triangles around one point, in any floating position: each pixel of the whole belongs to one of them. */
static void
test_polygon_shared_edges (void)
{
  for (int trial = 0; trial < 500; trial++)
    {
      LwPoint rim[9], hub = { g_test_rand_double_range (8, 32), g_test_rand_double_range (8, 32) };
      gsize n = (gsize) g_test_rand_int_range (3, 10), three = 3;
      for (gsize i = 0; i < n; i++)
        {
          double angle = 2 * G_PI * ((double) i + g_test_rand_double_range (0, 0.9)) / (double) n,
                 length = g_test_rand_double_range (1, 30);
          rim[i] = (LwPoint) { hub.x + length * cos (angle), hub.y + length * sin (angle) };
          if (trial % 3 == 0)
            rim[i] = (LwPoint) { round (rim[i].x * 2) / 2, round (rim[i].y * 2) / 2 };
        }
      LwRect clip = { 0, 0, 40, 40 };
      Canvas whole, parts;
      canvas_begin (&whole, clip);
      canvas_begin (&parts, clip);
      lw_raster_polygon (rim, &n, 1, &clip, span_cb, &whole);
      for (gsize i = 0; i < n; i++)
        {
          LwPoint triangle[3] = { rim[i], i % 2 ? hub : rim[(i + 1) % n], i % 2 ? rim[(i + 1) % n] : hub };
          parts.last_y = G_MININT;
          lw_raster_polygon (triangle, &three, 1, &clip, span_cb, &parts);
        }
      /* The ring may wind around the hub badly when the gap between two rim points exceeds half a turn: then triangles do
       * overlap; parity still agrees. */
      for (gsize i = 0; i < 40 * 40; i++)
        g_assert_cmpint (whole.hits[i], ==, parts.hits[i] & 1);
      g_free (whole.hits);
      g_free (parts.hits);
    }
}

static void
test_polygon_tiling (void)
{
  /* A grid of crooked quadrilaterals covers its area once, wherever its corners lie. */
  enum { N = 6 };
  LwPoint corner[N + 1][N + 1];
  for (int i = 0; i <= N; i++)
    for (int k = 0; k <= N; k++)
      {
        gboolean inner = i > 0 && k > 0 && i < N && k < N;
        corner[i][k] = (LwPoint) { k * 7 + (inner ? g_test_rand_double_range (-2, 2) : 0),
                                  i * 7 + (inner ? g_test_rand_double_range (-2, 2) : 0) };
      }
  Canvas canvas;
  gsize four = 4;
  canvas_begin (&canvas, (LwRect) { 0, 0, 7 * N, 7 * N });
  for (int i = 0; i < N; i++)
    for (int k = 0; k < N; k++)
      {
        LwPoint quad[] = { corner[i][k], corner[i][k + 1], corner[i + 1][k + 1], corner[i + 1][k] };
        canvas.last_y = G_MININT;
        lw_raster_polygon (quad, &four, 1, &canvas.clip, span_cb, &canvas);
      }
  for (int i = 0; i < 49 * N * N; i++)
    g_assert_cmpint (canvas.hits[i], ==, 1);
  g_free (canvas.hits);
}

static void
test_polygon_hostile (void)
{
  const double odd[] = { NAN, INFINITY, -INFINITY, 1e308, -1e308, 1e10, -1e10, 0, 3.5, -0.0, 5e-324 };
  for (int trial = 0; trial < 2000; trial++)
    {
      LwPoint points[12];
      gsize n = (gsize) g_test_rand_int_range (0, 13);
      for (gsize i = 0; i < n; i++)
        points[i] = (LwPoint) { odd[g_test_rand_int_range (0, G_N_ELEMENTS (odd))],
                               odd[g_test_rand_int_range (0, G_N_ELEMENTS (odd))] };
      Canvas canvas;
      canvas_begin (&canvas, random_clip ());
      lw_raster_polygon (points, &n, 1, &canvas.clip, span_cb, &canvas);
      g_free (canvas.hits);
    }
  const LwPoint around[] = { { -1e300, -1e300 }, { 1e300, -1e300 }, { 1e300, 1e300 }, { -1e300, 1e300 }, { NAN, 4 } };
  gsize five = 5;
  Canvas canvas;
  canvas_begin (&canvas, (LwRect) { 0, 0, 20, 20 });
  lw_raster_polygon (around, &five, 1, &canvas.clip, span_cb, &canvas);
  for (int i = 0; i < 400; i++)
    g_assert_cmpint (canvas.hits[i], ==, 1);
  g_free (canvas.hits);
}

/* A long lasso: many points, many crossings a row. */
static void
test_polygon_long (void)
{
  gsize n = 100000;
  g_autofree LwPoint *points = g_new (LwPoint, n);
  for (gsize i = 0; i < n; i++)
    {
      double angle = 2 * G_PI * (double) i / (double) n, length = 400 + 20 * sin (200 * angle);
      points[i] = (LwPoint) { 500 + length * cos (angle), 500 + length * sin (angle) };
    }
  Canvas canvas;
  canvas_begin (&canvas, (LwRect) { 0, 0, 1000, 1000 });
  gint64 start = g_get_monotonic_time ();
  lw_raster_polygon (points, &n, 1, &canvas.clip, span_cb, &canvas);
  g_test_message ("%d ms", (int) ((g_get_monotonic_time () - start) / 1000));
  guint64 area = 0;
  for (int i = 0; i < 1000 * 1000; i++)
    area += canvas.hits[i];
  double exact = G_PI * (400 * 400 + 200);      /* mean of (400 + 20 sin)² is 160,200 */
  g_assert_cmpfloat (fabs ((double) area / exact - 1), <, 0.001);
  g_free (canvas.hits);
}

/* ---- brushes ---- */

static void
paint (Canvas *canvas, LwBrushShape shape, double x0, double y0, double r0, double x1, double y1, double r1)
{
  canvas_begin (canvas, canvas->clip);
  lw_raster_brush (shape, x0, y0, r0, x1, y1, r1, &canvas->clip, span_cb, canvas);
}

/* A dab is decided in whole numbers: (2 c - 2 x)² against (2 r)² in 1/16 pixels. */
static gboolean
dab_holds (LwBrushShape shape, Fixed at, gint64 r, int px, int py)
{
  gint64 dx = px * UNIT + UNIT / 2 - at.x, dy = py * UNIT + UNIT / 2 - at.y;
  if (at.x >= px * UNIT && at.x < (px + 1) * UNIT && at.y >= py * UNIT && at.y < (py + 1) * UNIT)
    return TRUE;
  r = MAX (r, UNIT / 2);
  if (shape == LW_BRUSH_ROUND)
    return dx * dx + dy * dy <= r * r;
  return -r < dx && dx <= r && -r < dy && dy <= r;
}

static void
test_dab (void)
{
  for (int i = 0; i < 6000; i++)
    {
      LwBrushShape shape = i % 2 ? LW_BRUSH_ROUND : LW_BRUSH_SQUARE;
      Fixed at = random_point (40);
      gint64 r = g_test_rand_int_range (0, 12 * UNIT);
      if (i % 3 == 0)
        r = r / 8 * 8;
      Canvas canvas = { .clip = random_clip () };
      double x = (double) at.x / UNIT, y = (double) at.y / UNIT;
      paint (&canvas, shape, x, y, (double) r / UNIT, x, y, (double) r / UNIT);
      for (int py = canvas.clip.y; py < canvas.clip.y + canvas.clip.height; py++)
        for (int px = canvas.clip.x; px < canvas.clip.x + canvas.clip.width; px++)
          g_assert_cmpint (is_hit (&canvas, px, py), ==, dab_holds (shape, at, r, px, py));
      g_free (canvas.hits);
    }
}

/* The signed distance from the swept area, by trying many positions of the brush on its way and refining the best one. */
static double
sweep_gap (LwBrushShape shape, double t, const double *from, const double *to, double px, double py)
{
  double dx = fabs (px - (from[0] + t * (to[0] - from[0]))), dy = fabs (py - (from[1] + t * (to[1] - from[1])));
  return (shape == LW_BRUSH_ROUND ? hypot (dx, dy) : MAX (dx, dy)) - (from[2] + t * (to[2] - from[2]));
}

static double
sweep_distance (LwBrushShape shape, const double *from, const double *to, double px, double py)
{
  double low = 0, high = 1;      /* the gap is convex in t */
  for (int i = 0; i < 80; i++)
    {
      double a = low + (high - low) / 3, b = high - (high - low) / 3;
      if (sweep_gap (shape, a, from, to, px, py) < sweep_gap (shape, b, from, to, px, py))
        high = b;
      else
        low = a;
    }
  return MIN (sweep_gap (shape, (low + high) / 2, from, to, px, py),
              MIN (sweep_gap (shape, 0, from, to, px, py), sweep_gap (shape, 1, from, to, px, py)));
}

static void
test_sweep (void)
{
  for (int i = 0; i < 1500; i++)
    {
      LwBrushShape shape = i % 2 ? LW_BRUSH_ROUND : LW_BRUSH_SQUARE;
      double ends[2][3];
      for (int e = 0; e < 2; e++)
        for (int k = 0; k < 3; k++)
          ends[e][k] = k < 2 ? g_test_rand_double_range (-5, 35) : g_test_rand_double_range (0.5, 9);
      if (i % 5 == 0)
        ends[1][2] = ends[0][2];
      if (i % 7 == 0)
        ends[1][i % 2] = ends[0][i % 2];
      Canvas canvas = { .clip = random_clip () };
      paint (&canvas, shape, ends[0][0], ends[0][1], ends[0][2], ends[1][0], ends[1][1], ends[1][2]);
      for (int y = canvas.clip.y; y < canvas.clip.y + canvas.clip.height; y++)
        for (int x = canvas.clip.x; x < canvas.clip.x + canvas.clip.width; x++)
          {
            double distance = sweep_distance (shape, ends[0], ends[1], x + 0.5, y + 0.5);
            gboolean holds_end = FALSE;
            for (int e = 0; e < 2; e++)
              holds_end |= x == (int) floor (ends[e][0]) && y == (int) floor (ends[e][1]);
            if (fabs (distance) > 1e-6)
              g_assert_cmpint (is_hit (&canvas, x, y), ==, distance < 0 || holds_end);
          }
      g_free (canvas.hits);
    }
}

/* Without a tolerance, in whole numbers, for brushes that keep their radius: -1 outside, 0 on the edge, 1 inside. */
static int
compare_round (Fixed a, Fixed b, gint64 r, Fixed p)
{
  gint64 dx = b.x - a.x, dy = b.y - a.y, px = p.x - a.x, py = p.y - a.y, along = px * dx + py * dy, square = dx * dx + dy * dy, away, limit;
  if (along <= 0 || square == 0)
    away = px * px + py * py, limit = r * r;
  else if (along >= square)
    away = (p.x - b.x) * (p.x - b.x) + (p.y - b.y) * (p.y - b.y), limit = r * r;
  else
    away = (px * dy - py * dx) * (px * dy - py * dx), limit = r * r * square;
  return (away < limit) - (away > limit);
}

/* The hull of two squares lies within its bounding box and between the two lines through the corners that stand out. */
static int
compare_square (Fixed a, Fixed b, gint64 r, Fixed p)
{
  gint64 dx = b.x - a.x, dy = b.y - a.y, across = ABS ((p.x - a.x) * dy - (p.y - a.y) * dx), limit = r * (ABS (dx) + ABS (dy));
  gint64 left = p.x - (MIN (a.x, b.x) - r), right = MAX (a.x, b.x) + r - p.x, up = p.y - (MIN (a.y, b.y) - r), down = MAX (a.y, b.y) + r - p.y;
  gint64 least = MIN (MIN (left, right), MIN (up, down));
  if (limit > 0)
    least = MIN (least, limit - across);
  return (least > 0) - (least < 0);
}

static gboolean
holds (Fixed point, int px, int py)
{
  return point.x >= px * UNIT && point.x < (px + 1) * UNIT && point.y >= py * UNIT && point.y < (py + 1) * UNIT;
}

static void
check_exact_sweep (LwBrushShape shape, Fixed a, Fixed b, gint64 r, LwRect clip)
{
  Canvas canvas = { .clip = clip };
  paint (&canvas, shape, (double) a.x / UNIT, (double) a.y / UNIT, (double) r / UNIT, (double) b.x / UNIT, (double) b.y / UNIT, (double) r / UNIT);
  for (int y = clip.y; y < clip.y + clip.height; y++)
    for (int x = clip.x; x < clip.x + clip.width; x++)
      {
        Fixed centre = { x * UNIT + UNIT / 2, y * UNIT + UNIT / 2 };
        int side = shape == LW_BRUSH_ROUND ? compare_round (a, b, r, centre) : compare_square (a, b, r, centre);
        if (side != 0 || holds (a, x, y) || holds (b, x, y))
          g_assert_cmpint (is_hit (&canvas, x, y), ==, side > 0 || holds (a, x, y) || holds (b, x, y));
      }
  g_free (canvas.hits);
}

static void
test_sweep_exact (void)
{
  for (int i = 0; i < 6000; i++)
    {
      gint64 r = g_test_rand_int_range (UNIT / 2, 9 * UNIT);
      check_exact_sweep (i % 2 ? LW_BRUSH_ROUND : LW_BRUSH_SQUARE, random_point (40), random_point (40), i % 3 == 0 ? r / 8 * 8 : r, random_clip ());
    }
}

/* Of a picture of one pixel, and of its neighbours, every shape gets what its definition says. */
static void
test_one_pixel (void)
{
  const LwRect only = { 0, 0, 1, 1 };
  for (int i = 0; i < 20000; i++)
    {
      Fixed points[6];
      for (int k = 0; k < 6; k++)
        points[k] = (Fixed) { g_test_rand_int_range (-2 * UNIT, 3 * UNIT), g_test_rand_int_range (-2 * UNIT, 3 * UNIT) };
      const gsize sizes[] = { 3, 3 };
      check_polygon (points, sizes, 2, only);
      check_exact_sweep (i % 2 ? LW_BRUSH_ROUND : LW_BRUSH_SQUARE, points[0], points[1], g_test_rand_int_range (UNIT / 2, 2 * UNIT), only);
    }
}

/* Horizontal and vertical sweeps have their edges on centres often: the rules of the still brush hold for them. */
static void
test_sweep_straight (void)
{
  Canvas canvas = { .clip = { 0, 0, 20, 20 } };
  paint (&canvas, LW_BRUSH_ROUND, 4, 10, 2.5, 14, 10, 2.5);
  for (int y = 0; y < 20; y++)
    g_assert_cmpint (is_hit (&canvas, 9, y), ==, y >= 7 && y <= 12);      /* centres 7.5 .. 12.5, both on the edge */
  g_free (canvas.hits);
  paint (&canvas, LW_BRUSH_SQUARE, 4, 10, 2.5, 14, 10, 2.5);
  for (int y = 0; y < 20; y++)
    g_assert_cmpint (is_hit (&canvas, 9, y), ==, y >= 8 && y <= 12);      /* five rows */
  g_free (canvas.hits);
  paint (&canvas, LW_BRUSH_SQUARE, 10, 4, 2.5, 10, 14, 2.5);
  for (int x = 0; x < 20; x++)
    g_assert_cmpint (is_hit (&canvas, x, 9), ==, x >= 8 && x <= 12);
  g_free (canvas.hits);
}

/* A stroke of one pixel has no gaps: its pixels are connected (over corners too), whatever way it goes. */
static void
test_thin_stroke (void)
{
  for (int i = 0; i < 1000; i++)
    {
      double x0 = g_test_rand_double_range (1, 39), y0 = g_test_rand_double_range (1, 39);
      double x1 = g_test_rand_double_range (1, 39), y1 = g_test_rand_double_range (1, 39);
      Canvas canvas = { .clip = { 0, 0, 40, 40 } };
      paint (&canvas, i % 2 ? LW_BRUSH_ROUND : LW_BRUSH_SQUARE, x0, y0, 0.1, x1, y1, 0.1);
      g_assert_true (is_hit (&canvas, (int) x0, (int) y0));
      g_assert_true (is_hit (&canvas, (int) x1, (int) y1));
      gboolean steep = fabs (y1 - y0) > fabs (x1 - x0);
      int from = (int) MIN (steep ? y0 : x0, steep ? y1 : x1), to = (int) MAX (steep ? y0 : x0, steep ? y1 : x1);
      for (int along = from; along <= to; along++)
        {
          gboolean any = FALSE;
          for (int across = 0; across < 40; across++)
            any |= steep ? is_hit (&canvas, across, along) : is_hit (&canvas, along, across);
          g_assert_true (any);
        }
      g_free (canvas.hits);
    }
}

static void
test_brush_hostile (void)
{
  const double odd[] = { NAN, INFINITY, -INFINITY, 1e308, -1e308, 1e10, -1e10, 0, 3.5, -3.5, 5e-324 };
  for (int i = 0; i < 5000; i++)
    {
      double v[6];
      for (int k = 0; k < 6; k++)
        v[k] = odd[g_test_rand_int_range (0, G_N_ELEMENTS (odd))];
      Canvas canvas = { .clip = random_clip () };
      paint (&canvas, i % 2 ? LW_BRUSH_ROUND : LW_BRUSH_SQUARE, v[0], v[1], v[2], v[3], v[4], v[5]);
      for (int k = 0; k < 6; k++)
        g_assert_true (isfinite (v[k]) || canvas.spans == 0);
      g_free (canvas.hits);
    }
}

/* ---- regions ---- */

static void
test_region (void)
{
  for (int i = 0; i < 500; i++)
    {
      int w = g_test_rand_int_range (1, 50), h = g_test_rand_int_range (1, 50);
      g_autoptr(LwLabelMap) map = random_map (w, h, 3);
      int x = g_test_rand_int_range (0, w), y = g_test_rand_int_range (0, h);
      Canvas canvas;
      canvas_begin (&canvas, (LwRect) { 0, 0, w, h });
      lw_raster_region (map, x, y, span_cb, &canvas);
      g_assert_true (is_hit (&canvas, x, y));
      for (int py = 0; py < h; py++)      /* closed: no neighbour of equal label left out; and of one label */
        for (int px = 0; px < w; px++)
          {
            if (is_hit (&canvas, px, py))
              g_assert_cmpint (lw_label_map_get (map, px, py), ==, lw_label_map_get (map, x, y));
            if (px + 1 < w && lw_label_map_get (map, px, py) == lw_label_map_get (map, px + 1, py))
              g_assert_cmpint (is_hit (&canvas, px, py), ==, is_hit (&canvas, px + 1, py));
            if (py + 1 < h && lw_label_map_get (map, px, py) == lw_label_map_get (map, px, py + 1))
              g_assert_cmpint (is_hit (&canvas, px, py), ==, is_hit (&canvas, px, py + 1));
          }
      g_free (canvas.hits);
    }
}

typedef struct { LwLabelMap *map; guint64 pixels; } Repaint;

static void
repaint_cb (int y, int x0, int x1, gpointer data)
{
  Repaint *repaint = data;
  memset (lw_label_map_row (repaint->map, y) + x0, 9, (gsize) (x1 - x0));
  repaint->pixels += (guint64) (x1 - x0);
}

/* The caller may paint into the map that is searched; outside of it nothing happens; a spiral of one pixel is followed to its
 * end. */
static void
test_region_cases (void)
{
  g_autoptr(LwLabelMap) map = lw_label_map_new (301, 301);
  for (int y = 1; y < 301; y += 2)
    for (int x = 0; x < 301; x++)
      lw_label_map_row (map, y)[x] = x == (y % 4 == 1 ? 300 : 0) ? LW_LABEL_NONE : 1;
  Repaint repaint = { map, 0 };
  lw_raster_region (map, -1, 0, repaint_cb, &repaint);
  lw_raster_region (map, 0, 301, repaint_cb, &repaint);
  g_assert_cmpuint (repaint.pixels, ==, 0);
  lw_raster_region (map, 0, 0, repaint_cb, &repaint);
  g_assert_cmpuint (repaint.pixels, ==, 151 * 301 + 150);
  g_assert_cmpint (lw_label_map_get (map, 0, 300), ==, 9);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/raster/polygon", test_polygon);
  g_test_add_func ("/raster/polygon/hole", test_polygon_hole);
  g_test_add_func ("/raster/polygon/shared-edges", test_polygon_shared_edges);
  g_test_add_func ("/raster/polygon/tiling", test_polygon_tiling);
  g_test_add_func ("/raster/polygon/hostile", test_polygon_hostile);
  g_test_add_func ("/raster/polygon/long", test_polygon_long);
  g_test_add_func ("/raster/brush/dab", test_dab);
  g_test_add_func ("/raster/brush/sweep", test_sweep);
  g_test_add_func ("/raster/brush/sweep-exact", test_sweep_exact);
  g_test_add_func ("/raster/one-pixel", test_one_pixel);
  g_test_add_func ("/raster/brush/straight", test_sweep_straight);
  g_test_add_func ("/raster/brush/thin", test_thin_stroke);
  g_test_add_func ("/raster/brush/hostile", test_brush_hostile);
  g_test_add_func ("/raster/region", test_region);
  g_test_add_func ("/raster/region/cases", test_region_cases);
  return g_test_run ();
}
