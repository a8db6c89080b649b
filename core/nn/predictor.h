/* predictor.h: a model on a device, for frames of any size: scales, caches plans by size, samples the result at the frame's own resolution */
#pragma once
#include "nn/backends/backend.h"

typedef struct _LwPredictor LwPredictor;
/* @repeatable: the same labels from every process on this computer; no algorithm is chosen by measuring. */
LwPredictor *lw_predictor_new (const LwBackend *backend, LwDevice *device, LwNetModel *model /* taken */, LwPrecision precision, gboolean repeatable);
void lw_predictor_free (LwPredictor *predictor);
const LwNetModel *lw_predictor_get_model (LwPredictor *predictor);
/* @rgb: packed, rows @stride bytes apart. @labels: width * height channels; @confidence: ceil (w / 4) * ceil (h / 4), or NULL. */
gboolean lw_predictor_run (LwPredictor *predictor, const guint8 *rgb, int width, int height, gsize stride, guint8 *labels, guint8 *confidence,
                           LwYield yield, gpointer data, GError **error);
char *lw_predictor_plan_key (LwPredictor *predictor);
