/* test-steps.c: what is not a stroke is undone as a whole, by who did it, and never over what changed since; an old project learns it */
#include "config.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include "store/database/database.h"

static LwFrameStatus
get_status (LwProject *project, gint64 frame)
{
  g_autoptr(LwFrame) got = lw_project_get_frame (project, frame, NULL);
  return got->status;
}

static void
assert_statuses (LwProject *project, guint n, LwFrameStatus expected)
{
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (get_status (project, fixture_frame (project, i)), ==, expected);
}

/* Takes back what is next; @expected: of which kind it must be. */
static gint64
turn (LwProject *project, gboolean redo, LwStepKind expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwStep) undo = NULL, again = NULL;
  g_assert_true (lw_project_peek_steps (project, &undo, &again, &error));
  const LwStep *step = redo ? again : undo;
  g_assert_nonnull (step);
  g_assert_cmpint (step->kind, ==, expected);
  gint64 made = lw_project_take_back (project, step->id, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (made, !=, 0);
  return made;
}

static void
assert_next (LwProject *project, gboolean undo, gboolean redo)
{
  g_autoptr(LwStep) first = NULL, second = NULL;
  g_assert_true (lw_project_peek_steps (project, &first, &second, NULL));
  g_assert_cmpint (first != NULL, ==, undo);
  g_assert_cmpint (second != NULL, ==, redo);
}

/* A project with @n frames that have labels. */
static Fixture *
make_labelled (guint n)
{
  Fixture *fixture = fixture_new ();
  fixture_add_video (fixture, "clip.mp4", n, 64, 64);
  for (guint i = 0; i < n; i++)
    fixture_stroke (fixture->project, fixture_frame (fixture->project, i), (LwRect) { 0, 0, 9, 9 }, 1);
  return fixture;
}

static gint64
act_on_all (LwProject *project, guint n, LwAction action)
{
  g_autofree gint64 *frames = g_new (gint64, n);
  g_autoptr(GError) error = NULL;
  gint64 step = 0;
  for (guint i = 0; i < n; i++)
    frames[i] = fixture_frame (project, i);
  g_assert_true (lw_project_act_on (project, frames, n, action, NULL, NULL, NULL, NULL, &step, &error));
  g_assert_no_error (error);
  return step;
}

/* Many frames at once, one step; undo and redo survive a restart. */
static void
test_bulk (void)
{
  const guint n = 150;      /* more than one transaction of an undo */
  g_autoptr(Fixture) fixture = make_labelled (n);
  act_on_all (fixture->project, n, LW_ACTION_SUBMIT);
  act_on_all (fixture->project, n, LW_ACTION_ACCEPT);
  fixture_reopen (fixture);
  g_autoptr(LwStep) undo = NULL, redo = NULL;
  g_assert_true (lw_project_peek_steps (fixture->project, &undo, &redo, NULL));
  g_assert_cmpint (undo->action, ==, LW_ACTION_ACCEPT);
  g_assert_cmpuint (undo->n_frames, ==, n);
  g_assert_null (undo->name);
  g_assert_null (redo);

  turn (fixture->project, FALSE, LW_STEP_STATUS);
  assert_statuses (fixture->project, n, LW_FRAME_SUBMITTED);
  turn (fixture->project, FALSE, LW_STEP_STATUS);
  assert_statuses (fixture->project, n, LW_FRAME_IN_PROGRESS);
  fixture_reopen (fixture);
  turn (fixture->project, TRUE, LW_STEP_STATUS);
  assert_statuses (fixture->project, n, LW_FRAME_SUBMITTED);
  turn (fixture->project, TRUE, LW_STEP_STATUS);
  assert_statuses (fixture->project, n, LW_FRAME_ACCEPTED);
  turn (fixture->project, FALSE, LW_STEP_STATUS);
  assert_statuses (fixture->project, n, LW_FRAME_SUBMITTED);
  act_on_all (fixture->project, 1, LW_ACTION_RETURN);      /* something new ends what could be done again */
  g_autoptr(LwStep) last = NULL, none = NULL;
  g_assert_true (lw_project_peek_steps (fixture->project, &last, &none, NULL));
  g_assert_cmpint (last->action, ==, LW_ACTION_RETURN);
  g_assert_cmpstr (last->name, ==, "clip_000000");
  g_assert_null (none);
}

