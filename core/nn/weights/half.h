/* half.h: the 16-bit floating point formats of weights files */
#pragma once
#include <glib.h>
#include <string.h>

static inline guint32
lw_float_bits (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  return bits;
}

static inline float
lw_float_from_bits (guint32 bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

static inline float
lw_float_from_bf16 (guint16 half)
{
  return lw_float_from_bits ((guint32) half << 16);
}

/* Both round to the nearest, ties to even. NaN stays NaN. */
static inline guint16
lw_float_to_bf16 (float value)
{
  guint32 bits = lw_float_bits (value);

  if ((bits & 0x7fffffff) > 0x7f800000)
    return (guint16) ((bits >> 16) | 0x40);
  return (guint16) ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

static inline float
lw_float_from_f16 (guint16 half)
{
  guint32 sign = (guint32) (half & 0x8000) << 16, exponent = (half >> 10) & 0x1f, fraction = half & 0x3ff;

  if (exponent == 0)                              /* zero and denormals: fraction * 2^-24 */
    {
      float value = (float) fraction * 0x1p-24f;

      return sign ? -value : value;
    }
  if (exponent == 0x1f)
    return lw_float_from_bits (sign | 0x7f800000 | (fraction << 13));
  return lw_float_from_bits (sign | ((exponent + 112) << 23) | (fraction << 13));
}

static inline guint16
lw_float_to_f16 (float value)
{
  guint32 bits = lw_float_bits (value), sign = (bits >> 16) & 0x8000, magnitude = bits & 0x7fffffff;

  if (magnitude > 0x7f800000)
    return (guint16) (sign | 0x7e00);
  if (magnitude >= 0x477ff000)                    /* 65520 and more round to infinity */
    return (guint16) (sign | 0x7c00);
  if (magnitude < 0x38800000)                     /* below 2^-14: let the addition of 0.5 round at the place of a denormal's last bit */
    return (guint16) (sign | (lw_float_bits (lw_float_from_bits (magnitude) + 0.5f) - lw_float_bits (0.5f)));
  magnitude += 0xfff + ((magnitude >> 13) & 1);
  return (guint16) (sign | ((magnitude - 0x38000000) >> 13));
}
