/* doubling.c: learned upsampling: every pixel becomes a square of 2 x 2, each of its own product of filters and the pixel's channels
 *
 * A panel is a group of output channels for both columns of a square, so that a tile's outputs are neighbours of one row. */
#include "config.h"
#include "panel.h"
#include <omp.h>
#include "sharing.h"

#define MAX_INPUT_BYTES 524288  /* of a block of rows: it stays in the second-level cache while all panels' filters go by */

#if LW_LANES == 16
BEGIN_BF16
TILES (bf16, 1, ABREAST, LW_TYPE_BF16)
#endif
TILES (f32, 1, ABREAST, LW_TYPE_F32)
#if LW_LANES == 16
END_BF16
#endif

typedef struct {
  const LwDoubling *d;
  int pieces, down;            /* tiles of a row, and blocks of rows: what a thread takes at once is a panel of one */
  gsize pixel, row, plane;     /* bytes of the input */
} Work;

static int
parts (int whole, int most)
{
  return (whole + most - 1) / most;
}

/* Of every group of output channels the upper row, and the lower one. */
static int
panels_of (const LwDoubling *d)
{
  return 2 * d->out_groups;
}

static Work
share_work (const LwDoubling *d)
{
  gsize pixel = LANES * lw_type_bytes (d->type), row = (gsize) d->width * pixel;
  int rows = MAX (1, (int) (MAX_INPUT_BYTES / ((gsize) d->in_groups * row)));

  return (Work) { d, parts (d->width, MAX_PIXELS), parts (d->height, rows), pixel, row, (gsize) d->height * row };
}

static const TileOf *
tiles_for (const LwDoubling *d)
{
#if LW_LANES == 16
  if (d->type == LW_TYPE_BF16)
    return bf16_tiles;
#endif
  return f32_tiles;
}

/* Row @row of the input, tile by tile, to one row of the output. */
static void
upsample_row (const Work *work, Tile *tile, const guint8 *x, void *y)
{
  const LwDoubling *d = work->d;
  const TileOf *tiles = tiles_for (d);

  for (int piece = 0, start = 0; piece < work->pieces; piece++)
    {
      int end = (int) ((gint64) d->width * (piece + 1) / work->pieces), pixels = end - start;

      tile->x = x + (gsize) start * work->pixel;
      tile->next_x = tile->x + (gsize) pixels * work->pixel;
      tile->y[0] = at_write (y, (gsize) start * PANEL * LANES, d->out_type);
      tile->y[1] = at_write (tile->y[0], LANES, d->out_type);
      tiles[pixels] (tile);
      tile->next += (gsize) (tile->groups * tile->ahead) * LINE;
      if (!tile->whole)
        (d->out_type == LW_TYPE_F32 ? finish_f32 : finish_bf16) (tile, pixels, PANEL, LANES, PANEL * LANES);
      start = end;
    }
}

/* Lines of filters to fetch for each group of input channels, so that those of the next group of outputs are there when both rows of this one are done. */
static int
lines_ahead (const Work *work, int rows)
{
  return LANES == 16 ? parts ((int) (4 * LANES * work->pixel / LINE), 2 * rows * work->pieces) : 0;     /* with 8 lanes they lie scattered */
}

/* Panel @panel for rows @first to @end - 1 of a picture. */
static void
upsample_panel (const Work *work, int picture, int first, int end, int panel, const guint8 *x, const guint8 *w, const float *bias, void *y)
{
  const LwDoubling *d = work->d;
  gsize group = (gsize) (panel / 2), lower = (gsize) (panel % 2), bytes = lw_type_bytes (d->type), width = 2 * (gsize) d->width;
  gsize out = ((gsize) picture * (gsize) d->out_groups + group) * 2 * (gsize) d->height;
  float start[PANEL * LANES] = { 0 }, sums[MAX_PIXELS * PANEL * LANES];
  Tile tile = { .x_group = work->plane, .w_group = d->weight_in * bytes, .groups = d->in_groups, .end_row = 1, .begins = TRUE, .bias = start, .sums = sums,
                .whole = d->out_type == d->type, .floor = -INFINITY, .ahead = lines_ahead (work, end - first) };
  gsize passed = (gsize) ((end - first) * work->pieces * d->in_groups * tile.ahead) * LINE;

  tile.w = w + (group * d->weight_out + lower * d->weight_row) * bytes;
  tile.next = w + (panel + 2 < panels_of (d) ? (group + 1) * d->weight_out * bytes : 0) + lower * passed;
  for (int c = 0; c < PANEL * LANES && bias != NULL; c++)
    start[c] = bias[group * LANES + (gsize) (c % LANES)];
  for (int row = first; row < end; row++)
    upsample_row (work, &tile, x + (gsize) picture * (gsize) d->in_groups * work->plane + (gsize) row * work->row,
                  at_write (y, (out + 2 * (gsize) row + lower) * width * LANES, d->out_type));
}

static void
upsample (const LwDoubling *d, const void *x, const void *w, const float *bias, void *y)
{
  Work work = share_work (d);
  int panels = panels_of (d);
  Units units[d->threads];

  units_share (units, d->threads, d->n * work.down * panels);
#pragma omp parallel num_threads(d->threads)
  for (int unit; (unit = units_take (units, d->threads, omp_get_thread_num ())) >= 0; )
    {
      int block = unit / panels % work.down;

      upsample_panel (&work, unit / panels / work.down, d->height * block / work.down, d->height * (block + 1) / work.down, unit % panels, x, w, bias, y);
    }
}

static gboolean
fits (const LwDoubling *d)
{
  return d->type == LW_TYPE_F32 || LANES == 16;
}

const LwDoublingKernels ISA_NAME (lw_doubling_kernels) = { fits, upsample };
