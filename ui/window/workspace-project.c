/* workspace-project.c: media, classes, import, export and missing files of an open project */
#include "config.h"
#include "workspace-private.h"

#include <glib/gi18n-lib.h>
#include "desk/find-media.h"
#include "dialogs/add-media-dialog.h"
#include "dialogs/export-dialog.h"
#include "dialogs/import-dialog.h"
#include "dialogs/progress-dialog.h"
#include "feedback.h"
#include "palette/palette-dialog.h"

static GtkWindow *
get_window (LwWorkspace *self)
{
  return GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));
}

/* ---- media ---- */

void
lw_workspace_add_media_files (LwWorkspace *self, GSList *files)
{
  LwAddMediaDialog *dialog = lw_add_media_dialog_new (get_window (self), self->desk);
  for (GSList *l = files; l != NULL; l = l->next)
    lw_add_media_dialog_add (dialog, l->data);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
add_media_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  lw_workspace_add_media_files (LW_WORKSPACE (widget), NULL);
}

/* ---- missing media ---- */

typedef struct
{
  LwWorkspace *workspace;
  GtkWindow *progress;
} Found;

static void
on_media_found_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Found *wait = data;
  LwWorkspace *self = wait->workspace;
  g_autoptr (GError) error = NULL;
  gssize found = lw_find_media_finish (LW_PROJECT (source), result, &error);
  gtk_window_destroy (wait->progress);
  if (self->desk == NULL)
    ;
  else if (error != NULL)
    lw_desk_fail (self->desk, _("Could not look for the media"), error);
  else if (found == 0)
    lw_toast (GTK_WIDGET (self), _("Not in this folder: size and content must be those of the file that was added"));
  else
    {
      lw_desk_reload (self->desk);
      lw_toast (GTK_WIDGET (self), _("Found"));
    }
  g_object_unref (self);
  g_free (wait);
}

static void
on_folder_chosen_cb (GtkNativeDialog *native, int response, LwWorkspace *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;
  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    {
      g_autoptr (LwOperation) operation = lw_operation_new (_("Looking for Media"));
      Found *wait = g_new0 (Found, 1);
      wait->workspace = g_object_ref (self);
      wait->progress = lw_progress_dialog_new (GTK_WIDGET (self), operation);
      lw_find_media_async (lw_desk_get_project (self->desk), path, operation, on_media_found_cb, wait);
    }
  gtk_native_dialog_destroy (native);
  g_object_unref (native);
}

static void
find_media_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkFileChooserNative *native = gtk_file_chooser_native_new (_("Where Are the Media Now?"), get_window (LW_WORKSPACE (widget)),
                                                              GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _("_Look Here"), _("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  g_signal_connect_object (native, "response", G_CALLBACK (on_folder_chosen_cb), widget, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

/* ---- classes ---- */

static void
set_palette_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  if (lw_project_set_palette (LW_PROJECT (source), data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_palette_set_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwPaletteDialog) dialog = data;
  g_autoptr (GError) error = NULL;
  g_task_propagate_boolean (G_TASK (result), &error);
  if (gtk_widget_get_mapped (GTK_WIDGET (dialog)))
    lw_palette_dialog_finish (dialog, error);
}

static void
on_palette_apply_cb (LwWorkspace *self, const LwPalette *palette, LwPaletteDialog *dialog)
{
  lw_project_run_async (lw_desk_get_project (self->desk), set_palette_in_thread, lw_palette_copy (palette), (GDestroyNotify) lw_palette_free, NULL,
                        on_palette_set_cb, g_object_ref (dialog));
}

static void
edit_classes_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  LwPaletteDialog *dialog = lw_palette_dialog_new (get_window (self), lw_document_get_palette (lw_desk_get_document (self->desk)));
  lw_canvas_stroke_end (self->canvas);
  g_signal_connect_object (dialog, "apply", G_CALLBACK (on_palette_apply_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- label sets ---- */

static void
import_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  gtk_window_present (GTK_WINDOW (lw_import_dialog_new (get_window (self), self->desk)));
}

static void
on_exported_cb (LwWorkspace *self, const char *folder, guint frames)
{
  g_autofree char *text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u frame exported", "%u frames exported", frames), frames);
  lw_toast_with_file (GTK_WIDGET (self), text, folder);
}

static void
export_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  lw_canvas_stroke_end (self->canvas);
  LwExportDialog *dialog = lw_export_dialog_new (get_window (self), self->desk);
  g_signal_connect_object (dialog, "exported", G_CALLBACK (on_exported_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
lw_workspace_install_project_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "project.add-media", NULL, add_media_action);
  gtk_widget_class_install_action (widget_class, "project.find-media", NULL, find_media_action);
  gtk_widget_class_install_action (widget_class, "project.edit-classes", NULL, edit_classes_action);
  gtk_widget_class_install_action (widget_class, "project.import", NULL, import_action);
  gtk_widget_class_install_action (widget_class, "project.export", NULL, export_action);
}
