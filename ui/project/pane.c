/* pane.c: a page about the whole project, which reads what it shows when it is looked at */
#include "config.h"
#include "pane.h"

#define COALESCE_MS 250      /* changes that come together are read together */

typedef struct
{
  LwDesk *desk;
  GCancellable *running;
  gboolean stale;
  guint timer;
} LwPanePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (LwPane, lw_pane, ADW_TYPE_BIN)

static void
refresh (LwPane *self)
{
  LwPanePrivate *priv = lw_pane_get_instance_private (self);
  if (!priv->stale || priv->desk == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  priv->stale = FALSE;
  LW_PANE_GET_CLASS (self)->refresh (self);
}

static gboolean
refresh_cb (gpointer data)
{
  LwPanePrivate *priv = lw_pane_get_instance_private (data);
  priv->timer = 0;
  refresh (data);
  return G_SOURCE_REMOVE;
}

void
lw_pane_invalidate (LwPane *self)
{
  LwPanePrivate *priv = lw_pane_get_instance_private (self);
  priv->stale = TRUE;
  if (priv->timer == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    priv->timer = g_timeout_add (COALESCE_MS, refresh_cb, self);
}

LwDesk *
lw_pane_get_desk (LwPane *self)
{
  LwPanePrivate *priv = lw_pane_get_instance_private (self);
  return priv->desk;
}

void
lw_pane_read (LwPane *self, const LwWork *work, gpointer wanted, GDestroyNotify free_wanted)
{
  LwPanePrivate *priv = lw_pane_get_instance_private (self);
  lw_work_start (priv->desk, self, work, wanted, free_wanted, lw_work_supersede (&priv->running));
}

void
lw_pane_did_step (LwPane *self, gint64 step, const char *text)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "steps.did", "(xs)", step, text);
}

void
lw_pane_set_desk (LwPane *self, LwDesk *desk)
{
  LwPanePrivate *priv = lw_pane_get_instance_private (self);
  LwPaneClass *klass = LW_PANE_GET_CLASS (self);
  LwProject *project = lw_desk_get_project (desk);
  const struct { LwPaneNews news; gpointer object; const char *signal; } sources[] = {
    { LW_PANE_FRAMES, project, "frames-changed" }, { LW_PANE_FRAMES, project, "frame-changed" }, { LW_PANE_CLASSES, project, "classes-changed" },
    { LW_PANE_MODELS, project, "models-changed" }, { LW_PANE_JOBS, project, "jobs-changed" }, { LW_PANE_POSITION, desk, "notify::position" },
  };
  priv->desk = g_object_ref (desk);
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    if (klass->news & sources[i].news)
      g_signal_connect_object (sources[i].object, sources[i].signal, G_CALLBACK (lw_pane_invalidate), self, G_CONNECT_SWAPPED);
  if (klass->ready != NULL)
    klass->ready (self);
  priv->stale = TRUE;
  refresh (self);
}

static void
lw_pane_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lw_pane_parent_class)->map (widget);
  refresh (LW_PANE (widget));
}

/* A template's child is bound to the bin: it would be freed behind the bin's back. */
static void
lw_pane_dispose (GObject *object)
{
  LwPanePrivate *priv = lw_pane_get_instance_private (LW_PANE (object));
  g_clear_handle_id (&priv->timer, g_source_remove);
  lw_work_cancel (&priv->running);
  adw_bin_set_child (ADW_BIN (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), G_OBJECT_TYPE (object));
  g_clear_object (&priv->desk);
  G_OBJECT_CLASS (lw_pane_parent_class)->dispose (object);
}

static void
lw_pane_class_init (LwPaneClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lw_pane_dispose;
  GTK_WIDGET_CLASS (klass)->map = lw_pane_map;
}

static void
lw_pane_init (LwPane *self)
{
}
