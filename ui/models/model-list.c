/* model-list.c: the models of a project with what a person wants to know of each, read off the main thread */
#include "config.h"
#include "model-list.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include "score-models.h"

#define MAX_NAMED_FRAMES 40      /* more are counted, not named */

void
lw_model_entry_free (LwModelEntry *entry)
{
  g_free (entry->name);
  g_free (entry->architecture);
  g_free (entry->created);
  g_free (entry->parent_name);
  g_free (entry->dataset_name);
  g_free (entry->sha256);
  g_free (entry->recipe);
  g_free (entry->frames);
  g_free (entry);
}

const char *
lw_model_status_get_label (LwModelStatus status)
{
  switch (status)
    {
    case LW_MODEL_CANDIDATE: return _("Candidate");
    case LW_MODEL_CHAMPION: return _("Proposes");
    case LW_MODEL_RETIRED: return _("Retired");
    }
  return "";
}

/* Differences that the third digit does not show are none. */
void
lw_show_difference (GtkLabel *label, double difference)
{
  gboolean better = difference >= 0.0005, worse = difference <= -0.0005;
  g_autofree char *text = better || worse ? g_strdup_printf (_("%+.3f mIoU"), difference) : g_strdup (_("no better"));
  gtk_label_set_label (label, text);
  gtk_widget_set_visible (GTK_WIDGET (label), !isnan (difference));
  gtk_widget_set_valign (GTK_WIDGET (label), GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (GTK_WIDGET (label), "badge");
  gtk_widget_add_css_class (GTK_WIDGET (label), "caption");
  gtk_widget_remove_css_class (GTK_WIDGET (label), "better");
  gtk_widget_remove_css_class (GTK_WIDGET (label), "worse");
  if (better || worse)
    gtk_widget_add_css_class (GTK_WIDGET (label), better ? "better" : "worse");
}

static char *
format_time (gint64 microseconds)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (microseconds / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  return local != NULL ? g_date_time_format (local, "%x, %H:%M") : NULL;
}

static const LwModel *
find_model (GPtrArray *models, gint64 id)
{
  for (guint i = 0; id != 0 && i < models->len; i++)
    if (((LwModel *) models->pdata[i])->id == id)
      return models->pdata[i];
  return NULL;
}

static const LwDataset *
find_dataset (GPtrArray *datasets, gint64 id)
{
  for (guint i = 0; id != 0 && i < datasets->len; i++)
    if (((LwDataset *) datasets->pdata[i])->id == id)
      return datasets->pdata[i];
  return NULL;
}

/* "seq_000012 (revision 34)", a line each. */
static char *
name_frames (LwProject *project, const LwDataset *dataset)
{
  g_autoptr (LwDataset) whole = lw_project_load_dataset (project, dataset->uuid, NULL);
  GString *text = g_string_new (NULL);
  guint n = 0;
  for (guint i = 0; whole != NULL && whole->items != NULL && i < whole->items->len; i++)
    {
      const LwDatasetItem *item = &g_array_index (whole->items, LwDatasetItem, i);
      if (item->split != LW_SPLIT_TRAIN || n++ >= MAX_NAMED_FRAMES)
        continue;
      g_autoptr (LwFrame) frame = lw_project_get_frame (project, item->frame, NULL);
      g_string_append_printf (text, _("%s (revision %d)\n"), frame != NULL ? frame->name : "?", (int) item->revision);
    }
  if (n > MAX_NAMED_FRAMES)
    g_string_append_printf (text, g_dngettext (GETTEXT_PACKAGE, "… and %u more", "… and %u more", n - MAX_NAMED_FRAMES), n - MAX_NAMED_FRAMES);
  else if (text->len > 0)
    g_string_truncate (text, text->len - 1);
  return g_string_free (text, FALSE);
}

static LwModelEntry *
entry_new (LwProject *project, const LwModel *model, GPtrArray *models, GPtrArray *datasets)
{
  LwModelEntry *entry = g_new0 (LwModelEntry, 1);
  const LwModel *parent = find_model (models, model->parent);
  const LwDataset *dataset = find_dataset (datasets, model->dataset);
  entry->id = model->id;
  entry->name = g_strdup (model->name);
  entry->architecture = g_strdup (model->architecture);
  entry->created = format_time (model->created);
  entry->parent_name = parent != NULL ? g_strdup (parent->name) : NULL;
  entry->sha256 = g_strdup (model->sha256);
  entry->recipe = g_strdup (model->recipe);
  entry->seed = model->seed;
  entry->status = model->status;
  entry->miou = entry->accuracy = entry->parent_miou = NAN;
  if (dataset != NULL)
    {
      g_autofree char *scores = lw_project_get_evaluation (project, model->id, dataset->id, NULL);
      entry->dataset_name = g_strdup (dataset->name);
      entry->n_train = dataset->n_train;
      entry->n_val = dataset->n_val;
      entry->frames = name_frames (project, dataset);
      entry->miou = lw_evaluation_get (scores, "mean_iou");
      entry->accuracy = lw_evaluation_get (scores, "global_accuracy");
      g_autofree char *before = parent != NULL ? lw_project_get_evaluation (project, parent->id, dataset->id, NULL) : NULL;
      entry->parent_miou = lw_evaluation_get (before, "mean_iou");
    }
  return entry;
}

static void
read_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  LwProject *project = LW_PROJECT (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) models = lw_project_list_models (project, &error);
  g_autoptr (GPtrArray) datasets = models != NULL ? lw_project_list_datasets (project, &error) : NULL;
  if (datasets == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_model_entry_free);
  for (guint i = 0; i < models->len; i++)
    g_ptr_array_add (entries, entry_new (project, models->pdata[i], models, datasets));
  g_task_return_pointer (task, entries, (GDestroyNotify) g_ptr_array_unref);
}

void
lw_model_list_read_async (LwProject *project, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  lw_project_run_async (project, read_in_thread, NULL, NULL, cancellable, callback, user_data);
}

GPtrArray *
lw_model_list_read_finish (LwProject *project, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
