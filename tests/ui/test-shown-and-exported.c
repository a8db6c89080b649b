/* test-shown-and-exported.c: what every tool paints, with a real hand: what is shown is what is stored is what is exported, to the pixel */
#include "config.h"
#include "tool-rig.h"
#include "assist/grab-cut.h"
#include "common/png.h"
#include "formats/camvid.h"
#include <string.h>

#define UNLABELLED_VALUE 200

/* ---- the three places ---- */

/* With labels fully opaque a pixel shows its class's colour, or the picture where it has none. */
static guint32
colour_of (Rig *rig, guint8 label, int x, int y)
{
  if (label == LW_LABEL_NONE)
    {
      LwPixels pixels = pixels_of (rig);
      return lw_pixels_row (&pixels, y)[x] & 0xffffff;
    }
  const LwClass *class = lw_palette_find_id (lw_document_get_palette (rig->document), label);
  return (guint32) class->rgb[0] << 16 | (guint32) class->rgb[1] << 8 | class->rgb[2];
}

static void
assert_shown (Rig *rig)
{
  int width, height;
  g_autofree guint32 *shown = rig_render (rig, &width, &height);

  g_assert_cmpint (width, ==, 640);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      g_assert_cmphex (shown[y * width + x] & 0xffffff, ==, colour_of (rig, lw_label_map_get (rig_labels (rig), x / ZOOM, y / ZOOM), x / ZOOM, y / ZOOM));
}

static void
assert_stored (Rig *rig)
{
  fixture_wait (lw_document_get_n_unsaved (rig->document) == 0);
  g_autoptr(LwPlanes) stored = fixture_stored_planes (rig->fixture, 0);
  fixture_assert_planes (lw_document_get_planes (rig->document), stored);
}

