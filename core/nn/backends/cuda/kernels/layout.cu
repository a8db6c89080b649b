/* layout.cu: between the orders of files and tests (channels first, float32) and those of the device */
#include "common.cuh"

static int
is_filter (LwCudaFilter f)
{
  return f.k > 0 && f.kp >= f.k && f.r > 0 && f.s > 0 && f.c > 0 && f.cp >= f.c && (size_t) f.kp * (size_t) (f.r * f.s) * (size_t) f.cp < ((size_t) 1 << 31);
}

/* The place of a device element (k, r, s, c) in the file's order. */
struct FilterPlace {
  LwCudaFilter f;
  Divider cp, taps;

  LW_METHOD int
  file_index (uint32_t i, size_t *index) const
  {
    int c = split (cp, &i), tap = split (taps, &i);

    *index = ((size_t) i * (size_t) f.c + (size_t) c) * taps.divisor + (size_t) tap;
    return c < f.c && (int) i < f.k;
  }
};

static FilterPlace
filter_place (LwCudaFilter f)
{
  return FilterPlace { f, divider_new ((uint32_t) f.cp), divider_new ((uint32_t) (f.r * f.s)) };
}

template <typename T>
struct FilterToDevice {
  FilterPlace place;
  const float *oihw;
  T *krsc;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    size_t index;

    put (krsc + i, place.file_index (i, &index) ? oihw[index] : 0);
  }
};

struct FilterFromDevice {
  FilterPlace place;
  const float *krsc;
  float *oihw;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    size_t index;

    if (place.file_index (i, &index))
      oihw[index] = krsc[i];
  }
};

static size_t
filter_count (LwCudaFilter f)
{
  return (size_t) f.kp * (size_t) (f.r * f.s) * (size_t) f.cp;
}

template <typename T>
static cudaError_t
filter_to_device (cudaStream_t stream, LwCudaFilter filter, const float *oihw, void *krsc)
{
  return lw_each (stream, filter_count (filter), FilterToDevice<T> { filter_place (filter), oihw, (T *) krsc });
}

cudaError_t
lw_cuda_filter_to_device (cudaStream_t stream, LwCudaFilter filter, const float *oihw, LwCudaType type, void *krsc)
{
  LW_REQUIRE (is_filter (filter));
  return LW_BY_TYPE (type, filter_to_device, stream, filter, oihw, krsc);
}

cudaError_t
lw_cuda_filter_from_device (cudaStream_t stream, LwCudaFilter filter, const float *krsc, float *oihw)
{
  LW_REQUIRE (is_filter (filter));
  return lw_each (stream, filter_count (filter), FilterFromDevice { filter_place (filter), krsc, oihw });
}

template <typename T>
struct ToNchw {
  Octets shape;
  const T *x;
  float *nchw;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    Place p = place_of (shape, i);
    size_t plane = (size_t) shape.h * (size_t) shape.w;
    float *to = nchw + ((size_t) p.n * (size_t) shape.c + (size_t) p.c) * plane + (size_t) p.y * (size_t) shape.w + (size_t) p.x;
    Octet o = load8 (x + (size_t) i * 8);

    for (int k = 0; k < 8; k++)
      if (p.c + k < shape.c)
        to[(size_t) k * plane] = o.v[k];
  }
};

template <typename T>
static cudaError_t
to_nchw (cudaStream_t stream, LwCudaShape in, const void *x, float *nchw)
{
  return lw_each (stream, octet_count (in), ToNchw<T> { octets_of (in), (const T *) x, nchw });
}

cudaError_t
lw_cuda_to_nchw (cudaStream_t stream, LwCudaShape in, const void *x, float *nchw)
{
  LW_REQUIRE (is_shape (in));
  return LW_BY_TYPE (in.type, to_nchw, stream, in, x, nchw);
}

template <typename A, typename B>
struct Cast {
  const A *x;
  B *y;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    store8 (y + (size_t) i * 8, load8 (x + (size_t) i * 8));
  }
};

template <typename A, typename B>
static cudaError_t
cast (cudaStream_t stream, size_t count, const void *x, void *y)
{
  return lw_each (stream, count / 8, Cast<A, B> { (const A *) x, (B *) y });
}

cudaError_t
lw_cuda_cast (cudaStream_t stream, size_t count, LwCudaType from, const void *x, LwCudaType to, void *y)
{
  LW_REQUIRE (count % 8 == 0);
  return LW_BY_TYPES (from, to, cast, stream, count, x, y);
}
