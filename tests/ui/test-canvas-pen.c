/* test-canvas-pen.c: what is made of a pen's samples, exactly; they come from here, not from events (tests/ui/e2e/test_pen.py has a real pen) */
#include "config.h"
#include "canvas-rig.h"
#include "editor/canvas-private.h"
#include "label/raster.h"
#include <math.h>
#include <string.h>

typedef struct { LwLabelMap *map; guint8 class_id; } Reference;

static void
set_span (int y, int x0, int x1, gpointer data)
{
  const Reference *reference = data;
  memset (lw_label_map_row (reference->map, y) + x0, reference->class_id, (gsize) (x1 - x0));
}

/* In a window twice the size of the image. */
static Rig *
rig_with (LwTool tool)
{
  Rig *rig = rig_new (640, 480, 320, 240);
  lw_toolbox_set_tool (rig->toolbox, tool);
  lw_toolbox_set_class (rig->toolbox, 4);
  lw_toolbox_set_brush_size (rig->toolbox, 40);
  return rig;
}

/* What the gesture makes of an event. */
static LwBrushSample
sample (Rig *rig, double x, double y, double pressure, double tilt, guint32 time)
{
  return (LwBrushSample) { x, y, canvas_pen_pressure (LW_CANVAS (rig->canvas), pressure >= 0, pressure), tilt, -tilt, time };
}

static void
reference_stroke (LwLabelMap *map, const LwBrushSample *samples, gsize n, guint8 class_id)
{
  Reference reference = { map, class_id };
  for (gsize i = 0; i + 1 < n; i++)
    lw_raster_brush (LW_BRUSH_ROUND, samples[i].x / 2, samples[i].y / 2, 20 * samples[i].pressure, samples[i + 1].x / 2, samples[i + 1].y / 2,
                     20 * samples[i + 1].pressure, &(LwRect) { 0, 0, map->width, map->height }, set_span, &reference);
}

static void
draw (Rig *rig, const LwBrushSample *samples, gsize n, gboolean eraser)
{
  canvas_pen_down (LW_CANVAS (rig->canvas), &samples[0], eraser, 0);
  canvas_hand_samples (LW_CANVAS (rig->canvas), samples + 1, n - 1);
  canvas_pen_up (LW_CANVAS (rig->canvas), 1);
}

static void
test_pressure (void)
{
  g_autoptr (Rig) rig = rig_with (LW_TOOL_BRUSH);
  g_autoptr (LwLabelMap) map = lw_label_map_new (320, 240);
  /* Soft, hard, hardly touching, beyond what a driver should say; upright and tilted. */
  LwBrushSample samples[] = { sample (rig, 60, 60, 0.1, 0, 10), sample (rig, 200, 80, 1, 0.4, 18), sample (rig, 330, 200, 0, -1, 26),
                              sample (rig, 400, 300, 1.7, 0.2, 34), sample (rig, 560, 420, 0.5, 0, 42) };
  g_assert_cmpfloat (samples[3].pressure, ==, 1);
  draw (rig, samples, G_N_ELEMENTS (samples), FALSE);
  reference_stroke (map, samples, G_N_ELEMENTS (samples), 4);
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));
  g_assert_true (lw_document_can_undo (rig->document));
  lw_document_undo (rig->document);
  g_autoptr (LwLabelMap) none = lw_label_map_new (320, 240);
  g_assert_true (lw_label_map_equal (none, rig_labels (rig)));

  /* A pen without the axis, and a person who doesn't want it: the size that is set. */
  g_assert_cmpfloat (sample (rig, 0, 0, -1, 0, 0).pressure, ==, 1);
  g_assert_cmpfloat_with_epsilon (sample (rig, 0, 0, 0, 0, 0).pressure, 0.05, 1e-9);
  g_object_set (rig->toolbox, "pen-least", 30, NULL);
  g_assert_cmpfloat_with_epsilon (sample (rig, 0, 0, 0, 0, 0).pressure, 0.3, 1e-9);
  g_assert_cmpfloat_with_epsilon (sample (rig, 0, 0, 0.5, 0, 0).pressure, 0.65, 1e-9);
  g_assert_cmpfloat (sample (rig, 0, 0, 1, 0, 0).pressure, ==, 1);

  /* Softness bends what lies between the ends, and only that; it never makes more pressure thinner. */
  for (int softness = -100; softness <= 100; softness += 50)
    {
      g_object_set (rig->toolbox, "pen-softness", softness, NULL);
      g_assert_cmpfloat_with_epsilon (sample (rig, 0, 0, 0, 0, 0).pressure, 0.3, 1e-9);
      g_assert_cmpfloat (sample (rig, 0, 0, 1, 0, 0).pressure, ==, 1);
      g_assert_cmpfloat_with_epsilon (sample (rig, 0, 0, 0.5, 0, 0).pressure, 0.3 + 0.7 * pow (0.5, exp2 (-softness / 50.0)), 1e-9);
      for (int p = 0; p < 100; p++)
        g_assert_cmpfloat (sample (rig, 0, 0, p / 100.0, 0, 0).pressure, <, sample (rig, 0, 0, (p + 1) / 100.0, 0, 0).pressure);
    }
  g_object_set (rig->toolbox, "pen-softness", 0, NULL);
  g_object_set (rig->toolbox, "pen-pressure", FALSE, NULL);
  g_assert_cmpfloat (sample (rig, 0, 0, 0.1, 0, 0).pressure, ==, 1);
}

