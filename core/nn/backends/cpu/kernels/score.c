/* score.c: the end of the network: a grid of scores, sampled bilinearly at every pixel, into labels, confidence or the loss.
 * Scores at the picture's size are never stored: a strip of them exists, one row high, class by class. */
#include "config.h"
#include "vector.h"
#include "nn/backends/hard.h"

#define STRIP_BYTES (96 * 1024)         /* of the stack: the two rows of the grid between which a strip lies */
#define MAX_STRIP 512                   /* px */

/* Where on the grid lies sample number i: at (i * step + origin), between cells @first and @second, by @part of the way. */
typedef struct { double step, origin; int size; } Axis;
typedef struct { int first, second; float part; } Place;

INLINE Place
place_of (const Axis *axis, int i)
{
  double position = CLAMP ((double) i * axis->step + axis->origin, 0, (double) (axis->size - 1));
  int first = (int) position;

  return (Place) { first, MIN (first + 1, axis->size - 1), (float) (position - first) };
}

/* Sample i is centred on pixel edge (i * @spacing + @centre) of @out pixels, which cover @plan pixels of the plan. */
INLINE Axis
axis_new (const LwGrid *grid, int size, int plan, int out, double spacing, double centre)
{
  double ratio = (double) plan / out;

  return (Axis) { spacing * ratio / grid->stride, (centre * ratio + grid->offset) / grid->stride - 0.5, size };
}

/* Two rows of the grid, stretched to the strip's columns: (classes, width). */
typedef struct {
  float *above, *below;        /* classes * width */
  int above_row, below_row;    /* -1: nothing yet */
  int width;                   /* a multiple of LANES */
  Place columns[MAX_STRIP];
} Strip;

INLINE int
strip_width (const LwGrid *grid)
{
  int fits = STRIP_BYTES / (int) (2 * sizeof (float)) / grid->classes / LANES * LANES;

  return CLAMP (fits, LANES, MAX_STRIP);
}

/* Columns beyond the picture repeat its last one, so that the loops below are whole vectors. */
static void
strip_begin (Strip *strip, const Axis *axis, int start, int count)
{
  strip->above_row = strip->below_row = -1;
  strip->width = (count + LANES - 1) / LANES * LANES;
  for (int i = 0; i < strip->width; i++)
    strip->columns[i] = place_of (axis, start + MIN (i, count - 1));
}

INLINE void
stretch_typed (const LwGrid *grid, const Strip *strip, int picture, int row, float *out, const LwType type)
{
  int groups = groups_of (grid->classes);

  for (int c = 0; c < grid->classes; c++)
    {
      const void *cells = at (grid->scores, ((((gsize) picture * (gsize) groups + (gsize) (c / LANES)) * (gsize) grid->height + (gsize) row)
                                             * (gsize) grid->width) * LANES + (gsize) (c % LANES), type);

      for (int i = 0; i < strip->width; i++)
        {
          float a = element (cells, (gsize) strip->columns[i].first * LANES, type), b = element (cells, (gsize) strip->columns[i].second * LANES, type);

          out[c * strip->width + i] = a + strip->columns[i].part * (b - a);
        }
    }
}

static void
stretch (const LwGrid *grid, const Strip *strip, int picture, int row, float *out)
{
  BY_TYPE (grid->type, stretch_typed (grid, strip, picture, row, out, type));
}

/* Makes the strip's rows those of @place: going down, the lower one mostly becomes the upper one. */
static void
strip_move (const LwGrid *grid, Strip *strip, int picture, Place place)
{
  if (strip->above_row != place.first && strip->below_row == place.first)
    {
      float *swap = strip->above;

      strip->above = strip->below;
      strip->below = swap;
      strip->above_row = place.first;
      strip->below_row = -1;
    }
  if (strip->above_row != place.first)
    stretch (grid, strip, picture, strip->above_row = place.first, strip->above);
  if (strip->below_row != place.second)
    stretch (grid, strip, picture, strip->below_row = place.second, strip->below);
}

