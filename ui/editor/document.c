/* document.c: opens a frame: picture, planes, history and proposal, each read elsewhere and shown together */
#include "config.h"
#include "editor/document-private.h"
#include "editor/rescue.h"
#include <glib/gi18n-lib.h>

G_DEFINE_FINAL_TYPE (LwDocument, lw_document, G_TYPE_OBJECT)

enum { OPENED, DAMAGED, PALETTE_CHANGED, SOURCE_OPENED, ORIGINS_CHANGED, EDIT_ENDED, FAILED, N_SIGNALS };
static GParamSpec *props[DOCUMENT_N_PROPS];
static guint signals[N_SIGNALS];

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

/* ---- small things for both files ---- */

void
document_notify (LwDocument *self, int property)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[property]);
}

void
document_damaged (LwDocument *self, const LwRect *rect)
{
  self->n_changes++;
  if (!lw_rect_is_empty (rect))
    g_signal_emit (self, signals[DAMAGED], 0, rect);
}

void
document_failed (LwDocument *self, GError *error, const char *doing)
{
  g_prefix_error (&error, "%s: ", doing);
  document_tell (self, error);
  g_error_free (error);
}

void
document_tell (LwDocument *self, const GError *error)
{
  g_signal_emit (self, signals[FAILED], 0, error);
}

void
document_source_opened (LwDocument *self, gint64 media)
{
  g_signal_emit (self, signals[SOURCE_OPENED], 0, media);
}

void
document_origins_changed (LwDocument *self)
{
  g_signal_emit (self, signals[ORIGINS_CHANGED], 0);
}

void
document_palette_changed (LwDocument *self)
{
  g_signal_emit (self, signals[PALETTE_CHANGED], 0);
}

void
document_edit_ended (LwDocument *self)
{
  g_signal_emit (self, signals[EDIT_ENDED], 0);
}

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

