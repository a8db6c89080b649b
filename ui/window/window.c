/* window.c: a window: the start page, or one open project */
#include "config.h"
#include "window-private.h"

#include <glib/gi18n-lib.h>
#include "classes/class-keys.h"
#include "feedback.h"
#include "desk/recent.h"
#include "desk/desk.h"
#include "keys/keys.h"
#include "settings.h"
#include "start/start-page.h"
#include "store/backup.h"
#include "window/workspace.h"

#define SLOW_CLOSE_MS 300      /* a shorter wait would only flicker */

struct _LwWindow
{
  AdwApplicationWindow parent_instance;
  GtkStack *pages;
  AdwStatusPage *busy_page;
  AdwBin *project_bin;
  GtkWidget *start_page;

  char *folder;                /* set from the moment that opening begins */
  LwDesk *desk;
  guint slow_close;
  gboolean closing, may_close, quiet;
  char *backup;                /* that takes the place of the project once it is closed; NULL: none */
  gboolean restoring;
  gboolean reopening;          /* it is closed to be opened again: what could only be read may be written by now */
};

G_DEFINE_FINAL_TYPE (LwWindow, lw_window, ADW_TYPE_APPLICATION_WINDOW)

static void
show_busy (LwWindow *self, const char *title, const char *description)
{
  adw_status_page_set_title (self->busy_page, title);
  adw_status_page_set_description (self->busy_page, description);
  gtk_stack_set_visible_child_name (self->pages, "busy");
}

/* ---- opening ---- */

static void
open_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  LwProject *project = lw_project_open (data, &error);
  if (project != NULL)
    g_task_return_pointer (task, project, g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
show_project (LwWindow *self, LwProject *project)
{
  g_autofree char *name = lw_project_dup_name (project);
  self->desk = lw_desk_new (project);
  adw_bin_set_child (self->project_bin, lw_workspace_new (self->desk));
  gtk_stack_set_visible_child_name (self->pages, "project");
  gtk_window_set_title (GTK_WINDOW (self), name);
  lw_recent_add (self->folder);
}

static void
on_opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  LwWindow *self = LW_WINDOW (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (LwProject) project = g_task_propagate_pointer (G_TASK (result), &error);
  if (project != NULL)
    {
      show_project (self, project);
      return;
    }
  gtk_stack_set_visible_child_name (self->pages, "start");
  g_autofree char *name = g_filename_display_basename (self->folder);
  g_autofree char *title = g_strdup_printf (_("Could not open “%s”"), name);
  lw_report_error (GTK_WIDGET (self->pages), title, error);
  g_clear_pointer (&self->folder, g_free);
}

char *
lw_window_dup_class_of_key (LwWindow *self, const char *accelerator)
{
  guint keyval;
  GdkModifierType modifiers;
  char text[7] = { 0 };
  if (self->desk == NULL || !gtk_accelerator_parse (accelerator, &keyval, &modifiers) || (modifiers & ~GDK_SHIFT_MASK) != 0)
    return NULL;
  g_unichar_to_utf8 (gdk_keyval_to_unicode (keyval), text);
  return lw_class_keys_dup_claim (lw_document_get_palette (lw_desk_get_document (self->desk)), text);
}

void
lw_window_open (LwWindow *self, const char *folder)
{
  g_return_if_fail (self->folder == NULL);
  g_autoptr (GTask) task = g_task_new (self, NULL, on_opened_cb, NULL);
  self->folder = g_canonicalize_filename (folder, NULL);
  g_autofree char *name = g_filename_display_basename (self->folder);
  show_busy (self, _("Opening…"), name);
  g_task_set_task_data (task, g_strdup (self->folder), g_free);
  g_task_run_in_thread (task, open_in_thread);
}

const char *
lw_window_get_folder (LwWindow *self)
{
  return self->folder;
}

/* ---- closing: every finished stroke is on disk before the window goes ---- */

static void
save_geometry (LwWindow *self)
{
  GSettings *settings = lw_settings_get ();
  int width, height;
  g_settings_set_boolean (settings, "window-maximized", gtk_window_is_maximized (GTK_WINDOW (self)));
  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_set_int (settings, "window-width", MAX (width, 360));
  g_settings_set_int (settings, "window-height", MAX (height, 294));
}

static gboolean
show_saving_cb (gpointer data)
{
  LwWindow *self = data;
  self->slow_close = 0;
  show_busy (self, _("Saving…"), _("The last strokes are being written"));
  return G_SOURCE_REMOVE;
}

static void
close_for_good (gpointer data)
{
  LwWindow *self = data;
  self->may_close = TRUE;
  gtk_window_close (GTK_WINDOW (self));
}

/* ---- a backup in the place of the project: close, replace, open again ---- */

static void
restore_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  char **paths = data;      /* folder, backup */
  if (lw_backup_restore (paths[0], paths[1], NULL, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
leave_project (LwWindow *self)
{
  adw_bin_set_child (self->project_bin, NULL);
  g_clear_object (&self->desk);
}

static void
open_again (LwWindow *self)
{
  g_autofree char *folder = g_steal_pointer (&self->folder);
  self->reopening = FALSE;
  leave_project (self);
  lw_window_open (self, folder);
}

/* Whether it worked or not: there is a project to open. */
static void
on_restored_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  LwWindow *self = LW_WINDOW (source);
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_steal_pointer (&self->folder);
  gboolean restored = g_task_propagate_boolean (G_TASK (result), &error);
  self->restoring = FALSE;
  lw_window_open (self, folder);
  if (restored)
    lw_toast (GTK_WIDGET (self->pages), _("The project is what it was then; what was there is kept as a backup"));
  else
    lw_report_error (GTK_WIDGET (self->pages), _("Could not restore the backup"), error);
}

static void
start_restoring (LwWindow *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_restored_cb, NULL);
  char *paths[] = { self->folder, self->backup, NULL };
  self->restoring = TRUE;
  leave_project (self);
  show_busy (self, _("Restoring…"), _("The backup is checked and put in the project’s place"));
  g_task_set_task_data (task, g_strdupv (paths), (GDestroyNotify) g_strfreev);
  g_task_run_in_thread (task, restore_in_thread);
  g_clear_pointer (&self->backup, g_free);
}

static LwWorkspace *
get_workspace (LwWindow *self)
{
  return LW_WORKSPACE (adw_bin_get_child (self->project_bin));
}

static void
on_unsaved_response_cb (AdwMessageDialog *dialog, const char *response, LwWindow *self)
{
  if (g_str_equal (response, "close"))
    close_for_good (self);
  else if (g_str_equal (response, "copy"))
    gtk_widget_activate_action (GTK_WIDGET (get_workspace (self)), "project.save-copy", NULL);
}

static void
ask_about_unsaved (LwWindow *self, const GError *error)
{
  g_autofree char *copy = NULL, *body = NULL;
  gboolean safe = lw_workspace_is_all_in_copy (get_workspace (self), &copy);
  body = safe ? g_strdup_printf (_("%s. All is in the copy “%s”."), error->message, copy) : g_strdup_printf ("%s.", error->message);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (self), _("Some strokes could not be saved"), body));
  adw_message_dialog_add_responses (dialog, "cancel", _("_Cancel"), "close", safe ? _("_Close") : _("_Close and Lose Them"), NULL);
  if (!safe)
    adw_message_dialog_add_response (dialog, "copy", _("_Save a Copy…"));
  adw_message_dialog_set_response_appearance (dialog, "close", safe ? ADW_RESPONSE_SUGGESTED : ADW_RESPONSE_DESTRUCTIVE);
  if (!safe)
    adw_message_dialog_set_response_appearance (dialog, "copy", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, safe ? "close" : "copy");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_unsaved_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_desk_closed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_clear_handle_id (&self->slow_close, g_source_remove);
  self->closing = FALSE;
  if (lw_desk_close_finish (self->desk, result, &error))
    {
      if (self->backup != NULL)
        start_restoring (self);
      else if (self->reopening)
        open_again (self);
      else
        close_for_good (self);
      return;
    }
  g_clear_pointer (&self->backup, g_free);
  self->reopening = FALSE;
  gtk_stack_set_visible_child_name (self->pages, "project");
  ask_about_unsaved (self, error);
}

