/* evaluation.c: confusion and boundaries of a set of frames (docs/metrics.md) */
#include "config.h"
#include "evaluation.h"
#include <math.h>
#include "label/bootstrap.h"

struct _LwEvaluation {
  char **names;
  int n;                      /* classes */
  LwConfusion *confusion;     /* n + 1: the last column holds what was predicted as none of the classes */
  LwBoundaryMean *boundary;
  LwBootstrap *bootstrap;
  guint frames;
};

LwEvaluation *
lw_evaluation_new (const char *const *class_names, int n_classes)
{
  g_return_val_if_fail (n_classes > 0 && n_classes < LW_LABEL_NONE, NULL);
  LwEvaluation *evaluation = g_new0 (LwEvaluation, 1);
  evaluation->n = n_classes;
  evaluation->names = g_new0 (char *, n_classes + 1);
  for (int i = 0; i < n_classes; i++)
    evaluation->names[i] = g_strdup (class_names[i]);
  evaluation->confusion = lw_confusion_new (n_classes + 1);
  evaluation->boundary = lw_boundary_mean_new (n_classes);
  evaluation->bootstrap = lw_bootstrap_new (n_classes);
  return evaluation;
}

void
lw_evaluation_free (LwEvaluation *evaluation)
{
  if (evaluation == NULL)
    return;
  g_strfreev (evaluation->names);
  lw_confusion_free (evaluation->confusion);
  lw_boundary_mean_free (evaluation->boundary);
  lw_bootstrap_free (evaluation->bootstrap);
  g_free (evaluation);
}

void
lw_evaluation_add (LwEvaluation *evaluation, const LwLabelMap *truth, const LwLabelMap *predicted)
{
  g_return_if_fail (truth->width == predicted->width && truth->height == predicted->height);
  g_autoptr(LwLabelMap) others = lw_label_map_copy (predicted);
  g_autoptr(LwConfusion) image = lw_confusion_new (evaluation->n + 1);
  guint8 table[256];
  for (int i = 0; i < 256; i++)
    table[i] = (guint8) MIN (i, evaluation->n);
  lw_label_map_remap (others, table);
  lw_confusion_add (image, truth->labels, truth->stride, others->labels, others->stride, truth->width, truth->height);
  lw_confusion_merge (evaluation->confusion, image);
  lw_bootstrap_add (evaluation->bootstrap, image);
  g_autofree double *bf = g_new (double, evaluation->n);
  lw_boundary_f1 (truth->labels, truth->stride, others->labels, others->stride, truth->width, truth->height, evaluation->n, bf);
  lw_boundary_mean_add (evaluation->boundary, bf);
  evaluation->frames++;
}

/* ---- the result ---- */

static LwJson *
number (double value)
{
  return isfinite (value) ? json_object_new_double (value) : NULL;
}

static double
quotient (double sum, guint n)
{
  return n > 0 ? sum / n : NAN;
}

static LwJson *
class_to_json (const LwEvaluation *evaluation, const LwScores *scores, int i)
{
  LwJson *object = json_object_new_object ();
  json_object_object_add (object, "name", json_object_new_string (evaluation->names[i]));
  json_object_object_add (object, "accuracy", number (scores->accuracy[i]));
  json_object_object_add (object, "iou", number (scores->iou[i]));
  json_object_object_add (object, "bf", number (quotient (evaluation->boundary->sum[i], evaluation->boundary->images[i])));
  return object;
}

static LwJson *
confusion_to_json (const LwConfusion *confusion)
{
  LwJson *rows = json_object_new_array ();
  for (int y = 0; y + 1 < confusion->n; y++)
    {
      LwJson *row = json_object_new_array ();
      for (int x = 0; x < confusion->n; x++)
        json_object_array_add (row, json_object_new_int64 ((gint64) confusion->counts[y * confusion->n + x]));
      json_object_array_add (rows, row);
    }
  return rows;
}

/* The column of the others is no class of its own. */
static double
mean_iou (const LwEvaluation *evaluation, const LwScores *scores)
{
  double sum = 0;
  guint defined = 0;
  for (int i = 0; i < evaluation->n; i++)
    if (!isnan (scores->iou[i]))
      {
        sum += scores->iou[i];
        defined++;
      }
  return quotient (sum, defined);
}

/* Null where there is none. */
static LwJson *
interval_to_json (const LwEvaluation *evaluation)
{
  double low, high;
  lw_bootstrap_interval (evaluation->bootstrap, &low, &high);
  if (isnan (low))
    return NULL;
  LwJson *interval = json_object_new_array ();
  json_object_array_add (interval, number (low));
  json_object_array_add (interval, number (high));
  return interval;
}

LwJson *
lw_evaluation_to_json (const LwEvaluation *evaluation)
{
  g_autoptr(LwScores) scores = lw_confusion_score (evaluation->confusion);
  guint64 pixels = 0;
  for (int i = 0; i < evaluation->confusion->n * evaluation->confusion->n; i++)
    pixels += evaluation->confusion->counts[i];
  LwJson *root = json_object_new_object (), *classes = json_object_new_array ();
  for (int i = 0; i < evaluation->n; i++)
    json_object_array_add (classes, class_to_json (evaluation, scores, i));
  json_object_object_add (root, "global_accuracy", number (scores->global_accuracy));
  json_object_object_add (root, "mean_accuracy", number (scores->mean_accuracy));
  json_object_object_add (root, "mean_iou", number (mean_iou (evaluation, scores)));
  json_object_object_add (root, "mean_iou_interval", interval_to_json (evaluation));
  json_object_object_add (root, "weighted_iou", number (scores->weighted_iou));
  json_object_object_add (root, "mean_bf", number (quotient (evaluation->boundary->image_sum, evaluation->boundary->n_images)));
  json_object_object_add (root, "frames", json_object_new_int64 (evaluation->frames));
  json_object_object_add (root, "pixels", json_object_new_int64 ((gint64) pixels));
  json_object_object_add (root, "classes", classes);
  json_object_object_add (root, "confusion", confusion_to_json (evaluation->confusion));
  return root;
}
