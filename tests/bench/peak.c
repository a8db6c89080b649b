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

/* A loop over vectors of so many lanes; @next: what becomes of the sum s of a chain, with vectors a and b at hand. */
#define LOOP(name, attributes, lanes, next) \
  attributes static float \
  name (float seed) \
  { \
    typedef float Vector __attribute__ ((vector_size (lanes * sizeof (float)))); \
    const Vector a = seed - (Vector) { 0 }, b = 0.5f - (Vector) { 0 }; \
    Vector sum[CHAINS]; \
    _Pragma ("GCC unroll 16") for (int c = 0; c < CHAINS; c++) \
      sum[c] = a * (float) c; \
    for (int i = 0; i < ROUNDS; i++) \
      _Pragma ("GCC unroll 16") for (int c = 0; c < CHAINS; c++) \
        { \
          const Vector s = sum[c]; \
          sum[c] = next; \
        } \
    _Pragma ("GCC unroll 16") for (int c = 1; c < CHAINS; c++) \
      sum[0] += sum[c]; \
    return sum[0][0]; \
  }

LOOP (run_plain, , PLAIN_LANES, s * b + a)
#if defined (__x86_64__)
LOOP (run_avx2, __attribute__ ((target ("avx2,fma"))), 8, s * b + a)
LOOP (run_avx512, __attribute__ ((target ("avx512f"))), 16, s * b + a)
LOOP (run_bfloat16, __attribute__ ((target ("avx512f,avx512bw,avx512bf16"))), 16, (Vector) _mm512_dpbf16_ps ((__m512) s, (__m512bh) a, (__m512bh) b))
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
