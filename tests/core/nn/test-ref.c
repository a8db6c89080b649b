/* test-ref.c: the reference backend: gradients against finite differences, sampling, optimizers, folded normalisation */
#include <math.h>
#include <string.h>
#include "compare.h"
#include "nn/backends/dropout.h"
#include "nn/backends/hard.h"
#include "nn/graph/builder.h"
#include "nn/weights/batch-norm.h"

#define STEP 0x1p-19f           /* of a finite difference: small, since a ReLU or a pool that switches within it spoils it; the losses are doubles */
#define SMALL_STEP 0x1p-23f     /* still one unit in the last place of a weight below 2 */

static const LwInputTransform identity = { { 0, 0, 0 }, { 1, 1, 1 }, FALSE };

/* Every kind of layer, in 7 x 9 pixels, so that pools round and crops cut. */
static LwGraph *
all_layers (void)
{
  LwGraph *graph = lw_graph_new ("all", 3);
  int a = lw_graph_conv (graph, 0, "first", 4, 3, 1, FALSE), b, pool, x;

  a = lw_graph_relu (graph, lw_graph_batch_norm (graph, a, "first"), "first");
  x = pool = lw_graph_max_pool (graph, a, "pool", TRUE);
  x = lw_graph_conv (graph, x, "second", 4, 3, 1, TRUE);
  x = lw_graph_dropout (graph, x, "second", 0.3f);
  b = lw_graph_unpool (graph, x, "unpool", pool);
  x = lw_graph_scale (graph, lw_graph_conv (graph, lw_graph_concat (graph, a, b, "both"), "third", 3, 1, 0, TRUE), "scaled", 0.5f);
  b = lw_graph_conv (graph, pool, "fourth", 3, 2, 1, TRUE);
  b = lw_graph_crop (graph, lw_graph_deconv (graph, b, "up", 2, 1), "cut", x, 2);
  lw_graph_score (graph, lw_graph_add (graph, x, b, "sum"), 2, 1);
  return graph;
}

/* What ResNet, U-Net and SegNet-Basic need besides: strides, pools that overlap, learned upsampling, normalisation across channels. */
static LwGraph *
other_layers (void)
{
  LwGraph *graph = lw_graph_new ("others", 3);
  int x = lw_graph_lrn (graph, 0, "lrn", 2, 0.5f, 0.75f, 1), stem, a, b;

  x = stem = lw_graph_conv_strided (graph, x, "stem", 6, 7, 2, 3, FALSE);
  x = lw_graph_max_pool_3x3 (graph, lw_graph_lrn (graph, x, "lrn2", 5, 2, 0.6f, 1.5f), "pool");
  a = lw_graph_conv_strided (graph, x, "a", 4, 1, 2, 0, TRUE);
  b = lw_graph_conv_strided (graph, x, "b", 4, 3, 2, 1, TRUE);
  x = lw_graph_relu (graph, lw_graph_add (graph, a, b, "block"), "block");
  x = lw_graph_up_conv (graph, lw_graph_up_conv (graph, x, "up1", 5), "up2", 2);
  x = lw_graph_concat (graph, lw_graph_crop (graph, x, "cut", stem, 0), stem, "both");
  lw_graph_score (graph, lw_graph_conv (graph, x, "class", 3, 1, 0, TRUE), 2, 0);
  return graph;
}

static double
loss_of (LwPlan *plan, const LwWeights *weights, const Sample *sample, const LwLossOptions *options)
{
  g_autoptr(LwWeights) gradients = lw_weights_new ();
  double loss;

  g_assert_true (lw_backend_ref.load (plan, weights, NULL));
  g_assert_true (lw_backend_ref.gradients (plan, &sample->batch, options, gradients, &loss, NULL));
  return loss;
}

static double
loss_with (LwPlan *plan, const LwWeights *weights, LwTensor *tensor, gsize i, float value, const Sample *sample, const LwLossOptions *options)
{
  float own = tensor->data[i];
  double loss;

  tensor->data[i] = value;
  loss = loss_of (plan, weights, sample, options);
  tensor->data[i] = own;
  return loss;
}

