/* scale.h: RGB pictures to another size: each pixel of the result is the mean of the area it covers (bilinear where it covers less than a pixel) */
#pragma once
#include <glib.h>

/* @from: rows @stride bytes apart. @to: packed, @to_width * @to_height * 3 bytes. */
void lw_scale_rgb (const guint8 *from, int width, int height, gsize stride, guint8 *to, int to_width, int to_height);
