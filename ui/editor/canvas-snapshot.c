/* canvas-snapshot.c: draws: the tiles, and on top what the tool in the hand shows */
#include "config.h"
#include "editor/canvas-private.h"
#include "editor/overlay.h"

#define TINT 0.3f

/* A drag would mark what belongs to it. */
static gboolean
points_into_cut (LwCanvas *self)
{
  LwCutBox box;
  int x, y;

  return lw_assistant_has_cut (self->assistant, &box) && canvas_pixel_at (self, self->pointer_x, self->pointer_y, &x, &y) &&
         x >= box.x && y >= box.y && x < box.x + box.width && y < box.y + box.height;
}

static gboolean
shows_outline (LwCanvas *self)
{
  return (self->hovering || self->stroking) && !self->panning && !self->space_held && !self->moving_divider && self->playback_image == NULL && self->document != NULL &&
         (canvas_tool_paints (self) || self->pen_eraser || canvas_has_tool (self, LW_TOOL_LINE) || (canvas_has_tool (self, LW_TOOL_CUT) && points_into_cut (self)));
}

GdkRGBA
canvas_class_tint (LwCanvas *self)
{
  const LwClass *class = lw_palette_find_id (lw_document_get_palette (self->document), lw_toolbox_get_class (self->toolbox));

  if (class == NULL || self->erasing)
    return (GdkRGBA) { 1, 1, 1, TINT };
  return (GdkRGBA) { (float) class->rgb[0] / 255, (float) class->rgb[1] / 255, (float) class->rgb[2] / 255, TINT };
}

static void
snapshot_tool (LwCanvas *self, const graphene_rect_t *clip, GtkSnapshot *snapshot)
{
  if (canvas_has_tool (self, LW_TOOL_SUPERPIXELS))
    canvas_superpixels_snapshot (self, clip, snapshot);
  else if (canvas_has_tool (self, LW_TOOL_SCISSORS))
    canvas_scissors_snapshot (self, clip, snapshot);
  else if (canvas_has_tool (self, LW_TOOL_CUT))
    canvas_cut_snapshot (self, clip, snapshot);
  canvas_drag_snapshot (self, clip, snapshot);
}

void
canvas_snapshot_overlay (LwCanvas *self, GtkSnapshot *snapshot)
{
  graphene_rect_t clip = GRAPHENE_RECT_INIT (0, 0, (float) canvas_get_pane_width (self), (float) gtk_widget_get_height (GTK_WIDGET (self)));

  if (!lw_polygons_is_empty (self->polygons) && self->playback_image == NULL)
    canvas_polygon_snapshot (self, &clip, snapshot);
  if (self->document != NULL && self->toolbox != NULL && self->playback_image == NULL)
    {
      snapshot_tool (self, &clip, snapshot);
      canvas_protection_snapshot (self, &clip, snapshot);
    }
  canvas_flash_snapshot (self, &clip, snapshot);
  canvas_cursor_snapshot (self, &clip, snapshot);
  if (shows_outline (self))
    lw_overlay_brush (snapshot, &clip, lw_toolbox_get_brush_shape (self->toolbox), self->pointer_x, self->pointer_y,
                      canvas_brush_radius (self, self->pressure) * self->view.zoom / canvas_scale (self));
}

void
canvas_snapshot (LwCanvas *self, GtkSnapshot *snapshot)
{
  LwRect whole = { 0, 0, self->view.width, self->view.height };
  LwScene scene;

  if (canvas_get_split (self) != LW_SPLIT_VIEW_OFF)
    {
      canvas_snapshot_split (self, snapshot);
      return;
    }
  gboolean composable = canvas_get_scene (self, &scene);
  lw_tiles_snapshot (self->tiles, &self->compositor, composable ? &scene : NULL, &self->view, &whole, (int) canvas_scale (self), snapshot);
  canvas_snapshot_overlay (self, snapshot);
}
