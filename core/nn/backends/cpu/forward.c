/* forward.c: the steps that compute each layer's output */
#include "config.h"
#include "plan.h"
#include "nn/backends/dropout.h"
#include <glib/gi18n-lib.h>
#include <string.h>

/* Does a convolution add itself to what layer @i has left? It may do so before a concatenation of that is read. */
static gboolean
overwritten (const LwPlan *plan, int i)
{
  for (int j = i + 1; j < (int) plan->layers->len; j++)
    if (lw_plan_layer (plan, j)->addend == i)
      return TRUE;
  return FALSE;
}

/* The concatenation of which layer @i's output can be a part from the start, so that nobody has to copy it there; -1: none. A batch's pictures would
 * lie apart, and in training the output is needed longer. @within: (out) where in it. */
static int
find_whole (const LwPlan *plan, int i, gsize *within)
{
  const LwLayer *layer = lw_plan_layer (plan, i);

  for (int j = i + 1; j < (int) plan->layers->len && plan->options.n == 1 && !plan->options.train && !layer->plain; j++)
    {
      const LwLayer *other = lw_plan_layer (plan, j);
      gboolean first = other->inputs[0] == i;
      gsize before = first ? 0 : (gsize) lw_plan_layer (plan, MAX (other->inputs[0], 0))->channels;

      if (other->kind != LW_OP_CONCAT || (!first && other->inputs[1] != i))
        continue;
      *within = before * (gsize) layer->height * (gsize) layer->width * lw_type_bytes (layer->type);
      return !overwritten (plan, i) && other->type == layer->type && before % (gsize) plan->device->kernels->lanes == 0 && layer->channels == (int) layer->padded_channels ? j : -1;
    }
  return -1;
}

static int
value_buffer (LwPlan *plan, int i)
{
  LwLayer *layer = lw_plan_layer (plan, i), *whole;
  gsize within, bytes = lw_layer_elements (plan, layer) * lw_type_bytes (layer->type);
  int join;

  if (layer->value >= 0)        /* parts of it are there already */
    return layer->value;
  if (layer->addend >= 0)
    return lw_plan_layer (plan, layer->addend)->value;
  join = find_whole (plan, i, &within);
  if (join < 0)
    return lw_buffer_new (plan, bytes);
  whole = lw_plan_layer (plan, join);
  if (whole->value < 0)
    whole->value = lw_buffer_new (plan, lw_layer_elements (plan, whole) * lw_type_bytes (whole->type));
  layer->joined = TRUE;
  return lw_buffer_new_part (plan, whole->value, within);
}

static const LwLayer *
step_layer (const LwPlan *plan, const LwStep *step)
{
  return lw_plan_layer (plan, step->layer);
}

static const LwLayer *
input_layer (const LwPlan *plan, const LwStep *step)
{
  return lw_plan_layer (plan, step_layer (plan, step)->inputs[0]);
}

static dnnl_status_t
run_convert (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);

  plan->device->kernels->element->convert (lw_buffer_data (plan, step->buffers[0]), layer->type, lw_buffer_data (plan, step->buffers[2]),
                                           layer->type == LW_TYPE_F32 ? LW_TYPE_BF16 : LW_TYPE_F32, lw_layer_elements (plan, layer));
  return dnnl_success;
}

/* The buffer of input @k in the type in which layer @i takes it; converts it if need be. */
static int
input_of (LwPlan *plan, int i, int k)
{
  const LwLayer *layer = lw_plan_layer (plan, i);
  gboolean multiplies = layer->kind == LW_OP_CONV || layer->kind == LW_OP_UP_CONV;
  LwLayer *input = lw_plan_layer (plan, layer->inputs[k]);
  LwType wanted = multiplies ? plan->type : layer->type;
  LwStep *step;

  if (input->type == wanted)
    return input->value;
  if (input->converted >= 0)
    return input->converted;
  input->converted = lw_buffer_new (plan, lw_layer_elements (plan, input) * lw_type_bytes (wanted));
  step = lw_step_add (plan, layer->inputs[k], "convert", run_convert);
  step->buffers[0] = lw_buffer_use (plan, input->value);
  step->buffers[2] = lw_buffer_use (plan, input->converted);
  return input->converted;
}

