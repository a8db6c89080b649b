/* test-similar.c: pixels within a tolerance, asked one by one */
#include "config.h"
#include "assist/similar.h"

#include <stdlib.h>
#include "pictures.h"

static void
test_random (void)
{
  for (int i = 0; i < 50; i++)
    {
      Picture picture = picture_new (g_test_rand_int_range (1, 50), g_test_rand_int_range (1, 50));
      picture_add_noise (&picture, g_test_rand_int_range (0, 256));
      int width = picture.view.width, height = picture.view.height;
      int x = g_test_rand_int_range (0, width), y = g_test_rand_int_range (0, height), tolerance = g_test_rand_int_range (0, 256);
      g_autofree guint8 *mask = g_malloc ((gsize) width * (gsize) height);
      lw_similar_pixels (&picture.view, x, y, (guint8) tolerance, mask);
      for (int py = 0; py < height; py++)
        for (int px = 0; px < width; px++)
          {
            const guint8 *a = (const guint8 *) picture_at (&picture, x, y), *b = (const guint8 *) picture_at (&picture, px, py);
            int most = MAX (MAX (abs (a[0] - b[0]), abs (a[1] - b[1])), abs (a[2] - b[2]));      /* little-endian: the fourth is unused */
            g_assert_cmpint (mask[py * width + px], ==, most <= tolerance);
          }
      picture_clear (&picture);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/similar/random", test_random);
  return g_test_run ();
}
