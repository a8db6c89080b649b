/* test-cpu-memory.c: what a prediction with FCN-8s at 480 x 360 takes beside the weights on a processor, scratch of all layers counted */
#include "compare.h"
#include "nn/networks/networks.h"

static Tested tested;

/* @limit: million bytes. @measured: also with the algorithms that are fastest on this computer. */
typedef struct { const char *name; LwPrecision precision; double limit; gboolean measured; } Case;
static const Case cases[] = {
  { "float32", LW_PRECISION_F32, 200, FALSE },
  { "winograd", LW_PRECISION_WINOGRAD, 200, FALSE },
  { "bfloat16", LW_PRECISION_BF16, 60, FALSE },
  { "mixed", LW_PRECISION_MIXED, 130, TRUE },
};

static double
megabytes (const Case *c, gboolean measured)
{
  LwNetworkOptions network = { .classes = 11 };
  LwPlanOptions options = { .n = 1, .height = 360, .width = 480, .precision = c->precision, .transform = { { 0, 0, 0 }, { 1, 1, 1 }, FALSE }, .deterministic = !measured };
  g_autoptr(LwGraph) graph = lw_fcn8s (&network);
  g_autoptr(GError) error = NULL;
  LwPlan *plan = tested.backend->compile (tested.device, graph, &options, &error);

  g_assert_no_error (error);
  double bytes = (double) tested.backend->plan_bytes (plan) * 1e-6;

  tested.backend->free_plan (plan);
  return bytes;
}

static void
test_memory (gconstpointer data)
{
  const Case *c = data;

  if ((c->precision == LW_PRECISION_BF16 || c->precision == LW_PRECISION_MIXED) && !tested_has_bfloat16 (&tested))
    {
      g_test_skip ("this processor does not multiply bfloat16");
      return;
    }
  for (int measured = 0; measured <= c->measured; measured++)
    {
      double used = megabytes (c, measured);

      g_test_message ("%s%s: %.0f MB", c->name, measured ? ", measured" : "", used);
      g_assert_cmpfloat (used, >, 480 * 360 * 64 * 2e-6);           /* what the first convolution gives, in bfloat16 */
      g_assert_cmpfloat (used, <=, c->limit);
    }
}

static void
add_tests (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/nn/cpu/memory/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_memory);
    }
}

int
main (int argc, char **argv)
{
  return tested_main (argc, argv, &tested, add_tests);
}
