/* backward.c: the steps that compute gradients, from the loss back to the first layer that trains */
#include "config.h"
#include "plan.h"
#include <glib/gi18n-lib.h>

#define STREAM(plan) ((plan)->device->stream)

static void *
value_of (const LwPlan *plan, int layer)
{
  return lw_buffer_data (plan, lw_plan_layer (plan, layer)->value);
}

static void *
gradient_of (const LwPlan *plan, int layer)
{
  return lw_buffer_data (plan, lw_plan_layer (plan, layer)->gradient);
}

/* Of the layer's input that @step is about. */
static void *
target_of (const LwPlan *plan, const LwStep *step)
{
  return gradient_of (plan, lw_plan_layer (plan, step->layer)->inputs[step->input]);
}

static LwCudaShape
target_shape (const LwPlan *plan, const LwStep *step)
{
  return lw_layer_input (plan, lw_plan_layer (plan, step->layer), step->input)->shape;
}

static float *
gradient_of_parameter (const LwPlan *plan, int parameter)
{
  return parameter < 0 ? NULL : lw_plan_parameter (plan, parameter)->gradient;
}

/* ---- what the steps launch ---- */

/* In the scratch: one after the other what the search for hard pixels and the loss need, behind it the labels that the one leaves for the other. */
static gsize
hard_labels_offset (const LwPlan *plan)
{
  return (MAX (lw_cuda_loss_workspace (plan->score), lw_cuda_hard_workspace (plan->score)) + 15) / 16 * 16;
}

static cudaError_t
run_loss (LwPlan *plan, const LwStep *step)
{
  const void *scores = value_of (plan, plan->score_layer);
  const guint8 *labels = plan->truth.device;

  if (plan->hard)
    {
      guint8 *hard = (guint8 *) plan->scratch + hard_labels_offset (plan);
      cudaError_t status = lw_cuda_hard (STREAM (plan), plan->score, scores, labels, plan->step.device, plan->scratch, hard);

      if (status != cudaSuccess)
        return status;
      labels = hard;
    }
  return lw_cuda_loss (STREAM (plan), plan->score, scores, labels, plan->class_weights.device, plan->scratch,
                       plan->stats.device, gradient_of (plan, plan->score_layer));
}

static cudaError_t
run_relu (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);

  return lw_cuda_relu_backward (STREAM (plan), layer->shape, value_of (plan, step->layer), gradient_of (plan, step->layer), 1, step->add, target_of (plan, step));
}

/* The dropout behind the layer scaled what it kept, if it dropped at all. */
static float
dropout_factor (const LwPlan *plan, const LwLayer *layer)
{
  return layer->dropout >= 0 && plan->mode == LW_MODE_TRAIN ? 1 / (1 - lw_graph_node (plan->graph, layer->dropout)->value) : 1;
}

/* A convolution's own end, in place: the mask of the ReLU and the bias. */
static cudaError_t
run_mask (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);
  void *y = value_of (plan, step->layer), *dy = gradient_of (plan, step->layer);
  float *bias = gradient_of_parameter (plan, layer->bias_parameter), factor = dropout_factor (plan, layer);

  if (bias != NULL)
    return lw_cuda_relu_bias_backward (STREAM (plan), layer->shape, y, dy, factor, plan->scratch, dy, bias);
  return lw_cuda_relu_backward (STREAM (plan), layer->shape, y, dy, factor, FALSE, dy);
}

static cudaError_t
run_bias (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);

  return lw_cuda_bias_gradient (STREAM (plan), layer->shape, gradient_of (plan, step->layer), NULL, plan->scratch,
                                gradient_of_parameter (plan, layer->bias_parameter));
}

/* @step is the pool's; the bias that of the convolution before it. */
static cudaError_t
run_pooled_bias (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);

  return lw_cuda_bias_gradient (STREAM (plan), layer->shape, gradient_of (plan, step->layer), value_of (plan, step->layer), plan->scratch,
                                gradient_of_parameter (plan, lw_layer_input (plan, layer, 0)->bias_parameter));
}

