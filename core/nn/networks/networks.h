/* networks.h: the list of networks; each is one readable function in a file of its own */
#pragma once
#include "nn/graph/graph.h"

typedef struct {
  int classes;
  gboolean original_padding;   /* pad 100 and crop offsets 5, 9, 31, as the published FCN-8s weights want */
  gboolean batch_norm;         /* train with batch normalisation after each convolution of the trunk; folded into the weights when saved */
} LwNetworkOptions;

LwGraph *lw_fcn8s (const LwNetworkOptions *options);         /* VGG-16 trunk, tight padding by default (nn.md, 1) */
LwGraph *lw_fcn8s_lite (const LwNetworkOptions *options);    /* widths 16, 32, 64, 128, 128; fc6 3x3 and fc7 of 512 */
/* By architecture name ("fcn8s", "fcn8s-lite"); NULL: unknown. */
LwGraph *lw_network_new (const char *architecture, const LwNetworkOptions *options);
const char *const *lw_network_names (void);
