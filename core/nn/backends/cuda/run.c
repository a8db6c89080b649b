/* run.c: predictions and training steps: pictures up, the steps (from the second time on as one CUDA graph), results down */
#include "config.h"
#include "plan.h"
#include "nn/random.h"
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#define CONFIDENCE_BLOCK 4      /* px of the result a side */

typedef gboolean (*Record) (LwPlan *plan, GError **error);

static gboolean
wait (LwPlan *plan, GError **error)
{
  return lw_cuda_check (cudaStreamSynchronize (plan->device->stream), _("Computing on the GPU"), error);
}

static gboolean
ask (LwYield yield, gpointer data, GError **error)
{
  return yield == NULL || yield (data) || lw_net_fail (error, LW_NET_ERROR_CANCELLED, _("Cancelled"));
}

/* ---- graphs ---- */

static gboolean
capture (LwPlan *plan, Record record, cudaGraphExec_t *graph, GError **error)
{
  cudaGraph_t captured = NULL;
  gboolean done;

  if (!lw_cuda_check (cudaStreamBeginCapture (plan->device->stream, cudaStreamCaptureModeThreadLocal), _("A CUDA graph"), error))
    return FALSE;
  done = record (plan, error);
  done = lw_cuda_check (cudaStreamEndCapture (plan->device->stream, &captured), _("A CUDA graph"), done ? error : NULL) && done;
  done = done && lw_cuda_check (cudaGraphInstantiate (graph, captured, 0), _("A CUDA graph"), error);
  if (captured != NULL)
    cudaGraphDestroy (captured);
  return done;
}

/* The first time as it is, so that everything is loaded; then as one graph, or as before where that can't be made. */
static gboolean
launch (LwPlan *plan, gboolean first, Record record, cudaGraphExec_t *graph, GError **error)
{
  g_autoptr(GError) problem = NULL;

  if (!first && plan->graphs && *graph == NULL && !capture (plan, record, graph, &problem))
    {
      g_debug ("%s", problem->message);
      plan->graphs = FALSE;
      *graph = NULL;
    }
  if (*graph == NULL || first)
    return record (plan, error);
  return lw_cuda_check (cudaGraphLaunch (*graph, plan->device->stream), _("A CUDA graph"), error);
}

static gboolean
record_forward (LwPlan *plan, GError **error)
{
  return lw_steps_run (plan, 0, plan->n_forward, error);
}

/* ---- pictures ---- */

static gboolean
send_picture (LwPlan *plan, const LwBatch *batch, GError **error)
{
  const LwLayer *input = lw_plan_layer (plan, 0);
  gsize pixels = (gsize) plan->options.n * (gsize) plan->options.height * (gsize) plan->options.width;
  const LwInputTransform *t = &plan->options.transform;
  LwCudaTransform transform = { { t->mean[0], t->mean[1], t->mean[2] }, { t->std[0], t->std[1], t->std[2] }, t->bgr };
  void *x = lw_buffer_data (plan, input->value);
  cudaStream_t stream = plan->device->stream;

  if (batch->input != NULL)
    return lw_transfer_up (plan, &plan->floats, batch->input, pixels * 3 * sizeof (float), error)
           && lw_cuda_check (input->window.kernel > 0 ? lw_cuda_patch_floats (stream, plan->floats.device, input->window, input->shape, x)
                             : lw_cuda_input_floats (stream, plan->floats.device, input->shape, x), "input", error);
  return lw_transfer_up (plan, &plan->rgb, batch->rgb, pixels * 3, error)
         && lw_cuda_check (input->window.kernel > 0 ? lw_cuda_patch_bytes (stream, plan->rgb.device, transform, input->window, input->shape, x)
                           : lw_cuda_input_bytes (stream, plan->rgb.device, transform, input->shape, x), "input", error);
}

/* ---- results ---- */

static gboolean
request_scores (LwPlan *plan, GError **error)
{
  const LwLayer *layer = lw_plan_layer (plan, plan->score_layer);
  gsize bytes = (gsize) layer->shape.n * (gsize) layer->shape.c * (gsize) layer->shape.h * (gsize) layer->shape.w * sizeof (float);

  return lw_transfer_reserve (plan, &plan->scores, bytes, TRUE, error)
         && lw_cuda_check (lw_cuda_to_nchw (plan->device->stream, layer->shape, lw_buffer_data (plan, layer->value), plan->scores.device), "score", error)
         && lw_transfer_down (plan, &plan->scores, bytes, error);
}

