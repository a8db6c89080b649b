/* workspace-bulk.c: submitting or accepting every frame of a status at once */
#include "config.h"
#include "workspace-private.h"

#include <glib/gi18n-lib.h>
#include "desk/operation.h"
#include "dialogs/progress-dialog.h"
#include "feedback.h"

typedef struct
{
  LwWorkspace *workspace;      /* main thread only */
  GtkWindow *progress;         /* likewise */
  GArray *frames;              /* of gint64 */
  LwAction action;
  char *reason;                /* of a return, or NULL */
  LwOperation *operation;
  gint64 step;
} Bulk;

static void
bulk_free (Bulk *bulk)
{
  g_array_unref (bulk->frames);
  g_free (bulk->reason);
  g_object_unref (bulk->operation);
  g_object_unref (bulk->workspace);
  g_free (bulk);
}

static void
act_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Bulk *bulk = data;
  g_autoptr (GError) error = NULL;
  if (lw_project_act_on (LW_PROJECT (source), &g_array_index (bulk->frames, gint64, 0), bulk->frames->len, bulk->action, bulk->reason, lw_operation_progress,
                         bulk->operation, lw_operation_get_cancellable (bulk->operation), &bulk->step, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static char *
describe (const Bulk *bulk)
{
  guint n = bulk->frames->len;
  if (bulk->action == LW_ACTION_SUBMIT)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u frame submitted", "%u frames submitted", n), n);
  if (bulk->action == LW_ACTION_RETURN)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u frame returned", "%u frames returned", n), n);
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u frame accepted", "%u frames accepted", n), n);
}

static const char *const failed[] = { N_("Not all frames could be submitted"), N_("Not all frames could be accepted"), N_("Not all frames could be returned") };

/* What was done before it was cancelled or failed can be undone, too. */
static void
on_acted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Bulk *bulk = data;
  g_autoptr (LwWorkspace) self = g_object_ref (bulk->workspace);
  g_autoptr (GError) error = NULL;
  gboolean done = g_task_propagate_boolean (G_TASK (result), &error);
  g_autofree char *text = done ? describe (bulk) : NULL;
  gtk_window_destroy (bulk->progress);
  if (self->desk != NULL)
    {
      lw_workspace_did_step (self, bulk->step, done ? text : _("Only some frames were changed"));
      if (!done)
        lw_desk_fail (self->desk, g_error_matches (error, LW_STORE_ERROR, LW_STORE_ERROR_CONTRACT) ? error->message : _(failed[bulk->action]), error);
    }
  bulk_free (bulk);
}

static GArray *
collect (LwWorkspace *self, LwFrameStatus status)
{
  LwFrameList *list = lw_desk_get_frames (self->desk);
  GArray *frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < lw_frame_list_get_n (list); i++)
    {
      const LwFrame *frame = lw_frame_object_get_frame (lw_frame_list_get (list, i));
      if (frame->status == status)
        g_array_append_val (frames, frame->id);
    }
  return frames;
}

void
lw_workspace_act_on_frames (LwWorkspace *self, LwAction action, GArray *frames, const char *reason)
{
  static const char *const titles[] = { N_("Submitting Frames"), N_("Accepting Frames"), N_("Returning Frames") };
  if (frames->len == 0)
    {
      g_array_unref (frames);
      return;
    }
  Bulk *bulk = g_new0 (Bulk, 1);
  lw_canvas_stroke_end (self->canvas);
  *bulk = (Bulk) { g_object_ref (self), NULL, frames, action, reason != NULL && *reason != '\0' ? g_strdup (reason) : NULL, lw_operation_new (_(titles[action])), 0 };
  bulk->progress = lw_progress_dialog_new (GTK_WIDGET (self), bulk->operation);
  lw_project_run_async (lw_desk_get_project (self->desk), act_in_thread, bulk, NULL, NULL, on_acted_cb, bulk);
}

static void
submit_all (gpointer self)
{
  lw_workspace_act_on_frames (self, LW_ACTION_SUBMIT, collect (self, LW_FRAME_IN_PROGRESS), NULL);
}

static void
accept_all (gpointer self)
{
  lw_workspace_act_on_frames (self, LW_ACTION_ACCEPT, collect (self, LW_FRAME_SUBMITTED), NULL);
}

/* A waiting polygon is not painted: whoever hands many frames in learns of it. */
static char *
describe_polygons (LwWorkspace *self, LwFrameStatus status)
{
  g_autoptr (GArray) frames = collect (self, status);
  guint n = 0;
  for (guint i = 0; i < frames->len; i++)
    n += lw_canvas_has_polygon (self->canvas, g_array_index (frames, gint64, i));
  if (n == 0)
    return g_strdup ("");
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, " %u of them has a polygon that is not painted yet.", " %u of them have a polygon that is not painted yet.", n), n);
}

static void
submit_all_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  guint n = lw_frame_list_count (lw_desk_get_frames (self->desk), LW_FRAME_IN_PROGRESS);
  g_autofree char *body = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u frame is in progress.", "%u frames are in progress.", n), n);
  g_autofree char *polygons = describe_polygons (self, LW_FRAME_IN_PROGRESS), *both = g_strconcat (body, polygons, NULL);
  lw_canvas_stroke_end (self->canvas);
  lw_ask (widget, _("Submit All Frames in Progress?"), both, _("_Submit"), FALSE, submit_all, self);
}

static void
accept_all_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  guint n = lw_frame_list_count (lw_desk_get_frames (self->desk), LW_FRAME_SUBMITTED);
  g_autofree char *body = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u frame is submitted. Accepted frames train the network.",
                                                        "%u frames are submitted. Accepted frames train the network.", n), n);
  g_autofree char *polygons = describe_polygons (self, LW_FRAME_SUBMITTED), *both = g_strconcat (body, polygons, NULL);
  lw_ask (widget, _("Accept All Submitted Frames?"), both, _("_Accept"), FALSE, accept_all, self);
}

void
lw_workspace_update_bulk_actions (LwWorkspace *self)
{
  LwFrameList *list = lw_desk_get_frames (self->desk);
  gboolean writable = !lw_desk_is_read_only (self->desk);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "status.submit-all", writable && lw_frame_list_count (list, LW_FRAME_IN_PROGRESS) > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "status.accept-all", writable && lw_frame_list_count (list, LW_FRAME_SUBMITTED) > 0);
}

void
lw_workspace_install_bulk_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "status.submit-all", NULL, submit_all_action);
  gtk_widget_class_install_action (widget_class, "status.accept-all", NULL, accept_all_action);
}
