/* workspace-frames.c: which frame is on show, and submitting, accepting or returning it */
#include "config.h"
#include "workspace-private.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"

/* ---- going from frame to frame ---- */

static void
go (LwWorkspace *self, guint position)
{
  lw_playback_stop (self->playback);
  if (position != LW_FRAME_LIST_NONE)
    lw_desk_go_to (self->desk, position);
}

static void
step_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  guint position = lw_playback_get_position (self->playback), n = lw_frame_list_get_n (lw_desk_get_frames (self->desk));
  if (g_str_equal (name, "frames.next"))
    go (self, position + 1 < n ? position + 1 : LW_FRAME_LIST_NONE);
  else if (g_str_equal (name, "frames.previous"))
    go (self, position > 0 ? position - 1 : LW_FRAME_LIST_NONE);
  else if (g_str_equal (name, "frames.first"))
    go (self, 0);
  else
    go (self, n > 0 ? n - 1 : LW_FRAME_LIST_NONE);
}

static void
step_new_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  int step = g_str_equal (name, "frames.next-new") ? 1 : -1;
  guint found = lw_frame_list_find_new (lw_desk_get_frames (self->desk), lw_playback_get_position (self->playback), step);
  if (found == LW_FRAME_LIST_NONE)
    lw_workspace_say (self, _("Every frame is begun or done"));
  else
    go (self, found);
}

static void
play_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  if (lw_playback_is_playing (self->playback))
    lw_playback_stop (self->playback);
  else
    lw_playback_start (self->playback);
}

static void
go_to_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  g_object_set (self, "timeline", TRUE, NULL);
  lw_timeline_open_go_to (self->timeline);
}

/* ---- why a frame came back ---- */

static void
find_note_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) revisions = lw_project_list_revisions (LW_PROJECT (source), *(gint64 *) data, NULL);
  char *note = NULL;
  for (guint i = 0; revisions != NULL && i < revisions->len && note == NULL; i++)
    {
      LwRevision *revision = revisions->pdata[i];
      if (revision->message != NULL && *revision->message != '\0')
        note = g_strdup_printf (_("Returned by %s: %s"), revision->author != NULL ? revision->author : "?", revision->message);
    }
  g_task_return_pointer (task, note, g_free);
}

static void
on_note_found_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwWorkspace) self = data;
  gint64 id = *(gint64 *) g_task_get_task_data (G_TASK (result));
  g_autofree char *note = g_task_propagate_pointer (G_TASK (result), NULL);
  const LwFrame *frame = self->desk != NULL ? lw_desk_get_frame (self->desk) : NULL;
  if (frame != NULL && frame->id == id && frame->status == LW_FRAME_RETURNED)
    lw_timeline_set_note (self->timeline, note);
}

void
lw_workspace_update_note (LwWorkspace *self)
{
  const LwFrame *frame = lw_desk_get_frame (self->desk);
  gint64 id = frame != NULL && frame->status == LW_FRAME_RETURNED ? frame->id : 0;
  if (id == self->noted)
    return;
  self->noted = id;
  lw_timeline_set_note (self->timeline, NULL);
  if (id != 0)
    lw_project_run_async (lw_desk_get_project (self->desk), find_note_in_thread, g_memdup2 (&id, sizeof id), g_free, NULL, on_note_found_cb,
                          g_object_ref (self));
}

/* ---- status ---- */

typedef struct
{
  LwWorkspace *workspace;
  gint64 frame;
  LwAction action;
  char *message;
  gint64 step;
} Act;

static void
act_free (Act *act)
{
  g_object_unref (act->workspace);
  g_free (act->message);
  g_free (act);
}

