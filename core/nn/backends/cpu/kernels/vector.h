/* vector.h: as many floats as a group of channels has lanes, in one register of the instruction set that this is compiled for.
 * Functions take the type of the elements as a constant, so that each kernel below is one text and two programs. */
#pragma once

#include "kernels.h"
#include <math.h>
#include <string.h>
#if defined (__x86_64__)
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__ ((always_inline))
#define NAME_PASTE(name, isa) name##_##isa
#define NAME_EXPAND(name, isa) NAME_PASTE (name, isa)
#define ISA_NAME(name) NAME_EXPAND (name, LW_ISA)

/* What stands between these may use instructions on bfloat16: more than its file is compiled for. Who calls it has asked the processor. */
#if defined (__clang__)
#define BEGIN_BF16 _Pragma ("clang attribute push (__attribute__ ((target (\"avx512bf16\"))), apply_to = function)")
#define END_BF16 _Pragma ("clang attribute pop")
#else
#define BEGIN_BF16 _Pragma ("GCC push_options") _Pragma ("GCC target (\"avx512bf16\")")
#define END_BF16 _Pragma ("GCC pop_options")
#endif

#define LANES LW_LANES
#define VECTOR_BYTES (4 * LW_LANES)

typedef float Floats __attribute__ ((vector_size (VECTOR_BYTES)));
typedef gint32 Ints __attribute__ ((vector_size (VECTOR_BYTES)));
typedef guint32 Words __attribute__ ((vector_size (VECTOR_BYTES)));
typedef guint64 Wides __attribute__ ((vector_size (2 * VECTOR_BYTES)));
typedef guint16 Halves __attribute__ ((vector_size (VECTOR_BYTES / 2)));
typedef guint8 Bytes __attribute__ ((vector_size (VECTOR_BYTES / 4)));

extern const LwElementKernels ISA_NAME (lw_element_kernels);
extern const LwPoolKernels ISA_NAME (lw_pool_kernels);
extern const LwOverlapKernels ISA_NAME (lw_overlap_kernels);
extern const LwAcrossKernels ISA_NAME (lw_across_kernels);
extern const LwNormKernels ISA_NAME (lw_norm_kernels);
extern const LwResampleKernels ISA_NAME (lw_resample_kernels);
extern const LwScoreKernels ISA_NAME (lw_score_kernels);
extern const LwArrayKernels ISA_NAME (lw_array_kernels);
extern const LwSmallKernels ISA_NAME (lw_small_kernels);
extern const LwDoublingKernels ISA_NAME (lw_doubling_kernels);
extern const LwPlacedKernels ISA_NAME (lw_winograd_kernels);
extern const LwPlacedKernels ISA_NAME (lw_direct_kernels);

/* @i: of an element */
INLINE Floats
load (const void *x, gsize i, LwType type)
{
  Halves halves;
  Floats floats;

  if (type == LW_TYPE_F32)
    {
      memcpy (&floats, (const float *) x + i, sizeof floats);
      return floats;
    }
  memcpy (&halves, (const guint16 *) x + i, sizeof halves);
  return (Floats) (__builtin_convertvector (halves, Words) << 16);
}

/* bfloat16: rounded to nearest, ties to even */
INLINE void
store (void *y, gsize i, LwType type, Floats floats)
{
  if (type == LW_TYPE_F32)
    memcpy ((float *) y + i, &floats, sizeof floats);
  else
    {
      Words bits = (Words) floats;
      Halves halves = __builtin_convertvector ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16, Halves);

      memcpy ((guint16 *) y + i, &halves, sizeof halves);
    }
}

INLINE Floats
splat (float value)
{
  return value - (Floats) {};
}

INLINE Floats
choose (Ints mask, Floats yes, Floats no)
{
  return (Floats) ((mask & (Ints) yes) | (~mask & (Ints) no));
}

/* The larger one; the second where one is NaN. */
INLINE Floats
larger (Floats a, Floats b)
{
#if defined (__AVX512F__)
  return (Floats) _mm512_max_ps ((__m512) a, (__m512) b);
#elif defined (__AVX2__)
  return (Floats) _mm256_max_ps ((__m256) a, (__m256) b);
#else
  return choose (a > b, a, b);
#endif
}

INLINE Floats
positive (Floats a)
{
  return larger (a, (Floats) {});
}

INLINE Bytes
load_bytes (const guint8 *x)
{
  Bytes bytes;

  memcpy (&bytes, x, sizeof bytes);
  return bytes;
}

INLINE void
store_bytes (guint8 *to, Ints values)
{
  Bytes bytes = __builtin_convertvector (values, Bytes);

  memcpy (to, &bytes, sizeof bytes);
}

INLINE float
element (const void *x, gsize i, LwType type)
{
  guint32 bits;
  float value;

  if (type == LW_TYPE_F32)
    return ((const float *) x)[i];
  bits = (guint32) ((const guint16 *) x)[i] << 16;
  memcpy (&value, &bits, sizeof value);
  return value;
}

/* Rounded as by store (). */
INLINE void
store_element (void *y, gsize i, LwType type, float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  if (type == LW_TYPE_F32)
    ((float *) y)[i] = value;
  else
    ((guint16 *) y)[i] = (guint16) ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

INLINE const void *
at (const void *x, gsize i, LwType type)
{
  return (const guint8 *) x + i * lw_type_bytes (type);
}

INLINE void *
at_write (void *x, gsize i, LwType type)
{
  return (guint8 *) x + i * lw_type_bytes (type);
}

INLINE int
groups_of (int channels)
{
  return (channels + LANES - 1) / LANES;
}

/* Whether so many elements are worth waking the other threads for. */
INLINE gboolean
worth_threads (gsize elements)
{
  return elements >= 32768;
}

/* Runs @call with the constant `type` in its place. */
#define BY_TYPE(value, call) \
  do { if ((value) == LW_TYPE_F32) { const LwType type = LW_TYPE_F32; call; } else { const LwType type = LW_TYPE_BF16; call; } } while (0)
