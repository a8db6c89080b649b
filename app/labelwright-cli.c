/* labelwright-cli.c: the program without a window: finds the command, reads its options, runs it */
#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/cli.h"

#define EXIT_USAGE 2
#define EXIT_INTERRUPTED 130

/* ---- Ctrl+C ---- */

static gboolean
interrupted_cb (gpointer data)
{
  if (g_cancellable_is_cancelled (data))
    _exit (EXIT_INTERRUPTED);       /* the second time at once: every write is one transaction or one rename */
  g_cancellable_cancel (data);
  return G_SOURCE_CONTINUE;
}

/* Commands block; the signal is waited for on a thread of its own. */
static gpointer
watch_signals (gpointer cancellable)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autoptr(GSource) source = g_unix_signal_source_new (signals[i]);
      g_source_set_callback (source, interrupted_cb, cancellable, NULL);
      g_source_attach (source, context);
    }
  for (;;)
    g_main_context_iteration (context, TRUE);
  return NULL;
}

/* ---- help ---- */

static void
print_commands (FILE *stream)
{
  fprintf (stream, _("Usage: %s COMMAND [OPTION…] ARGUMENT…\n\nWhat the window of Labelwright does to a project, without a window.\n\nCommands:\n"), "labelwright-cli");
  for (const CliCommand *const *command = cli_commands; *command != NULL; command++)
    fprintf (stream, "  %-13s  %s\n", (*command)->name, _((*command)->summary));
  fprintf (stream, _("\n“%s COMMAND --help” explains a command; so does its manual page, labelwright-cli(1).\n"), "labelwright-cli");
}

static const CliCommand *
find_command (const char *name)
{
  for (const CliCommand *const *command = cli_commands; *command != NULL; command++)
    if (g_str_equal ((*command)->name, name))
      return *command;
  return NULL;
}

/* ---- one command ---- */

static int
fail (const Cli *cli, const GError *error)
{
  fprintf (stderr, "labelwright-cli: %s\n", error->message);
  if (error->domain != CLI_ERROR && error->domain != G_OPTION_ERROR)
    return EXIT_FAILURE;
  fprintf (stderr, _("Try: %s %s --help\n"), "labelwright-cli", cli->command->name);
  return EXIT_USAGE;
}

static char *
describe (const CliCommand *command)
{
  g_autoptr(GString) text = g_string_new (command->details != NULL ? _(command->details) : NULL);
  g_auto(GStrv) examples = g_strsplit (command->example, "\n", -1);
  if (text->len > 0)
    g_string_append (text, "\n\n");
  g_string_append (text, examples[1] != NULL ? _("Examples:") : _("Example:"));
  for (int i = 0; examples[i] != NULL; i++)
    g_string_append_printf (text, "\n  labelwright-cli %s", examples[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
parse (Cli *cli, int *argc, char ***argv, GError **error)
{
  CliCommonOptions common = cli_common_options (cli);
  g_autoptr(GOptionContext) context = g_option_context_new (cli->command->arguments);
  g_autofree char *name = g_strdup_printf ("labelwright-cli %s", cli->command->name);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_set_summary (context, _(cli->command->summary));
  g_autofree char *more = describe (cli->command);
  g_option_context_set_description (context, more);
  if (cli->command->options != NULL)
    g_option_context_add_main_entries (context, cli->command->options, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, common.entries, GETTEXT_PACKAGE);
  g_set_prgname (name);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  guint n = (guint) (*argc - 1);
  if (n > 0 && g_str_equal ((*argv)[1], "--"))      /* GOption leaves it where an argument begins with a dash */
    {
      memmove (*argv + 1, *argv + 2, (gsize) n * sizeof **argv);
      --*argc;
      n--;
    }
  if (n >= cli->command->least && n <= cli->command->most)
    return TRUE;
  return cli_usage (error, n < cli->command->least ? _("Something is missing. The command wants: %s %s") : _("These are too many arguments. The command wants: %s %s"),
                    cli->command->name, cli->command->arguments);
}

static gboolean
check_device (const Cli *cli, GError **error)
{
  static const char *const known[] = { "auto", "cpu", "cuda", NULL };
  if (cli->device == NULL || g_strv_contains (known, cli->device))
    return TRUE;
  return cli_usage (error, _("There is no device “%s”: choose auto, cpu or cuda."), cli->device);
}

static int
run_parsed (Cli *cli, char **arguments)
{
  g_autoptr(GError) error = NULL;
  g_thread_unref (g_thread_new ("signals", watch_signals, g_object_ref (cli->cancellable)));
  gboolean ok = cli->command->run (cli, arguments, &error);
  cli_end (cli);
  int code = ok && !cli->failed ? EXIT_SUCCESS : EXIT_FAILURE;
  if (!ok && error != NULL)
    code = fail (cli, error);
  if (fflush (stdout) == 0 || code != EXIT_SUCCESS)
    return code;
  fprintf (stderr, "labelwright-cli: %s\n", _("The output could not be written."));
  return EXIT_FAILURE;
}

static int
run (const CliCommand *command, int argc, char **argv)
{
  Cli cli = { .command = command, .cancellable = g_cancellable_new () };
  g_autoptr(GError) error = NULL;
  gboolean good = parse (&cli, &argc, &argv, &error) && check_device (&cli, &error);
  int code = good ? run_parsed (&cli, argv + 1) : fail (&cli, error);
  cli_tell_warning (&cli);
  g_clear_object (&cli.engine);
  g_object_unref (cli.cancellable);
  g_free (cli.device);
  return code;
}

/* Messages are UTF-8 whatever the terminal says of itself, and arguments are taken as such too. */
static void
set_up_language (void)
{
  setlocale (LC_ALL, "");
  if (!g_get_charset (NULL))
    setlocale (LC_CTYPE, "C.UTF-8");
  bindtextdomain (GETTEXT_PACKAGE, LW_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

int
main (int argc, char **argv)
{
  set_up_language ();
  const char *name = argc > 1 ? argv[1] : "";
  if (g_str_equal (name, "--version"))
    {
      printf ("labelwright-cli %s\n", LW_VERSION);
      return EXIT_SUCCESS;
    }
  if (g_str_equal (name, "--help") || g_str_equal (name, "-h") || (g_str_equal (name, "help") && argc < 3))
    {
      print_commands (stdout);
      return EXIT_SUCCESS;
    }
  if (g_str_equal (name, "--man") && argc == 3 && find_command (argv[2]) != NULL)     /* for the build */
    {
      cli_print_man (find_command (argv[2]));
      return EXIT_SUCCESS;
    }
  if (g_str_equal (name, "--complete"))                                               /* for shells */
    {
      cli_complete (argv + 2);
      return EXIT_SUCCESS;
    }
  char *help[] = { argv[0], "--help", NULL };
  gboolean asks_help = g_str_equal (name, "help");
  const CliCommand *command = find_command (asks_help ? argv[2] : name);
  if (command != NULL)
    return asks_help ? run (command, 2, help) : run (command, argc - 1, argv + 1);
  if (argc > 1)
    fprintf (stderr, _("%s: There is no command “%s”.\nTry: %s --help\n"), "labelwright-cli", asks_help ? argv[2] : name, "labelwright-cli");
  else
    print_commands (stderr);
  return EXIT_USAGE;
}
