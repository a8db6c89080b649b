/* augment.c: resamples a random window of a frame by a triangle filter (labels by their nearest pixel), and changes its colours: row by row, each
 * first down, then across, then recoloured, so that nothing larger than a row is kept between */
#include "config.h"
#include "augment.h"
#include <math.h>
#include <string.h>

#define NO_LABEL 255
#define OUTSIDE -1

/* Where the rows or the columns of the output come from: @taps neighbours each, from @first on. */
typedef struct {
  int n, taps, low, high;      /* low … high: the part of the frame that is used at all; high < low: none */
  int *first, *nearest;        /* OUTSIDE the frame: no nearest, weights all 0 */
  float *weights;              /* n x taps */
} Axis;

static void
axis_clear (Axis *axis)
{
  g_free (axis->first);
  g_free (axis->nearest);
  g_free (axis->weights);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Axis, axis_clear)

static void
weigh (const Axis *axis, int i, double centre, double support)
{
  float *weights = axis->weights + (gsize) i * (gsize) axis->taps;
  double sum = 0;

  for (int k = 0; k < axis->taps; k++)
    sum += weights[k] = (float) MAX (0, 1 - fabs (axis->first[i] + k - centre) / support);
  for (int k = 0; k < axis->taps; k++)
    weights[k] /= (float) sum;
}

/* The window of @out / @scale pixels of a frame, at random where it fits; where it is larger than the frame, the frame lies at random in it. Then it
 * is moved by up to @shift whole pixels either way. */
static Axis
choose_axis (LwRandom *random, int size, int out, double scale, guint shift, gboolean flip)
{
  double room = size - out / scale, start = lw_random_double (random) * room, support = MAX (1, 1 / scale);
  int taps = MIN ((int) ceil (2 * support), size);
  Axis axis = { .n = out, .taps = taps, .low = size, .high = -1, .first = g_new0 (int, out), .nearest = g_new (int, out),
                .weights = g_new0 (float, (gsize) out * (gsize) taps) };

  if (shift > 0)
    start += (double) lw_random_int (random, 2 * shift + 1) - shift;
  for (int i = 0; i < out; i++)
    {
      int at = flip ? out - 1 - i : i;
      double centre = start + (i + 0.5) / scale - 0.5;

      axis.nearest[at] = (int) floor (centre + 0.5);
      if (axis.nearest[at] < 0 || axis.nearest[at] >= size)
        {
          axis.nearest[at] = OUTSIDE;
          continue;
        }
      axis.first[at] = CLAMP ((int) floor (centre - support) + 1, 0, size - taps);
      axis.low = MIN (axis.low, axis.first[at]);
      axis.high = MAX (axis.high, axis.first[at] + taps - 1);
      weigh (&axis, at, centre, support);
    }
  return axis;
}

/* ---- one row ---- */

/* @from: the uppermost of the rows that it is made of, @stride bytes apart. */
static void
mix_rows (const guint8 *from, gsize stride, const float *weights, int taps, gsize length, float *restrict to)
{
  for (gsize i = 0; i < length; i++)
    to[i] = weights[0] * from[i];
  for (int k = 1; k < taps; k++)
    {
      const guint8 *row = from + (gsize) k * stride;

      for (gsize i = 0; i < length; i++)
        to[i] += weights[k] * row[i];
    }
}

/* @from begins at the column @axis->low. */
static void
mix_columns (const float *from, const Axis *axis, float *restrict red, float *restrict green, float *restrict blue)
{
  for (int x = 0; x < axis->n; x++)
    {
      const float *weights = axis->weights + (gsize) x * (gsize) axis->taps;
      const float *pixel = from + MAX (axis->first[x] - axis->low, 0) * 3;
      float r = 0, g = 0, b = 0;

      for (int k = 0; k < axis->taps; k++, pixel += 3)
        {
          r += weights[k] * pixel[0];
          g += weights[k] * pixel[1];
          b += weights[k] * pixel[2];
        }
      red[x] = r;
      green[x] = g;
      blue[x] = b;
    }
}

/* ---- colours ---- */

/* A pixel is brightened, moved away from or to the mean grey (together: times @gain plus @shift), then away from or to its own grey. */
typedef struct { float gain, shift, saturation; } Recolour;

