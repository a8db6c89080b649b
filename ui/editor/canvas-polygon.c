/* canvas-polygon.c: the polygon: corners that are set, moved, put in between and taken away, in one part or several, until it is painted */
#include "config.h"
#include "editor/canvas-private.h"
#include "editor/overlay.h"
#include <math.h>

#define CLOSE_DISTANCE 8.0       /* widget units: a click this near to the first corner closes the part */
#define GRAB_DISTANCE 6.0        /* a drag from this near moves a corner, or puts one into a side */
#define DRAG_DISTANCE 4.0        /* a hand that moves less meant a click */
#define NOTHING G_MAXUINT

static LwPoint
corner_in_image (LwCanvas *self, guint i)
{
  return g_array_index (self->polygons->shape->corners, LwPoint, i);
}

static LwPoint
corner_in_widget (LwCanvas *self, guint i)
{
  LwPoint at = corner_in_image (self, i), shown;
  canvas_from_image (self, at.x, at.y, &shown.x, &shown.y);
  return shown;
}

static double
distance (LwPoint a, LwPoint b)
{
  return hypot (a.x - b.x, a.y - b.y);
}

static double
distance_to_side (LwPoint a, LwPoint b, LwPoint p)
{
  double dx = b.x - a.x, dy = b.y - a.y, square = dx * dx + dy * dy;
  double along = square > 0 ? CLAMP (((p.x - a.x) * dx + (p.y - a.y) * dy) / square, 0, 1) : 0;
  return hypot (p.x - a.x - along * dx, p.y - a.y - along * dy);
}

static guint
find_corner (LwCanvas *self, LwPoint at)
{
  guint found = NOTHING;
  double best = GRAB_DISTANCE;

  for (guint i = 0; i < self->polygons->shape->corners->len; i++)
    if (distance (corner_in_widget (self, i), at) <= best)
      {
        best = distance (corner_in_widget (self, i), at);
        found = i;
      }
  return found;
}

/* The corner that the side begins with. The open part has no side from its last corner to its first one. */
static guint
find_side (LwCanvas *self, LwPoint at)
{
  const GArray *parts = self->polygons->shape->parts;
  guint first = 0;

  for (guint part = 0; part < parts->len; part++)
    {
      guint n = (guint) g_array_index (parts, gsize, part), sides = part + 1 < parts->len ? n : n > 0 ? n - 1 : 0;
      for (guint i = 0; i < sides; i++)
        if (distance_to_side (corner_in_widget (self, first + i), corner_in_widget (self, first + (i + 1) % n), at) <= GRAB_DISTANCE)
          return first + i;
      first += n;
    }
  return NOTHING;
}

static guint
corner_under_pointer (LwCanvas *self)
{
  return self->hovering && canvas_has_polygon_tool (self) ? find_corner (self, (LwPoint) { self->pointer_x, self->pointer_y }) : NOTHING;
}

gboolean
canvas_polygon_can_grab (LwCanvas *self)
{
  return corner_under_pointer (self) != NOTHING;
}

static void
changed (LwCanvas *self)
{
  canvas_update_actions (self);
  canvas_update_pointer (self);
}

/* ---- closing ---- */

void
canvas_polygon_close (LwCanvas *self)
{
  const LwShape *shape = self->polygons->shape;
  LwEdit *edit = lw_polygons_can_close (self->polygons) ? canvas_begin_edit (self) : NULL;

  if (edit == NULL)
    return;
  CanvasPaint paint = { edit, lw_toolbox_get_class (self->toolbox) };
  LwRect clip = canvas_whole_image (self);
  lw_raster_polygon ((const LwPoint *) (gpointer) shape->corners->data, (const gsize *) (gpointer) shape->parts->data, shape->parts->len, &clip, canvas_paint_span, &paint);
  lw_polygons_finish (self->polygons);
  lw_document_end_edit (self->document, "polygon");
  changed (self);
}

void
canvas_polygon_close_part (LwCanvas *self)
{
  lw_polygons_close_part (self->polygons);
  changed (self);
}

/* ---- clicks ---- */

static gboolean
is_at_first (LwCanvas *self, LwPoint at)
{
  guint first = self->polygons->shape->corners->len - (guint) lw_polygons_open_size (self->polygons);
  return lw_polygons_open_size (self->polygons) >= 3 && distance (corner_in_widget (self, first), at) <= CLOSE_DISTANCE;
}

void
canvas_polygon_press (LwCanvas *self, double x, double y, gboolean again)
{
  LwPoint corner;

  if ((again && lw_polygons_open_size (self->polygons) > 0) || is_at_first (self, (LwPoint) { x, y }))
    {
      if (self->shift)
        canvas_polygon_close_part (self);
      else
        canvas_polygon_close (self);
      return;
    }
  canvas_to_image (self, x, y, &corner.x, &corner.y);
  lw_polygons_add (self->polygons, corner);
  changed (self);
}

/* ---- drags ---- */

gboolean
canvas_polygon_drag_begin (LwCanvas *self, double x, double y, gboolean remove, guint32 time)
{
  LwPoint at = { x, y };

  self->grabbed = find_corner (self, at);
  self->split = self->grabbed == NOTHING ? find_side (self, at) : NOTHING;
  self->grab_x = x;
  self->grab_y = y;
  self->grab_time = time;
  self->grab_moves = FALSE;
  if (remove && self->grabbed != NOTHING)
    {
      lw_polygons_remove (self->polygons, self->grabbed);
      changed (self);
      self->grabbed = NOTHING;
      return TRUE;
    }
  return self->grabbed != NOTHING || self->split != NOTHING;
}

