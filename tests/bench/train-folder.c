/* train-folder.c: trains and scores a network on folders of PNG frames and label PNGs, without the store: for benchmarks, for bare machines,
 * and for making the models that we ship (data/models/make-starter) */
#include "config.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "common/json.h"
#include "common/paths.h"
#include "common/png.h"
#include "label/bootstrap.h"
#include "nn/scale.h"
#include "nn/training/trainer.h"
#include "nn/weights/import.h"

static const char usage[] =
  "Usage: train-folder [OPTION...]\n"
  "  --train IMAGES LABELS   folders of PNG frames and of index PNGs of the same names (may stand several times)\n"
  "  --val IMAGES LABELS     frames for validation and scores (may stand several times)\n"
  "  --classes FILE          a palette, or a JSON array of names; indices beyond them are ignored\n"
  "  --arch NAME             network (fcn8s-lite)\n"
  "  --recipe FILE           how to train (docs/training.md)\n"
  "  --teacher FILE          the model that teaches, for recipes with a share “taught”\n"
  "  --init FILE             start from this model, or from a VGG-16's weights\n"
  "  --out FILE              where the model goes\n"
  "  --f16                   store the model with 16-bit values\n"
  "  --checkpoint FILE       written now and then; resumed from where it exists\n"
  "  --seed N                instead of the recipe's\n"
  "  --precision auto|f32|bf16\n"
  "  --device cpu|cuda|ref|FILE   what computes (--backend is the same)\n"
  "  --size WIDTHxHEIGHT     scale all frames to this size first, to train and to score\n"
  "  --loader-threads N      that prepare batches (as many as are worth it)\n"
  "  --max-side N            what larger frames are scaled down to when the model is used (640)\n"
  "  --report FILE           where the JSON that is printed at the end goes as well\n"
  "  --evaluate              don't train, only score --init on the --val frames\n";

typedef struct { char *image, *labels; } Frame;

typedef struct {
  GArray *train, *val;         /* of Frame */
  int file_width, file_height; /* of every picture */
  int width, height;           /* to which they are scaled */
  int n_classes;
} Frames;

typedef struct {
  const char *classes, *arch, *recipe, *init, *teacher, *out, *checkpoint, *backend, *report;
  gint64 seed;                 /* -1: the recipe's */
  int max_side;
  guint threads;
  LwPrecision precision;
  gboolean evaluate, f16;
  Frames frames;
} Options;

/* ---- frames ---- */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
add_folder (GArray *frames, const char *images, const char *labels, GError **error)
{
  g_autoptr(GDir) dir = g_dir_open (images, 0, error);
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".png"))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      Frame frame = { g_build_filename (images, names->pdata[i], NULL), g_build_filename (labels, names->pdata[i], NULL) };

      g_array_append_val (frames, frame);
    }
  if (names->len > 0)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "No PNG is in “%s”", images);
  return FALSE;
}

static gboolean
check_size (const Frames *frames, const char *path, int width, int height, GError **error)
{
  if (width == frames->file_width && height == frames->file_height)
    return TRUE;
  g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE, "“%s” has %d × %d pixels, the first frame %d × %d", path, width, height, frames->file_width, frames->file_height);
  return FALSE;
}

/* The label under each pixel's middle; indices beyond the classes are ignored. */
static void
take_labels (const Frames *frames, const guint8 *indices, guint8 *labels)
{
  for (int y = 0; y < frames->height; y++)
    {
      const guint8 *row = indices + (gsize) ((2 * y + 1) * (gint64) frames->file_height / (2 * frames->height)) * (gsize) frames->file_width;

      for (int x = 0; x < frames->width; x++)
        {
          guint8 index = row[(2 * x + 1) * (gint64) frames->file_width / (2 * frames->width)];

          *labels++ = index < frames->n_classes ? index : 255;
        }
    }
}

static gboolean
decode (const Frames *frames, const Frame *frame, guint8 *rgb, guint8 *labels, GError **error)
{
  int width, height;
  LwPngInfo info;
  g_autofree guint8 *pixels = lw_png_read_rgb (frame->image, &width, &height, error);

  if (pixels == NULL || !check_size (frames, frame->image, width, height, error))
    return FALSE;
  g_autofree guint8 *indices = lw_png_read_index (frame->labels, &info, error);

  if (indices == NULL || !check_size (frames, frame->labels, info.width, info.height, error))
    return FALSE;
  lw_scale_rgb (pixels, width, height, (gsize) width * 3, rgb, frames->width, frames->height);
  take_labels (frames, indices, labels);
  return TRUE;
}