void
document_take_state (LwDocument *self, FrameState *state)
{
  self->n_changes++;
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
  document_take_state (self, opening->state);
  document_rescue (self, self->state);
  self->image = g_steal_pointer (&opening->image);
  LwProposal *late = g_steal_pointer (&opening->proposal);
  opening_unref (opening);

  g_object_freeze_notify (G_OBJECT (self));
  document_notify (self, DOCUMENT_PROP_LOADING);
  notify_state (self);
  g_signal_emit (self, signals[OPENED], 0);
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

static void
close_frame (LwDocument *self)
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
  close_frame (self);
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
  document_take_state (self, load->state);
  notify_state (self);
  g_signal_emit (self, signals[OPENED], 0);
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

/* ---- what is open ---- */

LwProject *
lw_document_get_project (LwDocument *self)
{
  g_return_val_if_fail (LW_IS_DOCUMENT (self), NULL);
  return self->project;
}

const LwFrame *
lw_document_get_frame (LwDocument *self)
{
  g_return_val_if_fail (LW_IS_DOCUMENT (self), NULL);
  return self->frame;
}

gboolean
lw_document_is_loading (LwDocument *self)
{
  g_return_val_if_fail (LW_IS_DOCUMENT (self), FALSE);
  return self->opening != NULL;
}

LwImage *
lw_document_get_image (LwDocument *self)
{
  g_return_val_if_fail (LW_IS_DOCUMENT (self), NULL);
  return self->image;
}

const LwPlanes *
lw_document_get_planes (LwDocument *self)
{
  g_return_val_if_fail (LW_IS_DOCUMENT (self), NULL);
  return self->state != NULL ? self->state->planes : NULL;
}

const LwProposal *
lw_document_get_proposal (LwDocument *self)
{
  g_return_val_if_fail (LW_IS_DOCUMENT (self), NULL);
  return self->state != NULL ? self->state->proposal : NULL;
}

gboolean
lw_document_is_hand_work (LwDocument *self, guint8 origin)
{
  g_return_val_if_fail (LW_IS_DOCUMENT (self), FALSE);
  return self->is_person[origin];
}

const LwPalette *
lw_document_get_palette (LwDocument *self)
{
  g_return_val_if_fail (LW_IS_DOCUMENT (self), NULL);
  return self->palette;
}

/* ---- the object ---- */

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LwDocument *self = LW_DOCUMENT (object);

  switch (id)
    {
    case DOCUMENT_PROP_FRAME: g_value_set_pointer (value, self->frame); break;
    case DOCUMENT_PROP_LOADING: g_value_set_boolean (value, lw_document_is_loading (self)); break;
    case DOCUMENT_PROP_CAN_UNDO: g_value_set_boolean (value, lw_document_can_undo (self)); break;
    case DOCUMENT_PROP_CAN_REDO: g_value_set_boolean (value, lw_document_can_redo (self)); break;
    case DOCUMENT_PROP_N_UNSAVED: g_value_set_uint (value, self->n_unsaved); break;
    case DOCUMENT_PROP_HAS_PROPOSAL: g_value_set_boolean (value, lw_document_get_proposal (self) != NULL); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
dispose (GObject *object)
{
  LwDocument *self = LW_DOCUMENT (object);

  close_frame (self);
  g_clear_handle_id (&self->check_id, g_source_remove);
  document_hand_over_strokes (self);
  g_cancellable_cancel (self->cancellable);
  if (self->project != NULL)
    g_signal_handlers_disconnect_by_data (self->project, self);
  G_OBJECT_CLASS (lw_document_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  LwDocument *self = LW_DOCUMENT (object);

  g_clear_pointer (&self->frame, lw_frame_free);
  g_hash_table_unref (self->sources);
  g_hash_table_unref (self->unsaved);
  g_hash_table_unref (self->rescues);
  lw_palette_free (self->palette);
  g_clear_pointer (&self->origins, g_ptr_array_unref);
  g_object_unref (self->cancellable);
  g_clear_object (&self->project);
  G_OBJECT_CLASS (lw_document_parent_class)->finalize (object);
}

static void
add_signal (guint which, const char *name, GType argument)
{
  guint n_arguments = argument != G_TYPE_NONE;

  signals[which] = g_signal_new (name, LW_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, n_arguments, argument);
}

static void
lw_document_class_init (LwDocumentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = get_property;
  object_class->dispose = dispose;
  object_class->finalize = finalize;

  props[DOCUMENT_PROP_FRAME] = g_param_spec_pointer ("frame", NULL, NULL, flags);
  props[DOCUMENT_PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, flags);
  props[DOCUMENT_PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, flags);
  props[DOCUMENT_PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, flags);
  props[DOCUMENT_PROP_N_UNSAVED] = g_param_spec_uint ("n-unsaved", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[DOCUMENT_PROP_HAS_PROPOSAL] = g_param_spec_boolean ("has-proposal", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, DOCUMENT_N_PROPS, props);

  add_signal (OPENED, "opened", G_TYPE_NONE);
  add_signal (DAMAGED, "damaged", G_TYPE_POINTER);
  add_signal (PALETTE_CHANGED, "palette-changed", G_TYPE_NONE);
  add_signal (SOURCE_OPENED, "source-opened", G_TYPE_INT64);
  add_signal (ORIGINS_CHANGED, "origins-changed", G_TYPE_NONE);
  add_signal (EDIT_ENDED, "edit-ended", G_TYPE_NONE);
  add_signal (FAILED, "failed", G_TYPE_ERROR);
}

static void
clear_source (gpointer source)
{
  if (source != NULL)
    g_object_unref (source);
}

static void
lw_document_init (LwDocument *self)
{
  self->palette = lw_palette_new ("");
  self->sources = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, clear_source);
  self->unsaved = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) frame_state_unref);
  self->rescues = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) rescue_free);
  self->cancellable = g_cancellable_new ();
  self->person = -1;
}

LwDocument *
lw_document_new (LwProject *project)
{
  g_return_val_if_fail (LW_IS_PROJECT (project), NULL);

  LwDocument *self = g_object_new (LW_TYPE_DOCUMENT, NULL);
  self->project = g_object_ref (project);
  document_watch_project (self);
  return self;
}
