/* vec.h: points, directions and linear colours */
#pragma once

#include <math.h>

/* Metres: x right, y up, z ahead. As a colour: red, green, blue, linear, 1 is white paper in full light. */
typedef struct { float x, y, z; } Vec;

#define VEC(x, y, z) ((Vec) { (float) (x), (float) (y), (float) (z) })

static inline Vec
grey (float v)
{
  return VEC (v, v, v);
}

static inline Vec add (Vec a, Vec b) { return VEC (a.x + b.x, a.y + b.y, a.z + b.z); }
static inline Vec sub (Vec a, Vec b) { return VEC (a.x - b.x, a.y - b.y, a.z - b.z); }
static inline Vec mul (Vec a, Vec b) { return VEC (a.x * b.x, a.y * b.y, a.z * b.z); }
static inline Vec scale (Vec a, float k) { return VEC (a.x * k, a.y * k, a.z * k); }
static inline Vec mix (Vec a, Vec b, float t) { return add (a, scale (sub (b, a), t)); }
static inline float dot (Vec a, Vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static inline Vec cross (Vec a, Vec b) { return VEC (a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x); }
static inline float length (Vec a) { return sqrtf (dot (a, a)); }
static inline Vec unit (Vec a) { return scale (a, 1 / fmaxf (length (a), 1e-9f)); }
static inline float clampf (float v, float low, float high) { return v < low ? low : v > high ? high : v; }
static inline float mixf (float a, float b, float t) { return a + (b - a) * t; }

/* 0 below @low, 1 above @high, smooth between. */
static inline float
ramp (float low, float high, float v)
{
  float t = clampf ((v - low) / (high - low), 0, 1);
  return t * t * (3 - 2 * t);
}
