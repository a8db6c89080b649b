/* server-train.c: carries out a job folder on a thread of its own, between the predictions */
#include "config.h"
#include "server-private.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>
#include "job.h"
#include "nn/training/trainer.h"
#include "server-model.h"

#define NICENESS 10
#define REPORT_MS 100           /* between two progress messages within an epoch */
#define SAVE_MS 2000            /* between two versions of progress.json within an epoch */
#define STOP_MS 500             /* between two looks for the file “stop” */

typedef struct {
  LwServerRequest *request;
  char *folder;
  int job_lock, device_lock;    /* descriptors; -1: not held */
  LwJobRequest *job;
  LwJobProgress *progress;
  LwTrainingSummary summary;
  char *device;                 /* that trains, as a person reads it; NULL: the server's own */
  gint64 reported, saved, looked;
  gboolean stop;
} Training;

static void
training_free (Training *training)
{
  g_free (training->folder);
  g_free (training->device);
  lw_training_summary_clear (&training->summary);
  lw_job_request_free (training->job);
  lw_job_progress_free (training->progress);
  if (training->device_lock >= 0)
    close (training->device_lock);
  if (training->job_lock >= 0)
    close (training->job_lock);
  g_free (training);
}

/* ---- callbacks of the trainer ---- */

static gboolean
load_frame_cb (gpointer data, gboolean val, guint index, guint8 *rgb, guint8 *labels, GError **error)
{
  Training *training = data;
  return lw_job_read_frame (training->folder, training->job, val ? training->job->n_train + index : index, rgb, labels, error);
}

/* At most every @ms milliseconds. */
static gboolean
is_due (gint64 *last, int ms)
{
  gint64 now = g_get_monotonic_time ();
  if (now - *last < ms * 1000)
    return FALSE;
  *last = now;
  return TRUE;
}

static gboolean
yield_cb (gpointer data)
{
  Training *training = data;
  lw_turn_step_aside (&training->request->server->turn);
  if (is_due (&training->looked, STOP_MS))
    training->stop = training->stop || lw_job_stop_requested (training->folder);
  return !training->stop && !lw_server_is_cancelled (training->request);
}

static void
add_number (LwJson *object, const char *key, double value)
{
  json_object_object_add (object, key, isfinite (value) ? json_object_new_double (value) : NULL);
}

static void
send_progress (Training *training, gboolean epoch_done)
{
  const LwJobProgress *p = training->progress;
  LwJson *object = json_object_new_object ();
  json_object_object_add (object, "epoch", json_object_new_int64 (p->epoch));
  json_object_object_add (object, "epochs", json_object_new_int64 (p->epochs));
  json_object_object_add (object, "step", json_object_new_int64 (p->step));
  json_object_object_add (object, "steps", json_object_new_int64 (p->steps));
  add_number (object, "loss", p->loss);
  add_number (object, "val_miou", p->val_miou);
  add_number (object, "rate", p->rate);
  add_number (object, "seconds", p->seconds);
  add_number (object, "seconds_left", p->seconds_left);
  json_object_object_add (object, "epoch_done", json_object_new_boolean (epoch_done));
  if (p->message != NULL)
    json_object_object_add (object, "note", json_object_new_string (p->message));
  lw_server_progress (training->request, object);
}

/* A resumed job repeats no epoch that its curve has already. */
static void
add_point (LwJobProgress *progress)
{
  GArray *curve = progress->curve;
  while (curve->len > 0 && g_array_index (curve, LwJobPoint, curve->len - 1).epoch >= progress->epoch)
    g_array_set_size (curve, curve->len - 1);
  LwJobPoint point = { progress->epoch, progress->loss, progress->val_miou };
  g_array_append_val (curve, point);
}

static void
save_progress (Training *training)
{
  g_autoptr(GError) error = NULL;
  if (!lw_job_save_progress (training->folder, training->progress, &error))
    g_warning ("%s", error->message);       /* the training itself says so when it can't write its checkpoint either */
}

static void
note (Training *training, const char *text)
{
  if (g_strcmp0 (training->progress->message, text) == 0)
    return;
  g_free (training->progress->message);
  training->progress->message = g_strdup (text);
}

