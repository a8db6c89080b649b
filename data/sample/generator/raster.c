/* raster.c: polygons, rounded sticks and the sky, drawn into samples with a depth each
 *
 * Both targets are drawn by the same code from the same geometry; only the place of the samples differs. */
#include "config.h"
#include "raster.h"

#include <string.h>

#define NEAR 0.15f             /* metres: nearer things are cut off */
#define MAX_CORNERS 12
#define OPAQUE 0.5f            /* a blending surface owns the pixel's class where it covers half of it */

void
target_init (Target *target, int width, int height, gboolean truth)
{
  int split = truth ? 1 : 2;
  gsize n = (gsize) width * (gsize) height * (gsize) (split * split);
  *target = (Target) { width * split, height * split, split, (float) split, g_new (float, n), g_new (guint8, n), truth ? NULL : g_new (Vec, n),
                       truth ? g_new (guint8, n) : NULL };
}

void
target_clear (Target *target)
{
  gsize n = (gsize) target->width * (gsize) target->height;
  memset (target->nearness, 0, sizeof *target->nearness * n);
  memset (target->is_ground, 0, n);
}

void
target_release (Target *target)
{
  g_free (target->nearness);
  g_free (target->is_ground);
  g_free (target->colours);
  g_free (target->classes);
}

/* ---- shading ---- */

static Vec
mirrored_sky (const Light *light, Vec ray, Vec normal)
{
  Vec bounced = unit (sub (ray, scale (normal, 2 * dot (ray, normal))));
  float up = ramp (0.05f, 0.6f, bounced.y);              /* below that, it is the houses across the street */
  return mix (scale (light->ground, 0.7f), mix (light->horizon, light->zenith, up * 0.6f), up);
}

static Vec
shade (const Light *light, const Surface *surface, Texel texel, Vec at, Vec ray, Vec normal, float distance)
{
  gboolean faces_sun = surface->lit_from_behind > 0 || dot (normal, light->sun_direction) > 0;
  float sun = faces_sun ? light_sun_at (light, at) : 0;
  Vec lit = light_on (light, at, normal, sun);
  if (surface->lit_from_behind > 0)
    {
      Vec through = add (light->sky, scale (light->sun, sun * 0.35f));
      lit = mix (lit, through, surface->lit_from_behind);
    }
  Vec colour = mul (mul (surface->colour, texel.colour), lit);
  float mirrors = surface->texture != NULL && !surface->blends ? (1 - texel.alpha) : surface->mirrors;
  if (mirrors > 0)
    {
      float slant = 1 - fminf (fabsf (dot (unit (ray), normal)), 1);
      float fresnel = 0.022f + 0.45f * slant * slant * slant * slant;
      colour = add (colour, scale (mirrored_sky (light, ray, normal), mirrors * fresnel));
    }
  colour = add (colour, scale (surface->colour, surface->glows));
  return light_through_haze (light, colour, distance);
}

/* ---- polygons ---- */

typedef struct { float x, y, w, u, v; } Point;       /* in samples; w = 1 / distance; u and v times w */

static int
clip_near (const View *view, const Corner *in, int n, Corner *out)
{
  int count = 0;
  for (int i = 0; i < n; i++)
    {
      const Corner *a = &in[i], *b = &in[(i + 1) % n];
      float za = dot (sub (a->at, view->eye), view->forward), zb = dot (sub (b->at, view->eye), view->forward);
      if (za >= NEAR)
        out[count++] = *a;
      if ((za >= NEAR) != (zb >= NEAR))
        {
          float t = (NEAR - za) / (zb - za);
          out[count++] = (Corner) { mix (a->at, b->at, t), mixf (a->u, b->u, t), mixf (a->v, b->v, t) };
        }
    }
  return count;
}

static Point
project (const View *view, float scale_by, const Corner *corner)
{
  Vec from = sub (corner->at, view->eye);
  float w = 1 / dot (from, view->forward);
  return (Point) { (view->centre_x + view->focal * dot (from, view->right) * w) * scale_by,
                   (view->centre_y - view->focal * dot (from, view->up) * w) * scale_by, w, corner->u * w, corner->v * w };
}

/* A value that is linear over the screen. */
typedef struct { double dx, dy, origin; } Slope;

static inline float
slope_at (const Slope *slope, float x, float y)
{
  return (float) (slope->origin + slope->dx * x + slope->dy * y);
}