static gboolean
agrees (double measured, double gradient)
{
  return fabs (measured - gradient) <= 1e-4 * fabs (measured) + 2e-6;
}

/* Of some two thousand values before ReLUs and pools, one in a hundred networks has one within STEP of where it switches. That spoils the difference
 * across it, but not the one to the other side of the point; with the step that is smaller, whose one-sided difference is off by half a step times the
 * curvature (some 1e-7 times 10) alone. Both sides of it spoiled would take two such values within 2^-23: never. */
static void
check_element (LwPlan *plan, const LwWeights *weights, LwTensor *tensor, gsize i, const Sample *sample, const LwLossOptions *options, double gradient)
{
  float value = tensor->data[i], above = value + STEP, below = value - STEP;
  double high = loss_with (plan, weights, tensor, i, above, sample, options), low = loss_with (plan, weights, tensor, i, below, sample, options);
  double measured = (high - low) / ((double) above - (double) below);

  if (agrees (measured, gradient))
    return;
  double here = loss_of (plan, weights, sample, options);

  for (int side = -1; side <= 1; side += 2)
    {
      float other = value + (float) side * SMALL_STEP;

      if (agrees ((loss_with (plan, weights, tensor, i, other, sample, options) - here) / ((double) other - (double) value), gradient))
        return;
    }
  g_error ("%s[%" G_GSIZE_FORMAT "]: gradient %g, but the loss changes by %g", tensor->name, i, gradient, measured);
}

/* A bound of which no pixel's probability is near, so that a finite difference doesn't move one over it. 0: there is none. */
static float
bound_in_a_gap (LwPlan *plan, const LwWeights *weights, const Sample *sample)
{
  double plain = loss_of (plan, weights, sample, NULL);

  for (float bound = 0.9f; bound > 0.01f; bound *= 0.97f)
    {
      double below = loss_of (plan, weights, sample, &(LwLossOptions) { .hard_below = powf (bound, 1.25f) });
      double above = loss_of (plan, weights, sample, &(LwLossOptions) { .hard_below = powf (bound, 0.8f) });

      if (below > 0 && below == above && below != plain)
        return bound;
    }
  return 0;
}

static void
check_gradients (const LwGraph *graph, int height, int width, gboolean weighted, gboolean hard)
{
  LwPlanOptions options = { .n = 2, .height = height, .width = width, .train = TRUE, .transform = identity };
  LwPlan *plan = lw_backend_ref.compile (NULL, graph, &options, NULL);
  g_autoptr(LwWeights) weights = random_weights (graph), gradients = lw_weights_new ();
  g_autoptr(GArray) infos = lw_graph_tensors (graph);
  Sample sample = sample_new (2, height, width, graph->classes);
  static const float class_weights[] = { 0.5f, 3, 1 };
  LwLossOptions options_used = { .class_weights = weighted ? class_weights : NULL }, *used = &options_used;
  double loss;

  g_assert_true (lw_backend_ref.load (plan, weights, NULL));
  if (hard)
    used->hard_below = bound_in_a_gap (plan, weights, &sample);
  g_assert_true (lw_backend_ref.gradients (plan, &sample.batch, used, gradients, &loss, NULL));
  for (guint t = 0; t < infos->len; t++)
    {
      const LwTensorInfo *info = &g_array_index (infos, LwTensorInfo, t);
      const LwTensor *gradient = lw_weights_get (gradients, info->name);

      g_assert_true ((gradient != NULL) == info->trainable);
      for (gsize k = 0; gradient != NULL && k < info->count; k++)
        check_element (plan, weights, lw_weights_get (weights, info->name), k, &sample, used, (double) gradient->data[k]);
    }
  sample_clear (&sample);
  lw_backend_ref.free_plan (plan);
}

