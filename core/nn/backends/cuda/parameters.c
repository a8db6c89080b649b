/* parameters.c: the tensors of a training plan: values, gradients and moments in float32, and what the convolutions read of them in bfloat16 */
#include "config.h"
#include "plan.h"
#include <string.h>
#include <glib/gi18n-lib.h>

#define STEP 64         /* values: 256 bytes, so that every tensor is aligned */

static gboolean
is_bfloat16 (const LwPlan *plan, const LwParameter *p)
{
  return plan->type == LW_CUDA_BF16 && p->info.rank == 4;
}

static LwCudaFilter
filter_of (const LwPlan *plan, const LwTensorInfo *info)
{
  if (info->rank == 4)
    for (guint i = 0; i < plan->layers->len; i++)
      if (lw_plan_layer (plan, (int) i)->node == info->node)
        return lw_plan_layer (plan, (int) i)->filter;
  return (LwCudaFilter) { 1, 1, 1, 1, info->dims[0], (info->dims[0] + 7) / 8 * 8 };
}

static void
attach (LwPlan *plan, int number)
{
  const LwTensorInfo *info = &lw_plan_parameter (plan, number)->info;
  const char *part = strrchr (info->name, '.') + 1;

  for (guint i = 0; i < plan->layers->len; i++)
    {
      LwLayer *layer = lw_plan_layer (plan, (int) i);

      if (layer->node != info->node)
        continue;
      *(g_str_equal (part, "weight") ? &layer->weight_parameter : g_str_equal (part, "bias") ? &layer->bias_parameter
        : g_str_equal (part, "running_mean") ? &layer->mean_parameter : &layer->variance_parameter) = number;
    }
}

/* ---- memory: one block a kind ---- */

static gsize
room (const LwParameter *p)
{
  return (p->count + STEP - 1) / STEP * STEP;
}

/* Which parameters have a piece of the block. */
static gboolean
wants (const LwPlan *plan, int block, const LwParameter *p)
{
  switch (block)
    {
    case LW_BLOCK_VALUES: return TRUE;
    case LW_BLOCK_COPIES: return is_bfloat16 (plan, p);
    case LW_BLOCK_GRADIENTS: return p->info.trainable && !is_bfloat16 (plan, p);
    case LW_BLOCK_SHORT_GRADIENTS: return p->info.trainable && is_bfloat16 (plan, p);
    default: return p->info.trainable;
    }
}

static void
set_piece (LwParameter *p, int block, void *piece)
{
  switch (block)
    {
    case LW_BLOCK_VALUES: p->values = piece; break;
    case LW_BLOCK_GRADIENTS:
    case LW_BLOCK_SHORT_GRADIENTS: p->gradient = piece; break;
    case LW_BLOCK_COPIES: p->copy = piece; break;
    case LW_BLOCK_FIRST: p->first = piece; break;
    default: p->second = piece; break;
    }
}

/* Nothing if it is there already. */
static gboolean
allocate_block (LwPlan *plan, int block, GError **error)
{
  gsize unit = block == LW_BLOCK_COPIES || block == LW_BLOCK_SHORT_GRADIENTS ? 2 : sizeof (float), values = 0;

  if (plan->blocks[block] != NULL)
    return TRUE;
  for (guint i = 0; i < plan->parameters->len; i++)
    values += wants (plan, block, lw_plan_parameter (plan, (int) i)) ? room (lw_plan_parameter (plan, (int) i)) : 0;
  plan->blocks[block] = lw_plan_memory_new (plan, values * unit, error);
  if (plan->blocks[block] == NULL)
    return FALSE;
  values = 0;
  for (guint i = 0; i < plan->parameters->len; i++)
    {
      LwParameter *p = lw_plan_parameter (plan, (int) i);

      if (!wants (plan, block, p))
        continue;
      set_piece (p, block, (guint8 *) plan->blocks[block] + values * unit);
      values += room (p);
    }
  return TRUE;
}

static gboolean
connect_layer (LwPlan *plan, LwLayer *layer, GError **error)
{
  if (layer->kind == LW_OP_BATCH_NORM)
    return lw_norms_create (plan, layer, error);
  if (layer->weight_parameter >= 0)
    {
      const LwParameter *p = lw_plan_parameter (plan, layer->weight_parameter);

      layer->weights = p->copy != NULL ? p->copy : p->values;
    }
  if (layer->bias_parameter >= 0)
    layer->bias = lw_plan_parameter (plan, layer->bias_parameter)->values;
  return TRUE;
}

