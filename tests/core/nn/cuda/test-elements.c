/* test-elements.c: kernels that move, scale or switch single elements: input, layouts, ReLU, dropout, scale, add, crop, concat, upsampling, LRN */
#include "check.h"
#include <math.h>
#include <string.h>
#include "nn/backends/dropout.h"
#include "nn/weights/half.h"

#define EXACT 0.0
#define SLACK 1e-6              /* a few float32 roundings */

/* ---- input and layouts ---- */

static void
test_input_bytes (void)
{
  LwCudaShape shape = with_channels (random_shape (3), 3);
  LwCudaTransform transform = { { 0.485f, 0.456f, 0.406f }, { 0.229f, 0.224f, 0.225f }, g_test_rand_bit () };
  gsize pixels = (gsize) shape.n * (gsize) shape.h * (gsize) shape.w, plane = (gsize) shape.h * (gsize) shape.w;
  g_autofree guint8 *rgb = g_malloc (pixels * 3);
  g_autofree double *expected = g_new (double, pixels * 3);
  void *y = activation_new (shape);

  for (gsize i = 0; i < pixels * 3; i++)
    rgb[i] = (guint8) g_test_rand_int_range (0, 256);
  for (gsize i = 0; i < pixels * 3; i++)
    {
      gsize c = i / plane % 3, source = transform.bgr ? 2 - c : c, pixel = i / plane / 3 * plane + i % plane;

      expected[i] = ((double) rgb[pixel * 3 + source] / 255 - (double) transform.mean[source]) / (double) transform.std[source];
    }
  check_launch ("input_bytes", lw_cuda_input_bytes (0, array_from (rgb, pixels * 3), transform, shape, y));
  check_activation ("input_bytes", shape, y, expected, SLACK);
}

static void
test_input_floats (void)
{
  LwCudaShape shape = with_channels (random_shape (3), 3);
  const double *values = random_values (shape_count (shape), shape.type);
  void *y = activation_new (shape);

  check_launch ("input_floats", lw_cuda_input_floats (0, floats_from (values, shape_count (shape)), shape, y));
  check_activation ("input_floats", shape, y, values, EXACT);
}

/* A picture's value at a place of a patch, in the test's order (n, c, h, w). */
static double
patch_value (const double *values, LwCudaWindow w, int n, int j, int y, int x)
{
  int taps = w.kernel * w.kernel, row = y * w.stride - w.pad + j % taps / w.kernel, column = x * w.stride - w.pad + j % w.kernel;

  return row < 0 || row >= w.h || column < 0 || column >= w.w ? 0 : values[(((gsize) n * 3 + (gsize) (j / taps)) * (gsize) w.h + (gsize) row) * (gsize) w.w + (gsize) column];
}

/* From floats, and from bytes that stand for the same ones. */
static void
test_patches (void)
{
  LwCudaShape picture = with_type (with_channels (random_shape (3), 3), LW_CUDA_F32);
  LwCudaWindow window = { 3 + 2 * g_test_rand_int_range (0, 3), g_test_rand_int_range (1, 3), g_test_rand_int_range (0, 4), picture.h, picture.w };
  int span_h = picture.h + 2 * window.pad - window.kernel, span_w = picture.w + 2 * window.pad - window.kernel;
  LwCudaTransform transform = { { 0.485f, 0.456f, 0.406f }, { 0.229f, 0.224f, 0.225f }, g_test_rand_bit () };
  gsize plane = (gsize) picture.h * (gsize) picture.w;
  g_autofree guint8 *rgb = g_malloc (shape_count (picture));
  g_autofree double *values = g_new (double, shape_count (picture));

  if (span_h < 0 || span_w < 0)
    return;
  LwCudaShape out = with_channels (with_size (with_type (picture, g_test_rand_bit () ? LW_CUDA_BF16 : LW_CUDA_F32), span_h / window.stride + 1, span_w / window.stride + 1),
                                   3 * window.kernel * window.kernel);
  g_autofree double *expected = g_new (double, shape_count (out));
  void *a = activation_new (out), *b = activation_new (out);

  for (gsize i = 0; i < shape_count (picture); i++)
    {
      gsize c = i / plane % 3, source = transform.bgr ? 2 - c : c;
      guint8 *byte = &rgb[(i / plane / 3 * plane + i % plane) * 3 + source];

      *byte = (guint8) g_test_rand_int_range (0, 256);
      values[i] = ((double) *byte / 255 - (double) transform.mean[source]) / (double) transform.std[source];
    }
  for (gsize i = 0; i < shape_count (out); i++)
    expected[i] = patch_value (values, window, (int) (i / (gsize) out.w / (gsize) out.h / (gsize) out.c), (int) (i / (gsize) out.w / (gsize) out.h % (gsize) out.c),
                               (int) (i / (gsize) out.w % (gsize) out.h), (int) (i % (gsize) out.w));
  check_launch ("patch_floats", lw_cuda_patch_floats (0, floats_from (values, shape_count (picture)), window, out, a));
  check_activation ("patch_floats", out, a, expected, SLACK);
  check_launch ("patch_bytes", lw_cuda_patch_bytes (0, array_from (rgb, shape_count (picture)), transform, window, out, b));
  check_activation ("patch_bytes", out, b, expected, SLACK);
}