typedef struct { LwCudaFrame frame; gsize pixels, blocks; } Output;

static Output
output_of (const LwPlan *plan, const LwResult *result)
{
  Output out = { .frame = { result->out_height > 0 ? result->out_height : plan->options.height, result->out_width > 0 ? result->out_width : plan->options.width } };
  gsize rows = (gsize) (out.frame.height + CONFIDENCE_BLOCK - 1) / CONFIDENCE_BLOCK, columns = (gsize) (out.frame.width + CONFIDENCE_BLOCK - 1) / CONFIDENCE_BLOCK;

  out.pixels = (gsize) plan->options.n * (gsize) out.frame.height * (gsize) out.frame.width;
  out.blocks = (gsize) plan->options.n * rows * columns;
  return out;
}

static gboolean
request_labels (LwPlan *plan, const LwResult *result, GError **error)
{
  Output out = output_of (plan, result);
  gboolean labels = result->labels != NULL, confidence = result->confidence != NULL;

  if (!labels && !confidence)
    return TRUE;
  if (out.frame.height > LW_CUDA_MAX_SIDE || out.frame.width > LW_CUDA_MAX_SIDE)
    return lw_net_fail (error, LW_NET_ERROR_SHAPE, _("A frame of %d × %d pixels: the GPU’s code is for %d a side at most"), out.frame.width, out.frame.height,
                        LW_CUDA_MAX_SIDE);
  if ((labels && !lw_transfer_reserve (plan, &plan->labels, out.pixels, TRUE, error))
      || (confidence && !lw_transfer_reserve (plan, &plan->confidence, out.blocks, TRUE, error))
      || !lw_transfer_up (plan, &plan->frame, &out.frame, sizeof out.frame, error))
    return FALSE;
  return lw_cuda_check (lw_cuda_score (plan->device->stream, plan->score, lw_buffer_data (plan, lw_plan_layer (plan, plan->score_layer)->value), plan->frame.device,
                                       out.frame, labels ? plan->labels.device : NULL, confidence ? plan->confidence.device : NULL), "score", error)
         && (!labels || lw_transfer_down (plan, &plan->labels, out.pixels, error))
         && (!confidence || lw_transfer_down (plan, &plan->confidence, out.blocks, error));
}

static void
hand_out (const LwPlan *plan, LwResult *result)
{
  const LwCudaShape *grid = &plan->score.grid;
  Output out = output_of (plan, result);

  if (result->scores != NULL)
    memcpy (result->scores, plan->scores.host, (gsize) grid->n * (gsize) grid->c * (gsize) grid->h * (gsize) grid->w * sizeof (float));
  if (result->labels != NULL)
    memcpy (result->labels, plan->labels.host, out.pixels);
  if (result->confidence != NULL)
    memcpy (result->confidence, plan->confidence.host, out.blocks);
}

gboolean
lw_plan_run (LwPlan *plan, const LwBatch *batch, LwResult *result, LwYield yield, gpointer data, GError **error)
{
  gboolean first = plan->runs == 0;

  if (!ask (yield, data, error))
    return FALSE;
  plan->mode = LW_MODE_INFER;
  plan->runs++;
  if (!send_picture (plan, batch, error) || !launch (plan, first, record_forward, &plan->run_graph, error)
      || (result->scores != NULL && !request_scores (plan, error)) || !request_labels (plan, result, error) || !wait (plan, error))
    return FALSE;
  hand_out (plan, result);
  return TRUE;
}

/* ---- training ---- */

static gboolean
send_truth (LwPlan *plan, const LwBatch *batch, const float *class_weights, GError **error)
{
  gsize pixels = (gsize) plan->options.n * (gsize) plan->options.height * (gsize) plan->options.width;
  float weights[256];

  g_assert (plan->graph->classes <= (int) G_N_ELEMENTS (weights));
  for (int c = 0; c < plan->graph->classes; c++)
    weights[c] = class_weights != NULL ? class_weights[c] : 1;
  return lw_transfer_up (plan, &plan->truth, batch->labels, pixels, error)
         && lw_transfer_up (plan, &plan->class_weights, weights, (gsize) plan->graph->classes * sizeof (float), error);
}

