/* pool.cu: max pooling, unpooling by the winners' places, their gradients, and pooling of a normalised input at once */
#include "common.cuh"

/* ---- forward ---- */

/* What a window holds: the input itself … */
template <typename T>
struct Plain {
  const T *x;
  int relu;

  LW_METHOD Octet
  at (size_t offset, int c) const
  {
    Octet o = load8 (x + offset);

    if (relu)
      for (int k = 0; k < 8; k++)
        o.v[k] = o.v[k] > 0 ? o.v[k] : 0;
    return o;
  }
};

/* … or its normalisation. */
template <typename T>
struct Affined {
  const T *x;
  const float *scale, *shift;
  int relu;

  LW_METHOD Octet
  at (size_t offset, int c) const
  {
    Octet o = load8 (x + offset), a = load8 (scale + c), b = load8 (shift + c);

    for (int k = 0; k < 8; k++)
      {
        o.v[k] = o.v[k] * a.v[k] + b.v[k];
        o.v[k] = relu && !(o.v[k] > 0) ? 0 : o.v[k];
      }
    return o;
  }
};

LW_BOTH int
is_inside (int i, int n)
{
  return i >= 0 && i < n;
}

LW_BOTH int
clamped (int i, int n)
{
  return i < 0 ? 0 : i < n ? i : n - 1;
}

template <typename T, typename Source, int K>
struct MaxPool {
  Octets in, out;
  int stride, pad;
  Source source;
  T *y;
  uint8_t *index;

  /* Places outside are read as the nearest one inside, but never win: without branches, all loads of a window are on their way at once. */
  LW_METHOD void
  operator() (uint32_t i) const
  {
    Place p = place_of (out, i);
    int top = p.y * stride - pad, left = p.x * stride - pad, found = 0;
    Octet values[K * K], best = zero8 ();
    Bytes8 winner = { { 0 } };

    LW_UNROLL
    for (int tap = 0; tap < K * K; tap++)
      values[tap] = source.at (offset_of (in, p.n, clamped (top + tap / K, in.h), clamped (left + tap % K, in.w), p.c), p.c);
    LW_UNROLL
    for (int tap = 0; tap < K * K; tap++)
      {
        int inside = is_inside (top + tap / K, in.h) && is_inside (left + tap % K, in.w);

        for (int k = 0; k < 8; k++)
          if (inside && (!found || values[tap].v[k] > best.v[k]))
            {
              best.v[k] = values[tap].v[k];
              winner.v[k] = (uint8_t) tap;
            }
        found |= inside;
      }
    store8 (y + (size_t) i * 8, best);
    if (index != NULL)
      store_bytes8 (index + (size_t) i * 8, winner);
  }
};

/* Every window touches the input, and the winner's number fits the kernel. */
static int
pool_fits (LwCudaPool pool, LwCudaShape in, LwCudaShape out)
{
  if (!is_shape (in) || !is_shape (out) || in.n != out.n || !same_channels (in, out) || in.type != out.type)
    return 0;
  if (pool.kernel != 2 && pool.kernel != 3)
    return 0;
  return pool.stride >= 1 && pool.pad >= 0 && pool.pad < pool.kernel && (out.h - 1) * pool.stride - pool.pad < in.h
         && (out.w - 1) * pool.stride - pool.pad < in.w;
}

template <typename T, typename Source>
static cudaError_t
max_pool (cudaStream_t stream, LwCudaPool pool, LwCudaShape in, LwCudaShape out, Source source, void *y, uint8_t *index)
{
  Octets i = octets_of (in), o = octets_of (out);

  if (pool.kernel == 2)
    return lw_each (stream, octet_count (out), MaxPool<T, Source, 2> { i, o, pool.stride, pool.pad, source, (T *) y, index });
  return lw_each (stream, octet_count (out), MaxPool<T, Source, 3> { i, o, pool.stride, pool.pad, source, (T *) y, index });
}

