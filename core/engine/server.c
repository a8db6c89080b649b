/* server.c: the session with the client: greeting, dispatch, answers, and the end */
#include "config.h"
#include "server-private.h"
#include <inttypes.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>
#include "job.h"

#define MAX_REQUESTS 1024             /* not answered yet */
#define MAX_PROGRESS_PENDING (256u << 10)   /* bytes that the client did not read: progress is left out above it */
#define LAST_SECONDS 15               /* for a prediction to notice that the client is gone; a hung driver never does */

/* ---- answers ---- */

static LwServerSlot *
slot_ref (LwServerSlot *slot)
{
  g_atomic_ref_count_inc (&slot->refs);
  return slot;
}

static void
slot_unref (LwServerSlot *slot)
{
  if (!g_atomic_ref_count_dec (&slot->refs))
    return;
  lw_shared_memory_clear (&slot->memory);
  g_free (slot);
}

static LwServerRequest *
request_new (LwServer *server, gint64 id, LwJson *params)
{
  LwServerRequest *request = g_new0 (LwServerRequest, 1);
  request->server = server;
  request->id = id;
  request->params = json_object_get (params);
  return request;
}

static void
request_free (LwServerRequest *request)
{
  g_clear_pointer (&request->slot, slot_unref);
  g_clear_pointer (&request->params, json_object_put);
  g_free (request);
}

static LwJson *
message_new (const LwServerRequest *request)
{
  LwJson *message = json_object_new_object ();
  json_object_object_add (message, "id", json_object_new_int64 (request->id));
  return message;
}

static void
set_error (LwJson *message, const char *code, const char *text)
{
  LwJson *error = json_object_new_object ();
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  json_object_object_add (error, "code", json_object_new_string (code));
  json_object_object_add (error, "message", json_object_new_string (valid));
  json_object_object_add (message, "error", error);
}

static void
finish (LwServerRequest *request, LwJson *message)
{
  LwServer *server = request->server;
  g_autoptr(GError) error = NULL;
  g_mutex_lock (&server->lock);
  g_hash_table_remove (server->requests, &request->id);
  g_mutex_unlock (&server->lock);
  if (!lw_channel_send (server->channel, message, -1, &error) && g_error_matches (error, LW_PROTOCOL_ERROR, LW_PROTOCOL_ERROR_TOO_LONG))
    {
      g_autoptr(LwJson) instead = message_new (request);
      set_error (instead, "protocol", error->message);
      lw_channel_send (server->channel, instead, -1, NULL);
    }
  json_object_put (message);
  request_free (request);
}

void
lw_server_answer (LwServerRequest *request, LwJson *result)
{
  LwJson *message = message_new (request);
  json_object_object_add (message, "result", result != NULL ? result : json_object_new_object ());
  finish (request, message);
}

void
lw_server_fail_with (LwServerRequest *request, const char *code, const char *text)
{
  LwJson *message = message_new (request);
  set_error (message, code, text);
  finish (request, message);
}

static const char *
code_of_net_error (int code, const char *fallback)
{
  switch ((LwNetError) code)
    {
    case LW_NET_ERROR_MEMORY: return "memory";
    case LW_NET_ERROR_DEVICE:
    case LW_NET_ERROR_ABSENT:
    case LW_NET_ERROR_UNSUPPORTED: return "device";
    case LW_NET_ERROR_CANCELLED: return "cancelled";
    case LW_NET_ERROR_SHAPE:
    case LW_NET_ERROR_FORMAT:
    case LW_NET_ERROR_VALUE:
    case LW_NET_ERROR_IO:
    default: return fallback;
    }
}

void
lw_server_fail (LwServerRequest *request, const GError *error, const char *fallback)
{
  const char *code = fallback;
  if (error->domain == LW_NET_ERROR)
    code = code_of_net_error (error->code, fallback);
  else if (error->domain == LW_SLOT_ERROR)
    code = "slot";
  lw_server_fail_with (request, code, error->message);
}

void
lw_server_progress (LwServerRequest *request, LwJson *progress)
{
  g_autoptr(LwJson) message = message_new (request);
  json_object_object_add (message, "progress", progress);
  if (lw_channel_get_pending (request->server->channel) < MAX_PROGRESS_PENDING)
    lw_channel_send (request->server->channel, message, -1, NULL);
}

gboolean
lw_server_is_cancelled (LwServerRequest *request)
{
  return g_atomic_int_get (&request->cancelled) != 0;
}

gboolean
lw_server_get_path (LwServerRequest *request, const char *key, const char **path, GError **error)
{
  if (!lw_json_get_string (request->params, key, path, error))
    return FALSE;
  if (g_path_is_absolute (*path))
    return TRUE;
  g_set_error (error, LW_JSON_ERROR, LW_JSON_ERROR_MEMBER, _("“%s” is not an absolute path"), key);
  return FALSE;
}

/* ---- methods ---- */

