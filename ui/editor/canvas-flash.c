/* canvas-flash.c: the view’s middle, an outline that draws the eye to a place, and what waits to be painted */
#include "config.h"
#include "editor/canvas-private.h"
#include "editor/overlay.h"
#include <glib/gi18n-lib.h>
#include <math.h>

#define FLASH_MS 1400
#define FLASH_GROW 36.0      /* widget units: how far outside the outline begins */
#define SEEN_FROM 24         /* widget units */
#define FLASH_LEAST 10.0     /* between the area and the outline */

static void
get_middle (LwCanvas *self, double *x, double *y)
{
  *x = self->view.width / 2.0 / canvas_scale (self);
  *y = self->view.height / 2.0 / canvas_scale (self);
}

void
lw_canvas_get_center (LwCanvas *self, double *image_x, double *image_y)
{
  double x, y;

  g_return_if_fail (LW_IS_CANVAS (self));
  get_middle (self, &x, &y);
  canvas_to_image (self, x, y, image_x, image_y);
}

void
lw_canvas_center_on (LwCanvas *self, double image_x, double image_y)
{
  double x, y, middle_x, middle_y;

  g_return_if_fail (LW_IS_CANVAS (self) && isfinite (image_x) && isfinite (image_y));
  get_middle (self, &middle_x, &middle_y);
  canvas_from_image (self, image_x, image_y, &x, &y);
  lw_canvas_pan (self, middle_x - x, middle_y - y);
}

/* ---- an area, with an outline that draws the eye to it ---- */

static gboolean
is_animated (LwCanvas *self)
{
  gboolean animated;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-enable-animations", &animated, NULL);
  return animated;
}

static gboolean
flash_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  LwCanvas *self = LW_CANVAS (widget);

  gtk_widget_queue_draw (widget);
  if (g_get_monotonic_time () < self->flash_end)
    return G_SOURCE_CONTINUE;
  self->flash_tick = 0;
  return G_SOURCE_REMOVE;
}

void
canvas_flash_snapshot (LwCanvas *self, const graphene_rect_t *clip, GtkSnapshot *snapshot)
{
  double rest = (double) (self->flash_end - g_get_monotonic_time ()) / (FLASH_MS * 1000.0);
  double x0, y0, x1, y1;

  if (rest <= 0)
    return;
  double margin = FLASH_LEAST + (is_animated (self) ? FLASH_GROW * pow (MAX (0, rest * 2 - 1), 2) : 0);
  canvas_from_image (self, self->flash.x, self->flash.y, &x0, &y0);
  canvas_from_image (self, self->flash.x + self->flash.width, self->flash.y + self->flash.height, &x1, &y1);
  lw_overlay_box (snapshot, clip, &GRAPHENE_RECT_INIT ((float) (x0 - margin), (float) (y0 - margin), (float) (x1 - x0 + 2 * margin), (float) (y1 - y0 + 2 * margin)));
}

/* Nobody likes to be thrown about: what is seen well stays where it is. */
static gboolean
is_seen_well (LwCanvas *self, const LwRect *area)
{
  LwRect content = lw_view_content_of (&self->view, area), visible = lw_view_visible_content (&self->view);
  LwRect seen = lw_rect_intersect (content, visible);

  return seen.width == content.width && seen.height == content.height && MAX (content.width, content.height) >= SEEN_FROM * canvas_scale (self);
}

void
lw_canvas_show_area (LwCanvas *self, const LwRect *area)
{
  g_return_if_fail (LW_IS_CANVAS (self) && area != NULL && !lw_rect_is_empty (area));
  if (!is_seen_well (self, area))
    lw_canvas_show_place (self, area);
  self->flash = *area;
  self->flash_end = g_get_monotonic_time () + FLASH_MS * 1000;
  if (self->flash_tick == 0)
    self->flash_tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), flash_cb, NULL, NULL);
}

/* ---- what waits to be painted ---- */

char *
lw_canvas_describe_unfinished (LwCanvas *self)
{
  LwCutBox box;

  g_return_val_if_fail (LW_IS_CANVAS (self), NULL);
  if (!lw_polygons_is_empty (self->polygons))
    return g_strdup (_("The polygon in progress is not painted yet."));
  if (canvas_scissors_get_n_stops (self->scissors) > 0)
    return g_strdup (_("The line of the scissors is not painted yet."));
  if (lw_assistant_has_cut (self->assistant, &box))
    return g_strdup (_("What the box cut found is not painted yet."));
  return NULL;
}

gboolean
lw_canvas_has_polygon (LwCanvas *self, gint64 frame)
{
  g_return_val_if_fail (LW_IS_CANVAS (self), FALSE);
  return frame == self->polygons->frame ? !lw_polygons_is_empty (self->polygons) : g_hash_table_contains (self->polygons->by_frame, &frame);
}
