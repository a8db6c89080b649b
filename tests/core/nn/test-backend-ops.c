/* test-backend-ops.c: random networks of every kind of layer, on random picture sizes, forward, backward and updated, against the reference */
#include <math.h>
#include <string.h>
#include "compare.h"
#include "nn/graph/builder.h"

#define ROUNDS 30
#define LIMITED_ROUNDS 8        /* with another processor’s instructions, which may be slow */
#define SLOW_ROUNDS 10          /* of bfloat16 where each convolution is compiled first */
#define KINDS 15                /* of layers: random_layer's cases */
#define MAX_LAYERS 6
#define SMALL 0.02              /* beside the network’s largest gradient: what is below is compared with that, not with itself */
#define TRIES 5         /* a ReLU or a pool may switch on a difference in the last bit, but not for one picture after another */

static Tested tested;
static int rounds = ROUNDS;
static int only = -1;           /* the kind of layer that every network has, or -1: random ones */

static int
random_conv (LwGraph *graph, int x, const char *name, int channels)
{
  int kernel = 1 + 2 * g_test_rand_int_range (0, 3);

  return lw_graph_conv (graph, x, name, channels, kernel, kernel / 2, g_test_rand_bit ());
}

static int
strided_conv (LwGraph *graph, int x, const char *name, int channels, int stride)
{
  int kernel = 1 + 2 * g_test_rand_int_range (0, 4);

  return lw_graph_conv_strided (graph, x, name, channels, kernel, stride, kernel / 2, g_test_rand_bit ());
}

static int
random_lrn (LwGraph *graph, int x, const char *name)
{
  static const float powers[] = { 0.5f, 0.75f, 0.6f };

  return lw_graph_lrn (graph, x, name, g_test_rand_int_range (1, 8), (float) g_test_rand_double_range (0.1, 1), powers[g_test_rand_int_range (0, 3)],
                       (float) g_test_rand_double_range (1, 2));
}

/* As in ResNet: two ways to the same size, one of them perhaps nothing. */
static int
residual (LwGraph *graph, int x, const char *name, const char *other, const char *third, const char *fourth)
{
  int stride = g_test_rand_int_range (1, 3), channels = stride == 1 && g_test_rand_bit () ? lw_graph_node (graph, x)->channels : g_test_rand_int_range (1, 40);
  int y = lw_graph_relu (graph, strided_conv (graph, x, name, g_test_rand_int_range (1, 20), stride), name);

  y = random_conv (graph, y, other, channels);
  if (g_test_rand_bit ())
    y = lw_graph_batch_norm (graph, y, other);
  if (stride > 1 || channels != lw_graph_node (graph, x)->channels)
    x = lw_graph_conv_strided (graph, x, third, channels, 1, stride, 0, FALSE);
  y = g_test_rand_bit () ? lw_graph_add (graph, x, y, fourth) : lw_graph_add (graph, y, x, fourth);
  return g_test_rand_bit () ? lw_graph_relu (graph, y, fourth) : y;
}

/* As in U-Net: half the size, and back by learned upsampling. */
static int
down_and_up (LwGraph *graph, int x, const char *name, const char *other, const char *third, const char *fourth)
{
  int y = lw_graph_up_conv (graph, lw_graph_max_pool (graph, x, name, TRUE), other, g_test_rand_int_range (1, 40));

  return lw_graph_concat (graph, x, lw_graph_crop (graph, y, third, x, 0), fourth);
}

