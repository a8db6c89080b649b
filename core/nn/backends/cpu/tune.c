/* tune.c: which of oneDNN's algorithms runs a convolution: what is fastest here, found by running each */
#include "config.h"
#include "plan.h"
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <glib/gi18n-lib.h>

#define MAX_TRIAL_BYTES ((gsize) 1 << 30)       /* beyond, what is measured would take longer than what is won */
#define MIN_RUNS 3      /* the first warms up; the best of the others counts: what else the computer does can only make a run longer */
#define MAX_RUNS 12
#define ENOUGH_SECONDS 0.02

/* Below, waking another thread and waiting for it takes longer than the work, and much longer on a busy computer. */
#define MIN_SHARED_MACS 8e6

static GMutex lock;
static GHashTable *winograd_wins;      /* shape → gboolean, for the life of the process */

static char *
shape_key (const LwPlan *plan, LwConvPass pass, const LwConvShape *s, const LwDesc *src, const LwDesc *dst)
{
  return g_strdup_printf ("%d %d %d->%d k%d s%d p%d %d%d%d n%d %" G_GSIZE_FORMAT " %" G_GSIZE_FORMAT, plan->device->threads, (int) pass, s->in_channels, s->channels,
                          s->kernel, s->stride, s->pad, s->bias, s->sum, s->relu, plan->options.n, lw_desc_bytes (src), lw_desc_bytes (dst));
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
         && (!shape->bias || trial_add (trial, plan, back_weights ? DNNL_ARG_DIFF_BIAS : DNNL_ARG_BIAS, bias))
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

/* Seconds of the best run, or infinity where it cannot run. */
static double
measure (const LwPlan *plan, LwConvPass pass, const LwConvShape *shape, const LwConvCode *code, const LwDesc *src, const LwDesc *dst)
{
  double best = INFINITY, sum = 0;
  Trial trial = { 0 };

  if (trial_begin (&trial, plan, pass, shape, code, src, dst))
    for (int i = 0; i < MIN_RUNS || (i < MAX_RUNS && sum < ENOUGH_SECONDS); i++)
      {
        gint64 start = g_get_monotonic_time ();

        if (dnnl_primitive_execute (code->primitive, plan->device->stream, trial.n, trial.arguments) != dnnl_success)
          break;
        sum += (double) (g_get_monotonic_time () - start) * 1e-6;
        if (i > 0)
          best = MIN (best, (double) (g_get_monotonic_time () - start) * 1e-6);
      }
  trial_end (&trial);
  return best;
}

static gboolean
winograd_is_faster (const LwPlan *plan, LwConvPass pass, const LwConvShape *shape, const LwConvCode *direct, const LwConvCode *winograd,
                    const LwDesc *src, const LwDesc *dst)
{
  g_autofree char *key = shape_key (plan, pass, shape, src, dst);
  gpointer known = NULL;
  gboolean faster;

  g_mutex_lock (&lock);
  if (winograd_wins == NULL)
    winograd_wins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!g_hash_table_lookup_extended (winograd_wins, key, NULL, &known))
    {
      faster = measure (plan, pass, shape, winograd, src, dst) < measure (plan, pass, shape, direct, src, dst);
      g_hash_table_insert (winograd_wins, g_steal_pointer (&key), known = GINT_TO_POINTER (faster));
    }
  g_mutex_unlock (&lock);
  return GPOINTER_TO_INT (known);
}

/* oneDNN decides when code is made how many threads will run it. */
static LwConvCode *
code_new (LwPlan *plan, LwConvPass pass, const LwConvShape *shape, const LwDesc *src, const LwDesc *dst, dnnl_data_type_t weights, GError **error)
{
  int threads = omp_get_max_threads ();
  double outputs = (double) lw_desc_bytes (dst) / (lw_desc_type (dst) == dnnl_f32 ? 4 : 2);
  LwConvCode *code;

  if (outputs * shape->in_channels * shape->kernel * shape->kernel < MIN_SHARED_MACS)
    omp_set_num_threads (1);
  code = lw_conv_code_new (plan->device->engine, pass, shape, src, dst, weights, error);
  omp_set_num_threads (threads);
  return code;
}

/* The choice is between direct and Winograd in float32. A plan that must repeat another process's results to the bit takes what needs no measuring. */
LwConvCode *
lw_tune_conv (LwPlan *plan, LwConvPass pass, const LwConvShape *shape, const LwDesc *src, const LwDesc *dst, dnnl_data_type_t weights, GError **error)
{
  g_autoptr(LwConvCode) direct = code_new (plan, pass, shape, src, dst, weights, error), winograd = NULL;
  LwConvShape other = *shape;

  if (direct == NULL || plan->options.deterministic || plan->type != LW_TYPE_F32 || shape->kernel != 3 || shape->stride != 1
      || lw_desc_bytes (src) + lw_desc_bytes (dst) > MAX_TRIAL_BYTES)
    return g_steal_pointer (&direct);
  other.winograd = TRUE;
  winograd = code_new (plan, pass, &other, src, dst, weights, NULL);
  if (winograd != NULL && winograd_is_faster (plan, pass, shape, direct, winograd, src, dst))
    return g_steal_pointer (&winograd);
  return g_steal_pointer (&direct);
}
