/* fcn8s.c: FCN-8s “at once” on VGG-16 (Long, Shelhamer, Darrell: Fully Convolutional Networks for Semantic Segmentation, 2017) */
#include "config.h"
#include "blocks.h"

/* conv1_1 pads 100 in the original, so that fc6's unpadded 7x7 fits any picture; by default every layer keeps its size instead,
 * which costs half the arithmetic at 480 x 360. */
LwGraph *
lw_fcn8s (const LwNetworkOptions *options)
{
  LwGraph *graph = lw_graph_new ("fcn8s", options->classes);
  int x = 0, pool3, pool4;

  x = lw_block_vgg_stage (graph, x, 1, 2, 64, options->original_padding ? 100 : 1, options);
  x = lw_block_vgg_stage (graph, x, 2, 2, 128, 1, options);
  x = pool3 = lw_block_vgg_stage (graph, x, 3, 3, 256, 1, options);
  x = pool4 = lw_block_vgg_stage (graph, x, 4, 3, 512, 1, options);
  x = lw_block_vgg_stage (graph, x, 5, 3, 512, 1, options);
  x = lw_block_conv_relu (graph, x, "fc6", 4096, 7, options->original_padding ? 0 : 3, options);
  x = lw_graph_dropout (graph, x, "fc6", 0.5f);
  x = lw_block_conv_relu (graph, x, "fc7", 4096, 1, 0, options);
  x = lw_graph_dropout (graph, x, "fc7", 0.5f);
  lw_block_fcn_head (graph, x, pool4, pool3, 0.01f, 0.0001f, options);
  return graph;
}
