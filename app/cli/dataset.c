/* dataset.c: dataset create, list, show, check, sheet */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include "common/atomic-file.h"
#include "store/dataset-report.h"

static char **specs, *unseen_by, *out;
static double val = 0.25;
static int segment, gap, seed;

static const GOptionEntry options[] = {
  { "frames", 0, 0, G_OPTION_ARG_STRING_ARRAY, &specs, N_("create: which frames, of those that are accepted (all)"), N_("SPEC") },
  { "val", 0, 0, G_OPTION_ARG_DOUBLE, &val, N_("create: share of the frames that validate (0.25)"), N_("FRACTION") },
  { "segment", 0, 0, G_OPTION_ARG_INT, &segment, N_("create: so many neighbouring frames stay together (chosen)"), N_("FRAMES") },
  { "gap", 0, 0, G_OPTION_ARG_INT, &gap, N_("create: so many frames are left out between training and validation (a segment)"), N_("FRAMES") },
  { "seed", 0, 0, G_OPTION_ARG_INT, &seed, N_("create: another number, another choice"), N_("NUMBER") },
  { "unseen-by", 0, 0, G_OPTION_ARG_STRING, &unseen_by, N_("create: no frame that trained this model, or one before it, validates"), N_("MODEL") },
  { "out", 'o', 0, G_OPTION_ARG_FILENAME, &out, N_("sheet: write it there; JSON where its name ends with .json"), N_("FILE") },
  G_OPTION_ENTRY_NULL
};

static LwJson *
describe (const LwDataset *dataset)
{
  LwJson *object = json_object_new_object ();
  cli_put_string (object, "name", dataset->name);
  cli_put_string (object, "uuid", dataset->uuid);
  cli_put_time (object, "created", dataset->created);
  cli_put_int (object, "train", dataset->n_train);
  cli_put_int (object, "val", dataset->n_val);
  cli_put_int (object, "gap", dataset->gap);
  return object;
}

static gboolean
list (Cli *cli, LwProject *project, GError **error)
{
  g_autoptr(GPtrArray) datasets = lw_project_list_datasets (project, error);
  for (guint i = 0; datasets != NULL && i < datasets->len; i++)
    {
      const LwDataset *dataset = g_ptr_array_index (datasets, i);
      g_autofree char *time = cli_format_time (dataset->created);
      cli_json (cli, describe (dataset));
      cli_line (cli, _("%-24s %s  %u train, %u validate"), dataset->name, time, dataset->n_train, dataset->n_val);
    }
  return datasets != NULL;
}

static gboolean
show (Cli *cli, LwProject *project, const char *name, GError **error)
{
  static const char *const splits[] = { "train", "val", "test" };
  g_autoptr(LwDataset) dataset = lw_project_load_dataset (project, name, error);
  if (dataset == NULL)
    return FALSE;
  LwJson *object = describe (dataset), *items = json_object_new_array ();
  for (guint i = 0; i < dataset->items->len; i++)
    {
      const LwDatasetItem *item = &g_array_index (dataset->items, LwDatasetItem, i);
      g_autoptr(LwFrame) frame = lw_project_get_frame (project, item->frame, NULL);
      const char *frame_name = frame != NULL ? frame->name : "?", *split = (guint) item->split < G_N_ELEMENTS (splits) ? splits[item->split] : "?";
      LwJson *one = json_object_new_object ();
      cli_put_string (one, "frame", frame_name);
      cli_put_string (one, "split", split);
      json_object_array_add (items, one);
      cli_line (cli, "%-6s %s", split, frame_name);
    }
  json_object_object_add (object, "items", items);
  cli_json (cli, object);
  return TRUE;
}

static gboolean
create (Cli *cli, LwProject *project, const char *name, GError **error)
{
  const LwSplitOptions split = { .val_fraction = val, .segment = (guint) segment, .gap = (guint) gap, .seed = (guint64) seed };
  g_autoptr(LwModel) model = unseen_by != NULL ? lw_project_find_model (project, unseen_by, error) : NULL;
  g_autoptr(GPtrArray) frames = specs != NULL ? cli_select_frames (project, specs, NULL, error) : NULL;
  if ((unseen_by != NULL && model == NULL) || (specs != NULL && frames == NULL))
    return FALSE;
  g_autofree gint64 *ids = frames != NULL ? g_new (gint64, frames->len) : NULL;
  for (guint i = 0; frames != NULL && i < frames->len; i++)
    ids[i] = ((const LwFrame *) g_ptr_array_index (frames, i))->id;
  if (lw_project_create_dataset (project, name, ids, frames != NULL ? frames->len : 0, &split, model != NULL ? model->id : 0, error) == 0)
    return FALSE;
  g_autoptr(LwDataset) made = lw_project_load_dataset (project, name, error);
  if (made == NULL)
    return FALSE;
  cli_json (cli, describe (made));
  cli_line (cli, _("Made the dataset “%s”: %u frames train, %u validate."), made->name, made->n_train, made->n_val);
  if (made->n_val == 0 && val > 0)
    cli_remark (cli, _("There are too few frames to validate on some that lie away from those that train: models trained on this dataset get no score."));
  return TRUE;
}

