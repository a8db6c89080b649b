/* datasets.c: frozen sets of accepted revisions, to train on and to check with */
#include "config.h"
#include "store/models/split.h"
#include "store/project/operations.h"
#include "store/project/rows.h"

#include <glib/gi18n-lib.h>
#include "store/project/audit.h"

#define COLUMNS "id, uuid, name, created, n_train, n_val, gap"
#define ROWS_A_TRANSACTION 1000
#define MAX_LINEAGE 1000

void
lw_dataset_free (LwDataset *dataset)
{
  if (dataset == NULL)
    return;
  g_free (dataset->uuid);
  g_free (dataset->name);
  g_clear_pointer (&dataset->items, g_array_unref);
  g_free (dataset);
}

/* ---- what trained a model and its parents ---- */

static gboolean
add_train_frames (LwDb *db, gint64 dataset, GHashTable *frames, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT frame FROM dataset_item WHERE dataset = ? AND split = ?", "Ii", dataset, LW_SPLIT_TRAIN);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 frame = sqlite3_column_int64 (query, 0);
      g_hash_table_add (frames, g_memdup2 (&frame, sizeof frame));
    }
  return got == 0;
}

/* Set of gint64. */
static GHashTable *
read_trained (LwDb *db, gint64 model, GError **error)
{
  g_autoptr(GHashTable) frames = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  for (int step = 0; model != 0 && step < MAX_LINEAGE; step++)
    {
      g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT ifnull (parent, 0), ifnull (dataset, 0) FROM model WHERE id = ?", "I", model);
      int got = lw_query_step (query, error);
      if (got == 0)
        lw_store_not_found (error, _("model"), model);
      if (got != 1)
        return NULL;
      gint64 dataset = sqlite3_column_int64 (query, 1);
      model = sqlite3_column_int64 (query, 0);
      if (dataset != 0 && !add_train_frames (db, dataset, frames, error))
        return NULL;
    }
  return g_steal_pointer (&frames);
}

GHashTable *
lw_project_get_trained_frames (LwProject *self, gint64 model, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);

  g_autoptr(LwDb) db = lw_project_read (self, error);
  return db != NULL ? read_trained (db, model, error) : NULL;
}

/* ---- the frames by place ---- */

typedef struct {
  GHashTable *wanted;          /* set of gint64, NULL: all */
  GHashTable *trained;         /* set of gint64 */
  GArray *items, *trained_places, *sequences;
  /* while reading, in display order */
  gint64 media;
  guint sequence, rank;
  int singles;                 /* the sequence of all media of one picture, -1: none yet */
  double first_time, last_time;
} Gathering;

static void
gathering_clear (Gathering *self)
{
  g_clear_pointer (&self->wanted, g_hash_table_unref);
  g_clear_pointer (&self->trained, g_hash_table_unref);
  g_clear_pointer (&self->items, g_array_unref);
  g_clear_pointer (&self->trained_places, g_array_unref);
  g_clear_pointer (&self->sequences, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Gathering, gathering_clear)

/* Pictures that were added one by one may well be neighbours: together they are one sequence. */
static void
enter_medium (Gathering *self, gint64 media, gboolean single)
{
  LwSequence none = { 0 };
  self->media = media;
  if (single && self->singles >= 0)
    self->sequence = (guint) self->singles;
  else
    {
      g_array_append_val (self->sequences, none);
      self->sequence = self->sequences->len - 1;
      self->singles = single ? (int) self->sequence : self->singles;
    }
  self->rank = g_array_index (self->sequences, LwSequence, self->sequence).n_ranks;
}

static void
note_time (Gathering *self, LwSequence *sequence, LwQuery *query)
{
  int den = sqlite3_column_int (query, 4);
  if (sqlite3_column_type (query, 2) == SQLITE_NULL || den <= 0)
    return;
  double time = (double) sqlite3_column_int64 (query, 2) * sqlite3_column_int (query, 3) / den;
  if (sequence->n_ranks == 1)
    self->first_time = time;
  self->last_time = time;
  double seconds = self->last_time - self->first_time;
  sequence->rate = seconds > 0 ? (sequence->n_ranks - 1) / seconds : 0;
}

static void
gather_frame (Gathering *self, LwQuery *query)
{
  gint64 frame = sqlite3_column_int64 (query, 0), media = sqlite3_column_int64 (query, 1);
  if (media != self->media)
    enter_medium (self, media, sqlite3_column_int (query, 7) == 1);
  LwSequence *sequence = &g_array_index (self->sequences, LwSequence, self->sequence);
  LwSplitItem item = { .sequence = self->sequence, .rank = self->rank++, .frame = frame, .revision = sqlite3_column_int64 (query, 6) };
  sequence->n_ranks = self->rank;
  note_time (self, sequence, query);
  if (g_hash_table_contains (self->trained, &frame))
    g_array_append_val (self->trained_places, item);
  if (sqlite3_column_int (query, 5) == LW_FRAME_ACCEPTED && item.revision != 0 && (self->wanted == NULL || g_hash_table_contains (self->wanted, &frame)))
    g_array_append_val (self->items, item);
}

/* Media of one picture are gathered into one sequence, which then lies between others. */
static int
compare_places (gconstpointer a, gconstpointer b)
{
  const LwSplitItem *x = a, *y = b;
  if (x->sequence != y->sequence)
    return x->sequence < y->sequence ? -1 : 1;
  return x->rank < y->rank ? -1 : x->rank > y->rank;
}

static gboolean
gather (LwDb *db, Gathering *self, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT frame.id, frame.media, pts, tb_num, tb_den, status, ifnull (accepted, 0),"
                                          " (SELECT count (*) FROM (SELECT 1 FROM frame AS other WHERE other.media = frame.media LIMIT 2))"
                                          " FROM frame JOIN media ON media.id = frame.media AND media.operation IS NULL AND NOT media.removed ORDER BY frame.media, frame.ordinal", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    gather_frame (self, query);
  g_array_sort (self->items, compare_places);
  g_array_sort (self->trained_places, compare_places);
  if (got == 0 && self->items->len == 0)
    g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("None of the frames is accepted: there is nothing to make a dataset of"));
  return got == 0 && self->items->len > 0;
}

