/* score.c: the final pass: samples the score grid at the picture's pixels; softmax, argmax, confidence, and the loss with its gradient */
#include "config.h"
#include "ref.h"
#include "nn/backends/hard.h"
#include <math.h>

#define CONFIDENCE_BLOCK 4      /* px of the result a side */
#define NO_CHANNEL 255

/* The two cells between which a place lies, and how far it is towards the second one. */
typedef struct { int a, b; double t; } Between;

/* @place: in pixels of the plan's picture, 0.5 in the middle of the first one. */
static Between
locate (const LwNode *node, double place, int cells)
{
  double at = CLAMP ((place + node->offset) / node->stride - 0.5, 0, cells - 1);
  Between between = { .a = (int) at };

  between.b = MIN (between.a + 1, cells - 1);
  between.t = at - between.a;
  return between;
}

/* @log_p receives the logarithms of the classes' probabilities at one place: of one that is too small for a double, too. */
static void
log_softmax_at (const RefNode *score, int n, Between y, Between x, double *log_p)
{
  double highest = -INFINITY, sum = 0;

  for (int c = 0; c < score->c; c++)
    {
      const double *grid = score->value + ref_plane (score, n, c);
      double top = grid[y.a * score->w + x.a] * (1 - x.t) + grid[y.a * score->w + x.b] * x.t;
      double bottom = grid[y.b * score->w + x.a] * (1 - x.t) + grid[y.b * score->w + x.b] * x.t;

      log_p[c] = top * (1 - y.t) + bottom * y.t;
      highest = MAX (highest, log_p[c]);
    }
  for (int c = 0; c < score->c; c++)
    sum += exp (log_p[c] - highest);
  for (int c = 0; c < score->c; c++)
    log_p[c] -= highest + log (sum);
}

static void
softmax_at (const RefNode *score, int n, Between y, Between x, double *p)
{
  log_softmax_at (score, n, y, x, p);
  for (int c = 0; c < score->c; c++)
    p[c] = exp (p[c]);
}

static int
argmax (const double *p, int n)
{
  int best = 0;

  for (int c = 1; c < n; c++)
    if (p[c] > p[best])
      best = c;
  return best;
}

static void
write_labels (const LwPlan *plan, const RefNode *score, int width, int height, guint8 *labels)
{
  double p[NO_CHANNEL];

  for (int n = 0; n < score->n; n++)
    for (int y = 0; y < height; y++)
      for (int x = 0; x < width; x++)
        {
          softmax_at (score, n, locate (score->node, (y + 0.5) * plan->options.height / height, score->h),
                      locate (score->node, (x + 0.5) * plan->options.width / width, score->w), p);
          *labels++ = (guint8) argmax (p, score->c);
        }
}

static void
write_confidence (const LwPlan *plan, const RefNode *score, int width, int height, guint8 *confidence)
{
  int rows = (height + CONFIDENCE_BLOCK - 1) / CONFIDENCE_BLOCK, columns = (width + CONFIDENCE_BLOCK - 1) / CONFIDENCE_BLOCK;
  double p[NO_CHANNEL];

  for (int n = 0; n < score->n; n++)
    for (int y = 0; y < rows; y++)
      for (int x = 0; x < columns; x++)
        {
          softmax_at (score, n, locate (score->node, (y + 0.5) * CONFIDENCE_BLOCK * plan->options.height / height, score->h),
                      locate (score->node, (x + 0.5) * CONFIDENCE_BLOCK * plan->options.width / width, score->w), p);
          *confidence++ = (guint8) (p[argmax (p, score->c)] * 255 + 0.5);
        }
}

void
ref_score_result (const LwPlan *plan, const RefNode *score, LwResult *result)
{
  int width = result->out_width > 0 ? result->out_width : plan->options.width;
  int height = result->out_height > 0 ? result->out_height : plan->options.height;

  if (result->scores != NULL)
    for (gsize i = 0; i < ref_count (score); i++)
      result->scores[i] = (float) score->value[i];
  if (result->labels != NULL)
    write_labels (plan, score, width, height, result->labels);
  if (result->confidence != NULL)
    write_confidence (plan, score, width, height, result->confidence);
}

/* Softmax's gradient by the scores is w (p - [c is the label]); it goes back to the four cells as it was taken from them. */
static void
scatter (RefNode *score, int n, Between y, Between x, const double *p, int label, double weight)
{
  for (int c = 0; c < score->c; c++)
    {
      double *grid = score->grad + ref_plane (score, n, c), g = weight * (p[c] - (c == label));

      grid[y.a * score->w + x.a] += g * (1 - y.t) * (1 - x.t);
      grid[y.a * score->w + x.b] += g * (1 - y.t) * x.t;
      grid[y.b * score->w + x.a] += g * y.t * (1 - x.t);
      grid[y.b * score->w + x.b] += g * y.t * x.t;
    }
}

static double
weight_sum (const LwPlan *plan, const guint8 *labels, const float *class_weights, guint64 *pixels)
{
  double sum = 0;

  *pixels = 0;
  for (gsize i = 0; i < (gsize) plan->options.n * (gsize) plan->options.height * (gsize) plan->options.width; i++)
    if (labels[i] < plan->graph->classes)
      {
        sum += class_weights != NULL ? (double) class_weights[labels[i]] : 1;
        (*pixels)++;
      }
  return sum;
}

/* (transfer full): the labels of the pixels that count, 255 for the others. */
static guint8 *
hard_labels (const LwPlan *plan, const RefNode *score, const guint8 *labels, const LwLossOptions *options)
{
  gsize rows = (gsize) plan->options.height, columns = (gsize) plan->options.width, n = (gsize) score->n * rows * columns;
  guint8 *levels = g_new (guint8, n);
  double log_p[NO_CHANNEL];

  for (gsize i = 0; i < n; i++)
    {
      levels[i] = LW_HARD_NONE;
      if (labels[i] >= score->c)
        continue;
      log_softmax_at (score, (int) (i / columns / rows), locate (score->node, (double) (i / columns % rows) + 0.5, score->h),
                      locate (score->node, (double) (i % columns) + 0.5, score->w), log_p);
      levels[i] = (guint8) lw_hard_level ((float) -log_p[labels[i]]);
    }
  lw_loss_keep_hard (options, labels, levels, n);
  return levels;
}

double
ref_score_loss (const LwPlan *plan, RefNode *score, const guint8 *labels, const LwLossOptions *options, gboolean with_gradient, guint64 *pixels)
{
  g_autofree guint8 *hard = options->hard_below > 0 ? hard_labels (plan, score, labels, options) : NULL;
  const float *class_weights = options->class_weights;

  if (hard != NULL)
    labels = hard;
  double total = weight_sum (plan, labels, class_weights, pixels), loss = 0, p[NO_CHANNEL];

  if (total <= 0)
    return 0;
  for (int n = 0; n < score->n; n++)
    for (int y = 0; y < plan->options.height; y++)
      for (int x = 0; x < plan->options.width; x++)
        {
          guint8 label = *labels++;
          Between by = locate (score->node, y + 0.5, score->h), bx = locate (score->node, x + 0.5, score->w);

          if (label >= score->c)
            continue;
          double weight = (class_weights != NULL ? (double) class_weights[label] : 1) / total;

          log_softmax_at (score, n, by, bx, p);
          loss -= weight * p[label];
          for (int c = 0; c < score->c; c++)
            p[c] = exp (p[c]);
          if (with_gradient)
            scatter (score, n, by, bx, p, label, weight);
        }
  return loss;
}