gboolean
lw_parameters_create (LwPlan *plan, GError **error)
{
  g_autoptr(GArray) infos = lw_graph_tensors (plan->graph);

  for (guint i = 0; i < infos->len; i++)
    {
      LwParameter p = { .info = g_array_index (infos, LwTensorInfo, i) };

      p.filter = filter_of (plan, &p.info);
      p.count = (gsize) p.filter.kp * (gsize) (p.filter.r * p.filter.s) * (gsize) p.filter.cp;
      g_array_append_val (plan->parameters, p);
      attach (plan, (int) i);
    }
  for (int block = LW_BLOCK_VALUES; block <= LW_BLOCK_COPIES; block++)
    if (!allocate_block (plan, block, error))
      return FALSE;
  for (guint i = 0; i < plan->layers->len; i++)
    if (!connect_layer (plan, lw_plan_layer (plan, (int) i), error))
      return FALSE;
  return TRUE;
}

void
lw_parameters_free (LwPlan *plan)
{
  for (int b = 0; b < LW_BLOCKS; b++)
    cudaFree (plan->blocks[b]);
  cudaFree (plan->table);
  cudaFree (plan->running);
}

/* ---- from and to files ---- */

gboolean
lw_parameters_load (LwPlan *plan, const LwWeights *weights, GError **error)
{
  for (guint i = 0; i < plan->parameters->len; i++)
    {
      LwParameter *p = lw_plan_parameter (plan, (int) i);

      if (!lw_tensor_up (plan, &p->filter, lw_weights_get (weights, p->info.name)->data, LW_CUDA_F32, p->values, error)
          || (p->copy != NULL && !lw_cuda_check (lw_cuda_cast (plan->device->stream, p->count, LW_CUDA_F32, p->values, LW_CUDA_BF16, p->copy), p->info.name, error)))
        return FALSE;
    }
  return lw_cuda_check (cudaStreamSynchronize (plan->device->stream), _("Sending to the GPU"), error);
}

static gboolean
save_array (LwPlan *plan, const LwParameter *p, const char *prefix, const float *array, LwWeights *into, GError **error)
{
  g_autofree char *name = g_strconcat (prefix, p->info.name, NULL);
  LwTensor *tensor = lw_weights_get (into, name);

  if (tensor == NULL)
    tensor = lw_weights_add (into, name, p->info.dims, p->info.rank);
  if (tensor->count != p->info.count)
    return lw_net_fail (error, LW_NET_ERROR_SHAPE, _("The tensor “%s” has %zu values; the network has %zu"), name, tensor->count,
                        p->info.count);
  return lw_tensor_down (plan, &p->filter, array, tensor->data, error);
}

