/* trainer.c: the course of a training: steps, validation after an epoch, the best epoch kept, checkpoints */
#include "config.h"
#include "trainer-private.h"
#include "nn/weights/batch-norm.h"
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>

gboolean
lw_trainer_yield (LwTrainer *trainer, GError **error)
{
  if (trainer->yield == NULL || trainer->yield (trainer->data))
    return TRUE;
  g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_CANCELLED, _("The training was stopped"));
  return FALSE;
}

/* ---- before the first step ---- */

/* Of prefixes that fit, the longest one. */
static float
rate_factor_of (const LwRecipe *recipe, const char *name)
{
  gsize longest = 0;
  float factor = 1;

  for (guint i = 0; i < recipe->n_rate_factors; i++)
    if (g_str_has_prefix (name, recipe->rate_factors[i].prefix) && strlen (recipe->rate_factors[i].prefix) > longest)
      {
        longest = strlen (recipe->rate_factors[i].prefix);
        factor = recipe->rate_factors[i].factor;
      }
  return factor;
}

static void
mark_layers (LwGraph *graph, const LwRecipe *recipe)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      LwNode *node = &g_array_index (graph->nodes, LwNode, i);

      for (char **prefix = recipe->frozen; prefix != NULL && *prefix != NULL; prefix++)
        node->frozen = node->frozen || g_str_has_prefix (node->name, *prefix);
      node->frozen = node->frozen || (recipe->frozen_norms && node->kind == LW_OP_BATCH_NORM);
      node->rate_factor = rate_factor_of (recipe, node->name);
    }
}

static gboolean
prepare (LwTrainer *trainer, GError **error)
{
  const LwNetModel *model = trainer->model;
  LwNetworkOptions options = { .classes = model->n_classes, .original_padding = model->original_padding, .batch_norm = trainer->recipe->batch_norm };
  gboolean resumed;

  trainer->schedule = lw_schedule_new (trainer->recipe, trainer->set->n_train);
  trainer->graph = lw_network_new (model->architecture, &options);
  mark_layers (trainer->graph, trainer->recipe);
  trainer->frames = lw_frames_new (trainer->set, 0);
  trainer->weights = lw_batch_norm_unfold (model->graph, model->weights, trainer->graph);
  trainer->best = lw_weights_copy (model->weights);
  trainer->best_miou = NAN;
  trainer->saved_step = G_MAXUINT;
  trainer->started = g_get_monotonic_time ();
  trainer->progress = (LwTrainingProgress) { .epochs = trainer->schedule->epochs, .steps = trainer->schedule->steps, .val_miou = NAN };
  lw_taught_prepare (trainer);
  if (!lw_checkpoint_load (trainer, &resumed, error))
    return FALSE;
  return lw_trainer_is_over (trainer) || lw_trainer_weigh_classes (trainer, error);
}

/* ---- what is on the device ---- */

/* Tensors of the same names and shapes for values to be put into. */
static LwWeights *
make_room (const LwGraph *graph)
{
  g_autoptr(GArray) infos = lw_graph_tensors (graph);
  LwWeights *weights = lw_weights_new ();

  for (guint i = 0; i < infos->len; i++)
    {
      const LwTensorInfo *info = &g_array_index (infos, LwTensorInfo, i);

      lw_weights_add (weights, info->name, info->dims, info->rank);
    }
  return weights;
}

gboolean
lw_trainer_fetch_values (LwTrainer *trainer, GError **error)
{
  if (trainer->weights != NULL && trainer->values_step == trainer->step)
    return TRUE;
  if (trainer->weights == NULL)
    trainer->weights = make_room (trainer->graph);
  trainer->values_step = trainer->step;
  return trainer->backend->save (trainer->plan, trainer->weights, error) && lw_weights_check (trainer->weights, trainer->graph, error);
}

gboolean
lw_trainer_fetch_state (LwTrainer *trainer, GError **error)
{
  if (trainer->state != NULL && trainer->state_step == trainer->step)
    return TRUE;
  lw_weights_free (trainer->state);
  trainer->state = lw_weights_new ();
  trainer->state_step = trainer->step;
  return trainer->backend->save_state (trainer->plan, trainer->state, error);
}

/* The most pictures up to what fits by which a batch can be divided. */
static guint
pictures_at_once (const LwTrainer *trainer, const LwRecipeStage *stage)
{
  guint n = MIN (stage->batch, trainer->at_most);

  while (stage->batch % n != 0)
    n--;
  return n;
}

