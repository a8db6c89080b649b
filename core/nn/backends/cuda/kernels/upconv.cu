/* upconv.cu: from four convolutions at half the size to one picture: the moving half of a learned upsampling */
#include "common.cuh"

template <typename T>
struct Unfold {
  Octets in, out;
  const T *x;
  const float *bias;
  T *y;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    Place p = place_of (out, i);
    int tap = p.y % 2 * 2 + p.x % 2;
    Octet o = load8 (x + offset_of (in, p.n, p.y / 2, p.x / 2, tap * out.cp + p.c));

    if (bias != NULL)
      {
        Octet b = load8 (bias + p.c);
        for (int k = 0; k < 8; k++)
          o.v[k] += b.v[k];
      }
    store8 (y + (size_t) i * 8, o);
  }
};

template <typename T>
struct UnfoldBackward {
  Octets in, out;
  Divider part;                /* octets of one of the four */
  const T *dy;
  T *dx;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    Place p = place_of (in, i);
    uint32_t vector = (uint32_t) p.c / 8;
    int c = split (part, &vector) * 8, tap = (int) vector;

    store8 (dx + (size_t) i * 8, load8 (dy + offset_of (out, p.n, 2 * p.y + tap / 2, 2 * p.x + tap % 2, c)));
  }
};

static int
unfold_fits (LwCudaShape in, LwCudaShape out)
{
  return is_shape (in) && is_shape (out) && in.n == out.n && in.type == out.type && in.c == in.cp && in.cp == 4 * out.cp && out.h == 2 * in.h
         && out.w == 2 * in.w;
}

template <typename T>
static cudaError_t
unfold (cudaStream_t stream, LwCudaShape in, const void *x, const float *bias, LwCudaShape out, void *y)
{
  return lw_each (stream, octet_count (out), Unfold<T> { octets_of (in), octets_of (out), (const T *) x, bias, (T *) y });
}

cudaError_t
lw_cuda_unfold (cudaStream_t stream, LwCudaShape in, const void *x, const float *bias, LwCudaShape out, void *y)
{
  LW_REQUIRE (unfold_fits (in, out));
  return LW_BY_TYPE (in.type, unfold, stream, in, x, bias, out, y);
}

template <typename T>
static cudaError_t
unfold_backward (cudaStream_t stream, LwCudaShape out, const void *dy, LwCudaShape in, void *dx)
{
  UnfoldBackward<T> item = { octets_of (in), octets_of (out), divider_new ((uint32_t) out.cp / 8), (const T *) dy, (T *) dx };

  return lw_each (stream, octet_count (in), item);
}

cudaError_t
lw_cuda_unfold_backward (cudaStream_t stream, LwCudaShape out, const void *dy, LwCudaShape in, void *dx)
{
  LW_REQUIRE (unfold_fits (in, out));
  return LW_BY_TYPE (in.type, unfold_backward, stream, out, dy, in, dx);
}
