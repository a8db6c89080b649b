/* client-link.c: the thread that talks to engines, and the queue of calls before it */
#include "config.h"
#include "client-private.h"
#include <glib/gi18n-lib.h>

struct _LwLink {
  GMainContext *context;
  char *device_wanted;
  const LwLinkEvents *events;
  gpointer data;
  gboolean dropped;
  LwSession *session;           /* NULL: no process */
  GQueue waiting;               /* of LwCall, not sent yet */

  GMutex lock;
  GCond changed;
  LwLinkStatus status;
  gboolean stopped;             /* lw_link_stop() was carried out */
};

/* ---- calls ---- */

LwCall *
lw_call_new (LwCallKind kind, GTask *task, const char *path)
{
  LwCall *call = g_new0 (LwCall, 1);
  *call = (LwCall) { .kind = kind, .task = task, .path = g_strdup (path), .slot = -1 };
  g_atomic_ref_count_init (&call->refs);
  return call;
}

static void
call_unref (gpointer data)
{
  LwCall *call = data;
  if (!g_atomic_ref_count_dec (&call->refs))
    return;
  g_free (call->path);
  g_free (call);
}

void
lw_call_end (LwCall *call)
{
  call->over = TRUE;
  if (call->cancel_handler != 0)
    g_cancellable_disconnect (call->cancellable, call->cancel_handler);
  g_clear_object (&call->cancellable);
  g_clear_object (&call->task);
  g_clear_pointer (&call->image, lw_image_unref);
  call_unref (call);
}

void
lw_call_fail (LwCall *call, const GError *error)
{
  if (call->task == NULL)
    return;
  g_task_return_error (call->task, g_error_copy (error));
  g_clear_object (&call->task);
}

/* ---- status ---- */

static void
publish (LwLink *link)
{
  LwLinkStatus status = { LW_ENGINE_STOPPED };
  if (link->session != NULL)
    status = lw_session_get_status (link->session);
  g_mutex_lock (&link->lock);
  if (status.device == NULL)
    {
      status.device = link->status.device;      /* what it ran on last */
      status.note = link->status.note;
      status.warning = link->status.warning;
    }
  gboolean different = status.state != link->status.state || status.device != link->status.device || status.pid != link->status.pid
                       || status.note != link->status.note || status.warning != link->status.warning;
  link->status = status;
  g_mutex_unlock (&link->lock);
  if (different && !link->dropped)
    link->events->changed (link->data);
}

LwLinkStatus
lw_link_get_status (LwLink *link)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&link->lock);
  return link->status;
}

/* Always through the loop, also where the caller is the link's own thread: a callback of a call may make the next one. */
static void
invoke (LwLink *link, GSourceFunc func, gpointer data, GDestroyNotify free_data)
{
  g_autoptr(GSource) source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, free_data);
  g_source_attach (source, link->context);
}

/* ---- the queue ---- */

static void changed_cb (LwSession *session, gpointer data);
static void ended_cb (LwSession *session, const GError *error, gboolean lived, gpointer data);
static const LwSessionEvents session_events = { changed_cb, ended_cb };

static void
fail_waiting (LwLink *link, const GError *error)
{
  LwCall *call;
  while ((call = g_queue_pop_head (&link->waiting)) != NULL)
    {
      lw_call_fail (call, error);
      lw_call_end (call);
    }
}

/* Predictions wait for a slot; what needs none goes past them. */
static void
send_waiting (LwLink *link)
{
  for (GList *item = link->waiting.head, *next; item != NULL; item = next)
    {
      next = item->next;
      if (!lw_session_send (link->session, item->data))
        continue;
      g_queue_delete_link (&link->waiting, item);
    }
}

static void
pump (LwLink *link)
{
  g_autoptr(GError) error = NULL;
  if (link->session == NULL && !g_queue_is_empty (&link->waiting))
    {
      link->session = lw_session_new (link->context, link->device_wanted, &session_events, link, &error);
      if (link->session == NULL)
        fail_waiting (link, error);
    }
  if (link->session != NULL && lw_session_is_ready (link->session))
    send_waiting (link);
  publish (link);
}

static void
changed_cb (LwSession *session, gpointer data)
{
  pump (data);
}

/* What was under way has heard of the end; what still waits gets a new process, unless no process comes to life. */
static void
ended_cb (LwSession *session, const GError *error, gboolean lived, gpointer data)
{
  LwLink *link = data;
  link->session = NULL;
  if (!lived)
    fail_waiting (link, error);
  if (lived && !link->dropped)
    link->events->died (error->message, link->data);
  pump (link);
  lw_session_unref (session);
}

/* ---- cancellation ---- */

typedef struct { LwLink *link; LwCall *call; } Cancellation;