static gboolean
speaks_our_version (LwJson *params)
{
  LwJson *versions = NULL;
  if (!lw_json_get_array (params, "protocols", 64, &versions, NULL))
    return FALSE;
  for (gsize i = 0; i < json_object_array_length (versions); i++)
    {
      LwJson *version = json_object_array_get_idx (versions, i);
      if (json_object_is_type (version, json_type_int) && json_object_get_int64 (version) == LW_PROTOCOL_VERSION)
        return TRUE;
    }
  return FALSE;
}

static LwJson *
describe_us (LwServer *server)
{
  LwJson *result = json_object_new_object (), *methods = json_object_new_array ();
  for (const char *const *name = (const char *const[]) { "inspect", "predict", "train", NULL }; *name != NULL; name++)
    json_object_array_add (methods, json_object_new_string (*name));
  json_object_object_add (result, "protocol", json_object_new_int (LW_PROTOCOL_VERSION));
  json_object_object_add (result, "engine", json_object_new_string ("labelwright-engine " LW_VERSION));
  json_object_object_add (result, "device", json_object_new_string (server->device.name));
  json_object_object_add (result, "description", json_object_new_string (server->device.description));
  json_object_object_add (result, "note", server->device.note != NULL ? json_object_new_string (server->device.note) : NULL);
  json_object_object_add (result, "warning", json_object_new_boolean (server->device.unexpected));
  json_object_object_add (result, "methods", methods);
  return result;
}

static void
hello (LwServerRequest *request)
{
  LwServer *server = request->server;
  g_autoptr(GError) error = NULL;
  const char *device = "auto";
  lw_json_get_string (request->params, "device", &device, NULL);
  if (server->greeted)
    lw_server_fail_with (request, "request", _("The session was opened already."));
  else if (!speaks_our_version (request->params))
    {
      g_autofree char *message = g_strdup_printf (_("This engine speaks version %d of the protocol, which the program that started it does not. Install both from one release."),
                                                  LW_PROTOCOL_VERSION);
      lw_server_fail_with (request, "version", message);
    }
  else if (!lw_server_device_open (&server->device, device, &error))
    lw_server_fail (request, error, "device");
  else
    {
      server->greeted = TRUE;
      lw_server_answer (request, describe_us (server));
    }
}

static void
cancel (LwServerRequest *request)
{
  LwServer *server = request->server;
  gint64 id = -1;
  g_autoptr(GError) error = NULL;
  if (!lw_json_get_int (request->params, "id", 0, G_MAXINT64, &id, &error))
    {
      lw_server_fail (request, error, "request");
      return;
    }
  g_mutex_lock (&server->lock);
  LwServerRequest *other = g_hash_table_lookup (server->requests, &id);
  if (other != NULL)
    g_atomic_int_set (&other->cancelled, 1);
  g_mutex_unlock (&server->lock);
  LwJson *result = json_object_new_object ();
  json_object_object_add (result, "found", json_object_new_boolean (other != NULL));
  lw_server_answer (request, result);
}

static void
queue (LwServerRequest *request, LwServerFunc run)
{
  request->run = run;
  g_async_queue_push (request->server->queue, request);
}

static void
inspect (LwServerRequest *request)
{
  queue (request, lw_server_inspect);
}

static gboolean
take_slot (LwServerRequest *request, GError **error)
{
  LwServer *server = request->server;
  gint64 slot, generation;
  if (!lw_json_get_int (request->params, "slot", 0, LW_MAX_SLOTS - 1, &slot, error)
      || !lw_json_get_int (request->params, "generation", 1, G_MAXINT64, &generation, error))
    return FALSE;
  if (server->slots[slot] != NULL && server->slots[slot]->generation == generation)
    {
      request->slot = slot_ref (server->slots[slot]);
      return TRUE;
    }
  g_set_error (error, LW_SLOT_ERROR, LW_SLOT_ERROR_SIZE, _("Slot %d holds no memory of generation %" PRId64 "."), (int) slot, generation);
  return FALSE;
}

static void
predict (LwServerRequest *request)
{
  g_autoptr(GError) error = NULL;
  if (take_slot (request, &error))
    queue (request, lw_server_predict);
  else
    lw_server_fail (request, error, "request");
}

static const struct { const char *name; LwServerFunc run; } methods[] = {
  { "inspect", inspect }, { "predict", predict }, { "train", lw_server_train },
};

