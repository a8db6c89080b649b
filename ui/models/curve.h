/* curve.h: the course of a training: loss on the left axis, validation mIoU on the right one */
#pragma once

#include <gtk/gtk.h>
#include "models/trainer.h"

#define LW_TYPE_CURVE (lw_curve_get_type ())
G_DECLARE_FINAL_TYPE (LwCurve, lw_curve, LW, CURVE, GtkWidget)

GtkWidget *lw_curve_new (void);
/* @steps: (element-type LwCurvePoint), @epochs: (element-type LwJobPoint); both copied. @n_epochs: how far the axis reaches. */
void lw_curve_set_points (LwCurve *curve, const GArray *steps, const GArray *epochs, guint n_epochs);
/* The upper end of an axis that shows @max: 1, 2 or 5 times a power of ten. */
double lw_curve_round_up (double max);
