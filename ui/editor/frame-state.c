/* frame-state.c: the planes of a frame with their undo stacks */
#include "config.h"
#include "editor/frame-state.h"

#define DIFFS_KEPT 128          /* a stack; a diff is some hundred bytes to some ten thousand */

Stroke *
stroke_new (const char *uuid, const char *undoes, const char *tool, guint8 origin, LwDiff *diff)
{
  Stroke *stroke = g_new (Stroke, 1);

  *stroke = (Stroke) { g_strdup (uuid), g_strdup (undoes), g_strdup (tool), origin, lw_diff_ref (diff) };
  return stroke;
}

void
stroke_free (Stroke *stroke)
{
  g_free (stroke->uuid);
  g_free (stroke->undoes);
  g_free (stroke->tool);
  lw_diff_unref (stroke->diff);
  g_free (stroke);
}

FrameState *
frame_state_new (gint64 frame)
{
  FrameState *state = g_new0 (FrameState, 1);

  state->frame = frame;
  state->undo = g_ptr_array_new_with_free_func (g_free);
  state->redo = g_ptr_array_new_with_free_func (g_free);
  state->diffs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) lw_diff_unref);
  state->proposal_origin = -1;
  g_queue_init (&state->unsaved);
  g_ref_count_init (&state->refs);
  return state;
}

FrameState *
frame_state_ref (FrameState *state)
{
  g_ref_count_inc (&state->refs);
  return state;
}

void
frame_state_unref (FrameState *state)
{
  if (!g_ref_count_dec (&state->refs))
    return;
  g_clear_pointer (&state->planes, lw_planes_free);
  g_clear_pointer (&state->proposal, lw_proposal_free);
  g_ptr_array_unref (state->undo);
  g_ptr_array_unref (state->redo);
  g_hash_table_unref (state->diffs);
  g_queue_clear_full (&state->unsaved, (GDestroyNotify) stroke_free);
  g_free (state);
}

void
frame_state_push (FrameState *state, const char *uuid, LwDiff *diff)
{
  g_ptr_array_add (state->undo, g_strdup (uuid));
  g_ptr_array_set_size (state->redo, 0);
  g_hash_table_insert (state->diffs, g_strdup (uuid), lw_diff_ref (diff));
  frame_state_prune (state);
}

char *
frame_state_turn (FrameState *state, gboolean redo, const char *uuid)
{
  GPtrArray *from = redo ? state->redo : state->undo, *to = redo ? state->undo : state->redo;
  char *turned = g_ptr_array_steal_index (from, from->len - 1);
  LwDiff *diff = g_hash_table_lookup (state->diffs, turned);

  g_ptr_array_add (to, g_strdup (uuid));
  g_hash_table_insert (state->diffs, g_strdup (uuid), lw_diff_ref (diff));
  g_hash_table_remove (state->diffs, turned);
  return turned;
}

const char *
frame_state_peek (const FrameState *state, gboolean redo)
{
  const GPtrArray *stack = redo ? state->redo : state->undo;
  return stack->len > 0 ? stack->pdata[stack->len - 1] : NULL;
}

LwDiff *
frame_state_get_diff (const FrameState *state, const char *uuid)
{
  return g_hash_table_lookup (state->diffs, uuid);
}

static void
keep_top (const GPtrArray *stack, GHashTable *from, GHashTable *into)
{
  for (guint i = stack->len > DIFFS_KEPT ? stack->len - DIFFS_KEPT : 0; i < stack->len; i++)
    {
      gpointer uuid, diff;
      if (g_hash_table_steal_extended (from, stack->pdata[i], &uuid, &diff))
        g_hash_table_insert (into, uuid, diff);
    }
}

void
frame_state_prune (FrameState *state)
{
  if (g_hash_table_size (state->diffs) <= 4 * DIFFS_KEPT)
    return;

  GHashTable *kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) lw_diff_unref);
  keep_top (state->undo, state->diffs, kept);
  keep_top (state->redo, state->diffs, kept);
  g_hash_table_unref (state->diffs);
  state->diffs = kept;
}
