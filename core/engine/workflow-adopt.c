/* workflow-adopt.c: takes the results of training jobs into the project, whoever trained them and whenever */
#include "config.h"
#include "workflow-private.h"
#include <inttypes.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include "common/json.h"
#include "job.h"

/* “starter-3” is the third of “starter”. */
static char *
stem_of (const char *name)
{
  const char *dash = strrchr (name, '-');
  if (dash == NULL || dash == name || dash[1] == '\0' || strspn (dash + 1, "0123456789") != strlen (dash + 1))
    return g_strdup (name);
  return g_strndup (name, (gsize) (dash - name));
}

static LwModel *
find_by_id (LwProject *project, gint64 id, GError **error)
{
  g_autoptr(GPtrArray) models = lw_project_list_models (project, error);
  for (guint i = 0; models != NULL && i < models->len; i++)
    if (((const LwModel *) g_ptr_array_index (models, i))->id == id)
      return lw_project_find_model (project, ((const LwModel *) g_ptr_array_index (models, i))->uuid, error);
  if (models != NULL)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("The project has no model %" PRId64 " any more."), id);
  return NULL;
}

static char *
choose_name (LwProject *project, const LwJob *job, const LwJobRequest *request, GError **error)
{
  g_autoptr(LwModel) base = job->base_model != 0 ? find_by_id (project, job->base_model, NULL) : NULL;
  g_autofree char *stem = stem_of (base != NULL ? base->name : request->architecture);
  return lw_workflow_free_model_name (project, stem, error);
}

static LwJson *
number (double value)
{
  return isfinite (value) ? json_object_new_double (value) : NULL;
}

static char *
metrics_of (const LwJobResult *result)
{
  g_autoptr(LwJson) root = json_object_new_object ();
  LwJson *curve = json_object_new_array ();
  for (guint i = 0; i < result->curve->len; i++)
    {
      const LwJobPoint *point = &g_array_index (result->curve, LwJobPoint, i);
      LwJson *item = json_object_new_object ();
      json_object_object_add (item, "epoch", json_object_new_int64 (point->epoch));
      json_object_object_add (item, "loss", number (point->loss));
      json_object_object_add (item, "val_miou", number (point->val_miou));
      json_object_array_add (curve, item);
    }
  json_object_object_add (root, "best_miou", number (result->best_miou));
  json_object_object_add (root, "best_epoch", json_object_new_int64 (result->best_epoch));
  json_object_object_add (root, "epochs_run", json_object_new_int64 (result->epochs_run));
  json_object_object_add (root, "final_loss", number (result->final_loss));
  json_object_object_add (root, "seconds", number (result->seconds));
  json_object_object_add (root, "curve", curve);
  return g_strdup (json_object_to_json_string_ext (root, JSON_C_TO_STRING_PLAIN));
}

static char *
card_of (const LwJob *job, const LwJobRequest *request, const LwJobResult *result)
{
  g_autoptr(LwJson) root = json_object_new_object ();
  json_object_object_add (root, "job", json_object_new_string (job->uuid));
  json_object_object_add (root, "trained_on", json_object_new_string (result->device));
  if (result->plan_key != NULL)
    json_object_object_add (root, "plan_key", json_object_new_string (result->plan_key));
  json_object_object_add (root, "train_frames", json_object_new_int64 (request->n_train));
  json_object_object_add (root, "val_frames", json_object_new_int64 (request->n_val));
  json_object_object_add (root, "width", json_object_new_int (request->width));
  json_object_object_add (root, "height", json_object_new_int (request->height));
  return g_strdup (json_object_to_json_string_ext (root, JSON_C_TO_STRING_PLAIN));
}

static char *
classes_of (const LwJobRequest *request)
{
  g_autoptr(LwJson) names = json_object_new_array ();
  for (guint i = 0; i < request->classes->len; i++)
    json_object_array_add (names, json_object_new_string (((const LwJobClass *) g_ptr_array_index (request->classes, i))->name));
  return g_strdup (json_object_to_json_string_ext (names, JSON_C_TO_STRING_PLAIN));
}

static gint64
seed_of (const LwJobRequest *request)
{
  gint64 seed = 0;
  g_autoptr(LwJson) recipe = lw_json_parse (request->recipe, strlen (request->recipe), G_MAXINT, "recipe", NULL);
  if (recipe != NULL)
    lw_json_get_int (recipe, "seed", 0, G_MAXINT64, &seed, NULL);
  return seed;
}

