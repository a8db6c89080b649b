/* trainer.h: trains a model on frames that the caller provides: augmentation, schedule, validation, best epoch, checkpoints */
#pragma once
#include "nn/backends/backend.h"

/* Pixels at training scale. */
typedef struct {
  guint n_train, n_val;
  int width, height;           /* of every frame */
  /* @rgb: width * height * 3; @labels: width * height channels (255: ignored). FALSE with an error ends the training.
   * Never called twice at a time, but from more than one thread. */
  gboolean (*load) (gpointer data, gboolean val, guint index, guint8 *rgb, guint8 *labels, GError **error);
  gpointer data;
} LwTrainingSet;

/* A part of a training with crops, scales and batches of its own: small ones first make the first epochs cheap. */
typedef struct {
  guint epochs, batch;
  int crop_width, crop_height;                  /* 0: whole frames */
  float scale_min, scale_max;                   /* of the frame before it is cropped */
} LwRecipeStage;
#define LW_RECIPE_MAX_STAGES 16

/* data/recipes/NAME.json, documented in docs/training.md */
typedef struct {
  char *name;
  guint epochs;                                 /* of all stages */
  guint n_stages;
  LwRecipeStage stages[LW_RECIPE_MAX_STAGES];
  guint warmup_steps;
  LwOptimizerKind optimizer;
  float rate, momentum, beta2, weight_decay, power, clip_norm, bias_rate_factor;  /* poly schedule: rate * (1 - step / steps) ^ power */
  gboolean batch_norm;                          /* trains with batch normalisation, folded into the weights of the model that comes out */
  gboolean class_weights;                       /* median frequency over the training frames */
  float class_weight_power, max_class_weight;   /* min (weight ^ power, max) */
  float brightness, contrast, saturation;
  gboolean flip;
  guint validate_every;                         /* epochs; the last one is always validated */
  guint patience;                               /* validations without a better mIoU before it stops; 0: never */
  guint min_steps;                              /* at least so many steps, by more epochs of the last stage, when there are few frames */
  char **frozen;                                /* prefixes of layers that do not train, or NULL */
  guint64 seed;
} LwRecipe;
LwRecipe *lw_recipe_parse (const char *json, gsize length, const char *source, GError **error);
LwRecipe *lw_recipe_load (const char *path, GError **error);
void lw_recipe_free (LwRecipe *recipe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwRecipe, lw_recipe_free)

typedef struct {
  guint epoch, epochs;         /* from 1 */
  guint step, steps;           /* of the whole training; @step are done */
  double loss;                 /* mean of the epoch so far */
  double val_miou;             /* of the last epoch done; NaN where it was not validated */
  double rate, seconds, seconds_left;
  gboolean epoch_done;
} LwTrainingProgress;
typedef void (*LwTrainingReport) (const LwTrainingProgress *progress, gpointer data);

/* @best_epoch: from 1; 0 and a NaN without validation. @final_loss: mean of the last epoch. */
typedef struct { double best_miou; guint best_epoch; guint epochs_run; double seconds; double final_loss; } LwTrainingSummary;

/* Trains @model in place (its weights are those of the best epoch, or of the last one without validation). @checkpoint: a file written atomically each epoch
 * and resumed from where it exists, bit for bit; NULL: none. Same seed, plan key and backend: same weights. LW_NET_ERROR_CANCELLED leaves @model as it was. */
gboolean lw_train (const LwBackend *backend, LwDevice *device, LwNetModel *model, const LwTrainingSet *set, const LwRecipe *recipe, LwPrecision precision,
                   const char *checkpoint, LwTrainingReport report, LwYield yield, gpointer data, LwTrainingSummary *summary, GError **error);
