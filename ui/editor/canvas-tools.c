/* canvas-tools.c: what each tool does to the document, and the canvas's actions */
#include "config.h"
#include "assist/similar.h"
#include "editor/canvas-private.h"
#include <math.h>

#define SIZE_STEP 1.2

/* ---- strokes ---- */

void
canvas_paint_span (int y, int x0, int x1, gpointer data)
{
  const CanvasPaint *paint = data;
  if (paint->reveal != NULL)
    lw_apply_span (paint->edit, paint->reveal, paint->shown, y, x0, x1);
  else
    lw_edit_span (paint->edit, y, x0, x1, paint->class_id);
}

gboolean
canvas_tool_paints (LwCanvas *self)
{
  LwTool tool = self->toolbox != NULL ? lw_toolbox_get_tool (self->toolbox) : LW_TOOL_PAN;
  return tool == LW_TOOL_BRUSH || tool == LW_TOOL_ERASER || tool == LW_TOOL_REVEAL;
}

double
canvas_brush_radius (LwCanvas *self, double pressure)
{
  return MAX (0.5, lw_toolbox_get_brush_size (self->toolbox) / 2 * CLAMP (pressure, 0, 1));
}

LwRect
canvas_whole_image (LwCanvas *self)
{
  return (LwRect) { 0, 0, self->view.image_width, self->view.image_height };
}

/* FALSE: what was to be revealed has gone. */
static gboolean
prepare_paint (LwCanvas *self, CanvasPaint *paint)
{
  *paint = (CanvasPaint) { lw_document_get_edit (self->document), self->erasing ? LW_LABEL_NONE : lw_toolbox_get_class (self->toolbox) };
  if (self->erasing || lw_toolbox_get_tool (self->toolbox) != LW_TOOL_REVEAL)
    return TRUE;
  const LwProposal *proposal = lw_document_get_proposal (self->document);
  paint->reveal = proposal != NULL ? proposal->map : NULL;
  lw_toolbox_get_shown (self->toolbox, paint->shown);
  return paint->reveal != NULL;
}

/* From where the brush was to @sample; the outline goes along. */
static void
paint_to (LwCanvas *self, CanvasPaint *paint, const LwBrushSample *sample)
{
  double x, y, radius = canvas_brush_radius (self, sample->pressure);
  LwRect clip = canvas_whole_image (self);

  canvas_to_image (self, sample->x, sample->y, &x, &y);
  lw_raster_brush (lw_toolbox_get_brush_shape (self->toolbox), self->last_x, self->last_y, self->last_radius, x, y, radius, &clip, canvas_paint_span, paint);
  self->last_x = x;
  self->last_y = y;
  self->last_radius = radius;
  self->pointer_x = sample->x;
  self->pointer_y = sample->y;
  self->pressure = sample->pressure;
}

void
lw_canvas_stroke_begin (LwCanvas *self, const LwBrushSample *sample)
{
  g_return_if_fail (LW_IS_CANVAS (self) && sample != NULL);

  lw_canvas_stroke_end (self);
  if (canvas_begin_edit (self) == NULL)
    {
      self->erasing = FALSE;
      return;
    }
  CanvasPaint paint;
  self->stroking = TRUE;
  self->erasing = self->erasing || lw_toolbox_get_tool (self->toolbox) == LW_TOOL_ERASER;
  canvas_to_image (self, sample->x, sample->y, &self->last_x, &self->last_y);
  self->last_radius = canvas_brush_radius (self, sample->pressure);
  if (prepare_paint (self, &paint))
    paint_to (self, &paint, sample);
  lw_document_edit_changed (self->document);
}

void
lw_canvas_stroke_to (LwCanvas *self, const LwBrushSample *samples, gsize n)
{
  g_return_if_fail (LW_IS_CANVAS (self) && (samples != NULL || n == 0));

  CanvasPaint paint;
  if (!self->stroking || n == 0 || !prepare_paint (self, &paint))
    return;
  for (gsize i = 0; i < n; i++)
    paint_to (self, &paint, &samples[i]);
  lw_document_edit_changed (self->document);
  canvas_update_pointer (self);
}

void
lw_canvas_stroke_end (LwCanvas *self)
{
  g_return_if_fail (LW_IS_CANVAS (self));

  if (!self->stroking)
    return;          /* what else erases goes on */
  lw_document_end_edit (self->document, self->erasing ? "eraser" : lw_toolbox_get_tool (self->toolbox) == LW_TOOL_REVEAL ? "reveal" : "brush");
  self->stroking = FALSE;
  self->erasing = FALSE;
}

