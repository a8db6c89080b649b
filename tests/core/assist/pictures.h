/* pictures.h: made pictures for the tests of core/assist */
#pragma once

#include <math.h>
#include "assist/pixels.h"

/* Owns its pixels; rows a little longer than needed, so that a stride that is ignored shows. */
typedef struct { LwPixels view; guint32 *own; } Picture;

static inline Picture
picture_new (int width, int height)
{
  gsize stride = (gsize) width + 3;
  Picture picture = { .own = g_new (guint32, stride * (gsize) height) };
  for (gsize i = 0; i < stride * (gsize) height; i++)
    picture.own[i] = 0xff00ff00u;
  picture.view = (LwPixels) { width, height, stride * 4, (const guint8 *) picture.own };
  return picture;
}

static inline void
picture_clear (Picture *picture)
{
  g_clear_pointer (&picture->own, g_free);
}

static inline guint32 *
picture_at (const Picture *picture, int x, int y)
{
  return picture->own + (gsize) y * (picture->view.stride / 4) + (gsize) x;
}

static inline guint32
rgb (int r, int g, int b)
{
  return 0xff000000u | (guint32) CLAMP (r, 0, 255) << 16 | (guint32) CLAMP (g, 0, 255) << 8 | (guint32) CLAMP (b, 0, 255);
}

/* Every channel changed by up to @amount. */
static inline void
picture_add_noise (Picture *picture, int amount)
{
  for (int y = 0; y < picture->view.height; y++)
    for (int x = 0; x < picture->view.width; x++)
      {
        guint32 *p = picture_at (picture, x, y);
        int by[3];
        for (int c = 0; c < 3; c++)
          by[c] = g_test_rand_int_range (-amount, amount + 1);
        *p = rgb ((int) (*p >> 16 & 255) + by[0], (int) (*p >> 8 & 255) + by[1], (int) (*p & 255) + by[2]);
      }
}

/* A disc of one colour on another, its edge @softness pixels wide. */
static inline void
picture_draw_disc (Picture *picture, double cx, double cy, double radius, double softness, const int inside[3], const int outside[3])
{
  for (int y = 0; y < picture->view.height; y++)
    for (int x = 0; x < picture->view.width; x++)
      {
        double away = hypot (x + 0.5 - cx, y + 0.5 - cy) - radius;
        double part = softness > 0 ? CLAMP (0.5 - away / softness, 0.0, 1.0) : away <= 0 ? 1 : 0;
        int mixed[3];
        for (int c = 0; c < 3; c++)
          mixed[c] = (int) lrint (inside[c] * part + outside[c] * (1 - part));
        *picture_at (picture, x, y) = rgb (mixed[0], mixed[1], mixed[2]);
      }
}
