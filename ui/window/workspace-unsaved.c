/* workspace-unsaved.c: strokes that can't be written: the bar that says so, and a copy of the project elsewhere that has them */
#include "config.h"
#include "workspace-private.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"

/* ---- what is unsaved, and whether a copy has it ---- */

gboolean
lw_workspace_is_all_in_copy (LwWorkspace *self, char **copy)
{
  guint n = lw_document_get_n_unsaved (lw_desk_get_document (self->desk));
  if (self->copy == NULL || n == 0 || self->n_in_copy < n)
    return FALSE;
  *copy = g_filename_display_basename (self->copy);
  return TRUE;
}

/* Strokes are written oldest first, and the copy has the oldest ones. */
static void
count_in_copy (LwWorkspace *self, guint n)
{
  if (n < self->n_unsaved)
    self->n_in_copy -= MIN (self->n_in_copy, self->n_unsaved - n);
  self->n_unsaved = n;
}

static char *
describe_copy (LwWorkspace *self, guint n)
{
  if (self->copy == NULL || n == 0 || self->n_in_copy == 0)
    return NULL;
  g_autofree char *name = g_filename_display_basename (self->copy);
  if (self->n_in_copy >= n)
    return g_strdup_printf (_("All is in the copy “%s”."), name);
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u was painted after the copy “%s” was saved.", "%u were painted after the copy “%s” was saved.", n - self->n_in_copy),
                          n - self->n_in_copy, name);
}

static char *
describe_unsaved (guint n, const char *error)
{
  if (n == 0)
    return g_strdup_printf (_("Nothing can be saved now, and what you paint is kept in memory: %s."), error);
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u stroke is not saved yet and is kept in memory: %s.", "%u strokes are not saved yet and are kept in memory: %s.", n),
                          n, error);
}

void
lw_workspace_update_write_bar (LwWorkspace *self)
{
  guint n = lw_document_get_n_unsaved (lw_desk_get_document (self->desk));
  g_autofree char *error = NULL;
  count_in_copy (self, n);
  g_object_get (self->desk, "write-error", &error, NULL);
  gtk_info_bar_set_revealed (self->write_bar, error != NULL);
  if (error == NULL)
    return;
  g_autofree char *unsaved = describe_unsaved (n, error), *copy = describe_copy (self, n), *text = g_strjoin (" ", unsaved, copy, NULL);
  gtk_label_set_label (self->write_label, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->write_label), lw_desk_get_write_details (self->desk));
}

/* ---- saving ---- */

typedef struct
{
  char *path;
  GPtrArray *strokes;      /* of LwUnsavedStroke */
  guint n_left;            /* files that could not be copied */
} Wanted;

static void
wanted_free (gpointer data)
{
  Wanted *wanted = data;
  g_free (wanted->path);
  g_ptr_array_unref (wanted->strokes);
  g_free (wanted);
}

static gpointer
save_copy (LwProject *project, gpointer data, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  Wanted *wanted = data;
  lw_project_save_copy (project, wanted->strokes, wanted->path, &wanted->n_left, lw_operation_progress, operation, cancellable, error);
  return NULL;
}

static char *
describe_saved (const Wanted *wanted)
{
  g_autofree char *name = g_filename_display_basename (wanted->path);
  g_autofree char *strokes = wanted->strokes->len == 0
                               ? g_strdup_printf (_("“%s” holds the whole project."), name)
                               : g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "“%s” holds the whole project, with the %u stroke that could not be saved here.",
                                                               "“%s” holds the whole project, with the %u strokes that could not be saved here.", wanted->strokes->len),
                                                  name, wanted->strokes->len);
  if (wanted->n_left == 0)
    return g_steal_pointer (&strokes);
  g_autofree char *left = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u file of its media and models could not be copied.",
                                                        "%u files of its media and models could not be copied.", wanted->n_left), wanted->n_left);
  return g_strjoin (" ", strokes, left, NULL);
}

static void
on_saved_response_cb (AdwMessageDialog *dialog, const char *response, LwWorkspace *self)
{
  if (g_str_equal (response, "open"))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.go-on-in", "s", self->copy);
}

/* Where this project can't be written, the copy is where work goes on. */
static void
offer_to_open (LwWorkspace *self, const char *saved)
{
  g_autofree char *body = g_strdup_printf (_("%s You can go on in it, or stay here, where new strokes are kept in memory until they can be saved."), saved);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), _("The Copy Is Saved"),
                                                                         lw_desk_is_read_only (self->desk) ? saved : body));
  adw_message_dialog_add_responses (dialog, "stay", _("_Stay Here"), "open", _("_Open the Copy"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "open", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, "open");
  adw_message_dialog_set_close_response (dialog, "stay");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_saved_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static gboolean
is_stuck (LwWorkspace *self)
{
  g_autofree char *error = NULL;
  g_object_get (self->desk, "write-error", &error, NULL);
  return error != NULL || lw_desk_is_read_only (self->desk);
}

static void
show_saved (gpointer owner, gpointer found, gpointer data)
{
  LwWorkspace *self = owner;
  const Wanted *wanted = data;
  g_autofree char *text = describe_saved (wanted);
  g_free (self->copy);
  self->copy = g_strdup (wanted->path);
  self->n_in_copy = MIN (wanted->strokes->len, lw_document_get_n_unsaved (lw_desk_get_document (self->desk)));
  lw_workspace_update_write_bar (self);
  if (is_stuck (self))
    offer_to_open (self, text);
  else
    lw_toast_with_file (GTK_WIDGET (self), text, wanted->path);
}

static const LwWork save_work = { save_copy, NULL, show_saved, N_("Could not save the copy") };

static void
on_place_chosen_cb (GtkNativeDialog *native, int response, LwWorkspace *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
  char *path = file != NULL ? g_file_get_path (file) : NULL;
  if (response == GTK_RESPONSE_ACCEPT && path != NULL && self->desk != NULL)
    {
      Wanted *wanted = g_new0 (Wanted, 1);
      lw_canvas_stroke_end (self->canvas);
      wanted->path = g_steal_pointer (&path);
      wanted->strokes = lw_document_list_unsaved (lw_desk_get_document (self->desk));
      lw_work_start_watched (self->desk, GTK_WIDGET (self), &save_work, wanted, wanted_free, _("Saving a Copy"));
    }
  g_free (path);
  gtk_native_dialog_destroy (native);
  g_object_unref (native);
}

/* Beside the project there may be no room, or no folder any more. */
static void
suggest_place (LwWorkspace *self, GtkFileChooser *chooser)
{
  const char *documents = g_get_user_special_dir (G_USER_DIRECTORY_DOCUMENTS);
  g_autoptr (GFile) folder = g_file_new_for_path (documents != NULL ? documents : g_get_home_dir ());
  g_autofree char *name = lw_project_dup_name (lw_desk_get_project (self->desk)), *suggestion = g_strdup_printf (_("%s copy"), name);
  gtk_file_chooser_set_current_folder (chooser, folder, NULL);
  gtk_file_chooser_set_current_name (chooser, suggestion);
}

static void
save_copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  GtkFileChooserNative *native = gtk_file_chooser_native_new (_("Save a Copy of the Project"), GTK_WINDOW (gtk_widget_get_root (widget)), GTK_FILE_CHOOSER_ACTION_SAVE,
                                                              _("_Save"), _("_Cancel"));
  suggest_place (self, GTK_FILE_CHOOSER (native));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  g_signal_connect_object (native, "response", G_CALLBACK (on_place_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

void
lw_workspace_install_unsaved_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "project.save-copy", NULL, save_copy_action);
}