static void
test_gradients (void)
{
  g_autoptr(LwGraph) graph = all_layers (), others = other_layers ();

  check_gradients (graph, 7, 9, FALSE, FALSE);
  check_gradients (graph, 8, 6, TRUE, FALSE);
  check_gradients (others, 15, 17, FALSE, FALSE);
  check_gradients (others, 16, 12, TRUE, FALSE);
}

static void
test_hard_gradients (void)
{
  g_autoptr(LwGraph) graph = all_layers ();

  check_gradients (graph, 7, 9, FALSE, TRUE);
  check_gradients (graph, 6, 5, TRUE, TRUE);
}

/* Eight pixels whose losses are known, one of them without a label: which of them count, and what comes out. */
static void
check_hard (const LwLossOptions *options, const float *class_weights, guint64 pixels, double expected)
{
  g_autoptr(LwGraph) graph = lw_graph_new ("hard", 3);
  g_autoptr(LwWeights) none = lw_weights_new ();
  /* Channel 0 less the others; the losses are log (1 + 2 e^-s): 3.39, 1.89, 1.10, 0.55, 0.24, 0.10, 0.036 and, without a label, 3.39. */
  static const float input[24] = { -2.67f, -1.04f, 0, 1, 2, 3, 4, -2.67f };
  static const guint8 labels[] = { 0, 0, 0, 0, 0, 0, 0, 255 };
  LwPlanOptions plan_options = { .n = 1, .height = 2, .width = 4, .train = TRUE, .transform = identity };
  LwOptimizer optimizer = { .loss = *options };
  LwStepStats stats;

  optimizer.loss.class_weights = class_weights;
  lw_graph_score (graph, 0, 1, 0);
  LwPlan *plan = lw_backend_ref.compile (NULL, graph, &plan_options, NULL);

  g_assert_true (lw_backend_ref.load (plan, none, NULL));
  g_assert_true (lw_backend_ref.step (plan, &(LwBatch) { .input = input, .labels = labels }, &optimizer, &stats, NULL, NULL, NULL));
  g_assert_cmpuint (stats.pixels, ==, pixels);
  g_assert_cmpfloat_with_epsilon (stats.loss, expected, 1e-6);
  lw_backend_ref.free_plan (plan);
}

static void
test_hard (void)
{
  double loss[] = { log1p (2 * exp (2.67)), log1p (2 * exp (1.04)), log (3), log1p (2 * exp (-1)), log1p (2 * exp (-2)), log1p (2 * exp (-3)), log1p (2 * exp (-4)) };
  double three = (loss[0] + loss[1] + loss[2]) / 3, all = 0;
  static const float weights[] = { 5, 1, 1 };

  for (int i = 0; i < 7; i++)
    all += loss[i] / 7;
  check_hard (&(LwLossOptions) { 0 }, NULL, 7, all);
  check_hard (&(LwLossOptions) { .hard_below = 1 }, NULL, 7, all);
  check_hard (&(LwLossOptions) { .hard_below = 0.4f }, NULL, 3, three);                         /* -log 0.4 = 0.92 */
  check_hard (&(LwLossOptions) { .hard_below = 0.4f }, weights, 3, three);                      /* a mean: of one class the weight is nothing */
  check_hard (&(LwLossOptions) { .hard_below = 0.4f, .hard_share = 0.42f }, NULL, 3, three);    /* 3 of the 7 that have a label */
  check_hard (&(LwLossOptions) { .hard_below = 0.001f, .hard_share = 0.42f }, NULL, 3, three);
  check_hard (&(LwLossOptions) { .hard_below = 0.001f, .hard_share = 0.01f }, NULL, 1, loss[0]);
  check_hard (&(LwLossOptions) { .hard_below = 0.001f, .hard_share = 1 }, NULL, 7, all);
  check_hard (&(LwLossOptions) { .hard_below = 0.001f }, NULL, 0, 0);
}

