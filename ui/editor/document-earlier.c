/* document-earlier.c: the frame's labels as they were: its newest revision that is older than what is shown */
#include "config.h"
#include "editor/document-private.h"

typedef struct { gint64 frame, seq, known; } Wanted;

void
lw_earlier_free (LwEarlier *earlier)
{
  g_clear_pointer (&earlier->map, lw_label_map_free);
  g_free (earlier->author);
  g_free (earlier);
}

/* Strokes number the states of a frame: a revision that holds all of them is what is shown. */
static const LwRevision *
find_earlier (const GPtrArray *revisions, gint64 seq)
{
  for (guint i = 0; i < revisions->len; i++)
    if (((const LwRevision *) revisions->pdata[i])->seq < seq)
      return revisions->pdata[i];
  return NULL;
}

static void
load_in_thread (GTask *task, gpointer project, gpointer data, GCancellable *cancellable)
{
  const Wanted *wanted = data;
  GError *error = NULL;
  g_autoptr(GPtrArray) revisions = lw_project_list_revisions (LW_PROJECT (project), wanted->frame, &error);
  const LwRevision *revision = revisions != NULL ? find_earlier (revisions, wanted->seq) : NULL;
  g_autoptr(LwEarlier) earlier = g_new0 (LwEarlier, 1);

  earlier->frame = wanted->frame;
  if (revision != NULL)
    {
      earlier->revision = revision->id;
      earlier->created = revision->created;
      earlier->author = g_strdup (revision->author);
    }
  if (revision != NULL && revision->id != wanted->known)
    {
      g_autoptr(LwPlanes) planes = lw_project_load_revision (LW_PROJECT (project), revision->id, &error);
      if (planes != NULL)
        earlier->map = lw_label_map_copy (planes->plane[LW_PLANE_CLASS]);
    }
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&earlier), (GDestroyNotify) lw_earlier_free);
}

void
lw_document_load_earlier_async (LwDocument *self, gint64 known, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (LW_IS_DOCUMENT (self) && self->state != NULL);

  Wanted wanted = { self->state->frame, self->state->seq + (gint64) g_queue_get_length (&self->state->unsaved), known };
  lw_project_run_async (self->project, load_in_thread, g_memdup2 (&wanted, sizeof wanted), g_free, cancellable, callback, user_data);
}

LwEarlier *
lw_document_load_earlier_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
