/* backward.c: the steps that carry the loss's gradient back through the layers, and into the parameters */
#include "config.h"
#include "plan.h"
#include <glib/gi18n-lib.h>
#include <string.h>

/* Buffers of a step, unless said: 0 gradient by the output, 2 gradient by the input. */

static LwLayer *
step_layer (const LwPlan *plan, const LwStep *step)
{
  return lw_plan_layer (plan, step->layer);
}

static LwShape
input_shape (const LwPlan *plan, const LwStep *step)
{
  return lw_layer_shape (plan, lw_plan_layer (plan, step_layer (plan, step)->inputs[0]));
}

static LwStep *
add_step (LwPlan *plan, int i, int dy, int dx, dnnl_status_t (*run) (LwPlan *, const LwStep *))
{
  LwStep *step = lw_step_add (plan, i, "backward", run);

  step->buffers[0] = lw_buffer_use (plan, dy);
  if (dx >= 0)
    step->buffers[2] = lw_buffer_use (plan, dx);
  return step;
}

/* ---- where a gradient goes ---- */

static dnnl_status_t
run_accumulate (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step);
  void *sum = lw_buffer_data (plan, step->buffers[2]);

  plan->device->kernels->element->add (sum, lw_buffer_data (plan, step->buffers[0]), sum, lw_layer_elements (plan, layer), layer->type, FALSE);
  return dnnl_success;
}

int
lw_gradient_new (LwPlan *plan, const LwLayer *layer)
{
  return lw_buffer_new (plan, lw_layer_elements (plan, layer) * lw_type_bytes (layer->type));
}

/* The first part is the gradient; the others are added to it. */
void
lw_gradient_deliver (LwPlan *plan, int i, int part)
{
  LwLayer *layer = lw_plan_layer (plan, i);
  LwStep *step;

  if (layer->gradient < 0)
    {
      layer->gradient = part;
      return;
    }
  step = lw_step_add (plan, i, "accumulate", run_accumulate);
  step->buffers[0] = lw_buffer_use (plan, part);
  step->buffers[2] = lw_buffer_use (plan, layer->gradient);
}

/* ---- the loss ---- */

/* Labels of the pixels that count. */
static const guint8 *
labels_that_count (LwPlan *plan, const LwGrid *grid)
{
  gsize pixels = (gsize) plan->options.n * (gsize) plan->options.height * (gsize) plan->options.width;

  if (!(plan->loss_options.hard_below > 0))
    return plan->batch->labels;
  if (plan->hard == NULL)
    plan->hard = g_new (guint8, pixels);
  memcpy (plan->hard, plan->batch->labels, pixels);
  plan->device->kernels->score->levels (grid, plan->options.height, plan->options.width, plan->hard);
  lw_loss_keep_hard (&plan->loss_options, plan->batch->labels, plan->hard, pixels);
  return plan->hard;
}

/* Buffers: 0 the scores, 2 their gradient in float32, 4 the bands' partial gradients */
static dnnl_status_t
run_loss (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step), *scores = lw_plan_layer (plan, plan->score);
  const LwNode *node = lw_layer_node (plan, layer);
  LwGrid grid = { lw_buffer_data (plan, step->buffers[0]), scores->type, plan->options.n, scores->channels, scores->height, scores->width,
                  node->stride, node->offset };

  plan->loss = plan->device->kernels->score->loss (&grid, plan->options.height, plan->options.width, labels_that_count (plan, &grid), plan->loss_options.class_weights,
                                                   lw_buffer_data (plan, step->buffers[4]), lw_buffer_data (plan, step->buffers[2]), &plan->pixels);
  return dnnl_success;
}

static dnnl_status_t
run_convert (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step);

  plan->device->kernels->element->convert (lw_buffer_data (plan, step->buffers[0]), LW_TYPE_F32, lw_buffer_data (plan, step->buffers[2]), plan->type,
                                           lw_layer_elements (plan, layer));
  return dnnl_success;
}

