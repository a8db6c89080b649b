/* plan.h: a graph compiled for one picture size on the GPU, from inside: layers, the steps that run them, the memory that the steps share
 *
 * Life of a plan: lower.c turns nodes into layers (a layer is one or several nodes that run as one), parameters.c or folding.c makes room for their
 * weights, forward.c and backward.c turn layers into steps and note which step uses which buffer, arena.c gives the buffers their places and lets the
 * convolutions be measured on them. After that a run launches the steps in order: once as they are, then as one CUDA graph.
 */
#pragma once

#include "choice.h"
#include "device.h"
#include "nn/backends/placement.h"

typedef struct _LwStep LwStep;
typedef struct _LwLayer LwLayer;

/* What a convolution reads or writes: a buffer, or memory of its own. */
typedef struct { int buffer; void *data; } LwOperand;

/* A convolution in a plan. */
typedef struct {
  LwConvChoice *choice;        /* lent by the device */
  LwConvChoice *split;         /* the same without bias and ReLU, for where those are faster in a pass of their own; or NULL */
  gboolean use_split;
  LwOperand x, w, bias, y;
} LwConv;

/* What the parameters lie in. */
enum { LW_BLOCK_VALUES, LW_BLOCK_GRADIENTS, LW_BLOCK_SHORT_GRADIENTS, LW_BLOCK_COPIES, LW_BLOCK_FIRST, LW_BLOCK_SECOND, LW_BLOCKS };

#define LW_STEP_BUFFERS 2

struct _LwStep {
  cudaError_t (*run) (LwPlan *plan, const LwStep *step);     /* NULL: @conv */
  const char *what;            /* "forward", "filter" … */
  int layer;
  gboolean add;                /* to the gradient that is there */
  int input;                   /* of the layer's: whose gradient it is */
  int buffers[LW_STEP_BUFFERS];
  LwConv conv;
  double seconds;              /* spent in it so far, for LABELWRIGHT_PROFILE */
};

/* A tensor that training changes, or that it keeps: on the device as kernels.h lays filters out, padding zero. */
typedef struct {
  LwTensorInfo info;
  LwCudaFilter filter;
  gsize count;                 /* floats, padding included */
  float *values, *first, *second;
  void *gradient;              /* of the type in which the layer computes it: that of convolutions may be bfloat16. NULL, as the moments: nothing trains */
  void *copy;                  /* bfloat16, for the convolutions; NULL: none */
} LwParameter;

struct _LwLayer {
  LwOpKind kind;
  int node;                    /* whose parameters, options and name it has */
  int norm;                    /* convolution of an inference plan: the normalisation that is folded into its weights, or -1 */
  double factor;               /* of an inference plan: of its input, in its weights */
  int inputs[2];               /* layers; the second one of an upsampling is what is added to it */
  int pool;                    /* LW_OP_UNPOOL: the layer that holds the indices */
  int cut;                     /* LW_OP_DECONV: from which row and column on the crop behind it takes the result */
  gboolean relu;               /* applied to the output */
  gboolean pooled;             /* a normalisation with the max pool after it */
  gboolean masked;             /* training: the gradient that arrives has been through the ReLU's mask already, and the bias has its own */
  LwCudaWindow window;         /* the picture as what its only convolution sees (patches.cu), which is then 1x1; kernel 0: as it is */
  gboolean shared;             /* its output is used more than once: nothing further may be fused into it */
  int dropout;                 /* training: the node of a dropout in place, or -1 */
  int last_node;               /* of those that run as this layer */

  LwCudaShape shape;           /* of the output */
  gboolean wants_gradient;     /* it or something before it trains */
  int value, index, gradient;  /* buffers, or -1 */
  gboolean gradient_begun;     /* while backward.c builds: the next step adds */

  LwCudaFilter filter;
  void *weights;               /* inference: filters; training: the parameter's values or their copy */
  float *bias;                 /* likewise; or zeros */
  gboolean owns_weights;
  int weight_parameter, bias_parameter, mean_parameter, variance_parameter;    /* training: numbers, or -1 */
  float *channels_data;        /* normalisation: the arrays of @norms */
  LwCudaNorm norms;
  float *unwanted;             /* normalisation: where gradients go that nobody wants */
};

