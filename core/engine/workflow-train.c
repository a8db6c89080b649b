/* workflow-train.c: from accepted frames to a job folder that an engine can train */
#include "config.h"
#include "workflow-private.h"
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include "common/json.h"
#include "common/paths.h"
#include "job.h"

#define DEFAULT_ARCHITECTURE "fcn8s-lite"
#define DEFAULT_MAX_SIDE 640          /* pixels: of a network that starts from nothing */
#define MAX_RECIPE_BYTES 65536
#define GREY 0x80                     /* pixels beside a frame of another shape than the others */

/* All that one preparation needs; filled step by step. */
typedef struct {
  LwProject *project;
  LwEngine *engine;
  const LwTrainRequest *request;
  GCancellable *cancellable;
  LwProgress progress;
  gpointer progress_data;

  LwModel *base;              /* of the project, or NULL */
  char *weights;              /* file to start from, or NULL */
  LwModelInfo *info;          /* what it holds; NULL: a trunk, or no file */
  char *architecture;
  LwDataset *dataset;
  LwScoredClasses *scored;
  LwChannels *channels;
  GPtrArray *frames;          /* of LwFrame, of the dataset's items */
  GArray *order;              /* of guint: items that train, then those that validate */
  LwJobRequest *job;
  LwPictures *pictures;
} Preparation;

static void
preparation_clear (Preparation *p)
{
  g_clear_pointer (&p->base, lw_model_free);
  g_clear_pointer (&p->weights, g_free);
  g_clear_pointer (&p->info, lw_model_info_free);
  g_clear_pointer (&p->architecture, g_free);
  g_clear_pointer (&p->dataset, lw_dataset_free);
  g_clear_pointer (&p->scored, lw_scored_classes_free);
  g_clear_pointer (&p->channels, lw_channels_free);
  g_clear_pointer (&p->frames, g_ptr_array_unref);
  g_clear_pointer (&p->order, g_array_unref);
  g_clear_pointer (&p->job, lw_job_request_free);
  g_clear_pointer (&p->pictures, lw_pictures_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Preparation, preparation_clear)

static gboolean
invalid (GError **error, const char *text)
{
  g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, text);
  return FALSE;
}

static gboolean
step (Preparation *p, double fraction, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (p->cancellable, error))
    return FALSE;
  if (p->progress != NULL)
    p->progress (fraction, p->progress_data);
  return TRUE;
}

/* ---- what to start from ---- */

