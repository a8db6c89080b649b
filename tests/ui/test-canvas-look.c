/* test-canvas-look.c: styles, splits, comparisons, the overview map and the rulers, with the real pointer and keys, judged by the pixels of the widget */
#include "config.h"
#include "canvas-rig.h"
#include "editor/overview.h"
#include "editor/ruler.h"
#include <string.h>

#define WIDTH 400
#define HEIGHT 300

typedef struct { Rig *rig; LwLook *look; } Stage;

/* The picture lies 1:1 in the window, unless a split takes half of it away. */
static Stage
stage_new (int image_width, int image_height)
{
  Stage stage = { rig_new (WIDTH, HEIGHT, image_width, image_height), lw_look_new () };

  lw_canvas_set_look (LW_CANVAS (stage.rig->canvas), stage.look);
  lw_toolbox_set_class (stage.rig->toolbox, 3);
  lw_toolbox_set_brush_size (stage.rig->toolbox, 30);
  return stage;
}

static void
stage_clear (Stage *stage)
{
  rig_free (stage->rig);
  g_object_unref (stage->look);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stage, stage_clear)

/* What the widget shows, without a pointer over it. */
static guint32 *
picture_of (Stage *stage)
{
  int width, height;

  rig_hand (stage->rig, "mousemove 700 500");
  guint32 *pixels = rig_render (stage->rig, &width, &height);
  g_assert_cmpint (width, ==, WIDTH);
  g_assert_cmpint (height, ==, HEIGHT);
  return pixels;
}

static LwLabelMap *
map_of (int width, int height, guint8 id)
{
  LwLabelMap *map = lw_label_map_new (width, height);
  memset (map->labels, id, map->stride * (gsize) height);
  return map;
}

static void
assert_columns (const guint32 *a, const guint32 *b, int x0, int x1, int shift)
{
  for (int y = 0; y < HEIGHT; y++)
    for (int x = x0; x < x1; x++)
      g_assert_cmphex (a[y * WIDTH + x], ==, b[y * WIDTH + x + shift]);
}

static gboolean
columns_differ (const guint32 *a, const guint32 *b, int x0, int x1, int shift)
{
  for (int y = 0; y < HEIGHT; y++)
    for (int x = x0; x < x1; x++)
      if (a[y * WIDTH + x] != b[y * WIDTH + x + shift])
        return TRUE;
  return FALSE;
}

/* Outlines reach beyond what a dab changes: what dab after dab left on the screen is what composing everything anew gives. */
static void
test_repaint (void)
{
  g_auto(Stage) stage = stage_new (WIDTH, HEIGHT);

  for (int style = 0; style < LW_N_STYLES; style++)
    for (int unsure = 0; unsure < 2; unsure++)
      {
        g_object_set (stage.look, "label-style", style, "unsure", unsure, NULL);
        lw_toolbox_set_class (stage.rig->toolbox, (guint8) (style + 2 * unsure));
        rig_hand (stage.rig, "mousemove %d 60 mousedown 1 mousemove 200 %d mousemove 330 250 mouseup 1 mousemove 120 200 click 1", 60 + 30 * style, 100 + 20 * style);
        g_autofree guint32 *left = picture_of (&stage);
        g_object_set (stage.rig->toolbox, "overlay-visible", FALSE, NULL);
        g_autofree guint32 *bare = picture_of (&stage);
        g_object_set (stage.rig->toolbox, "overlay-visible", TRUE, NULL);
        g_autofree guint32 *anew = picture_of (&stage);
        g_assert_true (columns_differ (left, bare, 0, WIDTH, 0));
        assert_columns (left, anew, 0, WIDTH, 0);
      }
}

/* Brightness, contrast, equalising and a single channel change what is seen, and come back to exactly what it was. */
static void
test_picture (void)
{
  g_auto(Stage) stage = stage_new (WIDTH, HEIGHT);
  g_autofree guint32 *plain = picture_of (&stage);
  g_autoptr(LwImage) image = lw_image_ref (lw_document_get_image (stage.rig->document));

  lw_look_add (stage.look, "brightness", 0.5);
  g_autofree guint32 *bright = picture_of (&stage);
  for (int i = 0; i < WIDTH * HEIGHT; i++)
    g_assert_cmpint (bright[i] & 255, ==, MIN (255, (int) (((plain[i] & 255) / 255.0 + 0.25) * 255 + 0.5)));
  lw_look_reset_picture (stage.look);
  lw_look_step (stage.look, "channel");
  g_autofree guint32 *red = picture_of (&stage);
  for (int i = 0; i < WIDTH * HEIGHT; i++)
    g_assert_cmphex (red[i] & 0xffffff, ==, (plain[i] >> 16 & 255) * 0x010101);
  lw_look_reset_picture (stage.look);
  lw_look_step (stage.look, "equalise");
  g_autofree guint32 *equalised = picture_of (&stage);
  g_assert_true (columns_differ (plain, equalised, 0, WIDTH, 0));
  lw_look_reset_picture (stage.look);
  g_autofree guint32 *again = picture_of (&stage);
  assert_columns (plain, again, 0, WIDTH, 0);
  g_assert_true (image == lw_document_get_image (stage.rig->document));
}

