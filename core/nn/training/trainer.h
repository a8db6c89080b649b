/* trainer.h: trains a model on frames that the caller provides: augmentation, schedule, validation, best epoch, checkpoints */
#pragma once
#include "nn/backends/backend.h"

/* Pixels at training scale. */
typedef struct {
  guint n_train, n_val;
  int width, height;           /* of every frame */
  /* @rgb: width * height * 3; @labels: width * height channels (255: ignored). FALSE with an error ends the training.
   * Called on several threads at a time, for any frames: reading pictures is most of the work. What was read is kept as far as there is room. */
  gboolean (*load) (gpointer data, gboolean val, guint index, guint8 *rgb, guint8 *labels, GError **error);
  gpointer data;
  guint threads;               /* that prepare batches; 0: as many as are worth it. The batches are the same ones anyway */
  const LwNetModel *teacher;   /* of the same classes, for recipes with @taught; else NULL. Borrowed */
} LwTrainingSet;

/* A part of a training with crops, scales and batches of its own: small ones first make the first epochs cheap. */
typedef struct {
  guint epochs, batch;
  int crop_width, crop_height;                  /* 0: whole frames */
  float scale_min, scale_max;                   /* of the frame before it is cropped */
} LwRecipeStage;
#define LW_RECIPE_MAX_STAGES 16

#define LW_RECIPE_MAX_RATE_FACTORS 32
typedef struct { char *prefix; float factor; } LwRateFactor;

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
  guint statistics_steps;                       /* with it: at the end so many steps that learn nothing, so that its statistics are those of the last weights */
  gboolean frozen_norms;                        /* with @batch_norm: it keeps the running values and gains that the model came with, and uses them */
  gboolean class_weights;                       /* median frequency over the training frames */
  float class_weight_power, max_class_weight;   /* min (weight ^ power, max) */
  float label_smoothing;                        /* share of a pixel's target that all classes have alike */
  float taught;                                 /* share of the labelled pixels whose class is drawn from what the set's teacher gives (teacher.h) */
  float hard_below, hard_share;                 /* as in LwLossOptions */
  float average;                                /* of the epochs: the last ones, whose weights are averaged; 0: none are */
  guint blend_frames;                           /* what the start counts for: the result is start + n / (n + blend_frames) (learnt - start) of n frames */
  float brightness, contrast, saturation;
  guint shift;                                  /* pixels of the frame */
  gboolean flip;
  guint validate_every;                         /* epochs; the last one is always validated */
  guint patience;                               /* validations without a better mIoU before it stops; 0: never */
  guint min_steps;                              /* at least so many steps, by more epochs of the last stage, when there are few frames */
  char **frozen;                                /* prefixes of layers that do not train, or NULL */
  LwRateFactor rate_factors[LW_RECIPE_MAX_RATE_FACTORS];        /* by prefix of the layer's name; the longest that fits counts */
  guint n_rate_factors;
  guint checkpoint_seconds;                     /* at least, between two checkpoints */
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
  const char *note;            /* what went otherwise than asked, for the user; NULL: nothing */
} LwTrainingProgress;
typedef void (*LwTrainingReport) (const LwTrainingProgress *progress, gpointer data);

/* @best_epoch: from 1; 0 and a NaN without validation. @final_loss: mean of the last epoch. @plan_key: of the plan that trained last. */
typedef struct { double best_miou; guint best_epoch; guint epochs_run; double seconds; double final_loss; char *plan_key; } LwTrainingSummary;
void lw_training_summary_clear (LwTrainingSummary *summary);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LwTrainingSummary, lw_training_summary_clear)

/* Trains @model in place (its weights are those of the best epoch, or of the last one without validation). @checkpoint: a file written atomically now and
 * then and when the training is stopped, and resumed from where it exists, bit for bit; NULL: none. Same seed, plan key and backend: same weights.
 * Where the device's memory is too small for the recipe's batches, they are trained in pieces at a rate that is lower by as much, and the progress says so;
 * LW_NET_ERROR_MEMORY: not even one picture fits. LW_NET_ERROR_CANCELLED leaves @model as it was; it comes after the step under way and, with @checkpoint, the writing. */
gboolean lw_train (const LwBackend *backend, LwDevice *device, LwNetModel *model, const LwTrainingSet *set, const LwRecipe *recipe, LwPrecision precision,
                   const char *checkpoint, LwTrainingReport report, LwYield yield, gpointer data, LwTrainingSummary *summary, GError **error);
