/* canvas-drag.c: tools that draw a shape while the button is down: lasso, line, superpixels, the box cut, and corners of a polygon that are moved */
#include "config.h"
#include "editor/canvas-private.h"
#include "editor/overlay.h"

static LwTool
tool_in_hand (LwCanvas *self)
{
  return self->toolbox != NULL ? lw_toolbox_get_tool (self->toolbox) : LW_TOOL_PAN;
}

static LwPoint
point_at (LwCanvas *self, double x, double y)
{
  LwPoint point;
  canvas_to_image (self, x, y, &point.x, &point.y);
  return point;
}

static gboolean
is_dragged (LwTool tool)
{
  return tool == LW_TOOL_LASSO || tool == LW_TOOL_LINE || tool == LW_TOOL_SUPERPIXELS || tool == LW_TOOL_CUT;
}

/* Superpixels are painted while the hand moves. */
static void
begin_superpixels (LwCanvas *self, gboolean erase)
{
  if (!canvas_superpixels_prepare (self))
    return;
  self->erasing = erase;
  self->drag_edit = canvas_begin_edit (self) != NULL;
  if (self->drag_edit)
    canvas_superpixels_paint (self, g_array_index (self->trail, LwPoint, 0), g_array_index (self->trail, LwPoint, 0));
}

/* A press beside all corners and sides is a click. */
static gboolean
begin_polygon (LwCanvas *self, double x, double y, gboolean control, guint32 time)
{
  if (self->document == NULL || lw_document_get_planes (self->document) == NULL || self->playback_image != NULL)
    return FALSE;
  self->dragging = canvas_polygon_drag_begin (self, x, y, control, time);
  self->drag_tool = LW_TOOL_POLYGON;
  return self->dragging;
}

gboolean
canvas_drag_begin (LwCanvas *self, double x, double y, GdkModifierType modifiers, guint32 time)
{
  gboolean control = (modifiers & GDK_CONTROL_MASK) != 0;
  LwPoint point = point_at (self, x, y);

  if (canvas_has_polygon_tool (self))
    return begin_polygon (self, x, y, control, time);
  if (!is_dragged (tool_in_hand (self)))
    return FALSE;
  canvas_drag_drop (self);
  if (self->document == NULL || lw_document_get_planes (self->document) == NULL || self->playback_image != NULL)
    return TRUE;
  self->dragging = TRUE;
  self->drag_tool = tool_in_hand (self);
  g_array_append_val (self->trail, point);
  if (self->drag_tool == LW_TOOL_SUPERPIXELS)
    begin_superpixels (self, control);
  else if (self->drag_tool == LW_TOOL_CUT)
    canvas_cut_drag_begin (self, control);
  else
    self->erasing = control;
  canvas_update_actions (self);
  return TRUE;
}

/* A line and a box have two ends, wherever the hand went between them. */
static void
drag_to_point (LwCanvas *self, LwPoint point)
{
  if (self->drag_edit)
    canvas_superpixels_paint (self, g_array_index (self->trail, LwPoint, 0), point);
  if (self->drag_edit)
    g_array_set_size (self->trail, 0);
  else if (self->drag_tool == LW_TOOL_LINE || (self->drag_tool == LW_TOOL_CUT && !self->marking))
    g_array_set_size (self->trail, 1);
  g_array_append_val (self->trail, point);
}

