/* backend.h: what a device does with a whole graph. One table a backend; each module exports `lw_backend`. */
#pragma once
#include "nn/weights/model.h"

/* Numerical classes: within one, results of different algorithms differ by rounding. WINOGRAD: float32 with Winograd's algorithm where that is faster, which costs
 * a few more of the last bits. MIXED: bfloat16, and that for layers where it is faster. A backend takes the next more exact one where it lacks code for a class. */
typedef enum { LW_PRECISION_AUTO, LW_PRECISION_F32, LW_PRECISION_BF16, LW_PRECISION_WINOGRAD, LW_PRECISION_MIXED } LwPrecision;

static inline const char *
lw_precision_name (LwPrecision precision)
{
  static const char *const names[] = { "automatic", "float32", "bfloat16", "winograd", "mixed" };

  return names[precision];
}

typedef struct _LwDevice LwDevice;
typedef struct _LwPlan LwPlan;

typedef struct {
  int n, height, width;        /* batch and picture size that the plan is compiled for */
  gboolean train;
  LwPrecision precision;
  gboolean deterministic;
  LwInputTransform transform;
} LwPlanOptions;

/* One of @rgb (n pictures, packed RGB bytes, height x width each) and @input (n x 3 x height x width float32, already normalised; for tests). */
typedef struct {
  const guint8 *rgb;
  const float *input;
  const guint8 *labels;        /* n x height x width: channel of each pixel; >= classes: ignored. Training only. */
} LwBatch;

/* Where the results go; NULL: not wanted. For n > 1, one after the other. */
typedef struct {
  float *scores;               /* n x classes x grid height x grid width, for tests and tiling */
  guint8 *labels;              /* n x out_height x out_width: argmax channel */
  guint8 *confidence;          /* n x ceil (out_height / 4) x ceil (out_width / 4): softmax of the argmax at the centre of each 4x4 block, 0..255 */
  int out_height, out_width;   /* the frame's own size: the final pass samples the grid there. 0: the plan's size */
} LwResult;

/* What of a batch the loss counts. Hard examples (Shrivastava et al., arXiv:1604.03540): of the labelled pixels those whose own class has a probability of
 * at most @hard_below, and where these are fewer than the share @hard_share of them, the hardest ones so many; both to the next level of hard.h. */
typedef struct {
  const float *class_weights;                  /* classes; NULL: 1 each */
  float hard_below;                            /* 0: every labelled pixel counts */
  float hard_share;
} LwLossOptions;

/* The level (hard.h) from which on pixels count whatever their number. @hard_below is above 0. */
int lw_loss_hard_level (const LwLossOptions *loss);
/* @levels, how hard each of @n pixels is, become the labels of those that count; 255: not counted. */
void lw_loss_keep_hard (const LwLossOptions *loss, const guint8 *labels, guint8 *levels, gsize n);

/* g: the gradient after clipping; w: the value; rate: that of the step, for biases of convolutions (learned upsampling, too) times bias_rate_factor.
 * SGD:   m = momentum m + g + decay w;  w -= rate m
 * AdamW: m = momentum m + (1 - momentum) g;  v = beta2 v + (1 - beta2) g²;  t = step + 1
 *        w -= rate (m / (1 - momentum^t) / (sqrt (v / (1 - beta2^t)) + 1e-8) + decay w)
 * The rate is further multiplied by the node's rate_factor (in both optimizers, all tensors of the node).
 * Tensors of frozen nodes stay as they are; a frozen normalisation normalises by its running values and leaves them. */
typedef enum { LW_SGD, LW_ADAMW } LwOptimizerKind;
typedef struct {
  LwOptimizerKind kind;
  float rate, momentum, beta2, weight_decay;   /* decay not on biases and normalisation */
  float bias_rate_factor;                      /* 2 in FCN's recipe, else 1 */
  LwLossOptions loss;
  float clip_norm;                             /* global gradient norm; 0: none */
  guint64 step;                                /* number of this step, from 0: seeds dropout; AdamW's bias correction */
  guint64 seed;
} LwOptimizer;
/* @loss: sum of w[label] * -log p over the pixels that count, divided by the sum of w[label]; 0 without any. @pixels: how many. @gradient_norm: before clipping */
typedef struct { double loss; guint64 pixels; double gradient_norm; } LwStepStats;

/* Called between primitives. FALSE: stop; the call returns LW_NET_ERROR_CANCELLED and the plan can go on with the next call. May itself run other plans. */
typedef gboolean (*LwYield) (gpointer data);

typedef struct {
  guint abi;                   /* LW_BACKEND_ABI */
  const char *name;            /* "cpu", "ref" */
  LwDevice *(*open) (GError **error);
  void (*close) (LwDevice *device);
  char *(*describe) (LwDevice *device);                            /* "AMD EPYC, 2 threads, bfloat16" */
  LwPlan *(*compile) (LwDevice *device, const LwGraph *graph, const LwPlanOptions *options, GError **error);
  void (*free_plan) (LwPlan *plan);
  gboolean (*load) (LwPlan *plan, const LwWeights *weights, GError **error);   /* optimizer state is kept if only values change */
  gboolean (*save) (LwPlan *plan, LwWeights *weights, GError **error);         /* values of every tensor, into tensors that are there */
  gboolean (*run) (LwPlan *plan, const LwBatch *batch, LwResult *result, LwYield yield, gpointer data, GError **error);
  /* (optional) NULL: this backend does not train. Forward, backward, update. */
  gboolean (*step) (LwPlan *plan, const LwBatch *batch, const LwOptimizer *optimizer, LwStepStats *stats, LwYield yield, gpointer data, GError **error);
  /* (optional) forward and backward without update: the gradient of every trainable tensor, for tests; dropout off, running values left alone.
   * @options: (nullable): all zero */
  gboolean (*gradients) (LwPlan *plan, const LwBatch *batch, const LwLossOptions *options, LwWeights *gradients, double *loss, GError **error);
  /* Optimizer state (momentum …) as tensors named `<state>.<tensor>`, for checkpoints. */
  gboolean (*save_state) (LwPlan *plan, LwWeights *state, GError **error);
  gboolean (*load_state) (LwPlan *plan, const LwWeights *state, GError **error);
  guint64 (*plan_bytes) (LwPlan *plan);                            /* (optional) memory beside weights and moments, scratch of all layers included */
  char *(*plan_key) (LwPlan *plan);                                /* which algorithm and precision runs each layer; same key, weights and input: same result */
} LwBackend;

#define LW_BACKEND_ABI 5        /* grows with every change of this file or of graph.h */

/* Loads labelwright-backend-<name>.so from @path (dlopen), once. (transfer none) */
const LwBackend *lw_backend_load (const char *path, GError **error);
extern const LwBackend lw_backend_ref;      /* plain C, in double precision, linked into tests only */