/* Of what the window shows of the frame. */
static double
mean_of (const guint8 *rgb, int width, const Axis *rows, const Axis *columns)
{
  gsize length = (gsize) (columns->high - columns->low + 1) * 3;
  guint64 sum = 0;

  for (int y = rows->low; y <= rows->high; y++)
    {
      const guint8 *row = rgb + ((gsize) y * (gsize) width + (gsize) columns->low) * 3;
      guint32 of_row = 0;

      for (gsize i = 0; i < length; i++)
        of_row += row[i];
      sum += of_row;
    }
  return (double) sum / (double) (length * (gsize) (rows->high - rows->low + 1));
}

static Recolour
choose_colours (const LwAugment *augment, LwRandom *random, double mean)
{
  double brightness = lw_random_range (random, 1 - augment->brightness, 1 + augment->brightness);
  double contrast = lw_random_range (random, 1 - augment->contrast, 1 + augment->contrast);
  double saturation = lw_random_range (random, 1 - augment->saturation, 1 + augment->saturation);

  return (Recolour) { (float) (brightness * contrast), (float) (mean * brightness * (1 - contrast)), (float) saturation };
}

static inline guint8
to_byte (float value)
{
  return (guint8) (int) (CLAMP (value, 0, 255) + 0.5f);
}

static void
recolour_row (const Recolour *recolour, const float *red, const float *green, const float *blue, int n, guint8 *restrict to)
{
  float gain = recolour->gain, shift = recolour->shift, saturation = recolour->saturation;

  for (int x = 0; x < n; x++)
    {
      float r = red[x] * gain + shift, g = green[x] * gain + shift, b = blue[x] * gain + shift;
      float grey = (0.299f * r + 0.587f * g + 0.114f * b) * (1 - saturation);

      to[3 * x] = to_byte (r * saturation + grey);
      to[3 * x + 1] = to_byte (g * saturation + grey);
      to[3 * x + 2] = to_byte (b * saturation + grey);
    }
}

/* ---- the picture ---- */

static void
fill_pixels (const guint8 fill[3], int n, guint8 *rgb)
{
  for (int x = 0; x < n; x++)
    memcpy (rgb + 3 * x, fill, 3);
}

/* @labels: the nearest row of the frame's, or NULL outside it. */
static void
take_labels (const LwAugment *augment, const guint8 *labels, const Axis *columns, guint8 *out_rgb, guint8 *out_labels)
{
  for (int x = 0; x < columns->n; x++)
    {
      gboolean inside = columns->nearest[x] != OUTSIDE;

      out_labels[x] = inside ? labels[columns->nearest[x]] : NO_LABEL;
      if (!inside)
        memcpy (out_rgb + 3 * x, augment->fill, 3);
    }
}

void
lw_augment (const LwAugment *augment, LwRandom *random, const guint8 *rgb, const guint8 *labels, int width, int height,
            guint8 *out_rgb, guint8 *out_labels, int out_width, int out_height)
{
  double scale = exp (lw_random_range (random, log (augment->scale_min), log (augment->scale_max)));
  gboolean flip = lw_random_double (random) < 0.5 && augment->flip;
  g_auto(Axis) rows = choose_axis (random, height, out_height, scale, augment->shift, FALSE);
  g_auto(Axis) columns = choose_axis (random, width, out_width, scale, augment->shift, flip);
  gsize length = (gsize) MAX (columns.high - columns.low + 1, 0) * 3, stride = (gsize) width * 3, n = (gsize) out_width;
  gboolean nothing = length == 0 || rows.high < rows.low;
  Recolour recolour = choose_colours (augment, random, nothing ? 0 : mean_of (rgb, width, &rows, &columns));
  g_autofree float *line = g_new (float, length + 3 * n);
  float *red = line + length, *green = red + n, *blue = green + n;

  for (int y = 0; y < out_height; y++, out_rgb += 3 * n, out_labels += n)
    if (nothing || rows.nearest[y] == OUTSIDE)
      {
        fill_pixels (augment->fill, out_width, out_rgb);
        memset (out_labels, NO_LABEL, n);
      }
    else
      {
        mix_rows (rgb + (gsize) rows.first[y] * stride + (gsize) columns.low * 3, stride, rows.weights + (gsize) y * (gsize) rows.taps, rows.taps, length, line);
        mix_columns (line, &columns, red, green, blue);
        recolour_row (&recolour, red, green, blue, out_width, out_rgb);
        take_labels (augment, labels + (gsize) rows.nearest[y] * (gsize) width, &columns, out_rgb, out_labels);
      }
}
