/* parameters.c: the tensors of a training plan: values, gradients and moments in oneDNN's layout, and their copies for the single passes */
#include "config.h"
#include "plan.h"
#include <stdlib.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#define PADDING 16      /* floats: whole vectors of every instruction set */

static void
attach (LwPlan *plan, int number)
{
  const LwTensorInfo *info = &lw_plan_parameter (plan, number)->info;
  const char *part = strrchr (info->name, '.') + 1;

  for (guint i = 0; i < plan->layers->len; i++)
    {
      LwLayer *layer = lw_plan_layer (plan, (int) i);

      if (layer->node != info->node)
        continue;
      *(g_str_equal (part, "weight") ? &layer->weight_parameter : g_str_equal (part, "bias") ? &layer->bias_parameter
        : g_str_equal (part, "running_mean") ? &layer->mean_parameter : &layer->variance_parameter) = number;
    }
}

static gboolean
allocate (LwParameter *p, GError **error)
{
  p->count = (MAX (lw_desc_bytes (p->desc) / sizeof (float), 1) + PADDING - 1) / PADDING * PADDING;
  free (p->values);
  free (p->gradient);
  p->gradient = NULL;
  p->values = lw_memory_new (p->count * sizeof (float), error);
  if (p->values != NULL && p->info.trainable)
    p->gradient = lw_memory_new (p->count * sizeof (float), error);
  return p->values != NULL && (!p->info.trainable || p->gradient != NULL);
}

gboolean
lw_parameters_create (LwPlan *plan, GError **error)
{
  g_autoptr(GArray) infos = lw_graph_tensors (plan->graph);

  for (guint i = 0; i < infos->len; i++)
    {
      LwParameter parameter = { .info = g_array_index (infos, LwTensorInfo, i) };

      parameter.plain = lw_desc_plain (dnnl_f32, parameter.info.rank, parameter.info.dims);
      parameter.desc = lw_desc_copy (parameter.plain);
      g_array_append_val (plan->parameters, parameter);
      attach (plan, (int) i);
      if (parameter.info.rank == 1 && !allocate (lw_plan_parameter (plan, (int) i), error))
        return FALSE;
    }
  return TRUE;
}

gboolean
lw_parameter_own_layout (LwPlan *plan, int number, const LwDesc *desc, GError **error)
{
  LwParameter *p = lw_plan_parameter (plan, number);

  lw_desc_free (p->desc);
  p->desc = lw_desc_copy (desc);
  return allocate (p, error);
}

/* The copy in @desc's layout and type: the parameter itself if that is the same. */
gboolean
lw_parameters_add_copy (LwPlan *plan, int number, const LwDesc *desc, void **data, GError **error)
{
  LwParameter *p = lw_plan_parameter (plan, number);
  LwParameterCopy *copy = &p->copies[p->n_copies];
  g_autoptr(LwDesc) scratch = NULL;
  gsize scratch_bytes = 0;

  if (p->values == NULL && !allocate (p, error))        /* frozen: no gradient has said which layout */
    return FALSE;
  *data = p->values;
  if (lw_desc_equal (p->desc, desc))
    return TRUE;
  g_assert (p->n_copies < (int) G_N_ELEMENTS (p->copies));
  p->n_copies++;
  copy->desc = lw_desc_copy (desc);
  copy->reorder = lw_reorder_code_new (plan->device->engine, p->desc, desc, &scratch_bytes, error);
  if (copy->reorder == NULL || (*data = copy->data = lw_memory_new (lw_desc_bytes (desc), error)) == NULL
      || (scratch_bytes > 0 && (copy->scratch = lw_memory_new (scratch_bytes, error)) == NULL))
    return FALSE;
  scratch = lw_desc_bytes_new (MAX (scratch_bytes, 1));
  copy->from = lw_desc_memory (p->desc, plan->device->engine, p->values);
  copy->to = lw_desc_memory (desc, plan->device->engine, copy->data);
  copy->scratch_memory = lw_desc_memory (scratch, plan->device->engine, copy->scratch);
  return TRUE;
}

gboolean
lw_parameter_refresh (LwPlan *plan, LwParameter *p, GError **error)
{
  for (int i = 0; i < p->n_copies; i++)
    {
      const LwParameterCopy *copy = &p->copies[i];
      dnnl_exec_arg_t arguments[] = { { DNNL_ARG_FROM, copy->from }, { DNNL_ARG_TO, copy->to }, { DNNL_ARG_SCRATCHPAD, copy->scratch_memory } };

      if (!lw_onednn_check (dnnl_primitive_execute (copy->reorder, plan->device->stream, 3, arguments), p->info.name, error))
        return FALSE;
    }
  return TRUE;
}

