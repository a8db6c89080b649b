/* tool-rig.c: a canvas with a tool in the hand */
#include "config.h"
#include "tool-rig.h"
#include <string.h>

Rig *
rig_with (LwTool tool, guint8 class_id, double size)
{
  Rig *rig = rig_new (640, 480, 320, 240);

  lw_toolbox_set_tool (rig->toolbox, tool);
  lw_toolbox_set_class (rig->toolbox, class_id);
  lw_toolbox_set_brush_size (rig->toolbox, size);
  return rig;
}

void
expect_span (int y, int x0, int x1, gpointer data)
{
  const Expected *expected = data;
  memset (lw_label_map_row (expected->map, y) + x0, expected->class_id, (gsize) (x1 - x0));
}

const LwRect whole = { 0, 0, 320, 240 };

void
expect_brush (LwLabelMap *map, LwBrushShape shape, LwPoint from, LwPoint to, double size, guint8 class_id)
{
  Expected expected = { map, class_id };
  lw_raster_brush (shape, from.x / ZOOM, from.y / ZOOM, size / 2, to.x / ZOOM, to.y / ZOOM, size / 2, &whole, expect_span, &expected);
}

void
assert_labels (Rig *rig, const LwLabelMap *expected)
{
  g_assert_true (lw_label_map_equal (rig_labels (rig), expected));
}

void
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

LwPixels
pixels_of (Rig *rig)
{
  const LwImage *image = lw_document_get_image (rig->document);
  return (LwPixels) { image->width, image->height, image->stride, image->pixels };
}

LwSuperpixels *
superpixels_of (Rig *rig, int size)
{
  LwPixels pixels = pixels_of (rig);
  LwSuperpixelOptions options = { size, 10, 1 };
  return lw_superpixels_new (&pixels, &options, NULL);
}

void
expect_superpixel (LwLabelMap *map, const LwSuperpixels *superpixels, int x, int y, guint8 class_id)
{
  Expected expected = { map, class_id };
  lw_superpixels_foreach_span (superpixels, lw_superpixels_at (superpixels, x / ZOOM, y / ZOOM), expect_span, &expected);
}

void
rig_show_frame (Rig *rig, guint n)
{
  lw_document_open (rig->document, fixture_frame (rig->fixture, n));
  fixture_wait (!lw_document_is_loading (rig->document));
  rig_rest (rig);
}