static gboolean
send_step (LwPlan *plan, const LwOptimizer *o, GError **error)
{
  double steps = (double) o->step + 1;
  LwCudaStep step = {
    .dropout = lw_random_mix (o->seed) + o->step * 4096, .drops = plan->mode == LW_MODE_TRAIN,
    .rate = o->rate, .bias_rate = o->rate * o->bias_rate_factor, .momentum = o->momentum, .beta2 = o->beta2, .decay = o->weight_decay,
    .correction1 = (float) (1 - pow ((double) o->momentum, steps)), .correction2 = (float) (1 - pow ((double) o->beta2, steps)), .clip_norm = o->clip_norm,
  };

  return lw_transfer_up (plan, &plan->step, &step, sizeof step, error);
}

static gboolean
record_step (LwPlan *plan, GError **error)
{
  cudaStream_t stream = plan->device->stream;
  LwCudaStats *stats = plan->stats.device;
  const LwCudaStep *step = plan->step.device;
  cudaError_t (*update) (cudaStream_t, const LwCudaTensor *, int, gsize, const LwCudaStep *, const LwCudaStats *)
    = plan->table_kind == LW_SGD ? lw_cuda_sgd : lw_cuda_adamw;

  if (!lw_steps_run (plan, 0, (int) plan->steps->len, error))
    return FALSE;
  if (plan->n_table > 0
      && (!lw_cuda_check (lw_cuda_gradient_norm (stream, plan->table, plan->n_table, plan->table_chunks, step, plan->scratch, stats), "norm", error)
          || !lw_cuda_check (update (stream, plan->table, plan->n_table, plan->table_chunks, step, stats), "update", error)))
    return FALSE;
  return (plan->n_running == 0 || lw_cuda_check (lw_cuda_norm_keep (stream, plan->running, plan->n_running, stats), "update", error))
         && lw_transfer_down (plan, &plan->stats, sizeof (LwCudaStats), error);
}

gboolean
lw_plan_step (LwPlan *plan, const LwBatch *batch, const LwOptimizer *optimizer, LwStepStats *stats, LwYield yield, gpointer data, GError **error)
{
  const LwCudaStats *got;
  gboolean first = plan->steps_done == 0;

  if (!ask (yield, data, error) || !lw_parameters_prepare_update (plan, optimizer->kind, error))
    return FALSE;
  plan->mode = LW_MODE_TRAIN;
  plan->steps_done++;
  if (!send_picture (plan, batch, error) || !send_truth (plan, batch, optimizer->class_weights, error) || !send_step (plan, optimizer, error)
      || !launch (plan, first, record_step, &plan->step_graph, error) || !wait (plan, error))
    return FALSE;
  got = plan->stats.host;
  *stats = (LwStepStats) { got->loss, got->pixels, got->gradient_norm };
  return got->finite || lw_net_fail (error, LW_NET_ERROR_VALUE, _("Training diverged: the loss is %g and the gradient’s norm %g. Use a smaller learning rate."),
                                     got->loss, got->gradient_norm);
}

gboolean
lw_plan_gradients (LwPlan *plan, const LwBatch *batch, const float *class_weights, LwWeights *into, double *loss, GError **error)
{
  LwOptimizer nothing = { .bias_rate_factor = 1 };

  plan->mode = LW_MODE_GRADIENT;
  if (!send_picture (plan, batch, error) || !send_truth (plan, batch, class_weights, error) || !send_step (plan, &nothing, error)
      || !lw_steps_run (plan, 0, (int) plan->steps->len, error) || !lw_transfer_down (plan, &plan->stats, sizeof (LwCudaStats), error) || !wait (plan, error))
    return FALSE;
  *loss = ((const LwCudaStats *) plan->stats.host)->loss;
  return lw_parameters_save_gradients (plan, into, error);
}

void
lw_plan_free_run (LwPlan *plan)
{
  LwTransfer *transfers[] = { &plan->rgb, &plan->floats, &plan->truth, &plan->step, &plan->class_weights, &plan->stats,
                              &plan->labels, &plan->confidence, &plan->scores, &plan->frame, &plan->chunk };

  if (plan->run_graph != NULL)
    cudaGraphExecDestroy (plan->run_graph);
  if (plan->step_graph != NULL)
    cudaGraphExecDestroy (plan->step_graph);
  for (gsize i = 0; i < G_N_ELEMENTS (transfers); i++)
    lw_transfer_clear (transfers[i]);
}
