/* networks.h: the networks by name; each is one readable function in a file of its own, and a line in list.h */
#pragma once
#include "nn/graph/graph.h"

typedef struct {
  int classes;
  gboolean original_padding;   /* FCN-8s: pad 100 and crop offsets 5, 9, 31, as the published weights want */
  gboolean batch_norm;         /* with batch normalisation after each convolution of the trunk; without, it counts as folded into the weights */
} LwNetworkOptions;

/* What the first layer expects. */
typedef enum {
  LW_INPUT_IMAGENET,           /* RGB, 0..1, less ImageNet's mean, over its deviation (torchvision, timm) */
  LW_INPUT_CAFFE,              /* BGR, 0..255, less ImageNet's mean (Caffe's networks) */
  LW_INPUT_BYTES,              /* RGB, 0..255 */
} LwNetworkInput;

#define LW_NETWORK(function, architecture, input) LwGraph *function (const LwNetworkOptions *options);
#include "list.h"
#undef LW_NETWORK

/* By architecture; NULL: unknown. */
LwGraph *lw_network_new (const char *architecture, const LwNetworkOptions *options);
LwNetworkInput lw_network_input (const char *architecture);
const char *const *lw_network_names (void);
