/* trainer.h: one training job of the project: started, watched, cancelled, taken over; its model scored beside the one it came from */
#pragma once

#include "engine/job.h"
#include "desk/desk.h"

typedef enum {
  LW_TRAINER_IDLE,
  LW_TRAINER_PREPARING,      /* the job's frames are being written */
  LW_TRAINER_TRAINING,
  LW_TRAINER_ELSEWHERE,      /* an engine that an earlier window left, or another program's, trains: watched only */
  LW_TRAINER_INTERRUPTED,    /* a job that an earlier window left: it can be resumed or given up */
  LW_TRAINER_SCORING,        /* the new model and the old one are measured on the validation frames */
} LwTrainerState;

typedef struct { double x, y; } LwCurvePoint;      /* x: epochs done, with fractions */

/* Two models on the same frames, which neither was trained on. */
typedef struct {
  gint64 base, model;                        /* ids; @base 0: there was none */
  char *base_name, *model_name;
  guint n_train, n_val;                      /* n_val 0: too few frames, and no scores */
  double base_miou, model_miou;              /* NaN: not measured */
  double base_accuracy, model_accuracy;      /* global accuracy, likewise */
} LwModelComparison;

/* Properties: "state" (int; notifies). Signals: "progress" (lw_trainer_get_progress() changed), "finished" (lw_trainer_get_comparison() is there). */
#define LW_TYPE_TRAINER (lw_trainer_get_type ())
G_DECLARE_FINAL_TYPE (LwTrainer, lw_trainer, LW, TRAINER, GObject)

LwTrainer *lw_trainer_new (LwDesk *desk);      /* looks for jobs that were left */
LwTrainerState lw_trainer_get_state (LwTrainer *trainer);
double lw_trainer_get_fraction (LwTrainer *trainer);                     /* 0..1 of what it does now */
const LwJobProgress *lw_trainer_get_progress (LwTrainer *trainer);       /* never NULL; empty before the first report */
const GArray *lw_trainer_get_steps (LwTrainer *trainer);                 /* of LwCurvePoint: the loss at each report */
const LwModelComparison *lw_trainer_get_comparison (LwTrainer *trainer);      /* NULL: nothing finished in this window */

/* @base: name of a model, NULL: the champion. @epochs 0: the recipe's. */
void lw_trainer_start (LwTrainer *trainer, const char *base, guint epochs);
void lw_trainer_resume (LwTrainer *trainer);
/* As cancel, but through the job folder too, for a window that won't be there for the engine's answer. */
void lw_trainer_stop_for_good (LwTrainer *trainer);
void lw_trainer_cancel (LwTrainer *trainer);         /* also gives up an interrupted job, and stops one elsewhere */
