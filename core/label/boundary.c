/* boundary.c: boundary F1: how near the outlines of two maps lie to each other (docs/metrics.md) */
#include "config.h"
#include "label/metrics.h"

#include <math.h>
#include <string.h>

#define TOLERANCE 0.0075      /* of the image's diagonal */

typedef struct { const guint8 *labels; gsize stride; } Map;

typedef struct {
  int width, height, n;
  double limit;              /* theta squared */
  guint16 far;               /* the least whole distance above theta */
  guint16 *column;           /* width * height: rows to the nearest outline pixel of the same column, at most @far */
} Matching;

static inline guint8
label_at (Map map, int x, int y)
{
  return map.labels[(gsize) y * map.stride + (gsize) x];
}

/* An inner outline: a pixel of the class beside a pixel (of four) that is not. The image's border is no outline. */
static inline gboolean
is_outline (const Matching *m, Map map, int x, int y, int c)
{
  return label_at (map, x, y) == c
         && ((x > 0 && label_at (map, x - 1, y) != c) || (x + 1 < m->width && label_at (map, x + 1, y) != c)
             || (y > 0 && label_at (map, x, y - 1) != c) || (y + 1 < m->height && label_at (map, x, y + 1) != c));
}

static void
measure_columns (Matching *m, Map map, int c)
{
  for (int y = 0; y < m->height; y++)
    {
      guint16 *row = m->column + (gsize) y * (gsize) m->width;
      for (int x = 0; x < m->width; x++)
        row[x] = is_outline (m, map, x, y, c) ? 0 : m->far;
      if (y > 0)
        for (int x = 0; x < m->width; x++)
          row[x] = (guint16) MIN (row[x], row[x - m->width] + 1);
    }
  for (int y = m->height - 2; y >= 0; y--)
    {
      guint16 *row = m->column + (gsize) y * (gsize) m->width;
      for (int x = 0; x < m->width; x++)
        row[x] = (guint16) MIN (row[x], row[x + m->width] + 1);
    }
}

/* Whether an outline pixel lies within theta of (x, y): exact, as if by a Euclidean distance transform, but asked of outline
 * pixels alone. */
static gboolean
is_matched (const Matching *m, int x, int y)
{
  const guint16 *row = m->column + (gsize) y * (gsize) m->width;
  int first = MAX (0, x - m->far), last = MIN (m->width - 1, x + m->far);
  for (int i = first; i <= last; i++)
    if (row[i] < m->far && (double) (i - x) * (i - x) + (double) row[i] * row[i] <= m->limit)
      return TRUE;
  return FALSE;
}

/* The share of @map's outline of class @c that lies near the outline measured last. Pixels void in @truth are not asked. NaN: no
 * outline */
static double
matched_share (const Matching *m, Map map, Map truth, int c)
{
  guint64 all = 0, matched = 0;
  for (int y = 0; y < m->height; y++)
    for (int x = 0; x < m->width; x++)
      if (is_outline (m, map, x, y, c) && label_at (truth, x, y) < m->n)
        {
          all++;
          matched += is_matched (m, x, y);
        }
  return all == 0 ? NAN : (double) matched / (double) all;
}

static void
find_present (const Matching *m, Map map, Map truth, gboolean present[256])
{
  memset (present, 0, 256 * sizeof *present);
  for (int y = 0; y < m->height; y++)
    for (int x = 0; x < m->width; x++)
      if (label_at (truth, x, y) < m->n)
        present[label_at (map, x, y)] = TRUE;
}

/* Of a class that both maps hold. Without an outline on either side (it fills the image) they agree; without one on one side they
 * don't. */
static double
outline_f1 (Matching *m, Map truth, Map predicted, int c)
{
  measure_columns (m, truth, c);
  double precision = matched_share (m, predicted, truth, c);
  measure_columns (m, predicted, c);
  double recall = matched_share (m, truth, truth, c);
  if (isnan (precision) && isnan (recall))
    return 1;
  if (isnan (precision) || isnan (recall) || precision + recall <= 0)
    return 0;
  return 2 * precision * recall / (precision + recall);
}

void
lw_boundary_f1 (const guint8 *truth, gsize truth_stride, const guint8 *predicted, gsize predicted_stride, int width, int height,
                int n, double *bf)
{
  double theta = TOLERANCE * hypot (width, height);
  g_autofree guint16 *column = g_new (guint16, (gsize) width * (gsize) height);
  Matching m = { width, height, n, theta * theta, (guint16) (floor (theta) + 1), column };
  Map of_truth = { truth, truth_stride }, of_predicted = { predicted, predicted_stride };
  gboolean in_truth[256], in_predicted[256];
  find_present (&m, of_truth, of_truth, in_truth);
  find_present (&m, of_predicted, of_truth, in_predicted);
  for (int c = 0; c < n; c++)
    if (in_truth[c] && in_predicted[c])
      bf[c] = outline_f1 (&m, of_truth, of_predicted, c);
    else
      bf[c] = in_truth[c] || in_predicted[c] ? 0 : NAN;
}