/* A layer or a few after node @x, under the name @name. @smooth: none whose result jumps where two inputs are nearly the same. */
static int
random_layer (LwGraph *graph, int x, const char *name, gboolean smooth)
{
  g_autofree char *other = g_strconcat (name, "b", NULL), *third = g_strconcat (name, "c", NULL), *fourth = g_strconcat (name, "d", NULL);
  int channels = lw_graph_node (graph, x)->channels, y;
  int kind = g_test_rand_int_range (smooth ? 3 : 0, 15);

  switch (only >= 0 ? only : kind)
    {
    case 0:
      y = lw_graph_max_pool (graph, x, name, TRUE);
      return lw_graph_unpool (graph, random_conv (graph, y, other, channels), third, y);
    case 1: return lw_graph_max_pool_3x3 (graph, x, name);
    case 2: return lw_graph_up_conv (graph, lw_graph_max_pool_3x3 (graph, x, other), name, g_test_rand_int_range (1, 40));
    case 3: return lw_graph_relu (graph, lw_graph_batch_norm (graph, x, name), name);
    case 4: return lw_graph_batch_norm (graph, random_conv (graph, x, name, g_test_rand_int_range (1, 40)), name);
    case 5: return lw_graph_max_pool (graph, x, name, g_test_rand_bit ());
    case 6: return lw_graph_dropout (graph, x, name, 0.3f);
    case 7: return lw_graph_scale (graph, x, name, 0.7f);
    case 8: return lw_graph_add (graph, random_conv (graph, x, name, channels), x, other);
    case 9: return lw_graph_concat (graph, x, random_conv (graph, x, name, g_test_rand_int_range (1, 20)), other);
    case 10: return lw_graph_relu (graph, random_conv (graph, x, name, g_test_rand_int_range (1, 40)), name);
    case 11: return residual (graph, x, name, other, third, fourth);
    case 12: return down_and_up (graph, x, name, other, third, fourth);
    case 13: return random_lrn (graph, x, name);
    default:
      y = lw_graph_max_pool (graph, x, name, TRUE);
      y = lw_graph_deconv (graph, lw_graph_relu (graph, y, other), other, 2, 1);
      return lw_graph_add (graph, lw_graph_crop (graph, y, third, x, 0), x, fourth);
    }
}

static LwGraph *
random_graph (gboolean smooth)
{
  LwGraph *graph = lw_graph_new ("random", g_test_rand_int_range (2, 20));
  int layers = only >= 0 ? 1 : g_test_rand_int_range (1, MAX_LAYERS + 1), x = g_test_rand_int_range (0, 4) == 0 ? random_lrn (graph, 0, "norm") : 0;

  x = strided_conv (graph, x, "first", g_test_rand_int_range (1, 40), g_test_rand_int_range (1, 3));

  for (int i = 0; i < layers; i++)
    {
      g_autofree char *name = g_strdup_printf ("layer%d", i);

      x = random_layer (graph, x, name, smooth);
    }
  x = lw_graph_conv (graph, x, "last", graph->classes, 1, 0, TRUE);
  if (g_test_rand_bit ())
    x = lw_graph_deconv (graph, x, "up", 2, 1);
  lw_graph_score (graph, x, 1 << g_test_rand_int_range (0, 4), g_test_rand_int_range (0, 3));
  return graph;
}

static Sample
fitting_sample (const LwGraph *graph)
{
  g_autofree int *heights = g_new (int, graph->nodes->len), *widths = g_new (int, graph->nodes->len);
  int height, width;

  do
    {
      height = g_test_rand_int_range (1, 40);
      width = g_test_rand_int_range (1, 40);
    }
  while (!lw_graph_sizes (graph, height, width, heights, widths, NULL));
  return sample_new (g_test_rand_int_range (1, 4), height, width, graph->classes);
}

static char *
describe (const LwGraph *graph, const Sample *sample)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text, "%d pictures of %d x %d, %d classes:", sample->n, sample->width, sample->height, graph->classes);
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const LwNode *node = lw_graph_node (graph, (int) i);

      g_string_append_printf (text, " [%u] %s (%d; %d, %d) k%d -> %d", i, node->name, node->kind, node->inputs[0], node->inputs[1], node->kernel, node->channels);
    }
  return g_string_free (text, FALSE);
}

/* ---- each check returns what is wrong, or NULL ---- */

static double
largest (const LwTensor *tensor)
{
  double size = 0;

  for (gsize i = 0; i < tensor->count; i++)
    size = MAX (size, (double) fabsf (tensor->data[i]));
  return size;
}

/* How far @a is from @b, as a share of @b's length and of @floor a number. What a normalisation takes away again, such as the scale of the only channel before
 * it, has a gradient of nothing but rounding, which is a share of what was taken away: of the network's largest gradient, not of itself. */
static double
distance_above (const float *a, const float *b, gsize n, double floor)
{
  double length = 0;

  for (gsize i = 0; i < n; i++)
    length += (double) b[i] * (double) b[i];
  length = sqrt (length);
  return distance (a, b, n) * (length > 0 ? length : 1) / (length + floor * sqrt ((double) n) + 1e-30);
}

