/* test-canvas-pointer.c: every tool by real pointer and key events */
#include "config.h"
#include "canvas-rig.h"
#include "editor/polygons.h"
#include "label/raster.h"
#include <math.h>
#include <string.h>

#define ZOOM 2           /* a 320 x 240 image fitted into 640 x 480 */

typedef struct { LwLabelMap *map; guint8 class_id; } Reference;

static void
set_span (int y, int x0, int x1, gpointer data)
{
  const Reference *reference = data;
  memset (lw_label_map_row (reference->map, y) + x0, reference->class_id, (gsize) (x1 - x0));
}

static LwLabelMap *
empty_map (void)
{
  return lw_label_map_new (320, 240);
}

static Rig *
rig_with (LwTool tool, guint8 class_id, double size)
{
  Rig *rig = rig_new (640, 480, 320, 240);

  lw_toolbox_set_tool (rig->toolbox, tool);
  lw_toolbox_set_class (rig->toolbox, class_id);
  lw_toolbox_set_brush_size (rig->toolbox, size);
  return rig;
}

static void
reference_line (LwLabelMap *map, double x0, double y0, double x1, double y1, double size, guint8 class_id)
{
  Reference reference = { map, class_id };
  lw_raster_brush (LW_BRUSH_ROUND, x0 / ZOOM, y0 / ZOOM, size / 2, x1 / ZOOM, y1 / ZOOM, size / 2, &(LwRect) { 0, 0, map->width, map->height }, set_span, &reference);
}

static void
reference_polygon (LwLabelMap *map, const LwPoint *points, gsize n, guint8 class_id)
{
  Reference reference = { map, class_id };
  lw_raster_polygon (points, &n, 1, &(LwRect) { 0, 0, map->width, map->height }, set_span, &reference);
}

static void
test_brush_and_eraser (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_BRUSH, 3, 20);
  g_autoptr(LwLabelMap) map = empty_map ();

  rig_hand (rig, "mousemove 100 100 mousedown 1 mousemove 200 100 mousemove 300 100 mouseup 1");
  reference_line (map, 100, 100, 300, 100, 20, 3);
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_ERASER);
  lw_toolbox_set_brush_size (rig->toolbox, 8);
  rig_hand (rig, "mousemove 200 50 mousedown 1 mousemove 200 150 mouseup 1");
  reference_line (map, 200, 50, 200, 150, 8, LW_LABEL_NONE);
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));
  rig_hand (rig, "mousemove 400 400 click 1");                     /* past nothing, one dab */
  reference_line (map, 400, 400, 400, 400, 8, LW_LABEL_NONE);
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));

  rig_hand (rig, "key ctrl+z");
  rig_hand (rig, "key ctrl+z");
  g_autoptr(LwLabelMap) none = empty_map ();
  g_assert_true (lw_label_map_equal (none, rig_labels (rig)));
  rig_hand (rig, "key ctrl+shift+z key ctrl+y");
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));
}

/* As fast as the display takes it: each point lies on the circle, so between two that are used the chord must be short. */
static void
test_quick_circle (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_BRUSH, 1, 3);
  g_autoptr(GString) moves = g_string_new (NULL);
  double least = 1e9, most = 0;

  for (int i = 1; i <= 240; i++)
    g_string_append_printf (moves, " mousemove %d %d", (int) lround (320 + 180 * cos (i * G_PI / 120)), (int) lround (240 + 180 * sin (i * G_PI / 120)));
  rig_hand (rig, "mousemove 500 240 mousedown 1%s mouseup 1", moves->str);
  for (int y = 0; y < 240; y++)
    for (int x = 0; x < 320; x++)
      if (lw_label_map_get (rig_labels (rig), x, y) == 1)
        {
          double distance = hypot (x + 0.5 - 160, y + 0.5 - 120);
          least = MIN (least, distance);
          most = MAX (most, distance);
        }
  g_assert_cmpfloat (least, >, 90 - 1.5 - 1.5);                    /* radius, rounding to device pixels and a short chord's sag */
  g_assert_cmpfloat (most, <, 90 + 1.5 + 1);
}

