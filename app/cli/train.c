/* train.c: train */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include "engine/job.h"

#define MAX_RESTARTS 3          /* of an engine that dies again and again */
#define MAX_EVALUATION (16u << 20)

static char *architecture, *init_file, *base_model, *dataset_name, *recipe;
static int epochs;
static gint64 seed = -1;
static gboolean from_scratch, use, resume, no_evaluation;

static const GOptionEntry options[] = {
  { "model", 'm', 0, G_OPTION_ARG_STRING, &base_model, N_("Fine-tune this model of the project (the one in use)"), N_("MODEL") },
  { "init", 'i', 0, G_OPTION_ARG_FILENAME, &init_file, N_("Start from a weights file: a model, or with --arch a VGG-16, a ResNet-50 or a caffemodel"), N_("FILE") },
  { "scratch", 0, 0, G_OPTION_ARG_NONE, &from_scratch, N_("Start from nothing, whatever model is in use"), NULL },
  { "arch", 'a', 0, G_OPTION_ARG_STRING, &architecture, N_("Network: fcn8s, fcn8s-lite, fcn8s-resnet50, fcn8s-resnet50-b, fcn8s-resnet50-lite, segnet, segnet-basic or unet (that of the model)"), N_("NAME") },
  { "dataset", 0, 0, G_OPTION_ARG_STRING, &dataset_name, N_("Train on this dataset (a new one of all accepted frames)"), N_("NAME") },
  { "recipe", 'r', 0, G_OPTION_ARG_FILENAME, &recipe, N_("How to train: fine-tune, best, scratch, lite, matlab, paper, or a JSON file"), N_("RECIPE") },
  { "epochs", 'e', 0, G_OPTION_ARG_INT, &epochs, N_("So many passes over the frames (the recipe’s)"), N_("N") },
  { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, N_("Start of the random numbers (the recipe’s)"), N_("N") },
  { "use", 0, 0, G_OPTION_ARG_NONE, &use, N_("Use the new model for proposals from now on"), NULL },
  { "resume", 0, 0, G_OPTION_ARG_NONE, &resume, N_("Go on with the training that was interrupted last"), NULL },
  { "no-evaluation", 0, 0, G_OPTION_ARG_NONE, &no_evaluation, N_("Do not score the old and the new model afterwards"), NULL },
  G_OPTION_ENTRY_NULL
};

/* ---- which job ---- */

static gboolean
adopt_old_ones (Cli *cli, LwProject *project, GError **error)
{
  g_autoptr(GPtrArray) models = lw_workflow_adopt_finished_jobs (project, error);
  for (guint i = 0; models != NULL && i < models->len; i++)
    cli_remark (cli, _("A training that had ended was taken into the project: “%s”."), ((const LwModel *) g_ptr_array_index (models, i))->name);
  return models != NULL;
}

/* The list is newest first or oldest first: the newest counts. */
static LwJob *
find_interrupted (LwProject *project, GError **error)
{
  g_autoptr(GPtrArray) jobs = lw_project_list_jobs (project, error);
  guint found = G_MAXUINT;
  for (guint i = 0; jobs != NULL && i < jobs->len; i++)
    {
      const LwJob *job = g_ptr_array_index (jobs, i);
      if (job->status == LW_JOB_RUNNING && g_strcmp0 (job->kind, "train") == 0
          && (found == G_MAXUINT || job->created > ((const LwJob *) g_ptr_array_index (jobs, found))->created))
        found = i;
    }
  if (found != G_MAXUINT)
    return g_ptr_array_steal_index (jobs, found);
  if (jobs != NULL)
    g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("No training of this project was interrupted."));
  return NULL;
}

static LwJob *
prepare (Cli *cli, LwProject *project, GError **error)
{
  const LwTrainRequest request = {
    .dataset = dataset_name, .base_model = base_model, .init_file = init_file, .architecture = architecture, .recipe = recipe,
    .epochs = (guint) epochs, .seed = seed, .from_scratch = from_scratch,
  };
  if (resume)
    return find_interrupted (project, error);
  cli_begin (cli, _("Preparing"));
  LwJob *job = lw_workflow_prepare_training (project, cli_get_engine (cli), &request, cli_progress, cli, cli->cancellable, error);
  cli_end (cli);
  return job;
}

