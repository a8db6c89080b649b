/* common.cuh: what the kernels share: numbers in groups of eight, positions without division, launching
 *
 * A kernel is a struct: its fields are the arguments, its function is what one thread does. So the same source runs on the device and, compiled
 * with LW_KERNELS_ON_HOST, as plain loops on the processor, where a test checks the arithmetic without a GPU.
 */
#pragma once
#include "kernels.h"
#include <math.h>
#include <string.h>

#define LW_BOTH static inline __host__ __device__
#define LW_METHOD inline __host__ __device__
#define LW_THREADS 256
#ifdef __CUDA_ARCH__
#define LW_UNROLL _Pragma ("unroll")
#define LW_UNROLL_4 _Pragma ("unroll 4")       /* several loads on their way before the first is used */
#define LW_PRAGMA(text) _Pragma (#text)
#define LW_UNROLL_BY(n) LW_PRAGMA (unroll (n))
#else
#define LW_UNROLL
#define LW_UNROLL_4
#define LW_UNROLL_BY(n)
#endif

typedef struct { uint16_t bits; } Bf16;

/* Eight channels: 16 bytes of bfloat16, 32 of float32. */
struct Octet { float v[8]; };
struct Quad { float v[4]; };

/* ---- numbers ---- */

LW_BOTH float
to_float (float value)
{
  return value;
}

LW_BOTH float
bits_to_float (uint32_t bits)
{
#ifdef __CUDA_ARCH__
  return __uint_as_float (bits);
#else
  float value;
  memcpy (&value, &bits, sizeof value);
  return value;
#endif
}

LW_BOTH uint32_t
float_to_bits (float value)
{
#ifdef __CUDA_ARCH__
  return __float_as_uint (value);
#else
  uint32_t bits;
  memcpy (&bits, &value, sizeof bits);
  return bits;
#endif
}

LW_BOTH float
to_float (Bf16 value)
{
  return bits_to_float ((uint32_t) value.bits << 16);
}

/* To the nearest, ties to even. NaN stays NaN. Two at a time, the first in the low half: the device has an instruction for that. */
LW_BOTH uint32_t
pack_bf16 (float first, float second)
{
#ifdef __CUDA_ARCH__
  uint32_t bits;
  asm ("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r" (bits) : "f" (second), "f" (first));
  return bits;
#else
  uint32_t bits[2] = { float_to_bits (first), float_to_bits (second) }, halves[2];
  for (int i = 0; i < 2; i++)
    if ((bits[i] & 0x7fffffff) > 0x7f800000)
      halves[i] = (bits[i] >> 16) | 0x40;
    else
      halves[i] = (bits[i] + 0x7fff + ((bits[i] >> 16) & 1)) >> 16;
  return halves[0] | (halves[1] << 16);
#endif
}

LW_BOTH void
put (float *p, float value)
{
  *p = value;
}

LW_BOTH void
put (Bf16 *p, float value)
{
  p->bits = (uint16_t) pack_bf16 (value, 0);
}

LW_BOTH Quad
load4 (const float *p)
{
  Quad q;
#ifdef __CUDA_ARCH__
  float4 f = *(const float4 *) p;
  q.v[0] = f.x, q.v[1] = f.y, q.v[2] = f.z, q.v[3] = f.w;
#else
  memcpy (&q, p, sizeof q);
#endif
  return q;
}

LW_BOTH void
store4 (float *p, Quad q)
{
#ifdef __CUDA_ARCH__
  *(float4 *) p = make_float4 (q.v[0], q.v[1], q.v[2], q.v[3]);
#else
  memcpy (p, &q, sizeof q);
#endif
}

LW_BOTH Octet
load8 (const float *p)
{
  Quad a = load4 (p), b = load4 (p + 4);
  Octet o;

  for (int k = 0; k < 4; k++)
    o.v[k] = a.v[k], o.v[k + 4] = b.v[k];
  return o;
}

LW_BOTH Octet
load8 (const Bf16 *p)
{
  Octet o;
  uint32_t words[4];
#ifdef __CUDA_ARCH__
  uint4 u = *(const uint4 *) p;
  words[0] = u.x, words[1] = u.y, words[2] = u.z, words[3] = u.w;
#else
  memcpy (words, p, sizeof words);
#endif
  for (int k = 0; k < 4; k++)
    {
      o.v[2 * k] = bits_to_float (words[k] << 16);
      o.v[2 * k + 1] = bits_to_float (words[k] & 0xffff0000);
    }
  return o;
}

