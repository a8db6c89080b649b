/* metrics.c: the confusion matrix and the scores that follow from it (docs/metrics.md) */
#include "config.h"
#include "label/metrics.h"

#include <math.h>

LwConfusion *
lw_confusion_new (int n)
{
  g_return_val_if_fail (n > 0 && n <= 255, NULL);

  LwConfusion *confusion = g_new0 (LwConfusion, 1);
  confusion->n = n;
  confusion->counts = g_new0 (guint64, (gsize) n * (gsize) n);
  return confusion;
}

void
lw_confusion_free (LwConfusion *confusion)
{
  if (confusion == NULL)
    return;
  g_free (confusion->counts);
  g_free (confusion);
}

void
lw_confusion_add (LwConfusion *confusion, const guint8 *truth, gsize truth_stride, const guint8 *predicted,
                  gsize predicted_stride, int width, int height)
{
  const int n = confusion->n;
  for (int y = 0; y < height; y++, truth += truth_stride, predicted += predicted_stride)
    for (int x = 0; x < width; x++)
      if (truth[x] >= n)
        confusion->left_out_truth++;
      else if (predicted[x] >= n)
        confusion->left_out_predicted++;
      else
        confusion->counts[truth[x] * n + predicted[x]]++;
}

void
lw_confusion_merge (LwConfusion *into, const LwConfusion *from)
{
  g_return_if_fail (into->n == from->n);

  for (int i = 0; i < into->n * into->n; i++)
    into->counts[i] += from->counts[i];
  into->left_out_truth += from->left_out_truth;
  into->left_out_predicted += from->left_out_predicted;
}

/* ---- scores ---- */

static double *
new_undefined (int n)
{
  double *values = g_new (double, n);
  for (int i = 0; i < n; i++)
    values[i] = NAN;
  return values;
}

static double
ratio (guint64 part, guint64 whole)
{
  return whole == 0 ? NAN : (double) part / (double) whole;
}

static double
mean_of_defined (const double *values, int n)
{
  double sum = 0;
  int defined = 0;
  for (int i = 0; i < n; i++)
    if (!isnan (values[i]))
      {
        sum += values[i];
        defined++;
      }
  return defined == 0 ? NAN : sum / defined;
}

LwScores *
lw_confusion_score (const LwConfusion *confusion)
{
  const int n = confusion->n;
  LwScores *scores = g_new0 (LwScores, 1);
  *scores = (LwScores) {
    .accuracy = new_undefined (n), .iou = new_undefined (n), .bf = new_undefined (n), .mean_bf = NAN, .n = n
  };
  guint64 all = 0, right = 0;
  double weighted = 0;
  for (int c = 0; c < n; c++)
    {
      guint64 row = 0, column = 0, hit = confusion->counts[c * n + c];
      for (int i = 0; i < n; i++)
        {
          row += confusion->counts[c * n + i];
          column += confusion->counts[i * n + c];
        }
      scores->accuracy[c] = ratio (hit, row);
      scores->iou[c] = ratio (hit, row + column - hit);
      if (row > 0)
        weighted += (double) row * scores->iou[c];
      all += row;
      right += hit;
    }
  scores->global_accuracy = ratio (right, all);
  scores->mean_accuracy = mean_of_defined (scores->accuracy, n);
  scores->mean_iou = mean_of_defined (scores->iou, n);
  scores->weighted_iou = all == 0 ? NAN : weighted / (double) all;
  return scores;
}

double
lw_confusion_kappa (const LwConfusion *confusion)
{
  const int n = confusion->n;
  double all = 0, agreed = 0, chance = 0;
  for (int i = 0; i < n * n; i++)
    all += (double) confusion->counts[i];
  if (all == 0)
    return NAN;
  for (int c = 0; c < n; c++)
    {
      double row = 0, column = 0;
      for (int i = 0; i < n; i++)
        {
          row += (double) confusion->counts[c * n + i];
          column += (double) confusion->counts[i * n + c];
        }
      agreed += (double) confusion->counts[c * n + c] / all;
      chance += row / all * (column / all);
    }
  return chance < 1 ? (agreed - chance) / (1 - chance) : 1;
}

void
lw_scores_free (LwScores *scores)
{
  if (scores == NULL)
    return;
  g_free (scores->accuracy);
  g_free (scores->iou);
  g_free (scores->bf);
  g_free (scores);
}

/* ---- boundary scores over many images ---- */

LwBoundaryMean *
lw_boundary_mean_new (int n)
{
  LwBoundaryMean *mean = g_new0 (LwBoundaryMean, 1);
  *mean = (LwBoundaryMean) { .n = n, .sum = g_new0 (double, n), .images = g_new0 (guint, n) };
  return mean;
}

void
lw_boundary_mean_free (LwBoundaryMean *mean)
{
  if (mean == NULL)
    return;
  g_free (mean->sum);
  g_free (mean->images);
  g_free (mean);
}

void
lw_boundary_mean_add (LwBoundaryMean *mean, const double *bf)
{
  double of_image = mean_of_defined (bf, mean->n);
  if (isnan (of_image))
    return;
  mean->image_sum += of_image;
  mean->n_images++;
  for (int c = 0; c < mean->n; c++)
    if (!isnan (bf[c]))
      {
        mean->sum[c] += bf[c];
        mean->images[c]++;
      }
}

void
lw_scores_set_boundary (LwScores *scores, const LwBoundaryMean *mean)
{
  g_return_if_fail (scores->n == mean->n);

  scores->mean_bf = mean->n_images == 0 ? NAN : mean->image_sum / mean->n_images;
  for (int c = 0; c < scores->n; c++)
    scores->bf[c] = mean->images[c] == 0 ? NAN : mean->sum[c] / mean->images[c];
}
