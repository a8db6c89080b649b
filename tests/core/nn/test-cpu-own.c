/* test-cpu-own.c: convolutions for which the CPU backend has code of its own, against the reference: wide kernels on small pictures, 3x3 by Winograd's algorithm, 1x1 and 3x3
 * directly */
#include <string.h>
#include "compare.h"
#include "nn/graph/builder.h"

#define ROUNDS 8
#define PLACED_ROUNDS 40
#define TRIES 3                 /* a ReLU may switch on a difference in the last bit, but not for one picture after another */

static Tested tested;

/* The convolution under test takes and gives whole groups of channels, and something before it trains, so that its gradient by the input is needed, too. */
static LwGraph *
wide_graph (void)
{
  LwGraph *graph = lw_graph_new ("wide", 5);
  int kernel = 3 + 2 * g_test_rand_int_range (0, 3), in = 64 * g_test_rand_int_range (1, 3), out = 64 * g_test_rand_int_range (2, 4);
  int pad = g_test_rand_int_range (kernel / 2, kernel), x = lw_graph_conv (graph, 0, "first", in, 3, 1, TRUE);

  x = lw_graph_conv (graph, x, "wide", out, kernel, pad, g_test_rand_bit ());
  if (g_test_rand_bit ())
    x = lw_graph_relu (graph, x, "wide");
  x = lw_graph_conv (graph, x, "last", graph->classes, 1, 0, TRUE);
  lw_graph_score (graph, x, 1, 0);
  return graph;
}

/* The convolution “tested” with @in channels; half of the time its sums go on top of what another one has left, where that is as large.
 * Never to four groups of channels: those are for kernels/small.c where the picture is small. */
static LwGraph *
placed_graph (int in, int kernel, int pad)
{
  LwGraph *graph = lw_graph_new ("placed", 5);
  int groups = g_test_rand_int_range (0, 6), out = (groups >= 3 ? groups + 1 : groups) * 16 + g_test_rand_int_range (1, 17), x = lw_graph_conv (graph, 0, "first", in, 3, 1, TRUE);
  int other = kernel == 2 * pad + 1 && g_test_rand_bit () ? lw_graph_conv (graph, x, "other", out, 1, 0, TRUE) : -1;

  x = lw_graph_conv (graph, x, "tested", out, kernel, pad, g_test_rand_bit ());
  if (other >= 0)
    x = lw_graph_add (graph, x, other, "tested.sum");
  if (g_test_rand_bit ())
    x = lw_graph_relu (graph, x, "tested");
  x = lw_graph_conv (graph, x, "last", graph->classes, 1, 0, TRUE);
  lw_graph_score (graph, x, 1, 0);
  return graph;
}

static gboolean
ran (LwPlan *plan, const char *code)
{
  g_autofree char *key = tested.backend->plan_key (plan);

  return strstr (key, code) != NULL;
}

static double
scores_distance (LwPlan *plan, LwPlan *reference, const LwGraph *graph, const Sample *sample)
{
  gsize count;
  g_autofree float *got = scores_of (tested.backend, plan, graph, sample, &count), *wanted = scores_of (&lw_backend_ref, reference, graph, sample, &count);

  return distance (got, wanted, count);
}

/* The worst of all tensors. */
static double
gradients_distance (LwPlan *plan, LwPlan *reference, const Sample *sample)
{
  g_autoptr(LwWeights) got = lw_weights_new (), wanted = lw_weights_new ();
  double loss, worst = 0;

  g_assert_true (tested.backend->gradients (plan, &sample->batch, NULL, got, &loss, NULL) && lw_backend_ref.gradients (reference, &sample->batch, NULL, wanted, &loss, NULL));
  for (guint t = 0; t < wanted->tensors->len; t++)
    {
      const LwTensor *b = wanted->tensors->pdata[t], *a = lw_weights_get (got, b->name);

      worst = MAX (worst, distance (a->data, b->data, b->count));
    }
  return worst;
}

/* A plan that measures nothing takes our own code wherever it can. */
static LwPlan *
repeatable_plan (const LwGraph *graph, const Sample *sample, gboolean train, LwPrecision precision)
{
  LwPlanOptions options = { .n = sample->n, .height = sample->height, .width = sample->width, .train = train, .precision = precision, .deterministic = TRUE,
                            .transform = { { 0, 0, 0 }, { 1, 1, 1 }, FALSE } };

  return tested.backend->compile (tested.device, graph, &options, NULL);
}

