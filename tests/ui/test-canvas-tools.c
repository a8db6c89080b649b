/* test-canvas-tools.c: the tools beyond brush, polygon and fill, by real pointer and key events */
#include "config.h"
#include "assist/grab-cut.h"
#include "assist/live-wire.h"
#include "assist/superpixels.h"
#include "canvas-rig.h"
#include "label/raster.h"
#include <string.h>

#define ZOOM 2           /* a 320 x 240 image fitted into 640 x 480 */

static Rig *
rig_with (LwTool tool, guint8 class_id, double size)
{
  Rig *rig = rig_new (640, 480, 320, 240);

  lw_toolbox_set_tool (rig->toolbox, tool);
  lw_toolbox_set_class (rig->toolbox, class_id);
  lw_toolbox_set_brush_size (rig->toolbox, size);
  return rig;
}

typedef struct { LwLabelMap *map; guint8 class_id; } Expected;

static void
expect_span (int y, int x0, int x1, gpointer data)
{
  const Expected *expected = data;
  memset (lw_label_map_row (expected->map, y) + x0, expected->class_id, (gsize) (x1 - x0));
}

static const LwRect whole = { 0, 0, 320, 240 };

static void
expect_brush (LwLabelMap *map, LwBrushShape shape, LwPoint from, LwPoint to, double size, guint8 class_id)
{
  Expected expected = { map, class_id };
  lw_raster_brush (shape, from.x / ZOOM, from.y / ZOOM, size / 2, to.x / ZOOM, to.y / ZOOM, size / 2, &whole, expect_span, &expected);
}

static void
assert_labels (Rig *rig, const LwLabelMap *expected)
{
  g_assert_true (lw_label_map_equal (rig_labels (rig), expected));
}

/* One undo takes all of it back, one redo brings it again, and neither changes the tool. */
static void
assert_one_step (Rig *rig, const LwLabelMap *before)
{
  g_autoptr(LwLabelMap) after = lw_label_map_copy (rig_labels (rig));
  LwTool tool = lw_toolbox_get_tool (rig->toolbox);

  rig_hand (rig, "key ctrl+z");
  assert_labels (rig, before);
  rig_hand (rig, "key ctrl+shift+z");
  assert_labels (rig, after);
  g_assert_cmpint (lw_toolbox_get_tool (rig->toolbox), ==, tool);
}

/* ---- line and lasso ---- */

static void
test_line (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_LINE, 4, 6);
  g_autoptr(LwLabelMap) map = lw_label_map_new (320, 240), none = lw_label_map_copy (map);

  /* Wherever the hand went between its ends. */
  rig_hand (rig, "mousemove 100 100 mousedown 1 mousemove 150 300 mousemove 400 20 mousemove 300 160");
  assert_labels (rig, none);
  rig_hand (rig, "mouseup 1");
  expect_brush (map, LW_BRUSH_ROUND, (LwPoint) { 100, 100 }, (LwPoint) { 300, 160 }, 6, 4);
  assert_labels (rig, map);
  assert_one_step (rig, none);

  rig_hand (rig, "mousemove 50 400 click 1");                                      /* a dab */
  expect_brush (map, LW_BRUSH_ROUND, (LwPoint) { 50, 400 }, (LwPoint) { 50, 400 }, 6, 4);
  assert_labels (rig, map);

  g_object_set (rig->toolbox, "brush-shape", (int) LW_BRUSH_SQUARE, NULL);
  rig_hand (rig, "mousemove 500 100 mousedown 1 mousemove 560 200 mousemove 600 400 mouseup 1");
  expect_brush (map, LW_BRUSH_SQUARE, (LwPoint) { 500, 100 }, (LwPoint) { 600, 400 }, 6, 4);
  assert_labels (rig, map);

  /* Given up while the button is down. */
  rig_hand (rig, "mousemove 20 20 mousedown 1 mousemove 200 20 key Escape mouseup 1");
  assert_labels (rig, map);
}

static void
test_lasso (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_LASSO, 7, 6);
  g_autoptr(LwLabelMap) map = lw_label_map_new (320, 240), none = lw_label_map_copy (map);
  const LwPoint corners[] = { { 50, 50 }, { 150, 60 }, { 120, 140 }, { 40, 100 } };
  gsize n = G_N_ELEMENTS (corners);
  Expected expected = { map, 7 };

  rig_hand (rig, "mousemove 100 100 mousedown 1 mousemove 300 120 mousemove 240 280 mousemove 80 200 mouseup 1");
  lw_raster_polygon (corners, &n, 1, &whole, expect_span, &expected);
  assert_labels (rig, map);
  assert_one_step (rig, none);

  rig_hand (rig, "mousemove 400 400 click 1");                                     /* no area */
  assert_labels (rig, map);
  rig_hand (rig, "mousemove 400 100 mousedown 1 mousemove 500 100 mousemove 500 200 key Escape mouseup 1");
  assert_labels (rig, map);
  rig_hand (rig, "mousemove 400 100 mousedown 1 mousemove 500 100 mousemove 500 200");
  lw_document_open (rig->document, fixture_frame (rig->fixture, 1));                /* the shape was the other frame's */
  fixture_wait (!lw_document_is_loading (rig->document));
  rig_hand (rig, "mouseup 1");
  assert_labels (rig, none);
}