static char *
compare_weights (const char *what, const LwWeights *got, const LwWeights *wanted, double tolerance)
{
  double size = 0;

  for (guint t = 0; t < wanted->tensors->len; t++)
    size = MAX (size, largest (wanted->tensors->pdata[t]));
  for (guint t = 0; t < wanted->tensors->len; t++)
    {
      const LwTensor *b = wanted->tensors->pdata[t], *a = lw_weights_get (got, b->name);

      g_assert_nonnull (a);
      g_assert_cmpuint (a->count, ==, b->count);
      if (distance_above (a->data, b->data, b->count, SMALL * size) > tolerance)
        return g_strdup_printf ("%s of %s: %g away (first %g, not %g; largest %g of %g)", what, b->name, distance (a->data, b->data, b->count), (double) a->data[0],
                                (double) b->data[0], largest (b), size);
    }
  return NULL;
}

static char *
check_scores (const LwGraph *graph, const Sample *sample, const LwWeights *weights, LwPrecision precision, double tolerance)
{
  LwPlan *plan = plan_new (&tested, graph, sample, FALSE, precision), *reference = reference_new (graph, sample, FALSE);
  gsize count;

  if (plan == NULL || !tested.backend->load (plan, weights, NULL))
    return g_strdup ("no plan");
  g_assert_true (lw_backend_ref.load (reference, weights, NULL));
  g_autofree float *got = scores_of (tested.backend, plan, graph, sample, &count), *wanted = scores_of (&lw_backend_ref, reference, graph, sample, &count);

  tested.backend->free_plan (plan);
  lw_backend_ref.free_plan (reference);
  return distance (got, wanted, count) > tolerance ? g_strdup_printf ("scores: %g away", distance (got, wanted, count)) : NULL;
}

static char *
check_gradients (const LwGraph *graph, const Sample *sample, const LwWeights *weights, const LwLossOptions *options, LwPrecision precision, double tolerance)
{
  LwPlan *plan = plan_new (&tested, graph, sample, TRUE, precision), *reference = reference_new (graph, sample, TRUE);
  g_autoptr(LwWeights) got = lw_weights_new (), wanted = lw_weights_new ();
  double loss, wanted_loss;
  char *wrong;

  g_autoptr(GError) error = NULL;

  if (plan == NULL || !tested.backend->load (plan, weights, &error) || !tested.backend->gradients (plan, &sample->batch, options, got, &loss, &error))
    return g_strdup_printf ("no gradients: %s", error != NULL ? error->message : "no plan");
  g_assert_true (lw_backend_ref.load (reference, weights, NULL));
  g_assert_true (lw_backend_ref.gradients (reference, &sample->batch, options, wanted, &wanted_loss, NULL));
  wrong = fabs (loss - wanted_loss) > tolerance * (wanted_loss + 0.1) ? g_strdup_printf ("loss %g, not %g", loss, wanted_loss)
          : compare_weights ("gradient", got, wanted, tolerance);
  tested.backend->free_plan (plan);
  lw_backend_ref.free_plan (reference);
  return wrong;
}

/* What training changed. Where a moment is nothing but rounding (a bias before a normalisation) zero comes out: AdamW would make whole steps of it. */
static void
keep_changes (LwWeights *values, const LwWeights *before, const LwWeights *moments)
{
  double size = 0;

  for (guint t = 0; t < moments->tensors->len; t++)
    size = MAX (size, largest (moments->tensors->pdata[t]));
  for (guint t = 0; t < values->tensors->len; t++)
    {
      LwTensor *tensor = values->tensors->pdata[t];
      g_autofree char *name = g_strconcat ("first.", tensor->name, NULL);
      const LwTensor *moment = lw_weights_get (moments, name);
      gboolean alive = moment == NULL || largest (moment) > 1e-4 * size;

      for (gsize i = 0; i < tensor->count; i++)
        tensor->data[i] = alive && (moment == NULL || fabs ((double) moment->data[i]) > 1e-5 * size) ? tensor->data[i] - lw_weights_get (before, tensor->name)->data[i] : 0;
    }
}