static void
act_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Act *act = data;
  g_autoptr (GError) error = NULL;
  if (lw_project_act_on (LW_PROJECT (source), &act->frame, 1, act->action, act->message, NULL, NULL, NULL, &act->step, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_acted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  static const char *const done[] = { N_("Frame submitted"), N_("Frame accepted"), N_("Frame returned") };
  static const char *const failed[] = { N_("Could not submit the frame"), N_("Could not accept the frame"), N_("Could not return the frame") };
  Act *act = g_task_get_task_data (G_TASK (result));
  g_autoptr (LwWorkspace) self = data;
  g_autoptr (GError) error = NULL;
  if (self->desk == NULL)
    return;
  self->acting = FALSE;
  if (g_task_propagate_boolean (G_TASK (result), &error))
    lw_workspace_did_step (self, act->step, _(done[act->action]));
  else if (g_error_matches (error, LW_STORE_ERROR, LW_STORE_ERROR_CONTRACT))
    {
      lw_desk_fail (self->desk, error->message, error);
      lw_workspace_show_breach (self);
    }
  else
    lw_desk_fail (self->desk, _(failed[act->action]), error);
  lw_workspace_update_actions (self);
}

/* The stroke in the hand belongs to what is submitted. */
static void
act (LwWorkspace *self, LwAction action, const char *message)
{
  const LwFrame *frame = lw_desk_get_frame (self->desk);
  if (frame == NULL || self->acting)
    return;
  Act *job = g_new0 (Act, 1);
  job->workspace = g_object_ref (self);
  job->frame = frame->id;
  job->action = action;
  job->message = g_strdup (message);
  lw_canvas_stroke_end (self->canvas);
  self->acting = TRUE;
  lw_workspace_update_actions (self);
  lw_project_run_async (lw_desk_get_project (self->desk), act_in_thread, job, (GDestroyNotify) act_free, NULL, on_acted_cb, g_object_ref (self));
}

static void
submit (gpointer self)
{
  act (self, LW_ACTION_SUBMIT, NULL);
}

static void
accept (gpointer self)
{
  act (self, LW_ACTION_ACCEPT, NULL);
}

/* A polygon looks painted and isn't: who hands the frame in would lose it without a word. */
static void
act_unless_unfinished (LwWorkspace *self, void (*callback) (gpointer self), const char *heading, const char *answer)
{
  g_autofree char *unfinished = lw_canvas_describe_unfinished (self->canvas);
  g_autofree char *body = unfinished != NULL ? g_strdup_printf (_("%s It would not be part of what is handed in."), unfinished) : NULL;
  if (body != NULL)
    lw_ask (GTK_WIDGET (self), heading, body, answer, TRUE, callback, self);
  else
    callback (self);
}

static void
submit_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  act_unless_unfinished (LW_WORKSPACE (widget), submit, _("Submit Without It?"), _("_Submit"));
}

static void
accept_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  act_unless_unfinished (LW_WORKSPACE (widget), accept, _("Accept Without It?"), _("_Accept"));
}

static void
on_return_response_cb (AdwMessageDialog *dialog, const char *response, LwWorkspace *self)
{
  GtkWidget *entry = adw_message_dialog_get_extra_child (dialog);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (entry));
  if (g_str_equal (response, "return"))
    act (self, LW_ACTION_RETURN, *text != '\0' ? text : NULL);
}

static void
return_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (widget)), _("Return This Frame?"),
                                                                         _("What has to be changed?")));
  GtkWidget *entry = gtk_entry_new ();
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_entry_set_max_length (GTK_ENTRY (entry), 500);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _("What has to be changed?"), -1);
  adw_message_dialog_set_extra_child (dialog, entry);
  adw_message_dialog_add_responses (dialog, "cancel", _("_Cancel"), "return", _("_Return"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "return", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, "return");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_return_response_cb), widget, 0);
  gtk_window_present (GTK_WINDOW (dialog));
  gtk_widget_grab_focus (entry);
}

void
lw_workspace_update_frame_actions (LwWorkspace *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  const LwFrame *frame = lw_desk_get_frame (self->desk);
  guint position = lw_playback_get_position (self->playback), n = lw_frame_list_get_n (lw_desk_get_frames (self->desk));
  gboolean shown = frame != NULL && lw_workspace_is_labelling (self);
  gboolean may_act = frame != NULL && lw_workspace_is_editing (self) && !self->acting && !lw_desk_is_read_only (self->desk);
  LwFrameStatus status = frame != NULL ? frame->status : LW_FRAME_NEW;
  gtk_widget_action_set_enabled (widget, "frames.next", shown && position + 1 < n);
  gtk_widget_action_set_enabled (widget, "frames.previous", shown && position > 0);
  gtk_widget_action_set_enabled (widget, "frames.first", shown);
  gtk_widget_action_set_enabled (widget, "frames.last", shown);
  gtk_widget_action_set_enabled (widget, "frames.next-new", shown);
  gtk_widget_action_set_enabled (widget, "frames.previous-new", shown);
  gtk_widget_action_set_enabled (widget, "frames.play", shown && n > 1);
  gtk_widget_action_set_enabled (widget, "frames.go-to", shown);
  gtk_widget_action_set_enabled (widget, "status.submit", may_act && (status == LW_FRAME_IN_PROGRESS || status == LW_FRAME_RETURNED));
  gtk_widget_action_set_enabled (widget, "status.accept", may_act && (status == LW_FRAME_IN_PROGRESS || status == LW_FRAME_SUBMITTED));
  gtk_widget_action_set_enabled (widget, "status.return", may_act && (status == LW_FRAME_SUBMITTED || status == LW_FRAME_ACCEPTED));
}

void
lw_workspace_install_frame_actions (GtkWidgetClass *widget_class)
{
  static const struct { const char *name; GtkWidgetActionActivateFunc func; } actions[] = {
    { "frames.next", step_action }, { "frames.previous", step_action }, { "frames.first", step_action }, { "frames.last", step_action },
    { "frames.next-new", step_new_action }, { "frames.previous-new", step_new_action }, { "frames.play", play_action },
    { "frames.go-to", go_to_action }, { "status.submit", submit_action }, { "status.accept", accept_action }, { "status.return", return_action },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, NULL, actions[i].func);
}
