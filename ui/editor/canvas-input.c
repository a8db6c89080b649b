/* canvas-input.c: pointer, pen, touch, wheel and held keys, turned into samples, clicks and moves of the view */
#include "config.h"
#include "editor/canvas-private.h"
#include "keys/keys.h"
#include <math.h>

#define WHEEL_STEPS 1              /* zoom steps a notch (view.c: four of them double) */
#define SURFACE_PAN 1.0            /* widget units a unit of two-finger scrolling */
#define SIZE_A_NOTCH 1.15
#define JITTER 2.0                 /* widget units: a mouse that moves less lies on a desk that is typed at */

static LwBrushSample
mouse_sample (double x, double y, guint32 time)
{
  return (LwBrushSample) { .x = x, .y = y, .pressure = 1, .time = time };
}

static void
pointer_at (LwCanvas *self, double x, double y)
{
  self->hovering = TRUE;
  self->pointer_x = x;
  self->pointer_y = y;
  canvas_update_pointer (self);
}

/* Where in its pane the hand is: once it is down it stays in that pane. */
static void
fold (LwCanvas *self, double *x)
{
  if (!self->stroking && !self->dragging && !self->panning && !self->moving_divider)
    canvas_enter_pane (self, *x);
  *x -= self->pane_x;
}

/* ---- drags: the mouse and the finger ---- */

static gboolean
is_touch (GdkEvent *event)
{
  GdkDevice *device = gdk_event_get_device (event);
  return device != NULL && gdk_device_get_source (device) == GDK_SOURCE_TOUCHSCREEN;
}

static gboolean
should_pan (LwCanvas *self, guint button, GdkEvent *event)
{
  return button == GDK_BUTTON_MIDDLE || is_touch (event) ||
         (button == GDK_BUTTON_PRIMARY && (self->space_held || self->toolbox == NULL || lw_toolbox_get_tool (self->toolbox) == LW_TOOL_PAN));
}

void
canvas_hand_press (LwCanvas *self, const LwBrushSample *sample, GdkModifierType modifiers)
{
  self->free_hand = (modifiers & GDK_CONTROL_MASK) != 0;
  self->shift = (modifiers & GDK_SHIFT_MASK) != 0;
  if (canvas_tool_paints (self))
    lw_canvas_stroke_begin (self, sample);
  else if (!canvas_drag_begin (self, sample->x, sample->y, modifiers, sample->time))
    canvas_tool_press (self, sample->x, sample->y, sample->time);
}

static void
press (LwCanvas *self, guint button, double x, double y, GdkEvent *event)
{
  GdkModifierType modifiers = gdk_event_get_modifier_state (event);
  LwBrushSample sample = mouse_sample (x, y, gdk_event_get_time (event));

  if (button == GDK_BUTTON_PRIMARY && canvas_is_on_divider (self, x))
    self->moving_divider = TRUE;
  else if (should_pan (self, button, event))
    self->panning = TRUE;
  else if (button == GDK_BUTTON_SECONDARY || (button == GDK_BUTTON_PRIMARY && (modifiers & GDK_ALT_MASK) != 0))
    canvas_pick_class (self, x, y);
  else if (button == GDK_BUTTON_PRIMARY)
    canvas_hand_press (self, &sample, modifiers);
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, LwCanvas *self)
{
  GdkEventSequence *sequence = gtk_gesture_single_get_current_sequence (GTK_GESTURE_SINGLE (gesture));
  GdkEvent *event = gtk_gesture_get_last_event (GTK_GESTURE (gesture), sequence);
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture));

  if (event == NULL || (gdk_event_get_device_tool (event) != NULL && button == GDK_BUTTON_PRIMARY))
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);      /* the stylus gesture's */
      return;
    }
  if (is_touch (event) && canvas_touch_is_palm (self, g_get_monotonic_time ()))
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  canvas_cursor_hide (self);
  gtk_widget_grab_focus (GTK_WIDGET (self));
  fold (self, &x);
  self->drag_x = x;
  self->drag_y = y;
  press (self, button, x, y, event);
  pointer_at (self, x, y);
}

void
canvas_hand_samples (LwCanvas *self, const LwBrushSample *samples, gsize n)
{
  if (self->stroking)
    lw_canvas_stroke_to (self, samples, n);
  else
    canvas_drag_to (self, samples, n);
}

void
canvas_hand_off (LwCanvas *self)
{
  self->panning = self->moving_divider = FALSE;
  lw_canvas_stroke_end (self);
  canvas_drag_end (self);
}

