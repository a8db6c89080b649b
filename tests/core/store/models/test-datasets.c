/* test-datasets.c: train and val never touch, never leak, never change */
#include "config.h"
#include "fixture.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include "common/json.h"
#include "store/dataset-report.h"
#include "store/models/split.h"

/* ---- the rule alone ---- */

typedef struct { GArray *items, *trained, *sequences; } Case;

static Case
case_new (void)
{
  return (Case) { g_array_new (FALSE, FALSE, sizeof (LwSplitItem)), g_array_new (FALSE, FALSE, sizeof (LwSplitItem)),
                  g_array_new (FALSE, FALSE, sizeof (LwSequence)) };
}

static void
case_clear (Case *self)
{
  g_array_unref (self->items);
  g_array_unref (self->trained);
  g_array_unref (self->sequences);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)

/* A sequence of @n frames; each is accepted with probability @accepted, and trained where its rank is in first .. last. */
static void
add_sequence (Case *self, guint n, double rate, double accepted, int trained_first, int trained_last, GRand *rand)
{
  LwSequence sequence = { n, rate };
  g_array_append_val (self->sequences, sequence);
  for (guint rank = 0; rank < n; rank++)
    {
      LwSplitItem item = { .sequence = self->sequences->len - 1, .rank = rank, .frame = (gint64) self->items->len + 1, .revision = 1 };
      if (g_rand_double (rand) < accepted)
        g_array_append_val (self->items, item);
      if ((int) rank >= trained_first && (int) rank <= trained_last)
        g_array_append_val (self->trained, item);
    }
}

/* No val frame within @gap of one that trains now, or of one that trained before. */
static void
assert_apart (Case *self, guint gap)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      const LwSplitItem *val = &g_array_index (self->items, LwSplitItem, i);
      if (val->split != LW_SPLIT_VAL)
        continue;
      g_assert_false (val->left_out);
      for (guint k = 0; k < self->items->len; k++)
        {
          const LwSplitItem *train = &g_array_index (self->items, LwSplitItem, k);
          if (train->split == LW_SPLIT_TRAIN && !train->left_out && train->sequence == val->sequence)
            g_assert_cmpint (abs ((int) train->rank - (int) val->rank), >, (int) gap);
        }
      for (guint k = 0; k < self->trained->len; k++)
        {
          const LwSplitItem *trained = &g_array_index (self->trained, LwSplitItem, k);
          if (trained->sequence == val->sequence)
            g_assert_cmpint (abs ((int) trained->rank - (int) val->rank), >, (int) gap);
        }
    }
}

static void
test_random_splits (void)
{
  guint32 seed = g_test_rand_int ();
  g_test_message ("seed %u", seed);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  guint n_with_val = 0;
  for (int i = 0; i < 400; i++)
    {
      g_auto(Case) set = case_new ();
      int n_sequences = g_rand_int_range (rand, 1, 6);
      for (int s = 0; s < n_sequences; s++)
        {
          int n = g_rand_int_range (rand, 1, g_rand_boolean (rand) ? 12 : 300), first = g_rand_int_range (rand, -200, n);
          add_sequence (&set, (guint) n, g_rand_boolean (rand) ? g_rand_double_range (rand, 0.1, 30) : 0, g_rand_double_range (rand, 0.2, 1.2), first,
                        first + g_rand_int_range (rand, -1, 60), rand);
        }
      LwSplitOptions options = { g_rand_double_range (rand, -0.1, 0.6), (guint) g_rand_int_range (rand, 0, 20), (guint) g_rand_int_range (rand, 0, 20), g_rand_int (rand) };
      LwSplitResult result;
      lw_split (set.items, set.trained, set.sequences, &options, &result);
      assert_apart (&set, result.gap);
      guint n_train = 0, n_val = 0;
      for (guint k = 0; k < set.items->len; k++)
        {
          const LwSplitItem *item = &g_array_index (set.items, LwSplitItem, k);
          n_val += item->split == LW_SPLIT_VAL;
          n_train += item->split == LW_SPLIT_TRAIN && !item->left_out;
        }
      g_assert_cmpuint (n_train, ==, result.n_train);
      g_assert_cmpuint (n_val, ==, result.n_val);
      if (n_val == 0)
        g_assert_cmpuint (n_train, ==, set.items->len);
      else
        g_assert_cmpuint (2 * n_train, >=, set.items->len);
      n_with_val += n_val > 0;

      /* the same seed splits alike */
      g_autoptr(GArray) again = g_array_copy (set.items);
      LwSplitResult result_again;
      lw_split (again, set.trained, set.sequences, &options, &result_again);
      g_assert_cmpuint (again->len, ==, set.items->len);
      g_assert_true (again->len == 0 || memcmp (again->data, set.items->data, again->len * sizeof (LwSplitItem)) == 0);
    }
  g_test_message ("%u of 400 have val frames", n_with_val);
  g_assert_cmpuint (n_with_val, >, 100);
}

