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

#define CURSOR_INNER 5.0
#define CURSOR_OUTER 17.0

void
lw_overlay_cursor (GtkSnapshot *snapshot, const graphene_rect_t *clip, double x, double y, LwOverlayCursor state)
{
  double extent = CURSOR_OUTER + MARGIN;
  graphene_rect_t bounds = GRAPHENE_RECT_INIT ((float) floor (x - extent), (float) floor (y - extent), (float) ceil (2 * extent) + 1, (float) ceil (2 * extent) + 1);
  if (!graphene_rect_intersection (&bounds, clip, &bounds))
    return;

  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  add_cross (cr, x, y, CURSOR_INNER, CURSOR_OUTER);
  if (state == LW_OVERLAY_CURSOR_REFUSED)
    {
      cairo_move_to (cr, x - CURSOR_OUTER * 0.6, y + CURSOR_OUTER * 0.6);
      cairo_line_to (cr, x + CURSOR_OUTER * 0.6, y - CURSOR_OUTER * 0.6);
    }
  cairo_set_source_rgb (cr, 0, 0, 0);
  cairo_set_line_width (cr, 5);
  cairo_stroke_preserve (cr);
  cairo_set_source_rgb (cr, 1, 1, 0.25);
  cairo_set_line_width (cr, 2);
  cairo_stroke (cr);
  if (state == LW_OVERLAY_CURSOR_DOWN)
    draw_handle (cr, &(LwPoint) { x, y }, 3.5);
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
  if (colour != NULL)
    {
      gdk_cairo_set_source_rgba (cr, colour);
      cairo_fill_preserve (cr);
    }
  stroke_twice (cr);
  cairo_destroy (cr);
}

void
lw_overlay_handles (GtkSnapshot *snapshot, const graphene_rect_t *clip, const LwPoint *points, gsize n, gboolean can_close)
{
  graphene_rect_t bounds;
  if (n == 0 || (bounds = bounds_of (points, n, NULL), !graphene_rect_intersection (&bounds, clip, &bounds)))
    return;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  for (gsize i = 0; i < n; i++)
    draw_handle (cr, &points[i], i == 0 && can_close ? HANDLE * 1.6 : HANDLE);
  cairo_destroy (cr);
}

void
lw_overlay_box (GtkSnapshot *snapshot, const graphene_rect_t *clip, const graphene_rect_t *box)
{
  graphene_rect_t bounds = *box;
  graphene_rect_inset (&bounds, -(float) MARGIN, -(float) MARGIN);
  if (!graphene_rect_intersection (&bounds, clip, &bounds))
    return;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  cairo_rectangle (cr, box->origin.x, box->origin.y, box->size.width, box->size.height);
  stroke_twice (cr);
  cairo_destroy (cr);
}

/* ---- superpixels ---- */

typedef struct { cairo_t *cr; LwPoint origin; double unit; } Pixels;

static void
add_span (int y, int x0, int x1, gpointer data)
{
  const Pixels *p = data;
  cairo_rectangle (p->cr, p->origin.x + x0 * p->unit, p->origin.y + y * p->unit, (x1 - x0) * p->unit, p->unit);
}

static gboolean
is_of (const LwSuperpixels *s, int x, int y, guint id)
{
  return x >= 0 && y >= 0 && x < s->width && y < s->height && lw_superpixels_at (s, x, y) == id;
}

/* The sides of its pixels beyond which there is another region. */
static void
add_outline (const Pixels *p, const LwSuperpixels *s, guint id)
{
  LwSuperpixelBox box = s->boxes[id];
  for (int y = box.y; y <= box.y + box.height; y++)
    for (int x = box.x; x <= box.x + box.width; x++)
      {
        gboolean here = is_of (s, x, y, id);
        double left = p->origin.x + x * p->unit, top = p->origin.y + y * p->unit;
        if (here != is_of (s, x - 1, y, id))
          {
            cairo_move_to (p->cr, left, top);
            cairo_rel_line_to (p->cr, 0, p->unit);
          }
        if (here != is_of (s, x, y - 1, id))
          {
            cairo_move_to (p->cr, left, top);
            cairo_rel_line_to (p->cr, p->unit, 0);
          }
      }
}

