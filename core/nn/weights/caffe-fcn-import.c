/* caffe-fcn-import.c: FCN-8s from a caffemodel: a VGG-16 classifier, or a whole published FCN-8s (shelhamer/fcn.berkeleyvision.org) */
#include "config.h"
#include "import.h"
#include "nn/graph/builder.h"
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>

static const char *const trunk[] = {
  "conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1", "conv3_2", "conv3_3", "conv4_1", "conv4_2", "conv4_3", "conv5_1", "conv5_2", "conv5_3",
  "fc6", "fc7",
};
static const LwInputTransform fcn_transform = {
  { 122.67892f / 255, 116.66876f / 255, 104.00699f / 255 }, { 1.f / 255, 1.f / 255, 1.f / 255 }, TRUE,
};

/* Ours are fixed and bilinear, channel by channel; the published ones are just that, written out as dense filters. */
static gboolean
check_bilinear (const LwWeights *caffe, const char *layer, int stride, GError **error)
{
  g_autofree char *name = g_strconcat (layer, ".weight", NULL);
  const LwTensor *kernel = lw_weights_get (caffe, name);
  int k = 2 * stride;

  if (kernel == NULL)
    return TRUE;
  if (kernel->rank != 4 || kernel->dims[0] != kernel->dims[1] || kernel->dims[2] != k || kernel->dims[3] != k)
    return lw_net_fail (error, LW_NET_ERROR_SHAPE, _("The layer “%s” of these weights upsamples in another way than FCN-8s"), layer);
  for (gsize i = 0; i < kernel->count; i++)
    {
      gsize pair = i / (gsize) (k * k), y = i / (gsize) k % (gsize) k, x = i % (gsize) k;
      double wanted = (1 - fabs ((double) y - (stride - 0.5)) / stride) * (1 - fabs ((double) x - (stride - 0.5)) / stride);

      if (fabs (kernel->data[i] - (pair / (gsize) kernel->dims[1] == pair % (gsize) kernel->dims[1] ? wanted : 0)) > 1e-3)
        return lw_net_fail (error, LW_NET_ERROR_UNSUPPORTED, _("These weights have learnt how to upsample in “%s”; here FCN-8s does that bilinearly, which would give other results"), layer);
    }
  return TRUE;
}

/* At once a skip is scaled by a layer of its own; the staged networks have none, and our factor must go into the scores' weights. */
static gboolean
scale_skip (LwNetModel *model, const LwWeights *caffe, const char *score, const char *layer, GError **error)
{
  g_autofree char *theirs = g_strconcat (layer, ".weight", NULL), *name = g_strconcat (score, ".weight", NULL);
  const LwTensor *scale = lw_weights_get (caffe, theirs);
  LwTensor *weights = lw_weights_get (model->weights, name);
  float factor = lw_graph_node (model->graph, lw_graph_find (model->graph, layer))->value, given = scale != NULL && scale->count == 1 ? scale->data[0] : 1;

  if ((scale != NULL && scale->count != 1) || !isfinite (given))
    return lw_net_fail (error, LW_NET_ERROR_SHAPE, _("The layer “%s” of these weights scales in another way than FCN-8s"), layer);
  if (fabsf (given / factor - 1) > 1e-5f)
    for (gsize i = 0; i < weights->count; i++)
      weights->data[i] *= given / factor;
  return TRUE;
}

static int
import_scores (LwNetModel *model, const LwWeights *caffe, GError **error)
{
  static const char *const scores[] = { "score_fr", "score_pool4", "score_pool3" };
  int taken = 0;

  if (!check_bilinear (caffe, "upscore2", 2, error) || !check_bilinear (caffe, "upscore_pool4", 2, error) || !check_bilinear (caffe, "upscore8", 8, error))
    return -1;
  for (gsize i = 0; i < G_N_ELEMENTS (scores); i++)
    {
      int one = lw_import_layer (model, scores[i], caffe, scores[i], NULL, error);

      if (one < 0)
        return -1;
      taken += one;
    }
  if (!scale_skip (model, caffe, "score_pool4", "scale_pool4", error) || !scale_skip (model, caffe, "score_pool3", "scale_pool3", error))
    return -1;
  return taken;
}

/* Its classes are another set where their number differs: then the scores start anew. */
static int
import_published (LwNetModel *model, const LwWeights *caffe, const LwTensor *score, GError **error)
{
  lw_net_model_pad_as_published (model);
  model->transform = fcn_transform;
  return score->dims[0] == model->n_classes ? import_scores (model, caffe, error) : 0;
}

int
lw_caffe_fcn_import (LwNetModel *model, const LwWeights *caffe, GError **error)
{
  const LwTensor *score = lw_weights_get (caffe, "score_fr.weight");
  int taken = 0, one;

  for (gsize i = 0; i < G_N_ELEMENTS (trunk); i++)
    {
      if (lw_graph_find (model->graph, trunk[i]) < 0)
        continue;
      if ((one = lw_import_layer (model, trunk[i], caffe, trunk[i], NULL, error)) < 0)
        return -1;
      taken += one;
    }
  if (taken == 0)
    {
      lw_import_no_layer (model, error);
      return -1;
    }
  model->transform = lw_input_transform (LW_INPUT_CAFFE);
  if (score == NULL || !g_str_equal (model->architecture, "fcn8s"))
    return taken;
  one = import_published (model, caffe, score, error);
  return one < 0 ? -1 : taken + one;
}
