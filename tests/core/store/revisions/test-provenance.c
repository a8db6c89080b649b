/* test-provenance.c: for every pixel the stroke that made it, also after undo and redo and in revisions; counts by class and origin */
#include "config.h"
#include "fixture.h"

#include <string.h>
#include "store/past.h"
#include "store/provenance.h"

#define SIDE 140
#define N_STROKES 50

/* What a painter knows who keeps, for each pixel, the number of the stroke that changed it last. */
typedef struct {
  LwPlanes *planes;
  int last[SIDE][SIDE];        /* 0: none */
} State;

typedef struct {
  LwProject *project;
  gint64 frame;
  GPtrArray *states;           /* of State, by how many strokes are done and not undone */
  GPtrArray *uuids;            /* of the strokes that are done, then those undone */
  guint done;                  /* that count */
} Painter;

static void
state_free (gpointer data)
{
  lw_planes_free (((State *) data)->planes);
  g_free (data);
}

static void
commit (Painter *self, const LwDiff *diff, const char *uuid, const char *undoes, guint8 origin)
{
  g_autoptr(GError) error = NULL;
  LwStrokeInfo info = { .uuid = uuid, .undoes = undoes, .tool = "brush", .origin = origin, .base_seq = -1 };
  lw_project_commit_stroke (self->project, self->frame, &info, diff, &error);
  g_assert_no_error (error);
}

static void
paint (Painter *self, GRand *rand, const int origins[2])
{
  const State *before = self->states->pdata[self->done];
  State *after = g_new (State, 1);
  guint8 origin = (guint8) origins[g_rand_int_range (rand, 0, 2)];
  LwRect rect = { g_rand_int_range (rand, 0, SIDE), g_rand_int_range (rand, 0, SIDE), g_rand_int_range (rand, 1, 70), g_rand_int_range (rand, 1, 70) };
  *after = *before;
  after->planes = lw_planes_copy (before->planes);
  g_autoptr(LwDiff) diff = fixture_paint (after->planes, rect, (guint8) g_rand_int_range (rand, 0, 4), origin);
  g_autofree char *uuid = g_uuid_string_random ();
  commit (self, diff, uuid, NULL, origin);
  for (int p = 0; p < LW_N_PLANES; p++)
    for (int y = 0; y < SIDE; y++)
      for (int x = 0; x < SIDE; x++)
        if (lw_label_map_get (before->planes->plane[p], x, y) != lw_label_map_get (after->planes->plane[p], x, y))
          after->last[y][x] = (int) self->done + 1;
  g_ptr_array_set_size (self->states, (int) self->done + 1);
  g_ptr_array_set_size (self->uuids, (int) self->done);
  g_ptr_array_add (self->states, after);
  g_ptr_array_add (self->uuids, g_steal_pointer (&uuid));
  self->done++;
}

static void
turn (Painter *self, gboolean redo)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwHistory) history = NULL;
  g_autoptr(LwPlanes) planes = fixture_load (self->project, self->frame, &history);
  GPtrArray *stack = redo ? history->redo : history->undo;
  if (stack->len == 0)
    return;
  const char *undoes = stack->pdata[stack->len - 1];
  g_autoptr(LwDiff) diff = lw_project_load_diff (self->project, self->frame, undoes, &error);
  g_assert_no_error (error);
  commit (self, diff, NULL, undoes, 0);
  self->done += redo ? 1 : (guint) -1;
}

static void
check_pixels (const Painter *self, const State *state, gint64 revision, GRand *rand)
{
  for (int i = 0; i < 60; i++)
    {
      g_autoptr(GError) error = NULL;
      int x = g_rand_int_range (rand, 0, SIDE), y = g_rand_int_range (rand, 0, SIDE), last = state->last[y][x];
      g_autoptr(LwPixel) pixel = lw_project_find_pixel (self->project, self->frame, revision, x, y, &error);
      g_assert_no_error (error);
      g_assert_cmpint (pixel->class_id, ==, lw_label_map_get (state->planes->plane[LW_PLANE_CLASS], x, y));
      g_assert_cmpint (pixel->origin, ==, lw_label_map_get (state->planes->plane[LW_PLANE_ORIGIN], x, y));
      g_assert_cmpstr (pixel->stroke, ==, last > 0 ? self->uuids->pdata[last - 1] : NULL);
      g_assert_true ((pixel->name == NULL) == (pixel->origin == LW_LABEL_NONE));
    }
}