/* Scores' gradients are float32; the convolutions behind them are not. */
static cudaError_t
run_narrow (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);

  return lw_cuda_cast (STREAM (plan), lw_shape_elements (layer->shape), layer->shape.type, gradient_of (plan, step->layer), plan->type,
                       lw_buffer_data (plan, step->buffers[0]));
}

static cudaError_t
run_accumulate (LwPlan *plan, const LwStep *step)
{
  return lw_cuda_add (STREAM (plan), target_shape (plan, step), target_of (plan, step), lw_buffer_data (plan, step->buffers[0]), target_of (plan, step));
}

static LwCudaPool
pool_of (const LwNode *node)
{
  return (LwCudaPool) { node->kernel, node->stride, node->pad };
}

static cudaError_t
run_pool (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer), *in = lw_layer_input (plan, layer, 0);

  return lw_cuda_max_pool_backward (STREAM (plan), pool_of (lw_layer_node (plan, layer)), layer->shape, gradient_of (plan, step->layer),
                                    in->masked ? value_of (plan, step->layer) : NULL, lw_buffer_data (plan, layer->index), step->add, in->shape,
                                    target_of (plan, step));
}

/* Of a pool that runs as part of a normalisation, but whose windows overlap: the gradient at full size, in a buffer of its own. */
static cudaError_t
run_norm_pool (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer), *in = lw_layer_input (plan, layer, 0);

  return lw_cuda_max_pool_backward (STREAM (plan), pool_of (lw_graph_node (plan->graph, layer->last_node)), layer->shape, gradient_of (plan, step->layer), NULL,
                                    lw_buffer_data (plan, layer->index), FALSE, in->shape, lw_buffer_data (plan, step->buffers[0]));
}

static cudaError_t
run_norm (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer), *in = lw_layer_input (plan, layer, 0);
  float *gain = gradient_of_parameter (plan, layer->weight_parameter), *bias = gradient_of_parameter (plan, layer->bias_parameter);
  const void *x = value_of (plan, layer->inputs[0]), *dy = step->buffers[0] >= 0 ? lw_buffer_data (plan, step->buffers[0]) : gradient_of (plan, step->layer);
  void *dx = in->wants_gradient ? target_of (plan, step) : NULL;
  gboolean batch = !lw_layer_node (plan, layer)->frozen;

  if (gain == NULL)
    gain = layer->unwanted;
  if (bias == NULL)
    bias = layer->unwanted + in->shape.cp;
  if (layer->pooled && step->buffers[0] < 0)
    return lw_cuda_norm_pool_backward (STREAM (plan), in->shape, x, layer->shape, dy, lw_buffer_data (plan, layer->index), layer->norms, layer->relu, batch,
                                       step->add, plan->scratch, gain, bias, dx);
  return lw_cuda_norm_backward (STREAM (plan), in->shape, x, dy, layer->norms, layer->relu, batch, step->add, plan->scratch, gain, bias, dx);
}

static cudaError_t
run_unpool (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);

  return lw_cuda_unpool_backward (STREAM (plan), layer->shape, gradient_of (plan, step->layer), lw_buffer_data (plan, lw_plan_layer (plan, layer->pool)->index),
                                  step->add, target_shape (plan, step), target_of (plan, step));
}

static cudaError_t
run_up (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);
  const LwNode *node = lw_layer_node (plan, layer);

  return lw_cuda_up_backward (STREAM (plan), node->stride, node->pad, MAX (layer->cut, 0), layer->shape, gradient_of (plan, step->layer), step->add,
                              target_shape (plan, step), target_of (plan, step));
}

/* Of an addition, and of a scale. */
static cudaError_t
run_hand_on (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);
  float factor = layer->kind == LW_OP_SCALE ? lw_layer_node (plan, layer)->value : 1;

  return lw_cuda_scale (STREAM (plan), layer->shape, gradient_of (plan, step->layer), factor, step->add, target_shape (plan, step), target_of (plan, step));
}

static cudaError_t
run_dropout (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);

  return lw_cuda_dropout (STREAM (plan), layer->shape, gradient_of (plan, step->layer), lw_layer_node (plan, layer)->value, layer->node, plan->step.device,
                          step->add, target_of (plan, step));
}

