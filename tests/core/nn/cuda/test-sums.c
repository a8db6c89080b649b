/* test-sums.c: batch normalisation and the gradients of biases: kernels that add up a whole picture */
#include "check.h"
#include <math.h>
#include <string.h>

#define SLACK 1e-5              /* of sums of many float32 numbers */
#define EPSILON 1e-5f

/* ---- biases ---- */

static void
sum_channels (LwCudaShape shape, const double *values, double *sums)
{
  gsize plane = (gsize) shape.h * (gsize) shape.w;

  memset (sums, 0, (gsize) shape.cp * sizeof (double));
  for (gsize i = 0; i < shape_count (shape); i++)
    sums[i / plane % (gsize) shape.c] += values[i];
}

/* Against the size of what was added: sums of both signs may be near zero. */
static double
sum_slack (LwCudaShape shape)
{
  return SLACK * sqrt ((double) (shape.n * shape.h * shape.w));
}

static void
test_bias_gradient (void)
{
  LwCudaShape shape = random_shape (900);
  gboolean masked = g_test_rand_bit ();
  double *y = random_values (shape_count (shape), shape.type), *dy = random_values (shape_count (shape), shape.type);
  g_autofree double *expected = g_new (double, (gsize) shape.cp);
  void *device_y = activation_from (shape, y), *device_dy = activation_from (shape, dy), *workspace = array_new (lw_cuda_sums_workspace (shape));
  float *dbias = array_new ((gsize) shape.cp * sizeof (float));

  for (gsize i = 0; masked && i < shape_count (shape); i++)
    dy[i] = y[i] > 0 ? dy[i] : 0;
  sum_channels (shape, dy, expected);
  check_launch ("bias_gradient", lw_cuda_bias_gradient (0, shape, device_dy, masked ? device_y : NULL, workspace, dbias));
  check_floats (shape_name (shape), dbias, expected, (gsize) shape.cp, sum_slack (shape));
}

static void
test_relu_bias (void)
{
  LwCudaShape shape = random_shape (900);
  double *y = random_values (shape_count (shape), shape.type), *dy = random_values (shape_count (shape), shape.type);
  g_autofree double *expected = g_new (double, (gsize) shape.cp);
  void *device_y = activation_from (shape, y), *dx = activation_from (shape, dy), *workspace = array_new (lw_cuda_sums_workspace (shape));
  float *dbias = array_new ((gsize) shape.cp * sizeof (float));

  for (gsize i = 0; i < shape_count (shape); i++)
    dy[i] = y[i] > 0 ? 2 * dy[i] : 0;
  sum_channels (shape, dy, expected);
  check_launch ("relu_bias_backward", lw_cuda_relu_bias_backward (0, shape, device_y, dx, 2, workspace, dx, dbias));
  check_activation ("relu_bias_backward", shape, dx, dy, 0);
  check_floats (shape_name (shape), dbias, expected, (gsize) shape.cp, sum_slack (shape));
}

/* ---- normalisation ---- */

/* A normalisation with a ReLU after it, on both sides. */
typedef struct {
  LwCudaShape shape;
  RefNode *in, *out, *relu;
  LwCudaNorm norm;
  float *running_mean, *running_variance, *arrays[5];
  void *x, *workspace;
} Case;

static RefParam *
param_around (double middle, gsize n)
{
  double *values = random_values (n, LW_CUDA_F32);

  for (gsize i = 0; i < n; i++)
    values[i] = (double) (float) (middle + 0.4 * values[i]);
  return ref_param (values, n);
}

/* The padded channels' parameters are zero, as the backend keeps them. */
static float *
padded_floats (LwCudaShape shape, const double *values)
{
  g_autofree double *padded = g_new0 (double, (gsize) shape.cp);

  memcpy (padded, values, (gsize) shape.c * sizeof (double));
  return floats_from (padded, (gsize) shape.cp);
}

static Case
random_case (gboolean frozen)
{
  Case c = { .shape = random_shape (900) };
  gsize n = (gsize) c.shape.c;
  double offset = g_test_rand_int_range (0, 3) == 0 ? 50 : 0;

  c.in = ref_from (c.shape, random_values (shape_count (c.shape), c.shape.type));
  for (gsize i = 0; c.shape.type == LW_CUDA_F32 && i < shape_count (c.shape); i++)
    c.in->value[i] = (double) (float) (c.in->value[i] + offset);       /* a mean far from zero must not cost digits of the variance */
  c.out = ref_new (c.shape);
  c.relu = ref_new (c.shape);
  *ref_layer (c.out) = (LwNode) { .kind = LW_OP_BATCH_NORM, .value = EPSILON, .frozen = frozen };
  c.out->weight = param_around (1, n);
  c.out->bias = param_around (0, n);
  c.out->running_mean = param_around (offset, n);
  c.out->running_var = param_around (1, n);
  c.running_mean = padded_floats (c.shape, c.out->running_mean->value);
  c.running_variance = padded_floats (c.shape, c.out->running_var->value);
  for (int i = 0; i < 5; i++)
    c.arrays[i] = array_new ((gsize) c.shape.cp * sizeof (float));
  c.norm = (LwCudaNorm) { padded_floats (c.shape, c.out->weight->value), padded_floats (c.shape, c.out->bias->value), c.running_mean, c.running_variance,
                          EPSILON, c.arrays[0], c.arrays[1], c.arrays[2], c.arrays[3], c.arrays[4] };
  c.x = activation_from (c.shape, c.in->value);
  c.workspace = array_new (lw_cuda_sums_workspace (c.shape));
  return c;
}

