/* canvas-touch.c: fingers: one moves the picture, two move and zoom it, one that rests picks the class; a palm does nothing
 *
 * No gestures: two of GTK's can't share a finger where one of them takes a single one, since what one denies it denies for its group. */
#include "config.h"
#include "editor/canvas-private.h"
#include <math.h>

#define STILL 8.0        /* widget units: a finger that moved less rests */
#define LEAST_SPREAD 8.0 /* between two fingers, or a shake would zoom */

typedef struct {
  GdkEventSequence *sequence;
  gboolean palm;
  double x, y, begin_x, begin_y;     /* widget units, less @pane_x */
} Finger;

struct _CanvasTouch
{
  GArray *fingers;                   /* of Finger: all that touch, in the order in which they came */
  guint rest_id;                     /* timeout: one finger has rested long enough */
};

CanvasTouch *
canvas_touch_new (void)
{
  CanvasTouch *touch = g_new0 (CanvasTouch, 1);
  touch->fingers = g_array_new (FALSE, FALSE, sizeof (Finger));
  return touch;
}

void
canvas_touch_free (CanvasTouch *touch)
{
  g_clear_handle_id (&touch->rest_id, g_source_remove);
  g_array_unref (touch->fingers);
  g_free (touch);
}

static Finger *
finger_at (LwCanvas *self, guint i)
{
  return &g_array_index (self->touch->fingers, Finger, i);
}

/* NULL: it isn't known. */
static Finger *
find_finger (LwCanvas *self, GdkEventSequence *sequence)
{
  for (guint i = 0; i < self->touch->fingers->len; i++)
    if (finger_at (self, i)->sequence == sequence)
      return finger_at (self, i);
  return NULL;
}

/* The first two that are no palms; returns how many there are. */
static guint
get_hand (LwCanvas *self, Finger *hand[2])
{
  guint n = 0;
  for (guint i = 0; i < self->touch->fingers->len; i++)
    if (!finger_at (self, i)->palm && n++ < 2)
      hand[n - 1] = finger_at (self, i);
  return n;
}

/* ---- what they do ---- */

static void
zoom_and_move (LwCanvas *self, const Finger *still, const Finger *from, const Finger *to)
{
  double before = hypot (from->x - still->x, from->y - still->y), after = hypot (to->x - still->x, to->y - still->y);

  lw_canvas_pan (self, (to->x - from->x) / 2, (to->y - from->y) / 2);
  if (before > LEAST_SPREAD && after > LEAST_SPREAD)
    lw_canvas_zoom_to (self, self->view.zoom * after / before, (to->x + still->x) / 2, (to->y + still->y) / 2);
}

static void
move_finger (LwCanvas *self, Finger *finger, double x, double y)
{
  Finger before = *finger, *hand[2];
  guint n = get_hand (self, hand);

  finger->x = x;
  finger->y = y;
  if (hypot (x - finger->begin_x, y - finger->begin_y) > STILL)
    g_clear_handle_id (&self->touch->rest_id, g_source_remove);
  if (self->moving_divider)
    canvas_move_divider (self, x);
  else if (n == 1)
    lw_canvas_pan (self, x - before.x, y - before.y);
  else if (finger == hand[0] || finger == hand[1])
    zoom_and_move (self, finger == hand[0] ? hand[1] : hand[0], &before, finger);
}

static gboolean
rested_cb (gpointer canvas)
{
  LwCanvas *self = canvas;
  Finger *hand[2];

  self->touch->rest_id = 0;
  if (get_hand (self, hand) == 1 && !self->moving_divider)
    canvas_pick_class (self, hand[0]->x, hand[0]->y);
  return G_SOURCE_REMOVE;
}

static void
wait_for_rest (LwCanvas *self)
{
  guint ms;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-long-press-time", &ms, NULL);
  self->touch->rest_id = g_timeout_add (ms, rested_cb, self);
}

/* After one came or left: @panning and @moving_divider are those of a hand that is down. */
static void
hand_changed (LwCanvas *self, guint before)
{
  Finger *hand[2];
  guint n = get_hand (self, hand);

  g_clear_handle_id (&self->touch->rest_id, g_source_remove);
  if (n == before)
    return;
  if (n == 1 && before == 0)
    {
      self->moving_divider = canvas_is_on_divider (self, hand[0]->x);
      self->hovering = FALSE;         /* a finger has no brush: no outline follows it, and none stays where it was lifted */
      wait_for_rest (self);
    }
  else if (n != 1)
    self->moving_divider = FALSE;
  self->panning = n > 0 && !self->moving_divider;
  canvas_update_pointer (self);
}

/* ---- who they are ---- */

/* Something else is at work: a pen, a mouse that draws, or the keys. */
static gboolean
is_palm (LwCanvas *self)
{
  Finger *hand[2];
  gboolean busy = self->stroking || self->dragging || self->panning || self->moving_divider;

  return canvas_touch_is_palm (self, g_get_monotonic_time ()) || (busy && get_hand (self, hand) == 0);
}

static void
begin (LwCanvas *self, GdkEventSequence *sequence, double x, double y)
{
  Finger finger = { sequence, is_palm (self), 0 }, *hand[2];
  guint before = get_hand (self, hand);

  if (!finger.palm)
    {
      canvas_cursor_hide (self);
      gtk_widget_grab_focus (GTK_WIDGET (self));
      canvas_fold_hand (self, &x);
    }
  finger.x = finger.begin_x = x;
  finger.y = finger.begin_y = y;
  g_array_append_val (self->touch->fingers, finger);
  hand_changed (self, before);
}

static void
end (LwCanvas *self, Finger *finger)
{
  Finger *hand[2];
  guint before = get_hand (self, hand);
  gboolean palm = finger->palm;

  g_array_remove_index (self->touch->fingers, (guint) (finger - finger_at (self, 0)));
  if (!palm)
    hand_changed (self, before);
}

void
canvas_touch (LwCanvas *self, GdkEvent *event)
{
  GdkEventSequence *sequence = gdk_event_get_event_sequence (event);
  Finger *finger = find_finger (self, sequence);
  GdkEventType type = gdk_event_get_event_type (event);
  double x, y;

  if (type == GDK_TOUCH_END || type == GDK_TOUCH_CANCEL)
    {
      if (finger != NULL)
        end (self, finger);
    }
  else if (canvas_locate (self, event, &x, &y))
    {
      if (type == GDK_TOUCH_BEGIN && finger == NULL)
        begin (self, sequence, x, y);
      else if (finger != NULL && !finger->palm)
        move_finger (self, finger, x - self->pane_x, y);
    }
}

/* The hand may lie on the screen before its pen is there: what it has begun ends here, and its fingers are palms until they are lifted. */
void
canvas_touch_give_way (LwCanvas *self)
{
  Finger *hand[2];
  guint before = get_hand (self, hand);

  if (before == 0)
    return;
  for (guint i = 0; i < self->touch->fingers->len; i++)
    finger_at (self, i)->palm = TRUE;
  hand_changed (self, before);
}

/* Nobody hears of their end any more. */
void
canvas_touch_forget (LwCanvas *self)
{
  canvas_touch_give_way (self);
  g_array_set_size (self->touch->fingers, 0);
}
