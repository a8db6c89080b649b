/* update.c: the end of a training step: the gradient's norm, clipping, the optimizer, and the weights' copies for the next step */
#include "config.h"
#include "plan.h"
#include <math.h>
#include <glib/gi18n-lib.h>

static double
gradient_norm (const LwPlan *plan)
{
  double squares = 0;

  for (guint i = 0; i < plan->parameters->len; i++)
    {
      const LwParameter *p = lw_plan_parameter (plan, (int) i);

      if (p->gradient != NULL)
        squares += plan->device->kernels->array->square_sum (p->gradient, p->count);
    }
  return sqrt (squares);
}

/* Only the first step of a kind comes here with something to do. */
static gboolean
allocate_moments (LwPlan *plan, LwOptimizerKind kind, GError **error)
{
  for (guint i = 0; i < plan->parameters->len; i++)
    {
      LwParameter *p = lw_plan_parameter (plan, (int) i);

      if (p->gradient == NULL)
        continue;
      if (p->first == NULL && (p->first = lw_memory_new (p->count * sizeof (float), error)) == NULL)
        return FALSE;
      if (kind == LW_ADAMW && p->second == NULL && (p->second = lw_memory_new (p->count * sizeof (float), error)) == NULL)
        return FALSE;
    }
  return TRUE;
}

static LwUpdate
update_of (const LwPlan *plan, const LwParameter *p, double norm)
{
  const LwOptimizer *o = plan->optimizer;
  const LwNode *node = lw_graph_node (plan->graph, p->info.node);
  gboolean vector = p->info.rank == 1, conv_bias = vector && node->kind != LW_OP_BATCH_NORM;
  double steps = (double) o->step + 1;

  return (LwUpdate) {
    .rate = o->rate * node->rate_factor * (conv_bias ? o->bias_rate_factor : 1),
    .decay = vector ? 0 : o->weight_decay,
    .momentum = o->momentum, .beta2 = o->beta2,
    .correction1 = (float) (1 - pow ((double) o->momentum, steps)), .correction2 = (float) (1 - pow ((double) o->beta2, steps)),
    .gradient_factor = o->clip_norm > 0 && norm > (double) o->clip_norm ? (float) ((double) o->clip_norm / norm) : 1,
  };
}

static gboolean
update_parameter (LwPlan *plan, LwParameter *p, double norm, GError **error)
{
  LwUpdate update = update_of (plan, p, norm);

  if (plan->optimizer->kind == LW_SGD)
    plan->device->kernels->array->sgd (&update, p->values, p->gradient, p->first, p->count);
  else
    plan->device->kernels->array->adamw (&update, p->values, p->gradient, p->first, p->second, p->count);
  return lw_parameter_refresh (plan, p, error);
}

/* A yield may run other plans here too, but what it answers waits for the next step: half an update is no state to stop in. */
gboolean
lw_plan_update (LwPlan *plan, LwStepStats *stats, LwYield yield, gpointer data, GError **error)
{
  double norm = gradient_norm (plan);

  *stats = (LwStepStats) { plan->loss, plan->pixels, norm };
  if (!isfinite (norm) || !isfinite (plan->loss))
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_VALUE, _("Training diverged: the loss is %g and the gradient’s norm %g. Use a smaller learning rate."),
                   plan->loss, norm);
      return FALSE;
    }
  if (!allocate_moments (plan, plan->optimizer->kind, error))
    return FALSE;
  for (guint i = 0; i < plan->parameters->len; i++)
    {
      LwParameter *p = lw_plan_parameter (plan, (int) i);

      if (p->gradient == NULL)
        continue;
      if (!update_parameter (plan, p, norm, error))
        return FALSE;
      if (yield != NULL)
        yield (data);
    }
  lw_norm_keep_statistics (plan);
  return TRUE;
}
