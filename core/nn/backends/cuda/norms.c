/* norms.c: the arrays of a normalisation: those of a step, and in a plan that predicts those of its parameters, too */
#include "config.h"
#include "plan.h"

enum { GAIN, BIAS, RUNNING_MEAN, RUNNING_VARIANCE, MEAN, VARIANCE, INVERSE, SCALE, SHIFT, UNWANTED, UNWANTED_TOO, ARRAYS };

static const float *
parameter_or (const LwPlan *plan, int parameter, const float *otherwise)
{
  return parameter >= 0 ? lw_plan_parameter (plan, parameter)->values : otherwise;
}

gboolean
lw_norms_create (LwPlan *plan, LwLayer *layer, GError **error)
{
  gsize cp = (gsize) layer->shape.cp;
  float *arrays = lw_plan_memory_new (plan, ARRAYS * cp * sizeof (float), error);

  layer->channels_data = arrays;
  if (arrays == NULL)
    return FALSE;
  layer->norms = (LwCudaNorm) {
    .gain = parameter_or (plan, layer->weight_parameter, arrays + GAIN * cp),
    .bias = parameter_or (plan, layer->bias_parameter, arrays + BIAS * cp),
    .running_mean = parameter_or (plan, layer->mean_parameter, arrays + RUNNING_MEAN * cp),
    .running_variance = parameter_or (plan, layer->variance_parameter, arrays + RUNNING_VARIANCE * cp),
    .epsilon = lw_layer_node (plan, layer)->value,
    .mean = arrays + MEAN * cp, .variance = arrays + VARIANCE * cp, .inverse = arrays + INVERSE * cp, .scale = arrays + SCALE * cp, .shift = arrays + SHIFT * cp,
  };
  layer->unwanted = arrays + UNWANTED * cp;
  return TRUE;
}
