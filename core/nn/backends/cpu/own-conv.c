/* own-conv.c: convolutions that kernels/small.c, kernels/winograd.c and kernels/direct.c run instead of oneDNN, behind the same LwConvCode */
#include "config.h"
#include "plan.h"

/* Of all that a window sees, on average, the share within the picture. Where it is large the library is mostly as fast: whoever doesn't measure leaves it that. */
#define MAX_REACH 0.9

/* Positions along one side, summed over taps, that lie within. */
static double
reached (int kernel, int pad, int in, int out)
{
  double sum = 0;

  for (int k = 0; k < kernel; k++)
    sum += MAX (0, MIN (out, in + pad - k) - MAX (0, pad - k));
  return sum / ((double) kernel * out);
}

static gboolean
is_blocked (const LwPlan *plan, const LwDesc *desc, const int *dims)
{
  g_autoptr(LwDesc) blocked = lw_desc_blocked (lw_desc_type (desc), dims[0], dims[1], dims[2], dims[3], plan->device->kernels->lanes);

  return lw_desc_equal (desc, blocked);
}

static LwType
own_type (const LwDesc *desc)
{
  return lw_desc_type (desc) == dnnl_f32 ? LW_TYPE_F32 : LW_TYPE_BF16;
}

/* A gradient by the input is the convolution of the other gradient with the filters turned around, inputs and outputs exchanged. */
static LwSmallConv
describe (const LwPlan *plan, LwConvPass pass, const LwConvShape *shape, const LwDesc *from, const LwDesc *to)
{
  gboolean back = pass == LW_CONV_BACKWARD_DATA;
  int in[4], out[4], lanes = plan->device->kernels->lanes;
  gsize square = (gsize) (lanes * lanes * shape->kernel * shape->kernel);

  lw_desc_dims (from, in);
  lw_desc_dims (to, out);
  LwSmallConv conv = {
    .n = in[0], .in_groups = (in[1] + lanes - 1) / lanes, .in_height = in[2], .in_width = in[3],
    .out_groups = (out[1] + lanes - 1) / lanes, .out_height = out[2], .out_width = out[3],
    .kernel = shape->kernel, .pad = back ? shape->kernel - 1 - shape->pad : shape->pad,
    .flipped = back, .relu = shape->relu && !back, .type = own_type (from), .out_type = own_type (to), .threads = plan->device->threads,
  };
  conv.weight_in = back ? (gsize) conv.out_groups * square : square;
  conv.weight_out = back ? square : (gsize) conv.in_groups * square;
  return conv;
}

static gboolean
is_ours (const LwPlan *plan, LwConvPass pass, const LwConvShape *shape, const LwSmallConv *conv, const LwDesc *from, const LwDesc *to)
{
  int in[4], out[4];

  if (pass == LW_CONV_BACKWARD_WEIGHTS || shape->stride != 1 || shape->sum || shape->pad >= shape->kernel || !plan->device->kernels->small->fits (conv)
      || (plan->options.deterministic
          && reached (conv->kernel, conv->pad, conv->in_height, conv->out_height) * reached (conv->kernel, conv->pad, conv->in_width, conv->out_width) > MAX_REACH))
    return FALSE;
  lw_desc_dims (from, in);
  lw_desc_dims (to, out);
  return is_blocked (plan, from, in) && is_blocked (plan, to, out);
}

LwConvCode *
lw_own_small_new (const LwPlan *plan, LwConvPass pass, const LwConvShape *shape, const LwDesc *src, const LwDesc *dst)
{
  gboolean back = pass == LW_CONV_BACKWARD_DATA;
  const LwDesc *from = back ? dst : src, *to = back ? src : dst;
  LwSmallConv conv = describe (plan, pass, shape, from, to);
  int dims[4] = { shape->channels, shape->in_channels, shape->kernel, shape->kernel };
  LwConvCode *code;

  if (!is_ours (plan, pass, shape, &conv, from, to))
    return NULL;
  code = g_new0 (LwConvCode, 1);
  code->small = g_memdup2 (&conv, sizeof conv);
  code->weights = lw_desc_filters (lw_desc_type (from), dims, back);
  code->scratch = (gsize) conv.threads * lw_small_sums (&conv) * sizeof (float);
  code->implementation = g_strdup_printf ("own-small:%s", conv.type == LW_TYPE_F32 ? plan->device->kernels->name : "avx512_bf16");
  return code;
}

