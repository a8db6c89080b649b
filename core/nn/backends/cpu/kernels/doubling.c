/* doubling.c: learned upsampling: every pixel becomes a square of 2 x 2, each of its own product of filters and the pixel's channels */
#include "config.h"
#include "vector.h"
#include <omp.h>

#if defined (__AVX512F__)

#include "tile.h"

#define CHUNK (42 * MAX_TILE)   /* pixels, whose sums for both columns of a square and four groups stay in the second-level cache */

/* Of one thread at a time: pixels @first to @first + @pixels - 1 of picture @picture, row @row of their squares, four groups from @group on. */
typedef struct { gsize picture, group, first, pixels, row; } Share;

static void
begin (const float *bias, const Share *share, float *sums)
{
  Floats start[OUT_GROUPS];

  for (gsize j = 0; j < OUT_GROUPS; j++)
    start[j] = bias != NULL ? load (bias, (share->group + j) * LANES, LW_TYPE_F32) : (Floats) {};
  for (gsize i = 0; i < share->pixels * OUT_GROUPS; i++)
    store (sums, i * LANES, LW_TYPE_F32, start[i % OUT_GROUPS]);
}

/* Column @column of the squares. */
static void
multiply (const LwDoubling *d, const Share *share, gsize column, const guint8 *x, const guint8 *w, float *sums, const Tile *tiles)
{
  gsize bytes = lw_type_bytes (d->type), pixel = LANES * bytes, tap = LANES * pixel, plane = (gsize) d->height * (gsize) d->width * pixel;
  int most = (int) (FILTER_BYTES / (OUT_GROUPS * tap));

  x += share->picture * (gsize) d->in_groups * plane + share->first * pixel;
  w += share->group * d->weight_out * bytes + (2 * share->row + column) * tap;
  for (int g = 0; g < d->in_groups; g += most)
    for (gsize i = 0; i < share->pixels; i += MAX_TILE)
      {
        Block block = { .x = x + (gsize) g * plane + i * pixel, .w = w + (gsize) g * d->weight_in * bytes, .x_group = plane, .w_group = d->weight_in * bytes,
                        .w_out = d->weight_out * bytes, .groups = MIN (most, d->in_groups - g), .sums = sums + i * OUT_GROUPS * LANES };

        tiles[MIN (MAX_TILE, share->pixels - i)] (&block);
      }
}

/* @sums: of the left column, then of the right one */
static void
finish (const LwDoubling *d, const Share *share, const float *sums, void *y)
{
  gsize width = (gsize) d->width, plane = 4 * (gsize) d->height * width;

  for (gsize j = 0; j < OUT_GROUPS; j++)
    {
      gsize out = share->picture * (gsize) d->out_groups * plane + (share->group + j) * plane;

      for (gsize i = 0; i < share->pixels; i++)
        {
          gsize at = share->first + i, to = out + (2 * (at / width) + share->row) * 2 * width + 2 * (at % width);

          for (gsize column = 0; column < 2; column++)
            store (y, (to + column) * LANES, d->out_type, load (sums, ((column * CHUNK + i) * OUT_GROUPS + j) * LANES, LW_TYPE_F32));
        }
    }
}

/* Neighbours in time read the same pixels. */
static void
upsample (const LwDoubling *d, const void *x, const void *w, const float *bias, void *y, float *scratch)
{
  gsize pixels = (gsize) d->height * (gsize) d->width, chunks = (pixels + CHUNK - 1) / CHUNK, quads = (gsize) d->out_groups / OUT_GROUPS;
  const Tile *tiles = d->type == LW_TYPE_F32 ? tile_f32_tiles : tile_bf16_tiles;

#pragma omp parallel for schedule(static) num_threads(d->threads)
  for (gsize i = 0; i < (gsize) d->n * chunks * quads * 2; i++)
    {
      gsize part = i / (2 * quads), first = part % chunks * CHUNK;
      Share share = { part / chunks, i / 2 % quads * OUT_GROUPS, first, MIN (CHUNK, pixels - first), i % 2 };
      float *sums = scratch + (gsize) omp_get_thread_num () * LW_DOUBLING_SUMS;

      for (gsize column = 0; column < 2; column++)
        {
          begin (bias, &share, sums + column * CHUNK * OUT_GROUPS * LANES);
          multiply (d, &share, column, x, w, sums + column * CHUNK * OUT_GROUPS * LANES, tiles);
        }
      finish (d, &share, sums, y);
    }
}

static gboolean
fits (const LwDoubling *doubling)
{
  G_STATIC_ASSERT (2 * CHUNK * OUT_GROUPS * LANES == LW_DOUBLING_SUMS);
  return doubling->out_groups % OUT_GROUPS == 0;
}

const LwDoublingKernels ISA_NAME (lw_doubling_kernels) = { fits, upsample };

#else

static gboolean
fits (const LwDoubling *doubling)
{
  return FALSE;
}

const LwDoublingKernels ISA_NAME (lw_doubling_kernels) = { fits, NULL };

#endif
