/* lrn.cu: local response normalisation across channels (Krizhevsky et al. 2012, section 3.3, with alpha divided by the window's size) */
#include "common.cuh"

#define MAX_SIZE 32

/* One pixel's channels as they are divided. */
template <typename T>
struct Pixel {
  const T *x;
  int c;
  LwCudaLrn lrn;

  LW_METHOD float
  value (int channel) const
  {
    return channel >= 0 && channel < c ? to_float (x[channel]) : 0;
  }

  LW_METHOD float
  base (int channel) const
  {
    float sum = 0;

    for (int j = channel - lrn.size / 2; j < channel - lrn.size / 2 + lrn.size; j++)
      sum += value (j) * value (j);
    return lrn.k + lrn.alpha / (float) lrn.size * sum;
  }
};

template <typename T>
struct Lrn {
  Divider vectors;
  int c, cp;
  LwCudaLrn lrn;
  const T *x;
  T *y;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    uint32_t n = i;
    int first = split (vectors, &n) * 8;
    Pixel<T> pixel = { x + (size_t) n * (size_t) cp, c, lrn };
    Octet o = zero8 ();

    for (int k = 0; k < 8; k++)
      if (first + k < c)
        o.v[k] = pixel.value (first + k) * powf (pixel.base (first + k), -lrn.beta);
    store8 (y + (size_t) i * 8, o);
  }
};

/* With b the base of y_c: dy_c / dx_j = [j = c] b^-beta - 2 alpha / size beta x_c x_j b^(-beta - 1), for every c in whose window j lies. */
template <typename T>
struct LrnBackward {
  Divider vectors;
  int c, cp, add;
  LwCudaLrn lrn;
  const T *x, *dy;
  T *dx;

  LW_METHOD float
  gradient (const Pixel<T> &pixel, const T *g, int j) const
  {
    int first = j + lrn.size / 2 - lrn.size + 1, end = j + lrn.size / 2 + 1;
    float factor = 2 * lrn.alpha / (float) lrn.size * lrn.beta * pixel.value (j), sum = 0;

    for (int channel = first > 0 ? first : 0; channel < end && channel < c; channel++)
      {
        float base = pixel.base (channel), power = powf (base, -lrn.beta), dz = to_float (g[channel]);

        if (channel == j)
          sum += dz * power;
        sum -= factor * dz * pixel.value (channel) * power / base;
      }
    return sum;
  }

  LW_METHOD void
  operator() (uint32_t i) const
  {
    uint32_t n = i;
    int first = split (vectors, &n) * 8;
    Pixel<T> pixel = { x + (size_t) n * (size_t) cp, c, lrn };
    Octet o = zero8 ();

    for (int k = 0; k < 8; k++)
      if (first + k < c)
        o.v[k] = gradient (pixel, dy + (size_t) n * (size_t) cp, first + k);
    give8 (dx + (size_t) i * 8, o, add);
  }
};

static int
is_lrn (LwCudaLrn lrn)
{
  return lrn.size >= 1 && lrn.size <= MAX_SIZE && lrn.k > 0 && lrn.alpha >= 0;
}

template <typename T>
static cudaError_t
forward (cudaStream_t stream, LwCudaLrn lrn, LwCudaShape s, const void *x, void *y)
{
  return lw_each (stream, octet_count (s), Lrn<T> { divider_new ((uint32_t) s.cp / 8), s.c, s.cp, lrn, (const T *) x, (T *) y });
}

cudaError_t
lw_cuda_lrn (cudaStream_t stream, LwCudaLrn lrn, LwCudaShape shape, const void *x, void *y)
{
  LW_REQUIRE (is_shape (shape) && is_lrn (lrn));
  return LW_BY_TYPE (shape.type, forward, stream, lrn, shape, x, y);
}

template <typename T>
static cudaError_t
backward (cudaStream_t stream, LwCudaLrn lrn, LwCudaShape s, const void *x, const void *dy, int add, void *dx)
{
  return lw_each (stream, octet_count (s),
                  LrnBackward<T> { divider_new ((uint32_t) s.cp / 8), s.c, s.cp, add, lrn, (const T *) x, (const T *) dy, (T *) dx });
}

cudaError_t
lw_cuda_lrn_backward (cudaStream_t stream, LwCudaLrn lrn, LwCudaShape shape, const void *x, const void *dy, int add, void *dx)
{
  LW_REQUIRE (is_shape (shape) && is_lrn (lrn));
  return LW_BY_TYPE (shape.type, backward, stream, lrn, shape, x, dy, add, dx);
}
