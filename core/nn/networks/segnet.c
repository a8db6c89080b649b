/* segnet.c: SegNet (Badrinarayanan, Kendall, Cipolla: SegNet: A Deep Convolutional Encoder-Decoder Architecture for Image Segmentation, 2017) */
#include "config.h"
#include "blocks.h"

/* Back up through stage @stage: unpooling to where the maxima of its pool came from, then as many convolutions as the encoder has there.
 * @last: channels of the last of them; 0: the classes' scores, without anything after. */
static int
decode (LwGraph *graph, int x, int stage, int n, int channels, int last, int pool, const LwNetworkOptions *options)
{
  char name[32];

  g_snprintf (name, sizeof name, "unpool%d", stage);
  x = lw_graph_unpool (graph, x, name, pool);
  for (int i = n; i >= 1; i--)
    {
      g_snprintf (name, sizeof name, "conv%d_%dd", stage, i);
      if (i == 1 && last == 0)
        return lw_graph_conv (graph, x, "score_conv", options->classes, 3, 1, TRUE);
      x = lw_block_conv_relu (graph, x, name, i == 1 ? last : channels, 3, 1, options);
    }
  return x;
}

/* The encoder is VGG-16's, each convolution with batch normalisation, and hands its pools' indices to the decoder, its mirror image. */
LwGraph *
lw_segnet (const LwNetworkOptions *options)
{
  LwGraph *graph = lw_graph_new ("segnet", options->classes);
  int x = 0, pool1, pool2, pool3, pool4, pool5;

  x = pool1 = lw_block_vgg_stage (graph, x, 1, 2, 64, 1, options);
  x = pool2 = lw_block_vgg_stage (graph, x, 2, 2, 128, 1, options);
  x = pool3 = lw_block_vgg_stage (graph, x, 3, 3, 256, 1, options);
  x = pool4 = lw_block_vgg_stage (graph, x, 4, 3, 512, 1, options);
  x = pool5 = lw_block_vgg_stage (graph, x, 5, 3, 512, 1, options);
  x = decode (graph, x, 5, 3, 512, 512, pool5, options);
  x = decode (graph, x, 4, 3, 512, 256, pool4, options);
  x = decode (graph, x, 3, 3, 256, 128, pool3, options);
  x = decode (graph, x, 2, 2, 128, 64, pool2, options);
  x = decode (graph, x, 1, 2, 64, 0, pool1, options);
  lw_graph_score (graph, x, 1, 0);
  return graph;
}
