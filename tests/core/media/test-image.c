/* test-image.c: pixels, their bounds and the box filter */
#include "config.h"
#include "media/image.h"

#include <string.h>

static guint32
pixel (const LwImage *image, int x, int y)
{
  return *(const guint32 *) (gconstpointer) (image->pixels + (gsize) y * image->stride + (gsize) x * 4);
}

static LwImage *
random_image (int width, int height, guint8 **rgb)
{
  gsize size = (gsize) width * (gsize) height * 3;
  LwImage *image = lw_image_new (width, height);
  guint8 *p = *rgb = g_malloc (size);
  for (gsize i = 0; i < size; i++)
    p[i] = (guint8) g_test_rand_int_range (0, 256);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++, p += 3)
      ((guint32 *) (gpointer) (image->pixels + (gsize) y * image->stride))[x] = 0xff000000 | (guint32) p[0] << 16 | (guint32) p[1] << 8 | p[2];
  return image;
}

static void
test_bounds (void)
{
  g_assert_null (lw_image_new (0, 1));
  g_assert_null (lw_image_new (1, -1));
  g_assert_null (lw_image_new (32769, 1));
  g_assert_null (lw_image_new (32768, 8193));
  g_assert_null (lw_image_new (G_MAXINT, G_MAXINT));
  g_autoptr(LwImage) thin = lw_image_new (32768, 1);
  g_assert_nonnull (thin);
  g_autoptr(LwImage) odd = lw_image_new (3, 5);
  g_assert_cmpuint (odd->stride, >=, 12);
  g_assert_cmpuint (odd->stride % 4, ==, 0);
}

static void
test_rgb (void)
{
  for (int i = 0; i < 50; i++)
    {
      int width = g_test_rand_int_range (1, 70), height = g_test_rand_int_range (1, 20);
      gsize size = (gsize) (width * height * 3);
      g_autofree guint8 *rgb = NULL, *back = g_malloc (size);
      g_autoptr(LwImage) image = random_image (width, height, &rgb);
      lw_image_to_rgb (image, back);
      g_assert_true (memcmp (back, rgb, size) == 0);
      g_assert_cmphex (pixel (image, 0, 0), ==, 0xff000000 | (guint32) (rgb[0] << 16) | (guint32) (rgb[1] << 8) | rgb[2]);
    }
}

/* The area that output pixel @at of @n_out takes of input pixel @i of @n_in, in input pixels. */
static double
overlap (int i, int n_in, int at, int n_out)
{
  double from = MAX ((double) i, (double) at * n_in / n_out), to = MIN (i + 1.0, (at + 1.0) * n_in / n_out);
  return MAX (to - from, 0);
}

static double
mean_red (const LwImage *image, const LwImage *small, int x, int y)
{
  double sum = 0, weight = 0;
  for (int v = 0; v < image->height; v++)
    for (int u = 0; u < image->width; u++)
      {
        double part = overlap (u, image->width, x, small->width) * overlap (v, image->height, y, small->height);
        sum += part * (pixel (image, u, v) >> 16 & 0xff);
        weight += part;
      }
  return sum / weight;
}

static void
test_scale (void)
{
  for (int i = 0; i < 40; i++)
    {
      int width = g_test_rand_int_range (1, 60), height = g_test_rand_int_range (1, 60);
      int most = g_test_rand_int_range (1, 40);
      g_autofree guint8 *rgb = NULL;
      g_autoptr(LwImage) image = random_image (width, height, &rgb);
      g_autoptr(LwImage) small = lw_image_scale_down (image, most, most);
      g_assert_cmpint (MAX (small->width, small->height), ==, MIN (most, MAX (width, height)));
      for (int k = 0; k < 10; k++)
        {
          int x = g_test_rand_int_range (0, small->width), y = g_test_rand_int_range (0, small->height);
          g_assert_cmpfloat_with_epsilon (pixel (small, x, y) >> 16 & 0xff, mean_red (image, small, x, y), 0.51);
          g_assert_cmphex (pixel (small, x, y) >> 24, ==, 0xff);
        }
    }
}

static void
test_scale_shares (void)
{
  g_autoptr(LwImage) image = lw_image_new (8, 4);
  g_autoptr(LwImage) same = lw_image_scale_down (image, 8, 9);
  g_assert_true (same == image);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/bounds", test_bounds);
  g_test_add_func ("/image/rgb", test_rgb);
  g_test_add_func ("/image/scale", test_scale);
  g_test_add_func ("/image/scale-shares", test_scale_shares);
  return g_test_run ();
}
