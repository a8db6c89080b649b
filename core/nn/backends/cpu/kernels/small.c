/* small.c: convolutions of small pictures by large kernels, where half of what a window sees may lie outside of the picture
 *
 * For each tap only the pixels that it reaches are computed (three quarters of them in fc6 of FCN-8s), and each block of filters is read from memory once for
 * the whole picture. Sums of all pixels for four groups of output channels lie in the thread's scratch until the last tap. */
#include "config.h"
#include "vector.h"
#include <omp.h>

#if defined (__AVX512F__)

#include "tile.h"

#define LINE 64                 /* bytes of the cache */

/* The next block of filters on its way while this one is used: @part of @parts of it. */
INLINE void
prefetch_part (const Block *next, gsize bytes, int part, int parts)
{
  int lines = (int) (bytes / LINE), all = next->groups * OUT_GROUPS * lines, first = (int) ((gint64) all * part / parts), end = (int) ((gint64) all * (part + 1) / parts);

  for (int i = first; i < end; i++)
    {
      int line = i % lines, j = i / lines % OUT_GROUPS, g = i / lines / OUT_GROUPS;

      __builtin_prefetch (next->w + (gsize) g * next->w_group + (gsize) j * next->w_out + (gsize) line * LINE, 0, 2);
    }
}

/* Rows or columns of the output that tap @k reaches. */
INLINE void
reach (int k, int pad, int in, int out, int *first, int *end)
{
  *first = MAX (0, pad - k);
  *end = MIN (out, in + pad - k);
}

/* One tap, and as many groups of input channels as @block says. @next: the block of filters after this one. */
static void
add_tap (const LwSmallConv *conv, const guint8 *x, float *sums, const Block *block, const Block *next, int ky, int kx, const Tile *tiles)
{
  gsize pixel = LANES * lw_type_bytes (conv->type), filters = LANES * pixel;
  int y0, y1, x0, x1, pieces, done = 0;

  reach (ky, conv->pad, conv->in_height, conv->out_height, &y0, &y1);
  reach (kx, conv->pad, conv->in_width, conv->out_width, &x0, &x1);
  pieces = (x1 - x0 + MAX_TILE - 1) / MAX_TILE;
  for (int row = y0; row < y1; row++)
    for (int i = 0; i < pieces; i++)
      {
        int from = x0 + (x1 - x0) * i / pieces, to = x0 + (x1 - x0) * (i + 1) / pieces;
        Block b = *block;

        prefetch_part (next, filters, done++, (y1 - y0) * pieces);
        b.x = x + (gsize) ((row + ky - conv->pad) * conv->in_width + from + kx - conv->pad) * pixel;
        b.sums = sums + (gsize) (row * conv->out_width + from) * OUT_GROUPS * LANES;
        tiles[to - from] (&b);
      }
}

static void
finish (const LwSmallConv *conv, const float *sums, gsize first_group, guint8 *y)
{
  gsize pixels = (gsize) conv->out_height * (gsize) conv->out_width;
  Floats floor = splat (conv->relu ? 0.f : -INFINITY);

  for (gsize j = 0; j < OUT_GROUPS; j++)
    for (gsize i = 0; i < pixels; i++)
      store (y, ((first_group + j) * pixels + i) * LANES, conv->out_type, larger (load (sums, (i * OUT_GROUPS + j) * LANES, LW_TYPE_F32), floor));
}

static void
begin (const LwSmallConv *conv, const float *bias, gsize first_group, float *sums)
{
  gsize pixels = (gsize) conv->out_height * (gsize) conv->out_width;
  Floats start[OUT_GROUPS];

  for (gsize j = 0; j < OUT_GROUPS; j++)
    start[j] = bias != NULL ? load (bias, (first_group + j) * LANES, LW_TYPE_F32) : (Floats) {};
  for (gsize i = 0; i < pixels * OUT_GROUPS; i++)
    store (sums, i * LANES, LW_TYPE_F32, start[i % OUT_GROUPS]);
}

/* Four groups of output channels of one picture. */
static void
convolve_part (const LwSmallConv *conv, const guint8 *x, const guint8 *w, float *sums, const Tile *tiles)
{
  gsize bytes = lw_type_bytes (conv->type), x_group = (gsize) (conv->in_height * conv->in_width) * LANES * bytes, tap = LANES * LANES * bytes;
  int taps = conv->kernel * conv->kernel, most = (int) (FILTER_BYTES / (OUT_GROUPS * tap));

  for (int g = 0; g < conv->in_groups; g += most)
    {
      int groups = MIN (most, conv->in_groups - g);

      for (int t = 0; t < taps; t++)
        {
          Block block = { .w = w + (gsize) g * conv->weight_in * bytes + (gsize) (conv->flipped ? taps - 1 - t : t) * tap,
                          .x_group = x_group, .w_group = conv->weight_in * bytes, .w_out = conv->weight_out * bytes, .groups = groups };
          Block next = block;

          if (t + 1 < taps)
            next.w = conv->flipped ? block.w - tap : block.w + tap;
          else                          /* a prefetch past the end harms nobody */
            next.w = w + (gsize) (g + most) * conv->weight_in * bytes + (gsize) (conv->flipped ? taps - 1 : 0) * tap;
          add_tap (conv, x + (gsize) g * x_group, sums, &block, &next, t / conv->kernel, t % conv->kernel, tiles);
        }
    }
}

static void
convolve (const LwSmallConv *conv, const void *x, const void *w, const float *bias, void *y, float *scratch)
{
  gsize bytes = lw_type_bytes (conv->type), in = (gsize) (conv->in_groups * conv->in_height * conv->in_width) * LANES * bytes;
  gsize out = (gsize) (conv->out_groups * conv->out_height * conv->out_width) * LANES * lw_type_bytes (conv->out_type);
  const Tile *tiles = conv->type == LW_TYPE_F32 ? tile_f32_tiles : tile_bf16_tiles;
  int parts = conv->out_groups / OUT_GROUPS;

#pragma omp parallel for schedule(static) num_threads(conv->threads)
  for (int i = 0; i < conv->n * parts; i++)
    {
      gsize picture = (gsize) (i / parts), group = (gsize) (i % parts) * OUT_GROUPS;
      float *sums = scratch + (gsize) omp_get_thread_num () * lw_small_sums (conv);

      begin (conv, bias, group, sums);
      convolve_part (conv, (const guint8 *) x + picture * in, (const guint8 *) w + group * conv->weight_out * bytes, sums, tiles);
      finish (conv, sums, group, (guint8 *) y + picture * out);
    }
}

static gboolean
fits (const LwSmallConv *conv)
{
  return conv->out_groups % OUT_GROUPS == 0 && conv->n * conv->out_groups / OUT_GROUPS >= conv->threads && conv->out_height * conv->out_width <= LW_SMALL_PIXELS
         && conv->pad < conv->kernel;
}

const LwSmallKernels ISA_NAME (lw_small_kernels) = { fits, convolve };

#else

static gboolean
fits (const LwSmallConv *conv)
{
  return FALSE;
}

const LwSmallKernels ISA_NAME (lw_small_kernels) = { fits, NULL };

#endif
