/* segnet-basic.c: SegNet-Basic, the small SegNet of the same paper: four levels of one 7x7 convolution of 64 channels each way */
#include "config.h"
#include "blocks.h"

#define LEVELS 4
#define CHANNELS 64

/* The normalisation across channels is tuned to bytes (Models/segnet_basic_train.prototxt), so its input is 0..255. The decoder has no ReLUs. */
LwGraph *
lw_segnet_basic (const LwNetworkOptions *options)
{
  LwGraph *graph = lw_graph_new ("segnet-basic", options->classes);
  int x = lw_graph_lrn (graph, 0, "norm", 5, 1e-4f, 0.75f, 1), pools[LEVELS];
  char name[32];

  for (int i = 0; i < LEVELS; i++)
    {
      g_snprintf (name, sizeof name, "conv%d", i + 1);
      x = lw_block_conv_relu (graph, x, name, CHANNELS, 7, 3, options);
      g_snprintf (name, sizeof name, "pool%d", i + 1);
      x = pools[i] = lw_graph_max_pool (graph, x, name, TRUE);
    }
  for (int i = LEVELS; i-- > 0;)
    {
      g_snprintf (name, sizeof name, "unpool%d", i + 1);
      x = lw_graph_unpool (graph, x, name, pools[i]);
      g_snprintf (name, sizeof name, "conv%dd", i + 1);
      x = lw_block_conv (graph, x, name, CHANNELS, 7, 1, 3, options);
    }
  lw_graph_score (graph, lw_graph_conv (graph, x, "score_conv", options->classes, 1, 0, TRUE), 1, 0);
  return graph;
}
