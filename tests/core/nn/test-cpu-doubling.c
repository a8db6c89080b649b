/* test-cpu-doubling.c: learned upsampling, for which the CPU backend has code of its own, against the reference */
#include <string.h>
#include "compare.h"
#include "nn/graph/builder.h"

#define ROUNDS 12

static Tested tested;

/* Its output goes on, alone or behind other channels, or is the grid of scores itself, which stays float32; and what comes before it trains, too. Nothing switches, so that
 * no last bit makes a difference. */
static LwGraph *
doubling_graph (void)
{
  LwGraph *graph = lw_graph_new ("doubling", 5);
  gboolean scores = g_test_rand_int_range (0, 4) == 0;
  int first = lw_graph_conv (graph, 0, "first", g_test_rand_int_range (1, 5) * 16, 3, 1, TRUE), x;

  x = lw_graph_conv_strided (graph, first, "halve", 16 * g_test_rand_int_range (1, 9), 3, 2, 1, TRUE);
  x = lw_graph_crop (graph, lw_graph_up_conv (graph, x, "up", scores ? graph->classes : g_test_rand_int_range (1, 130)), "cut", first, 0);
  if (!scores && g_test_rand_bit ())
    x = lw_graph_concat (graph, first, x, "both");
  if (!scores)
    x = lw_graph_conv (graph, x, "last", graph->classes, 1, 0, TRUE);
  lw_graph_score (graph, x, 1, 0);
  return graph;
}

static gboolean
ran_own_code (LwPlan *plan)
{
  g_autofree char *key = tested.backend->plan_key (plan);

  return strstr (key, "own-doubling") != NULL;
}

static void
check_scores (LwPlan *plan, LwPlan *reference, const LwGraph *graph, const Sample *sample, double tolerance)
{
  gsize count;
  g_autofree float *got = scores_of (tested.backend, plan, graph, sample, &count), *wanted = scores_of (&lw_backend_ref, reference, graph, sample, &count);

  g_assert_cmpfloat (distance (got, wanted, count), <, tolerance);
}

static void
check_gradients (LwPlan *plan, LwPlan *reference, const Sample *sample, double tolerance)
{
  g_autoptr(LwWeights) got = lw_weights_new (), wanted = lw_weights_new ();
  double loss;

  g_assert_true (tested.backend->gradients (plan, &sample->batch, NULL, got, &loss, NULL) && lw_backend_ref.gradients (reference, &sample->batch, NULL, wanted, &loss, NULL));
  for (guint t = 0; t < wanted->tensors->len; t++)
    {
      const LwTensor *b = wanted->tensors->pdata[t], *a = lw_weights_get (got, b->name);

      g_test_message ("%s: %g away", b->name, distance (a->data, b->data, b->count));
      g_assert_cmpfloat (distance (a->data, b->data, b->count), <, tolerance);
    }
}

static void
check (gboolean train, LwPrecision precision, double tolerance)
{
  for (int round = 0; round < ROUNDS; round++)
    {
      g_autoptr(LwGraph) graph = doubling_graph ();
      Sample sample = sample_new (g_test_rand_int_range (1, 3), g_test_rand_int_range (1, 40), g_test_rand_int_range (1, 60), graph->classes);
      LwPlan *plan = plan_new (&tested, graph, &sample, train, precision), *reference = reference_new (graph, &sample, train);
      g_autoptr(LwWeights) weights = random_weights (graph);

      g_test_message ("%d pictures of %d x %d", sample.n, sample.width, sample.height);
      g_assert_true (plan != NULL && tested.backend->load (plan, weights, NULL) && lw_backend_ref.load (reference, weights, NULL));
      g_assert_true (ran_own_code (plan));
      if (train)
        check_gradients (plan, reference, &sample, tolerance);
      else
        check_scores (plan, reference, graph, &sample, tolerance);
      tested.backend->free_plan (plan);
      lw_backend_ref.free_plan (reference);
      sample_clear (&sample);
    }
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
  check (TRUE, LW_PRECISION_F32, 1e-5);
  if (tested_has_bfloat16 (&tested))
    check (TRUE, LW_PRECISION_BF16, 0.05);
}

static void
add_tests (void)
{
  g_test_add_func ("/nn/cpu/doubling/scores", test_scores);
  g_test_add_func ("/nn/cpu/doubling/gradients", test_gradients);
}

int
main (int argc, char **argv)
{
  return tested_main (argc, argv, &tested, add_tests);
}
