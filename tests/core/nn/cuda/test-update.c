/* test-update.c: the gradient's norm, clipping and the optimizers over a table of tensors */
#include "check.h"
#include <math.h>
#include "nn/weights/half.h"

#define TENSORS 5
#define EPSILON 1e-8
#define SLACK 2e-6

typedef struct {
  gsize count;
  double *value, *gradient, *first, *second;
} Tensor;

typedef struct {
  Tensor tensors[TENSORS];
  LwCudaTensor table[TENSORS];
  const LwCudaTensor *device_table;
  gsize chunks;
  LwCudaStep step;
  LwCudaStats stats;
  LwCudaStats *device_stats;
  const LwCudaStep *device_step;
  void *workspace;
} Case;

static void
add_tensor (Case *c, int i)
{
  Tensor *t = &c->tensors[i];
  gsize count = (gsize) (g_test_rand_bit () ? g_test_rand_int_range (1, 40) : g_test_rand_int_range (1, 9000)) * 4;

  LwCudaType type = g_test_rand_bit () ? LW_CUDA_BF16 : LW_CUDA_F32;
  LwCudaShape flat = { 1, 1, 1, (int) count, (int) (count + 7) / 8 * 8, type };

  *t = (Tensor) { count, random_values (count, LW_CUDA_F32), random_values (count, type), random_values (count, LW_CUDA_F32), random_values (count, LW_CUDA_F32) };
  for (gsize k = 0; k < count; k++)
    t->second[k] = fabs (t->second[k]);
  c->table[i] = (LwCudaTensor) { floats_from (t->value, count), activation_from (flat, t->gradient), floats_from (t->first, count),
                                 floats_from (t->second, count), g_test_rand_int_range (0, 3) > 0 ? array_new (count * 2) : NULL, count, 0, type,
                                 g_test_rand_bit () ? 1 : 0.1f, g_test_rand_bit (), g_test_rand_bit () };
}

static void
random_case (Case *c)
{
  c->step = (LwCudaStep) { .rate = 0.01f, .bias_rate = 0.02f, .momentum = 0.9f, .beta2 = 0.999f, .decay = 5e-4f, .correction1 = 0.271f, .correction2 = 0.003f,
                           .clip_norm = g_test_rand_bit () ? 0 : (float) g_test_rand_double_range (1, 400) };
  c->stats.loss = g_test_rand_int_range (0, 6) == 0 ? (double) NAN : 1.5;
  for (int i = 0; i < TENSORS; i++)
    add_tensor (c, i);
  c->chunks = lw_cuda_optimizer_chunks (c->table, TENSORS);
  c->device_table = array_from (c->table, sizeof c->table);
  c->device_step = array_from (&c->step, sizeof c->step);
  c->device_stats = array_from (&c->stats, sizeof c->stats);
  c->workspace = array_new (lw_cuda_optimizer_workspace ());
}

static void
expect_norm (Case *c)
{
  double squares = 0, most = (double) c->step.clip_norm;

  for (int i = 0; i < TENSORS; i++)
    for (gsize k = 0; k < c->tensors[i].count; k++)
      squares += c->tensors[i].gradient[k] * c->tensors[i].gradient[k];
  c->stats.gradient_norm = sqrt (squares);
  c->stats.clip = most > 0 && c->stats.gradient_norm > most ? (float) (most / c->stats.gradient_norm) : 1;
  c->stats.finite = isfinite (c->stats.loss);
}

static void
check_norm (const Case *c)
{
  g_autofree LwCudaStats *got = array_get (c->device_stats, sizeof *got);
  double clip = (double) got->clip, expected = (double) c->stats.clip;

  check_values ("gradient_norm", &got->gradient_norm, &c->stats.gradient_norm, 1, LW_CUDA_F32, SLACK);
  check_values ("gradient_norm, clip", &clip, &expected, 1, LW_CUDA_F32, SLACK);
  if (got->finite != c->stats.finite)
    complain ("gradient_norm: finite is %d instead of %d", got->finite, c->stats.finite);
}

static void
expect_update (const Case *c, int i, gboolean adamw)
{
  const Tensor *t = &c->tensors[i];
  double rate = (double) (c->table[i].conv_bias ? c->step.bias_rate : c->step.rate) * (double) c->table[i].rate_factor;
  double decay = c->table[i].decays ? (double) c->step.decay : 0, momentum = (double) c->step.momentum, beta2 = (double) c->step.beta2;

  for (gsize k = 0; k < t->count; k++)
    {
      double g = (double) c->stats.clip * t->gradient[k];

      t->first[k] = adamw ? momentum * t->first[k] + (1 - momentum) * g : momentum * t->first[k] + g + decay * t->value[k];
      t->second[k] = adamw ? beta2 * t->second[k] + (1 - beta2) * g * g : t->second[k];
      t->value[k] -= adamw ? rate * (t->first[k] / (double) c->step.correction1 / (sqrt (t->second[k] / (double) c->step.correction2) + EPSILON)
                                     + decay * t->value[k])
                           : rate * t->first[k];
    }
}

static void
check_tensor (const Case *c, int i)
{
  const Tensor *t = &c->tensors[i];

  check_floats ("update, values", c->table[i].value, t->value, t->count, SLACK);
  check_floats ("update, first moments", c->table[i].first, t->first, t->count, SLACK);
  check_floats ("update, second moments", c->table[i].second, t->second, t->count, SLACK);
  if (c->table[i].copy == NULL || !c->stats.finite)
    return;
  g_autofree guint16 *copy = array_get (c->table[i].copy, t->count * 2);
  g_autofree double *got = g_new (double, t->count);

  for (gsize k = 0; k < t->count; k++)
    got[k] = (double) lw_float_from_bf16 (copy[k]);
  check_values ("update, copy", got, t->value, t->count, LW_CUDA_BF16, SLACK);
}

static void
test_update (gboolean adamw)
{
  g_autofree Case *c = g_new0 (Case, 1);

  random_case (c);
  expect_norm (c);
  check_launch ("gradient_norm", lw_cuda_gradient_norm (0, c->device_table, TENSORS, c->chunks, c->device_step, c->workspace, c->device_stats));
  check_norm (c);
  for (int i = 0; c->stats.finite && i < TENSORS; i++)
    expect_update (c, i, adamw);
  check_launch ("update", (adamw ? lw_cuda_adamw : lw_cuda_sgd) (0, c->device_table, TENSORS, c->chunks, c->device_step, c->device_stats));
  for (int i = 0; i < TENSORS; i++)
    check_tensor (c, i);
}

static void
test_sgd (void)
{
  test_update (FALSE);
}

static void
test_adamw (void)
{
  test_update (TRUE);
}

void
add_update_tests (void)
{
  add_test ("/cuda/update/sgd", test_sgd);
  add_test ("/cuda/update/adamw", test_adamw);
}
