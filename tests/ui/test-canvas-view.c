/* test-canvas-view.c: zoom, pan and fit */
#include "config.h"
#include "editor/view.h"
#include <math.h>

static LwView
view_of (int width, int height, int image_width, int image_height)
{
  LwView view;

  lw_view_init (&view);
  lw_view_set_size (&view, width, height);
  lw_view_set_image (&view, image_width, image_height);
  return view;
}

static void
test_fit (void)
{
  LwView view = view_of (1600, 900, 1920, 1080);

  g_assert_cmpfloat_with_epsilon (view.zoom, 1600.0 / 1920, 1e-12);
  g_assert_cmpint (lw_view_content_width (&view), ==, 1600);
  g_assert_cmpint (lw_view_content_height (&view), ==, 900);
  g_assert_cmpint (view.x, ==, 0);
  lw_view_set_size (&view, 800, 900);          /* still fitted */
  g_assert_cmpfloat_with_epsilon (view.zoom, 800.0 / 1920, 1e-12);
  g_assert_cmpint (view.y, ==, -225);
  lw_view_zoom_to (&view, 1, 400, 450);
  lw_view_set_size (&view, 1000, 900);         /* no longer */
  g_assert_cmpfloat (view.zoom, ==, 1);
}

/* The image point under the pointer stays there, whatever the zoom, as long as the middle of the view is over the image. */
static void
test_zoom_to_pointer (void)
{
  for (int i = 0; i < 2000; i++)
    {
      LwView view = view_of (1600, 900, 3840, 2160);
      double x = 800 + g_test_rand_double_range (-300, 300), y = 450 + g_test_rand_double_range (-200, 200), before_x, before_y, after_x, after_y;
      double zoom = exp2 (g_test_rand_double_range (-1, 6));

      lw_view_to_image (&view, x, y, &before_x, &before_y);
      lw_view_zoom_to (&view, zoom, x, y);
      lw_view_to_image (&view, x, y, &after_x, &after_y);
      g_assert_cmpfloat_with_epsilon (before_x, after_x, 0.51 / view.zoom + 0.51 / (1600.0 / 3840));
      g_assert_cmpfloat_with_epsilon (before_y, after_y, 0.51 / view.zoom + 0.51 / (1600.0 / 3840));
    }
}

static void
test_zoom_limits (void)
{
  LwView view = view_of (100, 100, 50, 50);

  lw_view_zoom_to (&view, 1e9, 50, 50);
  g_assert_cmpfloat (view.zoom, ==, 64);
  lw_view_zoom_to (&view, -1, 50, 50);
  g_assert_cmpfloat (view.zoom, ==, 0.01);
  g_assert_cmpint (lw_view_content_width (&view), ==, 1);
  lw_view_zoom_to (&view, NAN, 50, 50);
  g_assert_cmpfloat (view.zoom, ==, 1);
}

static void
test_steps (void)
{
  g_assert_cmpfloat_with_epsilon (lw_view_step (1, 4), 2, 1e-12);
  g_assert_cmpfloat_with_epsilon (lw_view_step (lw_view_step (3, 2), -2), 3, 1e-12);
  g_assert_cmpfloat (lw_view_step (0.9, 1), ==, 1);
  g_assert_cmpfloat (lw_view_step (1.1, -1), ==, 1);
  g_assert_cmpfloat (lw_view_step (64, 3), ==, 64);
}

/* However it is pushed, some of the image stays in view. */
static void
test_pan_keeps_image (void)
{
  for (int i = 0; i < 1000; i++)
    {
      LwView view = view_of (g_test_rand_int_range (1, 2000), g_test_rand_int_range (1, 1500), g_test_rand_int_range (1, 4000), g_test_rand_int_range (1, 3000));
      lw_view_zoom_to (&view, exp2 (g_test_rand_double_range (-6, 6)), 0, 0);
      lw_view_pan (&view, g_test_rand_double_range (-1e6, 1e6), g_test_rand_double_range (-1e6, 1e6));
      LwRect visible = lw_view_visible_content (&view);
      g_assert_false (lw_rect_is_empty (&visible));
    }
}

static void
test_slow_pan (void)
{
  LwView view = view_of (1000, 1000, 4000, 4000);

  lw_view_zoom_to (&view, 1, 500, 500);
  int x = view.x;
  for (int i = 0; i < 40; i++)
    lw_view_pan (&view, -0.25, 0);
  g_assert_cmpint (view.x, ==, x + 10);
}

/* Every content pixel that shows a pixel of the rectangle is in lw_view_content_of() it. */
static void
test_content_of (void)
{
  for (int i = 0; i < 500; i++)
    {
      LwView view = view_of (400, 300, g_test_rand_int_range (1, 300), g_test_rand_int_range (1, 200));
      lw_view_zoom_to (&view, exp2 (g_test_rand_double_range (-5, 5)), 0, 0);
      int px = g_test_rand_int_range (0, view.image_width), width = g_test_rand_int_range (1, view.image_width - px + 1);
      LwRect content = lw_view_content_of (&view, &(LwRect) { px, 0, width, 1 });
      for (int x = 0; x < lw_view_content_width (&view); x++)
        {
          int shown = MIN ((int) ((x + 0.5) / view.zoom), view.image_width - 1);
          if (shown >= px && shown < px + width)
            g_assert_true (x >= content.x && x < content.x + content.width);
        }
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/canvas/view/fit", test_fit);
  g_test_add_func ("/canvas/view/zoom-to-pointer", test_zoom_to_pointer);
  g_test_add_func ("/canvas/view/zoom-limits", test_zoom_limits);
  g_test_add_func ("/canvas/view/steps", test_steps);
  g_test_add_func ("/canvas/view/pan-keeps-image", test_pan_keeps_image);
  g_test_add_func ("/canvas/view/slow-pan", test_slow_pan);
  g_test_add_func ("/canvas/view/content-of", test_content_of);
  return g_test_run ();
}
