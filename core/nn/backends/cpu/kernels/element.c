/* element.c: kernels that look at one element at a time */
#include "config.h"
#include "vector.h"

#define CHUNK 4096      /* elements: small enough to share out evenly, large enough not to notice the loop around it */

/* All buffers are whole vectors: the plan rounds their sizes up. */
#define FOR_CHUNKS(n, i) \
  const gsize total = (n); \
  _Pragma ("omp parallel for schedule(static) if (worth_threads (total))") \
  for (gsize chunk = 0; chunk < total; chunk += CHUNK) \
    for (gsize i = chunk; i < MIN (chunk + CHUNK, total); i += LANES)

INLINE void
relu_typed (const void *x, void *y, gsize count, const LwType type)
{
  FOR_CHUNKS (count, i)
    store (y, i, type, positive (load (x, i, type)));
}

static void
relu (const void *x, void *y, gsize count, LwType element_type)
{
  BY_TYPE (element_type, relu_typed (x, y, count, type));
}

INLINE void
relu_back_typed (const void *y, void *dy, gsize count, const LwType type)
{
  FOR_CHUNKS (count, i)
    store (dy, i, type, choose (load (y, i, type) > 0, load (dy, i, type), (Floats) {}));
}

static void
relu_back (const void *y, void *dy, gsize count, LwType element_type)
{
  BY_TYPE (element_type, relu_back_typed (y, dy, count, type));
}

INLINE void
scale_typed (const void *x, void *y, gsize count, float factor, const LwType type)
{
  FOR_CHUNKS (count, i)
    store (y, i, type, load (x, i, type) * factor);
}

static void
scale (const void *x, void *y, gsize count, LwType element_type, float factor)
{
  BY_TYPE (element_type, scale_typed (x, y, count, factor, type));
}

INLINE void
add_typed (const void *a, const void *b, void *y, gsize count, gboolean rectify, const LwType type)
{
  Floats floor = splat (rectify ? 0.f : -INFINITY);

  FOR_CHUNKS (count, i)
    store (y, i, type, larger (load (a, i, type) + load (b, i, type), floor));
}

static void
add (const void *a, const void *b, void *y, gsize count, LwType element_type, gboolean rectify)
{
  BY_TYPE (element_type, add_typed (a, b, y, count, rectify, type));
}

INLINE void
affine_typed (const void *x, void *y, const LwShape *shape, const float *factors, const float *shifts, gboolean rectify, const LwType type)
{
  gsize row = (gsize) shape->width * LANES;
  int groups = groups_of (shape->channels), rows = shape->n * groups * shape->height;

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) rows * row))
  for (int r = 0; r < rows; r++)
    {
      gsize group = (gsize) (r / shape->height % groups), start = (gsize) r * row;
      Floats factor = load (factors, group * LANES, LW_TYPE_F32), shift = load (shifts, group * LANES, LW_TYPE_F32);
      Floats floor = splat (rectify ? 0.f : -INFINITY);

      for (gsize i = start; i < start + row; i += LANES)
        store (y, i, type, larger (load (x, i, type) * factor + shift, floor));
    }
}

static void
affine (const void *x, void *y, const LwShape *shape, const float *factors, const float *shifts, gboolean rectify)
{
  BY_TYPE (shape->type, affine_typed (x, y, shape, factors, shifts, rectify, type));
}

/* dropout.h's lw_dropout_keep () for whole vectors: the number of an element in (N, C, H, W) order decides, in all backends alike. */
INLINE Floats
dropout_factors (guint64 key, Wides index, float rate)
{
  Wides z = key + index * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  Floats place;

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  z ^= z >> 31;
  place = __builtin_convertvector (__builtin_convertvector (z >> 40, Ints), Floats) * 0x1p-24f;
  return choose (place >= rate, splat (1 / (1 - rate)), (Floats) {});
}

INLINE void
dropout_typed (const void *x, void *y, const LwShape *shape, guint64 key, float rate, const LwType type)
{
  int groups = groups_of (shape->channels), planes = shape->n * groups;
  gsize plane = (gsize) shape->height * shape->width;

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) planes * plane * LANES))
  for (int p = 0; p < planes; p++)
    {
      guint64 first = (guint64) (p / groups) * (guint64) shape->channels + (guint64) (p % groups * LANES);
      Wides index;

      for (guint64 c = 0; c < LANES; c++)
        index[c] = (first + c) * plane;
      for (gsize i = (gsize) p * plane * LANES; i < (gsize) (p + 1) * plane * LANES; i += LANES, index += 1)
        store (y, i, type, load (x, i, type) * dropout_factors (key, index, rate));
    }
}

static void
dropout (const void *x, void *y, const LwShape *shape, guint64 key, float rate)
{
  BY_TYPE (shape->type, dropout_typed (x, y, shape, key, rate, type));
}

/* Unlike the others for any number of elements, since it reads what is given from outside. */
INLINE void
convert_typed (const void *x, const LwType from, void *y, gsize count, const LwType type)
{
  gsize whole = count / LANES * LANES, rest = count - whole;
  guint8 padded[4 * LANES] = { 0 };

  FOR_CHUNKS (whole, i)
    store (y, i, type, load (x, i, from));
  memcpy (padded, at (x, whole, from), rest * lw_type_bytes (from));
  store (padded, 0, type, load (padded, 0, from));
  memcpy (at_write (y, whole, type), padded, rest * lw_type_bytes (type));
}

static void
convert (const void *x, LwType from, void *y, LwType to, gsize count)
{
  if (from == LW_TYPE_F32)
    BY_TYPE (to, convert_typed (x, LW_TYPE_F32, y, count, type));
  else
    BY_TYPE (to, convert_typed (x, LW_TYPE_BF16, y, count, type));
}

const LwElementKernels ISA_NAME (lw_element_kernels) = {
  .relu = relu,
  .relu_back = relu_back,
  .scale = scale,
  .add = add,
  .affine = affine,
  .dropout = dropout,
  .convert = convert,
};
