/* norm.cu: batch normalisation (Ioffe and Szegedy, arXiv:1502.03167) by the batch's or the running values */
#include "norm.cuh"

#define KEPT 0.9                /* of a running value, at each step */

/* Partial sums; after them the two lines of the backward pass. */
size_t
lw_cuda_sums_workspace (LwCudaShape shape)
{
  return (sum_partials (sum_plan (shape)) + 2 * (size_t) shape.cp) * sizeof (float);
}

/* ---- statistics ---- */

/* Sums of x - k and its square, k being the channel's first pixel: near enough to the mean that the difference of the squares loses no digits. */
template <typename T>
struct StatisticsSource {
  enum { SUMS = 2, UNROLL = 4 };
  typedef Octet State;

  const T *x;
  int cp;

  LW_METHOD State
  prepare (int c) const
  {
    return load8 (x + c);
  }

  LW_METHOD void
  take (const State &first, uint32_t row, int c, Octet &sum, Octet &squares) const
  {
    Octet o = load8 (x + (size_t) row * (size_t) cp + (size_t) c);

    for (int k = 0; k < 8; k++)
      {
        float d = o.v[k] - first.v[k];

        sum.v[k] += d;
        squares.v[k] += d * d;
      }
  }
};

LW_BOTH void
set_line (const LwCudaNorm &norm, int c, double mean, double variance)
{
  double inverse = 1 / sqrt (variance + (double) norm.epsilon), scale = (double) norm.gain[c] * inverse;

  norm.mean[c] = (float) mean;
  norm.variance[c] = (float) variance;
  norm.inverse[c] = (float) inverse;
  norm.scale[c] = (float) scale;
  norm.shift[c] = (float) ((double) norm.bias[c] - mean * scale);
}

LW_BOTH void
set_nothing (const LwCudaNorm &norm, int c)
{
  norm.mean[c] = norm.variance[c] = norm.inverse[c] = norm.scale[c] = norm.shift[c] = 0;
}

template <typename T>
struct StatisticsFinal {
  enum { SUMS = 2 };

  const T *x;
  LwCudaNorm norm;
  int c;
  double m;

  LW_METHOD void
  give (int channel, double sum, double squares) const
  {
    double shifted = sum / m, variance = squares / m - shifted * shifted;

    if (channel >= c)
      set_nothing (norm, channel);
    else
      set_line (norm, channel, (double) to_float (x[channel]) + shifted, variance > 0 || isnan (variance) ? variance : 0);
  }
};

template <typename T>
static cudaError_t
statistics (cudaStream_t stream, LwCudaShape shape, const void *x, LwCudaNorm norm, void *workspace)
{
  StatisticsFinal<T> final = { (const T *) x, norm, shape.c, (double) pixels_of (shape) };

  return lw_sums (stream, shape, StatisticsSource<T> { (const T *) x, shape.cp }, final, (float *) workspace);
}

cudaError_t
lw_cuda_norm_statistics (cudaStream_t stream, LwCudaShape shape, const void *x, LwCudaNorm norm, void *workspace)
{
  LW_REQUIRE (is_shape (shape));
  return LW_BY_TYPE (shape.type, statistics, stream, shape, x, norm, workspace);
}

struct Running {
  LwCudaNorm norm;
  int c;

  LW_METHOD void
  operator() (uint32_t channel) const
  {
    if ((int) channel >= c)
      set_nothing (norm, (int) channel);
    else
      set_line (norm, (int) channel, (double) norm.running_mean[channel], (double) norm.running_variance[channel]);
  }
};

cudaError_t
lw_cuda_norm_running (cudaStream_t stream, int c, int cp, LwCudaNorm norm)
{
  LW_REQUIRE (c > 0 && cp >= c);
  return lw_each (stream, (size_t) cp, Running { norm, c });
}

/* ---- forward ---- */

template <typename T>
struct Affine {
  Divider vectors;
  const T *x;
  const float *scale, *shift;
  int relu;
  T *y;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    uint32_t pixel = i;
    int c = split (vectors, &pixel) * 8;
    Octet o = load8 (x + (size_t) i * 8), b = load8 (shift + c);

    if (scale != NULL)
      {
        Octet a = load8 (scale + c);
        for (int k = 0; k < 8; k++)
          o.v[k] *= a.v[k];
      }
    for (int k = 0; k < 8; k++)
      {
        o.v[k] += b.v[k];
        o.v[k] = relu && !(o.v[k] > 0) ? 0 : o.v[k];
      }
    store8 (y + (size_t) i * 8, o);
  }
};

template <typename T>
static cudaError_t
affine (cudaStream_t stream, LwCudaShape shape, const void *x, const float *scale, const float *shift, int relu, void *y)
{
  return lw_each (stream, octet_count (shape), Affine<T> { divider_new ((uint32_t) shape.cp / 8), (const T *) x, scale, shift, relu, (T *) y });
}