static void
test_polygon (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_POLYGON, 5, 10);
  g_autoptr(LwLabelMap) map = empty_map ();
  const LwPoint first[] = { { 50, 50 }, { 150, 60 }, { 100, 120 } };
  const LwPoint second[] = { { 200, 100 }, { 250, 100 }, { 250, 150 }, { 200, 150 } };

  rig_hand (rig, "mousemove 100 100 click 1 mousemove 300 120 click 1 mousemove 200 240 click 1");
  g_assert_false (lw_document_can_undo (rig->document));
  rig_hand (rig, "key Return");
  reference_polygon (map, first, G_N_ELEMENTS (first), 5);
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));

  /* A corner taken back; closed by a double click. */
  rig_hand (rig, "mousemove 400 200 click 1 mousemove 500 200 click 1 mousemove 20 20 click 1 key BackSpace "
                 "mousemove 500 300 click 1 mousemove 400 300 click 1 click 1");
  reference_polygon (map, second, G_N_ELEMENTS (second), 5);
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));

  /* Given up; and too few corners. */
  rig_hand (rig, "mousemove 10 10 click 1 mousemove 50 10 click 1 mousemove 10 50 click 1 key Escape key Return");
  rig_hand (rig, "mousemove 10 10 click 1 mousemove 50 10 click 1 key Return key Escape");
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));

  /* Closed on its first corner. */
  rig_hand (rig, "mousemove 10 400 click 1 mousemove 90 400 click 1 mousemove 90 470 click 1 mousemove 12 402 click 1");
  reference_polygon (map, (LwPoint[]) { { 5, 200 }, { 45, 200 }, { 45, 235 } }, 3, 5);
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));
}

static void
set_corners (Rig *rig)
{
  rig_hand (rig, "mousemove 100 100 click 1 mousemove 300 120 click 1 mousemove 200 240 click 1");
}

static void
show_frame (Rig *rig, guint n)
{
  lw_document_open (rig->document, fixture_frame (rig->fixture, n));
  fixture_wait (!lw_document_is_loading (rig->document));
}

/* Corners are work: neither another frame nor another tool nor a change from outside takes them away. */
static void
test_polygon_waits (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_POLYGON, 5, 10);
  g_autoptr(LwLabelMap) map = empty_map ();
  const LwPoint corners[] = { { 50, 50 }, { 150, 60 }, { 100, 120 } };

  set_corners (rig);
  show_frame (rig, 1);
  rig_hand (rig, "key Return key Escape");                         /* nothing of this frame */
  rig_hand (rig, "mousemove 20 20 click 1 mousemove 60 20 click 1");
  show_frame (rig, 0);
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_BRUSH);
  rig_hand (rig, "key Return key Escape key BackSpace");           /* not this tool's */
  lw_document_reload (rig->document);
  rig_rest (rig);
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_POLYGON);
  rig_hand (rig, "key Return");
  reference_polygon (map, corners, G_N_ELEMENTS (corners), 5);
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));

  show_frame (rig, 1);
  rig_hand (rig, "mousemove 60 60 click 1 key Return");            /* the third corner of the one begun there */
  g_autoptr(LwLabelMap) other = empty_map ();
  reference_polygon (other, (LwPoint[]) { { 10, 10 }, { 30, 10 }, { 30, 30 } }, 3, 5);
  g_assert_true (lw_label_map_equal (other, rig_labels (rig)));
}

static void
test_polygon_undo (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_POLYGON, 5, 10);
  g_autoptr(LwLabelMap) map = empty_map ();
  const LwPoint corners[] = { { 50, 50 }, { 150, 60 }, { 100, 120 } };

  set_corners (rig);
  rig_hand (rig, "key ctrl+z key ctrl+z key ctrl+shift+z key ctrl+shift+z");
  rig_hand (rig, "key Escape key Return");
  g_assert_false (lw_document_can_undo (rig->document));
  g_assert_true (lw_canvas_can_turn (LW_CANVAS (rig->canvas), FALSE));
  rig_hand (rig, "key ctrl+z key Return");                         /* given up by mistake */
  reference_polygon (map, corners, G_N_ELEMENTS (corners), 5);
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));
  rig_hand (rig, "key ctrl+z");                                    /* and now the stroke */
  g_autoptr(LwLabelMap) none = empty_map ();
  g_assert_true (lw_label_map_equal (none, rig_labels (rig)));
}

static void
reference_parts (LwLabelMap *map, const LwPoint *points, const gsize *sizes, gsize n, guint8 class_id)
{
  Reference reference = { map, class_id };
  lw_raster_polygon (points, sizes, n, &(LwRect) { 0, 0, map->width, map->height }, set_span, &reference);
}

static void
assert_painted (Rig *rig, const LwLabelMap *map)
{
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));
}

