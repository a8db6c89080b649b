/* init.c: the values that training starts from */
#include "config.h"
#include "weights.h"
#include "nn/random.h"

static void
fill (LwTensor *tensor, float value)
{
  for (gsize i = 0; i < tensor->count; i++)
    tensor->data[i] = value;
}

/* Products that are summed in an output. */
static gsize
fan_in (const LwNode *node)
{
  return (gsize) node->in_channels * (node->kind == LW_OP_UP_CONV ? 1 : (gsize) (node->kernel * node->kernel));
}

/* He et al. 2015 (arXiv:1502.01852, equation 10): keeps the variance through ReLUs. */
static void
fill_he (LwTensor *tensor, gsize products, guint64 seed)
{
  LwRandom random = lw_random_new (seed, g_str_hash (tensor->name));
  double deviation = sqrt (2.0 / (double) products);

  for (gsize i = 0; i < tensor->count; i++)
    tensor->data[i] = (float) (deviation * lw_random_normal (&random));
}

LwWeights *
lw_weights_init (const LwGraph *graph, guint64 seed)
{
  LwWeights *weights = lw_weights_new ();
  g_autoptr(GArray) infos = lw_graph_tensors (graph);

  for (guint i = 0; i < infos->len; i++)
    {
      const LwTensorInfo *info = &g_array_index (infos, LwTensorInfo, i);
      const LwNode *node = lw_graph_node (graph, info->node);
      LwTensor *tensor = lw_weights_add (weights, info->name, info->dims, info->rank);

      if (node->kind == LW_OP_BATCH_NORM)
        fill (tensor, g_str_has_suffix (info->name, ".weight") || g_str_has_suffix (info->name, ".running_var") ? 1 : 0);
      else if (info->rank == 4 && !g_str_has_prefix (node->name, "score"))
        fill_he (tensor, fan_in (node), seed);
    }
  return weights;
}