/* @own: (inout): whether @code was taken */
static gboolean
agree (const LwGraph *graph, const Sample *sample, gboolean train, LwPrecision precision, double tolerance, const char *code, gboolean *own)
{
  LwPlan *plan = repeatable_plan (graph, sample, train, precision), *reference = reference_new (graph, sample, train);
  g_autoptr(LwWeights) weights = random_weights (graph);
  double away;

  g_assert_true (plan != NULL && tested.backend->load (plan, weights, NULL) && lw_backend_ref.load (reference, weights, NULL));
  away = train ? gradients_distance (plan, reference, sample) : scores_distance (plan, reference, graph, sample);
  if (away > tolerance)
    g_test_message ("%d pictures of %d x %d, %s: %g away", sample->n, sample->width, sample->height, train ? "gradients" : "scores", away);
  *own |= ran (plan, code);
  tested.backend->free_plan (plan);
  lw_backend_ref.free_plan (reference);
  return away <= tolerance;
}

static void
check_small (gboolean train, LwPrecision precision, double tolerance)
{
  gboolean own = FALSE;

  for (int round = 0; round < ROUNDS; round++)
    {
      g_autoptr(LwGraph) graph = wide_graph ();
      gboolean right = FALSE;

      for (int try = 0; try < TRIES && !right; try++)
        {
          Sample sample = sample_new (g_test_rand_int_range (1, 3), g_test_rand_int_range (1, 8), g_test_rand_int_range (1, 14), graph->classes);

          right = agree (graph, &sample, train, precision, tolerance, "own-small", &own);
          sample_clear (&sample);
        }
      g_assert_true (right);
    }
  if (tested_has_bfloat16 (&tested))    /* it has AVX-512, then */
    g_assert_true (own);
}

static LwGraph *
winograd_graph (void)
{
  return placed_graph (g_test_rand_int_range (1, 80), 3, g_test_rand_int_range (0, 3));
}

/* One time in four so many channels that their filters go through the caches in several chunks. */
static LwGraph *
direct_graph (void)
{
  int most = g_test_rand_int_range (0, 4) == 0 ? 1200 : 150, kernel = g_test_rand_bit () ? 1 : 3;

  return placed_graph (g_test_rand_int_range (1, kernel == 3 ? most / 2 : most), kernel, kernel / 2);
}

/* From one pixel to some hundred tiles, which are more than one chunk, or block. */
static void
check_placed (LwGraph *graph_new (void), LwPrecision precision, double tolerance, const char *code)
{
  for (int round = 0; round < PLACED_ROUNDS; round++)
    {
      g_autoptr(LwGraph) graph = graph_new ();
      gboolean right = FALSE, own = FALSE;
      int most = round % 4 == 0 ? 70 : 20;

      for (int try = 0; try < TRIES && !right; try++)
        {
          Sample sample = sample_new (g_test_rand_int_range (1, 4), g_test_rand_int_range (3, most), g_test_rand_int_range (3, most), graph->classes);

          right = agree (graph, &sample, FALSE, precision, tolerance, code, &own);
          sample_clear (&sample);
        }
      g_assert_true (right && own);
    }
}

static void
test_winograd (void)
{
  check_placed (winograd_graph, LW_PRECISION_WINOGRAD, 1e-5, "tested forward=own-winograd");
  if (tested_has_bfloat16 (&tested))
    check_placed (winograd_graph, LW_PRECISION_MIXED, 0.03, "tested forward=own-winograd");
}

static void
test_direct (void)
{
  check_placed (direct_graph, LW_PRECISION_F32, 1e-5, "tested forward=own-direct");
  if (tested_has_bfloat16 (&tested))
    check_placed (direct_graph, LW_PRECISION_BF16, 0.03, "tested forward=own-direct-bf16");
}

static void
test_small_scores (void)
{
  check_small (FALSE, LW_PRECISION_F32, 1e-5);
  if (tested_has_bfloat16 (&tested))
    check_small (FALSE, LW_PRECISION_BF16, 0.03);
}

static void
test_small_gradients (void)
{
  check_small (TRUE, LW_PRECISION_F32, 1e-4);
  if (tested_has_bfloat16 (&tested))
    check_small (TRUE, LW_PRECISION_BF16, 0.2);
}

static void
add_tests (void)
{
  g_test_add_func ("/nn/cpu/own/winograd", test_winograd);
  g_test_add_func ("/nn/cpu/own/direct", test_direct);
  g_test_add_func ("/nn/cpu/own/small-scores", test_small_scores);
  g_test_add_func ("/nn/cpu/own/small-gradients", test_small_gradients);
}

int
main (int argc, char **argv)
{
  return tested_main (argc, argv, &tested, add_tests);
}
