/* document-project.c: what the document keeps of the project beside its frame: open media, the palette, and an eye on changes by others */
#include "config.h"
#include "editor/document-private.h"
#include <glib/gi18n-lib.h>

#define CHECK_MS 300          /* a stroke of our own says "frame-changed" too: one look for several */

/* ---- sources ---- */

typedef struct { GWeakRef document; gint64 media; } SourceOpening;

static void
open_source_in_thread (GTask *task, gpointer project, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  LwFrameSource *source = lw_project_open_media (LW_PROJECT (project), *(gint64 *) data, &error);

  if (source != NULL)
    g_task_return_pointer (task, source, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
source_opened_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  SourceOpening *opening = data;
  GError *error = NULL;
  LwFrameSource *source = g_task_propagate_pointer (G_TASK (result), &error);
  g_autoptr(LwDocument) self = g_weak_ref_get (&opening->document);
  gint64 media = opening->media;

  g_weak_ref_clear (&opening->document);
  g_free (opening);
  if (self == NULL)
    {
      g_clear_object (&source);
      g_clear_error (&error);
      return;
    }

  if (source != NULL)
    {
      g_hash_table_insert (self->sources, g_memdup2 (&media, sizeof media), source);
      document_source_opened (self, media);
      if (self->opening != NULL && self->frame->media == media)
        document_ask_for_picture (self);
      return;
    }
  g_hash_table_remove (self->sources, &media);     /* the next call tries again: it may have been relinked */
  document_failed (self, error, _("The medium could not be opened"));
  document_do_without_picture (self, media);
}

LwFrameSource *
lw_document_get_source (LwDocument *self, gint64 media)
{
  gpointer source;

  g_return_val_if_fail (LW_IS_DOCUMENT (self), NULL);
  if (g_hash_table_lookup_extended (self->sources, &media, NULL, &source))
    return source;

  SourceOpening *opening = g_new0 (SourceOpening, 1);
  g_weak_ref_init (&opening->document, self);
  opening->media = media;
  g_hash_table_insert (self->sources, g_memdup2 (&media, sizeof media), NULL);
  lw_project_run_async (self->project, open_source_in_thread, g_memdup2 (&media, sizeof media), g_free, self->cancellable, source_opened_cb, opening);
  return NULL;
}

/* ---- the palette ---- */

static void
load_palette_in_thread (GTask *task, gpointer project, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  LwPalette *palette = lw_project_dup_palette (LW_PROJECT (project), &error);

  if (palette != NULL)
    g_task_return_pointer (task, palette, (GDestroyNotify) lw_palette_free);
  else
    g_task_return_error (task, error);
}

static void
set_palette (LwDocument *self, const LwPalette *palette)
{
  lw_palette_free (self->palette);
  self->palette = lw_palette_copy (palette);
  document_palette_changed (self);
}

static void
palette_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree GWeakRef *ref = data;
  g_autoptr(LwDocument) self = g_weak_ref_get (ref);
  GError *error = NULL;
  g_autoptr(LwPalette) palette = g_task_propagate_pointer (G_TASK (result), &error);

  g_weak_ref_clear (ref);
  if (self == NULL)
    g_clear_error (&error);
  else if (palette == NULL)
    document_failed (self, error, _("The classes could not be read"));
  else
    set_palette (self, palette);
}

static void
load_palette (LwDocument *self)
{
  GWeakRef *ref = g_new0 (GWeakRef, 1);

  g_weak_ref_init (ref, self);
  lw_project_run_async (self->project, load_palette_in_thread, NULL, NULL, self->cancellable, palette_loaded_cb, ref);
}

/* ---- changes by others ---- */

static void arm_check (LwDocument *self);

static void
get_frame_in_thread (GTask *task, gpointer project, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  LwFrame *frame = lw_project_get_frame (LW_PROJECT (project), *(gint64 *) data, &error);

  if (frame != NULL)
    g_task_return_pointer (task, frame, (GDestroyNotify) lw_frame_free);
  else
    g_task_return_error (task, error);
}

/* Strokes on their way come first: their commit finds out by itself. */
static gboolean
is_busy (LwDocument *self)
{
  return self->edit != NULL || !g_queue_is_empty (&self->state->unsaved);
}

static void
frame_checked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree GWeakRef *ref = data;
  g_autoptr(LwDocument) self = g_weak_ref_get (ref);
  g_autoptr(LwFrame) frame = g_task_propagate_pointer (G_TASK (result), NULL);

  g_weak_ref_clear (ref);
  if (self == NULL || frame == NULL || self->state == NULL || self->state->frame != frame->id)
    return;
  if (is_busy (self))
    arm_check (self);
  else if (frame->seq != self->state->seq || frame->proposal != self->state->proposal_id)
    lw_document_reload (self);
}

static gboolean
check_cb (gpointer data)
{
  LwDocument *self = data;

  self->check_id = 0;
  if (self->state == NULL)
    return G_SOURCE_REMOVE;
  if (is_busy (self))
    {
      arm_check (self);
      return G_SOURCE_REMOVE;
    }
  GWeakRef *ref = g_new0 (GWeakRef, 1);
  g_weak_ref_init (ref, self);
  lw_project_run_async (self->project, get_frame_in_thread, g_memdup2 (&self->state->frame, sizeof self->state->frame), g_free, self->cancellable,
                        frame_checked_cb, ref);
  return G_SOURCE_REMOVE;
}

static void
arm_check (LwDocument *self)
{
  if (self->check_id == 0)
    self->check_id = g_timeout_add (CHECK_MS, check_cb, self);
}

static void
frame_changed_cb (LwDocument *self, gint64 frame)
{
  if (self->frame != NULL && self->frame->id == frame)
    arm_check (self);
}

void
document_watch_project (LwDocument *self)
{
  g_signal_connect_object (self->project, "classes-changed", G_CALLBACK (load_palette), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->project, "frame-changed", G_CALLBACK (frame_changed_cb), self, G_CONNECT_SWAPPED);
  load_palette (self);
}
