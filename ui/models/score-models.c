/* score-models.c: takes a finished job into the project and scores its model beside the one it came from */
#include "config.h"
#include "score-models.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include "common/json.h"
#include "engine/workflow.h"

#define MAX_EVALUATION_BYTES (4u << 20)      /* a confusion matrix of 255 classes takes 1 MB */

void
lw_model_comparison_free (LwModelComparison *comparison)
{
  g_free (comparison->base_name);
  g_free (comparison->model_name);
  g_free (comparison);
}

double
lw_evaluation_get (const char *json, const char *key)
{
  double value = NAN;
  g_autoptr (LwJson) root = json != NULL ? lw_json_parse (json, strlen (json), MAX_EVALUATION_BYTES, "evaluation", NULL) : NULL;
  if (root != NULL)
    lw_json_get_double (root, key, &value, NULL);
  return value;
}

LwJob *
lw_find_job (LwProject *project, const char *uuid, GError **error)
{
  g_autoptr (GPtrArray) jobs = lw_project_list_jobs (project, error);
  for (guint i = 0; jobs != NULL && i < jobs->len; i++)
    {
      LwJob *job = jobs->pdata[i];
      if (!g_str_equal (job->uuid, uuid))
        continue;
      LwJob *copy = g_memdup2 (job, sizeof *job);
      copy->uuid = g_strdup (job->uuid);
      copy->kind = g_strdup (job->kind);
      copy->folder = g_strdup (job->folder);
      copy->message = g_strdup (job->message);
      return copy;
    }
  if (jobs != NULL)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("The project has no job “%s”"), uuid);
  return NULL;
}

static LwModel *
find_model (LwProject *project, gint64 id)
{
  g_autoptr (GPtrArray) models = id != 0 ? lw_project_list_models (project, NULL) : NULL;
  for (guint i = 0; models != NULL && i < models->len; i++)
    if (((LwModel *) models->pdata[i])->id == id)
      return lw_project_find_model (project, ((LwModel *) models->pdata[i])->uuid, NULL);
  return NULL;
}

static LwDataset *
find_dataset (LwProject *project, gint64 id, GError **error)
{
  g_autoptr (GPtrArray) datasets = lw_project_list_datasets (project, error);
  for (guint i = 0; datasets != NULL && i < datasets->len; i++)
    if (((LwDataset *) datasets->pdata[i])->id == id)
      return lw_project_load_dataset (project, ((LwDataset *) datasets->pdata[i])->uuid, error);
  return NULL;
}

typedef struct
{
  LwProgress progress;
  gpointer data;
  double from;
} Half;

static void
report_half (double fraction, gpointer data)
{
  Half *half = data;
  if (half->progress != NULL)
    half->progress (half->from + fraction / 2, half->data);
}

static gboolean
score (LwProject *project, LwEngine *engine, const LwModel *model, const LwDataset *dataset, Half *half, GCancellable *cancellable, double *miou,
       double *accuracy, GError **error)
{
  g_autofree char *json = lw_workflow_evaluate (project, engine, model, dataset, LW_SPLIT_VAL, report_half, half, cancellable, error);
  if (json == NULL)
    return FALSE;
  *miou = lw_evaluation_get (json, "mean_iou");
  *accuracy = lw_evaluation_get (json, "global_accuracy");
  return TRUE;
}

LwModelComparison *
lw_adopt_and_compare (LwProject *project, LwEngine *engine, const LwJob *job, LwProgress progress, gpointer data, GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (LwModel) model = lw_workflow_adopt_job (project, job, error);
  g_autoptr (LwModel) base = model != NULL ? find_model (project, job->base_model) : NULL;
  g_autoptr (LwDataset) dataset = model != NULL ? find_dataset (project, job->dataset, error) : NULL;
  if (dataset == NULL)
    return NULL;
  g_autoptr (LwModelComparison) comparison = g_new0 (LwModelComparison, 1);
  *comparison = (LwModelComparison) { base != NULL ? base->id : 0, model->id, g_strdup (base != NULL ? base->name : NULL), g_strdup (model->name),
                                 dataset->n_train, dataset->n_val, NAN, NAN, NAN, NAN };
  Half first = { progress, data, 0 }, second = { progress, data, 0.5 };
  if (dataset->n_val > 0
      && (!score (project, engine, model, dataset, &first, cancellable, &comparison->model_miou, &comparison->model_accuracy, error)
          || (base != NULL
              && !score (project, engine, base, dataset, &second, cancellable, &comparison->base_miou, &comparison->base_accuracy, error))))
    return NULL;
  return g_steal_pointer (&comparison);
}
