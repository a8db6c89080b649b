/* bias.cu: the gradient of a bias, alone or while a ReLU's gradient is made */
#include "sums.cuh"

template <typename T>
struct BiasSource {
  enum { SUMS = 1, UNROLL = 4 };
  typedef int State;

  const T *dy, *y;
  int cp;

  LW_METHOD State
  prepare (int c) const
  {
    return 0;
  }

  LW_METHOD void
  take (State state, uint32_t row, int c, Octet &sum, Octet &unused) const
  {
    size_t at = (size_t) row * (size_t) cp + (size_t) c;
    Octet g = load8 (dy + at);

    if (y != NULL)
      {
        Octet value = load8 (y + at);
        for (int k = 0; k < 8; k++)
          g.v[k] = value.v[k] > 0 ? g.v[k] : 0;
      }
    for (int k = 0; k < 8; k++)
      sum.v[k] += g.v[k];
  }
};

struct BiasFinal {
  enum { SUMS = 1 };
  float *dbias;

  LW_METHOD void
  give (int c, double sum, double unused) const
  {
    dbias[c] = (float) sum;
  }
};

template <typename T>
static cudaError_t
bias_gradient (cudaStream_t stream, LwCudaShape shape, const void *dy, const void *y, void *workspace, float *dbias)
{
  return lw_sums (stream, shape, BiasSource<T> { (const T *) dy, (const T *) y, shape.cp }, BiasFinal { dbias }, (float *) workspace);
}

cudaError_t
lw_cuda_bias_gradient (cudaStream_t stream, LwCudaShape shape, const void *dy, const void *y, void *workspace, float *dbias)
{
  LW_REQUIRE (is_shape (shape));
  return LW_BY_TYPE (shape.type, bias_gradient, stream, shape, dy, y, workspace, dbias);
}

/* Sums what it writes, as it was before it was rounded. */
template <typename T>
struct ReluBiasSource {
  enum { SUMS = 1, UNROLL = 4 };
  typedef int State;

  const T *y, *dy;
  float factor;
  int cp;
  T *dx;

  LW_METHOD State
  prepare (int c) const
  {
    return 0;
  }

  LW_METHOD void
  take (State state, uint32_t row, int c, Octet &sum, Octet &unused) const
  {
    size_t at = (size_t) row * (size_t) cp + (size_t) c;
    Octet value = load8 (y + at), g = load8 (dy + at);

    for (int k = 0; k < 8; k++)
      {
        g.v[k] = value.v[k] > 0 ? factor * g.v[k] : 0;
        sum.v[k] += g.v[k];
      }
    store8 (dx + at, g);
  }
};

template <typename T>
static cudaError_t
relu_bias_backward (cudaStream_t stream, LwCudaShape shape, const void *y, const void *dy, float factor, void *workspace, void *dx, float *dbias)
{
  ReluBiasSource<T> source = { (const T *) y, (const T *) dy, factor, shape.cp, (T *) dx };

  return lw_sums (stream, shape, source, BiasFinal { dbias }, (float *) workspace);
}

cudaError_t
lw_cuda_relu_bias_backward (cudaStream_t stream, LwCudaShape shape, const void *y, const void *dy, float factor, void *workspace, void *dx,
                            float *dbias)
{
  LW_REQUIRE (is_shape (shape));
  return LW_BY_TYPE (shape.type, relu_bias_backward, stream, shape, y, dy, factor, workspace, dx, dbias);
}
