/* labelwright.c: the window */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <locale.h>
#include "application.h"
#include "editor/paint-memory.h"
#include "renderer.h"
#include "settings.h"

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  lw_paint_memory_set_limits ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LW_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  lw_choose_renderer ();
  if (!lw_settings_init (&error))
    {
      g_printerr ("labelwright: %s\n", error->message);
      return 1;
    }
  g_autoptr (LwApplication) application = lw_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