/* GTK delivers one motion a frame and keeps the others in its history: without them a quick stroke would be chords. */
static void
stroke_with_history (LwCanvas *self, GdkEvent *event, double x, double y)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkNative *native = gtk_widget_get_native (widget);
  guint n = 0;
  g_autofree GdkTimeCoord *history = event != NULL ? gdk_event_get_history (event, &n) : NULL;
  g_autofree LwBrushSample *samples = g_new (LwBrushSample, n + 1);
  gsize used = 0;
  double native_x, native_y;

  gtk_native_get_surface_transform (native, &native_x, &native_y);
  for (guint i = 0; i < n; i++)
    {
      double at_x, at_y;
      if ((history[i].flags & (GDK_AXIS_FLAG_X | GDK_AXIS_FLAG_Y)) != (GDK_AXIS_FLAG_X | GDK_AXIS_FLAG_Y))
        continue;
      gtk_widget_translate_coordinates (GTK_WIDGET (native), widget, history[i].axes[GDK_AXIS_X] - native_x, history[i].axes[GDK_AXIS_Y] - native_y, &at_x, &at_y);
      samples[used++] = mouse_sample (at_x - self->pane_x, at_y, history[i].time);
    }
  samples[used++] = mouse_sample (x, y, event != NULL ? gdk_event_get_time (event) : GDK_CURRENT_TIME);
  canvas_hand_samples (self, samples, used);
}

static void
drag_update_cb (GtkGestureDrag *gesture, double offset_x, double offset_y, LwCanvas *self)
{
  double x, y;

  gtk_gesture_drag_get_start_point (gesture, &x, &y);
  x += offset_x;
  y += offset_y;
  fold (self, &x);
  if (self->moving_divider)
    canvas_move_divider (self, x);
  else if (self->panning && !self->pinching)
    lw_canvas_pan (self, x - self->drag_x, y - self->drag_y);
  else if (self->stroking || self->dragging)
    {
      GdkEventSequence *sequence = gtk_gesture_single_get_current_sequence (GTK_GESTURE_SINGLE (gesture));
      stroke_with_history (self, gtk_gesture_get_last_event (GTK_GESTURE (gesture), sequence), x, y);
    }
  self->drag_x = x;
  self->drag_y = y;
  pointer_at (self, x, y);
}

static void
drag_end_cb (GtkGestureDrag *gesture, double offset_x, double offset_y, LwCanvas *self)
{
  canvas_hand_off (self);
  canvas_update_pointer (self);
}

static void
drag_cancel_cb (GtkGesture *gesture, GdkEventSequence *sequence, LwCanvas *self)
{
  canvas_hand_off (self);
}

/* ---- the pen ---- */

static void
stylus_sample (GtkGestureStylus *gesture, LwCanvas *self, double x, double y, LwBrushSample *sample)
{
  double pressure = 1;
  gboolean measured = gtk_gesture_stylus_get_axis (gesture, GDK_AXIS_PRESSURE, &pressure);

  *sample = mouse_sample (x, y, gtk_event_controller_get_current_event_time (GTK_EVENT_CONTROLLER (gesture)));
  sample->pressure = canvas_pen_pressure (self, measured, pressure);
  gtk_gesture_stylus_get_axis (gesture, GDK_AXIS_XTILT, &sample->tilt_x);
  gtk_gesture_stylus_get_axis (gesture, GDK_AXIS_YTILT, &sample->tilt_y);
}

static gboolean
is_eraser (GtkGestureStylus *gesture)
{
  GdkDeviceTool *tool = gtk_gesture_stylus_get_device_tool (gesture);
  return tool != NULL && gdk_device_tool_get_tool_type (tool) == GDK_DEVICE_TOOL_TYPE_ERASER;
}

static void
stylus_proximity_cb (GtkGestureStylus *gesture, double x, double y, LwCanvas *self)
{
  canvas_pen_near (self, is_eraser (gesture), g_get_monotonic_time ());
}

static void
stylus_down_cb (GtkGestureStylus *gesture, double x, double y, LwCanvas *self)
{
  GdkEvent *event = gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (gesture));
  LwBrushSample sample;

  fold (self, &x);
  stylus_sample (gesture, self, x, y, &sample);
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  canvas_cursor_hide (self);
  gtk_widget_grab_focus (GTK_WIDGET (self));
  canvas_pen_near (self, is_eraser (gesture), g_get_monotonic_time ());
  self->drag_x = x;
  self->drag_y = y;
  if (event != NULL && !canvas_is_on_divider (self, x) && (is_eraser (gesture) || !should_pan (self, GDK_BUTTON_PRIMARY, event)))
    canvas_pen_down (self, &sample, is_eraser (gesture), gdk_event_get_modifier_state (event));
  else if (event != NULL)
    press (self, GDK_BUTTON_PRIMARY, x, y, event);
  pointer_at (self, x, y);
}

