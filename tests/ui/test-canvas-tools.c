/* test-canvas-tools.c: line, lasso, reveal and picking a class, by real pointer and key events */
#include "config.h"
#include "tool-rig.h"
#include "editor/canvas-private.h"
#include <string.h>

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

/* With Ctrl they erase; and a fill takes its class in the whole frame, not only the region. */
static void
test_with_ctrl (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_LASSO, 7, 6);
  g_autoptr(LwLabelMap) map = lw_label_map_new (320, 240);
  const LwPoint hole[] = { { 100, 90 }, { 140, 90 }, { 140, 130 } };
  gsize n = G_N_ELEMENTS (hole);
  Expected erased = { map, LW_LABEL_NONE };

  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_FILL);
  rig_hand (rig, "mousemove 100 100 click 1");
  for (int y = 0; y < 240; y++)
    memset (lw_label_map_row (map, y), 7, 320);
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_LINE);
  rig_hand (rig, "keydown ctrl mousemove 0 200 mousedown 1 mousemove 300 220 mousemove 639 200 mouseup 1 keyup ctrl");
  expect_brush (map, LW_BRUSH_ROUND, (LwPoint) { 0, 200 }, (LwPoint) { 639, 200 }, 6, LW_LABEL_NONE);
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_LASSO);
  rig_hand (rig, "mousemove 200 180 keydown ctrl mousedown 1 mousemove 280 180 mousemove 280 260 mouseup 1 keyup ctrl");
  lw_raster_polygon (hole, &n, 1, &whole, expect_span, &erased);
  assert_labels (rig, map);

  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_FILL);
  lw_toolbox_set_class (rig->toolbox, 3);
  g_autoptr(LwLabelMap) before = lw_label_map_copy (map);
  rig_hand (rig, "keydown ctrl mousemove 20 20 click 1 keyup ctrl");               /* on both sides of the line */
  for (int y = 0; y < 240; y++)
    for (int x = 0; x < 320; x++)
      if (lw_label_map_get (map, x, y) == 7)
        lw_label_map_row (map, y)[x] = 3;
  assert_labels (rig, map);
  assert_one_step (rig, before);
}

/* The other end of a pen; no display can be made to have one, so what its gesture tells the canvas is told here. */
static void
test_other_end_of_pen (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_BRUSH, 4, 30);
  g_autoptr(LwLabelMap) map = lw_label_map_new (320, 240);
  LwCanvas *canvas = LW_CANVAS (rig->canvas);
  LwBrushSample on_paint = { .x = 200, .y = 200, .pressure = 0.5 };

  rig_hand (rig, "mousemove 200 200 click 1");
  canvas->erasing = TRUE;
  lw_canvas_stroke_begin (canvas, &on_paint);
  lw_canvas_stroke_end (canvas);
  expect_brush (map, LW_BRUSH_ROUND, (LwPoint) { 200, 200 }, (LwPoint) { 200, 200 }, 30, 4);
  expect_brush (map, LW_BRUSH_ROUND, (LwPoint) { 200, 200 }, (LwPoint) { 200, 200 }, 15, LW_LABEL_NONE);
  assert_labels (rig, map);
  rig_hand (rig, "click 1");                                                       /* the mouse paints again */
  expect_brush (map, LW_BRUSH_ROUND, (LwPoint) { 200, 200 }, (LwPoint) { 200, 200 }, 30, 4);
  assert_labels (rig, map);
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

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  g_test_add_func ("/canvas/tools/line", test_line);
  g_test_add_func ("/canvas/tools/lasso", test_lasso);
  g_test_add_func ("/canvas/tools/with-ctrl", test_with_ctrl);
  g_test_add_func ("/canvas/tools/other-end-of-pen", test_other_end_of_pen);
  g_test_add_func ("/canvas/tools/locked", test_locked);
  g_test_add_func ("/canvas/tools/reveal", test_reveal);
  g_test_add_func ("/canvas/tools/pick", test_pick);
  return g_test_run ();
}
