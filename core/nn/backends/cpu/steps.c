/* steps.c: the list of calls that a plan runs, one after the other */
#include "config.h"
#include "plan.h"
#include <time.h>
#include <glib/gi18n-lib.h>

LwStep *
lw_step_add (LwPlan *plan, int layer, const char *what, dnnl_status_t (*run) (LwPlan *, const LwStep *))
{
  LwStep step = { .run = run, .what = what, .layer = layer };

  for (int i = 0; i < LW_STEP_BUFFERS; i++)
    step.buffers[i] = -1;
  g_array_append_val (plan->steps, step);
  return &g_array_index (plan->steps, LwStep, plan->steps->len - 1);
}

/* The memory is @buffer's, or @data where that is -1. */
void
lw_step_argument (LwPlan *plan, LwStep *step, int argument, const LwDesc *desc, int buffer, void *data)
{
  g_assert (step->n_arguments < LW_STEP_ARGUMENTS);
  if (buffer >= 0)
    lw_buffer_use (plan, buffer);
  step->argument_buffers[step->n_arguments] = buffer;
  step->arguments[step->n_arguments++] = (dnnl_exec_arg_t) { argument, lw_desc_memory (desc, plan->device->engine, data) };
}

void
lw_step_scratch (LwPlan *plan, LwStep *step, gsize bytes)
{
  g_autoptr(LwDesc) desc = NULL;

  if (bytes == 0)
    return;
  desc = lw_desc_bytes_new (bytes);
  lw_step_argument (plan, step, DNNL_ARG_SCRATCHPAD, desc, lw_buffer_new (plan, bytes), NULL);
}

dnnl_status_t
lw_step_run_conv (LwPlan *plan, const LwStep *step)
{
  return lw_conv_code_run (plan->device, step->code, step->n_arguments, step->arguments);
}

/* Of this thread, so that what else the computer does counts little: with OMP_NUM_THREADS=1 it is all the work. On a quiet computer the wall's clock says
 * how long all threads took (LABELWRIGHT_PROFILE=wall). */
static double
profile_time (const LwPlan *plan)
{
  struct timespec now;

  clock_gettime (plan->profile_wall ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

gboolean
lw_steps_run (LwPlan *plan, int first, int end, LwYield yield, gpointer data, GError **error)
{
  for (int i = first; i < end; i++)
    {
      LwStep *step = &g_array_index (plan->steps, LwStep, i);
      double start;

      if (yield != NULL && !yield (data))
        {
          g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_CANCELLED, _("Cancelled"));
          return FALSE;
        }
      start = plan->profile ? profile_time (plan) : 0;
      if (!lw_onednn_check (step->run (plan, step), lw_layer_node (plan, lw_plan_layer (plan, step->layer))->name, error))
        return FALSE;
      if (plan->profile && plan->runs > 1)
        step->seconds += profile_time (plan) - start;
    }
  return TRUE;
}

/* What a convolution's step was taken for: the rate of the direct algorithm's multiplications, and the code; nothing of other steps. */
static char *
describe_code (const LwPlan *plan, const LwStep *step, double seconds)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);
  const LwNode *node = lw_layer_node (plan, layer);
  double pixels = (double) layer->height * layer->width / (node->kind == LW_OP_UP_CONV ? node->stride * node->stride : 1);

  if (step->code == NULL || seconds <= 0)
    return g_strdup ("");
  return g_strdup_printf ("  %6.0f GFLOP/s  %s", 2e-9 * plan->options.n * pixels * layer->channels * node->in_channels * node->kernel * node->kernel / seconds,
                          step->code->implementation);
}

/* For LABELWRIGHT_PROFILE: milliseconds a run of each step, without the first run, in which the memory is new. */
void
lw_steps_print_profile (const LwPlan *plan)
{
  double sum = 0, runs = plan->runs > 1 ? (double) (plan->runs - 1) : 1;

  for (guint i = 0; i < plan->steps->len; i++)
    {
      const LwStep *step = &g_array_index (plan->steps, LwStep, i);
      const LwLayer *layer = lw_plan_layer (plan, step->layer);
      g_autofree char *code = describe_code (plan, step, step->seconds / runs);

      sum += step->seconds;
      g_printerr ("%-16s %-16s %4d x %3d x %3d  %8.3f ms%s\n", lw_layer_node (plan, layer)->name, step->what, layer->channels, layer->height, layer->width,
                  step->seconds * 1e3 / runs, code);
    }
  g_printerr ("%-33s %29.3f ms, %.0f runs\n", "all steps", sum * 1e3 / runs, runs);
}
