/* canvas-document.c: follows what the canvas shows: the document, the toolbox, a video that plays */
#include "config.h"
#include "editor/canvas-private.h"
#include <glib/gi18n-lib.h>

static void
superpixel_size_changed (LwCanvas *self)
{
  if (canvas_has_tool (self, LW_TOOL_SUPERPIXELS))
    canvas_superpixels_prepare (self);
  canvas_update_pointer (self);
}

static void
class_changed (LwCanvas *self)
{
  canvas_cut_changed (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
tool_changed (LwCanvas *self)
{
  canvas_cursor_lift (self);
  canvas_drag_drop (self);
  if (canvas_has_tool (self, LW_TOOL_SUPERPIXELS))
    canvas_superpixels_prepare (self);
  canvas_update_actions (self);
  canvas_update_pointer (self);
}

static void
document_opened (LwCanvas *self)
{
  const LwFrame *frame = lw_document_get_frame (self->document);
  g_autofree char *label = g_strdup_printf (_("Canvas: frame “%s”"), frame->name);

  canvas_drag_drop (self);
  canvas_assist_picture (self);
  canvas_update_people (self);
  canvas_update_curves (self);
  canvas_refresh_earlier (self);
  lw_polygons_show (self->polygons, frame->id);
  if (self->playback_image == NULL)
    canvas_show_size (self, frame->width, frame->height);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  canvas_update_actions (self);
}

static void
document_damaged_cb (LwCanvas *self, const LwRect *rect)
{
  if (self->playback_image != NULL)
    return;
  LwRect content = lw_view_content_of (&self->view, rect);
  int reach = lw_compositor_get_reach (&self->compositor), x, y;

  content = (LwRect) { content.x - reach, content.y - reach, content.width + 2 * reach, content.height + 2 * reach };
  lw_tiles_damage (self->tiles, &content);
  lw_tiles_damage (self->other_tiles, &content);
  if (canvas_pixel_at (self, self->pointer_x, self->pointer_y, &x, &y) &&
      x >= rect->x && x < rect->x + rect->width && y >= rect->y && y < rect->y + rect->height)
    canvas_update_text (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
edit_ended (LwCanvas *self)
{
  self->drag_edit = FALSE;
  self->stroking = FALSE;
  self->erasing = FALSE;
  canvas_update_actions (self);
}

void
lw_canvas_set_document (LwCanvas *self, LwDocument *document)
{
  g_return_if_fail (LW_IS_CANVAS (self) && (document == NULL || LW_IS_DOCUMENT (document)));

  if (self->document == document)
    return;
  if (self->document != NULL)
    {
      lw_canvas_stroke_end (self);
      g_signal_handlers_disconnect_by_data (self->document, self);
    }
  canvas_scissors_forget (self);
  canvas_cut_drop (self);
  g_hash_table_remove_all (self->cuts);
  canvas_forget_earlier (self, TRUE);
  lw_assistant_set_image (self->assistant, NULL);
  self->assisted_frame = 0;
  g_set_object (&self->document, document);
  lw_polygons_free (self->polygons);
  self->polygons = lw_polygons_new ();
  canvas_reset_tiles (self);
  if (document != NULL)
    {
      g_signal_connect_swapped (document, "opened", G_CALLBACK (document_opened), self);
      g_signal_connect_swapped (document, "damaged", G_CALLBACK (document_damaged_cb), self);
      g_signal_connect_swapped (document, "origins-changed", G_CALLBACK (canvas_update_text), self);
      g_signal_connect_swapped (document, "notify::n-unsaved", G_CALLBACK (canvas_refresh_earlier), self);
      g_signal_connect_swapped (document, "edit-ended", G_CALLBACK (edit_ended), self);
      g_signal_connect_swapped (document, "palette-changed", G_CALLBACK (canvas_update_colours), self);
      g_signal_connect_swapped (document, "notify::can-undo", G_CALLBACK (canvas_update_actions), self);
      g_signal_connect_swapped (document, "notify::can-redo", G_CALLBACK (canvas_update_actions), self);
      canvas_update_colours (self);
      if (lw_document_get_planes (document) != NULL)
        document_opened (self);
    }
  canvas_update_actions (self);
  canvas_update_pointer (self);
  g_object_notify (G_OBJECT (self), "document");
}

void
lw_canvas_set_toolbox (LwCanvas *self, LwToolbox *toolbox)
{
  g_return_if_fail (LW_IS_CANVAS (self) && (toolbox == NULL || LW_IS_TOOLBOX (toolbox)));

  if (self->toolbox == toolbox)
    return;
  if (self->toolbox != NULL)
    g_signal_handlers_disconnect_by_data (self->toolbox, self);
  g_set_object (&self->toolbox, toolbox);
  if (toolbox != NULL)
    {
      g_signal_connect_swapped (toolbox, "notify::tool", G_CALLBACK (tool_changed), self);
      g_signal_connect_swapped (toolbox, "notify::brush-size", G_CALLBACK (canvas_update_pointer), self);
      g_signal_connect_swapped (toolbox, "notify::superpixel-size", G_CALLBACK (superpixel_size_changed), self);
      g_signal_connect_swapped (toolbox, "notify::class-id", G_CALLBACK (class_changed), self);
      g_signal_connect_swapped (toolbox, "notify::brush-shape", G_CALLBACK (canvas_update_pointer), self);
      g_signal_connect_swapped (toolbox, "notify::opacity", G_CALLBACK (canvas_update_colours), self);
      g_signal_connect_swapped (toolbox, "hidden-changed", G_CALLBACK (canvas_update_colours), self);
      g_signal_connect_swapped (toolbox, "locked-changed", G_CALLBACK (canvas_update_pointer), self);
      g_signal_connect_swapped (toolbox, "notify::paint-over", G_CALLBACK (canvas_update_pointer), self);
      g_signal_connect_swapped (toolbox, "notify::paint-over-class", G_CALLBACK (canvas_update_pointer), self);
      g_signal_connect_swapped (toolbox, "notify::protect-hand", G_CALLBACK (canvas_update_pointer), self);
      g_signal_connect_swapped (toolbox, "notify::overlay-visible", G_CALLBACK (canvas_scene_changed), self);
      g_signal_connect_swapped (toolbox, "notify::show-proposal", G_CALLBACK (canvas_scene_changed), self);
    }
  canvas_update_colours (self);
  canvas_update_actions (self);
  canvas_update_pointer (self);
  g_object_notify (G_OBJECT (self), "toolbox");
}

void
lw_canvas_show_playback (LwCanvas *self, LwImage *image, const LwLabelMap *map)
{
  g_return_if_fail (LW_IS_CANVAS (self) && (image != NULL || map == NULL));

  if (image == NULL && self->playback_image == NULL)
    return;
  lw_canvas_stroke_end (self);
  canvas_drag_drop (self);
  gboolean begins_or_ends = (image == NULL) != (self->playback_image == NULL);
  self->playback_image = image;
  self->playback_map = map;
  if (begins_or_ends)
    canvas_update_actions (self);
  if (image != NULL)
    {
      canvas_update_curves (self);
      canvas_show_size (self, image->width, image->height);
    }
  else if (self->document != NULL && lw_document_get_planes (self->document) != NULL)
    document_opened (self);
}
