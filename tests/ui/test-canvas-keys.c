/* test-canvas-keys.c: a person without a mouse paints with every tool, by real key events */
#include "config.h"
#include "assist/grab-cut.h"
#include "canvas-rig.h"
#include "editor/canvas-private.h"
#include "label/raster.h"
#include <string.h>

#define ZOOM 2           /* a 320 x 240 image fitted into 640 x 480: an arrow key moves the cursor by two pixels */

typedef struct { LwLabelMap *map; guint8 class_id; } Reference;

static void
set_span (int y, int x0, int x1, gpointer data)
{
  const Reference *reference = data;
  memset (lw_label_map_row (reference->map, y) + x0, reference->class_id, (gsize) (x1 - x0));
}

static void
reference_line (LwLabelMap *map, double x0, double y0, double x1, double y1, double size, guint8 class_id)
{
  Reference reference = { map, class_id };
  lw_raster_brush (LW_BRUSH_ROUND, x0, y0, size / 2, x1, y1, size / 2, &(LwRect) { 0, 0, map->width, map->height }, set_span, &reference);
}

static Rig *
rig_with (LwTool tool, guint8 class_id, double size)
{
  Rig *rig = rig_new (640, 480, 320, 240);
  lw_toolbox_set_tool (rig->toolbox, tool);
  lw_toolbox_set_class (rig->toolbox, class_id);
  lw_toolbox_set_brush_size (rig->toolbox, size);
  rig_hand (rig, "mousemove 640 480");      /* the mouse lies in the corner, over the canvas's last pixel */
  return rig;
}

/* The cursor begins in the middle: as if the mouse had never been there. */
static void
leave (Rig *rig)
{
  rig_hand (rig, "mousemove 900 700");
}

static char *
where (Rig *rig)
{
  char *text;
  g_object_get (rig->canvas, "pointer-text", &text, NULL);
  char *end = strstr (text, " ·");
  if (end != NULL)
    *end = '\0';
  return text;
}

static void
assert_at (Rig *rig, const char *expected)
{
  g_autofree char *text = where (rig);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_moves (void)
{
  g_autoptr (Rig) rig = rig_with (LW_TOOL_BRUSH, 3, 10);
  leave (rig);
  rig_hand (rig, "key Right");
  assert_at (rig, "162, 120");
  rig_hand (rig, "key Down key Left key Left key Up key Up");
  assert_at (rig, "158, 118");
  rig_hand (rig, "key shift+Right key shift+Down");
  assert_at (rig, "174, 134");
  rig_hand (rig, "key ctrl+Left key ctrl+Up key ctrl+Up");
  assert_at (rig, "173, 132");
  rig_hand (rig, "key --repeat 30 --delay 12 shift+Left key --repeat 30 --delay 12 shift+Up");      /* never out of the picture */
  assert_at (rig, "0, 0");
  rig_hand (rig, "key --repeat 40 --delay 12 shift+Right key --repeat 30 --delay 12 shift+Down");
  assert_at (rig, "319, 239");
  rig_hand (rig, "mousemove 100 60");                              /* the mouse takes over */
  assert_at (rig, "50, 30");
  rig_hand (rig, "key Right");                                     /* and the keys go on where it was */
  assert_at (rig, "52, 30");
  rig_hand (rig, "key Escape");
  assert_at (rig, "");
}

static void
test_brush (void)
{
  g_autoptr (Rig) rig = rig_with (LW_TOOL_BRUSH, 3, 10);
  g_autoptr (LwLabelMap) map = lw_label_map_new (320, 240);
  leave (rig);
  rig_hand (rig, "key Right key u key Right key Right key shift+Down key u key shift+Down");
  reference_line (map, 162.5, 120.5, 166.5, 120.5, 10, 3);
  reference_line (map, 166.5, 120.5, 166.5, 136.5, 10, 3);
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));
  rig_hand (rig, "key ctrl+z");                                    /* one stroke */
  g_assert_false (lw_document_can_undo (rig->document));
  g_assert_cmpint (lw_toolbox_get_tool (rig->toolbox), ==, LW_TOOL_BRUSH);
  rig_hand (rig, "key ctrl+y");
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));

  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_ERASER);              /* a dab, size by key */
  rig_hand (rig, "key bracketleft key bracketleft");
  double size = lw_toolbox_get_brush_size (rig->toolbox);
  g_assert_cmpfloat (size, <, 10);
  rig_hand (rig, "key --repeat 8 --delay 12 Up key u key u");
  assert_at (rig, "166, 136");
  reference_line (map, 166.5, 136.5, 166.5, 136.5, size, LW_LABEL_NONE);
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));

  rig_hand (rig, "key u key shift+Up key Escape");                 /* given up */
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));
}

