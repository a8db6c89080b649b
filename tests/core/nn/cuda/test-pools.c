/* test-pools.c: max pooling, unpooling, and pooling of a normalised input */
#include "check.h"

/* A pool with its two sides, filled in. */
typedef struct {
  LwCudaPool pool;
  LwCudaShape in, out;
  RefNode *large, *small;
} Case;

static int
pooled_side (LwCudaPool pool, int side, gboolean up)
{
  int span = side + 2 * pool.pad - pool.kernel, out = (span + (up ? pool.stride - 1 : 0)) / pool.stride + 1;

  return (out - 1) * pool.stride >= side + pool.pad ? out - 1 : out;
}

/* Equal numbers are frequent, so that it shows which of them wins. */
static Case
random_case (gboolean halving)
{
  Case c = { halving || g_test_rand_bit () ? (LwCudaPool) { 2, 2, 0 } : (LwCudaPool) { 3, 2, 1 }, random_shape (600), { 0 }, NULL, NULL };
  gboolean up = g_test_rand_bit ();

  c.in = with_size (c.in, c.in.h + 1, c.in.w + 1);
  c.out = with_size (c.in, pooled_side (c.pool, c.in.h, up), pooled_side (c.pool, c.in.w, up));
  c.large = ref_from (c.in, random_values (shape_count (c.in), c.in.type));
  for (gsize i = 0; i < shape_count (c.in); i++)
    if (g_test_rand_bit ())
      c.large->value[i] = (double) g_test_rand_int_range (-1, 2);
  c.small = ref_new (c.out);
  *ref_layer (c.small) = (LwNode) { .kind = LW_OP_MAX_POOL, .kernel = c.pool.kernel, .stride = c.pool.stride, .pad = c.pool.pad };
  return c;
}

/* The reference keeps the winner's place in the plane; the device its number in the window. */
static void
check_index (const char *what, const Case *c, const guint8 *device)
{
  gsize plane = (gsize) c->out.h * (gsize) c->out.w;
  g_autofree guint8 *got = array_get (device, shape_bytes (with_type (c->out, LW_CUDA_BF16)) / 2);

  for (gsize i = 0; i < shape_count (c->out); i++)
    {
      int winner = (int) c->small->index[i], y = (int) (i % plane) / c->out.w, x = (int) (i % plane) % c->out.w;
      int ky = winner / c->in.w - (y * c->pool.stride - c->pool.pad), kx = winner % c->in.w - (x * c->pool.stride - c->pool.pad);
      gsize channel = i / plane % (gsize) c->out.c, pixel = i / plane / (gsize) c->out.c * plane + i % plane;

      if (got[pixel * (gsize) c->out.cp + channel] != ky * c->pool.kernel + kx)
        {
          complain ("%s: winner %zu is %d instead of %d: %s", what, i, got[pixel * (gsize) c->out.cp + channel], ky * c->pool.kernel + kx,
                    shape_name (c->in));
          return;
        }
    }
}

static guint8 *
index_new (LwCudaShape shape)
{
  return array_new (shape_bytes (with_type (shape, LW_CUDA_BF16)) / 2);
}

static void
test_max_pool (void)
{
  Case c = random_case (FALSE);
  gboolean relu = g_test_rand_bit ();
  void *x = activation_from (c.in, c.large->value), *y = activation_new (c.out);
  guint8 *index = index_new (c.out);

  for (gsize i = 0; relu && i < shape_count (c.in); i++)
    c.large->value[i] = MAX (c.large->value[i], 0);
  ref_max_pool_forward (c.large, c.small);
  check_launch ("max_pool", lw_cuda_max_pool (0, c.pool, c.in, x, relu, c.out, y, index));
  check_activation ("max_pool", c.out, y, c.small->value, 0);
  check_index ("max_pool", &c, index);
  y = activation_new (c.out);
  check_launch ("max_pool", lw_cuda_max_pool (0, c.pool, c.in, x, relu, c.out, y, NULL));
  check_activation ("max_pool, no index", c.out, y, c.small->value, 0);
}

