/* test-space.c: what takes the room is all there is, and what goes to make room is never a label, a stroke or a revision */
#include "config.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include "store/audit-export.h"
#include "store/space.h"

static LwSpace
measure (LwProject *project)
{
  LwSpace space;
  g_autoptr(GError) error = NULL;
  g_assert_true (lw_project_measure_space (project, &space, NULL, &error));
  g_assert_no_error (error);
  return space;
}

static guint64
measure_file (const char *folder, const char *name)
{
  GStatBuf info;
  g_autofree char *path = g_build_filename (folder, name, NULL);
  return g_stat (path, &info) == 0 ? (guint64) info.st_size : 0;
}

static gint64
add_model (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *file = g_build_filename (fixture->root, "weights", NULL);
  g_assert_true (g_file_set_contents (file, "weights", -1, NULL));
  gint64 model = lw_project_add_model (fixture->project, &(LwModel) { .name = (char *) "m", .classes = (char *) "[\"a\"]" }, file, &error);
  g_assert_no_error (error);
  return model;
}

static void
propose (LwProject *project, gint64 frame, gint64 model)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwLabelMap) map = lw_label_map_new (300, 300), confidence = lw_label_map_new (75, 75);
  for (int y = 0; y < 300; y++)
    for (int x = 0; x < 300; x++)
      lw_label_map_row (map, y)[x] = (guint8) (g_test_rand_int () & 3);
  LwProposal proposal = { .frame = frame, .model = model, .map = map, .confidence = confidence };
  g_assert_true (lw_project_set_proposal (project, &proposal, &error));
  g_assert_no_error (error);
}

/* The pages of all tables and the free ones are the file. */
static void
test_measure (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 2, 300, 300);
  gint64 frame = fixture_frame (fixture->project, 0);
  fixture_stroke (fixture->project, frame, (LwRect) { 0, 0, 200, 200 }, 1);
  g_assert_cmpint (lw_project_add_revision (fixture->project, frame, LW_REVISION_MANUAL, NULL, &error), >, 0);
  add_model (fixture);
  fixture_reopen (fixture);      /* folds the log in */
  LwSpace space = measure (fixture->project);
  guint64 file = 0;
  for (int i = LW_SPACE_JOURNAL; i <= LW_SPACE_FREE; i++)
    file += space.bytes[i];
  g_assert_cmpuint (file, ==, measure_file (fixture->folder, "project.sqlite"));
  for (int i = LW_SPACE_JOURNAL; i <= LW_SPACE_PROPOSALS; i++)
    g_assert_cmpuint (space.bytes[i], >, 0);
  g_assert_cmpuint (space.bytes[LW_SPACE_MODELS], ==, strlen ("weights"));
}

