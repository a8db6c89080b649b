/* canvas-view.c: where the picture lies in the canvas: coordinates, zoom and pan */
#include "config.h"
#include "editor/canvas-private.h"
#include <math.h>

#define GRID_FROM_ZOOM 16        /* device pixels an image pixel */
#define POINTER_STEPS 64         /* a unit of the screen: finer than any pointer */
#define COARSE_FROM (1 << 20)    /* image pixels in view: from here on a zoom in progress shows the picture unfiltered */
#define SETTLE_MS 120

/* ---- coordinates ---- */

double
canvas_scale (LwCanvas *self)
{
  return gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

void
canvas_to_image (LwCanvas *self, double x, double y, double *image_x, double *image_y)
{
  double scale = canvas_scale (self);
  lw_view_to_image (&self->view, x * scale, y * scale, image_x, image_y);
}

void
canvas_from_image (LwCanvas *self, double image_x, double image_y, double *x, double *y)
{
  double scale = canvas_scale (self);

  lw_view_from_image (&self->view, image_x, image_y, x, y);
  *x /= scale;
  *y /= scale;
}

/* GTK brings positions through matrices of floats: a whole pixel may come a hair short, and would fall into its neighbour. */
static double
settle (double position)
{
  return round (position * POINTER_STEPS) / POINTER_STEPS;
}

gboolean
canvas_pixel_at (LwCanvas *self, double x, double y, int *px, int *py)
{
  double image_x, image_y;

  canvas_to_image (self, settle (x), settle (y), &image_x, &image_y);
  *px = (int) floor (image_x);
  *py = (int) floor (image_y);
  return *px >= 0 && *py >= 0 && *px < self->view.image_width && *py < self->view.image_height;
}

/* ---- size ---- */

void
canvas_reset_tiles (LwCanvas *self)
{
  lw_tiles_reset (self->tiles);
  lw_tiles_reset (self->other_tiles);
}

static void
view_changed (LwCanvas *self, double zoom_before)
{
  if (self->view.zoom != zoom_before)
    {
      self->compositor.zoom = self->view.zoom;
      self->compositor.grid = self->view.zoom >= GRID_FROM_ZOOM;
      canvas_reset_tiles (self);
      g_object_notify (G_OBJECT (self), "zoom");
    }
  canvas_cursor_follow_view (self);
  canvas_update_pointer (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit_by_name (self, "view-changed");
}

void
canvas_set_size (LwCanvas *self, int height)
{
  double before = self->view.zoom;
  int scale = (int) canvas_scale (self);

  if (self->compositor.scale != MIN (scale, 8))
    canvas_scene_changed (self);
  self->compositor.scale = MIN (scale, 8);
  lw_view_set_size (&self->view, canvas_get_pane_width (self) * scale, height * scale);
  view_changed (self, before);
}

void
canvas_show_size (LwCanvas *self, int width, int height)
{
  double before = self->view.zoom;

  lw_view_set_image (&self->view, width, height);
  canvas_reset_tiles (self);
  view_changed (self, before);
}

/* ---- zoom and pan ---- */

static gboolean
settle_cb (gpointer data)
{
  LwCanvas *self = data;

  self->settle_id = 0;
  lw_tiles_set_coarse (self->tiles, FALSE);
  lw_tiles_set_coarse (self->other_tiles, FALSE);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

/* A large picture in a small view takes longer to filter than a frame lasts: it is filtered when the zoom rests. */
static void
zoom_coarsely (LwCanvas *self)
{
  LwRect visible = lw_view_visible_content (&self->view);
  gboolean dear = self->view.zoom < 1 && visible.width / self->view.zoom * (visible.height / self->view.zoom) >= COARSE_FROM;

  g_clear_handle_id (&self->settle_id, g_source_remove);
  if (dear && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->settle_id = g_timeout_add (SETTLE_MS, settle_cb, self);
  lw_tiles_set_coarse (self->tiles, self->settle_id != 0);
  lw_tiles_set_coarse (self->other_tiles, self->settle_id != 0);
}

void
lw_canvas_zoom_to (LwCanvas *self, double zoom, double x, double y)
{
  g_return_if_fail (LW_IS_CANVAS (self));

  double before = self->view.zoom, scale = canvas_scale (self);
  lw_view_zoom_to (&self->view, zoom, x * scale, y * scale);
  if (self->view.zoom != before)
    zoom_coarsely (self);
  view_changed (self, before);
}

void
canvas_zoom_steps (LwCanvas *self, int steps, double x, double y)
{
  lw_canvas_zoom_to (self, lw_view_step (self->view.zoom, steps), x, y);
}

void
lw_canvas_pan (LwCanvas *self, double dx, double dy)
{
  g_return_if_fail (LW_IS_CANVAS (self));

  double scale = canvas_scale (self);

  lw_view_pan (&self->view, dx * scale, dy * scale);
  view_changed (self, self->view.zoom);
}

gboolean
lw_canvas_is_fitted (LwCanvas *self)
{
  g_return_val_if_fail (LW_IS_CANVAS (self), FALSE);
  return self->view.fit;
}

void
lw_canvas_zoom_fit (LwCanvas *self)
{
  g_return_if_fail (LW_IS_CANVAS (self));

  double before = self->view.zoom;
  lw_view_fit (&self->view);
  view_changed (self, before);
}

double
lw_canvas_get_zoom (LwCanvas *self)
{
  g_return_val_if_fail (LW_IS_CANVAS (self), 1);
  return self->view.zoom;
}
