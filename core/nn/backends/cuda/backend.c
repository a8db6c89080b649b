/* backend.c: the CUDA backend's table: opening the GPU, compiling plans, running them */
#include "config.h"
#include "plan.h"
#include <gmodule.h>
#include <glib/gi18n-lib.h>

#define PIECE 8                 /* pictures: more at once are hardly faster each, and all copies would wait for them */

/* Pictures of a piece: the most up to PIECE by which the batch can be divided, if that is not too few. */
static int
piece_of (const LwPlanOptions *options)
{
  for (int n = PIECE; n >= PIECE / 2 && !options->train; n--)
    if (options->n > n && options->n % n == 0)
      return n;
  return options->n;
}

static LwPlan *
new_plan (LwDevice *device, const LwGraph *graph, const LwPlanOptions *options)
{
  LwPlan *plan = g_new0 (LwPlan, 1);

  plan->device = device;
  plan->graph = lw_graph_copy (graph);
  plan->options = *options;
  plan->options.n = piece_of (options);
  plan->pieces = options->n / plan->options.n;
  if (options->precision == LW_PRECISION_AUTO || options->precision == LW_PRECISION_MIXED)
    plan->options.precision = LW_PRECISION_BF16;
  plan->type = plan->options.precision == LW_PRECISION_BF16 ? LW_CUDA_BF16 : LW_CUDA_F32;
  plan->layers = g_array_new (FALSE, TRUE, sizeof (LwLayer));
  plan->steps = g_array_new (FALSE, TRUE, sizeof (LwStep));
  plan->buffers = g_array_new (FALSE, TRUE, sizeof (LwBuffer));
  plan->parameters = g_array_new (FALSE, TRUE, sizeof (LwParameter));
  plan->profile = g_getenv ("LABELWRIGHT_PROFILE") != NULL;
  plan->graphs = !plan->profile && g_getenv ("LABELWRIGHT_CUDA_NO_GRAPHS") == NULL;
  return plan;
}

static void
free_layer (const LwLayer *layer)
{
  cudaFree (layer->channels_data);
  if (!layer->owns_weights)
    return;
  cudaFree (layer->weights);
  cudaFree (layer->bias);
}

static void
free_plan (LwPlan *plan)
{
  lw_device_enter (plan->device, NULL);
  if (plan->profile)
    lw_steps_print_profile (plan);
  lw_plan_free_run (plan);
  for (guint i = 0; i < plan->layers->len; i++)
    free_layer (lw_plan_layer (plan, (int) i));
  lw_parameters_free (plan);
  cudaFree (plan->arena);
  cudaFree (plan->scratch);
  cudaFree (plan->zeros);
  g_array_unref (plan->steps);
  g_array_unref (plan->layers);
  g_array_unref (plan->buffers);
  g_array_unref (plan->parameters);
  g_free (plan->layer_of);
  lw_graph_free (plan->graph);
  g_free (plan);
}

/* ---- compiling ---- */

static gboolean
check_options (const LwGraph *graph, const LwPlanOptions *options, GError **error)
{
  if (options->n < 1 || options->n > 4096)
    return lw_net_fail (error, LW_NET_ERROR_SHAPE, _("A batch of %d pictures: it must have 1 to 4096"), options->n);
  if (graph->classes < 1 || graph->classes > 255)
    return lw_net_fail (error, LW_NET_ERROR_SHAPE, _("A network of %d classes: it must have 1 to 255"), graph->classes);
  return TRUE;
}

/* What the steps' launches point at must be there, and stay, before a graph of them is made. */
static gboolean
reserve_training (LwPlan *plan, GError **error)
{
  gsize pixels = (gsize) plan->options.n * (gsize) plan->options.height * (gsize) plan->options.width;

  lw_plan_want_scratch (plan, lw_cuda_optimizer_workspace ());
  return lw_transfer_reserve (plan, &plan->truth, pixels, TRUE, error)
         && lw_transfer_reserve (plan, &plan->class_weights, (gsize) plan->graph->classes * sizeof (float), TRUE, error)
         && lw_transfer_reserve (plan, &plan->step, sizeof (LwCudaStep), TRUE, error)
         && lw_transfer_reserve (plan, &plan->stats, sizeof (LwCudaStats), TRUE, error);
}

static gboolean
make_zeros (LwPlan *plan, GError **error)
{
  int most = 0;

  for (guint i = 0; i < plan->layers->len; i++)
    most = MAX (most, lw_plan_layer (plan, (int) i)->shape.cp);
  plan->zeros = lw_plan_memory_new (plan, (gsize) most * sizeof (float), error);
  return plan->zeros != NULL;
}

static gboolean
build (LwPlan *plan, GError **error)
{
  gboolean train = plan->options.train;

  if (!lw_device_enter (plan->device, error) || !lw_plan_make_slots (plan, error) || !lw_plan_lower (plan, error) || !make_zeros (plan, error)
      || !(train ? lw_parameters_create (plan, error) && reserve_training (plan, error) : lw_weights_create (plan, error)))
    return FALSE;
  lw_plan_prepare_choices (plan);
  return lw_plan_build_forward (plan, error) && (!train || lw_plan_build_backward (plan, error)) && lw_arena_allocate (plan, error);
}

