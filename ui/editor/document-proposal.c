/* document-proposal.c: what the network proposes for the open frame: shown, applied, discarded */
#include "config.h"
#include "editor/document-private.h"
#include <glib/gi18n-lib.h>

/* ---- show ---- */

typedef struct { GWeakRef document; LwProposal *proposal; } ProposalOpening;

/* Shown once its origin is known, so that what is seen can be applied. */
static void
origin_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree ProposalOpening *opening = data;
  g_autoptr(LwDocument) self = g_weak_ref_get (&opening->document);
  g_autoptr(GError) error = NULL;
  int origin = frame_load_origin_finish (result, &error);

  g_weak_ref_clear (&opening->document);
  if (self == NULL || self->state == NULL || self->state->frame != opening->proposal->frame)
    {
      lw_proposal_free (opening->proposal);
      return;
    }
  g_clear_pointer (&self->state->proposal, lw_proposal_free);
  self->state->proposal = opening->proposal;
  self->state->proposal_origin = error == NULL ? origin : -1;
  document_notify (self, DOCUMENT_PROP_HAS_PROPOSAL);
  document_damaged (self, &(LwRect) { 0, 0, self->frame->width, self->frame->height });
}

static gboolean
fits (const LwDocument *self, const LwProposal *proposal)
{
  return self->frame != NULL && proposal->frame == self->frame->id && proposal->map != NULL &&
         proposal->map->width == self->frame->width && proposal->map->height == self->frame->height;
}

void
lw_document_set_proposal (LwDocument *self, LwProposal *proposal)
{
  g_return_if_fail (LW_IS_DOCUMENT (self) && proposal != NULL);

  if (!fits (self, proposal))
    {
      lw_proposal_free (proposal);
      return;
    }
  if (document_keep_for_opening (self, proposal))
    return;
  ProposalOpening *opening = g_new0 (ProposalOpening, 1);
  g_weak_ref_init (&opening->document, self);
  opening->proposal = proposal;
  frame_load_origin_async (self->project, proposal->model, NULL, origin_loaded_cb, opening);
}

/* ---- discard ---- */

static void
discard_in_thread (GTask *task, gpointer project, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (lw_project_discard_proposal (LW_PROJECT (project), *(gint64 *) data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
discarded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree GWeakRef *ref = data;
  g_autoptr(LwDocument) self = g_weak_ref_get (ref);
  GError *error = NULL;

  g_weak_ref_clear (ref);
  if (g_task_propagate_boolean (G_TASK (result), &error))
    return;
  if (self != NULL)
    document_failed (self, error, _("The proposal could not be discarded"));
  else
    g_error_free (error);
}

void
lw_document_discard_proposal (LwDocument *self)
{
  g_return_if_fail (LW_IS_DOCUMENT (self));

  if (self->state == NULL || self->state->proposal == NULL)
    return;
  g_clear_pointer (&self->state->proposal, lw_proposal_free);
  GWeakRef *ref = g_new0 (GWeakRef, 1);
  g_weak_ref_init (ref, self);
  lw_project_run_async (self->project, discard_in_thread, g_memdup2 (&self->frame->id, sizeof self->frame->id), g_free, NULL, discarded_cb, ref);
  document_notify (self, DOCUMENT_PROP_HAS_PROPOSAL);
  document_damaged (self, &(LwRect) { 0, 0, self->frame->width, self->frame->height });
}

/* ---- apply ---- */

void
lw_document_protect_hand_work (LwDocument *self, LwProtection *protection)
{
  g_return_if_fail (LW_IS_DOCUMENT (self) && protection != NULL);
  memcpy (protection->keep_origin, self->is_person, sizeof self->is_person);
}

/* What the model may not touch: the settings' protection, and what a person set. */
static LwProtection
protect_from_model (LwDocument *self, const LwProtection *settings, gboolean overwrite_hand)
{
  LwProtection protection = *settings;
  if (!overwrite_hand)
    lw_document_protect_hand_work (self, &protection);
  return protection;
}

LwEdit *
lw_document_begin_reveal (LwDocument *self, const LwProtection *settings, gboolean overwrite_hand)
{
  g_return_val_if_fail (LW_IS_DOCUMENT (self) && settings != NULL, NULL);

  if (self->state == NULL || self->edit != NULL || self->person < 0 || self->state->proposal == NULL || self->state->proposal_origin < 0)
    return NULL;
  document_forget_undo (self);
  LwProtection protection = protect_from_model (self, settings, overwrite_hand);
  self->edit_origin = (guint8) self->state->proposal_origin;
  self->edit = lw_edit_new (self->state->planes, self->edit_origin, &protection);
  return self->edit;
}

guint64
lw_document_apply_proposal (LwDocument *self, const LwApplySelection *selection, const LwProtection *settings, gboolean overwrite_hand)
{
  g_return_val_if_fail (LW_IS_DOCUMENT (self) && selection != NULL && settings != NULL, 0);

  if (self->edit != NULL)
    lw_document_end_edit (self, "brush");
  if (self->state == NULL || self->state->proposal == NULL || self->state->proposal_origin < 0)
    return 0;
  document_forget_undo (self);

  guint8 origin = (guint8) self->state->proposal_origin;
  LwProtection protection = protect_from_model (self, settings, overwrite_hand);
  LwEdit *edit = lw_edit_new (self->state->planes, origin, &protection);
  lw_apply_proposal (edit, self->state->proposal->map, self->state->proposal->confidence, selection);

  g_autoptr(LwDiff) diff = lw_edit_finish (edit);
  document_save_stroke (self, self->state, "apply", origin, diff);
  document_damaged_by (self, diff);
  return lw_diff_count (diff);
}
