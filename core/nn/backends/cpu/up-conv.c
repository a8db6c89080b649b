/* up-conv.c: learned upsampling as steps. It is the backward pass of a convolution with a stride from its large side to its small one, whose
 * filters are the same numbers: so forward is oneDNN's pass by data, and the gradient by its input is that convolution itself. */
#include "config.h"
#include "plan.h"

static LwConvShape
mirrored_shape (const LwNode *node)
{
  return (LwConvShape) { .in_channels = node->channels, .channels = node->in_channels, .kernel = node->kernel, .stride = node->stride };
}

/* Buffer 2: the output, to which the bias is added in place. */
static dnnl_status_t
run_bias (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);
  LwShape shape = lw_layer_shape (plan, layer);
  void *y = lw_buffer_data (plan, step->buffers[2]);

  plan->device->kernels->element->affine (y, y, &shape, layer->scale, layer->bias, FALSE);
  return dnnl_success;
}

static gboolean
create_arrays (LwLayer *layer, GError **error)
{
  layer->channels_data = lw_memory_new (3 * layer->padded_channels * sizeof (float), error);
  if (layer->channels_data == NULL)
    return FALSE;
  layer->scale = layer->channels_data;
  layer->mean = layer->scale + layer->padded_channels;
  layer->variance = layer->mean + layer->padded_channels;
  for (gsize c = 0; c < layer->padded_channels; c++)
    layer->scale[c] = 1;
  return TRUE;
}

static LwType
type_of (const LwDesc *desc)
{
  return lw_desc_type (desc) == dnnl_f32 ? LW_TYPE_F32 : LW_TYPE_BF16;
}

/* Our own code where there is some: oneDNN's is made for convolutions in which windows overlap, and takes up to three times as long. */
static LwConvCode *
doubling_new (const LwPlan *plan, const LwConvShape *mirrored, const LwDesc *large, const LwDesc *small)
{
  const LwKernels *kernels = plan->device->kernels;
  int dims[4], filters[4] = { mirrored->channels, mirrored->in_channels, mirrored->kernel, mirrored->kernel }, lanes = kernels->lanes;
  gsize taps = 4 * (gsize) (lanes * lanes);
  LwConvCode *code;

  lw_desc_dims (small, dims);
  LwDoubling doubling = {
    .n = dims[0], .in_groups = (dims[1] + lanes - 1) / lanes, .out_groups = (mirrored->in_channels + lanes - 1) / lanes, .height = dims[2], .width = dims[3],
    .type = type_of (small), .out_type = type_of (large), .threads = lw_conv_threads (plan, mirrored, small),
  };
  if (!kernels->doubling->fits (&doubling))
    return NULL;
  doubling.weight_in = lanes == 16 ? taps : (gsize) doubling.out_groups * taps;
  doubling.weight_out = lanes == 16 ? (gsize) doubling.in_groups * taps : taps;
  doubling.weight_row = taps / 2;
  code = g_new0 (LwConvCode, 1);
  code->doubling = g_memdup2 (&doubling, sizeof doubling);
  code->weights = lw_desc_doubling_filters (lw_desc_type (small), filters, lanes);
  code->implementation = g_strdup_printf ("own-doubling:%s", doubling.type == LW_TYPE_F32 ? kernels->name : "avx512_bf16");
  return code;
}

/* Buffers: 0 the input, 2 the output. */
static dnnl_status_t
run_doubling (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);

  plan->device->kernels->doubling->upsample (step->code->doubling, lw_buffer_data (plan, step->buffers[0]), layer->weights, layer->bias, lw_buffer_data (plan, step->buffers[2]));
  return dnnl_success;
}

static gboolean
create_code (LwPlan *plan, LwLayer *layer, const LwDesc *large, const LwDesc *small, GError **error)
{
  LwConvShape shape = mirrored_shape (lw_layer_node (plan, layer));

  layer->forward = doubling_new (plan, &shape, large, small);
  if (layer->forward == NULL && (layer->forward = lw_tune_conv (plan, LW_CONV_BACKWARD_DATA, &shape, large, small, lw_desc_type (large), error)) == NULL)
    return FALSE;
  if (plan->options.train && !lw_layer_node (plan, layer)->frozen)
    {
      layer->backward_weights = lw_tune_conv (plan, LW_CONV_BACKWARD_WEIGHTS, &shape, large, small, dnnl_f32, error);
      if (layer->backward_weights == NULL || !lw_parameter_own_layout (plan, layer->weight_parameter, layer->backward_weights->weights, error))
        return FALSE;
    }
  if (plan->options.train && lw_plan_layer (plan, layer->inputs[0])->wants_gradient)
    {
      layer->backward_data = lw_tune_conv (plan, LW_CONV_FORWARD, &shape, large, small, lw_desc_type (large), error);
      if (layer->backward_data == NULL)
        return FALSE;
    }
  return lw_layer_take_weights (plan, layer, error);
}

