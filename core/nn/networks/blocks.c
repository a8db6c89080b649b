/* blocks.c: the groups of layers that networks have in common */
#include "config.h"
#include "blocks.h"

int
lw_block_conv (LwGraph *graph, int x, const char *name, int channels, int kernel, int stride, int pad, const LwNetworkOptions *options)
{
  x = lw_graph_conv_strided (graph, x, name, channels, kernel, stride, pad, !options->batch_norm);
  return options->batch_norm ? lw_graph_batch_norm (graph, x, name) : x;
}

int
lw_block_conv_relu (LwGraph *graph, int x, const char *name, int channels, int kernel, int pad, const LwNetworkOptions *options)
{
  return lw_graph_relu (graph, lw_block_conv (graph, x, name, channels, kernel, 1, pad, options), name);
}

int
lw_block_vgg_stage (LwGraph *graph, int x, int stage, int n, int channels, int first_pad, const LwNetworkOptions *options)
{
  char name[32];

  for (int i = 1; i <= n; i++)
    {
      g_snprintf (name, sizeof name, "conv%d_%d", stage, i);
      x = lw_block_conv_relu (graph, x, name, channels, 3, i == 1 ? first_pad : 1, options);
    }
  g_snprintf (name, sizeof name, "pool%d", stage);
  return lw_graph_max_pool (graph, x, name, TRUE);
}

/* The scores of a skip: (N, classes, h, w) of a pool's size. */
static int
skip_scores (LwGraph *graph, int pool, int stage, float scale, int classes)
{
  char name[32];

  g_snprintf (name, sizeof name, "scale_pool%d", stage);
  if (scale != 1)
    pool = lw_graph_scale (graph, pool, name, scale);
  g_snprintf (name, sizeof name, "score_pool%d", stage);
  return lw_graph_conv (graph, pool, name, classes, 1, 0, TRUE);
}

/* Original padding: the skip is larger by the padding's rim, and is cut at a fixed offset to the coarse map, upsampled without a crop.
 * Tight: the coarse map is exactly twice as large, and loses the row or column by which its pool was rounded up. */
static int
fuse (LwGraph *graph, int coarse, int skip, int stage, int offset, gboolean original)
{
  char up_name[32], crop_name[32], name[32];

  g_snprintf (up_name, sizeof up_name, stage == 4 ? "upscore2" : "upscore_pool4");
  g_snprintf (crop_name, sizeof crop_name, original ? "score_pool%dc" : "upscore_pool%dc", stage);
  g_snprintf (name, sizeof name, "fuse_pool%d", stage);
  int up = lw_graph_deconv (graph, coarse, up_name, 2, original ? 0 : 1);

  if (original)
    skip = lw_graph_crop (graph, skip, crop_name, up, offset);
  else
    up = lw_graph_crop (graph, up, crop_name, skip, 0);
  return lw_graph_add (graph, up, skip, name);
}

/* The last deconvolution (k16 s8) is the score node's own bilinear sampling. Cut at 31 from an uncropped one, whose kernels are centred 7.5
 * after the start of their cell, row y lies at (y + 31 - 7.5) / 8 of the grid: an offset of 27 from half-pixel centres. */
void
lw_block_fcn_head (LwGraph *graph, int fc7, int pool4, int pool3, float scale4, float scale3, const LwNetworkOptions *options)
{
  gboolean original = options->original_padding;
  int x = lw_graph_conv (graph, fc7, "score_fr", options->classes, 1, 0, TRUE);

  x = fuse (graph, x, skip_scores (graph, pool4, 4, scale4, options->classes), 4, 5, original);
  x = fuse (graph, x, skip_scores (graph, pool3, 3, scale3, options->classes), 3, 9, original);
  lw_graph_score (graph, x, 8, original ? 27 : 0);
}
