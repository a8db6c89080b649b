/* snapshots-pane.c: all labels as they were: under a name, or at a date */
#include "config.h"
#include "snapshots-pane.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "project/format.h"
#include "project/restore-labels.h"
#include "project/share-row.h"
#include "store/past.h"

#define NAME_KEY "lw-name"

struct _LwSnapshotsPane
{
  LwPane parent_instance;
  GtkStack *stack;
  GtkListBox *list;
  GtkWidget *new_button;
  GtkMenuButton *date_button;
  GtkCalendar *calendar;
  GtkSpinButton *hour, *minute;
  GtkLabel *since_label;
  GtkWidget *all_button, *this_button;
  GCancellable *counting;
};

G_DEFINE_FINAL_TYPE (LwSnapshotsPane, lw_snapshots_pane, LW_TYPE_PANE)

static gboolean
may_write (LwSnapshotsPane *self)
{
  return !lw_desk_is_read_only (lw_pane_get_desk (LW_PANE (self)));
}

/* ---- the snapshots ---- */

static gpointer
list_snapshots (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  return lw_project_list_snapshots (project, error);
}

/* @chosen: the name of the snapshot */
static void
on_scope_response_cb (AdwMessageDialog *dialog, const char *response, LwSnapshotsPane *self)
{
  const char *name = g_object_get_data (G_OBJECT (dialog), NAME_KEY);
  const LwFrame *frame = lw_desk_get_frame (lw_pane_get_desk (LW_PANE (self)));
  if (g_str_equal (response, "all"))
    lw_restore_labels (LW_PANE (self), &(LwLabelsGoal) { .snapshot = name });
  else if (g_str_equal (response, "this") && frame != NULL)
    lw_restore_labels (LW_PANE (self), &(LwLabelsGoal) { .snapshot = name, .frame = frame->id });
}

static void
on_restore_clicked_cb (GtkButton *button, LwSnapshotsPane *self)
{
  const char *name = g_object_get_data (G_OBJECT (button), NAME_KEY);
  const LwFrame *frame = lw_desk_get_frame (lw_pane_get_desk (LW_PANE (self)));
  g_autofree char *heading = g_strdup_printf (_("Restore Labels from “%s”?"), name);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), heading,
    _("What is there now is kept as revisions, and it can be undone in one step. Frames that had no labels then lose theirs.")));
  adw_message_dialog_add_responses (dialog, "cancel", _("_Cancel"), "this", _("_This Frame"), "all", _("_All Frames"), NULL);
  adw_message_dialog_set_response_enabled (dialog, "this", frame != NULL);
  adw_message_dialog_set_response_appearance (dialog, "all", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, "cancel");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_object_set_data_full (G_OBJECT (dialog), NAME_KEY, g_strdup (name), g_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_scope_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static GtkWidget *
create_row (LwSnapshotsPane *self, const LwSnapshot *snapshot)
{
  GtkWidget *row = adw_action_row_new (), *button = gtk_button_new_with_label (_("Restore…"));
  g_autofree char *time = lw_format_ago (snapshot->created, g_get_real_time ());
  g_autofree char *frames = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u frame", "%u frames", snapshot->n_frames), snapshot->n_frames);
  gboolean told = snapshot->message != NULL && *snapshot->message != '\0';
  g_autofree char *about = g_strjoin (" · ", time, snapshot->author, frames, told ? snapshot->message : NULL, NULL);
  g_autofree char *name = g_strdup_printf (_("Restore labels from “%s”"), snapshot->name);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), snapshot->name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), about);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_sensitive (button, may_write (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data_full (G_OBJECT (button), NAME_KEY, g_strdup (snapshot->name), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_restore_clicked_cb), self, 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return row;
}

static void
show_snapshots (gpointer owner, gpointer found, gpointer wanted)
{
  LwSnapshotsPane *self = owner;
  GPtrArray *snapshots = found;
  lw_list_clear (self->list);
  for (guint i = 0; i < snapshots->len; i++)
    gtk_list_box_append (self->list, create_row (self, snapshots->pdata[i]));
  gtk_stack_set_visible_child_name (self->stack, snapshots->len > 0 ? "list" : "empty");
}

static const LwWork list_work = { list_snapshots, (GDestroyNotify) g_ptr_array_unref, show_snapshots, N_("Could not read the snapshots"), NULL };

/* ---- a new one ---- */

typedef struct { char *name, *message; } Taking;

static void
taking_free (gpointer data)
{
  Taking *taking = data;
  g_free (taking->name);
  g_free (taking->message);
  g_free (taking);
}

static gpointer
take (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  const Taking *taking = wanted;
  lw_project_add_snapshot (project, taking->name, taking->message, lw_operation_progress, operation, cancellable, error);
  return NULL;
}

static void
show_taken (gpointer owner, gpointer found, gpointer wanted)
{
  lw_toast (GTK_WIDGET (owner), _("The snapshot is taken"));
  lw_pane_invalidate (LW_PANE (owner));
}

static const LwWork take_work = { take, NULL, show_taken, N_("Could not take the snapshot"), NULL };

static void
on_name_changed_cb (GtkEditable *name, AdwMessageDialog *dialog)
{
  adw_message_dialog_set_response_enabled (dialog, "take", *gtk_editable_get_text (name) != '\0');
}

static void
on_new_response_cb (AdwMessageDialog *dialog, const char *response, LwSnapshotsPane *self)
{
  GtkWidget *name = gtk_widget_get_first_child (adw_message_dialog_get_extra_child (dialog)), *message = gtk_widget_get_next_sibling (name);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (message));
  if (!g_str_equal (response, "take"))
    return;
  Taking *taking = g_new (Taking, 1);
  *taking = (Taking) { g_strdup (gtk_editable_get_text (GTK_EDITABLE (name))), *text != '\0' ? g_strdup (text) : NULL };
  lw_work_start_watched (lw_pane_get_desk (LW_PANE (self)), GTK_WIDGET (self), &take_work, taking, taking_free, _("Taking the Snapshot"));
}

