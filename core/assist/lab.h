/* lab.h: CIELAB of sRGB pixels in whole numbers, so that every machine computes the same (private to core/assist) */
#pragma once

#include "assist/pixels.h"

#define LW_LAB_ONE 16      /* units: L from 0 to 100 is 0 to 1600 */

/* Row @y of @picture, D65; each of the three receives picture->width values. Source: CIE 15:2004, IEC 61966-2-1. Exact to 4 units. */
void lw_lab_row (const LwPixels *picture, int y, gint16 *l, gint16 *a, gint16 *b);
