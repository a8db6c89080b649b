/* test-strokes.c: strokes, undo, and what the journal promises */
#include "config.h"
#include "fixture.h"

#include <string.h>
#include "store/journal/history.h"

/* What the project must hold, kept in memory. */
typedef struct { char *uuid; LwDiff *diff; } Taken;
typedef struct {
  LwPlanes *planes;
  GPtrArray *undo, *redo;      /* of Taken */
  gint64 seq;
} Model;

static void
taken_free (gpointer data)
{
  Taken *taken = data;
  g_free (taken->uuid);
  lw_diff_unref (taken->diff);
  g_free (taken);
}

static Model *
model_new (int width, int height)
{
  Model *model = g_new0 (Model, 1);
  model->planes = lw_planes_new (width, height);
  model->undo = g_ptr_array_new_with_free_func (taken_free);
  model->redo = g_ptr_array_new_with_free_func (taken_free);
  return model;
}

static void
model_free (Model *model)
{
  lw_planes_free (model->planes);
  g_ptr_array_unref (model->undo);
  g_ptr_array_unref (model->redo);
  g_free (model);
}

static void
model_commit (Model *model, LwProject *project, gint64 frame, LwDiff *diff, const char *undoes, GPtrArray *onto)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *uuid = g_uuid_string_random ();
  LwStrokeInfo info = { .uuid = uuid, .undoes = undoes, .tool = "brush", .origin = 0, .base_seq = model->seq };
  lw_project_commit_stroke (project, frame, &info, diff, &error);
  g_assert_no_error (error);
  Taken *taken = g_new (Taken, 1);
  *taken = (Taken) { g_steal_pointer (&uuid), lw_diff_ref (diff) };
  g_ptr_array_add (onto, taken);
  model->seq++;
}

static void
model_paint (Model *model, LwProject *project, gint64 frame, GRand *rand)
{
  g_autoptr(LwDiff) diff = fixture_paint_random (model->planes, rand, 5);
  model_commit (model, project, frame, diff, NULL, model->undo);
  g_ptr_array_set_size (model->redo, 0);
}

/* Undo and redo alike: the last of @from is taken back. */
static void
model_take_back (Model *model, LwProject *project, gint64 frame, GPtrArray *from, GPtrArray *onto)
{
  if (from->len == 0)
    return;
  Taken *last = g_ptr_array_steal_index (from, from->len - 1);
  lw_diff_apply (last->diff, model->planes);
  model_commit (model, project, frame, last->diff, last->uuid, onto);
  taken_free (last);
}

static void
assert_stacks_equal (GPtrArray *uuids, GPtrArray *taken)
{
  g_assert_cmpuint (uuids->len, ==, taken->len);
  for (guint i = 0; i < uuids->len; i++)
    g_assert_cmpstr (uuids->pdata[i], ==, ((Taken *) taken->pdata[i])->uuid);
}

static void
model_check (Model *model, LwProject *project, gint64 frame)
{
  g_autoptr(LwHistory) history = NULL;
  g_autoptr(LwPlanes) planes = fixture_load (project, frame, &history);
  fixture_assert_planes_equal (planes, model->planes);
  g_assert_cmpint (history->seq, ==, model->seq);
  assert_stacks_equal (history->undo, model->undo);
  assert_stacks_equal (history->redo, model->redo);
}

static gboolean
is_last (GPtrArray *stack, const char *uuid)
{
  return stack->len > 0 && g_str_equal (stack->pdata[stack->len - 1], uuid);
}

/* Of every stroke: next to undo or redo where the whole journal says so. */
static void
check_next (LwDb *db, gint64 frame)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwHistory) history = lw_history_read (db, frame, &error);
  g_autoptr(GPtrArray) uuids = g_ptr_array_new_with_free_func (g_free);
  {
    g_autoptr(LwQuery) query = lw_db_query (db, &error, "SELECT uuid FROM stroke WHERE frame = ?", "I", frame);
    while (lw_query_step (query, &error) > 0)
      g_ptr_array_add (uuids, lw_query_dup_text (query, 0));
  }
  g_assert_no_error (error);
  for (guint i = 0; i < uuids->len; i++)
    {
      const char *uuid = uuids->pdata[i];
      g_assert_cmpint (lw_history_is_next (db, frame, uuid, &error), ==, is_last (history->undo, uuid) || is_last (history->redo, uuid));
    }
  g_assert_cmpint (lw_history_is_next (db, frame, "nobody", &error), ==, 0);
  g_assert_cmpint (lw_history_is_next (db, frame + 1, uuids->pdata[0], &error), ==, 0);
  g_assert_no_error (error);
}

