/* test-class-change.c: classes that are in use and media that were worked on go as one step, and come back as they were */
#include "config.h"
#include "fixture.h"

#include "store/class-change.h"
#include "store/past.h"
#include "store/provenance.h"

#define SIDE 100

static Fixture *
make_project (void)
{
  Fixture *fixture = fixture_new ();
  fixture_add_video (fixture, "clip.mp4", 3, SIDE, SIDE);
  for (guint i = 0; i < 3; i++)
    {
      fixture_stroke (fixture->project, fixture_frame (fixture->project, i), (LwRect) { 0, 0, SIDE, SIDE }, 1);
      if (i < 2)
        fixture_stroke (fixture->project, fixture_frame (fixture->project, i), (LwRect) { 10, 10, 5, 4 }, 3);
    }
  gint64 first = fixture_frame (fixture->project, 0);
  g_assert_true (lw_project_act (fixture->project, &first, 1, LW_ACTION_ACCEPT, NULL, NULL));
  return fixture;
}

static LwFrameStatus
get_status (LwProject *project, guint index)
{
  g_autoptr(LwFrame) frame = lw_project_get_frame (project, fixture_frame (project, index), NULL);
  return frame->status;
}

static gboolean
has_class (LwProject *project, guint8 id)
{
  g_autoptr(LwPalette) palette = lw_project_dup_palette (project, NULL);
  return lw_palette_find_id (palette, id) != NULL;
}

static guint8
get_label (LwProject *project, guint index)
{
  g_autoptr(LwPlanes) planes = fixture_load (project, fixture_frame (project, index), NULL);
  return lw_label_map_get (planes->plane[LW_PLANE_CLASS], 12, 12);
}

static gint64
take_back (LwProject *project, gint64 step)
{
  g_autoptr(GError) error = NULL;
  guint n_left = 9;
  gint64 made = lw_project_take_back (project, step, &n_left, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_left, ==, 0);
  return made;
}

static void
test_merge_classes (void)
{
  g_autoptr(Fixture) fixture = make_project ();
  g_autoptr(GError) error = NULL;
  LwProject *project = fixture->project;
  LwClassUse use;
  gint64 step = 0;
  g_assert_true (lw_project_measure_class (project, 3, &use, &error));
  g_assert_true (use.frames == 2 && use.pixels == 40 && use.judged == 1 && use.revisions == 1);
  g_assert_true (lw_project_replace_class (project, 3, 2, NULL, NULL, NULL, &step, &error));
  g_assert_no_error (error);
  g_assert_false (has_class (project, 3));
  g_assert_cmpint (get_label (project, 0), ==, 2);
  g_assert_cmpint (get_label (project, 1), ==, 2);
  g_assert_cmpint (get_status (project, 0), ==, LW_FRAME_ACCEPTED);      /* as other labels, which train from now on */
  g_assert_cmpint (lw_project_create_dataset (project, "now", NULL, 0, &(LwSplitOptions) { .val_fraction = 0.25 }, 0, &error), !=, 0);
  g_autoptr(LwDataset) dataset = lw_project_load_dataset (project, "now", &error);
  g_autoptr(LwPlanes) trains = lw_project_load_revision (project, g_array_index (dataset->items, LwDatasetItem, 0).revision, &error);
  g_assert_cmpint (lw_label_map_get (trains->plane[LW_PLANE_CLASS], 12, 12), ==, 2);
  g_autoptr(GPtrArray) revisions = lw_project_list_revisions (project, fixture_frame (project, 1), &error);
  g_assert_cmpuint (revisions->len, ==, 2);                              /* before and after */
  fixture_assert_sound (project);

  fixture_reopen (fixture);
  project = fixture->project;
  gint64 undone = take_back (project, step);
  g_assert_true (has_class (project, 3));
  g_assert_cmpint (get_label (project, 0), ==, 3);
  g_assert_cmpint (get_status (project, 0), ==, LW_FRAME_ACCEPTED);
  take_back (project, undone);
  g_assert_false (has_class (project, 3));
  g_assert_cmpint (get_label (project, 1), ==, 2);
  fixture_assert_sound (project);
}

