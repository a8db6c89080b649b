/* test-canvas.c: what is painted is what the raster rule says, what is stored, and what is shown */
#include "config.h"
#include "canvas-rig.h"
#include "editor/compositor.h"
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

static LwBrushSample
at (double x, double y, double pressure)
{
  return (LwBrushSample) { .x = x, .y = y, .pressure = pressure };
}

/* The same stroke into a map of our own. */
static void
reference_stroke (Rig *rig, LwLabelMap *map, const LwBrushSample *samples, gsize n, guint8 class_id)
{
  Reference reference = { map, class_id };
  LwRect clip = { 0, 0, map->width, map->height };
  double x0, y0, size = lw_toolbox_get_brush_size (rig->toolbox), r0 = MAX (0.5, size / 2 * samples[0].pressure);

  rig_to_image (rig, samples[0].x, samples[0].y, &x0, &y0);
  for (gsize i = 0; i < n; i++)
    {
      double x1, y1, r1 = MAX (0.5, size / 2 * samples[i].pressure);
      rig_to_image (rig, samples[i].x, samples[i].y, &x1, &y1);
      lw_raster_brush (LW_BRUSH_ROUND, x0, y0, r0, x1, y1, r1, &clip, set_span, &reference);
      x0 = x1;
      y0 = y1;
      r0 = r1;
    }
}

static void
stroke (Rig *rig, const LwBrushSample *samples, gsize n)
{
  LwCanvas *canvas = LW_CANVAS (rig->canvas);

  lw_canvas_stroke_begin (canvas, &samples[0]);
  for (gsize i = 1; i < n;)
    {
      gsize batch = (gsize) g_test_rand_int_range (1, (int) MIN (n - i, 5) + 1);
      lw_canvas_stroke_to (canvas, samples + i, batch);
      i += batch;
    }
  lw_canvas_stroke_end (canvas);
}

static void
test_stroke (void)
{
  g_autoptr(Rig) rig = rig_new (640, 480, 320, 240);
  g_autoptr(LwLabelMap) map = lw_label_map_copy (rig_labels (rig));

  g_assert_cmpfloat (lw_canvas_get_zoom (LW_CANVAS (rig->canvas)), ==, 2);
  for (int i = 0; i < 30; i++)
    {
      LwBrushSample samples[20];
      gsize n = (gsize) g_test_rand_int_range (1, G_N_ELEMENTS (samples) + 1);
      guint8 class_id = (guint8) g_test_rand_int_range (0, 11);
      gboolean erase = g_test_rand_int_range (0, 4) == 0;

      for (gsize k = 0; k < n; k++)
        samples[k] = at (g_test_rand_double_range (-50, 700), g_test_rand_double_range (-50, 500), g_test_rand_double_range (0.2, 1));
      lw_toolbox_set_class (rig->toolbox, class_id);
      lw_toolbox_set_tool (rig->toolbox, erase ? LW_TOOL_ERASER : LW_TOOL_BRUSH);
      lw_toolbox_set_brush_size (rig->toolbox, g_test_rand_double_range (1, 40));
      stroke (rig, samples, n);
      reference_stroke (rig, map, samples, n, erase ? LW_LABEL_NONE : class_id);
      g_assert_true (lw_label_map_equal (map, rig_labels (rig)));
    }
  fixture_wait (lw_document_get_n_unsaved (rig->document) == 0);
  g_autoptr(LwPlanes) stored = fixture_stored_planes (rig->fixture, 0);
  g_assert_true (lw_label_map_equal (map, stored->plane[LW_PLANE_CLASS]));
}

/* ---- what is shown ---- */