static void
dispatch (LwServerRequest *request, const char *method)
{
  if (g_str_equal (method, "hello"))
    {
      hello (request);
      return;
    }
  if (!request->server->greeted)
    {
      lw_server_fail_with (request, "request", _("The session begins with “hello”."));
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (g_str_equal (method, methods[i].name))
      {
        methods[i].run (request);
        return;
      }
  if (g_str_equal (method, "cancel"))
    cancel (request);
  else
    lw_server_fail_with (request, "unknown-method", _("This engine does not know that method."));
}

/* ---- slots ---- */

/* {"slot", "generation", "bytes"} with a descriptor, or without one to give the memory back. */
static gboolean
set_slot (LwServerRequest *request, int fd, GError **error)
{
  gint64 slot, generation, bytes;
  LwSharedMemory memory = { .fd = -1 };
  gboolean ok = lw_json_get_int (request->params, "slot", 0, LW_MAX_SLOTS - 1, &slot, error);
  if (ok && fd >= 0)
    {
      ok = lw_json_get_int (request->params, "generation", 1, G_MAXINT64, &generation, error)
           && lw_json_get_int (request->params, "bytes", 1, (gint64) LW_SLOT_MAX_BYTES, &bytes, error);
      if (ok && !lw_shared_memory_map (&memory, fd, (guint64) bytes, error))
        return FALSE;
    }
  if (!ok)
    {
      if (fd >= 0)
        close (fd);
      return FALSE;
    }
  g_clear_pointer (&request->server->slots[slot], slot_unref);
  if (fd < 0)
    return TRUE;
  LwServerSlot *made = g_new (LwServerSlot, 1);
  *made = (LwServerSlot) { .memory = memory, .generation = generation };
  g_atomic_ref_count_init (&made->refs);
  request->server->slots[slot] = made;
  return TRUE;
}

static void
slot (LwServerRequest *request, int fd)
{
  g_autoptr(GError) error = NULL;
  if (set_slot (request, fd, &error))
    lw_server_answer (request, NULL);
  else
    lw_server_fail (request, error, "request");
}

/* ---- the session ---- */

/* The client is gone. Predictions are of no use any more; training goes on to its end, and whoever opens the project next takes the result. */
static void
client_gone (LwServer *server)
{
  g_atomic_int_set (&server->gone, 1);
  if (!g_atomic_int_get (&server->training))
    g_main_loop_quit (server->loop);
}

void
lw_server_training_ended (LwServer *server)
{
  if (g_atomic_int_get (&server->training))     /* the next one, that is */
    return;
  g_clear_pointer (&server->trainer, g_thread_join);
  if (g_atomic_int_get (&server->gone))
    g_main_loop_quit (server->loop);
}

/* Says why, and ends the session: what follows a broken line can't be trusted. */
static void
end_with (LwServer *server, const char *text)
{
  g_autoptr(LwJson) message = json_object_new_object ();
  json_object_object_add (message, "id", NULL);
  set_error (message, "protocol", text);
  lw_channel_send (server->channel, message, -1, NULL);
  lw_channel_close (server->channel);
  client_gone (server);
}

static gboolean
remember (LwServer *server, LwServerRequest *request)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&server->lock);
  if (g_hash_table_size (server->requests) >= MAX_REQUESTS || g_hash_table_contains (server->requests, &request->id))
    return FALSE;
  g_hash_table_insert (server->requests, &request->id, request);
  return TRUE;
}

static void
message_cb (LwJson *message, int fd, gpointer data)
{
  LwServer *server = data;
  const char *method = NULL;
  gint64 id = -1;
  LwJson *params = NULL;
  lw_json_get_object (message, "params", &params, NULL);
  gboolean ok = lw_json_get_int (message, "id", 0, G_MAXINT64, &id, NULL) && lw_json_get_string (message, "method", &method, NULL);
  if (fd >= 0 && (!ok || !g_str_equal (method, "slot")))
    {
      close (fd);
      ok = FALSE;
    }
  LwServerRequest *request = ok ? request_new (server, id, params) : NULL;
  if (request == NULL || !remember (server, request))
    {
      g_clear_pointer (&request, request_free);
      end_with (server, _("A line is not a request, or uses the id of one that was not answered yet, or there are too many of those."));
    }
  else if (g_str_equal (method, "slot") && server->greeted)
    slot (request, fd);
  else
    {
      if (fd >= 0)
        close (fd);
      dispatch (request, method);
    }
}

static void
closed_cb (const GError *error, gpointer data)
{
  if (error != NULL)
    g_debug ("%s", error->message);
  client_gone (data);
}

static const LwChannelEvents events = { message_cb, closed_cb };

static void
server_clear (LwServer *server)
{
  lw_channel_unref (server->channel);
  for (int i = 0; i < LW_MAX_SLOTS; i++)
    g_clear_pointer (&server->slots[i], slot_unref);
  lw_server_device_close (&server->processor);
  lw_server_device_close (&server->device);
  g_hash_table_unref (server->requests);
  g_mutex_clear (&server->lock);
  lw_turn_clear (&server->turn);
  g_main_loop_unref (server->loop);
  g_main_context_unref (server->context);
}

void
lw_server_run (int socket)
{
  LwServer server = { .context = g_main_context_new () };
  server.loop = g_main_loop_new (server.context, FALSE);
  server.requests = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_mutex_init (&server.lock);
  lw_turn_init (&server.turn);
  server.channel = lw_channel_new (socket);
  lw_server_worker_start (&server);
  lw_channel_attach (server.channel, server.context, &events, &server);
  g_main_loop_run (server.loop);

  lw_channel_close (server.channel);
  alarm (LAST_SECONDS);
  lw_server_worker_finish (&server);
  g_clear_pointer (&server.trainer, g_thread_join);
  alarm (0);
  server_clear (&server);
}