static LwSplitResult
split_one (guint n, double rate, const LwSplitOptions *options)
{
  g_auto(Case) set = case_new ();
  g_autoptr(GRand) rand = g_rand_new_with_seed (1);
  add_sequence (&set, n, rate, 2, -1, -2, rand);
  LwSplitResult result;
  lw_split (set.items, set.trained, set.sequences, options, &result);
  return result;
}

static void
test_sizes (void)
{
  static const LwSplitOptions defaults = { .val_fraction = 0.25 };
  LwSplitResult few = split_one (8, 0, &defaults);
  g_assert_cmpuint (few.n_val, ==, 0);
  g_assert_cmpuint (few.n_train, ==, 8);

  LwSplitResult camvid = split_one (468, 0, &defaults);      /* pictures without a time */
  g_assert_cmpuint (camvid.n_val, ==, 117);
  g_assert_cmpuint (camvid.gap, ==, 24);
  g_assert_cmpuint (camvid.n_train, ==, 468 - 117 - 24);

  LwSplitResult slow = split_one (40, 1, &defaults);         /* a frame a second: each is its own segment */
  g_assert_cmpuint (slow.gap, ==, 1);
  g_assert_cmpuint (slow.n_val, ==, 10);

  LwSplitResult video = split_one (900, 30, &defaults);
  g_assert_cmpuint (video.gap, ==, 30);
  g_assert_cmpuint (video.n_val, ==, 225);
  g_assert_cmpuint (video.n_train, >=, 900 - 225 - 60);

  LwSplitResult told = split_one (100, 0, &(LwSplitOptions) { .val_fraction = 0.1, .segment = 3, .gap = 7 });
  g_assert_cmpuint (told.gap, ==, 7);
  g_assert_cmpuint (told.segment, ==, 3);
  g_assert_cmpuint (told.n_val, ==, 10);
}

/* Clips too short to be cut are held back whole. */
static void
test_clips (void)
{
  g_auto(Case) set = case_new ();
  g_autoptr(GRand) rand = g_rand_new_with_seed (1);
  for (int i = 0; i < 8; i++)
    add_sequence (&set, 10, 30, 2, -1, -2, rand);
  LwSplitResult result;
  lw_split (set.items, set.trained, set.sequences, &(LwSplitOptions) { .val_fraction = 0.25 }, &result);
  g_assert_cmpuint (result.n_val, ==, 20);
  g_assert_cmpuint (result.n_train, ==, 60);
}

/* ---- datasets ---- */

static void
accept_frames (LwProject *project, guint first, guint n)
{
  g_autoptr(GError) error = NULL;
  for (guint i = first; i < first + n; i++)
    {
      gint64 frame = fixture_frame (project, i);
      fixture_stroke (project, frame, (LwRect) { (int) i % 30, 0, 9, 9 }, 1);
      lw_project_act (project, &frame, 1, LW_ACTION_ACCEPT, NULL, &error);
      g_assert_no_error (error);
    }
}

static gint64
create (LwProject *project, const char *name, gint64 exclude)
{
  g_autoptr(GError) error = NULL;
  gint64 id = lw_project_create_dataset (project, name, NULL, 0, &(LwSplitOptions) { .val_fraction = 0.25, .segment = 2 }, exclude, &error);
  g_assert_no_error (error);
  g_assert_cmpint (id, >, 0);
  return id;
}

