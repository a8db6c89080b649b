/* job-progress.c: what the engine writes into a job folder: how far it is, and what came of it */
#include "config.h"
#include "job.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "common/json.h"
#include "file-hash.h"

#define MAX_FILE_BYTES (16u << 20)
#define MAX_POINTS 100000
#define LOCK_TRIES 50
#define LOCK_PAUSE_US 20000

/* JSON has no NaN: what was not measured is null. */
static LwJson *
number (double value)
{
  return isfinite (value) ? json_object_new_double (value) : NULL;
}

static double
get_number (LwJson *object, const char *key)
{
  double value = NAN;
  lw_json_get_double (object, key, &value, NULL);
  return value;
}

static guint
get_count (LwJson *object, const char *key)
{
  gint64 value = 0;
  lw_json_get_int (object, key, 0, G_MAXUINT32, &value, NULL);
  return (guint) value;
}

static LwJson *
curve_to_json (const GArray *curve)
{
  LwJson *array = json_object_new_array ();
  for (guint i = 0; i < curve->len; i++)
    {
      const LwJobPoint *point = &g_array_index (curve, LwJobPoint, i);
      LwJson *item = json_object_new_object ();
      json_object_object_add (item, "epoch", json_object_new_int64 (point->epoch));
      json_object_object_add (item, "loss", number (point->loss));
      json_object_object_add (item, "val_miou", number (point->val_miou));
      json_object_array_add (array, item);
    }
  return array;
}

static void
curve_from_json (GArray *curve, LwJson *root)
{
  LwJson *array = NULL;
  if (!lw_json_get_array (root, "curve", MAX_POINTS, &array, NULL))
    return;
  for (gsize i = 0; i < json_object_array_length (array); i++)
    {
      LwJson *item = json_object_array_get_idx (array, i);
      if (!json_object_is_type (item, json_type_object))
        continue;
      LwJobPoint point = { get_count (item, "epoch"), get_number (item, "loss"), get_number (item, "val_miou") };
      g_array_append_val (curve, point);
    }
}

/* ---- progress ---- */

LwJobProgress *
lw_job_progress_new (void)
{
  LwJobProgress *progress = g_new0 (LwJobProgress, 1);
  progress->loss = progress->val_miou = progress->seconds_left = NAN;
  progress->curve = g_array_new (FALSE, FALSE, sizeof (LwJobPoint));
  return progress;
}

void
lw_job_progress_free (LwJobProgress *progress)
{
  if (progress == NULL)
    return;
  g_array_unref (progress->curve);
  g_free (progress->message);
  g_free (progress);
}

gboolean
lw_job_save_progress (const char *folder, const LwJobProgress *progress, GError **error)
{
  g_autoptr(LwJson) root = json_object_new_object ();
  json_object_object_add (root, "epoch", json_object_new_int64 (progress->epoch));
  json_object_object_add (root, "epochs", json_object_new_int64 (progress->epochs));
  json_object_object_add (root, "step", json_object_new_int64 (progress->step));
  json_object_object_add (root, "steps", json_object_new_int64 (progress->steps));
  json_object_object_add (root, "loss", number (progress->loss));
  json_object_object_add (root, "val_miou", number (progress->val_miou));
  json_object_object_add (root, "rate", number (progress->rate));
  json_object_object_add (root, "seconds", number (progress->seconds));
  json_object_object_add (root, "seconds_left", number (progress->seconds_left));
  json_object_object_add (root, "failed", json_object_new_boolean (progress->failed));
  json_object_object_add (root, "stopped", json_object_new_boolean (progress->stopped));
  json_object_object_add (root, "message", progress->message != NULL ? json_object_new_string (progress->message) : NULL);
  json_object_object_add (root, "curve", curve_to_json (progress->curve));
  g_autofree char *path = lw_job_path (folder, "progress.json");
  return lw_json_save (path, root, error);
}

LwJobProgress *
lw_job_load_progress (const char *folder, GError **error)
{
  g_autofree char *path = lw_job_path (folder, "progress.json");
  g_autoptr(LwJson) root = lw_json_load (path, MAX_FILE_BYTES, error);
  if (root == NULL)
    return NULL;
  LwJobProgress *progress = lw_job_progress_new ();
  progress->epoch = get_count (root, "epoch");
  progress->epochs = get_count (root, "epochs");
  progress->step = get_count (root, "step");
  progress->steps = get_count (root, "steps");
  progress->loss = get_number (root, "loss");
  progress->val_miou = get_number (root, "val_miou");
  progress->rate = get_number (root, "rate");
  progress->seconds = get_number (root, "seconds");
  progress->seconds_left = get_number (root, "seconds_left");
  lw_json_get_bool (root, "failed", &progress->failed, NULL);
  lw_json_get_bool (root, "stopped", &progress->stopped, NULL);
  const char *message = NULL;
  lw_json_get_string (root, "message", &message, NULL);
  progress->message = g_strdup (message);
  curve_from_json (progress->curve, root);
  return progress;
}

/* ---- lock and state ---- */

/* The folder itself is locked, not a file in it: it is there as long as the job is. Who asks for the state shares the lock for a moment: that must not keep an engine
 * from its job, so it tries for a second. */
static int
open_and_lock (const char *folder, int how)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return -1;
  if (flock (fd, how | LOCK_NB) == 0)
    return fd;
  int saved = errno;
  close (fd);
  errno = saved;
  return -1;
}

