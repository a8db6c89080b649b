/* dataset-report.c: counts what the revisions of a dataset hold, and looks for what one split knows of another */
#include "config.h"
#include "store/dataset-report.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "store/project/project-private.h"

static void
run_free (gpointer data)
{
  LwDatasetRun *run = data;
  g_free (run->media);
  g_free (run);
}

void
lw_dataset_report_free (LwDatasetReport *report)
{
  if (report == NULL)
    return;
  g_clear_pointer (&report->runs, g_ptr_array_unref);
  g_clear_pointer (&report->models, g_ptr_array_unref);
  g_clear_pointer (&report->leaks, g_ptr_array_unref);
  g_free (report);
}

const char *
lw_split_get_nick (LwSplit split)
{
  static const char *const nicks[LW_N_SPLITS] = { "train", "val", "test" };
  return (guint) split < LW_N_SPLITS ? nicks[split] : "?";
}

/* ---- pixels ---- */

static gboolean
count_item (LwProject *project, const LwDatasetItem *item, LwDatasetReport *report, GError **error)
{
  guint64 classes[256], origins[256];
  g_autoptr(LwPlanes) planes = lw_project_load_revision (project, item->revision, error);
  if (planes == NULL)
    return FALSE;
  lw_label_map_count (planes->plane[LW_PLANE_CLASS], classes);
  lw_label_map_count (planes->plane[LW_PLANE_ORIGIN], origins);
  report->frames[item->split]++;
  report->pixels[item->split] += (guint64) planes->plane[0]->width * (guint64) planes->plane[0]->height;
  for (int i = 0; i < LW_LABEL_NONE; i++)
    {
      report->class_pixels[item->split][i] += classes[i];
      report->class_frames[item->split][i] += classes[i] > 0;
      report->origin_pixels[i] += origins[i];
      report->origin_frames[i] += origins[i] > 0;
    }
  return TRUE;
}

static gboolean
count_all (LwProject *project, const LwDataset *dataset, LwDatasetReport *report, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < dataset->items->len; i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !count_item (project, &g_array_index (dataset->items, LwDatasetItem, i), report, error))
        return FALSE;
      if (progress != NULL)
        progress ((double) (i + 1) / dataset->items->len, data);
    }
  return TRUE;
}

/* ---- places: runs, and how near the splits come to each other ---- */

/* Pictures that were added one by one may well be neighbours: together they are one sequence, as for the split itself. */
typedef struct {
  gint64 sequence;             /* a medium, or 0: all of one picture */
  guint rank;                  /* among the project's frames of the sequence */
  gint64 media;
  const char *name;            /* of the medium */
  guint ordinal;
  LwSplit split;
} Place;

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Place *x = a, *y = b;
  if (x->sequence != y->sequence)
    return x->sequence < y->sequence ? -1 : 1;
  return x->rank < y->rank ? -1 : x->rank > y->rank;
}

static void
add_run (GPtrArray *runs, const Place *place)
{
  LwDatasetRun *last = runs->len > 0 ? runs->pdata[runs->len - 1] : NULL;
  if (last == NULL || last->split != place->split || !g_str_equal (last->media, place->name))
    {
      last = g_new (LwDatasetRun, 1);
      *last = (LwDatasetRun) { g_strdup (place->name), place->split, place->ordinal, place->ordinal, 0 };
      g_ptr_array_add (runs, last);
    }
  last->last = place->ordinal;
  last->n++;
}

/* @places: sorted. A frame's neighbours are the nearest ones of other splits, on either side. */
static void
find_nearest (GArray *places, guint gap, LwDatasetReport *report)
{
  guint too_near = 0;
  for (guint i = 1; i < places->len; i++)
    {
      const Place *before = &g_array_index (places, Place, i - 1), *place = &g_array_index (places, Place, i);
      if (before->sequence != place->sequence || before->split == place->split)
        continue;
      guint between = place->rank - before->rank - 1;
      report->nearest = MIN (report->nearest, between);
      too_near += between < gap;
    }
  if (too_near > 0)
    g_ptr_array_add (report->leaks, g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "In %u place frames of different splits lie nearer to each other than %u frames",
                                                                  "In %u places frames of different splits lie nearer to each other than %u frames", too_near),
                                                     too_near, gap));
}

static GHashTable *
index_items (const LwDataset *dataset)
{
  GHashTable *items = g_hash_table_new (g_int64_hash, g_int64_equal);
  for (guint i = 0; i < dataset->items->len; i++)
    g_hash_table_insert (items, &g_array_index (dataset->items, LwDatasetItem, i).frame, &g_array_index (dataset->items, LwDatasetItem, i));
  return items;
}

static const char *
find_media_name (GPtrArray *media, gint64 id)
{
  for (guint i = 0; i < media->len; i++)
    if (((const LwMedia *) media->pdata[i])->id == id)
      return ((const LwMedia *) media->pdata[i])->name;
  return "?";
}

/* gint64 medium → its frames in the project */
static GHashTable *
count_by_media (GPtrArray *frames)
{
  GHashTable *counts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  for (guint i = 0; i < frames->len; i++)
    {
      const LwFrame *frame = frames->pdata[i];
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, &frame->media));
      g_hash_table_insert (counts, g_memdup2 (&frame->media, sizeof frame->media), GUINT_TO_POINTER (n + 1));
    }
  return counts;
}

