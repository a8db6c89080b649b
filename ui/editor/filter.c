/* filter.c: the picture below 100 %: each content pixel is the mean of the image pixels that it covers
 *
 * Rows first, all columns at once, in 16 bits; then columns. The weights of a pixel add up to 256, so nothing overflows and a flat area stays exactly flat. */
#include "config.h"
#include "editor/compositor.h"
#include <math.h>
#include <string.h>

#define MAX_TAPS 8          /* a side; below 1/7 the area is sampled evenly instead of read whole */
#define BLOCK 256

/* What one content pixel takes of the image, along one axis. */
typedef struct {
  int n, at[MAX_TAPS];
  guint16 weight[MAX_TAPS];
} Taps;

static void
find_taps (double zoom, int content, int image_size, Taps *taps)
{
  double start = content / zoom, end = MIN ((content + 1) / zoom, image_size);
  int first = MIN ((int) start, image_size - 1), last = MAX (first, MIN ((int) ceil (end) - 1, image_size - 1));
  int span = last - first + 1, left = 256, heaviest = 0;
  double cover[MAX_TAPS], sum = 0;

  taps->n = MIN (span, MAX_TAPS);
  for (int i = 0; i < taps->n; i++)
    {
      taps->at[i] = span <= MAX_TAPS ? first + i : first + (int) ((i + 0.5) * span / MAX_TAPS);
      cover[i] = span <= MAX_TAPS ? MAX (MIN (end, taps->at[i] + 1) - MAX (start, taps->at[i]), 1e-6) : 1;
      sum += cover[i];
    }
  for (int i = 0; i < taps->n; i++)
    {
      taps->weight[i] = (guint16) (256 * cover[i] / sum);
      left -= taps->weight[i];
      if (cover[i] > cover[heaviest])
        heaviest = i;
    }
  taps->weight[heaviest] = (guint16) (taps->weight[heaviest] + left);
}

/* sums[k] = sum of weight * byte k of the rows, for @n bytes from byte @offset on. */
static void
sum_rows (const LwImage *image, const Taps *rows, gsize offset, gsize n, guint16 *sums)
{
  memset (sums, 0, n * sizeof *sums);
  for (int i = 0; i < rows->n; i++)
    {
      const guint8 *bytes = image->pixels + (gsize) rows->at[i] * image->stride + offset;
      guint16 weight = rows->weight[i];
      for (gsize k = 0; k < n; k++)
        sums[k] = (guint16) (sums[k] + bytes[k] * weight);
    }
}

static void
sum_columns (const guint16 *sums, int first, const Taps *columns, int n, guint8 *out)
{
  for (int i = 0; i < n; i++)
    {
      guint32 channel[4] = { 0x8000, 0x8000, 0x8000, 0x8000 };
      for (int tap = 0; tap < columns[i].n; tap++)
        for (int k = 0; k < 4; k++)
          channel[k] += (guint32) sums[(columns[i].at[tap] - first) * 4 + k] * columns[i].weight[tap];
      for (int k = 0; k < 4; k++)
        out[i * 4 + k] = (guint8) (channel[k] >> 16);
    }
}

static void
filter_block (const LwCompositor *self, const LwImage *image, const LwRect *rect, guint8 *out, gsize stride)
{
  Taps columns[BLOCK], rows;

  for (int i = 0; i < rect->width; i++)
    find_taps (self->zoom, rect->x + i, image->width, &columns[i]);
  int first = columns[0].at[0], last = columns[rect->width - 1].at[columns[rect->width - 1].n - 1];
  gsize n = (gsize) (last - first + 1) * 4;
  g_autofree guint16 *sums = g_new (guint16, n);

  for (int row = 0; row < rect->height; row++)
    {
      find_taps (self->zoom, rect->y + row, image->height, &rows);
      sum_rows (image, &rows, (gsize) first * 4, n, sums);
      sum_columns (sums, first, columns, rect->width, out + (gsize) row * stride);
    }
}

void
lw_compositor_filter (const LwCompositor *self, const LwScene *scene, const LwRect *rect, guint8 *out, gsize stride)
{
  if (scene->image == NULL)
    {
      for (int row = 0; row < rect->height; row++)
        memset (out + (gsize) row * stride, 0x80, (gsize) rect->width * 4);
      return;
    }
  for (int done = 0; done < rect->width; done += BLOCK)
    {
      LwRect part = { rect->x + done, rect->y, MIN (BLOCK, rect->width - done), rect->height };
      filter_block (self, scene->image, &part, out + done * 4, stride);
    }
}
