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

/* ---- slots ---- */

gboolean
lw_plan_make_slots (LwPlan *plan, GError **error)
{
  for (int i = 0; i < LW_SLOTS; i++)
    if (!lw_cuda_check (cudaEventCreateWithFlags (&plan->slots[i].sent, cudaEventDisableTiming), _("Memory for the GPU’s transfers"), error)
        || !lw_cuda_check (cudaEventCreateWithFlags (&plan->slots[i].done, cudaEventDisableTiming), _("Memory for the GPU’s transfers"), error))
      return FALSE;
  return TRUE;
}

static void
free_slot (LwSlot *slot)
{
  lw_transfer_clear (&slot->rgb);
  lw_transfer_clear (&slot->floats);
  lw_transfer_clear (&slot->labels);
  lw_transfer_clear (&slot->confidence);
  lw_transfer_clear (&slot->scores);
  if (slot->sent != NULL)
    cudaEventDestroy (slot->sent);
  if (slot->done != NULL)
    cudaEventDestroy (slot->done);
}

/* ---- pictures ---- */

static gsize
piece_pixels (const LwPlan *plan)
{
  return (gsize) plan->options.n * (gsize) plan->options.height * (gsize) plan->options.width;
}

/* What the first step reads, made of what was sent. */
static cudaError_t
read_picture (LwPlan *plan, const LwSlot *slot, gboolean bytes)
{
  const LwLayer *input = lw_plan_layer (plan, 0);
  const LwInputTransform *t = &plan->options.transform;
  LwCudaTransform transform = { { t->mean[0], t->mean[1], t->mean[2] }, { t->std[0], t->std[1], t->std[2] }, t->bgr };
  gboolean patches = input->window.kernel > 0;
  cudaStream_t stream = plan->device->stream;
  void *x = lw_buffer_data (plan, input->value);

  if (bytes)
    return patches ? lw_cuda_patch_bytes (stream, slot->rgb.device, transform, input->window, input->shape, x)
                   : lw_cuda_input_bytes (stream, slot->rgb.device, transform, input->shape, x);
  return patches ? lw_cuda_patch_floats (stream, slot->floats.device, input->window, input->shape, x)
                 : lw_cuda_input_floats (stream, slot->floats.device, input->shape, x);
}

/* Beside what the GPU is doing, if there is more than one piece. */
static gboolean
send_picture (LwPlan *plan, LwSlot *slot, const LwBatch *batch, int piece, GError **error)
{
  gsize values = piece_pixels (plan) * 3, first = (gsize) piece * values;
  cudaStream_t stream = plan->pieces > 1 ? plan->device->copies : plan->device->stream;

  if (!(batch->input != NULL ? lw_transfer_up (plan, &slot->floats, batch->input + first, values * sizeof (float), stream, error)
        : lw_transfer_up (plan, &slot->rgb, batch->rgb + first, values, stream, error)))
    return FALSE;
  return (plan->pieces == 1
          || (lw_cuda_check (cudaEventRecord (slot->sent, stream), _("Sending to the GPU"), error)
              && lw_cuda_check (cudaStreamWaitEvent (plan->device->stream, slot->sent, 0), _("Sending to the GPU"), error)))
         && lw_cuda_check (read_picture (plan, slot, batch->input == NULL), "input", error);
}

/* ---- results ---- */

/* Sizes are those of a piece. */
typedef struct { LwCudaFrame frame; gsize pixels, blocks, scores; } Output;

static Output
output_of (const LwPlan *plan, const LwResult *result)
{
  const LwCudaShape *grid = &plan->score.grid;
  Output out = { .frame = { result->out_height > 0 ? result->out_height : plan->options.height, result->out_width > 0 ? result->out_width : plan->options.width } };
  gsize rows = (gsize) (out.frame.height + CONFIDENCE_BLOCK - 1) / CONFIDENCE_BLOCK, columns = (gsize) (out.frame.width + CONFIDENCE_BLOCK - 1) / CONFIDENCE_BLOCK;

  out.pixels = (gsize) plan->options.n * (gsize) out.frame.height * (gsize) out.frame.width;
  out.blocks = (gsize) plan->options.n * rows * columns;
  out.scores = (gsize) grid->n * (gsize) grid->c * (gsize) grid->h * (gsize) grid->w;
  return out;
}

