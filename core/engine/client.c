/* client.c: LwEngine, what the program holds of its engine */
#include "config.h"
#include "engine.h"
#include <glib/gi18n-lib.h>
#include "client-private.h"

struct _LwEngine {
  GObject parent;
  LwLink *link;
};

G_DEFINE_FINAL_TYPE (LwEngine, lw_engine, G_TYPE_OBJECT)
G_DEFINE_QUARK (lw-engine-error-quark, lw_engine_error)

enum { PROP_STATE = 1, PROP_DEVICE, PROP_WARNING, N_PROPS };
static GParamSpec *props[N_PROPS];
enum { DIED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* ---- from the link's thread to the owner's ---- */

/* What the link knows of its engine: nothing that keeps it alive. */
typedef struct { GWeakRef engine; GMainContext *owner; } Listener;
typedef struct { LwEngine *engine; char *died; } Event;

static void
event_free (gpointer data)
{
  Event *event = data;
  g_object_unref (event->engine);
  g_free (event->died);
  g_free (event);
}

static gboolean
event_cb (gpointer data)
{
  Event *event = data;
  if (event->died != NULL)
    g_signal_emit (event->engine, signals[DIED], 0, event->died);
  g_object_notify_by_pspec (G_OBJECT (event->engine), props[PROP_STATE]);
  g_object_notify_by_pspec (G_OBJECT (event->engine), props[PROP_DEVICE]);
  g_object_notify_by_pspec (G_OBJECT (event->engine), props[PROP_WARNING]);
  return G_SOURCE_REMOVE;
}

static void
post (Listener *listener, const char *died)
{
  LwEngine *engine = g_weak_ref_get (&listener->engine);
  if (engine == NULL)
    return;
  Event *event = g_new (Event, 1);
  *event = (Event) { engine, g_strdup (died) };
  g_autoptr(GSource) source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, event_cb, event, event_free);
  g_source_attach (source, listener->owner);
}

static void
changed_cb (gpointer data)
{
  post (data, NULL);
}

static void
died_cb (const char *message, gpointer data)
{
  post (data, message);
}

static void
listener_free (gpointer data)
{
  Listener *listener = data;
  g_weak_ref_clear (&listener->engine);
  g_main_context_unref (listener->owner);
  g_free (listener);
}

static const LwLinkEvents link_events = { changed_cb, died_cb, listener_free };

/* ---- the object ---- */

static void
lw_engine_finalize (GObject *object)
{
  lw_link_drop (LW_ENGINE (object)->link);
  G_OBJECT_CLASS (lw_engine_parent_class)->finalize (object);
}

static void
lw_engine_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  if (id == PROP_STATE)
    g_value_set_int (value, lw_engine_get_state (LW_ENGINE (object)));
  else
    g_value_set_string (value, id == PROP_DEVICE ? lw_engine_get_device (LW_ENGINE (object)) : lw_engine_get_warning (LW_ENGINE (object)));
}

