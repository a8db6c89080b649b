/* thinning.c: predictions compute only what is read: the pixels that every reader leaves out are left out
 *
 * Where all that read an output are 1x1 convolutions with a stride of 2 (ResNet's next stage), its odd rows and columns matter to nobody. So the stride moves up, through sums and
 * ReLUs into the convolutions that compute it, as far as a 3x3 one, which has then a quarter of the work. What is left has the same values as before. */
#include "config.h"
#include "plan.h"
#include "nn/graph/usage.h"

static gboolean
is_conv (const LwNode *node, int kernel, int stride)
{
  return node->kind == LW_OP_CONV && node->kernel == kernel && node->stride == stride && node->pad == kernel / 2;
}

/* May node @i be computed for every second row and column? A ReLU and its like only together with their input, so that they still run as one. */
static gboolean
can_be_thin (const LwGraph *graph, int i, const int *uses)
{
  const LwNode *node = lw_graph_node (graph, i);

  switch (node->kind)
    {
    case LW_OP_CONV:
      return is_conv (node, 1, 1) || is_conv (node, 3, 1);
    case LW_OP_ADD:
      return TRUE;
    case LW_OP_RELU:
    case LW_OP_BATCH_NORM:
    case LW_OP_DROPOUT:
    case LW_OP_SCALE:
      return uses[node->inputs[0]] == 1 && can_be_thin (graph, node->inputs[0], uses);
    default:
      return FALSE;
    }
}

/* Does @node, which is @thin or not, read no odd row or column? */
static gboolean
reads_thinly (const LwNode *node, gboolean thin)
{
  return is_conv (node, 1, 2) || (thin && !is_conv (node, 3, 1));
}

/* Which nodes are computed for every second row and column. (transfer full) */
static gboolean *
find_thin (const LwGraph *graph)
{
  int n = (int) graph->nodes->len;
  g_autofree int *uses = lw_graph_uses (graph);
  g_autofree gboolean *fully_read = g_new0 (gboolean, n);
  gboolean *thin = g_new0 (gboolean, n);

  for (int i = n - 1; i > 0; i--)
    {
      const LwNode *node = lw_graph_node (graph, i);

      thin[i] = uses[i] > 0 && !fully_read[i] && can_be_thin (graph, i, uses);
      for (int k = 0; k < 2; k++)       /* a crop's second input gives a size, which must stay, too */
        if (node->inputs[k] >= 0 && !reads_thinly (node, thin[i]))
          fully_read[node->inputs[k]] = TRUE;
      if (node->kind == LW_OP_UNPOOL)
        fully_read[lw_graph_node (graph, node->pool)->inputs[0]] = TRUE;
    }
  return thin;
}

/* Whose output is read whole by some, and thinly by sums and their like, for which it is picked. (transfer full) */
static gboolean *
find_picked (const LwGraph *graph, const gboolean *thin)
{
  gboolean *picked = g_new0 (gboolean, graph->nodes->len);

  for (int i = 0; i < (int) graph->nodes->len; i++)
    {
      const LwNode *node = lw_graph_node (graph, i);

      for (int k = 0; thin[i] && node->kind != LW_OP_CONV && k < lw_graph_data_inputs (node); k++)
        picked[node->inputs[k]] |= !thin[node->inputs[k]];
    }
  return picked;
}

/* Every second row and column of node @number: a pool whose windows are single pixels. */
static LwNode
picking_node (const LwNode *node, int number)
{
  LwNode pick = { .kind = LW_OP_MAX_POOL, .inputs = { number, -1 }, .in_channels = node->channels, .channels = node->channels, .kernel = 1, .stride = 2, .rate_factor = 1 };

  g_snprintf (pick.name, sizeof pick.name, "%.40s.thin", node->name);
  return pick;
}

/* Of a convolution in the thinned graph. */
static int
stride_of (const LwNode *node, gboolean thin, gboolean thin_input)
{
  if (node->kernel == 1 && thin_input)
    return 1;
  return thin ? 2 : node->stride;
}

typedef struct { int whole, picked; } Numbers;  /* of a node in the new list */

static LwNode
renumbered (const LwGraph *graph, int i, const gboolean *thin, const Numbers *numbers)
{
  const LwNode *node = lw_graph_node (graph, i);
  LwNode result = *node;

  if (node->kind == LW_OP_CONV)
    result.stride = stride_of (node, thin[i], thin[node->inputs[0]]);
  for (int k = 0; k < 2; k++)
    if (node->inputs[k] >= 0)
      {
        const Numbers *input = &numbers[node->inputs[k]];

        result.inputs[k] = thin[i] && node->kind != LW_OP_CONV && input->picked >= 0 ? input->picked : input->whole;
      }
  if (node->kind == LW_OP_UNPOOL)
    result.pool = numbers[node->pool].whole;
  return result;
}

void
lw_graph_thin (LwGraph *graph)
{
  g_autofree gboolean *thin = find_thin (graph), *picked = find_picked (graph, thin);
  g_autofree Numbers *numbers = g_new0 (Numbers, graph->nodes->len);
  GArray *nodes = g_array_new (FALSE, FALSE, sizeof (LwNode));

  for (int i = 0; i < (int) graph->nodes->len; i++)
    {
      LwNode node = renumbered (graph, i, thin, numbers);

      numbers[i] = (Numbers) { (int) nodes->len, picked[i] ? (int) nodes->len + 1 : -1 };
      g_array_append_val (nodes, node);
      if (picked[i])
        {
          LwNode pick = picking_node (&node, numbers[i].whole);

          g_array_append_val (nodes, pick);
        }
    }
  g_array_unref (graph->nodes);
  graph->nodes = nodes;
}
