/* import.h: starts a network from weights that other programs trained */
#pragma once
#include "nn/weights/model.h"

/* Whatever file @path is: safetensors of torchvision or timm (VGG-16 with or without batch normalisation for the FCNs and SegNet, ResNet-50), or a
 * caffemodel (VGG-16, a published FCN). @model's transform becomes what those weights want as input, and its padding the original one for a published
 * FCN, whose scores are taken over where it has as many classes. Returns the number of layers taken, or -1 (@model may then be changed in part). */
int lw_import_file (LwNetModel *model, const char *path, GError **error);

/* The single kinds, from tensors in memory. */
int lw_vgg16_import (LwNetModel *model, const LwWeights *vgg, GError **error);         /* fc6 and fc7 where there */
int lw_resnet50_import (LwNetModel *model, const LwWeights *resnet, GError **error);
int lw_caffe_fcn_import (LwNetModel *model, const LwWeights *caffe, GError **error);

/* A caffemodel's blobs as `<layer>.weight` and `<layer>.bias` (further ones `<layer>.2` …); sizes of 1 before the others are left out. */
LwWeights *lw_caffemodel_load (const char *path, GError **error);

/* Layer @ours of @model from layer @theirs: its filters (or a matrix of as many numbers), its bias, and the normalisation @norm (NULL: none) folded in.
 * -1 on error, 0 where @theirs is not there, else 1. */
int lw_import_layer (LwNetModel *model, const char *ours, const LwWeights *weights, const char *theirs, const char *norm, GError **error);
gboolean lw_import_wants_bgr (const LwWeights *weights);                /* says so in its metadata, as files of what Caffe trained should */
void lw_import_no_layer (const LwNetModel *model, GError **error);      /* sets the error that nothing was found */
