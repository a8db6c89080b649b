/* convolution.c: convolutions as cuDNN's graph interface knows them: descriptors of tensors and operations, engines chosen by its heuristics, plans */
#include "config.h"
#include "convolution.h"
#include <stdbool.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#define ALIGNMENT 16            /* bytes, of every tensor */
#define MAX_CONFIGS 64          /* that the heuristics are asked for */
#define MAX_KNOBS 64
#define MESSAGE_BYTES 1024

enum { UID_X = 1, UID_W, UID_BIAS, UID_Y, UID_PRODUCT, UID_SUM };

typedef cudnnBackendDescriptor_t Descriptor;

gboolean
lw_cudnn_check (cudnnStatus_t status, const char *what, GError **error)
{
  char message[MESSAGE_BYTES] = "";

  if (status == CUDNN_STATUS_SUCCESS)
    return TRUE;
  cudnnGetLastErrorString (message, sizeof message);
  return lw_net_fail (error, status == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED || status == CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED
                      ? LW_NET_ERROR_MEMORY : LW_NET_ERROR_DEVICE, _("%s: cuDNN reports “%s” %s"), what, cudnnGetErrorString (status), message);
}

/* ---- descriptors: the first failure is kept, what follows does nothing, so that building one reads as a list ---- */

typedef struct {
  cudnnStatus_t status;
  GPtrArray *made;             /* descriptors that others point at until the plan is compiled */
} Build;

static void
destroy (gpointer descriptor)
{
  cudnnBackendDestroyDescriptor (descriptor);
}

static Descriptor
make (Build *build, cudnnBackendDescriptorType_t type)
{
  Descriptor descriptor = NULL;

  if (build->status == CUDNN_STATUS_SUCCESS)
    build->status = cudnnBackendCreateDescriptor (type, &descriptor);
  if (descriptor != NULL)
    g_ptr_array_add (build->made, descriptor);
  return descriptor;
}

static void
set (Build *build, Descriptor descriptor, cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, gint64 count, const void *values)
{
  if (build->status == CUDNN_STATUS_SUCCESS)
    build->status = cudnnBackendSetAttribute (descriptor, name, type, count, values);
}

static void
set_type (Build *build, Descriptor descriptor, cudnnBackendAttributeName_t name, cudnnDataType_t type)
{
  set (build, descriptor, name, CUDNN_TYPE_DATA_TYPE, 1, &type);
}

static void
set_descriptor (Build *build, Descriptor descriptor, cudnnBackendAttributeName_t name, Descriptor value)
{
  set (build, descriptor, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &value);
}

static void
set_pair (Build *build, Descriptor descriptor, cudnnBackendAttributeName_t name, gint64 value)
{
  gint64 values[2] = { value, value };

  set (build, descriptor, name, CUDNN_TYPE_INT64, 2, values);
}

static void
finalize (Build *build, Descriptor descriptor)
{
  if (build->status == CUDNN_STATUS_SUCCESS)
    build->status = cudnnBackendFinalize (descriptor);
}

static cudnnDataType_t
data_type (LwCudaType type)
{
  return type == LW_CUDA_F32 ? CUDNN_DATA_FLOAT : CUDNN_DATA_BFLOAT16;
}

