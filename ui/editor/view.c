/* view.c: zoom and position of the image in the viewport */
#include "config.h"
#include "editor/view.h"
#include <math.h>

#define STEPS_PER_OCTAVE 4

static double
clamp_zoom (double zoom)
{
  return isfinite (zoom) ? CLAMP (zoom, LW_ZOOM_MIN, LW_ZOOM_MAX) : 1;
}

static int
content_size (int pixels, double zoom)
{
  return pixels > 0 ? MAX (1, (int) lround (pixels * zoom)) : 0;
}

int
lw_view_content_width (const LwView *view)
{
  return content_size (view->image_width, view->zoom);
}

int
lw_view_content_height (const LwView *view)
{
  return content_size (view->image_height, view->zoom);
}

/* The middle of the viewport stays over the image: the image can't be lost, and each of its corners can be brought to the middle. */
static double
clamp_origin (double origin, int viewport, int content)
{
  double low = -viewport / 2, high = content - viewport + viewport / 2;
  return CLAMP (origin, low, MAX (low, high));
}

static void
set_origin (LwView *view, double x, double y)
{
  view->exact_x = clamp_origin (x, view->width, lw_view_content_width (view));
  view->exact_y = clamp_origin (y, view->height, lw_view_content_height (view));
  view->x = (int) floor (view->exact_x + 0.5);
  view->y = (int) floor (view->exact_y + 0.5);
}

void
lw_view_init (LwView *view)
{
  *view = (LwView) { .zoom = 1, .fit = TRUE };
}

void
lw_view_fit (LwView *view)
{
  view->fit = TRUE;
  if (view->image_width <= 0 || view->width <= 0 || view->height <= 0)
    return;
  view->zoom = clamp_zoom (MIN ((double) view->width / view->image_width, (double) view->height / view->image_height));
  set_origin (view, (lw_view_content_width (view) - view->width) / 2.0, (lw_view_content_height (view) - view->height) / 2.0);
}

void
lw_view_set_size (LwView *view, int width, int height)
{
  if (view->width == width && view->height == height)
    return;

  double dx = (view->width - width) / 2.0, dy = (view->height - height) / 2.0;
  view->width = width;
  view->height = height;
  if (view->fit)
    lw_view_fit (view);
  else
    set_origin (view, view->exact_x + dx, view->exact_y + dy);
}

void
lw_view_set_image (LwView *view, int width, int height)
{
  if (view->image_width == width && view->image_height == height)
    return;
  view->image_width = width;
  view->image_height = height;
  lw_view_fit (view);
}

void
lw_view_zoom_to (LwView *view, double zoom, double x, double y)
{
  double image_x = (x + view->exact_x) / view->zoom, image_y = (y + view->exact_y) / view->zoom;

  view->zoom = clamp_zoom (zoom);
  view->fit = FALSE;
  set_origin (view, image_x * view->zoom - x, image_y * view->zoom - y);
}

void
lw_view_pan (LwView *view, double dx, double dy)
{
  view->fit = FALSE;
  set_origin (view, view->exact_x - dx, view->exact_y - dy);
}

double
lw_view_step (double zoom, int steps)
{
  double at = log2 (zoom) * STEPS_PER_OCTAVE;
  if (fabs (at - round (at)) < 1e-6)
    at = round (at);                 /* there and back again is exactly where it was */
  double stepped = exp2 ((at + steps) / STEPS_PER_OCTAVE);
  gboolean crosses = (zoom < 1 - 1e-9 && stepped > 1) || (zoom > 1 + 1e-9 && stepped < 1);
  return crosses ? 1 : clamp_zoom (stepped);
}

LwRect
lw_view_visible_content (const LwView *view)
{
  return lw_rect_intersect ((LwRect) { view->x, view->y, view->width, view->height },
                            (LwRect) { 0, 0, lw_view_content_width (view), lw_view_content_height (view) });
}

void
lw_view_to_image (const LwView *view, double x, double y, double *image_x, double *image_y)
{
  *image_x = (x + view->x) / view->zoom;
  *image_y = (y + view->y) / view->zoom;
}

void
lw_view_from_image (const LwView *view, double image_x, double image_y, double *x, double *y)
{
  *x = image_x * view->zoom - view->x;
  *y = image_y * view->zoom - view->y;
}

LwRect
lw_view_content_of (const LwView *view, const LwRect *r)
{
  int x0 = (int) floor (r->x * view->zoom) - 1, y0 = (int) floor (r->y * view->zoom) - 1;
  int x1 = (int) ceil ((r->x + r->width) * view->zoom) + 1, y1 = (int) ceil ((r->y + r->height) * view->zoom) + 1;
  return lw_rect_intersect ((LwRect) { x0, y0, x1 - x0, y1 - y0 },
                            (LwRect) { 0, 0, lw_view_content_width (view), lw_view_content_height (view) });
}