LW_BOTH void
store8 (float *p, Octet o)
{
  Quad a, b;

  for (int k = 0; k < 4; k++)
    a.v[k] = o.v[k], b.v[k] = o.v[k + 4];
  store4 (p, a);
  store4 (p + 4, b);
}

LW_BOTH void
store8 (Bf16 *p, Octet o)
{
  uint32_t words[4];

  for (int k = 0; k < 4; k++)
    words[k] = pack_bf16 (o.v[2 * k], o.v[2 * k + 1]);
#ifdef __CUDA_ARCH__
  *(uint4 *) p = make_uint4 (words[0], words[1], words[2], words[3]);
#else
  memcpy (p, words, sizeof words);
#endif
}

struct Bytes8 { uint8_t v[8]; };

LW_BOTH Bytes8
load_bytes8 (const uint8_t *p)
{
  Bytes8 b;
#ifdef __CUDA_ARCH__
  uint2 u = *(const uint2 *) p;
  for (int k = 0; k < 4; k++)
    {
      b.v[k] = (uint8_t) (u.x >> (8 * k));
      b.v[k + 4] = (uint8_t) (u.y >> (8 * k));
    }
#else
  memcpy (&b, p, sizeof b);
#endif
  return b;
}

LW_BOTH void
store_bytes8 (uint8_t *p, Bytes8 b)
{
#ifdef __CUDA_ARCH__
  uint2 u = make_uint2 (0, 0);
  for (int k = 0; k < 4; k++)
    {
      u.x |= (uint32_t) b.v[k] << (8 * k);
      u.y |= (uint32_t) b.v[k + 4] << (8 * k);
    }
  *(uint2 *) p = u;
#else
  memcpy (p, &b, sizeof b);
#endif
}

LW_BOTH Octet
zero8 (void)
{
  Octet o;

  for (int k = 0; k < 8; k++)
    o.v[k] = 0;
  return o;
}

/* What a gradient becomes where @add says that others have been there before. */
template <typename T>
LW_BOTH void
give8 (T *p, Octet o, int add)
{
  if (add)
    {
      Octet old = load8 (p);
      for (int k = 0; k < 8; k++)
        o.v[k] += old.v[k];
    }
  store8 (p, o);
}

/* ---- positions ---- */

/* n / divisor for n below 2^31 by one multiplication (Granlund and Montgomery, PLDI 1994). */
struct Divider { uint32_t divisor, multiplier, shift; };

static inline Divider
divider_new (uint32_t divisor)
{
  Divider d = { divisor, 0, 0 };

  while (((uint64_t) 1 << d.shift) < divisor)
    d.shift++;
  d.multiplier = (uint32_t) ((((uint64_t) 1 << 32) * (((uint64_t) 1 << d.shift) - divisor)) / divisor + 1);
  return d;
}

LW_BOTH uint32_t
divide (Divider d, uint32_t n)
{
#ifdef __CUDA_ARCH__
  return (__umulhi (n, d.multiplier) + n) >> d.shift;
#else
  return ((uint32_t) (((uint64_t) n * d.multiplier) >> 32) + n) >> d.shift;
#endif
}

/* Takes the remainder out of *@n, which becomes the quotient. */
LW_BOTH int
split (Divider d, uint32_t *n)
{
  uint32_t quotient = divide (d, *n), rest = *n - quotient * d.divisor;

  *n = quotient;
  return (int) rest;
}

/* A shape from a kernel's side: octet number <-> position. */
struct Octets { Divider vectors, width, height; int n, h, w, c, cp; };
struct Place { int n, y, x, c; };

static inline Octets
octets_of (LwCudaShape s)
{
  Octets o = { divider_new ((uint32_t) s.cp / 8), divider_new ((uint32_t) s.w), divider_new ((uint32_t) s.h), s.n, s.h, s.w, s.c, s.cp };

  return o;
}

LW_BOTH Place
place_of (const Octets &o, uint32_t i)
{
  Place p;

  p.c = split (o.vectors, &i) * 8;
  p.x = split (o.width, &i);
  p.y = split (o.height, &i);
  p.n = (int) i;
  return p;
}

LW_BOTH size_t
offset_of (const Octets &o, int n, int y, int x, int c)
{
  return (((size_t) n * (size_t) o.h + (size_t) y) * (size_t) o.w + (size_t) x) * (size_t) o.cp + (size_t) c;
}

static inline size_t
pixels_of (LwCudaShape s)
{
  return (size_t) s.n * (size_t) s.h * (size_t) s.w;
}

