/* test-past.c: revisions by filter; frames and projects back to revisions, times and snapshots; every earlier state from the journal */
#include "config.h"
#include "fixture.h"

#include <string.h>
#include "store/past.h"
#include "store/project/project-private.h"
#include "store/revisions/replay.h"
#include "store/schema/schema.h"

static gint64
revise (LwProject *project, gint64 frame, LwRevisionKind kind)
{
  g_autoptr(GError) error = NULL;
  gint64 id = lw_project_add_revision (project, frame, kind, "note", &error);
  g_assert_no_error (error);
  return id;
}

static void
assert_frame_is (LwProject *project, gint64 frame, const LwPlanes *expected)
{
  g_autoptr(LwPlanes) now = fixture_load (project, frame, NULL);
  fixture_assert_planes_equal (now, expected);
}

/* ---- revisions by filter ---- */

static guint
count (LwProject *project, const LwRevisionFilter *filter)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) found = lw_project_find_revisions (project, filter, &error);
  g_assert_no_error (error);
  for (guint i = 1; i < found->len; i++)
    g_assert_cmpint (((LwRevision *) found->pdata[i - 1])->id, >, ((LwRevision *) found->pdata[i])->id);
  return found->len;
}

static gint64
add_model (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *file = g_build_filename (fixture->root, "weights", NULL);
  g_file_set_contents (file, "weights", -1, NULL);
  gint64 model = lw_project_add_model (fixture->project, &(LwModel) { .name = (char *) "starter", .classes = (char *) "[\"a\"]" }, file, &error);
  g_assert_no_error (error);
  return model;
}

