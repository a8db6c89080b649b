/* forward.c: layers of the plan to the steps that compute their outputs */
#include "config.h"
#include "plan.h"
#include <glib/gi18n-lib.h>

#define STREAM(plan) ((plan)->device->stream)
#define MAX_PROJECTED 32        /* channels */

static void *
value_of (const LwPlan *plan, int layer)
{
  return lw_buffer_data (plan, lw_plan_layer (plan, layer)->value);
}

/* ---- what the steps launch ---- */

static cudaError_t
run_relu (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);

  return lw_cuda_relu (STREAM (plan), layer->shape, value_of (plan, layer->inputs[0]), value_of (plan, step->layer));
}

static LwCudaPool
pool_of (const LwNode *node)
{
  return (LwCudaPool) { node->kernel, node->stride, node->pad };
}

static cudaError_t
run_pool (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);

  return lw_cuda_max_pool (STREAM (plan), pool_of (lw_layer_node (plan, layer)), lw_layer_input (plan, layer, 0)->shape, value_of (plan, layer->inputs[0]), FALSE,
                           layer->shape, value_of (plan, step->layer), lw_buffer_data (plan, layer->index));
}

static cudaError_t
run_unpool (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);

  return lw_cuda_unpool (STREAM (plan), lw_layer_input (plan, layer, 0)->shape, value_of (plan, layer->inputs[0]),
                         lw_buffer_data (plan, lw_plan_layer (plan, layer->pool)->index), layer->shape, value_of (plan, step->layer));
}

static cudaError_t
run_up (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer), *in = lw_layer_input (plan, layer, 0);
  const LwNode *node = lw_layer_node (plan, layer);
  gboolean adds = layer->inputs[1] >= 0;

  return lw_cuda_up (STREAM (plan), node->stride, node->pad, in->shape, value_of (plan, layer->inputs[0]), MAX (layer->cut, 0),
                     adds ? lw_layer_input (plan, layer, 1)->shape : layer->shape, adds ? value_of (plan, layer->inputs[1]) : NULL, 0, layer->shape,
                     value_of (plan, step->layer));
}

static cudaError_t
run_dropout (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);
  int node = layer->kind == LW_OP_DROPOUT ? layer->node : layer->dropout;

  return lw_cuda_dropout (STREAM (plan), layer->shape, value_of (plan, layer->kind == LW_OP_DROPOUT ? layer->inputs[0] : step->layer),
                          lw_graph_node (plan->graph, node)->value, node, plan->step.device, FALSE, value_of (plan, step->layer));
}

static cudaError_t
run_scale (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);

  return lw_cuda_scale (STREAM (plan), lw_layer_input (plan, layer, 0)->shape, value_of (plan, layer->inputs[0]), lw_layer_node (plan, layer)->value, FALSE,
                        layer->shape, value_of (plan, step->layer));
}

static cudaError_t
run_crop (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);

  return lw_cuda_crop (STREAM (plan), lw_layer_input (plan, layer, 0)->shape, value_of (plan, layer->inputs[0]), lw_layer_node (plan, layer)->offset, layer->shape,
                       value_of (plan, step->layer));
}

static cudaError_t
run_add (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);

  return lw_cuda_add (STREAM (plan), layer->shape, value_of (plan, layer->inputs[0]), value_of (plan, layer->inputs[1]), value_of (plan, step->layer));
}

static cudaError_t
run_concat (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);

  return lw_cuda_concat (STREAM (plan), lw_layer_input (plan, layer, 0)->shape, value_of (plan, layer->inputs[0]), lw_layer_input (plan, layer, 1)->shape,
                         value_of (plan, layer->inputs[1]), layer->shape, value_of (plan, step->layer));
}

static cudaError_t
run_lrn (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);
  const LwNode *node = lw_layer_node (plan, layer);
  LwCudaLrn lrn = { node->kernel, node->alpha, node->beta, node->value };

  return lw_cuda_lrn (STREAM (plan), lrn, layer->shape, value_of (plan, layer->inputs[0]), value_of (plan, step->layer));
}

static cudaError_t
run_statistics (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer), *in = lw_layer_input (plan, layer, 0);

  if (lw_layer_node (plan, layer)->frozen || !plan->options.train)
    return lw_cuda_norm_running (STREAM (plan), in->shape.c, in->shape.cp, layer->norms);
  return lw_cuda_norm_statistics (STREAM (plan), in->shape, value_of (plan, layer->inputs[0]), layer->norms, plan->scratch);
}

static cudaError_t
run_affine (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer), *in = lw_layer_input (plan, layer, 0);
  const void *x = value_of (plan, layer->inputs[0]);

  if (!layer->pooled)
    return lw_cuda_affine (STREAM (plan), layer->shape, x, layer->norms.scale, layer->norms.shift, layer->relu, value_of (plan, step->layer));
  return lw_cuda_affine_pool (STREAM (plan), pool_of (lw_graph_node (plan->graph, layer->last_node)), in->shape, x, layer->norms.scale, layer->norms.shift,
                              layer->relu, layer->shape, value_of (plan, step->layer), lw_buffer_data (plan, layer->index));
}

