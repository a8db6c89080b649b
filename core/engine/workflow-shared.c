/* workflow-shared.c: which frames a model has seen, and which classes count */
#include "config.h"
#include "workflow-private.h"
#include <glib/gi18n-lib.h>

/* ---- lineage ---- */

static const LwModel *
model_of_id (GPtrArray *models, gint64 id)
{
  for (guint i = 0; i < models->len; i++)
    if (((const LwModel *) g_ptr_array_index (models, i))->id == id)
      return g_ptr_array_index (models, i);
  return NULL;
}

LwDataset *
lw_workflow_load_dataset (LwProject *project, gint64 id, GError **error)
{
  g_autoptr(GPtrArray) datasets = lw_project_list_datasets (project, error);
  for (guint i = 0; datasets != NULL && i < datasets->len; i++)
    {
      const LwDataset *dataset = g_ptr_array_index (datasets, i);
      if (dataset->id == id)
        return lw_project_load_dataset (project, dataset->uuid, error);
    }
  if (datasets != NULL)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("The project has no dataset %" G_GINT64_FORMAT " any more."), id);
  return NULL;
}

static gboolean
add_trained (LwProject *project, gint64 dataset_id, GHashTable *frames, GError **error)
{
  g_autoptr(LwDataset) dataset = lw_workflow_load_dataset (project, dataset_id, error);
  if (dataset == NULL)
    return FALSE;
  for (guint i = 0; i < dataset->items->len; i++)
    {
      const LwDatasetItem *item = &g_array_index (dataset->items, LwDatasetItem, i);
      if (item->split == LW_SPLIT_TRAIN)
        g_hash_table_add (frames, g_memdup2 (&item->frame, sizeof item->frame));
    }
  return TRUE;
}

GHashTable *
lw_workflow_trained_frames (LwProject *project, gint64 model_id, GError **error)
{
  g_autoptr(GHashTable) frames = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr(GPtrArray) models = lw_project_list_models (project, error);
  if (models == NULL)
    return NULL;
  /* A model has one parent, so that the chain is at most as long as the list; a damaged one that bites its tail ends there too. */
  for (guint steps = 0; model_id != 0 && steps <= models->len; steps++)
    {
      const LwModel *model = model_of_id (models, model_id);
      if (model == NULL)
        break;
      if (model->dataset != 0 && !add_trained (project, model->dataset, frames, error))
        return NULL;
      model_id = model->parent;
    }
  return g_steal_pointer (&frames);
}

/* ---- classes ---- */

LwScoredClasses *
lw_scored_classes_new (LwProject *project, GError **error)
{
  LwPalette *palette = lw_project_dup_palette (project, error);
  if (palette == NULL)
    return NULL;
  LwScoredClasses *scored = g_new0 (LwScoredClasses, 1);
  scored->palette = palette;
  scored->classes = g_ptr_array_new ();
  for (int i = 0; i < 256; i++)
    scored->index_of[i] = LW_LABEL_NONE;
  for (guint i = 0; i < palette->classes->len; i++)
    {
      const LwClass *class = g_ptr_array_index (palette->classes, i);
      if (class->ignored || scored->classes->len == LW_LABEL_NONE - 1)      /* one index is left for “none of them” */
        continue;
      scored->index_of[class->id] = (guint8) scored->classes->len;
      g_ptr_array_add (scored->classes, (gpointer) class);
    }
  return scored;
}

void
lw_scored_classes_free (LwScoredClasses *scored)
{
  if (scored == NULL)
    return;
  g_ptr_array_unref (scored->classes);
  lw_palette_free (scored->palette);
  g_free (scored);
}
