/* similar.c: pixels that look like one of them */
#include "config.h"
#include "assist/similar.h"

#include <stdlib.h>

static inline int
channel (guint32 pixel, int shift)
{
  return (int) ((pixel >> shift) & 255);
}

void
lw_similar_pixels (const LwPixels *picture, int x, int y, guint8 tolerance, guint8 *mask)
{
  g_return_if_fail (x >= 0 && y >= 0 && x < picture->width && y < picture->height);
  guint32 seed = lw_pixels_row (picture, y)[x];
  int red = channel (seed, 16), green = channel (seed, 8), blue = channel (seed, 0);
  for (int row = 0; row < picture->height; row++)
    {
      const guint32 *pixels = lw_pixels_row (picture, row);
      guint8 *out = mask + (gsize) row * (gsize) picture->width;
      for (int i = 0; i < picture->width; i++)
        out[i] = abs (channel (pixels[i], 16) - red) <= tolerance && abs (channel (pixels[i], 8) - green) <= tolerance &&
                 abs (channel (pixels[i], 0) - blue) <= tolerance;
    }
}
