/* vgg16-import.c: starts the trunk of an FCN from a classifier's weights (VGG-16 on ImageNet; torchvision's and timm's names for its layers) */
#include "config.h"
#include "weights.h"
#include <string.h>
#include <glib/gi18n-lib.h>

static const struct { const char *ours, *torchvision, *timm; } layers[] = {
  { "conv1_1", "features.0", NULL }, { "conv1_2", "features.2", NULL }, { "conv2_1", "features.5", NULL }, { "conv2_2", "features.7", NULL },
  { "conv3_1", "features.10", NULL }, { "conv3_2", "features.12", NULL }, { "conv3_3", "features.14", NULL },
  { "conv4_1", "features.17", NULL }, { "conv4_2", "features.19", NULL }, { "conv4_3", "features.21", NULL },
  { "conv5_1", "features.24", NULL }, { "conv5_2", "features.26", NULL }, { "conv5_3", "features.28", NULL },
  { "fc6", "classifier.0", "pre_logits.fc1" }, { "fc7", "classifier.3", "pre_logits.fc2" },
};

static const LwTensor *
find (const LwWeights *vgg, const char *layer, const char *part)
{
  if (layer == NULL)
    return NULL;
  g_autofree char *name = g_strconcat (layer, ".", part, NULL);

  return lw_weights_get (vgg, name);
}

/* Fully connected layers come as matrices or already as filters: the same values in the same order. */
static gboolean
same_shape (const LwTensor *a, const LwTensor *b)
{
  if (a->count != b->count || a->dims[0] != b->dims[0])
    return FALSE;
  return a->rank == 2 || memcmp (a->dims, b->dims, sizeof a->dims) == 0;
}

static gboolean
copy_part (LwWeights *into, const char *ours, const LwTensor *from, const char *part, GError **error)
{
  g_autofree char *name = g_strconcat (ours, ".", part, NULL);
  LwTensor *tensor = lw_weights_get (into, name);

  if (tensor == NULL || from == NULL || from->data == NULL || !same_shape (from, tensor))
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE,
                   _("The classifier’s layer for “%s” is missing or has another shape: choose the weights of a VGG-16, and the full FCN-8s"), name);
      return FALSE;
    }
  memcpy (tensor->data, from->data, tensor->count * sizeof (float));
  return TRUE;
}

int
lw_vgg16_import (LwWeights *into, const LwWeights *vgg, GError **error)
{
  int taken = 0;

  if (lw_weights_get (vgg, "features.1.running_mean") != NULL)
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_UNSUPPORTED, _("These are the weights of a VGG-16 with batch normalisation: choose those of one without"));
      return -1;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (layers); i++)
    {
      const char *theirs = find (vgg, layers[i].timm, "weight") != NULL ? layers[i].timm : layers[i].torchvision;

      if (find (vgg, theirs, "weight") == NULL)
        continue;
      if (!copy_part (into, layers[i].ours, find (vgg, theirs, "weight"), "weight", error)
          || !copy_part (into, layers[i].ours, find (vgg, theirs, "bias"), "bias", error))
        return -1;
      taken++;
    }
  if (taken == 0)
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_FORMAT, _("There is no layer of a VGG-16 in these weights: choose a file of torchvision or timm"));
      return -1;
    }
  return taken;
}
