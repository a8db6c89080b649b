/* test-presence.c: who has which frame open, of windows that come, go on, leave and are killed */
#include "config.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "store/author.h"
#include "store/presence.h"

#define HERE 3                 /* frames are numbers here */
#define THERE 4

static const char *program;

/* Until so many others are on @frame. */
static GPtrArray *
wait_for (LwPresence *presence, gint64 frame, guint n)
{
  gint64 until = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  while (TRUE)
    {
      g_autoptr(GPtrArray) others = lw_presence_list (presence, frame);
      if (others->len == n)
        return g_steal_pointer (&others);
      g_assert_cmpint (g_get_monotonic_time (), <, until);
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

static void
wait_for_signal (const guint *heard)
{
  gint64 until = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  while (*heard == 0 && g_get_monotonic_time () < until)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  g_assert_cmpuint (*heard, >, 0);
}

static void
on_changed_cb (LwPresence *presence, guint *heard)
{
  ++*heard;
}

/* Both see the other, and that it went on. */
static void
test_two (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(LwPresence) one = lw_presence_new (fixture->project), two = lw_presence_new (fixture->project);
  g_autofree char *me = lw_author_dup_name ();
  guint heard = 0;
  g_signal_connect (one, "changed", G_CALLBACK (on_changed_cb), &heard);
  lw_presence_set_frame (one, HERE);
  lw_presence_set_frame (two, HERE);
  g_autoptr(GPtrArray) seen = wait_for (one, HERE, 1), back = wait_for (two, HERE, 1);
  const LwVisitor *visitor = seen->pdata[0];
  g_assert_cmpstr (visitor->person, ==, lw_author_get_uuid ());
  g_assert_cmpstr (visitor->name, ==, me);
  g_assert_cmpint (ABS (g_get_real_time () - visitor->since), <, 120 * G_USEC_PER_SEC);
  wait_for_signal (&heard);

  heard = 0;
  lw_presence_set_frame (two, THERE);
  g_ptr_array_unref (wait_for (one, HERE, 0));
  g_ptr_array_unref (wait_for (one, THERE, 1));
  wait_for_signal (&heard);

  heard = 0;
  g_clear_object (&two);
  g_ptr_array_unref (wait_for (one, THERE, 0));
  wait_for_signal (&heard);
}

static GPid
start_visitor (const Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  const char *argv[] = { program, "visit", fixture->folder, NULL };
  GPid pid;
  g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error);
  g_assert_no_error (error);
  return pid;
}

/* A window on HERE until it is killed. */
static int
visit (const char *folder)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwProject) project = lw_project_open (folder, &error);
  g_assert_no_error (error);
  g_autoptr(LwPresence) presence = lw_presence_new (project);
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  lw_presence_set_frame (presence, HERE);
  g_main_loop_run (loop);
  return 1;
}

static void
test_killed (void)
{
  enum { N = 3 };
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(LwPresence) presence = lw_presence_new (fixture->project);
  GPid pids[N];
  for (int i = 0; i < N; i++)
    pids[i] = start_visitor (fixture);
  g_ptr_array_unref (wait_for (presence, HERE, N));
  for (guint i = 0; i < N; i++)
    {
      g_assert_cmpint (kill (pids[i], SIGKILL), ==, 0);
      g_assert_cmpint (waitpid (pids[i], NULL, 0), ==, pids[i]);
      g_ptr_array_unref (wait_for (presence, HERE, N - 1 - i));
    }
  pids[0] = start_visitor (fixture);      /* in a place where a killed one left its line */
  g_ptr_array_unref (wait_for (presence, HERE, 1));
  kill (pids[0], SIGKILL);
  waitpid (pids[0], NULL, 0);
}

/* Whatever stands in the file: nobody is made up, and the others are still seen. */
static void
test_hostile (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autofree char *path = g_build_filename (fixture->folder, "windows.lock", NULL);
  g_autofree char *noise = g_malloc (64 << 10);
  for (int i = 0; i < 64 << 10; i++)
    noise[i] = (char) g_test_rand_int_range (0, 256);
  g_assert_true (g_file_set_contents (path, noise, 64 << 10, NULL));
  g_autoptr(LwPresence) one = lw_presence_new (fixture->project), two = lw_presence_new (fixture->project);
  lw_presence_set_frame (one, HERE);
  lw_presence_set_frame (two, HERE);
  g_ptr_array_unref (wait_for (one, HERE, 1));
  g_ptr_array_unref (wait_for (two, HERE, 1));
}

/* The folder comes back as another one: a place is taken there. */
static void
test_other_file (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autofree char *path = g_build_filename (fixture->folder, "windows.lock", NULL);
  g_autoptr(LwPresence) one = lw_presence_new (fixture->project), two = lw_presence_new (fixture->project);
  lw_presence_set_frame (one, HERE);
  lw_presence_set_frame (two, HERE);
  g_ptr_array_unref (wait_for (one, HERE, 1));
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_ptr_array_unref (wait_for (one, THERE, 0));
  lw_presence_set_frame (two, THERE);
  g_ptr_array_unref (wait_for (one, THERE, 1));
}

/* A link, a pipe: nothing is followed, nothing waits. */
static void
test_not_a_file (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autofree char *path = g_build_filename (fixture->folder, "windows.lock", NULL), *target = g_build_filename (fixture->root, "target", NULL);
  g_assert_cmpint (symlink (target, path), ==, 0);
  g_autoptr(LwPresence) one = lw_presence_new (fixture->project);
  lw_presence_set_frame (one, HERE);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_autoptr(LwPresence) two = lw_presence_new (fixture->project);
  lw_presence_set_frame (two, HERE);
  g_ptr_array_unref (wait_for (two, HERE, 1));
  g_assert_false (g_file_test (target, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  program = argv[0];
  if (argc == 3 && g_str_equal (argv[1], "visit"))
    return visit (argv[2]);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/presence/two", test_two);
  g_test_add_func ("/presence/killed", test_killed);
  g_test_add_func ("/presence/hostile", test_hostile);
  g_test_add_func ("/presence/other-file", test_other_file);
  g_test_add_func ("/presence/not-a-file", test_not_a_file);
  return g_test_run ();
}