static gboolean
make_plan (LwTrainer *trainer, const LwRecipeStage *stage, GError **error)
{
  LwPlanOptions options = { .train = TRUE, .precision = trainer->precision, .deterministic = TRUE, .transform = trainer->model->transform };

  trainer->at_once = pictures_at_once (trainer, stage);
  options.n = (int) trainer->at_once;
  lw_trainer_crop_size (trainer, stage, &options.width, &options.height);
  trainer->plan = trainer->backend->compile (trainer->device, trainer->graph, &options, error);
  return trainer->plan != NULL && trainer->backend->load (trainer->plan, trainer->weights, error)
         && (trainer->state == NULL || trainer->backend->load_state (trainer->plan, trainer->state, error));
}

/* After @problem, half as many pictures at a time, if it was the memory and there were more than one. */
static gboolean
use_less (LwTrainer *trainer, const LwRecipeStage *stage, const GError *problem)
{
  if (!g_error_matches (problem, LW_NET_ERROR, LW_NET_ERROR_MEMORY) || trainer->at_once < 2)
    return FALSE;
  trainer->at_most = trainer->at_once / 2;
  g_free (trainer->note);
  trainer->note = g_strdup_printf (_("The device’s memory is too small for batches of %u pictures: %u are trained at a time, at a rate that is lower by as much."),
                                   stage->batch, pictures_at_once (trainer, stage));
  return TRUE;
}

/* Values and moments move from one plan to the next; batches of another size need another plan. */
static gboolean
use_stage (LwTrainer *trainer, const LwRecipeStage *stage, GError **error)
{
  g_autoptr(GError) problem = NULL;

  if (trainer->plan_stage == stage)
    return TRUE;
  if (trainer->plan != NULL && (!lw_trainer_fetch_values (trainer, error) || !lw_trainer_fetch_state (trainer, error)))
    return FALSE;
  g_clear_pointer (&trainer->plan, trainer->backend->free_plan);
  while (!make_plan (trainer, stage, &problem))
    {
      g_clear_pointer (&trainer->plan, trainer->backend->free_plan);
      if (!use_less (trainer, stage, problem))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return FALSE;
        }
      g_clear_error (&problem);
    }
  if (!lw_taught_use_stage (trainer, stage, error))
    return FALSE;
  trainer->plan_stage = stage;
  g_free (trainer->plan_key);
  trainer->plan_key = trainer->backend->plan_key (trainer->plan);
  return TRUE;
}

/* ---- steps ---- */

/* A step that has begun is brought to its end, since some backends move their statistics before it; what the caller answers counts after it. */
static gboolean
yield_within_step_cb (gpointer data)
{
  LwTrainer *trainer = data;

  if (trainer->yield != NULL)
    trainer->yield (trainer->data);
  return TRUE;
}

/* Piece @piece of the batch. A step in pieces drops other elements in each, and goes so much less far. */
static gboolean
step_piece (LwTrainer *trainer, const LwLoaded *loaded, guint piece, guint pieces, LwStepStats *stats, GError **error)
{
  const LwRecipe *recipe = trainer->recipe;
  LwOptimizer optimizer = {
    .kind = recipe->optimizer, .rate = lw_schedule_rate (trainer->schedule, trainer->step) / (float) pieces, .momentum = recipe->momentum, .beta2 = recipe->beta2,
    .weight_decay = recipe->weight_decay, .bias_rate_factor = recipe->bias_rate_factor, .loss = { trainer->class_weights, recipe->hard_below, recipe->hard_share },
    .clip_norm = recipe->clip_norm, .step = trainer->step, .seed = recipe->seed + piece,
  };
  gsize pixels = lw_trainer_batch_pixels (trainer, trainer->plan_stage) / pieces * piece;
  LwBatch batch = { .rgb = loaded->rgb + pixels * 3, .labels = loaded->labels + pixels };

  trainer->progress.rate = (double) optimizer.rate;
  return trainer->backend->step (trainer->plan, &batch, &optimizer, stats, yield_within_step_cb, trainer, error);
}

