/* optimizer.c: SGD with momentum and AdamW (Loshchilov and Hutter, arXiv:1711.05101), as backend.h defines them */
#include "config.h"
#include "ref.h"
#include <math.h>

#define ADAM_EPSILON 1e-8

static double
gradient_norm (const LwPlan *plan)
{
  double squares = 0;

  for (guint t = 0; t < plan->infos->len; t++)
    if (plan->params[t].info->trainable)
      for (gsize i = 0; i < plan->params[t].info->count; i++)
        squares += plan->params[t].grad[i] * plan->params[t].grad[i];
  return sqrt (squares);
}

static void
sgd (RefParam *param, const LwOptimizer *optimizer, double rate, double decay, double clip)
{
  for (gsize i = 0; i < param->info->count; i++)
    {
      param->first[i] = (double) optimizer->momentum * param->first[i] + clip * param->grad[i] + decay * param->value[i];
      param->value[i] -= rate * param->first[i];
    }
}

static void
adamw (RefParam *param, const LwOptimizer *optimizer, double rate, double decay, double clip)
{
  double beta1 = optimizer->momentum, beta2 = optimizer->beta2, t = (double) optimizer->step + 1;
  double correct1 = 1 - pow (beta1, t), correct2 = 1 - pow (beta2, t);

  for (gsize i = 0; i < param->info->count; i++)
    {
      double g = clip * param->grad[i];

      param->first[i] = beta1 * param->first[i] + (1 - beta1) * g;
      param->second[i] = beta2 * param->second[i] + (1 - beta2) * g * g;
      param->value[i] -= rate * (param->first[i] / correct1 / (sqrt (param->second[i] / correct2) + ADAM_EPSILON) + decay * param->value[i]);
    }
}

/* What a checkpoint keeps is float32; so a resumed training goes on from exactly the same numbers. */
static void
round_to_float (double *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    values[i] = (double) (float) values[i];
}

double
ref_update (LwPlan *plan, const LwOptimizer *optimizer)
{
  double norm = gradient_norm (plan), clip = optimizer->clip_norm > 0 && norm > (double) optimizer->clip_norm ? (double) optimizer->clip_norm / norm : 1;

  for (guint t = 0; t < plan->infos->len; t++)
    {
      RefParam *param = &plan->params[t];
      const LwNode *node = lw_graph_node (plan->graph, param->info->node);
      gboolean bias = node->kind != LW_OP_BATCH_NORM && param->info->rank == 1;
      double rate = (double) optimizer->rate * (double) node->rate_factor * (bias ? (double) optimizer->bias_rate_factor : 1);
      double decay = param->info->rank == 1 ? 0 : (double) optimizer->weight_decay;

      if (!param->info->trainable)
        continue;
      (optimizer->kind == LW_SGD ? sgd : adamw) (param, optimizer, rate, decay, clip);
      round_to_float (param->value, param->info->count);
      round_to_float (param->first, param->info->count);
      round_to_float (param->second, param->info->count);
    }
  return norm;
}