/* ---- create ---- */

typedef struct {
  const char *name;
  const LwSplitOptions *options;
  LwSplitResult result;
  GArray *items;
  guint next;
  LwOperation operation;
  gint64 id;
} Creation;

static gboolean
add_dataset (LwDb *db, gpointer data, GError **error)
{
  Creation *self = data;
  gint64 id;
  g_autofree char *uuid = g_uuid_string_random ();
  int got = lw_db_get (db, &id, error, "SELECT id FROM dataset WHERE name = ?", "s", self->name);
  if (got == 1)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_EXISTS, _("The project has a dataset named “%s” already. Choose another name"), self->name);
  if (got != 0
      || !lw_db_run (db, error, "INSERT INTO dataset (uuid, name, created, segment, gap, seed, n_train, n_val, operation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     "ssIiiIiiI", uuid, self->name, g_get_real_time (), (int) self->result.segment, (int) self->result.gap, (gint64) self->options->seed,
                     (int) self->result.n_train, (int) self->result.n_val, self->operation.id))
    return FALSE;
  self->id = sqlite3_last_insert_rowid (db->handle);
  return TRUE;
}

static gboolean
add_some_items (LwDb *db, gpointer data, GError **error)
{
  Creation *self = data;
  for (guint end = MIN (self->items->len, self->next + ROWS_A_TRANSACTION); self->next < end; self->next++)
    {
      const LwSplitItem *item = &g_array_index (self->items, LwSplitItem, self->next);
      if (!item->left_out
          && !lw_db_run (db, error, "INSERT INTO dataset_item (dataset, frame, revision, split) VALUES (?, ?, ?, ?)", "IIIi", self->id, item->frame,
                         item->revision, item->split))
        return FALSE;
    }
  return TRUE;
}

static gboolean
show (LwDb *db, gpointer data, GError **error)
{
  const Creation *self = data;
  return lw_db_run (db, error, "UPDATE dataset SET operation = NULL WHERE id = ?", "I", self->id) && lw_operation_end (db, &self->operation, error)
         && lw_change_topic (db, LW_TOPIC_MODELS, error)
         && lw_audit_add (db, error, "create-dataset", self->name, "%u train, %u val", self->result.n_train, self->result.n_val);
}

static gboolean
write_dataset (LwProject *project, Creation *self, GError **error)
{
  if (!lw_operation_begin (project, "create-dataset", &self->operation, error) || !lw_project_transact (project, add_dataset, self, error))
    return FALSE;
  while (self->next < self->items->len)
    if (!lw_project_transact (project, add_some_items, self, error))
      return FALSE;
  return lw_project_transact (project, show, self, error);
}

static gboolean
gather_all (LwProject *self, Gathering *gathering, gint64 exclude_trained_by, GError **error)
{
  g_autoptr(LwDb) db = lw_project_read (self, error);
  return db != NULL && lw_db_begin_read (db, error) && (gathering->trained = read_trained (db, exclude_trained_by, error)) != NULL
         && gather (db, gathering, error);
}

static GHashTable *
make_set (const gint64 *ids, gsize n)
{
  GHashTable *set = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  for (gsize i = 0; i < n; i++)
    g_hash_table_add (set, g_memdup2 (&ids[i], sizeof ids[i]));
  return set;
}