/* Two steps with dropout, clipping and decay; then the values, running ones included, and the moments. */
static char *
check_steps (const LwGraph *graph, const Sample *sample, const LwWeights *weights, const LwOptimizer *optimizer, double tolerance)
{
  LwPlan *plans[] = { plan_new (&tested, graph, sample, TRUE, LW_PRECISION_F32), reference_new (graph, sample, TRUE) };
  const LwBackend *backends[] = { tested.backend, &lw_backend_ref };
  g_autoptr(LwWeights) got = lw_weights_copy (weights), wanted = lw_weights_copy (weights), state = lw_weights_new (), wanted_state = lw_weights_new ();
  LwWeights *values[] = { got, wanted }, *states[] = { state, wanted_state };
  LwStepStats stats[2];
  g_autoptr(GError) error = NULL;
  char *wrong;

  for (int b = 0; b < 2; b++)
    {
      if (plans[b] == NULL || !backends[b]->load (plans[b], weights, &error))
        return g_strdup_printf ("no plan: %s", error != NULL ? error->message : "");
      for (guint64 i = 0; i < 2; i++)
        {
          LwOptimizer now = *optimizer;

          now.step = i;
          if (!backends[b]->step (plans[b], &sample->batch, &now, &stats[b], NULL, NULL, &error))
            return g_strdup_printf ("no step: %s", error->message);
        }
      g_assert_true (backends[b]->save (plans[b], values[b], NULL) && backends[b]->save_state (plans[b], states[b], NULL));
      backends[b]->free_plan (plans[b]);
    }
  keep_changes (got, weights, wanted_state);
  keep_changes (wanted, weights, wanted_state);
  wrong = stats[0].pixels != stats[1].pixels ? g_strdup_printf ("%" G_GUINT64_FORMAT " pixels count, not %" G_GUINT64_FORMAT, stats[0].pixels, stats[1].pixels)
          : fabs (stats[0].gradient_norm - stats[1].gradient_norm) > tolerance * (stats[1].gradient_norm + 1e-3)
          ? g_strdup_printf ("norm %g, not %g", stats[0].gradient_norm, stats[1].gradient_norm) : compare_weights ("change", got, wanted, tolerance);
  if (wrong == NULL && optimizer->kind == LW_SGD)
    for (guint t = 0; t < state->tensors->len && wrong == NULL; t++)
      {
        const LwTensor *a = state->tensors->pdata[t], *b = lw_weights_get (wanted_state, a->name);

        if (b == NULL || a->count != b->count)
          wrong = g_strdup_printf ("state has %s", a->name);
      }
  return wrong;
}

/* ---- the tests ---- */

typedef char *(*Check) (const LwGraph *graph, const Sample *sample, const LwWeights *weights);

static void
run_rounds (Check check, gboolean smooth)
{
  int failed = 0;

  for (int round = 0; round < rounds; round++)
    {
      if (tested.alone)
        only = round % KINDS;
      g_autoptr(LwGraph) graph = random_graph (smooth);
      char *wrong = NULL;

      for (int try = 0; try < TRIES && (try == 0 || wrong != NULL); try++)
        {
          Sample sample = fitting_sample (graph);
          g_autoptr(LwWeights) weights = random_weights (graph);

          g_free (wrong);
          wrong = check (graph, &sample, weights);
          if (wrong != NULL && try == TRIES - 1)
            {
              g_autofree char *text = describe (graph, &sample);

              g_test_message ("round %d: %s; %s", round, wrong, text);
              failed++;
            }
          sample_clear (&sample);
        }
      g_free (wrong);
    }
  if (failed > 0)
    g_test_fail_printf ("%d of %d rounds", failed, rounds);
}

static char *
forward_f32 (const LwGraph *graph, const Sample *sample, const LwWeights *weights)
{
  return check_scores (graph, sample, weights, LW_PRECISION_F32, 1e-4);
}

static char *
forward_bf16 (const LwGraph *graph, const Sample *sample, const LwWeights *weights)
{
  return check_scores (graph, sample, weights, LW_PRECISION_BF16, 0.05);
}

