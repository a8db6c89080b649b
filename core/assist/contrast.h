/* contrast.h: how much the picture changes across each border between two pixels (private to core/assist) */
#pragma once

#include "assist/pixels.h"

/* The borders inside a window of a picture. Corners (x, y), 0 <= x <= width, 0 <= y <= height, lie between the pixels; rows of both planes
 * hold width + 1 values, the height + 1 of them. */
typedef struct {
  int x, y, width, height;   /* the window, in pixels of the picture */
  guint16 *right;            /* of the border from corner (x, y) to (x + 1, y): between the pixels above and below it */
  guint16 *down;             /* of the border from corner (x, y) to (x, y + 1): between the pixels left and right of it */
} LwContrast;

#define LW_CONTRAST_ONE 16                       /* a difference of 1 in CIELAB */
#define LW_CONTRAST_NONE G_MAXUINT16             /* there is no such border inside the window */

#define LW_CONTRAST_FRAME (G_MAXUINT16 - 1)      /* the frame of the picture itself: nothing is beyond it */

/* Differences are taken over four pixels across the border and three along it. */
void lw_contrast_init (LwContrast *contrast, const LwPixels *picture, int x, int y, int width, int height);
void lw_contrast_clear (LwContrast *contrast);
