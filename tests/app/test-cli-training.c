/* test-cli-training.c: a training that is interrupted, whose program or engine is killed */
#include "config.h"
#include "cli-fixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include "engine/job.h"

#define PATIENCE_S 120

/* The folder of the project's only job, once it is there. */
static char *
wait_for_job (CliFixture *f)
{
  g_autofree char *jobs = g_build_filename (f->project, "jobs", NULL);
  for (int i = 0; i < PATIENCE_S * 100; i++, g_usleep (10000))
    {
      g_autoptr(GDir) dir = g_dir_open (jobs, 0, NULL);
      const char *name = dir != NULL ? g_dir_read_name (dir) : NULL;
      if (name != NULL)
        return g_build_filename (jobs, name, NULL);
    }
  g_error ("no job appeared");
}

static void
wait_for_epoch (const char *job, guint epoch)
{
  for (int i = 0; i < PATIENCE_S * 100; i++, g_usleep (10000))
    {
      g_autoptr(LwJobProgress) progress = lw_job_load_progress (job, NULL);
      if (progress != NULL && progress->curve->len >= epoch)
        return;
    }
  g_error ("epoch %u did not end", epoch);
}

static void
wait_while_training (const char *job)
{
  for (int i = 0; i < PATIENCE_S * 100 && lw_job_get_state (job) == LW_JOB_STATE_TRAINING; i++)
    g_usleep (10000);
}

static GSubprocess *
start_training (CliFixture *f, const char *epochs)
{
  cli_make_project (f, 12);
  return cli_start (f, "train", f->project, "--scratch", "--arch", "fcn8s-lite", "--recipe", f->recipe, "--epochs", epochs, "--json", NULL);
}

/* The engine trains on; the next one takes the result. */
static void
test_program_killed (CliFixture *f, gconstpointer data)
{
  g_autoptr(GSubprocess) program = start_training (f, "6");
  g_autofree char *job = wait_for_job (f);
  wait_for_epoch (job, 1);
  g_subprocess_send_signal (program, SIGKILL);
  g_subprocess_wait (program, NULL, NULL);
  wait_while_training (job);
  g_assert_cmpint (lw_job_get_state (job), ==, LW_JOB_STATE_FINISHED);
  cli_run (f, 0, "train", f->project, "--recipe", f->recipe, "--epochs", "1", "--no-evaluation", "--json", NULL);
  g_assert_nonnull (strstr (f->err, "fcn8s-lite"));
  g_assert_cmpstr (cli_string (f, f->lines->len - 1, "model"), ==, "fcn8s-lite-2");
  g_autofree char *frames = lw_job_path (job, "frames");
  g_assert_false (g_file_test (frames, G_FILE_TEST_EXISTS));      /* nothing large is left of it */
}

static void
test_interrupted (CliFixture *f, gconstpointer data)
{
  g_autoptr(GSubprocess) program = start_training (f, "10000");
  g_autofree char *job = wait_for_job (f);
  wait_for_epoch (job, 1);
  g_subprocess_send_signal (program, SIGINT);
  g_assert_true (g_subprocess_wait (program, NULL, NULL));
  g_assert_true (g_subprocess_get_if_exited (program));
  g_assert_cmpint (g_subprocess_get_exit_status (program), ==, 1);
  g_assert_cmpint (lw_job_get_state (job), ==, LW_JOB_STATE_STOPPED);
  cli_run (f, 0, "models", f->project, "list", "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 0);
  cli_run (f, 1, "train", f->project, "--resume", NULL);
}

static GPid
pid_of_engine (const char *job)
{
  /* It holds the lock on the folder, so its id is in /proc/locks under the folder's inode. */
  g_autofree char *locks = NULL;
  GStatBuf info;
  g_assert_cmpint (g_stat (job, &info), ==, 0);
  g_assert_true (g_file_get_contents ("/proc/locks", &locks, NULL, NULL));
  g_auto(GStrv) lines = g_strsplit (locks, "\n", -1);
  g_autofree char *inode = g_strdup_printf (":%" G_GUINT64_FORMAT " ", (guint64) info.st_ino);
  for (int i = 0; lines[i] != NULL; i++)
    if (strstr (lines[i], inode) != NULL && strstr (lines[i], "FLOCK") != NULL)
      {
        g_auto(GStrv) words = g_strsplit_set (lines[i], " ", -1);
        for (int j = 0, n = 0; words[j] != NULL; j++)
          if (*words[j] != '\0' && n++ == 4)
            return (GPid) g_ascii_strtoll (words[j], NULL, 10);
      }
  return 0;
}

/* The program starts another engine, which goes on from the checkpoint. */
static void
test_engine_killed (CliFixture *f, gconstpointer data)
{
  g_autoptr(GSubprocess) program = start_training (f, "8");
  g_autofree char *job = wait_for_job (f), *out = NULL, *err = NULL;
  wait_for_epoch (job, 2);
  GPid engine = pid_of_engine (job);
  if (engine > 0)
    kill (engine, SIGKILL);
  g_assert_true (g_subprocess_communicate_utf8 (program, NULL, NULL, &out, &err, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (program), ==, 0);
  g_assert_nonnull (strstr (out, "\"event\":\"done\""));
  if (engine > 0)
    g_assert_nonnull (strstr (err, "checkpoint"));
  else
    g_test_skip ("the engine could not be found in /proc/locks, which some containers hide");
}

/* Program and engine are both gone: the next call goes on from the checkpoint. */
static void
test_resume (CliFixture *f, gconstpointer data)
{
  g_autoptr(GSubprocess) program = start_training (f, "8");
  g_autofree char *job = wait_for_job (f);
  wait_for_epoch (job, 2);
  GPid engine = pid_of_engine (job);
  g_subprocess_send_signal (program, SIGKILL);
  g_subprocess_wait (program, NULL, NULL);
  if (engine > 0)
    kill (engine, SIGKILL);
  wait_while_training (job);
  if (engine == 0)
    {
      g_test_skip ("the engine could not be found in /proc/locks, which some containers hide");
      return;
    }
  g_assert_cmpint (lw_job_get_state (job), ==, LW_JOB_STATE_INTERRUPTED);
  cli_run (f, 0, "train", f->project, "--resume", "--json", NULL);
  g_assert_cmpint (cli_int (f, 0, "epoch"), >=, 2);
  g_assert_cmpstr (cli_string (f, f->lines->len - 1, "event"), ==, "done");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/cli-training/" path, CliFixture, NULL, cli_fixture_set_up, func, cli_fixture_tear_down)
  ADD ("program-killed", test_program_killed);
  ADD ("interrupted", test_interrupted);
  ADD ("engine-killed", test_engine_killed);
  ADD ("resume", test_resume);
  return g_test_run ();
}