static guint32 *
compose_all (Rig *rig, const LwLabelMap *proposal, const LwLabelMap *confidence, int *width, int *height)
{
  LwImage *image = lw_document_get_image (rig->document);
  LwCompositor compositor = { .zoom = lw_canvas_get_zoom (LW_CANVAS (rig->canvas)), .scale = 1 };
  LwScene scene = { image->width, image->height, image, rig_labels (rig), proposal, confidence };
  LwRect whole = { 0, 0, (int) lround (image->width * compositor.zoom), (int) lround (image->height * compositor.zoom) };
  gsize stride = (gsize) whole.width * 4;
  g_autofree guint8 *picture = g_malloc (stride * (gsize) whole.height);
  guint32 *out = g_malloc (stride * (gsize) whole.height);

  compositor.grid = compositor.zoom >= 16;
  lw_compositor_set_colours (&compositor, lw_document_get_palette (rig->document), NULL, lw_toolbox_get_opacity (rig->toolbox));
  if (compositor.zoom < 1)
    lw_compositor_filter (&compositor, &scene, &whole, picture, stride);
  lw_compositor_compose (&compositor, &scene, &whole, picture, stride, (guint8 *) out, stride);
  *width = whole.width;
  *height = whole.height;
  return out;
}

/* @x, @y: where the content's corner lies in the widget. */
static void
assert_shown (Rig *rig, int x, int y, const LwLabelMap *proposal, const LwLabelMap *confidence)
{
  int width, height, content_width, content_height;
  g_autofree guint32 *shown = rig_render (rig, &width, &height);
  g_autofree guint32 *content = compose_all (rig, proposal, confidence, &content_width, &content_height);
  int compared = 0;

  for (int row = MAX (0, y); row < MIN (height, y + content_height); row++)
    for (int column = MAX (0, x); column < MIN (width, x + content_width); column++, compared++)
      g_assert_cmphex (shown[row * width + column], ==, content[(row - y) * content_width + column - x]);
  g_assert_cmpint (compared, >, 20000);
}

static void
paint_something (Rig *rig)
{
  for (int i = 0; i < 12; i++)
    {
      LwBrushSample samples[6];
      for (gsize k = 0; k < G_N_ELEMENTS (samples); k++)
        samples[k] = at (g_test_rand_double_range (0, 640), g_test_rand_double_range (0, 480), 1);
      lw_toolbox_set_class (rig->toolbox, (guint8) g_test_rand_int_range (0, 11));
      stroke (rig, samples, G_N_ELEMENTS (samples));
      rig_settle ();              /* a frame, so that tiles are brought up to date piece by piece */
    }
}

static void
test_shown (void)
{
  g_autoptr(Rig) rig = rig_new (640, 480, 320, 240);
  LwCanvas *canvas = LW_CANVAS (rig->canvas);
  static const double zooms[] = { 1, 0.6, 3, 20 };

  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_BRUSH);
  paint_something (rig);
  assert_shown (rig, 0, 0, NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (zooms); i++)
    {
      lw_canvas_zoom_fit (canvas);
      lw_canvas_zoom_to (canvas, zooms[i], 320, 240);
      paint_something (rig);
      assert_shown (rig, (int) floor (320 - 160 * zooms[i] + 0.5), (int) floor (240 - 120 * zooms[i] + 0.5), NULL, NULL);
    }
  lw_canvas_zoom_fit (canvas);
  lw_document_undo (rig->document);
  lw_document_undo (rig->document);
  assert_shown (rig, 0, 0, NULL, NULL);
  lw_toolbox_set_opacity (rig->toolbox, 0.25);
  assert_shown (rig, 0, 0, NULL, NULL);
}

