/* test-boundary.c: boundary F1 on masks drawn by hand, and against its definition pixel by pixel */
#include "config.h"
#include "label/metrics.h"

#include <math.h>
#include <string.h>
#include "random-map.h"

enum { W = 480, H = 360 };      /* theta is 4.5 pixels exactly */

static LwLabelMap *
square_map (int x, int y, int side)
{
  LwLabelMap *map = lw_label_map_new (W, H);
  memset (map->labels, 0, (gsize) W * H);
  for (int row = y; row < y + side; row++)
    memset (lw_label_map_row (map, row) + x, 1, (gsize) side);
  return map;
}

static void
score (const LwLabelMap *truth, const LwLabelMap *predicted, int n, double *bf)
{
  lw_boundary_f1 (truth->labels, truth->stride, predicted->labels, predicted->stride, truth->width, truth->height, n, bf);
}

/* Shifted sideways by 4 pixels (within theta) all still match; by 5, only the parts of the horizontal sides that overlap (and
 * their ends) do. */
static void
test_shift (void)
{
  g_autoptr(LwLabelMap) truth = square_map (100, 100, 100), near = square_map (104, 100, 100), far = square_map (105, 100, 100);
  double bf[3];
  score (truth, truth, 3, bf);
  g_assert_cmpfloat (bf[0], ==, 1);
  g_assert_cmpfloat (bf[1], ==, 1);
  g_assert_true (isnan (bf[2]));
  score (truth, near, 3, bf);
  g_assert_cmpfloat (bf[1], ==, 1);
  score (truth, far, 3, bf);
  /* 396 outline pixels each. The side that moved outwards lies 5 columns from all of the other outline: its 100 pixels don't
   * match. The one that moved inwards lies 5 columns inside: of it, the 5 rows at each end match a horizontal side. The
   * horizontal sides match but for their ends, counted already. */
  double side = 100, far_side = 90, share = (396 - side - far_side) / 396;
  g_assert_cmpfloat_with_epsilon (bf[1], share, 1e-12);
}

/* One map holds a class that the other does not: 0. A class that fills both images has no outline in either: they agree. */
static void
test_absent (void)
{
  g_autoptr(LwLabelMap) square = square_map (10, 10, 30), plain = square_map (0, 0, 0);
  double bf[2];
  score (square, plain, 2, bf);
  g_assert_cmpfloat (bf[0], ==, 0);
  g_assert_cmpfloat (bf[1], ==, 0);
  score (plain, plain, 2, bf);
  g_assert_cmpfloat (bf[0], ==, 1);
  g_assert_true (isnan (bf[1]));
}

/* What is predicted inside void counts neither way. */
static void
test_void (void)
{
  g_autoptr(LwLabelMap) truth = square_map (100, 100, 50), predicted = square_map (100, 100, 50);
  for (int y = 200; y < 300; y++)
    {
      memset (lw_label_map_row (truth, y) + 200, 11, 100);
      memset (lw_label_map_row (predicted, y) + 220, 1, 50);
    }
  double bf[2];
  score (truth, predicted, 2, bf);
  g_assert_cmpfloat (bf[1], ==, 1);
}

/* The definition, as slowly as it reads. */
static gboolean
is_outline (const LwLabelMap *map, int x, int y, int c)
{
  static const int step[4][2] = { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } };
  if (lw_label_map_get (map, x, y) != c)
    return FALSE;
  for (int i = 0; i < 4; i++)
    {
      int nx = x + step[i][0], ny = y + step[i][1];
      if (nx >= 0 && ny >= 0 && nx < map->width && ny < map->height && lw_label_map_get (map, nx, ny) != c)
        return TRUE;
    }
  return FALSE;
}

static double
share (const LwLabelMap *of, const LwLabelMap *near, const LwLabelMap *truth, int n, int c)
{
  double theta = 0.0075 * sqrt (of->width * of->width + of->height * of->height), all = 0, matched = 0;
  for (int y = 0; y < of->height; y++)
    for (int x = 0; x < of->width; x++)
      if (is_outline (of, x, y, c) && lw_label_map_get (truth, x, y) < n)
        {
          gboolean found = FALSE;
          for (int v = 0; v < of->height; v++)
            for (int u = 0; u < of->width; u++)
              found |= is_outline (near, u, v, c) && sqrt ((u - x) * (u - x) + (v - y) * (v - y)) <= theta;
          all++;
          matched += found;
        }
  return all > 0 ? matched / all : NAN;
}

static gboolean
is_scored (const LwLabelMap *map, const LwLabelMap *truth, int n, int c)
{
  for (int y = 0; y < map->height; y++)
    for (int x = 0; x < map->width; x++)
      if (lw_label_map_get (map, x, y) == c && lw_label_map_get (truth, x, y) < n)
        return TRUE;
  return FALSE;
}

static void
check_random (int w, int h)
{
  enum { N = 3 };
  g_autoptr(LwLabelMap) truth = random_map (w, h, N + 1), predicted = random_map (w, h, N);
  double bf[N];
  score (truth, predicted, N, bf);
  for (int c = 0; c < N; c++)
    {
      gboolean in_truth = is_scored (truth, truth, N, c), in_predicted = is_scored (predicted, truth, N, c);
      double precision = share (predicted, truth, truth, N, c), recall = share (truth, predicted, truth, N, c);
      if (!in_truth && !in_predicted)
        g_assert_true (isnan (bf[c]));
      else if (in_truth != in_predicted)
        g_assert_cmpfloat (bf[c], ==, 0);
      else if (isnan (precision) && isnan (recall))
        g_assert_cmpfloat (bf[c], ==, 1);
      else if (isnan (precision) || isnan (recall) || precision + recall == 0)
        g_assert_cmpfloat (bf[c], ==, 0);
      else
        g_assert_cmpfloat_with_epsilon (bf[c], 2 * precision * recall / (precision + recall), 1e-12);
    }
}

static void
test_definition (void)
{
  for (int i = 0; i < 60; i++)
    check_random (g_test_rand_int_range (1, 32), g_test_rand_int_range (1, 32));
  check_random (400, 3);      /* theta is 3 pixels and a little: in a flat image that has few rows */
}

static void
test_mean (void)
{
  g_autoptr(LwBoundaryMean) mean = lw_boundary_mean_new (3);
  lw_boundary_mean_add (mean, (double[]) { 1, 0.5, NAN });
  lw_boundary_mean_add (mean, (double[]) { 0.2, NAN, NAN });
  lw_boundary_mean_add (mean, (double[]) { NAN, NAN, NAN });
  g_autoptr(LwConfusion) confusion = lw_confusion_new (3);
  g_autoptr(LwScores) scores = lw_confusion_score (confusion);
  lw_scores_set_boundary (scores, mean);
  g_assert_cmpfloat_with_epsilon (scores->mean_bf, (0.75 + 0.2) / 2, 1e-12);
  g_assert_cmpfloat_with_epsilon (scores->bf[0], 0.6, 1e-12);
  g_assert_cmpfloat_with_epsilon (scores->bf[1], 0.5, 1e-12);
  g_assert_true (isnan (scores->bf[2]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/boundary/shift", test_shift);
  g_test_add_func ("/boundary/absent", test_absent);
  g_test_add_func ("/boundary/void", test_void);
  g_test_add_func ("/boundary/definition", test_definition);
  g_test_add_func ("/boundary/mean", test_mean);
  return g_test_run ();
}