static void
test_delete_class (void)
{
  g_autoptr(Fixture) fixture = make_project ();
  g_autoptr(GError) error = NULL;
  LwProject *project = fixture->project;
  gint64 step = 0;
  g_assert_true (lw_project_replace_class (project, 3, LW_LABEL_NONE, NULL, NULL, NULL, &step, &error));
  g_assert_cmpint (get_label (project, 0), ==, LW_LABEL_NONE);
  g_assert_cmpint (get_status (project, 0), ==, LW_FRAME_IN_PROGRESS);   /* it is not complete any more */
  take_back (project, step);
  g_assert_cmpint (get_label (project, 0), ==, 3);
  g_assert_cmpint (get_status (project, 0), ==, LW_FRAME_ACCEPTED);

  g_assert_false (lw_project_replace_class (project, 3, 3, NULL, NULL, NULL, &step, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (lw_project_replace_class (project, 77, LW_LABEL_NONE, NULL, NULL, NULL, &step, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
  g_assert_cmpint (step, ==, 0);
  fixture_assert_sound (project);
}

/* A class that nobody used goes and comes back, too. */
static void
test_unused (void)
{
  g_autoptr(Fixture) fixture = make_project ();
  g_autoptr(GError) error = NULL;
  gint64 step = 0;
  g_assert_true (lw_project_replace_class (fixture->project, 4, LW_LABEL_NONE, NULL, NULL, NULL, &step, &error));
  g_assert_false (has_class (fixture->project, 4));
  take_back (fixture->project, step);
  g_assert_true (has_class (fixture->project, 4));
}

static void
cancel_after_one (double fraction, gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
}

/* Cancelled after the first frame: the class is still there, and what was done goes back. */
static void
test_cancelled (void)
{
  g_autoptr(Fixture) fixture = make_project ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  gint64 step = 0;
  g_assert_false (lw_project_replace_class (fixture->project, 3, 2, cancel_after_one, cancellable, cancellable, &step, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (has_class (fixture->project, 3));
  g_assert_cmpint (get_label (fixture->project, 0), ==, 2);
  g_assert_cmpint (get_label (fixture->project, 1), ==, 3);
  take_back (fixture->project, step);
  g_assert_cmpint (get_label (fixture->project, 0), ==, 3);
  fixture_assert_sound (fixture->project);
}

/* ---- media ---- */

static guint
count_frames (LwProject *project)
{
  g_autoptr(GPtrArray) frames = lw_project_list_frames (project, NULL);
  return frames->len;
}

static void
test_media (void)
{
  g_autoptr(Fixture) fixture = make_project ();
  g_autoptr(GError) error = NULL;
  LwProject *project = fixture->project;
  gint64 other = fixture_add_video (fixture, "other.mp4", 4, SIDE, SIDE), step = 0;
  g_autoptr(GPtrArray) media = lw_project_list_media (project, &error);
  gint64 clip = ((LwMedia *) media->pdata[0])->id;
  g_assert_cmpint (clip, !=, other);
  LwMediaUse use;
  g_assert_true (lw_project_measure_media (project, clip, &use, &error));
  g_assert_true (use.frames == 3 && use.worked == 3 && use.accepted == 1 && use.pixels == 3 * SIDE * SIDE && use.revisions == 1);
  gint64 frame = fixture_frame (project, 1);
  g_assert_true (lw_project_remove_media (project, clip, NULL, NULL, NULL, &step, &error));
  g_assert_cmpuint (count_frames (project), ==, 4);
  LwStatistics statistics;
  g_assert_true (lw_project_count (project, NULL, 0, &statistics, NULL, &error));
  g_assert_cmpuint (statistics.class_pixels[1], ==, 0);
  g_autoptr(GPtrArray) removed = lw_project_list_removed_media (project, &error), left = lw_project_list_media (project, &error);
  g_assert_cmpuint (removed->len, ==, 1);
  g_assert_cmpuint (left->len, ==, 1);
  g_autoptr(GPtrArray) revisions = lw_project_list_revisions (project, frame, &error);
  g_assert_cmpuint (revisions->len, ==, 1);      /* as it was when it went */
  g_assert_false (lw_project_create_dataset (project, "none", NULL, 0, &(LwSplitOptions) { .val_fraction = 0.25 }, 0, &error));
  g_clear_error (&error);
  g_assert_false (lw_project_remove_media (project, clip, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);

  fixture_reopen (fixture);
  project = fixture->project;
  gint64 undone = take_back (project, step);
  g_assert_cmpuint (count_frames (project), ==, 7);
  take_back (project, undone);
  g_assert_cmpuint (count_frames (project), ==, 4);
  g_assert_true (lw_project_restore_media (project, ((LwMedia *) removed->pdata[0])->name, &step, &error));
  g_assert_cmpuint (count_frames (project), ==, 7);
  take_back (project, step);
  g_assert_cmpuint (count_frames (project), ==, 4);
  fixture_assert_sound (project);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/class-change/merge", test_merge_classes);
  g_test_add_func ("/store/class-change/delete", test_delete_class);
  g_test_add_func ("/store/class-change/unused", test_unused);
  g_test_add_func ("/store/class-change/cancelled", test_cancelled);
  g_test_add_func ("/store/class-change/media", test_media);
  return g_test_run ();
}
