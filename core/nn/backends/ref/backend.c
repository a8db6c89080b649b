/* backend.c: the reference backend's table: plans that keep every node's output, run node by node */
#include "config.h"
#include "ref.h"
#include "nn/backends/dropout.h"
#include <glib/gi18n-lib.h>

struct _LwDevice { int unused; };

static LwDevice *
open_device (GError **error)
{
  return g_new0 (LwDevice, 1);
}

static void
close_device (LwDevice *device)
{
  g_free (device);
}

static char *
describe (LwDevice *device)
{
  return g_strdup ("plain C, double precision");
}

static void
free_plan (LwPlan *plan)
{
  for (guint i = 0; i < plan->graph->nodes->len; i++)
    {
      RefNode *node = &plan->nodes[i];

      g_free (node->value);
      g_free (node->grad);
      g_free (node->index);
      g_free (node->mean);
      g_free (node->deviation);
    }
  for (guint t = 0; t < plan->infos->len; t++)
    {
      g_free (plan->params[t].value);
      g_free (plan->params[t].grad);
      g_free (plan->params[t].first);
      g_free (plan->params[t].second);
    }
  g_free (plan->nodes);
  g_free (plan->params);
  g_array_unref (plan->infos);
  lw_graph_free (plan->graph);
  g_free (plan);
}

static void
make_node (RefNode *node, const LwNode *layer, int n, int h, int w, gboolean train)
{
  node->node = layer;
  node->n = n;
  node->c = layer->channels;
  node->h = h;
  node->w = w;
  node->value = g_new0 (double, ref_count (node));
  if (train)
    node->grad = g_new0 (double, ref_count (node));
  if (layer->kind == LW_OP_MAX_POOL)
    node->index = g_new0 (guint32, ref_count (node));
  if (layer->kind == LW_OP_BATCH_NORM)
    {
      node->mean = g_new0 (double, node->c);
      node->deviation = g_new0 (double, node->c);
    }
}

static void
make_param (LwPlan *plan, guint t)
{
  RefParam *param = &plan->params[t];

  param->info = &g_array_index (plan->infos, LwTensorInfo, t);
  param->value = g_new0 (double, param->info->count);
  if (plan->options.train)
    param->grad = g_new0 (double, param->info->count);
  RefNode *node = &plan->nodes[param->info->node];
  const char *part = strrchr (param->info->name, '.') + 1;

  if (g_str_equal (part, "weight"))
    node->weight = param;
  else if (g_str_equal (part, "bias"))
    node->bias = param;
  else if (g_str_equal (part, "running_mean"))
    node->running_mean = param;
  else
    node->running_var = param;
}

static LwPlan *
compile (LwDevice *device, const LwGraph *graph, const LwPlanOptions *options, GError **error)
{
  guint n = graph->nodes->len;
  g_autofree int *heights = g_new (int, n), *widths = g_new (int, n);

  if (options->precision == LW_PRECISION_BF16 || options->precision == LW_PRECISION_MIXED)
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_UNSUPPORTED, _("The reference backend has no bfloat16"));
      return NULL;
    }
  if (!lw_graph_sizes (graph, options->height, options->width, heights, widths, error))
    return NULL;
  LwPlan *plan = g_new0 (LwPlan, 1);

  plan->graph = lw_graph_copy (graph);
  plan->options = *options;
  plan->nodes = g_new0 (RefNode, n);
  plan->infos = lw_graph_tensors (graph);
  plan->params = g_new0 (RefParam, plan->infos->len);
  for (guint i = 0; i < n; i++)
    make_node (&plan->nodes[i], lw_graph_node (plan->graph, (int) i), options->n, heights[i], widths[i], options->train);
  for (guint t = 0; t < plan->infos->len; t++)
    make_param (plan, t);
  return plan;
}

static gboolean
load (LwPlan *plan, const LwWeights *weights, GError **error)
{
  if (!lw_weights_check (weights, plan->graph, error))
    return FALSE;
  for (guint t = 0; t < plan->infos->len; t++)
    for (gsize i = 0; i < plan->params[t].info->count; i++)
      plan->params[t].value[i] = (double) lw_weights_get (weights, plan->params[t].info->name)->data[i];
  return TRUE;
}

/* @prefix: before the tensor's name, "" for the values themselves. Adds tensors that are not there. */
static void
store (const LwPlan *plan, const char *prefix, gsize field, gboolean trainable_only, LwWeights *into)
{
  for (guint t = 0; t < plan->infos->len; t++)
    {
      const RefParam *param = &plan->params[t];
      const double *values = G_STRUCT_MEMBER (const double *, param, field);
      g_autofree char *name = g_strconcat (prefix, param->info->name, NULL);
      LwTensor *tensor = lw_weights_get (into, name);

      if (trainable_only && !param->info->trainable)
        continue;
      if (tensor == NULL)
        tensor = lw_weights_add (into, name, param->info->dims, param->info->rank);
      for (gsize i = 0; i < tensor->count; i++)
        tensor->data[i] = (float) values[i];
    }
}