/* @from, of float32, in the type of the plan. */
static int
add_convert (LwPlan *plan, int i, int from)
{
  int to = lw_buffer_new (plan, lw_layer_elements (plan, lw_plan_layer (plan, i)) * lw_type_bytes (plan->type));

  add_step (plan, i, from, to, run_convert);
  return to;
}

static void
add_loss (LwPlan *plan, int i)
{
  LwLayer *layer = lw_plan_layer (plan, i), *scores = lw_plan_layer (plan, layer->inputs[0]);
  LwGrid grid = { .n = plan->options.n, .classes = scores->channels, .height = scores->height, .width = scores->width };
  int gradient = lw_buffer_new (plan, lw_layer_elements (plan, scores) * sizeof (float));
  LwStep *step = lw_step_add (plan, i, "loss", run_loss);

  step->buffers[0] = lw_buffer_use (plan, scores->value);
  step->buffers[2] = lw_buffer_use (plan, gradient);
  step->buffers[4] = lw_buffer_use (plan, lw_buffer_new (plan, lw_loss_partials (&grid) * sizeof (double)));
  if (scores->type != LW_TYPE_F32)
    gradient = add_convert (plan, layer->inputs[0], gradient);
  lw_gradient_deliver (plan, layer->inputs[0], gradient);
}

/* ---- convolutions ---- */

static dnnl_status_t
run_relu_mask (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step);

  plan->device->kernels->element->relu_back (lw_buffer_data (plan, step->buffers[1]), lw_buffer_data (plan, step->buffers[0]), lw_layer_elements (plan, layer),
                                             layer->type);
  return dnnl_success;
}

/* In place. */
static void
add_relu_mask (LwPlan *plan, int i)
{
  LwLayer *layer = lw_plan_layer (plan, i);
  LwStep *step = lw_step_add (plan, i, "relu", run_relu_mask);

  step->buffers[0] = lw_buffer_use (plan, layer->gradient);
  step->buffers[1] = lw_buffer_use (plan, layer->value);
}

static void
add_conv_weights (LwPlan *plan, int i, const LwDesc *src, const LwDesc *dst, int dy)
{
  LwLayer *layer = lw_plan_layer (plan, i), *input = lw_plan_layer (plan, layer->inputs[0]);
  LwStep *step = lw_step_add (plan, i, "weights", lw_step_run_conv);

  step->code = layer->backward_weights;
  lw_step_argument (plan, step, DNNL_ARG_SRC, src, lw_layer_picks (plan, layer) ? input->picked : input->value, NULL);
  lw_step_argument (plan, step, DNNL_ARG_DIFF_DST, dst, dy, NULL);
  lw_step_argument (plan, step, DNNL_ARG_DIFF_WEIGHTS, layer->backward_weights->weights, -1, lw_plan_parameter (plan, layer->weight_parameter)->gradient);
  if (layer->bias_parameter >= 0)
    {
      LwParameter *bias = lw_plan_parameter (plan, layer->bias_parameter);

      lw_step_argument (plan, step, DNNL_ARG_DIFF_BIAS, bias->desc, -1, bias->gradient);
    }
  lw_step_scratch (plan, step, layer->backward_weights->scratch);
  if (lw_layer_misses_taps (plan, layer))
    lw_missed_taps_add_clear (plan, i);
}

static dnnl_status_t
run_pick_back (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step), *input = lw_plan_layer (plan, layer->inputs[0]);
  LwShape small = { plan->options.n, input->channels, layer->height, layer->width, input->type };

  plan->device->kernels->resample->pick_back (&small, lw_buffer_data (plan, step->buffers[0]), input->height, input->width, lw_layer_node (plan, layer)->stride,
                                              lw_buffer_data (plan, step->buffers[2]));
  return dnnl_success;
}

/* The gradient by what was picked, where it was picked from. */
static int
add_pick_back (LwPlan *plan, int i, int small)
{
  int dx = lw_gradient_new (plan, lw_plan_layer (plan, lw_plan_layer (plan, i)->inputs[0]));

  add_step (plan, i, small, dx, run_pick_back);
  return dx;
}