/* ---- which tool, which click ---- */

gboolean
canvas_has_tool (LwCanvas *self, LwTool tool)
{
  return self->toolbox != NULL && lw_toolbox_get_tool (self->toolbox) == tool;
}

gboolean
canvas_has_polygon_tool (LwCanvas *self)
{
  return canvas_has_tool (self, LW_TOOL_POLYGON);
}

static gboolean
is_near (double x, double y, double other_x, double other_y, double distance)
{
  return hypot (x - other_x, y - other_y) <= distance;
}

/* A second click at once, at the same place. */
static gboolean
is_double_click (LwCanvas *self, double x, double y, guint32 time)
{
  int double_click_ms, double_click_distance;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-double-click-time", &double_click_ms,
                "gtk-double-click-distance", &double_click_distance, NULL);
  gboolean again = time - self->click_time <= (guint32) double_click_ms && is_near (x, y, self->click_x, self->click_y, double_click_distance);
  self->click_time = time;
  self->click_x = x;
  self->click_y = y;
  return again;
}

/* Undo and redo of corners, as long as their tool is in the hand. */
static gboolean
turn_corner (LwCanvas *self, gboolean redo)
{
  if (canvas_has_tool (self, LW_TOOL_SCISSORS) && !redo && canvas_scissors_take_back (self))
    return TRUE;
  if (!canvas_has_polygon_tool (self) || !lw_polygons_turn (self->polygons, redo))
    return FALSE;
  canvas_update_actions (self);
  canvas_update_pointer (self);
  return TRUE;
}

/* A shape that the tool in the hand began, and did not paint yet. */
static gboolean
has_begun (LwCanvas *self)
{
  LwCutBox box;

  return (canvas_has_polygon_tool (self) && !lw_polygons_is_empty (self->polygons)) ||
         (canvas_has_tool (self, LW_TOOL_SCISSORS) && canvas_scissors_get_n_stops (self->scissors) > 0) ||
         (canvas_has_tool (self, LW_TOOL_CUT) && lw_assistant_has_cut (self->assistant, &box));
}

/* The stroke, or with its tool the shape in progress. */
static void
cancel (LwCanvas *self)
{
  gboolean nothing = !self->stroking && !self->dragging && !has_begun (self);

  if (nothing)
    canvas_cursor_hide (self);
  else if (self->stroking)
    lw_document_cancel_edit (self->document);
  else if (self->dragging)
    canvas_drag_cancel (self);
  else if (canvas_has_polygon_tool (self))
    lw_polygons_give_up (self->polygons);
  else if (canvas_has_tool (self, LW_TOOL_SCISSORS))
    canvas_scissors_give_up (self);
  else if (canvas_has_tool (self, LW_TOOL_CUT))
    canvas_cut_drop (self);
  self->erasing = FALSE;
  canvas_update_actions (self);
  canvas_update_pointer (self);
}

/* ---- clicks ---- */

/* All pixels of the map that have this label. */
static void
fill_everywhere (const LwLabelMap *map, guint8 label, CanvasPaint *paint)
{
  for (int row = 0; row < map->height; row++)
    lw_raster_runs (lw_label_map_row (map, row), map->width, label, row, canvas_paint_span, paint);
}

/* The region there; with Ctrl its class in the whole frame. */
static void
fill_region (LwCanvas *self, int x, int y)
{
  LwEdit *edit = canvas_begin_edit (self);

  if (edit == NULL)
    return;
  const LwLabelMap *map = lw_document_get_planes (self->document)->plane[LW_PLANE_CLASS];
  CanvasPaint paint = { edit, lw_toolbox_get_class (self->toolbox) };
  if (self->free_hand)
    fill_everywhere (map, lw_label_map_get (map, x, y), &paint);
  else
    lw_raster_region (map, x, y, canvas_paint_span, &paint);
  lw_document_end_edit (self->document, "fill");
}

/* What looks like the pixel there: what is connected with it, with Ctrl all over the frame. */
static void
fill_colour (LwCanvas *self, int x, int y)
{
  const LwImage *image = lw_document_get_image (self->document);
  LwEdit *edit = image != NULL ? canvas_begin_edit (self) : NULL;

  if (edit == NULL)
    return;
  LwPixels pixels = { image->width, image->height, image->stride, image->pixels };
  g_autofree guint8 *mask = g_malloc ((gsize) image->width * (gsize) image->height);
  LwLabelMap similar = { image->width, image->height, (gsize) image->width, mask };
  CanvasPaint paint = { edit, lw_toolbox_get_class (self->toolbox) };
  lw_similar_pixels (&pixels, x, y, (guint8) lw_toolbox_get_fill_tolerance (self->toolbox), mask);
  if (self->free_hand)
    fill_everywhere (&similar, 1, &paint);
  else
    lw_raster_region (&similar, x, y, canvas_paint_span, &paint);
  lw_document_end_edit (self->document, "fill-colour");
}