/* ---- training ---- */

static void
progress_cb (const LwTrainProgress *progress, gpointer data)
{
  Cli *cli = data;
  static const char *told;
  if (progress->steps > 0)
    cli_progress ((double) progress->step / progress->steps, cli);
  if (progress->note != NULL && progress->note != told)
    cli_remark (cli, "%s", told = progress->note);
  if (!progress->epoch_done)
    return;
  LwJson *object = json_object_new_object ();
  cli_put_string (object, "event", "epoch");
  cli_put_int (object, "epoch", progress->epoch);
  cli_put_int (object, "epochs", progress->epochs);
  cli_put_double (object, "loss", progress->loss);
  cli_put_double (object, "val_miou", progress->val_miou);
  cli_put_double (object, "rate", progress->rate);
  cli_put_double (object, "seconds", progress->seconds);
  cli_put_double (object, "seconds_left", progress->seconds_left);
  cli_json (cli, object);
  if (isnan (progress->val_miou))
    cli_line (cli, _("Epoch %u of %u: loss %.4f"), progress->epoch, progress->epochs, progress->loss);
  else
    cli_line (cli, _("Epoch %u of %u: loss %.4f, validation mIoU %.4f"), progress->epoch, progress->epochs, progress->loss, progress->val_miou);
}

/* An engine that dies takes the job up again from its checkpoint. */
static gboolean
train_job (Cli *cli, const LwJob *job, GError **error)
{
  for (int restarts = 0;; restarts++)
    {
      g_autoptr(GError) reason = NULL;
      cli_begin (cli, _("Training"));
      gboolean ok = lw_engine_train (cli_get_engine (cli), job->folder, progress_cb, cli, cli->cancellable, &reason);
      cli_end (cli);
      if (ok)
        return TRUE;
      if (restarts == MAX_RESTARTS || !g_error_matches (reason, LW_ENGINE_ERROR, LW_ENGINE_ERROR_DIED))
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
      cli_remark (cli, _("%s The training goes on from its last checkpoint."), reason->message);
    }
}

/* What can be taken up again stays open: the device is busy, or the engine died too often. */
static void
close_job (LwProject *project, const LwJob *job, const GError *reason)
{
  gboolean cancelled = g_error_matches (reason, LW_ENGINE_ERROR, LW_ENGINE_ERROR_CANCELLED);
  if (g_error_matches (reason, LW_ENGINE_ERROR, LW_ENGINE_ERROR_BUSY) || g_error_matches (reason, LW_ENGINE_ERROR, LW_ENGINE_ERROR_DIED)
      || g_error_matches (reason, LW_ENGINE_ERROR, LW_ENGINE_ERROR_START))
    return;
  lw_project_finish_job (project, job->id, cancelled ? LW_JOB_CANCELLED : LW_JOB_FAILED, 0, reason->message, NULL);
  lw_job_clean_up (job->folder);
}

/* ---- the scores ---- */

static LwModel *
model_of_id (LwProject *project, gint64 id, GError **error)
{
  g_autoptr(GPtrArray) models = lw_project_list_models (project, error);
  for (guint i = 0; models != NULL && i < models->len; i++)
    if (((const LwModel *) g_ptr_array_index (models, i))->id == id)
      return g_ptr_array_steal_index (models, i);
  return NULL;
}

static double
score (Cli *cli, LwProject *project, const LwModel *model, const LwDataset *dataset, const char *key, LwJson *result, GError **error)
{
  double miou = NAN;
  cli_begin (cli, _("Scoring"));
  g_autofree char *text = lw_workflow_evaluate (project, cli_get_engine (cli), model, dataset, LW_SPLIT_VAL, cli_progress, cli, cli->cancellable, error);
  cli_end (cli);
  g_autoptr(LwJson) evaluation = text != NULL ? lw_json_parse (text, strlen (text), MAX_EVALUATION, key, NULL) : NULL;
  if (evaluation != NULL)
    lw_json_get_double (evaluation, "mean_iou", &miou, NULL);
  json_object_object_add (result, key, g_steal_pointer (&evaluation));
  return miou;
}

