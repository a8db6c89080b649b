/* lost-gpu.c: stands in for a GPU that computes for a while and is lost then, as one is that falls off the bus: the reference's arithmetic in a module
 * named as the CUDA backend's */
#include <gmodule.h>
#include "nn/backends/backend.h"

#define STEPS 5                 /* of training, of all plans together, and … */
#define RUNS 1                  /* … predictions that go well; of the training's validation, too */

static int steps, runs;

static char *
describe (LwDevice *device)
{
  return g_strdup ("lost GPU");
}

static gboolean
run (LwPlan *plan, const LwBatch *batch, LwResult *result, LwYield yield, gpointer data, GError **error)
{
  if (steps == 0 && runs++ >= RUNS)
    return lw_net_fail (error, LW_NET_ERROR_DEVICE, "The lost GPU has fallen off the bus");
  return lw_backend_ref.run (plan, batch, result, yield, data, error);
}

static gboolean
step (LwPlan *plan, const LwBatch *batch, const LwOptimizer *optimizer, LwStepStats *stats, LwYield yield, gpointer data, GError **error)
{
  if (steps++ >= STEPS)
    return lw_net_fail (error, LW_NET_ERROR_DEVICE, "The lost GPU has fallen off the bus");
  return lw_backend_ref.step (plan, batch, optimizer, stats, yield, data, error);
}

G_MODULE_EXPORT LwBackend lw_backend;

static void __attribute__ ((constructor))
take_after_the_reference (void)
{
  lw_backend = lw_backend_ref;
  lw_backend.name = "cuda";
  lw_backend.describe = describe;
  lw_backend.run = run;
  lw_backend.step = step;
}