static void
test_find (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  LwProject *project = fixture->project;
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 2, 200, 150);
  gint64 a = fixture_frame (project, 0), b = fixture_frame (project, 1), model = add_model (fixture);
  fixture_stroke (project, a, (LwRect) { 0, 0, 50, 50 }, 1);
  revise (project, a, LW_REVISION_MANUAL);
  int origin = lw_project_get_origin (project, LW_ORIGIN_MODEL, "starter", model, &error);
  g_autoptr(LwPlanes) planes = fixture_load (project, b, NULL);
  g_autoptr(LwDiff) diff = fixture_paint (planes, (LwRect) { 10, 10, 9, 9 }, 2, (guint8) origin);
  lw_project_commit_stroke (project, b, &(LwStrokeInfo) { .tool = "apply", .origin = (guint8) origin, .base_seq = 0 }, diff, &error);
  g_assert_no_error (error);
  gint64 before = g_get_real_time (), proposed = revise (project, b, LW_REVISION_PROPAGATED);
  g_assert_cmpuint (count (project, &(LwRevisionFilter) { .kind = -1 }), ==, 2);
  g_assert_cmpuint (count (project, &(LwRevisionFilter) { .kind = -1, .newest = 1 }), ==, 1);
  g_assert_cmpuint (count (project, &(LwRevisionFilter) { .kind = -1, .frame = a }), ==, 1);
  g_assert_cmpuint (count (project, &(LwRevisionFilter) { .kind = LW_REVISION_PROPAGATED }), ==, 1);
  g_assert_cmpuint (count (project, &(LwRevisionFilter) { .kind = -1, .author = "nobody else" }), ==, 0);
  g_assert_cmpuint (count (project, &(LwRevisionFilter) { .kind = -1, .author = g_get_user_name () }), ==, 2);
  g_assert_cmpuint (count (project, &(LwRevisionFilter) { .kind = -1, .since = before }), ==, 1);
  g_assert_cmpuint (count (project, &(LwRevisionFilter) { .kind = -1, .until = before - 1 }), ==, 1);
  g_autoptr(GPtrArray) by_model = lw_project_find_revisions (project, &(LwRevisionFilter) { .kind = -1, .model = model }, &error);
  g_assert_cmpuint (by_model->len, ==, 1);
  const LwRevision *found = by_model->pdata[0];
  g_assert_cmpint (found->id, ==, proposed);
  g_assert_cmpint (found->seq, ==, 1);

  g_autofree char *prefix = g_strndup (found->uuid, 8);
  g_autoptr(LwRevision) again = lw_project_find_revision (project, prefix, &error), whole = lw_project_find_revision (project, found->uuid, &error);
  g_assert_no_error (error);
  g_assert_cmpint (again->id, ==, proposed);
  g_assert_cmpint (whole->id, ==, proposed);
  g_assert_null (lw_project_find_revision (project, "0", &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (lw_project_find_revision (project, "' OR 1", &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
}

/* ---- one revision ---- */

/* Submitting and accepting within one second: the id tells which is which. */
static void
test_facets (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  LwProject *project = fixture->project;
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 2, 200, 150);
  gint64 frame = fixture_frame (project, 0), other = fixture_frame (project, 1);
  fixture_stroke (project, frame, (LwRect) { 0, 0, 50, 50 }, 1);
  fixture_stroke (project, other, (LwRect) { 0, 0, 50, 50 }, 1);
  gint64 kept = revise (project, frame, LW_REVISION_MANUAL);
  const LwAction acts[] = { LW_ACTION_SUBMIT, LW_ACTION_ACCEPT, LW_ACTION_RETURN };
  for (gsize i = 0; i < G_N_ELEMENTS (acts); i++)
    g_assert_true (lw_project_act (project, &frame, 1, acts[i], i == 2 ? "again: please" : NULL, &error));
  g_assert_true (lw_project_act (project, &other, 1, LW_ACTION_SUBMIT, NULL, &error));

  g_autoptr(GHashTable) of_one = lw_project_find_acts (project, frame, &error), of_all = lw_project_find_acts (project, 0, &error);
  g_autoptr(GPtrArray) revisions = lw_project_list_revisions (project, frame, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (revisions->len, ==, 4);
  for (guint i = 0; i < 3; i++)
    {
      const LwRevision *revision = revisions->pdata[i];      /* newest first */
      g_assert_cmpint (GPOINTER_TO_INT (g_hash_table_lookup (of_one, &revision->id)), ==, acts[2 - i] + 1);
    }
  g_assert_cmpuint (g_hash_table_size (of_all), ==, g_hash_table_size (of_one) + 1);
  g_assert_false (g_hash_table_contains (of_one, &kept));

  g_auto(GStrv) authors = lw_project_list_facet (project, LW_FACET_AUTHOR, &error), actions = lw_project_list_facet (project, LW_FACET_ACTION, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (authors), ==, 1);
  g_assert_cmpstr (authors[0], ==, g_get_user_name ());
  const char *expected[] = { "accept", "add-media", "create", "return", "submit", NULL };
  g_assert_cmpstrv (actions, expected);
}

static void
test_restore_revision (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  LwProject *project = fixture->project;
  g_autoptr(GError) error = NULL;
  LwRestored restored;
  fixture_add_video (fixture, "clip.mp4", 1, 300, 200);
  gint64 frame = fixture_frame (project, 0);
  fixture_stroke (project, frame, (LwRect) { 0, 0, 300, 100 }, 1);
  gint64 old = revise (project, frame, LW_REVISION_MANUAL);
  g_autoptr(LwPlanes) then = fixture_load (project, frame, NULL);
  fixture_stroke (project, frame, (LwRect) { 50, 50, 100, 100 }, 2);
  g_autoptr(LwPlanes) later = fixture_load (project, frame, NULL);

  g_assert_true (lw_project_restore_revision (project, old, &restored, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (restored.restored, ==, 1);
  assert_frame_is (project, frame, then);
  g_autoptr(GPtrArray) revisions = lw_project_list_revisions (project, frame, &error);
  g_assert_cmpuint (revisions->len, ==, 3);      /* the old one, what was there before, what was restored */
  g_autoptr(LwPlanes) kept = lw_project_load_revision (project, ((LwRevision *) revisions->pdata[1])->id, &error);
  fixture_assert_planes_equal (kept, later);
  g_autoptr(LwPlanes) made = lw_project_load_revision (project, ((LwRevision *) revisions->pdata[0])->id, &error);
  fixture_assert_planes_equal (made, then);
  g_autoptr(GPtrArray) audit = lw_project_list_audit (project, 1, &error);
  g_assert_cmpstr (((LwAuditEntry *) audit->pdata[0])->action, ==, "restore");

  g_assert_true (lw_project_restore_revision (project, old, &restored, &error));
  g_assert_cmpuint (restored.same, ==, 1);
  g_assert_cmpuint (restored.restored, ==, 0);
  fixture_undo (project, frame);
  assert_frame_is (project, frame, later);
  g_assert_false (lw_project_restore_revision (project, 999, &restored, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
  fixture_assert_sound (project);
}

/* ---- every state that was ---- */

#define N_STROKES 60

static void
test_replay (void)
{
  guint32 seed = g_test_rand_int ();
  g_test_message ("seed %u", seed);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr(Fixture) fixture = fixture_new ();
  LwProject *project = fixture->project;
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 1, 260, 140);
  gint64 frame = fixture_frame (project, 0);
  LwPlanes *states[N_STROKES + 1];
  states[0] = fixture_load (project, frame, NULL);
  for (int i = 1; i <= N_STROKES; i++)
    {
      g_autoptr(LwPlanes) planes = lw_planes_copy (states[i - 1]);
      g_autoptr(LwDiff) diff = fixture_paint_random (planes, rand, 5);
      lw_project_commit_stroke (project, frame, &(LwStrokeInfo) { .tool = "brush", .base_seq = i - 1 }, diff, &error);
      g_assert_no_error (error);
      states[i] = g_steal_pointer (&planes);
      if (i == 20 || i == 45)
        revise (project, frame, LW_REVISION_MANUAL);
    }
  LwFrameHead head;
  {
    g_autoptr(LwDb) db = lw_project_read (project, &error);
    g_assert_true (lw_frame_head_read (db, frame, &head, &error));
    for (int i = 0; i <= N_STROKES; i++)
      {
        g_autoptr(LwPlanes) planes = lw_replay_planes (db, &head, i, &error);
        g_assert_no_error (error);
        fixture_assert_planes_equal (planes, states[i]);
      }
  }
  for (int i = 0; i <= N_STROKES; i++)
    lw_planes_free (states[i]);
}

static gint64
pause_and_tell (void)
{
  g_usleep (2000);
  gint64 now = g_get_real_time ();
  g_usleep (2000);
  return now;
}

static void
test_restore_time (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  LwProject *project = fixture->project;
  g_autoptr(GError) error = NULL;
  LwRestored restored;
  fixture_add_video (fixture, "clip.mp4", 3, 150, 150);
  gint64 frames[] = { fixture_frame (project, 0), fixture_frame (project, 1), fixture_frame (project, 2) };
  gint64 start = pause_and_tell ();
  fixture_stroke (project, frames[0], (LwRect) { 0, 0, 90, 90 }, 1);
  fixture_stroke (project, frames[2], (LwRect) { 0, 0, 90, 90 }, 3);
  g_autoptr(LwPlanes) first = fixture_load (project, frames[0], NULL), empty = fixture_load (project, frames[1], NULL);
  gint64 then = pause_and_tell ();
  fixture_stroke (project, frames[0], (LwRect) { 0, 0, 20, 20 }, 2);
  fixture_stroke (project, frames[1], (LwRect) { 0, 0, 20, 20 }, 2);

  g_assert_true (lw_project_restore_time (project, frames, 3, then, &restored, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (restored.restored, ==, 2);
  g_assert_cmpuint (restored.same, ==, 1);
  assert_frame_is (project, frames[0], first);
  assert_frame_is (project, frames[1], empty);

  /* All of it is one step; a frame that changed since stays. */
  g_autoptr(LwPlanes) before = fixture_load (project, frames[0], NULL);
  guint left;
  fixture_stroke (project, frames[1], (LwRect) { 0, 0, 9, 9 }, 4);
  g_autoptr(LwPlanes) changed = fixture_load (project, frames[1], NULL);
  gint64 undone = lw_project_take_back (project, restored.step, &left, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (left, ==, 1);
  g_autoptr(LwPlanes) again = fixture_load (project, frames[0], NULL);
  g_assert_cmpint (lw_label_map_get (again->plane[LW_PLANE_CLASS], 5, 5), ==, 2);
  assert_frame_is (project, frames[1], changed);
  g_assert_cmpint (lw_project_take_back (project, undone, &left, &error), >, 0);
  g_assert_no_error (error);
  assert_frame_is (project, frames[0], before);
  g_assert_cmpint (lw_project_take_back (project, undone, &left, &error), ==, 0);
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);

  g_assert_true (lw_project_restore_time (project, frames, 3, start, &restored, NULL, NULL, NULL, &error));
  for (int i = 0; i < 3; i++)
    assert_frame_is (project, frames[i], empty);
  g_autoptr(GCancellable) cancelled = g_cancellable_new ();
  g_cancellable_cancel (cancelled);
  g_assert_false (lw_project_restore_time (project, frames, 3, then, &restored, NULL, NULL, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  fixture_assert_sound (project);
}

/* ---- snapshots ---- */

static void
test_snapshot (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  LwProject *project = fixture->project;
  g_autoptr(GError) error = NULL;
  LwRestored restored;
  fixture_add_video (fixture, "clip.mp4", 3, 150, 150);
  gint64 frames[] = { fixture_frame (project, 0), fixture_frame (project, 1), fixture_frame (project, 2) };
  fixture_stroke (project, frames[0], (LwRect) { 0, 0, 90, 90 }, 1);
  fixture_stroke (project, frames[1], (LwRect) { 0, 0, 90, 90 }, 3);
  revise (project, frames[1], LW_REVISION_MANUAL);
  g_autoptr(LwPlanes) first = fixture_load (project, frames[0], NULL), second = fixture_load (project, frames[1], NULL), third = fixture_load (project, frames[2], NULL);
  g_assert_cmpint (lw_project_add_snapshot (project, "monday", "evening", NULL, NULL, NULL, &error), >, 0);
  g_assert_no_error (error);
  g_assert_cmpuint (count (project, &(LwRevisionFilter) { .kind = -1 }), ==, 2);      /* one was there, one was made */
  g_assert_cmpint (lw_project_add_snapshot (project, "monday", NULL, NULL, NULL, NULL, &error), ==, 0);
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_cmpint (lw_project_add_snapshot (project, "", NULL, NULL, NULL, NULL, &error), ==, 0);
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);
  for (int i = 0; i < 3; i++)
    fixture_stroke (project, frames[i], (LwRect) { 10, 10, 100, 100 }, 4);
  g_assert_true (lw_project_restore_snapshot (project, frames, 3, "monday", &restored, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (restored.restored, ==, 3);
  assert_frame_is (project, frames[0], first);
  assert_frame_is (project, frames[1], second);
  assert_frame_is (project, frames[2], third);
  g_assert_false (lw_project_restore_snapshot (project, frames, 3, "tuesday", &restored, NULL, NULL, NULL, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_autoptr(GPtrArray) list = lw_project_list_snapshots (project, &error);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpuint (((LwSnapshot *) list->pdata[0])->n_frames, ==, 2);
  g_assert_cmpstr (((LwSnapshot *) list->pdata[0])->message, ==, "evening");
  fixture_assert_sound (project);
}

/* Cancelled on the way, it leaves revisions and no snapshot. */
static void
cancel_cb (double fraction, gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
}

static void
test_snapshot_cancelled (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  LwProject *project = fixture->project;
  g_autoptr(GError) error = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  fixture_add_video (fixture, "clip.mp4", 2, 150, 150);
  for (guint i = 0; i < 2; i++)
    fixture_stroke (project, fixture_frame (project, i), (LwRect) { 0, 0, 90, 90 }, 1);
  g_assert_cmpint (lw_project_add_snapshot (project, "monday", NULL, cancel_cb, cancellable, cancellable, &error), ==, 0);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_autoptr(GPtrArray) list = lw_project_list_snapshots (project, &error);
  g_assert_cmpuint (list->len, ==, 0);
  g_assert_cmpint (lw_project_add_snapshot (project, "monday", NULL, NULL, NULL, NULL, &error), >, 0);
  g_assert_no_error (error);
  fixture_assert_sound (project);
}

/* ---- upgrades ---- */

static void
load_script (const char *folder, int version)
{
  g_autofree char *name = g_strdup_printf ("project-v%d.sql", version), *script = g_build_filename (g_getenv ("LW_TEST_DATA"), name, NULL), *sql = NULL;
  g_autoptr(GError) error = NULL;
  g_assert_true (g_file_get_contents (script, &sql, NULL, &error));
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  fixture_sql (folder, sql);
}

/* Every version opens, is sound afterwards, keeps its steps, and can go back to what it was before the upgrade. */
static void
test_old_versions (void)
{
  for (int version = 1; version < lw_schema_version; version++)
    {
      g_autofree char *root = fixture_temporary_folder (), *folder = g_build_filename (root, "old", NULL);
      g_autoptr(GError) error = NULL;
      g_autoptr(LwStep) undo = NULL, redo = NULL;
      LwRestored restored;
      load_script (folder, version);
      g_autoptr(LwProject) project = lw_project_open (folder, &error);
      g_assert_no_error (error);
      gint64 frame = fixture_frame (project, 0);
      g_autoptr(GPtrArray) revisions = lw_project_list_revisions (project, frame, &error);
      g_assert_cmpuint (revisions->len, >, 0);
      fixture_stroke (project, frame, (LwRect) { 0, 0, 64, 64 }, 2);
      g_assert_true (lw_project_restore_revision (project, ((LwRevision *) revisions->pdata[revisions->len - 1])->id, &restored, &error));
      g_assert_no_error (error);
      g_assert_true (lw_project_peek_steps (project, &undo, &redo, &error));
      g_assert_cmpint (undo->kind, ==, LW_STEP_LABELS);
      g_assert_cmpint (lw_project_take_back (project, undo->id, NULL, &error), >, 0);
      g_autoptr(GPtrArray) problems = lw_project_verify (project, NULL, NULL, NULL, &error);
      for (guint i = 0; i < problems->len; i++)
        g_assert_nonnull (strstr (problems->pdata[i], "clip.mp4"));      /* whose file is not kept */
      g_assert_true (lw_project_close (project, &error));
      fixture_remove_tree (root);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/past/find", test_find);
  g_test_add_func ("/past/facets", test_facets);
  g_test_add_func ("/past/restore-revision", test_restore_revision);
  g_test_add_func ("/past/replay", test_replay);
  g_test_add_func ("/past/restore-time", test_restore_time);
  g_test_add_func ("/past/snapshot", test_snapshot);
  g_test_add_func ("/past/snapshot-cancelled", test_snapshot_cancelled);
  g_test_add_func ("/past/old-versions", test_old_versions);
  return g_test_run ();
}