static cudaError_t
run_crop (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);

  return lw_cuda_crop_backward (STREAM (plan), layer->shape, gradient_of (plan, step->layer), lw_layer_node (plan, layer)->offset, step->add,
                                target_shape (plan, step), target_of (plan, step));
}

static cudaError_t
run_concat (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);

  return lw_cuda_concat_backward (STREAM (plan), layer->shape, gradient_of (plan, step->layer), step->input == 0 ? 0 : lw_layer_input (plan, layer, 0)->shape.c,
                                  step->add, target_shape (plan, step), target_of (plan, step));
}

static cudaError_t
run_lrn (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);
  const LwNode *node = lw_layer_node (plan, layer);
  LwCudaLrn lrn = { node->kernel, node->alpha, node->beta, node->value };

  return lw_cuda_lrn_backward (STREAM (plan), lrn, layer->shape, value_of (plan, layer->inputs[0]), gradient_of (plan, step->layer), step->add,
                               target_of (plan, step));
}

/* ---- building ---- */

/* Lets the newest step write to the gradient of input @k, or add to it. */
static void
aim (LwPlan *plan, LwStep *step, int k)
{
  LwLayer *in = lw_layer_input (plan, lw_plan_layer (plan, step->layer), k);

  step->input = k;
  step->add = in->gradient_begun;
  if (in->gradient < 0)
    in->gradient = lw_buffer_new (plan, lw_shape_bytes (in->shape));
  in->gradient_begun = TRUE;
  lw_buffer_use (plan, in->gradient);
}

/* A step from the layer's gradient to that of its input @k, if somebody wants it. */
static void
add_to_input (LwPlan *plan, int number, int k, cudaError_t (*run) (LwPlan *, const LwStep *))
{
  const LwLayer *layer = lw_plan_layer (plan, number);
  LwStep *step;

  if (!lw_layer_input (plan, layer, k)->wants_gradient)
    return;
  step = lw_step_add (plan, number, "gradient", run);
  lw_buffer_use (plan, layer->gradient);
  aim (plan, step, k);
}

/* Both inputs of an addition get the same; the last one may get the very buffer, since nobody reads it after this. */
static void
add_to_both (LwPlan *plan, int number)
{
  LwLayer *layer = lw_plan_layer (plan, number), *a = lw_layer_input (plan, layer, 0), *b = lw_layer_input (plan, layer, 1);
  LwLayer *heir = a->wants_gradient && a->gradient < 0 && a != b ? a : NULL;

  if (heir == NULL || b->wants_gradient)
    add_to_input (plan, number, 1, run_hand_on);
  if (heir == NULL)
    add_to_input (plan, number, 0, run_hand_on);
  else
    {
      heir->gradient = layer->gradient;
      heir->gradient_begun = TRUE;
    }
}

static gboolean
trains (const LwPlan *plan, int parameter)
{
  return parameter >= 0 && lw_plan_parameter (plan, parameter)->gradient != NULL;
}

/* The convolution's operands stand in the order of its pass: of an upsampling, x is the output. */
static gboolean
add_filter_gradient (LwPlan *plan, int number, int dy, GError **error)
{
  const LwLayer *layer = lw_plan_layer (plan, number);
  const LwParameter *p = lw_plan_parameter (plan, layer->weight_parameter);
  LwConvShape shape = lw_layer_conv_shape (plan, layer, LW_CONV_BACKWARD_FILTER, plan->type);
  LwConvChoice *choice = lw_plan_choice (plan, layer, &shape, error);
  LwOperand in = { lw_layer_input (plan, layer, 0)->value, NULL }, out = { dy, NULL }, w = { -1, p->gradient };
  LwStep *step;

  if (choice == NULL)
    return FALSE;
  step = lw_step_add (plan, number, "filter", NULL);
  step->conv = (LwConv) { choice, NULL, FALSE, layer->kind == LW_OP_UP_CONV ? out : in, w, { -1, NULL }, layer->kind == LW_OP_UP_CONV ? in : out };
  lw_buffer_use (plan, in.buffer);
  lw_buffer_use (plan, dy);
  return TRUE;
}

