/* tune.c: which code runs a convolution, of oneDNN's and ours: what is fastest here, found by running each */
#include "config.h"
#include "plan.h"
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <glib/gi18n-lib.h>

#define MAX_TRIAL_BYTES ((gsize) 1 << 30)       /* beyond, what is measured would take longer than what is won */
#define MIN_RUNS 4      /* the first warms up; the best of the others counts: what else the computer does can only make a run longer */
#define MAX_RUNS 12
#define ENOUGH_SECONDS 0.04
#define HOPELESS 2      /* times the best: who takes that long the first time isn't run again */

/* Below, waking another thread and waiting for it takes longer than the work, and much longer on a busy computer. */
#define MIN_SHARED_MACS 8e6

static GMutex lock;
static GHashTable *measured;   /* shape and code → seconds (double), for the life of the process */

static char *
shape_key (const LwPlan *plan, LwConvPass pass, const LwConvShape *s, const LwConvCode *code, const LwDesc *src, const LwDesc *dst)
{
  return g_strdup_printf ("%s %d %d %d->%d k%d s%d p%d %d%d%d n%d %" G_GSIZE_FORMAT " %" G_GSIZE_FORMAT, code->implementation, plan->device->threads, (int) pass,
                          s->in_channels, s->channels, s->kernel, s->stride, s->pad, s->bias, s->sum, s->relu, plan->options.n, lw_desc_bytes (src),
                          lw_desc_bytes (dst));
}

typedef struct {
  dnnl_exec_arg_t arguments[5];
  void *data[5];
  int n;
} Trial;

static gboolean
trial_add (Trial *trial, const LwPlan *plan, int argument, const LwDesc *desc)
{
  void *data = lw_memory_new (lw_desc_bytes (desc), NULL);

  if (data == NULL)
    return FALSE;
  trial->data[trial->n] = data;
  trial->arguments[trial->n++] = (dnnl_exec_arg_t) { argument, lw_desc_memory (desc, plan->device->engine, data) };
  return TRUE;
}

static gboolean
trial_begin (Trial *trial, const LwPlan *plan, LwConvPass pass, const LwConvShape *shape, const LwConvCode *code, const LwDesc *src, const LwDesc *dst)
{
  gboolean back_data = pass == LW_CONV_BACKWARD_DATA, back_weights = pass == LW_CONV_BACKWARD_WEIGHTS;
  g_autoptr(LwDesc) bias = lw_desc_plain (dnnl_f32, 1, &shape->channels), scratch = code->scratch > 0 ? lw_desc_bytes_new (code->scratch) : NULL;

  return trial_add (trial, plan, back_data ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, src)
         && trial_add (trial, plan, back_data || back_weights ? DNNL_ARG_DIFF_DST : DNNL_ARG_DST, dst)
         && trial_add (trial, plan, back_weights ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS, code->weights)
         && (!shape->bias || back_data || trial_add (trial, plan, back_weights ? DNNL_ARG_DIFF_BIAS : DNNL_ARG_BIAS, bias))
         && (scratch == NULL || trial_add (trial, plan, DNNL_ARG_SCRATCHPAD, scratch));
}

static void
trial_end (Trial *trial)
{
  for (int i = 0; i < trial->n; i++)
    {
      dnnl_memory_destroy (trial->arguments[i].memory);
      free (trial->data[i]);
    }
}

/* Seconds of the best run, or infinity where it cannot run. @rival: what is to be beaten */
static double
measure (const LwPlan *plan, LwConvPass pass, const LwConvShape *shape, const LwConvCode *code, const LwDesc *src, const LwDesc *dst, double rival)
{
  double best = INFINITY, sum = 0;
  Trial trial = { 0 };

  if (trial_begin (&trial, plan, pass, shape, code, src, dst))
    for (int i = 0; i < MIN_RUNS || (i < MAX_RUNS && sum < ENOUGH_SECONDS); i++)
      {
        gint64 start = g_get_monotonic_time ();
        double seconds;

        if (lw_conv_code_run (plan->device, code, trial.n, trial.arguments) != dnnl_success)
          break;
        seconds = (double) (g_get_monotonic_time () - start) * 1e-6;
        sum += seconds;
        if (i > 0 || seconds > HOPELESS * rival)
          best = MIN (best, seconds);
        if (best > HOPELESS * rival && best < INFINITY)
          break;
      }
  trial_end (&trial);
  return best;
}