/* Journals of every shape: runs of undo and redo, and new strokes in between. */
static void
test_next (void)
{
  for (int round = 0; round < 6; round++)
    {
      g_autoptr(GRand) rand = g_rand_new_with_seed (g_test_rand_int ());
      g_autoptr(Fixture) fixture = fixture_new ();
      g_autoptr(GError) error = NULL;
      fixture_add_video (fixture, "clip.mp4", 2, 40, 40);
      gint64 frame = fixture_frame (fixture->project, 0);
      Model *model = model_new (40, 40);
      g_autofree char *file = g_build_filename (fixture->folder, "project.sqlite", NULL);
      g_autoptr(LwDb) db = lw_db_open (file, LW_DB_READ, &error);
      g_assert_no_error (error);
      model_paint (model, fixture->project, frame, rand);
      for (int i = 0, way = 0; i < 120; i++)
        {
          way = g_rand_int_range (rand, 0, 3) == 0 ? g_rand_int_range (rand, 0, 3) : way;
          if (way == 0)
            model_paint (model, fixture->project, frame, rand);
          else
            model_take_back (model, fixture->project, frame, way == 1 ? model->undo : model->redo, way == 1 ? model->redo : model->undo);
          if (i % 6 == 0)
            check_next (db, frame);
        }
      g_clear_pointer (&db, lw_db_release);
      model_free (model);
    }
}

/* Random strokes, undos, redos and reopenings leave the project equal to the model. */
static void
test_random (void)
{
  guint32 seed = g_test_rand_int ();
  g_test_message ("seed %u", seed);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr(Fixture) fixture = fixture_new ();
  int width = g_rand_int_range (rand, 1, 400), height = g_rand_int_range (rand, 1, 400);
  fixture_add_video (fixture, "clip.mp4", 1, width, height);
  gint64 frame = fixture_frame (fixture->project, 0);
  Model *model = model_new (width, height);
  for (int i = 0; i < 300; i++)
    {
      int what = g_rand_int_range (rand, 0, 100);
      if (what < 45)
        model_paint (model, fixture->project, frame, rand);
      else if (what < 75)
        model_take_back (model, fixture->project, frame, model->undo, model->redo);
      else if (what < 95)
        model_take_back (model, fixture->project, frame, model->redo, model->undo);
      else
        {
          fixture_reopen (fixture);
          model_check (model, fixture->project, frame);
        }
    }
  model_check (model, fixture->project, frame);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) problems = lw_project_verify (fixture->project, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < problems->len; i++)
    g_test_message ("%s", (char *) problems->pdata[i]);
  g_assert_cmpuint (problems->len, ==, 0);
  model_free (model);
}

static void
test_undo_to_empty (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GRand) rand = g_rand_new_with_seed (7);
  fixture_add_video (fixture, "clip.mp4", 1, 300, 200);
  gint64 frame = fixture_frame (fixture->project, 0);
  Model *model = model_new (300, 200);
  for (int i = 0; i < 20; i++)
    model_paint (model, fixture->project, frame, rand);
  fixture_reopen (fixture);
  while (TRUE)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(LwHistory) history = NULL;
      g_autoptr(LwPlanes) planes = fixture_load (fixture->project, frame, &history);
      if (history->undo->len == 0)
        break;
      const char *uuid = history->undo->pdata[history->undo->len - 1];
      g_autoptr(LwDiff) diff = lw_project_load_diff (fixture->project, frame, uuid, &error);
      g_assert_no_error (error);
      lw_project_commit_stroke (fixture->project, frame, &(LwStrokeInfo) { .undoes = uuid, .tool = "undo", .base_seq = history->seq }, diff, &error);
      g_assert_no_error (error);
    }
  g_autoptr(LwPlanes) empty = lw_planes_new (300, 200), planes = fixture_load (fixture->project, frame, NULL);
  fixture_assert_planes_equal (planes, empty);
  model_free (model);
}