void
canvas_drag_to (LwCanvas *self, const LwBrushSample *samples, gsize n)
{
  if (n > 0 && self->dragging && self->drag_tool == LW_TOOL_POLYGON)
    {
      canvas_polygon_drag_to (self, samples[n - 1].x, samples[n - 1].y);
      return;
    }
  for (gsize i = 0; i < n && self->dragging; i++)
    drag_to_point (self, point_at (self, samples[i].x, samples[i].y));
  if (n > 0 && self->dragging)
    {
      self->pointer_x = samples[n - 1].x;
      self->pointer_y = samples[n - 1].y;
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
paint_lasso (LwCanvas *self, CanvasPaint *paint)
{
  LwRect clip = canvas_whole_image (self);
  gsize n = self->trail->len;

  lw_raster_polygon ((const LwPoint *) (gpointer) self->trail->data, &n, 1, &clip, canvas_paint_span, paint);
  lw_document_end_edit (self->document, "lasso");
}

static void
paint_line (LwCanvas *self, CanvasPaint *paint)
{
  const LwPoint *from = &g_array_index (self->trail, LwPoint, 0), *to = &g_array_index (self->trail, LwPoint, self->trail->len - 1);
  LwRect clip = canvas_whole_image (self);
  double radius = canvas_brush_radius (self, 1);

  lw_raster_brush (lw_toolbox_get_brush_shape (self->toolbox), from->x, from->y, radius, to->x, to->y, radius, &clip, canvas_paint_span, paint);
  lw_document_end_edit (self->document, "line");
}

static void
paint_shape (LwCanvas *self)
{
  LwEdit *edit = self->drag_tool == LW_TOOL_LINE || self->trail->len >= 3 ? canvas_begin_edit (self) : NULL;
  CanvasPaint paint = { edit, self->erasing ? LW_LABEL_NONE : lw_toolbox_get_class (self->toolbox) };

  if (edit != NULL && self->drag_tool == LW_TOOL_LASSO)
    paint_lasso (self, &paint);
  else if (edit != NULL)
    paint_line (self, &paint);
}

static void
drag_over (LwCanvas *self)
{
  self->dragging = self->drag_edit = self->erasing = FALSE;
  g_array_set_size (self->trail, 0);
  canvas_update_actions (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
canvas_drag_end (LwCanvas *self)
{
  if (!self->dragging)
    return;
  if (self->drag_edit)
    lw_document_end_edit (self->document, "superpixels");
  else if (self->drag_tool == LW_TOOL_CUT)
    canvas_cut_drag_end (self);
  else if (self->drag_tool == LW_TOOL_LASSO || self->drag_tool == LW_TOOL_LINE)
    paint_shape (self);
  else if (self->drag_tool == LW_TOOL_POLYGON)
    canvas_polygon_drag_end (self);
  drag_over (self);
}

void
canvas_drag_drop (LwCanvas *self)
{
  if (self->drag_edit || (self->drag_tool == LW_TOOL_POLYGON && self->grab_moves))
    canvas_drag_end (self);
  else
    canvas_drag_cancel (self);
}

void
canvas_drag_cancel (LwCanvas *self)
{
  if (!self->dragging)
    return;
  if (self->drag_edit)
    lw_document_cancel_edit (self->document);
  if (self->drag_tool == LW_TOOL_POLYGON)
    canvas_polygon_drag_cancel (self);
  drag_over (self);
}

/* ---- what is shown of it ---- */

static LwPoint *
trail_in_widget (LwCanvas *self)
{
  LwPoint *points = g_new (LwPoint, self->trail->len);
  for (guint i = 0; i < self->trail->len; i++)
    {
      const LwPoint *point = &g_array_index (self->trail, LwPoint, i);
      canvas_from_image (self, point->x, point->y, &points[i].x, &points[i].y);
    }
  return points;
}

void
canvas_drag_snapshot (LwCanvas *self, const graphene_rect_t *clip, GtkSnapshot *snapshot)
{
  g_autofree LwPoint *points = trail_in_widget (self);
  GdkRGBA tint = canvas_class_tint (self);
  gboolean marking = self->drag_tool == LW_TOOL_CUT && self->marking;

  if (!self->dragging || self->drag_edit || self->drag_tool == LW_TOOL_POLYGON || (self->drag_tool == LW_TOOL_CUT && !marking))
    return;
  if (self->drag_tool == LW_TOOL_LINE)
    lw_overlay_brush (snapshot, clip, lw_toolbox_get_brush_shape (self->toolbox), points[0].x, points[0].y,
                      canvas_brush_radius (self, 1) * self->view.zoom / canvas_scale (self));
  lw_overlay_area (snapshot, clip, points, self->trail->len, marking ? NULL : &tint);
}