/* (n, c, h, w) as cuDNN counts them, lying as NHWC. @virtual: never in memory. */
static Descriptor
make_tensor (Build *build, gint64 uid, cudnnDataType_t type, int n, int c, int h, int w, gboolean virtual)
{
  Descriptor tensor = make (build, CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  gint64 dims[4] = { n, c, h, w }, strides[4] = { (gint64) h * w * c, 1, (gint64) w * c, c }, alignment = ALIGNMENT;
  bool is_virtual = virtual;

  set_type (build, tensor, CUDNN_ATTR_TENSOR_DATA_TYPE, type);
  set (build, tensor, CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, 4, dims);
  set (build, tensor, CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, 4, strides);
  set (build, tensor, CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, 1, &uid);
  set (build, tensor, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, 1, &alignment);
  set (build, tensor, CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, 1, &is_virtual);
  finalize (build, tensor);
  return tensor;
}

static Descriptor
make_convolution (Build *build, const LwConvShape *shape)
{
  Descriptor convolution = make (build, CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  cudnnConvolutionMode_t mode = CUDNN_CROSS_CORRELATION;
  gint64 dims = 2;

  set (build, convolution, CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64, 1, &dims);
  set_type (build, convolution, CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT);
  set (build, convolution, CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, 1, &mode);
  set_pair (build, convolution, CUDNN_ATTR_CONVOLUTION_DILATIONS, 1);
  set_pair (build, convolution, CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, shape->stride);
  set_pair (build, convolution, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, shape->pad);
  set_pair (build, convolution, CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, shape->pad);
  finalize (build, convolution);
  return convolution;
}

typedef struct { cudnnBackendAttributeName_t convolution, alpha, beta, x, w, y; cudnnBackendDescriptorType_t type; } Names;

static const Names forward_names = {
  CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA,
  CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
  CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
};
static const Names data_names = {
  CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA,
  CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
  CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
};
static const Names filter_names = {
  CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA,
  CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
  CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
};

static Descriptor
make_operation (Build *build, const Names *names, Descriptor convolution, Descriptor x, Descriptor w, Descriptor y)
{
  Descriptor operation = make (build, names->type);
  float one = 1, zero = 0;

  set_descriptor (build, operation, names->convolution, convolution);
  set_descriptor (build, operation, names->x, x);
  set_descriptor (build, operation, names->w, w);
  set_descriptor (build, operation, names->y, y);
  set (build, operation, names->alpha, CUDNN_TYPE_FLOAT, 1, &one);
  set (build, operation, names->beta, CUDNN_TYPE_FLOAT, 1, &zero);
  finalize (build, operation);
  return operation;
}

/* @b: the second operand, or NULL. */
static Descriptor
make_pointwise (Build *build, cudnnPointwiseMode_t mode, Descriptor x, Descriptor b, Descriptor y)
{
  Descriptor pointwise = make (build, CUDNN_BACKEND_POINTWISE_DESCRIPTOR), operation;

  set (build, pointwise, CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, 1, &mode);
  set_type (build, pointwise, CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_DATA_FLOAT);
  finalize (build, pointwise);
  operation = make (build, CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  set_descriptor (build, operation, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, pointwise);
  set_descriptor (build, operation, CUDNN_ATTR_OPERATION_POINTWISE_XDESC, x);
  if (b != NULL)
    set_descriptor (build, operation, CUDNN_ATTR_OPERATION_POINTWISE_BDESC, b);
  set_descriptor (build, operation, CUDNN_ATTR_OPERATION_POINTWISE_YDESC, y);
  finalize (build, operation);
  return operation;
}

/* ---- the graph of one pass ---- */

static Descriptor
make_y (Build *build, const LwConvShape *s, gint64 uid, cudnnDataType_t type, gboolean virtual)
{
  return make_tensor (build, uid, type, s->n, s->k, s->out_h, s->out_w, virtual);
}

/* The operations of @shape's pass; returns how many. */
static int
make_operations (Build *build, const LwConvShape *s, Descriptor *operations)
{
  gboolean data = s->pass == LW_CONV_BACKWARD_DATA, filter = s->pass == LW_CONV_BACKWARD_FILTER, relu = s->pass == LW_CONV_FORWARD_BIAS_RELU;
  gboolean fused = relu || s->pass == LW_CONV_FORWARD_BIAS;
  cudnnDataType_t in = data_type (s->type), out = data_type (s->out_type);
  Descriptor x = make_tensor (build, UID_X, data ? out : in, s->n, s->c, s->h, s->w, FALSE);
  Descriptor w = make_tensor (build, UID_W, filter ? out : in, s->k, s->c, s->kernel, s->kernel, FALSE);
  Descriptor y = make_y (build, s, UID_Y, data || filter ? in : out, FALSE), convolution = make_convolution (build, s), product, bias, sum;

  if (!fused)
    {
      operations[0] = make_operation (build, data ? &data_names : filter ? &filter_names : &forward_names, convolution, x, w, y);
      return 1;
    }
  product = make_y (build, s, UID_PRODUCT, CUDNN_DATA_FLOAT, TRUE);
  bias = make_tensor (build, UID_BIAS, CUDNN_DATA_FLOAT, 1, s->k, 1, 1, FALSE);
  sum = relu ? make_y (build, s, UID_SUM, CUDNN_DATA_FLOAT, TRUE) : y;
  operations[0] = make_operation (build, &forward_names, convolution, x, w, product);
  operations[1] = make_pointwise (build, CUDNN_POINTWISE_ADD, product, bias, sum);
  if (relu)
    operations[2] = make_pointwise (build, CUDNN_POINTWISE_RELU_FWD, sum, NULL, y);
  return relu ? 3 : 2;
}

static Descriptor
make_graph (Build *build, cudnnHandle_t cudnn, const LwConvShape *shape)
{
  Descriptor operations[3], graph;
  int n = make_operations (build, shape, operations);

  graph = make (build, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  set (build, graph, CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, 1, &cudnn);
  set (build, graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, n, operations);
  finalize (build, graph);
  return graph;
}

/* ---- engines ---- */

static gboolean
has_note (Descriptor engine, cudnnBackendNumericalNote_t wanted)
{
  cudnnBackendNumericalNote_t notes[CUDNN_NUMERICAL_NOTE_TYPE_COUNT];
  gint64 n = 0;

  if (cudnnBackendGetAttribute (engine, CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE, CUDNN_NUMERICAL_NOTE_TYPE_COUNT, &n, notes)
      != CUDNN_STATUS_SUCCESS)
    return TRUE;                /* unknown: not to be trusted */
  for (gint64 i = 0; i < n; i++)
    if (notes[i] == wanted)
      return TRUE;
  return FALSE;
}

/* float32 on tensor cores is TF32: ten bits of mantissa. */
static gboolean
keeps_rules (Descriptor engine, const LwConvShape *shape, LwConvRules rules)
{
  static const cudnnBackendNumericalNote_t loose[] = {
    CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS, CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION, CUDNN_NUMERICAL_NOTE_FFT, CUDNN_NUMERICAL_NOTE_WINOGRAD,
  };

  if ((rules & LW_CONV_DETERMINISTIC) && has_note (engine, CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC))
    return FALSE;
  if (!(rules & LW_CONV_STRICT))
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (loose); i++)
    if (has_note (engine, loose[i]))
      return FALSE;
  return shape->type != LW_CUDA_F32 || !has_note (engine, CUDNN_NUMERICAL_NOTE_TENSOR_CORE);
}

/* “eng38 k2=4 k13=0”: what the same library chooses again for the same result. */
static char *
dup_name (Descriptor config, Descriptor engine)
{
  GString *name = g_string_new (NULL);
  Descriptor choices[MAX_KNOBS];
  gint64 index = -1, n = 0, made = 0;

  cudnnBackendGetAttribute (engine, CUDNN_ATTR_ENGINE_GLOBAL_INDEX, CUDNN_TYPE_INT64, 1, &n, &index);
  g_string_printf (name, "eng%" G_GINT64_FORMAT, index);
  while (made < MAX_KNOBS && cudnnBackendCreateDescriptor (CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR, &choices[made]) == CUDNN_STATUS_SUCCESS)
    made++;
  if (cudnnBackendGetAttribute (config, CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, CUDNN_TYPE_BACKEND_DESCRIPTOR, made, &n, choices) != CUDNN_STATUS_SUCCESS)
    n = 0;
  for (gint64 i = 0; i < MIN (n, made); i++)
    {
      cudnnBackendKnobType_t type = CUDNN_KNOB_TYPE_COUNTS;
      gint64 value = 0, one;

      cudnnBackendGetAttribute (choices[i], CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE, CUDNN_TYPE_KNOB_TYPE, 1, &one, &type);
      cudnnBackendGetAttribute (choices[i], CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE, CUDNN_TYPE_INT64, 1, &one, &value);
      g_string_append_printf (name, " k%d=%" G_GINT64_FORMAT, (int) type, value);
    }
  for (gint64 i = 0; i < made; i++)
    cudnnBackendDestroyDescriptor (choices[i]);
  return g_string_free (name, FALSE);
}

/* NULL: this engine doesn't do it, or not within the rules. */
static LwConvCode *
compile (cudnnHandle_t cudnn, const LwConvShape *shape, Descriptor config, LwConvRules rules, gsize workspace)
{
  Build build = { CUDNN_STATUS_SUCCESS, g_ptr_array_new_with_free_func (destroy) };
  Descriptor engine = make (&build, CUDNN_BACKEND_ENGINE_DESCRIPTOR), plan = NULL;
  LwConvCode *code = NULL;
  gint64 n = 0, bytes = 0;

  if (build.status == CUDNN_STATUS_SUCCESS)
    build.status = cudnnBackendGetAttribute (config, CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &n, &engine);
  if (build.status == CUDNN_STATUS_SUCCESS && keeps_rules (engine, shape, rules))
    {
      build.status = cudnnBackendCreateDescriptor (CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR, &plan);
      set (&build, plan, CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, 1, &cudnn);
      set_descriptor (&build, plan, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, config);
      finalize (&build, plan);
      if (build.status == CUDNN_STATUS_SUCCESS)
        build.status = cudnnBackendGetAttribute (plan, CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1, &n, &bytes);
      if (build.status == CUDNN_STATUS_SUCCESS && bytes >= 0 && (gsize) bytes <= workspace)
        {
          code = g_new0 (LwConvCode, 1);
          *code = (LwConvCode) { g_steal_pointer (&plan), *shape, (gsize) bytes, dup_name (config, engine) };
        }
      if (plan != NULL)
        cudnnBackendDestroyDescriptor (plan);
    }
  g_ptr_array_unref (build.made);
  return code;
}

/* Adds what @mode proposes, until there are @most. */
static void
add_codes (cudnnHandle_t cudnn, const LwConvShape *shape, Descriptor graph, cudnnBackendHeurMode_t mode, LwConvRules rules, gsize workspace, guint most,
           GPtrArray *codes)
{
  Build build = { CUDNN_STATUS_SUCCESS, g_ptr_array_new_with_free_func (destroy) };
  Descriptor heuristic = make (&build, CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR), configs[MAX_CONFIGS];
  gint64 n = 0;

  set_descriptor (&build, heuristic, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph);
  set (&build, heuristic, CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1, &mode);
  finalize (&build, heuristic);
  for (int i = 0; i < MAX_CONFIGS; i++)
    configs[i] = make (&build, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
  if (build.status == CUDNN_STATUS_SUCCESS)
    build.status = cudnnBackendGetAttribute (heuristic, CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR, MAX_CONFIGS, &n, configs);
  for (gint64 i = 0; build.status == CUDNN_STATUS_SUCCESS && i < MIN (n, MAX_CONFIGS) && codes->len < most; i++)
    {
      LwConvCode *code = compile (cudnn, shape, configs[i], rules, workspace);

      if (code != NULL)
        g_ptr_array_add (codes, code);
    }
  g_ptr_array_unref (build.made);
}

GPtrArray *
lw_conv_codes_new (cudnnHandle_t cudnn, const LwConvShape *shape, LwConvRules rules, gsize workspace, guint most, GError **error)
{
  Build build = { CUDNN_STATUS_SUCCESS, g_ptr_array_new_with_free_func (destroy) };
  Descriptor graph = make_graph (&build, cudnn, shape);
  GPtrArray *codes = NULL;

  if (lw_cudnn_check (build.status, _("A convolution"), error))
    {
      codes = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_conv_code_free);
      add_codes (cudnn, shape, graph, CUDNN_HEUR_MODE_A, rules, workspace, most, codes);
      if (codes->len == 0)
        add_codes (cudnn, shape, graph, CUDNN_HEUR_MODE_FALLBACK, rules, workspace, most, codes);
    }
  g_ptr_array_unref (build.made);
  return codes;
}

void
lw_conv_code_free (LwConvCode *code)
{
  if (code == NULL)
    return;
  cudnnBackendDestroyDescriptor (code->plan);
  g_free (code->name);
  g_free (code);
}

cudnnStatus_t
lw_conv_code_run (cudnnHandle_t cudnn, const LwConvCode *code, void *x, void *w, void *bias, void *y, void *workspace)
{
  gboolean fused = code->shape.pass == LW_CONV_FORWARD_BIAS || code->shape.pass == LW_CONV_FORWARD_BIAS_RELU;
  Build build = { CUDNN_STATUS_SUCCESS, g_ptr_array_new_with_free_func (destroy) };
  Descriptor pack = make (&build, CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  gint64 uids[4] = { UID_X, UID_W, UID_Y, UID_BIAS };
  void *pointers[4] = { x, w, y, bias };

  set (&build, pack, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, fused ? 4 : 3, uids);
  set (&build, pack, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, fused ? 4 : 3, pointers);
  set (&build, pack, CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, &workspace);
  finalize (&build, pack);
  if (build.status == CUDNN_STATUS_SUCCESS)
    build.status = cudnnBackendExecute (cudnn, code->plan, pack);
  g_ptr_array_unref (build.made);
  return build.status;
}
