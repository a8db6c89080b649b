/* test-processes.c: several processes and windows on one project */
#include "config.h"
#include "fixture.h"

#include <string.h>
#include <sys/wait.h>
#include "store/database/database.h"

static const char *painter;

static GPid
start_painter (Fixture *fixture, gint64 frame, int seed, int n)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *frame_text = g_strdup_printf ("%" G_GINT64_FORMAT, frame), *seed_text = g_strdup_printf ("%d", seed);
  g_autofree char *n_text = g_strdup_printf ("%d", n);
  const char *argv[] = { painter, fixture->folder, frame_text, seed_text, n_text, NULL };
  GPid pid;
  g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, &pid, &error);
  g_assert_no_error (error);
  return pid;
}

static void
wait_for_exit (GPid pid)
{
  int status;
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
}

static void
assert_sound (LwProject *project)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) problems = lw_project_verify (project, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < problems->len; i++)
    g_test_message ("%s", (char *) problems->pdata[i]);
  g_assert_cmpuint (problems->len, ==, 0);
}

/* Four writers, two of them on the same frame: nothing is lost. */
static void
test_writers (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  fixture_add_video (fixture, "clip.mp4", 2, 200, 200);
  gint64 one = fixture_frame (fixture->project, 0), two = fixture_frame (fixture->project, 1);
  GPid pids[] = { start_painter (fixture, one, 1, 60), start_painter (fixture, one, 2, 60), start_painter (fixture, two, 3, 60) };
  for (int i = 0; i < 60; i++)
    fixture_stroke (fixture->project, two, (LwRect) { i, i, 40, 40 }, (guint8) (i % 5));
  for (gsize i = 0; i < G_N_ELEMENTS (pids); i++)
    wait_for_exit (pids[i]);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr(LwHistory) history = NULL;
      g_autoptr(LwPlanes) planes = fixture_load (fixture->project, i == 0 ? one : two, &history);
      g_assert_cmpint (history->seq, ==, 120);
      g_assert_cmpuint (history->undo->len, ==, 120);
    }
  assert_sound (fixture->project);
}

/* A hundred at once: the last of them waits for all others, and nothing is lost. */
static void
test_hundred (void)
{
  enum { N = 100, STROKES = 3 };
  g_autoptr(Fixture) fixture = fixture_new ();
  fixture_add_video (fixture, "clip.mp4", 4, 120, 120);
  GPid pids[N];
  for (int i = 0; i < N; i++)
    pids[i] = start_painter (fixture, fixture_frame (fixture->project, (guint) i % 4), i, STROKES);
  for (int i = 0; i < N; i++)
    wait_for_exit (pids[i]);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr(LwHistory) history = NULL;
      g_autoptr(LwPlanes) planes = fixture_load (fixture->project, fixture_frame (fixture->project, i), &history);
      g_assert_cmpint (history->seq, ==, N / 4 * STROKES);
    }
  assert_sound (fixture->project);
}

/* Holds the file nearly all the time, but gets on: each transaction writes something, and the next one begins at once. */
static gpointer
write_without_pause (gpointer folder)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *file = g_build_filename (folder, "project.sqlite", NULL);
  LwDb *db = lw_db_open (file, LW_DB_WRITE, &error);
  g_assert_no_error (error);
  for (gint64 until = g_get_monotonic_time () + 8 * G_USEC_PER_SEC; g_get_monotonic_time () < until;)
    {
      g_assert_true (lw_db_exec (db, "BEGIN IMMEDIATE", &error));
      g_assert_true (lw_db_exec (db, "INSERT OR REPLACE INTO setting VALUES ('n', random ())", &error));
      g_usleep (200000);
      g_assert_true (lw_db_exec (db, "COMMIT", &error));
    }
  lw_db_close (db);
  return NULL;
}

/* Who waits longer than one may hold a file is not sent away as long as the others write. */
static void
test_patience (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  fixture_add_video (fixture, "clip.mp4", 1, 64, 64);
  gint64 frame = fixture_frame (fixture->project, 0);
  g_autoptr(GThread) thread = g_thread_new ("writer", write_without_pause, fixture->folder);
  for (gint64 until = g_get_monotonic_time () + 8 * G_USEC_PER_SEC; g_get_monotonic_time () < until;)
    fixture_stroke (fixture->project, frame, (LwRect) { 1, 1, 30, 20 }, 2);
  g_thread_join (g_steal_pointer (&thread));
  assert_sound (fixture->project);
}

/* ---- signals ---- */

typedef struct { guint frames, classes, models, jobs; GHashTable *frame; } Heard;

static void
on_plain_cb (LwProject *project, gpointer count)
{
  ++*(guint *) count;
}