/* What the hand does in the middle of it ends the stroke, and keeps it. */
static void
test_interrupted (void)
{
  g_autoptr (Rig) rig = rig_with (LW_TOOL_BRUSH, 3, 6);
  leave (rig);
  rig_hand (rig, "key u key shift+Right");
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_POLYGON);
  g_assert_null (lw_document_get_edit (rig->document));
  g_assert_cmpint (lw_label_map_get (rig_labels (rig), 170, 120), ==, 3);
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_BRUSH);
  rig_hand (rig, "key u key shift+Down mousemove 60 60");
  g_assert_null (lw_document_get_edit (rig->document));
  g_assert_cmpint (lw_label_map_get (rig_labels (rig), 176, 130), ==, 3);
  g_assert_cmpint (lw_label_map_get (rig_labels (rig), 30, 30), ==, LW_LABEL_NONE);
}

static void
test_polygon_and_fill (void)
{
  g_autoptr (Rig) rig = rig_with (LW_TOOL_POLYGON, 5, 10);
  g_autoptr (LwLabelMap) map = lw_label_map_new (320, 240);
  const LwPoint corners[] = { { 160.5, 120.5 }, { 208.5, 120.5 }, { 208.5, 168.5 } };
  gsize n = G_N_ELEMENTS (corners);
  Reference reference = { map, 5 };
  leave (rig);
  rig_hand (rig, "key u key --repeat 3 --delay 20 shift+Right key u key --repeat 3 --delay 20 shift+Down key u key Return");
  lw_raster_polygon (corners, &n, 1, &(LwRect) { 0, 0, 320, 240 }, set_span, &reference);
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));

  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_FILL);
  lw_toolbox_set_class (rig->toolbox, 7);
  rig_hand (rig, "key ctrl+Left key ctrl+Left key Up key Up key Up key u");
  g_assert_cmpint (lw_label_map_get (rig_labels (rig), 200, 130), ==, 7);
  g_assert_cmpint (lw_label_map_get (rig_labels (rig), 0, 0), ==, LW_LABEL_NONE);
  lw_toolbox_set_class (rig->toolbox, 1);
  rig_hand (rig, "key o");                                         /* picks the class under the cursor */
  g_assert_cmpuint (lw_toolbox_get_class (rig->toolbox), ==, 7);
}

static guint
count (Rig *rig, guint8 label)
{
  guint64 counts[256];
  lw_label_map_count (rig_labels (rig), counts);
  return (guint) counts[label];
}

static void
test_shapes (void)
{
  g_autoptr (Rig) rig = rig_with (LW_TOOL_LINE, 4, 6);
  g_autoptr (LwLabelMap) map = lw_label_map_new (320, 240);
  leave (rig);
  rig_hand (rig, "key u key --repeat 3 --delay 20 shift+Right key u");
  reference_line (map, 160.5, 120.5, 208.5, 120.5, 6, 4);
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));

  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_LASSO);
  lw_toolbox_set_class (rig->toolbox, 6);
  rig_hand (rig, "key u key --repeat 2 --delay 20 shift+Down key --repeat 2 --delay 20 shift+Left key --repeat 2 --delay 20 shift+Up key u");
  g_assert_cmpuint (count (rig, 6), >, 30 * 30);

  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_SUPERPIXELS);
  lw_toolbox_set_class (rig->toolbox, 8);
  rig_hand (rig, "key --repeat 4 --delay 20 shift+Left key u key shift+Left key u");
  guint painted = count (rig, 8);
  g_assert_cmpuint (painted, >, 0);
  rig_hand (rig, "key ctrl+u key shift+Right key u");              /* with Ctrl they are erased */
  g_assert_cmpuint (count (rig, 8), <, painted);

  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_SCISSORS);
  lw_toolbox_set_class (rig->toolbox, 9);
  rig_hand (rig, "key --repeat 5 --delay 20 shift+Up key u wait key --repeat 3 --delay 20 shift+Left key u wait key --repeat 3 --delay 20 shift+Down key u wait key Return");
  g_assert_cmpuint (count (rig, 9), >, 0);
}

