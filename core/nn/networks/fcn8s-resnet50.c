/* fcn8s-resnet50.c: FCN-8s on ResNet-50 (He et al.: Deep Residual Learning for Image Recognition, 2015): skips from strides 8 and 16 */
#include "config.h"
#include "blocks.h"

#define HEAD_CHANNELS 128

/* Layers are named as torchvision names them. @early: the block's stride is in its first 1x1 (as published), else in its 3x3. */
static int
bottleneck (LwGraph *graph, int x, int stage, int block, int width, gboolean early, const LwNetworkOptions *options)
{
  int stride = block == 0 && stage > 1 ? 2 : 1, in = x;
  char name[48], base[24];

  g_snprintf (base, sizeof base, "layer%d.%d", stage, block);
  g_snprintf (name, sizeof name, "%s.conv1", base);
  x = lw_graph_relu (graph, lw_block_conv (graph, x, name, width, 1, early ? stride : 1, 0, options), name);
  g_snprintf (name, sizeof name, "%s.conv2", base);
  x = lw_graph_relu (graph, lw_block_conv (graph, x, name, width, 3, early ? 1 : stride, 1, options), name);
  g_snprintf (name, sizeof name, "%s.conv3", base);
  x = lw_block_conv (graph, x, name, 4 * width, 1, 1, 0, options);
  g_snprintf (name, sizeof name, "%s.downsample", base);
  if (block == 0)
    in = lw_block_conv (graph, in, name, 4 * width, 1, stride, 0, options);
  g_snprintf (name, sizeof name, "%s.add", base);
  return lw_graph_relu (graph, lw_graph_add (graph, x, in, name), base);
}

static int
residual_stage (LwGraph *graph, int x, int stage, int blocks, int width, gboolean early, const LwNetworkOptions *options)
{
  for (int i = 0; i < blocks; i++)
    x = bottleneck (graph, x, stage, i, width, early, options);
  return x;
}

/* The coarser map, stretched onto @fine's grid, and what @fine has to say. */
static int
refine (LwGraph *graph, int coarse, int fine, int stage, const LwNetworkOptions *options)
{
  char lateral[24], up[24], cut[24], fuse[24];

  g_snprintf (lateral, sizeof lateral, "lateral%d", stage);
  g_snprintf (up, sizeof up, "up%d", stage);
  g_snprintf (cut, sizeof cut, "up%dc", stage);
  g_snprintf (fuse, sizeof fuse, "fuse%d", stage);
  fine = lw_block_conv (graph, fine, lateral, HEAD_CHANNELS, 1, 1, 0, options);
  coarse = lw_graph_crop (graph, lw_graph_deconv (graph, coarse, up, 2, 1), cut, fine, 0);
  return lw_graph_relu (graph, lw_graph_add (graph, fine, coarse, fuse), fuse);
}

/* FCN-8s adds class scores of the three depths. Here 128 features of each are added, and one 3x3 looks at the sum before it is scored: 0.7 GMAC
 * instead of 0.1 at 480 x 360, and classes can be told apart by what several depths say together.
 * The strides of ResNet take the first of two pixels, so that cell i of the last grid looks at pixel 8i, not at the middle of its eight: hence the
 * score's offset.
 * @deep: with stage 4, which holds two thirds of the weights and a fifth of the arithmetic. */
static LwGraph *
build (const char *architecture, gboolean early, gboolean deep, const LwNetworkOptions *options)
{
  LwGraph *graph = lw_graph_new (architecture, options->classes);
  int x, stride8, stride16;

  x = lw_graph_relu (graph, lw_block_conv (graph, 0, "conv1", 64, 7, 2, 3, options), "conv1");
  x = lw_graph_max_pool_3x3 (graph, x, "maxpool");
  x = residual_stage (graph, x, 1, 3, 64, early, options);
  x = stride8 = residual_stage (graph, x, 2, 4, 128, early, options);
  x = stride16 = residual_stage (graph, x, 3, 6, 256, early, options);
  if (deep)
    {
      x = residual_stage (graph, x, 4, 3, 512, early, options);
      x = lw_block_conv_relu (graph, x, "lateral4", HEAD_CHANNELS, 1, 0, options);
      x = refine (graph, x, stride16, 3, options);
    }
  else
    x = lw_block_conv_relu (graph, x, "lateral3", HEAD_CHANNELS, 1, 0, options);
  x = refine (graph, x, stride8, 2, options);
  x = lw_block_conv_relu (graph, x, "head", HEAD_CHANNELS, 3, 1, options);
  x = lw_graph_dropout (graph, x, "head", 0.1f);
  lw_graph_score (graph, lw_graph_conv (graph, x, "score_conv", options->classes, 1, 0, TRUE), 8, 4);
  return graph;
}

LwGraph *
lw_fcn8s_resnet50 (const LwNetworkOptions *options)
{
  return build ("fcn8s-resnet50", TRUE, TRUE, options);
}

LwGraph *
lw_fcn8s_resnet50_b (const LwNetworkOptions *options)
{
  return build ("fcn8s-resnet50-b", FALSE, TRUE, options);
}

LwGraph *
lw_fcn8s_resnet50_lite (const LwNetworkOptions *options)
{
  return build ("fcn8s-resnet50-lite", TRUE, FALSE, options);
}
