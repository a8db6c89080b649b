/* test-place.c: a project that is taken away while it is open, and what comes in its place */
#include "config.h"
#include "fixture.h"
#include "heard.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  Fixture *fixture;
  gint64 frame;
  LwPlanes *planes;            /* as they should be */
  char *aside;                 /* where the folder is while it is away */
  guint sent;
  Heard heard;
} Rig;

static Rig *
rig_new (void)
{
  Rig *rig = g_new0 (Rig, 1);
  rig->fixture = fixture_new ();
  rig->aside = g_build_filename (rig->fixture->root, "aside", NULL);
  fixture_add_video (rig->fixture, "clip.mp4", 1, 200, 200);
  rig->frame = fixture_frame (rig->fixture->project, 0);
  rig->planes = fixture_load (rig->fixture->project, rig->frame, NULL);
  heard_listen (&rig->heard, rig->fixture->project);
  return rig;
}

static void
rig_free (Rig *rig)
{
  if (rig->fixture->project != NULL)
    heard_leave (&rig->heard, rig->fixture->project);
  fixture_free (rig->fixture);
  lw_planes_free (rig->planes);
  heard_clear (&rig->heard);
  g_free (rig->aside);
  g_free (rig);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rig, rig_free)

static void
paint (Rig *rig)
{
  int at = 7 * (int) rig->sent;
  g_autoptr(LwDiff) diff = fixture_paint (rig->planes, (LwRect) { at, at, 30, 30 }, (guint8) (rig->sent % 5), 0);
  LwStrokeInfo info = { .tool = "brush", .base_seq = rig->sent++ };
  lw_project_commit_stroke_async (rig->fixture->project, rig->frame, &info, diff, heard_committed_cb, &rig->heard);
}

static void
move (const char *from, const char *to)
{
  g_assert_cmpint (g_rename (from, to), ==, 0);
}

static void
copy_folder (const char *from, const char *to)
{
  const char *argv[] = { "cp", "-a", from, to, NULL };
  int status;
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
  g_autofree char *shared = g_build_filename (to, "project.sqlite-shm", NULL);
  g_unlink (shared);           /* no drive carries it: it is the memory of those who run */
}

/* Painting goes on in memory, and whoever loads the frame sees it. */
static void
paint_while_away (Rig *rig)
{
  paint (rig);
  paint (rig);
  heard_wait (&rig->heard.failed, 1);
  g_assert_error (rig->heard.error, LW_STORE_ERROR, LW_STORE_ERROR_GONE);
  g_assert_cmpuint (lw_project_get_n_queued (rig->fixture->project), ==, 2);
  g_autoptr(LwPlanes) shown = fixture_load (rig->fixture->project, rig->frame, NULL);
  fixture_assert_planes_equal (shown, rig->planes);
}

/* All that was painted is in the file at the path. */
static void
assert_written (Rig *rig)
{
  heard_wait (&rig->heard.done, rig->sent);
  g_assert_cmpuint (lw_project_get_n_queued (rig->fixture->project), ==, 0);
  g_assert_cmpuint (rig->heard.recovered, >, 0);
  fixture_assert_sound (rig->fixture->project);
  fixture_reopen (rig->fixture);
  heard_listen (&rig->heard, rig->fixture->project);
  g_autoptr(LwHistory) history = NULL;
  g_autoptr(LwPlanes) stored = fixture_load (rig->fixture->project, rig->frame, &history);
  fixture_assert_planes_equal (stored, rig->planes);
  g_assert_cmpint (history->seq, ==, rig->sent);
}

