/* prepare.c: compiles all convolutions of a plan at once: one after the other they would take seconds, and most of a computer would wait */
#include "config.h"
#include "plan.h"

static void
add (const LwPlan *plan, const LwLayer *layer, LwConvPass pass, LwCudaType out, GArray *shapes)
{
  LwConvShape shape = lw_layer_conv_shape (plan, layer, pass, out);

  g_array_append_val (shapes, shape);
}

/* As forward.c asks for them. */
static void
add_forward (const LwPlan *plan, const LwLayer *layer, GArray *shapes)
{
  gboolean up = layer->kind == LW_OP_UP_CONV, fused = !up && (layer->bias != NULL || layer->relu);

  if (lw_layer_is_projection (plan, layer))
    return;
  if (fused)
    add (plan, layer, layer->relu ? LW_CONV_FORWARD_BIAS_RELU : LW_CONV_FORWARD_BIAS, layer->shape.type, shapes);
  if (!fused || !plan->options.deterministic)
    add (plan, layer, up ? LW_CONV_BACKWARD_DATA : LW_CONV_FORWARD, layer->shape.type, shapes);
}

/* As backward.c does. */
static void
add_backward (const LwPlan *plan, const LwLayer *layer, GArray *shapes)
{
  const LwLayer *in = lw_layer_input (plan, layer, 0);

  if (!lw_layer_node (plan, layer)->frozen)
    add (plan, layer, LW_CONV_BACKWARD_FILTER, plan->type, shapes);
  if (in->wants_gradient)
    add (plan, layer, layer->kind == LW_OP_UP_CONV ? LW_CONV_FORWARD : LW_CONV_BACKWARD_DATA, in->shape.type, shapes);
}

void
lw_plan_prepare_choices (LwPlan *plan)
{
  g_autoptr(GArray) shapes = g_array_new (FALSE, FALSE, sizeof (LwConvShape));

  for (guint i = 0; i < plan->layers->len; i++)
    {
      const LwLayer *layer = lw_plan_layer (plan, (int) i);

      if (layer->kind != LW_OP_CONV && layer->kind != LW_OP_UP_CONV)
        continue;
      add_forward (plan, layer, shapes);
      if (plan->options.train && layer->wants_gradient)
        add_backward (plan, layer, shapes);
    }
  lw_conv_choices_prepare (plan->device, shapes, plan->options.deterministic);
}
