/* pool.c: max pooling 2x2 and its reverse */
#include "config.h"
#include "window.h"

INLINE int
small_rows (const LwPoolShape *pool)
{
  return pool->shape->n * groups_of (pool->shape->channels) * pool->out_height;
}

INLINE void
forward_typed (const LwPoolShape *pool, const void *x, void *y, guint8 *index, const LwType type)
{
  int rows = small_rows (pool);

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) rows * (gsize) pool->out_width * LANES * 4))
  for (int r = 0; r < rows; r++)
    {
      gsize above = large_row (pool->shape, pool->out_height, (gsize) r), out = (gsize) r * pool->out_width * LANES;

      for (int column = 0; column < pool->out_width; column++, out += LANES)
        {
          Window w = window_at (pool->shape, above, r % pool->out_height, column);
          Floats best = load (x, w.at[0], type);
          Ints which = {};

          for (int k = 1; k < 4; k++)
            {
              Floats other = load (x, w.at[k], type);
              Ints wins = other > best;

              best = choose (wins, other, best);
              which = (wins & k) | (~wins & which);
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

/* What no window covers: the last row and column where the size was rounded down. */
INLINE void
clear_rest (const LwPoolShape *pool, void *x, int r, const LwType type)
{
  const LwShape *shape = pool->shape;
  gsize row = (gsize) shape->width * LANES, above = large_row (pool->shape, pool->out_height, (gsize) r);
  int y = r % pool->out_height;

  if (2 * pool->out_width < shape->width)
    for (int k = 0; k < 2 && 2 * y + k < shape->height; k++)
      memset (at_write (x, above + (gsize) k * row + (gsize) (2 * pool->out_width) * LANES, type), 0, LANES * lw_type_bytes (type));
  if (y == pool->out_height - 1 && 2 * pool->out_height < shape->height)
    memset (at_write (x, above + 2 * row, type), 0, row * lw_type_bytes (type));
}

/* @value where the maximum was, zero elsewhere. */
INLINE void
scatter (const LwPoolShape *pool, void *x, int r, int column, Floats value, Ints which, const LwType type)
{
  int y = r % pool->out_height;
  Window w = window_at (pool->shape, large_row (pool->shape, pool->out_height, (gsize) r), y, column);

  for (int k = 0; k < 4; k++)
    if (window_has (pool->shape, y, column, k))
      store (x, w.at[k], type, choose (which == k, value, (Floats) {}));
}

INLINE void
scatter_typed (const LwPoolShape *pool, const void *small, const guint8 *index, const void *y, void *large, const LwType type)
{
  int rows = small_rows (pool);

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) rows * (gsize) pool->out_width * LANES * 4))
  for (int r = 0; r < rows; r++)
    {
      gsize in = (gsize) r * pool->out_width * LANES;

      clear_rest (pool, large, r, type);
      for (int column = 0; column < pool->out_width; column++, in += LANES)
        {
          Floats value = load (small, in, type);

          if (y != NULL)
            value = choose (load (y, in, type) > 0, value, (Floats) {});
          scatter (pool, large, r, column, value, __builtin_convertvector (load_bytes (index + in), Ints), type);
        }
    }
}

static void
backward (const LwPoolShape *pool, const void *dy, const guint8 *index, const void *y, void *dx)
{
  if (y != NULL)
    BY_TYPE (pool->shape->type, scatter_typed (pool, dy, index, y, dx, type));
  else
    BY_TYPE (pool->shape->type, scatter_typed (pool, dy, index, NULL, dx, type));
}

static void
unpool (const LwPoolShape *pool, const void *x, const guint8 *index, void *y)
{
  backward (pool, x, index, NULL, y);
}

INLINE void
gather_typed (const LwPoolShape *pool, const void *large, const guint8 *index, void *small, const LwType type)
{
  int rows = small_rows (pool);

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) rows * (gsize) pool->out_width * LANES * 4))
  for (int r = 0; r < rows; r++)
    {
      gsize above = large_row (pool->shape, pool->out_height, (gsize) r), out = (gsize) r * pool->out_width * LANES;

      for (int column = 0; column < pool->out_width; column++, out += LANES)
        {
          Window w = window_at (pool->shape, above, r % pool->out_height, column);
          Ints which = __builtin_convertvector (load_bytes (index + out), Ints);
          Floats value = load (large, w.at[0], type);

          for (int k = 1; k < 4; k++)
            value = choose (which == k, load (large, w.at[k], type), value);
          store (small, out, type, value);
        }
    }
}

static void
unpool_back (const LwPoolShape *pool, const void *dy, const guint8 *index, void *dx)
{
  BY_TYPE (pool->shape->type, gather_typed (pool, dy, index, dx, type));
}

const LwPoolKernels ISA_NAME (lw_pool_kernels) = {
  .forward = forward,
  .backward = backward,
  .unpool = unpool,
  .unpool_back = unpool_back,
};
