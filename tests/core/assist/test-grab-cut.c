/* test-grab-cut.c: a thing in a box, at any size; marks hold to the pixel */
#include "config.h"
#include "assist/grab-cut.h"

#include <string.h>
#include "pictures.h"

static const int thing[3] = { 190, 80, 60 }, ground[3] = { 90, 120, 100 };

typedef struct { double x, y, radius; } Disc;

static Picture
draw (int side, Disc *disc)
{
  Picture picture = picture_new (side, side * 3 / 4);
  *disc = (Disc) { side * 0.45, side * 0.4, side * 0.17 };
  picture_draw_disc (&picture, disc->x, disc->y, disc->radius, 1.5, thing, ground);
  picture_add_noise (&picture, 25);
  return picture;
}

static LwCutBox
box_around (const Disc *disc, double room)
{
  double r = disc->radius * (1 + room);
  return (LwCutBox) { (int) (disc->x - r), (int) (disc->y - r), (int) (2 * r), (int) (2 * r) };
}

static double
intersection_over_union (const LwGrabCut *cut, const Disc *disc)
{
  LwCutBox box;
  const guint8 *mask = lw_grab_cut_get_mask (cut, &box);
  gint64 both = 0, either = 0;
  for (int y = 0; y < box.height; y++)
    for (int x = 0; x < box.width; x++)
      {
        gboolean is = hypot (box.x + x + 0.5 - disc->x, box.y + y + 0.5 - disc->y) <= disc->radius;
        gboolean said = mask[(gsize) y * (gsize) box.width + (gsize) x];
        both += is && said;
        either += is || said;
      }
  return (double) both / (double) either;
}

static void
test_disc (void)
{
  for (int side = 80; side <= 1280; side *= 4)
    {
      Disc disc;
      Picture picture = draw (side, &disc);
      LwCutBox box = box_around (&disc, 0.25);
      g_autoptr(GError) error = NULL;
      g_autoptr(LwGrabCut) cut = lw_grab_cut_new (&picture.view, &box, &error);
      g_assert_no_error (error);
      g_assert_true (lw_grab_cut_run (cut, &error));
      double iou = intersection_over_union (cut, &disc);
      g_test_message ("%d pixels wide: IoU %.4f", side, iou);
      g_assert_cmpfloat (iou, >, side < 100 ? 0.92 : 0.96);
      picture_clear (&picture);
    }
}

/* As far away as a pedestrian, and hardly lighter than the night around it. */
static void
test_small_and_dark (void)
{
  static const int dark_thing[3] = { 16, 15, 18 }, dark_ground[3] = { 7, 8, 9 };
  for (double radius = 4; radius <= 9; radius += 1)
    {
      Picture picture = picture_new (120, 90);
      Disc disc = { 60.3, 40.7, radius };
      picture_draw_disc (&picture, disc.x, disc.y, disc.radius, 1.0, dark_thing, dark_ground);
      picture_add_noise (&picture, 5);
      LwCutBox box = box_around (&disc, 0.4);
      g_autoptr(LwGrabCut) cut = lw_grab_cut_new (&picture.view, &box, NULL);
      g_assert_true (lw_grab_cut_run (cut, NULL));
      double iou = intersection_over_union (cut, &disc);
      g_test_message ("radius %.0f: IoU %.3f", radius, iou);
      g_assert_cmpfloat (iou, >, 0.8);
      picture_clear (&picture);
    }
}

static void
test_repeats (void)
{
  Disc disc;
  Picture picture = draw (400, &disc);
  LwCutBox box = box_around (&disc, 0.3), boxes[2];
  g_autoptr(LwGrabCut) a = lw_grab_cut_new (&picture.view, &box, NULL);
  g_autoptr(LwGrabCut) b = lw_grab_cut_new (&picture.view, &box, NULL);
  g_assert_true (lw_grab_cut_run (a, NULL) && lw_grab_cut_run (b, NULL));
  const guint8 *masks[2] = { lw_grab_cut_get_mask (a, &boxes[0]), lw_grab_cut_get_mask (b, &boxes[1]) };
  g_assert_cmpmem (&boxes[0], (int) sizeof *boxes, &boxes[1], (int) sizeof *boxes);
  g_assert_cmpmem (masks[0], box.width * box.height, masks[1], box.width * box.height);
  picture_clear (&picture);
}

