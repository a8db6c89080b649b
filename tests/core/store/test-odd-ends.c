/* test-odd-ends.c: logs cut off, last pages torn, and clocks that go backwards */
#include "config.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include "store/backup.h"
#include "store/past.h"

#define SIDE 200
#define PAGE 4096

/* This program's clock is what the tests say. */
static gint64 offset;

gint64
g_get_real_time (void)
{
  struct timespec now;
  clock_gettime (CLOCK_REALTIME, &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000 + offset;
}

/* ---- files of a project that was not closed ---- */

typedef struct {
  Fixture *fixture;
  gint64 frame;
  GPtrArray *states;           /* LwPlanes after so many strokes */
  char *file, *log;            /* their bytes */
  gsize file_length, log_length;
} Rig;

static void
rig_clear (Rig *rig)
{
  fixture_free (rig->fixture);
  g_ptr_array_unref (rig->states);
  g_free (rig->file);
  g_free (rig->log);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rig, rig_clear)

static void
paint (Rig *rig, int n, GRand *rand)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwPlanes) planes = fixture_load (rig->fixture->project, rig->frame, NULL);
  for (int i = 0; i < n; i++)
    {
      g_autoptr(LwDiff) diff = fixture_paint_random (planes, rand, 5);
      g_assert_true (lw_project_commit_stroke (rig->fixture->project, rig->frame, &(LwStrokeInfo) { .tool = "brush", .base_seq = -1 }, diff, &error));
      g_ptr_array_add (rig->states, lw_planes_copy (planes));
    }
}

/* Some strokes are in the file, the others in its log alone. */
static void
rig_init (Rig *rig, GRand *rand)
{
  *rig = (Rig) { .fixture = fixture_new (), .states = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_planes_free) };
  fixture_add_video (rig->fixture, "clip.mp4", 1, SIDE, SIDE);
  rig->frame = fixture_frame (rig->fixture->project, 0);
  g_ptr_array_add (rig->states, lw_planes_new (SIDE, SIDE));
  paint (rig, 8, rand);
  fixture_reopen (rig->fixture);
  paint (rig, 12, rand);
  g_autofree char *file = g_build_filename (rig->fixture->folder, "project.sqlite", NULL), *log = g_strconcat (file, "-wal", NULL);
  g_assert_true (g_file_get_contents (file, &rig->file, &rig->file_length, NULL));
  g_assert_true (g_file_get_contents (log, &rig->log, &rig->log_length, NULL));
  g_assert_cmpuint (rig->log_length, >, 12 * PAGE);
}

/* Opens a copy made of these bytes; it is sound. Returns: strokes in it, whose result its labels are */
static gint64
check_copy (const Rig *rig, const char *file, gsize file_length, const char *log, gsize log_length)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwHistory) history = NULL;
  g_autofree char *folder = g_build_filename (rig->fixture->root, "copy", NULL), *to = g_build_filename (folder, "project.sqlite", NULL), *to_log = g_strconcat (to, "-wal", NULL);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (to, file, (gssize) file_length, NULL) && g_file_set_contents (to_log, log, (gssize) log_length, NULL));
  g_autoptr(LwProject) project = lw_project_open (folder, &error);
  g_assert_no_error (error);
  fixture_assert_sound (project);
  g_autoptr(LwPlanes) planes = fixture_load (project, rig->frame, &history);
  g_assert_cmpint (history->seq, <, rig->states->len);
  fixture_assert_planes_equal (planes, rig->states->pdata[history->seq]);
  g_assert_true (lw_project_close (project, &error));
  g_clear_object (&project);
  fixture_remove_tree (folder);
  return history->seq;
}

/* Where the disk lost the end of the log, what is left is the beginning of the work. */
static void
test_log_cut_off (void)
{
  guint32 seed = g_test_rand_int ();
  g_test_message ("seed %u", seed);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  g_auto(Rig) rig = { 0 };
  rig_init (&rig, rand);
  gint64 last = (gint64) rig.states->len - 1, before = last;
  g_assert_cmpint (check_copy (&rig, rig.file, rig.file_length, rig.log, rig.log_length), ==, last);
  for (gsize length = rig.log_length, step; length > 0; length -= MIN (length, step))
    {
      step = (gsize) g_rand_int_range (rand, 1, 9000);
      gint64 left = check_copy (&rig, rig.file, rig.file_length, rig.log, length - 1);
      g_assert_cmpint (left, <=, before);
      g_assert_cmpint (left, >=, 8);      /* those were folded into the file when it was closed */
      before = left;
    }
  g_assert_cmpint (before, ==, 8);
}

static void
test_log_flipped (void)
{
  guint32 seed = g_test_rand_int ();
  g_test_message ("seed %u", seed);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  g_auto(Rig) rig = { 0 };
  rig_init (&rig, rand);
  for (int round = 0; round < 30; round++)
    {
      gsize at = (gsize) g_rand_int_range (rand, 0, (gint32) rig.log_length);
      rig.log[at] ^= 16;
      g_assert_cmpint (check_copy (&rig, rig.file, rig.file_length, rig.log, rig.log_length), >=, 8);
      rig.log[at] ^= 16;
    }
}

