/* canvas-input.c: pointer, pen, wheel, touchpad and held keys, turned into samples, clicks and moves of the view */
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
void
canvas_fold_hand (LwCanvas *self, double *x)
{
  if (!self->stroking && !self->dragging && !self->panning && !self->moving_divider)
    canvas_enter_pane (self, *x);
  *x -= self->pane_x;
}

/* ---- drags: of mouse and pen ---- */

static LwBrushSample
event_sample (LwCanvas *self, GdkEvent *event, double x, double y)
{
  LwBrushSample sample = mouse_sample (x, y, gdk_event_get_time (event));
  canvas_pen_read (self, event, &sample);
  return sample;
}

static gboolean
should_pan (LwCanvas *self, guint button, GdkEvent *event)
{
  if (button == GDK_BUTTON_MIDDLE)
    return TRUE;
  if (button != GDK_BUTTON_PRIMARY)
    return FALSE;
  return self->space_held || self->toolbox == NULL || (lw_toolbox_get_tool (self->toolbox) == LW_TOOL_PAN && !canvas_event_is_eraser (event));
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
  gboolean pen = canvas_pen_touches (self, event);
  LwBrushSample sample = event_sample (self, event, x, y);

  if (button == GDK_BUTTON_PRIMARY && canvas_is_on_divider (self, x))
    self->moving_divider = TRUE;
  else if (should_pan (self, button, event))
    self->panning = TRUE;
  else if (button == GDK_BUTTON_SECONDARY || (button == GDK_BUTTON_PRIMARY && (modifiers & GDK_ALT_MASK) != 0))
    canvas_pick_class (self, x, y);
  else if (button == GDK_BUTTON_PRIMARY && pen)
    canvas_pen_down (self, &sample, canvas_event_is_eraser (event), modifiers);
  else if (button == GDK_BUTTON_PRIMARY)
    canvas_hand_press (self, &sample, modifiers);
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, LwCanvas *self)
{
  GdkEventSequence *sequence = gtk_gesture_single_get_current_sequence (GTK_GESTURE_SINGLE (gesture));
  GdkEvent *event = gtk_gesture_get_last_event (GTK_GESTURE (gesture), sequence);
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture));

  if (event == NULL)
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  canvas_cursor_hide (self);
  gtk_widget_grab_focus (GTK_WIDGET (self));
  canvas_fold_hand (self, &x);
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

static void
from_surface (LwCanvas *self, double *x, double *y)
{
  GtkNative *native = gtk_widget_get_native (GTK_WIDGET (self));
  double native_x, native_y;

  gtk_native_get_surface_transform (native, &native_x, &native_y);
  gtk_widget_translate_coordinates (GTK_WIDGET (native), GTK_WIDGET (self), *x - native_x, *y - native_y, x, y);
}

gboolean
canvas_locate (LwCanvas *self, GdkEvent *event, double *x, double *y)
{
  if (!gdk_event_get_position (event, x, y))
    return FALSE;
  from_surface (self, x, y);
  return TRUE;
}

/* GTK delivers one motion a frame and keeps the others in its history: without them a quick stroke would be chords. */
static void
stroke_with_history (LwCanvas *self, GdkEvent *event, double x, double y)
{
  guint n = 0;
  g_autofree GdkTimeCoord *history = GDK_IS_EVENT_TYPE (event, GDK_MOTION_NOTIFY) ? gdk_event_get_history (event, &n) : NULL;
  g_autofree LwBrushSample *samples = g_new (LwBrushSample, n + 1);
  LwBrushSample last = event_sample (self, event, x, y);
  gsize used = 0;

  for (guint i = 0; i < n; i++)
    {
      double at_x = history[i].axes[GDK_AXIS_X], at_y = history[i].axes[GDK_AXIS_Y];
      if ((history[i].flags & (GDK_AXIS_FLAG_X | GDK_AXIS_FLAG_Y)) != (GDK_AXIS_FLAG_X | GDK_AXIS_FLAG_Y))
        continue;
      from_surface (self, &at_x, &at_y);
      samples[used] = mouse_sample (at_x - self->pane_x, at_y, history[i].time);
      canvas_pen_recall (self, &history[i], (i + 1.0) / (n + 1), &last, &samples[used++]);
    }
  samples[used++] = last;
  canvas_hand_samples (self, samples, used);
}

