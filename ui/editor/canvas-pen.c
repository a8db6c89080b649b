/* canvas-pen.c: what a pen does that a mouse doesn't: pressure, its other end, and a palm beside it that is no finger */
#include "config.h"
#include "editor/canvas-private.h"

#define PALM_MS 500      /* after the pen was seen last: a hand that draws lies on the screen */

/* ---- what an event says ---- */

static gboolean
is_of_pen (GdkDeviceTool *tool)
{
  GdkDeviceToolType type = tool != NULL ? gdk_device_tool_get_tool_type (tool) : GDK_DEVICE_TOOL_TYPE_MOUSE;
  return type != GDK_DEVICE_TOOL_TYPE_MOUSE && type != GDK_DEVICE_TOOL_TYPE_LENS;
}

/* NULL: it has none. GTK makes a motion of its own, without, when what is under the pointer may have changed. */
static const double *
get_axes (GdkEvent *event)
{
  double *axes;
  guint n;

  return gdk_event_get_axes (event, &axes, &n) ? axes : NULL;
}

/* On X11 only the driver for Wacom's tablets names a tool. Another pen is known by its pressure. */
static double
pressure_without_tool (GdkEvent *event)
{
  const double *axes = gdk_event_get_device_tool (event) == NULL ? get_axes (event) : NULL;
  return axes != NULL ? axes[GDK_AXIS_PRESSURE] : 0;
}

gboolean
canvas_event_is_eraser (GdkEvent *event)
{
  GdkDeviceTool *tool = gdk_event_get_device_tool (event);
  return tool != NULL && gdk_device_tool_get_tool_type (tool) == GDK_DEVICE_TOOL_TYPE_ERASER;
}

/* Such a pen's driver tells the pressure just before the button, and with the button none. */
gboolean
canvas_pen_touches (LwCanvas *self, GdkEvent *event)
{
  GdkDeviceTool *tool = gdk_event_get_device_tool (event);
  GdkAxisFlags axes = tool != NULL ? gdk_device_tool_get_axes (tool) : 0;      /* X11's tools don't say which they have */
  gboolean pen = is_of_pen (tool) || self->pen_pressure > 0;

  self->pen_measures = pen && (axes == 0 || (axes & GDK_AXIS_FLAG_PRESSURE) != 0);
  self->pen_named = tool != NULL;
  return pen;
}

/* Where an event of GTK's own falls into a stroke, the pressure is what it was. */
void
canvas_pen_read (LwCanvas *self, GdkEvent *event, LwBrushSample *sample)
{
  const double *axes = get_axes (event);
  gboolean pressed = GDK_IS_EVENT_TYPE (event, GDK_BUTTON_PRESS);

  if (!self->pen_measures)
    return;
  if (axes == NULL || self->pen_named != (gdk_event_get_device_tool (event) != NULL))
    {
      sample->pressure = self->pressure;
      return;
    }
  sample->pressure = canvas_pen_pressure (self, TRUE, pressed && !self->pen_named ? self->pen_pressure : axes[GDK_AXIS_PRESSURE]);
  sample->tilt_x = axes[GDK_AXIS_XTILT];
  sample->tilt_y = axes[GDK_AXIS_YTILT];
}

/* GTK keeps all axes of a tool, though on X11 it doesn't flag them; where there is none it keeps the place alone. */
void
canvas_pen_recall (LwCanvas *self, const GdkTimeCoord *point, double part, const LwBrushSample *last, LwBrushSample *sample)
{
  if (!self->pen_measures)
    return;
  if (!self->pen_named)
    {
      sample->pressure = self->pressure + part * (last->pressure - self->pressure);
      return;
    }
  sample->pressure = canvas_pen_pressure (self, TRUE, point->axes[GDK_AXIS_PRESSURE]);
  sample->tilt_x = point->axes[GDK_AXIS_XTILT];
  sample->tilt_y = point->axes[GDK_AXIS_YTILT];
}

/* ---- what follows from it ---- */

double
canvas_pen_pressure (LwCanvas *self, gboolean measured, double pressure)
{
  gboolean wanted = TRUE;

  if (self->toolbox != NULL)
    g_object_get (self->toolbox, "pen-pressure", &wanted, NULL);
  if (!measured || !wanted || self->toolbox == NULL)
    return 1;
  return 1 - (1 - lw_toolbox_get_pen_least (self->toolbox)) * (1 - lw_toolbox_bend_pressure (self->toolbox, pressure));      /* a pen that barely touches still leaves a line */
}

void
canvas_pen_follow (LwCanvas *self, GdkEvent *event, gint64 now)
{
  gboolean eraser = canvas_event_is_eraser (event);

  if (gdk_event_get_time (event) == GDK_CURRENT_TIME)      /* one of GTK's own */
    return;
  if (GDK_IS_EVENT_TYPE (event, GDK_MOTION_NOTIFY))
    self->pen_pressure = pressure_without_tool (event);
  if (is_of_pen (gdk_event_get_device_tool (event)) || self->pen_pressure > 0)
    canvas_pen_near (self, eraser, now);
  else if (!self->pen_down && self->pen_eraser)      /* a mouse took its place */
    {
      self->pen_eraser = FALSE;
      canvas_update_pointer (self);
    }
}

void
canvas_pen_near (LwCanvas *self, gboolean eraser, gint64 now)
{
  self->pen_seen = now;
  canvas_touch_give_way (self);
  if (self->pen_eraser == eraser)
    return;
  self->pen_eraser = eraser;
  canvas_update_pointer (self);
}

/* The other end erases whatever tool is in the hand, and leaves it there. */
void
canvas_pen_down (LwCanvas *self, const LwBrushSample *sample, gboolean eraser, GdkModifierType modifiers)
{
  self->pen_down = TRUE;
  lw_canvas_stroke_end (self);
  canvas_drag_drop (self);
  if (!eraser)
    {
      canvas_hand_press (self, sample, modifiers);
      return;
    }
  self->erasing = TRUE;
  lw_canvas_stroke_begin (self, sample);
}

void
canvas_pen_up (LwCanvas *self, gint64 now)
{
  self->pen_down = FALSE;
  self->pen_seen = now;
  canvas_hand_off (self);
  self->pressure = 1;
  canvas_update_pointer (self);
}

/* A pen that is held still over the screen says nothing, but its tool stays known until it leaves. */
static gboolean
is_over_screen (LwCanvas *self)
{
  GdkSeat *seat = gdk_display_get_default_seat (gtk_widget_get_display (GTK_WIDGET (self)));
  g_autoptr(GList) pens = seat != NULL ? gdk_seat_get_devices (seat, GDK_SEAT_CAPABILITY_TABLET_STYLUS) : NULL;

  for (const GList *at = pens; at != NULL; at = at->next)
    if (is_of_pen (gdk_device_get_device_tool (at->data)))
      return TRUE;
  return FALSE;
}

gboolean
canvas_touch_is_palm (LwCanvas *self, gint64 now)
{
  return self->pen_down || (self->pen_seen != 0 && now - self->pen_seen < PALM_MS * G_TIME_SPAN_MILLISECOND) || is_over_screen (self);
}
