/* document.c: what is open, for all who look at it and paint in it, and the signals that tell them of changes */
#include "config.h"
#include "editor/document-private.h"
#include "editor/rescue.h"

G_DEFINE_FINAL_TYPE (LwDocument, lw_document, G_TYPE_OBJECT)

enum { OPENED, DAMAGED, PALETTE_CHANGED, SOURCE_OPENED, ORIGINS_CHANGED, EDIT_ENDED, FAILED, ASK_BEFORE_TURN, ANSWERED, N_SIGNALS };
static GParamSpec *props[DOCUMENT_N_PROPS];
static guint signals[N_SIGNALS];

/* ---- small things for the other files ---- */

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

void
document_ask_before_turn (LwDocument *self, const char *maker, gboolean redo)
{
  g_signal_emit (self, signals[ASK_BEFORE_TURN], 0, maker, redo);
}

void
document_was_answered (LwDocument *self)
{
  if (self->asked != NULL)
    g_signal_emit (self, signals[ANSWERED], 0);
}

void
document_stop_asking (LwDocument *self)
{
  document_was_answered (self);
  g_clear_pointer (&self->asked, g_free);
}

void
document_opened (LwDocument *self)
{
  g_signal_emit (self, signals[OPENED], 0);
}

/* ---- what is open ---- */

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

  document_close_frame (self);
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
  g_hash_table_unref (self->made);
  g_free (self->asked);
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
  add_signal (ANSWERED, "answered", G_TYPE_NONE);
  signals[ASK_BEFORE_TURN] = g_signal_new ("ask-before-turn", LW_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);
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
  self->begun = g_get_real_time ();
  self->made = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
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
