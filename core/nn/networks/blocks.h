/* blocks.h: the groups of layers that networks have in common */
#pragma once
#include "nn/graph/builder.h"
#include "nn/networks/networks.h"

/* Convolution, batch normalisation if @options says so (then without a bias, which the mean would take away). */
int lw_block_conv (LwGraph *graph, int x, const char *name, int channels, int kernel, int stride, int pad, const LwNetworkOptions *options);

/* The same with stride 1, then a ReLU. */
int lw_block_conv_relu (LwGraph *graph, int x, const char *name, int channels, int kernel, int pad, const LwNetworkOptions *options);

/* Stage @stage of VGG-16: @n convolutions 3x3 named conv<stage>_<1…n>, then the pool pool<stage>. The first one pads @first_pad, the rest 1. */
int lw_block_vgg_stage (LwGraph *graph, int x, int stage, int n, int channels, int first_pad, const LwNetworkOptions *options);

/* FCN-8s' end: class scores of three depths, each upsampled onto the next finer one and added.
 * @scale4, @scale3: constant factors of the skips, 1: none (0.01 and 0.0001 in Long et al.’s at-once training). */
void lw_block_fcn_head (LwGraph *graph, int fc7, int pool4, int pool3, float scale4, float scale3, const LwNetworkOptions *options);