/* Buffers: 0 an output, 2 what is picked from it. The layer is the first convolution that wants it. */
static dnnl_status_t
run_pick (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step), *input = input_layer (plan, step);
  LwShape small = { plan->options.n, input->channels, layer->height, layer->width, plan->type };

  plan->device->kernels->resample->pick (&small, lw_buffer_data (plan, step->buffers[0]), input->height, input->width, lw_layer_node (plan, layer)->stride,
                                         lw_buffer_data (plan, step->buffers[2]));
  return dnnl_success;
}

/* A convolution of single pixels that leaves most of them out: oneDNN's code for that takes two to three times as long as for the pixels that are left,
 * and its gradient by the input a hundred times where the size is odd (bfloat16). */
gboolean
lw_layer_picks (const LwPlan *plan, const LwLayer *layer)
{
  const LwNode *node = lw_layer_node (plan, layer);

  return layer->kind == LW_OP_CONV && node->kernel == 1 && node->stride == 2 && node->pad == 0 && !lw_plan_layer (plan, layer->inputs[0])->plain;
}

static int
picked_input (LwPlan *plan, int i)
{
  const LwLayer *layer = lw_plan_layer (plan, i);
  LwLayer *input = lw_plan_layer (plan, layer->inputs[0]);
  LwStep *step;
  int from;

  if (input->picked >= 0)
    return input->picked;
  from = input_of (plan, i, 0);
  input->picked = lw_buffer_new (plan, (gsize) plan->options.n * input->padded_channels * (gsize) (layer->height * layer->width) * lw_type_bytes (plan->type));
  step = lw_step_add (plan, i, "pick", run_pick);
  step->buffers[0] = lw_buffer_use (plan, from);
  step->buffers[2] = lw_buffer_use (plan, input->picked);
  return input->picked;
}

/* Buffers of a step: 0 the first input, 1 the second one, 2 the output, 3 the indices. */
static LwStep *
add_step (LwPlan *plan, int i, dnnl_status_t (*run) (LwPlan *, const LwStep *))
{
  LwLayer *layer = lw_plan_layer (plan, i);
  int inputs[2] = { -1, -1 };
  LwStep *step;

  for (int k = 0; k < 2; k++)
    if (layer->inputs[k] >= 0)
      inputs[k] = lw_layer_picks (plan, layer) ? picked_input (plan, i) : input_of (plan, i, k);
  step = lw_step_add (plan, i, "forward", run);
  for (int k = 0; k < 2; k++)
    if (inputs[k] >= 0)
      step->buffers[k] = lw_buffer_use (plan, inputs[k]);
  layer->value = value_buffer (plan, i);
  step->buffers[2] = lw_buffer_use (plan, layer->value);
  return step;
}

static dnnl_status_t
run_input (LwPlan *plan, const LwStep *step)
{
  const LwKernels *kernels = plan->device->kernels;
  const LwInputTransform *t = &plan->options.transform;
  const LwLayer *layer = step_layer (plan, step);
  void *out = lw_buffer_data (plan, step->buffers[2]);
  float scale[3], shift[3];
  int source[3];

  if (plan->batch->input != NULL)
    {
      kernels->element->convert (plan->batch->input, LW_TYPE_F32, out, layer->type, lw_layer_elements (plan, layer));
      return dnnl_success;
    }
  for (int c = 0; c < 3; c++)
    {
      source[c] = t->bgr ? 2 - c : c;
      scale[c] = 1 / (255 * t->std[source[c]]);
      shift[c] = -t->mean[source[c]] / t->std[source[c]];
    }
  kernels->array->normalise (plan->batch->rgb, plan->options.n, (gsize) layer->height * (gsize) layer->width, source, scale, shift, layer->type, out);
  return dnnl_success;
}

LwDesc *
lw_layer_source_desc (const LwPlan *plan, const LwLayer *layer)
{
  const LwLayer *input = lw_plan_layer (plan, layer->inputs[0]);

  return lw_layer_picks (plan, layer) ? lw_desc_blocked (lw_type_dnnl (plan->type), plan->options.n, input->channels, layer->height, layer->width, plan->device->kernels->lanes)
                                      : lw_layer_desc_typed (plan, input, plan->type);
}

