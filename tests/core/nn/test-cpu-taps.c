/* test-cpu-taps.c: taps of a kernel that meet no pixel have a gradient of zero to the bit, also where more threads run than there are processors */
#include <math.h>
#include "compare.h"
#include "nn/graph/builder.h"

#define THREADS 4               /* of ours, each with a team of OpenMP's: oneDNN 2.6 goes wrong when they wait for a processor */
#define ROUNDS 8
#define REPEATS 30              /* gradients of a plan */

typedef struct {
  int kernel, stride, pad, in, out;    /* of the convolution under test */
  Sample sample;
  LwPrecision precision;
  LwGraph *graph;
  LwWeights *weights, *wanted;
  gsize missed;                /* gradients of taps that meet no pixel */
  gsize wrong;                 /* of these such that were not zero, in all repetitions */
  double away;                 /* from the reference, of all tensors and repetitions the worst */
} Case;

static Tested tested;

static LwGraph *
graph_of (const Case *c)
{
  LwGraph *graph = lw_graph_new ("taps", 5);
  int x = lw_graph_conv (graph, 0, "first", c->in, 1, 0, TRUE);

  x = lw_graph_conv_strided (graph, x, "wide", c->out, c->kernel, c->stride, c->pad, TRUE);
  lw_graph_score (graph, lw_graph_conv (graph, x, "last", graph->classes, 1, 0, TRUE), c->stride, 0);
  return graph;
}

/* Of one of some thousand shapes: most taps meet a pixel in some, few in others. Channels that fill no group are among them. */
static Case
random_case (void)
{
  Case c = { .kernel = 3 + 2 * g_test_rand_int_range (0, 3), .stride = g_test_rand_int_range (1, 3) };

  c.pad = c.kernel / 2;
  c.in = g_test_rand_bit () ? 64 * g_test_rand_int_range (1, 3) : g_test_rand_int_range (3, 40);
  c.out = g_test_rand_bit () ? 64 * g_test_rand_int_range (2, 4) : g_test_rand_int_range (1, 40);
  c.sample = sample_new (g_test_rand_int_range (1, 3), g_test_rand_int_range (1, c.pad + 1), g_test_rand_int_range (1, 8), 5);
  return c;
}

/* A row of pixels, which went wrong every time. */
static Case
row_case (void)
{
  return (Case) { .kernel = 7, .stride = 1, .pad = 3, .in = 128, .out = 128, .sample = sample_new (1, 1, 5, 5) };
}

static Case
case_new (gboolean row, LwPrecision precision)
{
  Case c = row ? row_case () : random_case ();
  LwPlan *reference;
  double loss;

  c.precision = precision;
  c.graph = graph_of (&c);
  c.weights = random_weights (c.graph);
  c.wanted = lw_weights_new ();
  reference = reference_new (c.graph, &c.sample, TRUE);
  g_assert_true (lw_backend_ref.load (reference, c.weights, NULL) && lw_backend_ref.gradients (reference, &c.sample.batch, NULL, c.wanted, &loss, NULL));
  lw_backend_ref.free_plan (reference);
  return c;
}

static void
case_clear (Case *c)
{
  sample_clear (&c->sample);
  lw_graph_free (c->graph);
  lw_weights_free (c->weights);
  lw_weights_free (c->wanted);
}

/* Does tap @k of a side that has @size pixels meet one? */
static gboolean
meets (const Case *c, int k, int size)
{
  for (int y = k - c->pad; y <= size + c->pad - c->kernel + k; y += c->stride)
    if (y >= 0 && y < size)
      return TRUE;
  return FALSE;
}

static void
count_wrong (Case *c, const LwTensor *gradient)
{
  int k = c->kernel;

  c->missed = 0;
  for (gsize i = 0; i < gradient->count; i++)
    {
      int y = (int) (i / (gsize) k) % k, x = (int) (i % (gsize) k);

      if (meets (c, y, c->sample.height) && meets (c, x, c->sample.width))
        continue;
      c->missed++;
      c->wrong += gradient->data[i] != 0;       /* NaN is, too */
    }
}

/* In a thread, with a plan and a device of its own. */
static gpointer
repeat (gpointer data)
{
  Case *c = data;
  LwDevice *device = tested.backend->open (NULL);
  LwPlanOptions options = { .n = c->sample.n, .height = c->sample.height, .width = c->sample.width, .train = TRUE, .precision = c->precision, .deterministic = TRUE,
                            .transform = { { 0, 0, 0 }, { 1, 1, 1 }, FALSE } };
  LwPlan *plan = tested.backend->compile (device, c->graph, &options, NULL);
  double loss;

  g_assert_true (plan != NULL && tested.backend->load (plan, c->weights, NULL));
  for (int i = 0; i < REPEATS; i++)
    {
      g_autoptr(LwWeights) got = lw_weights_new ();

      g_assert_true (tested.backend->gradients (plan, &c->sample.batch, NULL, got, &loss, NULL));
      count_wrong (c, lw_weights_get (got, "wide.weight"));
      for (guint t = 0; t < c->wanted->tensors->len; t++)
        {
          const LwTensor *b = c->wanted->tensors->pdata[t];

          c->away = MAX (c->away, distance (lw_weights_get (got, b->name)->data, b->data, b->count));
        }
    }
  tested.backend->free_plan (plan);
  tested.backend->close (device);
  return NULL;
}

static void
check (LwPrecision precision, double tolerance)
{
  gsize missed = 0;

  for (int round = 0; round < ROUNDS; round++)
    {
      GThread *threads[THREADS];
      Case cases[THREADS];

      for (int i = 0; i < THREADS; i++)
        cases[i] = case_new (round + i == 0, precision);
      for (int i = 0; i < THREADS; i++)
        threads[i] = g_thread_new ("gradients", repeat, &cases[i]);
      for (int i = 0; i < THREADS; i++)
        {
          const Case *c = &cases[i];

          g_thread_join (threads[i]);
          g_test_message ("%d pictures of %d x %d, %d to %d channels, kernel %d, stride %d: %" G_GSIZE_FORMAT " gradients of taps that meet nothing, %" G_GSIZE_FORMAT
                          " not zero; all %g away", c->sample.n, c->sample.width, c->sample.height, c->in, c->out, c->kernel, c->stride, c->missed, c->wrong, c->away);
          g_assert_cmpuint (c->wrong, ==, 0);
          g_assert_cmpfloat (c->away, <, tolerance);
          missed += c->missed;
          case_clear (&cases[i]);
        }
    }
  g_assert_cmpuint (missed, >, 0);
}

static void
test_float32 (void)
{
  check (LW_PRECISION_F32, 1e-4);
}

static void
test_bfloat16 (void)
{
  if (tested_has_bfloat16 (&tested))
    check (LW_PRECISION_BF16, 0.05);
  else
    g_test_skip ("no bfloat16 on this processor");
}

static void
add_tests (void)
{
  g_test_add_func ("/nn/cpu/taps/float32", test_float32);
  g_test_add_func ("/nn/cpu/taps/bfloat16", test_bfloat16);
}

int
main (int argc, char **argv)
{
  return tested_main (argc, argv, &tested, add_tests);
}
