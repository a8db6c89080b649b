/* test-cpu-thinning.c: pixels that every reader of an output leaves out, which the CPU backend does not compute, against the reference, which does */
#include <string.h>
#include "compare.h"
#include "nn/graph/builder.h"

#define ROUNDS 40

static Tested tested;

/* A residual block; its sum's other way may be read by more than the block. */
static int
block (LwGraph *graph, int x, int channels, int number)
{
  g_autofree char *narrow = g_strdup_printf ("narrow%d", number), *middle = g_strdup_printf ("middle%d", number), *wide = g_strdup_printf ("wide%d", number),
                  *sum = g_strdup_printf ("sum%d", number);
  int y = lw_graph_relu (graph, lw_graph_conv (graph, x, narrow, 8, 1, 0, TRUE), narrow);

  y = lw_graph_relu (graph, lw_graph_conv (graph, y, middle, 24, 3, 1, TRUE), middle);
  y = lw_graph_conv (graph, y, wide, channels, 1, 0, TRUE);
  return lw_graph_relu (graph, g_test_rand_bit () ? lw_graph_add (graph, x, y, sum) : lw_graph_add (graph, y, x, sum), sum);
}

/* Blocks of which only every second row and column is read, by two convolutions; or now and then also whole, by a third one, or as the size to which something is cut. */
static LwGraph *
thin_graph (void)
{
  LwGraph *graph = lw_graph_new ("thin", 5);
  int channels = g_test_rand_int_range (1, 40), x = lw_graph_conv (graph, 0, "first", channels, 3, 1, TRUE), z;

  for (int i = 0, blocks = g_test_rand_int_range (1, 4); i < blocks; i++)
    x = block (graph, x, channels, i);
  z = lw_graph_add (graph, lw_graph_conv_strided (graph, x, "left", 20, 1, 2, 0, TRUE), lw_graph_conv_strided (graph, x, "right", 20, 1, 2, 0, TRUE), "both");
  if (g_test_rand_int_range (0, 3) == 0)
    z = lw_graph_add (graph, z, lw_graph_conv_strided (graph, x, "whole", 20, 3, 2, 1, TRUE), "three");
  if (g_test_rand_int_range (0, 3) > 0)
    {
      lw_graph_score (graph, lw_graph_conv (graph, z, "last", graph->classes, 1, 0, TRUE), 2, 0);
      return graph;
    }
  z = lw_graph_crop (graph, lw_graph_up_conv (graph, z, "up", 12), "cut", x, 0);
  lw_graph_score (graph, lw_graph_conv (graph, z, "last", graph->classes, 1, 0, TRUE), 1, 0);
  return graph;
}

static void
check (LwPrecision precision, double tolerance)
{
  for (int round = 0; round < ROUNDS; round++)
    {
      g_autoptr(LwGraph) graph = thin_graph ();
      Sample sample = sample_new (g_test_rand_int_range (1, 3), g_test_rand_int_range (1, 30), g_test_rand_int_range (1, 30), graph->classes);
      LwPlan *plan = plan_new (&tested, graph, &sample, FALSE, precision), *reference = reference_new (graph, &sample, FALSE);
      g_autoptr(LwWeights) weights = random_weights (graph);
      gsize count;

      g_assert_true (plan != NULL && tested.backend->load (plan, weights, NULL) && lw_backend_ref.load (reference, weights, NULL));
      g_autofree float *got = scores_of (tested.backend, plan, graph, &sample, &count), *wanted = scores_of (&lw_backend_ref, reference, graph, &sample, &count);

      g_test_message ("%d pictures of %d x %d: %g away", sample.n, sample.width, sample.height, distance (got, wanted, count));
      g_assert_cmpfloat (distance (got, wanted, count), <, tolerance);
      tested.backend->free_plan (plan);
      lw_backend_ref.free_plan (reference);
      sample_clear (&sample);
    }
}

static void
test_scores (void)
{
  check (LW_PRECISION_F32, 1e-5);
  if (tested_has_bfloat16 (&tested))
    check (LW_PRECISION_BF16, 0.05);
}

static void
add_tests (void)
{
  g_test_add_func ("/nn/cpu/thinning/scores", test_scores);
}

int
main (int argc, char **argv)
{
  return tested_main (argc, argv, &tested, add_tests);
}
