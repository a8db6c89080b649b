/* elementwise.cu: operations that only move, scale or switch single elements */
#include "common.cuh"

/* ---- ReLU ---- */

template <typename T>
struct Relu {
  const T *x;
  T *y;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    Octet o = load8 (x + (size_t) i * 8);

    for (int k = 0; k < 8; k++)
      o.v[k] = o.v[k] > 0 ? o.v[k] : 0;
    store8 (y + (size_t) i * 8, o);
  }
};

template <typename T>
static cudaError_t
relu (cudaStream_t stream, LwCudaShape shape, const void *x, void *y)
{
  return lw_each (stream, octet_count (shape), Relu<T> { (const T *) x, (T *) y });
}

cudaError_t
lw_cuda_relu (cudaStream_t stream, LwCudaShape shape, const void *x, void *y)
{
  LW_REQUIRE (is_shape (shape));
  return LW_BY_TYPE (shape.type, relu, stream, shape, x, y);
}

template <typename T>
struct ReluBackward {
  const T *y, *dy;
  float factor;
  int add;
  T *dx;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    Octet value = load8 (y + (size_t) i * 8), g = load8 (dy + (size_t) i * 8);

    for (int k = 0; k < 8; k++)
      g.v[k] = value.v[k] > 0 ? factor * g.v[k] : 0;
    give8 (dx + (size_t) i * 8, g, add);
  }
};

template <typename T>
static cudaError_t
relu_backward (cudaStream_t stream, LwCudaShape shape, const void *y, const void *dy, float factor, int add, void *dx)
{
  return lw_each (stream, octet_count (shape), ReluBackward<T> { (const T *) y, (const T *) dy, factor, add, (T *) dx });
}

cudaError_t
lw_cuda_relu_backward (cudaStream_t stream, LwCudaShape shape, const void *y, const void *dy, float factor, int add, void *dx)
{
  LW_REQUIRE (is_shape (shape));
  return LW_BY_TYPE (shape.type, relu_backward, stream, shape, y, dy, factor, add, dx);
}

/* ---- dropout ---- */

/* lw_random_mix (nn/random.h), for both sides. */
LW_BOTH uint64_t
mix (uint64_t z)
{
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

/* lw_dropout_keep: 24 random bits are exact in float32, so is their comparison with the rate. */
LW_BOTH int
keeps (uint64_t key, uint64_t index, float rate)
{
  return (float) (uint32_t) (mix (key + index * 0x9e3779b97f4a7c15ULL) >> 40) * 0x1p-24f >= rate;
}

template <typename T>
struct Dropout {
  Octets shape;
  const T *x;
  float rate, factor;
  int node;
  const LwCudaStep *step;
  int add;
  T *y;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    Place p = place_of (shape, i);
    uint64_t plane = (uint64_t) shape.h * (uint64_t) shape.w, key = mix (step->dropout + (uint64_t) node);
    uint64_t index = ((uint64_t) p.n * (uint64_t) shape.c + (uint64_t) p.c) * plane + (uint64_t) p.y * (uint64_t) shape.w + (uint64_t) p.x;
    Octet o = load8 (x + (size_t) i * 8);

    if (step->drops)
      for (int k = 0; k < 8; k++)
        o.v[k] = keeps (key, index + (uint64_t) k * plane, rate) ? o.v[k] * factor : 0;
    give8 (y + (size_t) i * 8, o, add);
  }
};

template <typename T>
static cudaError_t
dropout (cudaStream_t stream, LwCudaShape shape, const void *x, float rate, int node, const LwCudaStep *step, int add, void *y)
{
  float factor = (float) (1 / (1 - (double) rate));

  return lw_each (stream, octet_count (shape), Dropout<T> { octets_of (shape), (const T *) x, rate, factor, node, step, add, (T *) y });
}

