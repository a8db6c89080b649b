/* class-weights.h: how much each class counts in the loss */
#pragma once
#include <glib.h>

typedef struct {
  int n;
  guint64 *pixels;             /* of each class */
  guint64 *frame_pixels;       /* all pixels of the frames in which it occurs */
} LwClassCounts;

LwClassCounts *lw_class_counts_new (int n);
void lw_class_counts_free (LwClassCounts *counts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwClassCounts, lw_class_counts_free)
void lw_class_counts_add (LwClassCounts *counts, const guint8 *labels, gsize n_pixels);
/* Median frequency (Eigen and Fergus, arXiv:1411.4734): median of f over the classes that occur / f, f = pixels / frame pixels.
 * @weights: n; 1 for a class that doesn't occur. */
void lw_class_counts_weigh (const LwClassCounts *counts, float *weights);