/* What a convolution left in another type, and what it could not add itself. */
static cudaError_t
run_bias (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);
  LwCudaShape product = layer->shape;
  void *y = value_of (plan, step->layer);
  cudaError_t result = cudaSuccess;

  product.type = plan->type;
  if (step->buffers[0] >= 0)
    result = lw_cuda_scale (STREAM (plan), product, lw_buffer_data (plan, step->buffers[0]), 1, FALSE, layer->shape, y);
  if (result != cudaSuccess || (layer->bias == NULL && !layer->relu))
    return result;
  return lw_cuda_affine (STREAM (plan), layer->shape, y, NULL, layer->bias != NULL ? layer->bias : plan->zeros, layer->relu, y);
}

static cudaError_t
run_project (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);

  return lw_cuda_project (STREAM (plan), lw_layer_input (plan, layer, 0)->shape, value_of (plan, layer->inputs[0]), layer->weights, layer->bias, layer->shape,
                          value_of (plan, step->layer));
}

/* ---- building ---- */

/* Scores: for so few channels our own code is faster than cuDNN's, and gives float32 at once. */
gboolean
lw_layer_is_projection (const LwPlan *plan, const LwLayer *layer)
{
  const LwNode *node = lw_layer_node (plan, layer);

  return layer->kind == LW_OP_CONV && node->kernel == 1 && node->stride == 1 && node->pad == 0 && !layer->relu && layer->shape.cp <= MAX_PROJECTED
         && layer->shape.type == LW_CUDA_F32;
}

LwConvShape
lw_layer_conv_shape (const LwPlan *plan, const LwLayer *layer, LwConvPass pass, LwCudaType out_type)
{
  LwCudaShape in = lw_layer_input (plan, layer, 0)->shape, out = layer->shape;
  LwCudaShape x = layer->kind == LW_OP_UP_CONV ? out : in, y = layer->kind == LW_OP_UP_CONV ? in : out;
  const LwNode *node = lw_layer_node (plan, layer);
  gboolean patches = lw_layer_input (plan, layer, 0)->window.kernel > 0;

  return (LwConvShape) { pass, plan->type, out_type, x.n, x.cp, x.h, x.w, y.cp, y.h, y.w, layer->filter.r, patches ? 1 : node->stride, patches ? 0 : node->pad };
}

LwConvChoice *
lw_plan_choice (LwPlan *plan, const LwLayer *layer, const LwConvShape *shape, GError **error)
{
  LwConvChoice *choice = lw_conv_choice_get (plan->device, shape, plan->options.deterministic, error);

  if (choice == NULL || choice->codes->len > 0)
    return choice;
  lw_net_fail (error, LW_NET_ERROR_UNSUPPORTED, _("cuDNN has no code for the layer “%s” on this GPU"), lw_layer_node (plan, layer)->name);
  return NULL;
}

/* NULL without an error: cuDNN can't do it at once. */
static LwConvChoice *
try_choice (LwPlan *plan, const LwLayer *layer, LwConvPass pass, LwCudaType out, GError **error)
{
  LwConvShape shape = lw_layer_conv_shape (plan, layer, pass, out);
  LwConvChoice *choice = lw_conv_choice_get (plan->device, &shape, plan->options.deterministic, error);

  return choice != NULL && choice->codes->len > 0 ? choice : NULL;
}

/* With bias and ReLU at once where cuDNN can, and where that is not slower; scores become float32 at once where cuDNN can. */
static gboolean
add_conv (LwPlan *plan, int number, GError **error)
{
  LwLayer *layer = lw_plan_layer (plan, number);
  gboolean up = layer->kind == LW_OP_UP_CONV, plain = up || (layer->bias == NULL && !layer->relu);
  LwConvPass plain_pass = up ? LW_CONV_BACKWARD_DATA : LW_CONV_FORWARD, pass = layer->relu ? LW_CONV_FORWARD_BIAS_RELU : LW_CONV_FORWARD_BIAS;
  LwConvChoice *fused = plain ? NULL : try_choice (plan, layer, pass, layer->shape.type, NULL);
  LwConvChoice *split = fused != NULL && plan->options.deterministic ? NULL : try_choice (plan, layer, plain_pass, layer->shape.type, NULL);
  int product = -1, in = lw_layer_input (plan, layer, 0)->value;
  LwOperand before = { in, NULL }, after = { layer->value, NULL };
  LwStep *step;

  if (fused == NULL && split == NULL)
    {
      LwConvShape shape = lw_layer_conv_shape (plan, layer, plain_pass, plan->type);

      split = lw_plan_choice (plan, layer, &shape, error);
      if (split == NULL)
        return FALSE;
      product = lw_buffer_new (plan, lw_shape_elements (layer->shape) * lw_type_bytes (plan->type));
      after.buffer = product;
    }
  step = lw_step_add (plan, number, "forward", NULL);
  step->conv = (LwConv) { fused != NULL ? fused : split, fused != NULL ? split : NULL, FALSE, up ? after : before, { -1, layer->weights },
                          { -1, layer->bias != NULL ? layer->bias : plan->zeros }, up ? before : after };
  lw_buffer_use (plan, in);
  lw_buffer_use (plan, after.buffer);
  if (fused != NULL || (product < 0 && layer->bias == NULL && !layer->relu))
    return TRUE;
  step = lw_step_add (plan, number, "bias", run_bias);
  step->buffers[0] = product;
  lw_buffer_use (plan, layer->value);
  if (product >= 0)
    lw_buffer_use (plan, product);
  return TRUE;
}