/* Levels never fall with the loss, and an eighth of an octave apart they differ. */
static void
test_hard_levels (void)
{
  g_assert_cmpint (lw_hard_level (0), ==, 1);
  g_assert_cmpint (lw_hard_level (-0.f), ==, 1);
  g_assert_cmpint (lw_hard_level (1e-30f), ==, 1);
  g_assert_cmpint (lw_hard_level (1e30f), ==, LW_HARD_LEVELS - 2);
  g_assert_cmpint (lw_hard_level (INFINITY), ==, LW_HARD_LEVELS - 2);
  g_assert_cmpint (lw_hard_level (NAN), ==, LW_HARD_LEVELS - 2);
  for (int i = -24 * 8; i < 7 * 8; i++)
    {
      float octave = ldexpf (1, (i + 24 * 8) / 8 - 24), edge = octave * (1 + (float) ((i + 24 * 8) % 8) / 8);

      g_assert_cmpint (lw_hard_level (edge), ==, i + 24 * 8 + 1);
      g_assert_cmpint (lw_hard_level (nextafterf (edge, 0)), ==, MAX (1, i + 24 * 8));
    }
}

/* Layers by hand: the scores that come out of a picture of three planes. */
static void
assert_scores (const LwGraph *graph, const LwWeights *weights, int height, int width, const float *input, const double *expected, gsize n)
{
  LwPlanOptions options = { .n = 1, .height = height, .width = width, .transform = identity };
  LwPlan *plan = lw_backend_ref.compile (NULL, graph, &options, NULL);
  g_autofree float *scores = g_new (float, n);
  LwResult result = { .scores = scores };

  g_assert_true (lw_backend_ref.load (plan, weights, NULL));
  g_assert_true (lw_backend_ref.run (plan, &(LwBatch) { .input = input }, &result, NULL, NULL, NULL));
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon ((double) scores[i], expected[i], 1e-6);
  lw_backend_ref.free_plan (plan);
}

/* 3x3 by 2 with a rim of 1: what is padded never wins, even over negative numbers. */
static void
test_padded_pool (void)
{
  g_autoptr(LwGraph) graph = lw_graph_new ("pool", 3);
  g_autoptr(LwWeights) none = lw_weights_new ();
  static const float input[] = { -5, -4, -3, -2, -9, -8, -7, -6,   1, 2, 3, 4, 5, 6, 7, 8,   8, 7, 6, 5, 4, 3, 2, 1 };     /* 2 x 4 each */
  static const double expected[] = { -4, -2, 6, 8, 8, 7 };

  lw_graph_score (graph, lw_graph_max_pool_3x3 (graph, 0, "pool"), 2, 0);
  assert_scores (graph, none, 2, 4, input, expected, G_N_ELEMENTS (expected));
}

/* One pixel of three channels through (3, 2, 2, 2) filters: tap (i, j) of filter (c, o) is 100 c + 10 o + 2 i + j. */
static void
test_up_conv (void)
{
  g_autoptr(LwGraph) graph = lw_graph_new ("up", 2);
  static const float input[] = { 1, 2, 3 };
  double expected[8];

  lw_graph_score (graph, lw_graph_up_conv (graph, 0, "up", 2), 1, 0);
  g_autoptr(LwWeights) weights = lw_weights_init (graph, 1);
  LwTensor *filters = lw_weights_get (weights, "up.weight");

  g_assert_cmpint (filters->dims[0], ==, 3);
  g_assert_cmpint (filters->dims[1], ==, 2);
  for (int i = 0; i < 24; i++)
    filters->data[i] = (float) (i / 8 * 100 + i / 4 % 2 * 10 + i % 4);
  lw_weights_get (weights, "up.bias")->data[1] = 0.5f;
  for (int i = 0; i < 8; i++)
    expected[i] = (2 * 100 + 3 * 200) + 6 * (i / 4 * 10 + i % 4) + (i / 4) * 0.5;
  assert_scores (graph, weights, 1, 1, input, expected, 8);
}

