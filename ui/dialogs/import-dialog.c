/* import-dialog.c: reads a CamVid label set into the frames of the same names */
#include "config.h"
#include "import-dialog.h"

#include <glib/gi18n-lib.h>
#include "dialogs/progress-dialog.h"
#include "feedback.h"
#include "formats/camvid.h"
#include "desk/operation.h"

#define MAX_NAMED 8      /* names in the report; more would not be read */

struct _LwImportDialog
{
  AdwWindow parent_instance;
  AdwActionRow *folder_row, *map_row;
  AdwComboRow *layout_row;
  GtkSwitch *fold_switch;
  GtkWidget *page, *import_button;

  LwDesk *desk;
  char *folder, *map_file;
  GtkWindow *progress;
};

G_DEFINE_FINAL_TYPE (LwImportDialog, lw_import_dialog, ADW_TYPE_WINDOW)

/* ---- worker ---- */

typedef struct
{
  LwCamvidImport how;      /* @map_file owned */
  char *path;
  LwOperation *operation;
} Job;

static void
job_free (Job *job)
{
  g_free ((char *) job->how.map_file);
  g_free (job->path);
  g_object_unref (job->operation);
  g_free (job);
}

static void
import_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  g_autoptr (GError) error = NULL;
  LwImportReport *report = lw_camvid_import (LW_PROJECT (source), &job->how, job->path, lw_operation_progress, job->operation,
                                             lw_operation_get_cancellable (job->operation), &error);
  if (report != NULL)
    g_task_return_pointer (task, report, (GDestroyNotify) lw_import_report_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/* ---- what came of it ---- */

static void
describe_skipped (GString *text, const LwImportReport *report)
{
  if (report->skipped == 0)
    return;
  g_string_append_printf (text, g_dngettext (GETTEXT_PACKAGE, "\n\n%u label map has no frame of its name:",
                                             "\n\n%u label maps have no frame of their name:", report->skipped), report->skipped);
  for (guint i = 0; report->skipped_names != NULL && i < MIN (report->skipped_names->len, MAX_NAMED); i++)
    g_string_append_printf (text, "\n%s", (char *) report->skipped_names->pdata[i]);
  if (report->skipped > MAX_NAMED)
    g_string_append (text, "\n…");
}

static void
describe_unknown (GString *text, const LwImportReport *report)
{
  GHashTableIter iter;
  gpointer color, pixels;
  guint shown = 0;
  if (report->unknown == NULL || g_hash_table_size (report->unknown) == 0)
    return;
  g_string_append (text, _("\n\nUnknown colours or indices were left unlabelled:"));
  g_hash_table_iter_init (&iter, report->unknown);
  while (g_hash_table_iter_next (&iter, &color, &pixels) && shown++ < MAX_NAMED)
    {
      guint n = GPOINTER_TO_UINT (pixels);
      g_string_append (text, "\n");
      g_string_append_printf (text, g_dngettext (GETTEXT_PACKAGE, "%s: %u pixel", "%s: %u pixels", n), (char *) color, n);
    }
  if (g_hash_table_size (report->unknown) > MAX_NAMED)
    g_string_append (text, "\n…");
}

static void
show_report (LwImportDialog *self, const LwImportReport *report)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_append_printf (text, g_dngettext (GETTEXT_PACKAGE, "%u frame has new labels.", "%u frames have new labels.", report->frames), report->frames);
  describe_skipped (text, report);
  describe_unknown (text, report);
  GtkWidget *dialog = adw_message_dialog_new (gtk_window_get_transient_for (GTK_WINDOW (self)), _("Labels Imported"), text->str);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_imported_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwImportDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LwImportReport) report = g_task_propagate_pointer (G_TASK (result), &error);
  g_clear_pointer (&self->progress, gtk_window_destroy);
  if (self->page == NULL)
    return;
  if (report == NULL)
    {
      lw_report_error (self->page, _("Could not import the labels"), error);
      return;
    }
  lw_document_reload (lw_desk_get_document (self->desk));
  lw_desk_reload (self->desk);
  show_report (self, report);
  gtk_window_destroy (GTK_WINDOW (self));
}

