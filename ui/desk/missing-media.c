/* missing-media.c: while media are missing, a timer looks whether they are back, off the main thread: a drive that sleeps answers slowly */
#include "config.h"
#include "missing-media.h"

#define LOOK_EVERY_S 2

typedef struct
{
  GWeakRef desk;
  gboolean looking;
} Watch;

static void
watch_clear (gpointer data)
{
  g_weak_ref_clear (&((Watch *) data)->desk);
}

static void
watch_unref (gpointer watch)
{
  g_rc_box_release_full (watch, watch_clear);
}

static guint
get_n_missing (LwDesk *desk)
{
  guint n;
  g_object_get (desk, "n-missing", &n, NULL);
  return n;
}

guint
lw_missing_media_count (const GPtrArray *media)
{
  guint n = 0;
  for (guint i = 0; i < media->len; i++)
    n += ((const LwMedia *) media->pdata[i])->missing ? 1 : 0;
  return n;
}

static void
count_in_thread (GTask *task, gpointer project, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) media = lw_project_list_media (LW_PROJECT (project), &error);
  if (media != NULL)
    g_task_return_int (task, lw_missing_media_count (media));
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/* A project that can't be read now says so elsewhere. */
static void
on_counted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Watch *watch = data;
  gssize n = g_task_propagate_int (G_TASK (result), NULL);
  g_autoptr (LwDesk) desk = g_weak_ref_get (&watch->desk);
  watch->looking = FALSE;
  if (desk != NULL && n >= 0 && (guint) n != get_n_missing (desk))
    lw_desk_reload (desk);
  watch_unref (watch);
}

static gboolean
look_cb (gpointer data)
{
  Watch *watch = data;
  g_autoptr (LwDesk) desk = g_weak_ref_get (&watch->desk);
  if (desk == NULL)
    return G_SOURCE_REMOVE;
  if (watch->looking || get_n_missing (desk) == 0)
    return G_SOURCE_CONTINUE;
  watch->looking = TRUE;
  lw_project_run_async (lw_desk_get_project (desk), count_in_thread, NULL, NULL, NULL, on_counted_cb, g_rc_box_acquire (watch));
  return G_SOURCE_CONTINUE;
}

void
lw_missing_media_watch (LwDesk *desk)
{
  Watch *watch = g_rc_box_new0 (Watch);
  g_weak_ref_init (&watch->desk, desk);
  g_timeout_add_seconds_full (G_PRIORITY_LOW, LOOK_EVERY_S, look_cb, watch, watch_unref);
}
