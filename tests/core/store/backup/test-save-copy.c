/* test-save-copy.c: a copy of a project that can't be written has all of it and the strokes that wait in memory, or is not there at all */
#include "config.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/merge.h"
#include "store/save-copy.h"

#define N_UNSAVED 6

typedef struct {
  Fixture *fixture;
  gint64 frames[2];
  LwPlanes *planes[2];         /* as they should be */
  GPtrArray *strokes;
  char *target;
  double fraction;
} Rig;

static void
add_unsaved (Rig *rig, int frame, LwDiff *diff, const char *undoes)
{
  LwUnsavedStroke *stroke = g_new0 (LwUnsavedStroke, 1);
  gint64 base_seq = 1;         /* each frame has one stroke on the disk */
  for (guint i = 0; i < rig->strokes->len; i++)
    base_seq += ((const LwUnsavedStroke *) rig->strokes->pdata[i])->frame == rig->frames[frame];
  *stroke = (LwUnsavedStroke) { rig->frames[frame], g_uuid_string_random (), g_strdup (undoes), g_strdup (undoes != NULL ? "undo" : "brush"), 0, base_seq, diff };
  g_ptr_array_add (rig->strokes, stroke);
}

/* Two frames in turn, and the last stroke of the first is taken back. */
static void
paint_unsaved (Rig *rig)
{
  for (int i = 0; i < N_UNSAVED; i++)
    add_unsaved (rig, i % 2, fixture_paint (rig->planes[i % 2], (LwRect) { 10 * i, 20 * i, 60, 40 }, (guint8) (1 + i % 4), 0), NULL);
  const LwUnsavedStroke *last = rig->strokes->pdata[N_UNSAVED - 2];
  lw_diff_apply (last->diff, rig->planes[0]);
  add_unsaved (rig, 0, lw_diff_ref (last->diff), last->uuid);
}

static Rig *
rig_new (void)
{
  Rig *rig = g_new0 (Rig, 1);
  rig->fixture = fixture_new ();
  rig->strokes = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_unsaved_stroke_free);
  rig->target = g_build_filename (rig->fixture->root, "elsewhere", "copy", NULL);
  fixture_add_video (rig->fixture, "clip.mp4", 2, 300, 200);
  for (guint i = 0; i < 2; i++)
    {
      rig->frames[i] = fixture_frame (rig->fixture->project, i);
      fixture_stroke (rig->fixture->project, rig->frames[i], (LwRect) { 0, 0, 100, 100 }, (guint8) (1 + i));
      rig->planes[i] = fixture_load (rig->fixture->project, rig->frames[i], NULL);
    }
  paint_unsaved (rig);
  return rig;
}

static void
rig_free (Rig *rig)
{
  g_ptr_array_unref (rig->strokes);
  fixture_free (rig->fixture);
  for (guint i = 0; i < 2; i++)
    lw_planes_free (rig->planes[i]);
  g_free (rig->target);
  g_free (rig);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rig, rig_free)

static void
on_progress (double fraction, gpointer data)
{
  Rig *rig = data;
  g_assert_cmpfloat (fraction, >=, rig->fraction);
  g_assert_cmpfloat (fraction, <=, 1);
  rig->fraction = fraction;
}

static LwProject *
save (Rig *rig)
{
  g_autoptr(GError) error = NULL;
  guint n_left = 7;
  lw_project_save_copy (rig->fixture->project, rig->strokes, rig->target, &n_left, on_progress, rig, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_left, ==, 0);
  g_assert_cmpfloat (rig->fraction, ==, 1);
  LwProject *copy = lw_project_open (rig->target, &error);
  g_assert_no_error (error);
  return copy;
}

static void
assert_saved (Rig *rig, LwProject *copy)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(LwPlanes) planes = fixture_load (copy, rig->frames[i], NULL);
      fixture_assert_planes_equal (planes, rig->planes[i]);
    }
}

static void
assert_in_log (LwProject *copy)
{
  g_autoptr(GPtrArray) entries = lw_project_list_audit (copy, 1, NULL);
  const LwAuditEntry *last = entries->pdata[0];
  g_assert_cmpstr (last->action, ==, "save-copy");
  g_assert_cmpstr (last->details, ==, "7 unsaved strokes");
}

/* ---- the whole of it ---- */

static int
decide_nothing (const LwMergeRegion *region, gpointer data)
{
  g_assert_not_reached ();
}

/* When the project can be written again, the copy's strokes come back to it, once. */
static void
merge_back (Rig *rig, LwProject *copy)
{
  g_autoptr(GError) error = NULL;
  for (int round = 0; round < 2; round++)
    {
      g_auto(LwMergeReport) report = { 0 };
      g_assert_true (lw_project_merge (rig->fixture->project, copy, decide_nothing, NULL, FALSE, &report, NULL, NULL, NULL, &error));
      g_assert_cmpuint (report.strokes, ==, round == 0 ? N_UNSAVED + 1 : 0);
      assert_saved (rig, rig->fixture->project);
    }
}