/* A file that is no model of ours may be a trunk; which one it is, the engine finds out. */
static gboolean
use_file (Preparation *p, const char *path, GError **error)
{
  g_autoptr(GError) reason = NULL;
  p->weights = g_canonicalize_filename (path, NULL);
  p->info = lw_engine_inspect (p->engine, p->weights, &reason);
  if (p->info != NULL)
    return TRUE;
  if (p->request->architecture != NULL && g_error_matches (reason, LW_ENGINE_ERROR, LW_ENGINE_ERROR_MODEL) && g_file_test (p->weights, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

static gboolean
use_model (Preparation *p, GError **error)
{
  g_autoptr(GError) reason = NULL;
  if (p->request->from_scratch)
    return TRUE;
  if (p->request->base_model != NULL)
    p->base = lw_workflow_find_model (p->project, p->engine, p->request->base_model, error);
  else
    p->base = lw_workflow_need_champion (p->project, p->engine, &reason);
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  else if (p->base == NULL && p->request->base_model == NULL)
    return TRUE;      /* from nothing */
  if (p->base == NULL)
    return FALSE;
  if (p->request->architecture != NULL && !g_str_equal (p->request->architecture, p->base->architecture))
    {
      g_clear_pointer (&p->base, lw_model_free);
      return TRUE;
    }
  return use_file (p, p->base->path, error);
}

static gboolean
find_start (Preparation *p, GError **error)
{
  const LwTrainRequest *request = p->request;
  if ((request->base_model != NULL) + (request->init_file != NULL) + (request->from_scratch != FALSE) > 1)
    return invalid (error, _("Start from a model, from a weights file, or from scratch: one of the three."));
  if (request->init_file != NULL ? !use_file (p, request->init_file, error) : !use_model (p, error))
    return FALSE;
  if (p->info != NULL && request->architecture != NULL && !g_str_equal (request->architecture, p->info->architecture))
    {
      g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("“%s” is a “%s” network and can’t start a “%s”."), p->weights, p->info->architecture, request->architecture);
      return FALSE;
    }
  p->architecture = g_strdup (request->architecture != NULL ? request->architecture : p->info != NULL ? p->info->architecture : DEFAULT_ARCHITECTURE);
  return TRUE;
}

/* ---- what to train on ---- */

static char *
new_dataset_name (Preparation *p, GError **error)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *stem = g_date_time_format (now, "%Y-%m-%d");
  g_autoptr(GPtrArray) datasets = lw_project_list_datasets (p->project, error);
  if (datasets == NULL)
    return NULL;
  for (int n = 1;; n++)
    {
      g_autofree char *name = n == 1 ? g_strdup (stem) : g_strdup_printf ("%s-%d", stem, n);
      gboolean taken = FALSE;
      for (guint i = 0; i < datasets->len; i++)
        taken = taken || g_str_equal (((LwDataset *) g_ptr_array_index (datasets, i))->name, name);
      if (!taken)
        return g_steal_pointer (&name);
    }
}

static gboolean
make_dataset (Preparation *p, GError **error)
{
  g_autofree char *name = new_dataset_name (p, error);
  const LwSplitOptions options = { .val_fraction = 0.25 };
  gint64 id = name != NULL ? lw_project_create_dataset (p->project, name, NULL, 0, &options, p->base != NULL ? p->base->id : 0, error) : 0;
  p->dataset = id != 0 ? lw_workflow_load_dataset (p->project, id, error) : NULL;
  return p->dataset != NULL;
}

static const LwFrame *
frame_of_id (GPtrArray *frames, gint64 id)
{
  for (guint i = 0; i < frames->len; i++)
    if (((const LwFrame *) g_ptr_array_index (frames, i))->id == id)
      return g_ptr_array_index (frames, i);
  return NULL;
}

static gboolean
check_lineage (Preparation *p, GError **error)
{
  g_autoptr(GHashTable) trained = lw_project_get_trained_frames (p->project, p->base->id, error);
  for (guint i = 0; trained != NULL && i < p->dataset->items->len; i++)
    {
      const LwDatasetItem *item = &g_array_index (p->dataset->items, LwDatasetItem, i);
      if (item->split == LW_SPLIT_TRAIN || !g_hash_table_contains (trained, &item->frame))
        continue;
      const LwFrame *frame = frame_of_id (p->frames, item->frame);
      g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID,
                   _("Frame “%s” validates in the dataset “%s”, but trained “%s” or a model before it: the score would be no measure. Make another dataset for this model."),
                   frame != NULL ? frame->name : "?", p->dataset->name, p->base->name);
      return FALSE;
    }
  return trained != NULL;
}

/* Train first, then val; test frames stay out. */
static void
order_items (Preparation *p)
{
  p->order = g_array_new (FALSE, FALSE, sizeof (guint));
  for (int split = LW_SPLIT_TRAIN; split <= LW_SPLIT_VAL; split++)
    {
      for (guint i = 0; i < p->dataset->items->len; i++)
        if (g_array_index (p->dataset->items, LwDatasetItem, i).split == (LwSplit) split)
          g_array_append_val (p->order, i);
      if (split == LW_SPLIT_TRAIN)
        p->job->n_train = p->order->len;
    }
  p->job->n_val = p->order->len - p->job->n_train;
}

static gboolean
find_dataset (Preparation *p, GError **error)
{
  if (p->request->dataset != NULL)
    p->dataset = lw_project_load_dataset (p->project, p->request->dataset, error);
  else if (!make_dataset (p, error))
    return FALSE;
  if (p->dataset == NULL)
    return FALSE;
  p->frames = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_frame_free);
  for (guint i = 0; i < p->dataset->items->len; i++)
    {
      LwFrame *frame = lw_project_get_frame (p->project, g_array_index (p->dataset->items, LwDatasetItem, i).frame, error);
      if (frame == NULL)
        return FALSE;
      g_ptr_array_add (p->frames, frame);
    }
  if (p->base != NULL && !check_lineage (p, error))
    return FALSE;
  order_items (p);
  return p->job->n_train > 0 || invalid (error, _("There is no accepted frame to train on. Accept some labelled frames first."));
}

/* ---- classes and size ---- */

static gboolean
count_labels (Preparation *p, guint64 used[256], GError **error)
{
  memset (used, 0, 256 * sizeof used[0]);
  for (guint i = 0; i < p->order->len; i++)
    {
      const LwDatasetItem *item = &g_array_index (p->dataset->items, LwDatasetItem, g_array_index (p->order, guint, i));
      g_autoptr(LwPlanes) planes = lw_project_load_revision (p->project, item->revision, error);
      guint64 counts[256];
      if (planes == NULL || !step (p, 0.1 * i / p->order->len, error))
        return FALSE;
      lw_label_map_count (planes->plane[LW_PLANE_CLASS], counts);
      for (int c = 0; c < 256; c++)
        used[c] += counts[c];
    }
  return TRUE;
}

