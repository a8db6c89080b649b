/* document-edit.c: strokes, from the first dab to the disk, and back by undo */
#include "config.h"
#include "editor/document-private.h"
#include "editor/rescue.h"
#include <glib/gi18n-lib.h>

#define DIFFS_LOADED 16        /* by an undo that must ask the disk: the next ones find theirs in memory */

/* ---- commits ---- */

typedef struct { GWeakRef document; FrameState *state; } Commit;

static void send_next (LwDocument *self, FrameState *state);

static void
set_unsaved (LwDocument *self, FrameState *state, int change)
{
  self->n_unsaved = (guint) ((int) self->n_unsaved + change);
  document_notify (self, DOCUMENT_PROP_N_UNSAVED);
  if (g_queue_is_empty (&state->unsaved))
    g_hash_table_remove (self->unsaved, &state->frame);
}

static void
drop_unsaved (LwDocument *self, FrameState *state)
{
  int n = (int) g_queue_get_length (&state->unsaved);

  g_queue_clear_full (&state->unsaved, (GDestroyNotify) stroke_free);
  set_unsaved (self, state, -n);
}

/* What is shown goes back to what is stored. */
static void
load_again (LwDocument *self)
{
  g_autoptr(LwFrame) frame = g_steal_pointer (&self->frame);

  lw_document_open (self, frame);
}

/* Somebody else changed the frame first. Their change is loaded and these strokes are painted over it: nobody's work is lost. */
static void
rescue_strokes (LwDocument *self, FrameState *state)
{
  g_autoptr(GError) told = g_error_new (LW_STORE_ERROR, LW_STORE_ERROR_CONFLICT,
                                        _("This frame was changed in another window or by another program while you painted. Both changes are kept, yours on top."));

  gboolean shown = document_shows (self, state);

  g_hash_table_insert (self->rescues, g_memdup2 (&state->frame, sizeof state->frame), rescue_new (state->planes, &state->unsaved));
  drop_unsaved (self, state);
  document_tell (self, told);
  if (shown)
    load_again (self);
  else if (self->frame == NULL || self->frame->id != state->frame)
    document_load_for_rescue (self, state->frame);
}

/* The stroke is not on disk and won't be: neither will those that came after it, which were made on top of it. */
static void
give_up_strokes (LwDocument *self, FrameState *state, GError *error)
{
  gulong lost = g_queue_get_length (&state->unsaved);
  gboolean shown = document_shows (self, state);

  drop_unsaved (self, state);
  document_failed (self, error, ngettext ("The last stroke could not be saved", "The last strokes could not be saved", lost));
  if (shown)
    load_again (self);
}

static void
committed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Commit *commit = data;
  g_autoptr(LwDocument) self = g_weak_ref_get (&commit->document);
  g_autoptr(FrameState) state = commit->state;
  GError *error = NULL;
  gboolean saved = lw_project_commit_stroke_finish (LW_PROJECT (source), result, &error);

  g_weak_ref_clear (&commit->document);
  if (self == NULL)
    {
      g_clear_error (&error);
      return;
    }
  state->in_flight = FALSE;
  if (!saved)
    {
      if (g_error_matches (error, LW_STORE_ERROR, LW_STORE_ERROR_CONFLICT))
        rescue_strokes (self, state);
      else
        give_up_strokes (self, state, g_steal_pointer (&error));
      g_clear_error (&error);
      return;
    }
  state->seq++;
  stroke_free (g_queue_pop_head (&state->unsaved));
  set_unsaved (self, state, -1);
  send_next (self, state);
}

static void
send_stroke (LwDocument *self, FrameState *state, const Stroke *stroke, gint64 base_seq, GAsyncReadyCallback callback, gpointer data)
{
  LwStrokeInfo info = { stroke->uuid, stroke->undoes, stroke->tool, stroke->origin, base_seq };

  lw_project_commit_stroke_async (self->project, state->frame, &info, stroke->diff, callback, data);
}

