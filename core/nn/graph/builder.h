/* builder.h: how a network function puts its layers together; each call appends one node and returns its number */
#pragma once
#include "nn/graph/graph.h"

LwGraph *lw_graph_new (const char *architecture, int classes);      /* node 0: the input of 3 channels */

/* Stride 1. */
int lw_graph_conv (LwGraph *graph, int x, const char *name, int channels, int kernel, int pad, gboolean bias);
int lw_graph_conv_strided (LwGraph *graph, int x, const char *name, int channels, int kernel, int stride, int pad, gboolean bias);
int lw_graph_up_conv (LwGraph *graph, int x, const char *name, int channels);      /* with a bias */
/* Named `<name>.bn`, `<name>.relu`, `<name>.drop`: after the convolution that they follow. */
int lw_graph_batch_norm (LwGraph *graph, int x, const char *name);
int lw_graph_relu (LwGraph *graph, int x, const char *name);
int lw_graph_dropout (LwGraph *graph, int x, const char *name, float rate);
int lw_graph_max_pool (LwGraph *graph, int x, const char *name, gboolean ceil_mode);           /* 2x2 by 2 */
int lw_graph_max_pool_3x3 (LwGraph *graph, int x, const char *name);                           /* 3x3 by 2, padded by 1, rounded down */
int lw_graph_unpool (LwGraph *graph, int x, const char *name, int pool);
int lw_graph_lrn (LwGraph *graph, int x, const char *name, int size, float alpha, float beta, float k);
int lw_graph_deconv (LwGraph *graph, int x, const char *name, int stride, int pad);
int lw_graph_scale (LwGraph *graph, int x, const char *name, float factor);
int lw_graph_crop (LwGraph *graph, int x, const char *name, int like, int offset);
int lw_graph_add (LwGraph *graph, int a, int b, const char *name);
int lw_graph_concat (LwGraph *graph, int a, int b, const char *name);
int lw_graph_score (LwGraph *graph, int x, int stride, int offset);

/* The number of the node of that name, or -1. */
int lw_graph_find (const LwGraph *graph, const char *name);