static void
test_dataset (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  LwProject *project = fixture->project;
  fixture_add_video (fixture, "clip.mp4", 24, 64, 64);
  g_assert_cmpint (lw_project_create_dataset (project, "none", NULL, 0, NULL, 0, &error), ==, 0);
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);
  accept_frames (project, 0, 20);
  gint64 id = create (project, "first", 0);
  g_autoptr(LwDataset) dataset = lw_project_load_dataset (project, "first", &error);
  g_assert_no_error (error);
  g_assert_cmpint (dataset->id, ==, id);
  g_assert_cmpuint (dataset->n_val, ==, 5);
  g_assert_cmpuint (dataset->n_train, ==, 13);
  g_assert_cmpuint (dataset->gap, ==, 2);
  g_assert_cmpuint (dataset->items->len, ==, 18);
  for (guint i = 0; i < dataset->items->len; i++)
    {
      const LwDatasetItem *item = &g_array_index (dataset->items, LwDatasetItem, i);
      g_autoptr(LwPlanes) frozen = lw_project_load_revision (project, item->revision, &error);
      g_autoptr(LwPlanes) now = fixture_load (project, item->frame, NULL);
      g_assert_no_error (error);
      fixture_assert_planes_equal (frozen, now);
    }

  g_assert_cmpint (lw_project_create_dataset (project, "first", NULL, 0, NULL, 0, &error), ==, 0);
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_null (lw_project_load_dataset (project, "second", &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  /* frames that are painted on afterwards are no longer accepted, but the dataset stays */
  fixture_stroke (project, fixture_frame (project, 0), (LwRect) { 20, 20, 9, 9 }, 2);
  gint64 chosen[] = { fixture_frame (project, 0), fixture_frame (project, 1), fixture_frame (project, 23) };
  g_assert_cmpint (lw_project_create_dataset (project, "small", chosen, 3, NULL, 0, &error), >, 0);
  g_autoptr(LwDataset) small = lw_project_load_dataset (project, "small", &error);
  g_assert_cmpuint (small->items->len, ==, 1);
  g_assert_cmpuint (small->n_val, ==, 0);
  g_assert_cmpint (g_array_index (small->items, LwDatasetItem, 0).frame, ==, chosen[1]);
  g_autoptr(LwDataset) still = lw_project_load_dataset (project, dataset->uuid, &error);
  g_assert_cmpuint (still->items->len, ==, dataset->items->len);
  for (guint i = 0; i < still->items->len; i++)
    {
      const LwDatasetItem *a = &g_array_index (still->items, LwDatasetItem, i), *b = &g_array_index (dataset->items, LwDatasetItem, i);
      g_assert_true (a->frame == b->frame && a->revision == b->revision && a->split == b->split);
    }
  g_autoptr(GPtrArray) all = lw_project_list_datasets (project, &error);
  g_assert_cmpuint (all->len, ==, 2);
}

static gint64
add_model (Fixture *fixture, const char *name, gint64 parent, gint64 dataset)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *file = g_build_filename (fixture->root, "weights", NULL);
  g_file_set_contents (file, name, -1, NULL);
  LwModel model = { .name = (char *) name, .classes = (char *) "[\"a\"]", .parent = parent, .dataset = dataset };
  gint64 id = lw_project_add_model (fixture->project, &model, file, &error);
  g_assert_no_error (error);
  return id;
}

static GHashTable *
frames_of (LwProject *project, const char *name, LwSplit split)
{
  g_autoptr(LwDataset) dataset = lw_project_load_dataset (project, name, NULL);
  GHashTable *frames = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  for (guint i = 0; i < dataset->items->len; i++)
    {
      const LwDatasetItem *item = &g_array_index (dataset->items, LwDatasetItem, i);
      if (item->split == split)
        g_hash_table_add (frames, g_memdup2 (&item->frame, sizeof item->frame));
    }
  return frames;
}

static void
assert_disjoint (GHashTable *a, GHashTable *b)
{
  GHashTableIter iter;
  gpointer frame;
  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &frame, NULL))
    g_assert_false (g_hash_table_contains (b, frame));
}