template <typename T>
static cudaError_t
plain_pool (cudaStream_t stream, LwCudaPool pool, LwCudaShape in, const void *x, int relu, LwCudaShape out, void *y, uint8_t *index)
{
  return max_pool<T> (stream, pool, in, out, Plain<T> { (const T *) x, relu }, y, index);
}

cudaError_t
lw_cuda_max_pool (cudaStream_t stream, LwCudaPool pool, LwCudaShape in, const void *x, int relu, LwCudaShape out, void *y, uint8_t *index)
{
  LW_REQUIRE (pool_fits (pool, in, out));
  return LW_BY_TYPE (in.type, plain_pool, stream, pool, in, x, relu, out, y, index);
}

template <typename T>
static cudaError_t
affine_pool (cudaStream_t stream, LwCudaPool pool, LwCudaShape in, const void *x, const float *scale, const float *shift, int relu, LwCudaShape out,
             void *y, uint8_t *index)
{
  return max_pool<T> (stream, pool, in, out, Affined<T> { (const T *) x, scale, shift, relu }, y, index);
}

cudaError_t
lw_cuda_affine_pool (cudaStream_t stream, LwCudaPool pool, LwCudaShape in, const void *x, const float *scale, const float *shift, int relu,
                     LwCudaShape out, void *y, uint8_t *index)
{
  LW_REQUIRE (pool_fits (pool, in, out));
  return LW_BY_TYPE (in.type, affine_pool, stream, pool, in, x, scale, shift, relu, out, y, index);
}

/* ---- windows that do not overlap: 2x2 by 2. One thread a window writes its four places, zero where it lost; the last row and column of an odd
 * picture belong to windows that the pool may not have (rounded down), so windows are counted rounded up. ---- */

template <typename T>
struct Spread {
  Octets windows, in, out;     /* in: the full-sized side */
  const T *dy, *y;
  const uint8_t *index;
  int add;
  T *dx;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    Place p = place_of (windows, i);
    Octet g = zero8 ();
    Bytes8 winner = { { 0 } };

    if (p.y < out.h && p.x < out.w)
      {
        size_t at = offset_of (out, p.n, p.y, p.x, p.c);

        g = load8 (dy + at);
        winner = load_bytes8 (index + at);
        if (y != NULL)
          {
            Octet value = load8 (y + at);
            for (int k = 0; k < 8; k++)
              g.v[k] = value.v[k] > 0 ? g.v[k] : 0;
          }
      }
    for (int tap = 0; tap < 4; tap++)
      {
        int sy = 2 * p.y + tap / 2, sx = 2 * p.x + tap % 2;
        Octet o;

        if (sy >= in.h || sx >= in.w)
          continue;
        for (int k = 0; k < 8; k++)
          o.v[k] = winner.v[k] == tap ? g.v[k] : 0;
        give8 (dx + offset_of (in, p.n, sy, sx, p.c), o, add);
      }
  }
};

static LwCudaShape
windows_of (LwCudaShape in)
{
  in.h = (in.h + 1) / 2;
  in.w = (in.w + 1) / 2;
  return in;
}

template <typename T>
static cudaError_t
spread (cudaStream_t stream, LwCudaShape out, const void *dy, const void *y, const uint8_t *index, int add, LwCudaShape in, void *dx)
{
  LwCudaShape windows = windows_of (in);

  return lw_each (stream, octet_count (windows),
                  Spread<T> { octets_of (windows), octets_of (in), octets_of (out), (const T *) dy, (const T *) y, index, add, (T *) dx });
}

/* ---- windows that overlap: one thread an input collects from those that it lies in, in their order ---- */

template <typename T>
struct Collect {
  Octets in, out;
  int kernel, stride, pad;
  const T *dy, *y;
  const uint8_t *index;
  int add;
  T *dx;

  LW_METHOD void
  collect (Octet &sum, size_t at, int tap) const
  {
    Octet g = load8 (dy + at), value = y != NULL ? load8 (y + at) : zero8 ();
    Bytes8 winner = load_bytes8 (index + at);

    for (int k = 0; k < 8; k++)
      if (winner.v[k] == tap && (y == NULL || value.v[k] > 0))
        sum.v[k] += g.v[k];
  }