/* A first step may find that its moments don't fit either; nothing has been changed then. */
static gboolean
begin_step (LwTrainer *trainer, const LwLoaded *loaded, LwStepStats *stats, GError **error)
{
  const LwRecipeStage *stage = trainer->plan_stage;
  g_autoptr(GError) problem = NULL;

  while (!step_piece (trainer, loaded, 0, stage->batch / trainer->at_once, stats, &problem))
    {
      if (!use_less (trainer, stage, problem))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return FALSE;
        }
      g_clear_error (&problem);
      trainer->plan_stage = NULL;
      if (!use_stage (trainer, stage, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
take_step (LwTrainer *trainer, const LwLoaded *loaded, GError **error)
{
  LwStepStats stats = { 0 };
  double loss;
  guint pieces;

  if (!begin_step (trainer, loaded, &stats, error))
    return FALSE;
  loss = stats.loss;
  pieces = trainer->plan_stage->batch / trainer->at_once;
  for (guint i = 1; i < pieces && isfinite (loss) && isfinite (stats.gradient_norm); i++)
    {
      if (!step_piece (trainer, loaded, i, pieces, &stats, error))
        return FALSE;
      loss += stats.loss;
    }
  if (!isfinite (loss) || !isfinite (stats.gradient_norm))
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_VALUE, _("The training diverged at step %u (loss %g): choose a recipe with a lower rate"), trainer->step + 1, loss);
      return FALSE;
    }
  trainer->loss_sum += loss / pieces;
  trainer->step++;
  return TRUE;
}

/* The rest takes as long as the pixels so far did, each. */
static void
tell (LwTrainer *trainer, gboolean epoch_done)
{
  LwTrainingProgress *progress = &trainer->progress;
  const LwSchedule *schedule = trainer->schedule;
  double seconds = (double) (g_get_monotonic_time () - trainer->started) * 1e-6, left = 0;
  guint epoch = trainer->step < schedule->steps ? lw_schedule_epoch (schedule, trainer->step) : schedule->epochs;

  for (guint e = epoch; e < schedule->epochs; e++)
    {
      guint first = MAX (schedule->first_step[e], trainer->step);

      left += (double) (schedule->first_step[e + 1] - first) * (double) lw_trainer_batch_pixels (trainer, lw_schedule_stage (schedule, e));
    }
  progress->step = trainer->step;
  progress->seconds = trainer->seconds_before + seconds;
  progress->seconds_left = trainer->work_done > 0 ? seconds * left / trainer->work_done : 0;
  progress->epoch_done = epoch_done;
  progress->note = trainer->note;
  if (trainer->report != NULL)
    trainer->report (progress, trainer->data);
}

static gboolean
take_batch (LwTrainer *trainer, LwLoader *loader, GError **error)
{
  LwLoaded *loaded = lw_loader_take (loader);

  if (loaded->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&loaded->error));
      return FALSE;
    }
  if (!lw_trainer_yield (trainer, error) || !lw_taught_label (trainer, loaded, error) || !take_step (trainer, loaded, error))
    return FALSE;
  lw_loader_give_back (loader, loaded);
  return TRUE;
}

static gboolean
train_epoch (LwTrainer *trainer, LwLoader *loader, GError **error)
{
  const LwRecipeStage *stage = lw_schedule_stage (trainer->schedule, trainer->epoch);
  guint first = trainer->schedule->first_step[trainer->epoch], end = trainer->schedule->first_step[trainer->epoch + 1];

  if (!use_stage (trainer, stage, error))
    return FALSE;
  if (trainer->step == first)
    trainer->loss_sum = 0;
  while (trainer->step < end)
    {
      if (!take_batch (trainer, loader, error))
        return FALSE;
      trainer->work_done += (double) lw_trainer_batch_pixels (trainer, stage);
      trainer->progress.loss = trainer->loss_sum / (trainer->step - first);
      if (trainer->step == end)
        break;
      tell (trainer, FALSE);
      if (lw_checkpoint_is_due (trainer) && !lw_checkpoint_begin (trainer, error))
        return FALSE;
    }
  trainer->progress.loss = trainer->final_loss = trainer->loss_sum / (end - first);
  return TRUE;
}

/* ---- epochs ---- */

/* Without validation (or anything labelled in it) the last epoch is the best there is. */
static gboolean
judge (LwTrainer *trainer, LwWeights **candidate, GError **error)
{
  double miou = NAN;

  if (trainer->set->n_val > 0 && !lw_trainer_validate (trainer, *candidate, &miou, error))
    return FALSE;
  trainer->progress.val_miou = miou;
  trainer->validations_since_best++;
  if (miou <= trainer->best_miou)
    return TRUE;
  trainer->best_miou = miou;
  trainer->best_epoch = isnan (miou) ? 0 : trainer->epoch + 1;
  trainer->validations_since_best = 0;
  lw_weights_free (trainer->best);
  trainer->best = g_steal_pointer (candidate);
  return TRUE;
}

/* Values come from the device only where somebody looks at them. */
static gboolean
end_epoch (LwTrainer *trainer, GError **error)
{
  guint done = trainer->epoch + 1;
  gboolean last = done == trainer->schedule->epochs, due = last || (trainer->set->n_val > 0 && done % trainer->recipe->validate_every == 0);
  gboolean averages = lw_average_wants (trainer);

  trainer->progress.val_miou = NAN;
  if (!due && !averages)
    return TRUE;
  if (!lw_trainer_fetch_values (trainer, error))
    return FALSE;
  g_autoptr(LwWeights) folded = lw_batch_norm_fold (trainer->graph, trainer->weights, trainer->model->graph);

  if (averages)
    lw_average_add (trainer, folded);
  if (!due)
    return TRUE;
  if (averages)
    {
      lw_weights_free (folded);
      folded = lw_weights_copy (trainer->average);
    }
  lw_average_blend (trainer, folded);
  return judge (trainer, &folded, error);
}

