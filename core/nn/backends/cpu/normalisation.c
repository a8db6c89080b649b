/* normalisation.c: batch normalisation as steps: by the batch's statistics in training, by the running ones else */
#include "config.h"
#include "plan.h"
#include <math.h>

#define KEPT 0.9        /* of a running value, at each step (as the reference backend) */
#define ARRAYS 10

static gboolean
create_arrays (LwLayer *layer, GError **error)
{
  float **arrays[ARRAYS] = { &layer->scale, &layer->shift, &layer->mean, &layer->variance, &layer->inverse, &layer->a, &layer->b, &layer->c,
                             &layer->sum, &layer->sum_x };

  layer->channels_data = lw_memory_new (ARRAYS * layer->padded_channels * sizeof (float), error);
  if (layer->channels_data == NULL)
    return FALSE;
  for (int i = 0; i < ARRAYS; i++)
    *arrays[i] = layer->channels_data + (gsize) i * layer->padded_channels;
  return TRUE;
}

/* y = (x - mean) / sqrt (variance + epsilon) * gain + bias, as scale * x + shift */
static void
scale_by (LwLayer *layer, float epsilon, const float *gain, const float *bias)
{
  for (int c = 0; c < layer->channels; c++)
    {
      layer->inverse[c] = (float) (1 / sqrt ((double) layer->variance[c] + (double) epsilon));
      layer->scale[c] = gain[c] * layer->inverse[c];
      layer->shift[c] = bias[c] - layer->mean[c] * layer->scale[c];
    }
}

void
lw_norm_running_scale (LwPlan *plan, LwLayer *layer, const float *gain, const float *bias, const float *mean, const float *variance)
{
  for (int c = 0; c < layer->channels; c++)
    {
      layer->mean[c] = mean[c];
      layer->variance[c] = variance[c];
    }
  scale_by (layer, lw_layer_node (plan, layer)->value, gain, bias);
}

static gboolean
uses_batch (const LwPlan *plan, const LwLayer *layer)
{
  return plan->options.train && plan->mode != LW_MODE_INFER && !lw_layer_node (plan, layer)->frozen;
}

/* Of the input, which has the full size where the output is pooled. */
static LwNorm
norm_of (const LwPlan *plan, const LwLayer *layer, const LwShape *shape, double *partial)
{
  return (LwNorm) { shape, layer->relu, layer->pooled, layer->height, layer->width, layer->scale, layer->shift, layer->mean, layer->inverse, partial };
}

static const float *
values_of (const LwPlan *plan, int parameter)
{
  return lw_plan_parameter (plan, parameter)->values;
}

static void
set_scale (LwPlan *plan, LwLayer *layer, const LwNorm *norm, const void *x)
{
  const float *gain, *bias;

  if (!plan->options.train)
    return;                     /* was done when the weights were loaded */
  gain = values_of (plan, layer->weight_parameter);
  bias = values_of (plan, layer->bias_parameter);
  if (uses_batch (plan, layer))
    {
      plan->device->kernels->norm->statistics (norm, x, layer->mean, layer->variance);
      scale_by (layer, lw_layer_node (plan, layer)->value, gain, bias);
    }
  else
    lw_norm_running_scale (plan, layer, gain, bias, values_of (plan, layer->mean_parameter), values_of (plan, layer->variance_parameter));
}

/* Buffers: 0 input, 2 output, 3 indices of the pool, 4 partial sums. */
static dnnl_status_t
run_forward (LwPlan *plan, const LwStep *step)
{
  LwLayer *layer = lw_plan_layer (plan, step->layer);
  LwShape shape = lw_layer_shape (plan, lw_plan_layer (plan, layer->inputs[0]));
  LwNorm norm = norm_of (plan, layer, &shape, lw_buffer_data (plan, step->buffers[4]));
  const void *x = lw_buffer_data (plan, step->buffers[0]);
  void *y = lw_buffer_data (plan, step->buffers[2]);

  set_scale (plan, layer, &norm, x);
  if (layer->pooled)
    plan->device->kernels->norm->apply_pool (&norm, x, y, lw_buffer_data (plan, step->buffers[3]));
  else
    plan->device->kernels->element->affine (x, y, &shape, layer->scale, layer->shift, layer->relu);
  return dnnl_success;
}

static int
add_partial (LwPlan *plan, const LwLayer *layer)
{
  LwShape shape = lw_layer_shape (plan, layer);

  return lw_buffer_use (plan, lw_buffer_new (plan, lw_norm_partials (&shape, plan->device->kernels->lanes) * sizeof (double)));
}

