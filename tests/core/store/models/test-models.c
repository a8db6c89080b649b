/* test-models.c: models, which of them is in use, jobs and evaluations */
#include "config.h"
#include "fixture.h"

#include <string.h>

static gint64
try_add (Fixture *fixture, const char *name, const char *weights, GError **error)
{
  g_autofree char *file = g_build_filename (fixture->root, "weights", NULL);
  g_file_set_contents (file, weights, -1, NULL);
  LwModel model = { .name = (char *) name, .architecture = (char *) "lite", .classes = (char *) "[\"class0\", \"class1\"]", .seed = 17, .card = (char *) "{}" };
  return lw_project_add_model (fixture->project, &model, file, error);
}

static gint64
add (Fixture *fixture, const char *name)
{
  g_autoptr(GError) error = NULL;
  gint64 id = try_add (fixture, name, name, &error);
  g_assert_no_error (error);
  g_assert_cmpint (id, >, 0);
  return id;
}

static void
test_add (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  gint64 id = try_add (fixture, "starter", "some weights", &error);
  g_assert_no_error (error);
  g_autoptr(LwModel) model = lw_project_find_model (fixture->project, "starter", &error);
  g_assert_no_error (error);
  g_assert_cmpint (model->id, ==, id);
  g_autofree char *sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "some weights", -1);
  g_autofree char *path = g_strdup_printf ("%s/models/%s.safetensors", fixture->folder, sha256), *contents = NULL;
  g_assert_cmpstr (model->sha256, ==, sha256);
  g_assert_cmpstr (model->path, ==, path);
  g_file_get_contents (path, &contents, NULL, NULL);
  g_assert_cmpstr (contents, ==, "some weights");
  g_assert_cmpstr (model->architecture, ==, "lite");
  g_assert_cmpint (model->seed, ==, 17);
  g_assert_cmpint (model->status, ==, LW_MODEL_CANDIDATE);
  g_assert_cmpstr (model->card, ==, "{}");
  g_assert_null (model->recipe);
  g_autoptr(LwModel) same = lw_project_find_model (fixture->project, model->uuid, &error);
  g_assert_cmpint (same->id, ==, id);

  g_assert_cmpint (try_add (fixture, "starter", "others", &error), ==, 0);
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_cmpint (try_add (fixture, "twin", "some weights", &error), >, 0);      /* the file is shared */
  g_assert_null (lw_project_find_model (fixture->project, "nobody", &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  LwModel no_classes = { .name = (char *) "x", .classes = (char *) "{}" };
  g_assert_cmpint (lw_project_add_model (fixture->project, &no_classes, path, &error), ==, 0);
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);
  no_classes.classes = (char *) "[\"a\"]";
  g_assert_cmpint (lw_project_add_model (fixture->project, &no_classes, "/nowhere/weights", &error), ==, 0);
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "/nowhere/weights"));
  g_autoptr(GPtrArray) models = lw_project_list_models (fixture->project, NULL);
  g_assert_cmpuint (models->len, ==, 2);
  g_assert_cmpstr (((LwModel *) models->pdata[0])->name, ==, "twin");
}

static void
assert_champion (LwProject *project, const char *name)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwModel) champion = lw_project_get_champion (project, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (champion != NULL ? champion->name : NULL, ==, name);
}

