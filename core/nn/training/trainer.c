/* trainer.c: the course of a training: steps, validation after an epoch, the best epoch kept, a checkpoint written */
#include "config.h"
#include "trainer-private.h"
#include "augment.h"
#include "class-weights.h"
#include "loader.h"
#include "nn/weights/batch-norm.h"
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>

gboolean
lw_trainer_load_frame (LwTrainer *trainer, gboolean val, guint index, guint8 *rgb, guint8 *labels, GError **error)
{
  g_mutex_lock (&trainer->load_lock);
  gboolean done = trainer->set->load (trainer->set->data, val, index, rgb, labels, error);

  g_mutex_unlock (&trainer->load_lock);
  return done;
}

gboolean
lw_trainer_yield (LwTrainer *trainer, GError **error)
{
  if (trainer->yield == NULL || trainer->yield (trainer->data))
    return TRUE;
  g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_CANCELLED, _("The training was stopped"));
  return FALSE;
}

/* ---- batches ---- */

static void
crop_size (const LwTrainer *trainer, const LwRecipeStage *stage, int *width, int *height)
{
  *width = stage->crop_width > 0 ? stage->crop_width : trainer->set->width;
  *height = stage->crop_height > 0 ? stage->crop_height : trainer->set->height;
}

static gsize
batch_pixels (const LwTrainer *trainer, const LwRecipeStage *stage)
{
  int width, height;

  crop_size (trainer, stage, &width, &height);
  return (gsize) width * (gsize) height * stage->batch;
}

static gsize
largest_batch (const LwTrainer *trainer)
{
  gsize most = 0;

  for (guint i = 0; i < trainer->recipe->n_stages; i++)
    most = MAX (most, batch_pixels (trainer, &trainer->recipe->stages[i]));
  return most;
}

static gboolean
load_step_cb (gpointer data, guint step, guint8 *rgb, guint8 *labels, GError **error)
{
  LwTrainer *trainer = data;
  const LwRecipe *recipe = trainer->recipe;
  const LwRecipeStage *stage = lw_schedule_stage (trainer->schedule, lw_schedule_epoch (trainer->schedule, step));
  LwAugment augment = { stage->scale_min, stage->scale_max, recipe->brightness, recipe->contrast, recipe->saturation, recipe->flip, { 0 } };
  int width, height;

  crop_size (trainer, stage, &width, &height);
  for (int c = 0; c < 3; c++)
    augment.fill[c] = (guint8) CLAMP (trainer->model->transform.mean[c] * 255 + 0.5f, 0, 255);
  for (guint i = 0; i < stage->batch; i++)
    {
      LwRandom random = lw_random_new (recipe->seed, (guint64) step * 1024 + i);
      gsize at = (gsize) i * (gsize) (width * height);

      if (!lw_trainer_load_frame (trainer, FALSE, lw_schedule_frame (trainer->schedule, step, i), trainer->frame_rgb, trainer->frame_labels, error))
        return FALSE;
      lw_augment (&augment, &random, trainer->frame_rgb, trainer->frame_labels, trainer->set->width, trainer->set->height, rgb + at * 3, labels + at, width, height);
    }
  return TRUE;
}

/* ---- before the first step ---- */

static gboolean
weigh_classes (LwTrainer *trainer, GError **error)
{
  int n = trainer->model->n_classes;
  g_autoptr(LwClassCounts) counts = lw_class_counts_new (n);

  if (!trainer->recipe->class_weights)
    return TRUE;
  for (guint i = 0; i < trainer->set->n_train; i++)
    {
      if (!lw_trainer_yield (trainer, error) || !lw_trainer_load_frame (trainer, FALSE, i, trainer->frame_rgb, trainer->frame_labels, error))
        return FALSE;
      lw_class_counts_add (counts, trainer->frame_labels, (gsize) trainer->set->width * (gsize) trainer->set->height);
    }
  trainer->class_weights = g_new (float, n);
  lw_class_counts_weigh (counts, trainer->class_weights);
  for (int c = 0; c < n; c++)
    trainer->class_weights[c] = MIN (powf (trainer->class_weights[c], trainer->recipe->class_weight_power), trainer->recipe->max_class_weight);
  return TRUE;
}

