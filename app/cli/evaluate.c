/* evaluate.c: evaluate */
#include "config.h"
#include "cli.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include "engine/evaluation.h"
#include "formats/label-folder.h"

#define MAX_EVALUATION (16u << 20)

static char *model_name, *dataset_name, *split_name, *images, *labels, *classes, *map, **specs;

static const GOptionEntry options[] = {
  { "model", 'm', 0, G_OPTION_ARG_FILENAME, &model_name, N_("A model of the project, or a weights file (the model in use)"), N_("MODEL") },
  { "dataset", 0, 0, G_OPTION_ARG_STRING, &dataset_name, N_("Frames of this dataset (all accepted frames)"), N_("NAME") },
  { "split", 0, 0, G_OPTION_ARG_STRING, &split_name, N_("With --dataset: train, val or test (val)"), N_("NAME") },
  { "labels", 0, 0, G_OPTION_ARG_FILENAME, &labels, N_("Compare with the label maps in this folder, by name"), N_("DIR") },
  { "frames", 0, 0, G_OPTION_ARG_STRING_ARRAY, &specs, N_("With --labels: which frames of the project (all)"), N_("SPEC") },
  { "images", 0, 0, G_OPTION_ARG_FILENAME, &images, N_("Without a project: pictures to label"), N_("DIR") },
  { "classes", 'c', 0, G_OPTION_ARG_FILENAME, &classes, N_("Without a project: camvid11, camvid32, cityscapes, or a JSON file (camvid11)"), N_("PALETTE") },
  { "map", 0, 0, G_OPTION_ARG_FILENAME, &map, N_("With --labels: JSON file from the label set’s classes to these"), N_("FILE") },
  G_OPTION_ENTRY_NULL
};

/* ---- for people ---- */

static double
number_of (LwJson *object, const char *key)
{
  double value = NAN;
  lw_json_get_double (object, key, &value, NULL);
  return value;
}

static const char *
percent (double value, char text[16])
{
  if (isnan (value))
    return "–";
  g_snprintf (text, 16, "%.1f", value * 100);
  return text;
}

static void
print_interval (Cli *cli, LwJson *result)
{
  LwJson *interval = NULL;
  char low[16], high[16];
  if (!lw_json_get_array (result, "mean_iou_interval", 2, &interval, NULL) || json_object_array_length (interval) != 2)
    return;
  percent (json_object_get_double (json_object_array_get_idx (interval, 0)), low);
  percent (json_object_get_double (json_object_array_get_idx (interval, 1)), high);
  cli_line (cli, _("Mean IoU: 95 %% of sets drawn from these frames lie between %s %% and %s %%"), low, high);
}

static void
print_table (Cli *cli, LwJson *result)
{
  LwJson *list = NULL;
  gint64 frames = 0;
  char a[16], b[16], c[16];
  lw_json_get_array (result, "classes", 256, &list, NULL);
  lw_json_get_int (result, "frames", 0, G_MAXINT64, &frames, NULL);
  cli_line (cli, "%-24s %9s %9s %9s", _("class"), _("accuracy"), _("IoU"), _("BF"));
  for (gsize i = 0; list != NULL && i < json_object_array_length (list); i++)
    {
      LwJson *class = json_object_array_get_idx (list, i);
      const char *name = "?";
      lw_json_get_string (class, "name", &name, NULL);
      cli_line (cli, "%-24s %9s %9s %9s", name, percent (number_of (class, "accuracy"), a), percent (number_of (class, "iou"), b), percent (number_of (class, "bf"), c));
    }
  cli_line (cli, "%-24s %9s %9s %9s", _("mean"), percent (number_of (result, "mean_accuracy"), a), percent (number_of (result, "mean_iou"), b),
            percent (number_of (result, "mean_bf"), c));
  cli_line (cli, _("%d frames; global accuracy %s %%, weighted IoU %s %%"), (int) frames, percent (number_of (result, "global_accuracy"), a),
            percent (number_of (result, "weighted_iou"), b));
  print_interval (cli, result);
}

/* ---- against a folder of label maps ---- */

typedef struct {
  Cli *cli;
  const char *model_path;
  LwPalette *palette;
  LwLabelFolder *truths;
  LwEvaluation *evaluation;
  guint8 of_class[256], of_channel[256];      /* index of a scored class, or LW_LABEL_NONE */
  guint without;                              /* pictures that have no label map */
} Comparison;

