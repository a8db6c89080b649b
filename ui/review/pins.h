/* pins.h: lies over the canvas and shows where something was said, and a place that somebody went to; lets all else through to the canvas */
#pragma once

#include "editor/canvas.h"
#include "reviews.h"

/* Signal "chosen" (int64: a pin was clicked). */
#define LW_TYPE_PINS (lw_pins_get_type ())
G_DECLARE_FINAL_TYPE (LwPins, lw_pins, LW, PINS, GtkWidget)

void lw_pins_set_canvas (LwPins *pins, LwCanvas *canvas, LwReviews *reviews);
/* Asks for a comment: where the pointer is, or where the next click goes. Escape gives up. */
void lw_pins_begin_comment (LwPins *pins);
gboolean lw_pins_is_placing (LwPins *pins);
/* A place of the picture, framed; NULL: none. */
void lw_pins_mark (LwPins *pins, const LwRect *place);
