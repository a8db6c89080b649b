/* pixels.h: the picture that an assistant looks at, lent; nothing of ours is needed to make one */
#pragma once

#include <glib.h>

/* 32 bits a pixel, 0x??RRGGBB in native order, rows @stride bytes apart: the layout of cairo and of core/media. */
typedef struct {
  int width, height;
  gsize stride;
  const guint8 *pixels;
} LwPixels;

/* Called once a run: x0 <= x < x1 of row @y. */
typedef void (*LwPixelSpanFunc) (int y, int x0, int x1, gpointer data);

static inline const guint32 *
lw_pixels_row (const LwPixels *picture, int y)
{
  return (const guint32 *) (gconstpointer) (picture->pixels + (gsize) y * picture->stride);
}