static gboolean
save (LwPlan *plan, LwWeights *weights, GError **error)
{
  store (plan, "", G_STRUCT_OFFSET (RefParam, value), FALSE, weights);
  return TRUE;
}

/* Only once they are needed: those of the full FCN-8s take 2 GB. */
static void
make_moments (LwPlan *plan)
{
  for (guint t = 0; t < plan->infos->len; t++)
    if (plan->params[t].first == NULL)
      {
        plan->params[t].first = g_new0 (double, plan->params[t].info->count);
        plan->params[t].second = g_new0 (double, plan->params[t].info->count);
      }
}

static gboolean
save_state (LwPlan *plan, LwWeights *state, GError **error)
{
  g_return_val_if_fail (plan->options.train, FALSE);
  make_moments (plan);
  store (plan, "first.", G_STRUCT_OFFSET (RefParam, first), TRUE, state);
  store (plan, "second.", G_STRUCT_OFFSET (RefParam, second), TRUE, state);
  return TRUE;
}

static gboolean
fetch (LwPlan *plan, const char *prefix, gsize field, const LwWeights *state, GError **error)
{
  for (guint t = 0; t < plan->infos->len; t++)
    {
      RefParam *param = &plan->params[t];
      double *values = G_STRUCT_MEMBER (double *, param, field);
      g_autofree char *name = g_strconcat (prefix, param->info->name, NULL);
      const LwTensor *tensor = lw_weights_get (state, name);

      if (!param->info->trainable)
        continue;
      if (tensor == NULL || tensor->count != param->info->count)
        {
          g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE, _("The optimizer’s state lacks “%s”"), name);
          return FALSE;
        }
      for (gsize i = 0; i < tensor->count; i++)
        values[i] = (double) tensor->data[i];
    }
  return TRUE;
}

static gboolean
load_state (LwPlan *plan, const LwWeights *state, GError **error)
{
  g_return_val_if_fail (plan->options.train, FALSE);
  make_moments (plan);
  return fetch (plan, "first.", G_STRUCT_OFFSET (RefParam, first), state, error) && fetch (plan, "second.", G_STRUCT_OFFSET (RefParam, second), state, error);
}

/* ---- passes ---- */

static void
forward_node (LwPlan *plan, RefNode *out, RefMode mode)
{
  const LwNode *node = out->node;
  const RefNode *a = node->inputs[0] >= 0 ? &plan->nodes[node->inputs[0]] : NULL, *b = node->inputs[1] >= 0 ? &plan->nodes[node->inputs[1]] : NULL;

  switch (node->kind)
    {
    case LW_OP_INPUT: break;
    case LW_OP_CONV: ref_conv_forward (a, out); break;
    case LW_OP_DECONV: ref_deconv_forward (a, out); break;
    case LW_OP_UP_CONV: ref_up_conv_forward (a, out); break;
    case LW_OP_LRN: ref_lrn_forward (a, out); break;
    case LW_OP_MAX_POOL: ref_max_pool_forward (a, out); break;
    case LW_OP_UNPOOL: ref_unpool_forward (a, out, &plan->nodes[node->pool]); break;
    case LW_OP_BATCH_NORM: ref_batch_norm_forward (a, out, mode); break;
    case LW_OP_RELU: ref_relu_forward (a, out); break;
    case LW_OP_DROPOUT: ref_dropout_forward (a, out, mode); break;
    case LW_OP_SCORE:
    case LW_OP_SCALE: ref_scale_forward (a, out); break;
    case LW_OP_CROP: ref_crop_forward (a, out); break;
    case LW_OP_ADD: ref_add_forward (a, b, out); break;
    case LW_OP_CONCAT: ref_concat_forward (a, b, out); break;
    }
}

static void
backward_node (LwPlan *plan, const RefNode *out, RefMode mode)
{
  const LwNode *node = out->node;
  RefNode *a = node->inputs[0] >= 0 ? &plan->nodes[node->inputs[0]] : NULL, *b = node->inputs[1] >= 0 ? &plan->nodes[node->inputs[1]] : NULL;

  switch (node->kind)
    {
    case LW_OP_INPUT: break;
    case LW_OP_CONV: ref_conv_backward (a, out); break;
    case LW_OP_DECONV: ref_deconv_backward (a, out); break;
    case LW_OP_UP_CONV: ref_up_conv_backward (a, out); break;
    case LW_OP_LRN: ref_lrn_backward (a, out); break;
    case LW_OP_MAX_POOL: ref_max_pool_backward (a, out); break;
    case LW_OP_UNPOOL: ref_unpool_backward (a, out, &plan->nodes[node->pool]); break;
    case LW_OP_BATCH_NORM: ref_batch_norm_backward (a, out, mode); break;
    case LW_OP_RELU: ref_relu_backward (a, out); break;
    case LW_OP_DROPOUT: ref_dropout_backward (a, out, mode); break;
    case LW_OP_SCORE:
    case LW_OP_SCALE: ref_scale_backward (a, out); break;
    case LW_OP_CROP: ref_crop_backward (a, out); break;
    case LW_OP_ADD: ref_add_backward (a, b, out); break;
    case LW_OP_CONCAT: ref_concat_backward (a, b, out); break;
    }
}