static Slope
slope_through (const Point *p, double a, double b, double c, double area)
{
  double x1 = p[1].x - p[0].x, y1 = p[1].y - p[0].y, x2 = p[2].x - p[0].x, y2 = p[2].y - p[0].y;
  double dx = ((b - a) * y2 - (c - a) * y1) / area, dy = ((c - a) * x1 - (b - a) * x2) / area;
  return (Slope) { dx, dy, a - dx * p[0].x - dy * p[0].y };
}

typedef struct {
  Slope w, u, v;
  float top, bottom;
  const Point *points;
  int n;
} Shape;

/* FALSE where it is seen edge-on or not at all. The fan's largest triangle gives the slopes. */
static gboolean
shape_init (Shape *shape, const Point *points, int n)
{
  double best = 0;
  *shape = (Shape) { .top = G_MAXFLOAT, .bottom = -G_MAXFLOAT, .points = points, .n = n };
  for (int i = 0; i < n; i++)
    {
      shape->top = fminf (shape->top, points[i].y);
      shape->bottom = fmaxf (shape->bottom, points[i].y);
    }
  for (int i = 1; i + 1 < n; i++)
    {
      const Point p[3] = { points[0], points[i], points[i + 1] };
      double area = (double) (p[1].x - p[0].x) * (p[2].y - p[0].y) - (double) (p[2].x - p[0].x) * (p[1].y - p[0].y);
      if (fabs (area) <= fabs (best))
        continue;
      best = area;
      shape->w = slope_through (p, p[0].w, p[1].w, p[2].w, area);
      shape->u = slope_through (p, p[0].u, p[1].u, p[2].u, area);
      shape->v = slope_through (p, p[0].v, p[1].v, p[2].v, area);
    }
  return fabs (best) > 1e-3;
}

/* The samples of row @y inside, from @first up to, not including, @last. */
static void
shape_row (const Shape *shape, const Target *target, int y, int *first, int *last)
{
  float left = G_MAXFLOAT, right = -G_MAXFLOAT, middle = (float) y + 0.5f;
  for (int i = 0; i < shape->n; i++)
    {
      const Point *a = &shape->points[i], *b = &shape->points[(i + 1) % shape->n];
      if ((a->y <= middle) == (b->y <= middle))
        continue;
      float x = a->x + (b->x - a->x) * ((middle - a->y) / (b->y - a->y));
      left = fminf (left, x);
      right = fmaxf (right, x);
    }
  *first = left < right ? MAX ((int) ceilf (clampf (left, -1, 1e6f) - 0.5f), 0) : 0;
  *last = left < right ? MIN ((int) ceilf (clampf (right, -1, 1e6f) - 0.5f), target->width) : 0;
}

/* Rows of pixels. */
static void
shape_rows (const Shape *shape, const Target *target, int *first, int *last)
{
  *first = MAX ((int) floorf (clampf (shape->top, 0, 1e6f)), 0) / target->split;
  *last = (MIN ((int) ceilf (clampf (shape->bottom, -1, 1e6f)), target->height) + target->split - 1) / target->split;
}

/* log2 of texels a pixel, at distance 1 / w: between the short and the long side of what a pixel sees, and rather sharp. */
static float
texel_lod (const Shape *shape, const Target *target, const Texture *texture, float w, float u, float v)
{
  float pixel = target->scale / w;
  float ux = ((float) shape->u.dx - u * (float) shape->w.dx) * pixel * (float) texture->width;
  float vx = ((float) shape->v.dx - v * (float) shape->w.dx) * pixel * (float) texture->height;
  float uy = ((float) shape->u.dy - u * (float) shape->w.dy) * pixel * (float) texture->width;
  float vy = ((float) shape->v.dy - v * (float) shape->w.dy) * pixel * (float) texture->height;
  float area = fabsf (ux * vy - uy * vx), side = fmaxf (ux * ux + vx * vx, uy * uy + vy * vy);
  return 0.25f * rough_log2 (fmaxf (area * side, 1e-9f)) - 0.6f;
}

/* Those of a pixel's samples that something covers: bit i + split * j for column i, row j; and the middle of them. */
typedef struct { guint mask; float x, y; } Cover;

static inline void
cover_add (Cover *cover, int bit, float x, float y)
{
  cover->mask |= 1u << bit;
  cover->x += x;
  cover->y += y;
}