static gboolean
find_channels (Preparation *p, GError **error)
{
  guint64 used[256];
  p->scored = lw_scored_classes_new (p->project, error);
  if (p->scored == NULL || !count_labels (p, used, error))
    return FALSE;
  p->channels = lw_channels_new (p->project, p->scored, p->info != NULL ? p->info->classes : NULL, used, error);
  for (guint i = 0; p->channels != NULL && i < p->channels->names->len; i++)
    lw_job_request_add_class (p->job, g_ptr_array_index (p->channels->names, i), g_array_index (p->channels->base_channels, int, i));
  return p->channels != NULL;
}

/* Of the frames' most frequent size, by the model's scale rule. */
static void
find_size (Preparation *p)
{
  guint best = 0;
  const LwFrame *common = g_ptr_array_index (p->frames, 0);
  for (guint i = 0; i < p->frames->len && i < 1000; i++)
    {
      const LwFrame *frame = g_ptr_array_index (p->frames, i);
      guint same = 0;
      for (guint j = 0; j < p->frames->len; j++)
        {
          const LwFrame *other = g_ptr_array_index (p->frames, j);
          same += other->width == frame->width && other->height == frame->height;
        }
      if (same > best)
        {
          best = same;
          common = frame;
        }
      if (best * 2 > p->frames->len)
        break;
    }
  int max_side = p->info != NULL ? p->info->max_side : DEFAULT_MAX_SIDE;
  double scale = MIN (1.0, (double) max_side / MAX (common->width, common->height));
  p->job->max_side = MAX (max_side, LW_JOB_MIN_SIDE);
  p->job->width = CLAMP ((int) lround (common->width * scale), LW_JOB_MIN_SIDE, LW_JOB_MAX_SIDE);
  p->job->height = CLAMP ((int) lround (common->height * scale), LW_JOB_MIN_SIDE, LW_JOB_MAX_SIDE);
}

/* ---- the recipe ---- */

/* Fewer or more epochs are those of the last stage, which trains at the final scale; who asks for a number gets it, however few frames there are. */
static void
set_epochs (LwJson *recipe, guint epochs)
{
  LwJson *stages = NULL;
  if (lw_json_get_array (recipe, "stages", 64, &stages, NULL) && json_object_array_length (stages) > 0)
    {
      LwJson *last = json_object_array_get_idx (stages, json_object_array_length (stages) - 1);
      if (json_object_is_type (last, json_type_object))
        {
          json_object_object_foreach (last, key, value)
            json_object_object_add (recipe, key, json_object_get (value));
        }
      json_object_object_del (recipe, "stages");
    }
  json_object_object_del (recipe, "min_steps");
  json_object_object_add (recipe, "epochs", json_object_new_int64 (epochs));
}

static gboolean
load_recipe (Preparation *p, GError **error)
{
  const char *wanted = p->request->recipe != NULL ? p->request->recipe : p->info != NULL ? "fine-tune" : "lite";
  g_autofree char *file = g_strdup_printf ("recipes/%s.json", wanted);
  g_autofree char *shipped = strchr (wanted, G_DIR_SEPARATOR) == NULL ? lw_paths_data (file) : NULL;
  gboolean known = shipped != NULL && g_file_test (shipped, G_FILE_TEST_EXISTS);
  g_autoptr(LwJson) recipe = lw_json_load (known ? shipped : wanted, MAX_RECIPE_BYTES, error);
  if (recipe == NULL)
    {
      g_prefix_error (error, _("There is no such recipe: "));
      return FALSE;
    }
  if (!json_object_is_type (recipe, json_type_object))
    {
      g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("“%s” is not a recipe: it is no JSON object."), wanted);
      return FALSE;
    }
  if (p->request->epochs > 0)
    set_epochs (recipe, p->request->epochs);
  if (p->request->seed >= 0)
    json_object_object_add (recipe, "seed", json_object_new_int64 (p->request->seed));
  p->job->recipe = g_strdup (json_object_to_json_string_ext (recipe, JSON_C_TO_STRING_PLAIN));
  return TRUE;
}

/* ---- pictures and labels ---- */