/* Of each parameter the array at @offset, where there is one, as @prefix and the parameter's name. */
static gboolean
save_arrays (LwPlan *plan, const char *prefix, gsize offset, LwWeights *into, GError **error)
{
  for (guint i = 0; i < plan->parameters->len; i++)
    {
      const LwParameter *p = lw_plan_parameter (plan, (int) i);
      const float *array = G_STRUCT_MEMBER (float *, p, offset);

      if (array != NULL && !save_array (plan, p, prefix, array, into, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
lw_parameters_save (LwPlan *plan, LwWeights *weights, GError **error)
{
  return save_arrays (plan, "", G_STRUCT_OFFSET (LwParameter, values), weights, error);
}

static gboolean
save_short (LwPlan *plan, const LwParameter *p, LwWeights *into, GError **error)
{
  float *wide = lw_device_memory_new (plan->device, p->count * sizeof (float), error);
  gboolean done = wide != NULL && lw_cuda_check (lw_cuda_cast (plan->device->stream, p->count, LW_CUDA_BF16, p->gradient, LW_CUDA_F32, wide), p->info.name, error)
                  && save_array (plan, p, "", wide, into, error);

  cudaFree (wide);
  return done;
}

gboolean
lw_parameters_save_gradients (LwPlan *plan, LwWeights *weights, GError **error)
{
  for (guint i = 0; i < plan->parameters->len; i++)
    {
      const LwParameter *p = lw_plan_parameter (plan, (int) i);

      if (p->gradient != NULL && !(is_bfloat16 (plan, p) ? save_short (plan, p, weights, error) : save_array (plan, p, "", p->gradient, weights, error)))
        return FALSE;
    }
  return TRUE;
}

/* Moments that no step has made yet are not there; a state without them stands for zeros. */
gboolean
lw_parameters_save_state (LwPlan *plan, LwWeights *state, GError **error)
{
  return save_arrays (plan, "first.", G_STRUCT_OFFSET (LwParameter, first), state, error)
         && save_arrays (plan, "second.", G_STRUCT_OFFSET (LwParameter, second), state, error);
}

static gboolean
load_moments (LwPlan *plan, int block, const char *prefix, gsize offset, const LwWeights *state, GError **error)
{
  for (guint i = 0; i < plan->parameters->len; i++)
    {
      LwParameter *p = lw_plan_parameter (plan, (int) i);
      g_autofree char *name = g_strconcat (prefix, p->info.name, NULL);
      const LwTensor *tensor = lw_weights_get (state, name);

      if (!p->info.trainable || (tensor == NULL && plan->blocks[block] == NULL))
        continue;
      if (tensor != NULL && tensor->count != p->info.count)
        return lw_net_fail (error, LW_NET_ERROR_SHAPE, _("The optimizer’s state “%s” has %zu values; the network has %zu"), name,
                            tensor->count, p->info.count);
      if (!allocate_block (plan, block, error)
          || !lw_cuda_check (cudaMemsetAsync (G_STRUCT_MEMBER (float *, p, offset), 0, p->count * sizeof (float), plan->device->stream), name, error)
          || (tensor != NULL && !lw_tensor_up (plan, &p->filter, tensor->data, LW_CUDA_F32, G_STRUCT_MEMBER (float *, p, offset), error)))
        return FALSE;
    }
  return TRUE;
}

gboolean
lw_parameters_load_state (LwPlan *plan, const LwWeights *state, GError **error)
{
  return load_moments (plan, LW_BLOCK_FIRST, "first.", G_STRUCT_OFFSET (LwParameter, first), state, error)
         && load_moments (plan, LW_BLOCK_SECOND, "second.", G_STRUCT_OFFSET (LwParameter, second), state, error);
}

/* ---- what the update reads ---- */

static gboolean
upload (LwPlan *plan, const GArray *host, gsize size, void *to, GError **error)
{
  gpointer *device = to;

  *device = lw_plan_memory_new (plan, MAX (host->len, 1) * size, error);
  return *device != NULL && lw_cuda_check (cudaStreamSynchronize (plan->device->stream), _("Sending to the GPU"), error)
         && lw_cuda_check (cudaMemcpy (*device, host->data, host->len * size, cudaMemcpyHostToDevice), _("Sending to the GPU"), error);
}

static gboolean
make_table (LwPlan *plan, GError **error)
{
  g_autoptr(GArray) table = g_array_new (FALSE, TRUE, sizeof (LwCudaTensor));

  for (guint i = 0; i < plan->parameters->len; i++)
    {
      const LwParameter *p = lw_plan_parameter (plan, (int) i);
      const LwNode *node = lw_graph_node (plan->graph, p->info.node);
      LwCudaTensor entry = {
        .value = p->values, .gradient = p->gradient, .first = p->first, .second = p->second, .copy = p->copy, .count = p->count,
        .gradient_type = is_bfloat16 (plan, p) ? LW_CUDA_BF16 : LW_CUDA_F32, .rate_factor = node->rate_factor,
        .conv_bias = p->info.rank == 1 && node->kind != LW_OP_BATCH_NORM, .decays = p->info.rank > 1,
      };

      if (p->gradient != NULL)
        g_array_append_val (table, entry);
    }
  plan->n_table = (int) table->len;
  plan->table_chunks = lw_cuda_optimizer_chunks ((LwCudaTensor *) (gpointer) table->data, plan->n_table);
  return upload (plan, table, sizeof (LwCudaTensor), &plan->table, error);
}

static gboolean
make_running (LwPlan *plan, GError **error)
{
  g_autoptr(GArray) running = g_array_new (FALSE, TRUE, sizeof (LwCudaRunning));

  for (guint i = 0; i < plan->layers->len; i++)
    {
      const LwLayer *layer = lw_plan_layer (plan, (int) i);

      if (layer->kind != LW_OP_BATCH_NORM || lw_layer_node (plan, layer)->frozen)
        continue;
      const LwCudaShape *in = &lw_layer_input (plan, layer, 0)->shape;
      LwCudaRunning entry = { layer->norms.mean, layer->norms.variance, lw_plan_parameter (plan, layer->mean_parameter)->values,
                              lw_plan_parameter (plan, layer->variance_parameter)->values, in->cp, (double) in->n * in->h * in->w };

      g_array_append_val (running, entry);
    }
  plan->n_running = (int) running->len;
  return upload (plan, running, sizeof (LwCudaRunning), &plan->running, error);
}

gboolean
lw_parameters_prepare_update (LwPlan *plan, LwOptimizerKind kind, GError **error)
{
  if (plan->table != NULL && plan->table_kind == kind)
    return TRUE;
  if (!allocate_block (plan, LW_BLOCK_FIRST, error) || (kind == LW_ADAMW && !allocate_block (plan, LW_BLOCK_SECOND, error)))
    return FALSE;
  g_clear_pointer (&plan->table, cudaFree);
  g_clear_pointer (&plan->running, cudaFree);
  g_clear_pointer (&plan->step_graph, cudaGraphExecDestroy);
  plan->table_kind = kind;
  return make_table (plan, error) && make_running (plan, error);
}