static LwModel *
add_result (LwProject *project, const LwJob *job, const LwJobRequest *request, const LwJobResult *result, GError **error)
{
  g_autoptr(GError) reason = NULL;
  LwModel *known = lw_workflow_find_model_by_hash (project, result->sha256, &reason);
  if (known != NULL || reason != NULL)      /* another window was quicker */
    {
      if (reason != NULL)
        g_propagate_error (error, g_steal_pointer (&reason));
      return known;
    }
  g_autofree char *name = choose_name (project, job, request, error), *classes = classes_of (request), *metrics = metrics_of (result);
  g_autofree char *card = card_of (job, request, result), *file = lw_job_path (job->folder, "model.safetensors");
  if (name == NULL)
    return NULL;
  LwModel model = {
    .parent = job->base_model, .dataset = job->dataset, .name = name, .architecture = request->architecture, .classes = classes,
    .recipe = request->recipe, .metrics = metrics, .card = card, .seed = seed_of (request), .status = LW_MODEL_CANDIDATE,
  };
  if (lw_project_add_model (project, &model, file, error) == 0)
    return NULL;
  return lw_project_find_model (project, name, error);
}

/* A project's first model is the one in use; later ones wait until somebody chooses them. */
static gboolean
use_first (LwProject *project, const LwModel *model, GError **error)
{
  g_autoptr(GError) reason = NULL;
  g_autoptr(LwModel) champion = lw_project_get_champion (project, &reason);
  if (champion == NULL && reason == NULL)
    return lw_project_promote_model (project, model->id, _("The project’s first model"), error);
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return champion != NULL;
}

LwModel *
lw_workflow_adopt_job (LwProject *project, const LwJob *job, GError **error)
{
  if (job->status == LW_JOB_DONE && job->model != 0)
    return find_by_id (project, job->model, error);
  if (!lw_job_is_finished (job->folder))
    {
      g_set_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_JOB, _("The training “%s” has not ended."), job->uuid);
      return NULL;
    }
  g_autoptr(LwJobRequest) request = lw_job_load (job->folder, error);
  g_autoptr(LwJobResult) result = request != NULL ? lw_job_load_result (job->folder, error) : NULL;
  g_autoptr(LwModel) model = result != NULL ? add_result (project, job, request, result, error) : NULL;
  if (model == NULL || !use_first (project, model, error) || !lw_project_finish_job (project, job->id, LW_JOB_DONE, model->id, NULL, error))
    return NULL;
  lw_job_clean_up (job->folder);
  return g_steal_pointer (&model);
}

/* A job that can't be taken does not keep the others from it: its row says why. */
static gboolean
settle_job (LwProject *project, const LwJob *job, GPtrArray *models, GError **error)
{
  g_autoptr(GError) reason = NULL;
  g_autoptr(LwJobProgress) progress = NULL;
  LwModel *model;
  switch (lw_job_get_state (job->folder))
    {
    case LW_JOB_STATE_FINISHED:
      model = lw_workflow_adopt_job (project, job, &reason);
      if (model != NULL)
        g_ptr_array_add (models, model);
      return model != NULL || lw_project_finish_job (project, job->id, LW_JOB_FAILED, 0, reason->message, error);
    case LW_JOB_STATE_FAILED:
      progress = lw_job_load_progress (job->folder, NULL);
      return lw_project_finish_job (project, job->id, LW_JOB_FAILED, 0, progress != NULL ? progress->message : NULL, error);
    case LW_JOB_STATE_STOPPED:
      return lw_project_finish_job (project, job->id, LW_JOB_CANCELLED, 0, NULL, error);
    case LW_JOB_STATE_WAITING:
    case LW_JOB_STATE_TRAINING:
    case LW_JOB_STATE_INTERRUPTED:    /* goes on from its checkpoint when somebody asks for it */
    default:
      return TRUE;
    }
}

GPtrArray *
lw_workflow_adopt_finished_jobs (LwProject *project, GError **error)
{
  g_autoptr(GPtrArray) models = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_model_free);
  g_autoptr(GPtrArray) jobs = lw_project_list_jobs (project, error);
  if (jobs == NULL)
    return NULL;
  for (guint i = 0; i < jobs->len; i++)
    {
      const LwJob *job = g_ptr_array_index (jobs, i);
      if (job->status == LW_JOB_RUNNING && g_strcmp0 (job->kind, "train") == 0 && !settle_job (project, job, models, error))
        return NULL;
    }
  return g_steal_pointer (&models);
}
