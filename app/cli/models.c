/* models.c: models list, show, add, promote, rollback, card, export */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

static char *name, *reason_text;
static gboolean overwrite;

static const GOptionEntry options[] = {
  { "name", 0, 0, G_OPTION_ARG_STRING, &name, N_("add: what to call it (the file’s name)"), N_("NAME") },
  { "reason", 0, 0, G_OPTION_ARG_STRING, &reason_text, N_("promote: why; kept in the log"), N_("TEXT") },
  { "overwrite", 0, 0, G_OPTION_ARG_NONE, &overwrite, N_("export: replace a file that is there"), NULL },
  G_OPTION_ENTRY_NULL
};

static const char *
name_of_status (LwModelStatus status)
{
  static const char *const names[] = { "candidate", "champion", "retired" };
  return (guint) status < G_N_ELEMENTS (names) ? names[status] : "?";
}

static const char *
name_of_id (GPtrArray *models, gint64 id)
{
  for (guint i = 0; i < models->len; i++)
    if (((const LwModel *) g_ptr_array_index (models, i))->id == id)
      return ((const LwModel *) g_ptr_array_index (models, i))->name;
  return NULL;
}

static LwJson *
describe (const LwModel *model, GPtrArray *models)
{
  LwJson *object = json_object_new_object ();
  cli_put_string (object, "name", model->name);
  cli_put_string (object, "uuid", model->uuid);
  cli_put_string (object, "status", name_of_status (model->status));
  cli_put_string (object, "architecture", model->architecture);
  cli_put_text (object, "classes", model->classes);
  cli_put_string (object, "parent", name_of_id (models, model->parent));
  cli_put_string (object, "sha256", model->sha256);
  cli_put_string (object, "path", model->path);
  cli_put_time (object, "created", model->created);
  cli_put_int (object, "seed", model->seed);
  cli_put_text (object, "recipe", model->recipe);
  cli_put_text (object, "metrics", model->metrics);
  cli_put_text (object, "card", model->card);
  return object;
}

static gboolean
list (Cli *cli, LwProject *project, GError **error)
{
  g_autoptr(GPtrArray) models = lw_project_list_models (project, error);
  for (guint i = 0; models != NULL && i < models->len; i++)
    {
      const LwModel *model = g_ptr_array_index (models, i);
      g_autofree char *time = cli_format_time (model->created);
      cli_json (cli, describe (model, models));
      cli_line (cli, "%-24s %-10s %-12s %s", model->name, name_of_status (model->status), model->architecture, time);
    }
  return models != NULL;
}

static gboolean
print_model (Cli *cli, LwProject *project, const LwModel *model, GError **error)
{
  g_autoptr(GPtrArray) models = lw_project_list_models (project, error);
  if (models == NULL)
    return FALSE;
  LwJson *object = describe (model, models);
  if (!cli->json)
    puts (json_object_to_json_string_ext (object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE));
  cli_json (cli, object);
  return TRUE;
}

static gboolean
show (Cli *cli, LwProject *project, const char *argument, GError **error)
{
  g_autoptr(LwModel) model = lw_project_find_model (project, argument, error);
  return model != NULL && print_model (cli, project, model, error);
}

static gboolean
add (Cli *cli, LwProject *project, const char *argument, GError **error)
{
  g_autoptr(LwModel) model = lw_workflow_add_model_file (project, cli_get_engine (cli), argument, name, error);
  g_autoptr(GPtrArray) models = model != NULL ? lw_project_list_models (project, error) : NULL;
  if (models == NULL)
    return FALSE;
  cli_json (cli, describe (model, models));
  cli_line (cli, _("The project has the model “%s”."), model->name);
  return lw_project_close (project, error);
}

static gboolean
report_champion (Cli *cli, LwProject *project, GError **error)
{
  g_autoptr(LwModel) champion = lw_project_get_champion (project, error);
  g_autoptr(GPtrArray) models = champion != NULL ? lw_project_list_models (project, error) : NULL;
  if (models == NULL)
    return FALSE;
  cli_json (cli, describe (champion, models));
  cli_line (cli, _("“%s” is used for proposals now."), champion->name);
  return lw_project_close (project, error);
}

