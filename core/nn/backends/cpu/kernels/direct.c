/* direct.c: convolutions 1x1, and 3x3 with a rim of 1, as they are defined: a product and a sum for each tap, input channel and output channel
 *
 * A tile is a few neighbouring pixels of a row and a panel of output channels; its sums stay in registers over all taps and input channels, and get bias, sum and
 * ReLU there. Filters lie in the order in which a tile reads them. Tiles are worked on in blocks, whose part of the input stays in the second-level cache. */
#include "config.h"
#include "vector.h"
#include <omp.h>

#define PANEL 2                 /* groups of output channels of a tile */
#define MAX_PIXELS (LANES == 16 ? 14 : 6)       /* with two groups, sums in 28 of 32 registers, or in 12 of 16 */
#define UNROLLED _Pragma ("GCC unroll 14") for  /* what is in a fixed register must have a fixed number */
#define LINE 64                 /* bytes of the cache */
#define MAX_FILTER_BYTES 196608 /* of a panel and a chunk of input channels: a part of the second-level cache, */
#define MAX_INPUT_BYTES 393216  /* and of a block's input */
#define BLOCK_PIECES 4          /* tiles side by side in a block, where taps reach other rows */
#define UNITS 4                 /* of work for each thread at least, so that none waits long for the last one */

typedef struct {
  const LwPlacedConv *conv;
  int in_width, in_height, width, height;       /* one row where there is one tap */
  int pieces;                  /* tiles of a row */
  int chunk;                   /* groups of input channels whose filters stay in the cache */
  int across, down;            /* blocks */
  int shares;                  /* of the panels: what a thread takes at once is a block for a share */
  gsize pixel, group, filters; /* bytes of a pixel's lanes, of a plane of the input, and of the filters from one group of input channels to a panel */
} Work;

