/* operations-private.h: the kinds of operations, one file each; all change @map in place (private to core/label) */
#pragma once

#include "label/operations.h"

/* Each pixel whose label is in @into, within @radius of one whose label is in @from, takes the label of the nearest of those. */
void lw_label_operation_spread (LwLabelMap *map, const gboolean from[256], const gboolean into[256], double radius);
/* LW_LABEL_OPERATION_SMOOTH, of @class_id or LW_LABEL_OPERATION_EVERY_CLASS. */
void lw_label_operation_smooth (LwLabelMap *map, int class_id, double radius);
/* Regions of labels in @small, of fewer than @size pixels. Returns: how many changed */
guint lw_label_operation_absorb (LwLabelMap *map, const gboolean small[256], guint32 size);
/* LW_LABEL_OPERATION_FILL_HOLES, of one class. Returns: how many were filled */
guint lw_label_operation_fill_holes (LwLabelMap *map, guint8 class_id, guint32 size);