/* The folder is renamed, and renamed back: the handles are those of the right file all the time, yet nothing is written where nobody looks. */
static void
test_renamed (void)
{
  g_autoptr(Rig) rig = rig_new ();
  g_autoptr(GError) error = NULL;
  paint (rig);
  heard_wait (&rig->heard.done, 1);
  move (rig->fixture->folder, rig->aside);
  paint_while_away (rig);
  g_assert_false (lw_project_set_setting (rig->fixture->project, "a", "b", &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_GONE);
  g_clear_error (&error);
  g_assert_false (lw_project_close (rig->fixture->project, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_GONE);
  move (rig->aside, rig->fixture->folder);
  assert_written (rig);
}

/* It is told of before anything is painted. */
static void
test_told (void)
{
  g_autoptr(Rig) rig = rig_new ();
  move (rig->fixture->folder, rig->aside);
  heard_wait (&rig->heard.failed, 1);
  g_assert_error (rig->heard.error, LW_STORE_ERROR, LW_STORE_ERROR_GONE);
  g_assert_cmpuint (lw_project_get_n_queued (rig->fixture->project), ==, 0);
  move (rig->aside, rig->fixture->folder);
  heard_wait (&rig->heard.recovered, 1);
  paint (rig);
  assert_written (rig);
}

/* The drive comes back as another one, with the same bytes: other files, to which the open handles don't lead. */
static void
test_another_mount (void)
{
  g_autoptr(Rig) rig = rig_new ();
  g_autofree char *copy = g_build_filename (rig->fixture->root, "copy", NULL);
  paint (rig);
  heard_wait (&rig->heard.done, 1);
  copy_folder (rig->fixture->folder, copy);
  move (rig->fixture->folder, rig->aside);
  paint_while_away (rig);
  move (copy, rig->fixture->folder);
  heard_wait (&rig->heard.recovered, 1);

  /* all of it looks there now: what another program writes is seen */
  g_autoptr(GError) error = NULL;
  g_autoptr(LwProject) other = lw_project_open (rig->fixture->folder, &error);
  g_assert_no_error (error);
  heard_wait (&rig->heard.done, rig->sent);
  g_autoptr(LwPlanes) seen = fixture_load (other, rig->frame, NULL);
  fixture_assert_planes_equal (seen, rig->planes);
  g_assert_true (lw_project_set_setting (other, "who", "other", &error));
  g_autofree char *who = lw_project_get_setting (rig->fixture->project, "who");
  g_assert_cmpstr (who, ==, "other");
  g_assert_true (lw_project_close (other, &error));
  assert_written (rig);

  /* and nothing of it went to the old one */
  g_autoptr(LwProject) old = lw_project_open (rig->aside, &error);
  g_assert_no_error (error);
  g_autoptr(LwHistory) history = NULL;
  g_autoptr(LwPlanes) before = fixture_load (old, rig->frame, &history);
  g_assert_cmpint (history->seq, ==, 1);
}

static char *
hash_of (const char *folder)
{
  static const char *const names[] = { "project.sqlite", "project.sqlite-wal" };
  g_autoptr(GString) hashes = g_string_new (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL), *bytes = NULL;
      gsize length;
      gboolean there = g_file_get_contents (path, &bytes, &length, NULL);
      g_autofree char *hash = there ? g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) bytes, length) : g_strdup ("missing");
      g_string_append_printf (hashes, "%s\n", hash);
    }
  return g_string_free (g_steal_pointer (&hashes), FALSE);
}

/* Nothing is written to what is in the place of the right one, whatever it is. @intruder: a folder */
static void
check_refused (Rig *rig, const char *intruder, const char *said)
{
  g_autofree char *before = hash_of (intruder);
  move (rig->fixture->folder, rig->aside);
  move (intruder, rig->fixture->folder);
  paint_while_away (rig);
  gint64 until = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  while (strstr (rig->heard.error->message, said) == NULL && g_get_monotonic_time () < until)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  g_assert_nonnull (strstr (rig->heard.error->message, said));
  move (rig->fixture->folder, intruder);
  g_autofree char *after = hash_of (intruder);
  g_assert_cmpstr (after, ==, before);
  move (rig->aside, rig->fixture->folder);
  assert_written (rig);
}

static void
test_another_project (void)
{
  g_autoptr(Rig) rig = rig_new ();
  g_autoptr(Rig) other = rig_new ();
  g_autofree char *intruder = g_build_filename (rig->fixture->root, "intruder", NULL);
  g_autoptr(GError) error = NULL;
  paint (rig);
  heard_wait (&rig->heard.done, 1);
  g_assert_true (lw_project_close (other->fixture->project, &error));
  copy_folder (other->fixture->folder, intruder);
  check_refused (rig, intruder, "Another project");
}

static void
test_older_copy (void)
{
  g_autoptr(Rig) rig = rig_new ();
  g_autofree char *older = g_build_filename (rig->fixture->root, "older", NULL);
  paint (rig);
  heard_wait (&rig->heard.done, 1);
  copy_folder (rig->fixture->folder, older);
  paint (rig);
  heard_wait (&rig->heard.done, 2);
  check_refused (rig, older, "An older copy");
}

/* With nothing to lose it closes all the same, and leaves the log alone that is in the place of its own. */
static void
test_closed_while_away (void)
{
  g_autoptr(Rig) rig = rig_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *log = g_build_filename (rig->fixture->folder, "project.sqlite-wal", NULL);
  paint (rig);
  heard_wait (&rig->heard.done, 1);
  move (rig->fixture->folder, rig->aside);
  g_assert_cmpint (g_mkdir (rig->fixture->folder, 0777), ==, 0);
  g_assert_true (g_file_set_contents (log, "of another", -1, NULL));
  g_signal_handlers_disconnect_by_data (rig->fixture->project, rig);
  g_assert_true (lw_project_close (rig->fixture->project, &error));
  g_assert_no_error (error);
  g_clear_object (&rig->fixture->project);
  g_assert_true (g_file_test (log, G_FILE_TEST_EXISTS));

  g_autoptr(LwProject) again = lw_project_open (rig->aside, &error);
  g_assert_no_error (error);
  g_autoptr(LwPlanes) stored = fixture_load (again, rig->frame, NULL);
  fixture_assert_planes_equal (stored, rig->planes);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/place/renamed", test_renamed);
  g_test_add_func ("/place/told", test_told);
  g_test_add_func ("/place/another-mount", test_another_mount);
  g_test_add_func ("/place/another-project", test_another_project);
  g_test_add_func ("/place/older-copy", test_older_copy);
  g_test_add_func ("/place/closed-while-away", test_closed_while_away);
  return g_test_run ();
}
