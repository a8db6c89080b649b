/* model.h: what a weights file says of itself: network, classes, input transform, scale rule. Kept in the safetensors metadata under
 * "labelwright.model" as one JSON object; a file without it is refused as a model. */
#pragma once
#include "nn/networks/networks.h"
#include "nn/weights/weights.h"

/* x = (rgb / 255 - mean) / std, channel by channel; @bgr flips the channels after that. */
typedef struct { float mean[3], std[3]; gboolean bgr; } LwInputTransform;

/* The transform of a kind of input. */
LwInputTransform lw_input_transform (LwNetworkInput input);

/* @graph is always without batch normalisation: what was trained with it has been folded (batch-norm.h), and @weights may hold what
 * was folded besides. */
typedef struct {
  char *architecture;
  gboolean original_padding;   /* FCN-8s only: as the published weights want it (networks.h) */
  int n_classes;               /* channels */
  char **class_names;          /* NULL-terminated, one a channel */
  LwInputTransform transform;
  int train_width, train_height;
  int max_side;                /* larger frames are scaled down to it */
  LwGraph *graph;
  LwWeights *weights;
} LwNetModel;

/* For the transform that its architecture starts with (networks/list.h), 480 x 360 and at most 640 pixels a side. */
LwNetModel *lw_net_model_new (const char *architecture, const char *const *class_names, guint64 seed, GError **error);
LwNetModel *lw_net_model_load (const char *path, GError **error);
gboolean lw_net_model_save (const LwNetModel *model, LwStoreType type, const char *path, GError **error);
/* Rebuilds the graph with the original padding, which changes no tensor. */
void lw_net_model_pad_as_published (LwNetModel *model);
LwNetModel *lw_net_model_copy (const LwNetModel *model);
void lw_net_model_free (LwNetModel *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwNetModel, lw_net_model_free)
/* The size at which a frame of this size goes through the network (scale rule). */
void lw_net_model_net_size (const LwNetModel *model, int frame_width, int frame_height, int *net_width, int *net_height);
