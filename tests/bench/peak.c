/* peak.c: the rate at which this computer multiplies and adds, of which a network gets a share */
#include "config.h"
#include "peak.h"
#if defined (_OPENMP)
#include <omp.h>
#endif
#if defined (__x86_64__)
#include <immintrin.h>
#endif

#define ROUNDS 10000000         /* of CHAINS instructions each: some 20 ms */
#define CHAINS 16               /* of instructions that wait for the one before: enough to fill the units however long one takes */
#define TRIES 9

typedef float (*Loop) (float seed);

#define PLAIN_LANES 4
typedef float PlainVector __attribute__ ((vector_size (PLAIN_LANES * sizeof (float))));

static float
run_plain (float seed)
{
  PlainVector sum[CHAINS], a = { seed }, b = { 0.5f };

#pragma GCC unroll 16
  for (int c = 0; c < CHAINS; c++)
    sum[c] = (PlainVector) { seed * (float) c };
  for (int i = 0; i < ROUNDS; i++)
#pragma GCC unroll 16
    for (int c = 0; c < CHAINS; c++)
      sum[c] = sum[c] * b + a;
  for (int c = 1; c < CHAINS; c++)
    sum[0] += sum[c];
  return sum[0][0];
}

#if defined (__x86_64__)
__attribute__ ((target ("avx2,fma"))) static float
run_avx2 (float seed)
{
  __m256 sum[CHAINS], a = _mm256_set1_ps (seed), b = _mm256_set1_ps (0.5f);

#pragma GCC unroll 16
  for (int c = 0; c < CHAINS; c++)
    sum[c] = _mm256_set1_ps (seed * (float) c);
  for (int i = 0; i < ROUNDS; i++)
#pragma GCC unroll 16
    for (int c = 0; c < CHAINS; c++)
      sum[c] = _mm256_fmadd_ps (sum[c], b, a);
#pragma GCC unroll 16
  for (int c = 1; c < CHAINS; c++)
    sum[0] = _mm256_add_ps (sum[0], sum[c]);
  return _mm256_cvtss_f32 (sum[0]);
}

__attribute__ ((target ("avx512f"))) static float
run_avx512 (float seed)
{
  __m512 sum[CHAINS], a = _mm512_set1_ps (seed), b = _mm512_set1_ps (0.5f);

#pragma GCC unroll 16
  for (int c = 0; c < CHAINS; c++)
    sum[c] = _mm512_set1_ps (seed * (float) c);
  for (int i = 0; i < ROUNDS; i++)
#pragma GCC unroll 16
    for (int c = 0; c < CHAINS; c++)
      sum[c] = _mm512_fmadd_ps (sum[c], b, a);
#pragma GCC unroll 16
  for (int c = 1; c < CHAINS; c++)
    sum[0] = _mm512_add_ps (sum[0], sum[c]);
  return _mm512_cvtss_f32 (sum[0]);
}

__attribute__ ((target ("avx512f,avx512bw,avx512bf16"))) static float
run_bfloat16 (float seed)
{
  __m512 sum[CHAINS];
  __m512bh a = _mm512_cvtne2ps_pbh (_mm512_set1_ps (seed), _mm512_set1_ps (seed));

#pragma GCC unroll 16
  for (int c = 0; c < CHAINS; c++)
    sum[c] = _mm512_set1_ps (seed * (float) c);
  for (int i = 0; i < ROUNDS; i++)
#pragma GCC unroll 16
    for (int c = 0; c < CHAINS; c++)
      sum[c] = _mm512_dpbf16_ps (sum[c], a, a);
#pragma GCC unroll 16
  for (int c = 1; c < CHAINS; c++)
    sum[0] = _mm512_add_ps (sum[0], sum[c]);
  return _mm512_cvtss_f32 (sum[0]);
}
#endif

/* @width: (out): multiplications of an instruction */
static Loop
choose (gboolean bfloat16, double *width)
{
#if defined (__x86_64__)
  if (bfloat16 && __builtin_cpu_supports ("avx512bf16"))
    return *width = 32, run_bfloat16;
  if (__builtin_cpu_supports ("avx512f"))
    return *width = 16, run_avx512;
  if (__builtin_cpu_supports ("fma"))
    return *width = 8, run_avx2;
#endif
  return *width = PLAIN_LANES, run_plain;
}

static int
threads (void)
{
#if defined (_OPENMP)
  return omp_get_max_threads ();
#else
  return 1;
#endif
}

double
peak_seconds (gboolean bfloat16, double *flop)
{
  gint64 start;
  double width;
  float sum = 0;
  Loop loop = choose (bfloat16, &width);
  *flop = 2 * width * CHAINS * ROUNDS * threads ();
  start = g_get_monotonic_time ();
#pragma omp parallel reduction (+: sum)
  sum += loop (1e-3f);
  *flop += sum > 1e30f;         /* never, but the compiler can't know that nobody wants the sum */
  return (double) (g_get_monotonic_time () - start) * 1e-6;
}

double
peak_flops (gboolean bfloat16)
{
  double best = 0, flop;

  for (int i = 0; i < TRIES; i++)
    {
      double seconds = peak_seconds (bfloat16, &flop);

      best = MAX (best, flop / seconds);
    }
  return best;
}