  LW_METHOD void
  operator() (uint32_t i) const
  {
    Place p = place_of (in, i);
    int high_y = (p.y + pad) / stride, high_x = (p.x + pad) / stride;
    int low_y = (p.y + pad - kernel + stride) / stride, low_x = (p.x + pad - kernel + stride) / stride;
    Octet sum = zero8 ();

    for (int oy = low_y > 0 ? low_y : 0; oy <= high_y && oy < out.h; oy++)
      for (int ox = low_x > 0 ? low_x : 0; ox <= high_x && ox < out.w; ox++)
        collect (sum, offset_of (out, p.n, oy, ox, p.c), (p.y + pad - oy * stride) * kernel + p.x + pad - ox * stride);
    give8 (dx + (size_t) i * 8, sum, add);
  }
};

template <typename T>
static cudaError_t
collect (cudaStream_t stream, LwCudaPool pool, LwCudaShape out, const void *dy, const void *y, const uint8_t *index, int add, LwCudaShape in, void *dx)
{
  return lw_each (stream, octet_count (in),
                  Collect<T> { octets_of (in), octets_of (out), pool.kernel, pool.stride, pool.pad, (const T *) dy, (const T *) y, index, add, (T *) dx });
}

static int
is_plain_2x2 (LwCudaPool pool)
{
  return pool.kernel == 2 && pool.stride == 2 && pool.pad == 0;
}

cudaError_t
lw_cuda_max_pool_backward (cudaStream_t stream, LwCudaPool pool, LwCudaShape out, const void *dy, const void *y, const uint8_t *index, int add,
                           LwCudaShape in, void *dx)
{
  LW_REQUIRE (pool_fits (pool, in, out));
  if (is_plain_2x2 (pool))
    return LW_BY_TYPE (in.type, spread, stream, out, dy, y, index, add, in, dx);
  return LW_BY_TYPE (in.type, collect, stream, pool, out, dy, y, index, add, in, dx);
}

/* ---- unpooling ---- */

static const LwCudaPool halving = { 2, 2, 0 };

cudaError_t
lw_cuda_unpool (cudaStream_t stream, LwCudaShape in, const void *x, const uint8_t *index, LwCudaShape out, void *y)
{
  LW_REQUIRE (pool_fits (halving, out, in));
  return LW_BY_TYPE (in.type, spread, stream, in, x, NULL, index, 0, out, y);
}

template <typename T>
struct UnpoolBackward {
  Octets in, out;
  const T *dy;
  const uint8_t *index;
  int add;
  T *dx;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    Place p = place_of (in, i);
    Bytes8 winner = load_bytes8 (index + (size_t) i * 8);
    Octet g = zero8 ();

    for (int tap = 0; tap < 4; tap++)
      {
        int sy = 2 * p.y + tap / 2, sx = 2 * p.x + tap % 2;

        if (sy >= out.h || sx >= out.w)
          continue;
        Octet o = load8 (dy + offset_of (out, p.n, sy, sx, p.c));
        for (int k = 0; k < 8; k++)
          if (winner.v[k] == tap)
            g.v[k] = o.v[k];
      }
    give8 (dx + (size_t) i * 8, g, add);
  }
};

template <typename T>
static cudaError_t
unpool_backward (cudaStream_t stream, LwCudaShape out, const void *dy, const uint8_t *index, int add, LwCudaShape in, void *dx)
{
  return lw_each (stream, octet_count (in), UnpoolBackward<T> { octets_of (in), octets_of (out), (const T *) dy, index, add, (T *) dx });
}

cudaError_t
lw_cuda_unpool_backward (cudaStream_t stream, LwCudaShape out, const void *dy, const uint8_t *index, int add, LwCudaShape in, void *dx)
{
  LW_REQUIRE (pool_fits (halving, out, in));
  return LW_BY_TYPE (in.type, unpool_backward, stream, out, dy, index, add, in, dx);
}
