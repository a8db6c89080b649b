/* test-canvas-assist.c: the tools that look at the picture, by real pointer and key events: what they paint is what core/assist finds */
#include "config.h"
#include "tool-rig.h"
#include "assist/grab-cut.h"

static void
test_superpixels (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_SUPERPIXELS, 5, 20);
  g_autoptr(LwLabelMap) map = lw_label_map_new (320, 240), none = lw_label_map_copy (map);
  g_autoptr(LwSuperpixels) superpixels = superpixels_of (rig, 20);

  rig_rest (rig);
  rig_hand (rig, "mousemove 200 200 click 1");
  expect_superpixel (map, superpixels, 200, 200, 5);
  assert_labels (rig, map);
  assert_one_step (rig, none);

  /* A drag takes all that it meets, in one step; Ctrl erases. */
  g_autoptr(LwLabelMap) one = lw_label_map_copy (map);
  rig_hand (rig, "mousemove 300 300 mousedown 1 mousemove 500 300 mouseup 1");
  for (int x = 300; x <= 500; x++)
    expect_superpixel (map, superpixels, x, 300, 5);
  assert_labels (rig, map);
  assert_one_step (rig, one);
  rig_hand (rig, "keydown ctrl mousemove 400 300 click 1 keyup ctrl");
  expect_superpixel (map, superpixels, 400, 300, LW_LABEL_NONE);
  assert_labels (rig, map);

  /* The size goes with the wheel and the keys, and leaves the brush alone. */
  rig_hand (rig, "mousemove 100 400 key bracketright");
  g_assert_cmpfloat (lw_toolbox_get_superpixel_size (rig->toolbox), ==, 24);
  g_assert_cmpfloat (lw_toolbox_get_brush_size (rig->toolbox), ==, 20);
  rig_hand (rig, "keydown shift click 5 keyup shift");
  int size = (int) lw_toolbox_get_superpixel_size (rig->toolbox);
  g_assert_cmpint (size, <, 24);
  rig_rest (rig);
  g_autoptr(LwSuperpixels) other = superpixels_of (rig, size);
  rig_hand (rig, "click 1");
  expect_superpixel (map, other, 100, 400, 5);
  assert_labels (rig, map);

  /* Given up while the button is down; on another frame they are that frame's. */
  rig_hand (rig, "mousemove 20 20 mousedown 1 mousemove 600 20 key Escape mouseup 1");
  assert_labels (rig, map);
  rig_show_frame (rig, 1);
  g_autoptr(LwSuperpixels) next = superpixels_of (rig, size);
  rig_hand (rig, "mousemove 202 200 click 1");
  expect_superpixel (none, next, 202, 200, 5);
  assert_labels (rig, none);
}

static void
test_fill_colour (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_FILL_COLOUR, 3, 20);
  g_autoptr(LwLabelMap) map = lw_label_map_new (320, 240), none = lw_label_map_copy (map), similar = lw_label_map_new (320, 240);
  LwPixels pixels = pixels_of (rig);
  Expected expected = { map, 3 };

  rig_hand (rig, "mousemove 300 200 key bracketright");
  g_assert_cmpfloat (lw_toolbox_get_fill_tolerance (rig->toolbox), ==, 14);
  g_object_set (rig->toolbox, "fill-tolerance", 60.0, NULL);
  for (int y = 0; y < 240; y++)
    for (int x = 0; x < 320; x++)
      {
        const guint8 *a = (const guint8 *) (lw_pixels_row (&pixels, 100) + 150), *b = (const guint8 *) (lw_pixels_row (&pixels, y) + x);
        lw_label_map_row (similar, y)[x] = ABS (a[0] - b[0]) <= 60 && ABS (a[1] - b[1]) <= 60 && ABS (a[2] - b[2]) <= 60;
      }
  rig_hand (rig, "click 1");
  lw_raster_region (similar, 150, 100, expect_span, &expected);
  assert_labels (rig, map);
  assert_one_step (rig, none);
  rig_hand (rig, "keydown ctrl click 1 keyup ctrl");                               /* everywhere */
  for (int y = 0; y < 240; y++)
    for (int x = 0; x < 320; x++)
      g_assert_cmpint (lw_label_map_get (rig_labels (rig), x, y), ==, lw_label_map_get (similar, x, y) ? 3 : LW_LABEL_NONE);
}

