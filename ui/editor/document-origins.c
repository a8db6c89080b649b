/* document-origins.c: who or what the origins of pixels are, read when one is asked for that isn't known yet */
#include "config.h"
#include "editor/document-private.h"

static void
list_in_thread (GTask *task, gpointer project, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GPtrArray *origins = lw_project_list_origins (LW_PROJECT (project), &error);

  if (origins != NULL)
    g_task_return_pointer (task, origins, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree GWeakRef *ref = data;
  g_autoptr(LwDocument) self = g_weak_ref_get (ref);
  g_autoptr(GPtrArray) origins = g_task_propagate_pointer (G_TASK (result), NULL);

  g_weak_ref_clear (ref);
  if (self == NULL)
    return;
  self->listing_origins = FALSE;
  if (origins == NULL)
    return;
  g_clear_pointer (&self->origins, g_ptr_array_unref);
  self->origins = g_steal_pointer (&origins);
  document_origins_changed (self);
}

static void
list_again (LwDocument *self)
{
  GWeakRef *ref = g_new0 (GWeakRef, 1);

  self->listing_origins = TRUE;
  g_weak_ref_init (ref, self);
  lw_project_run_async (self->project, list_in_thread, NULL, NULL, self->cancellable, listed_cb, ref);
}

const LwOrigin *
lw_document_get_origin (LwDocument *self, guint8 index)
{
  g_return_val_if_fail (LW_IS_DOCUMENT (self), NULL);

  for (guint i = 0; self->origins != NULL && i < self->origins->len; i++)
    if (((const LwOrigin *) self->origins->pdata[i])->index == index)
      return self->origins->pdata[i];
  if (!self->listing_origins && !self->asked_origin[index])      /* once for each: a pixel may name one that the project lost */
    {
      self->asked_origin[index] = TRUE;
      list_again (self);
    }
  return NULL;
}
