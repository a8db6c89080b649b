/* backend.c: the CPU backend's table: opening the device, compiling plans, running them */
#include "config.h"
#include "plan.h"
#include <gmodule.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#if defined (__SSE2__)
#include <immintrin.h>
#endif

static LwDevice *
open_device (GError **error)
{
  g_autofree LwDevice *device = g_new0 (LwDevice, 1);

  if (!lw_onednn_check (dnnl_engine_create (&device->engine, dnnl_cpu, 0), _("The CPU"), error)
      || !lw_onednn_check (dnnl_stream_create (&device->stream, device->engine, dnnl_stream_default_flags), _("The CPU"), error))
    {
      dnnl_engine_destroy (device->engine);
      return NULL;
    }
  device->kernels = lw_kernels_get ();
  device->bfloat16 = lw_kernels_bfloat16 ();
  device->threads = omp_get_max_threads ();
  return g_steal_pointer (&device);
}

static void
close_device (LwDevice *device)
{
  dnnl_stream_destroy (device->stream);
  dnnl_engine_destroy (device->engine);
  g_free (device);
}

static char *
processor_name (void)
{
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;

  if (g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL))
    lines = g_strsplit (text, "\n", -1);
  for (int i = 0; lines != NULL && lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "model name") && strchr (lines[i], ':') != NULL)
      return g_strstrip (g_strdup (strchr (lines[i], ':') + 1));
  return g_strdup (_("CPU"));
}

static char *
describe (LwDevice *device)
{
  g_autofree char *name = processor_name ();

  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s, %d thread, %s", "%s, %d threads, %s", (gulong) device->threads), name, device->threads,
                          device->bfloat16 ? "bfloat16" : "float32");
}

static void
clear_layer (gpointer data)
{
  LwLayer *layer = data;

  lw_conv_code_free (layer->forward);
  lw_conv_code_free (layer->backward_data);
  lw_conv_code_free (layer->backward_weights);
  if (layer->bias_parameter < 0)        /* else it is the parameter's */
    free (layer->bias);
  if (layer->weight_parameter < 0)
    free (layer->weights);
  free (layer->channels_data);
}

static void
clear_step (gpointer data)
{
  LwStep *step = data;

  for (int i = 0; i < step->n_arguments; i++)
    dnnl_memory_destroy (step->arguments[i].memory);
}

static LwPlan *
new_plan (LwDevice *device, const LwGraph *graph, const LwPlanOptions *options)
{
  LwPlan *plan = g_new0 (LwPlan, 1);

  plan->device = device;
  plan->graph = lw_graph_copy (graph);
  if (!options->train)
    lw_graph_thin (plan->graph);
  plan->options = *options;
  if (options->precision == LW_PRECISION_AUTO)
    plan->options.precision = device->bfloat16 ? LW_PRECISION_MIXED : LW_PRECISION_WINOGRAD;
  if (options->train && plan->options.precision == LW_PRECISION_MIXED)  /* gradients by Winograd's algorithm are not looked for */
    plan->options.precision = LW_PRECISION_BF16;
  plan->type = plan->options.precision == LW_PRECISION_BF16 || plan->options.precision == LW_PRECISION_MIXED ? LW_TYPE_BF16 : LW_TYPE_F32;
  plan->layers = g_array_new (FALSE, TRUE, sizeof (LwLayer));
  plan->steps = g_array_new (FALSE, TRUE, sizeof (LwStep));
  plan->buffers = g_array_new (FALSE, TRUE, sizeof (LwBuffer));
  plan->parts = g_array_new (FALSE, TRUE, sizeof (LwPart));
  plan->parameters = g_array_new (FALSE, TRUE, sizeof (LwParameter));
  g_array_set_clear_func (plan->layers, clear_layer);
  g_array_set_clear_func (plan->steps, clear_step);
  plan->profile = g_getenv ("LABELWRIGHT_PROFILE") != NULL;
  plan->profile_wall = g_strcmp0 (g_getenv ("LABELWRIGHT_PROFILE"), "wall") == 0;
  return plan;
}

static void
free_plan (LwPlan *plan)
{
  if (plan->profile)
    lw_steps_print_profile (plan);
  g_array_unref (plan->steps);
  g_array_unref (plan->layers);
  g_array_unref (plan->buffers);
  g_array_unref (plan->parts);
  lw_parameters_free (plan);
  g_array_unref (plan->parameters);
  free (plan->arena);
  g_free (plan->layer_of);
  g_free (plan->hard);
  lw_graph_free (plan->graph);
  g_free (plan);
}