static void
add_backlog (LwCanvas *self, GtkGestureStylus *gesture, GArray *samples)
{
  g_autofree GdkTimeCoord *backlog = NULL;
  guint n = 0;

  if (!gtk_gesture_stylus_get_backlog (gesture, &backlog, &n))
    return;
  for (guint i = 0; i < n; i++)
    {
      const GdkTimeCoord *point = &backlog[i];
      LwBrushSample sample = mouse_sample (point->axes[GDK_AXIS_X] - self->pane_x, point->axes[GDK_AXIS_Y], point->time);
      sample.pressure = canvas_pen_pressure (self, (point->flags & GDK_AXIS_FLAG_PRESSURE) != 0, point->axes[GDK_AXIS_PRESSURE]);
      if (point->flags & GDK_AXIS_FLAG_XTILT)
        sample.tilt_x = point->axes[GDK_AXIS_XTILT];
      if (point->flags & GDK_AXIS_FLAG_YTILT)
        sample.tilt_y = point->axes[GDK_AXIS_YTILT];
      g_array_append_val (samples, sample);
    }
}

static void
stylus_motion_cb (GtkGestureStylus *gesture, double x, double y, LwCanvas *self)
{
  g_autoptr(GArray) samples = g_array_new (FALSE, FALSE, sizeof (LwBrushSample));
  LwBrushSample last;

  fold (self, &x);
  canvas_pen_near (self, is_eraser (gesture), g_get_monotonic_time ());
  if (self->moving_divider)
    canvas_move_divider (self, x);
  else if (self->panning)
    lw_canvas_pan (self, x - self->drag_x, y - self->drag_y);
  else if (self->stroking || self->dragging)
    {
      add_backlog (self, gesture, samples);
      stylus_sample (gesture, self, x, y, &last);
      g_array_append_val (samples, last);
      canvas_hand_samples (self, (const LwBrushSample *) (gpointer) samples->data, samples->len);
    }
  self->drag_x = x;
  self->drag_y = y;
  pointer_at (self, x, y);
}

static void
stylus_up_cb (GtkGestureStylus *gesture, double x, double y, LwCanvas *self)
{
  canvas_pen_up (self, g_get_monotonic_time ());
}

/* ---- hovering, wheel, pinch ---- */

static void
motion_cb (GtkEventControllerMotion *motion, double x, double y, LwCanvas *self)
{
  gboolean moved = hypot (x - self->mouse_x, y - self->mouse_y) > JITTER;

  if (self->cursor_shown && !moved)
    return;
  canvas_cursor_hide (self);
  self->mouse_x = x;
  self->mouse_y = y;
  if (self->stroking || self->dragging || self->panning || self->moving_divider)
    return;                  /* the drag tells, with its history */
  fold (self, &x);
  self->free_hand = (gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (motion)) & GDK_CONTROL_MASK) != 0;
  pointer_at (self, x, y);
}

static void
leave_cb (GtkEventControllerMotion *motion, LwCanvas *self)
{
  self->hovering = self->cursor_shown;
  canvas_update_pointer (self);
}

static void
wheel (LwCanvas *self, double dx, double dy, GdkModifierType modifiers)
{
  if (modifiers & GDK_SHIFT_MASK)
    {
      if (self->toolbox != NULL && (dx != 0 || dy != 0))
        lw_toolbox_scale_size (self->toolbox, pow (SIZE_A_NOTCH, -(dy != 0 ? dy : dx)));
      return;
    }
  self->scroll_rest -= dy * WHEEL_STEPS;
  int steps = (int) self->scroll_rest;      /* a wheel with fine steps adds up to whole ones */
  self->scroll_rest -= steps;
  if (steps != 0)
    canvas_zoom_steps (self, steps, self->pointer_x, self->pointer_y);
}

static gboolean
scroll_cb (GtkEventControllerScroll *scroll, double dx, double dy, LwCanvas *self)
{
  GdkModifierType modifiers = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (scroll));

  if (gtk_event_controller_scroll_get_unit (scroll) == GDK_SCROLL_UNIT_WHEEL)
    wheel (self, dx, dy, modifiers);
  else if (modifiers & GDK_CONTROL_MASK)
    lw_canvas_zoom_to (self, self->view.zoom * exp2 (-dy / 100), self->pointer_x, self->pointer_y);
  else
    lw_canvas_pan (self, -dx * SURFACE_PAN, -dy * SURFACE_PAN);
  return TRUE;
}