static void
check_mark (const LwGrabCut *cut, gboolean inside, double x, double y, double radius)
{
  LwCutBox box;
  const guint8 *mask = lw_grab_cut_get_mask (cut, &box);
  for (int py = 0; py < box.height; py++)
    for (int px = 0; px < box.width; px++)
      if (hypot (box.x + px + 0.5 - x, box.y + py + 0.5 - y) <= radius)
        g_assert_cmpint (mask[(gsize) py * (gsize) box.width + (gsize) px], ==, inside);
}

/* A second thing of the ground's colour is marked as inside, a part of the first one as outside. */
static void
test_marks (void)
{
  for (int side = 120; side <= 960; side *= 8)
    {
      Disc disc;
      Picture picture = draw (side, &disc);
      LwCutBox box = box_around (&disc, 0.4);
      g_autoptr(LwGrabCut) cut = lw_grab_cut_new (&picture.view, &box, NULL);
      g_assert_true (lw_grab_cut_run (cut, NULL));
      double r = disc.radius * 0.2;
      lw_grab_cut_mark (cut, FALSE, disc.x, disc.y, r);
      lw_grab_cut_mark (cut, TRUE, disc.x + disc.radius * 1.2, disc.y, r);
      g_assert_true (lw_grab_cut_run (cut, NULL));
      check_mark (cut, FALSE, disc.x, disc.y, r);
      check_mark (cut, TRUE, disc.x + disc.radius * 1.2, disc.y, r);
      picture_clear (&picture);
    }
}

static void
test_bad_boxes (void)
{
  Disc disc;
  Picture picture = draw (200, &disc);
  LwCutBox boxes[] = { { 0, 0, 200, 150 }, { 50, 50, 0, 0 }, { 50, 50, 2, 2 }, { 500, 500, 20, 20 }, { -50, -50, 400, 400 } };
  for (gsize i = 0; i < G_N_ELEMENTS (boxes); i++)
    {
      g_autoptr(GError) error = NULL;
      g_assert_null (lw_grab_cut_new (&picture.view, &boxes[i], &error));
      g_assert_error (error, LW_ASSIST_ERROR, LW_ASSIST_ERROR_BOX);
    }
  LwCutBox over = { -20, -20, 60, 60 }, got;
  g_autoptr(LwGrabCut) cut = lw_grab_cut_new (&picture.view, &over, NULL);      /* partly outside the picture */
  g_assert_nonnull (cut);
  lw_grab_cut_get_mask (cut, &got);
  g_assert_cmpint (got.x, ==, 0);
  g_assert_cmpint (got.width, ==, 40);

  g_autoptr(GError) error = NULL;
  lw_grab_cut_mark (cut, FALSE, 20, 20, 100);                                     /* nothing is left inside */
  g_assert_false (lw_grab_cut_run (cut, &error));
  g_assert_error (error, LW_ASSIST_ERROR, LW_ASSIST_ERROR_BOX);
  picture_clear (&picture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!lw_grab_cut_is_available ())
    {
      g_print ("1..0 # SKIP built without OpenCV\n");
      return 0;
    }
  g_test_add_func ("/grab-cut/disc", test_disc);
  g_test_add_func ("/grab-cut/small-and-dark", test_small_and_dark);
  g_test_add_func ("/grab-cut/repeats", test_repeats);
  g_test_add_func ("/grab-cut/marks", test_marks);
  g_test_add_func ("/grab-cut/bad-boxes", test_bad_boxes);
  return g_test_run ();
}
