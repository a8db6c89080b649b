/* labelwright-engine.c: the program that runs networks for the window and the command line (docs/engine-protocol.md) */
#include "config.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "engine/server.h"

#define EXIT_USAGE 2

static int fd = -1;
static char *device;
static gboolean describe, version;

static const GOptionEntry entries[] = {
  { "fd", 0, 0, G_OPTION_ARG_INT, &fd, N_("Serve the client at the other end of this socket"), N_("NUMBER") },
  { "describe", 0, 0, G_OPTION_ARG_NONE, &describe, N_("Say which device would be used, and end"), NULL },
  { "device", 0, 0, G_OPTION_ARG_STRING, &device, N_("With --describe: auto, cpu or cuda"), N_("NAME") },
  { "version", 0, 0, G_OPTION_ARG_NONE, &version, N_("Show the version, and end"), NULL },
  G_OPTION_ENTRY_NULL
};

static gboolean
is_socket (int number)
{
  struct stat info;
  return fstat (number, &info) == 0 && S_ISSOCK (info.st_mode);
}

static int
describe_device (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *note = NULL;
  g_autofree char *text = lw_server_describe_device (device != NULL ? device : "auto", &note, &error);
  if (text == NULL)
    {
      fprintf (stderr, "labelwright-engine: %s\n", error->message);
      return EXIT_FAILURE;
    }
  if (note != NULL)
    fprintf (stderr, "%s\n", note);
  printf ("%s\n", text);
  return EXIT_SUCCESS;
}

static int
serve (void)
{
  if (fd < 0 || !is_socket (fd))
    {
      fprintf (stderr, "labelwright-engine: %s\n", _("The programs of Labelwright start this one when they need it; by hand, try --describe."));
      return EXIT_USAGE;
    }
  /* Ctrl+C in the terminal of the client is for the client, which asks us to stop; and a training may outlive it. */
  setsid ();
  signal (SIGPIPE, SIG_IGN);
  lw_server_run (fd);
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LW_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_autoptr(GOptionContext) context = g_option_context_new (NULL);
  g_autoptr(GError) error = NULL;
  g_option_context_set_summary (context, _("Runs the networks of Labelwright."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc > 1)
    {
      fprintf (stderr, "labelwright-engine: %s\n", error != NULL ? error->message : _("It takes no arguments."));
      return EXIT_USAGE;
    }
  if (version)
    {
      printf ("labelwright-engine %s\n", LW_VERSION);
      return EXIT_SUCCESS;
    }
  return describe ? describe_device () : serve ();
}
