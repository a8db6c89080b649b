/* image.c: decoded pixels, shared by count */
#include "config.h"
#include "media/image.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "label/label-map.h"

#define ROW_ALIGNMENT 64       /* bytes: the scaler stores whole vectors past @width; the padding is never compared, hashed or saved */
#define BYTES_PER_PIXEL 4
#define MAPPED_BYTES ((gsize) 4 << 20)    /* from here on, pixels are pages of their own: a heap that 4K frames come and go in keeps a third more than they need */

/* Neither may end the program, as g_malloc() would: a GiB may not be there. */
static guint8 *
pixels_new (gsize size)
{
  if (size < MAPPED_BYTES)
    return aligned_alloc (ROW_ALIGNMENT, size);
  void *pages = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED)
    return NULL;
  madvise (pages, size, MADV_HUGEPAGE);     /* only faster: 8000 page faults a frame less */
  return pages;
}

static void
pixels_free (guint8 *pixels, gsize size)
{
  if (size < MAPPED_BYTES)
    free (pixels);
  else
    munmap (pixels, size);
}

LwImage *
lw_image_new (int width, int height)
{
  if (width < 1 || height < 1 || width > LW_MAX_SIDE || height > LW_MAX_SIDE || (gint64) width * height > LW_MAX_PIXELS)
    return NULL;

  gsize stride = ((gsize) width * BYTES_PER_PIXEL + ROW_ALIGNMENT - 1) / ROW_ALIGNMENT * ROW_ALIGNMENT;
  guint8 *pixels = pixels_new (stride * (gsize) height);
  if (pixels == NULL)
    return NULL;

  LwImage *image = g_new0 (LwImage, 1);
  image->width = width;
  image->height = height;
  image->stride = stride;
  image->pixels = pixels;
  g_atomic_ref_count_init (&image->refs);
  return image;
}

LwImage *
lw_image_ref (LwImage *image)
{
  g_atomic_ref_count_inc (&image->refs);
  return image;
}

void
lw_image_unref (LwImage *image)
{
  if (image == NULL || !g_atomic_ref_count_dec (&image->refs))
    return;
  pixels_free (image->pixels, image->stride * (gsize) image->height);
  g_free (image);
}

static inline guint32 *
row (const LwImage *image, int y)
{
  return (guint32 *) (gpointer) (image->pixels + (gsize) y * image->stride);
}

/* Adds @n_in pixels to @n_out <= @n_in sums of three channels. An input pixel is @n_out units wide and an output pixel @n_in,
 * so every weight is a whole number and those of one output pixel add up to @n_in. */
static void
sum_row (const guint32 *in, int n_in, guint32 *sums, int n_out)
{
  int out = 0, room = n_in;
  memset (sums, 0, 3 * sizeof *sums * (gsize) n_out);
  for (int x = 0; x < n_in; x++)
    {
      guint32 red = in[x] >> 16 & 0xff, green = in[x] >> 8 & 0xff, blue = in[x] & 0xff;
      int here = MIN (room, n_out), rest = n_out - here;
      guint32 *sum = sums + 3 * out;
      sum[0] += red * here, sum[1] += green * here, sum[2] += blue * here;
      room -= here;
      if (room > 0)
        continue;
      out++;
      room = n_in - rest;
      if (rest > 0)
        sum[3] += red * rest, sum[4] += green * rest, sum[5] += blue * rest;
    }
}

static void
add_weighted (guint64 *totals, const guint32 *sums, int n, int weight)
{
  for (int i = 0; i < n; i++)
    totals[i] += (guint64) sums[i] * (guint32) weight;
}

static void
store_row (guint32 *out, int width, const guint64 *totals, guint64 area)
{
  for (int x = 0; x < width; x++)
    {
      const guint64 *total = totals + 3 * x;
      guint32 red = (guint32) ((total[0] + area / 2) / area);
      guint32 green = (guint32) ((total[1] + area / 2) / area);
      guint32 blue = (guint32) ((total[2] + area / 2) / area);
      out[x] = 0xff000000 | red << 16 | green << 8 | blue;
    }
}

/* Exact box filter: each output pixel is the mean of the area of the input that it covers, parts of pixels included. */
static void
scale_box (const LwImage *in, LwImage *out)
{
  int n = 3 * out->width, y_out = 0, room = in->height;
  guint64 area = (guint64) in->width * (guint64) in->height;
  g_autofree guint32 *sums = g_new (guint32, n);
  g_autofree guint64 *totals = g_new0 (guint64, n);

  for (int y = 0; y < in->height; y++)
    {
      int here = MIN (room, out->height), rest = out->height - here;
      sum_row (row (in, y), in->width, sums, out->width);
      add_weighted (totals, sums, n, here);
      room -= here;
      if (room > 0)
        continue;
      store_row (row (out, y_out++), out->width, totals, area);
      room = in->height - rest;
      memset (totals, 0, sizeof *totals * (gsize) n);
      if (rest > 0)
        add_weighted (totals, sums, n, rest);
    }
}

LwImage *
lw_image_scale_down (const LwImage *image, int max_width, int max_height)
{
  g_return_val_if_fail (image != NULL && max_width > 0 && max_height > 0, NULL);
  if (image->width <= max_width && image->height <= max_height)
    return lw_image_ref ((LwImage *) image);

  double scale = MIN ((double) max_width / image->width, (double) max_height / image->height);
  int width = CLAMP ((int) (image->width * scale + 0.5), 1, max_width);
  int height = CLAMP ((int) (image->height * scale + 0.5), 1, max_height);
  LwImage *small = lw_image_new (width, height);
  if (small != NULL)
    scale_box (image, small);
  return small;
}

void
lw_image_to_rgb (const LwImage *image, guint8 *rgb)
{
  for (int y = 0; y < image->height; y++)
    {
      const guint32 *in = row (image, y);
      for (int x = 0; x < image->width; x++, rgb += 3)
        {
          rgb[0] = (guint8) (in[x] >> 16);
          rgb[1] = (guint8) (in[x] >> 8);
          rgb[2] = (guint8) in[x];
        }
    }
}