/* A box, what belongs to it, what doesn't, and Enter: no mouse anywhere. What comes of it is what the cut finds for these very strokes. */
static void
test_cut (void)
{
  if (!lw_grab_cut_is_available ())
    {
      g_test_skip ("built without OpenCV");
      return;
    }
  g_autoptr (Rig) rig = rig_with (LW_TOOL_CUT, 8, 20);
  g_autoptr (LwLabelMap) map = lw_label_map_new (320, 240);
  const LwImage *image = lw_document_get_image (rig->document);
  LwPixels pixels = { image->width, image->height, image->stride, image->pixels };
  LwCutBox box;
  leave (rig);
  rig_hand (rig, "key u key --repeat 4 --delay 20 shift+Right key --repeat 3 --delay 20 shift+Down key u");
  g_assert_true (lw_assistant_has_cut (LW_CANVAS (rig->canvas)->assistant, &box));
  g_assert_cmpint (box.x, ==, 160);
  g_assert_cmpint (box.y, ==, 120);
  g_assert_cmpint (ABS (box.width - 64), <=, 1);
  g_assert_cmpint (ABS (box.height - 48), <=, 1);
  assert_at (rig, "224, 168");
  g_assert_cmpuint (count (rig, 8), ==, 0);                        /* shown, not painted */

  g_autoptr (LwGrabCut) cut = lw_grab_cut_new (&pixels, &box, NULL);
  g_assert_true (lw_grab_cut_run (cut, NULL));
  rig_hand (rig, "key --repeat 2 --delay 20 shift+Left key --repeat 2 --delay 20 shift+Up wait key u key u");      /* this belongs to it */
  assert_at (rig, "192, 136");
  lw_grab_cut_mark (cut, TRUE, 192.5, 136.5, 10);
  g_assert_true (lw_grab_cut_run (cut, NULL));
  rig_hand (rig, "key shift+Left key Up key Up wait key ctrl+u key u");                                            /* this doesn't */
  lw_grab_cut_mark (cut, FALSE, 176.5, 132.5, 10);
  g_assert_true (lw_grab_cut_run (cut, NULL));
  const guint8 *mask = lw_grab_cut_get_mask (cut, &box);
  for (int y = 0; y < box.height; y++)
    for (int x = 0; x < box.width; x++)
      if (mask[y * box.width + x])
        lw_label_map_row (map, box.y + y)[box.x + x] = 8;
  rig_hand (rig, "key Return");
  g_assert_cmpuint (count (rig, 8), >, 0);
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));
}

/* What the network proposed, under the cursor and region by region. */
static void
test_proposal (void)
{
  g_autoptr (Rig) rig = rig_with (LW_TOOL_REVEAL, 1, 10);
  g_autoptr (LwLabelMap) proposed = lw_label_map_new (320, 240), map = lw_label_map_new (320, 240);
  for (int y = 0; y < 240; y++)
    for (int x = 0; x < 320; x++)
      lw_label_map_row (proposed, y)[x] = x < 170 ? 9 : 5;
  fixture_propose (rig->fixture, rig->document, proposed);
  leave (rig);
  rig_hand (rig, "key u key shift+Right key u");
  reference_line (map, 160.5, 120.5, 176.5, 120.5, 10, 1);
  for (int y = 0; y < 240; y++)
    for (int x = 0; x < 320; x++)
      if (lw_label_map_get (map, x, y) == 1)
        lw_label_map_row (map, y)[x] = lw_label_map_get (proposed, x, y);
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));

  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_APPLY_REGION);
  rig_hand (rig, "key u");
  for (int y = 0; y < 240; y++)
    memset (lw_label_map_row (map, y) + 170, 5, 150);
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));
}

