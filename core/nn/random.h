/* random.h: random numbers that are the same everywhere for the same seed (SplitMix64), whatever GLib does */
#pragma once
#include <glib.h>
#include <math.h>

typedef struct { guint64 state; } LwRandom;

static inline guint64
lw_random_mix (guint64 z)
{
  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static inline guint64
lw_random_next (LwRandom *random)
{
  random->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return lw_random_mix (random->state);
}

/* A generator of its own for each (seed, stream), so that what one consumer draws does not move another one. */
static inline LwRandom
lw_random_new (guint64 seed, guint64 stream)
{
  LwRandom random = { lw_random_mix (seed + G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) ^ lw_random_mix (stream * 2 + 1) };

  return random;
}

/* [0, 1) */
static inline double
lw_random_double (LwRandom *random)
{
  return (double) (lw_random_next (random) >> 11) * 0x1p-53;
}

static inline double
lw_random_range (LwRandom *random, double low, double high)
{
  return low + (high - low) * lw_random_double (random);
}

/* 0 … n - 1 */
static inline guint
lw_random_int (LwRandom *random, guint n)
{
  return (guint) (((lw_random_next (random) >> 32) * (guint64) n) >> 32);
}

/* Mean 0, variance 1 (Box and Muller). */
static inline double
lw_random_normal (LwRandom *random)
{
  double u = 1 - lw_random_double (random), v = lw_random_double (random);

  return sqrt (-2 * log (u)) * cos (2 * G_PI * v);
}
