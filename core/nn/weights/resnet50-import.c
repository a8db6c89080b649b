/* resnet50-import.c: starts FCN-8s on ResNet-50 from that classifier's weights (torchvision's names, which timm has too) */
#include "config.h"
#include "import.h"
#include "nn/graph/builder.h"
#include <string.h>
#include <glib/gi18n-lib.h>

static const int blocks[] = { 3, 4, 6, 3 };

/* Weights of the form with the stride in the 3x3 come from PyTorch; those of the published form say that they want BGR. The tensors look the same. */
static gboolean
check_form (const LwNetModel *model, const LwWeights *resnet, GError **error)
{
  gboolean bgr = lw_import_wants_bgr (resnet);
  gboolean pytorch = g_strcmp0 (g_hash_table_lookup (resnet->metadata, "format"), "pt") == 0 && !bgr;
  gboolean late = g_str_has_suffix (model->architecture, "-b");

  if (late && bgr)
    return lw_net_fail (error, LW_NET_ERROR_SHAPE, _("These weights are of ResNet-50 as first published, which halves the picture in other layers: choose the network “%s”"),
                        "fcn8s-resnet50");
  if (!late && pytorch)
    return lw_net_fail (error, LW_NET_ERROR_SHAPE, _("These weights are of PyTorch’s ResNet-50, which halves the picture in other layers: choose the network “%s”"),
                        "fcn8s-resnet50-b");
  return TRUE;
}

/* The lite network ends before stage 4. */
static gboolean
has_stage (const LwNetModel *model, int stage)
{
  char name[32];

  g_snprintf (name, sizeof name, "layer%d.0.conv1", stage);
  return lw_graph_find (model->graph, name) >= 0;
}

static int
import_block (LwNetModel *model, const LwWeights *resnet, int stage, int block, GError **error)
{
  char conv[32], norm[32], ours[32];
  int taken = 0, one;

  for (int i = 1; i <= 3; i++)
    {
      g_snprintf (conv, sizeof conv, "layer%d.%d.conv%d", stage, block, i);
      g_snprintf (norm, sizeof norm, "layer%d.%d.bn%d", stage, block, i);
      if ((one = lw_import_layer (model, conv, resnet, conv, norm, error)) < 0)
        return -1;
      taken += one;
    }
  if (block > 0)
    return taken;
  g_snprintf (ours, sizeof ours, "layer%d.%d.downsample", stage, block);
  g_snprintf (conv, sizeof conv, "%s.0", ours);
  g_snprintf (norm, sizeof norm, "%s.1", ours);
  one = lw_import_layer (model, ours, resnet, conv, norm, error);
  return one < 0 ? -1 : taken + one;
}

int
lw_resnet50_import (LwNetModel *model, const LwWeights *resnet, GError **error)
{
  int taken, one;

  if (!check_form (model, resnet, error))
    return -1;
  taken = lw_import_layer (model, "conv1", resnet, "conv1", "bn1", error);
  for (int stage = 1; taken >= 0 && stage <= 4 && has_stage (model, stage); stage++)
    for (int block = 0; taken >= 0 && block < blocks[stage - 1]; block++)
      taken = (one = import_block (model, resnet, stage, block, error)) < 0 ? -1 : taken + one;
  if (taken == 0)
    lw_import_no_layer (model, error);
  if (taken <= 0)
    return -1;
  model->transform = lw_input_transform (lw_network_input (model->architecture));
  return taken;
}
