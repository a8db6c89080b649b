/* arena.c: one block of device memory for all that a plan computes; buffers that do not live at the same time share their bytes */
#include "config.h"
#include "plan.h"
#include <glib/gi18n-lib.h>

#define BUFFER_STEP 256         /* bytes */

int
lw_buffer_new (LwPlan *plan, gsize bytes)
{
  LwBuffer buffer = { .bytes = (MAX (bytes, 1) + BUFFER_STEP - 1) / BUFFER_STEP * BUFFER_STEP, .first = -1, .last = -1 };

  g_array_append_val (plan->buffers, buffer);
  return (int) plan->buffers->len - 1;
}

int
lw_buffer_use (LwPlan *plan, int number)
{
  LwBuffer *buffer = &g_array_index (plan->buffers, LwBuffer, number);
  int step = (int) plan->steps->len - 1;

  if (buffer->first < 0)
    buffer->first = step;
  buffer->last = step;
  return number;
}

void
lw_plan_want_scratch (LwPlan *plan, gsize bytes)
{
  plan->scratch_bytes = MAX (plan->scratch_bytes, bytes);
}

void *
lw_plan_memory_new (LwPlan *plan, gsize bytes, GError **error)
{
  void *data = lw_device_memory_new (plan->device, bytes, error);

  if (data != NULL)
    plan->device_bytes += bytes;
  return data;
}

/* What the convolutions need to run, or while they are measured to be tried. */
static gsize
conv_scratch (const LwPlan *plan)
{
  gsize bytes = 0;

  for (guint s = 0; s < plan->steps->len; s++)
    {
      const LwConv *conv = &g_array_index (plan->steps, LwStep, s).conv;

      if (conv->choice != NULL)
        bytes = MAX (bytes, lw_conv_choice_workspace (conv->choice));
      if (conv->split != NULL)
        bytes = MAX (bytes, lw_conv_choice_workspace (conv->split));
    }
  return bytes;
}

static gboolean
allocate_scratch (LwPlan *plan, gsize bytes, GError **error)
{
  cudaFree (plan->scratch);
  plan->scratch = lw_device_memory_new (plan->device, bytes, error);
  return plan->scratch != NULL;
}

/* Twice, since what is chosen may need less than what was tried. */
gboolean
lw_arena_allocate (LwPlan *plan, GError **error)
{
  gsize tried, needed;

  plan->arena_bytes = lw_buffers_place (plan->buffers);
  plan->arena = lw_plan_memory_new (plan, plan->arena_bytes, error);
  tried = MAX (plan->scratch_bytes, conv_scratch (plan));
  if (plan->arena == NULL || !allocate_scratch (plan, tried, error) || !lw_steps_decide (plan, error))
    return FALSE;
  needed = MAX (plan->scratch_bytes, conv_scratch (plan));
  plan->scratch_bytes = needed;
  plan->device_bytes += needed;
  return needed == tried || allocate_scratch (plan, needed, error);
}