static gboolean
load_frame_cb (gpointer data, gboolean val, guint index, guint8 *rgb, guint8 *labels, GError **error)
{
  const Frames *frames = data;

  return decode (frames, &g_array_index (val ? frames->val : frames->train, Frame, index), rgb, labels, error);
}

static gboolean
measure_first (Frames *frames, GError **error)
{
  GArray *any = frames->train->len > 0 ? frames->train : frames->val;
  LwPngInfo info;

  if (any->len == 0)
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE, "Name frames with --train and --val");
      return FALSE;
    }
  if (!lw_png_read_info (g_array_index (any, Frame, 0).image, &info, error))
    return FALSE;
  frames->file_width = info.width;
  frames->file_height = info.height;
  if (frames->width == 0)
    {
      frames->width = info.width;
      frames->height = info.height;
    }
  return TRUE;
}

/* ---- options ---- */

static gboolean
wrong (GError **error, const char *what, const char *detail)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s%s\n%s", what, detail, usage);
  return FALSE;
}

static gboolean
read_precision (const char *name, LwPrecision *precision, GError **error)
{
  static const char *const names[] = { "auto", "f32", "bf16", NULL };

  for (int i = 0; names[i] != NULL; i++)
    if (g_str_equal (names[i], name))
      {
        *precision = (LwPrecision) i;
        return TRUE;
      }
  return wrong (error, "--precision is auto, f32 or bf16, not ", name);
}

static gboolean
read_size (const char *text, Frames *frames, GError **error)
{
  int end = 0;

  if (sscanf (text, "%5dx%5d%n", &frames->width, &frames->height, &end) == 2 && text[end] == '\0' && frames->width >= 8 && frames->width <= 32768
      && frames->height >= 8 && frames->height <= 32768)
    return TRUE;
  return wrong (error, "--size is a width and a height from 8 to 32768, as in 240x180, not ", text);
}

static gboolean
read_option (Options *options, const char *name, char **values, GError **error)
{
  const struct { const char *name, **value; } texts[] = {
    { "--classes", &options->classes }, { "--arch", &options->arch }, { "--recipe", &options->recipe }, { "--init", &options->init },
    { "--teacher", &options->teacher }, { "--out", &options->out }, { "--checkpoint", &options->checkpoint }, { "--backend", &options->backend },
    { "--device", &options->backend }, { "--report", &options->report },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_str_equal (texts[i].name, name))
      {
        *texts[i].value = values[0];
        return TRUE;
      }
  if (g_str_equal (name, "--train") || g_str_equal (name, "--val"))
    return add_folder (g_str_equal (name, "--val") ? options->frames.val : options->frames.train, values[0], values[1], error);
  if (g_str_equal (name, "--seed"))
    return g_ascii_string_to_signed (values[0], 10, 0, G_MAXINT64, &options->seed, error);
  if (g_str_equal (name, "--precision"))
    return read_precision (values[0], &options->precision, error);
  if (g_str_equal (name, "--size"))
    return read_size (values[0], &options->frames, error);
  if (g_str_equal (name, "--max-side") || g_str_equal (name, "--loader-threads"))
    {
      gboolean side = g_str_equal (name, "--max-side");
      gint64 number;

      if (!g_ascii_string_to_signed (values[0], 10, side ? 8 : 1, side ? 32768 : 256, &number, error))
        return FALSE;
      if (side)
        options->max_side = (int) number;
      else
        options->threads = (guint) number;
      return TRUE;
    }
  return wrong (error, "No such option: ", name);
}

static gboolean
read_options (Options *options, int argc, char **argv, GError **error)
{
  for (int i = 1; i < argc; i++)
    {
      int n = g_str_equal (argv[i], "--train") || g_str_equal (argv[i], "--val") ? 2 : 1;

      if (g_str_equal (argv[i], "--evaluate"))
        options->evaluate = TRUE;
      else if (g_str_equal (argv[i], "--f16"))
        options->f16 = TRUE;
      else if (i + n >= argc)
        return wrong (error, "Not enough follows ", argv[i]);
      else if (!read_option (options, argv[i], argv + i + 1, error))
        return FALSE;
      else
        i += n;
    }
  if (options->evaluate ? options->init == NULL : options->recipe == NULL)
    return wrong (error, options->evaluate ? "--evaluate needs --init" : "--recipe is missing", "");
  return TRUE;
}