static gboolean
score_both (Cli *cli, LwProject *project, const LwModel *model, LwJson *result, GError **error)
{
  g_autoptr(GError) reason = NULL;
  g_autoptr(GPtrArray) datasets = lw_project_list_datasets (project, error);
  g_autoptr(LwDataset) dataset = NULL;
  for (guint i = 0; datasets != NULL && i < datasets->len; i++)
    if (((const LwDataset *) g_ptr_array_index (datasets, i))->id == model->dataset)
      dataset = lw_project_load_dataset (project, ((const LwDataset *) g_ptr_array_index (datasets, i))->uuid, error);
  if (dataset == NULL)
    return FALSE;
  cli_put_int (result, "train_frames", dataset->n_train);
  cli_put_int (result, "val_frames", dataset->n_val);
  if (dataset->n_val == 0)
    cli_remark (cli, _("There are too few frames to validate on some that lie away from those that trained: there is no score."));
  if (dataset->n_val == 0 || no_evaluation)
    return TRUE;
  g_autoptr(LwModel) old = model->parent != 0 ? model_of_id (project, model->parent, error) : NULL;
  double before = old != NULL ? score (cli, project, old, dataset, "before", result, &reason) : NAN;
  double after = reason == NULL ? score (cli, project, model, dataset, "after", result, &reason) : NAN;
  if (reason != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  if (old != NULL)
    cli_line (cli, _("On %u frames that neither was trained on: “%s” mIoU %.4f, “%s” mIoU %.4f"), dataset->n_val, old->name, before, model->name, after);
  else
    cli_line (cli, _("On %u frames that it was not trained on: “%s” mIoU %.4f"), dataset->n_val, model->name, after);
  return TRUE;
}

static gboolean
finish (Cli *cli, LwProject *project, const LwJob *job, GError **error)
{
  g_autoptr(LwModel) model = lw_workflow_adopt_job (project, job, error);
  if (model == NULL)
    return FALSE;
  LwJson *result = json_object_new_object ();
  cli_put_string (result, "event", "done");
  cli_put_string (result, "model", model->name);
  cli_put_string (result, "sha256", model->sha256);
  cli_line (cli, _("Trained “%s”."), model->name);
  gboolean ok = score_both (cli, project, model, result, error);
  if (ok && use)
    ok = lw_project_promote_model (project, model->id, _("As asked for with --use"), error);
  cli_put_bool (result, "in_use", ok && use);
  cli_json (cli, result);
  return ok;
}

static gboolean
run_job (Cli *cli, LwProject *project, const LwJob *job, GError **error)
{
  g_autoptr(GError) reason = NULL;
  if (train_job (cli, job, &reason))
    return finish (cli, project, job, error);
  close_job (project, job, reason);
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

static gboolean
train (Cli *cli, char **arguments, GError **error)
{
  if (epochs < 0 || (seed < 0 && seed != -1))
    return cli_usage (error, _("--epochs and --seed are not negative."));
  if (resume && (architecture != NULL || init_file != NULL || base_model != NULL || from_scratch || dataset_name != NULL || recipe != NULL || epochs > 0))
    return cli_usage (error, _("--resume goes on with what was asked for before: it takes nothing else."));
  if ((init_file != NULL) + (base_model != NULL) + (from_scratch != FALSE) > 1)
    return cli_usage (error, _("Start with --model, with --init or with --scratch: one of the three."));
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  if (project == NULL || !adopt_old_ones (cli, project, error))
    return FALSE;
  g_autoptr(LwJob) job = prepare (cli, project, error);
  return job != NULL && run_job (cli, project, job, error) && lw_project_close (project, error);
}

const CliCommand cli_train = { "train", "PROJECT", N_("Train a network on accepted frames"),
  N_("Ctrl+C stops the training. If the program is killed, the engine trains on to the end, and the next “train” takes the result into the project."),
  "train drive --use\ntrain drive --arch fcn8s --init vgg16.safetensors --recipe best\ntrain drive --arch fcn8s-resnet50 --init resnet50.safetensors --recipe best", options, 1, 1, train };
