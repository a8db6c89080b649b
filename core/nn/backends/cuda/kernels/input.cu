/* input.cu: pictures into the network: bytes or floats to normalised, padded activations */
#include "common.cuh"

/* One pixel: three channels, the rest of its padded ones zero. */
template <typename T>
LW_BOTH void
put_pixel (T *y, int cp, float r, float g, float b)
{
  Octet o = zero8 ();

  o.v[0] = r;
  o.v[1] = g;
  o.v[2] = b;
  store8 (y, o);
  for (int c = 8; c < cp; c += 8)
    store8 (y + c, zero8 ());
}

template <typename T>
struct FromBytes {
  const uint8_t *rgb;
  int source[3];               /* of each channel; mean and deviation in the channels' order */
  float mean[3], std[3];
  int cp;
  T *y;

  LW_METHOD void
  operator() (uint32_t pixel) const
  {
    const uint8_t *from = rgb + (size_t) pixel * 3;
    float v[3];

    for (int c = 0; c < 3; c++)
      v[c] = ((float) from[source[c]] / 255 - mean[c]) / std[c];
    put_pixel (y + (size_t) pixel * (size_t) cp, cp, v[0], v[1], v[2]);
  }
};

template <typename T>
static cudaError_t
from_bytes (cudaStream_t stream, const uint8_t *rgb, LwCudaTransform transform, LwCudaShape out, void *y)
{
  FromBytes<T> item = { rgb, { 0 }, { 0 }, { 0 }, out.cp, (T *) y };

  for (int c = 0; c < 3; c++)
    {
      item.source[c] = transform.bgr ? 2 - c : c;
      item.mean[c] = transform.mean[item.source[c]];
      item.std[c] = transform.std[item.source[c]];
    }
  return lw_each (stream, pixels_of (out), item);
}

cudaError_t
lw_cuda_input_bytes (cudaStream_t stream, const uint8_t *rgb, LwCudaTransform transform, LwCudaShape out, void *y)
{
  LW_REQUIRE (is_shape (out) && out.c == 3);
  return LW_BY_TYPE (out.type, from_bytes, stream, rgb, transform, out, y);
}

template <typename T>
struct FromFloats {
  const float *input;
  Divider plane;
  int cp;
  T *y;

  LW_METHOD void
  operator() (uint32_t pixel) const
  {
    uint32_t n = pixel;
    size_t at = (size_t) split (plane, &n), size = plane.divisor;
    const float *from = input + (size_t) n * 3 * size + at;

    put_pixel (y + (size_t) pixel * (size_t) cp, cp, from[0], from[size], from[2 * size]);
  }
};

template <typename T>
static cudaError_t
from_floats (cudaStream_t stream, const float *input, LwCudaShape out, void *y)
{
  return lw_each (stream, pixels_of (out), FromFloats<T> { input, divider_new ((uint32_t) (out.h * out.w)), out.cp, (T *) y });
}

cudaError_t
lw_cuda_input_floats (cudaStream_t stream, const float *input, LwCudaShape out, void *y)
{
  LW_REQUIRE (is_shape (out) && out.c == 3);
  return LW_BY_TYPE (out.type, from_floats, stream, input, out, y);
}