static gboolean
request_scores (LwPlan *plan, LwSlot *slot, const Output *out, GError **error)
{
  gsize bytes = out->scores * sizeof (float);

  return lw_transfer_reserve (plan, &slot->scores, bytes, TRUE, error)
         && lw_cuda_check (lw_cuda_to_nchw (plan->device->stream, plan->score.grid, lw_buffer_data (plan, lw_plan_layer (plan, plan->score_layer)->value),
                                            slot->scores.device), "score", error)
         && lw_transfer_down (plan, &slot->scores, bytes, error);
}

static gboolean
request_labels (LwPlan *plan, LwSlot *slot, const LwResult *result, const Output *out, GError **error)
{
  gboolean labels = result->labels != NULL, confidence = result->confidence != NULL;

  if ((labels && !lw_transfer_reserve (plan, &slot->labels, out->pixels, TRUE, error))
      || (confidence && !lw_transfer_reserve (plan, &slot->confidence, out->blocks, TRUE, error)))
    return FALSE;
  return lw_cuda_check (lw_cuda_score (plan->device->stream, plan->score, lw_buffer_data (plan, lw_plan_layer (plan, plan->score_layer)->value), plan->frame.device,
                                       out->frame, labels ? slot->labels.device : NULL, confidence ? slot->confidence.device : NULL), "score", error)
         && (!labels || lw_transfer_down (plan, &slot->labels, out->pixels, error))
         && (!confidence || lw_transfer_down (plan, &slot->confidence, out->blocks, error));
}

static gboolean
request_results (LwPlan *plan, LwSlot *slot, const LwResult *result, const Output *out, GError **error)
{
  return (result->scores == NULL || request_scores (plan, slot, out, error))
         && ((result->labels == NULL && result->confidence == NULL) || request_labels (plan, slot, result, out, error))
         && (plan->pieces == 1 || lw_cuda_check (cudaEventRecord (slot->done, plan->device->stream), _("Reading from the GPU"), error));
}

static gboolean
finish_piece (LwPlan *plan, const LwResult *result, const Output *out, int piece, GError **error)
{
  const LwSlot *slot = &plan->slots[piece % LW_SLOTS];
  gsize p = (gsize) piece;

  if (!(plan->pieces == 1 ? wait (plan, error) : lw_cuda_check (cudaEventSynchronize (slot->done), _("Computing on the GPU"), error)))
    return FALSE;
  if (result->scores != NULL)
    memcpy (result->scores + p * out->scores, slot->scores.host, out->scores * sizeof (float));
  if (result->labels != NULL)
    memcpy (result->labels + p * out->pixels, slot->labels.host, out->pixels);
  if (result->confidence != NULL)
    memcpy (result->confidence + p * out->blocks, slot->confidence.host, out->blocks);
  return TRUE;
}

static gboolean
start_piece (LwPlan *plan, const LwBatch *batch, const LwResult *result, const Output *out, int piece, GError **error)
{
  LwSlot *slot = &plan->slots[piece % LW_SLOTS];
  gboolean first = plan->runs == 0;

  plan->runs++;
  return send_picture (plan, slot, batch, piece, error) && launch (plan, first, record_forward, &plan->run_graph, error)
         && request_results (plan, slot, result, out, error);
}

/* Each piece is handed out while the next one is computed. */
static gboolean
run_pieces (LwPlan *plan, const LwBatch *batch, const LwResult *result, const Output *out, GError **error)
{
  for (int i = 0; i < plan->pieces; i++)
    if (!start_piece (plan, batch, result, out, i, error) || (i > 0 && !finish_piece (plan, result, out, i - 1, error)))
      return FALSE;
  return finish_piece (plan, result, out, plan->pieces - 1, error);
}

gboolean
lw_plan_run (LwPlan *plan, const LwBatch *batch, LwResult *result, LwYield yield, gpointer data, GError **error)
{
  Output out = output_of (plan, result);

  if (out.frame.height > LW_CUDA_MAX_FRAME || out.frame.width > LW_CUDA_MAX_FRAME)
    return lw_net_fail (error, LW_NET_ERROR_SHAPE, _("A frame of %d × %d pixels: the GPU’s code is for %d a side at most"), out.frame.width, out.frame.height,
                        LW_CUDA_MAX_FRAME);
  plan->mode = LW_MODE_INFER;
  if (ask (yield, data, error) && lw_transfer_up (plan, &plan->frame, &out.frame, sizeof out.frame, plan->device->stream, error)
      && run_pieces (plan, batch, result, &out, error))
    return TRUE;
  cudaStreamSynchronize (plan->device->stream);         /* nothing may be under way in memory that the next run writes to */
  return FALSE;
}

/* ---- training ---- */