static LwPlacedConv
describe_placed (const LwPlan *plan, const LwConvShape *shape, const LwDesc *src, const LwDesc *dst)
{
  int in[4], out[4], lanes = plan->device->kernels->lanes;

  lw_desc_dims (src, in);
  lw_desc_dims (dst, out);
  return (LwPlacedConv) {
    .n = in[0], .in_groups = (in[1] + lanes - 1) / lanes, .in_height = in[2], .in_width = in[3],
    .out_groups = (out[1] + lanes - 1) / lanes, .out_height = out[2], .out_width = out[3], .kernel = shape->kernel, .pad = shape->pad,
    .relu = shape->relu, .sum = shape->sum, .type = own_type (src), .out_type = own_type (dst), .threads = lw_conv_threads (plan, shape, dst),
  };
}

/* Weights that training changes would have to be placed after each step. */
static LwConvCode *
placed_new (const LwPlan *plan, LwConvPass pass, const LwConvShape *shape, const LwDesc *src, const LwDesc *dst, const LwPlacedKernels *by, const char *name)
{
  int in[4], out[4];
  LwPlacedConv conv = describe_placed (plan, shape, src, dst);
  LwConvCode *code;

  lw_desc_dims (src, in);
  lw_desc_dims (dst, out);
  if (pass != LW_CONV_INFERENCE || shape->stride != 1 || !is_blocked (plan, src, in) || !is_blocked (plan, dst, out) || !by->fits (&conv))
    return NULL;
  code = g_new0 (LwConvCode, 1);
  code->placed = g_memdup2 (&conv, sizeof conv);
  code->placed_by = by;
  code->weights = lw_desc_bytes_new (by->filter_bytes (&conv));
  code->scratch = by->scratch (&conv) * sizeof (float);
  code->implementation = g_strdup_printf ("%s:%s", name, plan->device->kernels->name);
  return code;
}

/* The plan's class must allow it: its sums differ by more of the last bits. */
LwConvCode *
lw_own_winograd_new (const LwPlan *plan, LwConvPass pass, const LwConvShape *shape, const LwDesc *src, const LwDesc *dst)
{
  LwPrecision precision = plan->options.precision;

  if (precision != LW_PRECISION_WINOGRAD && precision != LW_PRECISION_MIXED)
    return NULL;
  return placed_new (plan, pass, shape, src, dst, plan->device->kernels->winograd, "own-winograd-4x3");
}

LwConvCode *
lw_own_direct_new (const LwPlan *plan, LwConvPass pass, const LwConvShape *shape, const LwDesc *src, const LwDesc *dst)
{
  gboolean halves = lw_desc_type (src) == dnnl_bf16;

  return placed_new (plan, pass, shape, src, dst, plan->device->kernels->direct, halves ? "own-direct-bf16" : "own-direct");
}

static void *
argument (int n, const dnnl_exec_arg_t *arguments, int which)
{
  void *data = NULL;

  for (int i = 0; i < n; i++)
    if (arguments[i].arg == which)
      dnnl_memory_get_data_handle (arguments[i].memory, &data);
  return data;
}

dnnl_status_t
lw_conv_code_run (const LwDevice *device, const LwConvCode *code, int n, const dnnl_exec_arg_t *arguments)
{
  gboolean back = code->small != NULL && code->small->flipped;
  const void *x = argument (n, arguments, back ? DNNL_ARG_DIFF_DST : DNNL_ARG_SRC), *weights = argument (n, arguments, DNNL_ARG_WEIGHTS);
  void *y = argument (n, arguments, back ? DNNL_ARG_DIFF_SRC : DNNL_ARG_DST), *scratch = argument (n, arguments, DNNL_ARG_SCRATCHPAD);
  const float *bias = argument (n, arguments, DNNL_ARG_BIAS);

  if (code->primitive != NULL)
    return dnnl_primitive_execute (code->primitive, device->stream, n, arguments);
  if (code->placed != NULL)
    code->placed_by->convolve (code->placed, x, weights, bias, y, scratch);
  else
    device->kernels->small->convolve (code->small, x, weights, bias, y, scratch);
  return dnnl_success;
}
