/* preferences-window.c: what the program remembers for all projects */
#include "config.h"
#include "preferences-window.h"

#include "keys/keys-page.h"
#include "settings.h"
#include "store/author.h"

struct _LwPreferencesWindow
{
  AdwPreferencesWindow parent_instance;
  AdwComboRow *scheme_row, *device_row;
  AdwEntryRow *name_row;
  GtkSwitch *pressure_switch;
  GtkSpinButton *least_spin;
  GtkRange *softness_scale;
};

G_DEFINE_FINAL_TYPE (LwPreferencesWindow, lw_preferences_window, ADW_TYPE_PREFERENCES_WINDOW)

/* The order of the rows in the template. */
static const char *const schemes[] = { "system", "light", "dark", NULL };
static const char *const devices[] = { "auto", "cpu", "cuda", NULL };

static gboolean
nick_to_index (GValue *value, GVariant *variant, gpointer nicks)
{
  const char *const *list = nicks;
  for (guint i = 0; list[i] != NULL; i++)
    if (g_str_equal (list[i], g_variant_get_string (variant, NULL)))
      g_value_set_uint (value, i);
  return TRUE;
}

static GVariant *
index_to_nick (const GValue *value, const GVariantType *type, gpointer nicks)
{
  const char *const *list = nicks;
  guint i = g_value_get_uint (value);
  return i < g_strv_length ((char **) nicks) ? g_variant_new_string (list[i]) : NULL;
}

static void
bind_row (AdwComboRow *row, const char *key, const char *const *nicks)
{
  g_settings_bind_with_mapping (lw_settings_get (), key, row, "selected", G_SETTINGS_BIND_DEFAULT, nick_to_index,
                                index_to_nick, (gpointer) nicks, NULL);
}

/* A name that can't be kept is not taken over: the old one comes back, with the reason. */
static void
on_name_applied_cb (AdwEntryRow *row, LwPreferencesWindow *self)
{
  g_autoptr (GError) error = NULL;
  if (!lw_author_set_name (gtk_editable_get_text (GTK_EDITABLE (row)), &error))
    {
      g_autofree char *markup = g_markup_escape_text (error->message, -1);
      adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self), adw_toast_new (markup));
    }
  g_autofree char *name = lw_author_dup_name ();
  gtk_editable_set_text (GTK_EDITABLE (row), name);
}

static void
lw_preferences_window_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), LW_TYPE_PREFERENCES_WINDOW);
  G_OBJECT_CLASS (lw_preferences_window_parent_class)->dispose (object);
}

static void
lw_preferences_window_class_init (LwPreferencesWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_preferences_window_dispose;
  g_type_ensure (LW_TYPE_KEYS_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/dialogs/preferences-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LwPreferencesWindow, scheme_row);
  gtk_widget_class_bind_template_child (widget_class, LwPreferencesWindow, device_row);
  gtk_widget_class_bind_template_child (widget_class, LwPreferencesWindow, name_row);
  gtk_widget_class_bind_template_callback (widget_class, on_name_applied_cb);
  gtk_widget_class_bind_template_child (widget_class, LwPreferencesWindow, pressure_switch);
  gtk_widget_class_bind_template_child (widget_class, LwPreferencesWindow, least_spin);
  gtk_widget_class_bind_template_child (widget_class, LwPreferencesWindow, softness_scale);
}

static void
lw_preferences_window_init (LwPreferencesWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_autofree char *name = lw_author_dup_name ();
  gtk_editable_set_text (GTK_EDITABLE (self->name_row), name);
  bind_row (self->scheme_row, "color-scheme", schemes);
  bind_row (self->device_row, "device", devices);
  g_settings_bind (lw_settings_get (), "pen-pressure", self->pressure_switch, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (lw_settings_get (), "pen-least", self->least_spin, "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (lw_settings_get (), "pen-softness", gtk_range_get_adjustment (self->softness_scale), "value", G_SETTINGS_BIND_DEFAULT);
}

GtkWidget *
lw_preferences_window_new (void)
{
  return g_object_new (LW_TYPE_PREFERENCES_WINDOW, NULL);
}
