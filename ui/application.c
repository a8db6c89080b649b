/* application.c: the program: its windows, its actions, what it was asked to open */
#include "config.h"
#include "application.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include "dialogs/preferences-window.h"
#include "keys/key-dialog.h"
#include "settings.h"
#include "window/window.h"

struct _LwApplication
{
  AdwApplication parent_instance;
  gboolean open_sample;        /* --sample was given: with the first window */
};

G_DEFINE_FINAL_TYPE (LwApplication, lw_application, ADW_TYPE_APPLICATION)

static void
apply_color_scheme (GSettings *settings, const char *key, gpointer data)
{
  g_autofree char *scheme = g_settings_get_string (settings, "color-scheme");
  AdwColorScheme choice = g_str_equal (scheme, "dark")    ? ADW_COLOR_SCHEME_FORCE_DARK
                          : g_str_equal (scheme, "light") ? ADW_COLOR_SCHEME_FORCE_LIGHT
                                                          : ADW_COLOR_SCHEME_DEFAULT;
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), choice);
}

/* The project may be named by its folder or by the database in it. */
static char *
project_folder (GFile *file)
{
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *name = path != NULL ? g_path_get_basename (path) : NULL;
  return g_strcmp0 (name, "project.sqlite") == 0 ? g_path_get_dirname (path) : g_steal_pointer (&path);
}

static LwWindow *
find_window (LwApplication *self, const char *folder)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    if (LW_IS_WINDOW (l->data) && g_strcmp0 (lw_window_get_folder (l->data), folder) == 0)
      return l->data;
  return NULL;
}

void
lw_application_open_project (LwApplication *self, const char *folder, GtkWindow *near)
{
  LwWindow *window = find_window (self, folder);
  if (window == NULL)
    {
      gboolean empty = LW_IS_WINDOW (near) && lw_window_get_folder (LW_WINDOW (near)) == NULL;
      window = empty ? LW_WINDOW (near) : lw_window_new (self);
      lw_window_open (window, folder);
    }
  gtk_window_present (GTK_WINDOW (window));
}

static void
lw_application_activate (GApplication *app)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (app));
  if (window == NULL)
    window = GTK_WINDOW (lw_window_new (LW_APPLICATION (app)));
  gtk_window_present (window);
  if (!LW_APPLICATION (app)->open_sample)
    return;
  LW_APPLICATION (app)->open_sample = FALSE;
  gtk_widget_activate_action (GTK_WIDGET (window), "win.open-sample", NULL);
}

static void
lw_application_open (GApplication *app, GFile **files, int n_files, const char *hint)
{
  for (int i = 0; i < n_files; i++)
    {
      g_autofree char *folder = project_folder (files[i]);
      if (folder != NULL)
        lw_application_open_project (LW_APPLICATION (app), folder, gtk_application_get_active_window (GTK_APPLICATION (app)));
      else
        g_application_activate (app);
    }
}

/* Windows decide for themselves whether they may go: one may have to finish saving first. */
static void
quit_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autoptr (GList) windows = g_list_copy (gtk_application_get_windows (GTK_APPLICATION (data)));
  for (GList *l = windows; l != NULL; l = l->next)
    gtk_window_close (l->data);
}

static gboolean
on_signal_cb (gpointer data)
{
  g_autoptr (GList) windows = g_list_copy (gtk_application_get_windows (GTK_APPLICATION (data)));
  for (GList *l = windows; l != NULL; l = l->next)
    if (LW_IS_WINDOW (l->data))
      lw_window_close_quietly (l->data);
  return G_SOURCE_CONTINUE;
}

static void
open_sample_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  LW_APPLICATION (data)->open_sample = TRUE;
  g_application_activate (data);
}

static void
new_window_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_window_present (GTK_WINDOW (lw_window_new (data)));
}

static void
preferences_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkWidget *window = lw_preferences_window_new ();
  gtk_window_set_transient_for (GTK_WINDOW (window), gtk_application_get_active_window (data));
  gtk_window_present (GTK_WINDOW (window));
}

