/* test-crash.c: a painter is killed at random moments; every stroke that it was told to be committed is there, and undo goes back to nothing */
#include "config.h"
#include "fixture.h"

#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 50
#define SIDE 260

static const char *painter;

static GPid
start_painter (Fixture *fixture, gint64 frame, guint32 seed, int *out)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *frame_text = g_strdup_printf ("%" G_GINT64_FORMAT, frame), *seed_text = g_strdup_printf ("%u", seed);
  const char *argv[] = { painter, fixture->folder, frame_text, seed_text, "0", NULL };
  GPid pid;
  g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL, out, NULL, &error);
  g_assert_no_error (error);
  return pid;
}

/* Lets it paint until it has acknowledged @n strokes and a random while longer, kills it, and returns all acknowledged uuids. */
static char **
paint_and_kill (Fixture *fixture, gint64 frame, GRand *rand)
{
  int out;
  GPid pid = start_painter (fixture, frame, g_rand_int (rand), &out);
  g_autoptr(GString) text = g_string_new (NULL);
  char buffer[4096];
  gssize got;
  gint64 kill_at = 0;
  guint wanted = (guint) g_rand_int_range (rand, 1, 12) * 37;
  while ((got = read (out, buffer, sizeof buffer)) > 0)
    {
      g_string_append_len (text, buffer, got);
      if (kill_at == 0 && text->len >= wanted)
        {
          kill_at = 1;
          g_usleep ((gulong) g_rand_int_range (rand, 0, 20000));
          kill (pid, SIGKILL);
        }
    }
  close (out);
  waitpid (pid, NULL, 0);
  g_assert_cmpint (kill_at, !=, 0);
  char *last = strrchr (text->str, '\n');
  if (last != NULL)
    *last = '\0';
  return g_strsplit (text->str, "\n", -1);
}

/* All strokes of the file in order, by a reader of our own; checks that each of @uuids is among them. */
static LwPlanes *
replay (Fixture *fixture, gint64 frame, char **uuids)
{
  g_autofree char *path = g_build_filename (fixture->folder, "project.sqlite", NULL);
  g_autoptr(LwPlanes) planes = lw_planes_new (SIDE, SIDE);
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  sqlite3 *db;
  sqlite3_stmt *statement;
  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  sqlite3_prepare_v2 (db, "SELECT uuid, data FROM stroke JOIN diff ON diff.id = stroke.diff WHERE frame = ? ORDER BY seq", -1, &statement, NULL);
  sqlite3_bind_int64 (statement, 1, frame);
  while (sqlite3_step (statement) == SQLITE_ROW)
    {
      g_autoptr(GBytes) packed = g_bytes_new (sqlite3_column_blob (statement, 1), (gsize) sqlite3_column_bytes (statement, 1));
      g_autoptr(LwDiff) diff = lw_diff_decode (packed, SIDE, SIDE, NULL);
      lw_diff_apply (diff, planes);
      g_hash_table_add (seen, g_strdup ((const char *) sqlite3_column_text (statement, 0)));
    }
  sqlite3_finalize (statement);
  sqlite3_close (db);
  for (char **uuid = uuids; *uuid != NULL; uuid++)
    g_assert_true (g_hash_table_contains (seen, *uuid));
  return g_steal_pointer (&planes);
}

static void
undo_all (LwProject *project, gint64 frame)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwHistory) history = NULL;
  g_autoptr(LwPlanes) planes = fixture_load (project, frame, &history);
  for (guint i = history->undo->len; i > 0; i--)
    {
      const char *uuid = history->undo->pdata[i - 1];
      g_autoptr(LwDiff) diff = lw_project_load_diff (project, frame, uuid, &error);
      g_assert_no_error (error);
      lw_diff_apply (diff, planes);
      lw_project_commit_stroke (project, frame, &(LwStrokeInfo) { .undoes = uuid, .tool = "undo", .base_seq = -1 }, diff, &error);
      g_assert_no_error (error);
    }
  g_autoptr(LwPlanes) empty = lw_planes_new (SIDE, SIDE), stored = fixture_load (project, frame, NULL);
  fixture_assert_planes_equal (planes, empty);
  fixture_assert_planes_equal (stored, empty);
}

static void
test_kill (void)
{
  guint32 seed = g_test_rand_int ();
  g_test_message ("seed %u", seed);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr(Fixture) fixture = fixture_new ();
  fixture_add_video (fixture, "clip.mp4", 1, SIDE, SIDE);
  gint64 frame = fixture_frame (fixture->project, 0);
  guint n_acknowledged = 0;
  for (int round = 0; round < ROUNDS; round++)
    {
      g_autoptr(GError) error = NULL;
      lw_project_close (fixture->project, NULL);
      g_auto(GStrv) uuids = paint_and_kill (fixture, frame, rand);
      n_acknowledged += g_strv_length (uuids);
      g_autoptr(LwPlanes) replayed = replay (fixture, frame, uuids);
      fixture_reopen (fixture);
      g_autoptr(LwPlanes) stored = fixture_load (fixture->project, frame, NULL);
      fixture_assert_planes_equal (stored, replayed);
      undo_all (fixture->project, frame);
    }
  g_test_message ("%u strokes acknowledged", n_acknowledged);
  g_assert_cmpuint (n_acknowledged, >=, ROUNDS);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) problems = lw_project_verify (fixture->project, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < problems->len; i++)
    g_test_message ("%s", (char *) problems->pdata[i]);
  g_assert_cmpuint (problems->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  painter = g_getenv ("LW_TEST_PAINTER");
  g_assert_nonnull (painter);
  g_test_add_func ("/crash/kill", test_kill);
  return g_test_run ();
}
