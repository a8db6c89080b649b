/* class-weights.c: median-frequency balancing */
#include "config.h"
#include "class-weights.h"

LwClassCounts *
lw_class_counts_new (int n)
{
  LwClassCounts *counts = g_new0 (LwClassCounts, 1);

  counts->n = n;
  counts->pixels = g_new0 (guint64, n);
  counts->frame_pixels = g_new0 (guint64, n);
  return counts;
}

void
lw_class_counts_free (LwClassCounts *counts)
{
  if (counts == NULL)
    return;
  g_free (counts->pixels);
  g_free (counts->frame_pixels);
  g_free (counts);
}

void
lw_class_counts_add (LwClassCounts *counts, const guint8 *labels, gsize n_pixels)
{
  guint64 histogram[256] = { 0 };

  for (gsize i = 0; i < n_pixels; i++)
    histogram[labels[i]]++;
  for (int c = 0; c < counts->n; c++)
    if (histogram[c] > 0)
      {
        counts->pixels[c] += histogram[c];
        counts->frame_pixels[c] += n_pixels;
      }
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (const double *values, guint n)
{
  g_autofree double *sorted = g_memdup2 (values, n * sizeof (double));

  qsort (sorted, n, sizeof (double), compare_doubles);
  return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

void
lw_class_counts_weigh (const LwClassCounts *counts, float *weights)
{
  g_autofree double *frequencies = g_new (double, counts->n);
  guint found = 0;

  for (int c = 0; c < counts->n; c++)
    if (counts->pixels[c] > 0)
      frequencies[found++] = (double) counts->pixels[c] / (double) counts->frame_pixels[c];
  double middle = found > 0 ? median (frequencies, found) : 1;

  for (int c = 0; c < counts->n; c++)
    weights[c] = counts->pixels[c] > 0 ? (float) (middle * (double) counts->frame_pixels[c] / (double) counts->pixels[c]) : 1;
}
