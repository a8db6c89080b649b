/* document-open.c: opens a frame: picture, planes, history and proposal, each read elsewhere and shown together */
#include "config.h"
#include "editor/document-private.h"
#include <glib/gi18n-lib.h>

struct _Opening
{
  LwDocument *document;            /* NULL: nobody waits any more */
  GCancellable *cancellable;
  FrameState *state;
  LwImage *image;
  gboolean image_asked, image_done;
  LwProposal *proposal;            /* came while the frame was loading, and is newer than what is read */
  grefcount refs;
};

static void
notify_state (LwDocument *self)
{
  document_notify (self, DOCUMENT_PROP_CAN_UNDO);
  document_notify (self, DOCUMENT_PROP_CAN_REDO);
  document_notify (self, DOCUMENT_PROP_HAS_PROPOSAL);
}

/* ---- openings ---- */

static Opening *
opening_new (LwDocument *document)
{
  Opening *opening = g_new0 (Opening, 1);

  opening->document = document;
  opening->cancellable = g_cancellable_new ();
  g_ref_count_init (&opening->refs);
  return opening;
}

static Opening *
opening_ref (Opening *opening)
{
  g_ref_count_inc (&opening->refs);
  return opening;
}

static void
opening_unref (Opening *opening)
{
  if (!g_ref_count_dec (&opening->refs))
    return;
  g_object_unref (opening->cancellable);
  g_clear_pointer (&opening->state, frame_state_unref);
  g_clear_pointer (&opening->image, lw_image_unref);
  g_clear_pointer (&opening->proposal, lw_proposal_free);
  g_free (opening);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Opening, opening_unref)

static void
opening_drop (Opening *opening)
{
  opening->document = NULL;
  g_cancellable_cancel (opening->cancellable);
  opening_unref (opening);
}

gboolean
document_keep_for_opening (LwDocument *self, LwProposal *proposal)
{
  if (self->opening == NULL)
    return FALSE;
  g_clear_pointer (&self->opening->proposal, lw_proposal_free);
  self->opening->proposal = proposal;
  return TRUE;
}

static void
take_state (LwDocument *self, FrameState *state)
{
  self->n_changes++;
  document_stop_asking (self);
  g_clear_pointer (&self->state, frame_state_unref);
  self->state = frame_state_ref (state);
}

gboolean
document_shows (LwDocument *self, const FrameState *state)
{
  return state == self->state || (self->opening != NULL && self->opening->state == state);
}

/* Both halves are there: the frame is shown. */
static void
finish_opening (LwDocument *self)
{
  Opening *opening = self->opening;

  if (opening->state == NULL || !opening->image_done)
    return;
  self->opening = NULL;
  take_state (self, opening->state);
  document_rescue (self, self->state);
  self->image = g_steal_pointer (&opening->image);
  LwProposal *late = g_steal_pointer (&opening->proposal);
  opening_unref (opening);

  g_object_freeze_notify (G_OBJECT (self));
  document_notify (self, DOCUMENT_PROP_LOADING);
  notify_state (self);
  document_opened (self);
  g_object_thaw_notify (G_OBJECT (self));
  if (late != NULL)
    lw_document_set_proposal (self, late);
}

static void
take_load (LwDocument *self, const FrameLoad *load)
{
  self->person = load->person;
  memcpy (self->is_person, load->is_person, sizeof self->is_person);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(Opening) opening = data;
  GError *error = NULL;
  g_autoptr(FrameLoad) load = frame_load_finish (result, &error);
  LwDocument *self = opening->document;

  if (self == NULL)
    g_clear_error (&error);
  else if (load == NULL)
    document_failed (self, error, _("The labels of this frame could not be read"));
  else
    {
      take_load (self, load);
      opening->state = g_steal_pointer (&load->state);
      finish_opening (self);
    }
}

static void
loaded_for_rescue_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree GWeakRef *ref = data;
  g_autoptr(LwDocument) self = g_weak_ref_get (ref);
  GError *error = NULL;
  g_autoptr(FrameLoad) load = frame_load_finish (result, &error);

  g_weak_ref_clear (ref);
  if (self == NULL)
    g_clear_error (&error);
  else if (load == NULL)
    document_failed (self, error, _("Strokes could not be saved, since their frame could not be read again"));
  else if (self->opening == NULL || self->frame->id != load->state->frame)
    document_rescue (self, load->state);     /* otherwise it is about to be shown, and does it then */
}

void
document_load_for_rescue (LwDocument *self, gint64 frame)
{
  GWeakRef *ref = g_new0 (GWeakRef, 1);

  g_weak_ref_init (ref, self);
  frame_load_async (self->project, frame, NULL, loaded_for_rescue_cb, ref);
}

/* ---- the picture ---- */

static gboolean
check_size (const LwFrame *frame, const LwImage *image, GError **error)
{
  if (image == NULL || (image->width == frame->width && image->height == frame->height))
    return TRUE;
  g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_CHANGED,
               _("“%s” is %d × %d pixels in the project, but its picture is %d × %d now: the file was replaced. Put the original back, or relink the medium"),
               frame->name, frame->width, frame->height, image->width, image->height);
  return FALSE;
}

