/* toolbox.h: which tool is in the hand, and how it is set; kept between frames and across restarts; undo never changes it */
#pragma once

#include <glib-object.h>
#include "assist/superpixels.h"
#include "label/edit.h"
#include "label/raster.h"

/* The numbers are kept in the settings: new ones come at the end. */
typedef enum {
  LW_TOOL_PAN, LW_TOOL_BRUSH, LW_TOOL_ERASER, LW_TOOL_POLYGON, LW_TOOL_FILL, LW_TOOL_APPLY_REGION, LW_TOOL_REVEAL, LW_TOOL_LASSO, LW_TOOL_LINE,
  LW_TOOL_SUPERPIXELS, LW_TOOL_SCISSORS, LW_TOOL_CUT, LW_TOOL_FILL_COLOUR,
  LW_N_TOOLS
} LwTool;
#define LW_BRUSH_SIZE_MIN 1.0
#define LW_BRUSH_SIZE_MAX 1024.0
#define LW_FILL_TOLERANCE_MIN 1.0
#define LW_FILL_TOLERANCE_MAX 255.0

/* Properties; all notify, so that settings can be bound to them:
 *   "tool"              int, an LwTool
 *   "last-tool"         int: the one before it
 *   "class-id"          uint, 0..254
 *   "brush-size"        double: diameter in image pixels, 1..1024
 *   "brush-shape"       int, an LwBrushShape
 *   "superpixel-size"   double: side in image pixels, 4..256
 *   "fill-tolerance"    double: of a colour channel, 1..255
 *   "paint-over"        int, an LwPaintOver
 *   "paint-over-class"  uint: for LW_PAINT_OVER_CLASS
 *   "opacity"           double, 0..1
 *   "pen-pressure"      boolean: a pen's pressure sets the size
 *   "pen-least"         int, 1..100: percent of the size at the softest pressure
 *   "pen-softness"      int, -100..100: how soon the pressure counts
 *   "overlay-visible"   boolean
 *   "show-proposal"     boolean
 *   "overwrite-hand"    boolean: applying a proposal may overwrite hand work
 *   "protect-hand"      boolean: the tools may not overwrite it either
 * Signals: "hidden-changed", "locked-changed". */
#define LW_TYPE_TOOLBOX (lw_toolbox_get_type ())
G_DECLARE_FINAL_TYPE (LwToolbox, lw_toolbox, LW, TOOLBOX, GObject)
LwToolbox *lw_toolbox_new (void);
LwTool lw_toolbox_get_tool (LwToolbox *toolbox);
void lw_toolbox_set_tool (LwToolbox *toolbox, LwTool tool);
guint8 lw_toolbox_get_class (LwToolbox *toolbox);
void lw_toolbox_set_class (LwToolbox *toolbox, guint8 class_id);
double lw_toolbox_get_brush_size (LwToolbox *toolbox);
void lw_toolbox_set_brush_size (LwToolbox *toolbox, double diameter);        /* clamped */
double lw_toolbox_get_superpixel_size (LwToolbox *toolbox);
double lw_toolbox_get_fill_tolerance (LwToolbox *toolbox);
double lw_toolbox_get_pen_least (LwToolbox *toolbox);                        /* 0.01..1 of the brush's size */
/* What the hand means by a @pressure of 0..1: its power 2^(-softness / 50), so that a soft pen is half as broad as it can be at a pressure of 0.06, one that
 * is neither soft nor firm at 0.5, and a firm one at 0.84. */
double lw_toolbox_bend_pressure (LwToolbox *toolbox, double pressure);
/* The size of the tool in the hand, brush or superpixels, or the tolerance of its filling, times @factor, but at least one further. */
void lw_toolbox_scale_size (LwToolbox *toolbox, double factor);
LwBrushShape lw_toolbox_get_brush_shape (LwToolbox *toolbox);
double lw_toolbox_get_opacity (LwToolbox *toolbox);
void lw_toolbox_set_opacity (LwToolbox *toolbox, double opacity);
gboolean lw_toolbox_get_overlay_visible (LwToolbox *toolbox);
gboolean lw_toolbox_get_show_proposal (LwToolbox *toolbox);
gboolean lw_toolbox_get_overwrite_hand (LwToolbox *toolbox);
gboolean lw_toolbox_get_protect_hand (LwToolbox *toolbox);                   /* lw_document_protect_hand_work() does it */
gboolean lw_toolbox_is_hidden (LwToolbox *toolbox, guint8 class_id);
void lw_toolbox_set_hidden (LwToolbox *toolbox, guint8 class_id, gboolean hidden);
gboolean lw_toolbox_is_locked (LwToolbox *toolbox, guint8 class_id);
void lw_toolbox_set_locked (LwToolbox *toolbox, guint8 class_id, gboolean locked);
/* Protection that the settings amount to (paint over, locked classes). */
void lw_toolbox_get_protection (LwToolbox *toolbox, LwProtection *protection);
/* The same for applying a proposal, which changes much at once: what is hidden stays as it is, too, since nobody would see it go. */
void lw_toolbox_get_apply_protection (LwToolbox *toolbox, LwProtection *protection);
void lw_toolbox_get_shown (LwToolbox *toolbox, gboolean shown[256]);
