/* direct.c: convolutions 1x1, and 3x3 with a rim of 1, as they are defined: a product and a sum for each tap, input channel and output channel
 *
 * A tile is a few neighbouring pixels of a row and a panel of output channels; its sums stay in registers over all taps and input channels, and get bias, sum and
 * ReLU there. Filters lie in the order in which a tile reads them. Tiles are worked on in blocks, whose part of the input stays in the second-level cache. */
#include "config.h"
#include "panel.h"
#include <omp.h>
#include "sharing.h"

#define MAX_FILTER_BYTES 196608 /* of a panel and a chunk of input channels: a part of the second-level cache, */
#define MAX_INPUT_BYTES 393216  /* and of a block's input */
#define BLOCK_PIECES 4          /* tiles side by side in a block, where taps reach other rows */

typedef struct {
  const LwPlacedConv *conv;
  int in_width, in_height, width, height;       /* one row where there is one tap */
  int pieces;                  /* tiles of a row */
  int chunk;                   /* groups of input channels whose filters stay in the cache */
  int across, down;            /* blocks: what a thread takes at once is a panel of one */
  gsize pixel, group, filters; /* bytes of a pixel's lanes, of a plane of the input, and of the filters from one group of input channels to a panel */
} Work;

#if LW_LANES == 16
BEGIN_BF16
TILES (bf16_1, 1, APART, LW_TYPE_BF16)
TILES (bf16_3, 3, APART, LW_TYPE_BF16)
#endif
TILES (f32_1, 1, APART, LW_TYPE_F32)
TILES (f32_3, 3, APART, LW_TYPE_F32)
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
      gboolean ends = g + work->chunk >= groups;
      const guint8 *next = tile.next = ends && panel + 1 == panels_of (conv) ? w : tile.w + (gsize) MIN (work->chunk, groups - g) * work->filters;

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
            tile.next_x = piece + 1 < block->end_piece ? tile.x + (gsize) pixels * work->pixel : tile.x + tile.x_row;
            tile.y[0] = to;
            tile.y[1] = at_write (to, plane, conv->out_type);
            tiles[pixels] (&tile);
            tile.next += (gsize) (tile.groups * ahead * LINE);
            if (ends && !tile.whole)
              (conv->out_type == LW_TYPE_F32 ? finish_f32 : finish_bf16) (&tile, pixels, out_groups, plane, LANES);
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
  Units units[conv->threads];

  units_share (units, conv->threads, conv->n * work.across * work.down * panels);
#pragma omp parallel num_threads(conv->threads)
  for (int unit, thread = omp_get_thread_num (); (unit = units_take (units, conv->threads, thread)) >= 0; )
    {
      Block block = block_at (&work, unit / panels);
      float start[PANEL * LANES];

      panel_bias (conv, bias, unit % panels, start);
      convolve_panel (&work, &block, unit % panels, x, w, start, y, memory + (gsize) thread * sums_of (&work));
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
