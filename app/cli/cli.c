/* cli.c: arguments, output and progress of the commands */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_TEXT (16u << 20)

G_DEFINE_QUARK (labelwright-cli-error-quark, cli_error)

const CliCommand *const cli_commands[] = {
  &cli_create, &cli_add, &cli_relink, &cli_frames, &cli_import, &cli_propose, &cli_apply, &cli_assign, &cli_submit, &cli_accept, &cli_return,
  &cli_comment, &cli_comments, &cli_contract, &cli_check, &cli_dataset, &cli_train,
  &cli_evaluate, &cli_export, &cli_models, &cli_segment, &cli_sheet, &cli_history, &cli_restore, &cli_snapshot, &cli_undo, &cli_redo, &cli_backup,
  &cli_package, &cli_packages, &cli_merge, &cli_remove_class, &cli_remove_media, &cli_restore_media, &cli_stats, &cli_space, &cli_author, &cli_log, &cli_verify, NULL,
};

CliCommonOptions
cli_common_options (Cli *cli)
{
  return (CliCommonOptions) { {
    { "json", 0, 0, G_OPTION_ARG_NONE, &cli->json, N_("Print JSON, one object a line"), NULL },
    { "device", 0, 0, G_OPTION_ARG_STRING, &cli->device, N_("Where networks run: auto, cpu or cuda"), N_("NAME") },
    G_OPTION_ENTRY_NULL
  } };
}

/* ---- arguments ---- */

gboolean
cli_usage (GError **error, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, CLI_ERROR, CLI_ERROR_USAGE, message);
  return FALSE;
}

LwProject *
cli_open_project (Cli *cli, const char *path, GError **error)
{
  return lw_project_open (path, error);
}

LwEngine *
cli_get_engine (Cli *cli)
{
  if (cli->engine == NULL)
    cli->engine = lw_engine_new (cli->device != NULL ? cli->device : "auto");
  return cli->engine;
}

GPtrArray *
cli_select_frames (LwProject *project, char **specs, const char *otherwise, GError **error)
{
  const char *const one[] = { otherwise, NULL };
  return lw_project_select_frames (project, specs != NULL ? (const char *const *) specs : one, error);
}

gint64 *
cli_dup_ids (GPtrArray *frames)
{
  gint64 *ids = g_new (gint64, frames->len + 1);
  for (guint i = 0; i < frames->len; i++)
    ids[i] = ((const LwFrame *) g_ptr_array_index (frames, i))->id;
  return ids;
}

/* ---- output ---- */

static gboolean
on_terminal (void)
{
  return isatty (STDERR_FILENO) == 1;
}

/* What is written next stands on a line of its own. */
static void
clear_progress (Cli *cli)
{
  if (cli->task != NULL && on_terminal ())
    fputs ("\r\033[K", stderr);
}

void
cli_line (Cli *cli, const char *format, ...)
{
  va_list args;
  if (cli->json)
    return;
  clear_progress (cli);
  va_start (args, format);
  vprintf (format, args);
  va_end (args);
  putchar ('\n');
  fflush (stdout);
}

void
cli_json (Cli *cli, LwJson *object)
{
  if (cli->json)
    {
      clear_progress (cli);
      puts (json_object_to_json_string_ext (object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
      fflush (stdout);
    }
  json_object_put (object);
}

static void
complain (Cli *cli, const char *format, va_list args)
{
  clear_progress (cli);
  fprintf (stderr, "labelwright-cli: ");
  vfprintf (stderr, format, args);
  fputc ('\n', stderr);
}

void
cli_complain (Cli *cli, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  complain (cli, format, args);
  va_end (args);
  cli->failed = TRUE;
}

void
cli_remark (Cli *cli, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  complain (cli, format, args);
  va_end (args);
}

void
cli_tell_warning (Cli *cli)
{
  const char *warning = cli->engine != NULL ? lw_engine_get_warning (cli->engine) : NULL;
  if (warning == NULL || warning == cli->told)
    return;
  cli->told = warning;
  cli_remark (cli, "%s", warning);
}

void
cli_begin (Cli *cli, const char *task)
{
  cli->task = task;
  cli_progress (0, cli);
}

void
cli_progress (double fraction, gpointer data)
{
  Cli *cli = data;
  cli_tell_warning (cli);
  if (cli->task != NULL && on_terminal ())
    fprintf (stderr, "\r%s %3d %%\033[K", cli->task, (int) (CLAMP (fraction, 0, 1) * 100));
}

void
cli_end (Cli *cli)
{
  clear_progress (cli);
  cli->task = NULL;
}

/* ---- members ---- */

void
cli_put_string (LwJson *object, const char *key, const char *value)
{
  g_autofree char *valid = value != NULL ? g_utf8_make_valid (value, -1) : NULL;
  json_object_object_add (object, key, valid != NULL ? json_object_new_string (valid) : NULL);
}

void
cli_put_int (LwJson *object, const char *key, gint64 value)
{
  json_object_object_add (object, key, json_object_new_int64 (value));
}

void
cli_put_double (LwJson *object, const char *key, double value)
{
  json_object_object_add (object, key, isfinite (value) ? json_object_new_double (value) : NULL);
}

void
cli_put_bool (LwJson *object, const char *key, gboolean value)
{
  json_object_object_add (object, key, json_object_new_boolean (value));
}

void
cli_put_time (LwJson *object, const char *key, gint64 microseconds)
{
  g_autoptr(GDateTime) seconds = g_date_time_new_from_unix_utc (microseconds / G_USEC_PER_SEC);
  g_autofree char *text = seconds != NULL ? g_date_time_format (seconds, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  cli_put_string (object, key, text);
}

char *
cli_format_time (gint64 microseconds)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_local (microseconds / G_USEC_PER_SEC);
  return time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M") : g_strdup ("?");
}

gint64
cli_parse_time (const char *text, gboolean end, GError **error)
{
  if (text == NULL)
    return 0;
  g_autofree char *full = g_strconcat (text, strlen (text) == 10 ? (end ? "T23:59:59.999999" : "T00:00:00") : strlen (text) == 16 ? ":00" : "", NULL);
  if (strlen (text) > 10 && full[10] == ' ')
    full[10] = 'T';
  g_autoptr(GTimeZone) zone = g_time_zone_new_local ();
  g_autoptr(GDateTime) time = g_date_time_new_from_iso8601 (full, zone);
  if (time != NULL && g_date_time_to_unix (time) > 0)
    return g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
  cli_usage (error, _("“%s” is no time: give a day such as 2026-11-23, or “2026-11-23 14:30”."), text);
  return -1;
}

void
cli_put_text (LwJson *object, const char *key, const char *json)
{
  json_object_object_add (object, key, json != NULL ? lw_json_parse (json, strlen (json), MAX_TEXT, key, NULL) : NULL);
}

void
cli_put_counts (LwJson *object, const char *key, GHashTable *counts)
{
  GHashTableIter iter;
  gpointer name, count;
  LwJson *map = json_object_new_object ();
  if (counts != NULL)
    {
      g_hash_table_iter_init (&iter, counts);
      while (g_hash_table_iter_next (&iter, &name, &count))
        cli_put_int (map, name, GPOINTER_TO_UINT (count));
    }
  json_object_object_add (object, key, map);
}