/* Locked classes stay, whatever shape is painted. */
static void
test_locked (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_LINE, 4, 10);
  g_autoptr(LwLabelMap) map = lw_label_map_new (320, 240), other = lw_label_map_new (320, 240);

  rig_hand (rig, "mousemove 100 200 mousedown 1 mousemove 500 200 mouseup 1");
  expect_brush (map, LW_BRUSH_ROUND, (LwPoint) { 100, 200 }, (LwPoint) { 500, 200 }, 10, 4);
  lw_toolbox_set_locked (rig->toolbox, 4, TRUE);
  lw_toolbox_set_class (rig->toolbox, 5);
  rig_hand (rig, "mousemove 300 100 mousedown 1 mousemove 300 300 mouseup 1");
  expect_brush (other, LW_BRUSH_ROUND, (LwPoint) { 300, 100 }, (LwPoint) { 300, 300 }, 10, 5);
  for (int y = 0; y < 240; y++)
    for (int x = 0; x < 320; x++)
      if (lw_label_map_get (map, x, y) == LW_LABEL_NONE)
        lw_label_map_row (map, y)[x] = lw_label_map_get (other, x, y);
  assert_labels (rig, map);
}

/* ---- reveal ---- */

/* What the model proposes under the brush, but not over hand work; as the model's. */
static void
test_reveal (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_BRUSH, 2, 20);
  g_autoptr(LwLabelMap) proposal = lw_label_map_new (320, 240), map = lw_label_map_new (320, 240), stroke = lw_label_map_new (320, 240);

  rig_hand (rig, "mousemove 200 200 click 1");                                     /* by hand */
  expect_brush (map, LW_BRUSH_ROUND, (LwPoint) { 200, 200 }, (LwPoint) { 200, 200 }, 20, 2);
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_REVEAL);
  rig_hand (rig, "mousemove 100 200 mousedown 1 mousemove 400 200 mouseup 1");     /* nothing is proposed yet */
  assert_labels (rig, map);

  for (int y = 0; y < 240; y++)
    for (int x = 0; x < 320; x++)
      lw_label_map_row (proposal, y)[x] = (guint8) (y < 100 ? x / 32 % 4 : x % 7 == 0 ? LW_LABEL_NONE : 6);
  fixture_propose (rig->fixture, rig->document, proposal);
  lw_toolbox_set_hidden (rig->toolbox, 3, TRUE);
  g_autoptr(LwLabelMap) before = lw_label_map_copy (map);
  rig_hand (rig, "mousemove 100 200 mousedown 1 mousemove 300 200 mousemove 500 200 mouseup 1");
  expect_brush (stroke, LW_BRUSH_ROUND, (LwPoint) { 100, 200 }, (LwPoint) { 500, 200 }, 20, 1);
  for (int y = 0; y < 240; y++)
    for (int x = 0; x < 320; x++)
      {
        guint8 proposed = lw_label_map_get (proposal, x, y);
        if (lw_label_map_get (stroke, x, y) == 1 && lw_label_map_get (map, x, y) == LW_LABEL_NONE && proposed != 3)
          lw_label_map_row (map, y)[x] = proposed;
      }
  assert_labels (rig, map);
  const LwLabelMap *origins = lw_document_get_planes (rig->document)->plane[LW_PLANE_ORIGIN];
  g_assert_cmpint (lw_label_map_get (origins, 60, 101), !=, lw_label_map_get (origins, 100, 100));      /* the model's, the person's */
  assert_one_step (rig, before);

  g_object_set (rig->toolbox, "overwrite-hand", TRUE, NULL);
  rig_hand (rig, "mousemove 200 200 click 1");
  g_assert_cmpint (lw_label_map_get (rig_labels (rig), 100, 102), ==, 6);
}

/* ---- pick ---- */