static void
test_conflict (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 1, 200, 200);
  gint64 frame = fixture_frame (fixture->project, 0);
  g_autoptr(LwPlanes) planes = lw_planes_new (200, 200);
  g_autoptr(LwDiff) diff = fixture_paint (planes, (LwRect) { 10, 10, 20, 20 }, 1, 0);
  g_assert_true (lw_project_commit_stroke (fixture->project, frame, &(LwStrokeInfo) { .base_seq = 0 }, diff, &error));
  g_autoptr(LwDiff) second = fixture_paint (planes, (LwRect) { 40, 10, 20, 20 }, 2, 0);
  g_assert_false (lw_project_commit_stroke (fixture->project, frame, &(LwStrokeInfo) { .base_seq = 0 }, second, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_true (lw_project_commit_stroke (fixture->project, frame, &(LwStrokeInfo) { .base_seq = 1 }, second, &error));
  g_autoptr(LwPlanes) stored = fixture_load (fixture->project, frame, NULL);
  fixture_assert_planes_equal (stored, planes);

  /* only the last stroke can be undone */
  g_autoptr(LwHistory) history = NULL;
  g_autoptr(LwPlanes) again = fixture_load (fixture->project, frame, &history);
  g_assert_false (lw_project_commit_stroke (fixture->project, frame, &(LwStrokeInfo) { .undoes = history->undo->pdata[0], .base_seq = -1 }, diff, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_CONFLICT);
  g_clear_error (&error);
  /* and only by what it did */
  g_assert_false (lw_project_commit_stroke (fixture->project, frame, &(LwStrokeInfo) { .undoes = history->undo->pdata[1], .base_seq = -1 }, diff, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
}

static void
test_invalid (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 1, 200, 200);
  gint64 frame = fixture_frame (fixture->project, 0);
  LwStrokeInfo info = { .tool = "brush", .base_seq = -1 };
  g_autoptr(LwPlanes) planes = lw_planes_new (200, 200), other = lw_planes_new (200, 201);

  g_autoptr(LwDiff) unknown = fixture_paint (planes, (LwRect) { 0, 0, 5, 5 }, 77, 0);
  g_assert_false (lw_project_commit_stroke (fixture->project, frame, &info, unknown, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);

  g_autoptr(LwDiff) size = fixture_paint (other, (LwRect) { 0, 0, 5, 5 }, 1, 0);
  g_assert_false (lw_project_commit_stroke (fixture->project, frame, &info, size, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);

  g_assert_false (lw_project_commit_stroke (fixture->project, frame + 1, &info, size, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  info.origin = 9;
  g_autoptr(LwPlanes) fresh = lw_planes_new (200, 200);
  g_autoptr(LwDiff) stranger = fixture_paint (fresh, (LwRect) { 0, 0, 5, 5 }, 1, 9);
  g_assert_false (lw_project_commit_stroke (fixture->project, frame, &info, stranger, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);

  g_autoptr(LwHistory) history = NULL;
  g_autoptr(LwPlanes) stored = fixture_load (fixture->project, frame, &history);
  g_autoptr(LwPlanes) empty = lw_planes_new (200, 200);
  g_assert_cmpint (history->seq, ==, 0);
  fixture_assert_planes_equal (stored, empty);
}

/* A stroke whose commit was acknowledged to nobody may come again: it is written once. */
static void
test_same_uuid (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 1, 64, 64);
  gint64 frame = fixture_frame (fixture->project, 0);
  g_autoptr(LwPlanes) planes = lw_planes_new (64, 64);
  g_autoptr(LwDiff) diff = fixture_paint (planes, (LwRect) { 0, 0, 64, 64 }, 1, 0);
  g_autofree char *uuid = g_uuid_string_random ();
  LwStrokeInfo info = { .uuid = uuid, .tool = "fill", .base_seq = 0 };
  for (int i = 0; i < 2; i++)
    {
      lw_project_commit_stroke (fixture->project, frame, &info, diff, &error);
      g_assert_no_error (error);
    }
  g_autoptr(LwPlanes) stored = fixture_load (fixture->project, frame, NULL);
  fixture_assert_planes_equal (stored, planes);
}

static LwFrameStatus
get_status (LwProject *project, gint64 frame)
{
  g_autoptr(LwFrame) got = lw_project_get_frame (project, frame, NULL);
  return got->status;
}

static void
test_status (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  fixture_add_video (fixture, "clip.mp4", 1, 64, 64);
  gint64 frame = fixture_frame (fixture->project, 0);
  g_assert_cmpint (get_status (fixture->project, frame), ==, LW_FRAME_NEW);
  fixture_stroke (fixture->project, frame, (LwRect) { 0, 0, 9, 9 }, 1);
  g_assert_cmpint (get_status (fixture->project, frame), ==, LW_FRAME_IN_PROGRESS);
  lw_project_act (fixture->project, &frame, 1, LW_ACTION_ACCEPT, NULL, NULL);
  g_assert_cmpint (get_status (fixture->project, frame), ==, LW_FRAME_ACCEPTED);
  fixture_stroke (fixture->project, frame, (LwRect) { 9, 0, 9, 9 }, 1);
  g_assert_cmpint (get_status (fixture->project, frame), ==, LW_FRAME_IN_PROGRESS);
}

/* ---- in the background ---- */

typedef struct { guint done; GError *error; } Waiting;

static void
on_committed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Waiting *waiting = data;
  g_clear_error (&waiting->error);
  lw_project_commit_stroke_finish (LW_PROJECT (source), result, &waiting->error);
  waiting->done++;
}

static void
wait_for (Waiting *waiting, guint n)
{
  while (waiting->done < n)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_async (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GRand) rand = g_rand_new_with_seed (3);
  fixture_add_video (fixture, "clip.mp4", 1, 500, 300);
  gint64 frame = fixture_frame (fixture->project, 0);
  g_autoptr(LwPlanes) planes = lw_planes_new (500, 300);
  Waiting waiting = { 0 };
  for (int i = 0; i < 50; i++)
    {
      g_autoptr(LwDiff) diff = fixture_paint_random (planes, rand, 5);
      lw_project_commit_stroke_async (fixture->project, frame, &(LwStrokeInfo) { .tool = "brush", .base_seq = i }, diff, on_committed_cb, &waiting);
      if (i % 10 == 0)      /* what is loaded meanwhile has all of them */
        {
          g_autoptr(LwHistory) history = NULL;
          g_autoptr(LwPlanes) loaded = fixture_load (fixture->project, frame, &history);
          fixture_assert_planes_equal (loaded, planes);
          g_assert_cmpint (history->seq, ==, i + 1);
          g_autoptr(LwDiff) last = lw_project_load_diff (fixture->project, frame, history->undo->pdata[i], NULL);
          g_assert_cmpuint (lw_diff_count (last), ==, lw_diff_count (diff));
        }
    }
  wait_for (&waiting, 50);
  g_assert_no_error (waiting.error);
  g_assert_cmpuint (lw_project_get_n_queued (fixture->project), ==, 0);
  g_autoptr(LwPlanes) stored = fixture_load (fixture->project, frame, NULL);
  fixture_assert_planes_equal (stored, planes);

  g_autoptr(LwDiff) late = fixture_paint_random (planes, rand, 5);
  lw_project_commit_stroke_async (fixture->project, frame, &(LwStrokeInfo) { .base_seq = 3 }, late, on_committed_cb, &waiting);
  wait_for (&waiting, 51);
  g_assert_error (waiting.error, LW_STORE_ERROR, LW_STORE_ERROR_CONFLICT);
  g_clear_error (&waiting.error);
}

/* Closing writes what is queued. */
static void
test_close_with_queue (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GRand) rand = g_rand_new_with_seed (4);
  fixture_add_video (fixture, "clip.mp4", 1, 500, 300);
  gint64 frame = fixture_frame (fixture->project, 0);
  g_autoptr(LwPlanes) planes = lw_planes_new (500, 300);
  Waiting waiting = { 0 };
  for (int i = 0; i < 30; i++)
    {
      g_autoptr(LwDiff) diff = fixture_paint_random (planes, rand, 5);
      lw_project_commit_stroke_async (fixture->project, frame, &(LwStrokeInfo) { .base_seq = -1 }, diff, on_committed_cb, &waiting);
    }
  g_assert_true (lw_project_close (fixture->project, &error));
  wait_for (&waiting, 30);
  g_assert_no_error (waiting.error);
  fixture_reopen (fixture);
  g_autoptr(LwPlanes) stored = fixture_load (fixture->project, frame, NULL);
  fixture_assert_planes_equal (stored, planes);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/strokes/random", test_random);
  g_test_add_func ("/strokes/next", test_next);
  g_test_add_func ("/strokes/undo-to-empty", test_undo_to_empty);
  g_test_add_func ("/strokes/conflict", test_conflict);
  g_test_add_func ("/strokes/invalid", test_invalid);
  g_test_add_func ("/strokes/same-uuid", test_same_uuid);
  g_test_add_func ("/strokes/status", test_status);
  g_test_add_func ("/strokes/async", test_async);
  g_test_add_func ("/strokes/close-with-queue", test_close_with_queue);
  return g_test_run ();
}
