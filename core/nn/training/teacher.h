/* teacher.h: labels drawn from what another network gives, so that the one that trains learns from it, too */
#pragma once
#include "nn/backends/backend.h"
#include "nn/random.h"

typedef struct _LwTeacher LwTeacher;

/* @model answers on @device for pictures of @height x @width; it is borrowed. NULL on error. */
LwTeacher *lw_teacher_new (const LwBackend *backend, LwDevice *device, const LwNetModel *model, LwPrecision precision, int width, int height, GError **error);
void lw_teacher_free (LwTeacher *teacher);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwTeacher, lw_teacher_free)

/* Knowledge distillation (Hinton, Vinyals, Dean, arXiv:1503.02531) without a loss of its own: @share of the labelled pixels of one picture get a class that
 * is drawn from the teacher's softmax there. The loss is then on average 1 - @share times that of the labels and @share times the cross-entropy with the
 * teacher's probabilities. @rgb: packed; @labels: width * height channels, changed in place; 255 stays. */
gboolean lw_teacher_label (LwTeacher *teacher, const guint8 *rgb, double share, LwRandom *random, guint8 *labels, GError **error);