/* Without its picture a frame is shown nonetheless: its labels are there. */
static void
take_image (Opening *opening, LwImage *image, GError *error)
{
  LwDocument *self = opening->document;

  if (error == NULL && !check_size (self->frame, image, &error))
    g_clear_pointer (&image, lw_image_unref);
  if (error != NULL)
    document_failed (self, error, _("The picture could not be read"));
  if (opening->document != self)       /* a handler opened something else */
    {
      g_clear_pointer (&image, lw_image_unref);
      return;
    }
  opening->image = image;
  opening->image_done = TRUE;
  finish_opening (self);
}

static void
picture_read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(Opening) opening = data;
  GError *error = NULL;
  LwImage *image = lw_frame_source_read_finish (LW_FRAME_SOURCE (source), result, &error);

  if (opening->document != NULL)
    take_image (opening, image, error);
  else
    {
      g_clear_pointer (&image, lw_image_unref);
      g_clear_error (&error);
    }
}

void
document_ask_for_picture (LwDocument *self)
{
  Opening *opening = self->opening;
  LwFrameSource *source = lw_document_get_source (self, self->frame->media);

  if (source == NULL || opening->image_asked)      /* without a source: asked again when it is open */
    return;
  opening->image_asked = TRUE;
  LwImage *image = lw_frame_source_peek (source, self->frame->ordinal);
  if (image != NULL)
    take_image (opening, image, NULL);
  else
    lw_frame_source_read_async (source, self->frame->ordinal, opening->cancellable, picture_read_cb, opening_ref (opening));
}

/* Its medium can't be opened, as was told. */
void
document_do_without_picture (LwDocument *self, gint64 media)
{
  if (self->opening != NULL && self->frame->media == media && !self->opening->image_asked)
    {
      g_autoptr(Opening) opening = opening_ref (self->opening);
      opening->image_asked = TRUE;
      take_image (opening, NULL, NULL);
    }
}

/* ---- open, reload ---- */

void
document_close_frame (LwDocument *self)
{
  if (self->edit != NULL)
    lw_document_end_edit (self, "brush");
  document_forget_undo (self);
  g_clear_pointer (&self->opening, opening_drop);
  g_clear_pointer (&self->reloading, opening_drop);
  g_clear_pointer (&self->state, frame_state_unref);
  g_clear_pointer (&self->image, lw_image_unref);
}

void
lw_document_open (LwDocument *self, const LwFrame *frame)
{
  g_return_if_fail (LW_IS_DOCUMENT (self) && frame != NULL);

  LwFrame *copy = lw_frame_copy (frame);      /* @frame may be the one that is freed now */
  document_close_frame (self);
  g_clear_pointer (&self->frame, lw_frame_free);
  self->frame = copy;
  self->opening = opening_new (self);

  FrameState *unsaved = g_hash_table_lookup (self->unsaved, &copy->id);
  if (unsaved != NULL)
    self->opening->state = frame_state_ref (unsaved);
  else
    frame_load_async (self->project, copy->id, self->opening->cancellable, loaded_cb, opening_ref (self->opening));

  g_object_freeze_notify (G_OBJECT (self));
  document_notify (self, DOCUMENT_PROP_FRAME);
  document_notify (self, DOCUMENT_PROP_LOADING);
  notify_state (self);
  g_object_thaw_notify (G_OBJECT (self));
  document_ask_for_picture (self);
}

static gboolean
same_proposal (const LwProposal *a, const LwProposal *b)
{
  return a == NULL || b == NULL ? a == b : a->model == b->model && a->created == b->created;
}

/* What was read in the background is taken only if it tells something new, and never over strokes that the database doesn't know. */
static void
reloaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(Opening) opening = data;
  GError *error = NULL;
  g_autoptr(FrameLoad) load = frame_load_finish (result, &error);
  LwDocument *self = opening->document;

  if (self == NULL)
    {
      g_clear_error (&error);
      return;
    }
  g_clear_pointer (&self->reloading, opening_unref);
  if (load == NULL)
    {
      document_failed (self, error, _("The labels of this frame could not be read again"));
      return;
    }
  take_load (self, load);
  if (self->edit != NULL || !g_queue_is_empty (&self->state->unsaved))
    return;                          /* a stroke since then: its commit finds out whether somebody else was faster */
  self->state->proposal_id = load->state->proposal_id;
  if (load->state->seq == self->state->seq && same_proposal (load->state->proposal, self->state->proposal))
    return;

  document_forget_undo (self);
  take_state (self, load->state);
  notify_state (self);
  document_opened (self);
}

void
lw_document_reload (LwDocument *self)
{
  g_return_if_fail (LW_IS_DOCUMENT (self));

  if (self->state == NULL || self->edit != NULL)
    return;
  if (self->image == NULL)             /* the medium may be back */
    {
      g_autoptr(LwFrame) frame = lw_frame_copy (self->frame);
      g_hash_table_remove (self->sources, &frame->media);
      lw_document_open (self, frame);
      return;
    }
  if (!g_queue_is_empty (&self->state->unsaved))
    return;
  g_clear_pointer (&self->reloading, opening_drop);
  self->reloading = opening_new (self);
  frame_load_async (self->project, self->frame->id, self->reloading->cancellable, reloaded_cb, opening_ref (self->reloading));
}
