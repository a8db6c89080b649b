/* operations.h: changes of a whole label map, or of one class in it
 *
 * Distances are between the centres of pixels; what lies beyond the map does not count. Regions are 4-connected. */
#pragma once

#include "label/edit.h"

#define LW_LABEL_OPERATION_RADIUS_MAX 256

typedef enum {
  /* Pixels within @radius of @class_id become it. */
  LW_LABEL_OPERATION_GROW,
  /* Pixels of @class_id within @radius of another label (unlabelled is one) take the label of the nearest such pixel; of those equally
   * near the leftmost, then the uppermost. So it gives way to its neighbours. */
  LW_LABEL_OPERATION_SHRINK,
  /* Each pixel takes the label that most pixels within @radius have; it keeps its own where that is among the most frequent, else the
   * lowest id of them wins. With a @class_id only pixels that lose or gain that class change. */
  LW_LABEL_OPERATION_SMOOTH,
  /* Regions of fewer than @size pixels take the label with which they share the longest border (of equal ones the lowest id). Small regions
   * that touch no larger one follow once their neighbours have changed. Unlabelled ones are no specks. */
  LW_LABEL_OPERATION_REMOVE_SPECKS,
  /* Of a class: regions of anything else, of fewer than @size pixels, that do not reach the edge of the map, become it.
   * Of every class: unlabelled regions of fewer than @size pixels take the label with which they share the longest border. */
  LW_LABEL_OPERATION_FILL_HOLES,
  /* Pixels of @class_id become @with (LW_LABEL_NONE: they are erased). */
  LW_LABEL_OPERATION_REPLACE,
} LwLabelOperationKind;

#define LW_LABEL_OPERATION_EVERY_CLASS (-1)

typedef struct {
  LwLabelOperationKind kind;
  int class_id;              /* 0..254; LW_LABEL_OPERATION_EVERY_CLASS for smoothing, specks and holes */
  guint8 with;
  double radius;             /* pixels, up to LW_LABEL_OPERATION_RADIUS_MAX */
  guint32 size;              /* pixels */
} LwLabelOperation;

/* @n_regions: (out) (optional): regions that were removed or filled. Returns: (transfer full): the map as it is to be. Any thread. */
LwLabelMap *lw_label_operation_run (const LwLabelMap *map, const LwLabelOperation *operation, guint *n_regions);
