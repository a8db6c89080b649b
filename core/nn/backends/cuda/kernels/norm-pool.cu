/* norm-pool.cu: the gradient of a normalisation through the ReLU and the 2x2 max pool behind it, without the full-sized gradient between them */
#include "norm.cuh"

/* The gradient of one window's winners, at the pool's size. */
template <typename T>
struct Windows {
  Octets in, out;
  const T *x, *dy;
  const uint8_t *index;
  LwCudaNorm norm;
  int relu;

  LW_METHOD void
  load (int n, int y, int x, int c, Octet *gradient, Bytes8 *winner) const
  {
    size_t at = offset_of (out, n, y, x, c);

    *gradient = load8 (dy + at);
    *winner = load_bytes8 (index + at);
  }
};

template <typename T>
struct PooledSource {
  enum { SUMS = 2, UNROLL = 1 };
  typedef Octet State;         /* the mean; scale and shift are in the cache, and registers are short */

  Windows<T> windows;

  LW_METHOD State
  prepare (int c) const
  {
    return load8 (windows.norm.mean + c);
  }

  LW_METHOD void
  take (const State &mean, uint32_t row, int c, Octet &sum, Octet &along) const
  {
    const Octets &in = windows.in;
    int x = split (windows.out.width, &row), y = split (windows.out.height, &row), n = (int) row;
    Octet gradient, won = zero8 ();
    Bytes8 winner;

    windows.load (n, y, x, c, &gradient, &winner);
    LW_UNROLL
    for (int tap = 0; tap < 4; tap++)
      {
        int sy = 2 * y + tap / 2, sx = 2 * x + tap % 2;        /* what is outside never won */
        Octet value = load8 (windows.x + offset_of (in, n, sy < in.h ? sy : in.h - 1, sx < in.w ? sx : in.w - 1, c));

        for (int k = 0; k < 8; k++)
          won.v[k] = winner.v[k] == tap ? value.v[k] : won.v[k];
      }
    if (windows.relu)
      mask (gradient, won, load8 (windows.norm.scale + c), load8 (windows.norm.shift + c));
    for (int k = 0; k < 8; k++)
      {
        sum.v[k] += gradient.v[k];
        along.v[k] += gradient.v[k] * (won.v[k] - mean.v[k]);
      }
  }
};

/* Windows are counted rounded up, so that every element is in one; those that the pool left out give nothing. */
template <typename T>
struct PooledGradient {
  Windows<T> windows;
  Octets all;
  const float *slope, *base;
  int add;
  T *dx;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    Place p = place_of (all, i);
    Octet gradient = zero8 (), scale = load8 (windows.norm.scale + p.c), shift = load8 (windows.norm.shift + p.c), b = load8 (slope + p.c),
          d = load8 (base + p.c);
    Bytes8 winner = { { 0 } };

    if (p.y < windows.out.h && p.x < windows.out.w)
      windows.load (p.n, p.y, p.x, p.c, &gradient, &winner);
    LW_UNROLL
    for (int tap = 0; tap < 4; tap++)
      {
        int y = 2 * p.y + tap / 2, x = 2 * p.x + tap % 2;

        if (y >= windows.in.h || x >= windows.in.w)
          continue;
        size_t at = offset_of (windows.in, p.n, y, x, p.c);
        Octet value = load8 (windows.x + at), g;

        for (int k = 0; k < 8; k++)
          g.v[k] = winner.v[k] == tap ? gradient.v[k] : 0;
        if (windows.relu)
          mask (g, value, scale, shift);
        for (int k = 0; k < 8; k++)
          g.v[k] = scale.v[k] * g.v[k] + (b.v[k] * value.v[k] + d.v[k]);
        give8 (dx + at, g, add);
      }
  }
};

template <typename T>
static cudaError_t
backward (cudaStream_t stream, LwCudaShape in, const void *x, LwCudaShape out, const void *dy, const uint8_t *index, LwCudaNorm norm, int relu, int batch,
          int add, void *workspace, float *dgain, float *dbias, void *dx)
{
  float *partial = (float *) workspace, *slope = partial + sum_partials (sum_plan (out)), *base = slope + in.cp;
  Windows<T> windows = { octets_of (in), octets_of (out), (const T *) x, (const T *) dy, index, norm, relu };
  GradientFinal final = { norm, in.c, batch, (double) pixels_of (in), dgain, dbias, slope, base };
  cudaError_t status = lw_sums (stream, out, PooledSource<T> { windows }, final, partial);
  LwCudaShape all = in;

  if (status != cudaSuccess || dx == NULL)
    return status;
  all.h = (in.h + 1) / 2;
  all.w = (in.w + 1) / 2;
  return lw_each (stream, octet_count (all), PooledGradient<T> { windows, octets_of (all), slope, base, add, (T *) dx });
}

cudaError_t
lw_cuda_norm_pool_backward (cudaStream_t stream, LwCudaShape in, const void *x, LwCudaShape out, const void *dy, const uint8_t *index, LwCudaNorm norm,
                            int relu, int batch, int add, void *workspace, float *dgain, float *dbias, void *dx)
{
  LW_REQUIRE (is_shape (in) && is_shape (out) && in.n == out.n && same_channels (in, out) && in.type == out.type);
  LW_REQUIRE (out.h >= in.h / 2 && out.h <= (in.h + 1) / 2 && out.w >= in.w / 2 && out.w <= (in.w + 1) / 2);
  return LW_BY_TYPE (in.type, backward, stream, in, x, out, dy, index, norm, relu, batch, add, workspace, dgain, dbias, dx);
}
