/* workflow-evaluate.c: a model's predictions against the truth that people accepted */
#include "config.h"
#include "workflow-private.h"
#include <glib/gi18n-lib.h>
#include <string.h>
#include "evaluation.h"

typedef struct { gint64 frame, revision; /* 0: the working map */ } Item;

static GArray *
items_of_dataset (const LwDataset *dataset, LwSplit split)
{
  GArray *items = g_array_new (FALSE, FALSE, sizeof (Item));
  for (guint i = 0; i < dataset->items->len; i++)
    {
      const LwDatasetItem *item = &g_array_index (dataset->items, LwDatasetItem, i);
      Item one = { item->frame, item->revision };
      if (item->split == split)
        g_array_append_val (items, one);
    }
  return items;
}

/* An accepted frame's working map is what was accepted: a stroke on it takes the acceptance back. */
static GArray *
accepted_items (LwProject *project, GError **error)
{
  g_autoptr(GPtrArray) frames = lw_project_list_frames (project, error);
  if (frames == NULL)
    return NULL;
  GArray *items = g_array_new (FALSE, FALSE, sizeof (Item));
  for (guint i = 0; i < frames->len; i++)
    {
      const LwFrame *frame = g_ptr_array_index (frames, i);
      Item one = { frame->id, 0 };
      if (frame->status == LW_FRAME_ACCEPTED)
        g_array_append_val (items, one);
    }
  return items;
}

/* ---- one frame ---- */

typedef struct {
  LwProject *project;
  LwEngine *engine;
  const LwModel *model;
  LwPictures *pictures;
  guint8 truth_table[256];        /* class id → index of a scored class, LW_LABEL_NONE for void and unlabelled */
  guint8 prediction_table[256];   /* channel → index of a scored class, LW_LABEL_NONE for everything else */
  LwEvaluation *evaluation;
  GCancellable *cancellable;
} Scoring;

static gboolean
score_item (Scoring *s, const Item *item, GError **error)
{
  g_autoptr(LwFrame) frame = lw_project_get_frame (s->project, item->frame, error);
  if (frame == NULL)
    return FALSE;
  g_autoptr(LwPlanes) planes = item->revision != 0 ? lw_project_load_revision (s->project, item->revision, error)
                                                   : lw_project_load_planes (s->project, item->frame, NULL, error);
  g_autoptr(LwImage) image = planes != NULL ? lw_pictures_read (s->pictures, frame, s->cancellable, error) : NULL;
  g_autoptr(LwPrediction) prediction = image != NULL ? lw_engine_predict_repeatable (s->engine, s->model->path, image, s->cancellable, error) : NULL;
  if (prediction == NULL)
    return FALSE;
  LwLabelMap *truth = planes->plane[LW_PLANE_CLASS];
  lw_label_map_remap (truth, s->truth_table);
  lw_label_map_remap (prediction->channels, s->prediction_table);
  lw_evaluation_add (s->evaluation, truth, prediction->channels);
  return TRUE;
}

static gboolean
find_tables (Scoring *s, const LwScoredClasses *scored, GError **error)
{
  guint8 class_of[256];
  if (!lw_project_map_channels (s->project, s->model->classes, class_of, error))
    return FALSE;
  memcpy (s->truth_table, scored->index_of, sizeof s->truth_table);
  for (int channel = 0; channel < 256; channel++)
    s->prediction_table[channel] = class_of[channel] == LW_LABEL_NONE ? LW_LABEL_NONE : scored->index_of[class_of[channel]];
  return TRUE;
}

static LwEvaluation *
new_evaluation (const LwScoredClasses *scored, GError **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new ();
  for (guint i = 0; i < scored->classes->len; i++)
    g_ptr_array_add (names, ((const LwClass *) g_ptr_array_index (scored->classes, i))->name);
  if (names->len > 0)
    return lw_evaluation_new ((const char *const *) names->pdata, (int) names->len);
  g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("The project has no class that is scored."));
  return NULL;
}

/* ---- all of them ---- */

static gboolean
score_items (Scoring *s, const GArray *items, LwProgress progress, gpointer data, GError **error)
{
  for (guint i = 0; i < items->len; i++)
    {
      if (!score_item (s, &g_array_index (items, Item, i), error))
        return FALSE;
      if (progress != NULL)
        progress ((double) (i + 1) / items->len, data);
    }
  return TRUE;
}

static int
count_seen (LwProject *project, const LwModel *model, const GArray *items, GError **error)
{
  g_autoptr(GHashTable) trained = lw_project_get_trained_frames (project, model->id, error);
  int seen = 0;
  for (guint i = 0; trained != NULL && i < items->len; i++)
    seen += g_hash_table_contains (trained, &g_array_index (items, Item, i).frame);
  return trained != NULL ? seen : -1;
}

static char *
report (const Scoring *s, const LwDataset *dataset, LwSplit split, int seen)
{
  static const char *const splits[] = { "train", "val", "test" };
  g_autoptr(LwJson) root = lw_evaluation_to_json (s->evaluation);
  json_object_object_add (root, "model", json_object_new_string (s->model->name));
  json_object_object_add (root, "dataset", dataset != NULL ? json_object_new_string (dataset->name) : NULL);
  json_object_object_add (root, "split", dataset != NULL ? json_object_new_string (splits[split]) : NULL);
  json_object_object_add (root, "seen_frames", json_object_new_int (seen));
  return g_strdup (json_object_to_json_string_ext (root, JSON_C_TO_STRING_PLAIN));
}

static gboolean
score_all (Scoring *s, const GArray *items, LwProgress progress, gpointer data, GError **error)
{
  g_autoptr(LwScoredClasses) scored = lw_scored_classes_new (s->project, error);
  if (scored == NULL || !find_tables (s, scored, error))
    return FALSE;
  s->evaluation = new_evaluation (scored, error);
  return s->evaluation != NULL && score_items (s, items, progress, data, error);
}

char *
lw_workflow_evaluate (LwProject *project, LwEngine *engine, const LwModel *model, const LwDataset *dataset, LwSplit split,
                      LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr(GArray) items = dataset != NULL ? items_of_dataset (dataset, split) : accepted_items (project, error);
  int seen = items != NULL ? count_seen (project, model, items, error) : -1;
  if (seen < 0 || items->len == 0)
    return NULL;
  g_autoptr(LwPictures) pictures = lw_pictures_new (project);
  Scoring s = { .project = project, .engine = engine, .model = model, .pictures = pictures, .cancellable = cancellable };
  g_autofree char *json = NULL;
  if (score_all (&s, items, progress, data, error))
    json = report (&s, dataset, split, seen);
  lw_evaluation_free (s.evaluation);
  if (json == NULL || (dataset != NULL && !lw_project_add_evaluation (project, model->id, dataset->id, json, error)))
    return NULL;
  return g_steal_pointer (&json);
}
