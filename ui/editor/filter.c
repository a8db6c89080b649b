/* filter.c: the picture below 100 %: each content pixel is the mean of the image pixels that it covers
 *
 * Rows first, all columns at once, in 16 bits; then columns. The weights of a pixel add up to 256, so nothing overflows and a flat area stays exactly flat. */
#include "config.h"
#include "editor/compositor.h"
#include <math.h>
#include <string.h>

#if defined (__x86_64__) && defined (__linux__)
#define VECTORISED __attribute__ ((target_clones ("avx2", "default")))
#else
#define VECTORISED
#endif

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

typedef guint8 Bytes __attribute__ ((vector_size (16)));
typedef guint16 ByteSums __attribute__ ((vector_size (32)));

/* sums[k] = sum of weight * byte k of the rows, for @n bytes from byte @offset on. */
VECTORISED static void
sum_rows (const LwImage *image, const Taps *rows, gsize offset, gsize n, guint16 *sums)
{
  const guint8 *bytes[MAX_TAPS];
  gsize k = 0;

  for (int i = 0; i < rows->n; i++)
    bytes[i] = image->pixels + (gsize) rows->at[i] * image->stride + offset;
  for (; k + sizeof (Bytes) <= n; k += sizeof (Bytes))
    {
      ByteSums total = { 0 };
      for (int i = 0; i < rows->n; i++)
        {
          Bytes at;
          memcpy (&at, bytes[i] + k, sizeof at);
          total += __builtin_convertvector (at, ByteSums) * rows->weight[i];
        }
      memcpy (sums + k, &total, sizeof total);
    }
  for (; k < n; k++)
    {
      guint total = 0;
      for (int i = 0; i < rows->n; i++)
        total += (guint) bytes[i][k] * rows->weight[i];
      sums[k] = (guint16) total;
    }
}

typedef guint16 Sums __attribute__ ((vector_size (8)));          /* the four channels of a pixel */
typedef gint32 Wide __attribute__ ((vector_size (16)));

VECTORISED static void
sum_columns (const guint16 *sums, int first, const Taps *columns, int n, guint8 *out)
{
  for (int i = 0; i < n; i++)
    {
      const Taps *taps = &columns[i];
      Wide total = { 0x8000, 0x8000, 0x8000, 0x8000 };
      for (int tap = 0; tap < taps->n; tap++)
        {
          Sums at;
          memcpy (&at, sums + (gsize) (taps->at[tap] - first) * 4, sizeof at);
          total += __builtin_convertvector (at, Wide) * (gint32) taps->weight[tap];
        }
      total >>= 16;
      guint32 pixel = (guint32) total[0] | (guint32) total[1] << 8 | (guint32) total[2] << 16 | (guint32) total[3] << 24;
      memcpy (out + i * 4, &pixel, 4);
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
        for (int x = 0; x < rect->width; x++)
          ((guint32 *) (gpointer) (out + (gsize) row * stride))[x] = LW_NO_PICTURE;
      return;
    }
  for (int done = 0; done < rect->width; done += BLOCK)
    {
      LwRect part = { rect->x + done, rect->y, MIN (BLOCK, rect->width - done), rect->height };
      filter_block (self, scene->image, &part, out + done * 4, stride);
    }
}
