/* parallel.c: one piece of work a frame, on all cores */
#include "config.h"
#include "formats/parallel.h"

#define REPORT_EVERY_US (50 * G_TIME_SPAN_MILLISECOND)
#define MAX_THREADS 16      /* each holds a frame: more would cost memory and gain little */

typedef struct {
  guint n;
  LwPieceFunc func;
  gpointer data;
  GCancellable *cancellable;
  GMutex lock;               /* guards what follows */
  GCond changed;
  guint next, done, running;
  guint failed;              /* the lowest piece that failed; n: none */
  GError *error;
} Run;

/* The next piece, or n when there is none to begin. */
static guint
take_piece (Run *run)
{
  g_mutex_lock (&run->lock);
  gboolean stop = run->failed < run->n || g_cancellable_is_cancelled (run->cancellable);
  guint piece = stop || run->next == run->n ? run->n : run->next++;
  g_mutex_unlock (&run->lock);
  return piece;
}

/* Takes @error. */
static void
finish_piece (Run *run, guint piece, GError *error)
{
  g_mutex_lock (&run->lock);
  run->done++;
  if (error != NULL && piece < run->failed)
    {
      run->failed = piece;
      g_clear_error (&run->error);
      run->error = g_steal_pointer (&error);
    }
  g_cond_signal (&run->changed);
  g_mutex_unlock (&run->lock);
  g_clear_error (&error);
}

static gpointer
work (gpointer data)
{
  Run *run = data;
  for (guint piece; (piece = take_piece (run)) < run->n;)
    {
      GError *error = NULL;
      gboolean done = run->func (piece, run->data, &error);
      g_assert (done == (error == NULL));
      finish_piece (run, piece, error);
    }
  g_mutex_lock (&run->lock);
  run->running--;
  g_cond_signal (&run->changed);
  g_mutex_unlock (&run->lock);
  return NULL;
}

static void
wait_and_report (Run *run, LwProgress progress, gpointer data)
{
  guint shown = 0;
  g_mutex_lock (&run->lock);
  while (run->running > 0)
    {
      gint64 next = g_get_monotonic_time () + REPORT_EVERY_US;
      while (run->running > 0 && g_cond_wait_until (&run->changed, &run->lock, next))
        ;
      if (progress == NULL || run->done == shown)
        continue;
      shown = run->done;
      g_mutex_unlock (&run->lock);
      progress ((double) shown / run->n, data);
      g_mutex_lock (&run->lock);
    }
  g_mutex_unlock (&run->lock);
}

gboolean
lw_parallel_run (guint n, LwPieceFunc func, gpointer data, LwProgress progress, gpointer progress_data, GCancellable *cancellable,
                 GError **error)
{
  GThread *threads[MAX_THREADS];
  guint n_threads = MIN (MIN (g_get_num_processors (), MAX_THREADS), MAX (n, 1));
  Run run = { .n = n, .func = func, .data = data, .cancellable = cancellable, .running = n_threads, .failed = n };
  g_mutex_init (&run.lock);
  g_cond_init (&run.changed);
  for (guint i = 0; i < n_threads; i++)
    threads[i] = g_thread_new ("label set", work, &run);
  wait_and_report (&run, progress, progress_data);
  for (guint i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
  g_mutex_clear (&run.lock);
  g_cond_clear (&run.changed);
  if (run.error != NULL)
    {
      g_propagate_error (error, run.error);
      return FALSE;
    }
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}