cudaError_t
lw_cuda_dropout (cudaStream_t stream, LwCudaShape shape, const void *x, float rate, int node, const LwCudaStep *step, int add, void *y)
{
  LW_REQUIRE (is_shape (shape) && rate >= 0 && rate < 1);
  return LW_BY_TYPE (shape.type, dropout, stream, shape, x, rate, node, step, add, y);
}

/* ---- scale, add ---- */

template <typename A, typename B>
struct Scale {
  const A *x;
  float factor;
  int add;
  B *y;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    Octet o = load8 (x + (size_t) i * 8);

    for (int k = 0; k < 8; k++)
      o.v[k] *= factor;
    give8 (y + (size_t) i * 8, o, add);
  }
};

template <typename A, typename B>
static cudaError_t
scale (cudaStream_t stream, LwCudaShape in, const void *x, float factor, int add, void *y)
{
  return lw_each (stream, octet_count (in), Scale<A, B> { (const A *) x, factor, add, (B *) y });
}

cudaError_t
lw_cuda_scale (cudaStream_t stream, LwCudaShape in, const void *x, float factor, int add, LwCudaShape out, void *y)
{
  LW_REQUIRE (is_shape (in) && is_shape (out) && same_pixels (in, out) && same_channels (in, out));
  return LW_BY_TYPES (in.type, out.type, scale, stream, in, x, factor, add, y);
}

template <typename T>
struct Add {
  const T *a, *b;
  T *y;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    Octet o = load8 (a + (size_t) i * 8), p = load8 (b + (size_t) i * 8);

    for (int k = 0; k < 8; k++)
      o.v[k] += p.v[k];
    store8 (y + (size_t) i * 8, o);
  }
};

template <typename T>
static cudaError_t
add (cudaStream_t stream, LwCudaShape shape, const void *a, const void *b, void *y)
{
  return lw_each (stream, octet_count (shape), Add<T> { (const T *) a, (const T *) b, (T *) y });
}

cudaError_t
lw_cuda_add (cudaStream_t stream, LwCudaShape shape, const void *a, const void *b, void *y)
{
  LW_REQUIRE (is_shape (shape));
  return LW_BY_TYPE (shape.type, add, stream, shape, a, b, y);
}

/* ---- crop ---- */

template <typename A, typename B>
struct Crop {
  Octets in, out;
  const A *x;
  int offset;
  B *y;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    Place p = place_of (out, i);

    store8 (y + (size_t) i * 8, load8 (x + offset_of (in, p.n, p.y + offset, p.x + offset, p.c)));
  }
};

template <typename A, typename B>
struct CropBackward {
  Octets in, out;
  const A *dy;
  int offset, add;
  B *dx;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    Place p = place_of (in, i);
    int y = p.y - offset, x = p.x - offset;

    if (y >= 0 && y < out.h && x >= 0 && x < out.w)
      give8 (dx + (size_t) i * 8, load8 (dy + offset_of (out, p.n, y, x, p.c)), add);
    else if (!add)
      store8 (dx + (size_t) i * 8, zero8 ());
  }
};

static int
crop_fits (LwCudaShape in, int offset, LwCudaShape out)
{
  return is_shape (in) && is_shape (out) && in.n == out.n && same_channels (in, out) && offset >= 0 && offset + out.h <= in.h && offset + out.w <= in.w;
}

template <typename A, typename B>
static cudaError_t
crop (cudaStream_t stream, LwCudaShape in, const void *x, int offset, LwCudaShape out, void *y)
{
  return lw_each (stream, octet_count (out), Crop<A, B> { octets_of (in), octets_of (out), (const A *) x, offset, (B *) y });
}

cudaError_t
lw_cuda_crop (cudaStream_t stream, LwCudaShape in, const void *x, int offset, LwCudaShape out, void *y)
{
  LW_REQUIRE (crop_fits (in, offset, out));
  return LW_BY_TYPES (in.type, out.type, crop, stream, in, x, offset, out, y);
}

