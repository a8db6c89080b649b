/* builder.c: appends layers to a graph */
#include "config.h"
#include "builder.h"

#define BATCH_NORM_EPSILON 1e-5f

static LwNode
node_on (const LwGraph *graph, LwOpKind kind, int x, const char *prefix, const char *suffix)
{
  const LwNode *input = lw_graph_node (graph, x);
  LwNode node = { .kind = kind, .inputs = { x, -1 }, .in_channels = input->channels, .channels = input->channels, .stride = 1, .rate_factor = 1, .pool = -1 };

  g_snprintf (node.name, sizeof node.name, "%s%s", prefix, suffix);
  return node;
}

static int
append (LwGraph *graph, const LwNode *node)
{
  g_assert (lw_graph_find (graph, node->name) < 0);
  g_array_append_val (graph->nodes, *node);
  return (int) graph->nodes->len - 1;
}

LwGraph *
lw_graph_new (const char *architecture, int classes)
{
  LwGraph *graph = g_new0 (LwGraph, 1);
  LwNode input = { .kind = LW_OP_INPUT, .inputs = { -1, -1 }, .in_channels = 3, .channels = 3, .stride = 1, .rate_factor = 1, .pool = -1, .name = "input" };

  graph->architecture = g_strdup (architecture);
  graph->classes = classes;
  graph->nodes = g_array_new (FALSE, TRUE, sizeof (LwNode));
  append (graph, &input);
  return graph;
}

int
lw_graph_conv (LwGraph *graph, int x, const char *name, int channels, int kernel, int pad, gboolean bias)
{
  return lw_graph_conv_strided (graph, x, name, channels, kernel, 1, pad, bias);
}

int
lw_graph_conv_strided (LwGraph *graph, int x, const char *name, int channels, int kernel, int stride, int pad, gboolean bias)
{
  LwNode node = node_on (graph, LW_OP_CONV, x, name, "");

  node.channels = channels;
  node.kernel = kernel;
  node.stride = stride;
  node.pad = pad;
  node.bias = bias;
  return append (graph, &node);
}

int
lw_graph_up_conv (LwGraph *graph, int x, const char *name, int channels)
{
  LwNode node = node_on (graph, LW_OP_UP_CONV, x, name, "");

  node.channels = channels;
  node.kernel = node.stride = 2;
  node.bias = TRUE;
  return append (graph, &node);
}

int
lw_graph_batch_norm (LwGraph *graph, int x, const char *name)
{
  LwNode node = node_on (graph, LW_OP_BATCH_NORM, x, name, ".bn");

  node.bias = TRUE;
  node.value = BATCH_NORM_EPSILON;
  return append (graph, &node);
}

int
lw_graph_relu (LwGraph *graph, int x, const char *name)
{
  LwNode node = node_on (graph, LW_OP_RELU, x, name, ".relu");

  return append (graph, &node);
}

int
lw_graph_dropout (LwGraph *graph, int x, const char *name, float rate)
{
  LwNode node = node_on (graph, LW_OP_DROPOUT, x, name, ".drop");

  node.value = rate;
  return append (graph, &node);
}

int
lw_graph_max_pool (LwGraph *graph, int x, const char *name, gboolean ceil_mode)
{
  LwNode node = node_on (graph, LW_OP_MAX_POOL, x, name, "");

  node.kernel = node.stride = 2;
  node.ceil_mode = ceil_mode;
  return append (graph, &node);
}

int
lw_graph_max_pool_3x3 (LwGraph *graph, int x, const char *name)
{
  LwNode node = node_on (graph, LW_OP_MAX_POOL, x, name, "");

  node.kernel = 3;
  node.stride = 2;
  node.pad = 1;
  return append (graph, &node);
}

int
lw_graph_unpool (LwGraph *graph, int x, const char *name, int pool)
{
  LwNode node = node_on (graph, LW_OP_UNPOOL, x, name, "");

  g_assert (lw_graph_node (graph, pool)->kernel == 2);
  node.kernel = node.stride = 2;
  node.pool = pool;
  return append (graph, &node);
}

int
lw_graph_lrn (LwGraph *graph, int x, const char *name, int size, float alpha, float beta, float k)
{
  LwNode node = node_on (graph, LW_OP_LRN, x, name, "");

  node.kernel = size;
  node.alpha = alpha;
  node.beta = beta;
  node.value = k;
  return append (graph, &node);
}

int
lw_graph_deconv (LwGraph *graph, int x, const char *name, int stride, int pad)
{
  LwNode node = node_on (graph, LW_OP_DECONV, x, name, "");

  node.kernel = 2 * stride;
  node.stride = stride;
  node.pad = pad;
  return append (graph, &node);
}

int
lw_graph_scale (LwGraph *graph, int x, const char *name, float factor)
{
  LwNode node = node_on (graph, LW_OP_SCALE, x, name, "");

  node.value = factor;
  return append (graph, &node);
}

int
lw_graph_crop (LwGraph *graph, int x, const char *name, int like, int offset)
{
  LwNode node = node_on (graph, LW_OP_CROP, x, name, "");

  node.inputs[1] = like;
  node.offset = offset;
  return append (graph, &node);
}

int
lw_graph_add (LwGraph *graph, int a, int b, const char *name)
{
  LwNode node = node_on (graph, LW_OP_ADD, a, name, "");

  g_assert (lw_graph_node (graph, b)->channels == node.channels);
  node.inputs[1] = b;
  return append (graph, &node);
}

int
lw_graph_concat (LwGraph *graph, int a, int b, const char *name)
{
  LwNode node = node_on (graph, LW_OP_CONCAT, a, name, "");

  node.inputs[1] = b;
  node.channels += lw_graph_node (graph, b)->channels;
  return append (graph, &node);
}

int
lw_graph_score (LwGraph *graph, int x, int stride, int offset)
{
  LwNode node = node_on (graph, LW_OP_SCORE, x, "score", "");

  g_assert (node.channels == graph->classes);
  node.stride = stride;
  node.offset = offset;
  return append (graph, &node);
}