INLINE Floats
strip_score (const Strip *strip, int c, int x, float part)
{
  gsize i = (gsize) c * (gsize) strip->width + (gsize) x;
  Floats above = load (strip->above, i, LW_TYPE_F32), below = load (strip->below, i, LW_TYPE_F32);

  return above + (below - above) * part;
}

/* e^x for x <= 0, to 2 units in the last place; 0 below -87. (2^n * 2^f, f by the polynomial of its Taylor series about 0, |f| <= 1/2) */
INLINE Floats
exponential (Floats x)
{
  Floats t = larger (x, splat (-87.f)) * 1.44269504f, n, f;
  Ints exponent;
  Floats sum;

  exponent = __builtin_convertvector (t - 0.5f, Ints);         /* towards zero: the nearest one, since t <= 0 */
  n = __builtin_convertvector (exponent, Floats);
  f = (t - n) * 0.693147181f;
  sum = f * (1.f / 5040) + (1.f / 720);
  sum = sum * f + (1.f / 120);
  sum = sum * f + (1.f / 24);
  sum = sum * f + (1.f / 6);
  sum = sum * f + 0.5f;
  sum = sum * f + 1.f;
  sum = sum * f + 1.f;
  return choose (x < -87.f, (Floats) {}, sum * (Floats) ((exponent + 127) << 23));
}

/* The natural logarithm of x >= 1 (a sum of exponentials, one of which is 1), by the series of atanh about sqrt 1/2 … sqrt 2. */
INLINE Floats
logarithm (Floats x)
{
  Ints bits = (Ints) x, shifted = bits - 0x3f3504f3;
  Floats exponent = __builtin_convertvector (shifted >> 23, Floats);
  Floats m = (Floats) ((shifted & 0x7fffff) + 0x3f3504f3);
  Floats s = (m - 1) / (m + 1), q = s * s;
  Floats sum = q * (2.f / 9) + (2.f / 7);

  sum = sum * q + (2.f / 5);
  sum = sum * q + (2.f / 3);
  sum = sum * q + 2.f;
  return s * sum + exponent * 0.693147181f;
}

static void
label_row (const LwGrid *grid, const Strip *strip, float part, guint8 *out, int count)
{
  for (int x = 0; x < count; x += LANES)
    {
      Floats best = strip_score (strip, 0, x, part);
      Ints which = {};
      Bytes bytes;

      for (int c = 1; c < grid->classes; c++)
        {
          Floats score = strip_score (strip, c, x, part);
          Ints wins = score > best;

          best = choose (wins, score, best);
          which = (wins & c) | (~wins & which);
        }
      bytes = __builtin_convertvector (which, Bytes);
      memcpy (out + x, &bytes, (gsize) MIN (LANES, count - x));
    }
}

/* The largest of a softmax is one over the sum of exponentials of differences from the largest. */
static void
confidence_row (const LwGrid *grid, const Strip *strip, float part, guint8 *out, int count)
{
  for (int x = 0; x < count; x += LANES)
    {
      Floats best = strip_score (strip, 0, x, part), sum = {};
      Bytes bytes;

      for (int c = 1; c < grid->classes; c++)
        best = larger (strip_score (strip, c, x, part), best);
      for (int c = 0; c < grid->classes; c++)
        sum += exponential (strip_score (strip, c, x, part) - best);
      bytes = __builtin_convertvector (__builtin_convertvector (255.f / sum + 0.5f, Ints), Bytes);
      memcpy (out + x, &bytes, (gsize) MIN (LANES, count - x));
    }
}

typedef void (*RowFunction) (const LwGrid *grid, const Strip *strip, float part, guint8 *out, int count);

/* One band of rows of one strip of one picture. */
static void
sample_band (const LwGrid *grid, const Axis *vertical, const Axis *horizontal, int picture, int first_row, int end_row, int start, int count,
             guint8 *out, int out_width, RowFunction row_function)
{
  float rows[2][MAX (STRIP_BYTES / 8, 256 * LANES)] __attribute__ ((aligned (64)));
  Strip strip;

  strip.above = rows[0];
  strip.below = rows[1];
  strip_begin (&strip, horizontal, start, count);
  for (int y = first_row; y < end_row; y++)
    {
      Place place = place_of (vertical, y);

      strip_move (grid, &strip, picture, place);
      row_function (grid, &strip, place.part, out + (gsize) y * (gsize) out_width + start, count);
    }
}