static void
test_project (void)
{
  LwCudaShape in = random_shape (300), out = with_type (with_channels (in, g_test_rand_int_range (1, 40)), g_test_rand_bit () ? LW_CUDA_BF16 : LW_CUDA_F32);
  LwCudaShape filter = with_channels (with_size (in, 1, out.c), in.c);
  gsize plane = (gsize) in.h * (gsize) in.w;
  const double *x = random_values (shape_count (in), in.type), *bias = random_values ((gsize) out.cp, LW_CUDA_F32);
  gboolean biased = g_test_rand_bit ();
  void *y = activation_new (out);

  filter.n = 1;
  double *w = random_values (shape_count (filter), in.type), *bias_of = g_memdup2 (bias, (gsize) out.cp * sizeof (double));
  g_autofree double *expected = g_new0 (double, shape_count (out));

  for (int k = out.c; k < out.cp; k++)
    bias_of[k] = 0;
  for (gsize i = 0; i < shape_count (out); i++)
    {
      gsize n = i / plane / (gsize) out.c, k = i / plane % (gsize) out.c;

      expected[i] = biased ? bias_of[k] : 0;
      for (gsize c = 0; c < (gsize) in.c; c++)
        expected[i] += x[(n * (gsize) in.c + c) * plane + i % plane] * w[c * (gsize) out.c + k];
    }
  /* (1, 1, out.c, in.cp), and rows of zeros up to out.cp */
  gsize row = (gsize) filter.cp * (filter.type == LW_CUDA_F32 ? 4 : 2);
  g_autofree void *rows = array_get (activation_from (filter, w), row * (gsize) out.c);
  g_autofree guint8 *all = g_malloc0 (row * (gsize) out.cp);

  memcpy (all, rows, row * (gsize) out.c);
  check_launch ("project", lw_cuda_project (0, in, activation_from (in, x), array_from (all, row * (gsize) out.cp),
                                            biased ? floats_from (bias_of, (gsize) out.cp) : NULL, out, y));
  check_activation ("project", out, y, expected, 1e-5);
  g_free (bias_of);
}

static void
test_nchw (void)
{
  LwCudaShape shape = random_shape (600);
  gsize n = shape_count (shape);
  const double *values = random_values (n, shape.type);
  float *back = array_new (n * sizeof (float));

  check_launch ("to_nchw", lw_cuda_to_nchw (0, shape, activation_from (shape, values), back));
  check_floats ("to_nchw", back, values, n, EXACT);
}

/* A filter as an activation: k pictures of r x s, but its padded rows are a matter of their own. */
static void
test_filter (void)
{
  int k = g_test_rand_int_range (1, 40);
  LwCudaFilter filter = { k, (k + 7) / 8 * 8, g_test_rand_int_range (1, 8), g_test_rand_int_range (1, 8), 0, 0 };
  LwCudaShape real = with_channels ((LwCudaShape) { .n = k, .h = filter.r, .w = filter.s, .type = LW_CUDA_F32 }, g_test_rand_int_range (1, 40)), padded = real;
  double *values = random_values (shape_count (real), LW_CUDA_BF16);
  float *oihw = floats_from (values, shape_count (real)), *back = array_new (shape_count (real) * sizeof (float));
  void *krsc, *half;

  filter.c = real.c;
  filter.cp = real.cp;
  padded.n = filter.kp;
  krsc = activation_new (padded);
  half = activation_new (with_type (padded, LW_CUDA_BF16));
  values = memcpy (g_new0 (double, shape_count (padded)), values, shape_count (real) * sizeof (double));
  check_launch ("filter_to_device", lw_cuda_filter_to_device (0, filter, oihw, LW_CUDA_F32, krsc));
  check_activation ("filter_to_device", padded, krsc, values, EXACT);
  check_launch ("filter_to_device", lw_cuda_filter_to_device (0, filter, oihw, LW_CUDA_BF16, half));
  check_activation ("filter_to_device", with_type (padded, LW_CUDA_BF16), half, values, EXACT);
  check_launch ("filter_from_device", lw_cuda_filter_from_device (0, filter, krsc, back));
  check_floats ("filter_from_device", back, values, shape_count (real), EXACT);
  g_free (values);
}

