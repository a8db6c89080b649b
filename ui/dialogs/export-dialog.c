/* export-dialog.c: writes the labels of frames as a CamVid label set */
#include "config.h"
#include "export-dialog.h"

#include <glib/gi18n-lib.h>
#include "dialogs/progress-dialog.h"
#include "feedback.h"
#include "formats/camvid.h"
#include "desk/operation.h"

struct _LwExportDialog
{
  AdwWindow parent_instance;
  AdwComboRow *frames_row, *unlabelled_row, *layout_row;
  AdwActionRow *folder_row;
  GtkWidget *page, *value_row, *subset_row, *export_button;
  GtkSpinButton *value_spin;
  GtkSwitch *images_switch;
  GtkLabel *summary;

  LwDesk *desk;
  char *folder;
  GtkWindow *progress;
};

enum { EXPORTED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LwExportDialog, lw_export_dialog, ADW_TYPE_WINDOW)

/* The order of the rows in the template. */
enum { FRAMES_ACCEPTED, FRAMES_SUBMITTED, FRAMES_BEGUN, FRAMES_ALL };

/* ---- worker ---- */

typedef struct
{
  LwCamvidExport what;      /* @frames and @subset owned */
  char *folder;
  LwOperation *operation;
} Job;

static void
job_free (Job *job)
{
  g_ptr_array_unref (job->what.frames);
  g_free ((char *) job->what.subset);
  g_free (job->folder);
  g_object_unref (job->operation);
  g_free (job);
}

static void
export_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  g_autoptr (GError) error = NULL;
  LwExportReport *report = lw_camvid_export (LW_PROJECT (source), &job->what, job->folder, lw_operation_progress, job->operation,
                                             lw_operation_get_cancellable (job->operation), &error);
  if (report != NULL)
    g_task_return_pointer (task, report, (GDestroyNotify) lw_export_report_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/* ---- what is chosen ---- */

static gboolean
is_chosen (LwExportDialog *self, LwFrameStatus status)
{
  switch (adw_combo_row_get_selected (self->frames_row))
    {
    case FRAMES_ACCEPTED: return status == LW_FRAME_ACCEPTED;
    case FRAMES_SUBMITTED: return status == LW_FRAME_ACCEPTED || status == LW_FRAME_SUBMITTED;
    case FRAMES_BEGUN: return status != LW_FRAME_NEW;
    default: return TRUE;
    }
}

static guint
count_chosen (LwExportDialog *self)
{
  guint n = 0;
  for (int status = 0; status < LW_N_FRAME_STATUSES; status++)
    if (is_chosen (self, (LwFrameStatus) status))
      n += lw_frame_list_count (lw_desk_get_frames (self->desk), (LwFrameStatus) status);
  return n;
}

static char *
dup_subset (LwExportDialog *self)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->subset_row))));
}

static gboolean
is_subset_valid (const char *subset)
{
  return *subset != '\0' && strchr (subset, '/') == NULL && *subset != '.' && strlen (subset) < 64;
}

static void
update (LwExportDialog *self)
{
  LwCamvidLayout layout = (LwCamvidLayout) adw_combo_row_get_selected (self->layout_row);
  gboolean own_value = adw_combo_row_get_selected (self->unlabelled_row) == LW_UNLABELLED_VALUE;
  g_autofree char *subset = dup_subset (self);
  gboolean ok = is_subset_valid (subset);
  if (self->desk == NULL)
    return;
  guint n = count_chosen (self);
  gtk_widget_set_visible (self->value_row, own_value && layout == LW_CAMVID_SEGNET);
  if (ok)
    gtk_widget_remove_css_class (self->subset_row, "error");
  else
    gtk_widget_add_css_class (self->subset_row, "error");
  g_autofree char *text = NULL;
  if (n == 0)
    text = g_strdup (_("No frame is like that yet."));
  else if (own_value && layout != LW_CAMVID_SEGNET)
    text = g_strdup (_("Only the SegNet layout has values: choose another rule for unlabelled pixels."));
  else
    text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u frame will be written, then read back and compared.",
                                         "%u frames will be written, then read back and compared.", n), n);
  gtk_label_set_label (self->summary, text);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "export.export",
                                 ok && n > 0 && self->folder != NULL && (!own_value || layout == LW_CAMVID_SEGNET));
}

static void
set_folder (LwExportDialog *self, const char *folder)
{
  g_autofree char *shown = g_filename_display_name (folder);
  g_free (self->folder);
  self->folder = g_strdup (folder);
  adw_action_row_set_subtitle (self->folder_row, shown);
  update (self);
}

static void
on_folder_chosen_cb (GtkNativeDialog *native, int response, LwExportDialog *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;
  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    set_folder (self, path);
  gtk_native_dialog_destroy (native);
  g_object_unref (native);
}

