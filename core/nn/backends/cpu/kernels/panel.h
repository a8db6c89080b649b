/* panel.h: products of filters and a few neighbouring pixels of a row, for two groups of output channels (a panel): what direct.c and doubling.c are made of
 *
 * The sums stay in registers over all taps and input channels. So that they do, the compiler must know each by its number before it unrolls loops: EACH_PIXEL writes
 * them out. (As an array that a loop walks through they were written to the stack and read again at both ends of each tile, a tenth of the time of a short one.) */
#pragma once

#include "vector.h"

#define PANEL 2                 /* groups of output channels of a tile */
#define MAX_PIXELS (LANES == 16 ? 14 : 6)       /* with two groups, sums in 28 of 32 registers, or in 12 of 16 */
#if LW_LANES == 16
#define EACH_PIXEL(DO) DO (0) DO (1) DO (2) DO (3) DO (4) DO (5) DO (6) DO (7) DO (8) DO (9) DO (10) DO (11) DO (12) DO (13)
#else
#define EACH_PIXEL(DO) DO (0) DO (1) DO (2) DO (3) DO (4) DO (5)
#endif
#define LINE 64                 /* bytes of the cache */

/* How the filters and outputs of a panel lie. */
typedef enum {
  APART,                       /* filters of both groups in turn; outputs in planes of their own */
  ABREAST,                     /* two groups of the same channels for neighbouring pixels: filters in two squares, outputs in turn */
} Layout;

typedef struct {
  const guint8 *x;             /* the first pixel under the first tap */
  const guint8 *next_x;        /* that of the tile after this one */
  const guint8 *w;
  gsize x_group, x_row, w_group;        /* bytes */
  int groups;
  int first_row, end_row;      /* of the taps: those that meet the picture */
  gboolean left, right;        /* the first pixel's left tap is outside of the picture, the last one's right tap */
  const guint8 *next;          /* filters that are needed soon, */
  int ahead;                   /* so many lines for each group */

  gboolean begins;             /* the first chunk: its sums start from @bias */
  const float *bias;           /* of the panel */
  float *sums;                 /* (pixel, group, lane) */
  gboolean whole;              /* nothing is missing but the ReLU, and both groups have their place */
  gboolean sum;                /* then: add what is there */
  float floor;
  void *y[PANEL];
} Tile;

typedef void (*TileOf) (const Tile *tile);

static const guint8 zeros[VECTOR_BYTES];        /* a pixel outside of the picture */

#if LW_LANES == 16
BEGIN_BF16
#endif

/* One tap and one group of input channels. @steps: vectors of filters in a square. */
INLINE gsize
filter_at (const int c, const int j, const int steps, const Layout layout)
{
  return (gsize) (layout == APART ? c * PANEL + j : j * steps + c) * VECTOR_BYTES;
}

INLINE void
multiply_f32 (Floats sums[MAX_PIXELS][PANEL], const guint8 *first, const guint8 *middle, const guint8 *last, const guint8 *w, const int pixels, const Layout layout)
{
  const float *a = (const float *) first, *b = (const float *) middle, *z = (const float *) last;

  for (int c = 0; c < LANES; c++)
    {
      Floats f0 = load (w + filter_at (c, 0, LANES, layout), 0, LW_TYPE_F32), f1 = load (w + filter_at (c, 1, LANES, layout), 0, LW_TYPE_F32);

#define MULTIPLY(p) \
      if (p < pixels) \
        { \
          Floats x = splat (p == 0 ? a[c] : p == pixels - 1 ? z[c] : b[p * LANES + c]); \
          sums[p][0] += x * f0; \
          sums[p][1] += x * f1; \
        }
      EACH_PIXEL (MULTIPLY)
#undef MULTIPLY
    }
}

