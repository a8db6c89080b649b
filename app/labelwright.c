/* labelwright.c: the window */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <locale.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include "application.h"
#include "renderer.h"
#include "settings.h"

#define OWN_PAGES_BYTES (1 << 20)      /* from here on an allocation has pages of its own, which go back when it is freed */

/* glibc raises that limit up to 32 MiB as large blocks are freed. A decoder's frames then live in the heaps of its threads, which keep what is freed: 95 MiB of a 4K video. */
static void
give_memory_back (void)
{
#ifdef __GLIBC__
  mallopt (M_MMAP_THRESHOLD, OWN_PAGES_BYTES);
#endif
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  give_memory_back ();
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