static void
check_channels (const char *what, const Case *c, const float *device, const double *expected)
{
  g_autofree double *padded = g_new0 (double, (gsize) c->shape.cp);
  g_autofree char *whole = g_strdup_printf ("%s %s", what, shape_name (c->shape));

  memcpy (padded, expected, (gsize) c->shape.c * sizeof (double));
  check_floats (whole, device, padded, (gsize) c->shape.cp, SLACK);
}

static void
set_line (const Case *c, gboolean batch)
{
  if (batch)
    check_launch ("norm_statistics", lw_cuda_norm_statistics (0, c->shape, c->x, c->norm, c->workspace));
  else
    check_launch ("norm_running", lw_cuda_norm_running (0, c->shape.c, c->shape.cp, c->norm));
}

static void
test_norm_forward (void)
{
  gboolean batch = g_test_rand_bit (), relu = g_test_rand_bit ();
  Case c = random_case (!batch);
  g_autofree double *variance = g_new (double, (gsize) c.shape.c), *inverse = g_new (double, (gsize) c.shape.c);
  void *y = activation_new (c.shape);

  ref_batch_norm_forward (c.in, c.out, REF_GRADIENT);
  ref_relu_forward (c.out, c.relu);
  for (int i = 0; i < c.shape.c; i++)
    {
      variance[i] = c.out->deviation[i] * c.out->deviation[i] - (double) EPSILON;
      inverse[i] = 1 / c.out->deviation[i];
    }
  set_line (&c, batch);
  check_channels ("norm, mean", &c, c.norm.mean, c.out->mean);
  check_channels ("norm, variance", &c, c.norm.variance, variance);
  if (c.shape.n * c.shape.h * c.shape.w > 1)    /* of one pixel it is the rounding's */
    check_channels ("norm, inverse", &c, c.norm.inverse, inverse);
  check_launch ("affine", lw_cuda_affine (0, c.shape, c.x, c.norm.scale, c.norm.shift, relu, y));
  check_activation ("affine", c.shape, y, relu ? c.relu->value : c.out->value, 5 * SLACK);
}

static void
test_affine_bias (void)
{
  LwCudaShape shape = random_shape (600);
  gsize plane = (gsize) shape.h * (gsize) shape.w;
  double *x = random_values (shape_count (shape), shape.type), *bias = random_values ((gsize) shape.cp, LW_CUDA_F32);
  void *device = activation_from (shape, x);
  float *shift = padded_floats (shape, bias);

  for (gsize i = 0; i < shape_count (shape); i++)
    x[i] += bias[i / plane % (gsize) shape.c];
  check_launch ("affine", lw_cuda_affine (0, shape, device, NULL, shift, FALSE, device));
  check_activation ("affine, bias in place", shape, device, x, 1e-6);
}

/* Nothing is looked at where the ReLU stands on the edge: the last bit would decide. */
static void
leave_edges (Case *c)
{
  for (gsize i = 0; i < shape_count (c->shape); i++)
    if (fabs (c->out->value[i]) < 1e-3)
      c->relu->grad[i] = 0;
}

static void
test_norm_backward (void)
{
  gboolean batch = g_test_rand_bit (), relu = g_test_rand_bit (), add = g_test_rand_bit ();
  Case c = random_case (!batch);
  float *dgain = array_new ((gsize) c.shape.cp * sizeof (float)), *dbias = array_new ((gsize) c.shape.cp * sizeof (float));
  void *dx = gradient_new (c.shape, add, c.in->grad), *dy;

  if (c.shape.n * c.shape.h * c.shape.w < 4)    /* nearly no variance: all is rounding */
    return;
  ref_batch_norm_forward (c.in, c.out, REF_GRADIENT);
  ref_relu_forward (c.out, c.relu);
  c.relu->grad = random_values (shape_count (c.shape), c.shape.type);
  leave_edges (&c);
  dy = activation_from (c.shape, c.relu->grad);
  if (relu)
    ref_relu_backward (c.out, c.relu);
  else
    c.out->grad = c.relu->grad;
  ref_batch_norm_backward (c.in, c.out, REF_GRADIENT);
  set_line (&c, batch);
  check_launch ("norm_backward", lw_cuda_norm_backward (0, c.shape, c.x, dy, c.norm, relu, batch, add, c.workspace, dgain, dbias, dx));
  check_channels ("norm_backward, gain", &c, dgain, c.out->weight->grad);
  check_channels ("norm_backward, bias", &c, dbias, c.out->bias->grad);
  check_activation ("norm_backward", c.shape, dx, c.in->grad, 10 * SLACK);
}

