/* schedule.h: which step belongs to which epoch and stage, and at which rate it learns */
#pragma once
#include "nn/training/trainer.h"

typedef struct {
  const LwRecipe *recipe;      /* borrowed */
  guint n_train, epochs, steps;
  guint learning_steps;        /* of @steps; the rest, in the last epoch, only moves the statistics of batch normalisation */
  guint *first_step;           /* of each epoch; one more at the end */
} LwSchedule;

LwSchedule *lw_schedule_new (const LwRecipe *recipe, guint n_train);
void lw_schedule_free (LwSchedule *schedule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwSchedule, lw_schedule_free)

guint lw_schedule_epoch (const LwSchedule *schedule, guint step);          /* from 0 */
const LwRecipeStage *lw_schedule_stage (const LwSchedule *schedule, guint epoch);
float lw_schedule_rate (const LwSchedule *schedule, guint step);
/* The training frame that is picture @i of @step's batch. Every frame once an epoch, in an order that the seed and the epoch give. */
guint lw_schedule_frame (const LwSchedule *schedule, guint step, guint i);
