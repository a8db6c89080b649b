/* test-cli-completion.c: what labelwright-cli offers to shells: every command, every option that its help names, no value that it would not take; and what bash makes of it */
#include "config.h"
#include "cli-fixture.h"

#include <string.h>

/* The first words of the last command's lines. */
static GStrv
dup_offered (CliFixture *f)
{
  GStrv lines = g_strsplit (f->out, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    (*line)[strcspn (*line, "\t")] = '\0';
  if (lines[0] != NULL)
    g_clear_pointer (&lines[g_strv_length (lines) - 1], g_free);      /* behind the last newline */
  return lines;
}

static gboolean
offers (CliFixture *f, const char *what)
{
  g_auto(GStrv) offered = dup_offered (f);
  return g_strv_contains ((const char *const *) offered, what);
}

static gboolean
offers_nothing (CliFixture *f)
{
  return *f->out == '\0';
}

/* Commands are the indented names of the help. */
static GStrv
dup_commands (CliFixture *f)
{
  g_autoptr(GRegex) regex = g_regex_new ("^  ([a-z-]+)  ", G_REGEX_MULTILINE, 0, NULL);
  g_autoptr(GMatchInfo) match = NULL;
  g_autoptr(GStrvBuilder) names = g_strv_builder_new ();
  cli_run (f, 0, "--help", NULL);
  for (g_regex_match (regex, f->out, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL))
    {
      g_autofree char *name = g_match_info_fetch (match, 1);
      g_strv_builder_add (names, name);
    }
  return g_strv_builder_end (names);
}

static void
test_commands (CliFixture *f, gconstpointer data)
{
  g_auto(GStrv) commands = dup_commands (f);
  g_assert_cmpuint (g_strv_length (commands), >, 30);
  cli_run (f, 0, "--complete", "", NULL);
  for (char **command = commands; *command != NULL; command++)
    g_assert_true (offers (f, *command));
  cli_run (f, 0, "--complete", "help", "", NULL);
  g_assert_true (offers (f, commands[0]));
  cli_run (f, 0, "--complete", "sn", NULL);
  g_assert_true (g_str_has_prefix (f->out, "snapshot\t") && strchr (f->out, '\n')[1] == '\0');
  cli_run (f, 0, "--complete", "dance", "", NULL);
  g_assert_true (offers_nothing (f));
  cli_run (f, 0, "--complete", NULL);
  g_assert_true (offers (f, commands[0]));
}

/* Every value that is offered for @option stands in the help, but statuses, which it may call just that. */
static void
check_values (CliFixture *f, const char *command, const char *option, const char *help)
{
  cli_run (f, 0, "--complete", command, "project", option, "", NULL);
  g_auto(GStrv) values = dup_offered (f);
  for (char **value = values; *value != NULL; value++)
    {
      g_autofree char *pattern = g_strdup_printf ("\\b%s\\b", *value);
      gboolean is_status = strstr ("new in-progress submitted accepted returned", *value) != NULL;
      if (!is_status && !g_regex_match_simple (pattern, help, 0, 0))
        g_error ("%s %s: “%s” is offered, and the help knows nothing of it", command, option, *value);
    }
}

static void
check_command (CliFixture *f, const char *command)
{
  g_autoptr(GRegex) regex = g_regex_new ("^  (?:-., )?(--[a-z-]+)", G_REGEX_MULTILINE, 0, NULL);
  g_autoptr(GMatchInfo) match = NULL;
  cli_run (f, 0, command, "--help", NULL);
  g_autofree char *help = g_strdup (f->out);
  cli_run (f, 0, "--complete", command, "--", NULL);
  g_auto(GStrv) offered = dup_offered (f);
  guint n = 0;
  for (g_regex_match (regex, help, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL), n++)
    {
      g_autofree char *option = g_match_info_fetch (match, 1);
      g_test_message ("%s %s", command, option);
      g_assert_true (g_strv_contains ((const char *const *) offered, option));
      check_values (f, command, option, help);
    }
  g_assert_cmpuint (n, ==, g_strv_length (offered));
}

static void
test_options (CliFixture *f, gconstpointer data)
{
  g_auto(GStrv) commands = dup_commands (f);
  for (char **command = commands; *command != NULL; command++)
    check_command (f, *command);
}

static void
test_values (CliFixture *f, gconstpointer data)
{
  static const char *const devices[] = { "auto", "cpu", "cuda" };
  cli_run (f, 0, "--complete", "train", "p", "--device", "", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      g_assert_true (offers (f, devices[i]));
      cli_run (f, 1, "frames", "/no/such/project", "--device", devices[i], NULL);      /* 2 for one that it does not know */
      cli_run (f, 0, "--complete", "train", "p", "--device", "", NULL);
    }
  cli_run (f, 0, "--complete", "frames", "p", "--status", "=", NULL);
  g_auto(GStrv) statuses = dup_offered (f);
  g_assert_cmpuint (g_strv_length (statuses), ==, 5);
  for (char **status = statuses; *status != NULL; status++)
    cli_run (f, 1, "frames", "/no/such/project", "--status", *status, NULL);
  cli_run (f, 0, "--complete", "contract", "p", "--complete", "n", NULL);
  g_assert_cmpstr (f->out, ==, "no\t\n");
  cli_run (f, 0, "--complete", "models", "p", "", NULL);
  g_assert_true (offers (f, "promote"));
  cli_run (f, 0, "--complete", "models", "--device", "cpu", "--json", "p", "pro", NULL);      /* an option's value is no argument */
  g_assert_cmpstr (f->out, ==, "promote\t\n");
  cli_run (f, 0, "--complete", "models", "p", "show", "", NULL);
  g_assert_true (offers_nothing (f));
  cli_run (f, 0, "--complete", "create", "", NULL);                                   /* a folder: the shell's own business */
  g_assert_true (offers_nothing (f));
  cli_run (f, 0, "--complete", "log", "p", "-o", "", NULL);
  g_assert_true (offers_nothing (f));
}

/* What bash puts into its COMPREPLY for a line of @words, the last of which is typed. */
static char *
complete_in_bash (const char *words)
{
  g_autofree char *script = g_strdup_printf ("source '%s'; set -f; COMP_WORDS=(\"$0\" %s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _labelwright_cli \"$0\"; echo \"${COMPREPLY[*]}\"",
                                             g_getenv ("COMPLETION"), words);
  const char *const command[] = { "bash", "--norc", "-c", script, g_getenv ("LABELWRIGHT_CLI"), NULL };
  g_autoptr(GError) error = NULL;
  char *out = NULL;
  int status;
  g_spawn_sync (NULL, (char **) command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  return g_strchomp (out);
}

static void
test_bash (CliFixture *f, gconstpointer data)
{
  static const char *const lines[][2] = {
    { "remo", "remove-class remove-media" }, { "help rel", "relink" }, { "frames 'my project' --stat", "--status" }, { "frames p --status = acc", "accepted" },
    { "frames p --status =", "new in-progress submitted accepted returned" }, { "snapshot p ''", "create list" }, { "snapshot p cr", "create" }, { "create ''", "" }, { "'$(touch x)' ''", "" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *got = complete_in_bash (lines[i][0]);
      g_test_message ("%s", lines[i][0]);
      g_assert_cmpstr (got, ==, lines[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/cli/completion/commands", CliFixture, NULL, cli_fixture_set_up, test_commands, cli_fixture_tear_down);
  g_test_add ("/cli/completion/options", CliFixture, NULL, cli_fixture_set_up, test_options, cli_fixture_tear_down);
  g_test_add ("/cli/completion/values", CliFixture, NULL, cli_fixture_set_up, test_values, cli_fixture_tear_down);
  g_test_add ("/cli/completion/bash", CliFixture, NULL, cli_fixture_set_up, test_bash, cli_fixture_tear_down);
  return g_test_run ();
}
