/* plan.h: a graph compiled for one picture size, from inside: layers, the steps that run them, the memory that the steps share
 *
 * Life of a plan: lower.c turns nodes into layers (a layer is one or several nodes that run as one), forward.c and backward.c turn layers into steps
 * and note which step uses which buffer, arena.c gives the buffers their places, parameters.c (training) or folding.c (inference) fills in the weights.
 * After that a run only walks through the steps.
 */
#pragma once

#include "kernels/kernels.h"
#include "nn/backends/backend.h"
#include "nn/backends/placement.h"
#include "onednn.h"

struct _LwDevice {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  const LwKernels *kernels;
  gboolean bfloat16;           /* the processor has instructions for it */
  int threads;
};

/* Bytes of a buffer from @within on, as a buffer of its own whose number is LW_PART and more. */
typedef struct { int whole; gsize within; } LwPart;
#define LW_PART (1 << 24)

typedef struct _LwStep LwStep;
typedef struct _LwLayer LwLayer;

#define LW_STEP_BUFFERS 8
#define LW_STEP_ARGUMENTS 5

struct _LwStep {
  dnnl_status_t (*run) (LwPlan *plan, const LwStep *step);
  const char *what;            /* "forward", "weights" … */
  int layer;
  int buffers[LW_STEP_BUFFERS];
  const LwConvCode *code;      /* lent by the layer */
  dnnl_exec_arg_t arguments[LW_STEP_ARGUMENTS];
  int argument_buffers[LW_STEP_ARGUMENTS];     /* -1: the memory was given when the step was made */
  int n_arguments;
  double seconds;              /* spent in it so far, for LABELWRIGHT_PROFILE */
};

/* A tensor that training changes, or that it keeps. Its own layout is that in which oneDNN gives the gradient. */
typedef struct {
  LwDesc *desc;
  float *data;
  dnnl_primitive_t reorder;    /* from the parameter's own layout; NULL: @data is the parameter's */
  dnnl_memory_t from, to, scratch_memory;
  void *scratch;
} LwParameterCopy;

typedef struct {
  LwTensorInfo info;
  LwDesc *plain, *desc;        /* (O, I, K, K) or (C); own layout */
  gsize count;                 /* floats, a multiple of 16: padded ones are zero and stay so */
  float *values, *gradient, *first, *second;   /* gradient and moments: NULL where nothing trains */
  LwParameterCopy copies[2];
  int n_copies;
} LwParameter;

struct _LwLayer {
  LwOpKind kind;
  int node;                    /* whose parameters, options and name it has */
  int norm;                    /* convolution of an inference plan: the normalisation that is folded into its weights, or -1 */
  int inputs[2];               /* layers */
  int addend;                  /* convolution of an inference plan: the layer on whose output it is added, in place, or -1 */
  int pool;                    /* LW_OP_UNPOOL: the layer that holds the indices */
  gboolean relu;               /* applied to the output */
  gboolean pooled;             /* a normalisation with the max pool after it */
  gboolean masked;             /* the gradient that arrives has been through the ReLU's mask already */
  gboolean shared;             /* its output is used more than once: nothing further may be fused into it */
  int last_node;               /* of those that run as this layer */

  int channels, height, width; /* of the output */
  LwType type;
  gboolean plain;              /* (N, C, H, W): only the input */
  gboolean wants_gradient;     /* it or something before it trains */
  int value, index, gradient;  /* buffers, or -1 */
  int converted;               /* buffer: the output in the other type, or -1 */
  int picked;                  /* buffer: every second row and column of the output, for convolutions 1x1 with a stride, or -1 */
  gboolean joined;             /* its value is a part of that of the concatenation that it goes into */

  LwConvCode *forward, *backward_data, *backward_weights;      /* by their place in the plan: of learned upsampling the passes of its mirror image */
  void *weights;               /* inference: in the layout of @forward */
  float *bias;
  int weight_parameter, bias_parameter, mean_parameter, variance_parameter;    /* training: numbers, or -1 */

  gsize padded_channels;
  float *channels_data;        /* normalisation: the arrays of padded_channels floats below */
  float *scale, *shift, *mean, *variance, *inverse, *a, *b, *c, *sum, *sum_x;
};

typedef enum { LW_MODE_INFER, LW_MODE_TRAIN, LW_MODE_GRADIENT } LwMode;    /* gradient: as training, but drops nothing and keeps running values */

