/* client-session-send.c: what a session asks its engine */
#include "config.h"
#include "client-session.h"
#include <glib/gi18n-lib.h>

static gint64
send_message (LwSession *session, const char *method, LwJson *params, int fd)
{
  g_autoptr(LwJson) message = json_object_new_object ();
  gint64 id = ++session->last_id;
  json_object_object_add (message, "id", json_object_new_int64 (id));
  json_object_object_add (message, "method", json_object_new_string (method));
  json_object_object_add (message, "params", params);
  if (fd >= 0)
    json_object_object_add (message, "fd", json_object_new_boolean (TRUE));
  lw_channel_send (session->channel, message, fd, NULL);      /* fails only where the end is near, of which we hear anyway */
  return id;
}

static void
remember (LwSession *session, LwCall *call, gint64 id)
{
  call->id = id;
  g_hash_table_insert (session->calls, &call->id, call);
}

static void
send_notice (LwSession *session, const char *method, LwJson *params, int fd)
{
  remember (session, lw_call_new (LW_CALL_NOTICE, NULL, NULL), send_message (session, method, params, fd));
}

void
lw_session_send_slot (LwSession *session, int index)
{
  LwClientSlot *slot = &session->slots.slots[index];
  LwJson *params = json_object_new_object ();
  json_object_object_add (params, "slot", json_object_new_int (index));
  if (slot->memory.fd >= 0)
    {
      json_object_object_add (params, "generation", json_object_new_int64 (slot->generation));
      json_object_object_add (params, "bytes", json_object_new_int64 ((gint64) slot->memory.size));
    }
  send_notice (session, "slot", params, slot->memory.fd);
  slot->known = slot->memory.fd >= 0;
}

static gboolean
send_predict (LwSession *session, LwCall *call)
{
  g_autoptr(GError) error = NULL;
  LwJson *params = json_object_new_object ();
  json_object_object_add (params, "model", json_object_new_string (call->path));
  if (call->repeatable)
    json_object_object_add (params, "repeatable", json_object_new_boolean (TRUE));
  call->slot = lw_client_slots_fill (&session->slots, call->image, params, &error);
  if (call->slot < 0)
    {
      json_object_put (params);
      if (error == NULL)
        return FALSE;
      g_autoptr(GError) known = g_error_new_literal (LW_ENGINE_ERROR, LW_ENGINE_ERROR_DEVICE, error->message);
      lw_call_fail (call, known);
      lw_call_end (call);
      return TRUE;
    }
  if (!session->slots.slots[call->slot].known)
    lw_session_send_slot (session, call->slot);
  remember (session, call, send_message (session, "predict", params, -1));
  return TRUE;
}

void
lw_session_send_hello (LwSession *session)
{
  LwJson *params = json_object_new_object (), *versions = json_object_new_array ();
  json_object_array_add (versions, json_object_new_int (LW_PROTOCOL_VERSION));
  json_object_object_add (params, "protocols", versions);
  json_object_object_add (params, "client", json_object_new_string ("labelwright " LW_VERSION));
  json_object_object_add (params, "device", json_object_new_string (session->device_wanted));
  remember (session, lw_call_new (LW_CALL_HELLO, NULL, NULL), send_message (session, "hello", params, -1));
}

gboolean
lw_session_send (LwSession *session, LwCall *call)
{
  if (call->kind == LW_CALL_PREDICT)
    return send_predict (session, call);
  LwJson *params = json_object_new_object ();
  gboolean train = call->kind == LW_CALL_TRAIN;
  json_object_object_add (params, train ? "job" : "model", json_object_new_string (call->path));
  remember (session, call, send_message (session, train ? "train" : "inspect", params, -1));
  return TRUE;
}

/* A cancelled prediction is answered at once, its result thrown away later; of a training one wants to know that it has really stopped. */
void
lw_session_cancel (LwSession *session, LwCall *call)
{
  LwJson *params = json_object_new_object ();
  json_object_object_add (params, "id", json_object_new_int64 (call->id));
  send_notice (session, "cancel", params, -1);
  lw_session_expect_answer (session);
  if (call->kind == LW_CALL_TRAIN)
    return;
  g_autoptr(GError) cancelled = g_error_new_literal (LW_ENGINE_ERROR, LW_ENGINE_ERROR_CANCELLED, _("The request was cancelled."));
  lw_call_fail (call, cancelled);
}
