/* usage.c: what the outputs of a graph's nodes are used for */
#include "config.h"
#include "usage.h"

int
lw_graph_data_inputs (const LwNode *node)
{
  return node->inputs[0] < 0 ? 0 : node->kind == LW_OP_ADD || node->kind == LW_OP_CONCAT ? 2 : 1;
}

int *
lw_graph_uses (const LwGraph *graph)
{
  int *uses = g_new0 (int, graph->nodes->len);

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const LwNode *node = lw_graph_node (graph, (int) i);

      for (int k = 0; k < lw_graph_data_inputs (node); k++)
        uses[node->inputs[k]]++;
    }
  return uses;
}

static gboolean
passes_scores (const LwNode *node)
{
  return node->kind == LW_OP_DECONV || node->kind == LW_OP_CROP || node->kind == LW_OP_ADD || node->kind == LW_OP_SCALE || node->kind == LW_OP_SCORE;
}

/* Takes node @i, or its inputs, out of the head where they can't be in it; TRUE if that changed anything. */
static gboolean
narrow (const LwGraph *graph, int i, gboolean *head)
{
  const LwNode *node = lw_graph_node (graph, i);
  gboolean uses_in_head = head[i] && node->kind != LW_OP_CONV, inputs_in_head = TRUE, changed = FALSE;

  for (int k = 0; k < lw_graph_data_inputs (node); k++)
    {
      changed |= !uses_in_head && head[node->inputs[k]];
      head[node->inputs[k]] &= uses_in_head;
      inputs_in_head &= head[node->inputs[k]];
    }
  if (uses_in_head && !inputs_in_head && node->kind != LW_OP_SCORE)
    {
      head[i] = FALSE;
      changed = TRUE;
    }
  return changed;
}

gboolean *
lw_graph_head (const LwGraph *graph)
{
  int n = (int) graph->nodes->len;
  gboolean *head = g_new0 (gboolean, n), changed = TRUE;

  for (int i = 0; i < n; i++)
    head[i] = passes_scores (lw_graph_node (graph, i)) || lw_graph_node (graph, i)->kind == LW_OP_CONV;
  while (changed)
    {
      changed = FALSE;
      for (int i = n; i-- > 0;)
        changed |= narrow (graph, i, head);
    }
  return head;
}
