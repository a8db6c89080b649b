/* trainer-private.h: a training under way, as its parts share it */
#pragma once
#include "nn/training/schedule.h"

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
  float *class_weights;        /* or NULL */
  LwPlan *plan;
  const LwRecipeStage *plan_stage;      /* what @plan is compiled for */
  LwPlan *val_plan;
  GMutex load_lock;            /* around the set's function */
  guint8 *frame_rgb, *frame_labels;     /* the loader's own */

  /* What a checkpoint keeps. */
  LwWeights *weights;          /* of @graph, at the end of the last epoch */
  LwWeights *state;            /* the optimizer's */
  LwWeights *best;             /* of the model's graph */
  guint epoch;                 /* done */
  guint best_epoch, validations_since_best;
  double best_miou, final_loss, seconds_before;

  gint64 started;
  double work_done;            /* pixels trained since @started */
  LwTrainingProgress progress;
} LwTrainer;

/* Both FALSE with an error. @found: there was one to resume. */
gboolean lw_checkpoint_load (LwTrainer *trainer, gboolean *found, GError **error);
gboolean lw_checkpoint_save (LwTrainer *trainer, GError **error);

/* Mean IoU of @weights (of the model's graph) on the validation frames; NaN where nothing is labelled. */
gboolean lw_trainer_validate (LwTrainer *trainer, const LwWeights *weights, double *miou, GError **error);

gboolean lw_trainer_load_frame (LwTrainer *trainer, gboolean val, guint index, guint8 *rgb, guint8 *labels, GError **error);
/* FALSE with LW_NET_ERROR_CANCELLED where the caller wants to stop. */
gboolean lw_trainer_yield (LwTrainer *trainer, GError **error);