static void
drag_update_cb (GtkGestureDrag *gesture, double offset_x, double offset_y, LwCanvas *self)
{
  GdkEvent *event = gtk_gesture_get_last_event (GTK_GESTURE (gesture), gtk_gesture_single_get_current_sequence (GTK_GESTURE_SINGLE (gesture)));
  double x, y;

  gtk_gesture_drag_get_start_point (gesture, &x, &y);
  x += offset_x;
  y += offset_y;
  canvas_fold_hand (self, &x);
  if (self->moving_divider)
    canvas_move_divider (self, x);
  else if (self->panning)
    lw_canvas_pan (self, x - self->drag_x, y - self->drag_y);
  else if ((self->stroking || self->dragging) && event != NULL)
    stroke_with_history (self, event, x, y);
  self->drag_x = x;
  self->drag_y = y;
  pointer_at (self, x, y);
}

static void
let_go (LwCanvas *self)
{
  if (self->pen_down)
    canvas_pen_up (self, g_get_monotonic_time ());
  else
    canvas_hand_off (self);
  canvas_update_pointer (self);
}

static void
drag_end_cb (GtkGestureDrag *gesture, double offset_x, double offset_y, LwCanvas *self)
{
  let_go (self);
}

static void
drag_cancel_cb (GtkGesture *gesture, GdkEventSequence *sequence, LwCanvas *self)
{
  let_go (self);
}

/* ---- hovering, wheel, touchpad ---- */

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
  canvas_fold_hand (self, &x);
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

/* Of a touchpad: fingers on the screen are canvas-touch.c's. */
static void
pinch_begin_cb (GtkGesture *gesture, GdkEventSequence *sequence, LwCanvas *self)
{
  self->pinch_zoom = self->view.zoom;
}

static void
pinch_scale_cb (GtkGestureZoom *gesture, double scale, LwCanvas *self)
{
  lw_canvas_zoom_to (self, self->pinch_zoom * scale, self->pointer_x, self->pointer_y);
}

/* What moves the picture, or says what does, is looked at before a gesture takes it. */
static gboolean
watch_cb (GtkEventControllerLegacy *watch, GdkEvent *event, LwCanvas *self)
{
  switch ((int) gdk_event_get_event_type (event))
    {
    case GDK_TOUCH_BEGIN:
    case GDK_TOUCH_UPDATE:
    case GDK_TOUCH_END:
    case GDK_TOUCH_CANCEL:
      canvas_touch (self, event);
      return GDK_EVENT_STOP;
    case GDK_BUTTON_PRESS:
      canvas_touch_give_way (self);
      canvas_pen_follow (self, event, g_get_monotonic_time ());
      return GDK_EVENT_PROPAGATE;
    case GDK_MOTION_NOTIFY:
      canvas_pen_follow (self, event, g_get_monotonic_time ());
      return GDK_EVENT_PROPAGATE;
    default:
      return GDK_EVENT_PROPAGATE;
    }
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
add_drag (LwCanvas *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), 0);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect (drag, "cancel", G_CALLBACK (drag_cancel_cb), self);
  add (self, GTK_EVENT_CONTROLLER (drag));
}

void
canvas_add_controllers (LwCanvas *self)
{
  add_drag (self);

  GtkGesture *pinch = gtk_gesture_zoom_new ();
  g_signal_connect (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (pinch_scale_cb), self);
  add (self, GTK_EVENT_CONTROLLER (pinch));

  GtkEventController *watch = gtk_event_controller_legacy_new ();
  gtk_event_controller_set_propagation_phase (watch, GTK_PHASE_CAPTURE);
  g_signal_connect (watch, "event", G_CALLBACK (watch_cb), self);
  add (self, watch);

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
