/* canvas-pointer.c: what is said of the pixel under the pointer, and the mouse cursor */
#include "config.h"
#include "editor/canvas-private.h"
#include <glib/gi18n-lib.h>

static void
append_origin (LwCanvas *self, GString *text, guint8 index)
{
  static const char *const by[] = { [LW_ORIGIN_PERSON] = N_(", by %s"), [LW_ORIGIN_MODEL] = N_(", by %s (model)"), [LW_ORIGIN_PROPAGATION] = N_(", carried over by %s"),
                                    [LW_ORIGIN_IMPORT] = N_(", from %s") };
  const LwOrigin *origin = lw_document_get_origin (self->document, index);

  if (origin != NULL)
    g_string_append_printf (text, _(by[origin->kind]), origin->name);
}

static void
append_class (LwCanvas *self, GString *text, int x, int y)
{
  const LwPlanes *planes = lw_document_get_planes (self->document);
  const LwProposal *proposal = lw_document_get_proposal (self->document);
  const LwPalette *palette = lw_document_get_palette (self->document);
  guint8 id = lw_label_map_get (planes->plane[LW_PLANE_CLASS], x, y);
  const LwClass *class = id != LW_LABEL_NONE ? lw_palette_find_id (palette, id) : NULL;

  g_string_append_printf (text, " · %s", class != NULL ? class->name : id == LW_LABEL_NONE ? _("Not labelled") : _("Unknown class"));
  if (id != LW_LABEL_NONE)
    append_origin (self, text, lw_label_map_get (planes->plane[LW_PLANE_ORIGIN], x, y));
  if (proposal == NULL || (class = lw_palette_find_id (palette, lw_label_map_get (proposal->map, x, y))) == NULL)
    return;
  if (class->id != id)
    g_string_append_printf (text, _(" · proposed: %s"), class->name);
  if (proposal->confidence != NULL)
    g_string_append_printf (text, _(" · %d %%"), (lw_label_map_get (proposal->confidence, x / LW_CONFIDENCE_STEP, y / LW_CONFIDENCE_STEP) * 100 + 127) / 255);
}

void
canvas_update_text (LwCanvas *self)
{
  g_autoptr(GString) text = g_string_new (NULL);
  int x, y;

  if (self->hovering && canvas_pixel_at (self, self->pointer_x, self->pointer_y, &x, &y))
    {
      g_string_append_printf (text, "%d, %d", x, y);
      if (self->playback_image == NULL && self->document != NULL && lw_document_get_planes (self->document) != NULL)
        append_class (self, text, x, y);
    }
  if (g_strcmp0 (self->pointer_text, text->str) == 0)
    return;
  g_free (self->pointer_text);
  self->pointer_text = g_strdup (text->str);
  g_object_notify (G_OBJECT (self), "pointer-text");
}

static void
update_cursor (LwCanvas *self)
{
  const char *name = "crosshair";
  int x, y;

  if (self->cursor_shown)
    name = "none";
  else if (self->panning)
    name = "grabbing";
  else if (self->moving_divider || (!self->stroking && !self->dragging && canvas_is_on_divider (self, self->pointer_x)))
    name = "col-resize";
  else if (self->space_held || self->toolbox == NULL || lw_toolbox_get_tool (self->toolbox) == LW_TOOL_PAN)
    name = "grab";
  else if (canvas_polygon_can_grab (self))
    name = "move";
  else if (!self->stroking && self->playback_image == NULL && canvas_pixel_at (self, self->pointer_x, self->pointer_y, &x, &y) && canvas_tool_is_refused (self, x, y))
    name = "not-allowed";
  else if (canvas_has_tool (self, LW_TOOL_SUPERPIXELS) && lw_assistant_has_image (self->assistant) && !canvas_superpixels_prepare (self))
    name = "progress";
  GdkCursor *cursor = gtk_widget_get_cursor (GTK_WIDGET (self));
  if (cursor == NULL || g_strcmp0 (gdk_cursor_get_name (cursor), name) != 0)
    gtk_widget_set_cursor_from_name (GTK_WIDGET (self), name);
}

void
canvas_update_pointer (LwCanvas *self)
{
  canvas_update_text (self);
  update_cursor (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