static void
comparison_clear (Comparison *c)
{
  g_clear_pointer (&c->palette, lw_palette_free);
  g_clear_pointer (&c->truths, lw_label_folder_free);
  g_clear_pointer (&c->evaluation, lw_evaluation_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Comparison, comparison_clear)

static gboolean
find_channels (Comparison *c, const char *model_classes, GError **error)
{
  g_autoptr(LwJson) names = lw_json_parse (model_classes, strlen (model_classes), MAX_EVALUATION, _("the model’s classes"), error);
  memset (c->of_channel, LW_LABEL_NONE, sizeof c->of_channel);
  for (gsize i = 0; names != NULL && i < MIN (json_object_array_length (names), 255); i++)
    {
      const LwClass *class = lw_palette_find_name (c->palette, json_object_get_string (json_object_array_get_idx (names, i)));
      if (class != NULL)
        c->of_channel[i] = c->of_class[class->id];
    }
  return names != NULL;
}

static gboolean
find_classes (Comparison *c, GError **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new ();
  memset (c->of_class, LW_LABEL_NONE, sizeof c->of_class);
  for (guint i = 0; i < c->palette->classes->len; i++)
    {
      const LwClass *class = g_ptr_array_index (c->palette->classes, i);
      if (class->ignored || names->len == LW_LABEL_NONE - 1)
        continue;
      c->of_class[class->id] = (guint8) names->len;
      g_ptr_array_add (names, class->name);
    }
  if (names->len == 0)
    return cli_usage (error, _("The palette has no class that is scored."));
  c->evaluation = lw_evaluation_new ((const char *const *) names->pdata, (int) names->len);
  return TRUE;
}

/* Takes @palette. */
static gboolean
begin (Comparison *c, LwPalette *palette, GError **error)
{
  c->palette = palette;
  if (palette == NULL || !find_classes (c, error))
    return FALSE;
  c->truths = lw_label_folder_open (labels, c->palette, map, error);
  g_autoptr(LwModelInfo) info = c->truths != NULL ? lw_engine_inspect (cli_get_engine (c->cli), c->model_path, error) : NULL;
  return info != NULL && find_channels (c, info->classes, error);
}

static gboolean
compare (Comparison *c, const char *name, LwImage *image, GError **error)
{
  g_autoptr(LwLabelMap) truth = lw_label_folder_read (c->truths, name, image->width, image->height, error);
  g_autoptr(LwPrediction) prediction = truth != NULL ? lw_engine_predict_repeatable (cli_get_engine (c->cli), c->model_path, image, c->cli->cancellable, error) : NULL;
  if (prediction == NULL)
    return FALSE;
  lw_label_map_remap (truth, c->of_class);
  lw_label_map_remap (prediction->channels, c->of_channel);
  lw_evaluation_add (c->evaluation, truth, prediction->channels);
  return TRUE;
}

static gboolean
finish (Comparison *c, const char *model, guint compared, GError **error)
{
  if (compared == 0)
    {
      g_set_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_NOT_FOUND, _("No label map in “%s” has the name of a picture."), labels);
      return FALSE;
    }
  if (c->without > 0)
    cli_remark (c->cli, ngettext ("%u picture has no label map and was left out.", "%u pictures have no label map and were left out.", c->without), c->without);
  LwJson *result = lw_evaluation_to_json (c->evaluation);
  cli_put_string (result, "model", model);
  print_table (c->cli, result);
  cli_json (c->cli, result);
  return TRUE;
}

static gboolean
evaluate_images (Cli *cli, GError **error)
{
  g_autofree char *path = g_canonicalize_filename (model_name, NULL);
  g_auto(Comparison) c = { .cli = cli, .model_path = path };
  if (!begin (&c, lw_palette_load (classes != NULL ? classes : "camvid11", error), error))
    return FALSE;
  g_autoptr(LwMediaInfo) info = lw_media_scan (images, NULL, NULL, cli->cancellable, error);
  g_autoptr(LwFrameSource) source = info != NULL ? lw_frame_source_new (info->kind, info->path, info->index, error) : NULL;
  guint compared = 0;
  if (source == NULL)
    return FALSE;
  cli_begin (cli, _("Scoring"));
  for (guint i = 0; i < info->frames->len; i++)
    {
      const LwFrameInfo *frame = &g_array_index (info->frames, LwFrameInfo, i);
      cli_progress ((double) i / info->frames->len, cli);
      if (frame->name == NULL || !lw_label_folder_has (c.truths, frame->name))
        {
          c.without++;
          continue;
        }
      g_autoptr(LwImage) image = lw_frame_source_read (source, i, cli->cancellable, error);
      if (image == NULL || !compare (&c, frame->name, image, error))
        return FALSE;
      compared++;
    }
  cli_end (cli);
  return finish (&c, model_name, compared, error);
}

