/* server-predict.c: the worker: one thread that inspects models and labels frames, one request after the other */
#include "config.h"
#include "server-private.h"
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include "file-hash.h"

#define MAX_PREDICTORS 2        /* models kept in memory with their plans: an old and a new one can be compared */

/* A model in memory, as long as its file stays what it was. */
typedef struct {
  char *path;
  dev_t device;
  ino_t inode;
  off_t size;
  struct timespec changed;
  gboolean repeatable;
  LwPredictor *predictor;
  char *note;                 /* why it is not on the server's device, or NULL */
} Loaded;

static void
loaded_free (Loaded *loaded)
{
  lw_predictor_free (loaded->predictor);
  g_free (loaded->path);
  g_free (loaded->note);
  g_free (loaded);
}

static gboolean
same_file (const Loaded *loaded, const char *path, const struct stat *info)
{
  return g_str_equal (loaded->path, path) && loaded->device == info->st_dev && loaded->inode == info->st_ino
         && loaded->size == info->st_size && memcmp (&loaded->changed, &info->st_mtim, sizeof info->st_mtim) == 0;
}

static Loaded *
load_predictor (LwServer *server, const char *path, const struct stat *info, gboolean repeatable, GError **error)
{
  LwNetModel *model = lw_net_model_load (path, error);
  if (model == NULL)
    return NULL;
  Loaded *loaded = g_new (Loaded, 1);
  *loaded = (Loaded) { g_strdup (path), info->st_dev, info->st_ino, info->st_size, info->st_mtim, repeatable, NULL, NULL };
  loaded->predictor = lw_predictor_new (server->device.backend, server->device.device, model, LW_PRECISION_AUTO, repeatable);
  g_ptr_array_insert (server->predictors, 0, loaded);
  return loaded;
}

static Loaded *
find_predictor (LwServer *server, const char *path, gboolean repeatable, GError **error)
{
  struct stat info;
  if (stat (path, &info) < 0)
    memset (&info, 0, sizeof info);       /* loading it says what is wrong */
  for (guint i = 0; i < server->predictors->len; i++)
    {
      Loaded *loaded = g_ptr_array_index (server->predictors, i);
      if (!same_file (loaded, path, &info) || loaded->repeatable != repeatable)
        continue;
      g_ptr_array_insert (server->predictors, 0, g_ptr_array_steal_index (server->predictors, i));
      return loaded;
    }
  if (server->predictors->len >= MAX_PREDICTORS)
    g_ptr_array_set_size (server->predictors, MAX_PREDICTORS - 1);
  return load_predictor (server, path, &info, repeatable, error);
}

/* ---- inspect ---- */

static LwJson *
describe_model (const LwNetModel *model, const char *hash)
{
  guint64 parameters = 0;
  for (guint i = 0; i < model->weights->tensors->len; i++)
    parameters += ((const LwTensor *) g_ptr_array_index (model->weights->tensors, i))->count;
  LwJson *result = json_object_new_object (), *classes = json_object_new_array ();
  for (int i = 0; i < model->n_classes; i++)
    json_object_array_add (classes, json_object_new_string (model->class_names[i]));
  json_object_object_add (result, "architecture", json_object_new_string (model->architecture));
  json_object_object_add (result, "classes", classes);
  json_object_object_add (result, "train_width", json_object_new_int (model->train_width));
  json_object_object_add (result, "train_height", json_object_new_int (model->train_height));
  json_object_object_add (result, "max_side", json_object_new_int (model->max_side));
  json_object_object_add (result, "parameters", json_object_new_int64 ((gint64) parameters));
  json_object_object_add (result, "sha256", json_object_new_string (hash));
  return result;
}

void
lw_server_inspect (LwServerRequest *request)
{
  g_autoptr(GError) error = NULL;
  const char *path;
  if (!lw_server_get_path (request, "model", &path, &error))
    {
      lw_server_fail (request, error, "request");
      return;
    }
  g_autoptr(LwNetModel) model = lw_net_model_load (path, &error);
  g_autofree char *hash = model != NULL ? lw_file_hash (path, &error) : NULL;
  if (hash == NULL)
    lw_server_fail (request, error, "model");
  else
    lw_server_answer (request, describe_model (model, hash));
}

/* ---- predict ---- */

static gboolean
read_layout (LwServerRequest *request, LwSlotLayout *layout, GError **error)
{
  gint64 width, height, pixels, labels, confidence;
  LwJson *params = request->params;
  if (!lw_json_get_int (params, "width", 1, G_MAXINT16 + 1, &width, error) || !lw_json_get_int (params, "height", 1, G_MAXINT16 + 1, &height, error)
      || !lw_json_get_int (params, "pixels", 0, (gint64) LW_SLOT_MAX_BYTES, &pixels, error)
      || !lw_json_get_int (params, "labels", 0, (gint64) LW_SLOT_MAX_BYTES, &labels, error)
      || !lw_json_get_int (params, "confidence", 0, (gint64) LW_SLOT_MAX_BYTES, &confidence, error))
    return FALSE;
  *layout = (LwSlotLayout) { (int) width, (int) height, (guint64) pixels, (guint64) labels, (guint64) confidence };
  return lw_slot_layout_check (layout, request->slot->memory.size, error);
}