/* Pages that were being folded into the file when the power went: half old, half new, or noise. All of them are in the log, so nothing is lost. */
static void
test_torn_pages (void)
{
  guint32 seed = g_test_rand_int ();
  g_test_message ("seed %u", seed);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  g_auto(Rig) rig = { 0 };
  rig_init (&rig, rand);
  for (int round = 0; round < 20; round++)
    {
      g_autofree char *file = g_memdup2 (rig.file, rig.file_length);
      gsize length = rig.file_length;
      for (gsize frame = 32; frame + 24 + PAGE <= rig.log_length; frame += 24 + PAGE)
        {
          guint32 number;
          memcpy (&number, rig.log + frame, 4);
          gsize page = GUINT32_FROM_BE (number) - 1;
          if (g_rand_boolean (rand) || (page + 1) * PAGE > length)
            continue;
          memcpy (file + page * PAGE, rig.log + frame + 24, PAGE / 2);
          if (page > 0 && g_rand_int_range (rand, 0, 4) == 0)
            memset (file + page * PAGE, 0xa5, PAGE);
        }
      if (round % 2 == 0)
        {
          file = g_realloc (file, length + PAGE);      /* the file grew, but not by the whole page */
          memset (file + length, 0x5a, PAGE);
          length += (gsize) g_rand_int_range (rand, 1, PAGE);
        }
      g_assert_cmpint (check_copy (&rig, file, length, rig.log, rig.log_length), ==, (gint64) rig.states->len - 1);
    }
}

/* ---- the clock ---- */

/* An hour back in the middle of the work: order follows numbers, not times. */
static void
test_clock (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  LwRestored restored;
  fixture_add_video (fixture, "clip.mp4", 2, SIDE, SIDE);
  gint64 frame = fixture_frame (fixture->project, 0);
  fixture_stroke (fixture->project, frame, (LwRect) { 0, 0, 50, 50 }, 1);
  g_assert_true (lw_project_act (fixture->project, &frame, 1, LW_ACTION_SUBMIT, NULL, &error));
  gint64 noon = g_get_real_time ();
  offset = -G_TIME_SPAN_HOUR;
  fixture_stroke (fixture->project, frame, (LwRect) { 20, 20, 50, 50 }, 2);
  g_assert_true (lw_project_act (fixture->project, &frame, 1, LW_ACTION_ACCEPT, NULL, &error));
  g_assert_cmpint (lw_project_add_snapshot (fixture->project, "earlier", NULL, NULL, NULL, NULL, &error), >, 0);
  fixture_reopen (fixture);
  offset = -2 * G_TIME_SPAN_HOUR;
  fixture_stroke (fixture->project, frame, (LwRect) { 40, 40, 50, 50 }, 3);
  fixture_undo (fixture->project, frame);
  g_autoptr(GPtrArray) revisions = lw_project_list_revisions (fixture->project, frame, &error);
  g_assert_cmpint (((LwRevision *) revisions->pdata[0])->seq, ==, 2);      /* newest first, whatever the clock said */
  g_assert_true (lw_project_restore_time (fixture->project, &frame, 1, noon, &restored, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  fixture_undo (fixture->project, frame);
  g_autofree char *backup = lw_project_back_up (fixture->project, NULL, NULL, NULL, NULL, &error);
  g_assert_nonnull (backup);
  g_assert_no_error (error);
  fixture_assert_sound (fixture->project);
  offset = 0;
  fixture_reopen (fixture);
  fixture_assert_sound (fixture->project);
}

/* It was far ahead when a backup was made, and was put right: the next backup does not wait until it is that late again. */
static void
test_clock_ahead (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  fixture_add_video (fixture, "clip.mp4", 2, SIDE, SIDE);
  gint64 frame = fixture_frame (fixture->project, 0);
  offset = 9 * G_TIME_SPAN_DAY;
  fixture_stroke (fixture->project, frame, (LwRect) { 0, 0, 50, 50 }, 1);
  g_autofree char *ahead = fixture_back_up_if_due (fixture->project);
  g_assert_nonnull (ahead);
  offset = 0;
  g_autofree char *folder = g_path_get_dirname (ahead), *late = g_build_filename (folder, "project-auto-29990101T000000Z.sqlite", NULL);
  g_assert_cmpint (g_rename (ahead, late), ==, 0);
  g_assert_null (fixture_back_up_if_due (fixture->project));      /* nothing was painted since */
  fixture_stroke (fixture->project, frame, (LwRect) { 20, 20, 50, 50 }, 2);
  g_autofree char *right = fixture_back_up_if_due (fixture->project);
  g_assert_nonnull (right);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/odd-ends/log-cut-off", test_log_cut_off);
  g_test_add_func ("/odd-ends/log-flipped", test_log_flipped);
  g_test_add_func ("/odd-ends/torn-pages", test_torn_pages);
  g_test_add_func ("/odd-ends/clock", test_clock);
  g_test_add_func ("/odd-ends/clock-ahead", test_clock_ahead);
  return g_test_run ();
}