LwConvShape
lw_layer_conv_shape (const LwPlan *plan, const LwLayer *layer)
{
  const LwNode *node = lw_layer_node (plan, layer);

  return (LwConvShape) { .in_channels = node->in_channels, .channels = node->channels, .kernel = node->kernel,
                         .stride = lw_layer_picks (plan, layer) ? 1 : node->stride, .pad = node->pad,
                         .bias = node->bias || layer->norm >= 0, .relu = layer->relu, .sum = layer->addend >= 0 };
}

/* Where the weights will be: of the plan itself for inference, else a copy of the parameter that training changes. */
gboolean
lw_layer_take_weights (LwPlan *plan, LwLayer *layer, GError **error)
{
  if (!plan->options.train)
    {
      gboolean bias = lw_layer_conv_shape (plan, layer).bias;

      layer->weights = lw_memory_new (lw_desc_bytes (layer->forward->weights), error);
      if (layer->weights != NULL && bias)
        layer->bias = lw_memory_new (layer->padded_channels * sizeof (float), error);
      return layer->weights != NULL && (!bias || layer->bias != NULL);
    }
  if (lw_layer_node (plan, layer)->bias)
    layer->bias = lw_plan_parameter (plan, layer->bias_parameter)->values;
  return lw_parameters_add_copy (plan, layer->weight_parameter, layer->forward->weights, &layer->weights, error);
}

/* The layout of a parameter is that of its gradient, so that oneDNN's code for that comes first. */
static gboolean
create_conv (LwPlan *plan, LwLayer *layer, const LwDesc *src, const LwDesc *dst, GError **error)
{
  LwConvShape shape = lw_layer_conv_shape (plan, layer);
  g_autoptr(LwDesc) diff_dst = lw_layer_desc_typed (plan, layer, plan->type);          /* a gradient has the input's type, also where the output is float32 */

  layer->forward = lw_tune_conv (plan, plan->options.train ? LW_CONV_FORWARD : LW_CONV_INFERENCE, &shape, src, dst, lw_desc_type (src), error);
  if (layer->forward == NULL)
    return FALSE;
  if (plan->options.train && !lw_layer_node (plan, layer)->frozen)
    {
      layer->backward_weights = lw_tune_conv (plan, LW_CONV_BACKWARD_WEIGHTS, &shape, src, diff_dst, dnnl_f32, error);
      if (layer->backward_weights == NULL || !lw_parameter_own_layout (plan, layer->weight_parameter, layer->backward_weights->weights, error))
        return FALSE;
    }
  if (plan->options.train && lw_plan_layer (plan, layer->inputs[0])->wants_gradient)
    {
      layer->backward_data = lw_tune_conv (plan, LW_CONV_BACKWARD_DATA, &shape, src, diff_dst, lw_desc_type (src), error);
      if (layer->backward_data == NULL)
        return FALSE;
    }
  return lw_layer_take_weights (plan, layer, error);
}

static gboolean
add_conv (LwPlan *plan, int i, GError **error)
{
  LwLayer *layer = lw_plan_layer (plan, i), *input = lw_plan_layer (plan, layer->inputs[0]);
  g_autoptr(LwDesc) src = lw_layer_source_desc (plan, layer), dst = lw_layer_desc (plan, layer), bias = lw_desc_plain (dnnl_f32, 1, &layer->channels);
  LwStep *step;

  if (plan->options.train && input->type != plan->type)
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_UNSUPPORTED, _("The layer “%s” takes scores as its input"), lw_layer_node (plan, layer)->name);
      return FALSE;
    }
  if (!create_conv (plan, layer, src, dst, error))
    return FALSE;
  step = add_step (plan, i, lw_step_run_conv);
  step->code = layer->forward;
  lw_step_argument (plan, step, DNNL_ARG_SRC, src, step->buffers[0], NULL);
  lw_step_argument (plan, step, DNNL_ARG_WEIGHTS, layer->forward->weights, -1, layer->weights);
  if (layer->bias != NULL)
    lw_step_argument (plan, step, DNNL_ARG_BIAS, bias, -1, layer->bias);
  lw_step_argument (plan, step, DNNL_ARG_DST, dst, layer->value, NULL);
  lw_step_scratch (plan, step, layer->forward->scratch);
  return TRUE;
}

