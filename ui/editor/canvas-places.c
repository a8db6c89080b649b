/* canvas-places.c: where a place of the picture is on the canvas, for what others lay over it, and going there */
#include "config.h"
#include "editor/canvas-private.h"

#define ROOM 3.0              /* a place that is gone to takes at most this part of the canvas's sides, from above: 1/3 */
#define ZOOM_TO 8.0           /* a speck is shown this large: a pixel of the picture, in device pixels */

gboolean
lw_canvas_locate (LwCanvas *self, double image_x, double image_y, double *x, double *y)
{
  g_return_val_if_fail (LW_IS_CANVAS (self), FALSE);
  if (self->view.image_width <= 0 || self->playback_image != NULL || self->document == NULL || lw_document_get_planes (self->document) == NULL)
    return FALSE;
  canvas_from_image (self, image_x, image_y, x, y);
  return TRUE;
}

gboolean
lw_canvas_get_pixel_at (LwCanvas *self, double x, double y, int *image_x, int *image_y)
{
  g_return_val_if_fail (LW_IS_CANVAS (self), FALSE);
  return self->view.image_width > 0 && canvas_pixel_at (self, canvas_fold (self, x), y, image_x, image_y);
}

gboolean
lw_canvas_get_pointed_pixel (LwCanvas *self, int *image_x, int *image_y)
{
  g_return_val_if_fail (LW_IS_CANVAS (self), FALSE);
  return self->hovering && lw_canvas_get_pixel_at (self, self->pointer_x, self->pointer_y, image_x, image_y);
}

static double
choose_zoom (LwCanvas *self, const LwRect *place, int width, int height)
{
  double zoom = self->view.zoom, scale = canvas_scale (self);
  double fits = MIN (width * scale / (ROOM * MAX (place->width, 1)), height * scale / (ROOM * MAX (place->height, 1)));
  if (fits < zoom && place->width * zoom <= width * scale && place->height * zoom <= height * scale)
    return zoom;      /* as large as it may be without moving the eye */
  return MAX (zoom, MIN (fits, ZOOM_TO));
}

void
lw_canvas_show_place (LwCanvas *self, const LwRect *place)
{
  g_return_if_fail (LW_IS_CANVAS (self) && place != NULL);

  double x, y;
  int width = canvas_get_pane_width (self), height = gtk_widget_get_height (GTK_WIDGET (self));
  double middle_x = place->x + place->width / 2.0, middle_y = place->y + place->height / 2.0;
  if (width <= 0 || height <= 0 || !lw_canvas_locate (self, middle_x, middle_y, &x, &y))
    return;
  lw_canvas_zoom_to (self, choose_zoom (self, place, width, height), x, y);
  if (lw_canvas_locate (self, middle_x, middle_y, &x, &y))
    lw_canvas_pan (self, width / 2.0 - x, height / 2.0 - y);
}

/* ---- the view as a whole, for the overview map and the rulers ---- */

gboolean
lw_canvas_get_image_size (LwCanvas *self, int *width, int *height)
{
  g_return_val_if_fail (LW_IS_CANVAS (self), FALSE);
  *width = self->view.image_width;
  *height = self->view.image_height;
  return self->view.image_width > 0;
}

guint
lw_canvas_get_panes (LwCanvas *self, double starts[2], double *width)
{
  g_return_val_if_fail (LW_IS_CANVAS (self), 0);
  *width = canvas_get_pane_width (self);
  starts[0] = 0;
  starts[1] = gtk_widget_get_width (GTK_WIDGET (self)) - *width;
  return canvas_get_split (self) == LW_SPLIT_VIEW_BESIDE ? 2 : 1;
}

gboolean
lw_canvas_get_seen (LwCanvas *self, graphene_rect_t *seen)
{
  g_return_val_if_fail (LW_IS_CANVAS (self), FALSE);

  LwRect content = lw_view_visible_content (&self->view);
  float zoom = (float) self->view.zoom;
  if (self->playback_image != NULL || lw_rect_is_empty (&content))
    return FALSE;
  *seen = GRAPHENE_RECT_INIT ((float) content.x / zoom, (float) content.y / zoom, (float) content.width / zoom, (float) content.height / zoom);
  return TRUE;
}