cudaError_t
lw_cuda_affine (cudaStream_t stream, LwCudaShape shape, const void *x, const float *scale, const float *shift, int relu, void *y)
{
  LW_REQUIRE (is_shape (shape));
  return LW_BY_TYPE (shape.type, affine, stream, shape, x, scale, shift, relu, y);
}

/* ---- backward ---- */

template <typename T>
struct GradientSource {
  enum { SUMS = 2, UNROLL = 4 };
  struct State { Octet mean, scale, shift; };

  const T *x, *dy;
  LwCudaNorm norm;
  int relu, cp;

  LW_METHOD State
  prepare (int c) const
  {
    State s = { load8 (norm.mean + c), load8 (norm.scale + c), load8 (norm.shift + c) };

    return s;
  }

  LW_METHOD void
  take (const State &s, uint32_t row, int c, Octet &sum, Octet &along) const
  {
    size_t at = (size_t) row * (size_t) cp + (size_t) c;
    Octet value = load8 (x + at), g = load8 (dy + at);

    if (relu)
      mask (g, value, s.scale, s.shift);
    for (int k = 0; k < 8; k++)
      {
        sum.v[k] += g.v[k];
        along.v[k] += g.v[k] * (value.v[k] - s.mean.v[k]);
      }
  }
};

template <typename T>
struct InputGradient {
  Divider vectors;
  const T *x, *dy;
  const float *scale, *shift, *slope, *base;
  int relu, add;
  T *dx;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    uint32_t pixel = i;
    int c = split (vectors, &pixel) * 8;
    Octet value = load8 (x + (size_t) i * 8), g = load8 (dy + (size_t) i * 8), a = load8 (scale + c), b = load8 (slope + c), d = load8 (base + c);

    if (relu)
      mask (g, value, a, load8 (shift + c));
    for (int k = 0; k < 8; k++)
      g.v[k] = a.v[k] * g.v[k] + (b.v[k] * value.v[k] + d.v[k]);
    give8 (dx + (size_t) i * 8, g, add);
  }
};

template <typename T>
static cudaError_t
backward (cudaStream_t stream, LwCudaShape shape, const void *x, const void *dy, LwCudaNorm norm, int relu, int batch, int add, void *workspace,
          float *dgain, float *dbias, void *dx)
{
  float *partial = (float *) workspace, *slope = partial + sum_partials (sum_plan (shape)), *base = slope + shape.cp;
  GradientSource<T> source = { (const T *) x, (const T *) dy, norm, relu, shape.cp };
  GradientFinal final = { norm, shape.c, batch, (double) pixels_of (shape), dgain, dbias, slope, base };
  cudaError_t status = lw_sums (stream, shape, source, final, partial);

  if (status != cudaSuccess || dx == NULL)
    return status;
  return lw_each (stream, octet_count (shape), InputGradient<T> { divider_new ((uint32_t) shape.cp / 8), (const T *) x, (const T *) dy, norm.scale,
                                                                  norm.shift, slope, base, relu, add, (T *) dx });
}

cudaError_t
lw_cuda_norm_backward (cudaStream_t stream, LwCudaShape shape, const void *x, const void *dy, LwCudaNorm norm, int relu, int batch, int add,
                       void *workspace, float *dgain, float *dbias, void *dx)
{
  LW_REQUIRE (is_shape (shape));
  return LW_BY_TYPE (shape.type, backward, stream, shape, x, dy, norm, relu, batch, add, workspace, dgain, dbias, dx);
}

/* ---- running values ---- */

struct Keep {
  enum { PHASES = 1, RESIDENT = 1 };
  struct Shared { int unused; };

  const LwCudaRunning *table;
  const LwCudaStats *stats;

  LW_METHOD void
  phase (int p, Shared &shared, int layer, int unused, int t) const
  {
    const LwCudaRunning &r = table[layer];
    double unbiased = r.m / (r.m > 2 ? r.m - 1 : 1);

    if (!stats->finite)
      return;
    for (int c = t; c < r.cp; c += LW_THREADS)
      {
        r.running_mean[c] = (float) (KEPT * (double) r.running_mean[c] + (1 - KEPT) * (double) r.mean[c]);
        r.running_variance[c] = (float) (KEPT * (double) r.running_variance[c] + (1 - KEPT) * (double) r.variance[c] * unbiased);
      }
  }
};

cudaError_t
lw_cuda_norm_keep (cudaStream_t stream, const LwCudaRunning *table, int layers, const LwCudaStats *stats)
{
  LW_REQUIRE (layers >= 0);
  return layers == 0 ? cudaSuccess : lw_blocks (stream, layers, 1, Keep { table, stats });
}