static void
report_cb (const LwTrainingProgress *report, gpointer data)
{
  Training *training = data;
  LwJobProgress *p = training->progress;
  if (report->note != NULL)
    note (training, report->note);
  p->epoch = report->epoch;
  p->epochs = report->epochs;
  p->step = report->step;
  p->steps = report->steps;
  p->loss = report->loss;
  p->val_miou = report->val_miou;
  p->rate = report->rate;
  p->seconds = report->seconds;
  p->seconds_left = report->seconds_left;
  if (report->epoch_done)
    add_point (p);
  if (report->epoch_done || is_due (&training->saved, SAVE_MS))
    save_progress (training);
  if (report->epoch_done || is_due (&training->reported, REPORT_MS))
    send_progress (training, report->epoch_done);
}

/* ---- one job ---- */

/* One training at a time on a device, whoever's engine it runs in: a second one would only slow both down. */
static gboolean
lock_device (Training *training, GError **error)
{
  const char *folder = g_get_user_runtime_dir ();
  g_autofree char *name = g_strdup_printf ("labelwright-training-%s.lock", training->request->server->device.name);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_mkdir_with_parents (folder, 0700);
  training->device_lock = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (training->device_lock >= 0 && flock (training->device_lock, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  if (training->device_lock >= 0 && errno == EWOULDBLOCK)
    g_set_error_literal (error, LW_JOB_ERROR, LW_JOB_ERROR_BUSY, _("Another training job uses the device. Wait for its end, or stop it."));
  else
    g_set_error (error, LW_JOB_ERROR, LW_JOB_ERROR_IO, _("Could not lock “%s”: %s"), path, g_strerror (errno));
  return FALSE;
}

/* Nothing is written before this: a folder that is no job, or has to wait for the device, stays as it was. */
static gboolean
open_job (Training *training, GError **error)
{
  training->job = lw_job_load (training->folder, error);
  return training->job != NULL && lock_device (training, error);
}

static LwRecipe *
parse_recipe (Training *training, GError **error)
{
  g_autofree char *path = lw_job_path (training->folder, "request.json");
  return lw_recipe_parse (training->job->recipe, strlen (training->job->recipe), path, error);
}

static gboolean
run_on (Training *training, const LwServerDevice *device, LwNetModel *model, const LwRecipe *recipe, GError **error)
{
  LwServer *server = training->request->server;
  const LwJobRequest *job = training->job;
  g_autofree char *checkpoint = lw_job_path (training->folder, "checkpoint.safetensors");
  LwTrainingSet set = { .n_train = job->n_train, .n_val = job->n_val, .width = job->width, .height = job->height, .load = load_frame_cb, .data = training };
  lw_turn_take (&server->turn, FALSE);
  gboolean ok = lw_train (device->backend, device->device, model, &set, recipe, LW_PRECISION_AUTO, checkpoint, report_cb, yield_cb,
                          training, &training->summary, error);
  lw_turn_give (&server->turn);
  return ok;
}

/* A GPU whose memory doesn't suffice for a single picture, or that is lost, leaves the job to the processor, which goes on from the last checkpoint. */
static gboolean
run_trainer (Training *training, LwNetModel *model, const LwRecipe *recipe, GError **error)
{
  const LwServerDevice *device = &training->request->server->device;
  g_autoptr(GError) problem = NULL;
  LwServerDevice processor = { 0 };
  if (run_on (training, device, model, recipe, &problem))
    return TRUE;
  if (!lw_server_device_gave_up (device, problem) || !lw_server_device_open (&processor, "cpu", NULL))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  g_autofree char *text = lw_server_device_excuse (problem);
  note (training, text);
  training->device = g_strdup (processor.description);
  gboolean ok = run_on (training, &processor, model, recipe, error);
  lw_server_device_close (&processor);
  return ok;
}

static gboolean
train (Training *training, GError **error)
{
  g_autoptr(LwRecipe) recipe = parse_recipe (training, error);
  g_autoptr(LwNetModel) model = recipe != NULL ? lw_server_model_for_job (training->folder, training->job, recipe->seed, error) : NULL;
  if (model == NULL)
    return FALSE;
  lw_job_forget_stop (training->folder);
  training->progress = lw_job_load_progress (training->folder, NULL);
  if (training->progress == NULL)
    training->progress = lw_job_progress_new ();
  training->progress->failed = training->progress->stopped = FALSE;
  g_clear_pointer (&training->progress->message, g_free);
  if (!run_trainer (training, model, recipe, error))
    return FALSE;
  g_autofree char *path = lw_job_path (training->folder, "model.safetensors");
  return lw_net_model_save (model, LW_STORE_F32, path, error);
}

static gboolean
save_result (Training *training, GError **error)
{
  g_autoptr(LwJobResult) result = lw_job_result_new ();
  result->device = g_strdup (training->device != NULL ? training->device : training->request->server->device.description);
  result->plan_key = g_strdup (training->summary.plan_key);
  result->best_miou = training->job->n_val > 0 ? training->summary.best_miou : NAN;
  result->best_epoch = training->summary.best_epoch;
  result->epochs_run = training->summary.epochs_run;
  result->seconds = training->summary.seconds;
  result->final_loss = training->summary.final_loss;
  g_array_append_vals (result->curve, training->progress->curve->data, training->progress->curve->len);
  return lw_job_save_result (training->folder, result, error);
}

/* The code for the client; the same goes into progress.json, for whoever opens the project next. */
static const char *
note_failure (Training *training, const GError *error)
{
  gboolean stopped = g_error_matches (error, LW_NET_ERROR, LW_NET_ERROR_CANCELLED);
  if (training->progress == NULL)
    training->progress = lw_job_progress_new ();
  training->progress->failed = !stopped;
  training->progress->stopped = stopped;
  g_free (training->progress->message);
  training->progress->message = g_strdup (error->message);
  save_progress (training);
  return stopped ? "cancelled" : "job";
}

/* ---- the thread ---- */

static gboolean
ended_cb (gpointer data)
{
  lw_server_training_ended (data);
  return G_SOURCE_REMOVE;
}

/* Locks and turn are given back before the answer: who asks for the next job at once must not find the engine busy. */
static void
answer (Training *training, const char *code, const GError *error)
{
  LwServerRequest *request = training->request;
  training_free (training);
  g_atomic_int_set (&request->server->training, 0);
  if (error != NULL)
    lw_server_fail (request, error, code);
  else
    lw_server_answer (request, NULL);
}

static gpointer
training_thread (gpointer data)
{
  Training *training = data;
  LwServer *server = training->request->server;
  g_autoptr(GError) error = NULL;
  const char *code = "job";
  setpriority (PRIO_PROCESS, 0, NICENESS);      /* on Linux of this thread, and of those that it will start, alone */
  training->job_lock = lw_job_lock (training->folder, &error);
  if (error == NULL && !lw_job_is_finished (training->folder) && open_job (training, &error))
    if (!train (training, &error) || !save_result (training, &error))
      code = note_failure (training, error);
  if (g_error_matches (error, LW_JOB_ERROR, LW_JOB_ERROR_BUSY))
    code = "busy";
  answer (training, code, error);
  g_main_context_invoke (server->context, ended_cb, server);
  return NULL;
}

void
lw_server_train (LwServerRequest *request)
{
  LwServer *server = request->server;
  g_autoptr(GError) error = NULL;
  const char *folder;
  if (!lw_server_get_path (request, "job", &folder, &error))
    {
      lw_server_fail (request, error, "request");
      return;
    }
  if (g_atomic_int_get (&server->training))
    {
      lw_server_fail_with (request, "busy", _("This engine trains already. Wait for the end of that job, or stop it."));
      return;
    }
  g_clear_pointer (&server->trainer, g_thread_join);
  Training *training = g_new0 (Training, 1);
  training->request = request;
  training->folder = g_strdup (folder);
  training->job_lock = training->device_lock = -1;
  g_atomic_int_set (&server->training, 1);
  server->trainer = g_thread_new ("engine-training", training_thread, training);
}