/* Also that bfloat16 is rounded as weights files are: to the nearest, ties to even. */
static void
test_cast (void)
{
  LwCudaShape shape = with_type (random_shape (100), LW_CUDA_F32), half = with_type (shape, LW_CUDA_BF16);
  gsize n = shape_count (shape);
  double *values = random_values (n, LW_CUDA_F32), *rounded = random_values (n, LW_CUDA_F32);
  void *y = activation_new (half), *back = activation_new (shape);

  for (gsize i = 0; i < n; i++)
    {
      if (i % 3 == 0)           /* half way between two */
        values[i] = (double) lw_float_from_bits ((lw_float_bits ((float) values[i]) & 0xffff0000) | 0x8000);
      rounded[i] = (double) lw_float_from_bf16 (lw_float_to_bf16 ((float) values[i]));
    }
  check_launch ("cast", lw_cuda_cast (0, shape_bytes (shape) / 4, LW_CUDA_F32, activation_from (shape, values), LW_CUDA_BF16, y));
  check_launch ("cast", lw_cuda_cast (0, shape_bytes (shape) / 4, LW_CUDA_BF16, y, LW_CUDA_F32, back));
  check_values ("cast", activation_get (shape, back), rounded, n, LW_CUDA_F32, EXACT);
}

/* ---- elementwise ---- */

static void
test_relu (void)
{
  LwCudaShape shape = random_shape (600);
  RefNode *in = ref_from (shape, random_values (shape_count (shape), shape.type)), *out = ref_new (shape);
  void *y = activation_new (shape), *x = activation_from (shape, in->value);

  ref_relu_forward (in, out);
  check_launch ("relu", lw_cuda_relu (0, shape, x, y));
  check_activation ("relu", shape, y, out->value, EXACT);
  check_launch ("relu", lw_cuda_relu (0, shape, x, x));
  check_activation ("relu in place", shape, x, out->value, EXACT);
}

static void
test_relu_backward (void)
{
  LwCudaShape shape = random_shape (600);
  gboolean add = g_test_rand_bit ();
  RefNode *in = ref_new (shape), *out = ref_from (shape, random_values (shape_count (shape), shape.type));
  float factor = g_test_rand_bit () ? 1 : 2;
  void *dx = gradient_new (shape, add, in->grad), *dy;

  out->grad = random_values (shape_count (shape), shape.type);
  dy = activation_from (shape, out->grad);
  for (gsize i = 0; i < shape_count (shape); i++)
    out->grad[i] *= (double) factor;
  ref_relu_backward (in, out);
  check_launch ("relu_backward", lw_cuda_relu_backward (0, shape, activation_from (shape, out->value), dy, factor, add, dx));
  check_activation ("relu_backward", shape, dx, in->grad, SLACK);
}

static LwCudaStep *
step_with (guint64 dropout, gboolean drops)
{
  LwCudaStep step = { .dropout = dropout, .drops = drops };

  return array_from (&step, sizeof step);
}

static void
test_dropout (void)
{
  LwCudaShape shape = random_shape (600);
  gboolean drops = g_test_rand_int_range (0, 4) > 0, add = g_test_rand_bit ();
  guint64 seed = (guint64) g_test_rand_int (), number = (guint64) g_test_rand_int_range (0, 1000);
  int node = g_test_rand_int_range (0, 100);
  RefNode *in = ref_from (shape, random_values (shape_count (shape), shape.type)), *out = ref_new (shape);
  const LwCudaStep *step = step_with (lw_random_mix (seed) + number * 4096, drops);
  void *x = activation_from (shape, in->value), *y = activation_new (shape), *dx = gradient_new (shape, add, in->grad);

  ref_layer (out)->value = g_test_rand_bit () ? 0.5f : 0.1f;
  out->dropout_key = lw_dropout_key (seed, number, node);
  out->grad = in->value;
  ref_dropout_forward (in, out, drops ? REF_TRAIN : REF_GRADIENT);
  ref_dropout_backward (in, out, drops ? REF_TRAIN : REF_GRADIENT);
  check_launch ("dropout", lw_cuda_dropout (0, shape, x, out->node->value, node, step, FALSE, y));
  check_activation ("dropout", shape, y, out->value, SLACK);
  check_launch ("dropout", lw_cuda_dropout (0, shape, x, out->node->value, node, step, add, dx));
  check_activation ("dropout backward", shape, dx, in->grad, SLACK);
}

