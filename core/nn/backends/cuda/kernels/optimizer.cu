/* optimizer.cu: SGD with momentum and AdamW (Loshchilov and Hutter, arXiv:1711.05101), as backend.h defines them, over all parameters at once
 *
 * Tensors are cut into chunks, one a block: a table of a hundred tensors of very different sizes takes one launch and fills the device.
 */
#include "common.cuh"

#define CHUNK 8192              /* floats */
#define NORM_BLOCKS 1024
#define ADAM_EPSILON 1e-8f

size_t
lw_cuda_optimizer_chunks (LwCudaTensor *table, int tensors)
{
  size_t chunks = 0;

  for (int t = 0; t < tensors; t++)
    {
      table[t].first_chunk = chunks;
      chunks += (table[t].count + CHUNK - 1) / CHUNK;
    }
  return chunks;
}

size_t
lw_cuda_optimizer_workspace (void)
{
  return NORM_BLOCKS * sizeof (double);
}

/* The tensor that holds @chunk: the last one that starts at it or before. */
LW_BOTH int
tensor_of (const LwCudaTensor *table, int tensors, size_t chunk)
{
  int low = 0, high = tensors;

  while (high - low > 1)
    {
      int middle = (low + high) / 2;

      if (table[middle].first_chunk <= chunk)
        low = middle;
      else
        high = middle;
    }
  return low;
}

/* Four values of the gradient. Convolutions leave theirs in bfloat16. */
LW_BOTH Quad
gradient_at (const LwCudaTensor &tensor, size_t i)
{
  Quad q;
  uint32_t words[2];

  if (tensor.gradient_type == LW_CUDA_F32)
    return load4 ((const float *) tensor.gradient + i);
#ifdef __CUDA_ARCH__
  uint2 u = *(const uint2 *) ((const Bf16 *) tensor.gradient + i);
  words[0] = u.x, words[1] = u.y;
#else
  memcpy (words, (const Bf16 *) tensor.gradient + i, sizeof words);
#endif
  for (int k = 0; k < 2; k++)
    {
      q.v[2 * k] = bits_to_float (words[k] << 16);
      q.v[2 * k + 1] = bits_to_float (words[k] & 0xffff0000);
    }
  return q;
}

struct Chunk { int tensor; size_t begin, end; };

LW_BOTH Chunk
chunk_at (const LwCudaTensor *table, int tensors, size_t number)
{
  Chunk c;

  c.tensor = tensor_of (table, tensors, number);
  c.begin = (number - table[c.tensor].first_chunk) * CHUNK;
  c.end = c.begin + CHUNK < table[c.tensor].count ? c.begin + CHUNK : table[c.tensor].count;
  return c;
}

/* ---- the gradient's norm ---- */

struct Squares {
  enum { PHASES = 9, RESIDENT = 1 };
  struct Shared { double sum[LW_THREADS]; };

  const LwCudaTensor *table;
  int tensors;
  size_t chunks;
  double *partial;

  LW_METHOD double
  thread_sum (int block, int t) const
  {
    double sum = 0;

    for (size_t number = (size_t) block; number < chunks; number += NORM_BLOCKS)
      {
        Chunk c = chunk_at (table, tensors, number);
        LwCudaTensor tensor = table[c.tensor];
        float squares = 0;

        LW_UNROLL_4
        for (size_t i = c.begin + (size_t) t * 4; i < c.end; i += LW_THREADS * 4)
          {
            Quad g = gradient_at (tensor, i);

            squares += g.v[0] * g.v[0] + g.v[1] * g.v[1] + g.v[2] * g.v[2] + g.v[3] * g.v[3];
          }
        sum += (double) squares;
      }
    return sum;
  }

  LW_METHOD void
  phase (int p, Shared &shared, int block, int unused, int t) const
  {
    if (p == 0)
      shared.sum[t] = thread_sum (block, t);
    else if (t < LW_THREADS >> p)
      shared.sum[t] += shared.sum[t + (LW_THREADS >> p)];
    if (p == PHASES - 1 && t == 0)
      partial[block] = shared.sum[0];
  }
};

struct Norm {
  enum { PHASES = 9, RESIDENT = 1 };
  struct Shared { double sum[LW_THREADS]; };

  const double *partial;
  const LwCudaStep *step;
  LwCudaStats *stats;

  LW_METHOD void
  phase (int p, Shared &shared, int block, int unused, int t) const
  {
    if (p == 0)
      {
        shared.sum[t] = 0;
        for (int i = t; i < NORM_BLOCKS; i += LW_THREADS)
          shared.sum[t] += partial[i];
      }
    else if (t < LW_THREADS >> p)
      shared.sum[t] += shared.sum[t + (LW_THREADS >> p)];
    if (p < PHASES - 1 || t > 0)
      return;
    double norm = sqrt (shared.sum[0]), most = (double) step->clip_norm;

    stats->gradient_norm = norm;
    stats->clip = most > 0 && norm > most ? (float) (most / norm) : 1;
    stats->finite = isfinite (norm) && isfinite (stats->loss);
  }
};

