/* lower.c: nodes of the graph to layers of the plan: what can run as one does */
#include "config.h"
#include "plan.h"
#include "nn/graph/usage.h"
#include <glib/gi18n-lib.h>

#define MAX_SHARE 0.9           /* of the GPU's memory that a plan may want at all */

typedef struct {
  int *uses;                   /* of each node's output as data */
  gboolean *head;              /* float32 in a bfloat16 plan (usage.h) */
  gboolean *only_convs;        /* use the node's output */
  int *heights, *widths;
} Facts;

static void
facts_clear (Facts *facts)
{
  g_free (facts->uses);
  g_free (facts->head);
  g_free (facts->only_convs);
  g_free (facts->heights);
  g_free (facts->widths);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Facts, facts_clear)

static gboolean
gather_facts (const LwPlan *plan, Facts *facts, GError **error)
{
  guint n = plan->graph->nodes->len;

  *facts = (Facts) { lw_graph_uses (plan->graph), lw_graph_head (plan->graph), g_new0 (gboolean, n), g_new0 (int, n), g_new0 (int, n) };
  for (guint i = 0; i < n; i++)
    facts->only_convs[i] = TRUE;
  for (guint i = 0; i < n; i++)
    for (int k = 0; k < lw_graph_data_inputs (lw_graph_node (plan->graph, (int) i)); k++)
      facts->only_convs[lw_graph_node (plan->graph, (int) i)->inputs[k]] &= lw_graph_node (plan->graph, (int) i)->kind == LW_OP_CONV;
  return lw_graph_sizes (plan->graph, plan->options.height, plan->options.width, facts->heights, facts->widths, error);
}

/* ---- several nodes as one layer ---- */

/* The layer that gives input @k of @node, if it may take that node in. */
static LwLayer *
fusible_layer (const LwPlan *plan, const Facts *facts, const LwNode *node, int k)
{
  LwLayer *layer = lw_plan_layer (plan, plan->layer_of[node->inputs[k]]);

  return facts->uses[node->inputs[k]] == 1 && !layer->shared && !layer->pooled && !layer->relu && layer->dropout < 0 ? layer : NULL;
}

static gboolean
fuse_relu (LwPlan *plan, const Facts *facts, int i)
{
  LwLayer *layer = fusible_layer (plan, facts, lw_graph_node (plan->graph, i), 0);

  if (layer == NULL || (layer->kind != LW_OP_CONV && layer->kind != LW_OP_UP_CONV && layer->kind != LW_OP_BATCH_NORM))
    return FALSE;
  layer->relu = TRUE;
  return TRUE;
}

static gboolean
fuse_norm (LwPlan *plan, const Facts *facts, int i)
{
  LwLayer *layer = fusible_layer (plan, facts, lw_graph_node (plan->graph, i), 0);

  if (plan->options.train || layer == NULL || layer->kind != LW_OP_CONV || layer->norm >= 0)
    return FALSE;
  layer->norm = i;
  return TRUE;
}

/* In training, so that the normalised picture at full size never exists. */
static gboolean
fuse_pool (LwPlan *plan, const Facts *facts, int i)
{
  const LwNode *node = lw_graph_node (plan->graph, i);
  LwLayer *layer = lw_plan_layer (plan, plan->layer_of[node->inputs[0]]);

  if (!plan->options.train || layer->kind != LW_OP_BATCH_NORM || facts->uses[node->inputs[0]] != 1 || layer->shared || layer->pooled)
    return FALSE;
  layer->pooled = TRUE;
  layer->shape.h = facts->heights[i];
  layer->shape.w = facts->widths[i];
  return TRUE;
}

/* Prediction drops nothing. Training drops in place what only the dropout reads: a ReLU's output, whose gradient's mask holds the dropped ones, too. */
static gboolean
fuse_dropout (LwPlan *plan, const Facts *facts, int i)
{
  const LwNode *node = lw_graph_node (plan->graph, i);
  LwLayer *layer = lw_plan_layer (plan, plan->layer_of[node->inputs[0]]);

  if (!plan->options.train)
    {
      layer->shared |= facts->uses[node->inputs[0]] > 1;
      return TRUE;
    }
  if (facts->uses[node->inputs[0]] != 1 || layer->shared || layer->dropout >= 0 || !layer->relu || (layer->kind != LW_OP_CONV && layer->kind != LW_OP_UP_CONV))
    return FALSE;
  layer->dropout = i;
  return TRUE;
}

/* A constant factor before convolutions goes into their weights. */
static gboolean
fuse_scale (const LwPlan *plan, const Facts *facts, int i)
{
  const LwNode *node = lw_graph_node (plan->graph, i);

  if (plan->options.train || !facts->only_convs[i])
    return FALSE;
  lw_plan_layer (plan, plan->layer_of[node->inputs[0]])->shared = TRUE;
  return TRUE;
}