static void
apply_region (LwCanvas *self, int x, int y)
{
  gboolean shown[256];
  LwApplySelection selection = { .classes = shown, .one_region = TRUE, .x = x, .y = y };
  LwProtection protection;

  lw_toolbox_get_shown (self->toolbox, shown);
  lw_toolbox_get_apply_protection (self->toolbox, &protection);
  lw_document_apply_proposal (self->document, &selection, &protection, lw_toolbox_get_overwrite_hand (self->toolbox));
}

void
canvas_tool_press (LwCanvas *self, double x, double y, guint32 time)
{
  int px, py;

  if (self->document == NULL || lw_document_get_planes (self->document) == NULL || self->playback_image != NULL)
    return;
  LwTool tool = lw_toolbox_get_tool (self->toolbox);
  if (tool == LW_TOOL_POLYGON)
    canvas_polygon_press (self, x, y, is_double_click (self, x, y, time));
  else if (tool == LW_TOOL_SCISSORS)
    canvas_scissors_press (self, x, y, is_double_click (self, x, y, time), self->free_hand);
  else if (canvas_pixel_at (self, x, y, &px, &py))
    {
      if (tool == LW_TOOL_FILL)
        fill_region (self, px, py);
      else if (tool == LW_TOOL_FILL_COLOUR)
        fill_colour (self, px, py);
      else if (tool == LW_TOOL_APPLY_REGION)
        apply_region (self, px, py);
    }
}

/* The label under the pointer; where there is none, what is proposed there. */
void
canvas_pick_class (LwCanvas *self, double x, double y)
{
  int px, py;
  const LwPlanes *planes = self->document != NULL ? lw_document_get_planes (self->document) : NULL;

  if (planes == NULL || self->toolbox == NULL || !canvas_pixel_at (self, x, y, &px, &py))
    return;
  const LwProposal *proposal = lw_document_get_proposal (self->document);
  guint8 id = lw_label_map_get (planes->plane[LW_PLANE_CLASS], px, py);
  if (id == LW_LABEL_NONE && proposal != NULL)
    id = lw_label_map_get (proposal->map, px, py);
  if (id != LW_LABEL_NONE)
    lw_toolbox_set_class (self->toolbox, id);
}

/* ---- actions ---- */

static void
zoom_by_key (LwCanvas *self, int steps)
{
  GtkWidget *widget = GTK_WIDGET (self);
  double x = self->hovering ? self->pointer_x : canvas_get_pane_width (self) / 2.0;
  double y = self->hovering ? self->pointer_y : gtk_widget_get_height (widget) / 2.0;

  if (steps != 0)
    canvas_zoom_steps (self, steps, x, y);
  else
    lw_canvas_zoom_to (self, 1, x, y);
}

static void
zoom_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwCanvas *self = LW_CANVAS (widget);

  if (g_str_equal (name, "canvas.zoom-fit"))
    lw_canvas_zoom_fit (self);
  else
    zoom_by_key (self, g_str_equal (name, "canvas.zoom-in") ? 2 : g_str_equal (name, "canvas.zoom-out") ? -2 : 0);
}

/* What follows may take the corner away that the hand holds. */
static void
let_go_of_corner (LwCanvas *self)
{
  if (self->dragging && self->drag_tool == LW_TOOL_POLYGON)
    canvas_drag_drop (self);
}

static void
undo_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwCanvas *self = LW_CANVAS (widget);
  gboolean redo = g_str_equal (name, "canvas.redo"), taken = FALSE;

  lw_canvas_stroke_end (self);
  let_go_of_corner (self);
  if (turn_corner (self, redo))
    return;
  g_signal_emit_by_name (self, "turn", redo, &taken);
  if (taken)
    return;
  if (redo)
    lw_document_redo (self->document);
  else
    lw_document_undo (self->document);
}

static void
polygon_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwCanvas *self = LW_CANVAS (widget);

  let_go_of_corner (self);
  if (g_str_equal (name, "canvas.remove-corner") && canvas_has_polygon_tool (self))
    canvas_polygon_remove_corner (self);
  else if (g_str_equal (name, "canvas.remove-corner"))
    canvas_scissors_take_back (self);
  else if (canvas_has_tool (self, LW_TOOL_SCISSORS))
    canvas_scissors_close (self);
  else if (canvas_has_tool (self, LW_TOOL_CUT))
    canvas_cut_accept (self);
  else
    canvas_polygon_close (self);
}