int
lw_job_lock (const char *folder, GError **error)
{
  int fd = open_and_lock (folder, LOCK_EX);
  for (int i = 0; fd < 0 && errno == EWOULDBLOCK && i < LOCK_TRIES; i++)
    {
      g_usleep (LOCK_PAUSE_US);
      fd = open_and_lock (folder, LOCK_EX);
    }
  if (fd < 0 && errno == EWOULDBLOCK)
    g_set_error (error, LW_JOB_ERROR, LW_JOB_ERROR_BUSY, _("Another engine works on the training job “%s” already."), folder);
  else if (fd < 0)
    g_set_error (error, LW_JOB_ERROR, LW_JOB_ERROR_IO, _("Could not open the training job “%s”: %s"), folder, g_strerror (errno));
  return fd;
}

static gboolean
has_file (const char *folder, const char *name)
{
  g_autofree char *path = lw_job_path (folder, name);
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

gboolean
lw_job_is_finished (const char *folder)
{
  return has_file (folder, "result.json");
}

LwJobState
lw_job_get_state (const char *folder)
{
  int fd = open_and_lock (folder, LOCK_SH);
  if (fd < 0 && errno == EWOULDBLOCK)
    return LW_JOB_STATE_TRAINING;
  if (fd >= 0)
    close (fd);
  if (lw_job_is_finished (folder))
    return LW_JOB_STATE_FINISHED;
  g_autoptr(LwJobProgress) progress = lw_job_load_progress (folder, NULL);
  if (progress == NULL)
    return LW_JOB_STATE_WAITING;
  return progress->failed ? LW_JOB_STATE_FAILED : progress->stopped ? LW_JOB_STATE_STOPPED : LW_JOB_STATE_INTERRUPTED;
}

gboolean
lw_job_request_stop (const char *folder, GError **error)
{
  g_autofree char *path = lw_job_path (folder, "stop");
  return g_file_set_contents (path, "", 0, error);
}

gboolean
lw_job_stop_requested (const char *folder)
{
  return has_file (folder, "stop");
}

void
lw_job_forget_stop (const char *folder)
{
  g_autofree char *path = lw_job_path (folder, "stop");
  g_unlink (path);
}

/* ---- result ---- */

LwJobResult *
lw_job_result_new (void)
{
  LwJobResult *result = g_new0 (LwJobResult, 1);
  result->best_miou = result->final_loss = NAN;
  result->curve = g_array_new (FALSE, FALSE, sizeof (LwJobPoint));
  return result;
}

void
lw_job_result_free (LwJobResult *result)
{
  if (result == NULL)
    return;
  g_free (result->sha256);
  g_free (result->device);
  g_free (result->plan_key);
  g_array_unref (result->curve);
  g_free (result);
}

static char *
hash_model (const char *folder, GError **error)
{
  g_autofree char *path = lw_job_path (folder, "model.safetensors");
  return lw_file_hash (path, error);
}

gboolean
lw_job_save_result (const char *folder, LwJobResult *result, GError **error)
{
  g_free (result->sha256);
  result->sha256 = hash_model (folder, error);
  if (result->sha256 == NULL)
    return FALSE;
  g_autoptr(LwJson) root = json_object_new_object ();
  json_object_object_add (root, "version", json_object_new_int (LW_JOB_VERSION));
  json_object_object_add (root, "sha256", json_object_new_string (result->sha256));
  json_object_object_add (root, "device", json_object_new_string (result->device));
  if (result->plan_key != NULL)
    json_object_object_add (root, "plan_key", json_object_new_string (result->plan_key));
  json_object_object_add (root, "best_miou", number (result->best_miou));
  json_object_object_add (root, "best_epoch", json_object_new_int64 (result->best_epoch));
  json_object_object_add (root, "epochs_run", json_object_new_int64 (result->epochs_run));
  json_object_object_add (root, "seconds", number (result->seconds));
  json_object_object_add (root, "final_loss", number (result->final_loss));
  json_object_object_add (root, "curve", curve_to_json (result->curve));
  g_autofree char *path = lw_job_path (folder, "result.json");
  return lw_json_save (path, root, error);
}

LwJobResult *
lw_job_load_result (const char *folder, GError **error)
{
  g_autofree char *path = lw_job_path (folder, "result.json");
  g_autoptr(LwJson) root = lw_json_load (path, MAX_FILE_BYTES, error);
  const char *sha256, *device, *plan_key;
  if (root == NULL)
    return NULL;
  if (!lw_json_get_string (root, "sha256", &sha256, error) || !lw_json_get_string (root, "device", &device, error))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  g_autofree char *hash = hash_model (folder, error);
  if (hash == NULL)
    return NULL;
  if (!g_str_equal (hash, sha256))
    {
      g_set_error (error, LW_JOB_ERROR, LW_JOB_ERROR_DAMAGED, _("“%s” does not belong to the model beside it: one of the two was changed. Train again."), path);
      return NULL;
    }
  LwJobResult *result = lw_job_result_new ();
  result->sha256 = g_steal_pointer (&hash);
  result->device = g_strdup (device);
  if (lw_json_get_string (root, "plan_key", &plan_key, NULL))
    result->plan_key = g_strdup (plan_key);
  result->best_miou = get_number (root, "best_miou");
  result->best_epoch = get_count (root, "best_epoch");
  result->epochs_run = get_count (root, "epochs_run");
  result->seconds = get_number (root, "seconds");
  result->final_loss = get_number (root, "final_loss");
  curve_from_json (result->curve, root);
  return result;
}
