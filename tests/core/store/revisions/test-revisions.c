/* test-revisions.c: revisions stay what they were; submit, accept, return; imports; proposals */
#include "config.h"
#include "fixture.h"

#include <string.h>

static gint64
add_revision (LwProject *project, gint64 frame)
{
  g_autoptr(GError) error = NULL;
  gint64 id = lw_project_add_revision (project, frame, LW_REVISION_MANUAL, "note", &error);
  g_assert_no_error (error);
  g_assert_cmpint (id, >, 0);
  return id;
}

static void
assert_revision_is (LwProject *project, gint64 revision, const LwPlanes *expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwPlanes) planes = lw_project_load_revision (project, revision, &error);
  g_assert_no_error (error);
  fixture_assert_planes_equal (planes, expected);
}

/* More of them than lie between two whole ones; strokes erase whole tiles too. */
static void
test_chain (void)
{
  guint32 seed = g_test_rand_int ();
  g_test_message ("seed %u", seed);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 1, 300, 270);
  gint64 frame = fixture_frame (fixture->project, 0), ids[40];
  LwPlanes *planes[40];
  for (int i = 0; i < 40; i++)
    {
      int class_id = g_rand_int_range (rand, -2, 5);
      LwRect rect = { g_rand_int_range (rand, 0, 200), g_rand_int_range (rand, 0, 200), g_rand_int_range (rand, 1, 300), g_rand_int_range (rand, 1, 70) };
      if (class_id == -2)
        rect = (LwRect) { 0, 0, 300, 270 };
      if (i % 5 != 4)
        fixture_stroke (fixture->project, frame, rect, class_id < 0 ? LW_LABEL_NONE : (guint8) class_id);
      ids[i] = add_revision (fixture->project, frame);
      planes[i] = fixture_load (fixture->project, frame, NULL);
    }
  fixture_reopen (fixture);
  for (int i = 0; i < 40; i++)
    {
      assert_revision_is (fixture->project, ids[i], planes[i]);
      lw_planes_free (planes[i]);
    }

  g_autoptr(GPtrArray) revisions = lw_project_list_revisions (fixture->project, frame, &error);
  g_assert_cmpuint (revisions->len, ==, 40);
  const LwRevision *newest = revisions->pdata[0], *oldest = revisions->pdata[39];
  g_assert_cmpint (newest->id, ==, ids[39]);
  g_assert_cmpint (newest->parent, ==, ids[38]);
  g_assert_cmpint (oldest->parent, ==, 0);
  g_assert_cmpstr (newest->message, ==, "note");
  g_assert_cmpstr (newest->author, ==, g_get_user_name ());
  g_assert_cmpint (newest->kind, ==, LW_REVISION_MANUAL);
  g_autoptr(GPtrArray) problems = lw_project_verify (fixture->project, NULL, NULL, NULL, &error);
  g_assert_cmpuint (problems->len, ==, 0);
  g_assert_null (lw_project_load_revision (fixture->project, 999, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
}

static gint64
count (Fixture *fixture, const char *what)
{
  g_autofree char *sql = g_strdup_printf ("INSERT INTO setting SELECT 'n', (%s) WHERE true ON CONFLICT (key) DO UPDATE SET value = excluded.value", what);
  fixture_sql (fixture->folder, sql);
  g_autofree char *n = lw_project_get_setting (fixture->project, "n");
  return g_ascii_strtoll (n, NULL, 10);
}

/* Equal tiles are stored once, whatever the frame; neighbours lie in one pack. */
static void
test_shared_tiles (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  fixture_add_video (fixture, "clip.mp4", 3, 512, 512);
  for (guint i = 0; i < 3; i++)
    {
      gint64 frame = fixture_frame (fixture->project, i);
      fixture_stroke (fixture->project, frame, (LwRect) { 0, 0, 512, 512 }, 3);
      add_revision (fixture->project, frame);
    }
  g_assert_cmpint (count (fixture, "SELECT count (*) FROM tile"), ==, 2);      /* one of class 3, one of origin 0 */
  g_assert_cmpint (count (fixture, "SELECT count (*) FROM revision_tile"), ==, 3 * 2);
  fixture_stroke (fixture->project, fixture_frame (fixture->project, 0), (LwRect) { 1, 1, 3, 3 }, 2);
  add_revision (fixture->project, fixture_frame (fixture->project, 0));
  g_assert_cmpint (count (fixture, "SELECT count (*) FROM revision_tile"), ==, 3 * 2 + 1);
  g_assert_cmpint (count (fixture, "SELECT count (*) FROM tile WHERE substr (data, 1, 1) = x'50'"), ==, 2);      /* one tile alone is none */
}

/* ---- submit, accept, return ---- */

static gboolean
act (LwProject *project, gint64 frame, LwAction action, LwFrameStatus expected)
{
  g_autoptr(GError) error = NULL;
  gboolean done = lw_project_act (project, &frame, 1, action, "because", &error);
  if (!done)
    g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_autoptr(LwFrame) got = lw_project_get_frame (project, frame, NULL);
  g_assert_cmpint (got->status, ==, expected);
  return done;
}

static void
test_actions (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  LwProject *project = fixture->project;
  fixture_add_video (fixture, "clip.mp4", 1, 64, 64);
  gint64 frame = fixture_frame (project, 0);
  g_assert_false (act (project, frame, LW_ACTION_SUBMIT, LW_FRAME_NEW));      /* nothing in it */
  g_assert_false (act (project, frame, LW_ACTION_ACCEPT, LW_FRAME_NEW));
  g_assert_false (act (project, frame, LW_ACTION_RETURN, LW_FRAME_NEW));
  fixture_stroke (project, frame, (LwRect) { 0, 0, 9, 9 }, 1);
  g_assert_false (act (project, frame, LW_ACTION_RETURN, LW_FRAME_IN_PROGRESS));
  g_assert_true (act (project, frame, LW_ACTION_SUBMIT, LW_FRAME_SUBMITTED));
  g_assert_true (act (project, frame, LW_ACTION_RETURN, LW_FRAME_RETURNED));
  g_assert_false (act (project, frame, LW_ACTION_ACCEPT, LW_FRAME_RETURNED));
  fixture_stroke (project, frame, (LwRect) { 0, 0, 9, 3 }, 2);
  g_assert_true (act (project, frame, LW_ACTION_SUBMIT, LW_FRAME_SUBMITTED));
  g_assert_true (act (project, frame, LW_ACTION_ACCEPT, LW_FRAME_ACCEPTED));
  g_assert_false (act (project, frame, LW_ACTION_ACCEPT, LW_FRAME_ACCEPTED));
  g_assert_false (act (project, frame, LW_ACTION_SUBMIT, LW_FRAME_ACCEPTED));
  g_assert_true (act (project, frame, LW_ACTION_RETURN, LW_FRAME_RETURNED));
  g_autoptr(GPtrArray) revisions = lw_project_list_revisions (project, frame, NULL);
  g_assert_cmpuint (revisions->len, ==, 5);
  g_assert_cmpstr (((LwRevision *) revisions->pdata[0])->message, ==, "because");
}

/* One frame that can't be acted upon: none is. */
static void
test_all_or_none (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 3, 64, 64);
  gint64 frames[3];
  for (guint i = 0; i < 3; i++)
    frames[i] = fixture_frame (fixture->project, i);
  fixture_stroke (fixture->project, frames[0], (LwRect) { 0, 0, 9, 9 }, 1);
  fixture_stroke (fixture->project, frames[2], (LwRect) { 0, 0, 9, 9 }, 1);
  g_assert_false (lw_project_act (fixture->project, frames, 3, LW_ACTION_ACCEPT, NULL, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "clip_000001"));
  g_clear_error (&error);
  g_autoptr(LwFrame) first = lw_project_get_frame (fixture->project, frames[0], NULL);
  g_assert_cmpint (first->status, ==, LW_FRAME_IN_PROGRESS);
  frames[1] = frames[2];
  g_assert_true (lw_project_act (fixture->project, frames, 2, LW_ACTION_ACCEPT, NULL, &error));
}