static void
import_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwImportDialog *self = LW_IMPORT_DIALOG (widget);
  guint layout = adw_combo_row_get_selected (self->layout_row);
  Job *job = g_new0 (Job, 1);
  job->how = (LwCamvidImport) {
    .detect_layout = layout == 0,
    .layout = (LwCamvidLayout) (layout > 0 ? layout - 1 : 0),
    .camvid32to11 = gtk_switch_get_active (self->fold_switch),
    .map_file = g_strdup (self->map_file),
    .add_images = lw_frame_list_get_n (lw_desk_get_frames (self->desk)) == 0,
  };
  job->path = g_strdup (self->folder);
  job->operation = lw_operation_new (_("Importing Labels"));
  self->progress = lw_progress_dialog_new (widget, job->operation);
  lw_project_run_async (lw_desk_get_project (self->desk), import_in_thread, job, (GDestroyNotify) job_free, NULL, on_imported_cb,
                        g_object_ref (self));
}

/* ---- choosing ---- */

static void
take_path (AdwActionRow *row, char **place, GtkFileChooser *chooser)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (chooser);
  char *path = file != NULL ? g_file_get_path (file) : NULL;
  if (path == NULL)
    return;
  g_autofree char *shown = g_filename_display_name (path);
  g_free (*place);
  *place = path;
  adw_action_row_set_subtitle (row, shown);
}

static void
on_folder_chosen_cb (GtkNativeDialog *native, int response, LwImportDialog *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    take_path (self->folder_row, &self->folder, GTK_FILE_CHOOSER (native));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "import.import", self->folder != NULL);
  gtk_native_dialog_destroy (native);
  g_object_unref (native);
}

static void
on_map_chosen_cb (GtkNativeDialog *native, int response, LwImportDialog *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    take_path (self->map_row, &self->map_file, GTK_FILE_CHOOSER (native));
  gtk_native_dialog_destroy (native);
  g_object_unref (native);
}

static void
choose (LwImportDialog *self, const char *title, GtkFileChooserAction action, GtkFileFilter *filter, GCallback callback)
{
  GtkFileChooserNative *native = gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, _("_Select"), _("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  if (filter != NULL)
    gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (native), filter);
  g_signal_connect_object (native, "response", callback, self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

static void
choose_folder_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  choose (LW_IMPORT_DIALOG (widget), _("Choose a Label Set"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, NULL, G_CALLBACK (on_folder_chosen_cb));
}

static void
choose_map_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
  gtk_file_filter_set_name (filter, _("Class maps (JSON)"));
  gtk_file_filter_add_suffix (filter, "json");
  choose (LW_IMPORT_DIALOG (widget), _("Choose a Class Map"), GTK_FILE_CHOOSER_ACTION_OPEN, filter, G_CALLBACK (on_map_chosen_cb));
}

static void
lw_import_dialog_dispose (GObject *object)
{
  LwImportDialog *self = LW_IMPORT_DIALOG (object);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_IMPORT_DIALOG);
  g_clear_object (&self->desk);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->map_file, g_free);
  G_OBJECT_CLASS (lw_import_dialog_parent_class)->dispose (object);
}

static void
lw_import_dialog_class_init (LwImportDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_import_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/dialogs/import-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, LwImportDialog, page);
  gtk_widget_class_bind_template_child (widget_class, LwImportDialog, folder_row);
  gtk_widget_class_bind_template_child (widget_class, LwImportDialog, map_row);
  gtk_widget_class_bind_template_child (widget_class, LwImportDialog, layout_row);
  gtk_widget_class_bind_template_child (widget_class, LwImportDialog, fold_switch);
  gtk_widget_class_bind_template_child (widget_class, LwImportDialog, import_button);
  gtk_widget_class_install_action (widget_class, "import.import", NULL, import_action);
  gtk_widget_class_install_action (widget_class, "import.choose-folder", NULL, choose_folder_action);
  gtk_widget_class_install_action (widget_class, "import.choose-map", NULL, choose_map_action);
}

static void
lw_import_dialog_init (LwImportDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "import.import", FALSE);
  gtk_window_set_default_widget (GTK_WINDOW (self), self->import_button);
}

LwImportDialog *
lw_import_dialog_new (GtkWindow *parent, LwDesk *desk)
{
  LwImportDialog *self = g_object_new (LW_TYPE_IMPORT_DIALOG, "transient-for", parent, NULL);
  self->desk = g_object_ref (desk);
  return self;
}
