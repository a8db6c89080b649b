/* canvas-pen.c: what a pen does that a mouse doesn't: pressure, its other end, and a palm beside it that is no finger
 *
 * Apart from the events (canvas-input.c), so that it can be tried without a pen. */
#include "config.h"
#include "editor/canvas-private.h"

#define PALM_MS 500      /* after the pen was seen last: a hand that draws lies on the screen */

double
canvas_pen_pressure (LwCanvas *self, gboolean measured, double pressure)
{
  gboolean wanted = TRUE;

  if (self->toolbox != NULL)
    g_object_get (self->toolbox, "pen-pressure", &wanted, NULL);
  return measured && wanted ? CLAMP (pressure, 0, 1) : 1;
}

void
canvas_pen_near (LwCanvas *self, gboolean eraser, gint64 now)
{
  self->pen_seen = now;
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

gboolean
canvas_touch_is_palm (LwCanvas *self, gint64 now)
{
  return self->pen_down || (self->pen_seen != 0 && now - self->pen_seen < PALM_MS * G_TIME_SPAN_MILLISECOND);
}