static void
start_closing (gpointer data)
{
  LwWindow *self = data;
  if (self->closing)
    return;
  self->closing = TRUE;
  self->slow_close = g_timeout_add (SLOW_CLOSE_MS, show_saving_cb, self);
  lw_workspace_prepare_close (get_workspace (self));
  lw_desk_close_async (self->desk, on_desk_closed_cb, g_object_ref (self));
}

static void
look_for_others_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  if (lw_project_is_alone (LW_PROJECT (source), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_looked_for_others_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwWindow) self = data;
  g_autoptr (GError) error = NULL;
  gboolean alone = g_task_propagate_boolean (G_TASK (result), &error);
  if (self->desk == NULL || self->closing)      /* closed meanwhile, for good */
    {
      g_clear_pointer (&self->backup, g_free);
      return;
    }
  if (alone)
    {
      start_closing (self);
      return;
    }
  g_clear_pointer (&self->backup, g_free);
  lw_report_error (GTK_WIDGET (self->pages), _("Others have this project open: no backup can take its place now"), error);
}

/* That somebody else has it open is said before this window closes it for nothing. */
static void
restore_backup_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWindow *self = LW_WINDOW (widget);
  if (self->desk == NULL || self->closing)
    return;
  if (lw_workspace_is_training (get_workspace (self)))
    {
      lw_toast (GTK_WIDGET (self->pages), _("Stop the training first: the restored project would not know of it"));
      return;
    }
  g_free (self->backup);
  self->backup = g_variant_dup_string (parameter, NULL);
  lw_project_run_async (lw_desk_get_project (self->desk), look_for_others_in_thread, NULL, NULL, NULL, on_looked_for_others_cb, g_object_ref (self));
}

