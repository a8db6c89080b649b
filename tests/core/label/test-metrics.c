/* test-metrics.c: the scores of small matrices worked out by hand, and the pixel shares of CamVid's train set */
#include "config.h"
#include "label/metrics.h"

#include <math.h>
#include <string.h>
#include "common/png.h"

#define assert_near(a, b) g_assert_cmpfloat_with_epsilon (a, b, 1e-12)

static void
test_by_hand (void)
{
  /* truth 0 0 0 0 1 1 1 2 2 2, predicted 0 0 0 1 1 1 2 2 2 0 */
  const guint8 truth[] = { 0, 0, 0, 0, 1, 1, 1, 2, 2, 2 }, predicted[] = { 0, 0, 0, 1, 1, 1, 2, 2, 2, 0 };
  g_autoptr(LwConfusion) confusion = lw_confusion_new (3);
  lw_confusion_add (confusion, truth, 5, predicted, 5, 5, 2);
  const guint64 counts[] = { 3, 1, 0, 0, 2, 1, 1, 0, 2 };
  g_assert_cmpmem (confusion->counts, sizeof counts, counts, sizeof counts);
  g_autoptr(LwScores) scores = lw_confusion_score (confusion);
  assert_near (scores->global_accuracy, 0.7);
  assert_near (scores->accuracy[0], 3 / 4.);
  assert_near (scores->accuracy[1], 2 / 3.);
  assert_near (scores->accuracy[2], 2 / 3.);
  assert_near (scores->mean_accuracy, (3 / 4. + 4 / 3.) / 3);
  assert_near (scores->iou[0], 3 / 5.);
  assert_near (scores->iou[1], 2 / 4.);
  assert_near (scores->iou[2], 2 / 4.);
  assert_near (scores->mean_iou, 1.6 / 3);
  assert_near (scores->weighted_iou, 0.4 * 0.6 + 0.3 * 0.5 + 0.3 * 0.5);
  g_assert_true (isnan (scores->mean_bf) && isnan (scores->bf[0]));
}

/* Void in either map is left out and counted; an absent class is no number and in no mean; one that was only predicted has an IoU
 * of 0. */
static void
test_left_out (void)
{
  const guint8 truth[] = { 0, 0, 11, 255, 0, 1, 1, 0 }, predicted[] = { 0, 0, 0, 1, 255, 1, 2, 11 };
  g_autoptr(LwConfusion) confusion = lw_confusion_new (4);
  lw_confusion_add (confusion, truth, 8, predicted, 8, 8, 1);
  g_assert_cmpuint (confusion->left_out_truth, ==, 2);
  g_assert_cmpuint (confusion->left_out_predicted, ==, 2);
  g_autoptr(LwScores) scores = lw_confusion_score (confusion);
  assert_near (scores->global_accuracy, 3 / 4.);
  assert_near (scores->iou[0], 1);
  assert_near (scores->iou[1], 0.5);
  assert_near (scores->iou[2], 0);
  g_assert_true (isnan (scores->accuracy[2]));
  g_assert_true (isnan (scores->iou[3]) && isnan (scores->accuracy[3]));
  assert_near (scores->mean_iou, 0.5);
  assert_near (scores->mean_accuracy, 0.75);
  assert_near (scores->weighted_iou, 0.5 * 1 + 0.5 * 0.5);
}

static void
test_empty (void)
{
  g_autoptr(LwConfusion) confusion = lw_confusion_new (2);
  g_autoptr(LwScores) scores = lw_confusion_score (confusion);
  g_assert_true (isnan (scores->global_accuracy) && isnan (scores->mean_accuracy) && isnan (scores->mean_iou)
                 && isnan (scores->weighted_iou));
}

