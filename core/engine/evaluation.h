/* evaluation.h: scores predictions against truth, frame by frame, into the JSON object that `evaluate --json` prints
 *
 * Classes are those that are scored, in an order of the caller's. A prediction of something that is none of them is wrong, not left out. */
#pragma once

#include "common/json.h"
#include "label/label-map.h"
#include "label/metrics.h"

typedef struct _LwEvaluation LwEvaluation;
LwEvaluation *lw_evaluation_new (const char *const *class_names, int n_classes);
void lw_evaluation_free (LwEvaluation *evaluation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwEvaluation, lw_evaluation_free)
/* Both of one size. @truth: class index, LW_LABEL_NONE: not scored. @predicted: class index, LW_LABEL_NONE: none of the classes. */
void lw_evaluation_add (LwEvaluation *evaluation, const LwLabelMap *truth, const LwLabelMap *predicted);
/* Returns: (transfer full): global_accuracy, mean_accuracy, mean_iou, mean_iou_interval (95 %), weighted_iou, mean_bf, frames, pixels, classes, confusion */
LwJson *lw_evaluation_to_json (const LwEvaluation *evaluation);