/* Before it is painted: a corner is moved, one is put into a side, one is taken away; and each of that is one step for undo. */
static void
test_polygon_edit (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_POLYGON, 5, 10);
  g_autoptr(LwLabelMap) map = empty_map ();
  const LwPoint corners[] = { { 50, 50 }, { 100, 30 }, { 150, 60 }, { 120, 140 } };

  set_corners (rig);
  rig_hand (rig, "mousemove 201 239 mousedown 1 mousemove 210 250 mousemove 241 279 mouseup 1");        /* held beside its middle */
  rig_hand (rig, "mousemove 200 110 mousedown 1 mousemove 200 90 mousemove 200 60 mouseup 1");          /* out of the side */
  rig_hand (rig, "mousemove 500 400 click 1 mousemove 501 401 keydown ctrl click 1 keyup ctrl");        /* a slip */
  rig_hand (rig, "mousemove 240 280 mousedown 1 mousemove 300 300 mousemove 400 400 key Escape mouseup 1");
  rig_hand (rig, "mousemove 20 20 key Return");
  reference_polygon (map, corners, 4, 5);
  assert_painted (rig, map);

  rig_hand (rig, "key ctrl+z");
  set_corners (rig);
  rig_hand (rig, "mousemove 300 120 mousedown 1 mousemove 310 130 mousemove 400 200 mouseup 1 mousemove 400 202 key BackSpace");
  rig_hand (rig, "mousemove 20 20 key ctrl+z key ctrl+z key Return");                                 /* there again, and back where it was */
  g_autoptr(LwLabelMap) first = empty_map ();
  reference_polygon (first, (LwPoint[]) { { 50, 50 }, { 150, 60 }, { 100, 120 } }, 3, 5);
  assert_painted (rig, first);

  /* A click stays a click, wherever it is: a fine outline has corners beside each other. */
  rig_hand (rig, "key ctrl+z mousemove 100 100 click 1 sleep 0.6 mousemove 105 100 click 1 sleep 0.6 mousemove 105 106 click 1 sleep 0.6 mousemove 92 110 click 1 mousemove 300 300 key Return");
  g_autoptr(LwLabelMap) fine = empty_map ();
  reference_polygon (fine, (LwPoint[]) { { 50, 50 }, { 52.5, 50 }, { 52.5, 53 }, { 46, 55 } }, 4, 5);
  assert_painted (rig, fine);
}

/* Parts are painted together; one inside another is a hole. */
static void
test_polygon_parts (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_POLYGON, 5, 10);
  g_autoptr(LwLabelMap) map = empty_map (), none = empty_map ();
  const LwPoint corners[] = { { 50, 50 }, { 200, 50 }, { 200, 200 }, { 50, 200 }, { 80, 80 }, { 120, 80 }, { 100, 120 }, { 250, 60 }, { 300, 60 }, { 280, 110 } };
  const gsize sizes[] = { 4, 3, 3 };

  rig_hand (rig, "mousemove 100 100 click 1 mousemove 400 100 click 1 mousemove 400 400 click 1 mousemove 100 400 click 1 key shift+Return");
  rig_hand (rig, "mousemove 160 160 click 1 mousemove 240 160 click 1 mousemove 200 240 click 1 keydown shift mousemove 161 159 click 1 keyup shift");   /* on its first corner */
  assert_painted (rig, none);
  rig_hand (rig, "mousemove 500 120 click 1 mousemove 600 120 click 1 mousemove 560 220 click 1");
  g_autofree char *text = lw_canvas_dup_polygons (LW_CANVAS (rig->canvas));
  g_assert_true (g_str_has_suffix (text, ":50.000 50.000,200.000 50.000,200.000 200.000,50.000 200.000|80.000 80.000,120.000 80.000,100.000 120.000|250.000 60.000,300.000 60.000,280.000 110.000"));
  rig_hand (rig, "key Return");
  reference_parts (map, corners, sizes, 3, 5);
  assert_painted (rig, map);
  rig_hand (rig, "key ctrl+z");
  assert_painted (rig, none);

  /* The part under the pointer is taken away, and comes back. */
  lw_canvas_take_polygons (LW_CANVAS (rig->canvas), text);
  rig_hand (rig, "mousemove 200 180 key shift+BackSpace");
  rig_hand (rig, "mousemove 20 20 key ctrl+z key ctrl+shift+z key Return");
  g_autoptr(LwLabelMap) filled = empty_map ();
  reference_parts (filled, corners, sizes, 1, 5);
  reference_parts (filled, corners + 7, sizes + 2, 1, 5);
  assert_painted (rig, filled);
}