static void
test_whole (void)
{
  g_autoptr(Rig) rig = rig_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *media = g_build_filename (rig->fixture->folder, "media", NULL), *file = g_build_filename (media, "kept.bin", NULL);
  g_assert_cmpint (g_mkdir_with_parents (media, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "a medium", -1, NULL));
  g_autoptr(LwProject) copy = save (rig);
  g_autofree char *brought = g_build_filename (rig->target, "media", "kept.bin", NULL);
  assert_saved (rig, copy);
  assert_in_log (copy);
  fixture_assert_sound (copy);
  g_assert_true (g_file_test (brought, G_FILE_TEST_IS_REGULAR));
  g_autoptr(LwFrame) frame = lw_project_get_frame (rig->fixture->project, rig->frames[0], &error);
  g_assert_cmpint (frame->seq, ==, 1);      /* nothing was written to the project itself */
  fixture_stroke (copy, rig->frames[1], (LwRect) { 1, 1, 9, 9 }, 4);
  lw_planes_free (rig->planes[1]);
  rig->planes[1] = fixture_load (copy, rig->frames[1], NULL);
  g_clear_object (&copy);
  copy = lw_project_open (rig->target, &error);
  assert_saved (rig, copy);
}

static void
test_merge (void)
{
  g_autoptr(Rig) rig = rig_new ();
  g_autoptr(LwProject) copy = save (rig);
  merge_back (rig, copy);
  fixture_assert_sound (rig->fixture->project);
}

/* Some of them are on the disk by the time that the copy is made. */
static void
test_written_meanwhile (void)
{
  g_autoptr(Rig) rig = rig_new ();
  g_autoptr(GError) error = NULL;
  for (guint i = 0; i < 3; i++)
    {
      const LwUnsavedStroke *stroke = rig->strokes->pdata[i];
      LwStrokeInfo info = { stroke->uuid, stroke->undoes, stroke->tool, stroke->origin, stroke->base_seq };
      g_assert_true (lw_project_commit_stroke (rig->fixture->project, stroke->frame, &info, stroke->diff, &error));
    }
  g_autoptr(LwProject) copy = save (rig);
  assert_saved (rig, copy);
  fixture_assert_sound (copy);
}

/* A project in a folder that nobody may write to is for looking only; the copy isn't. */
static void
test_read_only (void)
{
  g_autoptr(Rig) rig = rig_new ();
  g_autoptr(GError) error = NULL;
  if (geteuid () == 0)
    {
      g_test_skip ("root may write everywhere");
      return;
    }
  g_assert_true (lw_project_close (rig->fixture->project, &error));
  g_clear_object (&rig->fixture->project);
  g_assert_cmpint (g_chmod (rig->fixture->folder, 0500), ==, 0);
  rig->fixture->project = lw_project_open (rig->fixture->folder, &error);
  g_assert_no_error (error);
  g_assert_true (lw_project_is_read_only (rig->fixture->project));
  {
    g_autoptr(LwProject) copy = save (rig);
    g_assert_false (lw_project_is_read_only (copy));
    assert_saved (rig, copy);
  }
  g_assert_cmpint (g_chmod (rig->fixture->folder, 0700), ==, 0);
}

/* ---- refused: nothing stays behind ---- */

static void
refuse (Rig *rig, const char *target, GCancellable *cancellable, GQuark domain, int code)
{
  g_autoptr(GError) error = NULL;
  guint n_left;
  g_assert_false (lw_project_save_copy (rig->fixture->project, rig->strokes, target, &n_left, NULL, NULL, cancellable, &error));
  g_assert_error (error, domain, code);
}

static gboolean
is_empty (const char *folder)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  return dir == NULL || g_dir_read_name (dir) == NULL;
}

static void
test_refused (void)
{
  g_autoptr(Rig) rig = rig_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *inside = g_build_filename (rig->fixture->folder, "media", "copy", NULL), *beside = g_strconcat (rig->fixture->folder, "-2", NULL);
  refuse (rig, rig->fixture->folder, NULL, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  refuse (rig, inside, NULL, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  refuse (rig, rig->fixture->root, NULL, LW_STORE_ERROR, LW_STORE_ERROR_EXISTS);
  g_cancellable_cancel (cancellable);
  refuse (rig, beside, cancellable, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (beside, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_mkdir (beside, 0700), ==, 0);
  refuse (rig, beside, cancellable, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (g_file_test (beside, G_FILE_TEST_IS_DIR) && is_empty (beside));      /* it was there before, and is kept */
}

/* A stroke that does not fit what is there can't be written: then there is no copy. */
static void
test_conflict (void)
{
  g_autoptr(Rig) rig = rig_new ();
  fixture_stroke (rig->fixture->project, rig->frames[0], (LwRect) { 3, 3, 50, 50 }, 2);
  refuse (rig, rig->target, NULL, LW_STORE_ERROR, LW_STORE_ERROR_CONFLICT);
  g_assert_false (g_file_test (rig->target, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/save-copy/whole", test_whole);
  g_test_add_func ("/store/save-copy/merge", test_merge);
  g_test_add_func ("/store/save-copy/written-meanwhile", test_written_meanwhile);
  g_test_add_func ("/store/save-copy/read-only", test_read_only);
  g_test_add_func ("/store/save-copy/refused", test_refused);
  g_test_add_func ("/store/save-copy/conflict", test_conflict);
  return g_test_run ();
}