static void
test_promote (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  LwProject *project = fixture->project;
  gint64 a = add (fixture, "a"), b = add (fixture, "b"), c = add (fixture, "c");
  assert_champion (project, NULL);
  g_assert_false (lw_project_rollback_model (project, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_true (lw_project_promote_model (project, a, "first", &error));
  g_assert_true (lw_project_promote_model (project, b, "better", &error));
  g_assert_true (lw_project_promote_model (project, b, "again", &error));
  g_assert_true (lw_project_promote_model (project, c, NULL, &error));
  assert_champion (project, "c");
  g_assert_true (lw_project_rollback_model (project, &error));
  assert_champion (project, "b");
  g_assert_true (lw_project_rollback_model (project, &error));
  assert_champion (project, "a");
  g_assert_false (lw_project_rollback_model (project, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);
  fixture_reopen (fixture);
  g_assert_true (lw_project_promote_model (fixture->project, c, NULL, &error));
  g_assert_true (lw_project_rollback_model (fixture->project, &error));
  assert_champion (fixture->project, "a");
  g_autoptr(LwModel) retired = lw_project_find_model (fixture->project, "c", &error);
  g_assert_cmpint (retired->status, ==, LW_MODEL_RETIRED);
  g_assert_false (lw_project_promote_model (fixture->project, 99, NULL, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
}

static void
test_channels (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  guint8 table[256];
  g_autoptr(LwPalette) palette = lw_project_dup_palette (fixture->project, NULL);
  lw_palette_find_id (palette, 2)->aliases = g_strsplit ("Strasse,road", ",", -1);
  g_assert_true (lw_project_set_palette (fixture->project, palette, &error));
  g_assert_true (lw_project_map_channels (fixture->project, "[\"CLASS4\", \"moon\", \"road\", 7]", table, &error));
  g_assert_no_error (error);
  g_assert_cmpint (table[0], ==, 4);
  g_assert_cmpint (table[1], ==, LW_LABEL_NONE);
  g_assert_cmpint (table[2], ==, 2);
  for (int i = 3; i < 256; i++)
    g_assert_cmpint (table[i], ==, LW_LABEL_NONE);
  g_assert_false (lw_project_map_channels (fixture->project, "{\"a\": 1}", table, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
}

static void
test_jobs (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  gint64 base = add (fixture, "base"), result = add (fixture, "result");
  g_autoptr(LwJob) job = lw_project_create_job (fixture->project, "train", 0, base, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_test (job->folder, G_FILE_TEST_IS_DIR));
  g_assert_true (g_str_has_prefix (job->folder, fixture->folder));
  g_assert_cmpint (job->status, ==, LW_JOB_RUNNING);
  g_assert_null (lw_project_create_job (fixture->project, "train", 77, base, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_true (lw_project_finish_job (fixture->project, job->id, LW_JOB_DONE, result, "12 epochs", &error));
  g_assert_true (lw_project_finish_job (fixture->project, job->id, LW_JOB_FAILED, 0, "too late", &error));
  g_assert_false (lw_project_finish_job (fixture->project, 99, LW_JOB_DONE, 0, NULL, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
  fixture_reopen (fixture);
  g_autoptr(GPtrArray) jobs = lw_project_list_jobs (fixture->project, NULL);
  g_assert_cmpuint (jobs->len, ==, 1);
  const LwJob *got = jobs->pdata[0];
  g_assert_cmpstr (got->uuid, ==, job->uuid);
  g_assert_cmpstr (got->folder, ==, job->folder);
  g_assert_cmpint (got->status, ==, LW_JOB_DONE);
  g_assert_cmpint (got->base_model, ==, base);
  g_assert_cmpint (got->model, ==, result);
  g_assert_cmpstr (got->message, ==, "12 epochs");
}

static void
test_evaluations (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  gint64 model = add (fixture, "m"), frame;
  fixture_add_video (fixture, "clip.mp4", 1, 64, 64);
  frame = fixture_frame (fixture->project, 0);
  fixture_stroke (fixture->project, frame, (LwRect) { 0, 0, 9, 9 }, 1);
  g_assert_true (lw_project_act (fixture->project, &frame, 1, LW_ACTION_ACCEPT, NULL, &error));
  gint64 dataset = lw_project_create_dataset (fixture->project, "d", NULL, 0, NULL, 0, &error);
  g_assert_no_error (error);
  g_assert_null (lw_project_get_evaluation (fixture->project, model, dataset, &error));
  g_assert_no_error (error);
  g_assert_true (lw_project_add_evaluation (fixture->project, model, dataset, "{\"mean_iou\": 0.5}", &error));
  g_assert_true (lw_project_add_evaluation (fixture->project, model, dataset, "{\"mean_iou\": 0.6}", &error));
  g_autofree char *newest = lw_project_get_evaluation (fixture->project, model, dataset, &error);
  g_assert_cmpstr (newest, ==, "{\"mean_iou\": 0.6}");
  g_assert_false (lw_project_add_evaluation (fixture->project, model, dataset + 1, "{}", &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
}

/* A hash or uuid from a file of others becomes no path out of the project. */
static void
test_hostile_names (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  add (fixture, "m");
  g_autoptr(LwJob) job = lw_project_create_job (fixture->project, "train", 0, 0, NULL);
  fixture_sql (fixture->folder, "PRAGMA ignore_check_constraints = ON; UPDATE model SET sha256 = '../../../../../../../../../../../../../../../../../../../../etc/passwd';"
                                "UPDATE job SET uuid = '../../../../../../../../../etc/passwdx'");
  g_assert_null (lw_project_list_models (fixture->project, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_DAMAGED);
  g_clear_error (&error);
  g_assert_null (lw_project_find_model (fixture->project, "m", &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_DAMAGED);
  g_clear_error (&error);
  g_assert_null (lw_project_list_jobs (fixture->project, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_DAMAGED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/models/add", test_add);
  g_test_add_func ("/models/promote", test_promote);
  g_test_add_func ("/models/channels", test_channels);
  g_test_add_func ("/models/jobs", test_jobs);
  g_test_add_func ("/models/evaluations", test_evaluations);
  g_test_add_func ("/models/hostile-names", test_hostile_names);
  return g_test_run ();
}
