/* cli.h: what the commands of labelwright-cli share
 *
 * A command is a name, its options and a function. Results go to standard output: lines for people, or with --json one object a line;
 * everything else to standard error. The exit code is 0 for done, 1 for failed (wholly or for a part of what was asked), 2 for wrong use. */
#pragma once

#include "common/json.h"
#include "engine/workflow.h"
#include "store/provenance.h"

#define CLI_ERROR (cli_error_quark ())
typedef enum { CLI_ERROR_USAGE } CliError;
GQuark cli_error_quark (void);

typedef struct _Cli Cli;
typedef gboolean (*CliRun) (Cli *cli, char **arguments, GError **error);

typedef struct {
  const char *name;
  const char *arguments;          /* as the help shows them: "PROJECT PATH..." */
  const char *summary;            /* one line */
  const char *details;            /* (optional) what the help says below the options */
  const char *example;            /* one line or more, as typed after “labelwright-cli” */
  const GOptionEntry *options;    /* ends with a NULL entry; NULL: only the common ones */
  guint least, most;              /* arguments; G_MAXUINT: any number */
  CliRun run;
} CliCommand;

struct _Cli {
  const CliCommand *command;
  gboolean json;
  char *device;
  GCancellable *cancellable;      /* Ctrl+C */
  LwEngine *engine;               /* NULL until somebody needs it */
  const char *told;               /* the engine's last warning that was said (interned) */
  gboolean failed;                /* a part of the work: the exit code is 1 */
  const char *task;               /* what the progress line says */
};

/* Every command of the program, in the order of the help; ends with a NULL name. */
extern const CliCommand *const cli_commands[];

/* Options that every command has; @cli takes their values. Ends with a NULL name. */
typedef struct { GOptionEntry entries[3]; } CliCommonOptions;
CliCommonOptions cli_common_options (Cli *cli);
/* The manual page of a command, in mdoc. */
void cli_print_man (const CliCommand *command);
/* For shells: what can stand in place of the last of @words, which come behind the program's name. */
void cli_complete (char **words);

/* ---- arguments ---- */
gboolean cli_usage (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);       /* always FALSE */
LwProject *cli_open_project (Cli *cli, const char *path, GError **error);
LwEngine *cli_get_engine (Cli *cli);
/* @specs: of --frames, or NULL: @otherwise. */
GPtrArray *cli_select_frames (LwProject *project, char **specs, const char *otherwise, GError **error);
gint64 *cli_dup_ids (GPtrArray *frames);

/* ---- output ---- */
void cli_line (Cli *cli, const char *format, ...) G_GNUC_PRINTF (2, 3);                  /* nothing with --json */
void cli_json (Cli *cli, LwJson *object /* taken */);                                    /* nothing without */
void cli_complain (Cli *cli, const char *format, ...) G_GNUC_PRINTF (2, 3);              /* on standard error; the exit code will be 1 */
void cli_remark (Cli *cli, const char *format, ...) G_GNUC_PRINTF (2, 3);                /* on standard error, not a failure */

void cli_tell_warning (Cli *cli);                                                        /* that the engine does otherwise than asked, once */

/* A line that is rewritten, on a terminal only. @cli of the function is its data: an LwProgress. */
void cli_begin (Cli *cli, const char *task);
void cli_progress (double fraction, gpointer cli);
void cli_end (Cli *cli);

/* Members of a result; a NULL string or a NaN is null. */
void cli_put_string (LwJson *object, const char *key, const char *value);
void cli_put_int (LwJson *object, const char *key, gint64 value);
void cli_put_double (LwJson *object, const char *key, double value);
void cli_put_bool (LwJson *object, const char *key, gboolean value);
void cli_put_time (LwJson *object, const char *key, gint64 microseconds);                /* ISO 8601, UTC */
char *cli_format_time (gint64 microseconds);                                             /* local, to the minute */
/* "2026-11-23", with a time of day, or ISO 8601 with a zone; local where none is given. @end: a day alone means its last moment. 0 for NULL; -1: wrong use */
gint64 cli_parse_time (const char *text, gboolean end, GError **error);
/* JSON that was kept as text; null where it is NULL or damaged. */
void cli_put_text (LwJson *object, const char *key, const char *json);
void cli_put_counts (LwJson *object, const char *key, GHashTable *counts);               /* name → GUINT_TO_POINTER */

/* Members of a frame or a project: pixels, labelled, strokes, revisions, classes, origins. Returns: pixels with a label */
guint64 cli_put_statistics (LwJson *object, const LwStatistics *statistics, const LwPalette *palette, GPtrArray *origins);

extern const CliCommand cli_create, cli_add, cli_relink, cli_frames, cli_import, cli_export, cli_propose, cli_apply, cli_submit, cli_accept, cli_return,
  cli_dataset, cli_train, cli_evaluate, cli_models, cli_segment, cli_history, cli_restore, cli_snapshot, cli_undo, cli_redo, cli_backup, cli_package,
  cli_merge, cli_stats, cli_space, cli_log, cli_verify, cli_sheet,
  cli_assign, cli_comment, cli_comments, cli_contract, cli_check, cli_packages, cli_remove_class, cli_remove_media, cli_restore_media, cli_author;