static void
use_inputs (LwPlan *plan, const LwLayer *layer)
{
  for (int k = 0; k < 2; k++)
    if (layer->inputs[k] >= 0)
      lw_buffer_use (plan, lw_layer_input (plan, layer, k)->value);
  lw_buffer_use (plan, layer->value);
}

static void
add_step (LwPlan *plan, int number, const char *what, cudaError_t (*run) (LwPlan *, const LwStep *))
{
  lw_step_add (plan, number, what, run);
  use_inputs (plan, lw_plan_layer (plan, number));
}

/* One byte an element: which one won. */
static void
add_index (LwPlan *plan, int number)
{
  LwLayer *layer = lw_plan_layer (plan, number);
  gboolean wanted = plan->options.train;

  for (guint i = 0; i < plan->layers->len && !wanted; i++)
    wanted = lw_plan_layer (plan, (int) i)->pool == number;
  if (!wanted)
    return;
  layer->index = lw_buffer_new (plan, lw_shape_elements (layer->shape));
  lw_buffer_use (plan, layer->index);
}

static void
add_norm (LwPlan *plan, int number)
{
  LwLayer *layer = lw_plan_layer (plan, number);

  lw_plan_want_scratch (plan, lw_cuda_sums_workspace (lw_layer_input (plan, layer, 0)->shape));
  if (plan->options.train)      /* else once, when the weights are loaded */
    {
      lw_step_add (plan, number, "statistics", run_statistics);
      lw_buffer_use (plan, lw_layer_input (plan, layer, 0)->value);
    }
  add_step (plan, number, "normalise", run_affine);
  if (layer->pooled)
    add_index (plan, number);
}

static gboolean
build_layer (LwPlan *plan, int number, GError **error)
{
  LwLayer *layer = lw_plan_layer (plan, number);

  if (layer->kind == LW_OP_SCORE)
    return TRUE;
  layer->value = lw_buffer_new (plan, lw_shape_bytes (layer->shape));
  switch (layer->kind)
    {
    case LW_OP_CONV:
    case LW_OP_UP_CONV:
      if (lw_layer_is_projection (plan, layer))
        add_step (plan, number, "forward", run_project);
      else if (!add_conv (plan, number, error))
        return FALSE;
      break;
    case LW_OP_BATCH_NORM: add_norm (plan, number); break;
    case LW_OP_MAX_POOL:
      add_step (plan, number, "forward", run_pool);
      add_index (plan, number);
      break;
    case LW_OP_UNPOOL:
      add_step (plan, number, "forward", run_unpool);
      lw_buffer_use (plan, lw_plan_layer (plan, layer->pool)->index);
      break;
    case LW_OP_DECONV: add_step (plan, number, "forward", run_up); break;
    case LW_OP_RELU: add_step (plan, number, "forward", run_relu); break;
    case LW_OP_DROPOUT: add_step (plan, number, "forward", run_dropout); break;
    case LW_OP_SCALE: add_step (plan, number, "forward", run_scale); break;
    case LW_OP_CROP: add_step (plan, number, "forward", run_crop); break;
    case LW_OP_ADD: add_step (plan, number, "forward", run_add); break;
    case LW_OP_CONCAT: add_step (plan, number, "forward", run_concat); break;
    case LW_OP_LRN: add_step (plan, number, "forward", run_lrn); break;
    case LW_OP_INPUT:
    case LW_OP_SCORE: break;
    }
  if (layer->kind != LW_OP_DROPOUT && layer->dropout >= 0)
    {
      lw_step_add (plan, number, "dropout", run_dropout);
      lw_buffer_use (plan, layer->value);
    }
  return TRUE;
}

/* The picture is there before the first step, and the scores are read after the last one. */
gboolean
lw_plan_build_forward (LwPlan *plan, GError **error)
{
  for (int i = 0; i < (int) plan->layers->len; i++)
    {
      if (!build_layer (plan, i, error))
        return FALSE;
      if (i == 0)
        g_array_index (plan->buffers, LwBuffer, lw_plan_layer (plan, 0)->value).first = 0;
    }
  lw_buffer_use (plan, lw_plan_layer (plan, plan->score_layer)->value);
  plan->n_forward = (int) plan->steps->len;
  return TRUE;
}
