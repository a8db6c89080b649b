/* workspace-review.c: reviewing: the pane beside the canvas, pins on it, the next frame to review, and frames that are chosen together */
#include "config.h"
#include "workspace-private.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "review/contract-dialog.h"

/* ---- the pane ---- */

static void
show_pane (LwWorkspace *self, gboolean review)
{
  gtk_stack_set_visible_child_name (self->side_stack, review ? "review" : "classes");
  if (review)
    g_object_set (self, "side-pane", TRUE, NULL);
}

static gboolean
shows_review (LwWorkspace *self)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (self->side_stack), "review") == 0 && gtk_widget_get_visible (self->side_pane);
}

static void
show_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  show_pane (self, !shows_review (self));
}

void
lw_workspace_show_review (LwWorkspace *self)
{
  show_pane (self, TRUE);
}

void
lw_workspace_show_breach (LwWorkspace *self)
{
  show_pane (self, TRUE);
  lw_review_pane_show_breach (self->review_pane);
}

static void
on_go_cb (LwWorkspace *self, const LwRect *place)
{
  if (self->pins == NULL)
    return;
  lw_pins_mark (self->pins, place);
  if (place != NULL)
    lw_canvas_show_place (self->canvas, place);
}

static void
forget_place (LwWorkspace *self)
{
  on_go_cb (self, NULL);
}

static void
on_chosen_cb (LwWorkspace *self, gint64 thread)
{
  lw_reviews_select (self->reviews, thread);
  show_pane (self, TRUE);
}

/* The tab says how much is open on the frame on show. */
static void
on_reviews_changed_cb (LwWorkspace *self)
{
  const LwFrame *frame = lw_desk_get_frame (self->desk);
  guint n = frame != NULL ? lw_reviews_get_n_open (self->reviews, frame->id) : 0;
  gtk_stack_page_set_needs_attention (gtk_stack_get_page (self->side_stack, GTK_WIDGET (self->review_pane)), n > 0);
}

/* ---- actions ---- */

static void
comment_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  lw_canvas_stroke_end (self->canvas);
  lw_pins_begin_comment (self->pins);
  if (lw_pins_is_placing (self->pins))
    lw_workspace_say (self, _("Click where the comment belongs"));
}

static void
contract_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  gtk_window_present (lw_contract_dialog_new (GTK_WINDOW (gtk_widget_get_root (widget)), self->reviews));
}

static void
step_review_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  int step = g_str_equal (name, "frames.next-review") ? 1 : -1;
  guint found = lw_frame_list_find_status (lw_desk_get_frames (self->desk), LW_FRAME_SUBMITTED, lw_playback_get_position (self->playback), step);
  lw_playback_stop (self->playback);
  if (found == LW_FRAME_LIST_NONE)
    lw_workspace_say (self, _("No frame waits for a review"));
  else
    lw_desk_go_to (self->desk, found);
}

/* ---- frames that are chosen together ---- */

static GArray *
collect_chosen (LwWorkspace *self, LwAction action)
{
  g_autoptr (GArray) chosen = lw_timeline_dup_chosen (self->timeline);
  GArray *frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  LwFrameList *list = lw_desk_get_frames (self->desk);
  for (guint i = 0; i < chosen->len; i++)
    {
      LwFrameObject *object = lw_frame_list_get (list, lw_frame_list_find_id (list, g_array_index (chosen, gint64, i)));
      LwFrameStatus status = object != NULL ? lw_frame_object_get_frame (object)->status : LW_FRAME_NEW;
      gboolean fits = action == LW_ACTION_SUBMIT ? status == LW_FRAME_IN_PROGRESS || status == LW_FRAME_RETURNED
                      : action == LW_ACTION_ACCEPT ? status == LW_FRAME_IN_PROGRESS || status == LW_FRAME_SUBMITTED
                                                   : status == LW_FRAME_SUBMITTED || status == LW_FRAME_ACCEPTED;
      if (fits)
        g_array_append_val (frames, g_array_index (chosen, gint64, i));
    }
  return frames;
}

static void
submit_chosen_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  lw_workspace_act_on_frames (self, LW_ACTION_SUBMIT, collect_chosen (self, LW_ACTION_SUBMIT), NULL);
}

static void
accept_chosen_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  lw_workspace_act_on_frames (self, LW_ACTION_ACCEPT, collect_chosen (self, LW_ACTION_ACCEPT), NULL);
}

static void
return_with_reason (gpointer self, const char *reason)
{
  lw_workspace_act_on_frames (self, LW_ACTION_RETURN, collect_chosen (self, LW_ACTION_RETURN), reason);
}

static void
return_chosen_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  lw_ask_words (widget, _("Return These Frames?"), _("What has to be changed?"), _("_Return"), NULL, 500, return_with_reason, widget);
}

/* ---- assigning ---- */

typedef struct { GArray *frames; char *person; gint64 step; } Assignment;