/* A palette's classes that are not ignored, or the array's texts. */
static char **
read_classes (const char *path, GError **error)
{
  g_autoptr(LwJson) root = lw_json_load (path, 1 << 20, error);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  LwJson *array = root;

  if (root == NULL || (json_object_is_type (root, json_type_object) && !lw_json_get_array (root, "classes", 256, &array, error)))
    return NULL;
  for (size_t i = 0; json_object_is_type (array, json_type_array) && i < json_object_array_length (array); i++)
    {
      LwJson *item = json_object_array_get_idx (array, i);
      const char *name = json_object_get_string (item);
      gboolean ignored = FALSE;

      if (json_object_is_type (item, json_type_object))
        {
          if (!lw_json_get_string (item, "name", &name, error))
            return NULL;
          lw_json_get_bool (item, "ignored", &ignored, NULL);
        }
      if (!ignored)
        g_strv_builder_add (builder, name);
    }
  return g_strv_builder_end (builder);
}

/* ---- model ---- */

/* A model to go on from, or a classifier to start the trunk from. */
static LwNetModel *
start_from (const Options *options, char **classes, GError **error)
{
  g_autoptr(LwWeights) header = lw_safetensors_inspect (options->init, NULL);

  if (header != NULL && g_hash_table_contains (header->metadata, "labelwright.model"))
    return lw_net_model_load (options->init, error);
  g_autoptr(LwNetModel) model = lw_net_model_new (options->arch, (const char *const *) classes, (guint64) MAX (options->seed, 1), error);

  return model != NULL && lw_import_file (model, options->init, error) > 0 ? g_steal_pointer (&model) : NULL;
}

static LwNetModel *
make_model (const Options *options, const LwRecipe *recipe, GError **error)
{
  g_auto(GStrv) classes = options->classes != NULL ? read_classes (options->classes, error) : NULL;

  if (classes == NULL && (options->classes != NULL || options->init == NULL))
    {
      if (options->classes == NULL)
        wrong (error, "--classes is missing", "");
      return NULL;
    }
  if (options->init != NULL)
    return start_from (options, classes, error);
  LwNetModel *model = lw_net_model_new (options->arch, (const char *const *) classes, recipe->seed, error);

  if (model != NULL)
    {
      model->train_width = options->frames.width;
      model->train_height = options->frames.height;
      model->max_side = options->max_side;
    }
  return model;
}

/* ---- training and scores ---- */

static void
report_cb (const LwTrainingProgress *progress, gpointer data)
{
  if (!progress->epoch_done)
    return;
  g_print ("epoch %u/%u  loss %.4f  val mIoU %.4f  rate %.2g  %.0f s  %.0f s left\n", progress->epoch, progress->epochs, progress->loss, progress->val_miou,
           progress->rate, progress->seconds, progress->seconds_left);
}

static LwJson *
number (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (value))
    return NULL;
  return json_object_new_double_s (value, g_ascii_formatd (text, sizeof text, "%.6g", value));
}

static void
add_scores (LwJson *result, const LwNetModel *model, const LwScores *scores)
{
  LwJson *classes = json_object_new_array ();

  json_object_object_add (result, "global_accuracy", number (scores->global_accuracy));
  json_object_object_add (result, "mean_accuracy", number (scores->mean_accuracy));
  json_object_object_add (result, "mean_iou", number (scores->mean_iou));
  json_object_object_add (result, "weighted_iou", number (scores->weighted_iou));
  json_object_object_add (result, "mean_bf", number (scores->mean_bf));
  for (int c = 0; c < scores->n; c++)
    {
      LwJson *entry = json_object_new_object ();

      json_object_object_add (entry, "name", json_object_new_string (model->class_names[c]));
      json_object_object_add (entry, "accuracy", number (scores->accuracy[c]));
      json_object_object_add (entry, "iou", number (scores->iou[c]));
      json_object_object_add (entry, "bf", number (scores->bf[c]));
      json_object_array_add (classes, entry);
    }
  json_object_object_add (result, "classes", classes);
}