#define BAND_ROWS 32

static void
sample (const LwGrid *grid, const Axis *vertical, const Axis *horizontal, int height, int width, guint8 *out, RowFunction row_function)
{
  int step = strip_width (grid), strips = (width + step - 1) / step, bands = (height + BAND_ROWS - 1) / BAND_ROWS;

#pragma omp parallel for schedule(dynamic) if (worth_threads ((gsize) grid->n * (gsize) height * (gsize) width * (gsize) grid->classes))
  for (int task = 0; task < grid->n * bands * strips; task++)
    {
      int picture = task / (bands * strips), band = task / strips % bands, start = task % strips * step;

      sample_band (grid, vertical, horizontal, picture, band * BAND_ROWS, MIN ((band + 1) * BAND_ROWS, height), start, MIN (step, width - start),
                   out + (gsize) picture * (gsize) height * (gsize) width, width, row_function);
    }
}

static void
labels (const LwGrid *grid, int plan_height, int plan_width, int out_height, int out_width, guint8 *out)
{
  Axis vertical = axis_new (grid, grid->height, plan_height, out_height, 1, 0.5);
  Axis horizontal = axis_new (grid, grid->width, plan_width, out_width, 1, 0.5);

  sample (grid, &vertical, &horizontal, out_height, out_width, out, label_row);
}

/* A label of 255 where there is no pixel. */
INLINE Ints
labels_at (const guint8 *labels, int count)
{
  guint8 padded[LANES];

  memset (padded, 255, sizeof padded);
  memcpy (padded, labels, (gsize) MIN (LANES, count));
  return __builtin_convertvector (load_bytes (padded), Ints);
}

/* In place: from labels to how hard the pixels are. */
static void
level_row (const LwGrid *grid, const Strip *strip, float part, guint8 *out, int count)
{
  for (int x = 0; x < count; x += LANES)
    {
      Ints label = labels_at (out + x, count - x);
      Floats best = splat (-INFINITY), sum = {}, own = {}, loss;

      for (int c = 0; c < grid->classes; c++)
        {
          Floats score = strip_score (strip, c, x, part);

          own = choose (label == c, score, own);
          best = larger (score, best);
        }
      for (int c = 0; c < grid->classes; c++)
        sum += exponential (strip_score (strip, c, x, part) - best);
      loss = logarithm (sum) + best - own;
      for (int i = 0; i < MIN (LANES, count - x); i++)
        out[x + i] = (guint8) (label[i] < grid->classes ? lw_hard_level (loss[i]) : LW_HARD_NONE);
    }
}

static void
levels (const LwGrid *grid, int height, int width, guint8 *out)
{
  Axis vertical = axis_new (grid, grid->height, height, height, 1, 0.5);
  Axis horizontal = axis_new (grid, grid->width, width, width, 1, 0.5);

  sample (grid, &vertical, &horizontal, height, width, out, level_row);
}

static void
confidence (const LwGrid *grid, int plan_height, int plan_width, int out_height, int out_width, guint8 *out)
{
  Axis vertical = axis_new (grid, grid->height, plan_height, out_height, 4, 2);
  Axis horizontal = axis_new (grid, grid->width, plan_width, out_width, 4, 2);

  sample (grid, &vertical, &horizontal, (out_height + 3) / 4, (out_width + 3) / 4, out, confidence_row);
}

/* What one strip of the loss adds up. */
typedef struct {
  const float *weights;        /* 256: of each label, divided by the sum over all pixels; 0 from the number of classes on */
  float *upper, *lower;        /* (classes, strip width): the gradient by the two stretched rows */
  double total;
} LossStrip;

INLINE Floats
weights_of (const float *weights, Ints label)
{
  Floats w;

  for (int i = 0; i < LANES; i++)
    w[i] = weights[label[i]];
  return w;
}

