/* ref.h: the reference backend from inside: every operation in plain C and double precision, one file a family, for checking the others */
#pragma once
#include "nn/backends/backend.h"

/* What a node holds in a plan: its output (n, c, h, w) and the gradient of the loss by it. */
typedef struct {
  const LwNode *node;
  int n, c, h, w;
  double *value, *grad;
  guint32 *index;              /* max pool: which element of the input plane won */
  guint64 dropout_key;
  double *mean, *deviation;    /* batch norm: a channel's, as used in the last forward pass */
  struct RefParam *weight, *bias, *running_mean, *running_var;
} RefNode;

typedef struct RefParam {
  const LwTensorInfo *info;
  double *value, *grad, *first, *second;       /* first and second: the optimizer's moments */
} RefParam;

typedef enum { REF_INFER, REF_TRAIN, REF_GRADIENT } RefMode;    /* gradient: as training, but drops nothing and keeps running values */

struct _LwPlan {
  LwGraph *graph;              /* a copy */
  LwPlanOptions options;
  RefNode *nodes;
  GArray *infos;               /* of LwTensorInfo */
  RefParam *params;            /* one an info */
};

/* Each forward fills @out->value; each backward adds to the gradients of its inputs and parameters. */
void ref_conv_forward (const RefNode *in, RefNode *out);
void ref_conv_backward (RefNode *in, const RefNode *out);
void ref_deconv_forward (const RefNode *in, RefNode *out);
void ref_deconv_backward (RefNode *in, const RefNode *out);
void ref_up_conv_forward (const RefNode *in, RefNode *out);
void ref_up_conv_backward (RefNode *in, const RefNode *out);
void ref_lrn_forward (const RefNode *in, RefNode *out);
void ref_lrn_backward (RefNode *in, const RefNode *out);
void ref_max_pool_forward (const RefNode *in, RefNode *out);
void ref_max_pool_backward (RefNode *in, const RefNode *out);
void ref_unpool_forward (const RefNode *in, RefNode *out, const RefNode *pool);
void ref_unpool_backward (RefNode *in, const RefNode *out, const RefNode *pool);
void ref_batch_norm_forward (const RefNode *in, RefNode *out, RefMode mode);
void ref_batch_norm_backward (RefNode *in, const RefNode *out, RefMode mode);
void ref_relu_forward (const RefNode *in, RefNode *out);
void ref_relu_backward (RefNode *in, const RefNode *out);
void ref_dropout_forward (const RefNode *in, RefNode *out, RefMode mode);
void ref_dropout_backward (RefNode *in, const RefNode *out, RefMode mode);
void ref_scale_forward (const RefNode *in, RefNode *out);
void ref_scale_backward (RefNode *in, const RefNode *out);
void ref_crop_forward (const RefNode *in, RefNode *out);
void ref_crop_backward (RefNode *in, const RefNode *out);
void ref_add_forward (const RefNode *a, const RefNode *b, RefNode *out);
void ref_add_backward (RefNode *a, RefNode *b, const RefNode *out);
void ref_concat_forward (const RefNode *a, const RefNode *b, RefNode *out);
void ref_concat_backward (RefNode *a, RefNode *b, const RefNode *out);

/* score.c: the final pass. @score: the score node. */
void ref_score_result (const LwPlan *plan, const RefNode *score, LwResult *result);
double ref_score_loss (const LwPlan *plan, RefNode *score, const guint8 *labels, const LwLossOptions *options, gboolean with_gradient, guint64 *pixels);

/* optimizer.c: returns the gradient's norm before clipping */
double ref_update (LwPlan *plan, const LwOptimizer *optimizer);

static inline gsize
ref_count (const RefNode *node)
{
  return (gsize) node->n * (gsize) node->c * (gsize) node->h * (gsize) node->w;
}

/* Where the plane of image @n and channel @c starts. */
static inline gsize
ref_plane (const RefNode *node, int n, int c)
{
  return ((gsize) n * (gsize) node->c + (gsize) c) * (gsize) node->h * (gsize) node->w;
}
