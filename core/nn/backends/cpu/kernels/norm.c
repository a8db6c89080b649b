/* norm.c: batch normalisation, forward and backward, together with the ReLU and the max pool that follow it */
#include "config.h"
#include "window.h"

/* The rows of a group of channels are summed in this many shares, each in float32 along a row and in double over rows;
 * their number is fixed, so that the sum does not depend on the number of threads. */
#define SHARES 64

typedef struct { Floats first, second; } Pair;

/* Row @j of the rows of @group in all pictures, each of @height rows: its number. */
INLINE gsize
row_number (const LwShape *shape, int group, int j, int height)
{
  return ((gsize) (j / height) * groups_of (shape->channels) + (gsize) group) * (gsize) height + (gsize) (j % height);
}

INLINE void
add_pair (double *partial, Pair pair)
{
  for (int c = 0; c < LANES; c++)
    {
      partial[c] += (double) pair.first[c];
      partial[LANES + c] += (double) pair.second[c];
    }
}

/* Adds up the shares, in their order. */
static void
gather_sums (const LwNorm *norm, double *first, double *second, int group)
{
  const double *partial = norm->partial + (gsize) group * SHARES * 2 * LANES;

  for (int c = 0; c < LANES; c++)
    {
      first[c] = second[c] = 0;
      for (int k = 0; k < SHARES; k++)
        {
          first[c] += partial[k * 2 * LANES + c];
          second[c] += partial[k * 2 * LANES + LANES + c];
        }
    }
}

/* Two chains of additions, since one would wait for itself. */
#define SUM_ROW(width, x, body) \
  Floats a0 = {}, a1 = {}, b0 = {}, b1 = {}; \
  int x = 0; \
  for (; x + 1 < (width); x += 2) { { body (x, a0, b0) } { body (x + 1, a1, b1) } } \
  for (; x < (width); x++) { body (x, a0, b0) } \
  return (Pair) { a0 + a1, b0 + b1 };

INLINE Pair
row_moments (const void *row, int width, Floats origin, const LwType type)
{
#define MOMENTS(at, a, b) Floats d = load (row, (gsize) (at) * LANES, type) - origin; a += d; b += d * d;
  SUM_ROW (width, x, MOMENTS)
#undef MOMENTS
}

/* Differences from one of the values, because a square of the plain sum would lose what it is about where the mean is far from zero. */
INLINE void
statistics_typed (const LwNorm *norm, const void *x, float *mean, float *variance, const LwType type)
{
  const LwShape *shape = norm->shape;
  int groups = groups_of (shape->channels), rows = shape->n * shape->height;
  gsize row = (gsize) shape->width * LANES;
  double count = (double) rows * shape->width;

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) (groups * rows) * row))
  for (int task = 0; task < groups * SHARES; task++)
    {
      int group = task / SHARES, share = task % SHARES;
      double *partial = norm->partial + (gsize) task * 2 * LANES;
      Floats origin = load (x, (gsize) group * (gsize) shape->height * row, type);

      memset (partial, 0, 2 * LANES * sizeof (double));
      for (int j = (int) ((gint64) rows * share / SHARES); j < (int) ((gint64) rows * (share + 1) / SHARES); j++)
        add_pair (partial, row_moments (at (x, row_number (shape, group, j, shape->height) * row, type), shape->width, origin, type));
    }
  for (int group = 0; group < groups; group++)
    {
      Floats origin = load (x, (gsize) group * (gsize) shape->height * row, type);
      double sum[LANES], squares[LANES];

      gather_sums (norm, sum, squares, group);
      for (int c = 0; c < LANES; c++)
        {
          double m = sum[c] / count;

          mean[group * LANES + c] = (float) (m + (double) origin[c]);
          variance[group * LANES + c] = (float) MAX (squares[c] / count - m * m, 0);
        }
    }
}

static void
statistics (const LwNorm *norm, const void *x, float *mean, float *variance)
{
  BY_TYPE (norm->shape->type, statistics_typed (norm, x, mean, variance, type));
}

