/* canvas-protection.c: what the tool in the hand may not touch: kept by the edit, shown at the pointer */
#include "config.h"
#include "editor/canvas-private.h"
#include "editor/overlay.h"

#define BESIDE 13.0      /* widget units: the marks lie right of and below the pointer */

/* “Only over unlabelled” would leave an eraser nothing to do. */
static LwPaintOver
get_paint_over (LwCanvas *self, const LwProtection *protection)
{
  gboolean erasing = self->erasing || lw_toolbox_get_tool (self->toolbox) == LW_TOOL_ERASER;
  return erasing && protection->paint_over == LW_PAINT_OVER_UNLABELLED ? LW_PAINT_OVER_ALL : protection->paint_over;
}

static void
get_protection (LwCanvas *self, LwProtection *protection)
{
  lw_toolbox_get_protection (self->toolbox, protection);
  protection->paint_over = get_paint_over (self, protection);
  if (lw_toolbox_get_protect_hand (self->toolbox))
    lw_document_protect_hand_work (self->document, protection);
}

/* A reveal is the model's edit: its protection is that of applying. */
LwEdit *
canvas_begin_edit (LwCanvas *self)
{
  LwProtection protection;

  if (self->document == NULL || self->toolbox == NULL || self->playback_image != NULL)
    return NULL;
  if (lw_toolbox_get_tool (self->toolbox) == LW_TOOL_REVEAL && !self->erasing)
    {
      lw_toolbox_get_apply_protection (self->toolbox, &protection);
      return lw_document_begin_reveal (self->document, &protection, lw_toolbox_get_overwrite_hand (self->toolbox));
    }
  get_protection (self, &protection);
  return lw_document_begin_edit (self->document, &protection);
}

/* ---- what is shown of it ---- */

/* It changes what is under the pointer, not an area around it. */
static gboolean
acts_under_pointer (LwCanvas *self)
{
  LwTool tool = lw_toolbox_get_tool (self->toolbox);
  return tool == LW_TOOL_BRUSH || tool == LW_TOOL_ERASER || tool == LW_TOOL_LINE || tool == LW_TOOL_FILL || tool == LW_TOOL_FILL_COLOUR;
}

gboolean
canvas_tool_is_refused (LwCanvas *self, int x, int y)
{
  const LwPlanes *planes = self->document != NULL ? lw_document_get_planes (self->document) : NULL;
  LwProtection protection;

  if (planes == NULL || !acts_under_pointer (self))
    return FALSE;
  guint8 label = lw_label_map_get (planes->plane[LW_PLANE_CLASS], x, y);
  get_protection (self, &protection);
  return protection.locked[label] || protection.keep_origin[lw_label_map_get (planes->plane[LW_PLANE_ORIGIN], x, y)] ||
         (protection.paint_over == LW_PAINT_OVER_UNLABELLED && label != LW_LABEL_NONE) ||
         (protection.paint_over == LW_PAINT_OVER_CLASS && label != protection.over);
}

static gboolean
shows_marks (LwCanvas *self)
{
  LwTool tool = lw_toolbox_get_tool (self->toolbox);
  return self->hovering && !self->panning && !self->space_held && tool != LW_TOOL_PAN && tool != LW_TOOL_APPLY_REGION && tool != LW_TOOL_REVEAL;
}

void
canvas_protection_snapshot (LwCanvas *self, const graphene_rect_t *clip, GtkSnapshot *snapshot)
{
  LwProtection protection;
  LwOverlayMarks marks = { FALSE };

  if (!shows_marks (self))
    return;
  lw_toolbox_get_protection (self->toolbox, &protection);
  LwPaintOver over = get_paint_over (self, &protection);
  const LwClass *class = over == LW_PAINT_OVER_CLASS ? lw_palette_find_id (lw_document_get_palette (self->document), protection.over) : NULL;
  marks.unlabelled = over == LW_PAINT_OVER_UNLABELLED;
  marks.hand_kept = lw_toolbox_get_protect_hand (self->toolbox);
  marks.one_class = class != NULL;
  if (class != NULL)
    marks.class_colour = (GdkRGBA) { (float) class->rgb[0] / 255, (float) class->rgb[1] / 255, (float) class->rgb[2] / 255, 1 };
  lw_overlay_marks (snapshot, clip, &marks, self->pointer_x + BESIDE, self->pointer_y + BESIDE);
}
