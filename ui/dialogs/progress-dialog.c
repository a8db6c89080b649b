/* progress-dialog.c: a bar for an operation, with “Cancel” */
#include "config.h"
#include "progress-dialog.h"

#include <glib/gi18n-lib.h>

static void
on_cancel_clicked_cb (GtkButton *button, LwOperation *operation)
{
  gtk_widget_set_sensitive (GTK_WIDGET (button), FALSE);
  gtk_button_set_label (button, _("Cancelling…"));
  g_cancellable_cancel (lw_operation_get_cancellable (operation));
}

/* The window manager's close and Escape mean the same as the button. */
static gboolean
on_close_request_cb (GtkWindow *window, gpointer button)
{
  g_signal_emit_by_name (button, "clicked");
  return TRUE;
}

static GtkWidget *
create_bar (LwOperation *operation)
{
  GtkWidget *bar = gtk_progress_bar_new ();
  g_object_bind_property (operation, "fraction", bar, "fraction", G_BINDING_SYNC_CREATE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, lw_operation_get_title (operation), -1);
  return bar;
}

static GtkWidget *
create_text (LwOperation *operation)
{
  GtkWidget *text = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (text), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (text), 40);
  gtk_widget_add_css_class (text, "dim-label");
  g_object_bind_property (operation, "text", text, "label", G_BINDING_SYNC_CREATE);
  return text;
}

GtkWindow *
lw_progress_dialog_new (GtkWidget *near, LwOperation *operation)
{
  GtkWidget *window = adw_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *title = gtk_label_new (lw_operation_get_title (operation));
  GtkWidget *cancel = gtk_button_new_with_mnemonic (_("_Cancel"));
  GtkRoot *root = gtk_widget_get_root (near);

  gtk_widget_add_css_class (title, "heading");
  gtk_widget_set_halign (cancel, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (cancel, "pill");
  gtk_accessible_update_property (GTK_ACCESSIBLE (cancel), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Cancel"), -1);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), create_text (operation));
  gtk_box_append (GTK_BOX (box), create_bar (operation));
  gtk_box_append (GTK_BOX (box), cancel);
  gtk_widget_set_margin_top (box, 24);
  gtk_widget_set_margin_bottom (box, 24);
  gtk_widget_set_margin_start (box, 24);
  gtk_widget_set_margin_end (box, 24);

  adw_window_set_content (ADW_WINDOW (window), box);
  gtk_window_set_title (GTK_WINDOW (window), lw_operation_get_title (operation));
  gtk_window_set_default_size (GTK_WINDOW (window), 380, -1);
  gtk_window_set_resizable (GTK_WINDOW (window), FALSE);
  gtk_window_set_modal (GTK_WINDOW (window), TRUE);
  if (GTK_IS_WINDOW (root))
    gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (root));
  g_signal_connect_object (cancel, "clicked", G_CALLBACK (on_cancel_clicked_cb), operation, 0);
  g_signal_connect (window, "close-request", G_CALLBACK (on_close_request_cb), cancel);
  gtk_window_present (GTK_WINDOW (window));
  return GTK_WINDOW (window);
}
