/* similar.h: pixels that look like one of them */
#pragma once

#include "assist/pixels.h"

/* @mask (width * height, packed) receives 1 where no channel of the pixel differs from that of (x, y) by more than @tolerance, else 0. */
void lw_similar_pixels (const LwPixels *picture, int x, int y, guint8 tolerance, guint8 *mask);