/* Adding parts and merging them is adding the whole; strides differ. */
static void
test_merge (void)
{
  guint8 truth[40 * 30], predicted[50 * 30];
  for (gsize i = 0; i < sizeof truth; i++)
    truth[i] = (guint8) g_test_rand_int_range (0, 7);
  for (gsize i = 0; i < sizeof predicted; i++)
    predicted[i] = (guint8) g_test_rand_int_range (0, 7);
  g_autoptr(LwConfusion) whole = lw_confusion_new (5), upper = lw_confusion_new (5), lower = lw_confusion_new (5);
  lw_confusion_add (whole, truth, 40, predicted, 50, 37, 30);
  lw_confusion_add (upper, truth, 40, predicted, 50, 37, 11);
  lw_confusion_add (lower, truth + 11 * 40, 40, predicted + 11 * 50, 50, 37, 19);
  lw_confusion_merge (upper, lower);
  g_assert_cmpmem (upper->counts, 25 * sizeof *upper->counts, whole->counts, 25 * sizeof *whole->counts);
  g_assert_cmpuint (upper->left_out_truth, ==, whole->left_out_truth);
  g_assert_cmpuint (upper->left_out_predicted, ==, whole->left_out_predicted);
  guint64 all = whole->left_out_truth + whole->left_out_predicted;
  for (int i = 0; i < 25; i++)
    all += whole->counts[i];
  g_assert_cmpuint (all, ==, 37 * 30);
}

/* The README of the data gives the shares of train's pixels, worked out elsewhere: a matrix of the truth against itself has them
 * on its diagonal. */
static void
test_camvid_shares (void)
{
  static const double percent[] = { 16.85, 23.26, 0.98, 31.66, 4.49, 9.72, 1.17, 1.13, 5.87, 0.64, 0.29 };
  const char *root = g_getenv ("CAMVID_DIR");
  if (root == NULL || root[0] == '\0')
    return g_test_skip ("needs real frames: the option camvid_dir");
  g_autofree char *folder = g_build_filename (root, "trainannot", NULL);
  g_autoptr(GDir) files = g_dir_open (folder, 0, NULL);
  g_autoptr(LwConfusion) confusion = lw_confusion_new (11);
  int frames = 0;
  for (const char *name; (name = g_dir_read_name (files)) != NULL; frames++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *path = g_build_filename (folder, name, NULL);
      LwPngInfo info;
      g_autofree guint8 *labels = lw_png_read_index (path, &info, &error);
      g_assert_no_error (error);
      lw_confusion_add (confusion, labels, (gsize) info.width, labels, (gsize) info.width, info.width, info.height);
    }
  g_assert_cmpint (frames, ==, 367);
  double all = 367. * 360 * 480;
  for (int c = 0; c < 11; c++)
    g_assert_cmpfloat_with_epsilon (100 * (double) confusion->counts[c * 11 + c] / all, percent[c], 0.00501);
  g_assert_cmpfloat_with_epsilon (100 * (double) confusion->left_out_truth / all, 3.95, 0.00501);
  g_autoptr(LwScores) scores = lw_confusion_score (confusion);
  assert_near (scores->mean_iou, 1);
  assert_near (scores->weighted_iou, 1);
}

/* The example of Cohen's paper, as it is told everywhere: 20 and 15 of 50 agreed on, 5 and 10 not. */
static void
test_kappa (void)
{
  g_autoptr(LwConfusion) confusion = lw_confusion_new (2);
  g_assert_true (isnan (lw_confusion_kappa (confusion)));
  const guint64 counts[4] = { 20, 5, 10, 15 };
  memcpy (confusion->counts, counts, sizeof counts);
  g_assert_cmpfloat_with_epsilon (lw_confusion_kappa (confusion), 0.4, 1e-12);
  confusion->counts[1] = confusion->counts[2] = 0;
  g_assert_cmpfloat_with_epsilon (lw_confusion_kappa (confusion), 1, 1e-12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/by-hand", test_by_hand);
  g_test_add_func ("/metrics/left-out", test_left_out);
  g_test_add_func ("/metrics/empty", test_empty);
  g_test_add_func ("/metrics/merge", test_merge);
  g_test_add_func ("/metrics/camvid-shares", test_camvid_shares);
  g_test_add_func ("/metrics/kappa", test_kappa);
  return g_test_run ();
}