struct _LwPlan {
  LwDevice *device;            /* lent */
  LwGraph *graph;              /* a copy */
  LwPlanOptions options;       /* precision: as decided */
  LwType type;                 /* of most activations */
  gboolean loaded;
  GArray *layers;              /* of LwLayer */
  int *layer_of;               /* of each node */
  GArray *steps;               /* of LwStep */
  int n_forward;               /* steps */
  GArray *buffers, *parts;     /* of LwBuffer and LwPart */
  guint8 *arena;
  gsize arena_bytes;
  GArray *parameters;          /* of LwParameter */

  int score;                   /* the layer whose output is the score grid */

  LwMode mode;                 /* of the run in progress */
  const LwBatch *batch;
  const LwOptimizer *optimizer;
  LwLossOptions loss_options;
  guint8 *hard;                /* labels of a batch's hard pixels; NULL: not asked for yet */
  double loss;
  guint64 pixels;
  gboolean profile, profile_wall;
  guint64 runs;
};

static inline LwLayer *
lw_plan_layer (const LwPlan *plan, int i)
{
  return &g_array_index (plan->layers, LwLayer, i);
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

static inline dnnl_data_type_t
lw_type_dnnl (LwType type)
{
  return type == LW_TYPE_F32 ? dnnl_f32 : dnnl_bf16;
}

static inline LwShape
lw_layer_shape (const LwPlan *plan, const LwLayer *layer)
{
  return (LwShape) { plan->options.n, layer->channels, layer->height, layer->width, layer->type };
}

/* Of an LW_OP_LRN. @shape: its output's, lent. */
static inline LwLrn
lw_layer_lrn (const LwPlan *plan, const LwLayer *layer, const LwShape *shape)
{
  const LwNode *node = lw_layer_node (plan, layer);

  return (LwLrn) { shape, layer->plain, node->kernel, node->alpha / (float) node->kernel, node->beta, node->value };
}

/* Elements of a layer's output, padded channels included. */
gsize lw_layer_elements (const LwPlan *plan, const LwLayer *layer);
LwDesc *lw_layer_desc (const LwPlan *plan, const LwLayer *layer);
LwDesc *lw_layer_desc_typed (const LwPlan *plan, const LwLayer *layer, LwType type);

/* thinning.c: leaves out of a prediction's @graph what nobody reads; it may have pools then whose windows are single pixels */
void lw_graph_thin (LwGraph *graph);

/* lower.c */
gboolean lw_plan_lower (LwPlan *plan, GError **error);

/* forward.c, backward.c: append the steps */
gboolean lw_plan_build_forward (LwPlan *plan, GError **error);
gboolean lw_plan_build_backward (LwPlan *plan, GError **error);
/* Their own backward passes: from buffer 0 to buffer 2. */
dnnl_status_t lw_step_run_scale (LwPlan *plan, const LwStep *step);
dnnl_status_t lw_step_run_dropout (LwPlan *plan, const LwStep *step);

/* Whether a convolution runs on what is picked from its input (its buffer @picked); the layout of what it runs on. */
gboolean lw_layer_picks (const LwPlan *plan, const LwLayer *layer);
LwDesc *lw_layer_source_desc (const LwPlan *plan, const LwLayer *layer);
LwConvShape lw_layer_conv_shape (const LwPlan *plan, const LwLayer *layer);
gboolean lw_layer_take_weights (LwPlan *plan, LwLayer *layer, GError **error);
/* The buffer into which a step is to write its part of the gradient by @layer's output, and what must follow that step. */
int lw_gradient_new (LwPlan *plan, const LwLayer *layer);
void lw_gradient_deliver (LwPlan *plan, int layer, int part);

/* up-conv.c */
gboolean lw_up_conv_add_forward (LwPlan *plan, int layer, GError **error);
gboolean lw_up_conv_add_backward (LwPlan *plan, int layer, GError **error);

/* missed-taps.c: after the gradient by the weights of a layer some of whose taps meet no pixel */
gboolean lw_layer_misses_taps (const LwPlan *plan, const LwLayer *layer);
void lw_missed_taps_add_clear (LwPlan *plan, int layer);

/* steps.c */
LwStep *lw_step_add (LwPlan *plan, int layer, const char *what, dnnl_status_t (*run) (LwPlan *, const LwStep *));
void lw_step_argument (LwPlan *plan, LwStep *step, int argument, const LwDesc *desc, int buffer, void *data);
void lw_step_scratch (LwPlan *plan, LwStep *step, gsize bytes);
dnnl_status_t lw_step_run_conv (LwPlan *plan, const LwStep *step);
/* Runs steps @first to @end - 1, asking @yield before each. */
gboolean lw_steps_run (LwPlan *plan, int first, int end, LwYield yield, gpointer data, GError **error);
void lw_steps_print_profile (const LwPlan *plan);

/* arena.c: a buffer lives from the first to the last step for which it was used; a step uses it while it is being added */
int lw_buffer_new (LwPlan *plan, gsize bytes);
int lw_buffer_new_part (LwPlan *plan, int whole, gsize within);
int lw_buffer_use (LwPlan *plan, int buffer);          /* returns @buffer */
gboolean lw_arena_allocate (LwPlan *plan, GError **error);
void *lw_memory_new (gsize bytes, GError **error);     /* zeroed, aligned; free () it */
gboolean lw_memory_check (double bytes, GError **error);               /* whether the computer has so much at all */

static inline void *
lw_buffer_data (const LwPlan *plan, int buffer)
{
  if (buffer >= LW_PART)
    {
      const LwPart *part = &g_array_index (plan->parts, LwPart, buffer - LW_PART);

      return plan->arena + g_array_index (plan->buffers, LwBuffer, part->whole).offset + part->within;
    }
  return buffer < 0 ? NULL : plan->arena + g_array_index (plan->buffers, LwBuffer, buffer).offset;
}

/* own-conv.c */
/* NULL where it is not for kernels/small.c, kernels/winograd.c, or kernels/direct.c. */
LwConvCode *lw_own_small_new (const LwPlan *plan, LwConvPass pass, const LwConvShape *shape, const LwDesc *src, const LwDesc *dst);
LwConvCode *lw_own_winograd_new (const LwPlan *plan, LwConvPass pass, const LwConvShape *shape, const LwDesc *src, const LwDesc *dst);
LwConvCode *lw_own_direct_new (const LwPlan *plan, LwConvPass pass, const LwConvShape *shape, const LwDesc *src, const LwDesc *dst);
dnnl_status_t lw_conv_code_run (const LwDevice *device, const LwConvCode *code, int n, const dnnl_exec_arg_t *arguments);

/* tune.c: how many threads a convolution is worth */
int lw_conv_threads (const LwPlan *plan, const LwConvShape *shape, const LwDesc *dst);
/* The fastest code for a convolution; measured once in the life of the process where there is a choice */
LwConvCode *lw_tune_conv (LwPlan *plan, LwConvPass pass, const LwConvShape *shape, const LwDesc *src, const LwDesc *dst, dnnl_data_type_t weights,
                          GError **error);

/* folding.c: weights of inference plans */
gboolean lw_plan_load_folded (LwPlan *plan, const LwWeights *weights, GError **error);

/* parameters.c: weights of training plans */
gboolean lw_parameters_create (LwPlan *plan, GError **error);
gboolean lw_parameters_add_copy (LwPlan *plan, int parameter, const LwDesc *desc, void **data, GError **error);
gboolean lw_parameter_own_layout (LwPlan *plan, int parameter, const LwDesc *desc, GError **error);
gboolean lw_parameter_refresh (LwPlan *plan, LwParameter *parameter, GError **error);
gboolean lw_parameters_load (LwPlan *plan, const LwWeights *weights, GError **error);
gboolean lw_parameters_save (LwPlan *plan, LwWeights *weights, GError **error);
gboolean lw_parameters_save_gradients (LwPlan *plan, LwWeights *weights, GError **error);
gboolean lw_parameters_save_state (LwPlan *plan, LwWeights *state, GError **error);
gboolean lw_parameters_load_state (LwPlan *plan, const LwWeights *state, GError **error);
void lw_parameters_free (LwPlan *plan);

/* normalisation.c */
void lw_norm_running_scale (LwPlan *plan, LwLayer *layer, const float *gain, const float *bias, const float *mean, const float *variance);
gboolean lw_norm_add_forward (LwPlan *plan, int layer, GError **error);
void lw_norm_add_backward (LwPlan *plan, int layer, int dx_buffer);
void lw_norm_keep_statistics (LwPlan *plan);

/* update.c */
gboolean lw_plan_update (LwPlan *plan, LwStepStats *stats, LwYield yield, gpointer data, GError **error);
