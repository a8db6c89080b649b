/* lab.c: CIELAB of sRGB pixels in whole numbers */
#include "config.h"
#include "assist/lab.h"

#include <math.h>

#define LINEAR_ONE 16383     /* linear light; times 65536 it still fits 31 bits */
#define ROOT_ONE 16384       /* of the curve f, whose values are 0.138 to 1 */

typedef struct {
  gint32 linear[256];
  gint16 root[LINEAR_ONE + 1];
} Tables;

static gpointer
make_tables (gpointer data)
{
  static Tables tables;
  for (int i = 0; i < 256; i++)
    {
      double v = i / 255.0;
      tables.linear[i] = (gint32) lrint (LINEAR_ONE * (v <= 0.04045 ? v / 12.92 : pow ((v + 0.055) / 1.055, 2.4)));
    }
  for (int i = 0; i <= LINEAR_ONE; i++)
    {
      double t = (double) i / LINEAR_ONE;
      tables.root[i] = (gint16) lrint (ROOT_ONE * (t > 216.0 / 24389 ? cbrt (t) : (24389.0 / 27 * t + 16) / 116));
    }
  return &tables;
}

static const Tables *
get_tables (void)
{
  static GOnce once = G_ONCE_INIT;
  return g_once (&once, make_tables, NULL);
}

/* Each row of the matrix is divided by the white point and adds up to 65536, so that white is LINEAR_ONE. */
static inline gint32
mix (gint32 r, gint32 g, gint32 b, gint32 wr, gint32 wg, gint32 wb)
{
  return (r * wr + g * wg + b * wb + 32768) >> 16;
}

void
lw_lab_row (const LwPixels *picture, int y, gint16 *l, gint16 *a, gint16 *b)
{
  const Tables *t = get_tables ();
  const guint32 *row = lw_pixels_row (picture, y);
  for (int x = 0; x < picture->width; x++)
    {
      gint32 red = t->linear[(row[x] >> 16) & 255], green = t->linear[(row[x] >> 8) & 255], blue = t->linear[row[x] & 255];
      gint32 fx = t->root[mix (red, green, blue, 28440, 24656, 12440)];
      gint32 fy = t->root[mix (red, green, blue, 13938, 46868, 4730)];
      gint32 fz = t->root[mix (red, green, blue, 1164, 7174, 57198)];
      l[x] = (gint16) ((116 * LW_LAB_ONE * fy) / ROOT_ONE - 16 * LW_LAB_ONE);
      a[x] = (gint16) ((500 * LW_LAB_ONE * (fx - fy)) / ROOT_ONE);
      b[x] = (gint16) ((200 * LW_LAB_ONE * (fy - fz)) / ROOT_ONE);
    }
}
