/* lower.c: nodes of the graph to layers of the plan: what can run as one does */
#include "config.h"
#include "plan.h"
#include "nn/graph/usage.h"
#include <glib/gi18n-lib.h>

/* What the nodes' outputs are used for. */
typedef struct {
  int *uses;                   /* of each node's output as data */
  gboolean *head;              /* on the way from the last convolutions to the score, where float32 costs nothing and bfloat16 would show */
  int *heights, *widths;
} Facts;

static void
facts_clear (Facts *facts)
{
  g_free (facts->uses);
  g_free (facts->head);
  g_free (facts->heights);
  g_free (facts->widths);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Facts, facts_clear)

static gboolean
gather_facts (LwPlan *plan, Facts *facts, GError **error)
{
  guint n = plan->graph->nodes->len;

  *facts = (Facts) { lw_graph_uses (plan->graph), lw_graph_head (plan->graph), g_new0 (int, n), g_new0 (int, n) };
  return lw_graph_sizes (plan->graph, plan->options.height, plan->options.width, facts->heights, facts->widths, error);
}

/* May @node run as part of the layer that gives its input? */
static LwLayer *
fusible_layer (LwPlan *plan, const Facts *facts, const LwNode *node)
{
  LwLayer *layer = lw_plan_layer (plan, plan->layer_of[node->inputs[0]]);

  return facts->uses[node->inputs[0]] == 1 && !layer->shared && !layer->pooled && !layer->relu ? layer : NULL;
}

/* Is @layer's output read after node @node, but for node @except? */
static gboolean
read_later (const LwPlan *plan, int layer, int node, int except)
{
  for (int i = node + 1; i < (int) plan->graph->nodes->len; i++)
    for (int k = 0; i != except && k < lw_graph_data_inputs (lw_graph_node (plan->graph, i)); k++)
      {
        int input = lw_graph_node (plan->graph, i)->inputs[k];

        if (input < except && plan->layer_of[input] == layer)
          return TRUE;
      }
  return FALSE;
}

/* The later one of what sum @i adds, if it is a convolution that can add itself to what the earlier one has left in memory, and nobody else reads that. */
static LwLayer *
summing_layer (LwPlan *plan, const Facts *facts, int i)
{
  const LwNode *node = lw_graph_node (plan->graph, i);
  int a = plan->layer_of[node->inputs[0]], b = plan->layer_of[node->inputs[1]], last = MAX (a, b), first = MIN (a, b);
  LwLayer *layer = lw_plan_layer (plan, last);

  if (plan->options.train || a == b || layer->kind != LW_OP_CONV || layer->relu || layer->shared || layer->addend >= 0
      || facts->uses[node->inputs[last == a ? 0 : 1]] != 1 || lw_plan_layer (plan, first)->type != layer->type || lw_plan_layer (plan, first)->plain
      || layer->inputs[0] == first || read_later (plan, first, layer->node, i))
    return NULL;
  layer->addend = first;
  return layer;
}

static gboolean
covers (const LwLayer *layer, const Facts *facts, int i)
{
  return 2 * facts->heights[i] >= layer->height && 2 * facts->widths[i] >= layer->width;
}

/* Makes node @i part of an existing layer if that is possible. */
static gboolean
try_fuse (LwPlan *plan, const Facts *facts, int i)
{
  const LwNode *node = lw_graph_node (plan->graph, i);
  LwLayer *layer = node->inputs[0] >= 0 ? fusible_layer (plan, facts, node) : NULL;
  gboolean relu_before_pool = FALSE;

  switch (node->kind)
    {
    case LW_OP_RELU:
      if (layer == NULL || (layer->kind != LW_OP_CONV && layer->kind != LW_OP_BATCH_NORM && layer->kind != LW_OP_ADD))
        return FALSE;
      layer->relu = TRUE;
      break;
    case LW_OP_BATCH_NORM:
      if (plan->options.train || layer == NULL || layer->kind != LW_OP_CONV || layer->norm >= 0 || layer->addend >= 0)
        return FALSE;
      layer->norm = i;
      break;
    case LW_OP_MAX_POOL:
      layer = lw_plan_layer (plan, plan->layer_of[node->inputs[0]]);
      relu_before_pool = node->kernel == 2 && layer->kind == LW_OP_BATCH_NORM && plan->options.train && facts->uses[node->inputs[0]] == 1 && !layer->shared && !layer->pooled;
      if (!relu_before_pool || !covers (layer, facts, i))
        return FALSE;
      layer->pooled = TRUE;
      layer->height = facts->heights[i];
      layer->width = facts->widths[i];
      break;
    case LW_OP_ADD:
      layer = summing_layer (plan, facts, i);
      if (layer == NULL)
        return FALSE;
      break;
    case LW_OP_CROP:
      if (plan->options.train || node->offset != 0 || facts->heights[i] != facts->heights[node->inputs[0]] || facts->widths[i] != facts->widths[node->inputs[0]])
        return FALSE;
      layer = lw_plan_layer (plan, plan->layer_of[node->inputs[0]]);
      layer->shared |= facts->uses[node->inputs[0]] > 1;
      break;
    case LW_OP_DROPOUT:
      if (plan->options.train)
        return FALSE;
      layer = lw_plan_layer (plan, plan->layer_of[node->inputs[0]]);
      layer->shared |= facts->uses[node->inputs[0]] > 1;
      break;
    default:
      return FALSE;
    }
  layer->last_node = i;
  plan->layer_of[i] = (int) (layer - lw_plan_layer (plan, 0));
  return TRUE;
}

