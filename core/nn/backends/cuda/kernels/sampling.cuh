/* sampling.cuh: where a place of the picture lies in the score grid (graph.h: LW_OP_SCORE), in integers, so that no rounding moves it to another cell */
#pragma once
#include "common.cuh"

#define MAX_OFFSET 4096

/* Cells @a and @b = a + 1 (or a again at the edge), and how far the place is from the first to the second one. */
struct Between { int a, b; float t; };

/* At @numerator / @denominator cells from the first one's centre, held within the grid. */
LW_BOTH Between
between_of (int numerator, int denominator, int cells)
{
  Between r = { 0, 0, 0 };

  if (numerator > 0)
    {
      r.a = numerator / denominator;
      if (r.a >= cells - 1)
        r.a = cells - 1;
      else
        r.t = (float) (numerator - r.a * denominator) / (float) denominator;
    }
  r.b = r.a + 1 < cells ? r.a + 1 : cells - 1;
  return r;
}

/* Of a row (or column) of the plan's picture. */
LW_BOTH Between
between_of_pixel (int pixel, int stride, int offset, int cells)
{
  return between_of (2 * (pixel + offset) + 1 - stride, 2 * stride, cells);
}

LW_BOTH Octet
lerp8 (const Octet &a, const Octet &b, float t)
{
  Octet o;

  for (int k = 0; k < 8; k++)
    o.v[k] = a.v[k] * (1 - t) + b.v[k] * t;
  return o;
}

/* What a row of the picture sees of eight classes: the two columns of cells, already interpolated from top to bottom. */
struct Sides { Octet left, right; };

template <typename T>
LW_BOTH Sides
sides_of (const T *grid, const Octets &shape, int n, const Between &y, int xa, int xb, int c)
{
  Sides s;

  s.left = lerp8 (load8 (grid + offset_of (shape, n, y.a, xa, c)), load8 (grid + offset_of (shape, n, y.b, xa, c)), y.t);
  s.right = lerp8 (load8 (grid + offset_of (shape, n, y.a, xb, c)), load8 (grid + offset_of (shape, n, y.b, xb, c)), y.t);
  return s;
}

/* The scores of one place: the largest, that of class @label (-1: none), and the sum of e^(score - largest). */
struct Softmax { float best, own, sum; };

template <typename T>
LW_BOTH Softmax
softmax_of (const T *grid, const Octets &shape, int n, const Between &y, const Between &x, int label)
{
  Softmax r = { -INFINITY, 0, 0 };

  for (int pass = 0; pass < 2; pass++)
    for (int c = 0; c < shape.c; c += 8)
      {
        Sides s = sides_of (grid, shape, n, y, x.a, x.b, c);

        for (int k = 0; k < 8; k++)
          {
            float score = s.left.v[k] * (1 - x.t) + s.right.v[k] * x.t;

            if (c + k >= shape.c)
              continue;
            if (c + k == label)
              r.own = score;
            if (pass == 0)
              r.best = fmaxf (r.best, score);
            else
              r.sum += expf (score - r.best);
          }
      }
  return r;
}

static inline int
is_score (LwCudaScore s)
{
  return is_shape (s.grid) && s.grid.c <= 255 && s.stride >= 1 && s.stride <= 1024 && s.offset >= 0 && s.offset <= MAX_OFFSET && s.height >= 1
         && s.height <= LW_CUDA_MAX_SIDE && s.width >= 1 && s.width <= LW_CUDA_MAX_SIDE;
}
