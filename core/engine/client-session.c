/* client-session.c: one engine process: started, greeted, asked, and seen off, however it ends */
#include "config.h"
#include "client-private.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "common/paths.h"

#define ENGINE_FD 3             /* where the process finds its end of the socket */
#define HELLO_MS 60000          /* opening a device takes seconds, never a minute */
#define LAST_WORDS_MS 500       /* from the end of the socket to that of the process, and the other way round */
#define REAP_MS 2000            /* after a kill: a process that hangs in a driver is given up */
#define HANG_MS 30000           /* without a word after a cancellation */

struct _LwSession {
  int refs;                     /* the thread's alone */
  GMainContext *context;
  const LwSessionEvents *events;
  gpointer link;                /* NULL: no event is wanted any more */

  GSubprocess *process;
  GCancellable *waiting;        /* for its end */
  GPid pid;
  LwChannel *channel;
  gboolean channel_over, process_over;
  GError *reason;               /* why it ended, as far as we know better than “it died” */
  GSource *timer;

  char *device_wanted;
  gboolean ready;
  const char *device;           /* interned, as those below */
  const char *note, *warning;   /* of the device, or of the last frame's model */
  const char *device_note, *device_warning;
  gint64 last_id, last_heard;
  GHashTable *calls;            /* id → LwCall: sent, not answered */
  LwClientSlots slots;
};

static void finish_if_over (LwSession *session);

/* ---- timers ---- */

static void
set_timer (LwSession *session, guint ms, GSourceFunc func)
{
  if (session->timer != NULL)
    {
      g_source_destroy (session->timer);
      g_clear_pointer (&session->timer, g_source_unref);
    }
  if (func == NULL)
    return;
  session->timer = g_timeout_source_new (ms);
  g_source_set_callback (session->timer, func, session, NULL);
  g_source_attach (session->timer, session->context);
}

/* ---- the end ---- */

static void
note_reason (LwSession *session, LwEngineError code, const char *message)
{
  if (session->reason == NULL)
    session->reason = g_error_new_literal (LW_ENGINE_ERROR, (int) code, message);
}

static gboolean
give_up_cb (gpointer data)
{
  LwSession *session = data;
  session->process_over = TRUE;
  finish_if_over (session);
  return G_SOURCE_REMOVE;
}

static void
kill_process (LwSession *session)
{
  g_subprocess_force_exit (session->process);
  set_timer (session, REAP_MS, give_up_cb);
}

static gboolean
kill_cb (gpointer data)
{
  kill_process (data);
  return G_SOURCE_REMOVE;
}

static gboolean
close_cb (gpointer data)
{
  LwSession *session = data;
  lw_channel_close (session->channel);
  session->channel_over = TRUE;
  finish_if_over (session);
  return G_SOURCE_REMOVE;
}

/* The socket is done with: nobody can be asked any more, so the process goes too. */
static void
break_off (LwSession *session, LwEngineError code, const char *message)
{
  note_reason (session, code, message);
  lw_channel_close (session->channel);
  session->channel_over = TRUE;
  if (session->process_over)
    finish_if_over (session);
  else
    kill_process (session);
}

static void
describe_end (LwSession *session)
{
  g_autofree char *how = NULL;
  if (session->reason != NULL)
    return;
  if (g_subprocess_get_identifier (session->process) != NULL)
    how = g_strdup (_("it closed the connection"));
  else if (g_subprocess_get_if_signaled (session->process))
    how = g_strdup_printf (_("signal %d, %s"), g_subprocess_get_term_sig (session->process), g_strsignal (g_subprocess_get_term_sig (session->process)));
  else
    how = g_strdup_printf (_("exit code %d"), g_subprocess_get_exit_status (session->process));
  g_autofree char *text = g_strdup_printf (session->ready ? _("The engine ended unexpectedly (%s). Ask again: it starts anew.")
                                                          : _("The engine could not be started (%s)."), how);
  note_reason (session, session->ready ? LW_ENGINE_ERROR_DIED : LW_ENGINE_ERROR_START, text);
}

static void
fail_calls (LwSession *session, const GError *error)
{
  GHashTableIter iter;
  LwCall *call;
  g_hash_table_iter_init (&iter, session->calls);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &call))
    {
      lw_call_fail (call, error);
      lw_call_end (call);
      g_hash_table_iter_remove (&iter);
    }
}

/* May free the session: to be called last. */
static void
finish_if_over (LwSession *session)
{
  if (!session->channel_over || !session->process_over || session->link == NULL)
    return;
  gpointer link = g_steal_pointer (&session->link);
  set_timer (session, 0, NULL);
  describe_end (session);
  fail_calls (session, session->reason);
  session->events->ended (session, session->reason, session->ready, link);
}