static void
send_next (LwDocument *self, FrameState *state)
{
  const Stroke *stroke = g_queue_peek_head (&state->unsaved);

  if (stroke == NULL || state->in_flight)
    return;
  Commit *commit = g_new0 (Commit, 1);
  g_weak_ref_init (&commit->document, self);
  commit->state = frame_state_ref (state);
  state->in_flight = TRUE;
  send_stroke (self, state, stroke, state->seq, committed_cb, commit);
}

void
document_hand_over_strokes (LwDocument *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->unsaved);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FrameState *state = value;
      gint64 base_seq = state->seq;
      for (GList *link = state->unsaved.head; link != NULL; link = link->next, base_seq++)
        if (!(state->in_flight && link == state->unsaved.head))
          send_stroke (self, state, link->data, base_seq, NULL, NULL);
    }
  g_hash_table_remove_all (self->unsaved);
}

static void
save_stroke (LwDocument *self, FrameState *state, const char *uuid, const char *undoes, const char *tool, guint8 origin, LwDiff *diff)
{
  g_hash_table_add (self->made, g_strdup (uuid));
  g_queue_push_tail (&state->unsaved, stroke_new (uuid, undoes, tool, origin, diff));
  g_hash_table_replace (self->unsaved, g_memdup2 (&state->frame, sizeof state->frame), frame_state_ref (state));
  set_unsaved (self, state, 1);
  send_next (self, state);
  document_notify (self, DOCUMENT_PROP_CAN_UNDO);
  document_notify (self, DOCUMENT_PROP_CAN_REDO);
}

void
document_save_stroke (LwDocument *self, FrameState *state, const char *tool, guint8 origin, LwDiff *diff)
{
  g_autofree char *uuid = g_uuid_string_random ();

  if (lw_diff_is_empty (diff))
    return;
  document_stop_asking (self);
  frame_state_push (state, uuid, diff);
  save_stroke (self, state, uuid, NULL, tool, origin, diff);
}

typedef struct { LwDocument *document; FrameState *state; } Repaint;

static void
rescued_cb (guint8 origin, LwDiff *diff, gpointer data)
{
  const Repaint *repaint = data;

  document_save_stroke (repaint->document, repaint->state, "brush", origin, diff);
}

void
document_rescue (LwDocument *self, FrameState *state)
{
  Repaint repaint = { self, state };
  gpointer key, rescue;

  if (!g_hash_table_steal_extended (self->rescues, &state->frame, &key, &rescue))
    return;
  rescue_apply (rescue, state->planes, rescued_cb, &repaint);
  rescue_free (rescue);
  g_free (key);
}

/* ---- edits ---- */

LwEdit *
lw_document_begin_edit (LwDocument *self, const LwProtection *protection)
{
  g_return_val_if_fail (LW_IS_DOCUMENT (self), NULL);

  if (self->state == NULL || self->edit != NULL || self->person < 0)
    return NULL;
  document_forget_undo (self);
  self->edit_origin = (guint8) self->person;
  self->edit = lw_edit_new (self->state->planes, self->edit_origin, protection);
  return self->edit;
}

LwEdit *
lw_document_get_edit (LwDocument *self)
{
  g_return_val_if_fail (LW_IS_DOCUMENT (self), NULL);
  return self->edit;
}

void
lw_document_edit_changed (LwDocument *self)
{
  g_return_if_fail (LW_IS_DOCUMENT (self) && self->edit != NULL);

  LwRect damage = lw_edit_take_damage (self->edit);
  document_damaged (self, &damage);
}

void
lw_document_end_edit (LwDocument *self, const char *tool)
{
  g_return_if_fail (LW_IS_DOCUMENT (self) && self->edit != NULL && tool != NULL);

  lw_document_edit_changed (self);
  g_autoptr(LwDiff) diff = lw_edit_finish (g_steal_pointer (&self->edit));
  document_edit_ended (self);
  document_save_stroke (self, self->state, tool, self->edit_origin, diff);
}