template <typename A, typename B>
static cudaError_t
crop_backward (cudaStream_t stream, LwCudaShape out, const void *dy, int offset, int add, LwCudaShape in, void *dx)
{
  return lw_each (stream, octet_count (in), CropBackward<A, B> { octets_of (in), octets_of (out), (const A *) dy, offset, add, (B *) dx });
}

cudaError_t
lw_cuda_crop_backward (cudaStream_t stream, LwCudaShape out, const void *dy, int offset, int add, LwCudaShape in, void *dx)
{
  LW_REQUIRE (crop_fits (in, offset, out));
  return LW_BY_TYPES (out.type, in.type, crop_backward, stream, out, dy, offset, add, in, dx);
}

/* ---- concatenation ---- */

/* Eight channels from @first on, of which those beyond the last one are zero; @first need not be a multiple of 8. */
template <typename T>
LW_BOTH Octet
load_channels (const T *pixel, int first, int channels)
{
  Octet o;

  if (first % 8 == 0 && first + 8 <= channels)
    return load8 (pixel + first);
  for (int k = 0; k < 8; k++)
    o.v[k] = first + k >= 0 && first + k < channels ? to_float (pixel[first + k]) : 0;
  return o;
}

template <typename T>
struct Concat {
  Octets out;
  const T *a, *b;
  int ac, acp, bc, bcp;
  T *y;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    uint32_t pixel = i;
    int c = split (out.vectors, &pixel) * 8;
    Octet o;

    if (c + 8 <= ac)
      o = load8 (a + (size_t) pixel * (size_t) acp + (size_t) c);
    else
      {
        o = load_channels (b + (size_t) pixel * (size_t) bcp, c - ac, bc);
        for (int k = 0; k < 8; k++)
          if (c + k < ac)
            o.v[k] = to_float (a[(size_t) pixel * (size_t) acp + (size_t) (c + k)]);
      }
    store8 (y + (size_t) i * 8, o);
  }
};

template <typename T>
static cudaError_t
concat (cudaStream_t stream, LwCudaShape a, const void *xa, LwCudaShape b, const void *xb, LwCudaShape out, void *y)
{
  return lw_each (stream, octet_count (out), Concat<T> { octets_of (out), (const T *) xa, (const T *) xb, a.c, a.cp, b.c, b.cp, (T *) y });
}

cudaError_t
lw_cuda_concat (cudaStream_t stream, LwCudaShape a, const void *xa, LwCudaShape b, const void *xb, LwCudaShape out, void *y)
{
  LW_REQUIRE (is_shape (a) && is_shape (b) && is_shape (out) && same_pixels (a, b) && same_pixels (a, out));
  LW_REQUIRE (a.c + b.c == out.c && a.type == b.type && a.type == out.type);
  return LW_BY_TYPE (out.type, concat, stream, a, xa, b, xb, out, y);
}

template <typename T>
struct ConcatBackward {
  Octets part;
  const T *dy;
  int cp, first, add;
  T *dx;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    uint32_t pixel = i;
    int c = split (part.vectors, &pixel) * 8;
    Octet o = load_channels (dy + (size_t) pixel * (size_t) cp, first + c, first + part.c);

    give8 (dx + (size_t) i * 8, o, add);
  }
};

template <typename T>
static cudaError_t
concat_backward (cudaStream_t stream, LwCudaShape out, const void *dy, int first, int add, LwCudaShape part, void *dx)
{
  return lw_each (stream, octet_count (part), ConcatBackward<T> { octets_of (part), (const T *) dy, out.cp, first, add, (T *) dx });
}

cudaError_t
lw_cuda_concat_backward (cudaStream_t stream, LwCudaShape out, const void *dy, int first, int add, LwCudaShape part, void *dx)
{
  LW_REQUIRE (is_shape (out) && is_shape (part) && same_pixels (out, part) && first >= 0 && first + part.c <= out.c && out.type == part.type);
  return LW_BY_TYPE (out.type, concat_backward, stream, out, dy, first, add, part, dx);
}