static void
test_pixels (void)
{
  guint32 seed = g_test_rand_int ();
  g_test_message ("seed %u", seed);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 2, SIDE, SIDE);
  int origins[2] = { 0, lw_project_get_origin (fixture->project, LW_ORIGIN_IMPORT, "elsewhere", 0, &error) };
  Painter painter = { fixture->project, fixture_frame (fixture->project, 0), g_ptr_array_new_with_free_func (state_free), g_ptr_array_new_with_free_func (g_free), 0 };
  State *empty = g_new0 (State, 1);
  empty->planes = lw_planes_new (SIDE, SIDE);
  g_ptr_array_add (painter.states, empty);
  for (int i = 0; i < N_STROKES; i++)
    {
      int what = g_rand_int_range (rand, 0, 5);
      if (what < 3)
        paint (&painter, rand, origins);
      else
        turn (&painter, what == 4);
    }
  check_pixels (&painter, painter.states->pdata[painter.done], 0, rand);
  gint64 revision = lw_project_add_revision (fixture->project, painter.frame, LW_REVISION_MANUAL, NULL, &error);
  State then = *(State *) painter.states->pdata[painter.done];
  then.planes = lw_planes_copy (then.planes);
  guint done = painter.done;
  paint (&painter, rand, origins);
  if (painter.done == done + 1)      /* the uuids of what is in the revision are still at hand */
    check_pixels (&painter, &then, revision, rand);
  lw_planes_free (then.planes);

  g_assert_null (lw_project_find_pixel (fixture->project, painter.frame, 0, SIDE, 0, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (lw_project_find_pixel (fixture->project, fixture_frame (fixture->project, 1), revision, 0, 0, &error));      /* it is of the other frame */
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (lw_project_find_pixel (fixture->project, painter.frame, 99, 0, 0, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
  g_autoptr(GPtrArray) problems = lw_project_verify (fixture->project, NULL, NULL, NULL, NULL);
  g_assert_cmpuint (problems->len, ==, 0);
  g_ptr_array_unref (painter.states);
  g_ptr_array_unref (painter.uuids);
}

/* ---- counts ---- */

static void
check_counts (LwProject *project, const gint64 *frames, gsize n)
{
  g_autoptr(GError) error = NULL;
  LwStatistics sums, all;
  guint64 expected[LW_N_PLANES][256] = { { 0 } };
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr(LwPlanes) planes = fixture_load (project, frames[i], NULL);
      for (int p = 0; p < LW_N_PLANES; p++)
        {
          guint64 counts[256];
          lw_label_map_count (planes->plane[p], counts);
          for (int c = 0; c < LW_LABEL_NONE; c++)
            expected[p][c] += counts[c];
        }
    }
  g_assert_true (lw_project_count (project, frames, n, &sums, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (lw_project_count (project, NULL, 0, &all, NULL, &error));
  g_assert_cmpmem (sums.class_pixels, sizeof sums.class_pixels, expected[LW_PLANE_CLASS], sizeof expected[0]);
  g_assert_cmpmem (sums.origin_pixels, sizeof sums.origin_pixels, expected[LW_PLANE_ORIGIN], sizeof expected[0]);
  g_assert_cmpmem (&all, sizeof all, &sums, sizeof sums);
}

static void
test_counts (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 3, 150, 130);
  gint64 frames[] = { fixture_frame (fixture->project, 0), fixture_frame (fixture->project, 1), fixture_frame (fixture->project, 2) };
  g_autoptr(LwLabelMap) map = lw_label_map_new (150, 130);
  check_counts (fixture->project, frames, 3);
  memset (lw_label_map_row (map, 7), 3, 150);
  fixture_stroke (fixture->project, frames[0], (LwRect) { 0, 0, 90, 130 }, 1);
  int origin = lw_project_get_origin (fixture->project, LW_ORIGIN_IMPORT, "elsewhere", 0, &error);
  g_assert_true (lw_project_import_map (fixture->project, frames[1], map, (guint8) origin, LW_REVISION_IMPORT, NULL, &error));
  check_counts (fixture->project, frames, 3);
  /* As in a project from before there were counts. */
  lw_project_close (fixture->project, NULL);
  fixture_sql (fixture->folder, "DELETE FROM frame_origin");
  fixture_reopen (fixture);
  fixture_stroke (fixture->project, frames[0], (LwRect) { 80, 0, 60, 60 }, LW_LABEL_NONE);
  check_counts (fixture->project, frames, 3);
  fixture_stroke (fixture->project, frames[0], (LwRect) { 0, 0, 60, 60 }, 2);
  check_counts (fixture->project, frames, 3);
  g_autoptr(GPtrArray) sound = lw_project_verify (fixture->project, NULL, NULL, NULL, NULL);
  g_assert_cmpuint (sound->len, ==, 0);
  lw_project_close (fixture->project, NULL);
  fixture_sql (fixture->folder, "UPDATE frame_origin SET pixels = pixels + 1");
  fixture_reopen (fixture);
  g_autoptr(GPtrArray) problems = lw_project_verify (fixture->project, NULL, NULL, NULL, NULL);
  g_assert_cmpuint (problems->len, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/provenance/pixels", test_pixels);
  g_test_add_func ("/provenance/counts", test_counts);
  return g_test_run ();
}