static void
test_scale (void)
{
  LwCudaShape shape = random_shape (600), other = with_type (shape, g_test_rand_bit () ? LW_CUDA_F32 : LW_CUDA_BF16);
  gboolean add = g_test_rand_bit ();
  RefNode *in = ref_new (other), *out = ref_new (shape);
  void *y = gradient_new (other, add, in->grad);

  out->grad = random_values (shape_count (shape), shape.type);
  *ref_layer (out) = (LwNode) { .kind = LW_OP_SCALE, .value = 0.37f };
  ref_scale_backward (in, out);
  check_launch ("scale", lw_cuda_scale (0, shape, activation_from (shape, out->grad), out->node->value, add, other, y));
  check_activation ("scale", other, y, in->grad, SLACK);
}

static void
test_add (void)
{
  LwCudaShape shape = random_shape (600);
  RefNode *a = ref_from (shape, random_values (shape_count (shape), shape.type)), *b = ref_from (shape, random_values (shape_count (shape), shape.type));
  RefNode *out = ref_new (shape);
  void *y = activation_new (shape), *xa = activation_from (shape, a->value), *xb = activation_from (shape, b->value);

  ref_add_forward (a, b, out);
  check_launch ("add", lw_cuda_add (0, shape, xa, xb, y));
  check_activation ("add", shape, y, out->value, EXACT);
  check_launch ("add", lw_cuda_add (0, shape, xa, xb, xa));
  check_activation ("add in place", shape, xa, out->value, EXACT);
}

static void
test_crop (void)
{
  LwCudaShape small = random_shape (600), large = with_type (small, g_test_rand_bit () ? LW_CUDA_F32 : LW_CUDA_BF16);
  int offset = g_test_rand_int_range (0, 10);
  gboolean add = g_test_rand_bit ();

  large = with_size (large, small.h + offset + g_test_rand_int_range (0, 5), small.w + offset + g_test_rand_int_range (0, 5));
  RefNode *in = ref_from (large, random_values (shape_count (large), LW_CUDA_BF16)), *out = ref_new (small);
  void *y = activation_new (small), *dx = gradient_new (large, add, in->grad);

  ref_layer (out)->offset = offset;
  ref_crop_forward (in, out);
  check_launch ("crop", lw_cuda_crop (0, large, activation_from (large, in->value), offset, small, y));
  check_activation ("crop", small, y, out->value, EXACT);
  out->grad = random_values (shape_count (small), LW_CUDA_BF16);
  ref_crop_backward (in, out);
  check_launch ("crop_backward", lw_cuda_crop_backward (0, small, activation_from (small, out->grad), offset, add, large, dx));
  check_activation ("crop_backward", large, dx, in->grad, EXACT);
}

static void
test_concat (void)
{
  LwCudaShape sa = random_shape (300), sb = with_channels (sa, g_test_rand_int_range (1, 40)), so = with_channels (sa, sa.c + sb.c);
  gboolean add = g_test_rand_bit ();
  RefNode *a = ref_from (sa, random_values (shape_count (sa), sa.type)), *b = ref_from (sb, random_values (shape_count (sb), sa.type)), *out = ref_new (so);
  void *y = activation_new (so), *da = gradient_new (sa, add, a->grad), *db = gradient_new (sb, add, b->grad), *dy;

  ref_concat_forward (a, b, out);
  check_launch ("concat", lw_cuda_concat (0, sa, activation_from (sa, a->value), sb, activation_from (sb, b->value), so, y));
  check_activation ("concat", so, y, out->value, EXACT);
  out->grad = random_values (shape_count (so), sa.type);
  dy = activation_from (so, out->grad);
  ref_concat_backward (a, b, out);
  check_launch ("concat_backward", lw_cuda_concat_backward (0, so, dy, 0, add, sa, da));
  check_launch ("concat_backward", lw_cuda_concat_backward (0, so, dy, sa.c, add, sb, db));
  check_activation ("concat_backward, first", sa, da, a->grad, EXACT);
  check_activation ("concat_backward, second", sb, db, b->grad, EXACT);
}

/* ---- upsampling, LRN ---- */

