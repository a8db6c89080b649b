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
target_init (Target *target, int width, int height, float samples_a_pixel, gboolean truth)
{
  gsize n = (gsize) width * (gsize) height;
  *target = (Target) { width, height, samples_a_pixel, g_new (float, n), truth ? NULL : g_new (Vec, n), truth ? g_new (guint8, n) : NULL };
}

void
target_clear (Target *target)
{
  memset (target->nearness, 0, sizeof *target->nearness * (gsize) target->width * (gsize) target->height);
}

void
target_release (Target *target)
{
  g_free (target->nearness);
  g_free (target->colours);
  g_free (target->classes);
}

/* ---- shading ---- */

static Vec
mirrored_sky (const Light *light, Vec ray, Vec normal)
{
  Vec bounced = unit (sub (ray, scale (normal, 2 * dot (ray, normal))));
  float up = clampf (bounced.y * 2.2f + 0.05f, 0, 1);
  return mix (scale (light->ground, 0.5f), mix (light->horizon, light->zenith, up * 0.6f), up);
}

static Vec
shade (const Light *light, const Surface *surface, Texel texel, Vec at, Vec ray, Vec normal, float distance)
{
  float sun = light_sun_at (light, at);
  Vec lit = light_on (light, normal, sun);
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
      colour = add (colour, scale (mirrored_sky (light, ray, normal), mirrors * (0.07f + 0.75f * slant * slant * slant)));
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

static void
shape_rows (const Shape *shape, const Target *target, int *first, int *last)
{
  *first = MAX ((int) floorf (clampf (shape->top, 0, 1e6f)), 0);
  *last = MIN ((int) ceilf (clampf (shape->bottom, -1, 1e6f)), target->height);
}

/* log2 of texels a sample, at distance 1 / w; the samples of both targets count as those of the colour target. */
static float
texel_lod (const Shape *shape, const Target *target, const Texture *texture, float x, float y, float w, float u, float v)
{
  float per_sample = target->scale / 2 / w;
  float ux = ((float) shape->u.dx - u * (float) shape->w.dx) * per_sample * (float) texture->width;
  float vx = ((float) shape->v.dx - v * (float) shape->w.dx) * per_sample * (float) texture->height;
  float uy = ((float) shape->u.dy - u * (float) shape->w.dy) * per_sample * (float) texture->width;
  float vy = ((float) shape->v.dy - v * (float) shape->w.dy) * per_sample * (float) texture->height;
  float area = fabsf (ux * vy - uy * vx), side = fmaxf (ux * ux + vx * vx, uy * uy + vy * vy);
  return 0.25f * log2f (fmaxf (area, 1e-6f)) + 0.25f * log2f (fmaxf (side, 1e-6f));       /* between the short and the long side */
}

static void
draw_sample (Target *target, const View *view, const Light *light, const Shape *shape, int x, int y, Vec normal, const Surface *surface)
{
  gsize at = (gsize) y * (gsize) target->width + (gsize) x;
  float fx = (float) x + 0.5f, fy = (float) y + 0.5f, w = slope_at (&shape->w, fx, fy);
  if (w <= target->nearness[at])
    return;
  Texel texel = { GREY (1), 1 };
  if (surface->texture != NULL && (surface->blends || target->colours != NULL))
    {
      float u = slope_at (&shape->u, fx, fy) / w, v = slope_at (&shape->v, fx, fy) / w;
      texel = texture_sample (surface->texture, u, v, texel_lod (shape, target, surface->texture, fx, fy, w, u, v));
    }
  float cover = surface->blends ? texel.alpha : 1;
  if (cover > OPAQUE)
    target->nearness[at] = w;
  if (target->classes != NULL && cover > OPAQUE)
    target->classes[at] = surface->class;
  if (target->colours != NULL && cover > 0.02f)
    {
      Vec ray = view_ray (view, target, fx, fy), place = add (view->eye, scale (ray, 1 / w));
      Vec colour = shade (light, surface, texel, place, ray, normal, 1 / w);
      target->colours[at] = cover >= 1 ? colour : mix (target->colours[at], colour, cover);
    }
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
  int top, bottom, first, last, count = project_all (view, target, corners, n, points);
  if (count < 3 || !shape_init (&shape, points, count))
    return;
  shape_rows (&shape, target, &top, &bottom);
  for (int y = top; y < bottom; y++)
    {
      shape_row (&shape, target, y, &first, &last);
      for (int x = first; x < last; x++)
        draw_sample (target, view, light, &shape, x, y, normal, surface);
    }
}

void
draw_shadow (Target *target, const View *view, const Light *light, const Corner *corners, int n, const Texture *texture,
             float strength, gboolean sunny)
{
  Shape shape;
  Point points[MAX_CORNERS];
  int top, bottom, first, last, count = project_all (view, target, corners, n, points);
  if (target->colours == NULL || count < 3 || !shape_init (&shape, points, count))
    return;
  shape_rows (&shape, target, &top, &bottom);
  for (int y = top; y < bottom; y++)
    {
      shape_row (&shape, target, y, &first, &last);
      for (int x = first; x < last; x++)
        {
          float fx = (float) x + 0.5f, fy = (float) y + 0.5f, w = slope_at (&shape.w, fx, fy);
          float u = slope_at (&shape.u, fx, fy) / w, v = slope_at (&shape.v, fx, fy) / w;
          float cover = strength * texture_sample (texture, u, v, texel_lod (&shape, target, texture, fx, fy, w, u, v)).alpha;
          if (cover > 0.01f && sunny)
            cover *= light_sun_at (light, add (view->eye, scale (view_ray (view, target, fx, fy), 1 / w)));
          Vec *colour = &target->colours[(gsize) y * (gsize) target->width + (gsize) x];
          *colour = scale (*colour, 1 - cover);
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

static void
draw_stick_sample (Target *target, const View *view, const Light *light, const End *a, const End *b, int x, int y, const Surface *surface)
{
  float dx = b->x - a->x, dy = b->y - a->y, px = (float) x + 0.5f - a->x, py = (float) y + 0.5f - a->y;
  float t = clampf ((px * dx + py * dy) / fmaxf (dx * dx + dy * dy, 1e-6f), 0, 1);
  float ex = px - t * dx, ey = py - t * dy, radius = mixf (a->radius, b->radius, t), square = ex * ex + ey * ey;
  if (square > radius * radius)
    return;
  /* Distance is linear along the stick, not along its picture; then it bulges towards us. */
  float distance = 1 / mixf (1 / a->distance, 1 / b->distance, t), bulge = sqrtf (fmaxf (1 - square / (radius * radius), 0));
  float w = 1 / (distance - bulge * radius * distance / (view->focal * target->scale));
  gsize at = (gsize) y * (gsize) target->width + (gsize) x;
  if (w <= target->nearness[at])
    return;
  target->nearness[at] = w;
  if (target->classes != NULL)
    target->classes[at] = surface->class;
  if (target->colours == NULL)
    return;
  Vec normal = add (scale (view->right, ex / radius), sub (scale (view->up, -ey / radius), scale (view->forward, bulge)));
  Vec ray = view_ray (view, target, (float) x + 0.5f, (float) y + 0.5f);
  target->colours[at] = shade (light, surface, (Texel) { GREY (1), 1 }, add (view->eye, scale (ray, 1 / w)), ray, unit (normal), 1 / w);
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
  int x0 = (int) clampf (left, 0, (float) target->width), x1 = (int) clampf (right + 1, 0, (float) target->width);
  int y0 = (int) clampf (top, 0, (float) target->height), y1 = (int) clampf (bottom + 1, 0, (float) target->height);
  for (int y = y0; y < y1; y++)
    for (int x = x0; x < x1; x++)
      draw_stick_sample (target, view, light, &from, &to, x, y, surface);
}

void
draw_sky (Target *target, const View *view, const Light *light, float drift)
{
  for (int y = 0; y < target->height; y++)
    for (int x = 0; x < target->width; x++)
      {
        gsize at = (gsize) y * (gsize) target->width + (gsize) x;
        if (target->nearness[at] > 0)
          continue;
        if (target->classes != NULL)
          target->classes[at] = SKY;
        else
          target->colours[at] = light_sky (light, unit (view_ray (view, target, (float) x + 0.5f, (float) y + 0.5f)), drift);
      }
}