static GtkWidget *
create_entry (const char *placeholder, int length)
{
  GtkWidget *entry = gtk_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), placeholder);
  gtk_entry_set_max_length (GTK_ENTRY (entry), length);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, placeholder, -1);
  return entry;
}

static void
on_new_clicked_cb (LwSnapshotsPane *self)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), _("New Snapshot"),
                                                                         _("All labels as they are now, to go back to")));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9), *name = create_entry (_("Name"), 100);
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), create_entry (_("What to remember with it"), 500));
  adw_message_dialog_set_extra_child (dialog, box);
  adw_message_dialog_add_responses (dialog, "cancel", _("_Cancel"), "take", _("_Take It"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "take", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_response_enabled (dialog, "take", FALSE);
  adw_message_dialog_set_default_response (dialog, "take");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (name, "changed", G_CALLBACK (on_name_changed_cb), dialog, 0);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_new_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
  gtk_widget_grab_focus (name);
}

/* ---- at a date ---- */

static gint64
get_date (LwSnapshotsPane *self)
{
  g_autoptr (GDateTime) day = gtk_calendar_get_date (self->calendar);
  g_autoptr (GDateTime) time = g_date_time_new_local (g_date_time_get_year (day), g_date_time_get_month (day), g_date_time_get_day_of_month (day),
                                                      gtk_spin_button_get_value_as_int (self->hour), gtk_spin_button_get_value_as_int (self->minute), 0);
  return time != NULL ? g_date_time_to_unix (time) * G_USEC_PER_SEC : 0;
}

static gpointer
count_since (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  return lw_project_list_changed_since (project, *(gint64 *) wanted, error);
}

static void
show_since (gpointer owner, gpointer found, gpointer wanted)
{
  LwSnapshotsPane *self = owner;
  GArray *frames = found;
  const LwFrame *frame = lw_desk_get_frame (lw_pane_get_desk (LW_PANE (self)));
  g_autofree char *text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u frame was worked on since", "%u frames were worked on since", frames->len), frames->len);
  gboolean here = FALSE;
  for (guint i = 0; frame != NULL && i < frames->len; i++)
    here |= g_array_index (frames, gint64, i) == frame->id;
  gtk_label_set_label (self->since_label, frames->len > 0 ? text : _("Nothing was done since: the labels are what they were"));
  gtk_widget_set_sensitive (self->all_button, frames->len > 0 && may_write (self));
  gtk_widget_set_sensitive (self->this_button, here && may_write (self));
}

static const LwWork since_work = { count_since, (GDestroyNotify) g_array_unref, show_since, N_("Could not look what was done since"), NULL };

static void
on_date_cb (LwSnapshotsPane *self)
{
  gint64 time = get_date (self);
  g_autofree char *text = lw_format_time (time);
  gtk_menu_button_set_label (self->date_button, text);
  if (lw_pane_get_desk (LW_PANE (self)) != NULL)
    lw_work_start (lw_pane_get_desk (LW_PANE (self)), self, &since_work, g_memdup2 (&time, sizeof time), g_free, lw_work_supersede (&self->counting));
}

static void
restore_all (gpointer data)
{
  lw_restore_labels (LW_PANE (data), &(LwLabelsGoal) { .time = get_date (LW_SNAPSHOTS_PANE (data)) });
}

static void
on_all_clicked_cb (LwSnapshotsPane *self)
{
  g_autofree char *time = lw_format_time (get_date (self)), *heading = g_strdup_printf (_("All Labels as of %s?"), time);
  lw_ask (GTK_WIDGET (self), heading, _("What is there now is kept as revisions, and it can be undone in one step. Frames that had no labels then lose theirs."),
          _("_Restore"), FALSE, restore_all, self);
}

static void
on_this_clicked_cb (LwSnapshotsPane *self)
{
  const LwFrame *frame = lw_desk_get_frame (lw_pane_get_desk (LW_PANE (self)));
  if (frame != NULL)
    lw_restore_labels (LW_PANE (self), &(LwLabelsGoal) { .time = get_date (self), .frame = frame->id });
}

static gboolean
on_output_cb (GtkSpinButton *button)
{
  g_autofree char *text = g_strdup_printf ("%02d", gtk_spin_button_get_value_as_int (button));
  gtk_editable_set_text (GTK_EDITABLE (button), text);
  return TRUE;
}

/* ---- the object ---- */

static void
lw_snapshots_pane_refresh (LwPane *pane)
{
  gtk_widget_set_sensitive (LW_SNAPSHOTS_PANE (pane)->new_button, may_write (LW_SNAPSHOTS_PANE (pane)));
  lw_pane_read (pane, &list_work, NULL, NULL);
  on_date_cb (LW_SNAPSHOTS_PANE (pane));
}

static void
lw_snapshots_pane_dispose (GObject *object)
{
  lw_work_cancel (&LW_SNAPSHOTS_PANE (object)->counting);
  G_OBJECT_CLASS (lw_snapshots_pane_parent_class)->dispose (object);
}

static void
lw_snapshots_pane_class_init (LwSnapshotsPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_snapshots_pane_dispose;
  LW_PANE_CLASS (klass)->news = LW_PANE_FRAMES | LW_PANE_POSITION;
  LW_PANE_CLASS (klass)->refresh = lw_snapshots_pane_refresh;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/project/snapshots-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, LwSnapshotsPane, stack);
  gtk_widget_class_bind_template_child (widget_class, LwSnapshotsPane, list);
  gtk_widget_class_bind_template_child (widget_class, LwSnapshotsPane, new_button);
  gtk_widget_class_bind_template_child (widget_class, LwSnapshotsPane, date_button);
  gtk_widget_class_bind_template_child (widget_class, LwSnapshotsPane, calendar);
  gtk_widget_class_bind_template_child (widget_class, LwSnapshotsPane, hour);
  gtk_widget_class_bind_template_child (widget_class, LwSnapshotsPane, minute);
  gtk_widget_class_bind_template_child (widget_class, LwSnapshotsPane, since_label);
  gtk_widget_class_bind_template_child (widget_class, LwSnapshotsPane, all_button);
  gtk_widget_class_bind_template_child (widget_class, LwSnapshotsPane, this_button);
  gtk_widget_class_bind_template_callback (widget_class, on_new_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_date_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_all_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_this_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_output_cb);
}

static void
lw_snapshots_pane_init (LwSnapshotsPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_autoptr (GDateTime) now = g_date_time_new_now_local (), yesterday = g_date_time_add_days (now, -1);
  gtk_calendar_select_day (self->calendar, yesterday);
}
