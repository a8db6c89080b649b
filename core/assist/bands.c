/* bands.c: one piece of work on several threads, each with a band of rows */
#include "config.h"
#include "assist/bands.h"

typedef struct {
  LwBandFunc func;
  gpointer data;
  int band, from, to;
} Band;

static gpointer
run_band (gpointer data)
{
  const Band *band = data;
  band->func (band->band, band->from, band->to, band->data);
  return NULL;
}

void
lw_bands_run (int n_bands, int rows, LwBandFunc func, gpointer data)
{
  g_return_if_fail (n_bands >= 1 && n_bands <= LW_BANDS_MAX && rows >= 0);
  Band bands[LW_BANDS_MAX];
  GThread *threads[LW_BANDS_MAX];
  for (int i = 0; i < n_bands; i++)
    bands[i] = (Band) { func, data, i, (int) ((gint64) rows * i / n_bands), (int) ((gint64) rows * (i + 1) / n_bands) };
  for (int i = 1; i < n_bands; i++)
    threads[i] = g_thread_try_new ("assist", run_band, &bands[i], NULL);
  run_band (&bands[0]);
  for (int i = 1; i < n_bands; i++)
    if (threads[i] != NULL)
      g_thread_join (threads[i]);
    else
      run_band (&bands[i]);      /* no thread to be had: done here, a little later */
}