INLINE void
add_to (float *sum, gsize i, Floats value)
{
  store (sum, i, LW_TYPE_F32, load (sum, i, LW_TYPE_F32) + value);
}

/* One vector of pixels. The gradient of a pixel is its weight * (softmax - 1 at its label). */
INLINE void
loss_block (const LwGrid *grid, const Strip *strip, LossStrip *l, float part, Ints label, int x)
{
  Floats scores[256], best = splat (-INFINITY), sum = {}, own = {}, weight = weights_of (l->weights, label), loss;

  for (int c = 0; c < grid->classes; c++)
    {
      scores[c] = strip_score (strip, c, x, part);
      own = choose (label == c, scores[c], own);
      best = larger (scores[c], best);
    }
  for (int c = 0; c < grid->classes; c++)
    sum += scores[c] = exponential (scores[c] - best);
  for (int c = 0; c < grid->classes; c++)
    {
      Floats gradient = scores[c] * (weight / sum) - choose (label == c, weight, (Floats) {});
      gsize i = (gsize) c * (gsize) strip->width + (gsize) x;

      add_to (l->upper, i, gradient * (1 - part));
      add_to (l->lower, i, gradient * part);
    }
  loss = weight * (logarithm (sum) + best - own);
  for (int i = 0; i < LANES; i++)
    l->total += weight[i] > 0 ? (double) loss[i] : 0;
}

static void
loss_row (const LwGrid *grid, const Strip *strip, LossStrip *l, float part, const guint8 *labels, int count)
{
  for (int x = 0; x < count; x += LANES)
    loss_block (grid, strip, l, part, labels_at (labels + x, count - x), x);
}

/* Adds the gradient by a stretched row to that by the row of the grid: (classes, grid width). */
static void
shrink (const Strip *strip, const float *stretched, int classes, int count, float *row, int grid_width)
{
  for (int c = 0; c < classes; c++)
    {
      const float *g = stretched + (gsize) c * (gsize) strip->width;
      float *cells = row + (gsize) c * (gsize) grid_width, first = 0, second = 0;

      for (int i = 0; i < count; i++)
        {
          const Place *p = &strip->columns[i];

          first += g[i] * (1 - p->part);
          second += g[i] * p->part;
          if (i + 1 == count || strip->columns[i + 1].first != p->first)
            {
              cells[p->first] += first;
              cells[p->second] += second;
              first = second = 0;
            }
        }
    }
}