static void
exited_cb (GObject *process, GAsyncResult *result, gpointer data)
{
  LwSession *session = data;
  session->process_over = g_subprocess_wait_finish (G_SUBPROCESS (process), result, NULL);
  if (session->process_over && session->link != NULL && !session->channel_over)
    set_timer (session, LAST_WORDS_MS, close_cb);     /* what it said before may still be in the socket */
  finish_if_over (session);
  lw_session_unref (session);
}

static void
closed_cb (const GError *error, gpointer data)
{
  LwSession *session = data;
  session->channel_over = TRUE;
  if (error != NULL)
    break_off (session, LW_ENGINE_ERROR_PROTOCOL, error->message);
  else if (!session->process_over)
    set_timer (session, LAST_WORDS_MS, kill_cb);
  else
    finish_if_over (session);
}

/* ---- sending ---- */

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

static void
send_slot (LwSession *session, int index)
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
    send_slot (session, call->slot);
  remember (session, call, send_message (session, "predict", params, -1));
  return TRUE;
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

static gboolean
hung_cb (gpointer data)
{
  LwSession *session = data;
  gint64 silent = (g_get_monotonic_time () - session->last_heard) / 1000;
  if (g_hash_table_size (session->calls) > 0 && silent >= HANG_MS)
    break_off (session, LW_ENGINE_ERROR_DIED, _("The engine did not answer any more and was ended. Ask again: it starts anew."));
  else if (g_hash_table_size (session->calls) > 0)
    set_timer (session, (guint) (HANG_MS - MIN (silent, HANG_MS - 1)), hung_cb);
  else
    set_timer (session, 0, NULL);
  return G_SOURCE_REMOVE;
}

/* A cancelled prediction is answered at once, its result thrown away later; of a training one wants to know that it has really stopped. */
void
lw_session_cancel (LwSession *session, LwCall *call)
{
  LwJson *params = json_object_new_object ();
  json_object_object_add (params, "id", json_object_new_int64 (call->id));
  send_notice (session, "cancel", params, -1);
  session->last_heard = g_get_monotonic_time ();
  if (session->ready && !session->channel_over && !session->process_over)
    set_timer (session, HANG_MS, hung_cb);
  if (call->kind == LW_CALL_TRAIN)
    return;
  g_autoptr(GError) cancelled = g_error_new_literal (LW_ENGINE_ERROR, LW_ENGINE_ERROR_CANCELLED, _("The request was cancelled."));
  lw_call_fail (call, cancelled);
}

/* ---- answers ---- */

static void
finish_call (LwSession *session, LwCall *call)
{
  if (call->slot >= 0 && lw_client_slots_release (&session->slots, call->slot))
    send_slot (session, call->slot);
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
      break_off (session, LW_ENGINE_ERROR_PROTOCOL, _("The engine speaks another version of the protocol. Install both from one release."));
      return;
    }
  lw_json_get_string (result, "description", &description, NULL);
  lw_json_get_string (result, "note", &note, NULL);
  session->device = g_intern_string (description);
  lw_json_get_bool (result, "warning", &warning, NULL);
  session->note = session->device_note = note != NULL ? g_intern_string (note) : NULL;
  session->warning = session->device_warning = warning ? session->note : NULL;
  session->ready = TRUE;
  set_timer (session, 0, NULL);
}

static void
take_error (LwSession *session, LwCall *call, LwJson *error)
{
  g_autoptr(GError) known = lw_error_from_answer (error);
  if (call->kind == LW_CALL_HELLO)
    break_off (session, (LwEngineError) known->code, known->message);
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
  break_off (session, LW_ENGINE_ERROR_PROTOCOL, said != NULL ? said->message : _("The engine answers what it was not asked."));
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
      break_off (session, LW_ENGINE_ERROR_PROTOCOL, _("The engine gave an answer that is neither a result nor an error."));
      g_autoptr(GError) error = g_error_copy (session->reason);
      lw_call_fail (call, error);
    }
  finish_call (session, call);
}

static void
message_cb (LwJson *message, int fd, gpointer data)
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

/* ---- the start ---- */