/* What was accepted comes back with its revision: it trains again. */
static void
test_accepted_revision (void)
{
  g_autoptr(Fixture) fixture = make_labelled (8);
  g_autoptr(GError) error = NULL;
  act_on_all (fixture->project, 8, LW_ACTION_ACCEPT);
  act_on_all (fixture->project, 8, LW_ACTION_RETURN);
  g_assert_cmpint (lw_project_create_dataset (fixture->project, "none", NULL, 0, NULL, 0, NULL), ==, 0);
  guint n_train, n_val;
  g_assert_false (lw_project_preview_dataset (fixture->project, 0, &n_train, &n_val, NULL));
  turn (fixture->project, FALSE, LW_STEP_STATUS);
  g_assert_true (lw_project_preview_dataset (fixture->project, 0, &n_train, &n_val, &error));
  g_assert_cmpint (lw_project_create_dataset (fixture->project, "all", NULL, 0, NULL, 0, &error), !=, 0);
  g_assert_no_error (error);
  g_autoptr(LwDataset) dataset = lw_project_load_dataset (fixture->project, "all", &error);
  g_assert_cmpuint (dataset->items->len, ==, 8);
  g_assert_cmpuint (n_train, ==, dataset->n_train);
  g_assert_cmpuint (n_val, ==, dataset->n_val);
}

/* Frames that were painted or judged since stay as they are; the others go back. */
static void
test_changed_since (void)
{
  g_autoptr(Fixture) fixture = make_labelled (3);
  g_autoptr(GError) error = NULL;
  LwProject *project = fixture->project;
  guint n_left = 9;
  gint64 step = act_on_all (project, 3, LW_ACTION_SUBMIT), second = fixture_frame (project, 1);
  fixture_stroke (project, second, (LwRect) { 20, 0, 9, 9 }, 2);
  g_assert_true (lw_project_act (project, &second, 1, LW_ACTION_ACCEPT, NULL, &error));
  gint64 undone = lw_project_take_back (project, step, &n_left, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_left, ==, 1);
  g_assert_cmpint (get_status (project, fixture_frame (project, 0)), ==, LW_FRAME_IN_PROGRESS);
  g_assert_cmpint (get_status (project, second), ==, LW_FRAME_ACCEPTED);

  g_assert_cmpint (lw_project_take_back (project, step, NULL, &error), ==, 0);      /* once is enough */
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);
  for (guint i = 0; i < 3; i += 2)
    fixture_stroke (project, fixture_frame (project, i), (LwRect) { 30, 0, 9, 9 }, 2);
  g_assert_cmpint (lw_project_take_back (project, undone, &n_left, &error), ==, 0);      /* submitted again what nobody submitted: no */
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_cmpint (get_status (project, fixture_frame (project, 0)), ==, LW_FRAME_IN_PROGRESS);
  g_assert_cmpint (lw_project_take_back (project, 12345, NULL, &error), ==, 0);
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
}

static void
turn_stroke (LwProject *project, gint64 frame, gboolean redo)
{
  g_autoptr(LwHistory) history = NULL;
  g_autoptr(LwPlanes) planes = fixture_load (project, frame, &history);
  GPtrArray *stack = redo ? history->redo : history->undo;
  const char *undoes = stack->pdata[stack->len - 1];
  g_autoptr(LwDiff) diff = lw_project_load_diff (project, frame, undoes, NULL);
  LwStrokeInfo info = { .undoes = undoes, .tool = "undo", .base_seq = -1 };
  g_assert_true (lw_project_commit_stroke (project, frame, &info, diff, NULL));
}

