/* client-session-receive.c: what a session hears from its engine, and who of its callers is told */
#include "config.h"
#include "client-session.h"
#include <glib/gi18n-lib.h>
#include <unistd.h>

static void
finish_call (LwSession *session, LwCall *call)
{
  if (call->slot >= 0 && lw_client_slots_release (&session->slots, call->slot))
    lw_session_send_slot (session, call->slot);
  lw_call_end (call);
}

static void
greet (LwSession *session, LwJson *result)
{
  const char *description = "", *note = NULL;
  gboolean warning = FALSE;
  gint64 version;
  if (!lw_json_get_int (result, "protocol", LW_PROTOCOL_VERSION, LW_PROTOCOL_VERSION, &version, NULL))
    {
      lw_session_break_off (session, LW_ENGINE_ERROR_PROTOCOL, _("The engine speaks another version of the protocol. Install both from one release."));
      return;
    }
  lw_json_get_string (result, "description", &description, NULL);
  lw_json_get_string (result, "note", &note, NULL);
  lw_json_get_bool (result, "warning", &warning, NULL);
  lw_session_become_ready (session, description, note, warning);
}

static void
take_error (LwSession *session, LwCall *call, LwJson *error)
{
  g_autoptr(GError) known = lw_error_from_answer (error);
  if (call->kind == LW_CALL_HELLO)
    lw_session_break_off (session, (LwEngineError) known->code, known->message);
  else
    lw_call_fail (call, known);
}

static void
return_inspection (LwCall *call, LwJson *result, GError **error)
{
  LwModelInfo *info = lw_model_info_from_answer (result, call->path, error);
  if (info != NULL)
    g_task_return_pointer (call->task, info, (GDestroyNotify) lw_model_info_free);
}

/* Told before the prediction is handed out: who has it knows how it came about. */
static void
take_note (LwSession *session, const char *note)
{
  const char *interned = note != NULL ? g_intern_string (note) : NULL;
  session->note = interned != NULL ? interned : session->device_note;
  session->warning = interned != NULL ? interned : session->device_warning;
  if (session->link != NULL)
    session->events->changed (session, session->link);
}

static void
return_prediction (LwSession *session, LwCall *call, LwJson *result, GError **error)
{
  LwPrediction *prediction = lw_client_slots_take (&session->slots, call->slot, call->image, result, error);
  const char *note = NULL;
  lw_json_get_string (result, "note", &note, NULL);
  take_note (session, note);
  if (prediction != NULL)
    g_task_return_pointer (call->task, prediction, (GDestroyNotify) lw_prediction_free);
}

static void
take_result (LwSession *session, LwCall *call, LwJson *result)
{
  g_autoptr(GError) error = NULL;
  if (call->kind == LW_CALL_HELLO)
    {
      greet (session, result);
      return;
    }
  if (call->task == NULL)
    return;
  if (call->kind == LW_CALL_INSPECT)
    return_inspection (call, result, &error);
  else if (call->kind == LW_CALL_PREDICT)
    return_prediction (session, call, result, &error);
  else if (call->kind == LW_CALL_TRAIN)
    g_task_return_boolean (call->task, TRUE);
  if (error == NULL)
    {
      g_clear_object (&call->task);
      return;
    }
  g_autoptr(GError) known = g_error_new (LW_ENGINE_ERROR, LW_ENGINE_ERROR_PROTOCOL, _("The engine gave an answer that makes no sense: %s"), error->message);
  lw_call_fail (call, known);
}

typedef struct { LwTrainProgressFunc func; gpointer data; LwTrainProgress progress; GTask *task; } Report;

static void
report_free (gpointer data)
{
  Report *report = data;
  g_object_unref (report->task);
  g_free (report);
}

static gboolean
report_cb (gpointer data)
{
  Report *report = data;
  report->func (&report->progress, report->data);
  return G_SOURCE_REMOVE;
}

/* In the caller's context, as its result will be: sources of one priority come in order. */
static void
take_progress (LwCall *call, LwJson *message)
{
  LwTrainProgress progress;
  if (call->kind != LW_CALL_TRAIN || call->task == NULL || call->progress == NULL || !lw_train_progress_from_answer (message, &progress))
    return;
  Report *report = g_new (Report, 1);
  *report = (Report) { call->progress, call->progress_data, progress, g_object_ref (call->task) };
  g_autoptr(GSource) source = g_idle_source_new ();
  g_source_set_priority (source, g_task_get_priority (call->task));
  g_source_set_callback (source, report_cb, report, report_free);
  g_source_attach (source, g_task_get_context (call->task));
}

/* What came is for nobody. */
static void
take_stray (LwSession *session, LwJson *message)
{
  LwJson *body = NULL;
  g_autoptr(GError) said = lw_json_get_object (message, "error", &body, NULL) ? lw_error_from_answer (body) : NULL;
  lw_session_break_off (session, LW_ENGINE_ERROR_PROTOCOL, said != NULL ? said->message : _("The engine answers what it was not asked."));
}

static void
take_answer (LwSession *session, LwCall *call, LwJson *message)
{
  LwJson *body = NULL;
  g_hash_table_remove (session->calls, &call->id);
  if (lw_json_get_object (message, "error", &body, NULL))
    take_error (session, call, body);
  else if (lw_json_get_object (message, "result", &body, NULL))
    take_result (session, call, body);
  else
    {
      lw_session_break_off (session, LW_ENGINE_ERROR_PROTOCOL, _("The engine gave an answer that is neither a result nor an error."));
      g_autoptr(GError) error = g_error_copy (session->reason);
      lw_call_fail (call, error);
    }
  finish_call (session, call);
}

void
lw_session_message_cb (LwJson *message, int fd, gpointer data)
{
  LwSession *session = lw_session_ref (data);
  gint64 id = -1;
  LwJson *body = NULL;
  if (fd >= 0)
    close (fd);
  session->last_heard = g_get_monotonic_time ();
  LwCall *call = lw_json_get_int (message, "id", 0, G_MAXINT64, &id, NULL) ? g_hash_table_lookup (session->calls, &id) : NULL;
  if (call == NULL)
    take_stray (session, message);
  else if (lw_json_get_object (message, "progress", &body, NULL))
    take_progress (call, message);
  else
    {
      take_answer (session, call, message);
      if (session->link != NULL)
        session->events->changed (session, session->link);
    }
  lw_session_unref (session);
}
