/* batches.c: the batch of a step: which frames, in which order, and how each is scaled, cut, flipped, coloured and labelled, follow from the seed and
 * the step's number alone */
#include "config.h"
#include "trainer-private.h"
#include "augment.h"
#include "class-weights.h"
#include <math.h>
#include <string.h>

void
lw_trainer_crop_size (const LwTrainer *trainer, const LwRecipeStage *stage, int *width, int *height)
{
  *width = stage->crop_width > 0 ? stage->crop_width : trainer->set->width;
  *height = stage->crop_height > 0 ? stage->crop_height : trainer->set->height;
}

gsize
lw_trainer_batch_pixels (const LwTrainer *trainer, const LwRecipeStage *stage)
{
  int width, height;

  lw_trainer_crop_size (trainer, stage, &width, &height);
  return (gsize) width * (gsize) height * stage->batch;
}

static const LwRecipeStage *
stage_of (const LwTrainer *trainer, guint step)
{
  return lw_schedule_stage (trainer->schedule, lw_schedule_epoch (trainer->schedule, step));
}

/* Label smoothing without a loss of its own: a share of the labels is drawn anew from all classes, so that the loss is the smoothed one on average.
 * Of thousands of pixels the average is what counts. */
static void
smooth_labels (double share, int n_classes, LwRandom *random, guint8 *labels, gsize n)
{
  double spread = log1p (-share), at = 0;

  if (share <= 0)
    return;
  while ((at += floor (log (1 - lw_random_double (random)) / spread)) < (double) n)
    {
      guint8 *label = labels + (gsize) at, drawn = (guint8) lw_random_int (random, (guint) n_classes);

      if (*label < n_classes)
        *label = drawn;
      at++;
    }
}

static guint
count_pictures_cb (gpointer data, guint step)
{
  return stage_of (data, step)->batch;
}

static gboolean
load_picture_cb (gpointer data, guint step, guint i, guint8 *rgb, guint8 *labels, GError **error)
{
  LwTrainer *trainer = data;
  const LwRecipe *recipe = trainer->recipe;
  const LwRecipeStage *stage = stage_of (trainer, step);
  LwAugment augment = {
    .scale_min = stage->scale_min, .scale_max = stage->scale_max, .brightness = recipe->brightness, .contrast = recipe->contrast,
    .saturation = recipe->saturation, .shift = recipe->shift, .flip = recipe->flip,
  };
  LwRandom random = lw_random_new (recipe->seed, (guint64) step * 1024 + i);
  int frame_width = trainer->set->width, frame_height = trainer->set->height, width, height;
  g_autofree guint8 *own = NULL;
  const guint8 *frame = lw_frames_get (trainer->frames, FALSE, lw_schedule_frame (trainer->schedule, step, i), &own, error);

  if (frame == NULL)
    return FALSE;
  lw_trainer_crop_size (trainer, stage, &width, &height);
  for (int c = 0; c < 3; c++)
    augment.fill[c] = (guint8) CLAMP (trainer->model->transform.mean[c] * 255 + 0.5f, 0, 255);
  gsize n = (gsize) width * (gsize) height, at = i * n;

  lw_augment (&augment, &random, frame, frame + (gsize) frame_width * (gsize) frame_height * 3, frame_width, frame_height, rgb + at * 3, labels + at, width, height);
  smooth_labels ((double) recipe->label_smoothing, trainer->model->n_classes, &random, labels + at, n);
  return TRUE;
}

LwLoader *
lw_trainer_load_batches (LwTrainer *trainer)
{
  LwLoaderSource source = { count_pictures_cb, load_picture_cb, trainer };
  gsize most = 0;

  for (guint i = 0; i < trainer->recipe->n_stages; i++)
    most = MAX (most, lw_trainer_batch_pixels (trainer, &trainer->recipe->stages[i]));
  return lw_loader_new (&source, trainer->step, trainer->schedule->steps, most, trainer->set->threads);
}

/* ---- class weights ---- */

static gboolean
load_labels_cb (gpointer data, guint item, guint part, guint8 *rgb, guint8 *labels, GError **error)
{
  LwTrainer *trainer = data;
  gsize n = (gsize) trainer->set->width * (gsize) trainer->set->height;
  g_autofree guint8 *own = NULL;
  const guint8 *frame = lw_frames_get (trainer->frames, FALSE, item, &own, error);

  if (frame == NULL)
    return FALSE;
  memcpy (labels, frame + n * 3, n);
  return TRUE;
}

static gboolean
count_classes (LwTrainer *trainer, LwClassCounts *counts, GError **error)
{
  LwLoaderSource source = { NULL, load_labels_cb, trainer };
  gsize pixels = (gsize) trainer->set->width * (gsize) trainer->set->height;
  g_autoptr(LwLoader) loader = lw_loader_new (&source, 0, trainer->set->n_train, pixels, trainer->set->threads);

  for (guint i = 0; i < trainer->set->n_train; i++)
    {
      LwLoaded *loaded = lw_loader_take (loader);

      if (loaded->error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&loaded->error));
          return FALSE;
        }
      if (!lw_trainer_yield (trainer, error))
        return FALSE;
      lw_class_counts_add (counts, loaded->labels, pixels);
      lw_loader_give_back (loader, loaded);
    }
  return TRUE;
}

gboolean
lw_trainer_weigh_classes (LwTrainer *trainer, GError **error)
{
  int n = trainer->model->n_classes;
  g_autoptr(LwClassCounts) counts = lw_class_counts_new (n);

  if (!trainer->recipe->class_weights)
    return TRUE;
  if (!count_classes (trainer, counts, error))
    return FALSE;
  trainer->class_weights = g_new (float, n);
  lw_class_counts_weigh (counts, trainer->class_weights);
  for (int c = 0; c < n; c++)
    trainer->class_weights[c] = MIN (powf (trainer->class_weights[c], trainer->recipe->class_weight_power), trainer->recipe->max_class_weight);
  return TRUE;
}
