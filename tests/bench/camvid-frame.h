/* camvid-frame.h: a frame of CamVid with its labels, for measurements of what finds things in pictures */
#pragma once

#include "label/label-map.h"
#include "assist/pixels.h"

typedef struct { LwPixels picture; LwLabelMap *labels; } CamvidFrame;

/* Of the validation set below @folder. FALSE: it can't be read. */
gboolean camvid_frame_read (CamvidFrame *frame, const char *folder, const char *name);
void camvid_frame_clear (CamvidFrame *frame);