static gboolean
promote (Cli *cli, LwProject *project, const char *argument, GError **error)
{
  g_autoptr(LwModel) model = lw_project_find_model (project, argument, error);
  return model != NULL && lw_project_promote_model (project, model->id, reason_text, error) && report_champion (cli, project, error);
}

static gboolean
rollback (Cli *cli, LwProject *project, const char *argument, GError **error)
{
  return lw_project_rollback_model (project, error) && report_champion (cli, project, error);
}

static gboolean
card (Cli *cli, LwProject *project, const char *argument, GError **error)
{
  g_autoptr(LwModel) model = lw_project_find_model (project, argument, error);
  if (model == NULL)
    return FALSE;
  LwJson *object = json_object_new_object ();
  cli_put_string (object, "name", model->name);
  cli_put_text (object, "card", model->card);
  LwJson *text = json_object_object_get (object, "card");
  cli_line (cli, "%s", text != NULL ? json_object_to_json_string_ext (text, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE)
                                    : _("This model has no card."));
  cli_json (cli, object);
  return TRUE;
}

static gboolean
export (Cli *cli, LwProject *project, const char *argument, const char *out, GError **error)
{
  g_autoptr(LwModel) model = lw_project_find_model (project, argument, error);
  if (model == NULL)
    return FALSE;
  g_autoptr(GFile) from = g_file_new_for_path (model->path), to = g_file_new_for_commandline_arg (out);
  if (!g_file_copy (from, to, overwrite ? G_FILE_COPY_OVERWRITE : G_FILE_COPY_NONE, cli->cancellable, NULL, NULL, error))
    {
      g_prefix_error (error, _("Could not write “%s”: "), out);
      return FALSE;
    }
  g_autofree char *path = g_file_get_path (to);
  LwJson *object = json_object_new_object ();
  cli_put_string (object, "name", model->name);
  cli_put_string (object, "path", path);
  cli_put_string (object, "sha256", model->sha256);
  cli_json (cli, object);
  cli_line (cli, _("Wrote “%s” to “%s”."), model->name, path);
  return TRUE;
}

static gboolean
list_all (Cli *cli, LwProject *project, const char *argument, GError **error)
{
  return list (cli, project, error);
}

static const struct {
  const char *name;
  guint arguments;
  gboolean (*run) (Cli *cli, LwProject *project, const char *argument, GError **error);
} parts[] = {
  { "list", 0, list_all }, { "show", 1, show }, { "add", 1, add }, { "promote", 1, promote }, { "rollback", 0, rollback }, { "card", 1, card },
  { "export", 2, NULL },
};

static gboolean
models (Cli *cli, char **arguments, GError **error)
{
  const char *what = arguments[1];
  guint n = g_strv_length (arguments) - 2, i = 0;
  while (i < G_N_ELEMENTS (parts) && !g_str_equal (parts[i].name, what))
    i++;
  if (i == G_N_ELEMENTS (parts))
    return cli_usage (error, _("“models” does list, show, add, promote, rollback, card or export, not “%s”."), what);
  if (n != parts[i].arguments)
    return cli_usage (error, ngettext ("“models PROJECT %s” takes %u argument more.", "“models PROJECT %s” takes %u arguments more.", parts[i].arguments),
                      what, parts[i].arguments);
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  if (project == NULL)
    return FALSE;
  return parts[i].run != NULL ? parts[i].run (cli, project, arguments[2], error) : export (cli, project, arguments[2], arguments[3], error);
}

const CliCommand cli_models = { "models", "PROJECT list|show|add|promote|rollback|card|export [ARGUMENT...]", N_("Look after a project’s models"),
  N_("  list\n  show MODEL\n  add FILE\n  promote MODEL        use it for proposals\n  rollback             use the one before again\n  card MODEL\n  export MODEL FILE"),
  "models drive list\nmodels drive promote starter-2 --reason \"better on poles\"", options, 2, 4, models };