static guint8 *
export_frame (Rig *rig, LwPngInfo *info)
{
  static int n_exports;
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_strdup_printf ("%s/export-%d", rig->fixture->root, n_exports++);
  g_autofree char *png = g_build_filename (folder, "trainannot", "frame_0.png", NULL);
  LwCamvidExport what = { .layout = LW_CAMVID_SEGNET, .unlabelled = LW_UNLABELLED_VALUE, .unlabelled_value = UNLABELLED_VALUE, .frames = rig->fixture->frames, .subset = "train" };

  g_autoptr(LwExportReport) report = lw_camvid_export (rig->fixture->project, &what, folder, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  guint8 *labels = lw_png_read_index (png, info, &error);
  g_assert_no_error (error);
  return labels;
}

/* In this layout a value is the place of the class in the list. */
static void
assert_exported (Rig *rig)
{
  LwPngInfo info;
  g_autofree guint8 *labels = export_frame (rig, &info);
  const LwPalette *palette = lw_document_get_palette (rig->document);

  g_assert_cmpint (info.width, ==, 320);
  g_assert_cmpint (info.height, ==, 240);
  for (int i = 0; i < 320 * 240; i++)
    {
      guint8 label = lw_label_map_get (rig_labels (rig), i % 320, i / 320);
      if (label == LW_LABEL_NONE)
        g_assert_cmpint (labels[i], ==, UNLABELLED_VALUE);
      else
        g_assert_cmpint (((LwClass *) palette->classes->pdata[labels[i]])->id, ==, label);
    }
}

/* ---- every tool ---- */

typedef struct { LwTool tool; const char *name, *gesture; int waits; gboolean square; } Gesture;

/* Where there is something from the one before, so that tools paint over each other. */
static const Gesture gestures[] = {
  { LW_TOOL_BRUSH, "round brush", "mousemove 60 60 mousedown 1 mousemove 300 90 mousemove 331 203 mousemove 90 311 mouseup 1" },
  { LW_TOOL_BRUSH, "square brush", "mousemove 333 77 mousedown 1 mousemove 501 170 mousemove 639 3 mouseup 1", 0, TRUE },
  { LW_TOOL_ERASER, "eraser", "mousemove 100 30 mousedown 1 mousemove 400 311 mouseup 1" },
  { LW_TOOL_LINE, "line", "mousemove 0 479 mousedown 1 mousemove 300 300 mousemove 639 200 mouseup 1" },
  { LW_TOOL_POLYGON, "polygon with a hole",
    "mousemove 380 220 click 1 mousemove 601 240 click 1 mousemove 560 433 click 1 mousemove 391 401 click 1 key shift+Return "
    "mousemove 440 280 click 1 mousemove 520 290 click 1 mousemove 480 371 click 1 key Return" },
  { LW_TOOL_LASSO, "lasso", "mousemove 30 350 mousedown 1 mousemove 200 330 mousemove 233 401 mousemove 150 470 mousemove 60 440 mouseup 1" },
  { LW_TOOL_FILL, "fill", "mousemove 480 300 click 1" },
  { LW_TOOL_FILL_COLOUR, "fill by colour", "mousemove 600 460 click 1" },
  { LW_TOOL_SUPERPIXELS, "superpixels", "mousemove 20 20 mousedown 1 mousemove 200 23 mouseup 1", 1 },
  { LW_TOOL_SCISSORS, "scissors", "mousemove 100 200 click 1 wait mousemove 260 210 click 1 wait mousemove 200 290 click 1 wait key Return", 1 },
  { LW_TOOL_CUT, "box cut", "mousemove 420 60 mousedown 1 mousemove 500 120 mousemove 600 190 mouseup 1 wait mousemove 510 125 click 1 wait key Return", 1 },
  { LW_TOOL_REVEAL, "reveal", "mousemove 5 230 mousedown 1 mousemove 630 260 mouseup 1" },
  { LW_TOOL_APPLY_REGION, "apply a region", "mousemove 635 470 click 1" },
};

/* Stripes of two classes. */
static void
propose (Rig *rig)
{
  g_autoptr(LwLabelMap) map = lw_label_map_new (320, 240);

  for (int y = 0; y < 240; y++)
    for (int x = 0; x < 320; x++)
      lw_label_map_row (map, y)[x] = (guint8) (9 + x / 37 % 2);
  fixture_propose (rig->fixture, rig->document, map);
  g_object_set (rig->toolbox, "show-proposal", FALSE, NULL);
}

static void
use (Rig *rig, const Gesture *gesture, guint8 class_id)
{
  g_autoptr(LwLabelMap) before = lw_label_map_copy (rig_labels (rig));

  g_test_message ("%s", gesture->name);
  g_object_set (rig->toolbox, "brush-shape", (int) (gesture->square ? LW_BRUSH_SQUARE : LW_BRUSH_ROUND), NULL);
  lw_toolbox_set_class (rig->toolbox, class_id);
  lw_toolbox_set_tool (rig->toolbox, gesture->tool);
  if (gesture->waits)
    rig_rest (rig);
  rig_hand (rig, "%s", gesture->gesture);
  g_assert_false (lw_label_map_equal (before, rig_labels (rig)));
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_PAN);               /* nothing lies over the picture any more */
  assert_shown (rig);
  assert_stored (rig);
  assert_exported (rig);
}

static void
test_every_tool (void)
{
  g_autoptr(Rig) rig = rig_with (LW_TOOL_BRUSH, 0, 17);

  lw_toolbox_set_opacity (rig->toolbox, 1);
  assert_shown (rig);
  propose (rig);
  for (gsize i = 0; i < G_N_ELEMENTS (gestures); i++)
    if (gestures[i].tool != LW_TOOL_CUT || lw_grab_cut_is_available ())
      use (rig, &gestures[i], (guint8) (i % 9));
  for (gsize i = 0; i < G_N_ELEMENTS (gestures); i++)
    rig_hand (rig, "key ctrl+z");
  assert_shown (rig);
  assert_stored (rig);
  g_autoptr(LwLabelMap) none = lw_label_map_new (320, 240);
  assert_labels (rig, none);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  g_test_add_func ("/shown-and-exported/every-tool", test_every_tool);
  return g_test_run ();
}
