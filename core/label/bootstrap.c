/* bootstrap.c: the percentile bootstrap over images (B. Efron, Annals of Statistics 7, 1979) of the mean IoU */
#include "config.h"
#include "label/bootstrap.h"
#include <math.h>
#include <stdlib.h>

#define RESAMPLES 2000
#define TAIL (RESAMPLES / 40)   /* of the sets on either side: 2.5 % */
#define SEED 1

/* Pixels of a class in truth and prediction, and in either of them: sums over images are the set's. */
typedef struct { guint64 both, either; } Counts;

struct _LwBootstrap {
  int n;                        /* classes */
  guint images;
  GArray *counts;               /* of Counts: (images, n) */
};

LwBootstrap *
lw_bootstrap_new (int n_classes)
{
  LwBootstrap *bootstrap = g_new0 (LwBootstrap, 1);
  bootstrap->n = n_classes;
  bootstrap->counts = g_array_new (FALSE, FALSE, sizeof (Counts));
  return bootstrap;
}

void
lw_bootstrap_free (LwBootstrap *bootstrap)
{
  if (bootstrap == NULL)
    return;
  g_array_unref (bootstrap->counts);
  g_free (bootstrap);
}

static Counts
count_class (const LwConfusion *image, int class)
{
  Counts counts = { image->counts[class * image->n + class], 0 };
  for (int i = 0; i < image->n; i++)
    counts.either += image->counts[class * image->n + i] + image->counts[i * image->n + class];
  counts.either -= counts.both;
  return counts;
}

/* An image without any scored pixel is none: it would make a set smaller. */
void
lw_bootstrap_add (LwBootstrap *bootstrap, const LwConfusion *image)
{
  g_return_if_fail (image->n >= bootstrap->n);
  guint64 scored = 0;
  for (int c = 0; c < bootstrap->n; c++)
    {
      Counts counts = count_class (image, c);
      scored += counts.either;
      g_array_append_val (bootstrap->counts, counts);
    }
  if (scored > 0)
    bootstrap->images++;
  else
    g_array_set_size (bootstrap->counts, bootstrap->images * (guint) bootstrap->n);
}

static double
mean_iou (const Counts *sums, int n)
{
  double sum = 0;
  int present = 0;
  for (int c = 0; c < n; c++)
    if (sums[c].either > 0)
      {
        sum += (double) sums[c].both / (double) sums[c].either;
        present++;
      }
  return sum / present;
}

static double
resample (const LwBootstrap *bootstrap, GRand *random, Counts *sums)
{
  for (int c = 0; c < bootstrap->n; c++)
    sums[c] = (Counts) { 0, 0 };
  for (guint i = 0; i < bootstrap->images; i++)
    {
      guint image = (guint) g_rand_int_range (random, 0, (gint32) bootstrap->images);
      const Counts *counts = &g_array_index (bootstrap->counts, Counts, image * (guint) bootstrap->n);
      for (int c = 0; c < bootstrap->n; c++)
        {
          sums[c].both += counts[c].both;
          sums[c].either += counts[c].either;
        }
    }
  return mean_iou (sums, bootstrap->n);
}

static int
compare_cb (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return x < y ? -1 : x > y;
}

void
lw_bootstrap_interval (const LwBootstrap *bootstrap, double *low, double *high)
{
  g_autofree Counts *sums = g_new (Counts, bootstrap->n);
  double scores[RESAMPLES];
  GRand *random;
  *low = *high = NAN;
  if (bootstrap->images < 2)
    return;
  random = g_rand_new_with_seed (SEED);
  for (int i = 0; i < RESAMPLES; i++)
    scores[i] = resample (bootstrap, random, sums);
  g_rand_free (random);
  qsort (scores, RESAMPLES, sizeof *scores, compare_cb);
  *low = scores[TAIL - 1];
  *high = scores[RESAMPLES - TAIL];
}
