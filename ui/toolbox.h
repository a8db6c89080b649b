/* toolbox.h: which tool is in the hand, and how it is set; kept between frames and across restarts; undo never changes it */
#pragma once

#include <glib-object.h>
#include "label/edit.h"

typedef enum { LW_TOOL_PAN, LW_TOOL_BRUSH, LW_TOOL_ERASER, LW_TOOL_POLYGON, LW_TOOL_FILL, LW_TOOL_APPLY_REGION, LW_N_TOOLS } LwTool;

/* Properties: "tool" (LwTool as int), "class-id" (uint, 0..254), "brush-size" (double, diameter in image pixels, 1..1024), "paint-over" (int, LwPaintOver),
 * "opacity" (double 0..1), "overlay-visible" (bool), "show-proposal" (bool), "hidden-classes" (signal "hidden-changed"). */
#define LW_TYPE_TOOLBOX (lw_toolbox_get_type ())
G_DECLARE_FINAL_TYPE (LwToolbox, lw_toolbox, LW, TOOLBOX, GObject)
LwToolbox *lw_toolbox_new (void);
LwTool lw_toolbox_get_tool (LwToolbox *toolbox);
void lw_toolbox_set_tool (LwToolbox *toolbox, LwTool tool);
guint8 lw_toolbox_get_class (LwToolbox *toolbox);
void lw_toolbox_set_class (LwToolbox *toolbox, guint8 class_id);
double lw_toolbox_get_brush_size (LwToolbox *toolbox);
void lw_toolbox_set_brush_size (LwToolbox *toolbox, double diameter);
gboolean lw_toolbox_is_hidden (LwToolbox *toolbox, guint8 class_id);
void lw_toolbox_set_hidden (LwToolbox *toolbox, guint8 class_id, gboolean hidden);
/* Protection that the settings amount to (paint over, locked classes). */
void lw_toolbox_get_protection (LwToolbox *toolbox, LwProtection *protection);
