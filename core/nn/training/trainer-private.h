/* trainer-private.h: a training under way, as its parts share it */
#pragma once
#include "nn/training/frames.h"
#include "nn/training/loader.h"
#include "nn/training/schedule.h"
#include "nn/training/teacher.h"

typedef struct _LwCheckpointWriter LwCheckpointWriter;

typedef struct {
  const LwBackend *backend;
  LwDevice *device;
  LwNetModel *model;           /* untouched until the end */
  const LwTrainingSet *set;
  const LwRecipe *recipe;
  LwPrecision precision;
  const char *checkpoint;
  LwTrainingReport report;
  LwYield yield;
  gpointer data;

  LwSchedule *schedule;
  LwGraph *graph;              /* the one that trains: with batch normalisation, frozen layers marked */
  LwFrames *frames;
  float *class_weights;        /* or NULL */
  LwPlan *plan;
  const LwRecipeStage *plan_stage;      /* what @plan is compiled for */
  LwTeacher *teacher;          /* for the pictures of @plan_stage; NULL: the recipe wants none */
  char *teacher_print;         /* of its weights, or NULL */
  guint at_once, at_most;      /* pictures that @plan takes; that fit the device's memory, as far as is known */
  char *note;                  /* for the user, or NULL */
  LwPlan *val_plan;
  guint val_batch;             /* pictures that @val_plan takes */
  char *plan_key;              /* of the plan that trained last */

  /* The device's values and the optimizer's state as they were after @values_step and @state_step steps: a copy, made when somebody needs it.
   * NULL: none. */
  LwWeights *weights, *state;
  guint values_step, state_step;

  /* What a checkpoint keeps beside them. */
  LwWeights *best;             /* of the model's graph */
  LwWeights *average;          /* of the model's graph; NULL: nothing to average yet (average.c) */
  guint averaged, averaged_epoch;       /* weights that are in it; epochs that were done when the last ones came in */
  guint step, epoch;           /* done */
  double loss_sum;             /* of the epoch's steps so far */
  guint best_epoch, validations_since_best;
  double best_miou, final_loss, seconds_before;

  LwCheckpointWriter *writer;  /* NULL: nothing is being written */
  gint64 checkpoint_due;       /* monotonic time */
  guint saved_step;            /* in the last checkpoint; G_MAXUINT: none yet */

  gint64 started;
  double work_done;            /* pixels trained since @started */
  LwTrainingProgress progress;
} LwTrainer;

/* All that return a gboolean: FALSE with an error. */

/* ---- batches.c ---- */
gsize lw_trainer_batch_pixels (const LwTrainer *trainer, const LwRecipeStage *stage);
void lw_trainer_crop_size (const LwTrainer *trainer, const LwRecipeStage *stage, int *width, int *height);
/* The batches of all steps from the next one on. */
LwLoader *lw_trainer_load_batches (LwTrainer *trainer);
/* Counts the training frames' classes, if the recipe wants weights. */
gboolean lw_trainer_weigh_classes (LwTrainer *trainer, GError **error);

/* ---- checkpoint.c ---- */
/* @found: there was one to resume. */
gboolean lw_checkpoint_load (LwTrainer *trainer, gboolean *found, GError **error);
/* Fetches the state and starts to write it on a thread of its own, once the one before is written. */
gboolean lw_checkpoint_begin (LwTrainer *trainer, GError **error);
/* Waits for what is being written. The error is that of writing. */
gboolean lw_checkpoint_wait (LwTrainer *trainer, GError **error);
gboolean lw_checkpoint_is_due (const LwTrainer *trainer);

/* ---- average.c ---- */
/* The epoch that was just trained belongs to those whose weights are averaged. */
gboolean lw_average_wants (const LwTrainer *trainer);
/* Takes in the values of the epoch that was just trained (of the model's graph), once, however often it is called. */
void lw_average_add (LwTrainer *trainer, const LwWeights *weights);
/* Moves @weights (of the model's graph) towards those that the training started from, as the recipe wants it. */
void lw_average_blend (const LwTrainer *trainer, LwWeights *weights);

/* ---- taught.c ---- */
/* A recipe that is taught needs a teacher of the same classes, any other one none. */
gboolean lw_taught_check (const LwNetModel *model, const LwNetModel *teacher, const LwRecipe *recipe, GError **error);
/* Remembers who teaches, for checkpoints. This and what follows does nothing without a teacher. */
void lw_taught_prepare (LwTrainer *trainer);
/* The teacher gets a plan for pictures as large as the stage's. */
gboolean lw_taught_use_stage (LwTrainer *trainer, const LwRecipeStage *stage, GError **error);
/* Draws labels of the batch of the next step, as the recipe wants it. */
gboolean lw_taught_label (LwTrainer *trainer, LwLoaded *loaded, GError **error);

/* ---- trainer.c ---- */
/* Brings @weights up to date with the device. */
gboolean lw_trainer_fetch_values (LwTrainer *trainer, GError **error);
gboolean lw_trainer_fetch_state (LwTrainer *trainer, GError **error);
gboolean lw_trainer_is_over (const LwTrainer *trainer);
/* FALSE with LW_NET_ERROR_CANCELLED where the caller wants to stop. */
gboolean lw_trainer_yield (LwTrainer *trainer, GError **error);

/* ---- validate.c ---- */
/* Mean IoU of @weights (of the model's graph) on the validation frames; NaN where nothing is labelled. */
gboolean lw_trainer_validate (LwTrainer *trainer, const LwWeights *weights, double *miou, GError **error);