/* ---- import ---- */

static LwLabelMap *
random_map (GRand *rand, int width, int height)
{
  LwLabelMap *map = lw_label_map_new (width, height);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      lw_label_map_row (map, y)[x] = g_rand_int_range (rand, 0, 20) == 0 ? LW_LABEL_NONE : (guint8) g_rand_int_range (rand, 0, 5);
  return map;
}

static void
test_import (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GRand) rand = g_rand_new_with_seed (11);
  fixture_add_video (fixture, "clip.mp4", 1, 200, 150);
  gint64 frame = fixture_frame (fixture->project, 0);
  fixture_stroke (fixture->project, frame, (LwRect) { 0, 0, 60, 60 }, 1);
  int origin = lw_project_get_origin (fixture->project, LW_ORIGIN_IMPORT, "camvid", 0, &error);
  g_autoptr(LwLabelMap) map = random_map (rand, 200, 150);
  g_assert_true (lw_project_import_map (fixture->project, frame, map, (guint8) origin, LW_REVISION_IMPORT, "val", &error));
  g_assert_no_error (error);

  g_autoptr(LwHistory) history = NULL;
  g_autoptr(LwPlanes) planes = fixture_load (fixture->project, frame, &history);
  g_assert_true (lw_label_map_equal (planes->plane[LW_PLANE_CLASS], map));
  for (int y = 0; y < 150; y++)
    for (int x = 0; x < 200; x++)
      g_assert_cmpint (lw_label_map_get (planes->plane[LW_PLANE_ORIGIN], x, y), ==, lw_label_map_get (map, x, y) == LW_LABEL_NONE ? LW_LABEL_NONE : origin);
  g_assert_cmpuint (history->undo->len, ==, 2);
  g_autoptr(GPtrArray) revisions = lw_project_list_revisions (fixture->project, frame, &error);
  g_assert_cmpuint (revisions->len, ==, 1);
  g_assert_cmpint (((LwRevision *) revisions->pdata[0])->kind, ==, LW_REVISION_IMPORT);
  assert_revision_is (fixture->project, ((LwRevision *) revisions->pdata[0])->id, planes);

  g_autoptr(LwLabelMap) small = lw_label_map_new (199, 150);
  g_assert_false (lw_project_import_map (fixture->project, frame, small, 0, LW_REVISION_IMPORT, NULL, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);
  lw_label_map_row (map, 3)[3] = 99;
  g_assert_false (lw_project_import_map (fixture->project, frame, map, 0, LW_REVISION_IMPORT, NULL, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
}

/* ---- proposals ---- */

static gint64
add_model (Fixture *fixture, const char *name)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *file = g_build_filename (fixture->root, "weights", NULL);
  g_file_set_contents (file, name, -1, NULL);
  gint64 id = lw_project_add_model (fixture->project, &(LwModel) { .name = (char *) name, .classes = (char *) "[\"class0\"]" }, file, &error);
  g_assert_no_error (error);
  return id;
}

static void
propose (Fixture *fixture, gint64 frame, gint64 model, guint8 class_id)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwLabelMap) map = lw_label_map_new (201, 150), confidence = lw_label_map_new (51, 38);
  memset (lw_label_map_row (map, 20), class_id, 201);
  memset (lw_label_map_row (confidence, 5), 201, 51);      /* as it is kept: a multiple of 3 */
  g_assert_true (lw_project_set_proposal (fixture->project, &(LwProposal) { frame, model, map, confidence, 0 }, &error));
  g_assert_no_error (error);
  g_autoptr(LwProposal) got = lw_project_load_proposal (fixture->project, frame, &error);
  g_assert_no_error (error);
  g_assert_cmpint (got->model, ==, model);
  g_assert_cmpint (got->created, >, 0);
  g_assert_true (lw_label_map_equal (got->map, map));
  g_assert_true (lw_label_map_equal (got->confidence, confidence));
}

