/* complete.c: what can stand where the cursor is on a shell's command line, from the commands' own tables
 *
 * One candidate a line, behind a tab what it means; none where a file belongs, or a name that only the project knows: the shell offers files then. */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include "store/project.h"

/* By their list alone: the networks themselves are the engine's, which this program does not link. */
#define LW_NETWORK(function, architecture, input) " " architecture
static const char architectures[] =
#include "nn/networks/list.h"
  ;
#undef LW_NETWORK

/* Options with few values. A NULL @command: of all. Statuses are added to those with @statuses. */
static const struct { const char *command, *option, *values; gboolean statuses; } known_values[] = {
  { NULL, "device", "auto cpu cuda", FALSE },
  { NULL, "frames", "all", TRUE },
  { NULL, "frame", "", TRUE },
  { "frames", "status", "", TRUE },
  { "export", "status", "all", TRUE },
  { NULL, "format", "camvid", FALSE },
  { NULL, "layout", "datumaro cambridge segnet", FALSE },
  { "import", "map", "camvid32to11", FALSE },
  { "export", "unlabelled", "refuse void", FALSE },
  { NULL, "classes", "camvid11 camvid32 cityscapes", FALSE },
  { "history", "kind", "manual import propagated merge", FALSE },
  { "evaluate", "split", "train val test", FALSE },
  { "segment", "name", "stem path hash", FALSE },
  { "merge", "rule", "ours theirs newest", FALSE },
  { "space", "prune", "proposals jobs", FALSE },
  { "backup", "schedule", "off hourly daily weekly", FALSE },
  { "train", "arch", architectures, FALSE },
  { "train", "recipe", "fine-tune best scratch lite matlab paper", FALSE },
};

static void
offer (const char *typed, const char *candidate, const char *meaning)
{
  if (*candidate != '\0' && g_str_has_prefix (candidate, typed))
    printf ("%s\t%s\n", candidate, meaning);
}

static void
offer_each (const char *typed, const char *candidates, const char *between)
{
  g_auto(GStrv) all = g_strsplit (candidates, between, -1);
  for (char **one = all; *one != NULL; one++)
    offer (typed, *one, "");
}

static void
offer_commands (const char *typed)
{
  for (const CliCommand *const *command = cli_commands; *command != NULL; command++)
    offer (typed, (*command)->name, _((*command)->summary));
  offer (typed, "help", _("Explain a command"));
}

/* ---- options ---- */

/* The first option of @command for which @use is true. */
static const GOptionEntry *
find_option (const CliCommand *command, const GOptionEntry *common, gboolean (*use) (const GOptionEntry *option, const char *typed), const char *typed)
{
  const GOptionEntry *const tables[] = { command->options, common };
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const GOptionEntry *option = tables[i]; option != NULL && option->long_name != NULL; option++)
      if (use (option, typed))
        return option;
  return NULL;
}

static gboolean
offer_option (const GOptionEntry *option, const char *typed)
{
  g_autofree char *word = g_strconcat ("--", option->long_name, NULL);
  offer (typed, word, _(option->description));
  return FALSE;
}

static gboolean
is_option (const GOptionEntry *option, const char *word)
{
  if (word[0] != '-' || word[1] == '\0')
    return FALSE;
  return word[1] == '-' ? strcmp (word + 2, option->long_name) == 0 : word[1] == option->short_name && word[2] == '\0';
}

static void
offer_statuses (const char *typed)
{
  for (int status = 0; status < LW_N_FRAME_STATUSES; status++)
    offer (typed, lw_frame_status_get_nick ((LwFrameStatus) status), "");
}

static void
offer_values (const CliCommand *command, const GOptionEntry *option, const char *typed)
{
  if (option->arg_description != NULL && strchr (option->arg_description, '|') != NULL)      /* "yes|no" */
    offer_each (typed, option->arg_description, "|");
  for (gsize i = 0; i < G_N_ELEMENTS (known_values); i++)
    if (strcmp (known_values[i].option, option->long_name) == 0 && (known_values[i].command == NULL || strcmp (known_values[i].command, command->name) == 0))
      {
        offer_each (typed, known_values[i].values, " ");
        if (known_values[i].statuses)
          offer_statuses (typed);
      }
}

/* ---- arguments ---- */

/* "create|list|show" of "PROJECT create|list|show [NAME]" */
static void
offer_argument (const CliCommand *command, guint position, const char *typed)
{
  g_auto(GStrv) words = g_strsplit (command->arguments, " ", -1);
  guint n = 0;
  for (char **word = words; *word != NULL; word++)
    if (g_str_has_prefix (*word, "--"))
      word += word[1] != NULL;                    /* with its value */
    else if (n++ == position && strchr (*word, '|') != NULL)
      offer_each (typed, *word, "|");
}

/* Of @words before the one that is typed: arguments alone. @open: (out): the option whose value is typed */
static guint
count_arguments (const CliCommand *command, const GOptionEntry *common, char **words, guint n, const GOptionEntry **open)
{
  guint arguments = 0;
  *open = NULL;
  for (guint i = 0; i < n; i++)
    {
      gboolean is_value = *open != NULL;
      if (is_value && strcmp (words[i], "=") == 0)          /* bash takes --option=value for three words */
        continue;
      const GOptionEntry *option = is_value ? NULL : find_option (command, common, is_option, words[i]);
      *open = option != NULL && option->arg != G_OPTION_ARG_NONE ? option : NULL;
      arguments += !is_value && words[i][0] != '-';
    }
  return arguments;
}

static void
complete_command (const CliCommand *command, char **words, guint n, const char *typed)
{
  Cli cli = { .command = command };
  CliCommonOptions common = cli_common_options (&cli);
  const GOptionEntry *open;
  guint position = count_arguments (command, common.entries, words, n, &open);
  if (open != NULL)
    offer_values (command, open, strcmp (typed, "=") == 0 ? "" : typed);
  else if (typed[0] == '-')
    {
      find_option (command, common.entries, offer_option, typed);
      offer (typed, "--help", _("Explain the command"));
    }
  else
    offer_argument (command, position, typed);
}

void
cli_complete (char **words)
{
  guint n = g_strv_length (words);
  const char *typed = n > 0 ? words[n - 1] : "";
  if (n <= 1 || (n == 2 && strcmp (words[0], "help") == 0))
    {
      offer_commands (typed);
      return;
    }
  for (const CliCommand *const *command = cli_commands; *command != NULL; command++)
    if (strcmp ((*command)->name, words[0]) == 0)
      complete_command (*command, words + 1, n - 2, typed);
}