static void
pinch_begin_cb (GtkGesture *gesture, GdkEventSequence *sequence, LwCanvas *self)
{
  if (canvas_touch_is_palm (self, g_get_monotonic_time ()))
    {
      gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  self->pinching = TRUE;
  self->pinch_zoom = self->view.zoom;
  gtk_gesture_get_bounding_box_center (gesture, &self->pinch_x, &self->pinch_y);
  fold (self, &self->pinch_x);
}

static void
pinch_end_cb (GtkGesture *gesture, GdkEventSequence *sequence, LwCanvas *self)
{
  self->pinching = FALSE;
}

/* The point between the fingers goes along with them. */
static void
pinch_scale_cb (GtkGestureZoom *gesture, double scale, LwCanvas *self)
{
  double x, y;

  if (!self->pinching || !gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    return;
  x -= self->pane_x;
  lw_canvas_pan (self, x - self->pinch_x, y - self->pinch_y);
  lw_canvas_zoom_to (self, self->pinch_zoom * scale, x, y);
  self->pinch_x = x;
  self->pinch_y = y;
}

/* ---- held keys ---- */

static gboolean
key_pressed_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType modifiers, LwCanvas *self)
{
  if (lw_keys_has (lw_keys_get (), "canvas.hold-peek", key, modifiers))
    canvas_set_peek (self, TRUE);
  else if (lw_keys_has (lw_keys_get (), "canvas.hold-pan", key, modifiers))
    self->space_held = TRUE;
  else if (lw_keys_has (lw_keys_get (), "canvas.hold-proposal", key, modifiers))
    canvas_set_compare (self, LW_AGAINST_PROPOSAL);
  else if (lw_keys_has (lw_keys_get (), "canvas.hold-revision", key, modifiers))
    canvas_set_compare (self, LW_AGAINST_REVISION);
  else
    return GDK_EVENT_PROPAGATE;
  canvas_update_pointer (self);
  return GDK_EVENT_STOP;
}

static void
key_released_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType modifiers, LwCanvas *self)
{
  if (lw_keys_has (lw_keys_get (), "canvas.hold-peek", key, GDK_MODIFIER_MASK))
    canvas_set_peek (self, FALSE);
  if (lw_keys_has (lw_keys_get (), "canvas.hold-proposal", key, GDK_MODIFIER_MASK) || lw_keys_has (lw_keys_get (), "canvas.hold-revision", key, GDK_MODIFIER_MASK))
    canvas_set_compare (self, LW_AGAINST_PICTURE);
  if (lw_keys_has (lw_keys_get (), "canvas.hold-pan", key, GDK_MODIFIER_MASK))
    {
      self->space_held = FALSE;
      canvas_update_pointer (self);
    }
}

/* The release of a held key goes to whoever has the focus then. */
static void
focus_left_cb (GtkEventControllerFocus *controller, LwCanvas *self)
{
  canvas_set_peek (self, FALSE);
  canvas_set_compare (self, LW_AGAINST_PICTURE);
  self->space_held = FALSE;
  canvas_cursor_lift (self);
  canvas_update_pointer (self);
}

static void
add (LwCanvas *self, GtkEventController *controller)
{
  gtk_widget_add_controller (GTK_WIDGET (self), controller);
}

static void
add_gestures (LwCanvas *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), 0);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect (drag, "cancel", G_CALLBACK (drag_cancel_cb), self);
  add (self, GTK_EVENT_CONTROLLER (drag));

  GtkGesture *stylus = gtk_gesture_stylus_new ();
  g_signal_connect (stylus, "proximity", G_CALLBACK (stylus_proximity_cb), self);
  g_signal_connect (stylus, "down", G_CALLBACK (stylus_down_cb), self);
  g_signal_connect (stylus, "motion", G_CALLBACK (stylus_motion_cb), self);
  g_signal_connect (stylus, "up", G_CALLBACK (stylus_up_cb), self);
  add (self, GTK_EVENT_CONTROLLER (stylus));

  GtkGesture *pinch = gtk_gesture_zoom_new ();
  g_signal_connect (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (pinch_scale_cb), self);
  g_signal_connect (pinch, "end", G_CALLBACK (pinch_end_cb), self);
  add (self, GTK_EVENT_CONTROLLER (pinch));
  gtk_gesture_group (drag, pinch);      /* or the drag, which claims the first finger, would keep it for itself */
}

void
canvas_add_controllers (LwCanvas *self)
{
  add_gestures (self);

  GtkEventController *motion = gtk_event_controller_motion_new ();
  g_signal_connect (motion, "enter", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  add (self, motion);

  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  add (self, scroll);

  GtkEventController *key = gtk_event_controller_key_new ();
  g_signal_connect (key, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  g_signal_connect (key, "key-released", G_CALLBACK (key_released_cb), self);
  add (self, key);

  GtkEventController *focus = gtk_event_controller_focus_new ();
  g_signal_connect (focus, "leave", G_CALLBACK (focus_left_cb), self);
  add (self, focus);
}
