/* test-cpu-architectures.c: the larger networks on the CPU, whole, against the reference: scores, and gradients of every tensor */
#include <math.h>
#include <string.h>
#include "compare.h"
#include "nn/networks/networks.h"

#define TRIES 3         /* a pool that chooses otherwise by the last bit sends a whole value elsewhere, but not for one picture after another */

static Tested tested;

typedef struct {
  const char *architecture;
  int n, height, width;        /* of the picture for scores: odd sizes */
  int side;                    /* of the one for gradients */
  double bfloat16;             /* how far its scores may be away */
} Case;

static const Case cases[] = {
  { "segnet", 1, 33, 21, 32, 0.4 },             /* bfloat16 decides otherwise which of two neighbours is the maximum, and the decoder unpools there */
  { "segnet-basic", 2, 37, 25, 32, 0.4 },
  { "unet", 1, 25, 35, 24, 0.05 },
  { "fcn8s-resnet50", 2, 41, 70, 40, 0.06 },
  { "fcn8s-resnet50-b", 1, 65, 33, 40, 0.06 },
};

static gboolean
has_bfloat16 (void)
{
  g_autofree char *text = tested.backend->describe (tested.device);

  return strstr (text, "bfloat16") != NULL;
}

/* ---- scores ---- */

static gboolean
scores_agree (const LwGraph *graph, const Sample *sample, const LwWeights *weights, const float *wanted, LwPrecision precision, double tolerance)
{
  LwPlan *plan = plan_new (&tested, graph, sample, FALSE, precision);
  gsize count;

  g_assert_true (tested.backend->load (plan, weights, NULL));
  g_autofree float *got = scores_of (tested.backend, plan, graph, sample, &count);
  double away = distance (got, wanted, count);

  g_test_message ("%s: %g away", graph->architecture, away);
  tested.backend->free_plan (plan);
  return away < tolerance;
}

/* One random picture and random weights. */
static gboolean
try_scores (const Case *c, const LwGraph *graph)
{
  Sample sample = sample_new (c->n, c->height, c->width, graph->classes);
  g_autoptr(LwWeights) weights = random_weights (graph);
  LwPlan *reference = reference_new (graph, &sample, FALSE);
  gsize count;

  g_assert_true (lw_backend_ref.load (reference, weights, NULL));
  g_autofree float *wanted = scores_of (&lw_backend_ref, reference, graph, &sample, &count);
  gboolean agree = scores_agree (graph, &sample, weights, wanted, LW_PRECISION_F32, 2e-4) && scores_agree (graph, &sample, weights, wanted, LW_PRECISION_WINOGRAD, 2e-4);

  if (agree && has_bfloat16 ())
    agree = scores_agree (graph, &sample, weights, wanted, LW_PRECISION_BF16, c->bfloat16)
            && scores_agree (graph, &sample, weights, wanted, LW_PRECISION_MIXED, c->bfloat16);
  lw_backend_ref.free_plan (reference);
  sample_clear (&sample);
  return agree;
}

static void
test_scores (gconstpointer data)
{
  const Case *c = data;

  for (int batch_norm = 0; batch_norm < 2; batch_norm++)
    {
      g_autoptr(LwGraph) graph = lw_network_new (c->architecture, &(LwNetworkOptions) { .classes = 11, .batch_norm = batch_norm });
      gboolean agree = FALSE;

      for (int try = 0; try < TRIES && !agree; try++)
        agree = try_scores (c, graph);
      g_assert_true (agree);
    }
}

/* ---- gradients ---- */

/* The worst of all tensors that are more than rounding. */
static double
worst_gradient (const LwWeights *got, const LwWeights *wanted)
{
  double worst = 0, largest = 0;

  for (int pass = 0; pass < 2; pass++)
    for (guint t = 0; t < wanted->tensors->len; t++)
      {
        const LwTensor *b = wanted->tensors->pdata[t], *a = lw_weights_get (got, b->name);
        double size = 0;

        g_assert_true (a != NULL && a->count == b->count);
        for (gsize i = 0; i < b->count; i++)
          size = MAX (size, fabs ((double) b->data[i]));
        if (pass == 0)
          largest = MAX (largest, size);
        else if (size > 1e-4 * largest)
          worst = MAX (worst, distance (a->data, b->data, b->count));
      }
  return worst;
}

/* Sixteen blocks that each add as much as there is would end in scores of hundreds. */
static void
tame_residuals (LwWeights *weights)
{
  for (guint t = 0; t < weights->tensors->len; t++)
    {
      LwTensor *tensor = weights->tensors->pdata[t];

      for (gsize i = 0; i < tensor->count && g_str_has_suffix (tensor->name, ".conv3.weight"); i++)
        tensor->data[i] *= 0.2f;
    }
}

static double
gradients_away (const LwGraph *graph, int side)
{
  Sample sample = sample_new (1, side, side, graph->classes);
  g_autoptr(LwWeights) weights = random_weights (graph), got = lw_weights_new (), wanted = lw_weights_new ();
  LwPlan *plan = plan_new (&tested, graph, &sample, TRUE, LW_PRECISION_F32), *reference = reference_new (graph, &sample, TRUE);
  double loss, wanted_loss;

  tame_residuals (weights);
  g_assert_true (tested.backend->load (plan, weights, NULL) && lw_backend_ref.load (reference, weights, NULL));
  g_assert_true (tested.backend->gradients (plan, &sample.batch, NULL, got, &loss, NULL));
  g_assert_true (lw_backend_ref.gradients (reference, &sample.batch, NULL, wanted, &wanted_loss, NULL));
  g_assert_cmpfloat_with_epsilon (loss, wanted_loss, 2e-3 * (1 + wanted_loss));
  tested.backend->free_plan (plan);
  lw_backend_ref.free_plan (reference);
  sample_clear (&sample);
  return worst_gradient (got, wanted);
}

/* Without the batch's statistics, which over the few pixels of the coarsest level make much of little; test-backend-ops.c has those. */
static void
test_gradients (gconstpointer data)
{
  const Case *c = data;
  g_autoptr(LwGraph) graph = lw_network_new (c->architecture, &(LwNetworkOptions) { .classes = 11 });
  double away = 1;

  for (int try = 0; try < TRIES && away > 0.005; try++)
    {
      away = gradients_away (graph, c->side);
      g_test_message ("%s: %g away", c->architecture, away);
    }
  g_assert_cmpfloat (away, <=, 0.005);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  tested = tested_open (argc, argv);
  if (tested.backend == NULL)
    {
      g_print ("1..0 # SKIP built without oneDNN\n");
      return 0;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *scores = g_strconcat ("/nn/cpu/scores/", cases[i].architecture, NULL);
      g_autofree char *gradients = g_strconcat ("/nn/cpu/gradients/", cases[i].architecture, NULL);

      g_test_add_data_func (scores, &cases[i], test_scores);
      g_test_add_data_func (gradients, &cases[i], test_gradients);
    }
  status = g_test_run ();
  tested_close (&tested);
  return status;
}