typedef enum { LW_MODE_INFER, LW_MODE_TRAIN, LW_MODE_GRADIENT } LwMode;    /* gradient: as training, but drops nothing and keeps running values */

/* Pictures and results on their way: the host's page-locked memory and the device's beside it. */
typedef struct { gsize bytes; void *host, *device; } LwTransfer;

/* A large batch is predicted piece by piece, so that one is on its way up and another down while the GPU works on a third. Two take turns. */
#define LW_SLOTS 2
typedef struct {
  LwTransfer rgb, floats, labels, confidence, scores;
  cudaEvent_t sent, done;
} LwSlot;

struct _LwPlan {
  LwDevice *device;            /* lent */
  LwGraph *graph;              /* a copy */
  LwPlanOptions options;       /* precision: as decided; n: of a piece */
  int pieces;                  /* of a batch */
  LwCudaType type;             /* of most activations */
  gboolean loaded;
  GArray *layers;              /* of LwLayer */
  int *layer_of;               /* of each node */
  GArray *steps;               /* of LwStep */
  int n_forward;               /* steps */
  GArray *buffers;             /* of LwBuffer */
  guint8 *arena;
  gsize arena_bytes;
  void *scratch;               /* for the step that runs */
  gsize scratch_bytes;
  float *zeros;                /* for convolutions without a bias */
  gsize device_bytes;          /* all that the plan holds */

  GArray *parameters;          /* of LwParameter */
  gpointer blocks[LW_BLOCKS];  /* of device memory */
  LwCudaTensor *table;         /* on the device: what trains */
  int n_table;
  gsize table_chunks;
  LwOptimizerKind table_kind;
  LwCudaRunning *running;      /* on the device */
  int n_running;

  LwCudaScore score;
  int score_layer;             /* whose output is the score grid */
  LwSlot slots[LW_SLOTS];
  LwTransfer frame;
  LwTransfer truth, step, class_weights, stats;        /* of the training */
  LwTransfer chunk;            /* of a tensor */

  LwMode mode;                 /* of the run in progress */
  cudaGraphExec_t run_graph, step_graph;
  guint64 runs, steps_done;
  gboolean graphs;             /* wanted */
  gboolean hard;               /* only hard pixels count (hard.h) */
  gboolean profile;
};

static inline LwLayer *
lw_plan_layer (const LwPlan *plan, int i)
{
  return &g_array_index (plan->layers, LwLayer, i);
}

static inline LwLayer *
lw_layer_input (const LwPlan *plan, const LwLayer *layer, int i)
{
  return lw_plan_layer (plan, layer->inputs[i]);
}

static inline LwParameter *
lw_plan_parameter (const LwPlan *plan, int i)
{
  return &g_array_index (plan->parameters, LwParameter, i);
}

static inline const LwNode *
lw_layer_node (const LwPlan *plan, const LwLayer *layer)
{
  return lw_graph_node (plan->graph, layer->node);
}

static inline gsize
lw_type_bytes (LwCudaType type)
{
  return type == LW_CUDA_F32 ? 4 : 2;
}

static inline gsize
lw_shape_elements (LwCudaShape s)
{
  return (gsize) s.n * (gsize) s.h * (gsize) s.w * (gsize) s.cp;
}

static inline gsize
lw_shape_bytes (LwCudaShape s)
{
  return lw_shape_elements (s) * lw_type_bytes (s.type);
}

/* lower.c */
gboolean lw_plan_lower (LwPlan *plan, GError **error);

/* forward.c, backward.c: append the steps */
gboolean lw_plan_build_forward (LwPlan *plan, GError **error);
gboolean lw_plan_build_backward (LwPlan *plan, GError **error);
/* The convolution of @layer for @pass, with @out_type of what it computes. */
LwConvShape lw_layer_conv_shape (const LwPlan *plan, const LwLayer *layer, LwConvPass pass, LwCudaType out_type);
/* Whether it is left to project.cu. */
gboolean lw_layer_is_projection (const LwPlan *plan, const LwLayer *layer);
/* Codes for it; LW_NET_ERROR_UNSUPPORTED where there are none. */
LwConvChoice *lw_plan_choice (LwPlan *plan, const LwLayer *layer, const LwConvShape *shape, GError **error);