/* Convolutions can't add: where there is something already, through a buffer of its own. */
static gboolean
add_data_gradient (LwPlan *plan, int number, int dy, GError **error)
{
  const LwLayer *layer = lw_plan_layer (plan, number);
  gboolean up = layer->kind == LW_OP_UP_CONV, adds = lw_layer_input (plan, layer, 0)->gradient_begun;
  LwConvShape shape = lw_layer_conv_shape (plan, layer, up ? LW_CONV_FORWARD : LW_CONV_BACKWARD_DATA, lw_layer_input (plan, layer, 0)->shape.type);
  LwConvChoice *choice = lw_plan_choice (plan, layer, &shape, error);
  LwOperand in = { -1, NULL }, out = { dy, NULL };
  LwStep *step;

  if (choice == NULL)
    return FALSE;
  step = lw_step_add (plan, number, "gradient", NULL);
  if (adds)
    in.buffer = lw_buffer_use (plan, lw_buffer_new (plan, lw_shape_bytes (lw_layer_input (plan, layer, 0)->shape)));
  else
    {
      aim (plan, step, 0);
      in.buffer = lw_layer_input (plan, layer, 0)->gradient;
    }
  step->conv = (LwConv) { choice, NULL, FALSE, up ? out : in, { -1, layer->weights }, { -1, NULL }, up ? in : out };
  lw_buffer_use (plan, dy);
  if (!adds)
    return TRUE;
  step = lw_step_add (plan, number, "add", run_accumulate);
  step->buffers[0] = lw_buffer_use (plan, in.buffer);
  aim (plan, step, 0);
  return TRUE;
}

static gboolean
build_conv (LwPlan *plan, int number, GError **error)
{
  LwLayer *layer = lw_plan_layer (plan, number);
  int dy = layer->gradient;

  lw_plan_want_scratch (plan, lw_cuda_sums_workspace (layer->shape));
  if (!layer->masked && (layer->relu || trains (plan, layer->bias_parameter)))
    {
      lw_step_add (plan, number, layer->relu ? "mask" : "bias", layer->relu ? run_mask : run_bias);
      lw_buffer_use (plan, layer->gradient);
      if (layer->relu)
        lw_buffer_use (plan, layer->value);
    }
  if (layer->shape.type != plan->type)
    {
      LwStep *step = lw_step_add (plan, number, "narrow", run_narrow);

      dy = step->buffers[0] = lw_buffer_use (plan, lw_buffer_new (plan, lw_shape_elements (layer->shape) * lw_type_bytes (plan->type)));
      lw_buffer_use (plan, layer->gradient);
    }
  return (!trains (plan, layer->weight_parameter) || add_filter_gradient (plan, number, dy, error))
         && (!lw_layer_input (plan, layer, 0)->wants_gradient || add_data_gradient (plan, number, dy, error));
}

/* Behind a convolution with a ReLU that only this pool reads, the pool's own output tells the mask, and its gradient the bias': a quarter of the elements,
 * and the convolution's output is not needed again. */
static void
build_pool (LwPlan *plan, int number)
{
  LwLayer *layer = lw_plan_layer (plan, number), *in = lw_layer_input (plan, layer, 0);
  const LwNode *node = lw_layer_node (plan, layer);
  int users = 0;

  for (guint i = 0; i < plan->layers->len; i++)
    for (int k = 0; k < 2; k++)
      users += lw_plan_layer (plan, (int) i)->inputs[k] == layer->inputs[0];
  in->masked = in->relu && (in->kind == LW_OP_CONV || in->kind == LW_OP_UP_CONV) && in->dropout < 0 && users == 1 && node->kernel == node->stride && node->pad == 0;
  if (in->masked && trains (plan, in->bias_parameter))
    {
      lw_plan_want_scratch (plan, lw_cuda_sums_workspace (layer->shape));
      lw_step_add (plan, number, "bias", run_pooled_bias);
      lw_buffer_use (plan, layer->gradient);
      lw_buffer_use (plan, layer->value);
    }
  add_to_input (plan, number, 0, run_pool);
  lw_buffer_use (plan, layer->index);
  if (in->masked)
    lw_buffer_use (plan, layer->value);
}