static inline size_t
octet_count (LwCudaShape s)
{
  return pixels_of (s) * (size_t) (s.cp / 8);
}

/* Items are counted in 31 bits: 2^31 octets are 32 GiB of bfloat16, more than one activation may take. */
static inline int
is_shape (LwCudaShape s)
{
  return s.n > 0 && s.h > 0 && s.w > 0 && s.c > 0 && s.cp >= s.c && s.cp % 8 == 0 && (s.type == LW_CUDA_F32 || s.type == LW_CUDA_BF16)
         && pixels_of (s) < ((size_t) 1 << 31) && octet_count (s) < ((size_t) 1 << 31);
}

static inline int
same_pixels (LwCudaShape a, LwCudaShape b)
{
  return a.n == b.n && a.h == b.h && a.w == b.w;
}

static inline int
same_channels (LwCudaShape a, LwCudaShape b)
{
  return a.c == b.c && a.cp == b.cp;
}

#define LW_REQUIRE(condition) \
  if (!(condition)) \
    return cudaErrorInvalidValue

/* A template for the type of an activation, or for those of two. */
#define LW_BY_TYPE(type, f, ...) ((type) == LW_CUDA_F32 ? f<float> (__VA_ARGS__) : f<Bf16> (__VA_ARGS__))
#define LW_BY_TYPES(a, b, f, ...) \
  ((a) == LW_CUDA_F32 ? ((b) == LW_CUDA_F32 ? f<float, float> (__VA_ARGS__) : f<float, Bf16> (__VA_ARGS__)) \
                      : ((b) == LW_CUDA_F32 ? f<Bf16, float> (__VA_ARGS__) : f<Bf16, Bf16> (__VA_ARGS__)))

/* ---- launching ---- */

/* Blocks whose threads work together: the struct K has `Shared`, a number of PHASES, and phase (p, shared, x, y, t); between two phases every thread of
 * the block waits for the others, and only @shared is kept. RESIDENT: how many blocks a multiprocessor must have registers for at once. */
#ifdef LW_KERNELS_ON_HOST

extern "C" int lw_host_backwards;      /* items and threads from the last to the first: what depends on their order fails */

template <typename Item>
static cudaError_t
lw_each (cudaStream_t stream, size_t count, const Item &item)
{
  LW_REQUIRE (count < ((size_t) 1 << 31));
  for (size_t i = 0; i < count; i++)
    item ((uint32_t) (lw_host_backwards ? count - 1 - i : i));
  return cudaSuccess;
}

template <typename K>
static cudaError_t
lw_blocks (cudaStream_t stream, int columns, int rows, const K &k)
{
  static typename K::Shared shared;
  int blocks = columns * rows;

  for (int i = 0; i < blocks; i++)
    {
      int b = lw_host_backwards ? blocks - 1 - i : i;

      for (int p = 0; p < K::PHASES; p++)
        for (int t = 0; t < LW_THREADS; t++)
          k.phase (p, shared, b % columns, b / columns, lw_host_backwards ? LW_THREADS - 1 - t : t);
    }
  return cudaSuccess;
}

#else

template <typename Item>
__global__ static void __launch_bounds__ (LW_THREADS)
run_each (const Item item, uint32_t count)
{
  for (uint32_t i = blockIdx.x * LW_THREADS + threadIdx.x; i < count; i += gridDim.x * LW_THREADS)
    item (i);
}

template <typename Item>
static cudaError_t
lw_each (cudaStream_t stream, size_t count, const Item &item)
{
  LW_REQUIRE (count < ((size_t) 1 << 31));
  if (count > 0)
    run_each<<<(uint32_t) ((count + LW_THREADS - 1) / LW_THREADS), LW_THREADS, 0, stream>>> (item, (uint32_t) count);
  return cudaGetLastError ();
}

template <typename K>
__global__ static void __launch_bounds__ (LW_THREADS, K::RESIDENT)
run_blocks (const K k)
{
  __shared__ typename K::Shared shared;

LW_UNROLL
  for (int p = 0; p < K::PHASES; p++)
    {
      k.phase (p, shared, (int) blockIdx.x, (int) blockIdx.y, (int) threadIdx.x);
      if (p + 1 < K::PHASES)
        __syncthreads ();
    }
}

template <typename K>
static cudaError_t
lw_blocks (cudaStream_t stream, int columns, int rows, const K &k)
{
  run_blocks<<<dim3 ((uint32_t) columns, (uint32_t) rows), LW_THREADS, 0, stream>>> (k);
  return cudaGetLastError ();
}

#endif