/* prepare.c: compiles all convolutions of the plan at once, as far as that can be told beforehand */
void lw_plan_prepare_choices (LwPlan *plan);

/* steps.c */
LwStep *lw_step_add (LwPlan *plan, int layer, const char *what, cudaError_t (*run) (LwPlan *, const LwStep *));
/* Runs steps @first to @end - 1. */
gboolean lw_steps_run (LwPlan *plan, int first, int end, GError **error);
void lw_steps_print_profile (const LwPlan *plan);
/* Measures the convolutions that have a choice. */
gboolean lw_steps_decide (LwPlan *plan, GError **error);

/* arena.c: a buffer lives from the first to the last step for which it was used; a step uses it while it is being added */
int lw_buffer_new (LwPlan *plan, gsize bytes);
int lw_buffer_use (LwPlan *plan, int buffer);          /* returns @buffer */
gboolean lw_arena_allocate (LwPlan *plan, GError **error);
void lw_plan_want_scratch (LwPlan *plan, gsize bytes);
void *lw_plan_memory_new (LwPlan *plan, gsize bytes, GError **error);          /* counted in device_bytes; cudaFree it */

static inline void *
lw_buffer_data (const LwPlan *plan, int buffer)
{
  return buffer < 0 ? NULL : plan->arena + g_array_index (plan->buffers, LwBuffer, buffer).offset;
}

static inline void *
lw_operand_data (const LwPlan *plan, const LwOperand *operand)
{
  return operand->data != NULL ? operand->data : lw_buffer_data (plan, operand->buffer);
}

/* transfer.c: room for @bytes on both sides, kept for the next time; @device FALSE: only the host's */
gboolean lw_transfer_reserve (LwPlan *plan, LwTransfer *transfer, gsize bytes, gboolean device, GError **error);
gboolean lw_transfer_up (LwPlan *plan, LwTransfer *transfer, const void *from, gsize bytes, cudaStream_t stream, GError **error);
gboolean lw_transfer_down (LwPlan *plan, LwTransfer *transfer, gsize bytes, GError **error);   /* into @host; waits for nothing */
void lw_transfer_clear (LwTransfer *transfer);
/* A tensor as files have it, to the device (of @type) and back (from float32), in pieces. */
gboolean lw_tensor_up (LwPlan *plan, const LwCudaFilter *filter, const float *from, LwCudaType type, void *to, GError **error);
gboolean lw_tensor_down (LwPlan *plan, const LwCudaFilter *filter, const float *from, float *to, GError **error);

/* weights.c: weights of inference plans */
gboolean lw_weights_create (LwPlan *plan, GError **error);
gboolean lw_weights_load_folded (LwPlan *plan, const LwWeights *weights, GError **error);

/* parameters.c: weights of training plans */
gboolean lw_parameters_create (LwPlan *plan, GError **error);
gboolean lw_parameters_load (LwPlan *plan, const LwWeights *weights, GError **error);
gboolean lw_parameters_save (LwPlan *plan, LwWeights *weights, GError **error);
gboolean lw_parameters_save_gradients (LwPlan *plan, LwWeights *weights, GError **error);
gboolean lw_parameters_save_state (LwPlan *plan, LwWeights *state, GError **error);
gboolean lw_parameters_load_state (LwPlan *plan, const LwWeights *state, GError **error);
/* Moments and the table that the update reads, for optimizers of this kind. */
gboolean lw_parameters_prepare_update (LwPlan *plan, LwOptimizerKind kind, GError **error);
void lw_parameters_free (LwPlan *plan);

/* norms.c: the arrays of a normalisation */
gboolean lw_norms_create (LwPlan *plan, LwLayer *layer, GError **error);

/* run.c */
gboolean lw_plan_make_slots (LwPlan *plan, GError **error);
gboolean lw_plan_run (LwPlan *plan, const LwBatch *batch, LwResult *result, LwYield yield, gpointer data, GError **error);
gboolean lw_plan_step (LwPlan *plan, const LwBatch *batch, const LwOptimizer *optimizer, LwStepStats *stats, LwYield yield, gpointer data, GError **error);
gboolean lw_plan_gradients (LwPlan *plan, const LwBatch *batch, const LwLossOptions *options, LwWeights *into, double *loss, GError **error);
void lw_plan_free_run (LwPlan *plan);