static gboolean
check_options (const LwDevice *device, const LwGraph *graph, const LwPlanOptions *options, GError **error)
{
  if ((options->precision == LW_PRECISION_BF16 || options->precision == LW_PRECISION_MIXED) && !device->bfloat16)
    g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_UNSUPPORTED, _("This processor has no instructions for bfloat16: use float32"));
  else if (options->n < 1 || options->n > 4096)
    g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE, _("A batch of %d pictures: it must have 1 to 4096"), options->n);
  else if (graph->classes < 1 || graph->classes > 255)
    g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE, _("A network of %d classes: it must have 1 to 255"), graph->classes);
  else
    return TRUE;
  return FALSE;
}

static gboolean
build (LwPlan *plan, GError **error)
{
  if (!lw_plan_lower (plan, error) || (plan->options.train && !lw_parameters_create (plan, error)) || !lw_plan_build_forward (plan, error))
    return FALSE;
  if (plan->options.train && !lw_plan_build_backward (plan, error))
    return FALSE;
  return lw_arena_allocate (plan, error);
}

static LwPlan *
compile (LwDevice *device, const LwGraph *graph, const LwPlanOptions *options, GError **error)
{
  LwPlan *plan;

  if (!check_options (device, graph, options, error))
    return NULL;
  plan = new_plan (device, graph, options);
  if (build (plan, error))
    return plan;
  free_plan (plan);
  return NULL;
}

static gboolean
load (LwPlan *plan, const LwWeights *weights, GError **error)
{
  if (!lw_weights_check (weights, plan->graph, error))
    return FALSE;
  plan->loaded = plan->options.train ? lw_parameters_load (plan, weights, error) : lw_plan_load_folded (plan, weights, error);
  return plan->loaded;
}

static gboolean
check_train (const LwPlan *plan, GError **error)
{
  if (plan->options.train)
    return TRUE;
  g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_UNSUPPORTED, _("This plan was compiled to predict, not to train"));
  return FALSE;
}

static gboolean
check_run (const LwPlan *plan, const LwBatch *batch, GError **error)
{
  g_return_val_if_fail (batch->rgb != NULL || batch->input != NULL, FALSE);
  if (plan->loaded)
    return TRUE;
  g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_VALUE, _("The plan has no weights yet"));
  return FALSE;
}

static gboolean
save (LwPlan *plan, LwWeights *weights, GError **error)
{
  return check_train (plan, error) && lw_parameters_save (plan, weights, error);
}

/* Numbers too small for a normal float32 cost a hundred cycles each and change nothing: all threads treat them as zero while a plan runs. */
#if defined (__SSE2__)
#define FLUSH_BITS 0x8040u
typedef guint32 FloatMode;

static FloatMode
flush_denormals (void)
{
  FloatMode before = _mm_getcsr ();

#pragma omp parallel
  _mm_setcsr (_mm_getcsr () | FLUSH_BITS);
  return before;
}

static void
restore_mode (FloatMode mode)
{
  _mm_setcsr (mode);    /* the other threads are OpenMP's own, and only work for us */
}
#else
typedef int FloatMode;
static FloatMode flush_denormals (void) { return 0; }
static void restore_mode (FloatMode mode) { }
#endif

static void
copy_scores (const LwPlan *plan, const LwLayer *layer, const void *grid, float *scores)
{
  gsize pixels = (gsize) layer->height * (gsize) layer->width, lanes = (gsize) plan->device->kernels->lanes, groups = layer->padded_channels / lanes;

  for (gsize n = 0; n < (gsize) plan->options.n; n++)
    for (gsize c = 0; c < (gsize) layer->channels; c++)
      for (gsize i = 0; i < pixels; i++)
        {
          gsize from = ((n * groups + c / lanes) * pixels + i) * lanes + c % lanes;
          guint32 bits = layer->type == LW_TYPE_F32 ? ((const guint32 *) grid)[from] : (guint32) ((const guint16 *) grid)[from] << 16;

          memcpy (&scores[(n * (gsize) layer->channels + c) * pixels + i], &bits, sizeof bits);
        }
}

static void
final_pass (LwPlan *plan, LwResult *result)
{
  const LwLayer *layer = lw_plan_layer (plan, plan->score);
  const LwNode *node = lw_graph_node (plan->graph, (int) plan->graph->nodes->len - 1);
  LwGrid grid = { lw_buffer_data (plan, layer->value), layer->type, plan->options.n, layer->channels, layer->height, layer->width, node->stride, node->offset };
  int height = result->out_height > 0 ? result->out_height : plan->options.height, width = result->out_width > 0 ? result->out_width : plan->options.width;

  if (result->scores != NULL)
    copy_scores (plan, layer, grid.scores, result->scores);
  if (result->labels != NULL)
    plan->device->kernels->score->labels (&grid, plan->options.height, plan->options.width, height, width, result->labels);
  if (result->confidence != NULL)
    plan->device->kernels->score->confidence (&grid, plan->options.height, plan->options.width, height, width, result->confidence);
}