void
lw_overlay_superpixel (GtkSnapshot *snapshot, const graphene_rect_t *clip, const LwSuperpixels *superpixels, guint id, LwPoint origin, double unit, const GdkRGBA *colour)
{
  LwSuperpixelBox box = superpixels->boxes[id];
  LwPoint corners[2] = { { origin.x + box.x * unit, origin.y + box.y * unit }, { origin.x + (box.x + box.width) * unit, origin.y + (box.y + box.height) * unit } };
  graphene_rect_t bounds = bounds_of (corners, 2, NULL);
  if (!graphene_rect_intersection (&bounds, clip, &bounds))
    return;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  Pixels pixels = { cr, origin, unit };
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);      /* rows that touch leave no seams */
  lw_superpixels_foreach_span (superpixels, id, add_span, &pixels);
  gdk_cairo_set_source_rgba (cr, colour);
  cairo_fill (cr);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_SQUARE);
  add_outline (&pixels, superpixels, id);
  stroke_twice (cr);
  cairo_destroy (cr);
}

/* ---- marks ---- */

#define MARK 15.0
#define MARK_RADIUS 3.5

static void
begin_mark (cairo_t *cr)
{
  double from = MARK_RADIUS, to = MARK - MARK_RADIUS;
  cairo_new_sub_path (cr);
  cairo_arc (cr, to, from, MARK_RADIUS, -G_PI / 2, 0);
  cairo_arc (cr, to, to, MARK_RADIUS, 0, G_PI / 2);
  cairo_arc (cr, from, to, MARK_RADIUS, G_PI / 2, G_PI);
  cairo_arc (cr, from, from, MARK_RADIUS, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.7);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_set_line_width (cr, 1.25);
}

static void
draw_square (cairo_t *cr, const GdkRGBA *colour)
{
  static const double dashes[] = { 2.25, 1.5 };
  begin_mark (cr);
  cairo_rectangle (cr, 3.75, 3.75, MARK - 7.5, MARK - 7.5);
  if (colour != NULL)
    {
      gdk_cairo_set_source_rgba (cr, colour);
      cairo_fill_preserve (cr);
      cairo_set_source_rgb (cr, 1, 1, 1);
    }
  else
    cairo_set_dash (cr, dashes, 2, 0);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

static void
draw_padlock (cairo_t *cr)
{
  begin_mark (cr);
  cairo_rectangle (cr, 3.75, 7, MARK - 7.5, 5);
  cairo_fill (cr);
  cairo_arc (cr, MARK / 2, 6.5, 2.4, G_PI, 0);
  cairo_stroke (cr);
}

void
lw_overlay_marks (GtkSnapshot *snapshot, const graphene_rect_t *clip, const LwOverlayMarks *marks, double x, double y)
{
  gboolean square = marks->unlabelled || marks->one_class;
  graphene_rect_t bounds = GRAPHENE_RECT_INIT ((float) x, (float) y, (float) (2 * MARK + 3), (float) MARK + 1);
  if ((!square && !marks->hand_kept) || !graphene_rect_intersection (&bounds, clip, &bounds))
    return;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  cairo_translate (cr, x, y);
  if (square)
    {
      draw_square (cr, marks->one_class ? &marks->class_colour : NULL);
      cairo_translate (cr, MARK + 2, 0);
    }
  if (marks->hand_kept)
    draw_padlock (cr);
  cairo_destroy (cr);
}

/* ---- polygon ---- */

static void
add_parts (cairo_t *cr, const LwOverlayPolygon *polygon)
{
  const LwPoint *points = polygon->points;

  for (gsize part = 0; part < polygon->n_parts; part++)
    {
      cairo_new_sub_path (cr);
      for (gsize i = 0; i < polygon->parts[part]; i++)
        cairo_line_to (cr, points[i].x, points[i].y);
      if (part + 1 < polygon->n_parts)
        cairo_close_path (cr);
      points += polygon->parts[part];
    }
  if (polygon->pointer != NULL)
    cairo_line_to (cr, polygon->pointer->x, polygon->pointer->y);
}

void
lw_overlay_polygon (GtkSnapshot *snapshot, const graphene_rect_t *clip, const LwOverlayPolygon *polygon)
{
  if (polygon->n == 0)
    return;

  graphene_rect_t bounds = bounds_of (polygon->points, polygon->n, polygon->pointer);
  if (!graphene_rect_intersection (&bounds, clip, &bounds))
    return;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  add_parts (cr, polygon);
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);      /* as it will be painted */
  gdk_cairo_set_source_rgba (cr, polygon->colour);
  cairo_fill_preserve (cr);
  stroke_twice (cr);
  for (gsize i = 0; i < polygon->n; i++)
    draw_handle (cr, &polygon->points[i], i == polygon->larger || i == polygon->closing ? HANDLE * 1.6 : HANDLE);
  cairo_destroy (cr);
}