static void
freeze (LwGraph *graph, char **prefixes)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    for (char **prefix = prefixes; prefix != NULL && *prefix != NULL; prefix++)
      if (g_str_has_prefix (g_array_index (graph->nodes, LwNode, i).name, *prefix))
        g_array_index (graph->nodes, LwNode, i).frozen = TRUE;
}

static gboolean
prepare (LwTrainer *trainer, GError **error)
{
  const LwNetModel *model = trainer->model;
  LwNetworkOptions options = { .classes = model->n_classes, .original_padding = model->original_padding, .batch_norm = trainer->recipe->batch_norm };
  gsize pixels = (gsize) trainer->set->width * (gsize) trainer->set->height;
  gboolean resumed;

  trainer->schedule = lw_schedule_new (trainer->recipe, trainer->set->n_train);
  trainer->graph = lw_network_new (model->architecture, &options);
  freeze (trainer->graph, trainer->recipe->frozen);
  trainer->weights = lw_batch_norm_unfold (model->graph, model->weights, trainer->graph);
  trainer->best = lw_weights_copy (model->weights);
  trainer->best_miou = NAN;
  trainer->frame_rgb = g_malloc (pixels * 3);
  trainer->frame_labels = g_malloc (pixels);
  trainer->started = g_get_monotonic_time ();
  trainer->progress = (LwTrainingProgress) { .epochs = trainer->schedule->epochs, .steps = trainer->schedule->steps, .val_miou = NAN };
  return lw_checkpoint_load (trainer, &resumed, error) && weigh_classes (trainer, error);
}

/* ---- steps ---- */

/* Values and moments move from one plan to the next; batches of another size need another plan. */
static gboolean
use_stage (LwTrainer *trainer, const LwRecipeStage *stage, GError **error)
{
  LwPlanOptions options = { .n = (int) stage->batch, .train = TRUE, .precision = trainer->precision, .deterministic = TRUE, .transform = trainer->model->transform };

  if (trainer->plan_stage == stage)
    return TRUE;
  g_clear_pointer (&trainer->plan, trainer->backend->free_plan);
  crop_size (trainer, stage, &options.width, &options.height);
  trainer->plan = trainer->backend->compile (trainer->device, trainer->graph, &options, error);
  if (trainer->plan == NULL || !trainer->backend->load (trainer->plan, trainer->weights, error))
    return FALSE;
  trainer->plan_stage = stage;
  return trainer->state == NULL || trainer->backend->load_state (trainer->plan, trainer->state, error);
}

static gboolean
take_step (LwTrainer *trainer, guint step, const LwLoaded *loaded, double *loss, GError **error)
{
  const LwRecipe *recipe = trainer->recipe;
  LwOptimizer optimizer = {
    .kind = recipe->optimizer, .rate = lw_schedule_rate (trainer->schedule, step), .momentum = recipe->momentum, .beta2 = recipe->beta2,
    .weight_decay = recipe->weight_decay, .bias_rate_factor = recipe->bias_rate_factor, .class_weights = trainer->class_weights,
    .clip_norm = recipe->clip_norm, .step = step, .seed = recipe->seed,
  };
  LwBatch batch = { .rgb = loaded->rgb, .labels = loaded->labels };
  LwStepStats stats = { 0 };

  if (!lw_trainer_yield (trainer, error)
      || !trainer->backend->step (trainer->plan, &batch, &optimizer, &stats, trainer->yield, trainer->data, error))
    return FALSE;
  if (!isfinite (stats.loss) || !isfinite (stats.gradient_norm))
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_VALUE, _("The training diverged at step %u (loss %g): choose a recipe with a lower rate"), step + 1, stats.loss);
      return FALSE;
    }
  trainer->progress.rate = (double) optimizer.rate;
  *loss = stats.loss;
  return TRUE;
}