/* What trained a model, or its parent, never becomes val of what comes after it. */
static void
test_lineage (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  LwProject *project = fixture->project;
  fixture_add_video (fixture, "clip.mp4", 60, 64, 64);
  accept_frames (project, 0, 30);
  gint64 parent = add_model (fixture, "parent", 0, create (project, "first", 0));
  accept_frames (project, 30, 30);
  gint64 child = add_model (fixture, "child", parent, create (project, "second", parent));
  create (project, "third", child);
  g_autoptr(GHashTable) first = frames_of (project, "first", LW_SPLIT_TRAIN), second = frames_of (project, "second", LW_SPLIT_TRAIN);
  g_autoptr(GHashTable) second_val = frames_of (project, "second", LW_SPLIT_VAL), third_val = frames_of (project, "third", LW_SPLIT_VAL);
  g_assert_cmpuint (g_hash_table_size (second_val), >, 0);
  assert_disjoint (second_val, first);
  assert_disjoint (third_val, first);
  assert_disjoint (third_val, second);

  g_autoptr(GHashTable) trained = lw_project_get_trained_frames (project, child, NULL), none = lw_project_get_trained_frames (project, 0, NULL);
  g_assert_cmpuint (g_hash_table_size (none), ==, 0);
  assert_disjoint (trained, second_val);
  GHashTableIter iter;
  gpointer frame;
  g_hash_table_iter_init (&iter, first);
  while (g_hash_table_iter_next (&iter, &frame, NULL))
    g_assert_true (g_hash_table_contains (trained, frame));
}

static int
try_sql (const char *folder, const char *sql)
{
  g_autofree char *path = g_build_filename (folder, "project.sqlite", NULL);
  sqlite3 *db;
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  int result = sqlite3_exec (db, sql, NULL, NULL, NULL);
  sqlite3_close (db);
  return result;
}

/* Whatever program holds the file. */
static void
test_immutable (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  fixture_add_video (fixture, "clip.mp4", 8, 64, 64);
  accept_frames (fixture->project, 0, 8);
  create (fixture->project, "d", 0);
  static const char *const attempts[] = {
    "UPDATE dataset SET name = 'x'", "DELETE FROM dataset", "UPDATE dataset_item SET split = 1", "DELETE FROM dataset_item",
    "INSERT INTO dataset_item SELECT dataset, 99, revision, split FROM dataset_item LIMIT 1", "UPDATE revision SET message = 'x'", "DELETE FROM revision_tile",
    "UPDATE tile SET data = x'00'", "DELETE FROM stroke", "UPDATE diff SET data = x'00'", "DELETE FROM audit", "UPDATE audit SET actor = 'x'",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (attempts); i++)
    g_assert_cmpint (try_sql (fixture->folder, attempts[i]), ==, SQLITE_CONSTRAINT);
}

/* ---- what a dataset is made of ---- */