static void
test_lrn (void)
{
  g_autoptr(LwGraph) graph = lw_graph_new ("lrn", 3);
  g_autoptr(LwWeights) none = lw_weights_new ();
  static const float input[] = { 1, 2, -3 };
  const double expected[] = { 1 / sqrt (2 + 3.0 / 3 * (1 + 4)), 2 / sqrt (2 + 3.0 / 3 * (1 + 4 + 9)), -3 / sqrt (2 + 3.0 / 3 * (4 + 9)) };

  lw_graph_score (graph, lw_graph_lrn (graph, 0, "lrn", 3, 3, 0.5f, 2), 1, 0);
  assert_scores (graph, none, 1, 1, input, expected, 3);
}

/* All weights of a tensor at once, up the gradient by random steps: the loss must change by the gradient along them. */
static void
check_tensor (LwPlan *plan, const LwWeights *weights, const LwTensor *gradient, const Sample *sample)
{
  g_autoptr(LwWeights) above = lw_weights_copy (weights), below = lw_weights_copy (weights);
  float *a = lw_weights_get (above, gradient->name)->data, *b = lw_weights_get (below, gradient->name)->data;
  double expected = 0;

  for (gsize i = 0; i < gradient->count; i++)
    {
      float step = copysignf ((float) g_test_rand_double_range (0.5, 1) * STEP, gradient->data[i]);

      a[i] += step;
      b[i] -= step;
      expected += (double) gradient->data[i] * ((double) a[i] - (double) b[i]);
    }
  double measured = loss_of (plan, above, sample, NULL) - loss_of (plan, below, sample, NULL);

  if (fabs (measured - expected) > 0.01 * fabs (expected) + 1e-12)
    g_error ("%s: the loss should change by %g, and does by %g", gradient->name, expected, measured);
}

static void
check_tensors (const LwGraph *graph, int height, int width, guint every)
{
  LwPlanOptions options = { .n = 2, .height = height, .width = width, .train = TRUE, .transform = identity };
  LwPlan *plan = lw_backend_ref.compile (NULL, graph, &options, NULL);
  g_autoptr(LwWeights) weights = random_weights (graph), gradients = lw_weights_new ();
  Sample sample = sample_new (2, height, width, graph->classes);
  double loss;

  g_assert_true (lw_backend_ref.load (plan, weights, NULL));
  g_assert_true (lw_backend_ref.gradients (plan, &sample.batch, NULL, gradients, &loss, NULL));
  for (guint t = (guint) g_test_rand_int_range (0, (int) every); t < gradients->tensors->len; t += every)
    check_tensor (plan, weights, gradients->tensors->pdata[t], &sample);
  sample_clear (&sample);
  lw_backend_ref.free_plan (plan);
}

static void
test_gradients_of_networks (void)
{
  g_autoptr(LwGraph) plain = lw_fcn8s_lite (&(LwNetworkOptions) { .classes = 3 });
  g_autoptr(LwGraph) normalised = lw_fcn8s_lite (&(LwNetworkOptions) { .classes = 3, .batch_norm = TRUE });

  check_tensors (plain, 17, 23, 1);
  check_tensors (normalised, 65, 80, 20);     /* large enough for statistics of more than a few elements at the coarsest layer */
}

