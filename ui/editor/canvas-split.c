/* canvas-split.c: two views of the frame: side by side, each in a half of the canvas, or one over the other, with a divider that can be dragged
 *
 * The first pane shows the labels as always, the second one what they are compared with; both the same part of the image. Side by side the hand may work in either:
 * positions in the second pane are folded into the first (canvas-input.c), so that the tools know of one view only. */
#include "config.h"
#include "editor/canvas-private.h"
#include <glib/gi18n-lib.h>
#include <math.h>

#define GAP 2                    /* widget units between two halves */
#define GRAB 5                   /* how far from the divider it is still taken hold of */
#define HANDLE_RADIUS 11
#define CAPTION_MARGIN 8
#define CAPTION_PADDING 8

LwSplitView
canvas_get_split (LwCanvas *self)
{
  return self->look != NULL && self->document != NULL ? lw_look_get (self->look)->split : LW_SPLIT_VIEW_OFF;
}

int
canvas_get_pane_width (LwCanvas *self)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  return canvas_get_split (self) == LW_SPLIT_VIEW_BESIDE ? MAX (1, (width - GAP) / 2) : width;
}

static int
second_pane (LwCanvas *self)
{
  return gtk_widget_get_width (GTK_WIDGET (self)) - canvas_get_pane_width (self);
}

static int
find_pane (LwCanvas *self, double x)
{
  int second = second_pane (self);
  return canvas_get_split (self) == LW_SPLIT_VIEW_BESIDE && x >= second ? second : 0;
}

void
canvas_enter_pane (LwCanvas *self, double x)
{
  self->pane_x = find_pane (self, x);
}

double
canvas_fold (LwCanvas *self, double x)
{
  return x - find_pane (self, x);
}

/* ---- the divider ---- */

static double
divider_x (LwCanvas *self)
{
  return round (lw_look_get (self->look)->divider * gtk_widget_get_width (GTK_WIDGET (self)));
}

gboolean
canvas_is_on_divider (LwCanvas *self, double x)
{
  return canvas_get_split (self) == LW_SPLIT_VIEW_DIVIDER && ABS (x - divider_x (self)) <= GRAB;
}

void
canvas_move_divider (LwCanvas *self, double x)
{
  g_object_set (self->look, "divider", CLAMP (x / MAX (1, gtk_widget_get_width (GTK_WIDGET (self))), 0, 1), NULL);
}

static void
draw_divider (LwCanvas *self, GtkSnapshot *snapshot)
{
  float x = (float) divider_x (self), height = (float) gtk_widget_get_height (GTK_WIDGET (self));
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (x - HANDLE_RADIUS - 1, 0, 2 * HANDLE_RADIUS + 2, height);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);

  cairo_rectangle (cr, x - 1.5, 0, 3, height);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.6);
  cairo_fill (cr);
  cairo_rectangle (cr, x - 0.5, 0, 1, height);
  cairo_arc (cr, x, height / 2, HANDLE_RADIUS - 1, 0, 2 * G_PI);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_fill (cr);
  for (int side = -1; side <= 1; side += 2)
    {
      cairo_move_to (cr, x + side * 2.5, height / 2 - 4);
      cairo_rel_line_to (cr, side * 4, 4);
      cairo_rel_line_to (cr, -side * 4, 4);
      cairo_close_path (cr);
    }
  cairo_set_source_rgba (cr, 0, 0, 0, 0.8);
  cairo_fill (cr);
  cairo_destroy (cr);
}

/* ---- captions ---- */

/* Over the picture, so dark in both themes. @end: where its right edge lies; else @x is its left one. */
static void
draw_caption (LwCanvas *self, GtkSnapshot *snapshot, const char *text, double x, gboolean end)
{
  g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  GskRoundedRect shape;
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  float left = (float) (end ? x - CAPTION_MARGIN - width - 2 * CAPTION_PADDING : x + CAPTION_MARGIN);
  graphene_rect_t box = GRAPHENE_RECT_INIT (left, CAPTION_MARGIN, (float) width + 2 * CAPTION_PADDING, (float) height + 6);
  gsk_rounded_rect_init_from_rect (&shape, &box, box.size.height / 2);
  gtk_snapshot_push_rounded_clip (snapshot, &shape);
  gtk_snapshot_append_color (snapshot, &(GdkRGBA) { 0, 0, 0, 0.65f }, &box);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (left + CAPTION_PADDING, CAPTION_MARGIN + 3));
  gtk_snapshot_append_layout (snapshot, layout, &(GdkRGBA) { 1, 1, 1, 1 });
  gtk_snapshot_restore (snapshot);
}

static void
draw_captions (LwCanvas *self, GtkSnapshot *snapshot, double first_end, double second_start)
{
  g_autofree char *text = canvas_describe_against (self, lw_look_get (self->look)->against);
  gboolean divided = canvas_get_split (self) == LW_SPLIT_VIEW_DIVIDER;

  draw_caption (self, snapshot, _("Labels"), divided ? first_end : 0, divided);
  draw_caption (self, snapshot, text, second_start, FALSE);
}

/* ---- both panes ---- */

static void
snapshot_tiles (LwCanvas *self, LwTiles *tiles, const LwScene *scene, int x0, int x1, GtkSnapshot *snapshot)
{
  int scale = (int) canvas_scale (self);
  LwRect part = { x0 * scale, 0, (x1 - x0) * scale, self->view.height };

  if (x1 <= x0)
    return;
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT ((float) x0, 0, (float) (x1 - x0), (float) gtk_widget_get_height (GTK_WIDGET (self))));
  lw_tiles_snapshot (tiles, &self->compositor, scene, &self->view, &part, scale, snapshot);
  gtk_snapshot_pop (snapshot);
}

static void
snapshot_beside (LwCanvas *self, const LwScene *scene, const LwScene *other, GtkSnapshot *snapshot)
{
  int width = canvas_get_pane_width (self);

  snapshot_tiles (self, self->tiles, scene, 0, width, snapshot);
  canvas_snapshot_overlay (self, snapshot);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) second_pane (self), 0));
  snapshot_tiles (self, self->other_tiles, other, 0, width, snapshot);
  canvas_snapshot_overlay (self, snapshot);
  gtk_snapshot_restore (snapshot);
  draw_captions (self, snapshot, width, second_pane (self));
}

static void
snapshot_divided (LwCanvas *self, const LwScene *scene, const LwScene *other, GtkSnapshot *snapshot)
{
  int divider = (int) divider_x (self);

  snapshot_tiles (self, self->tiles, scene, 0, divider, snapshot);
  snapshot_tiles (self, self->other_tiles, other, divider, gtk_widget_get_width (GTK_WIDGET (self)), snapshot);
  canvas_snapshot_overlay (self, snapshot);
  draw_divider (self, snapshot);
  draw_captions (self, snapshot, divider, divider);
}

void
canvas_snapshot_split (LwCanvas *self, GtkSnapshot *snapshot)
{
  LwScene scene, other;
  gboolean composable = canvas_get_scene (self, &scene) && canvas_get_other_scene (self, &other);

  if (canvas_get_split (self) == LW_SPLIT_VIEW_BESIDE)
    snapshot_beside (self, composable ? &scene : NULL, composable ? &other : NULL, snapshot);
  else
    snapshot_divided (self, composable ? &scene : NULL, composable ? &other : NULL, snapshot);
}

/* Another split, or another thing to compare with. */
void
canvas_split_changed (LwCanvas *self)
{
  lw_tiles_reset (self->other_tiles);
  self->pane_x = 0;
  canvas_refresh_earlier (self);
  canvas_scene_changed (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}