/* The window is closed and opened again. */
static void
test_polygon_text (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_POLYGON, 5, 10);
  g_autoptr(LwLabelMap) map = empty_map ();
  const LwPoint corners[] = { { 50, 50 }, { 150, 60 }, { 100, 120 } };

  set_corners (rig);
  show_frame (rig, 1);
  rig_hand (rig, "mousemove 20 20 click 1");
  g_autofree char *text = lw_canvas_dup_polygons (LW_CANVAS (rig->canvas));
  lw_canvas_set_document (LW_CANVAS (rig->canvas), NULL);
  lw_canvas_set_document (LW_CANVAS (rig->canvas), rig->document);
  g_autofree char *none = lw_canvas_dup_polygons (LW_CANVAS (rig->canvas));
  g_assert_cmpstr (none, ==, "");
  lw_canvas_take_polygons (LW_CANVAS (rig->canvas), text);
  g_autofree char *again = lw_canvas_dup_polygons (LW_CANVAS (rig->canvas));
  g_assert_cmpstr (again, ==, text);
  show_frame (rig, 0);
  rig_hand (rig, "key Return");
  reference_polygon (map, corners, G_N_ELEMENTS (corners), 5);
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));

  static const char *const nonsense[] = { "", ";;", "7", "7:", "x:1 2", "7:1", "7:1 2,", "7:1 2 3", "7:nan 1", "7:inf 1", "-7:1 2", "7:1e99 2", "7:1,2", "7:|", "7:1 2|", "7:1 2,3 4|5 6", "7:1 2,3 4,5 6||1 1" };
  LwPolygons *polygons = lw_polygons_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (nonsense); i++)
    lw_polygons_take_text (polygons, nonsense[i]);
  g_assert_cmpuint (g_hash_table_size (polygons->by_frame), ==, 0);
  lw_polygons_free (polygons);
}

static void
test_fill_and_pick (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_BRUSH, 2, 4);
  const LwLabelMap *labels = rig_labels (rig);

  rig_hand (rig, "mousemove 320 0 mousedown 1 mousemove 320 479 mouseup 1");      /* a wall */
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_FILL);
  lw_toolbox_set_class (rig->toolbox, 7);
  rig_hand (rig, "mousemove 100 100 click 1");
  g_assert_cmpint (lw_label_map_get (labels, 0, 0), ==, 7);
  g_assert_cmpint (lw_label_map_get (labels, 160, 120), ==, 2);
  g_assert_cmpint (lw_label_map_get (labels, 319, 239), ==, LW_LABEL_NONE);

  rig_hand (rig, "mousemove 320 200 click 3");
  g_assert_cmpint (lw_toolbox_get_class (rig->toolbox), ==, 2);
  rig_hand (rig, "mousemove 100 100 keydown alt click 1 keyup alt");
  g_assert_cmpint (lw_toolbox_get_class (rig->toolbox), ==, 7);
  rig_hand (rig, "mousemove 600 100 click 3");                                    /* nothing there: the class stays */
  g_assert_cmpint (lw_toolbox_get_class (rig->toolbox), ==, 7);
  g_assert_cmpint (lw_label_map_get (labels, 300, 50), ==, LW_LABEL_NONE);
}

static void
test_apply_region (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_APPLY_REGION, 2, 4);
  g_autoptr(LwLabelMap) proposal = empty_map ();

  for (int y = 0; y < 240; y++)
    memset (lw_label_map_row (proposal, y), y < 120 ? 1 : 6, 320);
  fixture_propose (rig->fixture, rig->document, proposal);
  rig_hand (rig, "mousemove 100 400 click 1");
  g_assert_cmpint (lw_label_map_get (rig_labels (rig), 0, 119), ==, LW_LABEL_NONE);
  g_assert_cmpint (lw_label_map_get (rig_labels (rig), 0, 120), ==, 6);
  rig_hand (rig, "mousemove 100 100 click 3");                                    /* picks what is proposed */
  g_assert_cmpint (lw_toolbox_get_class (rig->toolbox), ==, 1);
}