/* The rest takes as long as the pixels so far did, each. */
static void
tell (LwTrainer *trainer, guint steps_done, gboolean epoch_done)
{
  LwTrainingProgress *progress = &trainer->progress;
  double seconds = (double) (g_get_monotonic_time () - trainer->started) * 1e-6, left = 0;
  guint epoch = steps_done < trainer->schedule->steps ? lw_schedule_epoch (trainer->schedule, steps_done) : trainer->schedule->epochs;

  for (guint e = epoch; e < trainer->schedule->epochs; e++)
    {
      guint first = MAX (trainer->schedule->first_step[e], steps_done);

      left += (double) (trainer->schedule->first_step[e + 1] - first) * (double) batch_pixels (trainer, lw_schedule_stage (trainer->schedule, e));
    }
  progress->step = steps_done;
  progress->seconds = trainer->seconds_before + seconds;
  progress->seconds_left = trainer->work_done > 0 ? seconds * left / trainer->work_done : 0;
  progress->epoch_done = epoch_done;
  if (trainer->report != NULL)
    trainer->report (progress, trainer->data);
}

static gboolean
train_epoch (LwTrainer *trainer, LwLoader *loader, GError **error)
{
  const LwRecipeStage *stage = lw_schedule_stage (trainer->schedule, trainer->epoch);
  guint first = trainer->schedule->first_step[trainer->epoch], end = trainer->schedule->first_step[trainer->epoch + 1];
  double sum = 0, loss = 0;

  if (!use_stage (trainer, stage, error))
    return FALSE;
  for (guint step = first; step < end; step++)
    {
      LwLoaded *loaded = lw_loader_take (loader);

      if (loaded->error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&loaded->error));
          return FALSE;
        }
      if (!take_step (trainer, step, loaded, &loss, error))
        return FALSE;
      lw_loader_give_back (loader, loaded);
      sum += loss;
      trainer->work_done += (double) batch_pixels (trainer, stage);
      trainer->progress.loss = sum / (step - first + 1);
      if (step + 1 < end)
        tell (trainer, step + 1, FALSE);
    }
  trainer->final_loss = trainer->progress.loss;
  return TRUE;
}

/* ---- epochs ---- */

static gboolean
fetch (LwTrainer *trainer, GError **error)
{
  lw_weights_free (trainer->state);
  trainer->state = lw_weights_new ();
  return trainer->backend->save (trainer->plan, trainer->weights, error) && trainer->backend->save_state (trainer->plan, trainer->state, error)
         && lw_weights_check (trainer->weights, trainer->graph, error);
}

/* Without validation (or anything labelled in it) the last epoch is the best there is. */
static gboolean
judge (LwTrainer *trainer, GError **error)
{
  guint done = trainer->epoch + 1;
  gboolean due = done % trainer->recipe->validate_every == 0 || done == trainer->schedule->epochs;
  double miou = NAN;

  trainer->progress.val_miou = NAN;
  if (trainer->set->n_val > 0 && !due)
    return TRUE;
  g_autoptr(LwWeights) folded = lw_batch_norm_fold (trainer->graph, trainer->weights, trainer->model->graph);

  if (trainer->set->n_val > 0 && !lw_trainer_validate (trainer, folded, &miou, error))
    return FALSE;
  trainer->progress.val_miou = miou;
  trainer->validations_since_best++;
  if (miou <= trainer->best_miou)
    return TRUE;
  trainer->best_miou = miou;
  trainer->best_epoch = isnan (miou) ? 0 : done;
  trainer->validations_since_best = 0;
  lw_weights_free (trainer->best);
  trainer->best = g_steal_pointer (&folded);
  return TRUE;
}