static void
test_shown_proposal (void)
{
  g_autoptr(Rig) rig = rig_new (640, 480, 320, 240);
  g_autoptr(LwLabelMap) map = lw_label_map_new (320, 240);

  for (int y = 0; y < 240; y++)
    memset (lw_label_map_row (map, y), y / 40, 320);
  fixture_propose (rig->fixture, rig->document, map);
  const LwProposal *proposal = lw_document_get_proposal (rig->document);
  assert_shown (rig, 0, 0, proposal->map, proposal->confidence);
  paint_something (rig);
  assert_shown (rig, 0, 0, proposal->map, proposal->confidence);
  lw_document_apply_proposal (rig->document, &(LwApplySelection) { 0 }, &(LwProtection) { 0 }, FALSE);
  assert_shown (rig, 0, 0, proposal->map, proposal->confidence);
  g_object_set (rig->toolbox, "show-proposal", FALSE, NULL);
  assert_shown (rig, 0, 0, NULL, NULL);
}

static void
test_peek_and_hidden (void)
{
  g_autoptr(Rig) rig = rig_new (640, 480, 320, 240);
  LwBrushSample sample = at (320, 240, 1);
  int width, height;

  g_autofree guint32 *bare = rig_render (rig, &width, &height);
  gsize size = (gsize) width * (gsize) height * 4;
  lw_toolbox_set_class (rig->toolbox, 4);
  stroke (rig, &sample, 1);
  g_autofree guint32 *painted = rig_render (rig, &width, &height);
  g_assert_cmpint (memcmp (bare, painted, size), !=, 0);

  g_object_set (rig->canvas, "peek", TRUE, NULL);
  g_autofree guint32 *peeked = rig_render (rig, &width, &height);
  g_assert_cmpint (memcmp (bare, peeked, size), ==, 0);
  g_object_set (rig->canvas, "peek", FALSE, NULL);

  lw_toolbox_set_hidden (rig->toolbox, 4, TRUE);
  g_autofree guint32 *hidden = rig_render (rig, &width, &height);
  g_assert_cmpint (memcmp (bare, hidden, size), ==, 0);
  lw_toolbox_set_hidden (rig->toolbox, 4, FALSE);
  g_autofree guint32 *again = rig_render (rig, &width, &height);
  g_assert_cmpint (memcmp (painted, again, size), ==, 0);
}

static void
test_playback (void)
{
  g_autoptr(Rig) rig = rig_new (640, 480, 320, 240);
  g_autoptr(LwImage) image = lw_image_new (160, 120);
  g_autoptr(LwLabelMap) map = lw_label_map_new (160, 120);
  LwBrushSample sample = at (100, 100, 1);
  int width, height;

  lw_canvas_stroke_begin (LW_CANVAS (rig->canvas), &sample);
  lw_canvas_stroke_end (LW_CANVAS (rig->canvas));
  for (int y = 0; y < 120; y++)
    memset (image->pixels + (gsize) y * image->stride, 0xff, 160 * 4);
  lw_canvas_show_playback (LW_CANVAS (rig->canvas), image, map);
  g_autofree guint32 *shown = rig_render (rig, &width, &height);
  g_assert_cmphex (shown[240 * width + 320], ==, 0xffffffff);
  sample.x = 200;
  lw_canvas_stroke_begin (LW_CANVAS (rig->canvas), &sample);      /* no painting on a film, and no undo of what is under it */
  lw_canvas_stroke_end (LW_CANVAS (rig->canvas));
  gtk_widget_activate_action (rig->canvas, "canvas.undo", NULL);
  g_assert_true (lw_document_can_undo (rig->document));
  g_assert_false (lw_document_can_redo (rig->document));
  lw_canvas_show_playback (LW_CANVAS (rig->canvas), NULL, NULL);
  assert_shown (rig, 0, 0, NULL, NULL);
}

/* ---- the rest ---- */