static inline void
cover_finish (Cover *cover)
{
  static const float share[16] = { 0, 1, 1, 0.5f, 1, 0.5f, 0.5f, 1 / 3.0f, 1, 0.5f, 0.5f, 1 / 3.0f, 0.5f, 1 / 3.0f, 1 / 3.0f, 0.25f };
  cover->x *= share[cover->mask];
  cover->y *= share[cover->mask];
}

/* Stores a colour, or a class, in the covered samples of pixel (x, y). */
static void
store (Target *target, int x, int y, guint mask, const float *nearness, float opaque, Vec colour, guint8 class)
{
  for (int bit = 0; mask >> bit != 0; bit++)
    {
      if (!(mask >> bit & 1))
        continue;
      gsize at = target_at (target, x * target->split + bit % target->split, y * target->split + bit / target->split);
      if (opaque > OPAQUE)
        target->nearness[at] = nearness[bit];
      if (target->classes != NULL && opaque > OPAQUE)
        target->classes[at] = class;
      if (target->colours != NULL)
        target->colours[at] = opaque >= 1 ? colour : mix (target->colours[at], colour, opaque);
    }
}

/* A row of pixels of a polygon: where each of its one or two rows of samples is inside. */
typedef struct { int first[2], last[2], begin, end; } Span;

static Span
span_of (const Shape *shape, const Target *target, int y)
{
  Span span = { .begin = G_MAXINT, .end = 0 };
  for (int j = 0; j < target->split; j++)
    {
      shape_row (shape, target, y * target->split + j, &span.first[j], &span.last[j]);
      if (span.first[j] >= span.last[j])
        continue;
      span.begin = MIN (span.begin, span.first[j] / target->split);
      span.end = MAX (span.end, (span.last[j] - 1) / target->split + 1);
    }
  return span;
}

static void
draw_polygon_pixel (Target *target, const View *view, const Light *light, const Shape *shape, const Span *span, int x, int y, Vec normal,
                    const Surface *surface)
{
  Cover cover = { 0 };
  float nearness[4];
  for (int j = 0, bit = 0; j < target->split; j++)
    for (int i = 0; i < target->split; i++, bit++)
      {
        int u = x * target->split + i, v = y * target->split + j;
        nearness[bit] = slope_at (&shape->w, (float) u + 0.5f, (float) v + 0.5f);
        if (u >= span->first[j] && u < span->last[j] && nearness[bit] > target->nearness[target_at (target, u, v)])
          cover_add (&cover, bit, (float) u + 0.5f, (float) v + 0.5f);
      }
  if (cover.mask == 0)
    return;

  cover_finish (&cover);
  float w = slope_at (&shape->w, cover.x, cover.y);
  Texel texel = { grey (1), 1 };
  if (surface->texture != NULL && (surface->blends || target->colours != NULL))
    {
      float u = slope_at (&shape->u, cover.x, cover.y) / w, v = slope_at (&shape->v, cover.x, cover.y) / w;
      texel = texture_sample (surface->texture, u, v, texel_lod (shape, target, surface->texture, w, u, v));
    }
  float opaque = surface->blends ? texel.alpha : 1;
  if (opaque < 0.02f)
    return;
  Vec colour = { 0 };
  if (target->colours != NULL)
    {
      Vec ray = view_ray (view, target, cover.x, cover.y);
      colour = shade (light, surface, texel, add (view->eye, scale (ray, 1 / w)), ray, normal, 1 / w);
    }
  store (target, x, y, cover.mask, nearness, opaque, colour, surface->class);
}

static int
project_all (const View *view, const Target *target, const Corner *corners, int n, Point *points)
{
  Corner clipped[MAX_CORNERS];
  int count = clip_near (view, corners, n, clipped);
  for (int i = 0; i < count; i++)
    points[i] = project (view, target->scale, &clipped[i]);
  return count;
}

void
draw_polygon (Target *target, const View *view, const Light *light, const Corner *corners, int n, Vec normal, const Surface *surface)
{
  Shape shape;
  Point points[MAX_CORNERS];
  int top, bottom, count = project_all (view, target, corners, n, points);
  if (count < 3 || !shape_init (&shape, points, count))
    return;
  shape_rows (&shape, target, &top, &bottom);
  for (int y = top; y < bottom; y++)
    {
      Span span = span_of (&shape, target, y);
      for (int x = span.begin; x < span.end; x++)
        draw_polygon_pixel (target, view, light, &shape, &span, x, y, normal, surface);
    }
}