/* ---- what it is made of ---- */

static LwDatasetReport *
read_report (Cli *cli, LwProject *project, const LwDataset *dataset, GError **error)
{
  cli_begin (cli, _("Counting"));
  LwDatasetReport *report = lw_project_report_dataset (project, dataset, cli_progress, cli, cli->cancellable, error);
  cli_end (cli);
  return report;
}

static gboolean
check (Cli *cli, LwProject *project, const char *name, GError **error)
{
  g_autoptr(LwDataset) dataset = lw_project_load_dataset (project, name, error);
  g_autoptr(LwDatasetReport) report = dataset != NULL ? read_report (cli, project, dataset, error) : NULL;
  if (report == NULL)
    return FALSE;
  LwJson *object = describe (dataset), *leaks = json_object_new_array ();
  for (guint i = 0; i < report->leaks->len; i++)
    json_object_array_add (leaks, json_object_new_string (report->leaks->pdata[i]));
  for (guint i = 0; i < report->leaks->len && !cli->json; i++)
    cli_complain (cli, "%s", (const char *) report->leaks->pdata[i]);
  json_object_object_add (object, "leaks", leaks);
  if (report->nearest != G_MAXUINT)
    cli_put_int (object, "nearest", report->nearest);
  cli_json (cli, object);
  if (report->leaks->len == 0)
    cli_line (cli, _("No split of “%s” knows anything of another."), dataset->name);
  cli->failed = report->leaks->len > 0;
  return TRUE;
}

static gboolean
write_sheet (Cli *cli, LwProject *project, const char *name, GError **error)
{
  gboolean json = out != NULL ? g_str_has_suffix (out, ".json") : cli->json;
  g_autoptr(LwDataset) dataset = lw_project_load_dataset (project, name, error);
  g_autoptr(LwDatasetReport) report = dataset != NULL ? read_report (cli, project, dataset, error) : NULL;
  g_autofree char *text = report != NULL ? lw_project_write_datasheet (project, dataset, report, json, error) : NULL;
  if (text == NULL)
    return FALSE;
  if (out != NULL)
    return lw_atomic_file_write (out, text, -1, error);
  return fputs (text, stdout) >= 0;
}

/* ---- the command ---- */

static gboolean
dataset (Cli *cli, char **arguments, GError **error)
{
  const char *what = arguments[1], *name = arguments[2];
  static const struct { const char *what; gboolean (*run) (Cli *, LwProject *, const char *, GError **); } readers[] = {
    { "show", show }, { "check", check }, { "sheet", write_sheet },
  };
  guint reader = 0;
  while (reader < G_N_ELEMENTS (readers) && !g_str_equal (what, readers[reader].what))
    reader++;
  gboolean wants_name = g_str_equal (what, "create") || reader < G_N_ELEMENTS (readers);
  if (!wants_name && !g_str_equal (what, "list"))
    return cli_usage (error, _("“dataset” does create, list, show, check or sheet, not “%s”."), what);
  if (wants_name != (name != NULL))
    return cli_usage (error, wants_name ? _("Give the dataset’s name.") : _("“list” takes no name."));
  if (!(val >= 0 && val < 1) || segment < 0 || gap < 0 || seed < 0)
    return cli_usage (error, _("--val is a share below 1; --segment, --gap and --seed are not negative."));
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  if (project == NULL)
    return FALSE;
  if (g_str_equal (what, "create"))
    return create (cli, project, name, error) && lw_project_close (project, error);
  return wants_name ? readers[reader].run (cli, project, name, error) : list (cli, project, error);
}

const CliCommand cli_dataset = { "dataset", "PROJECT create|list|show|check|sheet [NAME]", N_("Freeze accepted frames, to train and to validate on"),
  N_("A dataset never changes. Frames that validate lie at least a segment away from those that train.\n"
     "“check” looks for what one split knows of another: frames too near, equal pictures, models measured on what trained them; the exit code is 1 where there is any.\n"
     "“sheet” tells what the dataset is made of, for those who get it."),
  "dataset drive create june --unseen-by starter\ndataset drive show june\ndataset drive check june\ndataset drive sheet june --out june.md", options, 2, 3, dataset };
