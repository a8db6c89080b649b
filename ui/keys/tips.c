/* tips.c: tooltips that say the keys of what they explain */
#include "config.h"
#include "keys/keys.h"

#include <glib/gi18n-lib.h>

#define DATA "lw-tip"

typedef struct { char *text; const LwCommand *commands[2]; } Tip;

static void
tip_free (gpointer data)
{
  Tip *tip = data;
  g_free (tip->text);
  g_free (tip);
}

static void
show_tip (GtkWidget *widget)
{
  const Tip *tip = g_object_get_data (G_OBJECT (widget), DATA);
  g_autofree char *first = tip->commands[0] != NULL ? lw_keys_dup_label (lw_keys_get (), tip->commands[0]->id) : NULL;
  g_autofree char *second = tip->commands[1] != NULL ? lw_keys_dup_label (lw_keys_get (), tip->commands[1]->id) : NULL;
  g_autofree char *text = NULL;
  if (first != NULL && second != NULL)
    /* Translators: a tooltip and two keys, such as “Brush Size ([ and ])” */
    text = g_strdup_printf (_("%s (%s and %s)"), tip->text, first, second);
  else if (first != NULL || second != NULL)
    text = g_strdup_printf ("%s (%s)", tip->text, first != NULL ? first : second);
  gtk_widget_set_tooltip_text (widget, text != NULL ? text : tip->text);
}

void
lw_keys_tip (GtkWidget *widget, const char *text, const char *id, const char *second)
{
  gboolean known = g_object_get_data (G_OBJECT (widget), DATA) != NULL;
  Tip *tip = g_new0 (Tip, 1);
  *tip = (Tip) { g_strdup (text != NULL ? text : gtk_widget_get_tooltip_text (widget)), { lw_commands_find (id), second != NULL ? lw_commands_find (second) : NULL } };
  g_object_set_data_full (G_OBJECT (widget), DATA, tip, tip_free);
  if (!known)
    g_signal_connect_object (lw_keys_get (), "changed", G_CALLBACK (show_tip), widget, G_CONNECT_SWAPPED);
  show_tip (widget);
}

/* A button whose words say all tells its key with what the table calls the action. But not what closes a dialog: everybody knows Escape. */
static void
tip_action (GtkWidget *widget)
{
  const char *name = gtk_actionable_get_action_name (GTK_ACTIONABLE (widget)), *text = gtk_widget_get_tooltip_text (widget);
  if (name == NULL || g_str_equal (name, "window.close") || g_object_get_data (G_OBJECT (widget), DATA) != NULL)
    return;
  g_autofree char *id = g_action_print_detailed_name (name, gtk_actionable_get_action_target_value (GTK_ACTIONABLE (widget)));
  const LwCommand *command = lw_commands_find (id);
  g_autofree char *plain = g_strdup (text != NULL || command == NULL ? text : _(command->label));
  if (command != NULL && (text != NULL || GTK_IS_BUTTON (widget)))
    lw_keys_tip (widget, plain, id, NULL);
}

void
lw_keys_tip_actions (GtkWidget *root)
{
  if (GTK_IS_ACTIONABLE (root))
    tip_action (root);
  if (GTK_IS_MENU_BUTTON (root) && G_IS_MENU (gtk_menu_button_get_menu_model (GTK_MENU_BUTTON (root))))
    lw_keys_show_in_menu (G_MENU (gtk_menu_button_get_menu_model (GTK_MENU_BUTTON (root))));
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    lw_keys_tip_actions (child);
}
