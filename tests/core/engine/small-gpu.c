/* small-gpu.c: stands in for a GPU on which nothing fits: a module named as the CUDA backend's, whose every plan lacks memory */
#include <gmodule.h>
#include "nn/backends/backend.h"

struct _LwDevice { int unused; };

static LwDevice *
open_device (GError **error)
{
  return g_new0 (LwDevice, 1);
}

static void
close_device (LwDevice *device)
{
  g_free (device);
}

static char *
describe (LwDevice *device)
{
  return g_strdup ("small GPU");
}

static LwPlan *
compile (LwDevice *device, const LwGraph *graph, const LwPlanOptions *options, GError **error)
{
  lw_net_fail (error, LW_NET_ERROR_MEMORY, "%d pictures are too many for the small GPU", options->n);
  return NULL;
}

static gboolean
step (LwPlan *plan, const LwBatch *batch, const LwOptimizer *optimizer, LwStepStats *stats, LwYield yield, gpointer data, GError **error)
{
  g_assert_not_reached ();      /* there is no plan */
}

G_MODULE_EXPORT const LwBackend lw_backend = {
  .abi = LW_BACKEND_ABI, .name = "cuda", .open = open_device, .close = close_device, .describe = describe, .compile = compile, .step = step,
};