static void
lw_engine_class_init (LwEngineClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  object_class->finalize = lw_engine_finalize;
  object_class->get_property = lw_engine_get_property;
  props[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, LW_ENGINE_STOPPED, LW_ENGINE_BUSY, LW_ENGINE_STOPPED, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_DEVICE] = g_param_spec_string ("device", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_WARNING] = g_param_spec_string ("warning", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[DIED] = g_signal_new ("died", LW_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
lw_engine_init (LwEngine *engine)
{
}

LwEngine *
lw_engine_new (const char *device)
{
  LwEngine *engine = g_object_new (LW_TYPE_ENGINE, NULL);
  Listener *listener = g_new0 (Listener, 1);
  g_weak_ref_init (&listener->engine, engine);
  listener->owner = g_main_context_ref_thread_default ();
  engine->link = lw_link_new (device != NULL ? device : "auto", &link_events, listener);
  return engine;
}

LwEngineState
lw_engine_get_state (LwEngine *engine)
{
  return lw_link_get_status (engine->link).state;
}

const char *
lw_engine_get_device (LwEngine *engine)
{
  return lw_link_get_status (engine->link).device;
}

const char *
lw_engine_get_note (LwEngine *engine)
{
  return lw_link_get_status (engine->link).note;
}

const char *
lw_engine_get_warning (LwEngine *engine)
{
  return lw_link_get_status (engine->link).warning;
}

GPid
lw_engine_get_pid (LwEngine *engine)
{
  return lw_link_get_status (engine->link).pid;
}

void
lw_engine_stop (LwEngine *engine)
{
  lw_link_stop (engine->link);
}

void
lw_model_info_free (LwModelInfo *info)
{
  if (info == NULL)
    return;
  g_free (info->path);
  g_free (info->sha256);
  g_free (info->architecture);
  g_free (info->classes);
  g_free (info);
}

void
lw_prediction_free (LwPrediction *prediction)
{
  if (prediction == NULL)
    return;
  g_clear_pointer (&prediction->channels, lw_label_map_free);
  g_clear_pointer (&prediction->confidence, lw_label_map_free);
  g_free (prediction->plan_key);
  g_free (prediction);
}

/* ---- asynchronous calls ---- */

/* NULL: the task has failed already. JSON holds UTF-8 alone. */
static LwCall *
begin (LwEngine *engine, LwCallKind kind, gpointer tag, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (engine, cancellable, callback, data);
  g_task_set_source_tag (task, tag);
  g_task_set_check_cancellable (task, FALSE);       /* one error for a cancellation, ours */
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  if (g_utf8_validate (absolute, -1, NULL))
    return lw_call_new (kind, task, absolute);
  g_autofree char *display = g_filename_display_name (absolute);
  g_task_return_new_error (task, LW_ENGINE_ERROR, kind == LW_CALL_TRAIN ? LW_ENGINE_ERROR_JOB : LW_ENGINE_ERROR_MODEL,
                           _("The path “%s” is not UTF-8. Rename the file or its folder."), display);
  g_object_unref (task);
  return NULL;
}

void
lw_engine_inspect_async (LwEngine *engine, const char *model_path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  LwCall *call = begin (engine, LW_CALL_INSPECT, lw_engine_inspect_async, model_path, cancellable, callback, data);
  if (call != NULL)
    lw_link_submit (engine->link, call);
}

LwModelInfo *
lw_engine_inspect_finish (LwEngine *engine, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, engine), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
submit_predict (LwEngine *engine, const char *model_path, LwImage *image, gboolean repeatable, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  LwCall *call = begin (engine, LW_CALL_PREDICT, lw_engine_predict_async, model_path, cancellable, callback, data);
  if (call == NULL)
    return;
  call->image = lw_image_ref (image);
  call->repeatable = repeatable;
  lw_link_submit (engine->link, call);
}

void
lw_engine_predict_async (LwEngine *engine, const char *model_path, LwImage *image, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  submit_predict (engine, model_path, image, FALSE, cancellable, callback, data);
}

LwPrediction *
lw_engine_predict_finish (LwEngine *engine, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, engine), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
lw_engine_train_async (LwEngine *engine, const char *job_folder, LwTrainProgressFunc progress, gpointer progress_data,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  LwCall *call = begin (engine, LW_CALL_TRAIN, lw_engine_train_async, job_folder, cancellable, callback, data);
  if (call == NULL)
    return;
  call->progress = progress;
  call->progress_data = progress_data;
  lw_link_submit (engine->link, call);
}

gboolean
lw_engine_train_finish (LwEngine *engine, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, engine), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- blocking calls: the same with a context of their own ---- */

typedef struct { GMainContext *context; GAsyncResult *result; } Wait;

static void
wait_begin (Wait *wait)
{
  *wait = (Wait) { g_main_context_new (), NULL };
  g_main_context_push_thread_default (wait->context);
}

static void
wait_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Wait *) data)->result = g_object_ref (result);
}

static GAsyncResult *
wait_for (Wait *wait)
{
  while (wait->result == NULL)
    g_main_context_iteration (wait->context, TRUE);
  return wait->result;
}

static void
wait_end (Wait *wait)
{
  g_main_context_pop_thread_default (wait->context);
  g_object_unref (wait->result);
  g_main_context_unref (wait->context);
}

static LwPrediction *
predict_and_wait (LwEngine *engine, const char *model_path, LwImage *image, gboolean repeatable, GCancellable *cancellable, GError **error)
{
  Wait wait;
  wait_begin (&wait);
  submit_predict (engine, model_path, image, repeatable, cancellable, wait_done_cb, &wait);
  LwPrediction *prediction = lw_engine_predict_finish (engine, wait_for (&wait), error);
  wait_end (&wait);
  return prediction;
}

LwPrediction *
lw_engine_predict (LwEngine *engine, const char *model_path, LwImage *image, GCancellable *cancellable, GError **error)
{
  return predict_and_wait (engine, model_path, image, FALSE, cancellable, error);
}

LwPrediction *
lw_engine_predict_repeatable (LwEngine *engine, const char *model_path, LwImage *image, GCancellable *cancellable, GError **error)
{
  return predict_and_wait (engine, model_path, image, TRUE, cancellable, error);
}

LwModelInfo *
lw_engine_inspect (LwEngine *engine, const char *model_path, GError **error)
{
  Wait wait;
  wait_begin (&wait);
  lw_engine_inspect_async (engine, model_path, NULL, wait_done_cb, &wait);
  LwModelInfo *info = lw_engine_inspect_finish (engine, wait_for (&wait), error);
  wait_end (&wait);
  return info;
}

gboolean
lw_engine_train (LwEngine *engine, const char *job_folder, LwTrainProgressFunc progress, gpointer data, GCancellable *cancellable, GError **error)
{
  Wait wait;
  wait_begin (&wait);
  lw_engine_train_async (engine, job_folder, progress, data, cancellable, wait_done_cb, &wait);
  gboolean ok = lw_engine_train_finish (engine, wait_for (&wait), error);
  wait_end (&wait);
  return ok;
}