/* Who touches an accepted frame by mistake and undoes the stroke has an accepted frame again, as long as nothing else happened to it. */
static void
test_stroke_by_mistake (void)
{
  g_autoptr(Fixture) fixture = make_labelled (1);
  LwProject *project = fixture->project;
  gint64 frame = fixture_frame (project, 0);
  act_on_all (project, 1, LW_ACTION_ACCEPT);
  fixture_stroke (project, frame, (LwRect) { 20, 0, 9, 9 }, 2);
  fixture_stroke (project, frame, (LwRect) { 40, 0, 9, 9 }, 2);
  g_assert_cmpint (get_status (project, frame), ==, LW_FRAME_IN_PROGRESS);
  turn_stroke (project, frame, FALSE);
  g_assert_cmpint (get_status (project, frame), ==, LW_FRAME_IN_PROGRESS);      /* the first one still counts */
  turn_stroke (project, frame, FALSE);
  g_assert_cmpint (get_status (project, frame), ==, LW_FRAME_ACCEPTED);
  turn_stroke (project, frame, TRUE);
  g_assert_cmpint (get_status (project, frame), ==, LW_FRAME_IN_PROGRESS);
  turn_stroke (project, frame, FALSE);
  g_assert_cmpint (get_status (project, frame), ==, LW_FRAME_ACCEPTED);

  turn (project, FALSE, LW_STEP_STATUS);      /* the strokes cancel out: the acceptance can still be taken back, and given again */
  g_assert_cmpint (get_status (project, frame), ==, LW_FRAME_IN_PROGRESS);
  turn (project, TRUE, LW_STEP_STATUS);
  g_assert_cmpint (get_status (project, frame), ==, LW_FRAME_ACCEPTED);

  turn_stroke (project, frame, FALSE);        /* what was accepted itself */
  g_assert_cmpint (get_status (project, frame), ==, LW_FRAME_IN_PROGRESS);
}

static void
test_first_stroke (void)
{
  g_autoptr(Fixture) fixture = make_labelled (1);
  gint64 frame = fixture_frame (fixture->project, 0);
  turn_stroke (fixture->project, frame, FALSE);
  g_assert_cmpint (get_status (fixture->project, frame), ==, LW_FRAME_NEW);
}

static void
assert_class (LwProject *project, guint8 id, const char *name)
{
  g_autoptr(LwPalette) palette = lw_project_dup_palette (project, NULL);
  const LwClass *class = lw_palette_find_id (palette, id);
  g_assert_cmpstr (class != NULL ? class->name : NULL, ==, name);
}

static void
test_classes (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  LwProject *project = fixture->project;
  fixture_add_video (fixture, "clip.mp4", 1, 64, 64);
  g_autoptr(LwPalette) palette = lw_project_dup_palette (project, NULL);
  LwClass *road = lw_palette_find_id (palette, 1);
  g_free (road->name);
  road->name = g_strdup ("Straße");
  lw_palette_add (palette, 77, "Kerb", (const guint8[3]) { 9, 8, 7 });
  g_assert_true (lw_project_set_palette (project, palette, &error));
  g_assert_true (lw_project_set_palette (project, palette, &error));      /* nothing new: no step */
  turn (project, FALSE, LW_STEP_CLASSES);
  assert_class (project, 1, "class1");
  assert_class (project, 77, NULL);
  turn (project, TRUE, LW_STEP_CLASSES);
  assert_class (project, 1, "Straße");
  assert_class (project, 77, "Kerb");

  fixture_stroke (project, fixture_frame (project, 0), (LwRect) { 0, 0, 4, 4 }, 77);      /* in use: it can't go */
  g_autoptr(LwStep) undo = NULL, redo = NULL;
  g_assert_true (lw_project_peek_steps (project, &undo, &redo, NULL));
  g_assert_cmpint (lw_project_take_back (project, undo->id, NULL, &error), ==, 0);
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "Kerb"));
  assert_class (project, 77, "Kerb");
}