/* The three layers that lw_cuda_up joins, each by the reference: deconvolution, cut, sum with a cut skip. */
static void
test_up (void)
{
  LwCudaShape in = random_shape (80), out, skip, full;
  int stride = g_test_rand_int_range (1, 5), pad = g_test_rand_int_range (0, stride), cut = g_test_rand_int_range (0, 3), skip_cut = g_test_rand_int_range (0, 5);
  gboolean add = g_test_rand_bit (), with_skip = g_test_rand_bit ();

  in = with_size (in, 3 + in.h % 13, 3 + in.w % 13);
  full = with_size (in, (in.h + 1) * stride - 2 * pad, (in.w + 1) * stride - 2 * pad);
  out = with_type (with_size (in, full.h - cut - g_test_rand_int_range (0, 2), full.w - cut), g_test_rand_bit () ? LW_CUDA_F32 : LW_CUDA_BF16);
  skip = with_type (with_size (in, out.h + skip_cut, out.w + skip_cut + 1), g_test_rand_bit () ? LW_CUDA_F32 : LW_CUDA_BF16);
  RefNode *x = ref_from (in, random_values (shape_count (in), in.type)), *up = ref_new (full), *part = ref_new (out);
  RefNode *other = ref_from (skip, random_values (shape_count (skip), skip.type)), *other_part = ref_new (out), *sum = ref_new (out);
  void *y = activation_new (out), *dx = gradient_new (in, add, x->grad), *dy;

  *ref_layer (up) = (LwNode) { .kind = LW_OP_DECONV, .stride = stride, .pad = pad, .kernel = 2 * stride };
  ref_layer (part)->offset = cut;
  ref_layer (other_part)->offset = skip_cut;
  ref_deconv_forward (x, up);
  ref_crop_forward (up, part);
  ref_crop_forward (other, other_part);
  ref_add_forward (part, other_part, sum);
  check_launch ("up", lw_cuda_up (0, stride, pad, in, activation_from (in, x->value), cut, skip, with_skip ? activation_from (skip, other->value) : NULL,
                                  skip_cut, out, y));
  check_activation ("up", out, y, with_skip ? sum->value : part->value, SLACK);
  part->grad = random_values (shape_count (out), out.type);
  dy = activation_from (out, part->grad);
  ref_crop_backward (up, part);
  ref_deconv_backward (x, up);
  check_launch ("up_backward", lw_cuda_up_backward (0, stride, pad, cut, out, dy, add, in, dx));
  check_activation ("up_backward", in, dx, x->grad, SLACK);
}

static void
test_lrn (void)
{
  LwCudaShape shape = random_shape (60);
  LwCudaLrn lrn = { g_test_rand_int_range (1, 8), 0.3f, 0.75f, 1.5f };
  gboolean add = g_test_rand_bit ();
  RefNode *in = ref_from (shape, random_values (shape_count (shape), shape.type)), *out = ref_new (shape);
  void *x = activation_from (shape, in->value), *y = activation_new (shape), *dx = gradient_new (shape, add, in->grad);

  *ref_layer (out) = (LwNode) { .kind = LW_OP_LRN, .kernel = lrn.size, .alpha = lrn.alpha, .beta = lrn.beta, .value = lrn.k, .channels = shape.c };
  ref_lrn_forward (in, out);
  check_launch ("lrn", lw_cuda_lrn (0, lrn, shape, x, y));
  check_activation ("lrn", shape, y, out->value, SLACK);
  out->grad = random_values (shape_count (shape), shape.type);
  ref_lrn_backward (in, out);
  check_launch ("lrn_backward", lw_cuda_lrn_backward (0, lrn, shape, x, activation_from (shape, out->grad), add, dx));
  check_activation ("lrn_backward", shape, dx, in->grad, 4 * SLACK);
}

void
add_element_tests (void)
{
  add_test ("/cuda/input/bytes", test_input_bytes);
  add_test ("/cuda/input/floats", test_input_floats);
  add_test ("/cuda/input/patches", test_patches);
  add_test ("/cuda/project", test_project);
  add_test ("/cuda/layout/nchw", test_nchw);
  add_test ("/cuda/layout/filter", test_filter);
  add_test ("/cuda/layout/cast", test_cast);
  add_test ("/cuda/elements/relu", test_relu);
  add_test ("/cuda/elements/relu-backward", test_relu_backward);
  add_test ("/cuda/elements/dropout", test_dropout);
  add_test ("/cuda/elements/scale", test_scale);
  add_test ("/cuda/elements/add", test_add);
  add_test ("/cuda/elements/crop", test_crop);
  add_test ("/cuda/elements/concat", test_concat);
  add_test ("/cuda/up", test_up);
  add_test ("/cuda/lrn", test_lrn);
}