/* The ReLU comes before the comparison, so that of four zeros the first one wins, as in a pool of its own. */
INLINE void
apply_pool_row (const LwNorm *norm, const void *x, void *y, guint8 *index, gsize r, Floats factor, Floats shift, Floats floor, const LwType type)
{
  gsize above = large_row (norm->shape, norm->out_height, r), out = r * (gsize) norm->out_width * LANES;

  for (int column = 0; column < norm->out_width; column++, out += LANES)
    {
      Window w = window_at (norm->shape, above, (int) (r % (gsize) norm->out_height), column);
      Floats best = larger (load (x, w.at[0], type) * factor + shift, floor);
      Ints which = {};

      for (int k = 1; k < 4; k++)
        {
          Floats other = larger (load (x, w.at[k], type) * factor + shift, floor);
          Ints wins = other > best;

          best = choose (wins, other, best);
          which = (wins & k) | (~wins & which);
        }
      store (y, out, type, best);
      store_bytes (index + out, which);
    }
}

INLINE void
apply_pool_typed (const LwNorm *norm, const void *x, void *y, guint8 *index, const LwType type)
{
  int groups = groups_of (norm->shape->channels), rows = norm->shape->n * groups * norm->out_height;

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) rows * (gsize) norm->out_width * LANES * 4))
  for (int r = 0; r < rows; r++)
    {
      gsize group = (gsize) (r / norm->out_height % groups);

      apply_pool_row (norm, x, y, index, (gsize) r, load (norm->scale, group * LANES, LW_TYPE_F32), load (norm->shift, group * LANES, LW_TYPE_F32),
                      splat (norm->relu ? 0.f : -INFINITY), type);
    }
}

static void
apply_pool (const LwNorm *norm, const void *x, void *y, guint8 *index)
{
  BY_TYPE (norm->shape->type, apply_pool_typed (norm, x, y, index, type));
}

/* Per-channel values of one group. */
typedef struct { Floats factor, shift, mean; Ints always; } Channels;

INLINE Channels
channels_of (const LwNorm *norm, gsize group)
{
  return (Channels) {
    load (norm->scale, group * LANES, LW_TYPE_F32), load (norm->shift, group * LANES, LW_TYPE_F32), load (norm->mean, group * LANES, LW_TYPE_F32),
    (Ints) {} - (norm->relu ? 0 : 1),
  };
}

/* The gradient before the ReLU: it passes where the output was above zero, or everywhere if there is no ReLU. */
INLINE Floats
before_relu (Floats x, Floats dy, const Channels *c)
{
  return choose ((x * c->factor + c->shift > 0) | c->always, dy, (Floats) {});
}

INLINE Pair
row_gradient_sums (const void *x_row, const void *dy_row, int width, const Channels *c, const LwType type)
{
#define GRADIENT(at, a, b) \
  Floats v = load (x_row, (gsize) (at) * LANES, type); \
  Floats d = before_relu (v, load (dy_row, (gsize) (at) * LANES, type), c); \
  a += d; b += d * (v - c->mean);
  SUM_ROW (width, x, GRADIENT)
#undef GRADIENT
}

/* Of a pooled output only the maxima have a gradient. */
INLINE Pair
pooled_gradient_sums (const LwNorm *norm, const void *x, const void *dy, const void *y, const guint8 *index, gsize r, const Channels *c, const LwType type)
{
  gsize above = large_row (norm->shape, norm->out_height, r), in = r * (gsize) norm->out_width * LANES;
  Pair sums = {};

  for (int column = 0; column < norm->out_width; column++, in += LANES)
    {
      Window w = window_at (norm->shape, above, (int) (r % (gsize) norm->out_height), column);
      Ints which = __builtin_convertvector (load_bytes (index + in), Ints);
      Floats v = load (x, w.at[0], type), d;

      for (int k = 1; k < 4; k++)
        v = choose (which == k, load (x, w.at[k], type), v);
      d = choose ((load (y, in, type) > 0) | c->always, load (dy, in, type), (Floats) {});
      sums.first += d;
      sums.second += d * (v - c->mean);
    }
  return sums;
}