typedef struct {
  const guint8 *x;             /* the first pixel under the first tap */
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

/* One tap and one group of input channels. */
INLINE void
multiply_f32 (Floats sums[MAX_PIXELS][PANEL], const guint8 *first, const guint8 *middle, const guint8 *last, const guint8 *w, const int pixels)
{
  const float *a = (const float *) first, *b = (const float *) middle, *z = (const float *) last;

  for (int c = 0; c < LANES; c++)
    {
      Floats f0 = load (w, (gsize) (c * PANEL * LANES), LW_TYPE_F32), f1 = load (w, (gsize) ((c * PANEL + 1) * LANES), LW_TYPE_F32);

      UNROLLED (int p = 0; p < pixels; p++)
        {
          Floats x = splat (p == 0 ? a[c] : p == pixels - 1 ? z[c] : b[p * LANES + c]);

          sums[p][0] += x * f0;
          sums[p][1] += x * f1;
        }
    }
}

#if LW_LANES == 16
/* Channels come in pairs. */
INLINE void
multiply_bf16 (Floats sums[MAX_PIXELS][PANEL], const guint8 *first, const guint8 *middle, const guint8 *last, const guint8 *w, const int pixels)
{
  const gint32 *a = (const gint32 *) first, *b = (const gint32 *) middle, *z = (const gint32 *) last;

  for (int c = 0; c < LANES / 2; c++)
    {
      __m512bh f0 = (__m512bh) _mm512_loadu_si512 (w + c * PANEL * VECTOR_BYTES), f1 = (__m512bh) _mm512_loadu_si512 (w + (c * PANEL + 1) * VECTOR_BYTES);

      UNROLLED (int p = 0; p < pixels; p++)
        {
          __m512bh x = (__m512bh) _mm512_set1_epi32 (p == 0 ? a[c] : p == pixels - 1 ? z[c] : b[p * (LANES / 2) + c]);

          sums[p][0] = (Floats) _mm512_dpbf16_ps ((__m512) sums[p][0], x, f0);
          sums[p][1] = (Floats) _mm512_dpbf16_ps ((__m512) sums[p][1], x, f1);
        }
    }
}
#else
#define multiply_bf16(...) g_assert_not_reached ()
#endif

/* All taps of one group of input channels. */
INLINE void
multiply_group (const Tile *t, Floats sums[MAX_PIXELS][PANEL], const guint8 *x, const guint8 *w, const int pixels, const int kernel, const LwType type)
{
  const gsize pixel = LANES * lw_type_bytes (type), square = PANEL * LANES * pixel;

  for (int ky = t->first_row; ky < t->end_row; ky++)
    {
      const guint8 *row = x + (gsize) ky * t->x_row;

      for (int p = 0; p < pixels + kernel - 1; p++)
        __builtin_prefetch (row + t->x_group + (gsize) p * pixel, 0, 3);
      for (int kx = 0; kx < kernel; kx++)
        {
          gboolean left = kernel == 3 && kx == 0 && t->left, right = kernel == 3 && kx == 2 && t->right;
          const guint8 *middle = row + (gsize) kx * pixel, *taps = w + (gsize) (ky * kernel + kx) * square;
          const guint8 *first = left || (pixels == 1 && right) ? zeros : middle, *last = right ? zeros : middle + (pixels - 1) * pixel;

          if (type == LW_TYPE_F32)
            multiply_f32 (sums, first, middle, last, taps, pixels);
          else
            multiply_bf16 (sums, first, middle, last, taps, pixels);
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
add_out (const Tile *t, Floats sums[MAX_PIXELS][PANEL], const int pixels, const gboolean sum, const LwType type)
{
  Floats floor = splat (t->floor);

  for (int j = 0; j < PANEL; j++)
    {
      void *y = t->y[j];

      UNROLLED (int p = 0; p < pixels; p++)
        store_rounded (y, (gsize) (p * LANES), type, larger (sum ? sums[p][j] + load (y, (gsize) (p * LANES), type) : sums[p][j], floor));
    }
}

INLINE void
tile_of (const Tile *t, const int pixels, const int kernel, const LwType type)
{
  const guint8 *x = t->x, *w = t->w, *next = t->next;
  Floats sums[MAX_PIXELS][PANEL];
  float *all = t->sums;

  UNROLLED (int p = 0; p < pixels; p++)
    for (int j = 0; j < PANEL; j++)
      sums[p][j] = t->begins ? load (t->bias, (gsize) (j * LANES), LW_TYPE_F32) : load (all, (gsize) ((p * PANEL + j) * LANES), LW_TYPE_F32);
  for (int g = 0; g < t->groups; g++, x += t->x_group, w += t->w_group)
    {
      for (int i = 0; i < t->ahead; i++, next += LINE)
        __builtin_prefetch (next, 0, 2);
      multiply_group (t, sums, x, w, pixels, kernel, type);
    }
  if (!t->whole)
    UNROLLED (int p = 0; p < pixels; p++)
      for (int j = 0; j < PANEL; j++)
        store (all, (gsize) ((p * PANEL + j) * LANES), LW_TYPE_F32, sums[p][j]);
  else if (t->sum)
    add_out (t, sums, pixels, TRUE, type);
  else
    add_out (t, sums, pixels, FALSE, type);
}

#define TILE(name, n, kernel, type) static void name##_##n (const Tile *t) { tile_of (t, n, kernel, type); }
#if LW_LANES == 16
#define TILES(name, kernel, type) \
  TILE (name, 1, kernel, type) TILE (name, 2, kernel, type) TILE (name, 3, kernel, type) TILE (name, 4, kernel, type) TILE (name, 5, kernel, type) \
  TILE (name, 6, kernel, type) TILE (name, 7, kernel, type) TILE (name, 8, kernel, type) TILE (name, 9, kernel, type) TILE (name, 10, kernel, type) \
  TILE (name, 11, kernel, type) TILE (name, 12, kernel, type) TILE (name, 13, kernel, type) TILE (name, 14, kernel, type) \
  static const TileOf name##_tiles[] = { NULL, name##_1, name##_2, name##_3, name##_4, name##_5, name##_6, name##_7, name##_8, name##_9, name##_10, name##_11, \
                                         name##_12, name##_13, name##_14 };
#else
#define TILES(name, kernel, type) \
  TILE (name, 1, kernel, type) TILE (name, 2, kernel, type) TILE (name, 3, kernel, type) TILE (name, 4, kernel, type) TILE (name, 5, kernel, type) TILE (name, 6, kernel, type) \
  static const TileOf name##_tiles[] = { NULL, name##_1, name##_2, name##_3, name##_4, name##_5, name##_6 };
#endif

TILES (f32_1, 1, LW_TYPE_F32)
TILES (f32_3, 3, LW_TYPE_F32)
#if LW_LANES == 16
TILES (bf16_1, 1, LW_TYPE_BF16)
TILES (bf16_3, 3, LW_TYPE_BF16)
#endif

/* The sum with what is there already, the ReLU, and the picture's type. @groups: of the panel, 1 or 2. @plane: elements. */
INLINE void
finish (const LwPlacedConv *conv, const float *sums, int pixels, int groups, void *y, gsize plane, const LwType type)
{
  Floats floor = splat (conv->relu ? 0.f : -INFINITY);

  for (int j = 0; j < groups; j++)
    for (int p = 0; p < pixels; p++)
      {
        gsize at = (gsize) j * plane + (gsize) (p * LANES);
        Floats value = load (sums, (gsize) ((p * PANEL + j) * LANES), LW_TYPE_F32);

        store_rounded (y, at, type, larger (conv->sum ? value + load (y, at, type) : value, floor));
      }
}

static void
finish_f32 (const LwPlacedConv *conv, const float *sums, int pixels, int groups, void *y, gsize plane)
{
  finish (conv, sums, pixels, groups, y, plane, LW_TYPE_F32);
}

static void
finish_bf16 (const LwPlacedConv *conv, const float *sums, int pixels, int groups, void *y, gsize plane)
{
  finish (conv, sums, pixels, groups, y, plane, LW_TYPE_BF16);
}

#if LW_LANES == 16
END_BF16
#endif

static const TileOf *
tiles_for (const LwPlacedConv *conv)
{
#if LW_LANES == 16
  if (conv->type == LW_TYPE_BF16)
    return conv->kernel == 1 ? bf16_1_tiles : bf16_3_tiles;
#endif
  return conv->kernel == 1 ? f32_1_tiles : f32_3_tiles;
}

static int
parts (int whole, int most)
{
  return (whole + most - 1) / most;
}

static int
panels_of (const LwPlacedConv *conv)
{
  return parts (conv->out_groups, PANEL);
}

/* With one tap a picture is a single row. */
static Work
share_work (const LwPlacedConv *conv)
{
  gboolean flat = conv->kernel == 1;
  gsize pixel = LANES * lw_type_bytes (conv->type);
  Work work = { .conv = conv, .in_width = flat ? conv->in_width * conv->in_height : conv->in_width, .in_height = flat ? 1 : conv->in_height,
                .width = flat ? conv->out_width * conv->out_height : conv->out_width, .height = flat ? 1 : conv->out_height, .pixel = pixel };
  int most, room, wide;

  work.pieces = parts (work.width, MAX_PIXELS);
  work.group = (gsize) work.in_width * (gsize) work.in_height * pixel;
  work.filters = (gsize) (conv->kernel * conv->kernel * LANES * PANEL) * pixel;
  most = MAX (1, (int) (MAX_FILTER_BYTES / work.filters));
  work.chunk = parts (conv->in_groups, parts (conv->in_groups, most));
  room = MAX (MAX_PIXELS, (int) (MAX_INPUT_BYTES / ((gsize) work.chunk * pixel)));
  wide = MIN (work.pieces, flat ? room / MAX_PIXELS : BLOCK_PIECES);
  work.across = parts (work.pieces, wide);
  work.down = parts (work.height, MAX (4, room / (wide * MAX_PIXELS + 2) - 2));
  work.shares = MIN (panels_of (conv), parts (conv->threads * UNITS, conv->n * work.across * work.down));
  return work;
}

/* Pixels of the pieces before @piece. */
static int
piece_start (const Work *work, int piece)
{
  return (int) ((gint64) work->width * piece / work->pieces);
}

typedef struct { int picture, first_row, end_row, first_piece, end_piece; } Block;

static Block
block_at (const Work *work, int i)
{
  int across = i % work->across, down = i / work->across % work->down;

  return (Block) { i / work->across / work->down, work->height * down / work->down, work->height * (down + 1) / work->down,
                   work->pieces * across / work->across, work->pieces * (across + 1) / work->across };
}

/* Which place of a picture tile @piece of row @row has. */
static void
place_tile (const Work *work, Tile *tile, int picture, int row, int piece, const void *x, int group)
{
  const LwPlacedConv *conv = work->conv;
  int pad = conv->pad, start = piece_start (work, piece);

  tile->x_row = (gsize) work->in_width * work->pixel;
  tile->first_row = MAX (0, pad - row);
  tile->end_row = MIN (conv->kernel, work->in_height + pad - row);
  tile->left = start == 0;
  tile->right = piece == work->pieces - 1;
  /* what lies before the picture is never read */
  tile->x = (const guint8 *) ((gintptr) x + (gintptr) ((gsize) (picture * conv->in_groups + group) * work->group)
                              + ((gintptr) (row - pad) * work->in_width + start - pad) * (gintptr) work->pixel);
}

/* A panel of a block, the same filters for all its tiles. @bias: of the panel */
static void
convolve_panel (const Work *work, const Block *block, int panel, const guint8 *x, const guint8 *w, const float *bias, void *y, float *sums)
{
  const LwPlacedConv *conv = work->conv;
  const TileOf *tiles = tiles_for (conv);
  int groups = conv->in_groups, out_groups = MIN (PANEL, conv->out_groups - panel * PANEL);
  int ahead = parts ((int) (work->filters / LINE), (block->end_row - block->first_row) * (block->end_piece - block->first_piece));
  gsize plane = (gsize) work->width * (gsize) work->height * LANES, first = (gsize) (block->picture * conv->out_groups + panel * PANEL) * plane;
  Tile tile = { .w = w + (gsize) panel * (gsize) groups * work->filters, .x_group = work->group, .w_group = work->filters, .bias = bias, .ahead = ahead,
                .sum = conv->sum, .floor = conv->relu ? 0.f : -INFINITY };

  for (int g = 0; g < groups; g += work->chunk, tile.w = tile.next)
    {
      const guint8 *next = tile.next = tile.w + (gsize) MIN (work->chunk, groups - g) * work->filters;

      gboolean ends = g + work->chunk >= groups;

      tile.begins = g == 0;
      tile.whole = ends && out_groups == PANEL && conv->out_type == conv->type;
      tile.groups = MIN (work->chunk, groups - g);
      tile.sums = sums;
      for (int row = block->first_row; row < block->end_row; row++)
        for (int piece = block->first_piece; piece < block->end_piece; piece++)
          {
            int start = piece_start (work, piece), pixels = piece_start (work, piece + 1) - start;
            void *to = at_write (y, first + ((gsize) row * (gsize) work->width + (gsize) start) * LANES, conv->out_type);

            place_tile (work, &tile, block->picture, row, piece, x, g);
            tile.y[0] = to;
            tile.y[1] = at_write (to, plane, conv->out_type);
            tiles[pixels] (&tile);
            tile.next += (gsize) (tile.groups * ahead * LINE);
            if (ends && !tile.whole)
              (conv->out_type == LW_TYPE_F32 ? finish_f32 : finish_bf16) (conv, tile.sums, pixels, out_groups, to, plane);
            if (work->chunk < groups)
              tile.sums += pixels * PANEL * LANES;
          }
      tile.next = next;
    }
}

/* What is added to the sums of a panel, in whole groups. */
static void
panel_bias (const LwPlacedConv *conv, const float *bias, int panel, float *start)
{
  int groups = bias != NULL ? MIN (PANEL, conv->out_groups - panel * PANEL) : 0;

  memset (start, 0, PANEL * LANES * sizeof *start);
  if (groups > 0)
    memcpy (start, bias + panel * PANEL * LANES, (gsize) (groups * LANES) * sizeof *start);
}

/* Floats that a thread needs. */
static gsize
sums_of (const Work *work)
{
  if (work->chunk >= work->conv->in_groups)
    return MAX_PIXELS * PANEL * LANES;
  return (gsize) parts (work->height, work->down) * (gsize) parts (work->pieces, work->across) * MAX_PIXELS * PANEL * LANES;
}

static gsize
scratch (const LwPlacedConv *conv)
{
  Work work = share_work (conv);

  return (gsize) conv->threads * sums_of (&work);
}

static void
convolve (const LwPlacedConv *conv, const void *x, const void *w, const float *bias, void *y, float *memory)
{
  Work work = share_work (conv);
  int panels = panels_of (conv);

#pragma omp parallel for schedule(dynamic) num_threads(conv->threads)
  for (int i = 0; i < conv->n * work.across * work.down * work.shares; i++)
    {
      Block block = block_at (&work, i / work.shares);
      int share = i % work.shares;
      float start[PANEL * LANES];

      for (int panel = panels * share / work.shares; panel < panels * (share + 1) / work.shares; panel++)
        {
          panel_bias (conv, bias, panel, start);
          convolve_panel (&work, &block, panel, x, w, start, y, memory + (gsize) omp_get_thread_num () * sums_of (&work));
        }
    }
}

static gsize
filter_bytes (const LwPlacedConv *conv)
{
  return (gsize) panels_of (conv) * (gsize) conv->in_groups * share_work (conv).filters;
}

/* Of a panel: (group, tap, lane, panel's channels); of bfloat16 lanes come in pairs, which lie side by side for each of the panel's channels. */
static void
place_filters (const LwPlacedConv *conv, int channels, int in_channels, const float *filters, void *placed)
{
  int taps = conv->kernel * conv->kernel, wide = PANEL * LANES, pair = conv->type == LW_TYPE_F32 ? 1 : 2;

  memset (placed, 0, filter_bytes (conv));
#pragma omp parallel for schedule(static) num_threads(conv->threads)
  for (int out = 0; out < channels; out++)
    for (int in = 0; in < in_channels; in++)
      for (int tap = 0; tap < taps; tap++)
        {
          gsize square = ((gsize) (out / wide) * (gsize) conv->in_groups + (gsize) (in / LANES)) * (gsize) taps + (gsize) tap;
          gsize at = square * (gsize) (LANES * wide) + (gsize) (((in % LANES / pair) * wide + out % wide) * pair + in % pair);
          float value = filters[((gsize) out * (gsize) in_channels + (gsize) in) * (gsize) taps + (gsize) tap];

          store_element (placed, at, conv->type, value);
        }
}

/* Only the first and the last pixel of a row may see what is beside the picture. */
static gboolean
fits (const LwPlacedConv *conv)
{
  return (conv->type == LW_TYPE_F32 || LANES == 16) && ((conv->kernel == 1 && conv->pad == 0) || (conv->kernel == 3 && conv->pad == 1));
}

const LwPlacedKernels ISA_NAME (lw_direct_kernels) = { fits, filter_bytes, place_filters, scratch, convolve };