static void
add_interval (LwJson *result, const LwBootstrap *bootstrap)
{
  LwJson *interval = NULL;
  double low, high;

  lw_bootstrap_interval (bootstrap, &low, &high);
  if (isfinite (low))
    {
      interval = json_object_new_array ();
      json_object_array_add (interval, number (low));
      json_object_array_add (interval, number (high));
    }
  json_object_object_add (result, "mean_iou_interval", interval);
}

/* What all frames add up to. */
typedef struct { LwConfusion *confusion; LwBoundaryMean *boundary; LwBootstrap *bootstrap; } Sums;

static void
sums_clear (Sums *sums)
{
  lw_confusion_free (sums->confusion);
  lw_boundary_mean_free (sums->boundary);
  lw_bootstrap_free (sums->bootstrap);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sums, sums_clear)

static void
add_frame_scores (const Frames *frames, const guint8 *labels, const guint8 *predicted, Sums *sums)
{
  gsize stride = (gsize) frames->width;
  g_autofree double *bf = g_new (double, frames->n_classes);
  g_autoptr(LwConfusion) frame = lw_confusion_new (frames->n_classes);

  lw_confusion_add (frame, labels, stride, predicted, stride, frames->width, frames->height);
  lw_confusion_merge (sums->confusion, frame);
  lw_bootstrap_add (sums->bootstrap, frame);
  lw_boundary_f1 (labels, stride, predicted, stride, frames->width, frames->height, frames->n_classes, bf);
  lw_boundary_mean_add (sums->boundary, bf);
}

static gboolean
score_frames (LwPlan *plan, const LwBackend *backend, Frames *frames, Sums *sums, double *milliseconds, GError **error)
{
  gsize n = (gsize) frames->width * (gsize) frames->height;
  g_autofree guint8 *rgb = g_malloc (n * 3), *labels = g_malloc (n), *predicted = g_malloc (n);

  *milliseconds = 0;
  for (guint i = 0; i < frames->val->len; i++)
    {
      LwBatch batch = { .rgb = rgb };
      LwResult result = { .labels = predicted };

      if (!load_frame_cb (frames, TRUE, i, rgb, labels, error))
        return FALSE;
      gint64 start = g_get_monotonic_time ();

      if (!backend->run (plan, &batch, &result, NULL, NULL, error))
        return FALSE;
      *milliseconds += (double) (g_get_monotonic_time () - start) * 1e-3;
      add_frame_scores (frames, labels, predicted, sums);
    }
  *milliseconds /= frames->val->len;
  return TRUE;
}

static gboolean
score (const Options *options, const LwBackend *backend, LwDevice *device, const LwNetModel *model, Frames *frames, LwJson *result, GError **error)
{
  LwPlanOptions plan_options = { .n = 1, .height = frames->height, .width = frames->width, .precision = options->precision, .transform = model->transform };
  g_auto(Sums) sums = { lw_confusion_new (model->n_classes), lw_boundary_mean_new (model->n_classes), lw_bootstrap_new (model->n_classes) };
  double milliseconds;

  if (frames->val->len == 0)
    return TRUE;
  LwPlan *plan = backend->compile (device, model->graph, &plan_options, error);
  gboolean done = plan != NULL && backend->load (plan, model->weights, error) && score_frames (plan, backend, frames, &sums, &milliseconds, error);

  if (done)
    {
      g_autoptr(LwScores) scores = lw_confusion_score (sums.confusion);
      g_autofree char *key = backend->plan_key (plan);

      lw_scores_set_boundary (scores, sums.boundary);
      json_object_object_add (result, "frames", json_object_new_int64 (frames->val->len));
      add_scores (result, model, scores);
      add_interval (result, sums.bootstrap);
      json_object_object_add (result, "milliseconds_a_frame", number (milliseconds));
      json_object_object_add (result, "plan_key", json_object_new_string (key));
    }
  if (plan != NULL)
    backend->free_plan (plan);
  return done;
}

