/* client-session.c: one engine process: started, watched, and seen off, however it ends */
#include "config.h"
#include "client-session.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "common/paths.h"

#define ENGINE_FD 3             /* where the process finds its end of the socket */
#define HELLO_MS 60000          /* opening a device takes seconds, never a minute */
#define LAST_WORDS_MS 500       /* from the end of the socket to that of the process, and the other way round */
#define REAP_MS 2000            /* after a kill: a process that hangs in a driver is given up */
#define HANG_MS 30000           /* without a word after a cancellation */

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

void
lw_session_break_off (LwSession *session, LwEngineError code, const char *message)
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
    lw_session_break_off (session, LW_ENGINE_ERROR_PROTOCOL, error->message);
  else if (!session->process_over)
    set_timer (session, LAST_WORDS_MS, kill_cb);
  else
    finish_if_over (session);
}

/* ---- signs of life ---- */

static gboolean
hung_cb (gpointer data)
{
  LwSession *session = data;
  gint64 silent = (g_get_monotonic_time () - session->last_heard) / 1000;
  if (g_hash_table_size (session->calls) > 0 && silent >= HANG_MS)
    lw_session_break_off (session, LW_ENGINE_ERROR_DIED, _("The engine did not answer any more and was ended. Ask again: it starts anew."));
  else if (g_hash_table_size (session->calls) > 0)
    set_timer (session, (guint) (HANG_MS - MIN (silent, HANG_MS - 1)), hung_cb);
  else
    set_timer (session, 0, NULL);
  return G_SOURCE_REMOVE;
}

void
lw_session_expect_answer (LwSession *session)
{
  session->last_heard = g_get_monotonic_time ();
  if (lw_session_is_ready (session))
    set_timer (session, HANG_MS, hung_cb);
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
  g_subprocess_launcher_setenv (launcher, "GOMP_SPINCOUNT", "5000", FALSE);     /* as core/nn/backends/backend.c has it */
  g_subprocess_launcher_take_stdout_fd (launcher, fcntl (STDERR_FILENO, F_DUPFD_CLOEXEC, ENGINE_FD + 1));     /* ours may be somebody's JSON */
  g_subprocess_launcher_take_fd (launcher, socket, ENGINE_FD);
  g_autoptr(GError) reason = NULL;
  GSubprocess *process = g_subprocess_launcher_spawn (launcher, &reason, path, argument, NULL);
  if (process == NULL)
    g_set_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_START, _("The engine “%s” could not be started: %s"), path, reason->message);
  return process;
}

static gboolean
no_hello_cb (gpointer data)
{
  lw_session_break_off (data, LW_ENGINE_ERROR_START, _("The engine was started, but did not answer."));
  return G_SOURCE_REMOVE;
}

static const LwChannelEvents channel_events = { lw_session_message_cb, closed_cb };

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
  lw_session_send_hello (session);
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

void
lw_session_become_ready (LwSession *session, const char *device, const char *note, gboolean warning)
{
  session->device = g_intern_string (device);
  session->note = session->device_note = note != NULL ? g_intern_string (note) : NULL;
  session->warning = session->device_warning = warning ? session->note : NULL;
  session->ready = TRUE;
  set_timer (session, 0, NULL);
}

gboolean
lw_session_is_ready (LwSession *session)
{
  return session->ready && !session->channel_over && !session->process_over;
}

LwLinkStatus
lw_session_get_status (LwSession *session)
{
  LwEngineState state = !session->ready ? LW_ENGINE_STARTING : g_hash_table_size (session->calls) > 0 ? LW_ENGINE_BUSY : LW_ENGINE_READY;
  return (LwLinkStatus) { state, session->device, session->note, session->warning, session->pid };
}
