/* weights.c: weights of an inference plan: normalisations and factors folded into the convolutions, in the plan's own type */
#include "config.h"
#include "plan.h"
#include "nn/backends/folding.h"
#include <glib/gi18n-lib.h>

static gsize
filter_values (LwCudaFilter f)
{
  return (gsize) f.kp * (gsize) (f.r * f.s) * (gsize) f.cp;
}

gboolean
lw_weights_create (LwPlan *plan, GError **error)
{
  for (guint i = 0; i < plan->layers->len; i++)
    {
      LwLayer *layer = lw_plan_layer (plan, (int) i);

      if (layer->kind == LW_OP_BATCH_NORM && !lw_norms_create (plan, layer, error))
        return FALSE;
      if (layer->kind != LW_OP_CONV && layer->kind != LW_OP_UP_CONV)
        continue;
      layer->owns_weights = TRUE;
      layer->weights = lw_plan_memory_new (plan, filter_values (layer->filter) * lw_type_bytes (plan->type), error);
      if (layer->weights == NULL)
        return FALSE;
      if ((lw_layer_node (plan, layer)->bias || layer->norm >= 0)
          && (layer->bias = lw_plan_memory_new (plan, (gsize) layer->shape.cp * sizeof (float), error)) == NULL)
        return FALSE;
    }
  return TRUE;
}

static LwCudaFilter
vector_of (const LwLayer *layer)
{
  return (LwCudaFilter) { 1, 1, 1, 1, layer->shape.c, layer->shape.cp };
}

static gboolean
load_conv (LwPlan *plan, const LwLayer *layer, const LwWeights *weights, GError **error)
{
  g_autofree float *filters = layer->kind == LW_OP_CONV ? lw_fold_filters (plan->graph, weights, layer->node, layer->norm, layer->factor) : NULL;
  g_autofree float *bias = lw_fold_bias (plan->graph, weights, layer->node, layer->norm);
  LwCudaFilter vector = vector_of (layer);

  return lw_tensor_up (plan, &layer->filter, filters != NULL ? filters : lw_fold_tensor (plan->graph, weights, layer->node, "weight"), plan->type, layer->weights,
                       error)
         && (layer->bias == NULL || lw_tensor_up (plan, &vector, bias, LW_CUDA_F32, layer->bias, error));
}

static gboolean
load_norm (LwPlan *plan, const LwLayer *layer, const LwWeights *weights, GError **error)
{
  const struct { const char *part; const float *to; } parts[] = {
    { "weight", layer->norms.gain }, { "bias", layer->norms.bias }, { "running_mean", layer->norms.running_mean }, { "running_var", layer->norms.running_variance },
  };
  LwCudaFilter vector = vector_of (layer);

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (!lw_tensor_up (plan, &vector, lw_fold_tensor (plan->graph, weights, layer->node, parts[i].part), LW_CUDA_F32, (float *) parts[i].to, error))
      return FALSE;
  return lw_cuda_check (lw_cuda_norm_running (plan->device->stream, layer->shape.c, layer->shape.cp, layer->norms), lw_layer_node (plan, layer)->name, error);
}

gboolean
lw_weights_load_folded (LwPlan *plan, const LwWeights *weights, GError **error)
{
  for (guint i = 0; i < plan->layers->len; i++)
    {
      const LwLayer *layer = lw_plan_layer (plan, (int) i);

      if ((layer->kind == LW_OP_CONV || layer->kind == LW_OP_UP_CONV) && !load_conv (plan, layer, weights, error))
        return FALSE;
      if (layer->kind == LW_OP_BATCH_NORM && !load_norm (plan, layer, weights, error))
        return FALSE;
    }
  if (!lw_cuda_check (cudaStreamSynchronize (plan->device->stream), _("Sending to the GPU"), error))
    return FALSE;
  plan->device_bytes -= plan->chunk.bytes;
  lw_transfer_clear (&plan->chunk);     /* this happens once */
  return TRUE;
}
