/* mixed.c: predictions in mixed precision: for each layer the faster one of bfloat16 and of Winograd's algorithm in float32, changes of type between them counted */
#include "config.h"
#include "plan.h"

typedef struct { double halves, floats; } Times;       /* seconds in bfloat16 and in float32 */

/* Of what follows layer @i: how many layers read it, and the last of them. */
static int
count_readers (const LwPlan *plan, int i, const LwLayer **reader)
{
  int n = 0;

  for (int j = i + 1; j < (int) plan->layers->len; j++)
    for (int k = 0; k < 2; k++)
      if (lw_plan_layer (plan, j)->inputs[k] == i)
        {
          *reader = lw_plan_layer (plan, j);
          n++;
        }
  return n;
}

/* A sum that convolutions add up in memory stays in one type. */
static gboolean
is_summed (const LwPlan *plan, int i)
{
  for (int j = 0; j < (int) plan->layers->len; j++)
    if (lw_plan_layer (plan, j)->addend == i || (j == i && lw_plan_layer (plan, j)->addend >= 0))
      return TRUE;
  return FALSE;
}

static gboolean
is_candidate (const LwPlan *plan, int i)
{
  const LwLayer *layer = lw_plan_layer (plan, i);
  const LwNode *node = lw_layer_node (plan, layer);

  return layer->kind == LW_OP_CONV && layer->type == plan->type && node->kernel == 3 && node->stride == 1 && !lw_plan_layer (plan, layer->inputs[0])->plain
         && !is_summed (plan, i);
}

static Times
measure (LwPlan *plan, int i)
{
  const LwLayer *layer = lw_plan_layer (plan, i), *input = lw_plan_layer (plan, layer->inputs[0]);
  LwConvShape shape = lw_layer_conv_shape (plan, layer);
  double seconds[2];

  for (int t = 0; t < 2; t++)
    {
      LwType type = t == 0 ? LW_TYPE_BF16 : LW_TYPE_F32;
      g_autoptr(LwDesc) src = lw_layer_desc_typed (plan, input, type), dst = lw_layer_desc_typed (plan, layer, type);

      seconds[t] = lw_tune_seconds (plan, &shape, src, dst);
    }
  return (Times) { seconds[0], seconds[1] };
}

/* What it costs to go on in bfloat16 after layer @i in float32; a pool, which takes any type, leaves a quarter of that. */
static double
leaving_seconds (LwPlan *plan, int i, const Times *times)
{
  const LwLayer *layer = lw_plan_layer (plan, i), *reader = NULL;
  gboolean one = count_readers (plan, i, &reader) == 1;

  if (one && reader->kind == LW_OP_CONV)
    {
      int j = (int) (reader - lw_plan_layer (plan, 0));

      if (times[j].floats < times[j].halves)
        return 0;
    }
  return lw_tune_conversion_seconds (plan, lw_layer_elements (plan, layer) / (one && reader->kind == LW_OP_MAX_POOL ? 4 : 1));
}

static gboolean
is_faster_in_floats (LwPlan *plan, int i, const Times *times)
{
  const LwLayer *input = lw_plan_layer (plan, lw_plan_layer (plan, i)->inputs[0]), *reader;
  double halves = times[i].halves, floats = times[i].floats, conversion;

  if (floats >= halves)
    return FALSE;
  conversion = lw_tune_conversion_seconds (plan, lw_layer_elements (plan, input));
  if (input->type == LW_TYPE_F32)
    halves += conversion;
  else if (input->kind != LW_OP_CONV || count_readers (plan, lw_plan_layer (plan, i)->inputs[0], &reader) > 1)        /* else it writes float32 at once */
    floats += conversion;
  return floats + leaving_seconds (plan, i, times) < halves;
}

/* What has one input and no filters works in any type. */
static gboolean
keeps_type (const LwLayer *layer)
{
  return layer->inputs[0] >= 0 && layer->inputs[1] < 0 && !layer->plain && layer->kind != LW_OP_CONV && layer->kind != LW_OP_UP_CONV && layer->kind != LW_OP_SCORE;
}

/* Convolutions in bfloat16 write float32 where all that read them want that. */
static void
widen_outputs (LwPlan *plan)
{
  for (int i = 0; i < (int) plan->layers->len; i++)
    {
      LwLayer *layer = lw_plan_layer (plan, i);
      const LwLayer *reader = NULL;

      if (layer->kind == LW_OP_CONV && layer->type == LW_TYPE_BF16 && !is_summed (plan, i) && count_readers (plan, i, &reader) == 1 && reader->kind == LW_OP_CONV
          && reader->in_type == LW_TYPE_F32)
        layer->type = LW_TYPE_F32;
    }
}

/* LABELWRIGHT_MIXED_SEED: a random choice instead, so that tests meet every change of type, whatever this processor prefers. */
static gboolean
is_chosen (LwPlan *plan, int i, const Times *times)
{
  const char *seed = g_getenv ("LABELWRIGHT_MIXED_SEED");

  if (!is_candidate (plan, i))
    return FALSE;
  return seed != NULL ? ((g_str_hash (seed) * 2654435761u + (guint) i * 40503u) >> 7 & 1) != 0 : is_faster_in_floats (plan, i, times);
}

void
lw_plan_mix_types (LwPlan *plan)
{
  g_autofree Times *times = g_new (Times, plan->layers->len);

  for (int i = 0; i < (int) plan->layers->len; i++)
    times[i] = is_candidate (plan, i) ? measure (plan, i) : (Times) { 0, 0 };
  for (int i = 0; i < (int) plan->layers->len; i++)
    {
      LwLayer *layer = lw_plan_layer (plan, i);

      if (is_chosen (plan, i, times))
        layer->type = layer->in_type = LW_TYPE_F32;
      else if (keeps_type (layer) && layer->type == plan->type && !is_summed (plan, i))
        layer->type = lw_plan_layer (plan, layer->inputs[0])->type;
    }
  widen_outputs (plan);
}
