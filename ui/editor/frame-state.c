/* frame-state.c: the planes of a frame with their undo stacks */
#include "config.h"
#include "editor/frame-state.h"

#define TILES_KEPT 1024         /* a stack, 16 KiB each: some hundred dabs, or two fills of a 4K frame */

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

static GHashTable *
new_diffs (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) lw_diff_unref);
}

FrameState *
frame_state_new (gint64 frame)
{
  FrameState *state = g_new0 (FrameState, 1);

  state->frame = frame;
  state->undo = g_ptr_array_new_with_free_func (g_free);
  state->redo = g_ptr_array_new_with_free_func (g_free);
  state->diffs = new_diffs ();
  state->makers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) lw_maker_free);
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
  g_hash_table_unref (state->makers);
  g_queue_clear_full (&state->unsaved, (GDestroyNotify) stroke_free);
  g_free (state);
}

/* ---- diffs in memory ---- */

static void
count_tile (LwPlaneKind plane, int ty, int tx, gpointer data)
{
  ++*(gsize *) data;
}

gsize
diff_count_tiles (const LwDiff *diff)
{
  gsize n = 0;

  lw_diff_foreach_tile (diff, count_tile, &n);
  return n;
}

static void
add_diff (FrameState *state, const char *uuid, LwDiff *diff)
{
  state->n_tiles += diff_count_tiles (diff);
  g_hash_table_insert (state->diffs, g_strdup (uuid), lw_diff_ref (diff));
}

/* The first one is kept whatever its size: the next undo must not wait. */
static void
keep_top (FrameState *state, const GPtrArray *stack, GHashTable *from)
{
  gsize limit = state->n_tiles + TILES_KEPT;

  for (guint i = stack->len; i > 0 && state->n_tiles < limit; i--)
    {
      LwDiff *diff = g_hash_table_lookup (from, stack->pdata[i - 1]);
      if (diff != NULL)
        add_diff (state, stack->pdata[i - 1], diff);
    }
}

/* Drops diffs deep down in the stacks when there are many: they can be loaded again. */
static void
prune (FrameState *state)
{
  if (state->n_tiles <= 4 * TILES_KEPT)
    return;

  g_autoptr(GHashTable) before = state->diffs;
  state->diffs = new_diffs ();
  state->n_tiles = 0;
  keep_top (state, state->undo, before);
  keep_top (state, state->redo, before);
}

/* ---- the stacks ---- */

void
frame_state_push (FrameState *state, const char *uuid, LwDiff *diff)
{
  g_ptr_array_add (state->undo, g_strdup (uuid));
  g_ptr_array_set_size (state->redo, 0);
  add_diff (state, uuid, diff);
  prune (state);
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

void
frame_state_add_loaded (FrameState *state, const char *uuid, LwDiff *diff, const LwMaker *maker)
{
  add_diff (state, uuid, diff);
  if (maker != NULL)
    g_hash_table_insert (state->makers, g_strdup (uuid), lw_maker_copy (maker));
}

const LwMaker *
frame_state_get_maker (const FrameState *state, const char *uuid)
{
  return g_hash_table_lookup (state->makers, uuid);
}