static gboolean
add_conv_data (LwPlan *plan, int i, const LwDesc *src, const LwDesc *dst, int dy, GError **error)
{
  LwLayer *layer = lw_plan_layer (plan, i), *input = lw_plan_layer (plan, layer->inputs[0]);
  gboolean picks = lw_layer_picks (plan, layer);
  int dx = picks ? lw_buffer_new (plan, lw_desc_bytes (src)) : lw_gradient_new (plan, input);
  void *weights = NULL;
  LwStep *step;

  if (!lw_parameters_add_copy (plan, layer->weight_parameter, layer->backward_data->weights, &weights, error))
    return FALSE;
  step = lw_step_add (plan, i, "data", lw_step_run_conv);
  step->code = layer->backward_data;
  lw_step_argument (plan, step, DNNL_ARG_DIFF_DST, dst, dy, NULL);
  lw_step_argument (plan, step, DNNL_ARG_WEIGHTS, layer->backward_data->weights, -1, weights);
  lw_step_argument (plan, step, DNNL_ARG_DIFF_SRC, src, dx, NULL);
  lw_step_scratch (plan, step, layer->backward_data->scratch);
  lw_gradient_deliver (plan, layer->inputs[0], picks ? add_pick_back (plan, i, dx) : dx);
  return TRUE;
}

static gboolean
add_conv (LwPlan *plan, int i, GError **error)
{
  LwLayer *layer = lw_plan_layer (plan, i);
  g_autoptr(LwDesc) src = lw_layer_source_desc (plan, layer), dst = lw_layer_desc_typed (plan, layer, plan->type);
  int dy;

  if (layer->relu && !layer->masked)
    add_relu_mask (plan, i);
  dy = layer->type == plan->type ? layer->gradient : add_convert (plan, i, layer->gradient);
  if (layer->backward_weights != NULL)
    add_conv_weights (plan, i, src, dst, dy);
  return layer->backward_data == NULL || add_conv_data (plan, i, src, dst, dy, error);
}

/* ---- the other layers ---- */

/* Buffers: also 1 the output, 3 the indices */
static dnnl_status_t
run_pool (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step);
  LwShape shape = input_shape (plan, step);
  const LwKernels *kernels = plan->device->kernels;
  LwPoolShape pool = { &shape, layer->height, layer->width };

  (lw_layer_node (plan, layer)->kernel == 3 ? kernels->overlap->backward : kernels->pool->backward)
    (&pool, lw_buffer_data (plan, step->buffers[0]), lw_buffer_data (plan, step->buffers[3]), lw_buffer_data (plan, step->buffers[1]),
     lw_buffer_data (plan, step->buffers[2]));
  return dnnl_success;
}

/* A maximum of a ReLU's outputs is above zero where the ReLU let it through: the pool masks for the convolution before it, at a quarter of the size. */
static void
add_pool (LwPlan *plan, int i, gboolean only_use)
{
  LwLayer *layer = lw_plan_layer (plan, i), *input = lw_plan_layer (plan, layer->inputs[0]);
  int dx = lw_gradient_new (plan, input);
  LwStep *step = add_step (plan, i, layer->gradient, dx, run_pool);

  step->buffers[3] = lw_buffer_use (plan, layer->index);
  if (input->kind == LW_OP_CONV && input->relu && only_use)
    {
      step->buffers[1] = lw_buffer_use (plan, layer->value);
      input->masked = TRUE;
    }
  lw_gradient_deliver (plan, layer->inputs[0], dx);
}

static dnnl_status_t
run_unpool (LwPlan *plan, const LwStep *step)
{
  LwShape shape = lw_layer_shape (plan, step_layer (plan, step)), small = input_shape (plan, step);
  LwPoolShape pool = { &shape, small.height, small.width };

  plan->device->kernels->pool->unpool_back (&pool, lw_buffer_data (plan, step->buffers[0]), lw_buffer_data (plan, step->buffers[3]),
                                            lw_buffer_data (plan, step->buffers[2]));
  return dnnl_success;
}