static void
about_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  adw_show_about_window (gtk_application_get_active_window (data),
                         "application-name", _("Labelwright"),
                         "application-icon", LW_APP_ID,
                         "version", LW_VERSION,
                         "developer-name", _("The Labelwright developers"),
                         "comments", _("Make pixel-exact ground truth from video, with the help of a network."),
                         "license-type", GTK_LICENSE_MPL_2_0,
                         /* Translators: your name, a line each */
                         "translator-credits", _("translator-credits"),
                         NULL);
}

static void
add_actions (LwApplication *self)
{
  static const GActionEntry actions[] = {
    { "quit", quit_action },
    { "new-window", new_window_action },
    { "open-sample", open_sample_action },
    { "preferences", preferences_action },
    { "about", about_action },
  };
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
}

/* A class's shortcut comes before every other key in its project (workspace-keys.c). */
static char *
claim_of_classes (const char *accelerator)
{
  g_autofree char *label = lw_keys_label (accelerator);
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (g_application_get_default ())); l != NULL; l = l->next)
    {
      g_autofree char *klass = LW_IS_WINDOW (l->data) ? lw_window_dup_class_of_key (l->data, accelerator) : NULL;
      if (klass != NULL)
        /* Translators: a key, then the name of a class */
        return g_strdup_printf (_("In the open project %s selects the class “%s”, and will go on doing so."), label, klass);
    }
  return NULL;
}

static void
lw_application_startup (GApplication *app)
{
  G_APPLICATION_CLASS (lw_application_parent_class)->startup (app);
  gtk_window_set_default_icon_name (LW_APP_ID);
  add_actions (LW_APPLICATION (app));
  lw_key_dialog_set_claim (claim_of_classes);
  lw_keys_follow (lw_keys_get (), lw_settings_get ());
  g_signal_connect_object (lw_settings_get (), "changed::color-scheme", G_CALLBACK (apply_color_scheme), app, 0);
  apply_color_scheme (lw_settings_get (), NULL, NULL);
  g_unix_signal_add (SIGTERM, on_signal_cb, app);
  g_unix_signal_add (SIGINT, on_signal_cb, app);
}

/* A program that runs already shows the sample in its own window. Returns: the exit status, or -1 to go on */
static int
ask_for_sample (GApplication *app)
{
  g_autoptr (GError) error = NULL;
  if (!g_application_register (app, NULL, &error))
    {
      g_printerr ("labelwright: %s\n", error->message);
      return 1;
    }
  if (g_application_get_is_remote (app))
    {
      g_action_group_activate_action (G_ACTION_GROUP (app), "open-sample", NULL);
      return 0;
    }
  LW_APPLICATION (app)->open_sample = TRUE;
  return -1;
}

static int
lw_application_handle_local_options (GApplication *app, GVariantDict *options)
{
  if (g_variant_dict_contains (options, "sample"))
    return ask_for_sample (app);
  if (!g_variant_dict_contains (options, "version"))
    return -1;
  g_print ("labelwright %s\n", LW_VERSION);
  return 0;
}

static void
lw_application_class_init (LwApplicationClass *klass)
{
  GApplicationClass *app_class = G_APPLICATION_CLASS (klass);
  app_class->handle_local_options = lw_application_handle_local_options;
  app_class->activate = lw_application_activate;
  app_class->open = lw_application_open;
  app_class->startup = lw_application_startup;
}

static void
lw_application_init (LwApplication *self)
{
  g_application_add_main_option (G_APPLICATION (self), "version", 'v', G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE,
                                 _("Print the version and exit"), NULL);
  g_application_add_main_option (G_APPLICATION (self), "sample", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE,
                                 _("Open the sample project"), NULL);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _("[PROJECT…]"));
}

LwApplication *
lw_application_new (void)
{
  return g_object_new (LW_TYPE_APPLICATION, "application-id", LW_APP_ID, "flags", G_APPLICATION_HANDLES_OPEN,
                       "resource-base-path", "/io/github/labelwright/Labelwright", NULL);
}