void
lw_document_cancel_edit (LwDocument *self)
{
  g_return_if_fail (LW_IS_DOCUMENT (self) && self->edit != NULL);

  LwRect whole = { 0, 0, self->frame->width, self->frame->height };
  lw_edit_cancel (g_steal_pointer (&self->edit));
  document_edit_ended (self);
  document_damaged (self, &whole);
}

/* ---- undo and redo ---- */

static void take_undo_steps (LwDocument *self);

void
document_forget_undo (LwDocument *self)
{
  self->undo_wanted = 0;
  if (self->undo_load != NULL)
    g_cancellable_cancel (self->undo_load);
  g_clear_object (&self->undo_load);
}

typedef struct { LwDocument *document; LwRect bbox; } Damage;

static void
damage_tile (LwPlaneKind plane, int ty, int tx, gpointer data)
{
  const Damage *damage = data;
  LwRect tile = lw_rect_intersect (damage->bbox, (LwRect) { tx * LW_TILE_SIDE, ty * LW_TILE_SIDE, LW_TILE_SIDE, LW_TILE_SIDE });

  if (plane == LW_PLANE_CLASS)
    document_damaged (damage->document, &tile);
}

void
document_damaged_by (LwDocument *self, const LwDiff *diff)
{
  Damage damage = { self, lw_diff_get_bbox (diff) };

  lw_diff_foreach_tile (diff, damage_tile, &damage);
}

static void
turn (LwDocument *self, gboolean redo)
{
  FrameState *state = self->state;
  g_autoptr(LwDiff) diff = lw_diff_ref (frame_state_get_diff (state, frame_state_peek (state, redo)));
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *turned = frame_state_turn (state, redo, uuid);

  document_was_answered (self);
  lw_diff_apply (diff, state->planes);
  save_stroke (self, state, uuid, turned, redo ? "redo" : "undo", (guint8) self->person, diff);
  document_damaged_by (self, diff);
}

typedef struct { GWeakRef document; GCancellable *cancellable; } UndoLoad;

static void
diffs_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree UndoLoad *load = data;
  g_autoptr(LwDocument) self = g_weak_ref_get (&load->document);
  g_autoptr(GCancellable) cancellable = load->cancellable;
  GError *error = NULL;
  g_autoptr(GHashTable) diffs = frame_load_diffs_finish (result, &error);
  GHashTableIter iter;
  gpointer uuid, loaded;

  g_weak_ref_clear (&load->document);
  if (self == NULL || self->undo_load != cancellable)
    {
      g_clear_error (&error);
      return;
    }
  g_clear_object (&self->undo_load);
  if (diffs == NULL)
    {
      self->undo_wanted = 0;
      document_failed (self, error, _("The stroke to take back could not be read"));
      return;
    }
  g_hash_table_iter_init (&iter, diffs);
  while (g_hash_table_iter_next (&iter, &uuid, &loaded))
    frame_state_add_loaded (self->state, uuid, ((LoadedStroke *) loaded)->diff, ((LoadedStroke *) loaded)->maker);
  take_undo_steps (self);
}

static void
load_undo (LwDocument *self, gboolean redo)
{
  const GPtrArray *stack = redo ? self->state->redo : self->state->undo;
  g_autoptr(GPtrArray) uuids = g_ptr_array_new_with_free_func (g_free);
  UndoLoad *load = g_new0 (UndoLoad, 1);

  for (guint i = 0; i < MIN (stack->len, DIFFS_LOADED); i++)
    g_ptr_array_add (uuids, g_strdup (stack->pdata[stack->len - 1 - i]));
  self->undo_load = g_cancellable_new ();
  g_weak_ref_init (&load->document, self);
  load->cancellable = g_object_ref (self->undo_load);
  frame_load_diffs_async (self->project, self->state->frame, uuids, self->undo_load, diffs_loaded_cb, load);
}

/* ---- what another window painted ---- */

