/* noise.c: seeded chance, and smooth noise over the plane */
#include "config.h"
#include "noise.h"

#include <math.h>

/* SplitMix64 (Steele, Lea, Flood, 2014). */
static guint64
next (Random *random)
{
  guint64 z = random->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ z >> 31;
}

Random
random_new (guint64 seed)
{
  Random random = { seed };
  next (&random);
  return random;
}

float
random_unit (Random *random)
{
  return (float) (next (random) >> 40) * 0x1p-24f;
}

float
random_range (Random *random, float low, float high)
{
  return low + (high - low) * random_unit (random);
}

int
random_below (Random *random, int n)
{
  return (int) (next (random) % (guint64) n);
}

gboolean
random_chance (Random *random, float probability)
{
  return random_unit (random) < probability;
}

float
random_normal (Random *random)
{
  float sum = 0;                 /* of four: near enough to a bell for paint and film */
  for (int i = 0; i < 4; i++)
    sum += random_unit (random);
  return (sum - 2) * 1.7320508f;
}

static inline float
lattice (int x, int y, guint32 seed)
{
  guint32 h = (guint32) x * 0x8da6b343u ^ (guint32) y * 0xd8163841u ^ seed * 0xcb1ab31fu;
  h = (h ^ h >> 15) * 0x2c1b3c6du;
  h = (h ^ h >> 12) * 0x297a2d39u;
  return (float) ((h ^ h >> 15) >> 8) * 0x1p-24f;
}

float
noise2 (float x, float y, guint32 seed)
{
  float fx = floorf (x), fy = floorf (y), u = x - fx, v = y - fy;
  int ix = (int) fx, iy = (int) fy;
  u = u * u * (3 - 2 * u);
  v = v * v * (3 - 2 * v);
  float top = lattice (ix, iy, seed) * (1 - u) + lattice (ix + 1, iy, seed) * u;
  float bottom = lattice (ix, iy + 1, seed) * (1 - u) + lattice (ix + 1, iy + 1, seed) * u;
  return top * (1 - v) + bottom * v;
}

float
fractal2 (float x, float y, int octaves, guint32 seed)
{
  float sum = 0, weight = 1, total = 0;
  for (int i = 0; i < octaves; i++)
    {
      sum += weight * noise2 (x, y, seed + (guint32) i);
      total += weight;
      weight *= 0.5f;
      x *= 2, y *= 2;
    }
  return sum / total;
}