static int
count (Fixture *fixture, const char *sql)
{
  g_autofree char *file = g_build_filename (fixture->folder, "project.sqlite", NULL);
  g_autoptr(LwDb) db = lw_db_open (file, LW_DB_READ, NULL);
  gint64 value = 0;
  lw_db_get (db, &value, NULL, sql, "");
  return (int) value;
}

static void
propose (LwProject *project, gint64 frame, const char *weights)
{
  LwModel model = { .name = (char *) "m", .architecture = (char *) "fcn8s-lite", .classes = (char *) "[\"class1\"]" };
  g_autoptr(GError) error = NULL;
  LwProposal proposal = { .frame = frame, .map = lw_label_map_new (64, 64), .confidence = lw_label_map_new (16, 16) };
  g_assert_true (g_file_set_contents (weights, "weights", -1, NULL));
  proposal.model = lw_project_add_model (project, &model, weights, &error);
  g_assert_no_error (error);
  for (int y = 0; y < 64; y++)
    memset (lw_label_map_row (proposal.map, y), 1, 64);
  g_assert_true (lw_project_set_proposal (project, &proposal, &error));
  g_assert_no_error (error);
  lw_label_map_free (proposal.map);
  lw_label_map_free (proposal.confidence);
}

static void
test_media (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *weights = g_build_filename (fixture->root, "weights", NULL);
  fixture_add_video (fixture, "keep.mp4", 3, 64, 64);
  fixture_add_video (fixture, "wrong.mp4", 1200, 64, 64);
  propose (fixture->project, fixture_frame (fixture->project, 3), weights);      /* a proposal is no work */
  turn (fixture->project, FALSE, LW_STEP_MEDIA);
  g_autoptr(GPtrArray) frames = lw_project_list_frames (fixture->project, NULL), media = lw_project_list_media (fixture->project, NULL);
  g_assert_cmpuint (frames->len, ==, 3);
  g_assert_cmpuint (media->len, ==, 1);
  g_assert_cmpint (count (fixture, "SELECT count (*) FROM frame"), ==, 3);      /* nothing stays behind */
  g_assert_cmpint (count (fixture, "SELECT count (*) FROM operation"), ==, 0);
  g_assert_cmpint (count (fixture, "SELECT count (*) FROM proposal_tile"), ==, 0);
  assert_next (fixture->project, TRUE, FALSE);      /* it can be added again, but not by redo */
  fixture_add_video (fixture, "wrong.mp4", 5, 64, 64);

  fixture_stroke (fixture->project, fixture_frame (fixture->project, 4), (LwRect) { 0, 0, 4, 4 }, 1);
  g_autoptr(LwStep) undo = NULL, redo = NULL;
  g_assert_true (lw_project_peek_steps (fixture->project, &undo, &redo, NULL));
  g_assert_cmpstr (undo->name, ==, "wrong");
  g_assert_cmpuint (undo->n_frames, ==, 5);
  g_assert_cmpint (lw_project_take_back (fixture->project, undo->id, NULL, &error), ==, 0);
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "wrong_000001"));
  g_autoptr(GPtrArray) all = lw_project_list_frames (fixture->project, NULL);
  g_assert_cmpuint (all->len, ==, 8);
}

/* The fixture's video is none: nothing else may be wrong. */
static void
assert_only_media (GPtrArray *problems)
{
  for (guint i = 0; i < problems->len; i++)
    if (strstr (problems->pdata[i], "clip.mp4") == NULL)
      g_error ("%s", (const char *) problems->pdata[i]);
}

