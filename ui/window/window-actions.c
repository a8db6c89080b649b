/* window-actions.c: what leads to a project: new, open, the sample, files dropped on the start page */
#include "config.h"
#include "window-private.h"

#include <glib/gi18n-lib.h>
#include "dialogs/new-project-dialog.h"
#include "dialogs/progress-dialog.h"
#include "feedback.h"
#include "desk/create-project.h"
#include "keys/help-overlay.h"

static void
open_project (LwWindow *self, const char *folder)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  if (application != NULL)
    lw_application_open_project (LW_APPLICATION (application), folder, GTK_WINDOW (self));
}

static void
on_created_cb (LwWindow *self, const char *folder)
{
  open_project (self, folder);
}

static void
show_new_project (LwWindow *self, GSList *files)
{
  LwNewProjectDialog *dialog = lw_new_project_dialog_new (GTK_WINDOW (self));
  for (GSList *l = files; l != NULL; l = l->next)
    lw_new_project_dialog_add_media (dialog, l->data);
  g_signal_connect_object (dialog, "created", G_CALLBACK (on_created_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
new_project_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  show_new_project (LW_WINDOW (widget), NULL);
}

static void
on_open_response_cb (GtkNativeDialog *native, int response, LwWindow *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;
  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    open_project (self, path);
  gtk_native_dialog_destroy (native);
  g_object_unref (native);
}

static void
open_project_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkFileChooserNative *native = gtk_file_chooser_native_new (_("Open Project"), GTK_WINDOW (widget),
                                                              GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _("_Open"), _("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  g_signal_connect_object (native, "response", G_CALLBACK (on_open_response_cb), widget, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

static void
open_recent_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  open_project (LW_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

typedef struct
{
  LwWindow *window;
  GtkWindow *progress;
} SampleJob;

static void
on_sample_created_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  SampleJob *job = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = lw_create_project_finish (result, &error);
  gtk_window_destroy (job->progress);
  if (folder != NULL)
    open_project (job->window, folder);
  else
    lw_report_error (GTK_WIDGET (job->window), _("Could not make the sample project"), error);
  g_object_unref (job->window);
  g_free (job);
}

static void
open_sample_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (LwOperation) operation = lw_operation_new (_("Preparing the Sample"));
  SampleJob *job = g_new0 (SampleJob, 1);
  job->window = g_object_ref (LW_WINDOW (widget));
  job->progress = lw_progress_dialog_new (widget, operation);
  lw_create_sample_async (operation, on_sample_created_cb, job);
}

static void
show_help_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_window_present (GTK_WINDOW (lw_help_overlay_new (GTK_WINDOW (widget))));
}

void
lw_window_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.new-project", NULL, new_project_action);
  gtk_widget_class_install_action (widget_class, "win.open-project", NULL, open_project_action);
  gtk_widget_class_install_action (widget_class, "win.open-recent", "s", open_recent_action);
  gtk_widget_class_install_action (widget_class, "win.open-sample", NULL, open_sample_action);
  gtk_widget_class_install_action (widget_class, "win.show-help-overlay", NULL, show_help_action);
}

/* A project is opened, anything else becomes the media of a new one. */
static gboolean
on_drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, LwWindow *self)
{
  GSList *files = g_value_get_boxed (value);
  if (files == NULL)
    return FALSE;
  g_autofree char *path = g_file_get_path (files->data);
  g_autofree char *database = path != NULL ? g_build_filename (path, "project.sqlite", NULL) : NULL;
  if (database != NULL && files->next == NULL && g_file_test (database, G_FILE_TEST_EXISTS))
    open_project (self, path);
  else
    show_new_project (self, files);
  return TRUE;
}

void
lw_window_accept_drops (LwWindow *self, GtkWidget *page)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  g_signal_connect_object (target, "drop", G_CALLBACK (on_drop_cb), self, 0);
  gtk_widget_add_controller (page, GTK_EVENT_CONTROLLER (target));
}