static void
part_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwCanvas *self = LW_CANVAS (widget);

  let_go_of_corner (self);
  if (g_str_equal (name, "canvas.finish-part"))
    canvas_polygon_close_part (self);
  else
    canvas_polygon_remove_part (self);
}

static void
cancel_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  cancel (LW_CANVAS (widget));
}

static void
pick_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwCanvas *self = LW_CANVAS (widget);

  if (self->hovering)
    canvas_pick_class (self, self->pointer_x, self->pointer_y);
}

static void
size_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwToolbox *toolbox = LW_CANVAS (widget)->toolbox;

  if (toolbox != NULL)
    lw_toolbox_scale_size (toolbox, g_str_equal (name, "canvas.brush-larger") ? SIZE_STEP : 1 / SIZE_STEP);
}

gboolean
lw_canvas_can_turn (LwCanvas *self, gboolean redo)
{
  g_return_val_if_fail (LW_IS_CANVAS (self), FALSE);
  if (self->document == NULL || self->playback_image != NULL)      /* nobody takes back what is not to be seen */
    return FALSE;
  return (canvas_has_polygon_tool (self) && lw_polygons_can_turn (self->polygons, redo)) ||
         (canvas_has_tool (self, LW_TOOL_SCISSORS) && !redo && canvas_scissors_get_n_stops (self->scissors) > 0) ||
         (redo ? lw_document_can_redo (self->document) : lw_document_can_undo (self->document));
}

void
canvas_update_actions (LwCanvas *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean corners = !lw_polygons_is_empty (self->polygons) && canvas_has_polygon_tool (self);

  gboolean stops = canvas_scissors_get_n_stops (self->scissors) > 0 && canvas_has_tool (self, LW_TOOL_SCISSORS);
  LwCutBox box;
  gboolean cut = canvas_has_tool (self, LW_TOOL_CUT) && lw_assistant_has_cut (self->assistant, &box);
  gboolean can_finish = (corners && lw_polygons_can_close (self->polygons)) || (stops && canvas_scissors_can_close (self->scissors)) || (cut && canvas_cut_can_accept (self));

  gtk_widget_action_set_enabled (widget, "canvas.undo", lw_canvas_can_turn (self, FALSE));
  gtk_widget_action_set_enabled (widget, "canvas.redo", lw_canvas_can_turn (self, TRUE));
  gtk_widget_action_set_enabled (widget, "canvas.finish-polygon", can_finish);
  gtk_widget_action_set_enabled (widget, "canvas.finish-part", corners && lw_polygons_open_size (self->polygons) >= 3);
  gtk_widget_action_set_enabled (widget, "canvas.remove-corner", corners || stops);
  gtk_widget_action_set_enabled (widget, "canvas.remove-part", corners);
  gtk_widget_action_set_enabled (widget, "canvas.cancel", self->stroking || self->dragging || self->cursor_shown || has_begun (self));
  g_signal_emit_by_name (self, "turns-changed");
}

void
canvas_tools_add_actions (GtkWidgetClass *klass)
{
  canvas_cursor_add_actions (klass);
  gtk_widget_class_install_action (klass, "canvas.zoom-in", NULL, zoom_action);
  gtk_widget_class_install_action (klass, "canvas.zoom-out", NULL, zoom_action);
  gtk_widget_class_install_action (klass, "canvas.zoom-fit", NULL, zoom_action);
  gtk_widget_class_install_action (klass, "canvas.zoom-100", NULL, zoom_action);
  gtk_widget_class_install_action (klass, "canvas.undo", NULL, undo_action);
  gtk_widget_class_install_action (klass, "canvas.redo", NULL, undo_action);
  gtk_widget_class_install_action (klass, "canvas.finish-polygon", NULL, polygon_action);
  gtk_widget_class_install_action (klass, "canvas.finish-part", NULL, part_action);
  gtk_widget_class_install_action (klass, "canvas.remove-corner", NULL, polygon_action);
  gtk_widget_class_install_action (klass, "canvas.remove-part", NULL, part_action);
  gtk_widget_class_install_action (klass, "canvas.cancel", NULL, cancel_action);
  gtk_widget_class_install_action (klass, "canvas.pick-class", NULL, pick_action);
  gtk_widget_class_install_action (klass, "canvas.brush-smaller", NULL, size_action);
  gtk_widget_class_install_action (klass, "canvas.brush-larger", NULL, size_action);
}
