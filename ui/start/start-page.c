/* start-page.c: what an empty window shows: new, open, recent projects, the sample */
#include "config.h"
#include "start-page.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "desk/recent.h"
#include "settings.h"

struct _LwStartPage
{
  AdwBin parent_instance;
  GtkWidget *recent_group;
  GtkListBox *recent_list;
  GCancellable *cancellable;    /* of the look whether the recent projects are still there */
};

G_DEFINE_FINAL_TYPE (LwStartPage, lw_start_page, ADW_TYPE_BIN)

#define FOLDER_KEY "lw-folder"

static char *
dup_short_path (const char *path)
{
  const char *home = g_get_home_dir ();
  gsize length = strlen (home);
  g_autofree char *name = g_filename_display_name (path);
  if (strncmp (name, home, length) == 0 && (name[length] == '/' || name[length] == '\0'))
    return g_strconcat ("~", name + length, NULL);
  return g_steal_pointer (&name);
}

static void
on_row_activated_cb (LwStartPage *self, GtkListBoxRow *row)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.open-recent", "s", (const char *) g_object_get_data (G_OBJECT (row), FOLDER_KEY));
}

static void
on_remove_clicked_cb (GtkButton *button, gpointer data)
{
  lw_recent_remove (g_object_get_data (data, FOLDER_KEY));
}

/* A folder on a network that is asleep must not stop the window: the look is asynchronous. */
static void
on_queried_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AdwActionRow) row = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);
  if (info != NULL || !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return;
  GtkWidget *icon = gtk_image_new_from_icon_name ("dialog-warning-symbolic");
  gtk_widget_add_css_class (icon, "warning");
  adw_action_row_add_prefix (row, icon);
  adw_action_row_set_subtitle (row, _("Not found: moved, removed, or on a disk that is not here"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
}

static GtkWidget *
create_row (LwStartPage *self, const char *folder)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *remove = gtk_button_new_from_icon_name ("window-close-symbolic");
  g_autofree char *name = g_filename_display_basename (folder);
  g_autofree char *path = dup_short_path (folder);
  g_autofree char *label = g_strdup_printf (_("Forget “%s”"), name);
  g_autofree char *database = g_build_filename (folder, "project.sqlite", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (database);

  g_object_set_data_full (G_OBJECT (row), FOLDER_KEY, g_strdup (folder), g_free);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 1);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), path);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 1);
  gtk_widget_set_tooltip_text (row, path);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_widget_set_valign (remove, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (remove, "flat");
  gtk_widget_add_css_class (remove, "circular");
  lw_name_widget (remove, label);
  g_signal_connect (remove, "clicked", G_CALLBACK (on_remove_clicked_cb), row);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), remove);
  g_file_query_info_async (file, G_FILE_ATTRIBUTE_STANDARD_TYPE, G_FILE_QUERY_INFO_NONE, G_PRIORITY_LOW, self->cancellable,
                           on_queried_cb, g_object_ref (row));
  return row;
}

static void
update_recent (LwStartPage *self)
{
  g_auto (GStrv) folders = lw_recent_list ();
  GtkWidget *row;
  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->recent_list))) != NULL)
    gtk_list_box_remove (self->recent_list, row);
  for (char **folder = folders; *folder != NULL; folder++)
    gtk_list_box_append (self->recent_list, create_row (self, *folder));
  gtk_widget_set_visible (self->recent_group, folders[0] != NULL);
}

static void
lw_start_page_dispose (GObject *object)
{
  LwStartPage *self = LW_START_PAGE (object);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_START_PAGE);
  G_OBJECT_CLASS (lw_start_page_parent_class)->dispose (object);
}

static void
lw_start_page_class_init (LwStartPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_start_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/start/start-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LwStartPage, recent_group);
  gtk_widget_class_bind_template_child (widget_class, LwStartPage, recent_list);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated_cb);
}

static void
lw_start_page_init (LwStartPage *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (lw_settings_get (), "changed::recent-projects", G_CALLBACK (update_recent), self, G_CONNECT_SWAPPED);
  update_recent (self);
}
