/* test-cpu-small.c: convolutions of small pictures by wide kernels, for which the CPU backend has code of its own, against the reference */
#include <string.h>
#include "compare.h"
#include "nn/graph/builder.h"

#define ROUNDS 8
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

static gboolean
ran_own_code (LwPlan *plan)
{
  g_autofree char *key = tested.backend->plan_key (plan);

  return strstr (key, "own-small") != NULL;
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

/* @own: (inout): whether our own code was taken */
static gboolean
agree (const LwGraph *graph, const Sample *sample, gboolean train, LwPrecision precision, double tolerance, gboolean *own)
{
  LwPlan *plan = repeatable_plan (graph, sample, train, precision), *reference = reference_new (graph, sample, train);
  g_autoptr(LwWeights) weights = random_weights (graph);
  double away;

  g_assert_true (plan != NULL && tested.backend->load (plan, weights, NULL) && lw_backend_ref.load (reference, weights, NULL));
  away = train ? gradients_distance (plan, reference, sample) : scores_distance (plan, reference, graph, sample);
  if (away > tolerance)
    g_test_message ("%d pictures of %d x %d, %s: %g away", sample->n, sample->width, sample->height, train ? "gradients" : "scores", away);
  *own |= ran_own_code (plan);
  tested.backend->free_plan (plan);
  lw_backend_ref.free_plan (reference);
  return away <= tolerance;
}

static void
check (gboolean train, LwPrecision precision, double tolerance)
{
  gboolean own = FALSE;

  for (int round = 0; round < ROUNDS; round++)
    {
      g_autoptr(LwGraph) graph = wide_graph ();
      gboolean right = FALSE;

      for (int try = 0; try < TRIES && !right; try++)
        {
          Sample sample = sample_new (g_test_rand_int_range (1, 3), g_test_rand_int_range (1, 8), g_test_rand_int_range (1, 14), graph->classes);

          right = agree (graph, &sample, train, precision, tolerance, &own);
          sample_clear (&sample);
        }
      g_assert_true (right);
    }
  if (tested_has_bfloat16 (&tested))    /* it has AVX-512, then */
    g_assert_true (own);
}

static void
test_scores (void)
{
  check (FALSE, LW_PRECISION_F32, 1e-5);
  if (tested_has_bfloat16 (&tested))
    check (FALSE, LW_PRECISION_BF16, 0.03);
}

static void
test_gradients (void)
{
  check (TRUE, LW_PRECISION_F32, 1e-4);
  if (tested_has_bfloat16 (&tested))
    check (TRUE, LW_PRECISION_BF16, 0.2);
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
  g_test_add_func ("/nn/cpu/small/scores", test_scores);
  g_test_add_func ("/nn/cpu/small/gradients", test_gradients);
  status = g_test_run ();
  tested_close (&tested);
  return status;
}
