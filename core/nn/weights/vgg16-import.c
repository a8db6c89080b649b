/* vgg16-import.c: starts the trunk of an FCN or the encoder of SegNet from a VGG-16 (ImageNet; torchvision's and timm's names for its layers) */
#include "config.h"
#include "import.h"
#include "nn/graph/builder.h"
#include <glib/gi18n-lib.h>

/* Numbers in torchvision's list of layers; in that of a VGG-16 with batch normalisation each is followed by its own. */
static const struct { const char *ours; int plain, normalised; } convolutions[] = {
  { "conv1_1", 0, 0 }, { "conv1_2", 2, 3 }, { "conv2_1", 5, 7 }, { "conv2_2", 7, 10 },
  { "conv3_1", 10, 14 }, { "conv3_2", 12, 17 }, { "conv3_3", 14, 20 },
  { "conv4_1", 17, 24 }, { "conv4_2", 19, 27 }, { "conv4_3", 21, 30 },
  { "conv5_1", 24, 34 }, { "conv5_2", 26, 37 }, { "conv5_3", 28, 40 },
};
static const struct { const char *ours, *torchvision, *timm; } connected[] = {
  { "fc6", "classifier.0", "pre_logits.fc1" }, { "fc7", "classifier.3", "pre_logits.fc2" },
};

static int
import_convolution (LwNetModel *model, const LwWeights *vgg, gsize i, gboolean normalised, GError **error)
{
  char theirs[32], norm[32];

  g_snprintf (theirs, sizeof theirs, "features.%d", normalised ? convolutions[i].normalised : convolutions[i].plain);
  g_snprintf (norm, sizeof norm, "features.%d", convolutions[i].normalised + 1);
  return lw_import_layer (model, convolutions[i].ours, vgg, theirs, normalised ? norm : NULL, error);
}

/* SegNet has none. */
static int
import_connected (LwNetModel *model, const LwWeights *vgg, gsize i, GError **error)
{
  int taken;

  if (lw_graph_find (model->graph, connected[i].ours) < 0)
    return 0;
  taken = lw_import_layer (model, connected[i].ours, vgg, connected[i].timm, NULL, error);
  return taken != 0 ? taken : lw_import_layer (model, connected[i].ours, vgg, connected[i].torchvision, NULL, error);
}

int
lw_vgg16_import (LwNetModel *model, const LwWeights *vgg, GError **error)
{
  gboolean normalised = lw_weights_get (vgg, "features.1.running_mean") != NULL;
  int taken = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (convolutions) + G_N_ELEMENTS (connected); i++)
    {
      int one = i < G_N_ELEMENTS (convolutions) ? import_convolution (model, vgg, i, normalised, error)
                                                : import_connected (model, vgg, i - G_N_ELEMENTS (convolutions), error);

      if (one < 0)
        return -1;
      taken += one;
    }
  if (taken == 0)
    {
      lw_import_no_layer (model, error);
      return -1;
    }
  model->transform = lw_input_transform (lw_import_wants_bgr (vgg) ? LW_INPUT_CAFFE : LW_INPUT_IMAGENET);
  return taken;
}