static void
test_eraser_end (void)
{
  static const LwTool tools[] = { LW_TOOL_BRUSH, LW_TOOL_ERASER, LW_TOOL_POLYGON, LW_TOOL_FILL, LW_TOOL_SUPERPIXELS, LW_TOOL_LASSO, LW_TOOL_REVEAL, LW_TOOL_PAN };
  g_autoptr (Rig) rig = rig_with (LW_TOOL_BRUSH);
  for (gsize i = 0; i < G_N_ELEMENTS (tools); i++)
    {
      g_autoptr (LwLabelMap) map = lw_label_map_new (320, 240);
      LwEdit *edit = lw_document_begin_edit (rig->document, NULL);
      for (int y = 0; y < 240; y++)
        {
          lw_edit_span (edit, y, 0, 320, 7);
          memset (lw_label_map_row (map, y), 7, 320);
        }
      lw_document_end_edit (rig->document, "brush");
      lw_toolbox_set_tool (rig->toolbox, tools[i]);
      LwBrushSample samples[] = { sample (rig, 100, 100, 0.5, 0, 0), sample (rig, 500, 300, 1, 0, 8) };
      draw (rig, samples, 2, TRUE);
      reference_stroke (map, samples, 2, LW_LABEL_NONE);
      g_assert_true (lw_label_map_equal (map, rig_labels (rig)));
      g_assert_cmpint (lw_toolbox_get_tool (rig->toolbox), ==, tools[i]);
      g_assert_null (lw_document_get_edit (rig->document));
    }
}

/* Its tip after that is the tool in the hand again. */
static void
test_tip (void)
{
  g_autoptr (Rig) rig = rig_with (LW_TOOL_BRUSH);
  g_autoptr (LwLabelMap) map = lw_label_map_new (320, 240);
  LwBrushSample samples[] = { sample (rig, 100, 100, 0.5, 0, 0), sample (rig, 300, 300, 1, 0, 8) };
  draw (rig, samples, 2, TRUE);
  draw (rig, samples, 2, FALSE);
  reference_stroke (map, samples, 2, 4);
  g_assert_true (lw_label_map_equal (map, rig_labels (rig)));

  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_FILL);
  lw_toolbox_set_class (rig->toolbox, 9);
  draw (rig, &(LwBrushSample) { .x = 600, .y = 20, .pressure = 0.3 }, 1, FALSE);
  g_assert_cmpint (lw_label_map_get (rig_labels (rig), 319, 0), ==, 9);
  g_assert_cmpint (lw_label_map_get (rig_labels (rig), 100, 100), ==, 4);
}

static void
test_palm (void)
{
  g_autoptr (Rig) rig = rig_with (LW_TOOL_BRUSH);
  LwCanvas *canvas = LW_CANVAS (rig->canvas);
  gint64 now = 1000 * G_USEC_PER_SEC;
  g_assert_false (canvas_touch_is_palm (canvas, now));             /* no pen was ever there: a finger */
  canvas_pen_near (canvas, FALSE, now);
  g_assert_true (canvas_touch_is_palm (canvas, now + 100 * 1000));
  g_assert_false (canvas_touch_is_palm (canvas, now + 600 * 1000));
  LwBrushSample down = sample (rig, 100, 100, 0.5, 0, 0);
  canvas_pen_down (canvas, &down, FALSE, 0);
  g_assert_true (canvas_touch_is_palm (canvas, now + 60 * G_USEC_PER_SEC));      /* however long the stroke */
  canvas_pen_up (canvas, now + 60 * G_USEC_PER_SEC);
  g_assert_true (canvas_touch_is_palm (canvas, now + 60 * G_USEC_PER_SEC + 1));
  g_assert_false (canvas_touch_is_palm (canvas, now + 61 * G_USEC_PER_SEC));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  g_test_add_func ("/canvas/pen/pressure", test_pressure);
  g_test_add_func ("/canvas/pen/eraser-end", test_eraser_end);
  g_test_add_func ("/canvas/pen/tip", test_tip);
  g_test_add_func ("/canvas/pen/palm", test_palm);
  return g_test_run ();
}