/* Between a tensor as files have it and the parameter's own layout. */
static gboolean
change_layout (LwPlan *plan, const LwParameter *p, const LwDesc *from, const float *source, const LwDesc *to, float *target, GError **error)
{
  gsize scratch_bytes = 0;
  g_autofree void *scratch = NULL;
  dnnl_primitive_t reorder = lw_reorder_code_new (plan->device->engine, from, to, &scratch_bytes, error);
  g_autoptr(LwDesc) scratch_desc = lw_desc_bytes_new (MAX (scratch_bytes, 1));
  dnnl_exec_arg_t arguments[3];
  dnnl_status_t status;

  if (reorder == NULL)
    return FALSE;
  scratch = g_malloc (MAX (scratch_bytes, 1));
  arguments[0] = (dnnl_exec_arg_t) { DNNL_ARG_FROM, lw_desc_memory (from, plan->device->engine, (float *) source) };
  arguments[1] = (dnnl_exec_arg_t) { DNNL_ARG_TO, lw_desc_memory (to, plan->device->engine, target) };
  arguments[2] = (dnnl_exec_arg_t) { DNNL_ARG_SCRATCHPAD, lw_desc_memory (scratch_desc, plan->device->engine, scratch) };
  status = dnnl_primitive_execute (reorder, plan->device->stream, 3, arguments);
  for (int i = 0; i < 3; i++)
    dnnl_memory_destroy (arguments[i].memory);
  dnnl_primitive_destroy (reorder);
  return lw_onednn_check (status, p->info.name, error);
}

gboolean
lw_parameters_load (LwPlan *plan, const LwWeights *weights, GError **error)
{
  for (guint i = 0; i < plan->parameters->len; i++)
    {
      LwParameter *p = lw_plan_parameter (plan, (int) i);

      if (!change_layout (plan, p, p->plain, lw_weights_get (weights, p->info.name)->data, p->desc, p->values, error)
          || !lw_parameter_refresh (plan, p, error))
        return FALSE;
    }
  return TRUE;
}

/* Of each parameter the array at @offset, where there is one, as @prefix and the parameter's name. */
static gboolean
save_arrays (LwPlan *plan, const char *prefix, gsize offset, LwWeights *into, GError **error)
{
  for (guint i = 0; i < plan->parameters->len; i++)
    {
      const LwParameter *p = lw_plan_parameter (plan, (int) i);
      const float *array = G_STRUCT_MEMBER (float *, p, offset);
      g_autofree char *name = g_strconcat (prefix, p->info.name, NULL);
      LwTensor *tensor = lw_weights_get (into, name);

      if (array == NULL)
        continue;
      if (tensor == NULL)
        tensor = lw_weights_add (into, name, p->info.dims, p->info.rank);
      if (tensor->count != p->info.count)
        {
          g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE, _("The tensor “%s” has %zu values; the network has %zu"),
                       name, tensor->count, p->info.count);
          return FALSE;
        }
      if (!change_layout (plan, p, p->desc, array, p->plain, tensor->data, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
lw_parameters_save (LwPlan *plan, LwWeights *weights, GError **error)
{
  return save_arrays (plan, "", G_STRUCT_OFFSET (LwParameter, values), weights, error);
}

gboolean
lw_parameters_save_gradients (LwPlan *plan, LwWeights *weights, GError **error)
{
  return save_arrays (plan, "", G_STRUCT_OFFSET (LwParameter, gradient), weights, error);
}

/* Moments that no step has made yet are not there; a state without them stands for zeros. */
gboolean
lw_parameters_save_state (LwPlan *plan, LwWeights *state, GError **error)
{
  return save_arrays (plan, "first.", G_STRUCT_OFFSET (LwParameter, first), state, error)
         && save_arrays (plan, "second.", G_STRUCT_OFFSET (LwParameter, second), state, error);
}

static gboolean
load_array (LwPlan *plan, LwParameter *p, const char *prefix, float **array, const LwWeights *state, GError **error)
{
  g_autofree char *name = g_strconcat (prefix, p->info.name, NULL);
  const LwTensor *tensor = lw_weights_get (state, name);

  if (tensor == NULL)
    {
      if (*array != NULL)
        memset (*array, 0, p->count * sizeof (float));
      return TRUE;
    }
  if (tensor->count != p->info.count)
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE, _("The optimizer’s state “%s” has %zu values; the network has %zu"),
                   name, tensor->count, p->info.count);
      return FALSE;
    }
  if (*array == NULL && (*array = lw_memory_new (p->count * sizeof (float), error)) == NULL)
    return FALSE;
  return change_layout (plan, p, p->plain, tensor->data, p->desc, *array, error);
}

gboolean
lw_parameters_load_state (LwPlan *plan, const LwWeights *state, GError **error)
{
  for (guint i = 0; i < plan->parameters->len; i++)
    {
      LwParameter *p = lw_plan_parameter (plan, (int) i);

      if (p->info.trainable && (!load_array (plan, p, "first.", &p->first, state, error) || !load_array (plan, p, "second.", &p->second, state, error)))
        return FALSE;
    }
  return TRUE;
}

void
lw_parameters_free (LwPlan *plan)
{
  for (guint i = 0; i < plan->parameters->len; i++)
    {
      LwParameter *p = lw_plan_parameter (plan, (int) i);

      for (int c = 0; c < p->n_copies; c++)
        {
          dnnl_primitive_destroy (p->copies[c].reorder);
          dnnl_memory_destroy (p->copies[c].from);
          dnnl_memory_destroy (p->copies[c].to);
          dnnl_memory_destroy (p->copies[c].scratch_memory);
          lw_desc_free (p->copies[c].desc);
          free (p->copies[c].data);
          free (p->copies[c].scratch);
        }
      lw_desc_free (p->plain);
      lw_desc_free (p->desc);
      free (p->values);
      free (p->gradient);
      free (p->first);
      free (p->second);
    }
}