/* Windows of single pixels: of each two the first one. */
static dnnl_status_t
run_thin (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step), *input = input_layer (plan, step);
  LwShape shape = lw_layer_shape (plan, layer);

  plan->device->kernels->resample->pick (&shape, lw_buffer_data (plan, step->buffers[0]), input->height, input->width, lw_layer_node (plan, layer)->stride,
                                         lw_buffer_data (plan, step->buffers[2]));
  return dnnl_success;
}

static dnnl_status_t
run_pool (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step);
  const LwKernels *kernels = plan->device->kernels;
  LwShape shape = lw_layer_shape (plan, input_layer (plan, step));
  LwPoolShape pool = { &shape, layer->height, layer->width };

  (lw_layer_node (plan, layer)->kernel == 3 ? kernels->overlap->forward : kernels->pool->forward)
    (&pool, lw_buffer_data (plan, step->buffers[0]), lw_buffer_data (plan, step->buffers[2]), lw_buffer_data (plan, step->buffers[3]));
  return dnnl_success;
}

/* Indices are kept for training, and for an unpooling that asks for them. */
static gboolean
needs_index (const LwPlan *plan, int pool)
{
  for (guint i = 0; i < plan->layers->len; i++)
    if (lw_plan_layer (plan, (int) i)->kind == LW_OP_UNPOOL && lw_plan_layer (plan, (int) i)->pool == pool)
      return TRUE;
  return plan->options.train;
}

static void
add_pool (LwPlan *plan, int i)
{
  gboolean thins = lw_layer_node (plan, lw_plan_layer (plan, i))->kernel == 1;
  LwStep *step = add_step (plan, i, thins ? run_thin : run_pool);
  LwLayer *layer = lw_plan_layer (plan, i);

  if (!needs_index (plan, i))
    return;
  layer->index = lw_buffer_new (plan, lw_layer_elements (plan, layer));
  step->buffers[3] = lw_buffer_use (plan, layer->index);
}

static dnnl_status_t
run_unpool (LwPlan *plan, const LwStep *step)
{
  LwShape shape = lw_layer_shape (plan, step_layer (plan, step));
  const LwLayer *small = input_layer (plan, step);
  LwPoolShape pool = { &shape, small->height, small->width };

  plan->device->kernels->pool->unpool (&pool, lw_buffer_data (plan, step->buffers[0]), lw_buffer_data (plan, step->buffers[3]),
                                       lw_buffer_data (plan, step->buffers[2]));
  return dnnl_success;
}

static dnnl_status_t
run_lrn (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step);
  LwShape shape = lw_layer_shape (plan, layer);
  LwLrn lrn = lw_layer_lrn (plan, layer, &shape);

  plan->device->kernels->across->forward (&lrn, lw_buffer_data (plan, step->buffers[0]), lw_buffer_data (plan, step->buffers[2]));
  return dnnl_success;
}

static dnnl_status_t
run_relu (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step);

  plan->device->kernels->element->relu (lw_buffer_data (plan, step->buffers[0]), lw_buffer_data (plan, step->buffers[2]), lw_layer_elements (plan, layer), layer->type);
  return dnnl_success;
}

dnnl_status_t
lw_step_run_scale (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step);

  plan->device->kernels->element->scale (lw_buffer_data (plan, step->buffers[0]), lw_buffer_data (plan, step->buffers[2]), lw_layer_elements (plan, layer), layer->type,
                                         lw_layer_node (plan, layer)->value);
  return dnnl_success;
}

dnnl_status_t
lw_step_run_dropout (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step);
  LwShape shape = lw_layer_shape (plan, layer);
  void *x = lw_buffer_data (plan, step->buffers[0]), *y = lw_buffer_data (plan, step->buffers[2]);

  if (plan->mode == LW_MODE_TRAIN)
    plan->device->kernels->element->dropout (x, y, &shape, lw_dropout_key (plan->optimizer->seed, plan->optimizer->step, layer->node),
                                             lw_layer_node (plan, layer)->value);
  else if (x != y)
    memcpy (y, x, lw_layer_elements (plan, layer) * lw_type_bytes (layer->type));
  return dnnl_success;
}

