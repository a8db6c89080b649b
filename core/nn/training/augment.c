/* augment.c: resamples a random window of a frame by a triangle filter (labels by their nearest pixel), and changes its colours */
#include "config.h"
#include "augment.h"
#include <math.h>
#include <string.h>

#define NO_LABEL 255
#define MAX_TAPS 64             /* along one side, for a scale of at least 1 / 20 */

/* Where one row or column of the output comes from. */
typedef struct {
  int first, n, nearest;       /* n 0: outside the frame */
  float weights[MAX_TAPS];
} Source;

/* The window of @out / @scale pixels of a frame, at random where it fits; where it is larger than the frame, the frame lies at random in it. */
static Source *
choose_sources (LwRandom *random, int size, int out, double scale, gboolean flip)
{
  Source *sources = g_new0 (Source, out);
  double room = size - out / scale, start = lw_random_double (random) * room, support = MAX (1, 1 / scale);

  for (int i = 0; i < out; i++)
    {
      Source *source = &sources[flip ? out - 1 - i : i];
      double centre = start + (i + 0.5) / scale - 0.5, sum = 0;
      int first = (int) ceil (centre - support), last = (int) floor (centre + support);

      source->nearest = (int) floor (centre + 0.5);
      if (source->nearest < 0 || source->nearest >= size)
        continue;
      source->first = MAX (first, 0);
      source->n = MIN (MIN (last, size - 1) - source->first + 1, MAX_TAPS);
      for (int k = 0; k < source->n; k++)
        sum += source->weights[k] = (float) MAX (0, 1 - fabs (source->first + k - centre) / support);
      for (int k = 0; k < source->n; k++)
        source->weights[k] /= (float) sum;
    }
  return sources;
}

static void
resample_row (const guint8 *from, const Source *columns, int out_width, float *to)
{
  for (int x = 0; x < out_width; x++)
    {
      const Source *source = &columns[x];
      float sum[3] = { 0, 0, 0 };

      for (int k = 0; k < source->n; k++)
        for (int c = 0; c < 3; c++)
          sum[c] += source->weights[k] * (float) from[(source->first + k) * 3 + c];
      memcpy (to + x * 3, sum, sizeof sum);
    }
}

/* Across first, for the rows that the window needs; then down. */
static void
resample (const guint8 *rgb, int width, const Source *rows, int out_height, const Source *columns, int out_width, int height, float *out)
{
  g_autofree float *across = g_new (float, (gsize) (out_width * 3) * (gsize) height);
  g_autofree guint8 *done = g_new0 (guint8, height);
  gsize length = (gsize) out_width * 3;

  for (int y = 0; y < out_height; y++)
    {
      const Source *source = &rows[y];
      float *to = out + (gsize) y * length;

      memset (to, 0, length * sizeof (float));
      for (int k = 0; k < source->n; k++)
        {
          int row = source->first + k;
          const float *from = across + (gsize) row * length;

          if (!done[row])
            resample_row (rgb + (gsize) (row * width) * 3, columns, out_width, across + (gsize) row * length);
          done[row] = 1;
          for (gsize i = 0; i < length; i++)
            to[i] += source->weights[k] * from[i];
        }
    }
}

/* A pixel is brightened, moved away from or to the mean grey, then away from or to its own grey. */
typedef struct { float brightness, contrast, saturation, mean; } Recolour;

static Recolour
choose_colours (const LwAugment *augment, LwRandom *random, const float *rgb, gsize pixels)
{
  Recolour recolour = {
    .brightness = (float) lw_random_range (random, 1 - augment->brightness, 1 + augment->brightness),
    .contrast = (float) lw_random_range (random, 1 - augment->contrast, 1 + augment->contrast),
    .saturation = (float) lw_random_range (random, 1 - augment->saturation, 1 + augment->saturation),
  };
  double sum = 0;

  for (gsize i = 0; i < pixels * 3; i++)
    sum += rgb[i];
  recolour.mean = (float) (sum / (double) (pixels * 3)) * recolour.brightness;
  return recolour;
}

static void
recolour_pixel (const Recolour *recolour, const float *from, guint8 *to)
{
  float v[3], grey;

  for (int c = 0; c < 3; c++)
    v[c] = (from[c] * recolour->brightness - recolour->mean) * recolour->contrast + recolour->mean;
  grey = 0.299f * v[0] + 0.587f * v[1] + 0.114f * v[2];
  for (int c = 0; c < 3; c++)
    to[c] = (guint8) (CLAMP (grey + (v[c] - grey) * recolour->saturation, 0, 255) + 0.5f);
}

void
lw_augment (const LwAugment *augment, LwRandom *random, const guint8 *rgb, const guint8 *labels, int width, int height,
            guint8 *out_rgb, guint8 *out_labels, int out_width, int out_height)
{
  double scale = exp (lw_random_range (random, log (augment->scale_min), log (augment->scale_max)));
  gboolean flip = lw_random_double (random) < 0.5 && augment->flip;
  g_autofree Source *rows = choose_sources (random, height, out_height, scale, FALSE);
  g_autofree Source *columns = choose_sources (random, width, out_width, scale, flip);
  gsize pixels = (gsize) out_width * (gsize) out_height;
  g_autofree float *resampled = g_new (float, pixels * 3);

  resample (rgb, width, rows, out_height, columns, out_width, height, resampled);
  Recolour recolour = choose_colours (augment, random, resampled, pixels);

  for (int y = 0; y < out_height; y++)
    for (int x = 0; x < out_width; x++)
      {
        gsize i = (gsize) y * (gsize) out_width + (gsize) x;
        gboolean inside = rows[y].n > 0 && columns[x].n > 0;

        if (inside)
          recolour_pixel (&recolour, resampled + i * 3, out_rgb + i * 3);
        else
          memcpy (out_rgb + i * 3, augment->fill, 3);
        out_labels[i] = inside ? labels[(gsize) rows[y].nearest * (gsize) width + (gsize) columns[x].nearest] : NO_LABEL;
      }
}
