/* ask-words.c: a question that is answered with a line of text */
#include "config.h"
#include "ask-words.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#define LIST_HEIGHT 150

typedef struct
{
  void (*callback) (gpointer object, const char *text);
  gpointer object;
  GtkWidget *entry;
} Question;

static void
question_free (gpointer data, GClosure *closure)
{
  Question *question = data;
  g_object_unref (question->object);
  g_free (question);
}

static void
on_response_cb (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  Question *question = data;
  g_autofree char *text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (question->entry)));
  if (g_str_equal (response, "answer"))
    question->callback (question->object, text);
}

static void
on_row_activated_cb (GtkListBox *list, GtkListBoxRow *row, GtkEditable *entry)
{
  gtk_editable_set_text (entry, gtk_label_get_label (GTK_LABEL (gtk_list_box_row_get_child (row))));
  gtk_editable_set_position (entry, -1);
}

static GtkWidget *
create_list (GPtrArray *suggestions, GtkWidget *entry)
{
  GtkWidget *list = gtk_list_box_new (), *scroller = gtk_scrolled_window_new ();
  for (guint i = 0; i < suggestions->len; i++)
    {
      GtkWidget *label = gtk_label_new (suggestions->pdata[i]);
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_widget_set_margin_start (label, 9);
      gtk_widget_set_margin_end (label, 9);
      gtk_widget_set_margin_top (label, 6);
      gtk_widget_set_margin_bottom (label, 6);
      gtk_list_box_append (GTK_LIST_BOX (list), label);
    }
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), LIST_HEIGHT);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), list);
  g_signal_connect_object (list, "row-activated", G_CALLBACK (on_row_activated_cb), entry, 0);
  return scroller;
}

void
lw_ask_words (GtkWidget *near, const char *heading, const char *body, const char *answer, GPtrArray *suggestions, int max_length,
              void (*callback) (gpointer object, const char *text), gpointer object)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (near)), heading, body));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9), *entry = gtk_entry_new ();
  Question *question = g_new0 (Question, 1);
  *question = (Question) { callback, g_object_ref (object), entry };
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_entry_set_max_length (GTK_ENTRY (entry), max_length);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, body, -1);
  gtk_box_append (GTK_BOX (box), entry);
  if (suggestions != NULL && suggestions->len > 0)
    gtk_box_append (GTK_BOX (box), create_list (suggestions, entry));
  adw_message_dialog_set_extra_child (dialog, box);
  adw_message_dialog_add_responses (dialog, "cancel", _("_Cancel"), "answer", answer, NULL);
  adw_message_dialog_set_response_appearance (dialog, "answer", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, "answer");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response_cb), question, question_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
  gtk_widget_grab_focus (entry);
}