static LwPlan *
compile (LwDevice *device, const LwGraph *graph, const LwPlanOptions *options, GError **error)
{
  LwPlan *plan;

  if (!check_options (graph, options, error))
    return NULL;
  plan = new_plan (device, graph, options);
  if (build (plan, error))
    {
      g_debug ("%s takes %" G_GSIZE_FORMAT " MiB of the GPU: %" G_GSIZE_FORMAT " for what it computes, %" G_GSIZE_FORMAT " for single steps", graph->architecture,
               plan->device_bytes >> 20, plan->arena_bytes >> 20, plan->scratch_bytes >> 20);
      return plan;
    }
  free_plan (plan);
  return NULL;
}

/* ---- what a plan does ---- */

static gboolean
enter_to_train (const LwPlan *plan, GError **error)
{
  return (plan->options.train || lw_net_fail (error, LW_NET_ERROR_UNSUPPORTED, _("This plan was compiled to predict, not to train")))
         && lw_device_enter (plan->device, error);
}

static gboolean
enter_to_run (const LwPlan *plan, const LwBatch *batch, GError **error)
{
  g_return_val_if_fail (batch->rgb != NULL || batch->input != NULL, FALSE);
  return (plan->loaded || lw_net_fail (error, LW_NET_ERROR_VALUE, _("The plan has no weights yet"))) && lw_device_enter (plan->device, error);
}

static gboolean
load (LwPlan *plan, const LwWeights *weights, GError **error)
{
  if (!lw_weights_check (weights, plan->graph, error) || !lw_device_enter (plan->device, error))
    return FALSE;
  plan->loaded = plan->options.train ? lw_parameters_load (plan, weights, error) : lw_weights_load_folded (plan, weights, error);
  return plan->loaded;
}

static gboolean
save (LwPlan *plan, LwWeights *weights, GError **error)
{
  return enter_to_train (plan, error) && lw_parameters_save (plan, weights, error);
}

static gboolean
run (LwPlan *plan, const LwBatch *batch, LwResult *result, LwYield yield, gpointer data, GError **error)
{
  if (plan->options.train)
    return lw_net_fail (error, LW_NET_ERROR_UNSUPPORTED, _("This plan was compiled to train, not to predict"));
  return enter_to_run (plan, batch, error) && lw_plan_run (plan, batch, result, yield, data, error);
}

static gboolean
step (LwPlan *plan, const LwBatch *batch, const LwOptimizer *optimizer, LwStepStats *stats, LwYield yield, gpointer data, GError **error)
{
  g_return_val_if_fail (batch->labels != NULL, FALSE);
  return enter_to_train (plan, error) && enter_to_run (plan, batch, error) && lw_plan_step (plan, batch, optimizer, stats, yield, data, error);
}

static gboolean
gradients (LwPlan *plan, const LwBatch *batch, const LwLossOptions *options, LwWeights *into, double *loss, GError **error)
{
  g_return_val_if_fail (batch->labels != NULL, FALSE);
  return enter_to_train (plan, error) && enter_to_run (plan, batch, error) && lw_plan_gradients (plan, batch, options, into, loss, error);
}

static gboolean
save_state (LwPlan *plan, LwWeights *state, GError **error)
{
  return enter_to_train (plan, error) && lw_parameters_save_state (plan, state, error);
}

static gboolean
load_state (LwPlan *plan, const LwWeights *state, GError **error)
{
  return enter_to_train (plan, error) && lw_parameters_load_state (plan, state, error);
}

/* Everything on which the last bits of a result depend. */
static char *
plan_key (LwPlan *plan)
{
  const LwDevice *device = plan->device;
  GString *key = g_string_new (NULL);
  gsize version = cudnnGetVersion ();

  g_string_printf (key, "cuda %s, compute capability %d.%d, cuDNN %d.%d.%d, %s", device->name, device->major, device->minor, (int) (version / 10000),
                   (int) (version / 100 % 100), (int) (version % 100), plan->type == LW_CUDA_BF16 ? "bfloat16" : "float32");
  for (guint s = 0; s < plan->steps->len; s++)
    {
      const LwStep *step = &g_array_index (plan->steps, LwStep, s);
      const LwConv *conv = &step->conv;

      if (conv->choice != NULL)
        g_string_append_printf (key, "; %s %s=%s", lw_layer_node (plan, lw_plan_layer (plan, step->layer))->name, step->what,
                                lw_conv_choice_code (conv->use_split ? conv->split : conv->choice)->name);
    }
  return g_string_free (key, FALSE);
}

G_MODULE_EXPORT const LwBackend lw_backend = {
  .abi = LW_BACKEND_ABI,
  .name = "cuda",
  .open = lw_device_open,
  .close = lw_device_close,
  .describe = lw_device_describe,
  .compile = compile,
  .free_plan = free_plan,
  .load = load,
  .save = save,
  .run = run,
  .step = step,
  .gradients = gradients,
  .save_state = save_state,
  .load_state = load_state,
  .plan_key = plan_key,
};