static GSubprocess *
spawn (int socket, GError **error)
{
  const char *other = g_getenv ("LABELWRIGHT_ENGINE");
  g_autofree char *path = other != NULL && *other != '\0' ? g_strdup (other) : lw_paths_engine ();
  g_autofree char *argument = g_strdup_printf ("--fd=%d", ENGINE_FD);
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  /* Two pools of OpenMP threads share the processor, and the window wants some of it too. */
  g_subprocess_launcher_setenv (launcher, "OMP_WAIT_POLICY", "passive", TRUE);
  g_subprocess_launcher_take_stdout_fd (launcher, fcntl (STDERR_FILENO, F_DUPFD_CLOEXEC, ENGINE_FD + 1));     /* ours may be somebody's JSON */
  g_subprocess_launcher_take_fd (launcher, socket, ENGINE_FD);
  g_autoptr(GError) reason = NULL;
  GSubprocess *process = g_subprocess_launcher_spawn (launcher, &reason, path, argument, NULL);
  if (process == NULL)
    g_set_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_START, _("The engine “%s” could not be started: %s"), path, reason->message);
  return process;
}

static void
send_hello (LwSession *session)
{
  LwJson *params = json_object_new_object (), *versions = json_object_new_array ();
  json_object_array_add (versions, json_object_new_int (LW_PROTOCOL_VERSION));
  json_object_object_add (params, "protocols", versions);
  json_object_object_add (params, "client", json_object_new_string ("labelwright " LW_VERSION));
  json_object_object_add (params, "device", json_object_new_string (session->device_wanted));
  remember (session, lw_call_new (LW_CALL_HELLO, NULL, NULL), send_message (session, "hello", params, -1));
}

static gboolean
no_hello_cb (gpointer data)
{
  break_off (data, LW_ENGINE_ERROR_START, _("The engine was started, but did not answer."));
  return G_SOURCE_REMOVE;
}

static const LwChannelEvents channel_events = { message_cb, closed_cb };

LwSession *
lw_session_new (GMainContext *context, const char *device, const LwSessionEvents *events, gpointer link, GError **error)
{
  int pair[2];
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
    {
      g_set_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_START, _("The engine could not be started: %s"), g_strerror (errno));
      return NULL;
    }
  GSubprocess *process = spawn (pair[1], error);
  if (process == NULL)
    {
      close (pair[0]);
      return NULL;
    }
  LwSession *session = g_new0 (LwSession, 1);
  session->refs = 1;
  session->context = context;
  session->events = events;
  session->link = link;
  session->process = process;
  session->pid = (GPid) g_ascii_strtoll (g_subprocess_get_identifier (process) != NULL ? g_subprocess_get_identifier (process) : "0", NULL, 10);
  session->waiting = g_cancellable_new ();
  session->device_wanted = g_strdup (device);
  session->calls = g_hash_table_new (g_int64_hash, g_int64_equal);
  lw_client_slots_init (&session->slots);
  session->channel = lw_channel_new (pair[0]);
  lw_channel_attach (session->channel, context, &channel_events, session);
  g_subprocess_wait_async (process, session->waiting, exited_cb, lw_session_ref (session));
  set_timer (session, HELLO_MS, no_hello_cb);
  send_hello (session);
  return session;
}

LwSession *
lw_session_ref (LwSession *session)
{
  session->refs++;
  return session;
}

void
lw_session_unref (LwSession *session)
{
  if (--session->refs > 0)
    return;
  set_timer (session, 0, NULL);
  lw_channel_close (session->channel);
  lw_channel_unref (session->channel);
  lw_client_slots_clear (&session->slots);
  g_hash_table_unref (session->calls);
  g_object_unref (session->waiting);
  g_object_unref (session->process);
  g_clear_error (&session->reason);
  g_free (session->device_wanted);
  g_free (session);
}

void
lw_session_leave (LwSession *session)
{
  session->link = NULL;
  set_timer (session, 0, NULL);
  lw_channel_close (session->channel);
  session->channel_over = TRUE;
  g_autoptr(GError) error = g_error_new_literal (LW_ENGINE_ERROR, LW_ENGINE_ERROR_CANCELLED, _("The engine is not listened to any more."));
  fail_calls (session, error);
  g_cancellable_cancel (session->waiting);
}

void
lw_session_kill (LwSession *session, const GError *error)
{
  session->link = NULL;
  set_timer (session, 0, NULL);
  g_subprocess_force_exit (session->process);
  lw_channel_close (session->channel);
  session->channel_over = TRUE;
  fail_calls (session, error);
  g_cancellable_cancel (session->waiting);
}

gboolean
lw_session_is_ready (LwSession *session)
{
  return session->ready && !session->channel_over && !session->process_over;
}

gboolean
lw_session_is_busy (LwSession *session)
{
  return g_hash_table_size (session->calls) > 0;
}

LwLinkStatus
lw_session_get_status (LwSession *session)
{
  LwEngineState state = !session->ready ? LW_ENGINE_STARTING : lw_session_is_busy (session) ? LW_ENGINE_BUSY : LW_ENGINE_READY;
  return (LwLinkStatus) { state, session->device, session->note, session->warning, session->pid };
}
