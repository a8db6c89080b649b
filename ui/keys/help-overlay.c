/* help-overlay.c: the window that shows every key, as they are now
 *
 * GTK 4.8 takes the parts of a shortcuts window from a GtkBuilder only: so their description is written here, from the table. */
#include "config.h"
#include "keys/help-overlay.h"

#include <glib/gi18n-lib.h>
#include "keys/keys.h"

#define ROWS 13      /* of a column */

static const struct { const char *name, *title; LwCommandGroup first, last; } sections[] = {
  { "labelling", N_("Labelling"), LW_GROUP_FRAMES, LW_GROUP_EDITING },
  { "tools", N_("Tools"), LW_GROUP_TOOLS, LW_GROUP_CURSOR },
  { "window", N_("Window"), LW_GROUP_VIEW, LW_GROUP_PROGRAM },
};

static void
add_shortcut (GString *ui, const char *label, const char *keys)
{
  g_autofree char *xml = g_markup_printf_escaped ("<child><object class='GtkShortcutsShortcut'><property name='title'>%s</property>"
                                                  "<property name='accelerator'>%s</property></object></child>", label, keys);
  g_string_append (ui, xml);
}

/* Returns: how many have a key */
static guint
add_commands (GString *ui, LwCommandGroup group)
{
  guint added = 0;
  guint n;
  const LwCommand *commands = lw_commands_get (&n);
  for (guint i = 0; i < n; i++)
    {
      const char *const *keys = lw_keys_lookup (lw_keys_get (), &commands[i]);
      g_autofree char *list = commands[i].group == group ? g_strjoinv (" ", (char **) keys) : NULL;
      if (list != NULL && *list != '\0')
        {
          add_shortcut (ui, _(commands[i].label), list);
          added++;
        }
    }
  return added;
}

static void
add_group (GString *ui, LwCommandGroup group)
{
  g_autofree char *xml = g_markup_printf_escaped ("<child><object class='GtkShortcutsGroup'><property name='title'>%s</property>", lw_command_group_get_title (group));
  gsize before = ui->len;
  g_string_append (ui, xml);
  if (group == LW_GROUP_CLASSES)      /* the palette's own; “Edit Classes…” changes them */
    {
      add_shortcut (ui, _("First to tenth class"), "1...0");
      add_shortcut (ui, _("Classes after the tenth: two keys"), "g+1");
    }
  if (add_commands (ui, group) > 0 || group == LW_GROUP_CLASSES)
    g_string_append (ui, "</object></child>");
  else
    g_string_truncate (ui, before);
}

GtkWidget *
lw_help_overlay_new (GtkWindow *parent)
{
  g_autoptr (GString) ui = g_string_new ("<interface><object class='GtkShortcutsWindow' id='window'><property name='modal'>True</property>");
  for (gsize i = 0; i < G_N_ELEMENTS (sections); i++)
    {
      g_autofree char *xml = g_markup_printf_escaped ("<child><object class='GtkShortcutsSection'><property name='section-name'>%s</property><property name='title'>%s</property>"
                                                      "<property name='max-height'>%d</property>", sections[i].name, _(sections[i].title), ROWS);
      g_string_append (ui, xml);
      for (LwCommandGroup group = sections[i].first; group <= sections[i].last; group++)
        add_group (ui, group);
      g_string_append (ui, "</object></child>");
    }
  g_string_append (ui, "</object></interface>");
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_string (ui->str, (gssize) ui->len);
  GtkWidget *window = GTK_WIDGET (gtk_builder_get_object (builder, "window"));
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  return window;
}