/* What could not be saved here is in the copy, or given up. */
static void
go_on_in_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWindow *self = LW_WINDOW (widget);
  if (self->desk == NULL || self->closing)
    return;
  if (lw_workspace_is_training (get_workspace (self)))
    {
      lw_toast (GTK_WIDGET (self->pages), _("Stop the training first: the copy would not know of it"));
      return;
    }
  lw_workspace_prepare_close (get_workspace (self));
  g_clear_pointer (&self->folder, g_free);
  leave_project (self);
  lw_window_open (self, g_variant_get_string (parameter, NULL));
}

static void
open_again_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWindow *self = LW_WINDOW (widget);
  if (self->desk == NULL || self->closing)
    return;
  self->reopening = TRUE;
  start_closing (self);
}

static void
on_training_response_cb (AdwMessageDialog *dialog, const char *response, LwWindow *self)
{
  if (g_str_equal (response, "stop"))
    lw_workspace_stop_training (get_workspace (self));
  if (!g_str_equal (response, "cancel"))
    start_closing (self);
}

/* The engine is a process of its own: it can go on without a window. */
static void
ask_about_training (LwWindow *self)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (self), _("A Training Is Under Way"),
                                                                         _("It can go on in the background: its model will be there when the project is opened again.")));
  adw_message_dialog_add_responses (dialog, "cancel", _("_Cancel"), "stop", _("_Stop It"), "close", _("_Let It Go On"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "stop", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_appearance (dialog, "close", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, "close");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_training_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static gboolean
lw_window_close_request (GtkWindow *window)
{
  LwWindow *self = LW_WINDOW (window);
  if (self->restoring)
    return TRUE;
  if (self->desk == NULL || self->may_close)
    {
      save_geometry (self);
      return GTK_WINDOW_CLASS (lw_window_parent_class)->close_request (window);
    }
  if (!self->quiet && lw_workspace_is_training (get_workspace (self)))
    ask_about_training (self);
  else
    start_closing (self);
  return TRUE;
}

void
lw_window_close_quietly (LwWindow *self)
{
  self->quiet = TRUE;
  gtk_window_close (GTK_WINDOW (self));
}

static void
lw_window_dispose (GObject *object)
{
  LwWindow *self = LW_WINDOW (object);
  g_clear_handle_id (&self->slow_close, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_WINDOW);
  g_clear_object (&self->desk);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->backup, g_free);
  G_OBJECT_CLASS (lw_window_parent_class)->dispose (object);
}

static void
lw_window_class_init (LwWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = lw_window_close_request;
  g_type_ensure (LW_TYPE_START_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/window/window.ui");
  gtk_widget_class_bind_template_child (widget_class, LwWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, LwWindow, busy_page);
  gtk_widget_class_bind_template_child (widget_class, LwWindow, project_bin);
  gtk_widget_class_bind_template_child (widget_class, LwWindow, start_page);
  gtk_widget_class_install_action (widget_class, "win.restore-backup", "s", restore_backup_action);
  gtk_widget_class_install_action (widget_class, "win.go-on-in", "s", go_on_in_action);
  gtk_widget_class_install_action (widget_class, "win.open-again", NULL, open_again_action);
  lw_window_install_actions (widget_class);
}

/* Keys reach the workspace through the widget that has the focus. When that one is hidden or made insensitive GTK 4 leaves the focus nowhere,
 * and every key would be dead until the next click. */
static void
give_focus_back (gpointer data)
{
  LwWindow *self = data;
  GtkWidget *page = gtk_stack_get_visible_child (self->pages);
  if (gtk_window_get_focus (GTK_WINDOW (self)) == NULL && page != NULL)
    gtk_widget_child_focus (page, GTK_DIR_TAB_FORWARD);
  g_object_unref (self);
}

static void
on_focus_changed_cb (LwWindow *self)
{
  if (gtk_window_get_focus (GTK_WINDOW (self)) == NULL && !self->closing)
    g_idle_add_once (give_focus_back, g_object_ref (self));
}

static void
lw_window_init (LwWindow *self)
{
  GSettings *settings = lw_settings_get ();
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_window_set_default_size (GTK_WINDOW (self), g_settings_get_int (settings, "window-width"),
                               g_settings_get_int (settings, "window-height"));
  if (g_settings_get_boolean (settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  lw_keys_attach (GTK_WIDGET (self), LW_KEYS_WINDOW);
  lw_keys_tip_actions (GTK_WIDGET (self));
  lw_window_accept_drops (self, self->start_page);
  g_signal_connect (self, "notify::focus-widget", G_CALLBACK (on_focus_changed_cb), NULL);
}

LwWindow *
lw_window_new (LwApplication *application)
{
  return g_object_new (LW_TYPE_WINDOW, "application", application, NULL);
}