/* A graph that hands its input on as scores: what the final pass makes of a known grid. */
static void
test_sampling (void)
{
  g_autoptr(LwGraph) graph = lw_graph_new ("hand", 3);
  LwPlanOptions options = { .n = 1, .height = 2, .width = 2, .transform = identity };
  static const float grid[] = { 4, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 5 };    /* class 0 wins top left, 1 top right, 2 bottom right; bottom left a tie */
  guint8 labels[36], confidence[4];
  float scores[12];
  LwResult result = { .scores = scores, .labels = labels, .confidence = confidence, .out_width = 6, .out_height = 6 };

  lw_graph_score (graph, 0, 1, 0);
  LwPlan *plan = lw_backend_ref.compile (NULL, graph, &options, NULL);

  g_assert_true (lw_backend_ref.run (plan, &(LwBatch) { .input = grid }, &result, NULL, NULL, NULL));
  g_assert_cmpint (memcmp (scores, grid, sizeof grid), ==, 0);
  g_assert_cmpint (labels[0], ==, 0);
  g_assert_cmpint (labels[5], ==, 1);
  g_assert_cmpint (labels[35], ==, 2);
  g_assert_cmpint (labels[30], ==, 0);                   /* the first of equal ones */
  g_assert_cmpint (labels[2], ==, 0);                    /* column 2 of 6 lies at 1/3 of the way from cell 0 to 1 */
  g_assert_cmpint (labels[3], ==, 1);
  /* The first block's centre is at 2 of 6 pixels: a sixth of the way between the cells, both down and across. */
  double p0 = exp (4 * 5 / 6.0 * 5 / 6), p1 = exp (4 * 5 / 6.0 / 6), p2 = exp (5 / 36.0);

  g_assert_cmpint (confidence[0], ==, (int) (255 * p0 / (p0 + p1 + p2) + 0.5));
  lw_backend_ref.free_plan (plan);
}

/* FCN's published head: upsampled by an uncropped k16 s8 deconvolution, then cut at 31, is what an offset of 27 samples. */
static void
test_original_offset (void)
{
  g_autoptr(LwGraph) by_offset = lw_graph_new ("offset", 3), by_kernel = lw_graph_new ("kernel", 3);
  float grid[3 * 9 * 9];
  guint8 sampled[24 * 24], expected[24 * 24];
  double full[3][80][80];

  for (gsize i = 0; i < G_N_ELEMENTS (grid); i++)
    grid[i] = (float) g_test_rand_double_range (-3, 3);
  lw_graph_score (by_offset, 0, 8, 27);
  LwPlanOptions options = { .n = 1, .height = 9, .width = 9, .transform = identity };
  LwPlan *plan = lw_backend_ref.compile (NULL, by_offset, &options, NULL);
  LwResult result = { .labels = sampled, .out_width = 9, .out_height = 9 };

  g_assert_true (lw_backend_ref.run (plan, &(LwBatch) { .input = grid }, &result, NULL, NULL, NULL));
  lw_backend_ref.free_plan (plan);
  lw_graph_deconv (by_kernel, 0, "upscore8", 8, 0);
  lw_graph_score (by_kernel, 1, 1, 0);
  plan = lw_backend_ref.compile (NULL, by_kernel, &options, NULL);
  g_autofree float *scores = g_new (float, 3 * 80 * 80);
  LwResult upsampled = { .scores = scores };

  g_assert_true (lw_backend_ref.run (plan, &(LwBatch) { .input = grid }, &upsampled, NULL, NULL, NULL));
  lw_backend_ref.free_plan (plan);
  for (int i = 0; i < 3 * 80 * 80; i++)
    full[i / 6400][i / 80 % 80][i % 80] = (double) scores[i];
  for (int y = 0; y < 9; y++)
    for (int x = 0; x < 9; x++)
      {
        int best = 0;

        for (int c = 1; c < 3; c++)
          if (full[c][y + 31][x + 31] > full[best][y + 31][x + 31])
            best = c;
        expected[y * 9 + x] = (guint8) best;
      }
  g_assert_cmpint (memcmp (sampled, expected, 81), ==, 0);
}