static gboolean
run (LwPlan *plan, const LwBatch *batch, LwResult *result, LwYield yield, gpointer data, GError **error)
{
  FloatMode mode;
  gboolean done;

  if (!check_run (plan, batch, error))
    return FALSE;
  plan->mode = LW_MODE_INFER;
  plan->batch = batch;
  plan->runs++;
  mode = flush_denormals ();
  done = lw_steps_run (plan, 0, plan->n_forward, yield, data, error);
  if (done)
    final_pass (plan, result);
  restore_mode (mode);
  plan->batch = NULL;
  return done;
}

static gboolean
forward_and_backward (LwPlan *plan, LwMode mode, const LwBatch *batch, const LwLossOptions *options, LwYield yield, gpointer data, GError **error)
{
  g_return_val_if_fail (batch->labels != NULL, FALSE);
  plan->mode = mode;
  plan->batch = batch;
  plan->loss_options = options != NULL ? *options : (LwLossOptions) { 0 };
  plan->runs++;
  return lw_steps_run (plan, 0, (int) plan->steps->len, yield, data, error);
}

static gboolean
step (LwPlan *plan, const LwBatch *batch, const LwOptimizer *optimizer, LwStepStats *stats, LwYield yield, gpointer data, GError **error)
{
  FloatMode mode;
  gboolean done;

  if (!check_train (plan, error) || !check_run (plan, batch, error))
    return FALSE;
  mode = flush_denormals ();
  plan->optimizer = optimizer;
  done = forward_and_backward (plan, LW_MODE_TRAIN, batch, &optimizer->loss, yield, data, error)
         && lw_plan_update (plan, stats, yield, data, error);
  plan->optimizer = NULL;
  restore_mode (mode);
  return done;
}

static gboolean
gradients (LwPlan *plan, const LwBatch *batch, const LwLossOptions *options, LwWeights *into, double *loss, GError **error)
{
  FloatMode mode;
  gboolean done;

  if (!check_train (plan, error) || !check_run (plan, batch, error))
    return FALSE;
  mode = flush_denormals ();
  done = forward_and_backward (plan, LW_MODE_GRADIENT, batch, options, NULL, NULL, error) && lw_parameters_save_gradients (plan, into, error);
  *loss = plan->loss;
  restore_mode (mode);
  return done;
}

static gboolean
save_state (LwPlan *plan, LwWeights *state, GError **error)
{
  return check_train (plan, error) && lw_parameters_save_state (plan, state, error);
}

static gboolean
load_state (LwPlan *plan, const LwWeights *state, GError **error)
{
  return check_train (plan, error) && lw_parameters_load_state (plan, state, error);
}

static void
append_code (GString *key, const char *what, const LwConvCode *code)
{
  if (code != NULL)
    g_string_append_printf (key, " %s=%s", what, code->implementation);
}

static guint64
plan_bytes (LwPlan *plan)
{
  return plan->arena_bytes;
}

/* Everything on which the last bits of a result depend. */
static char *
plan_key (LwPlan *plan)
{
  const dnnl_version_t *version = dnnl_version ();
  GString *key = g_string_new (NULL);

  g_string_append_printf (key, "cpu oneDNN %d.%d.%d, %s, %d threads, %s", version->major, version->minor, version->patch, plan->device->kernels->name,
                          plan->device->threads, lw_precision_name (plan->options.precision));
  for (guint i = 0; i < plan->layers->len; i++)
    {
      const LwLayer *layer = lw_plan_layer (plan, (int) i);

      if (layer->forward == NULL)
        continue;
      g_string_append_printf (key, "; %s", lw_layer_node (plan, layer)->name);
      append_code (key, "forward", layer->forward);
      append_code (key, "data", layer->backward_data);
      append_code (key, "weights", layer->backward_weights);
    }
  return g_string_free (key, FALSE);
}

G_MODULE_EXPORT const LwBackend lw_backend = {
  .abi = LW_BACKEND_ABI,
  .name = "cpu",
  .open = open_device,
  .close = close_device,
  .describe = describe,
  .compile = compile,
  .free_plan = free_plan,
  .load = load,
  .save = save,
  .run = run,
  .step = step,
  .gradients = gradients,
  .save_state = save_state,
  .load_state = load_state,
  .plan_bytes = plan_bytes,
  .plan_key = plan_key,
};
