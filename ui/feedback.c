/* feedback.c: how the window says that something went wrong, or is done */
#include "config.h"
#include "feedback.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  GtkWindow *parent;      /* weak */
  char *title, *message;
} Details;

static void
details_free (gpointer data, GClosure *closure)
{
  Details *details = data;
  g_clear_weak_pointer (&details->parent);
  g_free (details->title);
  g_free (details->message);
  g_free (details);
}

static void
on_details_response_cb (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  if (g_str_equal (response, "copy"))
    gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (dialog)), adw_message_dialog_get_body (dialog));
}

static void
show_details (GtkWindow *parent, const char *title, const char *message)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (parent, title, message));
  adw_message_dialog_add_responses (dialog, "copy", _("_Copy Text"), "close", _("_Close"), NULL);
  adw_message_dialog_set_default_response (dialog, "close");
  adw_message_dialog_set_close_response (dialog, "close");
  g_signal_connect (dialog, "response", G_CALLBACK (on_details_response_cb), NULL);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_details_clicked_cb (AdwToast *toast, gpointer data)
{
  Details *details = data;
  show_details (details->parent, details->title, details->message);
}

/* A toast's title is markup; ours may hold the name of a file. */
static AdwToast *
toast_new (const char *title)
{
  g_autofree char *escaped = g_markup_escape_text (title, -1);
  return adw_toast_new (escaped);
}

static AdwToastOverlay *
find_overlay (GtkWidget *near)
{
  return ADW_TOAST_OVERLAY (gtk_widget_get_ancestor (near, ADW_TYPE_TOAST_OVERLAY));
}

static GtkWindow *
find_window (GtkWidget *near)
{
  GtkRoot *root = gtk_widget_get_root (near);
  return GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
}

/* ---- what failed is forgotten when it is done after all ---- */

static GHashTable *failures;      /* title → AdwToast, not owned: as long as it lives */

static gboolean
is_this (gpointer title, gpointer toast, gpointer gone)
{
  return toast == gone;
}

static void
on_toast_gone_cb (gpointer data, GObject *toast)
{
  g_hash_table_foreach_remove (failures, is_this, toast);
}

static void
remember_failure (const char *title, AdwToast *toast)
{
  if (failures == NULL)
    failures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_object_weak_ref (G_OBJECT (toast), on_toast_gone_cb, NULL);
  g_hash_table_replace (failures, g_strdup (title), toast);
}

gboolean
lw_withdraw_error (const char *title)
{
  AdwToast *toast = failures != NULL ? g_hash_table_lookup (failures, title) : NULL;
  if (toast == NULL)
    return FALSE;
  g_object_weak_unref (G_OBJECT (toast), on_toast_gone_cb, NULL);
  g_hash_table_remove (failures, title);
  adw_toast_dismiss (toast);
  return TRUE;
}

void
lw_report_error (GtkWidget *near, const char *title, const GError *error)
{
  AdwToastOverlay *overlay = find_overlay (near);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (overlay == NULL)
    {
      show_details (find_window (near), title, error->message);
      return;
    }
  Details *details = g_new0 (Details, 1);
  details->title = g_strdup (title);
  details->message = g_strdup (error->message);
  g_set_weak_pointer (&details->parent, find_window (near));
  AdwToast *toast = toast_new (title);
  adw_toast_set_button_label (toast, _("_Details"));
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  adw_toast_set_timeout (toast, 10);
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (on_details_clicked_cb), details, details_free, 0);
  lw_withdraw_error (title);
  remember_failure (title, toast);
  adw_toast_overlay_add_toast (overlay, toast);
}

void
lw_toast (GtkWidget *near, const char *title)
{
  AdwToastOverlay *overlay = find_overlay (near);
  if (overlay == NULL)
    return;
  AdwToast *toast = toast_new (title);
  adw_toast_set_timeout (toast, 4);
  adw_toast_overlay_add_toast (overlay, toast);
}

AdwToast *
lw_toast_with_action (GtkWidget *near, const char *title, const char *label, const char *action, GVariant *target)
{
  AdwToastOverlay *overlay = find_overlay (near);
  AdwToast *toast = toast_new (title);
  adw_toast_set_timeout (toast, 6);
  adw_toast_set_button_label (toast, label);
  adw_toast_set_action_name (toast, action);
  adw_toast_set_action_target_value (toast, target);
  adw_toast_overlay_add_toast (overlay, toast);
  return toast;
}

typedef struct
{
  void (*callback) (gpointer object);
  gpointer object;
} Question;

static void
on_answer_cb (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  Question *question = data;
  if (g_str_equal (response, "answer"))
    question->callback (question->object);
}

static void
question_free (gpointer data, GClosure *closure)
{
  Question *question = data;
  g_object_unref (question->object);
  g_free (question);
}

void
lw_ask (GtkWidget *near, const char *heading, const char *body, const char *answer, gboolean destructive,
        void (*callback) (gpointer object), gpointer object)
{
  Question *question = g_new0 (Question, 1);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (find_window (near), heading, body));
  question->callback = callback;
  question->object = g_object_ref (object);
  adw_message_dialog_add_responses (dialog, "cancel", _("_Cancel"), "answer", answer, NULL);
  adw_message_dialog_set_response_appearance (dialog, "answer",
                                              destructive ? ADW_RESPONSE_DESTRUCTIVE : ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, destructive ? "cancel" : "answer");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_answer_cb), question, question_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* Without a file manager on the bus the folder is opened by whatever handles folders. */
static void
on_shown_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree char *path = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  if (reply != NULL)
    return;
  g_autofree char *folder = g_file_test (path, G_FILE_TEST_IS_DIR) ? g_strdup (path) : g_path_get_dirname (path);
  g_autofree char *uri = g_filename_to_uri (folder, NULL, NULL);
  gtk_show_uri (NULL, uri, GDK_CURRENT_TIME);
}

/* Opens the file manager with @path selected. */
static void
show_in_files (GtkWidget *near, const char *path)
{
  GDBusConnection *bus = g_application_get_dbus_connection (g_application_get_default ());
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  if (uri == NULL)
    return;
  if (bus == NULL)
    {
      gtk_show_uri (find_window (near), uri, GDK_CURRENT_TIME);
      return;
    }
  const char *uris[] = { uri, NULL };
  g_dbus_connection_call (bus, "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1", "org.freedesktop.FileManager1",
                          "ShowItems", g_variant_new ("(^ass)", uris, ""), NULL, G_DBUS_CALL_FLAGS_NONE, 5000, NULL,
                          on_shown_cb, g_strdup (path));
}

static void
on_show_clicked_cb (AdwToast *toast, const char *path)
{
  show_in_files (GTK_WIDGET (gtk_application_get_active_window (GTK_APPLICATION (g_application_get_default ()))), path);
}

static void
free_path (gpointer data, GClosure *closure)
{
  g_free (data);
}

void
lw_toast_with_file (GtkWidget *near, const char *title, const char *path)
{
  AdwToastOverlay *overlay = find_overlay (near);
  if (overlay == NULL)
    return;
  AdwToast *toast = toast_new (title);
  adw_toast_set_timeout (toast, 0);
  adw_toast_set_button_label (toast, _("_Show in Files"));
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (on_show_clicked_cb), g_strdup (path), free_path, 0);
  adw_toast_overlay_add_toast (overlay, toast);
}

void
lw_name_widget (GtkWidget *widget, const char *name)
{
  gtk_widget_set_tooltip_text (widget, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}