static void
add_unpool (LwPlan *plan, int i)
{
  LwLayer *layer = lw_plan_layer (plan, i);
  int dx = lw_gradient_new (plan, lw_plan_layer (plan, layer->inputs[0]));

  LwStep *step = add_step (plan, i, layer->gradient, dx, run_unpool);       /* before what it uses */
  step->buffers[3] = lw_buffer_use (plan, lw_plan_layer (plan, layer->pool)->index);
  lw_gradient_deliver (plan, layer->inputs[0], dx);
}

/* Buffers: also 1 the input */
static dnnl_status_t
run_lrn (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step);
  LwShape shape = lw_layer_shape (plan, layer);
  LwLrn lrn = lw_layer_lrn (plan, layer, &shape);

  plan->device->kernels->across->backward (&lrn, lw_buffer_data (plan, step->buffers[1]), lw_buffer_data (plan, step->buffers[0]),
                                           lw_buffer_data (plan, step->buffers[2]));
  return dnnl_success;
}

static void
add_lrn (LwPlan *plan, int i)
{
  LwLayer *layer = lw_plan_layer (plan, i), *input = lw_plan_layer (plan, layer->inputs[0]);
  int dx = lw_gradient_new (plan, input);

  LwStep *step = add_step (plan, i, layer->gradient, dx, run_lrn);          /* before what it uses */
  step->buffers[1] = lw_buffer_use (plan, input->value);
  lw_gradient_deliver (plan, layer->inputs[0], dx);
}

static dnnl_status_t
run_crop (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step);
  LwShape shape = lw_layer_shape (plan, layer), whole = input_shape (plan, step);

  plan->device->kernels->resample->crop_back (&shape, lw_buffer_data (plan, step->buffers[0]), whole.height, whole.width, lw_layer_node (plan, layer)->offset,
                                              lw_buffer_data (plan, step->buffers[2]));
  return dnnl_success;
}

static dnnl_status_t
run_deconv (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step);
  LwShape shape = input_shape (plan, step);
  LwDeconv deconv = { &shape, layer->height, layer->width, lw_layer_node (plan, layer)->stride, lw_layer_node (plan, layer)->pad };

  plan->device->kernels->resample->deconv_back (&deconv, lw_buffer_data (plan, step->buffers[0]), lw_buffer_data (plan, step->buffers[2]));
  return dnnl_success;
}

/* To a buffer of the input's own. */
static void
add_simple (LwPlan *plan, int i, dnnl_status_t (*run) (LwPlan *, const LwStep *))
{
  LwLayer *layer = lw_plan_layer (plan, i);
  int dx = lw_gradient_new (plan, lw_plan_layer (plan, layer->inputs[0]));

  add_step (plan, i, layer->gradient, dx, run);
  lw_gradient_deliver (plan, layer->inputs[0], dx);
}

/* Where input and output have the same shape, over the gradient that came, which nobody else reads any more. */
static void
add_in_place (LwPlan *plan, int i, dnnl_status_t (*run) (LwPlan *, const LwStep *))
{
  LwLayer *layer = lw_plan_layer (plan, i);

  add_step (plan, i, layer->gradient, layer->gradient, run);
  lw_gradient_deliver (plan, layer->inputs[0], layer->gradient);
}

static dnnl_status_t
run_copy (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step);

  memcpy (lw_buffer_data (plan, step->buffers[2]), lw_buffer_data (plan, step->buffers[0]), lw_layer_elements (plan, layer) * lw_type_bytes (layer->type));
  return dnnl_success;
}

/* Both inputs get the whole gradient, each in memory of its own, since what comes next works in place: one a copy, the other what came. */
static void
add_sum (LwPlan *plan, int i)
{
  LwLayer *layer = lw_plan_layer (plan, i);
  gboolean wanted[2] = { lw_plan_layer (plan, layer->inputs[0])->wants_gradient, lw_plan_layer (plan, layer->inputs[1])->wants_gradient };

  if (layer->relu)
    add_relu_mask (plan, i);
  if (wanted[0] && wanted[1])
    {
      int dx = lw_gradient_new (plan, lw_plan_layer (plan, layer->inputs[0]));

      add_step (plan, i, layer->gradient, dx, run_copy);
      lw_gradient_deliver (plan, layer->inputs[0], dx);
    }
  lw_gradient_deliver (plan, layer->inputs[wanted[1] ? 1 : 0], layer->gradient);
}