static void
test_zoom (void)
{
  g_autoptr(Rig) rig = rig_new (640, 480, 320, 240);
  LwCanvas *canvas = LW_CANVAS (rig->canvas);
  double zoom;

  g_assert_true (gtk_widget_activate_action (rig->canvas, "canvas.zoom-100", NULL));
  g_assert_cmpfloat (lw_canvas_get_zoom (canvas), ==, 1);
  gtk_widget_activate_action (rig->canvas, "canvas.zoom-in", NULL);
  g_assert_cmpfloat (lw_canvas_get_zoom (canvas), >, 1);
  gtk_widget_activate_action (rig->canvas, "canvas.zoom-out", NULL);
  g_object_get (canvas, "zoom", &zoom, NULL);
  g_assert_cmpfloat (zoom, ==, 1);
  gtk_widget_activate_action (rig->canvas, "canvas.zoom-fit", NULL);
  g_assert_cmpfloat (lw_canvas_get_zoom (canvas), ==, 2);

  lw_canvas_zoom_to (canvas, 5, 100, 100);                        /* kept from frame to frame */
  lw_document_open (rig->document, fixture_frame (rig->fixture, 1));
  fixture_wait (!lw_document_is_loading (rig->document));
  g_assert_cmpfloat (lw_canvas_get_zoom (canvas), ==, 5);
}

/* A frame is changed and the window closed with the brush down: what was painted is kept. */
static void
test_stroke_interrupted (void)
{
  Rig *rig = rig_new (640, 480, 320, 240);
  LwCanvas *canvas = LW_CANVAS (rig->canvas);
  LwBrushSample from = at (100, 100, 1), to = at (300, 300, 1);

  lw_canvas_stroke_begin (canvas, &from);
  lw_canvas_stroke_to (canvas, &to, 1);
  g_autoptr(LwLabelMap) painted = lw_label_map_copy (rig_labels (rig));
  lw_document_open (rig->document, fixture_frame (rig->fixture, 1));
  lw_canvas_stroke_to (canvas, &from, 1);                         /* the hand goes on: nothing */
  lw_canvas_stroke_end (canvas);
  fixture_wait (!lw_document_is_loading (rig->document) && lw_document_get_n_unsaved (rig->document) == 0);
  g_autoptr(LwPlanes) stored = fixture_stored_planes (rig->fixture, 0);
  g_assert_true (lw_label_map_equal (painted, stored->plane[0]));

  lw_canvas_stroke_begin (canvas, &from);
  g_autoptr(LwLabelMap) second = lw_label_map_copy (rig_labels (rig));
  gtk_window_destroy (GTK_WINDOW (g_steal_pointer (&rig->window)));
  g_assert_null (lw_document_get_edit (rig->document));
  fixture_wait (lw_document_get_n_unsaved (rig->document) == 0);
  g_autoptr(LwPlanes) stored_second = fixture_stored_planes (rig->fixture, 1);
  g_assert_true (lw_label_map_equal (second, stored_second->plane[0]));
  rig_free (rig);
}

static void
test_finalize (void)
{
  Rig *rig = rig_new (320, 240, 64, 48);
  GtkWidget *canvas = g_steal_pointer (&rig->canvas);
  LwBrushSample sample = at (100, 100, 1);

  lw_canvas_stroke_begin (LW_CANVAS (canvas), &sample);
  gtk_window_destroy (GTK_WINDOW (g_steal_pointer (&rig->window)));
  g_assert_finalize_object (canvas);
  g_assert_finalize_object (g_steal_pointer (&rig->toolbox));
  fixture_wait (lw_document_get_n_unsaved (rig->document) == 0);
  g_assert_finalize_object (g_steal_pointer (&rig->document));
  rig_free (rig);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  g_test_add_func ("/canvas/stroke", test_stroke);
  g_test_add_func ("/canvas/shown", test_shown);
  g_test_add_func ("/canvas/shown-proposal", test_shown_proposal);
  g_test_add_func ("/canvas/peek-and-hidden", test_peek_and_hidden);
  g_test_add_func ("/canvas/playback", test_playback);
  g_test_add_func ("/canvas/zoom", test_zoom);
  g_test_add_func ("/canvas/stroke-interrupted", test_stroke_interrupted);
  g_test_add_func ("/canvas/finalize", test_finalize);
  return g_test_run ();
}
