/* unet.c: U-Net (Ronneberger, Fischer, Brox: U-Net: Convolutional Networks for Biomedical Image Segmentation, 2015), padded so that nothing shrinks */
#include "config.h"
#include "blocks.h"

#define LEVELS 4                /* of pooling */
#define BASE 64                 /* channels of the finest level */

static int
two_convs (LwGraph *graph, int x, const char *side, int level, int channels, const LwNetworkOptions *options)
{
  char name[32];

  for (int i = 1; i <= 2; i++)
    {
      g_snprintf (name, sizeof name, "%s%d_%d", side, level, i);
      x = lw_block_conv_relu (graph, x, name, channels, 3, 1, options);
    }
  return x;
}

/* Twice as large, cut to the skip where its pool was rounded up, then both together. */
static int
join (LwGraph *graph, int x, int skip, int level)
{
  char up[32], cut[32], both[32];

  g_snprintf (up, sizeof up, "up%d", level);
  g_snprintf (cut, sizeof cut, "up%dc", level);
  g_snprintf (both, sizeof both, "concat%d", level);
  x = lw_graph_up_conv (graph, x, up, lw_graph_node (graph, skip)->channels);
  return lw_graph_concat (graph, skip, lw_graph_crop (graph, x, cut, skip, 0), both);
}

LwGraph *
lw_unet (const LwNetworkOptions *options)
{
  LwGraph *graph = lw_graph_new ("unet", options->classes);
  int x = 0, skips[LEVELS];

  for (int i = 0; i < LEVELS; i++)
    {
      char name[32];

      x = skips[i] = two_convs (graph, x, "down", i + 1, BASE << i, options);
      g_snprintf (name, sizeof name, "pool%d", i + 1);
      x = lw_graph_max_pool (graph, x, name, TRUE);
    }
  x = two_convs (graph, x, "bottom", LEVELS + 1, BASE << LEVELS, options);
  for (int i = LEVELS; i-- > 0;)
    x = two_convs (graph, join (graph, x, skips[i], i + 1), "upper", i + 1, BASE << i, options);
  lw_graph_score (graph, lw_graph_conv (graph, x, "score_conv", options->classes, 1, 0, TRUE), 1, 0);
  return graph;
}
