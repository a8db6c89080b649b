/* test-class-weights.c: median frequency weights */
#include "common/png.h"
#include "nn/training/class-weights.h"

static void
test_class_weights (void)
{
  g_autoptr(LwClassCounts) counts = lw_class_counts_new (4);
  static const guint8 one[] = { 0, 0, 0, 0, 0, 0, 1, 1, 255, 255 }, two[] = { 0, 0, 0, 0, 2, 0, 0, 0, 0, 0 };
  float weights[4];

  lw_class_counts_add (counts, one, 10);
  lw_class_counts_add (counts, two, 10);
  lw_class_counts_weigh (counts, weights);            /* frequencies 15/20, 2/10, 1/10: the median is 0.2 */
  g_assert_cmpfloat_with_epsilon (weights[0], 0.2 / 0.75, 1e-6);
  g_assert_cmpfloat_with_epsilon (weights[1], 1, 1e-6);
  g_assert_cmpfloat_with_epsilon (weights[2], 2, 1e-6);
  g_assert_cmpfloat_with_epsilon (weights[3], 1, 1e-6);       /* never seen */
}

static void
test_camvid_class_weights (void)
{
  static const double expected[] = { 0.2793, 0.2017, 4.7865, 0.1490, 1.0000, 0.4217, 3.8467, 1.9736, 0.7889, 6.3747, 8.8587 };
  const char *camvid = g_getenv ("CAMVID_DIR");
  g_autoptr(LwClassCounts) counts = lw_class_counts_new (11);
  float weights[11];
  const char *name;
  guint n = 0;

  if (camvid == NULL || *camvid == '\0')
    {
      g_test_skip ("CamVid is not given (camvid_dir)");
      return;
    }
  g_autofree char *folder = g_build_filename (camvid, "trainannot", NULL);
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      LwPngInfo info;
      g_autofree guint8 *labels = lw_png_read_index (path, &info, NULL);

      g_assert_nonnull (labels);
      lw_class_counts_add (counts, labels, (gsize) (info.width * info.height));
      n++;
    }
  g_assert_cmpuint (n, ==, 367);
  lw_class_counts_weigh (counts, weights);
  for (int c = 0; c < 11; c++)
    g_assert_cmpfloat_with_epsilon (weights[c], expected[c], 6e-5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/class-weights/known", test_class_weights);
  g_test_add_func ("/nn/class-weights/camvid", test_camvid_class_weights);
  return g_test_run ();
}
