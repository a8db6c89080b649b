/* overlay.c: outlines over the canvas */
#include "config.h"
#include "editor/overlay.h"
#include <math.h>

#define MARGIN 3.0            /* half of the widest line, and what antialiasing adds */
#define CROSS_BELOW 3.0       /* a brush of a smaller radius is marked by a cross around it as well */
#define HANDLE 3.5

/* The same path twice: broad and dark, then narrow and light. */
static void
stroke_twice (cairo_t *cr)
{
  cairo_set_source_rgba (cr, 0, 0, 0, 0.6);
  cairo_set_line_width (cr, 3);
  cairo_stroke_preserve (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_set_line_width (cr, 1.25);
  cairo_stroke (cr);
}

static void
add_cross (cairo_t *cr, double x, double y, double inner, double outer)
{
  for (int i = 0; i < 4; i++)
    {
      double dx = i == 0 ? 1 : i == 1 ? -1 : 0, dy = i == 2 ? 1 : i == 3 ? -1 : 0;
      cairo_move_to (cr, x + dx * inner, y + dy * inner);
      cairo_line_to (cr, x + dx * outer, y + dy * outer);
    }
}

void
lw_overlay_brush (GtkSnapshot *snapshot, const graphene_rect_t *clip, LwBrushShape shape, double x, double y, double radius)
{
  double extent = MAX (radius, CROSS_BELOW + 8) + MARGIN;
  graphene_rect_t bounds = GRAPHENE_RECT_INIT ((float) floor (x - extent), (float) floor (y - extent), (float) ceil (2 * extent) + 1, (float) ceil (2 * extent) + 1);
  if (!graphene_rect_intersection (&bounds, clip, &bounds))
    return;

  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  if (shape == LW_BRUSH_SQUARE)
    cairo_rectangle (cr, x - radius, y - radius, 2 * radius, 2 * radius);
  else
    cairo_arc (cr, x, y, MAX (radius, 0.5), 0, 2 * G_PI);
  if (radius < CROSS_BELOW)
    add_cross (cr, x, y, radius + 3, radius + 8);
  stroke_twice (cr);
  cairo_destroy (cr);
}

static graphene_rect_t
bounds_of (const LwPoint *points, gsize n, const LwPoint *pointer)
{
  double x0 = points[0].x, y0 = points[0].y, x1 = x0, y1 = y0;

  for (gsize i = 1; i < n + (pointer != NULL); i++)
    {
      const LwPoint *p = i < n ? &points[i] : pointer;
      x0 = MIN (x0, p->x);
      y0 = MIN (y0, p->y);
      x1 = MAX (x1, p->x);
      y1 = MAX (y1, p->y);
    }
  double margin = MARGIN + 2 * HANDLE;
  return GRAPHENE_RECT_INIT ((float) (x0 - margin), (float) (y0 - margin), (float) (x1 - x0 + 2 * margin), (float) (y1 - y0 + 2 * margin));
}

static void
draw_handle (cairo_t *cr, const LwPoint *point, double radius)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, point->x, point->y, radius, 0, 2 * G_PI);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_fill_preserve (cr);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.75);
  cairo_set_line_width (cr, 1.25);
  cairo_stroke (cr);
}

void
lw_overlay_area (GtkSnapshot *snapshot, const graphene_rect_t *clip, const LwPoint *points, gsize n, const GdkRGBA *colour)
{
  if (n < 2)
    return;

  graphene_rect_t bounds = bounds_of (points, n, NULL);
  if (!graphene_rect_intersection (&bounds, clip, &bounds))
    return;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  for (gsize i = 0; i < n; i++)
    cairo_line_to (cr, points[i].x, points[i].y);
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);      /* as it will be painted */
  gdk_cairo_set_source_rgba (cr, colour);
  cairo_fill_preserve (cr);
  stroke_twice (cr);
  cairo_destroy (cr);
}

void
lw_overlay_polygon (GtkSnapshot *snapshot, const graphene_rect_t *clip, const LwPoint *points, gsize n, const LwPoint *pointer, const GdkRGBA *colour, gboolean can_close)
{
  if (n == 0)
    return;

  graphene_rect_t bounds = bounds_of (points, n, pointer);
  if (!graphene_rect_intersection (&bounds, clip, &bounds))
    return;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  for (gsize i = 0; i < n; i++)
    cairo_line_to (cr, points[i].x, points[i].y);
  if (pointer != NULL)
    cairo_line_to (cr, pointer->x, pointer->y);
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);      /* as it will be painted */
  gdk_cairo_set_source_rgba (cr, colour);
  cairo_fill_preserve (cr);
  stroke_twice (cr);
  for (gsize i = 0; i < n; i++)
    draw_handle (cr, &points[i], i == 0 && can_close ? HANDLE * 1.6 : HANDLE);
  cairo_destroy (cr);
}
