/* usage.h: what the outputs of a graph's nodes are used for */
#pragma once
#include "graph.h"

/* How many of its inputs give a node data: the second one of a crop gives only its size. */
int lw_graph_data_inputs (const LwNode *node);
/* How often each node's output is used as data. (transfer full) */
int *lw_graph_uses (const LwGraph *graph);
/* Which nodes lie on the way from the last convolutions to the score, where float32 costs nothing and bfloat16 would show: all that is used only by
 * nodes of the head, and is a convolution or has all its own inputs in the head. (transfer full) */
gboolean *lw_graph_head (const LwGraph *graph);
