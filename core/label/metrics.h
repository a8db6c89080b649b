/* metrics.h: how well a label map agrees with the truth, as MATLAB's evaluateSemanticSegmentation defines it
 * (docs/metrics.md gives the formulas and the choices that its pages leave open). Plain pointers, so that core/nn may use it. */
#pragma once

#include <glib.h>

/* Row: truth; column: prediction. Pixels whose truth or prediction is not below n (void, not labelled) are left out, and counted. */
typedef struct {
  int n;
  guint64 *counts;         /* n * n: counts[truth * n + prediction] */
  guint64 left_out_truth, left_out_predicted;
} LwConfusion;

LwConfusion *lw_confusion_new (int n);
void lw_confusion_free (LwConfusion *confusion);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwConfusion, lw_confusion_free)
/* Two maps of @width x @height, one byte a pixel; their rows lie so many bytes apart. */
void lw_confusion_add (LwConfusion *confusion, const guint8 *truth, gsize truth_stride, const guint8 *predicted, gsize predicted_stride,
                       int width, int height);
void lw_confusion_merge (LwConfusion *into, const LwConfusion *from);      /* of the same n */

/* NaN where a class is in neither truth nor prediction; means leave NaN out. */
typedef struct {
  double global_accuracy, mean_accuracy, mean_iou, weighted_iou, mean_bf;    /* mean_bf: NaN where not measured */
  double *accuracy, *iou, *bf;                                               /* per class, n each */
  int n;
} LwScores;
LwScores *lw_confusion_score (const LwConfusion *confusion);
/* Cohen's kappa (Educational and Psychological Measurement 20, 1960): agreement beyond what chance would give; 1 where all agree, NaN where nothing was counted. */
double lw_confusion_kappa (const LwConfusion *confusion);
void lw_scores_free (LwScores *scores);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwScores, lw_scores_free)

/* Boundary F1 of each class in one image (Csurka et al., BMVC 2013): @bf receives n values, NaN where the class is in neither map.
 * Boundary: 4-neighbour inner boundary, image border not counted; theta: 0.75 % of the diagonal; matching by distance transform.
 * Predicted boundary pixels where the truth is not below @n are left out. */
void lw_boundary_f1 (const guint8 *truth, gsize truth_stride, const guint8 *predicted, gsize predicted_stride, int width, int height,
                     int n, double *bf);

/* Means over images: a class over those that hold it; the whole over the image means (of the classes present). */
typedef struct {
  int n;
  double *sum;             /* per class */
  guint *images;
  double image_sum;
  guint n_images;
} LwBoundaryMean;
LwBoundaryMean *lw_boundary_mean_new (int n);
void lw_boundary_mean_free (LwBoundaryMean *mean);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwBoundaryMean, lw_boundary_mean_free)
void lw_boundary_mean_add (LwBoundaryMean *mean, const double *bf);           /* one image: what lw_boundary_f1() gave */
void lw_scores_set_boundary (LwScores *scores, const LwBoundaryMean *mean);   /* fills bf and mean_bf */