static gboolean
is_over (const LwTrainer *trainer)
{
  const LwRecipe *recipe = trainer->recipe;

  return trainer->epoch >= trainer->schedule->epochs || (recipe->patience > 0 && trainer->validations_since_best >= recipe->patience);
}

static gboolean
run_epochs (LwTrainer *trainer, GError **error)
{
  g_autoptr(LwLoader) loader = NULL;

  if (is_over (trainer))
    return TRUE;
  loader = lw_loader_new (load_step_cb, trainer, trainer->schedule->first_step[trainer->epoch], trainer->schedule->steps, largest_batch (trainer));
  while (!is_over (trainer))
    {
      trainer->progress.epoch = trainer->epoch + 1;
      if (!train_epoch (trainer, loader, error) || !fetch (trainer, error) || !judge (trainer, error))
        return FALSE;
      trainer->epoch++;
      if (trainer->checkpoint != NULL && !lw_checkpoint_save (trainer, error))
        return FALSE;
      tell (trainer, trainer->schedule->first_step[trainer->epoch], TRUE);
    }
  return TRUE;
}

/* ---- the whole ---- */

static void
finish (LwTrainer *trainer, LwTrainingSummary *summary)
{
  for (guint i = 0; i < trainer->best->tensors->len; i++)
    {
      const LwTensor *from = trainer->best->tensors->pdata[i];

      memcpy (lw_weights_get (trainer->model->weights, from->name)->data, from->data, from->count * sizeof (float));
    }
  if (summary != NULL)
    *summary = (LwTrainingSummary) {
      .best_miou = trainer->best_miou, .best_epoch = trainer->best_epoch, .epochs_run = trainer->epoch, .final_loss = trainer->final_loss,
      .seconds = trainer->seconds_before + (double) (g_get_monotonic_time () - trainer->started) * 1e-6,
    };
}

static void
clear (LwTrainer *trainer)
{
  g_clear_pointer (&trainer->plan, trainer->backend->free_plan);
  g_clear_pointer (&trainer->val_plan, trainer->backend->free_plan);
  lw_schedule_free (trainer->schedule);
  lw_graph_free (trainer->graph);
  lw_weights_free (trainer->weights);
  lw_weights_free (trainer->state);
  lw_weights_free (trainer->best);
  g_free (trainer->class_weights);
  g_free (trainer->frame_rgb);
  g_free (trainer->frame_labels);
  g_mutex_clear (&trainer->load_lock);
}

static gboolean
check_request (const LwBackend *backend, const LwTrainingSet *set, GError **error)
{
  if (backend->step == NULL)
    g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_UNSUPPORTED, _("The backend “%s” doesn’t train"), backend->name);
  else if (set->n_train == 0)
    g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE, _("There is no frame to train on"));
  else if (set->width < 1 || set->height < 1 || set->width > 32768 || set->height > 32768)
    g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE, _("Frames of %d × %d pixels can’t be trained on"), set->width, set->height);
  else
    return TRUE;
  return FALSE;
}

gboolean
lw_train (const LwBackend *backend, LwDevice *device, LwNetModel *model, const LwTrainingSet *set, const LwRecipe *recipe, LwPrecision precision,
          const char *checkpoint, LwTrainingReport report, LwYield yield, gpointer data, LwTrainingSummary *summary, GError **error)
{
  LwTrainer trainer = {
    .backend = backend, .device = device, .model = model, .set = set, .recipe = recipe, .precision = precision, .checkpoint = checkpoint,
    .report = report, .yield = yield, .data = data,
  };

  if (!check_request (backend, set, error))
    return FALSE;
  g_mutex_init (&trainer.load_lock);
  gboolean done = prepare (&trainer, error) && run_epochs (&trainer, error);

  if (done)
    finish (&trainer, summary);
  clear (&trainer);
  return done;
}