static gboolean
train (const Options *options, const LwBackend *backend, LwDevice *device, LwNetModel *model, const LwRecipe *recipe, Frames *frames, LwJson *result, GError **error)
{
  g_autoptr(LwNetModel) teacher = options->teacher != NULL ? lw_net_model_load (options->teacher, error) : NULL;
  LwTrainingSet set = { frames->train->len, frames->val->len, frames->width, frames->height, load_frame_cb, frames, options->threads, teacher };
  g_auto(LwTrainingSummary) summary = { 0 };

  if (options->teacher != NULL && teacher == NULL)
    return FALSE;

  if (!lw_train (backend, device, model, &set, recipe, options->precision, options->checkpoint, report_cb, NULL, NULL, &summary, error))
    return FALSE;
  json_object_object_add (result, "recipe", json_object_new_string (recipe->name));
  json_object_object_add (result, "seed", json_object_new_int64 ((gint64) recipe->seed));
  json_object_object_add (result, "train_frames", json_object_new_int64 (frames->train->len));
  json_object_object_add (result, "epochs", json_object_new_int64 (summary.epochs_run));
  json_object_object_add (result, "best_epoch", json_object_new_int64 (summary.best_epoch));
  json_object_object_add (result, "final_loss", number (summary.final_loss));
  json_object_object_add (result, "training_seconds", number (summary.seconds));
  json_object_object_add (result, "training_plan_key", json_object_new_string (summary.plan_key));
  return options->out == NULL || lw_net_model_save (model, options->f16 ? LW_STORE_F16 : LW_STORE_F32, options->out, error);
}

static gboolean
work_on (Options *options, const LwBackend *backend, LwDevice *device, GError **error)
{
  g_autoptr(LwJson) result = json_object_new_object ();
  g_autoptr(LwRecipe) recipe = options->evaluate ? NULL : lw_recipe_load (options->recipe, error);
  g_autofree char *description = backend->describe (device);

  if (!options->evaluate && recipe == NULL)
    return FALSE;
  if (recipe != NULL && options->seed >= 0)
    recipe->seed = (guint64) options->seed;
  if (!measure_first (&options->frames, error))
    return FALSE;
  g_autoptr(LwNetModel) model = make_model (options, recipe, error);

  if (model == NULL)
    return FALSE;
  options->frames.n_classes = model->n_classes;
  json_object_object_add (result, "architecture", json_object_new_string (model->architecture));
  json_object_object_add (result, "device", json_object_new_string (description));
  if (recipe != NULL && !train (options, backend, device, model, recipe, &options->frames, result, error))
    return FALSE;
  if (options->out != NULL && recipe != NULL)                     /* score what the file holds, rounded as it is */
    {
      lw_net_model_free (model);
      model = lw_net_model_load (options->out, error);
      if (model == NULL)
        return FALSE;
    }
  if (!score (options, backend, device, model, &options->frames, result, error))
    return FALSE;
  g_print ("%s\n", json_object_to_json_string_ext (result, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE));
  return options->report == NULL || lw_json_save (options->report, result, error);
}

static gboolean
run (Options *options, GError **error)
{
  g_autofree char *path = g_path_is_absolute (options->backend) ? g_strdup (options->backend) : lw_paths_backend (options->backend);
  const LwBackend *backend = g_str_equal (options->backend, "ref") ? &lw_backend_ref : lw_backend_load (path, error);
  LwDevice *device = backend != NULL ? backend->open (error) : NULL;

  if (device == NULL)
    return FALSE;
  gboolean done = work_on (options, backend, device, error);

  backend->close (device);
  return done;
}

static void
frame_clear (gpointer data)
{
  Frame *frame = data;

  g_free (frame->image);
  g_free (frame->labels);
}

int
main (int argc, char **argv)
{
  Options options = { .arch = "fcn8s-lite", .backend = "cpu", .seed = -1, .max_side = 640 };
  g_autoptr(GError) error = NULL;

  setvbuf (stdout, NULL, _IOLBF, 0);
  options.frames.train = g_array_new (FALSE, FALSE, sizeof (Frame));
  options.frames.val = g_array_new (FALSE, FALSE, sizeof (Frame));
  g_array_set_clear_func (options.frames.train, frame_clear);
  g_array_set_clear_func (options.frames.val, frame_clear);
  gboolean done = read_options (&options, argc, argv, &error) && run (&options, &error);

  g_array_unref (options.frames.train);
  g_array_unref (options.frames.val);
  if (done)
    return 0;
  g_printerr ("train-folder: %s\n", error->message);
  return g_error_matches (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE) ? 2 : 1;
}