static gboolean
fuse_crop (LwPlan *plan, const Facts *facts, int i)
{
  LwLayer *layer = fusible_layer (plan, facts, lw_graph_node (plan->graph, i), 0);

  if (layer == NULL || layer->kind != LW_OP_DECONV || layer->cut >= 0 || layer->inputs[1] >= 0)
    return FALSE;
  layer->cut = lw_graph_node (plan->graph, i)->offset;
  layer->shape.h = facts->heights[i];
  layer->shape.w = facts->widths[i];
  return TRUE;
}

/* Upsampled scores and what is added to them, if that is there before. */
static gboolean
fuse_add (LwPlan *plan, const Facts *facts, int i)
{
  const LwNode *node = lw_graph_node (plan->graph, i);
  LwLayer *layer = fusible_layer (plan, facts, node, 0);
  int number = plan->layer_of[node->inputs[0]], other = plan->layer_of[node->inputs[1]];

  if (layer == NULL || layer->kind != LW_OP_DECONV || layer->inputs[1] >= 0 || other >= number || lw_plan_layer (plan, other)->shape.type != layer->shape.type)
    return FALSE;
  layer->inputs[1] = other;
  return TRUE;
}

/* Makes node @i part of an existing layer if that is possible. */
static gboolean
try_fuse (LwPlan *plan, const Facts *facts, int i)
{
  const LwNode *node = lw_graph_node (plan->graph, i);
  gboolean fused = FALSE;

  switch (node->kind)
    {
    case LW_OP_RELU: fused = fuse_relu (plan, facts, i); break;
    case LW_OP_BATCH_NORM: fused = fuse_norm (plan, facts, i); break;
    case LW_OP_MAX_POOL: fused = fuse_pool (plan, facts, i); break;
    case LW_OP_DROPOUT: fused = fuse_dropout (plan, facts, i); break;
    case LW_OP_SCALE: fused = fuse_scale (plan, facts, i); break;
    case LW_OP_CROP: fused = fuse_crop (plan, facts, i); break;
    case LW_OP_ADD: fused = fuse_add (plan, facts, i); break;
    default: break;
    }
  if (!fused)
    return FALSE;
  plan->layer_of[i] = plan->layer_of[node->inputs[0]];
  lw_plan_layer (plan, plan->layer_of[i])->last_node = i;
  return TRUE;
}

/* ---- new layers ---- */

/* Of the scales on the way to @node that have no layer of their own. */
static double
factor_before (const LwPlan *plan, const LwNode *node)
{
  double factor = 1;

  for (int i = node->inputs[0]; i >= 0; i = lw_graph_node (plan->graph, i)->inputs[0])
    {
      const LwNode *before = lw_graph_node (plan->graph, i);

      if (before->kind != LW_OP_SCALE && before->kind != LW_OP_DROPOUT)
        break;
      if (lw_plan_layer (plan, plan->layer_of[i])->node == i)           /* its own layer after all */
        break;
      factor *= before->kind == LW_OP_SCALE ? (double) before->value : 1;
    }
  return factor;
}

static int
padded (int channels)
{
  return (channels + 7) / 8 * 8;
}

static LwCudaFilter
filter_of (const LwNode *node)
{
  if (node->kind == LW_OP_UP_CONV)
    return (LwCudaFilter) { node->in_channels, padded (node->in_channels), node->kernel, node->kernel, node->channels, padded (node->channels) };
  return (LwCudaFilter) { node->channels, padded (node->channels), node->kernel, node->kernel, node->in_channels, padded (node->in_channels) };
}

/* The first convolution, if nothing else reads the picture. */
static gboolean
sees_patches (const LwPlan *plan, const Facts *facts, const LwNode *node)
{
  return node->kind == LW_OP_CONV && node->inputs[0] == 0 && facts->uses[0] == 1 && (node->kernel == 3 || node->kernel == 5 || node->kernel == 7);
}

static void
use_patches (LwPlan *plan, LwLayer *layer, const LwNode *node)
{
  LwLayer *input = lw_plan_layer (plan, layer->inputs[0]);

  input->window = (LwCudaWindow) { node->kernel, node->stride, node->pad, plan->options.height, plan->options.width };
  input->shape.h = layer->shape.h;
  input->shape.w = layer->shape.w;
  input->shape.c = 3 * node->kernel * node->kernel;
  input->shape.cp = padded (input->shape.c);
  layer->filter = (LwCudaFilter) { node->channels, padded (node->channels), 1, 1, input->shape.c, input->shape.cp };
}

