/* man.c: a command's manual page, from what its help says: so the two never differ */
#include "config.h"
#include "cli.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Text that roff leaves as it is. */
static void
print_text (const char *text)
{
  gboolean begins = TRUE;
  for (; *text != '\0'; text++)
    {
      if (begins && (*text == '.' || *text == '\''))
        fputs ("\\&", stdout);
      if (*text == '\\')
        fputs ("\\e", stdout);
      else if (*text == '-')
        fputs ("\\-", stdout);
      else
        putchar (*text);
      begins = *text == '\n';
    }
}

static void
print_option (const GOptionEntry *option)
{
  fputs (".It ", stdout);
  if (option->short_name != 0)
    printf ("Fl %c Ns , ", option->short_name);
  fputs ("Fl Fl ", stdout);
  print_text (option->long_name);
  if (option->arg_description != NULL)
    printf (" Ns = Ns Ar %s", option->arg_description);
  putchar ('\n');
  print_text (option->description);
  fputs (".\n", stdout);
}

static void
print_options (const GOptionEntry *options)
{
  for (; options != NULL && options->long_name != NULL; options++)
    print_option (options);
}

static void
print_upper (const char *text)
{
  for (; *text != '\0'; text++)
    putchar (toupper ((guchar) *text));
}

void
cli_print_man (const CliCommand *command)
{
  Cli cli = { .command = command };
  CliCommonOptions common = cli_common_options (&cli);
  fputs (".Dd November 23, 2026\n.Dt LABELWRIGHT\\-CLI\\-", stdout);
  print_upper (command->name);
  printf (" 1\n.Os Labelwright %s\n.Sh NAME\n.Nm labelwright\\-cli %s\n.Nd ", LW_VERSION, command->name);
  print_text (command->summary);
  fputs ("\n.Sh SYNOPSIS\n.Nm\n.Op Ar OPTION ...\n", stdout);
  print_text (command->arguments);
  fputs ("\n.Sh DESCRIPTION\n", stdout);
  print_text (command->summary);
  fputs (".\n", stdout);
  if (command->details != NULL)
    {
      fputs (".Bd -unfilled\n", stdout);
      print_text (command->details);
      fputs ("\n.Ed\n", stdout);
    }
  fputs (".Sh OPTIONS\n.Bl -tag -width Ds\n", stdout);
  print_options (command->options);
  print_options (common.entries);
  fputs (".El\n.Sh EXIT STATUS\n0: done. 1: failed, wholly or for a part of what was asked. 2: wrong use.\n.Sh EXAMPLES\n.Bd -literal\n", stdout);
  g_auto(GStrv) examples = g_strsplit (command->example, "\n", -1);
  for (int i = 0; examples[i] != NULL; i++)
    {
      fputs ("labelwright\\-cli ", stdout);
      print_text (examples[i]);
      putchar ('\n');
    }
  fputs (".Ed\n.Sh SEE ALSO\n.Xr labelwright\\-cli 1\n", stdout);
}
