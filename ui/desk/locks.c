/* locks.c: keeps which classes are locked in the project, off the main thread */
#include "config.h"
#include "locks.h"

#include <glib/gi18n-lib.h>

struct _LwLocks
{
  LwDesk *desk;                   /* a save that is under way holds it */
  gboolean saving, changed;       /* @changed: since that save began */
};

typedef struct { gboolean locked[256]; } Locked;

static void save (LwLocks *self);

static void
save_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Locked *locked = data;
  g_autoptr (GError) error = NULL;
  if (lw_project_set_locked (LW_PROJECT (source), locked->locked, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  LwLocks *self = data;
  g_autoptr (LwDesk) desk = self->desk;      /* its last reference may end @self, too */
  g_autoptr (GError) error = NULL;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    lw_desk_fail (desk, _("Could not keep which classes are locked"), error);
  self->saving = FALSE;
  if (self->changed)
    save (self);
}

/* One after the other, so that the last one is what stays. */
static void
save (LwLocks *self)
{
  self->changed = self->saving;
  if (self->saving)
    return;
  self->saving = TRUE;
  g_object_ref (self->desk);
  Locked *locked = g_new0 (Locked, 1);
  for (int id = 0; id < LW_LABEL_NONE; id++)
    locked->locked[id] = lw_toolbox_is_locked (lw_desk_get_toolbox (self->desk), (guint8) id);
  lw_project_run_async (lw_desk_get_project (self->desk), save_in_thread, locked, g_free, NULL, on_saved_cb, self);
}

LwLocks *
lw_locks_new (LwDesk *desk, const gboolean locked[256])
{
  LwLocks *self = g_new0 (LwLocks, 1);
  LwToolbox *toolbox = lw_desk_get_toolbox (desk);
  self->desk = desk;
  for (int id = 0; id < LW_LABEL_NONE; id++)
    lw_toolbox_set_locked (toolbox, (guint8) id, locked[id]);
  if (!lw_desk_is_read_only (desk))
    g_signal_connect_swapped (toolbox, "locked-changed", G_CALLBACK (save), self);
  return self;
}

void
lw_locks_free (LwLocks *self)
{
  g_signal_handlers_disconnect_by_data (lw_desk_get_toolbox (self->desk), self);
  g_free (self);
}
