/* keys-page.c: the page of the preferences that lists every action and changes its keys */
#include "config.h"
#include "keys/keys-page.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "keys/key-row.h"

struct _LwKeysPage
{
  AdwPreferencesPage parent_instance;
  GtkWidget *search, *reset_button;
  AdwPreferencesGroup *groups[LW_N_GROUPS];      /* NULL: nothing in it */
  AdwPreferencesGroup *nothing;
  GPtrArray *rows;                               /* of LwKeyRow, lent */
};

G_DEFINE_FINAL_TYPE (LwKeysPage, lw_keys_page, ADW_TYPE_PREFERENCES_PAGE)

static void
on_search_cb (LwKeysPage *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->search))));
  g_autofree char *needle = g_utf8_casefold (text, -1);
  gboolean found[LW_N_GROUPS] = { FALSE }, any = FALSE;
  for (guint i = 0; i < self->rows->len; i++)
    {
      LwKeyRow *row = self->rows->pdata[i];
      gboolean shown = *needle == '\0' || lw_key_row_matches (row, needle);
      gtk_widget_set_visible (GTK_WIDGET (row), shown);
      found[lw_key_row_get_command (row)->group] |= shown;
      any |= shown;
    }
  for (int group = 0; group < LW_N_GROUPS; group++)
    if (self->groups[group] != NULL)
      gtk_widget_set_visible (GTK_WIDGET (self->groups[group]), found[group]);
  gtk_widget_set_visible (GTK_WIDGET (self->nothing), !any);
}

static void
update_reset (LwKeysPage *self)
{
  gboolean changed = FALSE;
  for (guint i = 0; i < self->rows->len; i++)
    changed |= !lw_keys_is_default (lw_keys_get (), lw_key_row_get_command (self->rows->pdata[i]));
  gtk_widget_set_sensitive (self->reset_button, changed);
}

static void
reset_all (gpointer self)
{
  lw_keys_reset (lw_keys_get ());
}

static void
on_reset_clicked_cb (LwKeysPage *self)
{
  lw_ask (GTK_WIDGET (self), _("Reset All Keys?"), _("Every action gets the key back that it had at first."), _("_Reset"), TRUE, reset_all, self);
}

static void
add_rows (LwKeysPage *self)
{
  guint n;
  const LwCommand *commands = lw_commands_get (&n);
  for (int group = 0; group < LW_N_GROUPS; group++)
    for (guint i = 0; i < n; i++)
      {
        if ((int) commands[i].group != group)
          continue;
        if (self->groups[group] == NULL)
          {
            self->groups[group] = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
            adw_preferences_group_set_title (self->groups[group], lw_command_group_get_title (commands[i].group));
            adw_preferences_page_add (ADW_PREFERENCES_PAGE (self), self->groups[group]);
          }
        GtkWidget *row = lw_key_row_new (&commands[i]);
        adw_preferences_group_add (self->groups[group], row);
        g_ptr_array_add (self->rows, row);
      }
}

static void
lw_keys_page_finalize (GObject *object)
{
  g_ptr_array_unref (LW_KEYS_PAGE (object)->rows);
  G_OBJECT_CLASS (lw_keys_page_parent_class)->finalize (object);
}

static void
lw_keys_page_class_init (LwKeysPageClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lw_keys_page_finalize;
}

static void
add_head (LwKeysPage *self)
{
  AdwPreferencesGroup *head = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->search = gtk_search_entry_new ();
  gtk_widget_set_hexpand (self->search, TRUE);
  g_object_set (self->search, "placeholder-text", _("Search actions or keys"), NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Search actions or keys"), -1);
  g_signal_connect_swapped (self->search, "search-changed", G_CALLBACK (on_search_cb), self);
  gtk_search_entry_set_key_capture_widget (GTK_SEARCH_ENTRY (self->search), GTK_WIDGET (self));
  g_signal_connect (self->search, "map", G_CALLBACK (gtk_widget_grab_focus), NULL);
  self->reset_button = gtk_button_new_with_mnemonic (_("Reset _All…"));
  g_signal_connect_swapped (self->reset_button, "clicked", G_CALLBACK (on_reset_clicked_cb), self);
  gtk_box_append (GTK_BOX (box), self->search);
  gtk_box_append (GTK_BOX (box), self->reset_button);
  adw_preferences_group_set_description (head, _("Keys that select a class belong to the project: “Edit Classes…” changes them."));
  adw_preferences_group_add (head, box);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (self), head);
}

static void
lw_keys_page_init (LwKeysPage *self)
{
  self->rows = g_ptr_array_new ();
  add_head (self);
  add_rows (self);
  self->nothing = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  adw_preferences_group_set_description (self->nothing, _("No action and no key is called so."));
  gtk_widget_set_visible (GTK_WIDGET (self->nothing), FALSE);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (self), self->nothing);
  g_signal_connect_object (lw_keys_get (), "changed", G_CALLBACK (update_reset), self, G_CONNECT_SWAPPED);
  update_reset (self);
}