/* The ways between the clicks, closed, as one polygon. */
static void
expect_scissors (Rig *rig, LwLabelMap *map, const LwCorner *clicks, gsize n, guint8 class_id)
{
  LwPixels pixels = pixels_of (rig);
  g_autoptr(GArray) points = g_array_new (FALSE, FALSE, sizeof (LwPoint));
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr(LwLiveWire) wire = lw_live_wire_new (&pixels, clicks[i], LW_LIVE_WIRE_REACH, NULL);
      g_autoptr(GArray) way = lw_live_wire_trace (wire, clicks[(i + 1) % n]);
      for (guint k = 0; k + 1 < way->len; k++)
        {
          LwPoint point = { g_array_index (way, LwCorner, k).x, g_array_index (way, LwCorner, k).y };
          g_array_append_val (points, point);
        }
    }
  Expected expected = { map, class_id };
  gsize size = points->len;
  lw_raster_polygon ((const LwPoint *) (gpointer) points->data, &size, 1, &whole, expect_span, &expected);
}

static LwCorner
snapped (Rig *rig, int x, int y)
{
  LwPixels pixels = pixels_of (rig);
  return lw_live_wire_snap (&pixels, (LwCorner) { x / ZOOM, y / ZOOM }, 3);      /* 7 units of the screen */
}

static void
test_scissors (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_SCISSORS, 6, 20);
  g_autoptr(LwLabelMap) map = lw_label_map_new (320, 240), none = lw_label_map_copy (map);
  const LwCorner clicks[] = { snapped (rig, 100, 100), snapped (rig, 300, 120), snapped (rig, 220, 300) };

  rig_hand (rig, "mousemove 100 100 click 1");
  rig_hand (rig, "mousemove 300 120 click 1");
  rig_hand (rig, "mousemove 600 400 click 1");                                     /* taken back */
  rig_hand (rig, "key BackSpace");
  rig_hand (rig, "mousemove 220 300 click 1");
  assert_labels (rig, none);
  rig_hand (rig, "mousemove 102 101 click 1");                                     /* on the first: closed */
  expect_scissors (rig, map, clicks, G_N_ELEMENTS (clicks), 6);
  assert_labels (rig, map);
  assert_one_step (rig, none);

  /* Given up, and taken back to nothing by undo. */
  rig_hand (rig, "mousemove 400 100 click 1 mousemove 500 100 click 1 mousemove 500 200 click 1 key Escape key Return");
  assert_labels (rig, map);
  rig_hand (rig, "mousemove 400 100 click 1 mousemove 500 100 click 1");
  rig_hand (rig, "key ctrl+z");
  rig_hand (rig, "key ctrl+z");
  assert_labels (rig, map);
  rig_hand (rig, "key ctrl+z");
  assert_labels (rig, none);
}

/* With Ctrl the corners are where the pointer is, and the lines straight. */
static void
test_scissors_by_hand (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_SCISSORS, 6, 20);
  g_autoptr(LwLabelMap) map = lw_label_map_new (320, 240);
  const LwPoint corners[] = { { 50, 50 }, { 150, 60 }, { 110, 150 } };
  gsize n = G_N_ELEMENTS (corners);
  Expected expected = { map, 6 };

  rig_hand (rig, "keydown ctrl mousemove 100 100 click 1 mousemove 300 120 click 1 mousemove 220 300 click 1 mousemove 300 120 keyup ctrl");
  lw_raster_polygon (corners, &n, 1, &whole, expect_span, &expected);
  rig_hand (rig, "key Escape");
  g_assert_false (lw_document_can_undo (rig->document));
  rig_hand (rig, "keydown ctrl mousemove 100 100 click 1 mousemove 300 120 click 1 mousemove 220 300 click 1 mousemove 101 101 click 1 keyup ctrl");
  g_assert_true (lw_document_can_undo (rig->document));
  int wrong = 0;
  for (int y = 0; y < 240; y++)
    for (int x = 0; x < 320; x++)
      if (x > 110 + 1)                                                               /* the last side follows the picture */
        wrong += lw_label_map_get (map, x, y) != lw_label_map_get (rig_labels (rig), x, y);
  g_assert_cmpint (wrong, <, 40 * 100 / 20);
}