static void
begin_move (LwCanvas *self)
{
  LwPoint at;

  canvas_to_image (self, self->grab_x, self->grab_y, &at.x, &at.y);
  if (self->grabbed != NOTHING)
    lw_polygons_begin_move (self->polygons);
  else
    {
      lw_polygons_insert (self->polygons, self->split, at);
      self->grabbed = self->split + 1;
    }
  self->grab_moves = TRUE;
}

/* The corner keeps its distance from the pointer: it does not jump when it is taken. */
void
canvas_polygon_drag_to (LwCanvas *self, double x, double y)
{
  LwPoint from, to, corner;

  if (!self->grab_moves && (hypot (x - self->grab_x, y - self->grab_y) < DRAG_DISTANCE || (self->grabbed == NOTHING && self->split == NOTHING)))
    return;
  if (!self->grab_moves)
    begin_move (self);
  canvas_to_image (self, self->grab_x, self->grab_y, &from.x, &from.y);
  canvas_to_image (self, x, y, &to.x, &to.y);
  corner = corner_in_image (self, self->grabbed);
  lw_polygons_place (self->polygons, self->grabbed, (LwPoint) { corner.x + to.x - from.x, corner.y + to.y - from.y });
  self->grab_x = x;
  self->grab_y = y;
  changed (self);
}

/* A hand that did not move has clicked. */
void
canvas_polygon_drag_end (LwCanvas *self)
{
  gboolean clicked = !self->grab_moves && (self->grabbed != NOTHING || self->split != NOTHING);

  self->grab_moves = FALSE;
  self->grabbed = self->split = NOTHING;
  if (clicked)
    canvas_tool_press (self, self->grab_x, self->grab_y, self->grab_time);
}

void
canvas_polygon_drag_cancel (LwCanvas *self)
{
  if (self->grab_moves)
    lw_polygons_cancel_move (self->polygons);
  self->grab_moves = FALSE;
  self->grabbed = self->split = NOTHING;
  changed (self);
}

/* ---- keys ---- */

/* The corner under the pointer, else the last one. */
void
canvas_polygon_remove_corner (LwCanvas *self)
{
  guint corner = corner_under_pointer (self);

  if (corner != NOTHING)
    lw_polygons_remove (self->polygons, corner);
  else
    lw_polygons_remove_last (self->polygons);
  changed (self);
}

static gboolean
part_holds (LwCanvas *self, guint first, guint n, LwPoint p)
{
  gboolean inside = FALSE;

  for (guint i = 0; i < n; i++)
    {
      LwPoint a = corner_in_widget (self, first + i), b = corner_in_widget (self, first + (i + 1) % n);
      if ((a.y <= p.y) != (b.y <= p.y) && p.x < a.x + (p.y - a.y) * (b.x - a.x) / (b.y - a.y))
        inside = !inside;
    }
  return inside;
}

/* The part under the pointer, the later of several; else the last one. */
void
canvas_polygon_remove_part (LwCanvas *self)
{
  const GArray *parts = self->polygons->shape->parts;
  guint found = NOTHING, first = 0;

  for (guint part = 0; part < parts->len; part++)
    {
      guint n = (guint) g_array_index (parts, gsize, part);
      if (self->hovering && n > 0 && part_holds (self, first, n, (LwPoint) { self->pointer_x, self->pointer_y }))
        found = part;
      first += n;
    }
  if (found == NOTHING)
    found = parts->len >= 2 && lw_polygons_open_size (self->polygons) == 0 ? parts->len - 2 : parts->len - 1;
  lw_polygons_remove_part (self->polygons, found);
  changed (self);
}

/* ---- what is shown ---- */

void
canvas_polygon_snapshot (LwCanvas *self, const graphene_rect_t *clip, GtkSnapshot *snapshot)
{
  const LwShape *shape = self->polygons->shape;
  gboolean active = canvas_has_polygon_tool (self), led = active && self->hovering && !self->dragging && corner_under_pointer (self) == NOTHING;
  g_autofree LwPoint *points = g_new (LwPoint, shape->corners->len);
  LwPoint pointer = { self->pointer_x, self->pointer_y };
  guint n_open = (guint) lw_polygons_open_size (self->polygons), highlighted = active ? (self->grab_moves ? self->grabbed : corner_under_pointer (self)) : NOTHING;
  GdkRGBA colour = canvas_class_tint (self);

  for (guint i = 0; i < shape->corners->len; i++)
    points[i] = corner_in_widget (self, i);
  LwOverlayPolygon polygon = {
    .points = points, .n = shape->corners->len,
    .parts = (const gsize *) (gpointer) shape->parts->data, .n_parts = shape->parts->len,
    .pointer = led && n_open > 0 ? &pointer : NULL, .colour = &colour,
    .larger = highlighted, .closing = active && n_open >= 3 ? shape->corners->len - n_open : NOTHING,
  };
  lw_overlay_polygon (snapshot, clip, &polygon);
}