static void
on_frame_cb (LwProject *project, gint64 frame, Heard *heard)
{
  g_hash_table_add (heard->frame, g_memdup2 (&frame, sizeof frame));
}

static void
listen (LwProject *project, Heard *heard)
{
  heard->frame = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_signal_connect (project, "frames-changed", G_CALLBACK (on_plain_cb), &heard->frames);
  g_signal_connect (project, "classes-changed", G_CALLBACK (on_plain_cb), &heard->classes);
  g_signal_connect (project, "models-changed", G_CALLBACK (on_plain_cb), &heard->models);
  g_signal_connect (project, "jobs-changed", G_CALLBACK (on_plain_cb), &heard->jobs);
  g_signal_connect (project, "frame-changed", G_CALLBACK (on_frame_cb), heard);
}

static gboolean
stop_cb (gpointer stopped)
{
  *(gboolean *) stopped = TRUE;
  return G_SOURCE_REMOVE;
}

/* Iterates until @count is above 0; a second is what the watcher may take, the rest is for a busy machine. */
static void
wait_until (const guint *count)
{
  gboolean stopped = FALSE;
  guint id = g_timeout_add_seconds (60, stop_cb, &stopped);
  while (*count == 0 && !stopped)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (*count, >, 0);
  g_source_remove (id);
}

static void
wait_for_frame (Heard *heard, gint64 frame)
{
  gint64 until = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  while (!g_hash_table_contains (heard->frame, &frame) && g_get_monotonic_time () < until)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  g_assert_true (g_hash_table_contains (heard->frame, &frame));
}

static void
test_signals (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(LwProject) other = lw_project_open (fixture->folder, &error);
  g_assert_no_error (error);
  Heard here = { 0 }, there = { 0 };
  listen (fixture->project, &here);
  listen (other, &there);

  fixture_add_video (fixture, "clip.mp4", 3, 64, 64);
  wait_until (&here.frames);
  wait_until (&there.frames);

  gint64 frame = fixture_frame (fixture->project, 1);
  fixture_stroke (fixture->project, frame, (LwRect) { 1, 1, 5, 5 }, 2);
  wait_for_frame (&here, frame);
  wait_for_frame (&there, frame);
  g_assert_cmpuint (g_hash_table_size (there.frame), ==, 1);

  g_autoptr(LwPalette) palette = lw_project_dup_palette (other, NULL);
  lw_palette_add (palette, 5, "more", (const guint8[3]) { 9, 9, 9 });
  g_assert_true (lw_project_set_palette (other, palette, &error));
  wait_until (&here.classes);

  g_autoptr(LwJob) job = lw_project_create_job (other, "train", 0, 0, &error);
  g_assert_no_error (error);
  wait_until (&here.jobs);
  g_assert_cmpuint (here.models, ==, 0);
  g_hash_table_unref (here.frame);
  g_hash_table_unref (there.frame);
}

/* A stroke of another process is heard too. */
static void
test_signals_between_processes (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  fixture_add_video (fixture, "clip.mp4", 1, 64, 64);
  gint64 frame = fixture_frame (fixture->project, 0);
  Heard heard = { 0 };
  listen (fixture->project, &heard);
  GPid pid = start_painter (fixture, frame, 1, 1);
  wait_for_frame (&heard, frame);
  wait_for_exit (pid);
  g_hash_table_unref (heard.frame);
}

/* The project may be opened in a thread with a main context of its own: signals go there. */
static gpointer
listen_in_thread (gpointer data)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_main_context_push_thread_default (context);
  g_autoptr(LwProject) project = lw_project_open (data, NULL);
  guint heard = 0;
  g_signal_connect (project, "classes-changed", G_CALLBACK (on_plain_cb), &heard);
  g_autoptr(LwPalette) palette = lw_project_dup_palette (project, NULL);
  lw_palette_add (palette, 5, "more", (const guint8[3]) { 9, 9, 9 });      /* a palette that changes nothing is told to nobody */
  lw_project_set_palette (project, palette, NULL);
  while (heard == 0)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_signals_in_thread (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_thread_join (g_thread_new ("listener", listen_in_thread, fixture->folder));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  painter = g_getenv ("LW_TEST_PAINTER");
  g_assert_nonnull (painter);
  g_test_add_func ("/processes/writers", test_writers);
  g_test_add_func ("/processes/hundred", test_hundred);
  g_test_add_func ("/processes/patience", test_patience);
  g_test_add_func ("/processes/signals", test_signals);
  g_test_add_func ("/processes/signals-between-processes", test_signals_between_processes);
  g_test_add_func ("/processes/signals-in-thread", test_signals_in_thread);
  return g_test_run ();
}