/* Whoever undoes is in the log, and the project stays sound. */
static void
test_audit (void)
{
  g_autoptr(Fixture) fixture = make_labelled (2);
  act_on_all (fixture->project, 2, LW_ACTION_ACCEPT);
  turn (fixture->project, FALSE, LW_STEP_STATUS);
  turn (fixture->project, TRUE, LW_STEP_STATUS);
  g_autoptr(GPtrArray) log = lw_project_list_audit (fixture->project, 4, NULL);
  static const char *const expected[] = { "undo", "undo", "redo", "redo" };
  for (guint i = 0; i < 4; i++)
    {
      const LwAuditEntry *entry = log->pdata[i];
      g_assert_cmpstr (entry->action, ==, expected[i]);
      g_assert_cmpstr (entry->details, ==, "accept");
    }
  g_autoptr(GPtrArray) problems = lw_project_verify (fixture->project, NULL, NULL, NULL, NULL);
  assert_only_media (problems);
}

/* What somebody else did is not mine to undo. */
static void
test_others (void)
{
  g_autoptr(Fixture) fixture = make_labelled (1);
  g_assert_true (lw_project_close (fixture->project, NULL));
  fixture_sql (fixture->folder, "INSERT INTO step (kind, action, actor, created, turn) VALUES (0, 'accept', 'somebody else', 1, 0)");
  fixture_reopen (fixture);
  g_autoptr(LwStep) undo = NULL, redo = NULL;
  g_assert_true (lw_project_peek_steps (fixture->project, &undo, &redo, NULL));
  g_assert_cmpint (undo->kind, ==, LW_STEP_MEDIA);      /* the last thing that I did */
}

/* A project from before there were steps. */
static void
test_old_project (void)
{
  g_autofree char *root = fixture_temporary_folder (), *folder = g_build_filename (root, "old", NULL), *sql = NULL;
  g_autofree char *file = g_build_filename (folder, "project.sqlite", NULL), *script = g_build_filename (g_getenv ("LW_TEST_DATA"), "project-v1.sql", NULL);
  g_autoptr(GError) error = NULL;
  g_assert_true (g_file_get_contents (script, &sql, NULL, &error));
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_autoptr(LwDb) db = lw_db_open (file, LW_DB_CREATE, &error);
  g_assert_no_error (error);
  g_assert_true (lw_db_exec (db, sql, &error));
  g_assert_no_error (error);
  lw_db_close (g_steal_pointer (&db));

  LwProject *project = lw_project_open (folder, &error);
  g_assert_no_error (error);
  gint64 first = fixture_frame (project, 0);
  g_assert_cmpint (get_status (project, first), ==, LW_FRAME_ACCEPTED);
  assert_next (project, FALSE, FALSE);
  fixture_stroke (project, first, (LwRect) { 0, 0, 60, 60 }, 3);
  turn_stroke (project, first, FALSE);
  g_assert_cmpint (get_status (project, first), ==, LW_FRAME_ACCEPTED);
  g_assert_true (lw_project_act (project, &first, 1, LW_ACTION_RETURN, NULL, &error));
  turn (project, FALSE, LW_STEP_STATUS);
  g_assert_cmpint (get_status (project, first), ==, LW_FRAME_ACCEPTED);
  g_autoptr(GPtrArray) problems = lw_project_verify (project, NULL, NULL, NULL, &error);
  assert_only_media (problems);
  g_assert_true (lw_project_close (project, NULL));
  g_object_unref (project);
  fixture_remove_tree (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/steps/bulk", test_bulk);
  g_test_add_func ("/store/steps/accepted-revision", test_accepted_revision);
  g_test_add_func ("/store/steps/changed-since", test_changed_since);
  g_test_add_func ("/store/steps/stroke-by-mistake", test_stroke_by_mistake);
  g_test_add_func ("/store/steps/first-stroke", test_first_stroke);
  g_test_add_func ("/store/steps/classes", test_classes);
  g_test_add_func ("/store/steps/media", test_media);
  g_test_add_func ("/store/steps/audit", test_audit);
  g_test_add_func ("/store/steps/others", test_others);
  g_test_add_func ("/store/steps/old-project", test_old_project);
  return g_test_run ();
}