/* The step is there, with its input and output. */
gboolean
lw_norm_add_forward (LwPlan *plan, int i, GError **error)
{
  LwLayer *layer = lw_plan_layer (plan, i);
  LwStep *step = &g_array_index (plan->steps, LwStep, plan->steps->len - 1);

  if (!create_arrays (layer, error))
    return FALSE;
  step->run = run_forward;
  step->buffers[4] = add_partial (plan, layer);
  if (layer->pooled)
    {
      layer->index = lw_buffer_new (plan, lw_layer_elements (plan, layer));
      step->buffers[3] = lw_buffer_use (plan, layer->index);
    }
  return TRUE;
}

/* dx = scale * (dz - sum / m - x^ * sum_x / m), with x^ = (x - mean) * inverse; the sums' part is absent where the batch's statistics are not used. */
static void
set_line (const LwPlan *plan, LwLayer *layer, double m)
{
  gboolean batch = uses_batch (plan, layer);

  for (int c = 0; c < layer->channels; c++)
    {
      float sum = batch ? (float) ((double) layer->sum[c] / m) : 0, sum_x = batch ? (float) ((double) layer->sum_x[c] / m) : 0;

      layer->a[c] = layer->scale[c];
      layer->b[c] = -layer->scale[c] * layer->inverse[c] * sum_x;
      layer->c[c] = -layer->scale[c] * sum - layer->b[c] * layer->mean[c];
    }
}

/* Buffers: 0 input, 1 gradient by the output, 2 gradient by the input, 3 indices and 5 output of the pool, 4 partial sums. */
static dnnl_status_t
run_backward (LwPlan *plan, const LwStep *step)
{
  LwLayer *layer = lw_plan_layer (plan, step->layer);
  LwShape shape = lw_layer_shape (plan, lw_plan_layer (plan, layer->inputs[0]));
  LwNorm norm = norm_of (plan, layer, &shape, lw_buffer_data (plan, step->buffers[4]));
  const LwNormKernels *kernels = plan->device->kernels->norm;
  const void *x = lw_buffer_data (plan, step->buffers[0]), *dy = lw_buffer_data (plan, step->buffers[1]), *y = lw_buffer_data (plan, step->buffers[5]);
  const guint8 *index = lw_buffer_data (plan, step->buffers[3]);

  if (!lw_layer_node (plan, layer)->frozen)
    {
      kernels->gradient_sums (&norm, x, dy, y, index, layer->sum, layer->sum_x);
      for (int c = 0; c < layer->channels; c++)
        {
          lw_plan_parameter (plan, layer->weight_parameter)->gradient[c] = layer->sum_x[c];
          lw_plan_parameter (plan, layer->bias_parameter)->gradient[c] = layer->sum[c];
        }
    }
  if (step->buffers[2] < 0)
    return dnnl_success;
  set_line (plan, layer, (double) shape.n * shape.height * shape.width);
  kernels->input_gradient (&norm, x, dy, y, index, layer->a, layer->b, layer->c, lw_buffer_data (plan, step->buffers[2]));
  return dnnl_success;
}

void
lw_norm_add_backward (LwPlan *plan, int i, int dx)
{
  LwLayer *layer = lw_plan_layer (plan, i);
  LwStep *step = lw_step_add (plan, i, "backward", run_backward);

  step->buffers[0] = lw_buffer_use (plan, lw_plan_layer (plan, layer->inputs[0])->value);
  step->buffers[1] = lw_buffer_use (plan, layer->gradient);
  step->buffers[4] = add_partial (plan, layer);
  if (dx >= 0)
    step->buffers[2] = lw_buffer_use (plan, dx);
  if (!layer->pooled)
    return;
  step->buffers[3] = lw_buffer_use (plan, layer->index);
  step->buffers[5] = lw_buffer_use (plan, layer->value);
}

/* After a step that is done, so that a cancelled one leaves nothing behind. */
void
lw_norm_keep_statistics (LwPlan *plan)
{
  for (guint i = 0; i < plan->layers->len; i++)
    {
      LwLayer *layer = lw_plan_layer (plan, (int) i);

      if (layer->kind != LW_OP_BATCH_NORM || !uses_batch (plan, layer))
        continue;
      const LwLayer *input = lw_plan_layer (plan, layer->inputs[0]);
      double m = (double) plan->options.n * input->height * input->width;
      float *mean = lw_plan_parameter (plan, layer->mean_parameter)->values, *variance = lw_plan_parameter (plan, layer->variance_parameter)->values;

      for (int c = 0; c < layer->channels; c++)
        {
          mean[c] = (float) (KEPT * (double) mean[c] + (1 - KEPT) * (double) layer->mean[c]);
          variance[c] = (float) (KEPT * (double) variance[c] + (1 - KEPT) * (double) layer->variance[c] * m / MAX (m - 1, 1));
        }
    }
}
