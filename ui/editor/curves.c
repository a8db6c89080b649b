/* curves.c: look-up tables for brightness, contrast, equalising and single channels */
#include "config.h"
#include "editor/curves.h"
#include <math.h>

#define MAX_COUNTED (1 << 18)     /* pixels that are counted at most: enough for a histogram of 256 values, and no wait at 4K */
#define MOST_OF_MEAN 4.0          /* a value counts at most as so many mean ones: a large dark area doesn't tear the noise in it apart */
#define STEEPEST 4.0              /* slope at contrast 1 */

/* Rec. 709 luma in 256ths, which add up to 256. */
static inline guint
luma (guint32 pixel)
{
  return (54 * (pixel >> 16 & 0xff) + 183 * (pixel >> 8 & 0xff) + 19 * (pixel & 0xff)) >> 8;
}

static inline guint
value_of (guint32 pixel, LwChannel channel)
{
  return channel == LW_CHANNEL_ALL ? luma (pixel) : pixel >> (24 - 8 * (int) channel) & 0xff;
}

static guint64
count (const LwImage *image, LwChannel channel, guint counts[256])
{
  int step = (int) ceil (sqrt ((double) image->width * image->height / MAX_COUNTED));
  guint64 n = 0;

  for (int y = 0; y < image->height; y += step)
    {
      const guint32 *row = (const guint32 *) (gconstpointer) (image->pixels + (gsize) y * image->stride);
      for (int x = 0; x < image->width; x += step, n++)
        counts[value_of (row[x], channel)]++;
    }
  return n;
}

/* The cumulated histogram, with its peaks cut: what each value becomes, 0..1. */
static void
equalise (const LwImage *image, LwChannel channel, double curve[256])
{
  guint counts[256] = { 0 };
  double most = MOST_OF_MEAN * (double) count (image, channel, counts) / 256, sum = 0, total = 0;

  for (int v = 0; v < 256; v++)
    total += MIN (counts[v], most);
  for (int v = 0; v < 256; v++)
    {
      double here = MIN (counts[v], most);
      curve[v] = (sum + here / 2) / total;
      sum += here;
    }
}

static double
adjust (const LwAdjustment *a, double value)
{
  double slope = pow (STEEPEST, CLAMP (a->contrast, -1, 1));
  return CLAMP ((value - 0.5) * slope + 0.5 + CLAMP (a->brightness, -1, 1) / 2, 0, 1);
}

void
lw_curves_set (LwCurves *self, const LwAdjustment *a, const LwImage *image)
{
  double curve[256];
  gboolean equalises = a->equalise && image != NULL;

  self->changes = a->brightness != 0 || a->contrast != 0 || a->channel != LW_CHANNEL_ALL || equalises;
  for (int v = 0; v < 256; v++)
    curve[v] = v / 255.0;
  if (equalises)
    equalise (image, a->channel, curve);
  for (int c = 0; c < 3; c++)
    {
      self->shift[c] = 16 - 8 * (a->channel != LW_CHANNEL_ALL ? (int) a->channel - 1 : c);
      for (int v = 0; v < 256; v++)
        self->of[c][v] = (guint32) lround (255 * adjust (a, curve[v])) << (16 - 8 * c);
    }
}
