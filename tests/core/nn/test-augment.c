/* test-augment.c: flipped, scaled, cropped and recoloured pictures still fit their labels */
#include <math.h>
#include <string.h>
#include "nn/training/augment.h"

/* Red tells the column and green the row, so that a result says where it came from; the label says it coarsely. */
static void
draw_map (int width, int height, guint8 *rgb, guint8 *labels)
{
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        guint8 *pixel = rgb + (y * width + x) * 3;

        pixel[0] = (guint8) (x * 2);
        pixel[1] = (guint8) (y * 2);
        pixel[2] = 100;
        labels[y * width + x] = (guint8) (x / 10 + y / 10 * 12);
      }
}

static void
test_augment_nothing (void)
{
  LwAugment augment = { .scale_min = 1, .scale_max = 1 };
  LwRandom random = lw_random_new (1, 2);
  guint8 rgb[120 * 90 * 3], labels[120 * 90], out_rgb[120 * 90 * 3], out_labels[120 * 90];

  draw_map (120, 90, rgb, labels);
  lw_augment (&augment, &random, rgb, labels, 120, 90, out_rgb, out_labels, 120, 90);
  g_assert_cmpmem (out_rgb, sizeof out_rgb, rgb, sizeof rgb);
  g_assert_cmpmem (out_labels, sizeof out_labels, labels, sizeof labels);
}

/* Wherever it is cut, at whatever scale, flipped or not: labels and colours tell the same place. */
static void
test_augment_agrees (void)
{
  guint8 rgb[120 * 90 * 3], labels[120 * 90], out_rgb[60 * 40 * 3], out_labels[60 * 40];
  guint flipped = 0, outside = 0, inside = 0;

  draw_map (120, 90, rgb, labels);
  for (int i = 0; i < 200; i++)
    {
      LwAugment augment = { .scale_min = 0.3f, .scale_max = 2, .flip = TRUE, .fill = { 1, 2, 3 } };
      LwRandom random = lw_random_new ((guint64) g_test_rand_int (), (guint64) i);

      lw_augment (&augment, &random, rgb, labels, 120, 90, out_rgb, out_labels, 60, 40);
      flipped += out_rgb[(20 * 60 + 31) * 3] < out_rgb[(20 * 60 + 29) * 3];
      for (int k = 0; k < 60 * 40; k++)
        {
          double x = out_rgb[k * 3] / 2.0, y = out_rgb[k * 3 + 1] / 2.0;

          if (out_labels[k] == 255)
            {
              g_assert_cmpint (out_rgb[k * 3] * 10000 + out_rgb[k * 3 + 1] * 100 + out_rgb[k * 3 + 2], ==, 10203);
              outside++;
              continue;
            }
          /* Near an edge of the frame the filter is cut off, and between two labels the nearest pixel decides. */
          if (x < 3 || y < 3 || x > 116 || y > 86 || fabs (remainder (x + 0.5, 10)) < 1.6 || fabs (remainder (y + 0.5, 10)) < 1.6)
            continue;
          g_assert_cmpint (out_labels[k], ==, (int) (x + 0.5) / 10 + (int) (y + 0.5) / 10 * 12);
          inside++;
        }
    }
  g_assert_cmpuint (flipped, >, 50);
  g_assert_cmpuint (flipped, <, 150);
  g_assert_cmpuint (outside, >, 1000);
  g_assert_cmpuint (inside, >, 50000);
}

/* Moved by no more than was asked for, and by all of it now and then. */
static void
test_augment_shift (void)
{
  LwAugment augment = { .scale_min = 1, .scale_max = 1, .shift = 7 };
  guint8 rgb[120 * 90 * 3], labels[120 * 90], out_rgb[120 * 90 * 3], out_labels[120 * 90];
  int least = 0, most = 0;

  draw_map (120, 90, rgb, labels);
  for (guint64 i = 0; i < 60; i++)
    {
      LwRandom random = lw_random_new (3, i);

      lw_augment (&augment, &random, rgb, labels, 120, 90, out_rgb, out_labels, 120, 90);
      int moved = out_rgb[(45 * 120 + 60) * 3] / 2 - 60;

      least = MIN (least, moved);
      most = MAX (most, moved);
      g_assert_cmpint (out_labels[45 * 120 + (moved > 0 ? 119 : 0)] == 255, ==, moved != 0);
    }
  g_assert_cmpint (least, >=, -7);
  g_assert_cmpint (least, <=, -5);
  g_assert_cmpint (most, <=, 7);
  g_assert_cmpint (most, >=, 5);
}

static void
test_augment_colours (void)
{
  guint8 rgb[30 * 20 * 3], labels[30 * 20], a[30 * 20 * 3], b[30 * 20 * 3], out_labels[30 * 20];
  LwAugment augment = { .scale_min = 0.8f, .scale_max = 1.3f, .brightness = 0.5f, .contrast = 0.5f, .saturation = 0.5f, .flip = TRUE };

  draw_map (30, 20, rgb, labels);
  for (guint64 i = 0; i < 20; i++)
    {
      LwRandom one = lw_random_new (5, i), two = lw_random_new (5, i), other = lw_random_new (5, i + 1);

      lw_augment (&augment, &one, rgb, labels, 30, 20, a, out_labels, 30, 20);
      lw_augment (&augment, &two, rgb, labels, 30, 20, b, out_labels, 30, 20);
      g_assert_cmpmem (a, sizeof a, b, sizeof b);
      lw_augment (&augment, &other, rgb, labels, 30, 20, b, out_labels, 30, 20);
      g_assert_cmpint (memcmp (a, b, sizeof a), !=, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/augment/nothing", test_augment_nothing);
  g_test_add_func ("/nn/augment/agrees", test_augment_agrees);
  g_test_add_func ("/nn/augment/shift", test_augment_shift);
  g_test_add_func ("/nn/augment/colours", test_augment_colours);
  return g_test_run ();
}