static void
build_norm (LwPlan *plan, int number)
{
  LwLayer *layer = lw_plan_layer (plan, number), *in = lw_layer_input (plan, layer, 0);
  gboolean overlap = layer->pooled && lw_graph_node (plan->graph, layer->last_node)->kernel > 2;
  int full = -1;
  LwStep *step;

  if (overlap)
    {
      step = lw_step_add (plan, number, "unpool", run_norm_pool);
      full = step->buffers[0] = lw_buffer_use (plan, lw_buffer_new (plan, lw_shape_bytes (in->shape)));
      lw_buffer_use (plan, layer->gradient);
      lw_buffer_use (plan, layer->index);
    }
  lw_plan_want_scratch (plan, lw_cuda_sums_workspace (in->shape));
  step = lw_step_add (plan, number, "gradient", run_norm);
  step->buffers[0] = full;
  lw_buffer_use (plan, in->value);
  lw_buffer_use (plan, overlap ? full : layer->gradient);
  if (layer->pooled && !overlap)
    lw_buffer_use (plan, layer->index);
  if (in->wants_gradient)
    aim (plan, step, 0);
}

static gboolean
build_layer (LwPlan *plan, int number, GError **error)
{
  const LwLayer *layer = lw_plan_layer (plan, number);

  switch (layer->kind)
    {
    case LW_OP_CONV:
    case LW_OP_UP_CONV: return build_conv (plan, number, error);
    case LW_OP_MAX_POOL: build_pool (plan, number); break;
    case LW_OP_BATCH_NORM: build_norm (plan, number); break;
    case LW_OP_UNPOOL:
      add_to_input (plan, number, 0, run_unpool);
      lw_buffer_use (plan, lw_plan_layer (plan, layer->pool)->index);
      break;
    case LW_OP_DECONV:
      add_to_input (plan, number, 0, run_up);
      if (layer->inputs[1] >= 0)
        add_to_input (plan, number, 1, run_hand_on);
      break;
    case LW_OP_RELU:
      add_to_input (plan, number, 0, run_relu);
      lw_buffer_use (plan, layer->value);
      break;
    case LW_OP_LRN:
      add_to_input (plan, number, 0, run_lrn);
      lw_buffer_use (plan, lw_layer_input (plan, layer, 0)->value);
      break;
    case LW_OP_ADD: add_to_both (plan, number); break;
    case LW_OP_DROPOUT: add_to_input (plan, number, 0, run_dropout); break;
    case LW_OP_SCALE: add_to_input (plan, number, 0, run_hand_on); break;
    case LW_OP_CROP: add_to_input (plan, number, 0, run_crop); break;
    case LW_OP_CONCAT:
      add_to_input (plan, number, 0, run_concat);
      add_to_input (plan, number, 1, run_concat);
      break;
    case LW_OP_INPUT:
    case LW_OP_SCORE: break;
    }
  return TRUE;
}

/* Layers that the loss does not reach have no gradient; their parameters keep the zeros that they began with. */
gboolean
lw_plan_build_backward (LwPlan *plan, GError **error)
{
  LwLayer *scores = lw_plan_layer (plan, plan->score_layer);

  lw_plan_want_scratch (plan, hard_labels_offset (plan) + (gsize) plan->options.n * (gsize) plan->options.height * (gsize) plan->options.width);
  lw_step_add (plan, plan->score_layer, "loss", run_loss);
  scores->gradient = lw_buffer_new (plan, lw_shape_bytes (scores->shape));
  scores->gradient_begun = TRUE;
  lw_buffer_use (plan, scores->gradient);
  lw_buffer_use (plan, scores->value);
  for (int i = plan->score_layer; i >= 0; i--)
    if (lw_plan_layer (plan, i)->wants_gradient && lw_plan_layer (plan, i)->gradient_begun && !build_layer (plan, i, error))
      return FALSE;
  return TRUE;
}
