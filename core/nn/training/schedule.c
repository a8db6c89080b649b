/* schedule.c: steps, epochs, stages and learning rates, all as functions of the step's number, so that a resumed training needs no more than that */
#include "config.h"
#include "schedule.h"
#include "nn/random.h"

#define SHUFFLE_STREAM (G_GUINT64_CONSTANT (1) << 40)   /* apart from the streams of the steps' augmentation */

static guint
steps_per_epoch (guint n_train, const LwRecipeStage *stage)
{
  return MAX (1, (n_train + stage->batch / 2) / stage->batch);
}

/* Few frames make short epochs: the last stage gets as many more of them as @min_steps needs. */
static guint
count_epochs (const LwRecipe *recipe, guint n_train)
{
  const LwRecipeStage *last = &recipe->stages[recipe->n_stages - 1];
  guint steps = 0, per_epoch = steps_per_epoch (n_train, last);

  for (guint i = 0; i < recipe->n_stages; i++)
    steps += recipe->stages[i].epochs * steps_per_epoch (n_train, &recipe->stages[i]);
  if (steps >= recipe->min_steps)
    return recipe->epochs;
  return recipe->epochs + (recipe->min_steps - steps + per_epoch - 1) / per_epoch;
}

LwSchedule *
lw_schedule_new (const LwRecipe *recipe, guint n_train)
{
  LwSchedule *schedule = g_new0 (LwSchedule, 1);

  schedule->recipe = recipe;
  schedule->n_train = n_train;
  schedule->epochs = count_epochs (recipe, n_train);
  schedule->first_step = g_new (guint, schedule->epochs + 1);
  for (guint e = 0; e < schedule->epochs; e++)
    {
      schedule->first_step[e] = schedule->steps;
      schedule->steps += steps_per_epoch (n_train, lw_schedule_stage (schedule, e));
    }
  schedule->learning_steps = schedule->steps;
  schedule->steps += recipe->batch_norm ? recipe->statistics_steps : 0;
  schedule->first_step[schedule->epochs] = schedule->steps;
  return schedule;
}

void
lw_schedule_free (LwSchedule *schedule)
{
  if (schedule == NULL)
    return;
  g_free (schedule->first_step);
  g_free (schedule);
}

guint
lw_schedule_epoch (const LwSchedule *schedule, guint step)
{
  guint low = 0, high = schedule->epochs - 1;

  while (low < high)
    {
      guint middle = (low + high + 1) / 2;

      if (schedule->first_step[middle] <= step)
        low = middle;
      else
        high = middle - 1;
    }
  return low;
}

const LwRecipeStage *
lw_schedule_stage (const LwSchedule *schedule, guint epoch)
{
  const LwRecipe *recipe = schedule->recipe;
  guint end = 0;

  for (guint i = 0; i < recipe->n_stages; i++)
    {
      end += recipe->stages[i].epochs;
      if (epoch < end)
        return &recipe->stages[i];
    }
  return &recipe->stages[recipe->n_stages - 1];
}

float
lw_schedule_rate (const LwSchedule *schedule, guint step)
{
  const LwRecipe *recipe = schedule->recipe;

  if (step >= schedule->learning_steps)
    return 0;
  double left = 1 - (double) step / schedule->learning_steps, rate = (double) recipe->rate * pow (left, (double) recipe->power);

  if (step < recipe->warmup_steps)
    rate *= (step + 1.0) / recipe->warmup_steps;
  return (float) rate;
}

/* A permutation of 0 … n - 1 that needs no memory: a Feistel network on the next power of four, walked until it falls below n. */
static guint
permute (guint i, guint n, guint64 key)
{
  guint half = 1;

  while ((1u << (2 * half)) < n)
    half++;
  do
    {
      guint low = i & ((1u << half) - 1), high = i >> half;

      for (guint round = 0; round < 4; round++)
        {
          guint mixed = high ^ ((guint) lw_random_mix (key + round * 0x10001u + ((guint64) low << 32)) & ((1u << half) - 1));

          high = low;
          low = mixed;
        }
      i = high << half | low;
    }
  while (i >= n);
  return i;
}

guint
lw_schedule_frame (const LwSchedule *schedule, guint step, guint i)
{
  guint epoch = lw_schedule_epoch (schedule, step), n = schedule->n_train;
  guint place = (step - schedule->first_step[epoch]) * lw_schedule_stage (schedule, epoch)->batch + i;
  guint64 key = lw_random_mix (lw_random_mix (schedule->recipe->seed) + SHUFFLE_STREAM + (guint64) epoch * 64 + place / n);

  return permute (place % n, n, key);
}