/* In both halves the same part of the frame; the hand in the second half paints there, and stays in it until it lets go. */
static void
test_beside (void)
{
  g_auto(Stage) stage = stage_new (199, HEIGHT);

  g_object_set (stage.look, "split", LW_SPLIT_VIEW_BESIDE, NULL);
  rig_settle ();
  g_assert_cmpfloat (lw_canvas_get_zoom (LW_CANVAS (stage.rig->canvas)), ==, 1);      /* each half fits: (400 - 2) / 2 = 199 */
  rig_hand (stage.rig, "mousemove 301 100 mousedown 1 mousemove 260 100 mousemove 150 100 mouseup 1");
  const LwLabelMap *labels = rig_labels (stage.rig);
  g_assert_cmpint (lw_label_map_get (labels, 100, 100), ==, 3);                        /* 301 - 201 */
  g_assert_cmpint (lw_label_map_get (labels, 10, 100), ==, 3);                         /* on its way to -51, not to 150 */
  g_assert_cmpint (lw_label_map_get (labels, 150, 100), ==, LW_LABEL_NONE);
  rig_hand (stage.rig, "mousemove 60 200 click 1");
  g_assert_cmpint (lw_label_map_get (labels, 60, 200), ==, 3);

  rig_hand (stage.rig, "mousemove 301 50");
  g_autofree char *text = NULL;
  g_object_get (stage.rig->canvas, "pointer-text", &text, NULL);
  g_assert_cmpstr (text, ==, "100, 50 · Not labelled");

  g_autofree guint32 *split = picture_of (&stage);
  g_object_set (stage.rig->toolbox, "overlay-visible", FALSE, NULL);
  g_autofree guint32 *bare = picture_of (&stage);
  for (int y = 40; y < HEIGHT; y++)      /* below the captions */
    for (int x = 0; x < 199; x++)
      {
        guint32 below = bare[y * WIDTH + x];
        g_assert_cmphex (split[y * WIDTH + x + 201], ==, below);
        if (lw_label_map_get (labels, x, y) == LW_LABEL_NONE)
          g_assert_cmphex (split[y * WIDTH + x], ==, below);
      }
  g_assert_true (columns_differ (split, bare, 0, 199, 0));
}

/* The divider is taken hold of by the pointer, and each side of it shows what it would show alone. */
static void
test_divider (void)
{
  g_auto(Stage) stage = stage_new (WIDTH, HEIGHT);
  g_autoptr(LwLabelMap) proposal = map_of (WIDTH, HEIGHT, 5), empty = map_of (WIDTH, HEIGHT, LW_LABEL_NONE);

  fixture_propose (stage.rig->fixture, stage.rig->document, proposal);
  g_object_set (stage.look, "split", LW_SPLIT_VIEW_DIVIDER, "against", LW_AGAINST_PROPOSAL, NULL);
  rig_hand (stage.rig, "mousemove 200 150 mousedown 1 mousemove 220 150 mousemove 300 160 mouseup 1");
  g_assert_cmpfloat_with_epsilon (lw_look_get (stage.look)->divider, 0.75, 1e-9);
  g_assert_true (lw_label_map_equal (rig_labels (stage.rig), empty));                  /* no tool was at work */
  rig_hand (stage.rig, "mousemove 250 100 mousedown 1 mousemove 300 100 mousemove 350 100 mouseup 1");      /* a stroke crosses it */
  g_assert_cmpint (lw_label_map_get (rig_labels (stage.rig), 300, 100), ==, 3);
  g_assert_cmpint (lw_label_map_get (rig_labels (stage.rig), 350, 100), ==, 3);
  g_assert_cmpfloat (lw_look_get (stage.look)->divider, ==, 0.75);

  g_autofree guint32 *divided = picture_of (&stage);
  g_object_set (stage.look, "split", LW_SPLIT_VIEW_OFF, NULL);
  g_object_set (stage.rig->toolbox, "show-proposal", FALSE, NULL);
  g_autofree guint32 *labels = picture_of (&stage);
  g_object_set (stage.rig->canvas, "compare", LW_AGAINST_PROPOSAL, NULL);
  g_autofree guint32 *proposed = picture_of (&stage);
  memmove (divided, divided + 40 * WIDTH, (HEIGHT - 40) * WIDTH * 4);
  memmove (labels, labels + 40 * WIDTH, (HEIGHT - 40) * WIDTH * 4);
  memmove (proposed, proposed + 40 * WIDTH, (HEIGHT - 40) * WIDTH * 4);
  for (int y = 0; y < HEIGHT - 40; y++)
    for (int x = 0; x < WIDTH; x++)
      if (ABS (x - 300) > 12)                                                          /* beside the line and its handle */
        g_assert_cmphex (divided[y * WIDTH + x], ==, (x < 300 ? labels : proposed)[y * WIDTH + x]);
  g_assert_true (columns_differ (labels, proposed, 0, WIDTH, 0));
}

