/* folding.c: weights of an inference plan: normalisations folded into the convolutions before them, then oneDNN's layout and type, once */
#include "config.h"
#include "plan.h"
#include <math.h>

static const float *
tensor_of (const LwPlan *plan, const LwWeights *weights, int node, const char *part)
{
  g_autofree char *name = g_strdup_printf ("%s.%s", lw_graph_node (plan->graph, node)->name, part);
  const LwTensor *tensor = lw_weights_get (weights, name);

  return tensor != NULL ? tensor->data : NULL;
}

/* What a normalisation after the convolution does to output channel @c: y = factor * x + shift. */
typedef struct { const float *gain, *bias, *mean, *variance; double epsilon; } Fold;

static Fold
fold_of (const LwPlan *plan, const LwWeights *weights, int norm)
{
  return (Fold) { tensor_of (plan, weights, norm, "weight"), tensor_of (plan, weights, norm, "bias"), tensor_of (plan, weights, norm, "running_mean"),
                  tensor_of (plan, weights, norm, "running_var"), (double) lw_graph_node (plan->graph, norm)->value };
}

static float *
dup_folded (const LwPlan *plan, const LwLayer *layer, const LwWeights *weights, const float *filters, gsize count)
{
  float *folded = g_memdup2 (filters, count * sizeof (float));
  gsize filter = count / (gsize) layer->channels;
  Fold fold;

  if (layer->norm < 0)
    return folded;
  fold = fold_of (plan, weights, layer->norm);
  for (gsize c = 0; c < (gsize) layer->channels; c++)
    {
      double factor = (double) fold.gain[c] / sqrt ((double) fold.variance[c] + fold.epsilon);

      for (gsize i = c * filter; i < (c + 1) * filter; i++)
        folded[i] = (float) ((double) folded[i] * factor);
    }
  return folded;
}

static void
set_bias (const LwPlan *plan, LwLayer *layer, const LwWeights *weights)
{
  const float *bias = tensor_of (plan, weights, layer->node, "bias");

  for (int c = 0; c < layer->channels; c++)
    {
      double value = bias != NULL ? (double) bias[c] : 0;

      if (layer->norm >= 0)
        {
          Fold fold = fold_of (plan, weights, layer->norm);

          value = (value - (double) fold.mean[c]) * (double) fold.gain[c] / sqrt ((double) fold.variance[c] + fold.epsilon) + (double) fold.bias[c];
        }
      layer->bias[c] = (float) value;
    }
}

static gboolean
load_conv (LwPlan *plan, LwLayer *layer, const LwWeights *weights, GError **error)
{
  const LwNode *node = lw_layer_node (plan, layer);
  int dims[4] = { node->channels, node->in_channels, node->kernel, node->kernel };
  g_autoptr(LwDesc) plain = lw_desc_plain (dnnl_f32, 4, dims);
  gsize count = lw_desc_bytes (plain) / sizeof (float), scratch_bytes = 0;
  g_autofree float *folded = dup_folded (plan, layer, weights, tensor_of (plan, weights, layer->node, "weight"), count);
  dnnl_primitive_t reorder = lw_reorder_code_new (plan->device->engine, plain, layer->forward->weights, &scratch_bytes, error);
  g_autofree void *scratch = g_malloc (MAX (scratch_bytes, 1));
  g_autoptr(LwDesc) scratch_desc = lw_desc_bytes_new (MAX (scratch_bytes, 1));
  dnnl_exec_arg_t arguments[] = {
    { DNNL_ARG_FROM, lw_desc_memory (plain, plan->device->engine, folded) },
    { DNNL_ARG_TO, lw_desc_memory (layer->forward->weights, plan->device->engine, layer->weights) },
    { DNNL_ARG_SCRATCHPAD, lw_desc_memory (scratch_desc, plan->device->engine, scratch) },
  };
  gboolean done = reorder != NULL && lw_onednn_check (dnnl_primitive_execute (reorder, plan->device->stream, 3, arguments), node->name, error);

  for (gsize i = 0; i < G_N_ELEMENTS (arguments); i++)
    dnnl_memory_destroy (arguments[i].memory);
  dnnl_primitive_destroy (reorder);
  if (done && layer->bias != NULL)
    set_bias (plan, layer, weights);
  return done;
}

gboolean
lw_plan_load_folded (LwPlan *plan, const LwWeights *weights, GError **error)
{
  for (guint i = 0; i < plan->layers->len; i++)
    {
      LwLayer *layer = lw_plan_layer (plan, (int) i);

      if (layer->kind == LW_OP_CONV && !load_conv (plan, layer, weights, error))
        return FALSE;
      if (layer->kind == LW_OP_BATCH_NORM)
        {
          Fold fold = fold_of (plan, weights, layer->node);

          lw_norm_running_scale (plan, layer, fold.gain, fold.bias, fold.mean, fold.variance);
        }
    }
  return TRUE;
}