INLINE void
gradient_sums_typed (const LwNorm *norm, const void *x, const void *dy, const void *y, const guint8 *index, float *sum, float *sum_x, const LwType type)
{
  const LwShape *shape = norm->shape;
  int groups = groups_of (shape->channels), height = norm->pooled ? norm->out_height : shape->height, rows = shape->n * height;
  gsize row = (gsize) shape->width * LANES;

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) (groups * rows) * row))
  for (int task = 0; task < groups * SHARES; task++)
    {
      int group = task / SHARES, share = task % SHARES;
      Channels c = channels_of (norm, (gsize) group);
      double *partial = norm->partial + (gsize) task * 2 * LANES;

      memset (partial, 0, 2 * LANES * sizeof (double));
      for (int j = (int) ((gint64) rows * share / SHARES); j < (int) ((gint64) rows * (share + 1) / SHARES); j++)
        {
          gsize r = row_number (shape, group, j, height);

          if (norm->pooled)
            add_pair (partial, pooled_gradient_sums (norm, x, dy, y, index, r, &c, type));
          else
            add_pair (partial, row_gradient_sums (at (x, r * row, type), at (dy, r * row, type), shape->width, &c, type));
        }
    }
  for (int group = 0; group < groups; group++)
    {
      double first[LANES], second[LANES];

      gather_sums (norm, first, second, group);
      for (int c = 0; c < LANES; c++)
        {
          sum[group * LANES + c] = (float) first[c];
          sum_x[group * LANES + c] = (float) (second[c] * (double) norm->inverse[group * LANES + c]);
        }
    }
}

static void
gradient_sums (const LwNorm *norm, const void *x, const void *dy, const void *y, const guint8 *index, float *sum, float *sum_x)
{
  BY_TYPE (norm->shape->type, gradient_sums_typed (norm, x, dy, y, index, sum, sum_x, type));
}

/* dx = a * dz + b * x + c */
typedef struct { Floats a, b, c; } Line;

INLINE void
row_input_gradient (const void *x, const void *dy, void *dx, gsize start, int width, const Channels *c, const Line *line, const LwType type)
{
  for (gsize i = start; i < start + (gsize) width * LANES; i += LANES)
    {
      Floats v = load (x, i, type);

      store (dx, i, type, line->a * before_relu (v, load (dy, i, type), c) + line->b * v + line->c);
    }
}

INLINE void
pooled_input_gradient (const LwNorm *norm, const void *x, const void *dy, const void *y, const guint8 *index, gsize r,
                       const Channels *c, const Line *line, void *dx, const LwType type)
{
  gsize above = large_row (norm->shape, norm->out_height, r), in = r * (gsize) norm->out_width * LANES;
  int row = (int) (r % (gsize) norm->out_height);

  for (int column = 0; column < norm->out_width; column++, in += LANES)
    {
      Window w = window_at (norm->shape, above, row, column);
      Ints which = __builtin_convertvector (load_bytes (index + in), Ints);
      Floats d = line->a * choose ((load (y, in, type) > 0) | c->always, load (dy, in, type), (Floats) {});

      for (int k = 0; k < 4; k++)
        if (window_has (norm->shape, row, column, k))
          store (dx, w.at[k], type, choose (which == k, d, (Floats) {}) + line->b * load (x, w.at[k], type) + line->c);
    }
}

INLINE void
input_gradient_typed (const LwNorm *norm, const void *x, const void *dy, const void *y, const guint8 *index,
                      const float *a, const float *b, const float *c, void *dx, const LwType type)
{
  const LwShape *shape = norm->shape;
  int groups = groups_of (shape->channels), height = norm->pooled ? norm->out_height : shape->height, rows = shape->n * groups * height;

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) rows * (gsize) shape->width * LANES))
  for (int r = 0; r < rows; r++)
    {
      gsize group = (gsize) (r / height % groups), lane = group * LANES;
      Channels channels = channels_of (norm, group);
      Line line = { load (a, lane, LW_TYPE_F32), load (b, lane, LW_TYPE_F32), load (c, lane, LW_TYPE_F32) };

      if (norm->pooled)
        pooled_input_gradient (norm, x, dy, y, index, (gsize) r, &channels, &line, dx, type);
      else
        row_input_gradient (x, dy, dx, (gsize) r * (gsize) shape->width * LANES, shape->width, &channels, &line, type);
    }
}

static void
input_gradient (const LwNorm *norm, const void *x, const void *dy, const void *y, const guint8 *index,
                const float *a, const float *b, const float *c, void *dx)
{
  BY_TYPE (norm->shape->type, input_gradient_typed (norm, x, dy, y, index, a, b, c, dx, type));
}

const LwNormKernels ISA_NAME (lw_norm_kernels) = {
  .statistics = statistics,
  .apply_pool = apply_pool,
  .gradient_sums = gradient_sums,
  .input_gradient = input_gradient,
};