static void
test_proposal (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 1, 201, 150);
  gint64 frame = fixture_frame (fixture->project, 0), model = add_model (fixture, "fcn");
  g_assert_null (lw_project_load_proposal (fixture->project, frame, &error));
  g_assert_no_error (error);
  propose (fixture, frame, model, 1);
  propose (fixture, frame, model, 2);
  g_assert_cmpint (count (fixture, "SELECT count (*) FROM proposal"), ==, 1);
  g_autoptr(LwFrame) with = lw_project_get_frame (fixture->project, frame, NULL);
  g_assert_true (with->has_proposal);

  /* applied by a stroke whose origin is its model: it stays when it is replaced or discarded */
  int origin = lw_project_get_origin (fixture->project, LW_ORIGIN_MODEL, "fcn", model, &error);
  g_autoptr(LwPlanes) planes = lw_planes_new (201, 150);
  g_autoptr(LwDiff) diff = fixture_paint (planes, (LwRect) { 0, 20, 201, 1 }, 2, (guint8) origin);
  LwStrokeInfo info = { .tool = "apply", .origin = (guint8) origin, .base_seq = 0 };
  g_assert_true (lw_project_commit_stroke (fixture->project, frame, &info, diff, &error));
  g_assert_true (lw_project_discard_proposal (fixture->project, frame, &error));
  g_assert_null (lw_project_load_proposal (fixture->project, frame, &error));
  g_assert_cmpint (count (fixture, "SELECT count (*) FROM proposal"), ==, 1);
  propose (fixture, frame, model, 3);
  g_assert_cmpint (count (fixture, "SELECT count (*) FROM proposal"), ==, 2);
  g_assert_true (lw_project_discard_proposal (fixture->project, frame, &error));
  g_assert_true (lw_project_discard_proposal (fixture->project, frame, &error));
  g_assert_cmpint (count (fixture, "SELECT count (*) FROM proposal"), ==, 1);
  g_autoptr(LwFrame) without = lw_project_get_frame (fixture->project, frame, NULL);
  g_assert_false (without->has_proposal);
}

static void
test_proposal_refused (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 1, 201, 150);
  gint64 frame = fixture_frame (fixture->project, 0), model = add_model (fixture, "fcn");
  g_autoptr(LwLabelMap) map = lw_label_map_new (201, 150), small = lw_label_map_new (50, 38);
  g_assert_false (lw_project_set_proposal (fixture->project, &(LwProposal) { frame, model, map, small, 0 }, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (lw_project_set_proposal (fixture->project, &(LwProposal) { frame, model, small, NULL, 0 }, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (lw_project_set_proposal (fixture->project, &(LwProposal) { frame, model + 1, map, NULL, 0 }, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (lw_project_set_proposal (fixture->project, &(LwProposal) { frame + 1, model, map, NULL, 0 }, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/revisions/chain", test_chain);
  g_test_add_func ("/revisions/shared-tiles", test_shared_tiles);
  g_test_add_func ("/revisions/actions", test_actions);
  g_test_add_func ("/revisions/all-or-none", test_all_or_none);
  g_test_add_func ("/revisions/import", test_import);
  g_test_add_func ("/revisions/proposal", test_proposal);
  g_test_add_func ("/revisions/proposal-refused", test_proposal_refused);
  return g_test_run ();
}