/* buffers[1] is no buffer here, but says which input's part it is. */
static dnnl_status_t
run_concat_part (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = step_layer (plan, step);
  int k = step->buffers[1], from = k == 0 ? 0 : lw_plan_layer (plan, layer->inputs[0])->channels, channels = lw_plan_layer (plan, layer->inputs[k])->channels;

  plan->device->kernels->resample->copy_channels (plan->options.n, layer->height, layer->width, layer->type, lw_buffer_data (plan, step->buffers[0]), layer->channels,
                                                  from, lw_buffer_data (plan, step->buffers[2]), channels, 0, channels);
  return dnnl_success;
}

static void
add_concat (LwPlan *plan, int i)
{
  LwLayer *layer = lw_plan_layer (plan, i);

  for (int k = 0; k < 2; k++)
    if (lw_plan_layer (plan, layer->inputs[k])->wants_gradient)
      {
        int dx = lw_gradient_new (plan, lw_plan_layer (plan, layer->inputs[k]));

        add_step (plan, i, layer->gradient, dx, run_concat_part)->buffers[1] = k;
        lw_gradient_deliver (plan, layer->inputs[k], dx);
      }
}

static void
add_norm (LwPlan *plan, int i)
{
  LwLayer *layer = lw_plan_layer (plan, i), *input = lw_plan_layer (plan, layer->inputs[0]);
  int dx = !input->wants_gradient ? -1 : layer->pooled ? lw_gradient_new (plan, input) : layer->gradient;

  lw_norm_add_backward (plan, i, dx);
  if (dx >= 0)
    lw_gradient_deliver (plan, layer->inputs[0], dx);
}

static int
count_uses (const LwPlan *plan, int i)
{
  int uses = 0;

  for (guint j = 0; j < plan->layers->len; j++)
    for (int k = 0; k < 2; k++)
      uses += lw_plan_layer (plan, (int) j)->inputs[k] == i;
  return uses;
}

static gboolean
add_layer (LwPlan *plan, int i, GError **error)
{
  LwLayer *layer = lw_plan_layer (plan, i);

  if (layer->kind == LW_OP_SCORE)
    {
      add_loss (plan, i);
      return TRUE;
    }
  if (!layer->wants_gradient || layer->gradient < 0)
    return TRUE;
  switch (layer->kind)
    {
    case LW_OP_CONV: return add_conv (plan, i, error);
    case LW_OP_BATCH_NORM: add_norm (plan, i); break;
    case LW_OP_MAX_POOL: add_pool (plan, i, count_uses (plan, layer->inputs[0]) == 1); break;
    case LW_OP_UNPOOL: add_unpool (plan, i); break;
    case LW_OP_CROP: add_simple (plan, i, run_crop); break;
    case LW_OP_DECONV: add_simple (plan, i, run_deconv); break;
    case LW_OP_ADD: add_sum (plan, i); break;
    case LW_OP_CONCAT: add_concat (plan, i); break;
    case LW_OP_SCALE: add_in_place (plan, i, lw_step_run_scale); break;
    case LW_OP_DROPOUT: add_in_place (plan, i, lw_step_run_dropout); break;
    case LW_OP_RELU:
      add_relu_mask (plan, i);
      lw_gradient_deliver (plan, layer->inputs[0], layer->gradient);
      break;
    case LW_OP_UP_CONV: return lw_up_conv_add_backward (plan, i, error);
    case LW_OP_LRN: add_lrn (plan, i); break;
    case LW_OP_INPUT:
    case LW_OP_SCORE:
      break;
    }
  return TRUE;
}

gboolean
lw_plan_build_backward (LwPlan *plan, GError **error)
{
  for (int i = (int) plan->layers->len; i-- > 0;)
    if (!add_layer (plan, i, error))
      return FALSE;
  return TRUE;
}
