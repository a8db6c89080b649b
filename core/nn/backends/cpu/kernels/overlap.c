/* overlap.c: max pooling 3x3 by 2 with a rim of 1, whose windows overlap, and its reverse */
#include "config.h"
#include "vector.h"

#define TAPS 3

/* Where the window of small row or column @i begins and ends on a side of @size: taps @first to @end - 1. */
typedef struct { int start, first, end; } Range;

INLINE Range
range_of (int i, int size)
{
  int start = 2 * i - 1;

  return (Range) { start, start < 0 ? 1 : 0, MIN (TAPS, size - start) };
}

INLINE void
forward_typed (const LwPoolShape *pool, const void *x, void *y, guint8 *index, const LwType type)
{
  const LwShape *shape = pool->shape;
  int rows = shape->n * groups_of (shape->channels) * pool->out_height;
  gsize width = (gsize) shape->width * LANES;

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) rows * (gsize) pool->out_width * LANES * 4))
  for (int r = 0; r < rows; r++)
    {
      gsize plane = (gsize) (r / pool->out_height) * (gsize) shape->height * width, out = (gsize) r * (gsize) pool->out_width * LANES;
      Range down = range_of (r % pool->out_height, shape->height);

      for (int column = 0; column < pool->out_width; column++, out += LANES)
        {
          Range across = range_of (column, shape->width);
          Floats best = splat (-INFINITY);
          Ints which = (Ints) {} + (TAPS * down.first + across.first);

          for (int ky = down.first; ky < down.end; ky++)
            for (int kx = across.first; kx < across.end; kx++)
              {
                Floats other = load (x, plane + (gsize) (down.start + ky) * width + (gsize) (across.start + kx) * LANES, type);
                Ints wins = other > best;

                best = choose (wins, other, best);
                which = (wins & (TAPS * ky + kx)) | (~wins & which);
              }
          store (y, out, type, best);
          if (index != NULL)
            store_bytes (index + out, which);
        }
    }
}

static void
forward (const LwPoolShape *pool, const void *x, void *y, guint8 *index)
{
  BY_TYPE (pool->shape->type, forward_typed (pool, x, y, index, type));
}

/* The small rows or columns whose windows hold place @i of the large side, and the tap that it is in the first of them; in the second it is tap 0. */
typedef struct { int first, n, tap; } Owners;

INLINE Owners
owners_of (int i, int small)
{
  int first = i / 2, odd = i & 1;

  return (Owners) { first, MIN (1 + odd, small - first), 1 + odd };
}

/* What of the gradient of small element @at belongs to its window's tap @tap. */
INLINE Floats
part_of (const void *dy, const guint8 *index, const void *y, gsize at, int tap, const LwType type)
{
  Ints mine = __builtin_convertvector (load_bytes (index + at), Ints) == tap;

  if (y != NULL)
    mine &= load (y, at, type) > 0;
  return choose (mine, load (dy, at, type), (Floats) {});
}

/* Each large element gathers from the windows that hold it, so that rows can be shared out. */
INLINE void
backward_typed (const LwPoolShape *pool, const void *dy, const guint8 *index, const void *y, void *dx, const LwType type)
{
  const LwShape *shape = pool->shape;
  int rows = shape->n * groups_of (shape->channels) * shape->height;
  gsize width = (gsize) pool->out_width * LANES;

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) rows * (gsize) shape->width * LANES))
  for (int r = 0; r < rows; r++)
    {
      gsize plane = (gsize) (r / shape->height) * (gsize) pool->out_height * width, out = (gsize) r * (gsize) shape->width * LANES;
      Owners down = owners_of (r % shape->height, pool->out_height);

      for (int column = 0; column < shape->width; column++, out += LANES)
        {
          Owners across = owners_of (column, pool->out_width);
          Floats sum = {};

          for (int j = 0; j < down.n; j++)
            for (int i = 0; i < across.n; i++)
              sum += part_of (dy, index, y, plane + (gsize) (down.first + j) * width + (gsize) (across.first + i) * LANES,
                              TAPS * (j == 0 ? down.tap : 0) + (i == 0 ? across.tap : 0), type);
          store (dx, out, type, sum);
        }
    }
}

static void
backward (const LwPoolShape *pool, const void *dy, const guint8 *index, const void *y, void *dx)
{
  if (y != NULL)
    BY_TYPE (pool->shape->type, backward_typed (pool, dy, index, y, dx, type));
  else
    BY_TYPE (pool->shape->type, backward_typed (pool, dy, index, NULL, dx, type));
}

const LwOverlapKernels ISA_NAME (lw_overlap_kernels) = {
  .forward = forward,
  .backward = backward,
};