/* LABELWRIGHT_CPU_CHOICES=1 */
static void
report (const LwPlan *plan, const LwConvShape *shape, const LwDesc *dst, const char *code, double seconds)
{
  int out[4];

  lw_desc_dims (dst, out);
  g_printerr ("%4d -> %4d, %d x %d, to %3d x %3d%s  %8.3f ms  %6.0f GFLOP/s  %s\n", shape->in_channels, shape->channels, shape->kernel, shape->kernel, out[2], out[3],
              shape->sum ? ", sum" : "     ", seconds * 1e3,
              2e-9 * plan->options.n * shape->in_channels * shape->channels * shape->kernel * shape->kernel * out[2] * out[3] / seconds, code);
}

/* As measure (), but once in the life of the process. */
static double
seconds_of (const LwPlan *plan, LwConvPass pass, const LwConvShape *shape, const LwConvCode *code, const LwDesc *src, const LwDesc *dst, double rival)
{
  g_autofree char *key = shape_key (plan, pass, shape, code, src, dst);
  double *known;

  g_mutex_lock (&lock);
  if (measured == NULL)
    measured = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  known = g_hash_table_lookup (measured, key);
  if (known == NULL)
    {
      double seconds = measure (plan, pass, shape, code, src, dst, rival);

      if (g_getenv ("LABELWRIGHT_CPU_CHOICES") != NULL)
        report (plan, shape, dst, code->implementation, seconds);
      known = g_memdup2 (&seconds, sizeof seconds);
      g_hash_table_insert (measured, g_steal_pointer (&key), known);
    }
  g_mutex_unlock (&lock);
  return *known;
}

int
lw_conv_threads (const LwPlan *plan, const LwConvShape *shape, const LwDesc *dst)
{
  double outputs = (double) lw_desc_bytes (dst) / (lw_desc_type (dst) == dnnl_f32 ? 4 : 2);

  return outputs * shape->in_channels * shape->kernel * shape->kernel < MIN_SHARED_MACS ? 1 : plan->device->threads;
}

/* oneDNN decides when code is made how many threads will run it. */
static LwConvCode *
code_new (LwPlan *plan, LwConvPass pass, const LwConvShape *shape, const LwDesc *src, const LwDesc *dst, dnnl_data_type_t weights, GError **error)
{
  int threads = omp_get_max_threads ();
  LwConvCode *code;

  omp_set_num_threads (MIN (threads, lw_conv_threads (plan, shape, dst)));
  code = lw_conv_code_new (plan->device->engine, pass, shape, src, dst, weights, error);
  omp_set_num_threads (threads);
  return code;
}

/* @best: (inout): the faster one of it and @other, which may be NULL. @seconds: (inout): its time, or infinity where that isn't known. */
static void
consider (const LwPlan *plan, LwConvPass pass, const LwConvShape *shape, LwConvCode **best, double *seconds, LwConvCode *other, const LwDesc *src, const LwDesc *dst)
{
  double others = other != NULL ? seconds_of (plan, pass, shape, other, src, dst, *seconds) : INFINITY;

  if (other != NULL)
    *seconds = seconds_of (plan, pass, shape, *best, src, dst, others);
  if (others < *seconds)
    {
      LwConvCode *slower = *best;

      *best = other;
      *seconds = others;
      other = slower;
    }
  lw_conv_code_free (other);
}

/* A plan that must repeat another process's results to the bit takes what needs no measuring. Winograd's algorithm comes first: where it wins, the others are soon done. */
LwConvCode *
lw_tune_conv (LwPlan *plan, LwConvPass pass, const LwConvShape *shape, const LwDesc *src, const LwDesc *dst, dnnl_data_type_t weights, GError **error)
{
  LwConvCode *best = code_new (plan, pass, shape, src, dst, weights, error);
  LwConvCode *own[] = { lw_own_winograd_new (plan, pass, shape, src, dst), lw_own_small_new (plan, pass, shape, src, dst), lw_own_direct_new (plan, pass, shape, src, dst) };
  gboolean measures = !plan->options.deterministic && lw_desc_bytes (src) + lw_desc_bytes (dst) <= MAX_TRIAL_BYTES, chosen = best == NULL;
  double seconds = INFINITY;

  for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
    if (!chosen && measures)
      consider (plan, pass, shape, &best, &seconds, g_steal_pointer (&own[i]), src, dst);
    else if (!chosen && own[i] != NULL)
      {
        lw_conv_code_free (best);
        best = g_steal_pointer (&own[i]);
        chosen = TRUE;
      }
  for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
    lw_conv_code_free (own[i]);
  return best;
}
