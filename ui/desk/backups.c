/* backups.c: a timer that asks the store whether a backup is due, off the main thread */
#include "config.h"
#include "backups.h"

#include <glib/gi18n-lib.h>
#include "store/backup.h"

#define LOOK_EVERY_S 600
#define TELL_AGAIN_US G_TIME_SPAN_HOUR

struct _LwBackups
{
  LwDesk *desk;
  guint timer;
  GCancellable *running;          /* NULL: none is under way */
  gint64 told;                    /* when a failure was shown last; 0: the last one went well */
};

static void look_later (LwBackups *self, guint seconds);

static void
back_up_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  if (lw_project_back_up_if_due (LW_PROJECT (source), NULL, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/* One that fails would fail every ten minutes: once an hour is enough to be told. */
static void
tell (LwBackups *self, const GError *error)
{
  gint64 now = g_get_monotonic_time ();
  if (self->told != 0 && now - self->told < TELL_AGAIN_US)
    return;
  self->told = now;
  lw_desk_fail (self->desk, _("The automatic backup of the project failed"), error);
}

/* @data: the cancellable, which tells whether the backups still exist. */
static void
on_backed_up_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GCancellable) cancellable = data;
  g_autoptr (GError) error = NULL;
  gboolean done = g_task_propagate_boolean (G_TASK (result), &error);
  LwBackups *self = g_object_get_data (G_OBJECT (cancellable), "backups");
  if (self == NULL)
    return;
  g_clear_object (&self->running);
  if (done)
    self->told = 0;
  else if (!g_cancellable_is_cancelled (cancellable))
    tell (self, error);
}

static gboolean
look_cb (gpointer data)
{
  LwBackups *self = data;
  self->timer = 0;
  look_later (self, LOOK_EVERY_S);
  if (self->running != NULL || lw_desk_is_read_only (self->desk))
    return G_SOURCE_REMOVE;
  self->running = g_cancellable_new ();
  g_object_set_data (G_OBJECT (self->running), "backups", self);
  lw_project_run_async (lw_desk_get_project (self->desk), back_up_in_thread, NULL, NULL, self->running, on_backed_up_cb, g_object_ref (self->running));
  return G_SOURCE_REMOVE;
}

static void
look_later (LwBackups *self, guint seconds)
{
  self->timer = g_timeout_add_seconds_full (G_PRIORITY_LOW, seconds, look_cb, self, NULL);
}

LwBackups *
lw_backups_new (LwDesk *desk, guint seconds)
{
  LwBackups *self = g_new0 (LwBackups, 1);
  self->desk = desk;
  look_later (self, seconds);
  return self;
}

void
lw_backups_cancel (LwBackups *self)
{
  if (self->running != NULL)
    g_cancellable_cancel (self->running);
}

void
lw_backups_free (LwBackups *self)
{
  if (self == NULL)
    return;
  lw_backups_cancel (self);
  if (self->running != NULL)
    g_object_set_data (G_OBJECT (self->running), "backups", NULL);
  g_clear_object (&self->running);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_free (self);
}