static gboolean
send_truth (LwPlan *plan, const LwBatch *batch, const float *class_weights, GError **error)
{
  float weights[256];

  g_assert (plan->graph->classes <= (int) G_N_ELEMENTS (weights));
  for (int c = 0; c < plan->graph->classes; c++)
    weights[c] = class_weights != NULL ? class_weights[c] : 1;
  return lw_transfer_up (plan, &plan->truth, batch->labels, piece_pixels (plan), plan->device->stream, error)
         && lw_transfer_up (plan, &plan->class_weights, weights, (gsize) plan->graph->classes * sizeof (float), plan->device->stream, error);
}

static gboolean
send_step (LwPlan *plan, const LwOptimizer *o, GError **error)
{
  double steps = (double) o->step + 1;
  LwCudaStep step = {
    .dropout = lw_random_mix (o->seed) + o->step * 4096, .drops = plan->mode == LW_MODE_TRAIN,
    .rate = o->rate, .bias_rate = o->rate * o->bias_rate_factor, .momentum = o->momentum, .beta2 = o->beta2, .decay = o->weight_decay,
    .correction1 = (float) (1 - pow ((double) o->momentum, steps)), .correction2 = (float) (1 - pow ((double) o->beta2, steps)), .clip_norm = o->clip_norm,
    .hard_level = plan->hard ? lw_loss_hard_level (&o->loss) : 0, .hard_share = o->loss.hard_share,
  };

  return lw_transfer_up (plan, &plan->step, &step, sizeof step, plan->device->stream, error);
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

/* The graph of a step has the search for hard pixels in it, or not. */
static void
use_hard (LwPlan *plan, gboolean hard)
{
  if (plan->hard != hard && plan->step_graph != NULL)
    g_clear_pointer (&plan->step_graph, cudaGraphExecDestroy);
  plan->hard = hard;
}

gboolean
lw_plan_step (LwPlan *plan, const LwBatch *batch, const LwOptimizer *optimizer, LwStepStats *stats, LwYield yield, gpointer data, GError **error)
{
  const LwCudaStats *got;
  gboolean hard = optimizer->loss.hard_below > 0, first = plan->steps_done == 0 || hard != plan->hard;

  if (!ask (yield, data, error) || !lw_parameters_prepare_update (plan, optimizer->kind, error))
    return FALSE;
  plan->mode = LW_MODE_TRAIN;
  plan->steps_done++;
  use_hard (plan, hard);
  if (!send_picture (plan, &plan->slots[0], batch, 0, error) || !send_truth (plan, batch, optimizer->loss.class_weights, error) || !send_step (plan, optimizer, error)
      || !launch (plan, first, record_step, &plan->step_graph, error) || !wait (plan, error))
    return FALSE;
  got = plan->stats.host;
  *stats = (LwStepStats) { got->loss, got->pixels, got->gradient_norm };
  return got->finite || lw_net_fail (error, LW_NET_ERROR_VALUE, _("Training diverged: the loss is %g and the gradient’s norm %g. Use a smaller learning rate."),
                                     got->loss, got->gradient_norm);
}

gboolean
lw_plan_gradients (LwPlan *plan, const LwBatch *batch, const LwLossOptions *options, LwWeights *into, double *loss, GError **error)
{
  LwOptimizer nothing = { .bias_rate_factor = 1, .loss = options != NULL ? *options : (LwLossOptions) { 0 } };

  use_hard (plan, nothing.loss.hard_below > 0);
  plan->mode = LW_MODE_GRADIENT;
  if (!send_picture (plan, &plan->slots[0], batch, 0, error) || !send_truth (plan, batch, nothing.loss.class_weights, error) || !send_step (plan, &nothing, error)
      || !lw_steps_run (plan, 0, (int) plan->steps->len, error) || !lw_transfer_down (plan, &plan->stats, sizeof (LwCudaStats), error) || !wait (plan, error))
    return FALSE;
  *loss = ((const LwCudaStats *) plan->stats.host)->loss;
  return lw_parameters_save_gradients (plan, into, error);
}

void
lw_plan_free_run (LwPlan *plan)
{
  LwTransfer *transfers[] = { &plan->frame, &plan->truth, &plan->step, &plan->class_weights, &plan->stats, &plan->chunk };

  if (plan->run_graph != NULL)
    cudaGraphExecDestroy (plan->run_graph);
  if (plan->step_graph != NULL)
    cudaGraphExecDestroy (plan->step_graph);
  for (gsize i = 0; i < G_N_ELEMENTS (transfers); i++)
    lw_transfer_clear (transfers[i]);
  for (int i = 0; i < LW_SLOTS; i++)
    free_slot (&plan->slots[i]);
}