/* The reference's winners, as the device keeps them. */
static guint8 *
device_index_of (LwCudaShape pooled, const RefNode *small, int width)
{
  gsize plane = (gsize) pooled.h * (gsize) pooled.w;
  guint8 *index = g_malloc0 (shape_bytes (with_type (pooled, LW_CUDA_BF16)) / 2);

  for (gsize i = 0; i < shape_count (pooled); i++)
    {
      int winner = (int) small->index[i], ky = winner / width - 2 * (int) (i % plane / (gsize) pooled.w), kx = winner % width - 2 * (int) (i % (gsize) pooled.w);
      gsize pixel = i / plane / (gsize) pooled.c * plane + i % plane;

      index[pixel * (gsize) pooled.cp + i / plane % (gsize) pooled.c] = (guint8) (2 * ky + kx);
    }
  return index;
}

/* A normalisation, a ReLU and a pool in one. */
static void
test_norm_pool_backward (void)
{
  gboolean batch = g_test_rand_bit (), relu = g_test_rand_bit (), add = g_test_rand_bit (), up = g_test_rand_bit ();
  Case c = random_case (!batch);
  LwCudaShape pooled = with_size (c.shape, (c.shape.h + up) / 2, (c.shape.w + up) / 2);
  float *dgain = array_new ((gsize) c.shape.cp * sizeof (float)), *dbias = array_new ((gsize) c.shape.cp * sizeof (float));
  void *dx = gradient_new (c.shape, add, c.in->grad), *dy;

  if (pooled.h < 1 || pooled.w < 1 || c.shape.n * c.shape.h * c.shape.w < 4)
    return;
  RefNode *small = ref_new (pooled), *before = relu ? c.relu : c.out;

  ref_batch_norm_forward (c.in, c.out, REF_GRADIENT);
  ref_relu_forward (c.out, c.relu);
  *ref_layer (small) = (LwNode) { .kind = LW_OP_MAX_POOL, .kernel = 2, .stride = 2 };
  ref_max_pool_forward (before, small);
  small->grad = random_values (shape_count (pooled), pooled.type);
  dy = activation_from (pooled, small->grad);
  g_autofree guint8 *winners = device_index_of (pooled, small, c.shape.w);
  const guint8 *index = array_from (winners, shape_bytes (with_type (pooled, LW_CUDA_BF16)) / 2);

  ref_max_pool_backward (before, small);
  if (relu)
    ref_relu_backward (c.out, c.relu);
  ref_batch_norm_backward (c.in, c.out, REF_GRADIENT);
  set_line (&c, batch);
  check_launch ("norm_pool_backward", lw_cuda_norm_pool_backward (0, c.shape, c.x, pooled, dy, index, c.norm, relu, batch, add, c.workspace, dgain, dbias, dx));
  check_channels ("norm_pool_backward, gain", &c, dgain, c.out->weight->grad);
  check_channels ("norm_pool_backward, bias", &c, dbias, c.out->bias->grad);
  check_activation ("norm_pool_backward", c.shape, dx, c.in->grad, 10 * SLACK);
}

static void
test_norm_keep (void)
{
  Case a = random_case (FALSE), b = random_case (FALSE);
  LwCudaStats stats = { .finite = g_test_rand_bit () };
  const Case *cases[] = { &a, &b };
  LwCudaRunning table[2];

  for (int i = 0; i < 2; i++)
    {
      const Case *c = cases[i];

      table[i] = (LwCudaRunning) { c->norm.mean, c->norm.variance, c->running_mean, c->running_variance, c->shape.cp,
                                   (double) c->shape.n * c->shape.h * c->shape.w };
      set_line (c, TRUE);
      if (stats.finite)
        ref_batch_norm_forward (c->in, c->out, REF_TRAIN);
    }
  check_launch ("norm_keep", lw_cuda_norm_keep (0, array_from (table, sizeof table), 2, array_from (&stats, sizeof stats)));
  for (int i = 0; i < 2; i++)
    {
      check_channels ("norm_keep, mean", cases[i], cases[i]->running_mean, cases[i]->out->running_mean->value);
      check_channels ("norm_keep, variance", cases[i], cases[i]->running_variance, cases[i]->out->running_var->value);
    }
}

void
add_sum_tests (void)
{
  add_test ("/cuda/sums/bias", test_bias_gradient);
  add_test ("/cuda/sums/relu-bias", test_relu_bias);
  add_test ("/cuda/norm/forward", test_norm_forward);
  add_test ("/cuda/norm/affine", test_affine_bias);
  add_test ("/cuda/norm/backward", test_norm_backward);
  add_test ("/cuda/norm/pool-backward", test_norm_pool_backward);
  add_test ("/cuda/norm/keep", test_norm_keep);
}