static gboolean
cancel_cb (gpointer data)
{
  g_autoptr(GError) error = g_error_new_literal (LW_ENGINE_ERROR, LW_ENGINE_ERROR_CANCELLED, _("The request was cancelled."));
  Cancellation *cancellation = data;
  LwLink *link = cancellation->link;
  LwCall *call = cancellation->call;
  if (call->over)
    return G_SOURCE_REMOVE;
  if (call->id != 0)
    {
      lw_session_cancel (link->session, call);
      return G_SOURCE_REMOVE;
    }
  g_queue_remove (&link->waiting, call);
  lw_call_fail (call, error);
  lw_call_end (call);
  return G_SOURCE_REMOVE;
}

static void
cancellation_free (gpointer data)
{
  Cancellation *cancellation = data;
  call_unref (cancellation->call);
  g_free (cancellation);
}

/* On any thread. The link lives: while the call is not over, its task holds the engine. */
static void
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  const Cancellation *known = data;
  Cancellation *cancellation = g_new (Cancellation, 1);
  *cancellation = *known;
  g_atomic_ref_count_inc (&cancellation->call->refs);
  invoke (known->link, cancel_cb, cancellation, cancellation_free);
}

static void
watch_cancellable (LwLink *link, LwCall *call)
{
  GCancellable *cancellable = g_task_get_cancellable (call->task);
  if (cancellable == NULL)
    return;
  Cancellation *cancellation = g_new (Cancellation, 1);
  *cancellation = (Cancellation) { link, call };
  g_atomic_ref_count_inc (&call->refs);
  call->cancellable = g_object_ref (cancellable);
  call->cancel_handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), cancellation, cancellation_free);
}

/* ---- from other threads ---- */

static gboolean
submit_cb (gpointer data)
{
  LwLink *link = ((gpointer *) data)[0];
  LwCall *call = ((gpointer *) data)[1];
  watch_cancellable (link, call);
  g_queue_push_tail (&link->waiting, call);
  pump (link);
  return G_SOURCE_REMOVE;
}

void
lw_link_submit (LwLink *link, LwCall *call)
{
  gpointer *data = g_new (gpointer, 2);
  data[0] = link;
  data[1] = call;
  invoke (link, submit_cb, data, g_free);
}

static gboolean
stop_cb (gpointer data)
{
  LwLink *link = data;
  g_autoptr(GError) error = g_error_new_literal (LW_ENGINE_ERROR, LW_ENGINE_ERROR_CANCELLED, _("The engine was stopped."));
  LwSession *session = g_steal_pointer (&link->session);
  if (session != NULL)
    {
      lw_session_kill (session, error);
      lw_session_unref (session);
    }
  fail_waiting (link, error);
  publish (link);
  g_mutex_lock (&link->lock);
  link->stopped = TRUE;
  g_cond_broadcast (&link->changed);
  g_mutex_unlock (&link->lock);
  return G_SOURCE_REMOVE;
}

void
lw_link_stop (LwLink *link)
{
  g_mutex_lock (&link->lock);
  link->stopped = FALSE;
  g_mutex_unlock (&link->lock);
  invoke (link, stop_cb, link, NULL);
  g_mutex_lock (&link->lock);
  while (!link->stopped)
    g_cond_wait (&link->changed, &link->lock);
  g_mutex_unlock (&link->lock);
}

static gboolean
drop_cb (gpointer data)
{
  LwLink *link = data;
  g_autoptr(GError) error = g_error_new_literal (LW_ENGINE_ERROR, LW_ENGINE_ERROR_CANCELLED, _("The engine is not listened to any more."));
  link->dropped = TRUE;
  LwSession *session = g_steal_pointer (&link->session);
  if (session != NULL)
    {
      lw_session_leave (session);
      lw_session_unref (session);
    }
  fail_waiting (link, error);
  return G_SOURCE_REMOVE;
}

void
lw_link_drop (LwLink *link)
{
  invoke (link, drop_cb, link, NULL);
}

/* ---- the thread ---- */

static gpointer
run (gpointer data)
{
  LwLink *link = data;
  g_main_context_push_thread_default (link->context);
  while (!link->dropped)
    g_main_context_iteration (link->context, TRUE);
  while (g_main_context_iteration (link->context, FALSE))     /* the end of the wait for a process frees its session */
    ;
  g_main_context_pop_thread_default (link->context);
  link->events->free_data (link->data);
  g_main_context_unref (link->context);
  g_mutex_clear (&link->lock);
  g_cond_clear (&link->changed);
  g_free (link->device_wanted);
  g_free (link);
  return NULL;
}

LwLink *
lw_link_new (const char *device, const LwLinkEvents *events, gpointer data)
{
  LwLink *link = g_new0 (LwLink, 1);
  link->context = g_main_context_new ();
  link->device_wanted = g_strdup (device);
  link->events = events;
  link->data = data;
  g_queue_init (&link->waiting);
  g_mutex_init (&link->lock);
  g_cond_init (&link->changed);
  g_thread_unref (g_thread_new ("engine-link", run, link));
  return link;
}
