/* augment.h: a frame as training sees it: scaled, cropped, flipped, recoloured */
#pragma once
#include "nn/random.h"

typedef struct {
  float scale_min, scale_max, brightness, contrast, saturation;
  guint shift;                 /* pixels of the frame, at most, either way */
  gboolean flip;
  guint8 fill[3];              /* colour of what lies outside the frame */
} LwAugment;

/* @rgb, @labels: the frame, packed. @out_rgb, @out_labels: @out_width x @out_height of it; outside, labels are 255. All chance comes from @random. */
void lw_augment (const LwAugment *augment, LwRandom *random, const guint8 *rgb, const guint8 *labels, int width, int height,
                 guint8 *out_rgb, guint8 *out_labels, int out_width, int out_height);