/* Not made here, and by somebody else, or since this window looks at the project. What this person painted before is taken back like anything. */
static gboolean
is_of_others (LwDocument *self, const char *uuid, const LwMaker *maker)
{
  return maker != NULL && !g_hash_table_contains (self->made, uuid) && (maker->name != NULL || maker->created >= self->begun);
}

/* Nobody's work goes by the key that was meant for one's own. Who is told whose it is, and wants it all the same, isn't asked again until something else is done. */
static gboolean
must_ask (LwDocument *self, const char *uuid, gboolean redo)
{
  const LwMaker *maker = frame_state_get_maker (self->state, uuid);
  if (!is_of_others (self, uuid, maker))
    return FALSE;
  g_autofree char *asked = g_strdup_printf ("%d%s", redo, maker->name != NULL ? maker->name : "");
  if (g_strcmp0 (self->asked, asked) == 0)
    return FALSE;
  g_free (self->asked);
  self->asked = g_steal_pointer (&asked);
  document_ask_before_turn (self, maker->name, redo);
  return TRUE;
}

/* As many of the wanted steps as are in memory; the first that isn't is loaded, and goes on from there. */
static void
take_undo_steps (LwDocument *self)
{
  while (self->undo_wanted != 0 && self->undo_load == NULL)
    {
      gboolean redo = self->undo_wanted > 0;
      const char *next = frame_state_peek (self->state, redo);
      if (next == NULL)
        self->undo_wanted = 0;
      else if (frame_state_get_diff (self->state, next) == NULL)
        load_undo (self, redo);
      else if (must_ask (self, next, redo))
        self->undo_wanted = 0;
      else
        {
          self->undo_wanted += redo ? -1 : 1;
          turn (self, redo);
        }
    }
}

static void
step (LwDocument *self, int direction)
{
  if (self->edit != NULL)
    lw_document_end_edit (self, "brush");
  if (self->state == NULL || self->person < 0)
    return;
  self->undo_wanted += direction;
  take_undo_steps (self);
}

void
lw_document_undo (LwDocument *self)
{
  g_return_if_fail (LW_IS_DOCUMENT (self));
  step (self, -1);
}

void
lw_document_redo (LwDocument *self)
{
  g_return_if_fail (LW_IS_DOCUMENT (self));
  step (self, 1);
}

gboolean
lw_document_can_undo (LwDocument *self)
{
  g_return_val_if_fail (LW_IS_DOCUMENT (self), FALSE);
  return self->state != NULL && self->person >= 0 && self->state->undo->len > 0;
}

gboolean
lw_document_can_redo (LwDocument *self)
{
  g_return_val_if_fail (LW_IS_DOCUMENT (self), FALSE);
  return self->state != NULL && self->person >= 0 && self->state->redo->len > 0;
}

guint
lw_document_get_n_unsaved (LwDocument *self)
{
  g_return_val_if_fail (LW_IS_DOCUMENT (self), 0);
  return self->n_unsaved;
}

static LwUnsavedStroke *
copy_unsaved (gint64 frame, const Stroke *stroke, gint64 base_seq)
{
  LwUnsavedStroke *copy = g_new0 (LwUnsavedStroke, 1);

  *copy = (LwUnsavedStroke) { frame, g_strdup (stroke->uuid), g_strdup (stroke->undoes), g_strdup (stroke->tool), stroke->origin, base_seq,
                              lw_diff_ref (stroke->diff) };
  return copy;
}

GPtrArray *
lw_document_list_unsaved (LwDocument *self)
{
  g_return_val_if_fail (LW_IS_DOCUMENT (self), NULL);

  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_unsaved_stroke_free);
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->unsaved);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const FrameState *state = value;
      gint64 base_seq = state->seq;
      for (const GList *link = state->unsaved.head; link != NULL; link = link->next)
        g_ptr_array_add (list, copy_unsaved (state->frame, link->data, base_seq++));
    }
  return list;
}
