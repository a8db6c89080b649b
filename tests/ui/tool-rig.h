/* tool-rig.h: a canvas with a tool in the hand, and what the tool should have painted, by the pixel rules of core/label and what core/assist finds */
#pragma once

#include "assist/live-wire.h"
#include "assist/superpixels.h"
#include "canvas-rig.h"
#include "label/raster.h"

#define ZOOM 2           /* a picture of 320 x 240 fitted into 640 x 480: positions of the hand are twice those of pixels */

Rig *rig_with (LwTool tool, guint8 class_id, double size);
void rig_show_frame (Rig *rig, guint n);              /* and what waits on it is taken up */

/* What should be there. Positions are the hand's. */
extern const LwRect whole;
typedef struct { LwLabelMap *map; guint8 class_id; } Expected;
void expect_span (int y, int x0, int x1, gpointer expected);
void expect_brush (LwLabelMap *map, LwBrushShape shape, LwPoint from, LwPoint to, double size, guint8 class_id);
void expect_superpixel (LwLabelMap *map, const LwSuperpixels *superpixels, int x, int y, guint8 class_id);
LwPixels pixels_of (Rig *rig);                       /* lent by the document */
LwSuperpixels *superpixels_of (Rig *rig, int size);

void assert_labels (Rig *rig, const LwLabelMap *expected);
/* One undo takes all of it back, one redo brings it again, and neither changes the tool. */
void assert_one_step (Rig *rig, const LwLabelMap *before);