static LwDatasetReport *
read_report (Fixture *fixture, LwDataset **dataset)
{
  g_autoptr(GError) error = NULL;
  *dataset = lw_project_load_dataset (fixture->project, "first", &error);
  g_assert_no_error (error);
  LwDatasetReport *report = lw_project_report_dataset (fixture->project, *dataset, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return report;
}

static void
test_report (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 24, 64, 64);
  accept_frames (fixture->project, 0, 20);
  create (fixture->project, "first", 0);
  g_autoptr(LwDataset) dataset = NULL;
  g_autoptr(LwDatasetReport) report = read_report (fixture, &dataset);
  g_assert_cmpuint (report->frames[LW_SPLIT_TRAIN], ==, 13);
  g_assert_cmpuint (report->frames[LW_SPLIT_VAL], ==, 5);
  g_assert_cmpuint (report->pixels[LW_SPLIT_VAL], ==, 5 * 64 * 64);
  g_assert_cmpuint (report->leaks->len, ==, 0);
  g_assert_cmpuint (report->nearest, >=, dataset->gap);
  guint64 labelled = 0, counted = 0;
  guint in_runs = 0;
  for (guint i = 0; i < dataset->items->len; i++)
    {
      g_autoptr(LwPlanes) planes = lw_project_load_revision (fixture->project, g_array_index (dataset->items, LwDatasetItem, i).revision, &error);
      guint64 classes[256];
      lw_label_map_count (planes->plane[LW_PLANE_CLASS], classes);
      labelled += 64 * 64 - classes[LW_LABEL_NONE];
    }
  for (int i = 0; i < LW_LABEL_NONE; i++)
    counted += report->class_pixels[LW_SPLIT_TRAIN][i] + report->class_pixels[LW_SPLIT_VAL][i];
  for (guint i = 0; i < report->runs->len; i++)
    in_runs += ((const LwDatasetRun *) report->runs->pdata[i])->n;
  g_assert_cmpuint (counted, ==, labelled);
  g_assert_cmpuint (in_runs, ==, 18);

  g_autofree char *markdown = lw_project_write_datasheet (fixture->project, dataset, report, FALSE, &error);
  g_autofree char *json = lw_project_write_datasheet (fixture->project, dataset, report, TRUE, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (markdown, "# first\n"));
  g_assert_nonnull (strstr (markdown, "| val | 5 | 20480 |"));
  g_autoptr(LwJson) parsed = lw_json_parse (json, strlen (json), 1 << 20, "datasheet", &error);
  g_assert_no_error (error);
  LwJson *frames;
  g_assert_true (lw_json_get_array (parsed, "frames", 100, &frames, &error));
  g_assert_cmpuint (json_object_array_length (frames), ==, 18);

  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_cancellable_cancel (cancellable);
  g_assert_null (lw_project_report_dataset (fixture->project, dataset, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* No program of ours makes such a dataset; the check finds it all the same. */
static void
test_leaks (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 24, 64, 64);
  accept_frames (fixture->project, 0, 20);
  create (fixture->project, "first", 0);
  g_assert_true (lw_project_close (fixture->project, &error));
  fixture_sql (fixture->folder, "DROP TRIGGER dataset_item_UPDATE_refused;"
                                "UPDATE dataset_item SET split = 1 - split WHERE frame = (SELECT frame FROM dataset_item WHERE split = 0 ORDER BY frame LIMIT 1 OFFSET 4);"
                                "UPDATE frame SET packet_hash = (SELECT packet_hash FROM frame WHERE id = (SELECT max (frame) FROM dataset_item WHERE split = 0))"
                                " WHERE id = (SELECT max (frame) FROM dataset_item WHERE split = 1)");
  fixture_reopen (fixture);
  g_autoptr(LwDataset) dataset = NULL;
  g_autoptr(LwDatasetReport) report = read_report (fixture, &dataset);
  g_assert_cmpuint (report->nearest, ==, 0);
  g_assert_cmpuint (report->leaks->len, ==, 2);      /* too near, and a picture in both */
}

/* As near as the gap is no leak; a frame nearer is one. */
static void
test_leaks_gap (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 24, 64, 64);
  accept_frames (fixture->project, 0, 20);
  create (fixture->project, "first", 0);
  for (guint more = 0; more < 2; more++)
    {
      g_autoptr(LwDataset) before = NULL, after = NULL;
      g_autoptr(LwDatasetReport) made = read_report (fixture, &before);
      g_autofree char *sql = g_strdup_printf ("DROP TRIGGER IF EXISTS dataset_UPDATE_refused; UPDATE dataset SET gap = %u", made->nearest + more);
      g_assert_true (lw_project_close (fixture->project, &error));
      fixture_sql (fixture->folder, sql);
      fixture_reopen (fixture);
      g_autoptr(LwDatasetReport) report = read_report (fixture, &after);
      g_assert_cmpuint (after->gap, ==, made->nearest + more);
      g_assert_cmpuint (report->leaks->len, ==, more);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/datasets/random-splits", test_random_splits);
  g_test_add_func ("/datasets/sizes", test_sizes);
  g_test_add_func ("/datasets/clips", test_clips);
  g_test_add_func ("/datasets/dataset", test_dataset);
  g_test_add_func ("/datasets/lineage", test_lineage);
  g_test_add_func ("/datasets/immutable", test_immutable);
  g_test_add_func ("/datasets/report", test_report);
  g_test_add_func ("/datasets/leaks", test_leaks);
  g_test_add_func ("/datasets/leaks-gap", test_leaks_gap);
  return g_test_run ();
}