static LwLayer
new_layer (LwPlan *plan, const Facts *facts, int i)
{
  const LwNode *node = lw_graph_node (plan->graph, i);
  LwLayer layer = {
    .kind = node->kind, .node = i, .last_node = i, .norm = -1, .inputs = { -1, -1 }, .addend = -1, .pool = -1,
    .channels = node->channels, .height = facts->heights[i], .width = facts->widths[i],
    .type = facts->head[i] && node->kind != LW_OP_SCORE ? LW_TYPE_F32 : plan->type,
    .plain = node->kind == LW_OP_INPUT || (node->kind == LW_OP_LRN && lw_plan_layer (plan, plan->layer_of[node->inputs[0]])->plain),
    .value = -1, .index = -1, .gradient = -1, .converted = -1, .picked = -1,
    .weight_parameter = -1, .bias_parameter = -1, .mean_parameter = -1, .variance_parameter = -1,
  };
  int lanes = plan->device->kernels->lanes;

  for (int k = 0; k < lw_graph_data_inputs (node); k++)
    layer.inputs[k] = plan->layer_of[node->inputs[k]];
  if (node->kind == LW_OP_UNPOOL)
    layer.pool = plan->layer_of[node->pool];
  layer.padded_channels = (gsize) ((node->channels + lanes - 1) / lanes * lanes);
  return layer;
}

static gboolean
has_pool (const LwNode *node)
{
  return node->stride == 2 && ((node->kernel <= 2 && node->pad == 0) || (node->kernel == 3 && node->pad == 1 && !node->ceil_mode));
}

static gboolean
check_layer (const LwPlan *plan, const LwLayer *layer, GError **error)
{
  const LwNode *node = lw_layer_node (plan, layer);

  if (layer->kind != LW_OP_CONV && layer->kind != LW_OP_LRN && layer->inputs[0] >= 0 && lw_plan_layer (plan, layer->inputs[0])->plain)
    g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_UNSUPPORTED,
                 _("The layer “%s” takes the picture itself; on the CPU only convolutions and normalisation across channels can"), node->name);
  else if ((layer->kind == LW_OP_LRN && (node->channels > (layer->plain ? LW_LRN_MAX_PLANES : LW_LRN_MAX_CHANNELS) || node->kernel > LW_LRN_MAX_SIZE))
           || (layer->kind == LW_OP_MAX_POOL && !has_pool (node)))
    g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_UNSUPPORTED, _("The CPU backend has no code for the layer “%s”"), node->name);
  else if (layer->kind == LW_OP_DECONV && node->kernel != 2 * node->stride)
    g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_UNSUPPORTED, _("The layer “%s” upsamples by %d with a kernel of %d; it must be %d"),
                 node->name, node->stride, node->kernel, 2 * node->stride);
  else if (layer->kind == LW_OP_CROP && node->offset < 0)
    g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE, _("The layer “%s” cuts at a negative offset"), node->name);
  else
    return TRUE;
  return FALSE;
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
          layer->wants_gradient |= lw_plan_layer (plan, layer->inputs[k])->wants_gradient;
    }
}

/* Before anything large is allocated. Training keeps every output; else at least a layer's input and output exist together. */
static gboolean
check_memory (const LwPlan *plan, GError **error)
{
  double all = 0, most = 0;

  for (int i = 0; i < (int) plan->layers->len; i++)
    {
      const LwLayer *layer = lw_plan_layer (plan, i);
      double bytes = (double) (lw_layer_elements (plan, layer) * lw_type_bytes (layer->type));

      all += bytes;
      for (int k = 0; k < 2; k++)
        if (layer->inputs[k] >= 0)
          bytes += (double) (lw_layer_elements (plan, lw_plan_layer (plan, layer->inputs[k])) * lw_type_bytes (layer->type));
      most = MAX (most, bytes);
    }
  return lw_memory_check (plan->options.train ? all : most, error);
}

gboolean
lw_plan_lower (LwPlan *plan, GError **error)
{
  g_auto(Facts) facts = { 0 };
  int n = (int) plan->graph->nodes->len;

  if (!gather_facts (plan, &facts, error))
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
  if (lw_plan_layer (plan, plan->layer_of[n - 1])->kind != LW_OP_SCORE)
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_UNSUPPORTED, _("The network “%s” doesn’t end in scores"), plan->graph->architecture);
      return FALSE;
    }
  plan->score = lw_plan_layer (plan, plan->layer_of[n - 1])->inputs[0];
  mark_gradients (plan);
  return check_memory (plan, error);
}

gsize
lw_layer_elements (const LwPlan *plan, const LwLayer *layer)
{
  return (gsize) plan->options.n * (layer->plain ? (gsize) layer->channels : layer->padded_channels) * (gsize) layer->height * (gsize) layer->width;
}

LwDesc *
lw_layer_desc (const LwPlan *plan, const LwLayer *layer)
{
  return lw_layer_desc_typed (plan, layer, layer->type);
}

LwDesc *
lw_layer_desc_typed (const LwPlan *plan, const LwLayer *layer, LwType type)
{
  int dims[4] = { plan->options.n, layer->channels, layer->height, layer->width };

  return layer->plain ? lw_desc_plain (lw_type_dnnl (type), 4, dims)
                      : lw_desc_blocked (lw_type_dnnl (type), plan->options.n, layer->channels, layer->height, layer->width, plan->device->kernels->lanes);
}
