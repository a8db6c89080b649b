/* check-pane.c: whether all of the project is whole, what is not, and what can be saved */
#include "config.h"
#include "check-pane.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "project/format.h"
#include "project/share-row.h"
#include "store/repair.h"

struct _LwCheckPane
{
  LwPane parent_instance;
  GtkStack *stack;
  GtkProgressBar *bar;
  AdwStatusPage *sound_page;
  AdwPreferencesGroup *problems_group;
  GtkListBox *problems;
  GtkWidget *cancel_button;
  LwOperation *operation;      /* the check that runs; NULL: none */
  GPtrArray *found;            /* (element-type utf8): what was wrong the last time; NULL: not checked */
};

G_DEFINE_FINAL_TYPE (LwCheckPane, lw_check_pane, LW_TYPE_PANE)

/* ---- check ---- */

static gpointer
verify (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  return lw_project_verify (project, lw_operation_progress, operation, cancellable, error);
}

static GtkWidget *
create_row (const char *problem)
{
  g_autofree char *valid = g_utf8_make_valid (problem, -1);
  GtkWidget *row = gtk_list_box_row_new (), *label = gtk_label_new (valid);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, "share-row");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), label);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  return row;
}

static void
show_problems (LwCheckPane *self, GPtrArray *problems)
{
  g_autofree char *text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u thing is not as it should be. What can be read goes on working.",
                                                        "%u things are not as they should be. What can be read goes on working.", problems->len), problems->len);
  adw_preferences_group_set_description (self->problems_group, text);
  lw_list_clear (self->problems);
  for (guint i = 0; i < problems->len; i++)
    gtk_list_box_append (self->problems, create_row (problems->pdata[i]));
}

static void
show_verified (gpointer owner, gpointer found, gpointer wanted)
{
  LwCheckPane *self = owner;
  GPtrArray *problems = found;
  g_autofree char *now = lw_format_time (g_get_real_time ());
  g_autofree char *text = g_strdup_printf (_("Checked %s: database, tiles, revisions, log, media and models"), now);
  g_clear_object (&self->operation);
  g_clear_pointer (&self->found, g_ptr_array_unref);
  self->found = g_ptr_array_ref (problems);
  adw_status_page_set_description (self->sound_page, text);
  show_problems (self, problems);
  gtk_stack_set_visible_child_name (self->stack, problems->len == 0 ? "sound" : "problems");
}

static void
on_not_verified (gpointer owner, const GError *error, gpointer wanted)
{
  LwCheckPane *self = owner;
  g_clear_object (&self->operation);
  gtk_stack_set_visible_child_name (self->stack, self->found == NULL ? "idle" : self->found->len == 0 ? "sound" : "problems");
}

static const LwWork verify_work = { verify, (GDestroyNotify) g_ptr_array_unref, show_verified, N_("Could not check the project"), on_not_verified };

static void
on_check_clicked_cb (LwCheckPane *self)
{
  if (self->operation != NULL)
    return;
  self->operation = lw_operation_new (_("Checking"));
  gtk_widget_set_sensitive (self->cancel_button, TRUE);
  gtk_progress_bar_set_fraction (self->bar, 0);
  g_object_bind_property (self->operation, "fraction", self->bar, "fraction", G_BINDING_DEFAULT);
  gtk_stack_set_visible_child_name (self->stack, "running");
  lw_work_start_operation (lw_pane_get_desk (LW_PANE (self)), self, &verify_work, NULL, NULL, self->operation);
}

static void
on_cancel_clicked_cb (LwCheckPane *self)
{
  gtk_widget_set_sensitive (self->cancel_button, FALSE);
  if (self->operation != NULL)
    g_cancellable_cancel (lw_operation_get_cancellable (self->operation));
}

static void
on_copy_clicked_cb (LwCheckPane *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; self->found != NULL && i < self->found->len; i++)
    g_string_append_printf (text, "%s\n", (const char *) self->found->pdata[i]);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text->str);
  lw_toast (GTK_WIDGET (self), _("Copied"));
}

/* ---- saving what can be read ---- */

static gpointer
repair (LwProject *project, gpointer target, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  LwRepairReport *report = g_new0 (LwRepairReport, 1);
  if (lw_project_repair (lw_project_get_folder (project), target, report, lw_operation_progress, operation, cancellable, error))
    return report;
  lw_repair_report_clear (report);
  g_free (report);
  return NULL;
}

static void
report_free (gpointer report)
{
  lw_repair_report_clear (report);
  g_free (report);
}

static void
show_repaired (gpointer owner, gpointer found, gpointer target)
{
  const LwRepairReport *report = found;
  g_autofree char *text = g_strdup_printf (_("%u frames, %u revisions and %u strokes were saved; %u things are lost"), report->frames, report->revisions,
                                           report->strokes, report->lost->len);
  lw_toast_with_file (GTK_WIDGET (owner), text, target);
  gtk_widget_activate_action (GTK_WIDGET (owner), "win.open-recent", "s", (const char *) target);
}

static const LwWork repair_work = { repair, report_free, show_repaired, N_("Could not save what can be read"), NULL };

static void
on_target_chosen_cb (GtkNativeDialog *native, int response, LwCheckPane *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
  char *target = file != NULL ? g_file_get_path (file) : NULL;
  if (response == GTK_RESPONSE_ACCEPT && target != NULL)
    lw_work_start_watched (lw_pane_get_desk (LW_PANE (self)), GTK_WIDGET (self), &repair_work, g_steal_pointer (&target), g_free, _("Saving What Can Be Read"));
  g_free (target);
  gtk_native_dialog_destroy (native);
  g_object_unref (native);
}

static void
on_repair_clicked_cb (LwCheckPane *self)
{
  g_autofree char *name = lw_project_dup_name (lw_desk_get_project (lw_pane_get_desk (LW_PANE (self)))), *suggestion = g_strdup_printf (_("%s repaired"), name);
  GtkFileChooserNative *native = gtk_file_chooser_native_new (_("A New Project of What Can Be Read"), GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                                                              GTK_FILE_CHOOSER_ACTION_SAVE, _("_Create"), _("_Cancel"));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (native), suggestion);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  g_signal_connect_object (native, "response", G_CALLBACK (on_target_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

/* It shows what the last check found, however old: a new one is asked for. */
static void
lw_check_pane_refresh (LwPane *pane)
{
}

static void
lw_check_pane_dispose (GObject *object)
{
  LwCheckPane *self = LW_CHECK_PANE (object);
  if (self->operation != NULL)
    g_cancellable_cancel (lw_operation_get_cancellable (self->operation));
  g_clear_object (&self->operation);
  g_clear_pointer (&self->found, g_ptr_array_unref);
  G_OBJECT_CLASS (lw_check_pane_parent_class)->dispose (object);
}

static void
lw_check_pane_class_init (LwCheckPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_check_pane_dispose;
  LW_PANE_CLASS (klass)->refresh = lw_check_pane_refresh;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/project/check-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, LwCheckPane, stack);
  gtk_widget_class_bind_template_child (widget_class, LwCheckPane, bar);
  gtk_widget_class_bind_template_child (widget_class, LwCheckPane, sound_page);
  gtk_widget_class_bind_template_child (widget_class, LwCheckPane, problems_group);
  gtk_widget_class_bind_template_child (widget_class, LwCheckPane, problems);
  gtk_widget_class_bind_template_child (widget_class, LwCheckPane, cancel_button);
  gtk_widget_class_bind_template_callback (widget_class, on_check_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_copy_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_repair_clicked_cb);
}

static void
lw_check_pane_init (LwCheckPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