/* One weight, whose gradient is known, through several steps by hand. */
static void
test_optimizers (void)
{
  for (int kind = LW_SGD; kind <= LW_ADAMW; kind++)
    {
      g_autoptr(LwGraph) graph = lw_graph_new ("one", 2);
      LwPlanOptions options = { .n = 1, .height = 1, .width = 1, .train = TRUE, .transform = identity };
      static const float input[] = { 1, 0, 0 };
      static const guint8 labels[] = { 0 };
      LwOptimizer optimizer = { .kind = kind, .rate = 0.05f, .momentum = 0.9f, .beta2 = 0.99f, .weight_decay = 0.05f, .bias_rate_factor = 2, .clip_norm = 0.3f };
      double w[2] = { 0, 0 }, first[2] = { 0, 0 }, second[2] = { 0, 0 };

      lw_graph_score (graph, lw_graph_conv (graph, 0, "matrix", 2, 1, 0, FALSE), 1, 0);
      g_array_index (graph->nodes, LwNode, 1).rate_factor = 2;          /* 0.1 in all */
      LwPlan *plan = lw_backend_ref.compile (NULL, graph, &options, NULL);
      g_autoptr(LwWeights) weights = lw_weights_init (graph, 1);

      memset (lw_weights_get (weights, "matrix.weight")->data, 0, 6 * sizeof (float));
      g_assert_true (lw_backend_ref.load (plan, weights, NULL));
      for (int t = 0; t < 5; t++)
        {
          double p = 1 / (1 + exp (w[1] - w[0])), norm = (1 - p) * sqrt (2), clip = norm > 0.3 ? (double) 0.3f / norm : 1;
          LwStepStats stats;

          optimizer.step = (guint64) t;
          g_assert_true (lw_backend_ref.step (plan, &(LwBatch) { .input = input, .labels = labels }, &optimizer, &stats, NULL, NULL, NULL));
          g_assert_cmpfloat_with_epsilon (stats.loss, -log (p), 1e-6);
          g_assert_cmpfloat_with_epsilon (stats.gradient_norm, norm, 1e-6);
          for (int i = 0; i < 2; i++)
            {
              double g = clip * (i == 0 ? p - 1 : 1 - p);

              if (kind == LW_SGD)
                w[i] -= (double) 0.1f * (first[i] = (double) 0.9f * first[i] + g + (double) 0.05f * w[i]);
              else
                {
                  first[i] = (double) 0.9f * first[i] + (1 - (double) 0.9f) * g;
                  second[i] = (double) 0.99f * second[i] + (1 - (double) 0.99f) * g * g;
                  w[i] -= (double) 0.1f * (first[i] / (1 - pow ((double) 0.9f, t + 1)) / (sqrt (second[i] / (1 - pow ((double) 0.99f, t + 1))) + 1e-8) + (double) 0.05f * w[i]);
                }
            }
        }
      g_assert_true (lw_backend_ref.save (plan, weights, NULL));
      g_assert_cmpfloat_with_epsilon (lw_weights_get (weights, "matrix.weight")->data[0], w[0], 1e-6);
      g_assert_cmpfloat_with_epsilon (lw_weights_get (weights, "matrix.weight")->data[3], w[1], 1e-6);
      lw_backend_ref.free_plan (plan);
    }
}

static void
score_into (const LwGraph *graph, const LwWeights *weights, const float *input, float *scores)
{
  LwPlanOptions options = { .n = 1, .height = 40, .width = 56, .transform = identity };
  LwPlan *plan = lw_backend_ref.compile (NULL, graph, &options, NULL);
  LwResult result = { .scores = scores };
  g_autoptr(GError) error = NULL;

  lw_backend_ref.load (plan, weights, &error);
  g_assert_no_error (error);
  g_assert_true (lw_backend_ref.run (plan, &(LwBatch) { .input = input }, &result, NULL, NULL, NULL));
  lw_backend_ref.free_plan (plan);
}