/* Fill by colour, and, as with Ctrl, a class in the whole frame; a click on what is no region of its own; polygons with a hole, corner by corner. */
static void
test_fills_and_holes (void)
{
  g_autoptr (Rig) rig = rig_with (LW_TOOL_FILL_COLOUR, 3, 10);
  leave (rig);
  g_object_set (rig->toolbox, "fill-tolerance", 255.0, NULL);
  rig_hand (rig, "key u");                                         /* everything looks like it */
  g_assert_cmpuint (count (rig, 3), ==, 320 * 240);

  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_POLYGON);
  lw_toolbox_set_class (rig->toolbox, 6);
  rig_hand (rig, "key u key --repeat 4 --delay 20 shift+Right key u key --repeat 4 --delay 20 shift+Down key u key --repeat 4 --delay 20 shift+Left key u key shift+Return");
  rig_hand (rig, "key shift+Up key shift+Right key u key shift+Right key u key shift+Up key u key shift+Left key u key BackSpace key Return");
  g_autoptr (LwLabelMap) map = lw_label_map_new (320, 240);
  const LwPoint corners[] = { { 160.5, 120.5 }, { 224.5, 120.5 }, { 224.5, 184.5 }, { 160.5, 184.5 }, { 176.5, 168.5 }, { 192.5, 168.5 }, { 192.5, 152.5 } };
  const gsize parts[] = { 4, 3 };
  Reference reference = { map, 6 };
  for (int y = 0; y < 240; y++)
    memset (lw_label_map_row (map, y), 3, 320);
  lw_raster_polygon (corners, parts, 2, &(LwRect) { 0, 0, 320, 240 }, set_span, &reference);
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));

  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_FILL);
  lw_toolbox_set_class (rig->toolbox, 7);
  rig_hand (rig, "key --repeat 6 --delay 20 Right key --repeat 6 --delay 20 Down key ctrl+u");         /* inside the hole: its class, wherever it is */
  g_assert_cmpuint (count (rig, 3), ==, 0);
  g_assert_cmpuint (count (rig, 7) + count (rig, 6), ==, 320 * 240);
}

/* Close to the picture the step is one pixel, and the view goes along. */
static void
test_view_follows (void)
{
  g_autoptr (Rig) rig = rig_with (LW_TOOL_BRUSH, 3, 1);
  leave (rig);
  lw_canvas_zoom_to (LW_CANVAS (rig->canvas), 16, 320, 240);
  rig_hand (rig, "key Right");
  assert_at (rig, "161, 120");
  rig_hand (rig, "key u key --repeat 5 --delay 30 shift+Right key u");
  assert_at (rig, "201, 120");
  double x, y;
  lw_canvas_get_center (LW_CANVAS (rig->canvas), &x, &y);
  g_assert_cmpfloat (x, >, 180);
  for (int i = 150; i < 220; i++)
    g_assert_cmpint (lw_label_map_get (rig_labels (rig), i, 120), ==, i >= 161 && i <= 201 ? 3 : LW_LABEL_NONE);
  lw_canvas_zoom_fit (LW_CANVAS (rig->canvas));                    /* it stays on its pixel */
  rig_settle ();
  assert_at (rig, "201, 120");
}

static void
test_seen (void)
{
  g_autoptr (Rig) rig = rig_with (LW_TOOL_FILL, 3, 10);
  leave (rig);
  int width, height;
  g_autofree guint32 *before = rig_render (rig, &width, &height);
  rig_hand (rig, "key Right");
  g_autofree guint32 *after = rig_render (rig, &width, &height);
  g_assert_cmpmem (before, 100 * 4, after, 100 * 4);
  guint32 arm = after[241 * width + 325 + 10];
  g_assert_cmphex (arm & 0xffff00, ==, 0xffff00);                  /* the light line of the cross */
  g_assert_cmphex (after[243 * width + 325 + 10] & 0xffffff, <, 0x404040);      /* and the dark one around it */
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  g_test_add_func ("/canvas/keys/moves", test_moves);
  g_test_add_func ("/canvas/keys/brush", test_brush);
  g_test_add_func ("/canvas/keys/interrupted", test_interrupted);
  g_test_add_func ("/canvas/keys/polygon-and-fill", test_polygon_and_fill);
  g_test_add_func ("/canvas/keys/shapes", test_shapes);
  g_test_add_func ("/canvas/keys/cut", test_cut);
  g_test_add_func ("/canvas/keys/proposal", test_proposal);
  g_test_add_func ("/canvas/keys/fills-and-holes", test_fills_and_holes);
  g_test_add_func ("/canvas/keys/view-follows", test_view_follows);
  g_test_add_func ("/canvas/keys/seen", test_seen);
  return g_test_run ();
}