static void
test_cut (void)
{
  if (!lw_grab_cut_is_available ())
    {
      g_test_skip ("built without OpenCV");
      return;
    }
  g_autoptr(Rig) rig = rig_with (LW_TOOL_CUT, 8, 20);
  g_autoptr(LwLabelMap) map = lw_label_map_new (320, 240), none = lw_label_map_copy (map);
  LwPixels pixels = pixels_of (rig);
  LwCutBox box = { 50, 40, 100, 80 };
  g_autoptr(LwGrabCut) cut = lw_grab_cut_new (&pixels, &box, NULL);

  rig_hand (rig, "mousemove 100 80 mousedown 1 mousemove 200 150 mousemove 300 240 mouseup 1");
  assert_labels (rig, none);                                                       /* shown, not painted */
  g_assert_true (lw_grab_cut_run (cut, NULL));
  rig_hand (rig, "mousemove 200 160 click 1");                                     /* this belongs to it */
  lw_grab_cut_mark (cut, TRUE, 100, 80, 10);
  g_assert_true (lw_grab_cut_run (cut, NULL));
  rig_hand (rig, "keydown ctrl mousemove 120 100 click 1 keyup ctrl");             /* this doesn't */
  lw_grab_cut_mark (cut, FALSE, 60, 50, 10);
  g_assert_true (lw_grab_cut_run (cut, NULL));
  rig_hand (rig, "key Return");
  const guint8 *mask = lw_grab_cut_get_mask (cut, &box);
  for (int y = 0; y < box.height; y++)
    for (int x = 0; x < box.width; x++)
      if (mask[y * box.width + x])
        lw_label_map_row (map, box.y + y)[box.x + x] = 8;
  g_assert_cmpint (lw_label_map_get (map, 100, 80), ==, 8);
  assert_labels (rig, map);
  assert_one_step (rig, none);

  rig_hand (rig, "mousemove 400 80 mousedown 1 mousemove 500 240 mouseup 1");      /* given up */
  rig_hand (rig, "key Escape key Return");
  assert_labels (rig, map);
}

/* A box with a stroke in it waits on its frame while another one is looked at, and has one there, too. */
static void
test_cut_waits (void)
{
  if (!lw_grab_cut_is_available ())
    {
      g_test_skip ("built without OpenCV");
      return;
    }
  g_autoptr(Rig) rig = rig_with (LW_TOOL_CUT, 8, 20);
  g_autoptr(LwLabelMap) map = lw_label_map_new (320, 240), none = lw_label_map_copy (map);
  LwPixels pixels = pixels_of (rig);
  LwCutBox box = { 50, 40, 100, 80 };
  g_autoptr(LwGrabCut) cut = lw_grab_cut_new (&pixels, &box, NULL);

  g_assert_true (lw_grab_cut_run (cut, NULL));
  lw_grab_cut_mark (cut, TRUE, 70, 60, 10);
  g_assert_true (lw_grab_cut_run (cut, NULL));
  rig_hand (rig, "mousemove 100 80 mousedown 1 mousemove 200 150 mousemove 300 240 mouseup 1 mousemove 140 120 click 1");
  rig_show_frame (rig, 1);
  rig_hand (rig, "key Return");
  assert_labels (rig, none);                                                       /* it is not this frame's */
  rig_hand (rig, "mousemove 400 80 mousedown 1 mousemove 500 240 mouseup 1");
  rig_show_frame (rig, 0);
  rig_hand (rig, "key Return");
  const guint8 *mask = lw_grab_cut_get_mask (cut, &box);
  for (int y = 0; y < box.height; y++)
    for (int x = 0; x < box.width; x++)
      if (mask[y * box.width + x])
        lw_label_map_row (map, box.y + y)[box.x + x] = 8;
  assert_labels (rig, map);
  rig_show_frame (rig, 1);
  rig_hand (rig, "key Return");
  g_assert_cmpint (lw_label_map_get (rig_labels (rig), 225, 80), ==, 8);
}

/* So do the clicks of the scissors, and what comes back can be taken back. */
static void
test_scissors_wait (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_SCISSORS, 6, 20);
  g_autoptr(LwLabelMap) map = lw_label_map_new (320, 240), none = lw_label_map_copy (map);
  const LwCorner clicks[] = { snapped (rig, 100, 100), snapped (rig, 300, 120), snapped (rig, 220, 300) };

  rig_hand (rig, "mousemove 100 100 click 1");
  rig_hand (rig, "mousemove 300 120 click 1");
  rig_show_frame (rig, 1);
  rig_hand (rig, "mousemove 400 400 click 1 wait key Return");
  assert_labels (rig, none);
  rig_show_frame (rig, 0);
  rig_hand (rig, "mousemove 220 300 click 1");
  rig_hand (rig, "mousemove 500 300 wait click 1");
  rig_hand (rig, "key BackSpace");
  rig_hand (rig, "key Return");
  expect_scissors (rig, map, clicks, G_N_ELEMENTS (clicks), 6);
  assert_labels (rig, map);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  g_test_add_func ("/canvas/assist/superpixels", test_superpixels);
  g_test_add_func ("/canvas/assist/fill-colour", test_fill_colour);
  g_test_add_func ("/canvas/assist/scissors", test_scissors);
  g_test_add_func ("/canvas/assist/scissors-by-hand", test_scissors_by_hand);
  g_test_add_func ("/canvas/assist/cut", test_cut);
  g_test_add_func ("/canvas/assist/cut-waits", test_cut_waits);
  g_test_add_func ("/canvas/assist/scissors-wait", test_scissors_wait);
  return g_test_run ();
}