/* Saving a name, not selecting a folder: the label set becomes a new folder of that name. */
static void
choose_folder_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwExportDialog *self = LW_EXPORT_DIALOG (widget);
  GtkFileChooserNative *native = gtk_file_chooser_native_new (_("Export To"), GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SAVE, _("_Select"), _("_Cancel"));
  g_autofree char *parent = g_path_get_dirname (self->folder);
  g_autofree char *base = g_filename_display_basename (self->folder);
  g_autoptr (GFile) folder = g_file_new_for_path (parent);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (native), folder, NULL);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (native), base);
  g_signal_connect_object (native, "response", G_CALLBACK (on_folder_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

/* ---- exporting ---- */

static void
on_exported_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwExportDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LwExportReport) report = g_task_propagate_pointer (G_TASK (result), &error);
  g_clear_pointer (&self->progress, gtk_window_destroy);
  if (self->page == NULL)
    return;
  if (report == NULL)
    {
      lw_report_error (self->page, _("Could not export"), error);
      return;
    }
  g_signal_emit (self, signals[EXPORTED], 0, self->folder, report->frames);
  gtk_window_destroy (GTK_WINDOW (self));
}

static GPtrArray *
collect_frames (LwExportDialog *self)
{
  LwFrameList *list = lw_desk_get_frames (self->desk);
  GPtrArray *frames = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_frame_free);
  for (guint i = 0; i < lw_frame_list_get_n (list); i++)
    {
      const LwFrame *frame = lw_frame_object_get_frame (lw_frame_list_get (list, i));
      if (is_chosen (self, frame->status))
        g_ptr_array_add (frames, lw_frame_copy (frame));
    }
  return frames;
}

static void
export_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwExportDialog *self = LW_EXPORT_DIALOG (widget);
  Job *job = g_new0 (Job, 1);
  job->what = (LwCamvidExport) {
    .layout = (LwCamvidLayout) adw_combo_row_get_selected (self->layout_row),
    .unlabelled = (LwUnlabelledPolicy) adw_combo_row_get_selected (self->unlabelled_row),
    .unlabelled_value = (guint8) gtk_spin_button_get_value_as_int (self->value_spin),
    .frames = collect_frames (self),
    .subset = dup_subset (self),
    .images = gtk_switch_get_active (self->images_switch),
    .verify = TRUE,
  };
  job->folder = g_strdup (self->folder);
  job->operation = lw_operation_new (_("Exporting"));
  self->progress = lw_progress_dialog_new (widget, job->operation);
  lw_project_run_async (lw_desk_get_project (self->desk), export_in_thread, job, (GDestroyNotify) job_free, NULL, on_exported_cb,
                        g_object_ref (self));
}

static void
lw_export_dialog_dispose (GObject *object)
{
  LwExportDialog *self = LW_EXPORT_DIALOG (object);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_EXPORT_DIALOG);
  g_clear_object (&self->desk);
  g_clear_pointer (&self->folder, g_free);
  G_OBJECT_CLASS (lw_export_dialog_parent_class)->dispose (object);
}

static void
lw_export_dialog_class_init (LwExportDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_export_dialog_dispose;
  signals[EXPORTED] = g_signal_new ("exported", LW_TYPE_EXPORT_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_UINT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/dialogs/export-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, LwExportDialog, page);
  gtk_widget_class_bind_template_child (widget_class, LwExportDialog, frames_row);
  gtk_widget_class_bind_template_child (widget_class, LwExportDialog, unlabelled_row);
  gtk_widget_class_bind_template_child (widget_class, LwExportDialog, layout_row);
  gtk_widget_class_bind_template_child (widget_class, LwExportDialog, folder_row);
  gtk_widget_class_bind_template_child (widget_class, LwExportDialog, value_row);
  gtk_widget_class_bind_template_child (widget_class, LwExportDialog, value_spin);
  gtk_widget_class_bind_template_child (widget_class, LwExportDialog, subset_row);
  gtk_widget_class_bind_template_child (widget_class, LwExportDialog, images_switch);
  gtk_widget_class_bind_template_child (widget_class, LwExportDialog, summary);
  gtk_widget_class_bind_template_child (widget_class, LwExportDialog, export_button);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_install_action (widget_class, "export.choose-folder", NULL, choose_folder_action);
  gtk_widget_class_install_action (widget_class, "export.export", NULL, export_action);
}

static void
lw_export_dialog_init (LwExportDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_window_set_default_widget (GTK_WINDOW (self), self->export_button);
}

/* Beside the project, under a name that is free. */
static char *
suggest_folder (LwProject *project)
{
  g_autofree char *parent = g_path_get_dirname (lw_project_get_folder (project));
  g_autofree char *name = lw_project_dup_name (project);
  for (guint i = 1;; i++)
    {
      g_autofree char *base = i == 1 ? g_strconcat (name, "-camvid", NULL) : g_strdup_printf ("%s-camvid-%u", name, i);
      g_autofree char *folder = g_build_filename (parent, base, NULL);
      if (!g_file_test (folder, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&folder);
    }
}

LwExportDialog *
lw_export_dialog_new (GtkWindow *parent, LwDesk *desk)
{
  LwExportDialog *self = g_object_new (LW_TYPE_EXPORT_DIALOG, "transient-for", parent, NULL);
  g_autofree char *folder = suggest_folder (lw_desk_get_project (desk));
  self->desk = g_object_ref (desk);
  set_folder (self, folder);
  return self;
}