static int
get_compare (Stage *stage)
{
  int compare;
  g_object_get (stage->rig->canvas, "compare", &compare, NULL);
  return compare;
}

static void
heard_cb (LwCanvas *canvas, const char *text, char **said)
{
  g_free (*said);
  *said = g_strdup (text);
}

/* While D is held the proposal, while Y is held the last revision that is older than what is shown. */
static void
test_held (void)
{
  g_auto(Stage) stage = stage_new (WIDTH, HEIGHT);
  g_autoptr(LwLabelMap) proposal = map_of (WIDTH, HEIGHT, 5);
  g_autoptr(GError) error = NULL;
  g_autofree char *said = NULL;
  gint64 frame = fixture_frame (stage.rig->fixture, 0)->id;

  g_signal_connect (stage.rig->canvas, "say", G_CALLBACK (heard_cb), &said);
  rig_hand (stage.rig, "keydown y");
  fixture_wait (g_strcmp0 (said, "No earlier revision") == 0);
  rig_hand (stage.rig, "keyup y mousemove 100 100 click 1");
  fixture_wait (lw_document_get_n_unsaved (stage.rig->document) == 0);
  g_autofree guint32 *first = picture_of (&stage);
  g_assert_cmpint (lw_project_add_revision (stage.rig->fixture->project, frame, LW_REVISION_MANUAL, "one dab", &error), >, 0);
  g_assert_no_error (error);
  rig_hand (stage.rig, "mousemove 300 200 click 1");
  fixture_wait (lw_document_get_n_unsaved (stage.rig->document) == 0);
  g_autofree guint32 *second = picture_of (&stage);
  g_assert_true (columns_differ (first, second, 0, WIDTH, 0));

  rig_hand (stage.rig, "keydown y");
  g_assert_cmpint (get_compare (&stage), ==, LW_AGAINST_REVISION);
  fixture_wait (g_str_has_prefix (said, "Revision of "));
  g_autofree guint32 *held = picture_of (&stage);
  assert_columns (held, first, 0, WIDTH, 0);
  rig_hand (stage.rig, "keyup y");
  g_autofree guint32 *let_go = picture_of (&stage);
  assert_columns (let_go, second, 0, WIDTH, 0);

  fixture_propose (stage.rig->fixture, stage.rig->document, proposal);
  g_object_set (stage.rig->toolbox, "show-proposal", FALSE, NULL);
  rig_hand (stage.rig, "keydown d");
  g_autofree guint32 *proposed = picture_of (&stage);
  g_assert_cmpstr (said, ==, "Proposal");
  rig_hand (stage.rig, "keyup d");
  g_assert_cmpint (get_compare (&stage), ==, LW_AGAINST_PICTURE);
  g_assert_true (columns_differ (proposed, second, 0, WIDTH, 0));
  g_autofree guint32 *again = picture_of (&stage);
  assert_columns (again, second, 0, WIDTH, 0);
}

/* ---- around the canvas ---- */

static void
put_around (Stage *stage, GtkWidget *canvas_parent)
{
  gtk_window_set_child (GTK_WINDOW (stage->rig->window), canvas_parent);
  fixture_wait (gtk_widget_get_mapped (stage->rig->canvas));
  rig_settle ();
}

