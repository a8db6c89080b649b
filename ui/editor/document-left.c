/* document-left.c: looks on another thread for what of the frame is still to be done */
#include "config.h"
#include "editor/document-private.h"

typedef struct {
  LwLeftKind kind;
  guint limit;
  LwLabelMap *labels, *origins, *confidence;      /* copies; the last two are NULL where they aren't asked for */
  gboolean people[256];
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;

  g_clear_pointer (&search->labels, lw_label_map_free);
  g_clear_pointer (&search->origins, lw_label_map_free);
  g_clear_pointer (&search->confidence, lw_label_map_free);
  g_free (search);
}

static void
search_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Search *search = data;
  GArray *areas = search->kind == LW_LEFT_UNLABELLED ? lw_left_unlabelled (search->labels)
                  : search->kind == LW_LEFT_SPECKS   ? lw_left_specks (search->labels, search->limit)
                                                     : lw_left_unsure (search->confidence, (guint8) search->limit, search->labels, search->origins, search->people);
  g_task_return_pointer (task, areas, (GDestroyNotify) g_array_unref);
}

void
lw_document_find_left_async (LwDocument *self, LwLeftKind kind, guint limit, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (LW_IS_DOCUMENT (self));

  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);
  const LwPlanes *planes = lw_document_get_planes (self);
  const LwProposal *proposal = lw_document_get_proposal (self);
  if (planes == NULL || (kind == LW_LEFT_UNSURE && (proposal == NULL || proposal->confidence == NULL)))
    {
      g_task_return_pointer (task, NULL, NULL);
      return;
    }
  Search *search = g_new0 (Search, 1);
  search->kind = kind;
  search->limit = limit;
  search->labels = lw_label_map_copy (planes->plane[LW_PLANE_CLASS]);
  if (kind == LW_LEFT_UNSURE)
    {
      search->origins = lw_label_map_copy (planes->plane[LW_PLANE_ORIGIN]);
      search->confidence = lw_label_map_copy (proposal->confidence);
      memcpy (search->people, self->is_person, sizeof search->people);
    }
  g_task_set_task_data (task, search, search_free);
  g_task_run_in_thread (task, search_in_thread);
}

GArray *
lw_document_find_left_finish (LwDocument *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