#if LW_LANES == 16
/* Channels come in pairs. */
INLINE void
multiply_bf16 (Floats sums[MAX_PIXELS][PANEL], const guint8 *first, const guint8 *middle, const guint8 *last, const guint8 *w, const int pixels, const Layout layout)
{
  const gint32 *a = (const gint32 *) first, *b = (const gint32 *) middle, *z = (const gint32 *) last;

  for (int c = 0; c < LANES / 2; c++)
    {
      __m512bh f0 = (__m512bh) _mm512_loadu_si512 (w + filter_at (c, 0, LANES / 2, layout)), f1 = (__m512bh) _mm512_loadu_si512 (w + filter_at (c, 1, LANES / 2, layout));

#define MULTIPLY(p) \
      if (p < pixels) \
        { \
          __m512bh x = (__m512bh) _mm512_set1_epi32 (p == 0 ? a[c] : p == pixels - 1 ? z[c] : b[p * (LANES / 2) + c]); \
          sums[p][0] = (Floats) _mm512_dpbf16_ps ((__m512) sums[p][0], x, f0); \
          sums[p][1] = (Floats) _mm512_dpbf16_ps ((__m512) sums[p][1], x, f1); \
        }
      EACH_PIXEL (MULTIPLY)
#undef MULTIPLY
    }
}
#else
#define multiply_bf16(...) g_assert_not_reached ()
#endif

/* All taps of one group of input channels. @soon: the pixels that come after these, from @x's place on. */
INLINE void
multiply_group (const Tile *t, Floats sums[MAX_PIXELS][PANEL], const guint8 *x, const guint8 *soon, const guint8 *w, const int pixels, const int kernel, const Layout layout,
                const LwType type)
{
  const gsize pixel = LANES * lw_type_bytes (type), square = PANEL * LANES * pixel;
  const int steps = MAX (1, LINE / (int) pixel);

  for (int ky = t->first_row; ky < t->end_row; ky++)
    {
      const guint8 *row = x + (gsize) ky * t->x_row, *row_soon = soon + (gsize) ky * t->x_row;

      for (int p = 0; p < pixels + kernel - 1; p += steps)
        __builtin_prefetch (row_soon + (gsize) p * pixel, 0, 3);
      for (int kx = 0; kx < kernel; kx++)
        {
          gboolean left = kernel == 3 && kx == 0 && t->left, right = kernel == 3 && kx == 2 && t->right;
          const guint8 *middle = row + (gsize) kx * pixel, *taps = w + (gsize) (ky * kernel + kx) * square;
          const guint8 *first = left || (pixels == 1 && right) ? zeros : middle, *last = right ? zeros : middle + (pixels - 1) * pixel;

          if (type == LW_TYPE_F32)
            multiply_f32 (sums, first, middle, last, taps, pixels, layout);
          else
            multiply_bf16 (sums, first, middle, last, taps, pixels, layout);
        }
    }
}

/* store (), with the instruction where there is one. */
INLINE void
store_rounded (void *y, gsize i, LwType type, Floats value)
{
#if LW_LANES == 16
  if (type == LW_TYPE_BF16)
    _mm256_storeu_si256 ((__m256i *) ((guint16 *) y + i), (__m256i) _mm512_cvtneps_pbh ((__m512) value));
  else
#endif
    store (y, i, type, value);
}

INLINE void
add_out (const Tile *t, Floats sums[MAX_PIXELS][PANEL], const int pixels, const gboolean sum, const Layout layout, const LwType type)
{
  Floats floor = splat (t->floor);
  const int step = layout == APART ? LANES : PANEL * LANES;

#define ADD_OUT(p, j) \
  if (p < pixels) \
    store_rounded (t->y[j], (gsize) (p * step), type, larger (sum ? sums[p][j] + load (t->y[j], (gsize) (p * step), type) : sums[p][j], floor));
#define ADD_OUT_0(p) ADD_OUT (p, 0)
#define ADD_OUT_1(p) ADD_OUT (p, 1)
#define ADD_OUT_BOTH(p) ADD_OUT (p, 0) ADD_OUT (p, 1)
  if (layout == ABREAST)
    {
      EACH_PIXEL (ADD_OUT_BOTH)
    }
  else
    {
      EACH_PIXEL (ADD_OUT_0)
      EACH_PIXEL (ADD_OUT_1)
    }
#undef ADD_OUT
#undef ADD_OUT_0
#undef ADD_OUT_1
#undef ADD_OUT_BOTH
}

INLINE void
begin_tile (const Tile *t, Floats sums[MAX_PIXELS][PANEL], const int pixels)
{
  Floats start[PANEL] = { load (t->bias, 0, LW_TYPE_F32), load (t->bias, LANES, LW_TYPE_F32) };

#define BEGIN(p) if (p < pixels) { sums[p][0] = start[0]; sums[p][1] = start[1]; }
#define GO_ON(p) \
  if (p < pixels) \
    { sums[p][0] = load (t->sums, p * PANEL * LANES, LW_TYPE_F32); sums[p][1] = load (t->sums, (p * PANEL + 1) * LANES, LW_TYPE_F32); }
  if (t->begins)
    {
      EACH_PIXEL (BEGIN)
    }
  else
    {
      EACH_PIXEL (GO_ON)
    }
#undef BEGIN
#undef GO_ON
}

