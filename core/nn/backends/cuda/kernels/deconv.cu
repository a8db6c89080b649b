/* deconv.cu: fixed bilinear upsampling as a transposed convolution, each channel by itself, with the cut and the sum behind it */
#include "common.cuh"

/* The two inputs that reach an output, at most one of them outside: @first and @first + 1, the second one's weight. Tap i of a kernel is
 * 1 - |i - stride + 0.5| / stride (Long et al.); the second input is met by a tap of the rising half, the first one by the tap a stride later. */
struct Reach { int first; float second; };

LW_BOTH Reach
reach (int place, int stride, int pad)
{
  int at = place + pad, second = at / stride;
  Reach r = { second - 1, ((float) (at - second * stride) + 0.5f) / (float) stride };

  return r;
}

template <typename A, typename B>
struct Up {
  Octets in, out, other;
  int stride, pad, cut, skip_cut;
  LwCudaType skip_type;
  const A *x;
  const void *skip;
  B *y;

  LW_METHOD void
  collect (Octet &sum, int n, int iy, int ix, int c, float weight) const
  {
    if (iy < 0 || iy >= in.h || ix < 0 || ix >= in.w)
      return;
    Octet o = load8 (x + offset_of (in, n, iy, ix, c));

    for (int k = 0; k < 8; k++)
      sum.v[k] += weight * o.v[k];
  }

  LW_METHOD Octet
  skip_at (const Place &p) const
  {
    size_t at = offset_of (other, p.n, p.y + skip_cut, p.x + skip_cut, p.c);

    if (skip == NULL)
      return zero8 ();
    return skip_type == LW_CUDA_F32 ? load8 ((const float *) skip + at) : load8 ((const Bf16 *) skip + at);
  }

  LW_METHOD void
  operator() (uint32_t i) const
  {
    Place p = place_of (out, i);
    Reach ry = reach (p.y + cut, stride, pad), rx = reach (p.x + cut, stride, pad);
    Octet sum = skip_at (p);

    for (int a = 0; a < 2; a++)
      for (int b = 0; b < 2; b++)
        collect (sum, p.n, ry.first + a, rx.first + b, p.c, (a ? ry.second : 1 - ry.second) * (b ? rx.second : 1 - rx.second));
    store8 (y + (size_t) i * 8, sum);
  }
};

/* The upsampled size covers the cut. */
static int
up_fits (int stride, int pad, int cut, LwCudaShape in, LwCudaShape out)
{
  return is_shape (in) && is_shape (out) && in.n == out.n && same_channels (in, out) && stride >= 1 && pad >= 0 && pad < 2 * stride && cut >= 0
         && cut + out.h <= (in.h + 1) * stride - 2 * pad && cut + out.w <= (in.w + 1) * stride - 2 * pad;
}

template <typename A, typename B>
static cudaError_t
up (cudaStream_t stream, int stride, int pad, LwCudaShape in, const void *x, int cut, LwCudaShape skip_shape, const void *skip, int skip_cut,
    LwCudaShape out, void *y)
{
  LwCudaShape other = skip != NULL ? skip_shape : out;

  return lw_each (stream, octet_count (out), Up<A, B> { octets_of (in), octets_of (out), octets_of (other), stride, pad, cut, skip_cut, other.type,
                                                        (const A *) x, skip, (B *) y });
}

cudaError_t
lw_cuda_up (cudaStream_t stream, int stride, int pad, LwCudaShape in, const void *x, int cut, LwCudaShape skip_shape, const void *skip, int skip_cut,
            LwCudaShape out, void *y)
{
  LW_REQUIRE (up_fits (stride, pad, cut, in, out));
  LW_REQUIRE (skip == NULL || (is_shape (skip_shape) && skip_shape.n == out.n && same_channels (skip_shape, out) && skip_cut >= 0
                               && skip_cut + out.h <= skip_shape.h && skip_cut + out.w <= skip_shape.w));
  return LW_BY_TYPES (in.type, out.type, up, stream, stride, pad, in, x, cut, skip_shape, skip, skip_cut, out, y);
}

template <typename A, typename B>
struct UpBackward {
  Octets in, out;
  int stride, pad, cut, add;
  const A *dy;
  B *dx;

  LW_METHOD float
  tap (int i) const
  {
    return ((float) (i < stride ? i : 2 * stride - 1 - i) + 0.5f) / (float) stride;
  }

  LW_METHOD void
  operator() (uint32_t i) const
  {
    Place p = place_of (in, i);
    int top = p.y * stride - pad - cut, left = p.x * stride - pad - cut;
    Octet sum = zero8 ();

    for (int ky = 0; ky < 2 * stride; ky++)
      for (int kx = 0; kx < 2 * stride; kx++)
        {
          int oy = top + ky, ox = left + kx;
          float weight = tap (ky) * tap (kx);

          if (oy < 0 || oy >= out.h || ox < 0 || ox >= out.w)
            continue;
          Octet o = load8 (dy + offset_of (out, p.n, oy, ox, p.c));
          for (int k = 0; k < 8; k++)
            sum.v[k] += weight * o.v[k];
        }
    give8 (dx + (size_t) i * 8, sum, add);
  }
};

template <typename A, typename B>
static cudaError_t
up_backward (cudaStream_t stream, int stride, int pad, int cut, LwCudaShape out, const void *dy, int add, LwCudaShape in, void *dx)
{
  return lw_each (stream, octet_count (in),
                  UpBackward<A, B> { octets_of (in), octets_of (out), stride, pad, cut, add, (const A *) dy, (B *) dx });
}

cudaError_t
lw_cuda_up_backward (cudaStream_t stream, int stride, int pad, int cut, LwCudaShape out, const void *dy, int add, LwCudaShape in, void *dx)
{
  LW_REQUIRE (up_fits (stride, pad, cut, in, out));
  return LW_BY_TYPES (out.type, in.type, up_backward, stream, stride, pad, cut, out, dy, add, in, dx);
}