static gboolean
find_places (LwProject *project, const LwDataset *dataset, LwDatasetReport *report, GError **error)
{
  g_autoptr(GPtrArray) media = lw_project_list_media (project, error), frames = media != NULL ? lw_project_list_frames (project, error) : NULL;
  if (frames == NULL)
    return FALSE;
  g_autoptr(GHashTable) items = index_items (dataset), counts = count_by_media (frames), ranks = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr(GArray) places = g_array_new (FALSE, FALSE, sizeof (Place));
  for (guint i = 0; i < frames->len; i++)
    {
      const LwFrame *frame = frames->pdata[i];
      const LwDatasetItem *item = g_hash_table_lookup (items, &frame->id);
      gint64 sequence = GPOINTER_TO_UINT (g_hash_table_lookup (counts, &frame->media)) == 1 ? 0 : frame->media;
      guint rank = GPOINTER_TO_UINT (g_hash_table_lookup (ranks, &sequence));
      g_hash_table_insert (ranks, g_memdup2 (&sequence, sizeof sequence), GUINT_TO_POINTER (rank + 1));
      Place place = { sequence, rank, frame->media, find_media_name (media, frame->media), frame->ordinal, item != NULL ? item->split : LW_SPLIT_TRAIN };
      if (item != NULL)
        {
          add_run (report->runs, &place);
          g_array_append_val (places, place);
        }
    }
  g_array_sort (places, compare_places);
  find_nearest (places, dataset->gap, report);
  return TRUE;
}

/* ---- the same picture twice, and models that have seen what they are measured on ---- */

static gboolean
find_twins (LwDb *db, const LwDataset *dataset, LwDatasetReport *report, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT min (CASE WHEN split = 0 THEN frame.name END), max (CASE WHEN split != 0 THEN frame.name END) FROM dataset_item"
                                          " JOIN frame ON frame.id = dataset_item.frame WHERE dataset = ? GROUP BY packet_hash, width, height HAVING min (split) != max (split)",
                                          "I", dataset->id);
  g_autofree char *example = NULL;
  guint n = 0;
  int got;
  for (; (got = lw_query_step (query, error)) > 0; n++)
    if (example == NULL)
      {
        g_autofree char *one = lw_query_dup_text (query, 0), *other = lw_query_dup_text (query, 1);
        example = g_strdup_printf ("“%s”, “%s”", one != NULL ? one : "?", other != NULL ? other : "?");
      }
  if (n > 0)
    g_ptr_array_add (report->leaks, g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u picture is in several splits: %s", "%u pictures are in several splits, as %s", n), n, example));
  return got >= 0;
}

static guint
count_seen (const LwDataset *dataset, GHashTable *trained)
{
  guint n = 0;
  for (guint i = 0; i < dataset->items->len; i++)
    {
      const LwDatasetItem *item = &g_array_index (dataset->items, LwDatasetItem, i);
      n += item->split != LW_SPLIT_TRAIN && g_hash_table_contains (trained, &item->frame);
    }
  return n;
}

static gboolean
find_models (LwProject *project, const LwDataset *dataset, LwDatasetReport *report, GError **error)
{
  g_autoptr(GPtrArray) models = lw_project_list_models (project, error);
  for (guint i = 0; models != NULL && i < models->len; i++)
    {
      const LwModel *model = models->pdata[i];
      if (model->dataset != dataset->id)
        continue;
      g_autoptr(GHashTable) trained = lw_project_get_trained_frames (project, model->parent, error);
      guint seen = trained != NULL ? count_seen (dataset, trained) : 0;
      if (trained == NULL)
        return FALSE;
      g_ptr_array_add (report->models, g_strdup (model->name));
      if (seen > 0)
        g_ptr_array_add (report->leaks, g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "“%s” comes from a model that was trained on %u of the frames that measure it",
                                                                      "“%s” comes from a model that was trained on %u of the frames that measure it", seen), model->name, seen));
    }
  return models != NULL;
}

static gboolean
read_rule (LwDb *db, const LwDataset *dataset, LwDatasetReport *report, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT segment, seed FROM dataset WHERE id = ?", "I", dataset->id);
  int got = lw_query_step (query, error);
  if (got > 0)
    {
      report->segment = (guint) lw_query_int (query, 0, 0, G_MAXINT);
      report->seed = (guint64) sqlite3_column_int64 (query, 1);
    }
  return got >= 0;
}

static gboolean
ask_database (LwProject *project, const LwDataset *dataset, LwDatasetReport *report, GError **error)
{
  g_autoptr(LwDb) db = lw_project_read (project, error);
  return db != NULL && read_rule (db, dataset, report, error) && find_twins (db, dataset, report, error);
}

LwDatasetReport *
lw_project_report_dataset (LwProject *self, const LwDataset *dataset, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && dataset != NULL && dataset->items != NULL, NULL);

  g_autoptr(LwDatasetReport) report = g_new0 (LwDatasetReport, 1);
  report->runs = g_ptr_array_new_with_free_func (run_free);
  report->models = g_ptr_array_new_with_free_func (g_free);
  report->leaks = g_ptr_array_new_with_free_func (g_free);
  report->nearest = G_MAXUINT;
  return find_places (self, dataset, report, error) && ask_database (self, dataset, report, error) && find_models (self, dataset, report, error)
           && count_all (self, dataset, report, progress, data, cancellable, error)
         ? g_steal_pointer (&report) : NULL;
}