gboolean
lw_trainer_is_over (const LwTrainer *trainer)
{
  const LwRecipe *recipe = trainer->recipe;

  return trainer->epoch >= trainer->schedule->epochs || (recipe->patience > 0 && trainer->validations_since_best >= recipe->patience);
}

static gboolean
run_epochs (LwTrainer *trainer, LwLoader *loader, GError **error)
{
  while (!lw_trainer_is_over (trainer))
    {
      trainer->progress.epoch = trainer->epoch + 1;
      if (!train_epoch (trainer, loader, error) || !end_epoch (trainer, error))
        return FALSE;
      trainer->epoch++;
      /* The first one soon, so that a folder that can't be written to is known before hours were spent. */
      if ((trainer->epoch == 1 || lw_trainer_is_over (trainer) || lw_checkpoint_is_due (trainer)) && !lw_checkpoint_begin (trainer, error))
        return FALSE;
      tell (trainer, TRUE);
    }
  return lw_checkpoint_wait (trainer, error);
}

/* Who stops a training may want to go on with it later: from the very step where it was. */
static void
save_stopped (LwTrainer *trainer)
{
  g_autoptr(GError) error = NULL;

  if (trainer->plan == NULL || trainer->step == trainer->saved_step)
    return;
  if (!lw_checkpoint_begin (trainer, &error) || !lw_checkpoint_wait (trainer, &error))
    g_warning ("%s", error->message);
}

static gboolean
run (LwTrainer *trainer, GError **error)
{
  g_autoptr(LwLoader) loader = NULL;
  g_autoptr(GError) inner = NULL;

  if (lw_trainer_is_over (trainer))
    return TRUE;
  loader = lw_trainer_load_batches (trainer);
  if (run_epochs (trainer, loader, &inner))
    return TRUE;
  if (g_error_matches (inner, LW_NET_ERROR, LW_NET_ERROR_CANCELLED))
    save_stopped (trainer);
  lw_checkpoint_wait (trainer, NULL);
  g_propagate_error (error, g_steal_pointer (&inner));
  return FALSE;
}

/* ---- the whole ---- */

static void
finish (LwTrainer *trainer, LwTrainingSummary *summary)
{
  for (guint i = 0; i < trainer->best->tensors->len; i++)
    {
      const LwTensor *from = trainer->best->tensors->pdata[i];

      LwTensor *into = lw_weights_get (trainer->model->weights, from->name);

      if (into == NULL)         /* what was folded, which a model made before this training may lack */
        into = lw_weights_add (trainer->model->weights, from->name, from->dims, from->rank);
      memcpy (into->data, from->data, from->count * sizeof (float));
    }
  if (summary != NULL)
    *summary = (LwTrainingSummary) {
      .best_miou = trainer->best_miou, .best_epoch = trainer->best_epoch, .epochs_run = trainer->epoch, .final_loss = trainer->final_loss,
      .seconds = trainer->seconds_before + (double) (g_get_monotonic_time () - trainer->started) * 1e-6, .plan_key = g_steal_pointer (&trainer->plan_key),
    };
}

static void
clear (LwTrainer *trainer)
{
  g_clear_pointer (&trainer->plan, trainer->backend->free_plan);
  g_clear_pointer (&trainer->val_plan, trainer->backend->free_plan);
  lw_teacher_free (trainer->teacher);
  g_free (trainer->teacher_print);
  lw_schedule_free (trainer->schedule);
  lw_graph_free (trainer->graph);
  lw_frames_free (trainer->frames);
  lw_weights_free (trainer->weights);
  lw_weights_free (trainer->state);
  lw_weights_free (trainer->best);
  lw_weights_free (trainer->average);
  g_free (trainer->class_weights);
  g_free (trainer->plan_key);
  g_free (trainer->note);
}

void
lw_training_summary_clear (LwTrainingSummary *summary)
{
  g_clear_pointer (&summary->plan_key, g_free);
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
    .report = report, .yield = yield, .data = data, .at_most = G_MAXUINT,
  };

  if (!check_request (backend, set, error) || !lw_taught_check (model, set->teacher, recipe, error))
    return FALSE;
  gboolean done = prepare (&trainer, error) && run (&trainer, error);

  if (done)
    finish (&trainer, summary);
  clear (&trainer);
  return done;
}
