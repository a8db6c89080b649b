/* fcn8s-lite.c: FCN-8s of a quarter of the widths, small enough to train and to run while someone paints */
#include "config.h"
#include "blocks.h"

/* The skips have no constant factors: those tame the activations of ImageNet's VGG-16, and this network starts from nothing.
 * For the same reason it drops less. Always padded tightly: there are no published weights to be like. */
LwGraph *
lw_fcn8s_lite (const LwNetworkOptions *options)
{
  LwNetworkOptions tight = *options;
  LwGraph *graph = lw_graph_new ("fcn8s-lite", options->classes);
  int x = 0, pool3, pool4;

  tight.original_padding = FALSE;
  x = lw_block_vgg_stage (graph, x, 1, 2, 16, 1, &tight);
  x = lw_block_vgg_stage (graph, x, 2, 2, 32, 1, &tight);
  x = pool3 = lw_block_vgg_stage (graph, x, 3, 3, 64, 1, &tight);
  x = pool4 = lw_block_vgg_stage (graph, x, 4, 3, 128, 1, &tight);
  x = lw_block_vgg_stage (graph, x, 5, 3, 128, 1, &tight);
  x = lw_block_conv_relu (graph, x, "fc6", 512, 3, 1, &tight);
  x = lw_graph_dropout (graph, x, "fc6", 0.1f);
  x = lw_block_conv_relu (graph, x, "fc7", 512, 1, 0, &tight);
  x = lw_graph_dropout (graph, x, "fc7", 0.1f);
  lw_block_fcn_head (graph, x, pool4, pool3, 1, 1, &tight);
  return graph;
}
