/* folding.c: weights of an inference plan: normalisations folded into the convolutions before them, then the layout and type of the code that runs them, once */
#include "config.h"
#include "plan.h"
#include "nn/backends/folding.h"
#include <string.h>

/* From rows (O, I, K, K) to the layout and type in which oneDNN's code wants them. */
static gboolean
reorder_filters (LwPlan *plan, LwLayer *layer, const int *dims, float *filters, GError **error)
{
  g_autoptr(LwDesc) plain = lw_desc_plain (dnnl_f32, 4, dims);
  gsize scratch_bytes = 0;
  dnnl_primitive_t reorder = lw_reorder_code_new (plan->device->engine, plain, layer->forward->weights, &scratch_bytes, error);
  g_autofree void *scratch = g_malloc (MAX (scratch_bytes, 1));
  g_autoptr(LwDesc) scratch_desc = lw_desc_bytes_new (MAX (scratch_bytes, 1));
  dnnl_exec_arg_t arguments[] = {
    { DNNL_ARG_FROM, lw_desc_memory (plain, plan->device->engine, filters) },
    { DNNL_ARG_TO, lw_desc_memory (layer->forward->weights, plan->device->engine, layer->weights) },
    { DNNL_ARG_SCRATCHPAD, lw_desc_memory (scratch_desc, plan->device->engine, scratch) },
  };
  gboolean done = reorder != NULL && lw_onednn_check (dnnl_primitive_execute (reorder, plan->device->stream, 3, arguments), lw_layer_node (plan, layer)->name, error);

  for (gsize i = 0; i < G_N_ELEMENTS (arguments); i++)
    dnnl_memory_destroy (arguments[i].memory);
  dnnl_primitive_destroy (reorder);
  return done;
}

/* A learned upsampling's filters are those of its mirror image. */
static gboolean
load_conv (LwPlan *plan, LwLayer *layer, const LwWeights *weights, GError **error)
{
  const LwNode *node = lw_layer_node (plan, layer);
  gboolean up = node->kind == LW_OP_UP_CONV;
  int dims[4] = { up ? node->in_channels : node->channels, up ? node->channels : node->in_channels, node->kernel, node->kernel };
  g_autofree float *folded = lw_fold_filters (plan->graph, weights, layer->node, layer->norm, 1);

  if (layer->forward->placed != NULL)
    layer->forward->placed_by->place_filters (layer->forward->placed, dims[0], dims[1], folded, layer->weights);
  else if (!reorder_filters (plan, layer, dims, folded, error))
    return FALSE;
  if (layer->bias != NULL)
    {
      g_autofree float *bias = lw_fold_bias (plan->graph, weights, layer->node, layer->norm);

      memcpy (layer->bias, bias, (gsize) layer->channels * sizeof (float));
    }
  return TRUE;
}

gboolean
lw_plan_load_folded (LwPlan *plan, const LwWeights *weights, GError **error)
{
  for (guint i = 0; i < plan->layers->len; i++)
    {
      LwLayer *layer = lw_plan_layer (plan, (int) i);

      if ((layer->kind == LW_OP_CONV || layer->kind == LW_OP_UP_CONV) && !load_conv (plan, layer, weights, error))
        return FALSE;
      if (layer->kind == LW_OP_BATCH_NORM)
        lw_norm_running_scale (plan, layer, lw_fold_tensor (plan->graph, weights, layer->node, "weight"), lw_fold_tensor (plan->graph, weights, layer->node, "bias"),
                               lw_fold_tensor (plan->graph, weights, layer->node, "running_mean"), lw_fold_tensor (plan->graph, weights, layer->node, "running_var"));
    }
  return TRUE;
}