static void
test_pick (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_BRUSH, 3, 30);

  rig_hand (rig, "mousemove 200 200 click 1");
  lw_toolbox_set_class (rig->toolbox, 1);
  rig_hand (rig, "mousemove 400 400 key o");
  g_assert_cmpint (lw_toolbox_get_class (rig->toolbox), ==, 1);                    /* nothing is there */
  rig_hand (rig, "mousemove 205 205 key o");
  g_assert_cmpint (lw_toolbox_get_class (rig->toolbox), ==, 3);
  g_assert_cmpint (lw_toolbox_get_tool (rig->toolbox), ==, LW_TOOL_BRUSH);
}

/* ---- what looks at the picture: the same as core/assist finds ---- */

static LwPixels
pixels_of (Rig *rig)
{
  const LwImage *image = lw_document_get_image (rig->document);
  return (LwPixels) { image->width, image->height, image->stride, image->pixels };
}

static LwSuperpixels *
superpixels_of (Rig *rig, int size)
{
  LwPixels pixels = pixels_of (rig);
  LwSuperpixelOptions options = { size, 10, 1 };
  return lw_superpixels_new (&pixels, &options, NULL);
}

static void
expect_superpixel (LwLabelMap *map, const LwSuperpixels *superpixels, int x, int y, guint8 class_id)
{
  Expected expected = { map, class_id };
  lw_superpixels_foreach_span (superpixels, lw_superpixels_at (superpixels, x / ZOOM, y / ZOOM), expect_span, &expected);
}

static void
wait_a_moment (void)
{
  for (int i = 0; i < 8; i++)
    rig_settle ();
}

static void
test_superpixels (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_SUPERPIXELS, 5, 20);
  g_autoptr(LwLabelMap) map = lw_label_map_new (320, 240), none = lw_label_map_copy (map);
  g_autoptr(LwSuperpixels) superpixels = superpixels_of (rig, 20);

  wait_a_moment ();
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
  wait_a_moment ();
  g_autoptr(LwSuperpixels) other = superpixels_of (rig, size);
  rig_hand (rig, "click 1");
  expect_superpixel (map, other, 100, 400, 5);
  assert_labels (rig, map);

  /* Given up while the button is down; on another frame they are that frame's. */
  rig_hand (rig, "mousemove 20 20 mousedown 1 mousemove 600 20 key Escape mouseup 1");
  assert_labels (rig, map);
  lw_document_open (rig->document, fixture_frame (rig->fixture, 1));
  fixture_wait (!lw_document_is_loading (rig->document));
  wait_a_moment ();
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
  wait_a_moment ();
  rig_hand (rig, "mousemove 300 120 click 1");
  wait_a_moment ();
  rig_hand (rig, "mousemove 600 400 click 1");                                     /* taken back */
  rig_hand (rig, "key BackSpace");
  wait_a_moment ();
  rig_hand (rig, "mousemove 220 300 click 1");
  wait_a_moment ();
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
  wait_a_moment ();
  assert_labels (rig, none);                                                       /* shown, not painted */
  g_assert_true (lw_grab_cut_run (cut, NULL));
  rig_hand (rig, "mousemove 200 160 click 1");                                     /* this belongs to it */
  wait_a_moment ();
  lw_grab_cut_mark (cut, TRUE, 100, 80, 10);
  g_assert_true (lw_grab_cut_run (cut, NULL));
  rig_hand (rig, "keydown ctrl mousemove 120 100 click 1 keyup ctrl");             /* this doesn't */
  wait_a_moment ();
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

  /* Given up; and gone with its frame. */
  rig_hand (rig, "mousemove 400 80 mousedown 1 mousemove 500 240 mouseup 1");
  wait_a_moment ();
  rig_hand (rig, "key Escape key Return");
  assert_labels (rig, map);
  rig_hand (rig, "mousemove 400 80 mousedown 1 mousemove 500 240 mouseup 1");
  lw_document_open (rig->document, fixture_frame (rig->fixture, 1));
  fixture_wait (!lw_document_is_loading (rig->document));
  wait_a_moment ();
  rig_hand (rig, "key Return");
  assert_labels (rig, none);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  g_test_add_func ("/canvas/tools/line", test_line);
  g_test_add_func ("/canvas/tools/lasso", test_lasso);
  g_test_add_func ("/canvas/tools/locked", test_locked);
  g_test_add_func ("/canvas/tools/reveal", test_reveal);
  g_test_add_func ("/canvas/tools/pick", test_pick);
  g_test_add_func ("/canvas/tools/superpixels", test_superpixels);
  g_test_add_func ("/canvas/tools/fill-colour", test_fill_colour);
  g_test_add_func ("/canvas/tools/scissors", test_scissors);
  g_test_add_func ("/canvas/tools/scissors-by-hand", test_scissors_by_hand);
  g_test_add_func ("/canvas/tools/cut", test_cut);
  return g_test_run ();
}
