/* settings.c: the program's GSettings, found also where it was installed under a prefix of its own */
#include "config.h"
#include "settings.h"

#include <glib/gi18n-lib.h>

static GSettings *settings;

/* A private prefix is not in XDG_DATA_DIRS: look beside our own data too. */
static GSettingsSchema *
lookup_beside_data (void)
{
  g_autofree char *folder = g_build_filename (LW_PKGDATA_DIR, "..", "glib-2.0", "schemas", NULL);
  g_autoptr (GSettingsSchemaSource) source
    = g_settings_schema_source_new_from_directory (folder, g_settings_schema_source_get_default (), TRUE, NULL);
  return source != NULL ? g_settings_schema_source_lookup (source, LW_APP_ID, FALSE) : NULL;
}

gboolean
lw_settings_init (GError **error)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = source != NULL ? g_settings_schema_source_lookup (source, LW_APP_ID, TRUE) : NULL;
  if (settings != NULL)
    return TRUE;
  if (schema == NULL)
    schema = lookup_beside_data ();
  if (schema == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                   _("The settings schema “%s” is not installed: install Labelwright with “meson install”, or set GSETTINGS_SCHEMA_DIR to the folder of gschemas.compiled"),
                   LW_APP_ID);
      return FALSE;
    }
  settings = g_settings_new_full (schema, NULL, NULL);
  return TRUE;
}

GSettings *
lw_settings_get (void)
{
  g_assert (settings != NULL);
  return settings;
}