static void
test_max_pool_backward (void)
{
  Case c = random_case (FALSE);
  gboolean add = g_test_rand_bit (), masked = g_test_rand_bit ();
  void *y = activation_new (c.out), *dx = gradient_new (c.in, add, c.large->grad), *dy;
  guint8 *index = index_new (c.out);

  ref_max_pool_forward (c.large, c.small);
  c.small->grad = random_values (shape_count (c.out), c.out.type);
  dy = activation_from (c.out, c.small->grad);
  for (gsize i = 0; masked && i < shape_count (c.out); i++)
    c.small->grad[i] = c.small->value[i] > 0 ? c.small->grad[i] : 0;
  ref_max_pool_backward (c.large, c.small);
  check_launch ("max_pool", lw_cuda_max_pool (0, c.pool, c.in, activation_from (c.in, c.large->value), FALSE, c.out, y, index));
  check_launch ("max_pool_backward", lw_cuda_max_pool_backward (0, c.pool, c.out, dy, masked ? y : NULL, index, add, c.in, dx));
  check_activation ("max_pool_backward", c.in, dx, c.large->grad, 1e-6);
}

static void
test_unpool (void)
{
  Case c = random_case (TRUE);
  gboolean add = g_test_rand_bit ();
  RefNode *in = ref_from (c.out, random_values (shape_count (c.out), c.out.type)), *out = ref_new (c.in);
  void *y = activation_new (c.out), *large = activation_new (c.in), *dx = gradient_new (c.out, add, in->grad);
  guint8 *index = index_new (c.out);

  ref_max_pool_forward (c.large, c.small);
  ref_unpool_forward (in, out, c.small);
  check_launch ("max_pool", lw_cuda_max_pool (0, c.pool, c.in, activation_from (c.in, c.large->value), FALSE, c.out, y, index));
  check_launch ("unpool", lw_cuda_unpool (0, c.out, activation_from (c.out, in->value), index, c.in, large));
  check_activation ("unpool", c.in, large, out->value, 0);
  out->grad = random_values (shape_count (c.in), c.in.type);
  ref_unpool_backward (in, out, c.small);
  check_launch ("unpool_backward", lw_cuda_unpool_backward (0, c.in, activation_from (c.in, out->grad), index, add, c.out, dx));
  check_activation ("unpool_backward", c.out, dx, in->grad, 1e-6);
}

/* Scales are powers of two and shifts small whole numbers, so that the winners are as sure as without them. */
static void
test_affine_pool (void)
{
  Case c = random_case (FALSE);
  gboolean relu = g_test_rand_bit ();
  gsize plane = (gsize) c.in.h * (gsize) c.in.w;
  g_autofree double *scale = g_new0 (double, (gsize) c.in.cp), *shift = g_new0 (double, (gsize) c.in.cp);
  void *x = activation_from (c.in, c.large->value), *y = activation_new (c.out);
  guint8 *index = index_new (c.out);

  for (int i = 0; i < c.in.c; i++)
    {
      scale[i] = g_test_rand_bit () ? -2 : 0.5;
      shift[i] = (double) g_test_rand_int_range (-1, 2);
    }
  for (gsize i = 0; i < shape_count (c.in); i++)
    {
      gsize channel = i / plane % (gsize) c.in.c;

      c.large->value[i] = c.large->value[i] * scale[channel] + shift[channel];
      c.large->value[i] = relu ? MAX (c.large->value[i], 0) : (double) (float) c.large->value[i];
    }
  ref_max_pool_forward (c.large, c.small);
  check_launch ("affine_pool", lw_cuda_affine_pool (0, c.pool, c.in, x, floats_from (scale, (gsize) c.in.cp), floats_from (shift, (gsize) c.in.cp), relu,
                                                    c.out, y, index));
  check_activation ("affine_pool", c.out, y, c.small->value, 1e-6);
  if (c.in.type == LW_CUDA_BF16)        /* elsewhere the sum's last bit decides now and then */
    check_index ("affine_pool", &c, index);
}

void
add_pool_tests (void)
{
  add_test ("/cuda/pool/forward", test_max_pool);
  add_test ("/cuda/pool/backward", test_max_pool_backward);
  add_test ("/cuda/pool/unpool", test_unpool);
  add_test ("/cuda/pool/affine", test_affine_pool);
}
