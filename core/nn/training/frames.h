/* frames.h: the frames of a training, decoded once and kept in memory as far as there is room */
#pragma once
#include "nn/training/trainer.h"

typedef struct _LwFrames LwFrames;
/* @set is borrowed. @bytes: room; 0: LW_FRAMES_BYTES, or an eighth of the computer's memory where that is less. */
#define LW_FRAMES_BYTES ((gsize) 1 << 30)
LwFrames *lw_frames_new (const LwTrainingSet *set, gsize bytes);
void lw_frames_free (LwFrames *frames);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwFrames, lw_frames_free)

/* The frame's RGB pixels and, width * height * 3 bytes behind, its labels. Lent; where there was no room for it, @own is what the caller has to free
 * afterwards. NULL on error. Several threads may ask at a time, for the same frame too. */
const guint8 *lw_frames_get (LwFrames *frames, gboolean val, guint index, guint8 **own, GError **error);