/* How much a shadow takes away at the middle of pixel (x, y). */
static float
shadow_at (const Target *target, const View *view, const Light *light, const Shape *shape, int x, int y, const Texture *texture, gboolean sunny)
{
  float fx = ((float) x + 0.5f) * target->scale, fy = ((float) y + 0.5f) * target->scale, w = slope_at (&shape->w, fx, fy);
  if (w <= 0)
    return 0;
  float u = slope_at (&shape->u, fx, fy) / w, v = slope_at (&shape->v, fx, fy) / w;
  float dark = texture_sample (texture, u, v, texel_lod (shape, target, texture, w, u, v)).alpha;
  return dark > 0.01f && sunny ? dark * light_sun_at (light, add (view->eye, scale (view_ray (view, target, fx, fy), 1 / w))) : dark;
}

void
draw_shadow (Target *target, const View *view, const Light *light, const Corner *corners, int n, const Texture *texture,
             float strength, gboolean sunny)
{
  Shape shape;
  Point points[MAX_CORNERS];
  int top, bottom, count = project_all (view, target, corners, n, points);
  if (target->colours == NULL || count < 3 || !shape_init (&shape, points, count))
    return;
  shape_rows (&shape, target, &top, &bottom);
  for (int y = top; y < bottom; y++)
    {
      Span span = span_of (&shape, target, y);
      for (int x = span.begin; x < span.end; x++)
        {
          gsize at[4] = { target_at (target, 2 * x, 2 * y), target_at (target, 2 * x + 1, 2 * y), target_at (target, 2 * x, 2 * y + 1), 0 };
          at[3] = at[2] + 1;
          if (!(target->is_ground[at[0]] | target->is_ground[at[1]] | target->is_ground[at[2]] | target->is_ground[at[3]]))
            continue;
          float left = 1 - strength * shadow_at (target, view, light, &shape, x, y, texture, sunny);
          for (int i = 0; i < 4; i++)
            if (target->is_ground[at[i]])
              target->colours[at[i]] = scale (target->colours[at[i]], left);
        }
    }
}

/* ---- sticks ---- */

/* Where a stick lies on the screen. */
typedef struct { float x, y, radius, distance; } End;

static End
project_end (const View *view, const Target *target, Vec at, float radius)
{
  Vec from = sub (at, view->eye);
  float distance = dot (from, view->forward), k = view->focal / distance * target->scale;
  return (End) { view->centre_x * target->scale + dot (from, view->right) * k, view->centre_y * target->scale - dot (from, view->up) * k,
                 radius * k, distance };
}

/* A point of a stick's picture: how far from its axis, in samples, and how near to us. */
typedef struct { float x, y, radius, bulge, nearness; } Spot;

/* FALSE outside. */
static inline gboolean
spot_on_stick (const View *view, const Target *target, const End *a, const End *b, float x, float y, Spot *spot)
{
  float dx = b->x - a->x, dy = b->y - a->y, px = x - a->x, py = y - a->y;
  float t = clampf ((px * dx + py * dy) / fmaxf (dx * dx + dy * dy, 1e-6f), 0, 1);
  spot->x = px - t * dx;
  spot->y = py - t * dy;
  spot->radius = mixf (a->radius, b->radius, t);
  float square = spot->x * spot->x + spot->y * spot->y;
  if (square > spot->radius * spot->radius)
    return FALSE;
  /* Nearness is linear along the picture; then it bulges towards us. */
  float distance = 1 / mixf (1 / a->distance, 1 / b->distance, t);
  spot->bulge = sqrtf (fmaxf (1 - square / (spot->radius * spot->radius), 0));
  spot->nearness = 1 / (distance - spot->bulge * spot->radius * distance / (view->focal * target->scale));
  return TRUE;
}