INLINE void
keep_tile (const Tile *t, Floats sums[MAX_PIXELS][PANEL], const int pixels)
{
#define KEEP(p) \
  if (p < pixels) \
    { store (t->sums, p * PANEL * LANES, LW_TYPE_F32, sums[p][0]); store (t->sums, (p * PANEL + 1) * LANES, LW_TYPE_F32, sums[p][1]); }
  EACH_PIXEL (KEEP)
#undef KEEP
}

INLINE void
tile_of (const Tile *t, const int pixels, const int kernel, const Layout layout, const LwType type)
{
  const guint8 *x = t->x, *w = t->w, *next = t->next;
  Floats sums[MAX_PIXELS][PANEL];

  begin_tile (t, sums, pixels);
  for (int g = t->groups; g > 0; g--, x += t->x_group, w += t->w_group)
    {
      for (int i = 0; i < t->ahead; i++, next += LINE)
        __builtin_prefetch (next, 0, 2);
      multiply_group (t, sums, x, g > 1 ? x + t->x_group : t->next_x, w, pixels, kernel, layout, type);
    }
  if (!t->whole)
    keep_tile (t, sums, pixels);
  else if (t->sum)
    add_out (t, sums, pixels, TRUE, layout, type);
  else
    add_out (t, sums, pixels, FALSE, layout, type);
}

#define TILE(name, n, kernel, layout, type) static void name##_##n (const Tile *t) { tile_of (t, n, kernel, layout, type); }
#if LW_LANES == 16
#define TILES(name, ...) \
  TILE (name, 1, __VA_ARGS__) TILE (name, 2, __VA_ARGS__) TILE (name, 3, __VA_ARGS__) TILE (name, 4, __VA_ARGS__) TILE (name, 5, __VA_ARGS__) \
  TILE (name, 6, __VA_ARGS__) TILE (name, 7, __VA_ARGS__) TILE (name, 8, __VA_ARGS__) TILE (name, 9, __VA_ARGS__) TILE (name, 10, __VA_ARGS__) \
  TILE (name, 11, __VA_ARGS__) TILE (name, 12, __VA_ARGS__) TILE (name, 13, __VA_ARGS__) TILE (name, 14, __VA_ARGS__) \
  static const TileOf name##_tiles[] = { NULL, name##_1, name##_2, name##_3, name##_4, name##_5, name##_6, name##_7, name##_8, name##_9, name##_10, name##_11, \
                                         name##_12, name##_13, name##_14 };
#else
#define TILES(name, ...) \
  TILE (name, 1, __VA_ARGS__) TILE (name, 2, __VA_ARGS__) TILE (name, 3, __VA_ARGS__) TILE (name, 4, __VA_ARGS__) TILE (name, 5, __VA_ARGS__) TILE (name, 6, __VA_ARGS__) \
  static const TileOf name##_tiles[] = { NULL, name##_1, name##_2, name##_3, name##_4, name##_5, name##_6 };
#endif

/* What a tile kept, with the sum of what is there already, the ReLU, and the picture's type. @groups: of the panel, 1 or 2; @apart: elements between them; @step: between pixels */
INLINE void
finish_tile (const Tile *t, int pixels, int groups, gsize apart, gsize step, const LwType type)
{
  Floats floor = splat (t->floor);

  for (int j = 0; j < groups; j++)
    for (int p = 0; p < pixels; p++)
      {
        gsize to = (gsize) j * apart + (gsize) p * step;
        Floats value = load (t->sums, (gsize) ((p * PANEL + j) * LANES), LW_TYPE_F32);

        store_rounded (t->y[0], to, type, larger (t->sum ? value + load (t->y[0], to, type) : value, floor));
      }
}

static void
finish_f32 (const Tile *t, int pixels, int groups, gsize apart, gsize step)
{
  finish_tile (t, pixels, groups, apart, step, LW_TYPE_F32);
}

static void
finish_bf16 (const Tile *t, int pixels, int groups, gsize apart, gsize step)
{
  finish_tile (t, pixels, groups, apart, step, LW_TYPE_BF16);
}

#if LW_LANES == 16
END_BF16
#endif