static void
test_overview (void)
{
  g_auto(Stage) stage = stage_new (WIDTH, HEIGHT);
  GtkWidget *overlay = gtk_overlay_new (), *overview = g_object_new (LW_TYPE_OVERVIEW, "halign", GTK_ALIGN_END, "valign", GTK_ALIGN_END, NULL);
  LwCanvas *canvas = LW_CANVAS (stage.rig->canvas);
  const int width = WIDTH / 4, height = HEIGHT / 4;      /* of the map: no more of a small canvas */
  graphene_rect_t seen;

  gtk_window_set_child (GTK_WINDOW (stage.rig->window), NULL);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), stage.rig->canvas);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), overview);
  lw_overview_set_canvas (LW_OVERVIEW (overview), canvas);
  g_object_set (overview, "enabled", TRUE, NULL);
  put_around (&stage, overlay);
  g_assert_false (gtk_widget_get_visible (overview));                                  /* all of it is seen */
  lw_canvas_zoom_to (canvas, 4, 200, 150);
  fixture_wait (gtk_widget_get_visible (overview) && gtk_widget_get_width (overview) == width);

  rig_hand (stage.rig, "mousemove %d %d click 1", WIDTH - width * 3 / 4, HEIGHT - height / 2);      /* a quarter from the left, in the middle */
  g_assert_true (lw_canvas_get_seen (canvas, &seen));
  g_assert_cmpfloat_with_epsilon (seen.origin.x + seen.size.width / 2, 100, 4);      /* a pixel of the map */
  g_assert_cmpfloat_with_epsilon (seen.origin.y + seen.size.height / 2, 150, 4);
  g_assert_cmpfloat_with_epsilon (seen.size.width, 100, 0.5);
  rig_hand (stage.rig, "mousemove %d %d mousedown 1 mousemove %d %d mousemove %d %d mouseup 1", WIDTH - width / 2, HEIGHT - height / 2, WIDTH - width / 3, HEIGHT - height / 2, WIDTH - width / 4, HEIGHT - height / 2);
  g_assert_true (lw_canvas_get_seen (canvas, &seen));
  g_assert_cmpfloat_with_epsilon (seen.origin.x + seen.size.width / 2, 300, 4);
  g_autoptr(LwLabelMap) empty = map_of (WIDTH, HEIGHT, LW_LABEL_NONE);
  g_assert_true (lw_label_map_equal (rig_labels (stage.rig), empty));                  /* nothing was painted through it */

  g_object_set (overview, "enabled", FALSE, NULL);
  fixture_wait (!gtk_widget_get_visible (overview));
  g_object_set (overview, "enabled", TRUE, NULL);
  fixture_wait (gtk_widget_get_visible (overview));
  lw_canvas_zoom_fit (canvas);
  fixture_wait (!gtk_widget_get_visible (overview));
}

static void
test_ruler_steps (void)
{
  g_assert_cmpint (lw_ruler_choose_step (1, 64), ==, 100);
  g_assert_cmpint (lw_ruler_choose_step (1.3, 64), ==, 50);
  g_assert_cmpint (lw_ruler_choose_step (64, 64), ==, 1);
  g_assert_cmpint (lw_ruler_choose_step (0.01, 64), ==, 10000);
  g_assert_cmpint (lw_ruler_choose_step (0, 64), ==, 1000000);
}

/* The pixels of a ruler that differ from those without a pointer are those beside the image pixel under it. */
static void
test_ruler_mark (void)
{
  g_auto(Stage) stage = stage_new (WIDTH, HEIGHT);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *ruler = g_object_new (LW_TYPE_RULER, "orientation", GTK_ORIENTATION_HORIZONTAL, NULL);
  LwCanvas *canvas = LW_CANVAS (stage.rig->canvas);
  GtkWidget *own = stage.rig->canvas;
  int width, height;

  gtk_window_set_child (GTK_WINDOW (stage.rig->window), NULL);
  gtk_box_append (GTK_BOX (box), ruler);
  gtk_box_append (GTK_BOX (box), own);
  lw_ruler_set_canvas (LW_RULER (ruler), canvas);
  put_around (&stage, box);
  lw_canvas_zoom_to (canvas, 8, 200, 100);
  rig_hand (stage.rig, "mousemove 700 500");
  stage.rig->canvas = ruler;
  g_autofree guint32 *without = rig_render (stage.rig, &width, &height);
  g_assert_cmpint (width, ==, WIDTH);
  g_assert_cmpint (height, ==, 20);
  stage.rig->canvas = own;
  rig_hand (stage.rig, "mousemove 123 150");
  int x, y;
  double left, top;
  g_assert_true (lw_canvas_get_pointed_pixel (canvas, &x, &y) && lw_canvas_locate (canvas, x, y, &left, &top));
  stage.rig->canvas = ruler;
  g_autofree guint32 *with = rig_render (stage.rig, &width, &height);
  stage.rig->canvas = own;
  for (int i = 0; i < width * height; i++)
    g_assert_true ((with[i] != without[i]) == (i % width >= (int) left && i % width < (int) left + 8));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  g_test_add_func ("/canvas/look/repaint", test_repaint);
  g_test_add_func ("/canvas/look/picture", test_picture);
  g_test_add_func ("/canvas/look/beside", test_beside);
  g_test_add_func ("/canvas/look/divider", test_divider);
  g_test_add_func ("/canvas/look/held", test_held);
  g_test_add_func ("/canvas/look/overview", test_overview);
  g_test_add_func ("/canvas/look/ruler-steps", test_ruler_steps);
  g_test_add_func ("/canvas/look/ruler-mark", test_ruler_mark);
  return g_test_run ();
}