/* The first row of the picture that lies at or below row @cell of the grid. */
static int
first_row_at (const Axis *vertical, int cell, int height)
{
  int low = 0, high = height;

  while (low < high)
    {
      int middle = (low + high) / 2;

      if (place_of (vertical, middle).first >= cell)
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}

/* All pixels between rows @cell and @cell + 1 of the grid. @upper, @lower: (classes, grid width), the gradient by those two rows. */
static double
loss_band (const LwGrid *grid, const Axis *vertical, const Axis *horizontal, int picture, int cell, int height, int width,
           const guint8 *labels, const float *weights, float *upper, float *lower)
{
  float rows[4][MAX (STRIP_BYTES / 8, 256 * LANES)] __attribute__ ((aligned (64)));
  int first = first_row_at (vertical, cell, height), end = first_row_at (vertical, cell + 1, height), step = strip_width (grid);
  LossStrip l = { .weights = weights, .upper = rows[2], .lower = rows[3] };
  Strip strip;

  memset (upper, 0, (gsize) grid->classes * (gsize) grid->width * sizeof (float));
  memset (lower, 0, (gsize) grid->classes * (gsize) grid->width * sizeof (float));
  strip.above = rows[0];
  strip.below = rows[1];
  for (int start = 0; start < width && first < end; start += step)
    {
      int count = MIN (step, width - start);

      strip_begin (&strip, horizontal, start, count);
      memset (l.upper, 0, (gsize) grid->classes * (gsize) strip.width * sizeof (float));
      memset (l.lower, 0, (gsize) grid->classes * (gsize) strip.width * sizeof (float));
      for (int y = first; y < end; y++)
        {
          Place place = place_of (vertical, y);

          strip_move (grid, &strip, picture, place);
          loss_row (grid, &strip, &l, place.part, labels + ((gsize) picture * (gsize) height + (gsize) y) * (gsize) width + start, count);
        }
      shrink (&strip, l.upper, grid->classes, count, upper, grid->width);
      shrink (&strip, l.lower, grid->classes, count, lower, grid->width);
    }
  return l.total;
}

/* Weight of each of the 256 labels, divided by the sum of the weights of all pixels. Returns how many pixels count. */
static guint64
weigh_labels (const guint8 *labels, gsize pixels, int classes, const float *class_weights, float *weights)
{
  guint64 counts[256] = { 0 }, counted = 0;
  double sum = 0;

#pragma omp parallel for schedule(static) reduction(+:counts[:256]) if (worth_threads (pixels))
  for (gsize i = 0; i < pixels; i++)
    counts[labels[i]]++;
  for (int c = 0; c < classes; c++)
    {
      sum += (double) counts[c] * (class_weights != NULL ? (double) class_weights[c] : 1);
      counted += counts[c];
    }
  memset (weights, 0, 256 * sizeof *weights);
  for (int c = 0; c < classes && sum > 0; c++)
    weights[c] = (float) ((class_weights != NULL ? (double) class_weights[c] : 1) / sum);
  return counted;
}

/* A row of the grid takes from the band below it and from the one above it. */
static void
collect_gradient (const LwGrid *grid, const float *bands, float *gradient)
{
  int groups = groups_of (grid->classes);
  gsize row = (gsize) grid->classes * (gsize) grid->width;

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) grid->n * (gsize) grid->height * row))
  for (int task = 0; task < grid->n * groups * grid->height; task++)
    {
      int y = task % grid->height, group = task / grid->height % groups, picture = task / grid->height / groups;
      const float *own = bands + (gsize) (picture * grid->height + y) * 2 * row;
      float *out = gradient + (gsize) task * (gsize) grid->width * LANES;

      for (int x = 0; x < grid->width; x++)
        for (int lane = 0; lane < LANES; lane++)
          {
            gsize c = (gsize) (group * LANES + lane), i = c * (gsize) grid->width + (gsize) x;
            float sum = 0;

            if (c < (gsize) grid->classes)
              {
                sum = own[i];
                if (y > 0)
                  sum += own[i - row];
                if (y == grid->height - 1)
                  sum += own[i + row];
              }
            out[x * LANES + lane] = sum;
          }
    }
}

static double
loss (const LwGrid *grid, int height, int width, const guint8 *labels, const float *class_weights, double *partial, float *gradient, guint64 *pixels)
{
  Axis vertical = axis_new (grid, grid->height, height, height, 1, 0.5);
  Axis horizontal = axis_new (grid, grid->width, width, width, 1, 0.5);
  int tasks = grid->n * grid->height;
  gsize row = (gsize) grid->classes * (gsize) grid->width;
  float weights[256], *bands = (float *) (partial + tasks);
  double sum = 0;

  *pixels = weigh_labels (labels, (gsize) grid->n * (gsize) height * (gsize) width, grid->classes, class_weights, weights);
#pragma omp parallel for schedule(dynamic) if (worth_threads ((gsize) grid->n * (gsize) height * (gsize) width * (gsize) grid->classes))
  for (int task = 0; task < tasks; task++)
    partial[task] = loss_band (grid, &vertical, &horizontal, task / grid->height, task % grid->height, height, width, labels, weights,
                               bands + (gsize) task * 2 * row, bands + ((gsize) task * 2 + 1) * row);
  collect_gradient (grid, bands, gradient);
  for (int task = 0; task < tasks; task++)
    sum += partial[task];
  return sum;
}

const LwScoreKernels ISA_NAME (lw_score_kernels) = {
  .labels = labels,
  .confidence = confidence,
  .levels = levels,
  .loss = loss,
};