static void
fill_input (LwPlan *plan, const LwBatch *batch)
{
  RefNode *input = &plan->nodes[0];
  const LwInputTransform *transform = &plan->options.transform;
  gsize pixels = (gsize) (input->h * input->w);

  for (gsize i = 0; i < ref_count (input); i++)
    {
      gsize n = i / (3 * pixels), c = i / pixels % 3, source = transform->bgr ? 2 - c : c;

      if (batch->input != NULL)
        input->value[i] = (double) batch->input[i];
      else
        input->value[i] = ((double) batch->rgb[(n * pixels + i % pixels) * 3 + source] / 255 - (double) transform->mean[source])
                          / (double) transform->std[source];
    }
}

static gboolean
forward (LwPlan *plan, const LwBatch *batch, RefMode mode, LwYield yield, gpointer data, GError **error)
{
  fill_input (plan, batch);
  for (guint i = 0; i < plan->graph->nodes->len; i++)
    {
      if (yield != NULL && !yield (data))
        {
          g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_CANCELLED, _("Cancelled"));
          return FALSE;
        }
      forward_node (plan, &plan->nodes[i], mode);
    }
  return TRUE;
}

static double
backward (LwPlan *plan, const LwBatch *batch, const LwLossOptions *options, RefMode mode, guint64 *pixels)
{
  guint n = plan->graph->nodes->len;

  for (guint i = 0; i < n; i++)
    memset (plan->nodes[i].grad, 0, ref_count (&plan->nodes[i]) * sizeof (double));
  for (guint t = 0; t < plan->infos->len; t++)
    memset (plan->params[t].grad, 0, plan->params[t].info->count * sizeof (double));
  double loss = ref_score_loss (plan, &plan->nodes[n - 1], batch->labels, options, TRUE, pixels);

  for (guint i = n; i-- > 0;)
    backward_node (plan, &plan->nodes[i], mode);
  return loss;
}

static gboolean
run (LwPlan *plan, const LwBatch *batch, LwResult *result, LwYield yield, gpointer data, GError **error)
{
  if (!forward (plan, batch, REF_INFER, yield, data, error))
    return FALSE;
  ref_score_result (plan, &plan->nodes[plan->graph->nodes->len - 1], result);
  return TRUE;
}

static gboolean
step (LwPlan *plan, const LwBatch *batch, const LwOptimizer *optimizer, LwStepStats *stats, LwYield yield, gpointer data, GError **error)
{
  g_return_val_if_fail (plan->options.train, FALSE);
  make_moments (plan);
  for (guint i = 0; i < plan->graph->nodes->len; i++)
    plan->nodes[i].dropout_key = lw_dropout_key (optimizer->seed, optimizer->step, (int) i);
  if (!forward (plan, batch, REF_TRAIN, yield, data, error))
    return FALSE;
  stats->loss = backward (plan, batch, &optimizer->loss, REF_TRAIN, &stats->pixels);
  stats->gradient_norm = ref_update (plan, optimizer);
  return TRUE;
}

static gboolean
gradients (LwPlan *plan, const LwBatch *batch, const LwLossOptions *options, LwWeights *into, double *loss, GError **error)
{
  static const LwLossOptions plain;
  guint64 pixels;

  g_return_val_if_fail (plan->options.train, FALSE);
  if (!forward (plan, batch, REF_GRADIENT, NULL, NULL, error))
    return FALSE;
  *loss = backward (plan, batch, options != NULL ? options : &plain, REF_GRADIENT, &pixels);
  store (plan, "", G_STRUCT_OFFSET (RefParam, grad), TRUE, into);
  return TRUE;
}

static char *
plan_key (LwPlan *plan)
{
  return g_strdup ("ref f64");
}

const LwBackend lw_backend_ref = {
  .abi = LW_BACKEND_ABI, .name = "ref", .open = open_device, .close = close_device, .describe = describe, .compile = compile, .free_plan = free_plan,
  .load = load, .save = save, .run = run, .step = step, .gradients = gradients, .save_state = save_state, .load_state = load_state, .plan_key = plan_key,
};