static LwLayer
new_layer (LwPlan *plan, const Facts *facts, int i)
{
  const LwNode *node = lw_graph_node (plan->graph, i);
  LwLayer layer = {
    .kind = node->kind, .node = i, .last_node = i, .norm = -1, .factor = 1, .inputs = { -1, -1 }, .pool = -1, .cut = -1, .dropout = -1,
    .shape = { plan->options.n, facts->heights[i], facts->widths[i], node->channels, padded (node->channels),
               facts->head[i] && node->kind != LW_OP_SCORE ? LW_CUDA_F32 : plan->type },
    .value = -1, .index = -1, .gradient = -1, .filter = filter_of (node),
    .weight_parameter = -1, .bias_parameter = -1, .mean_parameter = -1, .variance_parameter = -1,
  };

  for (int k = 0; k < lw_graph_data_inputs (node); k++)
    layer.inputs[k] = plan->layer_of[node->inputs[k]];
  if (node->kind == LW_OP_CONV && !plan->options.train)
    layer.factor = factor_before (plan, node);
  if (node->kind == LW_OP_UNPOOL)
    layer.pool = plan->layer_of[node->pool];
  if (sees_patches (plan, facts, node))
    use_patches (plan, &layer, node);
  return layer;
}

static gboolean
check_layer (const LwPlan *plan, const LwLayer *layer, GError **error)
{
  const LwNode *node = lw_layer_node (plan, layer);

  if (layer->kind == LW_OP_CROP && node->offset < 0)
    return lw_net_fail (error, LW_NET_ERROR_SHAPE, _("The layer “%s” cuts at a negative offset"), node->name);
  if (layer->shape.h > LW_CUDA_MAX_SIDE || layer->shape.w > LW_CUDA_MAX_SIDE)
    return lw_net_fail (error, LW_NET_ERROR_SHAPE, _("The layer “%s” has %d × %d pixels; the GPU’s code is for %d a side at most"), node->name, layer->shape.w,
                        layer->shape.h, LW_CUDA_MAX_SIDE);
  return TRUE;
}

/* A gradient must reach every layer that trains, so it is computed for all that lies behind one. */
static void
mark_gradients (LwPlan *plan)
{
  for (int i = 0; i < (int) plan->layers->len; i++)
    {
      LwLayer *layer = lw_plan_layer (plan, i);
      gboolean has_parameters = layer->kind == LW_OP_CONV || layer->kind == LW_OP_UP_CONV || layer->kind == LW_OP_BATCH_NORM;

      layer->wants_gradient = has_parameters && !lw_layer_node (plan, layer)->frozen;
      for (int k = 0; k < 2; k++)
        if (layer->inputs[k] >= 0)
          layer->wants_gradient |= lw_layer_input (plan, layer, k)->wants_gradient;
    }
}

/* Before anything large is allocated. Training keeps every output; else at least a layer's input and output exist together. */
static gboolean
check_memory (const LwPlan *plan, const Facts *facts, GError **error)
{
  double all = 0, most = 0;
  g_autofree char *needed = NULL;

  for (int i = 0; i < (int) plan->graph->nodes->len; i++)
    {
      const LwNode *node = lw_graph_node (plan->graph, i);
      double bytes = (double) plan->options.n * facts->heights[i] * facts->widths[i] * padded (node->channels) * (double) lw_type_bytes (plan->type);

      all += node->kind == LW_OP_CONV ? bytes : 0;
      most = MAX (most, bytes);
    }
  all = plan->options.train ? all : most;
  if (all < MAX_SHARE * (double) plan->device->memory)
    return TRUE;
  needed = g_format_size ((guint64) all);
  return lw_net_fail (error, LW_NET_ERROR_MEMORY,
                      _("The network needs %s of memory at this picture size, which the GPU doesn’t have: use smaller pictures or a smaller network"), needed);
}

gboolean
lw_plan_lower (LwPlan *plan, GError **error)
{
  g_auto(Facts) facts = { 0 };
  int n = (int) plan->graph->nodes->len;

  if (!gather_facts (plan, &facts, error) || !check_memory (plan, &facts, error))
    return FALSE;
  plan->layer_of = g_new0 (int, n);
  for (int i = 0; i < n; i++)
    if (!try_fuse (plan, &facts, i))
      {
        LwLayer layer = new_layer (plan, &facts, i);

        if (!check_layer (plan, &layer, error))
          return FALSE;
        g_array_append_val (plan->layers, layer);
        plan->layer_of[i] = (int) plan->layers->len - 1;
      }
  const LwLayer *score = lw_plan_layer (plan, plan->layer_of[n - 1]);

  if (score->kind != LW_OP_SCORE)
    return lw_net_fail (error, LW_NET_ERROR_UNSUPPORTED, _("The network “%s” doesn’t end in scores"), plan->graph->architecture);
  plan->score_layer = score->inputs[0];
  plan->score = (LwCudaScore) { lw_plan_layer (plan, plan->score_layer)->shape, lw_layer_node (plan, score)->stride, lw_layer_node (plan, score)->offset,
                                plan->options.height, plan->options.width };
  mark_gradients (plan);
  return TRUE;
}
