/* steps.c: the list of launches that a plan runs, one after the other */
#include "config.h"
#include "plan.h"
#include <math.h>
#include <glib/gi18n-lib.h>

#define MEASURED_RUNS 4

LwStep *
lw_step_add (LwPlan *plan, int layer, const char *what, cudaError_t (*run) (LwPlan *, const LwStep *))
{
  LwStep step = { .run = run, .what = what, .layer = layer };

  for (int i = 0; i < LW_STEP_BUFFERS; i++)
    step.buffers[i] = -1;
  step.conv.x.buffer = step.conv.w.buffer = step.conv.bias.buffer = step.conv.y.buffer = -1;
  g_array_append_val (plan->steps, step);
  return &g_array_index (plan->steps, LwStep, plan->steps->len - 1);
}

static LwConvPointers
pointers_of (const LwPlan *plan, const LwConv *conv)
{
  return (LwConvPointers) { lw_operand_data (plan, &conv->x), lw_operand_data (plan, &conv->w), lw_operand_data (plan, &conv->bias),
                            lw_operand_data (plan, &conv->y) };
}

/* ---- bias and ReLU in a pass of their own ---- */

static LwCudaShape
result_shape (const LwConvShape *s)
{
  return (LwCudaShape) { s->n, s->out_h, s->out_w, s->k, s->k, s->out_type };
}

static cudaError_t
add_bias (const LwPlan *plan, const LwConv *conv)
{
  const LwConvShape *shape = &lw_conv_choice_code (conv->choice)->shape;
  LwConvPointers p = pointers_of (plan, conv);

  return lw_cuda_affine (plan->device->stream, result_shape (shape), p.y, NULL, p.bias, shape->pass == LW_CONV_FORWARD_BIAS_RELU, p.y);
}

static gboolean
run_conv (LwPlan *plan, const LwStep *step, const char *name, GError **error)
{
  const LwConv *conv = &step->conv;
  LwConvPointers p = pointers_of (plan, conv);
  const LwConvCode *code = lw_conv_choice_code (conv->use_split ? conv->split : conv->choice);

  return lw_cudnn_check (lw_conv_code_run (plan->device->cudnn, code, p.x, p.w, p.bias, p.y, plan->scratch), name, error)
         && (!conv->use_split || lw_cuda_check (add_bias (plan, conv), name, error));
}

/* ---- measuring ---- */

static float
measure_bias (LwPlan *plan, const LwConv *conv)
{
  cudaEvent_t start = NULL, end = NULL;
  float best = INFINITY, ms;

  if (cudaEventCreate (&start) == cudaSuccess && cudaEventCreate (&end) == cudaSuccess)
    for (int i = 0; i < MEASURED_RUNS; i++)
      {
        cudaEventRecord (start, plan->device->stream);
        if (add_bias (plan, conv) != cudaSuccess || cudaEventRecord (end, plan->device->stream) != cudaSuccess
            || cudaEventSynchronize (end) != cudaSuccess || cudaEventElapsedTime (&ms, start, end) != cudaSuccess)
          break;
        best = i > 0 ? MIN (best, ms) : best;
      }
  cudaEventDestroy (start);
  cudaEventDestroy (end);
  return best;
}

gboolean
lw_steps_decide (LwPlan *plan, GError **error)
{
  for (guint s = 0; s < plan->steps->len; s++)
    {
      LwConv *conv = &g_array_index (plan->steps, LwStep, s).conv;
      LwConvPointers p = pointers_of (plan, conv);

      if (conv->choice == NULL)
        continue;
      if (!lw_conv_choice_decide (plan->device, conv->choice, &p, plan->scratch, error))
        return FALSE;
      if (conv->split == NULL)
        continue;
      if (!lw_conv_choice_decide (plan->device, conv->split, &p, plan->scratch, error))
        return FALSE;
      if (isfinite (conv->choice->ms) && isfinite (conv->split->ms))
        conv->use_split = conv->split->ms + measure_bias (plan, conv) < conv->choice->ms;
    }
  return lw_cuda_check (cudaStreamSynchronize (plan->device->stream), _("Measuring"), error);
}

/* ---- running ---- */

static gboolean
run_step (LwPlan *plan, LwStep *step, GError **error)
{
  const char *name = lw_layer_node (plan, lw_plan_layer (plan, step->layer))->name;

  return step->run == NULL ? run_conv (plan, step, name, error) : lw_cuda_check (step->run (plan, step), name, error);
}

/* Each step waited for: slower as a whole, but what is printed is each one's own. */
static gboolean
run_timed (LwPlan *plan, LwStep *step, GError **error)
{
  gint64 start = g_get_monotonic_time ();
  gboolean done = run_step (plan, step, error) && lw_cuda_check (cudaStreamSynchronize (plan->device->stream), step->what, error);

  step->seconds += (double) (g_get_monotonic_time () - start) * 1e-6;
  return done;
}

gboolean
lw_steps_run (LwPlan *plan, int first, int end, GError **error)
{
  for (int i = first; i < end; i++)
    {
      LwStep *step = &g_array_index (plan->steps, LwStep, i);

      if (!(plan->profile ? run_timed (plan, step, error) : run_step (plan, step, error)))
        return FALSE;
    }
  return TRUE;
}

void
lw_steps_print_profile (const LwPlan *plan)
{
  double runs = (double) MAX (plan->runs + plan->steps_done, 1);

  g_printerr ("%s, %u buffers in %" G_GSIZE_FORMAT " MiB, scratch %" G_GSIZE_FORMAT " MiB, %" G_GSIZE_FORMAT " MiB in all\n", plan->graph->architecture,
              plan->buffers->len, plan->arena_bytes >> 20, plan->scratch_bytes >> 20, plan->device_bytes >> 20);
  for (guint s = 0; s < plan->steps->len; s++)
    {
      const LwStep *step = &g_array_index (plan->steps, LwStep, s);
      const LwLayer *layer = lw_plan_layer (plan, step->layer);

      g_printerr ("%8.1f us  %-10s %-16s %4d x %-4d %4d  %s%s\n", step->seconds / runs * 1e6, step->what, lw_layer_node (plan, layer)->name, layer->shape.w,
                  layer->shape.h, layer->shape.c,
                  step->conv.choice != NULL ? lw_conv_choice_code (step->conv.use_split ? step->conv.split : step->conv.choice)->name : "",
                  step->conv.use_split ? " split" : "");
    }
}
