/* workflow-shared.c: datasets by id, and which classes count */
#include "config.h"
#include "workflow-private.h"
#include <inttypes.h>
#include <glib/gi18n-lib.h>

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
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("The project has no dataset %" PRId64 " any more."), id);
  return NULL;
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
