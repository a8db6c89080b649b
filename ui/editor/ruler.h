/* ruler.h: the picture's pixels counted along an edge of the canvas, with a mark where the pointer is */
#pragma once

#include "editor/canvas.h"

/* It implements GtkOrientable, and lies along the canvas's whole side. */
#define LW_TYPE_RULER (lw_ruler_get_type ())
G_DECLARE_FINAL_TYPE (LwRuler, lw_ruler, LW, RULER, GtkWidget)
void lw_ruler_set_canvas (LwRuler *ruler, LwCanvas *canvas);

/* Image pixels from number to number, so that these lie at least @least widget units apart (@unit of them a pixel): 1, 2 or 5 times a power of ten. */
int lw_ruler_choose_step (double unit, double least);