static void
gathering_init (Gathering *self, const gint64 *frames, gsize n_frames)
{
  *self = (Gathering) { .wanted = frames != NULL ? make_set (frames, n_frames) : NULL, .singles = -1 };
  self->items = g_array_new (FALSE, FALSE, sizeof (LwSplitItem));
  self->trained_places = g_array_new (FALSE, FALSE, sizeof (LwSplitItem));
  self->sequences = g_array_new (FALSE, TRUE, sizeof (LwSequence));
}

static const LwSplitOptions default_options = { .val_fraction = 0.25 };

gboolean
lw_project_preview_dataset (LwProject *self, gint64 exclude_trained_by, guint *n_train, guint *n_val, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && n_train != NULL && n_val != NULL, FALSE);

  g_auto(Gathering) gathering;
  LwSplitResult result;
  gathering_init (&gathering, NULL, 0);
  if (!gather_all (self, &gathering, exclude_trained_by, error))
    return FALSE;
  lw_split (gathering.items, gathering.trained_places, gathering.sequences, &default_options, &result);
  *n_train = result.n_train;
  *n_val = result.n_val;
  return TRUE;
}

gint64
lw_project_create_dataset (LwProject *self, const char *name, const gint64 *frames, gsize n_frames, const LwSplitOptions *options, gint64 exclude_trained_by,
                           GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && name != NULL && name[0] != '\0', 0);

  g_auto(Gathering) gathering;
  gathering_init (&gathering, frames, n_frames);
  if (!lw_project_check_writable (self, error) || !gather_all (self, &gathering, exclude_trained_by, error))
    return 0;
  Creation creation = { .name = name, .options = options != NULL ? options : &default_options, .items = gathering.items, .operation = LW_OPERATION_NONE };
  lw_split (gathering.items, gathering.trained_places, gathering.sequences, creation.options, &creation.result);
  gboolean written = write_dataset (self, &creation, error);
  lw_operation_release (&creation.operation);
  if (!written)
    lw_project_write (self, lw_operations_clean, self->folder, NULL);      /* else the next open does it */
  return written ? creation.id : 0;
}

/* ---- read ---- */

static gpointer
read_dataset (LwProject *project, LwQuery *query)
{
  LwDataset *dataset = g_new0 (LwDataset, 1);
  dataset->id = sqlite3_column_int64 (query, 0);
  dataset->uuid = lw_query_dup_text (query, 1);
  dataset->name = lw_query_dup_text (query, 2);
  dataset->created = sqlite3_column_int64 (query, 3);
  dataset->n_train = (guint) lw_query_int (query, 4, 0, G_MAXINT);
  dataset->n_val = (guint) lw_query_int (query, 5, 0, G_MAXINT);
  dataset->gap = (guint) lw_query_int (query, 6, 0, G_MAXINT);
  return dataset;
}

GPtrArray *
lw_project_list_datasets (LwProject *self, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);
  return lw_project_list_rows (self, read_dataset, (GDestroyNotify) lw_dataset_free, error,
                               "SELECT " COLUMNS " FROM dataset WHERE operation IS NULL ORDER BY id DESC", "", 0);
}

static GArray *
read_items (LwDb *db, gint64 dataset, GError **error)
{
  g_autoptr(GArray) items = g_array_new (FALSE, FALSE, sizeof (LwDatasetItem));
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT dataset_item.frame, revision, split FROM dataset_item JOIN frame ON frame.id = dataset_item.frame"
                                          " WHERE dataset = ? ORDER BY frame.media, frame.ordinal", "I", dataset);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      LwDatasetItem item = { sqlite3_column_int64 (query, 0), sqlite3_column_int64 (query, 1), (LwSplit) lw_query_int (query, 2, LW_SPLIT_TRAIN, LW_SPLIT_TEST) };
      g_array_append_val (items, item);
    }
  return got == 0 ? g_steal_pointer (&items) : NULL;
}

LwDataset *
lw_project_load_dataset (LwProject *self, const char *name_or_uuid, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && name_or_uuid != NULL, NULL);

  g_autoptr(LwDb) db = lw_project_read (self, error);
  if (db == NULL)
    return NULL;
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT " COLUMNS " FROM dataset WHERE (name = ?1 OR uuid = ?1) AND operation IS NULL"
                                          " ORDER BY name = ?1 DESC LIMIT 1", "s", name_or_uuid);
  int got = lw_query_step (query, error);
  if (got == 0)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("The project has no dataset “%s”"), name_or_uuid);
  if (got != 1)
    return NULL;
  g_autoptr(LwDataset) dataset = read_dataset (self, query);
  dataset->items = read_items (db, dataset->id, error);
  return dataset->items != NULL ? g_steal_pointer (&dataset) : NULL;
}