static void
assignment_free (gpointer data)
{
  Assignment *assignment = data;
  g_array_unref (assignment->frames);
  g_free (assignment->person);
  g_free (assignment);
}

static gpointer
assign_in_thread (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  Assignment *assignment = wanted;
  return lw_project_assign (project, &g_array_index (assignment->frames, gint64, 0), assignment->frames->len, assignment->person, &assignment->step, error) ? assignment : NULL;
}

static void
on_assigned (gpointer owner, gpointer found, gpointer wanted)
{
  const Assignment *assignment = wanted;
  guint n = assignment->frames->len;
  gboolean nobody = *assignment->person == '\0';
  g_autofree char *text = nobody ? g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u frame is nobody’s now", "%u frames are nobody’s now", n), n)
                                 : g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u frame assigned to %s", "%u frames assigned to %s", n), n, assignment->person);
  lw_workspace_did_step (LW_WORKSPACE (owner), assignment->step, text);
}

static const LwWork assign_work = { assign_in_thread, NULL, on_assigned, N_("Could not assign the frames") };

static void
assign_to (gpointer data, const char *person)
{
  LwWorkspace *self = data;
  Assignment *assignment = g_new0 (Assignment, 1);
  assignment->frames = lw_timeline_dup_chosen (self->timeline);
  assignment->person = g_strstrip (g_strdup (person));
  if (assignment->frames->len > 0)
    lw_work_start (self->desk, self, &assign_work, assignment, assignment_free, NULL);
  else
    assignment_free (assignment);
}

static gpointer
list_persons (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  return lw_project_list_persons (project, error);
}

static void
ask_to_whom (gpointer owner, gpointer found, gpointer wanted)
{
  LwWorkspace *self = LW_WORKSPACE (owner);
  g_autoptr (GArray) chosen = lw_timeline_dup_chosen (self->timeline);
  guint n = chosen->len;
  g_autofree char *title = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Assign %u Frame", "Assign %u Frames", n), n);
  lw_ask_words (GTK_WIDGET (self), title, _("Who is to label them? Leave it empty for nobody."), _("_Assign"), found, 200, assign_to, self);
}

static const LwWork persons_work = { list_persons, (GDestroyNotify) g_ptr_array_unref, ask_to_whom, N_("Could not read who works here") };

static void
assign_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  lw_work_start (LW_WORKSPACE (widget)->desk, widget, &persons_work, NULL, NULL, NULL);
}

/* ---- which make sense ---- */

void
lw_workspace_update_review_actions (LwWorkspace *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean writable = !lw_desk_is_read_only (self->desk) && !self->acting, labelling = lw_workspace_is_labelling (self);
  gboolean any = lw_desk_get_frame (self->desk) != NULL;
  static const struct { const char *name; LwAction action; } acts[] = {
    { "chosen.submit", LW_ACTION_SUBMIT }, { "chosen.accept", LW_ACTION_ACCEPT }, { "chosen.return", LW_ACTION_RETURN },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (acts); i++)
    {
      g_autoptr (GArray) frames = collect_chosen (self, acts[i].action);
      gtk_widget_action_set_enabled (widget, acts[i].name, writable && frames->len > 0);
    }
  gtk_widget_action_set_enabled (widget, "frames.assign", writable && any);
  gtk_widget_action_set_enabled (widget, "frames.next-review", labelling && any);
  gtk_widget_action_set_enabled (widget, "frames.previous-review", labelling && any);
  gtk_widget_action_set_enabled (widget, "review.comment", writable && lw_workspace_is_editing (self) && any);
  gtk_widget_action_set_enabled (widget, "review.contract", writable);
  gtk_widget_action_set_enabled (widget, "review.show", labelling);
}

void
lw_workspace_install_review_actions (GtkWidgetClass *widget_class)
{
  static const struct { const char *name; GtkWidgetActionActivateFunc func; } actions[] = {
    { "review.show", show_action }, { "review.comment", comment_action }, { "review.contract", contract_action },
    { "frames.next-review", step_review_action }, { "frames.previous-review", step_review_action }, { "frames.assign", assign_action },
    { "chosen.submit", submit_chosen_action }, { "chosen.accept", accept_chosen_action }, { "chosen.return", return_chosen_action },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, NULL, actions[i].func);
}

void
lw_workspace_connect_review (LwWorkspace *self)
{
  self->reviews = lw_reviews_new (self->desk);
  lw_pins_set_canvas (self->pins, self->canvas, self->reviews);
  lw_review_pane_set_reviews (self->review_pane, self->reviews);
  g_signal_connect_object (self->review_pane, "go", G_CALLBACK (on_go_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (lw_desk_get_document (self->desk), "notify::frame", G_CALLBACK (forget_place), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->pins, "chosen", G_CALLBACK (on_chosen_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->reviews, "changed", G_CALLBACK (on_reviews_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->timeline, "chosen-changed", G_CALLBACK (lw_workspace_update_review_actions), self, G_CONNECT_SWAPPED);
}