static void
test_prune_proposals (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  LwProject *project = fixture->project;
  fixture_add_video (fixture, "clip.mp4", 20, 300, 300);
  gint64 model = add_model (fixture), applied = fixture_frame (project, 3);
  for (guint i = 0; i < 20; i++)
    propose (project, fixture_frame (project, i), model);
  int origin = lw_project_get_origin (project, LW_ORIGIN_MODEL, "m", model, &error);
  g_autoptr(LwPlanes) planes = fixture_load (project, applied, NULL);
  g_autoptr(LwDiff) diff = fixture_paint (planes, (LwRect) { 0, 0, 20, 20 }, 2, (guint8) origin);
  g_assert_true (lw_project_commit_stroke (project, applied, &(LwStrokeInfo) { .tool = "apply", .origin = (guint8) origin, .base_seq = 0 }, diff, &error));
  gint64 revision = lw_project_add_revision (project, applied, LW_REVISION_MANUAL, NULL, &error);

  LwSpace before = measure (project);
  g_assert_cmpuint (before.proposals, ==, 19);
  g_assert_cmpuint (before.proposal_bytes, >, 19 * 1000);
  guint n;
  g_assert_true (lw_project_prune (project, LW_PRUNE_PROPOSALS, &n, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 19);
  LwSpace after = measure (project);
  g_assert_cmpuint (after.proposals, ==, 0);
  g_assert_cmpuint (after.bytes[LW_SPACE_JOURNAL], ==, before.bytes[LW_SPACE_JOURNAL]);
  g_assert_cmpuint (after.bytes[LW_SPACE_REVISIONS], ==, before.bytes[LW_SPACE_REVISIONS]);
  g_autoptr(LwProposal) left = lw_project_load_proposal (project, applied, &error), gone = lw_project_load_proposal (project, fixture_frame (project, 0), &error);
  g_assert_no_error (error);
  g_assert_nonnull (left);
  g_assert_null (gone);
  g_autoptr(LwPlanes) now = fixture_load (project, applied, NULL), then = lw_project_load_revision (project, revision, &error);
  fixture_assert_planes_equal (now, then);
  fixture_assert_sound (project);
}

/* Data goes, words on how it went stay; a link is not followed, and a job that may go on is left alone. */
static void
test_prune_jobs (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(LwJob) done = lw_project_create_job (fixture->project, "train", 0, 0, &error), running = lw_project_create_job (fixture->project, "train", 0, 0, &error);
  g_autofree char *house = g_build_filename (fixture->root, "house", NULL), *outside = g_build_filename (house, "outside", NULL);
  g_assert_cmpint (g_mkdir (house, 0700), ==, 0);
  g_assert_true (g_file_set_contents (outside, "precious", -1, NULL));
  const LwJob *jobs[] = { done, running };
  for (gsize i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      g_autofree char *frames = g_build_filename (jobs[i]->folder, "frames", NULL), *picture = g_build_filename (frames, "0.bin", NULL);
      g_autofree char *told = g_build_filename (jobs[i]->folder, "progress.jsonl", NULL), *link_to = g_build_filename (frames, "link", NULL);
      g_assert_cmpint (g_mkdir (frames, 0700), ==, 0);
      g_assert_true (g_file_set_contents (picture, "0123456789", -1, NULL) && g_file_set_contents (told, "{}", -1, NULL));
      g_autofree char *link_to_folder = g_build_filename (frames, "house", NULL);
      g_assert_cmpint (symlink (outside, link_to), ==, 0);
      g_assert_cmpint (symlink (house, link_to_folder), ==, 0);
    }
  g_assert_true (lw_project_finish_job (fixture->project, done->id, LW_JOB_DONE, 0, NULL, &error));
  LwSpace space = measure (fixture->project);
  g_assert_cmpuint (space.jobs, ==, 1);
  g_assert_cmpuint (space.job_bytes, ==, 10);
  guint n;
  g_assert_true (lw_project_prune (fixture->project, LW_PRUNE_JOBS, &n, NULL, NULL, NULL, &error));
  g_assert_cmpuint (n, ==, 1);
  g_autofree char *gone = g_build_filename (done->folder, "frames", NULL), *told = g_build_filename (done->folder, "progress.jsonl", NULL);
  g_autofree char *kept = g_build_filename (running->folder, "frames", "0.bin", NULL);
  g_assert_false (g_file_test (gone, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (told, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (outside, G_FILE_TEST_EXISTS));
}

static void
test_cancel (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  LwSpace space;
  g_cancellable_cancel (cancellable);
  g_assert_false (lw_project_measure_space (fixture->project, &space, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* ---- the log as a file ---- */

static void
test_csv (void)
{
  static const char *const cases[][2] = { { "plain", "plain" }, { "a,b", "\"a,b\"" }, { "say \"no\"", "\"say \"\"no\"\"\"" }, { "two\nlines", "\"two\nlines\"" },
                                          { "=1+1", "'=1+1" }, { "", "" } };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *quoted = lw_csv_quote (cases[i][0]);
      g_assert_cmpstr (quoted, ==, cases[i][1]);
    }
}

static void
test_export (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *table = g_build_filename (fixture->root, "log.csv", NULL), *lines = g_build_filename (fixture->root, "log.jsonl", NULL), *text = NULL;
  fixture_add_video (fixture, "clip, first.mp4", 2, 300, 300);
  g_autoptr(GPtrArray) entries = lw_project_list_audit (fixture->project, 0, &error);
  g_assert_true (lw_audit_export (entries, table, &error) && lw_audit_export (entries, lines, &error));
  g_assert_true (g_file_get_contents (table, &text, NULL, &error));
  g_auto(GStrv) rows = g_strsplit (text, "\r\n", -1);
  g_assert_cmpuint (g_strv_length (rows), ==, entries->len + 2);      /* a heading, and nothing after the last end of a line */
  g_assert_nonnull (strstr (rows[2], ",add-media,\"clip, first\","));
  g_clear_pointer (&text, g_free);
  g_assert_true (g_file_get_contents (lines, &text, NULL, &error));
  g_assert_true (g_str_has_prefix (text, "{\"copy\":\""));
  g_assert_false (lw_audit_export (entries, "/no/such/folder/log.csv", &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/space/measure", test_measure);
  g_test_add_func ("/space/prune-proposals", test_prune_proposals);
  g_test_add_func ("/space/prune-jobs", test_prune_jobs);
  g_test_add_func ("/space/cancel", test_cancel);
  g_test_add_func ("/log/csv", test_csv);
  g_test_add_func ("/log/export", test_export);
  return g_test_run ();
}
