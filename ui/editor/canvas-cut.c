/* canvas-cut.c: the box cut: a box around a thing, strokes that say what belongs to it, Enter to paint it */
#include "config.h"
#include "editor/canvas-private.h"
#include "editor/overlay.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define TINT 0x73              /* alpha of what is inside */
#define LEAST 4                /* pixels: a smaller box is a slip of the hand */

static LwPoint
trail_point (LwCanvas *self, guint i)
{
  return g_array_index (self->trail, LwPoint, i);
}

/* Between the first and the last point of the drag. */
static LwCutBox
drawn_box (LwCanvas *self)
{
  LwPoint a = trail_point (self, 0), b = trail_point (self, self->trail->len - 1);
  int x0 = (int) floor (CLAMP (MIN (a.x, b.x), 0, self->view.image_width)), x1 = (int) ceil (CLAMP (MAX (a.x, b.x), 0, self->view.image_width));
  int y0 = (int) floor (CLAMP (MIN (a.y, b.y), 0, self->view.image_height)), y1 = (int) ceil (CLAMP (MAX (a.y, b.y), 0, self->view.image_height));
  return (LwCutBox) { x0, y0, x1 - x0, y1 - y0 };
}

static gboolean
is_in (const LwCutBox *box, LwPoint point)
{
  return point.x >= box->x && point.y >= box->y && point.x < box->x + box->width && point.y < box->y + box->height;
}

/* A drag that begins inside the box says what belongs to the thing; any other draws another box. */
void
canvas_cut_drag_begin (LwCanvas *self, gboolean outside)
{
  LwCutBox box;

  self->marking = lw_assistant_has_cut (self->assistant, &box) && is_in (&box, trail_point (self, 0));
  self->mark_outside = outside;
  if (!lw_grab_cut_is_available ())
    canvas_say (self, _("This build of Labelwright has no box cut: it was made without OpenCV"));
}

void
canvas_cut_drag_end (LwCanvas *self)
{
  if (!lw_grab_cut_is_available ())
    return;
  if (self->marking)
    {
      G_STATIC_ASSERT (sizeof (LwPoint) == sizeof (LwCutPoint));
      lw_assistant_mark_cut (self->assistant, !self->mark_outside, (const LwCutPoint *) (gpointer) self->trail->data, self->trail->len,
                             canvas_brush_radius (self, 1));
      return;
    }
  LwCutBox box = drawn_box (self);
  canvas_cut_drop (self);
  if (box.width >= LEAST && box.height >= LEAST)
    lw_assistant_begin_cut (self->assistant, &box);
}

void
canvas_cut_drop (LwCanvas *self)
{
  lw_assistant_drop_cut (self->assistant);
  g_clear_object (&self->cut_texture);
  canvas_update_actions (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* It waits on its frame. */
void
canvas_cut_put_away (LwCanvas *self)
{
  LwCutDraft *draft = lw_assistant_put_cut_away (self->assistant);

  g_clear_object (&self->cut_texture);
  if (draft != NULL)
    g_hash_table_replace (self->cuts, g_memdup2 (&self->assisted_frame, sizeof self->assisted_frame), draft);
}

/* As soon as there is a picture to cut. */
void
canvas_cut_take_up (LwCanvas *self)
{
  gpointer key, draft;

  if (!lw_assistant_has_image (self->assistant) || !g_hash_table_steal_extended (self->cuts, &self->assisted_frame, &key, &draft))
    return;
  g_free (key);
  lw_assistant_take_cut_up (self->assistant, draft);
}

gboolean
canvas_cut_can_accept (LwCanvas *self)
{
  LwCutBox box;
  return lw_assistant_get_cut (self->assistant, &box) != NULL;
}

typedef struct { CanvasPaint *paint; int x; } CutPaint;

static void
paint_shifted (int y, int x0, int x1, gpointer data)
{
  const CutPaint *cut = data;
  canvas_paint_span (y, cut->x + x0, cut->x + x1, cut->paint);
}

void
canvas_cut_accept (LwCanvas *self)
{
  LwCutBox box;
  const guint8 *mask = lw_assistant_get_cut (self->assistant, &box);
  LwEdit *edit = mask != NULL ? canvas_begin_edit (self) : NULL;

  if (edit == NULL)
    return;
  CanvasPaint paint = { edit, lw_toolbox_get_class (self->toolbox) };
  CutPaint cut = { &paint, box.x };
  for (int y = 0; y < box.height; y++, mask += box.width)
    lw_raster_runs (mask, box.width, 1, box.y + y, paint_shifted, &cut);
  lw_document_end_edit (self->document, "box-cut");
  canvas_cut_drop (self);
}

/* ---- what is shown ---- */

static gboolean
is_border (const guint8 *mask, const LwCutBox *box, int x, int y)
{
  return x == 0 || y == 0 || x + 1 == box->width || y + 1 == box->height || !mask[-1] || !mask[1] || !mask[-box->width] || !mask[box->width];
}

/* The class's colour inside, white along the border; premultiplied, as one picture that is scaled with the view. */
static GdkTexture *
draw_cut (LwCanvas *self, const guint8 *mask, const LwCutBox *box)
{
  GdkRGBA colour = canvas_class_tint (self);
  gsize n = (gsize) box->width * (gsize) box->height;
  guint32 *pixels = g_new0 (guint32, n);
  guint32 tint = (guint32) TINT << 24 | (guint32) (colour.red * TINT) << 16 | (guint32) (colour.green * TINT) << 8 | (guint32) (colour.blue * TINT);

  for (gsize i = 0; i < n; i++)
    if (mask[i])
      pixels[i] = is_border (mask + i, box, (int) (i % (gsize) box->width), (int) (i / (gsize) box->width)) ? 0xe0e0e0e0u : tint;
  g_autoptr(GBytes) bytes = g_bytes_new_take (pixels, n * 4);
  return gdk_memory_texture_new (box->width, box->height, GDK_MEMORY_DEFAULT, bytes, (gsize) box->width * 4);
}

/* Another result, or another class. */
void
canvas_cut_changed (LwCanvas *self)
{
  g_clear_object (&self->cut_texture);
}

static graphene_rect_t
box_in_widget (LwCanvas *self, const LwCutBox *box)
{
  double x0, y0, x1, y1;

  canvas_from_image (self, box->x, box->y, &x0, &y0);
  canvas_from_image (self, box->x + box->width, box->y + box->height, &x1, &y1);
  return GRAPHENE_RECT_INIT ((float) x0, (float) y0, (float) (x1 - x0), (float) (y1 - y0));
}

void
canvas_cut_snapshot (LwCanvas *self, const graphene_rect_t *clip, GtkSnapshot *snapshot)
{
  LwCutBox box;
  const guint8 *mask = lw_assistant_get_cut (self->assistant, &box);

  if (mask != NULL)
    {
      graphene_rect_t bounds = box_in_widget (self, &box);
      if (self->cut_texture == NULL)
        self->cut_texture = draw_cut (self, mask, &box);
      gtk_snapshot_push_clip (snapshot, clip);
      gtk_snapshot_append_texture (snapshot, self->cut_texture, &bounds);
      gtk_snapshot_pop (snapshot);
    }
  if (lw_assistant_has_cut (self->assistant, &box))
    {
      graphene_rect_t bounds = box_in_widget (self, &box);
      lw_overlay_box (snapshot, clip, &bounds);
    }
  if (self->dragging && self->trail->len > 0 && !self->marking)
    {
      box = drawn_box (self);
      graphene_rect_t bounds = box_in_widget (self, &box);
      lw_overlay_box (snapshot, clip, &bounds);
    }
}