static void
draw_stick_pixel (Target *target, const View *view, const Light *light, const End *a, const End *b, int x, int y, const Surface *surface)
{
  Spot spot;
  Cover cover = { 0 };
  float nearness[4];
  for (int j = 0, bit = 0; j < target->split; j++)
    for (int i = 0; i < target->split; i++, bit++)
      {
        int u = x * target->split + i, v = y * target->split + j;
        if (!spot_on_stick (view, target, a, b, (float) u + 0.5f, (float) v + 0.5f, &spot))
          continue;
        nearness[bit] = spot.nearness;
        if (spot.nearness > target->nearness[target_at (target, u, v)])
          cover_add (&cover, bit, (float) u + 0.5f, (float) v + 0.5f);
      }
  if (cover.mask == 0)
    return;
  cover_finish (&cover);
  Vec colour = { 0 };
  if (target->colours != NULL && spot_on_stick (view, target, a, b, cover.x, cover.y, &spot))
    {
      Vec normal = add (scale (view->right, spot.x / spot.radius), sub (scale (view->up, -spot.y / spot.radius), scale (view->forward, spot.bulge)));
      Vec ray = view_ray (view, target, cover.x, cover.y);
      colour = shade (light, surface, (Texel) { grey (1), 1 }, add (view->eye, scale (ray, 1 / spot.nearness)), ray, unit (normal), 1 / spot.nearness);
    }
  store (target, x, y, cover.mask, nearness, 1, colour, surface->class);
}

void
draw_stick (Target *target, const View *view, const Light *light, Vec a, Vec b, float radius_a, float radius_b, const Surface *surface)
{
  float za = dot (sub (a, view->eye), view->forward), zb = dot (sub (b, view->eye), view->forward);
  if (za < NEAR && zb < NEAR)
    return;
  if (za < NEAR || zb < NEAR)
    {
      Vec cut = mix (a, b, (NEAR - za) / (zb - za));
      *(za < NEAR ? &a : &b) = cut;
    }
  End from = project_end (view, target, a, radius_a), to = project_end (view, target, b, radius_b);
  float left = fminf (from.x - from.radius, to.x - to.radius), right = fmaxf (from.x + from.radius, to.x + to.radius);
  float top = fminf (from.y - from.radius, to.y - to.radius), bottom = fmaxf (from.y + from.radius, to.y + to.radius);
  int split = target->split, width = target->width / split, height = target->height / split;
  int x0 = (int) (clampf (left, 0, (float) target->width)) / split, x1 = (int) (clampf (right + 1, 0, (float) target->width)) / split;
  int y0 = (int) (clampf (top, 0, (float) target->height)) / split, y1 = (int) (clampf (bottom + 1, 0, (float) target->height)) / split;
  for (int y = y0; y <= MIN (y1, height - 1); y++)
    for (int x = x0; x <= MIN (x1, width - 1); x++)
      draw_stick_pixel (target, view, light, &from, &to, x, y, surface);
}

/* ---- sky ---- */

#define SKY_CELL 8             /* samples: clouds are soft, so the sky is worked out on a coarse grid */

static Vec *
sky_grid (const Target *target, const View *view, const Light *light, float drift, int *n_columns)
{
  int columns = target->width / SKY_CELL + 2, rows = target->height / SKY_CELL + 2;
  Vec *grid = g_new (Vec, columns * rows);
  for (int row = 0; row < rows; row++)
    for (int column = 0; column < columns; column++)
      {
        Vec ray = view_ray (view, target, (float) (column * SKY_CELL), (float) (row * SKY_CELL));
        grid[row * columns + column] = ray.y < -0.05f ? light->haze : light_sky (light, unit (ray), drift);
      }
  *n_columns = columns;
  return grid;
}

static Vec
grid_at (const Vec *grid, int columns, int x, int y)
{
  float u = ((float) x + 0.5f) / SKY_CELL, v = ((float) y + 0.5f) / SKY_CELL;
  const Vec *cell = grid + (int) v * columns + (int) u;
  u -= (float) (int) u, v -= (float) (int) v;
  return mix (mix (cell[0], cell[1], u), mix (cell[columns], cell[columns + 1], u), v);
}

void
draw_sky (Target *target, const View *view, const Light *light, float drift)
{
  int columns = 0;
  g_autofree Vec *grid = target->colours != NULL ? sky_grid (target, view, light, drift, &columns) : NULL;
  for (int y = 0; y < target->height; y++)
    for (int x = 0; x < target->width; x++)
      {
        gsize at = target_at (target, x, y);
        if (target->nearness[at] > 0)
          continue;
        if (target->classes != NULL)
          target->classes[at] = SKY;
        else
          target->colours[at] = grid_at (grid, columns, x, y);
      }
}