static void
assert_same_scores (const float *a, const float *b, int n)
{
  for (int i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (a[i], b[i], 2e-4 * (1 + fabs ((double) a[i])));
}

/* Folded, and unfolded again, a network says the same. */
static void
test_folding (void)
{
  g_autoptr(LwGraph) plain = lw_fcn8s_lite (&(LwNetworkOptions) { .classes = 3 });
  g_autoptr(LwGraph) normalised = lw_fcn8s_lite (&(LwNetworkOptions) { .classes = 3, .batch_norm = TRUE });
  g_autoptr(LwWeights) trained = random_weights (normalised);
  g_autoptr(LwWeights) folded = lw_batch_norm_fold (normalised, trained, plain), unfolded = lw_batch_norm_unfold (plain, folded, normalised);
  Sample sample = sample_new (1, 40, 56, 3);
  float a[3 * 35], b[3 * 35], c[3 * 35];

  score_into (normalised, trained, sample.input, a);
  score_into (plain, folded, sample.input, b);
  score_into (normalised, unfolded, sample.input, c);
  assert_same_scores (a, b, G_N_ELEMENTS (a));
  assert_same_scores (a, c, G_N_ELEMENTS (a));
  sample_clear (&sample);
}

static void
test_dropout (void)
{
  guint64 key = lw_dropout_key (5, 9, 31), kept = 0, agree = 0, n = 100000;

  for (guint64 i = 0; i < n; i++)
    {
      kept += lw_dropout_keep (key, i, 0.3f);
      agree += lw_dropout_keep (key, i, 0.5f) == lw_dropout_keep (lw_dropout_key (5, 10, 31), i, 0.5f);
    }
  g_assert_cmpfloat_with_epsilon ((double) kept / (double) n, 0.7, 0.01);
  g_assert_cmpfloat_with_epsilon ((double) agree / (double) n, 0.5, 0.01);
}

/* All pixels ignored: no loss, no gradient, nothing but decay moves; and no NaN. */
static void
test_all_ignored (void)
{
  g_autoptr(LwGraph) graph = all_layers ();
  LwPlanOptions options = { .n = 2, .height = 7, .width = 9, .train = TRUE, .transform = identity };
  LwPlan *plan = lw_backend_ref.compile (NULL, graph, &options, NULL);
  g_autoptr(LwWeights) weights = random_weights (graph), after = lw_weights_copy (weights);
  Sample sample = sample_new (2, 7, 9, 3);
  LwOptimizer optimizer = { .kind = LW_ADAMW, .rate = 0.1f, .momentum = 0.9f, .beta2 = 0.99f, .bias_rate_factor = 1 };
  LwStepStats stats;

  memset (sample.labels, 255, 2 * 7 * 9);
  g_assert_true (lw_backend_ref.load (plan, weights, NULL));
  g_assert_true (lw_backend_ref.step (plan, &sample.batch, &optimizer, &stats, NULL, NULL, NULL));
  g_assert_cmpfloat (stats.loss, ==, 0);
  g_assert_cmpuint (stats.pixels, ==, 0);
  g_assert_true (lw_backend_ref.save (plan, after, NULL));
  g_assert_cmpfloat (lw_weights_get (after, "third.weight")->data[1], ==, lw_weights_get (weights, "third.weight")->data[1]);
  g_assert_true (lw_weights_check (after, graph, NULL));
  sample_clear (&sample);
  lw_backend_ref.free_plan (plan);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/ref/gradients", test_gradients);
  g_test_add_func ("/nn/ref/gradients-of-networks", test_gradients_of_networks);
  g_test_add_func ("/nn/ref/hard-gradients", test_hard_gradients);
  g_test_add_func ("/nn/ref/hard-examples", test_hard);
  g_test_add_func ("/nn/ref/hard-levels", test_hard_levels);
  g_test_add_func ("/nn/ref/padded-pool", test_padded_pool);
  g_test_add_func ("/nn/ref/up-conv", test_up_conv);
  g_test_add_func ("/nn/ref/lrn", test_lrn);
  g_test_add_func ("/nn/ref/sampling", test_sampling);
  g_test_add_func ("/nn/ref/original-offset", test_original_offset);
  g_test_add_func ("/nn/ref/optimizers", test_optimizers);
  g_test_add_func ("/nn/ref/folding", test_folding);
  g_test_add_func ("/nn/ref/dropout", test_dropout);
  g_test_add_func ("/nn/ref/all-ignored", test_all_ignored);
  return g_test_run ();
}