static void
test_view (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_BRUSH, 4, 6);
  LwCanvas *canvas = LW_CANVAS (rig->canvas);
  const LwLabelMap *labels = rig_labels (rig);

  rig_hand (rig, "mousemove 200 300 click 4 click 4 click 4 click 4");            /* the pixel under the pointer stays there */
  g_assert_cmpfloat (lw_canvas_get_zoom (canvas), ==, 4);
  rig_hand (rig, "click 1");
  g_assert_cmpint (lw_label_map_get (labels, 100, 150), ==, 4);
  rig_hand (rig, "mousedown 2 mousemove 240 340 mouseup 2 click 1");              /* and goes with the hand */
  rig_hand (rig, "keydown space mousemove 300 300 mousedown 1 mousemove 320 320 mouseup 1 keyup space mousemove 260 360 click 1");
  for (int x = 0; x < 320; x++)
    for (int y = 0; y < 240; y++)
      g_assert_cmpint (lw_label_map_get (labels, x, y) == 4, ==, hypot (x + 0.5 - 100, y + 0.5 - 150) <= 3);
  rig_hand (rig, "key ctrl+0");
  g_assert_cmpfloat (lw_canvas_get_zoom (canvas), ==, 2);
  rig_hand (rig, "click 5 click 5 click 5 click 5 click 5 click 5 click 5 click 5");
  g_assert_cmpfloat_with_epsilon (lw_canvas_get_zoom (canvas), 0.5, 1e-9);
  rig_hand (rig, "key bracketright");
  g_assert_cmpfloat (lw_toolbox_get_brush_size (rig->toolbox), ==, 7);
  rig_hand (rig, "key bracketleft key bracketleft");
  g_assert_cmpfloat (lw_toolbox_get_brush_size (rig->toolbox), <, 6);
}

static gboolean
is_peeking (Rig *rig)
{
  gboolean peek;

  g_object_get (rig->canvas, "peek", &peek, NULL);
  return peek;
}

static void
assert_text (Rig *rig, const char *expected)
{
  g_autofree char *text = NULL;

  g_object_get (rig->canvas, "pointer-text", &text, NULL);
  g_assert_cmpstr (text, ==, expected);
}

/* Who set it is read when it is asked for first. */
static void
wait_for_text (Rig *rig, const char *expected)
{
  gint64 end = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  g_autofree char *text = NULL;

  while (g_strcmp0 (text, expected) != 0 && g_get_monotonic_time () < end)
    {
      g_free (text);
      fixture_turn ();
      g_object_get (rig->canvas, "pointer-text", &text, NULL);
    }
  g_assert_cmpstr (text, ==, expected);
}

static void
test_peek_and_text (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_BRUSH, 0, 40);
  g_autoptr(LwLabelMap) proposal = empty_map ();

  rig_hand (rig, "keydown h");
  g_assert_true (is_peeking (rig));
  rig_hand (rig, "keyup h");
  g_assert_false (is_peeking (rig));
  rig_hand (rig, "keydown Tab");
  g_assert_true (is_peeking (rig));
  rig_hand (rig, "keyup Tab");
  g_assert_false (is_peeking (rig));

  rig_hand (rig, "mousemove 101 61");
  assert_text (rig, "50, 30 · Not labelled");
  rig_hand (rig, "click 1");
  g_autofree char *by_us = g_strdup_printf ("50, 30 · Sky, by %s", g_get_user_name ());
  wait_for_text (rig, by_us);
  memset (lw_label_map_row (proposal, 30), 3, 320);
  fixture_propose (rig->fixture, rig->document, proposal);
  g_autofree char *with_proposal = g_strconcat (by_us, " · proposed: Road · 78 %", NULL);
  assert_text (rig, with_proposal);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  g_test_add_func ("/canvas/pointer/brush-and-eraser", test_brush_and_eraser);
  g_test_add_func ("/canvas/pointer/quick-circle", test_quick_circle);
  g_test_add_func ("/canvas/pointer/polygon", test_polygon);
  g_test_add_func ("/canvas/pointer/polygon-waits", test_polygon_waits);
  g_test_add_func ("/canvas/pointer/polygon-undo", test_polygon_undo);
  g_test_add_func ("/canvas/pointer/polygon-edit", test_polygon_edit);
  g_test_add_func ("/canvas/pointer/polygon-parts", test_polygon_parts);
  g_test_add_func ("/canvas/pointer/polygon-text", test_polygon_text);
  g_test_add_func ("/canvas/pointer/fill-and-pick", test_fill_and_pick);
  g_test_add_func ("/canvas/pointer/apply-region", test_apply_region);
  g_test_add_func ("/canvas/pointer/view", test_view);
  g_test_add_func ("/canvas/pointer/peek-and-text", test_peek_and_text);
  return g_test_run ();
}
