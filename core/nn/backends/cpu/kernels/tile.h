/* tile.h: products of filters and a few neighbouring pixels, whose sums go on from memory: what small.c is made of
 *
 * Needs AVX-512. Filters lie in squares of (16 input channels, 16 output channels), of bfloat16 in (8, 16 output channels, 2). */
#pragma once

#include "vector.h"

#define OUT_GROUPS 4            /* computed at once */
#define MAX_TILE 6              /* pixels: with four groups, sums in 24 of 32 registers */
#define FILTER_BYTES 32768      /* of one tap, which stay in the first-level cache */

/* Sums of @pixels neighbours += filters of @groups groups of input channels times those. */
typedef struct {
  const guint8 *x, *w;         /* of the first pixel and group */
  gsize x_group, w_group, w_out;        /* bytes from group to group of input channels, and of output channels */
  int groups;
  float *sums;
} Block;

typedef void (*Tile) (const Block *block);

#define FOR_TILE(p, j) \
  _Pragma ("GCC unroll 6") for (int p = 0; p < pixels; p++) \
    _Pragma ("GCC unroll 4") for (int j = 0; j < OUT_GROUPS; j++)

INLINE void
tile_f32 (const Block *b, const int pixels)
{
  __m512 sums[MAX_TILE][OUT_GROUPS];

  FOR_TILE (p, j)
    sums[p][j] = _mm512_loadu_ps (b->sums + (p * OUT_GROUPS + j) * LANES);
  for (int g = 0; g < b->groups; g++)
    {
      const float *x = (const float *) (b->x + (gsize) g * b->x_group);
      const guint8 *w = b->w + (gsize) g * b->w_group;

      for (int c = 0; c < LANES; c++)
        {
          __m512 filters[OUT_GROUPS];

          _Pragma ("GCC unroll 4") for (int j = 0; j < OUT_GROUPS; j++)
            filters[j] = _mm512_loadu_ps ((const float *) (w + (gsize) j * b->w_out) + c * LANES);
          FOR_TILE (p, j)
            sums[p][j] = _mm512_fmadd_ps (_mm512_set1_ps (x[p * LANES + c]), filters[j], sums[p][j]);
        }
    }
  FOR_TILE (p, j)
    _mm512_storeu_ps (b->sums + (p * OUT_GROUPS + j) * LANES, sums[p][j]);
}

BEGIN_BF16

/* Channels come in pairs: lane l of a vector of filters has those of two input channels for output channel l. */
INLINE void
tile_bf16 (const Block *b, const int pixels)
{
  __m512 sums[MAX_TILE][OUT_GROUPS];

  FOR_TILE (p, j)
    sums[p][j] = _mm512_loadu_ps (b->sums + (p * OUT_GROUPS + j) * LANES);
  for (int g = 0; g < b->groups; g++)
    {
      const gint32 *x = (const gint32 *) (b->x + (gsize) g * b->x_group);
      const guint8 *w = b->w + (gsize) g * b->w_group;

      for (int c = 0; c < LANES / 2; c++)
        {
          __m512bh filters[OUT_GROUPS];

          _Pragma ("GCC unroll 4") for (int j = 0; j < OUT_GROUPS; j++)
            filters[j] = (__m512bh) _mm512_loadu_si512 (w + (gsize) j * b->w_out + c * VECTOR_BYTES);
          FOR_TILE (p, j)
            sums[p][j] = _mm512_dpbf16_ps (sums[p][j], (__m512bh) _mm512_set1_epi32 (x[p * LANES / 2 + c]), filters[j]);
        }
    }
  FOR_TILE (p, j)
    _mm512_storeu_ps (b->sums + (p * OUT_GROUPS + j) * LANES, sums[p][j]);
}

#define TILES(name) \
  static void name##_1 (const Block *b) { name (b, 1); } \
  static void name##_2 (const Block *b) { name (b, 2); } \
  static void name##_3 (const Block *b) { name (b, 3); } \
  static void name##_4 (const Block *b) { name (b, 4); } \
  static void name##_5 (const Block *b) { name (b, 5); } \
  static void name##_6 (const Block *b) { name (b, 6); } \
  static const Tile name##_tiles[] = { NULL, name##_1, name##_2, name##_3, name##_4, name##_5, name##_6 };

TILES (tile_bf16)

END_BF16

TILES (tile_f32)