/* The step is there, with its input and output. */
gboolean
lw_up_conv_add_forward (LwPlan *plan, int i, GError **error)
{
  LwLayer *layer = lw_plan_layer (plan, i), *input = lw_plan_layer (plan, layer->inputs[0]);
  g_autoptr(LwDesc) small = lw_layer_desc_typed (plan, input, plan->type), large = lw_layer_desc (plan, layer);
  LwStep *step = &g_array_index (plan->steps, LwStep, plan->steps->len - 1);

  if (!create_code (plan, layer, large, small, error) || !create_arrays (layer, error))
    return FALSE;
  step->code = layer->forward;
  if (layer->forward->doubling != NULL)
    {
      step->run = run_doubling;
      return TRUE;
    }
  lw_step_argument (plan, step, DNNL_ARG_DIFF_DST, small, step->buffers[0], NULL);
  lw_step_argument (plan, step, DNNL_ARG_WEIGHTS, layer->forward->weights, -1, layer->weights);
  lw_step_argument (plan, step, DNNL_ARG_DIFF_SRC, large, layer->value, NULL);
  lw_step_scratch (plan, step, layer->forward->scratch);
  if (layer->bias == NULL)
    return TRUE;
  step = lw_step_add (plan, i, "bias", run_bias);
  step->buffers[2] = lw_buffer_use (plan, layer->value);
  return TRUE;
}

/* Buffers: 0 the gradient by the output, whose sums are the bias's; 4 partial sums. */
static dnnl_status_t
run_bias_gradient (LwPlan *plan, const LwStep *step)
{
  LwLayer *layer = lw_plan_layer (plan, step->layer);
  LwShape shape = lw_layer_shape (plan, layer);
  LwNorm sums = { .shape = &shape, .partial = lw_buffer_data (plan, step->buffers[4]) };
  float *gradient = lw_plan_parameter (plan, layer->bias_parameter)->gradient;
  double pixels = (double) shape.n * shape.height * shape.width;

  plan->device->kernels->norm->statistics (&sums, lw_buffer_data (plan, step->buffers[0]), layer->mean, layer->variance);
  for (int c = 0; c < layer->channels; c++)
    gradient[c] = (float) ((double) layer->mean[c] * pixels);
  return dnnl_success;
}

static void
add_weights (LwPlan *plan, int i, const LwDesc *large, const LwDesc *small)
{
  LwLayer *layer = lw_plan_layer (plan, i), *input = lw_plan_layer (plan, layer->inputs[0]);
  LwShape shape = lw_layer_shape (plan, layer);
  LwStep *step = lw_step_add (plan, i, "weights", lw_step_run_conv);

  step->code = layer->backward_weights;
  lw_step_argument (plan, step, DNNL_ARG_SRC, large, layer->gradient, NULL);
  lw_step_argument (plan, step, DNNL_ARG_DIFF_DST, small, input->value, NULL);
  lw_step_argument (plan, step, DNNL_ARG_DIFF_WEIGHTS, layer->backward_weights->weights, -1, lw_plan_parameter (plan, layer->weight_parameter)->gradient);
  lw_step_scratch (plan, step, layer->backward_weights->scratch);
  if (layer->bias_parameter < 0)
    return;
  step = lw_step_add (plan, i, "bias", run_bias_gradient);
  step->buffers[0] = lw_buffer_use (plan, layer->gradient);
  step->buffers[4] = lw_buffer_use (plan, lw_buffer_new (plan, lw_norm_partials (&shape, plan->device->kernels->lanes) * sizeof (double)));
}

gboolean
lw_up_conv_add_backward (LwPlan *plan, int i, GError **error)
{
  LwLayer *layer = lw_plan_layer (plan, i);
  g_autoptr(LwDesc) small = lw_layer_desc (plan, lw_plan_layer (plan, layer->inputs[0])), large = lw_layer_desc (plan, layer);
  void *weights = NULL;
  LwStep *step;
  int dx;

  if (layer->backward_weights != NULL)
    add_weights (plan, i, large, small);
  if (layer->backward_data == NULL)
    return TRUE;
  if (!lw_parameters_add_copy (plan, layer->weight_parameter, layer->backward_data->weights, &weights, error))
    return FALSE;
  dx = lw_gradient_new (plan, lw_plan_layer (plan, layer->inputs[0]));
  step = lw_step_add (plan, i, "data", lw_step_run_conv);
  step->code = layer->backward_data;
  lw_step_argument (plan, step, DNNL_ARG_SRC, large, layer->gradient, NULL);
  lw_step_argument (plan, step, DNNL_ARG_WEIGHTS, layer->backward_data->weights, -1, weights);
  lw_step_argument (plan, step, DNNL_ARG_DST, small, dx, NULL);
  lw_step_scratch (plan, step, layer->backward_data->scratch);
  lw_gradient_deliver (plan, layer->inputs[0], dx);
  return TRUE;
}