static gboolean
yield_cb (gpointer data)
{
  LwServerRequest *request = data;
  return !lw_server_is_cancelled (request) && !g_atomic_int_get (&request->server->gone);
}

/* Moves a model to the processor, if the GPU's memory doesn't suffice for it and this frame, or the GPU is lost. */
static gboolean
move_to_processor (LwServer *server, Loaded *loaded, const GError *problem)
{
  if (loaded->note != NULL || !lw_server_device_gave_up (&server->device, problem)
      || (server->processor.backend == NULL && !lw_server_device_open (&server->processor, "cpu", NULL)))
    return FALSE;
  LwNetModel *model = lw_net_model_copy (lw_predictor_get_model (loaded->predictor));
  lw_predictor_free (loaded->predictor);
  loaded->predictor = lw_predictor_new (server->processor.backend, server->processor.device, model, LW_PRECISION_AUTO, loaded->repeatable);
  loaded->note = lw_server_device_excuse (problem);
  return TRUE;
}

static LwJson *
describe_prediction (LwServerRequest *request, const Loaded *loaded, gint64 start)
{
  LwPredictor *predictor = loaded->predictor;
  LwJson *result = json_object_new_object ();
  gint64 generation = request->slot->generation;
  g_autofree char *key = lw_predictor_plan_key (predictor);
  json_object_object_add (result, "generation", json_object_new_int64 (generation));
  json_object_object_add (result, "classes", json_object_new_int (lw_predictor_get_model (predictor)->n_classes));
  json_object_object_add (result, "seconds", json_object_new_double ((double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC));
  json_object_object_add (result, "plan_key", json_object_new_string (key));
  if (loaded->note != NULL)
    json_object_object_add (result, "note", json_object_new_string (loaded->note));
  return result;
}

/* With the device in hand. */
static LwJson *
run_prediction (LwServerRequest *request, const char **code, GError **error)
{
  gint64 start = g_get_monotonic_time ();
  const char *path;
  LwSlotLayout layout;
  gboolean repeatable = FALSE;
  *code = "request";
  if (!lw_server_get_path (request, "model", &path, error) || !read_layout (request, &layout, error)
      || (json_object_object_get_ex (request->params, "repeatable", NULL) && !lw_json_get_bool (request->params, "repeatable", &repeatable, error)))
    return NULL;
  *code = "model";
  Loaded *loaded = find_predictor (request->server, path, repeatable, error);
  if (loaded == NULL)
    return NULL;
  *code = "device";
  g_autoptr(GError) problem = NULL;
  guint8 *base = request->slot->memory.data;
  while (!lw_predictor_run (loaded->predictor, base + layout.pixels, layout.width, layout.height, (gsize) layout.width * 3, base + layout.labels,
                            base + layout.confidence, yield_cb, request, &problem))
    {
      if (!move_to_processor (request->server, loaded, problem))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return NULL;
        }
      g_clear_error (&problem);
    }
  return describe_prediction (request, loaded, start);
}

void
lw_server_predict (LwServerRequest *request)
{
  g_autoptr(GError) error = NULL;
  const char *code;
  LwTurn *turn = &request->server->turn;
  lw_turn_take (turn, TRUE);
  LwJson *result = run_prediction (request, &code, &error);
  lw_turn_give (turn);
  if (result != NULL)
    lw_server_answer (request, result);
  else
    lw_server_fail (request, error, code);
}

/* ---- the thread ---- */

static gpointer
work (gpointer data)
{
  LwServer *server = data;
  LwServerRequest *request;
  while ((request = g_async_queue_pop (server->queue)) != data)
    if (yield_cb (request))
      request->run (request);
    else
      lw_server_fail_with (request, "cancelled", _("The request was cancelled."));
  return NULL;
}

void
lw_server_worker_start (LwServer *server)
{
  server->queue = g_async_queue_new ();
  server->predictors = g_ptr_array_new_with_free_func ((GDestroyNotify) loaded_free);
  server->worker = g_thread_new ("engine-worker", work, server);
}

void
lw_server_worker_finish (LwServer *server)
{
  g_async_queue_push (server->queue, server);     /* not a request: the end */
  g_thread_join (server->worker);
  g_async_queue_unref (server->queue);
  g_ptr_array_unref (server->predictors);
}