static dnnl_status_t
run_add (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step);

  plan->device->kernels->element->add (lw_buffer_data (plan, step->buffers[0]), lw_buffer_data (plan, step->buffers[1]), lw_buffer_data (plan, step->buffers[2]),
                                       lw_layer_elements (plan, layer), layer->type, layer->relu);
  return dnnl_success;
}

static dnnl_status_t
run_crop (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step), *input = input_layer (plan, step);
  LwShape shape = lw_layer_shape (plan, layer);

  plan->device->kernels->resample->crop (&shape, lw_buffer_data (plan, step->buffers[0]), input->height, input->width, lw_layer_node (plan, layer)->offset,
                                         lw_buffer_data (plan, step->buffers[2]));
  return dnnl_success;
}

static dnnl_status_t
run_deconv (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step);
  LwShape shape = lw_layer_shape (plan, input_layer (plan, step));
  LwDeconv deconv = { &shape, layer->height, layer->width, lw_layer_node (plan, layer)->stride, lw_layer_node (plan, layer)->pad };

  plan->device->kernels->resample->deconv (&deconv, lw_buffer_data (plan, step->buffers[0]), lw_buffer_data (plan, step->buffers[2]));
  return dnnl_success;
}

static dnnl_status_t
run_concat (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step);
  int to = 0;

  for (int k = 0; k < 2; k++)
    {
      int channels = lw_plan_layer (plan, layer->inputs[k])->channels;

      if (!lw_plan_layer (plan, layer->inputs[k])->joined)
        plan->device->kernels->resample->copy_channels (plan->options.n, layer->height, layer->width, layer->type, lw_buffer_data (plan, step->buffers[k]), channels, 0,
                                                      lw_buffer_data (plan, step->buffers[2]), layer->channels, to, channels);
      to += channels;
    }
  return dnnl_success;
}

/* The step comes first: what is used is used by the last one that there is. */
static void
add_unpool (LwPlan *plan, int i)
{
  LwStep *step = add_step (plan, i, run_unpool);

  step->buffers[3] = lw_buffer_use (plan, lw_plan_layer (plan, lw_plan_layer (plan, i)->pool)->index);
}

static gboolean
add_layer (LwPlan *plan, int i, GError **error)
{
  LwLayer *layer = lw_plan_layer (plan, i);

  switch (layer->kind)
    {
    case LW_OP_INPUT: add_step (plan, i, run_input); break;
    case LW_OP_CONV: return add_conv (plan, i, error);
    case LW_OP_MAX_POOL: add_pool (plan, i); break;
    case LW_OP_BATCH_NORM:
      add_step (plan, i, NULL);
      return lw_norm_add_forward (plan, i, error);
    case LW_OP_RELU: add_step (plan, i, run_relu); break;
    case LW_OP_DROPOUT: add_step (plan, i, lw_step_run_dropout); break;
    case LW_OP_SCALE: add_step (plan, i, lw_step_run_scale); break;
    case LW_OP_CROP: add_step (plan, i, run_crop); break;
    case LW_OP_ADD: add_step (plan, i, run_add); break;
    case LW_OP_CONCAT: add_step (plan, i, run_concat); break;
    case LW_OP_DECONV: add_step (plan, i, run_deconv); break;
    case LW_OP_UNPOOL: add_unpool (plan, i); break;
    case LW_OP_LRN: add_step (plan, i, run_lrn); break;
    case LW_OP_UP_CONV:
      add_step (plan, i, lw_step_run_conv);
      return lw_up_conv_add_forward (plan, i, error);
    case LW_OP_SCORE:           /* the final pass or the loss reads the grid */
      lw_buffer_use (plan, lw_plan_layer (plan, plan->score)->value);
      break;
    }
  return TRUE;
}

gboolean
lw_plan_build_forward (LwPlan *plan, GError **error)
{
  for (int i = 0; i < (int) plan->layers->len; i++)
    if (!add_layer (plan, i, error))
      return FALSE;
  plan->n_forward = (int) plan->steps->len;
  return TRUE;
}
