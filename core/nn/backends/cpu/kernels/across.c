/* across.c: local response normalisation: each channel divided by what its neighbours hold at the same pixel */
#include "config.h"
#include "vector.h"

#define MAX_WIDTH (LW_LRN_MAX_CHANNELS + 2 * LW_LRN_MAX_SIZE + LANES)

/* base ^ -beta. SegNet-Basic's 3/4 and the square root are quick. */
INLINE Floats
power (Floats base, float beta)
{
  Floats root;

  if (beta != 0.75f && beta != 0.5f)
    {
      for (int i = 0; i < LANES; i++)
        base[i] = powf (base[i], -beta);
      return base;
    }
  for (int i = 0; i < LANES; i++)
    root[i] = sqrtf (base[i]);
  for (int i = 0; beta == 0.75f && i < LANES; i++)
    root[i] *= sqrtf (root[i]);
  return 1 / root;
}

/* The picture itself: planes, of which each vector holds as many pixels. */
INLINE void
planes_typed (const LwLrn *lrn, const void *x, void *y, const LwType type)
{
  const LwShape *shape = lrn->shape;
  gsize plane = (gsize) shape->height * (gsize) shape->width;

#pragma omp parallel for schedule(static) collapse(2) if (worth_threads ((gsize) shape->n * plane * (gsize) shape->channels))
  for (int n = 0; n < shape->n; n++)
    for (gsize p = 0; p < plane; p += LANES)
      {
        gsize first = (gsize) n * (gsize) shape->channels * plane + p, bytes = MIN (LANES, plane - p) * lw_type_bytes (type);
        Floats values[LW_LRN_MAX_PLANES], squares[LW_LRN_MAX_PLANES];
        guint8 pixels[4 * LANES] = { 0 };

        for (int c = 0; c < shape->channels; c++)
          {
            memcpy (pixels, at (x, first + (gsize) c * plane, type), bytes);
            values[c] = load (pixels, 0, type);
            squares[c] = values[c] * values[c];
          }
        for (int c = 0; c < shape->channels; c++)
          {
            Floats sum = {};

            for (int j = MAX (c - lrn->size / 2, 0); j < MIN (c - lrn->size / 2 + lrn->size, shape->channels); j++)
              sum += squares[j];
            store (pixels, 0, type, values[c] * power (lrn->k + lrn->share * sum, lrn->beta));
            memcpy (at_write (y, first + (gsize) c * plane, type), pixels, bytes);
          }
      }
}

/* One pixel's channels in a row, with zeros around them. */
typedef struct { float values[MAX_WIDTH]; } Row;

INLINE float *
row_start (Row *row)
{
  return row->values + LW_LRN_MAX_SIZE;
}

INLINE void
clear_rim (Row *row, int channels)
{
  memset (row->values, 0, LW_LRN_MAX_SIZE * sizeof (float));
  memset (row_start (row) + channels, 0, LW_LRN_MAX_SIZE * sizeof (float));
}

/* The sum of @size elements from @first on, for each of LANES places. */
INLINE Floats
sum_from (const float *first, int size)
{
  Floats sum = {};

  for (int j = 0; j < size; j++)
    sum += load (first, (gsize) j, LW_TYPE_F32);
  return sum;
}

INLINE Floats
base_at (const LwLrn *lrn, Row *squares, int c)
{
  return lrn->k + lrn->share * sum_from (row_start (squares) + c - lrn->size / 2, lrn->size);
}

/* Where the channels of a pixel lie: those of group g at @first + g * @step. */
typedef struct { gsize first, step; int groups; } Column;

INLINE Column
column_at (const LwShape *shape, int row, int column)
{
  gsize step = (gsize) shape->height * (gsize) shape->width * LANES;
  int groups = groups_of (shape->channels);

  return (Column) { (gsize) (row / shape->height) * (gsize) groups * step + ((gsize) (row % shape->height) * (gsize) shape->width + (gsize) column) * LANES,
                    step, groups };
}

INLINE void
read_squares (const void *x, const Column *at, Row *squares, const LwType type)
{
  clear_rim (squares, at->groups * LANES);
  for (int g = 0; g < at->groups; g++)
    {
      Floats value = load (x, at->first + (gsize) g * at->step, type);

      store (row_start (squares), (gsize) g * LANES, LW_TYPE_F32, value * value);
    }
}

INLINE void
forward_pixel (const LwLrn *lrn, const void *x, void *y, Column at, const LwType type)
{
  Row squares;

  read_squares (x, &at, &squares, type);
  for (int g = 0; g < at.groups; g++)
    {
      gsize i = at.first + (gsize) g * at.step;

      store (y, i, type, load (x, i, type) * power (base_at (lrn, &squares, g * LANES), lrn->beta));
    }
}

INLINE void
forward_typed (const LwLrn *lrn, const void *x, void *y, const LwType type)
{
  const LwShape *shape = lrn->shape;
  int rows = shape->n * shape->height;

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) rows * (gsize) shape->width * (gsize) shape->channels))
  for (int r = 0; r < rows; r++)
    for (int column = 0; column < shape->width; column++)
      forward_pixel (lrn, x, y, column_at (shape, r, column), type);
}

static void
forward (const LwLrn *lrn, const void *x, void *y)
{
  if (lrn->plain)
    BY_TYPE (lrn->shape->type, planes_typed (lrn, x, y, type));
  else
    BY_TYPE (lrn->shape->type, forward_typed (lrn, x, y, type));
}

/* dx_j = dy_j b_j^-beta - 2 share beta x_j * (the sum of dy_c x_c b_c^(-beta - 1) over the channels c that have j in their window) */
INLINE void
backward_pixel (const LwLrn *lrn, const void *x, const void *dy, void *dx, Column at, const LwType type)
{
  Row squares, weights;

  read_squares (x, &at, &squares, type);
  clear_rim (&weights, at.groups * LANES);
  for (int g = 0; g < at.groups; g++)
    {
      gsize i = at.first + (gsize) g * at.step;
      Floats base = base_at (lrn, &squares, g * LANES);

      store (row_start (&weights), (gsize) g * LANES, LW_TYPE_F32, load (dy, i, type) * load (x, i, type) * power (base, lrn->beta) / base);
    }
  for (int g = 0; g < at.groups; g++)
    {
      gsize i = at.first + (gsize) g * at.step;
      Floats sum = sum_from (row_start (&weights) + g * LANES + lrn->size / 2 - lrn->size + 1, lrn->size);
      Floats direct = load (dy, i, type) * power (base_at (lrn, &squares, g * LANES), lrn->beta);

      store (dx, i, type, direct - 2 * lrn->share * lrn->beta * load (x, i, type) * sum);
    }
}

INLINE void
backward_typed (const LwLrn *lrn, const void *x, const void *dy, void *dx, const LwType type)
{
  const LwShape *shape = lrn->shape;
  int rows = shape->n * shape->height;

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) rows * (gsize) shape->width * (gsize) shape->channels))
  for (int r = 0; r < rows; r++)
    for (int column = 0; column < shape->width; column++)
      backward_pixel (lrn, x, dy, dx, column_at (shape, r, column), type);
}

static void
backward (const LwLrn *lrn, const void *x, const void *dy, void *dx)
{
  BY_TYPE (lrn->shape->type, backward_typed (lrn, x, dy, dx, type));
}

const LwAcrossKernels ISA_NAME (lw_across_kernels) = {
  .forward = forward,
  .backward = backward,
};
