/* test-live-wire.c: the wire keeps to edges, and to the borders of pixels */
#include "config.h"
#include "assist/live-wire.h"

#include "pictures.h"

static const int light[3] = { 210, 200, 190 }, dark[3] = { 60, 70, 90 };

static const LwCorner *
corner_at (const GArray *way, guint i)
{
  return &g_array_index (way, LwCorner, i);
}

static GArray *
trace (const Picture *picture, LwCorner from, LwCorner to)
{
  g_autoptr(LwLiveWire) wire = lw_live_wire_new (&picture->view, from, LW_LIVE_WIRE_REACH, NULL);
  return lw_live_wire_trace (wire, to);
}

/* From end to end, along the borders of pixels, with a turn at each corner. */
static void
check_way (const GArray *way, LwCorner from, LwCorner to)
{
  g_assert_cmpuint (way->len, >=, 1);
  g_assert_cmpint (corner_at (way, 0)->x, ==, from.x);
  g_assert_cmpint (corner_at (way, 0)->y, ==, from.y);
  g_assert_cmpint (corner_at (way, way->len - 1)->x, ==, to.x);
  g_assert_cmpint (corner_at (way, way->len - 1)->y, ==, to.y);
  for (guint i = 1; i < way->len; i++)
    {
      const LwCorner *a = corner_at (way, i - 1), *b = corner_at (way, i);
      g_assert_true ((a->x == b->x) != (a->y == b->y));
      if (i > 1)
        g_assert_true ((corner_at (way, i - 2)->x == a->x) != (a->x == b->x));
    }
}

static void
test_random (void)
{
  for (int i = 0; i < 40; i++)
    {
      Picture picture = picture_new (g_test_rand_int_range (1, 60), g_test_rand_int_range (1, 60));
      picture_draw_disc (&picture, 20, 20, g_test_rand_int_range (3, 30), 2, light, dark);
      picture_add_noise (&picture, i % 3 == 0 ? 150 : 10);
      LwCorner from = { g_test_rand_int_range (0, picture.view.width + 1), g_test_rand_int_range (0, picture.view.height + 1) };
      g_autoptr(LwLiveWire) wire = lw_live_wire_new (&picture.view, from, 100, NULL);
      for (int k = 0; k < 20; k++)
        {
          LwCorner to = { g_test_rand_int_range (0, picture.view.width + 1), g_test_rand_int_range (0, picture.view.height + 1) };
          g_autoptr(GArray) way = lw_live_wire_trace (wire, to);
          check_way (way, from, to);
        }
      picture_clear (&picture);
    }
}

/* A rectangle: from one of its corners to the opposite one along two of its sides, to the pixel. */
static void
test_rectangle (void)
{
  for (int noise = 0; noise <= 12; noise += 6)
    {
      Picture picture = picture_new (200, 150);
      for (int y = 0; y < 150; y++)
        for (int x = 0; x < 200; x++)
          *picture_at (&picture, x, y) = x >= 40 && x < 141 && y >= 30 && y < 97 ? rgb (200, 180, 160) : rgb (80, 100, 120);
      picture_add_noise (&picture, noise);
      g_autoptr(GArray) way = trace (&picture, (LwCorner) { 40, 30 }, (LwCorner) { 141, 97 });
      check_way (way, (LwCorner) { 40, 30 }, (LwCorner) { 141, 97 });
      g_assert_cmpuint (way->len, ==, 3);
      const LwCorner *turn = corner_at (way, 1);
      g_assert_true ((turn->x == 141 && turn->y == 30) || (turn->x == 40 && turn->y == 97));
      picture_clear (&picture);
    }
}

/* A disc, sharp and soft: half around it, never far from its edge. */
static void
test_disc (void)
{
  for (int softness = 0; softness <= 5; softness++)
    {
      Picture picture = picture_new (300, 300);
      picture_draw_disc (&picture, 150, 150, 90, softness, light, dark);
      picture_add_noise (&picture, 8);
      LwCorner from = { 60, 150 }, to = { 214, 214 };
      g_autoptr(GArray) way = trace (&picture, from, to);
      check_way (way, from, to);
      double worst = 0;
      for (guint i = 0; i < way->len; i++)
        worst = MAX (worst, fabs (hypot (corner_at (way, i)->x - 150, corner_at (way, i)->y - 150) - 90));
      g_test_message ("softness %d: %.2f pixels off at most", softness, worst);
      g_assert_cmpfloat (worst, <, 1.1 + softness * 0.6);
      picture_clear (&picture);
    }
}

/* Where the picture is even the wire is about as short as it can be. */
static void
test_even_picture (void)
{
  Picture picture = picture_new (120, 90);
  g_autoptr(GArray) way = trace (&picture, (LwCorner) { 10, 10 }, (LwCorner) { 70, 40 });
  check_way (way, (LwCorner) { 10, 10 }, (LwCorner) { 70, 40 });
  int length = 0;
  for (guint i = 1; i < way->len; i++)
    length += ABS (corner_at (way, i)->x - corner_at (way, i - 1)->x) + ABS (corner_at (way, i)->y - corner_at (way, i - 1)->y);
  g_assert_cmpint (length, ==, 90);
  picture_clear (&picture);
}

static void
test_out_of_reach (void)
{
  Picture picture = picture_new (200, 50);
  g_autoptr(LwLiveWire) wire = lw_live_wire_new (&picture.view, (LwCorner) { 20, 20 }, 30, NULL);
  g_assert_cmpint (lw_live_wire_get_anchor (wire).x, ==, 20);
  g_autoptr(GArray) way = lw_live_wire_trace (wire, (LwCorner) { 180, 25 });
  g_assert_cmpint (corner_at (way, 0)->x, ==, 20);
  g_assert_cmpint (corner_at (way, way->len - 1)->x, ==, 180);
  g_assert_cmpint (corner_at (way, way->len - 1)->y, ==, 25);
  picture_clear (&picture);
}

static void
test_snap (void)
{
  Picture picture = picture_new (100, 100);
  for (int y = 0; y < 100; y++)
    for (int x = 0; x < 100; x++)
      *picture_at (&picture, x, y) = x < 50 ? rgb (200, 200, 200) : rgb (40, 40, 40);
  LwCorner on = lw_live_wire_snap (&picture.view, (LwCorner) { 53, 40 }, 6), off = lw_live_wire_snap (&picture.view, (LwCorner) { 70, 40 }, 6);
  g_assert_cmpint (on.x, ==, 50);
  g_assert_cmpint (on.y, ==, 40);
  g_assert_cmpint (off.x, ==, 70);
  g_assert_cmpint (off.y, ==, 40);
  LwCorner same = lw_live_wire_snap (&picture.view, (LwCorner) { 53, 40 }, 0);
  g_assert_cmpint (same.x, ==, 53);
  picture_clear (&picture);
}

static void
test_cancelled (void)
{
  Picture picture = picture_new (300, 300);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_cancellable_cancel (cancellable);
  g_assert_null (lw_live_wire_new (&picture.view, (LwCorner) { 150, 150 }, 200, cancellable));
  picture_clear (&picture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live-wire/random", test_random);
  g_test_add_func ("/live-wire/rectangle", test_rectangle);
  g_test_add_func ("/live-wire/disc", test_disc);
  g_test_add_func ("/live-wire/even-picture", test_even_picture);
  g_test_add_func ("/live-wire/out-of-reach", test_out_of_reach);
  g_test_add_func ("/live-wire/snap", test_snap);
  g_test_add_func ("/live-wire/cancelled", test_cancelled);
  return g_test_run ();
}
