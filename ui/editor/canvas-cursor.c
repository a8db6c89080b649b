/* canvas-cursor.c: a cursor that the keys move, and that paints: what the pointer does, without a mouse
 *
 * It stands on the centre of a pixel and takes the pointer's place: outlines, highlights and the status line follow it as they follow the mouse, and the mouse
 * takes over as soon as it moves. The tool is put down with one key and lifted with the same one; what lies between is a stroke like any other. */
#include "config.h"
#include "editor/canvas-private.h"
#include "editor/overlay.h"
#include <math.h>

#define STEP 4.0             /* widget units an arrow key, but a pixel of the picture at least */
#define FAR_STEPS 8          /* with Shift */
#define MARGIN 56.0          /* widget units between cursor and edge: the view goes along */

static void
place_pointer (LwCanvas *self)
{
  canvas_from_image (self, self->cursor_x, self->cursor_y, &self->pointer_x, &self->pointer_y);
}

static gboolean
can_show (LwCanvas *self)
{
  return self->document != NULL && lw_document_get_planes (self->document) != NULL && self->playback_image == NULL && self->toolbox != NULL;
}

/* The centre of the pixel there, or of the nearest one of the picture. */
static void
put_at (LwCanvas *self, double image_x, double image_y)
{
  self->cursor_x = CLAMP (floor (image_x), 0, self->view.image_width - 1) + 0.5;
  self->cursor_y = CLAMP (floor (image_y), 0, self->view.image_height - 1) + 0.5;
}

static void
show (LwCanvas *self)
{
  double x, y;

  if (self->cursor_shown)
    return;
  if (self->hovering)
    canvas_to_image (self, self->pointer_x, self->pointer_y, &x, &y);
  else
    lw_canvas_get_center (self, &x, &y);
  put_at (self, x, y);
  self->cursor_shown = TRUE;
  self->hovering = TRUE;
  place_pointer (self);
  canvas_update_actions (self);
}

static gboolean
is_down (LwCanvas *self)
{
  return self->cursor_down && (self->stroking || self->dragging);
}

void
canvas_cursor_lift (LwCanvas *self)
{
  if (is_down (self))
    canvas_hand_off (self);
  self->cursor_down = FALSE;
}

void
canvas_cursor_hide (LwCanvas *self)
{
  if (!self->cursor_shown)
    return;
  canvas_cursor_lift (self);
  self->cursor_shown = FALSE;
  self->hovering = FALSE;
  canvas_update_actions (self);
  canvas_update_pointer (self);
}

/* Another zoom, another frame: it stays on its pixel. */
void
canvas_cursor_follow_view (LwCanvas *self)
{
  if (!self->cursor_shown || self->view.image_width <= 0)
    return;
  put_at (self, self->cursor_x, self->cursor_y);
  place_pointer (self);
}

/* ---- moving ---- */

/* How far the view goes so that @position keeps its distance from both edges, as long as there is more of the picture beyond them: @before and @after are hidden. */
static double
rest_beyond (double position, double room, double before, double after)
{
  double margin = MIN (MARGIN, room / 3);

  if (position < margin)
    return MIN (margin - position, MAX (before, 0));
  return position > room - margin ? -MIN (position - room + margin, MAX (after, 0)) : 0;
}

static void
keep_in_view (LwCanvas *self)
{
  const LwView *view = &self->view;
  double scale = canvas_scale (self);
  double dx = rest_beyond (self->pointer_x, view->width / scale, view->x / scale, (lw_view_content_width (view) - view->x - view->width) / scale);
  double dy = rest_beyond (self->pointer_y, view->height / scale, view->y / scale, (lw_view_content_height (view) - view->y - view->height) / scale);

  if (dx != 0 || dy != 0)
    lw_canvas_pan (self, dx, dy);
}

static double
step_in_pixels (LwCanvas *self, const char *how)
{
  double pixel = self->view.zoom / canvas_scale (self), step = MAX (1, round (STEP / pixel));      /* widget units a pixel */

  if (g_str_has_suffix (how, "-pixel"))
    return 1;
  return g_str_has_suffix (how, "-far") ? step * FAR_STEPS : step;
}

static LwBrushSample
sample_here (LwCanvas *self)
{
  return (LwBrushSample) { .x = self->pointer_x, .y = self->pointer_y, .pressure = 1, .time = (guint32) (g_get_monotonic_time () / 1000) };
}

static void
move_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  static const struct { const char *name; int x, y; } ways[] = { { "left", -1, 0 }, { "right", 1, 0 }, { "up", 0, -1 }, { "down", 0, 1 } };
  LwCanvas *self = LW_CANVAS (widget);
  const char *how = g_variant_get_string (parameter, NULL);

  if (!can_show (self))
    return;
  show (self);
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    if (g_str_has_prefix (how, ways[i].name))
      put_at (self, self->cursor_x + ways[i].x * step_in_pixels (self, how), self->cursor_y + ways[i].y * step_in_pixels (self, how));
  place_pointer (self);
  keep_in_view (self);
  if (is_down (self))
    {
      LwBrushSample sample = sample_here (self);
      canvas_hand_samples (self, &sample, 1);
    }
  canvas_update_pointer (self);
}

void
lw_canvas_move_cursor (LwCanvas *self, int x, int y)
{
  g_return_if_fail (LW_IS_CANVAS (self));
  if (!self->cursor_shown)
    return;
  canvas_cursor_lift (self);
  put_at (self, x, y);
  place_pointer (self);
  canvas_update_pointer (self);
}

/* ---- the tool ---- */

static void
use_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwCanvas *self = LW_CANVAS (widget);
  gboolean other = g_str_has_suffix (name, "-other");

  if (!can_show (self))
    return;
  if (is_down (self))
    {
      canvas_cursor_lift (self);
      canvas_update_pointer (self);
      return;
    }
  show (self);
  LwBrushSample sample = sample_here (self);
  self->cursor_down = TRUE;
  canvas_hand_press (self, &sample, other ? GDK_CONTROL_MASK : 0);
  canvas_update_pointer (self);
}

void
canvas_cursor_add_actions (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "canvas.cursor", "s", move_action);
  gtk_widget_class_install_action (klass, "canvas.cursor-use", NULL, use_action);
  gtk_widget_class_install_action (klass, "canvas.cursor-use-other", NULL, use_action);
}

/* ---- what is shown of it ---- */

void
canvas_cursor_snapshot (LwCanvas *self, const graphene_rect_t *clip, GtkSnapshot *snapshot)
{
  int x, y;

  if (!self->cursor_shown || self->playback_image != NULL || !canvas_pixel_at (self, self->pointer_x, self->pointer_y, &x, &y))
    return;
  LwOverlayCursor state = is_down (self) ? LW_OVERLAY_CURSOR_DOWN : canvas_tool_is_refused (self, x, y) ? LW_OVERLAY_CURSOR_REFUSED : LW_OVERLAY_CURSOR_UP;
  lw_overlay_cursor (snapshot, clip, self->pointer_x, self->pointer_y, state);
}
