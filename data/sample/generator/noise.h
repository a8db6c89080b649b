/* noise.h: seeded chance, and smooth noise over the plane */
#pragma once

#include <glib.h>

typedef struct { guint64 state; } Random;

Random random_new (guint64 seed);
float random_unit (Random *random);                              /* [0, 1) */
float random_range (Random *random, float low, float high);
int random_below (Random *random, int n);                        /* 0 .. n - 1 */
gboolean random_chance (Random *random, float probability);
float random_normal (Random *random);                            /* mean 0, deviation 1 */

float noise2 (float x, float y, guint32 seed);                   /* [0, 1], one feature a unit */
float fractal2 (float x, float y, int octaves, guint32 seed);    /* [0, 1], every octave half as strong and twice as fine */