cudaError_t
lw_cuda_gradient_norm (cudaStream_t stream, const LwCudaTensor *table, int tensors, size_t chunks, const LwCudaStep *step, void *workspace,
                       LwCudaStats *stats)
{
  LW_REQUIRE (tensors > 0 && chunks > 0);
  cudaError_t status = lw_blocks (stream, NORM_BLOCKS, 1, Squares { table, tensors, chunks, (double *) workspace });

  return status != cudaSuccess ? status : lw_blocks (stream, 1, 1, Norm { (const double *) workspace, step, stats });
}

/* ---- updates ---- */

struct Rates { float rate, decay, clip, momentum, beta2, correction1, correction2; };

LW_BOTH Rates
rates_of (const LwCudaTensor &tensor, const LwCudaStep *step, const LwCudaStats *stats)
{
  Rates r = { (tensor.conv_bias ? step->bias_rate : step->rate) * tensor.rate_factor, tensor.decays ? step->decay : 0, stats->clip, step->momentum,
              step->beta2, step->correction1, step->correction2 };

  return r;
}

struct Sgd {
  enum { SECOND = 0 };

  LW_METHOD static void
  update (const Rates &r, float *w, float gradient, float *m, float *unused)
  {
    *m = r.momentum * *m + (r.clip * gradient + r.decay * *w);
    *w -= r.rate * *m;
  }
};

struct AdamW {
  enum { SECOND = 1 };

  LW_METHOD static void
  update (const Rates &r, float *w, float gradient, float *m, float *v)
  {
    float g = r.clip * gradient;

    *m = r.momentum * *m + (1 - r.momentum) * g;
    *v = r.beta2 * *v + (1 - r.beta2) * g * g;
    *w -= r.rate * (*m / r.correction1 / (sqrtf (*v / r.correction2) + ADAM_EPSILON) + r.decay * *w);
  }
};

LW_BOTH void
store_copy (Bf16 *to, Quad w)
{
  uint32_t low = pack_bf16 (w.v[0], w.v[1]), high = pack_bf16 (w.v[2], w.v[3]);
#ifdef __CUDA_ARCH__
  *(uint2 *) to = make_uint2 (low, high);
#else
  memcpy (to, &low, sizeof low);
  memcpy (to + 2, &high, sizeof high);
#endif
}

template <typename Rule>
struct Update {
  enum { PHASES = 1, RESIDENT = 1 };
  struct Shared { int unused; };

  const LwCudaTensor *table;
  int tensors;
  const LwCudaStep *step;
  const LwCudaStats *stats;

  LW_METHOD void
  four (const LwCudaTensor &tensor, const Rates &r, size_t i) const
  {
    Quad w = load4 (tensor.value + i), g = gradient_at (tensor, i), m = load4 (tensor.first + i), v = m;

    if (Rule::SECOND)
      v = load4 (tensor.second + i);
    for (int k = 0; k < 4; k++)
      Rule::update (r, &w.v[k], g.v[k], &m.v[k], &v.v[k]);
    store4 (tensor.value + i, w);
    store4 (tensor.first + i, m);
    if (Rule::SECOND)
      store4 (tensor.second + i, v);
    if (tensor.copy != NULL)
      store_copy ((Bf16 *) tensor.copy + i, w);
  }

  LW_METHOD void
  phase (int p, Shared &shared, int block, int unused, int t) const
  {
    if (!stats->finite)
      return;
    Chunk c = chunk_at (table, tensors, (size_t) block);
    LwCudaTensor tensor = table[c.tensor];
    Rates r = rates_of (tensor, step, stats);

    for (size_t i = c.begin + (size_t) t * 4; i < c.end; i += LW_THREADS * 4)
      four (tensor, r, i);
  }
};

template <typename Rule>
static cudaError_t
update (cudaStream_t stream, const LwCudaTensor *table, int tensors, size_t chunks, const LwCudaStep *step, const LwCudaStats *stats)
{
  LW_REQUIRE (tensors > 0 && chunks > 0 && chunks < ((size_t) 1 << 31));
  return lw_blocks (stream, (int) chunks, 1, Update<Rule> { table, tensors, step, stats });
}

cudaError_t
lw_cuda_sgd (cudaStream_t stream, const LwCudaTensor *table, int tensors, size_t chunks, const LwCudaStep *step, const LwCudaStats *stats)
{
  return update<Sgd> (stream, table, tensors, chunks, step, stats);
}

cudaError_t
lw_cuda_adamw (cudaStream_t stream, const LwCudaTensor *table, int tensors, size_t chunks, const LwCudaStep *step, const LwCudaStats *stats)
{
  return update<AdamW> (stream, table, tensors, chunks, step, stats);
}
