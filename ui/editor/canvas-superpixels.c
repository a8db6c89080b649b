/* canvas-superpixels.c: a tool that paints whole superpixels: the one under the pointer shines, a click or a drag paints */
#include "config.h"
#include "editor/canvas-private.h"
#include "editor/overlay.h"
#include <math.h>

static const LwSuperpixels *
get_superpixels (LwCanvas *self)
{
  return lw_assistant_get_superpixels (self->assistant, (int) lw_toolbox_get_superpixel_size (self->toolbox));
}

/* Begins with them as soon as the tool is in the hand, so that they are there when the pointer is. */
gboolean
canvas_superpixels_prepare (LwCanvas *self)
{
  return get_superpixels (self) != NULL;
}

typedef struct { LwCanvas *canvas; CanvasPaint paint; const LwSuperpixels *superpixels; guint last; } Sweep;

static void
paint_at (Sweep *sweep, double x, double y)
{
  int px = (int) floor (x), py = (int) floor (y);

  if (px < 0 || py < 0 || px >= sweep->superpixels->width || py >= sweep->superpixels->height)
    return;
  guint id = lw_superpixels_at (sweep->superpixels, px, py);
  if (id == sweep->last)
    return;
  sweep->last = id;
  lw_superpixels_foreach_span (sweep->superpixels, id, canvas_paint_span, &sweep->paint);
}

/* All that the way from one point to the next meets. */
void
canvas_superpixels_paint (LwCanvas *self, LwPoint from, LwPoint to)
{
  Sweep sweep = { self, { lw_document_get_edit (self->document), self->erasing ? LW_LABEL_NONE : lw_toolbox_get_class (self->toolbox) },
                  get_superpixels (self), G_MAXUINT };
  double steps = ceil (MIN (MAX (fabs (to.x - from.x), fabs (to.y - from.y)), 1e5)) + 1;

  if (sweep.superpixels == NULL || sweep.paint.edit == NULL)
    return;
  for (double i = 0; i <= steps; i++)
    paint_at (&sweep, from.x + (to.x - from.x) * i / steps, from.y + (to.y - from.y) * i / steps);
  lw_document_edit_changed (self->document);
}

void
canvas_superpixels_snapshot (LwCanvas *self, const graphene_rect_t *clip, GtkSnapshot *snapshot)
{
  int x, y;
  const LwSuperpixels *superpixels = self->hovering && !self->panning && canvas_pixel_at (self, self->pointer_x, self->pointer_y, &x, &y) ? get_superpixels (self) : NULL;

  if (superpixels == NULL)
    return;
  GdkRGBA tint = canvas_class_tint (self);
  LwPoint origin, unit;
  canvas_from_image (self, 0, 0, &origin.x, &origin.y);
  canvas_from_image (self, 1, 1, &unit.x, &unit.y);
  lw_overlay_superpixel (snapshot, clip, superpixels, lw_superpixels_at (superpixels, x, y), origin, unit.x - origin.x, &tint);
}