/* Of @width x @height; the frame in its top left corner, in its own proportions. */
static void
scale_labels (const LwLabelMap *map, const guint8 channel_of[256], int inner_width, int inner_height, guint8 *labels, int width, int height)
{
  memset (labels, LW_JOB_IGNORED, (gsize) width * (gsize) height);
  for (int y = 0; y < inner_height; y++)
    {
      const guint8 *row = lw_label_map_row (map, (int) ((2 * (gint64) y + 1) * map->height / (2 * inner_height)));
      for (int x = 0; x < inner_width; x++)
        labels[(gsize) y * (gsize) width + (gsize) x] = channel_of[row[(2 * (gint64) x + 1) * map->width / (2 * inner_width)]];
    }
}

static void
place_picture (const LwImage *image, guint8 *rgb, int width, int height)
{
  g_autofree guint8 *packed = g_malloc ((gsize) image->width * (gsize) image->height * 3);
  lw_image_to_rgb (image, packed);
  memset (rgb, GREY, (gsize) width * (gsize) height * 3);
  for (int y = 0; y < image->height; y++)
    memcpy (rgb + (gsize) y * (gsize) width * 3, packed + (gsize) y * (gsize) image->width * 3, (gsize) image->width * 3);
}

static gboolean
write_frame (Preparation *p, const char *folder, guint index, GError **error)
{
  guint i = g_array_index (p->order, guint, index);
  const LwDatasetItem *item = &g_array_index (p->dataset->items, LwDatasetItem, i);
  const LwFrame *frame = g_ptr_array_index (p->frames, i);
  int width = p->job->width, height = p->job->height;
  g_autoptr(LwPlanes) planes = lw_project_load_revision (p->project, item->revision, error);
  g_autoptr(LwImage) image = planes != NULL ? lw_pictures_read (p->pictures, frame, p->cancellable, error) : NULL;
  g_autoptr(LwImage) small = image != NULL ? lw_image_scale_down (image, width, height) : NULL;
  if (image == NULL)
    return FALSE;
  if (small == NULL)
    return invalid (error, _("There is not enough memory to scale a frame."));
  g_autofree guint8 *rgb = g_malloc ((gsize) width * (gsize) height * 3), *labels = g_malloc ((gsize) width * (gsize) height);
  place_picture (small, rgb, width, height);
  scale_labels (planes->plane[LW_PLANE_CLASS], p->channels->channel_of, small->width, small->height, labels, width, height);
  return lw_job_write_frame (folder, index, rgb, labels, width, height, error);
}

static gboolean
write_job (Preparation *p, const LwJob *job, GError **error)
{
  if (!lw_job_prepare (job->folder, error) || (p->weights != NULL && !lw_job_set_base (job->folder, p->weights, error)))
    return FALSE;
  p->job->uuid = g_strdup (job->uuid);
  p->job->architecture = g_strdup (p->architecture);
  p->job->has_base = p->weights != NULL;
  p->pictures = lw_pictures_new (p->project);
  for (guint i = 0; i < p->order->len; i++)
    {
      const LwFrame *frame = g_ptr_array_index (p->frames, g_array_index (p->order, guint, i));
      g_ptr_array_add (p->job->names, g_strdup (frame->name));
      if (!write_frame (p, job->folder, i, error) || !step (p, 0.1 + 0.9 * (i + 1) / p->order->len, error))
        return FALSE;
    }
  return lw_job_commit (job->folder, p->job, error);
}

LwJob *
lw_workflow_prepare_training (LwProject *project, LwEngine *engine, const LwTrainRequest *request, LwProgress progress, gpointer data,
                              GCancellable *cancellable, GError **error)
{
  g_auto(Preparation) p = { .project = project, .engine = engine, .request = request, .cancellable = cancellable, .progress = progress, .progress_data = data };
  g_autoptr(GError) reason = NULL;
  p.job = lw_job_request_new ();
  if (!find_start (&p, error) || !load_recipe (&p, error) || !find_dataset (&p, error) || !find_channels (&p, error))
    return NULL;
  find_size (&p);
  g_autoptr(LwJob) job = lw_project_create_job (project, "train", p.dataset->id, p.base != NULL ? p.base->id : 0, error);
  if (job == NULL)
    return NULL;
  if (write_job (&p, job, &reason))
    return g_steal_pointer (&job);
  LwJobStatus status = g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? LW_JOB_CANCELLED : LW_JOB_FAILED;
  lw_project_finish_job (project, job->id, status, 0, reason->message, NULL);
  lw_job_clean_up (job->folder);
  g_propagate_error (error, g_steal_pointer (&reason));
  return NULL;
}
