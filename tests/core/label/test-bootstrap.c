/* test-bootstrap.c: the interval of the mean IoU, where it is known from elsewhere, and how often it holds what is true */
#include <math.h>
#include "label/bootstrap.h"

/* An image of one class, of which so many of 100 pixels are found. */
static void
add_image (LwBootstrap *bootstrap, guint64 found)
{
  g_autoptr(LwConfusion) image = lw_confusion_new (2);
  image->counts[0] = found;
  image->counts[1] = 100 - found;
  lw_bootstrap_add (bootstrap, image);
}

static void
interval_of (const guint64 *found, guint n, double *low, double *high)
{
  g_autoptr(LwBootstrap) bootstrap = lw_bootstrap_new (1);
  for (guint i = 0; i < n; i++)
    add_image (bootstrap, found[i]);
  lw_bootstrap_interval (bootstrap, low, high);
}

static void
test_alike (void)
{
  guint64 found[10];
  double low, high;
  for (int i = 0; i < 10; i++)
    found[i] = 37;
  interval_of (found, 10, &low, &high);
  g_assert_cmpfloat (low, ==, 0.37);
  g_assert_cmpfloat (high, ==, 0.37);
}

/* Images all right or all wrong: a set's score is a binomial share, whose 2.5 % and 97.5 % are 40 and 60 of 100. */
static void
test_binomial (void)
{
  guint64 found[100];
  double low, high, again, other;
  for (int i = 0; i < 100; i++)
    found[i] = i % 2 == 0 ? 100 : 0;
  interval_of (found, 100, &low, &high);
  g_assert_cmpfloat_with_epsilon (low, 0.40, 0.0101);
  g_assert_cmpfloat_with_epsilon (high, 0.60, 0.0101);
  interval_of (found, 100, &again, &other);
  g_assert_cmpfloat (low, ==, again);
  g_assert_cmpfloat (high, ==, other);
}

static void
test_too_few (void)
{
  g_autoptr(LwBootstrap) bootstrap = lw_bootstrap_new (1);
  g_autoptr(LwConfusion) empty = lw_confusion_new (2);
  double low = 0, high = 0;
  lw_bootstrap_interval (bootstrap, &low, &high);
  g_assert_true (isnan (low) && isnan (high));
  add_image (bootstrap, 5);
  lw_bootstrap_add (bootstrap, empty);        /* nothing in it is scored: no image */
  lw_bootstrap_interval (bootstrap, &low, &high);
  g_assert_true (isnan (low) && isnan (high));
  add_image (bootstrap, 5);
  lw_bootstrap_interval (bootstrap, &low, &high);
  g_assert_cmpfloat (low, ==, 0.05);
}

/* A class that only some images hold counts in the sets that have one of them; the mean is over the classes of a set. */
static void
test_rare_class (void)
{
  g_autoptr(LwBootstrap) bootstrap = lw_bootstrap_new (2);
  double low, high;
  for (int i = 0; i < 20; i++)
    {
      g_autoptr(LwConfusion) image = lw_confusion_new (3);
      image->counts[0] = 100;
      if (i == 0)
        image->counts[3 + 2] = 10;              /* ten pixels of class 1, none of which was found */
      lw_bootstrap_add (bootstrap, image);
    }
  lw_bootstrap_interval (bootstrap, &low, &high);
  g_assert_cmpfloat (low, ==, 0.5);
  g_assert_cmpfloat (high, ==, 1);              /* 36 % of the sets miss that image */
}

/* Of sets drawn from a known population, the interval holds the population's own score nearly as often as it says (with 40 images a little less: the
 * percentile bootstrap is narrow by about (n - 1) / n). A fixed seed: the number is what it is. */
static void
test_coverage (void)
{
  GRand *random = g_rand_new_with_seed (7);
  int held = 0;
  for (int set = 0; set < 300; set++)
    {
      guint64 found[40];
      double low, high;
      for (int i = 0; i < 40; i++)
        found[i] = (guint64) g_rand_int_range (random, 20, 101);
      interval_of (found, 40, &low, &high);
      held += low <= 0.6 && high >= 0.6;
    }
  g_rand_free (random);
  g_test_message ("%d of 300 intervals hold the truth", held);
  g_assert_cmpint (held, >=, 270);
  g_assert_cmpint (held, <=, 297);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bootstrap/alike", test_alike);
  g_test_add_func ("/bootstrap/binomial", test_binomial);
  g_test_add_func ("/bootstrap/too-few", test_too_few);
  g_test_add_func ("/bootstrap/rare-class", test_rare_class);
  g_test_add_func ("/bootstrap/coverage", test_coverage);
  return g_test_run ();
}