/* Half of the time only hard pixels count; now and then so few are hard enough that the share decides. */
static LwLossOptions
random_loss (const float *class_weights)
{
  LwLossOptions options = { .class_weights = g_test_rand_bit () ? class_weights : NULL };

  if (g_test_rand_bit ())
    {
      options.hard_below = g_test_rand_int_range (0, 3) == 0 ? 1e-5f : (float) g_test_rand_double_range (0.05, 1);
      options.hard_share = (float) g_test_rand_double_range (0, 0.6);
    }
  return options;
}

static char *
forward_winograd (const LwGraph *graph, const Sample *sample, const LwWeights *weights)
{
  return check_scores (graph, sample, weights, LW_PRECISION_WINOGRAD, 1e-4);
}

static char *
forward_mixed (const LwGraph *graph, const Sample *sample, const LwWeights *weights)
{
  return check_scores (graph, sample, weights, LW_PRECISION_MIXED, 0.05);
}

static char *
gradients_f32 (const LwGraph *graph, const Sample *sample, const LwWeights *weights)
{
  float class_weights[20];

  for (int c = 0; c < 20; c++)
    class_weights[c] = (float) g_test_rand_double_range (0.1, 3);
  LwLossOptions options = random_loss (class_weights);

  return check_gradients (graph, sample, weights, &options, LW_PRECISION_F32, 1e-3);
}

static char *
gradients_bf16 (const LwGraph *graph, const Sample *sample, const LwWeights *weights)
{
  return check_gradients (graph, sample, weights, NULL, LW_PRECISION_BF16, 0.3);
}

static char *
sgd (const LwGraph *graph, const Sample *sample, const LwWeights *weights)
{
  LwOptimizer optimizer = { .kind = LW_SGD, .rate = 0.05f, .momentum = 0.9f, .weight_decay = 0.01f, .bias_rate_factor = 2, .clip_norm = g_test_rand_bit () ? 0.1f : 0,
                            .loss = random_loss (NULL), .seed = g_test_rand_int () };

  return check_steps (graph, sample, weights, &optimizer, 2e-3);
}

static char *
adamw (const LwGraph *graph, const Sample *sample, const LwWeights *weights)
{
  LwOptimizer optimizer = { .kind = LW_ADAMW, .rate = 1e-3f, .momentum = 0.9f, .beta2 = 0.99f, .weight_decay = 0.01f, .bias_rate_factor = 1, .seed = g_test_rand_int () };

  return check_steps (graph, sample, weights, &optimizer, 0.3);     /* single gradients that are rounding alone become whole steps */
}

static void
test_rounds (gconstpointer check)
{
  run_rounds ((Check) check, FALSE);
}

/* Compiling its fused code takes a GPU's library longer than the rest of a round. */
static void
test_slow_rounds (gconstpointer check)
{
  if (!g_str_equal (tested.name, "cpu") && !tested.alone)
    rounds = SLOW_ROUNDS;
  run_rounds ((Check) check, TRUE);
}

static void
add (const char *name, Check check, GTestDataFunc run)
{
  g_autofree char *path = g_strdup_printf ("/nn/%s/%s", tested.name, name);

  g_test_add_data_func (path, check, run);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  tested = tested_open (argc, argv);
  if (tested.backend == NULL)
    {
      g_print ("1..0 # SKIP %s\n", tested.missing);
      tested_close (&tested);
      return 0;
    }
  if (tested.alone)
    rounds = 2 * KINDS;
  add ("forward", forward_f32, test_rounds);
  if (g_str_equal (tested.name, "cpu"))
    add ("forward-winograd", forward_winograd, test_rounds);
  add ("gradients", gradients_f32, test_rounds);
  if (g_str_has_prefix (argv[argc - 1], "isa="))
    rounds = LIMITED_ROUNDS;
  add ("sgd", sgd, test_rounds);
  add ("adamw", adamw, test_rounds);
  if (tested_has_bfloat16 (&tested))
    {
      add ("forward-bf16", forward_bf16, test_slow_rounds);
      if (g_str_equal (tested.name, "cpu"))
        add ("forward-mixed", forward_mixed, test_slow_rounds);
      add ("gradients-bf16", gradients_bf16, test_slow_rounds);
    }
  status = g_test_run ();
  tested_close (&tested);
  return status;
}
