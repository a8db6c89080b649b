/* patches.cu: pictures into the network as what each position of its first convolution sees, so that this is a product of matrices
 *
 * A picture has three channels, and tensor cores want many: cuDNN computes a 3x3 convolution of them at a tenth of its speed.
 */
#include "common.cuh"

/* Values of a picture in bytes, normalised. */
struct PatchBytes {
  const uint8_t *rgb;
  int source[3];               /* of each channel */
  float factor[3], shift[3];
  int w;
  size_t plane;

  LW_METHOD float
  value (int n, int y, int x, int c) const
  {
    return (float) rgb[((size_t) n * plane + (size_t) y * (size_t) w + (size_t) x) * 3 + (size_t) source[c]] * factor[c] + shift[c];
  }
};

struct PatchFloats {
  const float *input;
  int w;
  size_t plane;

  LW_METHOD float
  value (int n, int y, int x, int c) const
  {
    return input[((size_t) n * 3 + (size_t) c) * plane + (size_t) y * (size_t) w + (size_t) x];
  }
};

/* Channel (c * K + ky) * K + kx of the output: the order of a filter in a file. */
template <int K, typename Source, typename T>
struct Patches {
  Source source;
  Octets out;
  int h, w, stride, pad;
  T *y;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    Place p = place_of (out, i);
    int top = p.y * stride - pad, left = p.x * stride - pad;
    Octet o = zero8 ();

    for (int k = 0; k < 8; k++)
      {
        int j = p.c + k, c = j / (K * K), row = top + j / K % K, column = left + j % K;

        if (c < 3 && row >= 0 && row < h && column >= 0 && column < w)
          o.v[k] = source.value (p.n, row, column, c);
      }
    store8 (y + (size_t) i * 8, o);
  }
};

template <int K, typename Source, typename T>
static cudaError_t
launch (cudaStream_t stream, const Source &source, LwCudaWindow window, LwCudaShape out, void *y)
{
  return lw_each (stream, octet_count (out), Patches<K, Source, T> { source, octets_of (out), window.h, window.w, window.stride, window.pad, (T *) y });
}

template <typename Source, typename T>
static cudaError_t
patches (cudaStream_t stream, const Source &source, LwCudaWindow window, LwCudaShape out, void *y)
{
  switch (window.kernel)
    {
    case 3: return launch<3, Source, T> (stream, source, window, out, y);
    case 5: return launch<5, Source, T> (stream, source, window, out, y);
    default: return launch<7, Source, T> (stream, source, window, out, y);
    }
}

static int
fits (LwCudaWindow window, LwCudaShape out)
{
  int k = window.kernel;

  return is_shape (out) && (k == 3 || k == 5 || k == 7) && out.c == 3 * k * k && window.stride > 0 && window.pad >= 0 && window.h > 0 && window.w > 0;
}

cudaError_t
lw_cuda_patch_bytes (cudaStream_t stream, const uint8_t *rgb, LwCudaTransform transform, LwCudaWindow window, LwCudaShape out, void *y)
{
  PatchBytes source = { rgb, { 0 }, { 0 }, { 0 }, window.w, (size_t) window.h * (size_t) window.w };

  LW_REQUIRE (fits (window, out));
  for (int c = 0; c < 3; c++)
    {
      int from = source.source[c] = transform.bgr ? 2 - c : c;

      source.factor[c] = (float) (1 / (255 * (double) transform.std[from]));
      source.shift[c] = (float) (-(double) transform.mean[from] / (double) transform.std[from]);
    }
  return out.type == LW_CUDA_F32 ? patches<PatchBytes, float> (stream, source, window, out, y) : patches<PatchBytes, Bf16> (stream, source, window, out, y);
}

cudaError_t
lw_cuda_patch_floats (cudaStream_t stream, const float *input, LwCudaWindow window, LwCudaShape out, void *y)
{
  PatchFloats source = { input, window.w, (size_t) window.h * (size_t) window.w };

  LW_REQUIRE (fits (window, out));
  return out.type == LW_CUDA_F32 ? patches<PatchFloats, float> (stream, source, window, out, y) : patches<PatchFloats, Bf16> (stream, source, window, out, y);
}
