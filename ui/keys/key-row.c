/* key-row.c: one action with its keys, in the preferences: activating it asks for another one */
#include "config.h"
#include "keys/key-row.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "keys/key-dialog.h"

struct _LwKeyRow
{
  AdwActionRow parent_instance;
  const LwCommand *command;
  GtkWidget *keys, *add_button, *reset_button;
};

G_DEFINE_FINAL_TYPE (LwKeyRow, lw_key_row, ADW_TYPE_ACTION_ROW)

static void
show_keys (LwKeyRow *self)
{
  const char *const *keys = lw_keys_lookup (lw_keys_get (), self->command);
  guint n = g_strv_length ((char **) keys);
  for (GtkWidget *child; (child = gtk_widget_get_first_child (self->keys)) != NULL;)
    gtk_box_remove (GTK_BOX (self->keys), child);
  for (guint i = 0; i < n; i++)
    gtk_box_append (GTK_BOX (self->keys), gtk_shortcut_label_new (keys[i]));
  if (n == 0)
    {
      GtkWidget *none = gtk_label_new (C_("key", "None"));
      gtk_widget_add_css_class (none, "dim-label");
      gtk_box_append (GTK_BOX (self->keys), none);
    }
  gtk_widget_set_sensitive (self->add_button, n > 0 && n < LW_KEYS_MOST && !self->command->held);
  gtk_widget_set_sensitive (self->reset_button, !lw_keys_is_default (lw_keys_get (), self->command));
}

static void
ask (LwKeyRow *self, gboolean add)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));
  gtk_window_present (GTK_WINDOW (lw_key_dialog_new (window, self->command, add)));
}

static void
on_activated_cb (LwKeyRow *self)
{
  ask (self, FALSE);
}

static void
on_add_clicked_cb (LwKeyRow *self)
{
  ask (self, TRUE);
}

static void
on_reset_clicked_cb (LwKeyRow *self)
{
  lw_keys_choose (lw_keys_get (), self->command, NULL);
}

const LwCommand *
lw_key_row_get_command (LwKeyRow *self)
{
  return self->command;
}

static gboolean
holds (const char *text, const char *needle)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);
  return strstr (folded, needle) != NULL;
}

gboolean
lw_key_row_matches (LwKeyRow *self, const char *needle)
{
  const char *const *keys = lw_keys_lookup (lw_keys_get (), self->command);
  if (holds (_(self->command->label), needle))
    return TRUE;
  for (guint i = 0; keys[i] != NULL; i++)
    {
      g_autofree char *label = lw_keys_label (keys[i]), *folded = g_utf8_casefold (label, -1);
      if (g_str_equal (folded, needle))
        return TRUE;
    }
  return FALSE;
}

static void
lw_key_row_class_init (LwKeyRowClass *klass)
{
}

static GtkWidget *
add_button (LwKeyRow *self, const char *icon, const char *name, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  lw_name_widget (button, name);
  g_signal_connect_swapped (button, "clicked", callback, self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), button);
  return button;
}

static void
lw_key_row_init (LwKeyRow *self)
{
  self->keys = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  gtk_widget_set_valign (self->keys, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->keys);
  self->add_button = add_button (self, "list-add-symbolic", _("One More Key"), G_CALLBACK (on_add_clicked_cb));
  self->reset_button = add_button (self, "edit-undo-symbolic", _("Back to the Default"), G_CALLBACK (on_reset_clicked_cb));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), TRUE);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (self), 2);
  g_signal_connect (self, "activated", G_CALLBACK (on_activated_cb), NULL);
}

GtkWidget *
lw_key_row_new (const LwCommand *command)
{
  LwKeyRow *self = g_object_new (LW_TYPE_KEY_ROW, NULL);
  g_autofree char *title = g_markup_escape_text (_(command->label), -1);
  self->command = command;
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  g_signal_connect_object (lw_keys_get (), "changed", G_CALLBACK (show_keys), self, G_CONNECT_SWAPPED);
  show_keys (self);
  return GTK_WIDGET (self);
}