static gboolean
evaluate_against_folder (Cli *cli, LwProject *project, const LwModel *model, GError **error)
{
  g_auto(Comparison) c = { .cli = cli, .model_path = model->path };
  if (!begin (&c, lw_project_dup_palette (project, error), error))
    return FALSE;
  g_autoptr(GPtrArray) frames = cli_select_frames (project, specs, "all", error);
  g_autoptr(LwPictures) pictures = lw_pictures_new (project);
  guint compared = 0;
  if (frames == NULL)
    return FALSE;
  cli_begin (cli, _("Scoring"));
  for (guint i = 0; i < frames->len; i++)
    {
      const LwFrame *frame = g_ptr_array_index (frames, i);
      cli_progress ((double) i / frames->len, cli);
      if (!lw_label_folder_has (c.truths, frame->name))
        {
          c.without++;
          continue;
        }
      g_autoptr(LwImage) image = lw_pictures_read (pictures, frame, cli->cancellable, error);
      if (image == NULL || !compare (&c, frame->name, image, error))
        return FALSE;
      compared++;
    }
  cli_end (cli);
  return finish (&c, model->name, compared, error);
}

/* ---- against what people accepted ---- */

static gboolean
parse_split (LwSplit *split, GError **error)
{
  static const char *const names[] = { "train", "val", "test" };
  *split = LW_SPLIT_VAL;
  for (guint i = 0; split_name != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (split_name, names[i]))
      {
        *split = (LwSplit) i;
        return TRUE;
      }
  return split_name == NULL || cli_usage (error, _("There is no split “%s”: choose train, val or test."), split_name);
}

static gboolean
evaluate_accepted (Cli *cli, LwProject *project, const LwModel *model, LwSplit split, GError **error)
{
  g_autoptr(GError) reason = NULL;
  g_autoptr(LwDataset) dataset = dataset_name != NULL ? lw_project_load_dataset (project, dataset_name, error) : NULL;
  if (dataset_name != NULL && dataset == NULL)
    return FALSE;
  cli_begin (cli, _("Scoring"));
  g_autofree char *text = lw_workflow_evaluate (project, cli_get_engine (cli), model, dataset, split, cli_progress, cli, cli->cancellable, &reason);
  cli_end (cli);
  if (text == NULL && reason == NULL)
    g_set_error_literal (&reason, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, dataset != NULL ? _("The dataset has no frame in that split: there is nothing to score on.")
                                                                                         : _("No frame is accepted: there is nothing to score on."));
  if (text == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  LwJson *result = lw_json_parse (text, strlen (text), MAX_EVALUATION, "evaluation", error);
  gint64 seen = 0;
  lw_json_get_int (result, "seen_frames", 0, G_MAXINT64, &seen, NULL);
  if (seen > 0)
    cli_remark (cli, _("%d of these frames trained “%s” or a model before it: this is no measure of how it does on new frames."), (int) seen, model->name);
  print_table (cli, result);
  cli_json (cli, result);
  return TRUE;
}

static gboolean
check_options (char **arguments, LwSplit *split, GError **error)
{
  if (arguments[0] == NULL && (model_name == NULL || images == NULL || labels == NULL))
    return cli_usage (error, _("Name a project; or without one --model FILE, --images DIR and --labels DIR."));
  if (arguments[0] != NULL && (images != NULL || classes != NULL))
    return cli_usage (error, _("--images and --classes are for an evaluation without a project."));
  if (dataset_name != NULL && labels != NULL)
    return cli_usage (error, _("Compare with a dataset or with --labels, not with both."));
  if ((specs != NULL || map != NULL) && labels == NULL)
    return cli_usage (error, _("--frames and --map go with --labels."));
  return parse_split (split, error);
}

static gboolean
evaluate (Cli *cli, char **arguments, GError **error)
{
  LwSplit split = LW_SPLIT_VAL;
  if (!check_options (arguments, &split, error))
    return FALSE;
  if (arguments[0] == NULL)
    return evaluate_images (cli, error);
  g_autoptr(LwProject) project = cli_open_project (cli, arguments[0], error);
  g_autoptr(LwModel) model = project != NULL ? lw_workflow_find_model (project, cli_get_engine (cli), model_name, error) : NULL;
  if (model == NULL)
    return FALSE;
  return labels != NULL ? evaluate_against_folder (cli, project, model, error) : evaluate_accepted (cli, project, model, split, error);
}

const CliCommand cli_evaluate = { "evaluate", "[PROJECT]", N_("Score a model: accuracy, IoU and boundaries of each class"),
  N_("With a project: on its accepted frames, on a dataset, or on label maps in a folder.\nWithout one: --model FILE --images DIR --labels DIR."),
  "evaluate drive --dataset june\nevaluate --model fcn8s.safetensors --images val --labels valannot --json", options, 0, 1, evaluate };
