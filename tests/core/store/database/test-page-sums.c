/* test-page-sums.c: one bit changed in any page of any table is found; files without sums get them; what only reads a file needs to know nothing of them */
#include "config.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include "store/backup.h"
#include "store/database/database.h"
#include "store/database/page-sums.h"
#include "store/past.h"
#include "store/schema/schema.h"

#define PAGE 4096

static char *
file_of (const char *folder)
{
  return g_build_filename (folder, "project.sqlite", NULL);
}

/* Something in every table that strokes, reviews and models fill. */
static void
fill (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *weights = g_build_filename (fixture->root, "weights", NULL);
  fixture_add_video (fixture, "clip.mp4", 4, 300, 260);
  for (guint i = 0; i < 4; i++)
    {
      gint64 frame = fixture_frame (fixture->project, i);
      for (int n = 0; n < 6; n++)
        fixture_stroke (fixture->project, frame, (LwRect) { 20 * n, 10 * n, 60, 50 }, (guint8) (n % 5));
      g_assert_true (lw_project_act (fixture->project, &frame, 1, LW_ACTION_ACCEPT, "good", NULL));
    }
  g_file_set_contents (weights, "weights", -1, NULL);
  g_assert_cmpint (lw_project_add_model (fixture->project, &(LwModel) { .name = (char *) "starter", .classes = (char *) "[\"a\"]" }, weights, &error), >, 0);
  g_assert_cmpint (lw_project_add_snapshot (fixture->project, "monday", NULL, NULL, NULL, NULL, &error), >, 0);
  g_assert_no_error (error);
}

static GPtrArray *
verify_pages (const char *file)
{
  g_autoptr(GError) error = NULL;
  GPtrArray *problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(LwDb) db = lw_db_open (file, LW_DB_IMMUTABLE, &error);
  g_assert_no_error (error);
  g_assert_true (lw_page_sums_verify (db, problems, NULL, &error));
  g_assert_no_error (error);
  return problems;
}

static void
assert_all_summed (const char *file)
{
  g_autofree char *bytes = NULL;
  gsize length;
  g_autoptr(GPtrArray) problems = verify_pages (file);
  g_assert_cmpuint (problems->len, ==, 0);
  g_assert_true (g_file_get_contents (file, &bytes, &length, NULL));
  g_assert_cmpint (bytes[20], ==, LW_PAGE_SUM_BYTES);
  for (gsize at = 0; at + PAGE <= length; at += PAGE)
    g_assert_true (lw_page_is_sound ((const guint8 *) bytes + at, PAGE));
}

/* In each page one bit: the full check names the page, and SQLite reads on or fails, but never crashes. */
static void
test_flips (void)
{
  guint32 seed = g_test_rand_int ();
  g_test_message ("seed %u", seed);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autofree char *file = file_of (fixture->folder), *bytes = NULL;
  gsize length;
  fill (fixture);
  g_assert_true (lw_project_close (fixture->project, NULL));
  g_clear_object (&fixture->project);
  assert_all_summed (file);
  g_assert_true (g_file_get_contents (file, &bytes, &length, NULL));
  for (gsize page = 0; page < length / PAGE; page++)
    {
      gsize at = page * PAGE + (gsize) g_rand_int_range (rand, page == 0 ? 100 : 0, PAGE);
      const char bit = (char) (1 << g_rand_int_range (rand, 0, 8));
      gboolean zeros = bytes[page * PAGE] == 0 && memcmp (bytes + page * PAGE, bytes + page * PAGE + 1, PAGE - 1) == 0;
      bytes[at] ^= bit;
      g_assert_true (g_file_set_contents (file, bytes, (gssize) length, NULL));
      g_autoptr(GPtrArray) problems = verify_pages (file);
      g_autofree char *name = g_strdup_printf ("page %" G_GSIZE_FORMAT " ", page + 1);
      g_assert_cmpuint (problems->len, ==, zeros ? problems->len : 1);
      if (!zeros)
        g_assert_nonnull (strstr (problems->pdata[0], name));
      bytes[at] ^= bit;
    }
  g_assert_true (g_file_set_contents (file, bytes, (gssize) length, NULL));
}

static void
test_told (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fill (fixture);
  g_assert_true (lw_project_close (fixture->project, NULL));
  /* A program that knows nothing of sums: the class has another name now, and nothing else in the file tells. */
  sqlite3 *db;
  g_autofree char *file = file_of (fixture->folder);
  g_assert_cmpint (sqlite3_open_v2 (file, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "UPDATE class SET name = 'clasz1' WHERE name = 'class1'", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
  fixture_reopen (fixture);
  g_autoptr(GPtrArray) problems = lw_project_verify (fixture->project, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (problems->len, >, 0);
  g_assert_nonnull (strstr (problems->pdata[0], "page"));
}

static void
test_copies (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fill (fixture);
  g_autofree char *backup = lw_project_back_up (fixture->project, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_all_summed (backup);
}

/* Files from before there were sums get them with the upgrade. */
static void
test_upgrade (void)
{
  for (int version = 1; version < lw_schema_version; version++)
    {
      g_autofree char *root = fixture_temporary_folder (), *folder = g_build_filename (root, "old", NULL), *file = file_of (folder), *sql = NULL;
      g_autofree char *name = g_strdup_printf ("project-v%d.sql", version), *script = g_build_filename (g_getenv ("LW_TEST_DATA"), name, NULL);
      g_autoptr(GError) error = NULL;
      g_assert_true (g_file_get_contents (script, &sql, NULL, &error));
      g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
      fixture_sql (folder, sql);
      g_autoptr(LwProject) project = lw_project_open (folder, &error);
      g_assert_no_error (error);
      fixture_stroke (project, fixture_frame (project, 0), (LwRect) { 0, 0, 64, 64 }, 2);
      g_assert_true (lw_project_close (project, &error));
      assert_all_summed (file);
      fixture_remove_tree (root);
    }
}

static void
exec (LwDb *db, const char *sql)
{
  g_autoptr(GError) error = NULL;
  lw_db_exec (db, sql, &error);
  g_assert_no_error (error);
}

static LwDb *
open_old (const char *file, gboolean create)
{
  g_autoptr(GError) error = NULL;
  LwDb *db = lw_db_open (file, create ? LW_DB_CREATE : LW_DB_WRITE, &error);
  g_assert_no_error (error);
  exec (db, "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
  return db;
}

static void
make_anew (LwDb *db)
{
  lw_page_sums_use (db);
  sqlite3_limit (db->handle, SQLITE_LIMIT_ATTACHED, 1);
  exec (db, "VACUUM");
}

static void
checkpoint (LwDb *db, const char *how)
{
  g_autofree char *sql = g_strdup_printf ("PRAGMA wal_checkpoint (%s)", how);
  exec (db, sql);
}

static void
assert_sound (LwDb *db, const char *when)
{
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_assert_true (lw_page_sums_verify (db, problems, NULL, NULL));
  if (problems->len > 0)
    g_error ("%s: %s", when, (const char *) problems->pdata[0]);
}

/* A reader keeps newer pages in the log, so that those in the file stay as they were before they had sums. */
static void
test_kept_in_log (void)
{
  g_autofree char *root = fixture_temporary_folder (), *file = file_of (root);
  g_autoptr(LwDb) db = open_old (file, TRUE);
  exec (db, "CREATE TABLE a (x); CREATE TABLE b (x); INSERT INTO a VALUES (zeroblob (9000)); INSERT INTO b VALUES (randomblob (9000))");
  checkpoint (db, "TRUNCATE");
  make_anew (db);
  g_autoptr(LwDb) reader = open_old (file, FALSE);
  exec (reader, "BEGIN; SELECT count (*) FROM a");
  exec (db, "UPDATE b SET x = randomblob (9000)");
  checkpoint (db, "PASSIVE");
  assert_sound (db, "while a reader holds the log");
  exec (reader, "COMMIT");
  checkpoint (db, "TRUNCATE");
  assert_sound (db, "afterwards");
  g_clear_pointer (&reader, lw_db_close);
  g_clear_pointer (&db, lw_db_close);
  assert_all_summed (file);
  fixture_remove_tree (root);
}

/* A connection from before there were sums, which has seen the header in the log alone since, empties the log. */
static void
test_older_connection (void)
{
  g_autofree char *root = fixture_temporary_folder (), *file = file_of (root);
  g_autoptr(LwDb) db = open_old (file, TRUE);
  exec (db, "CREATE TABLE a (x); INSERT INTO a VALUES (1)");
  checkpoint (db, "TRUNCATE");
  g_autoptr(LwDb) older = open_old (file, FALSE);
  exec (older, "SELECT count (*) FROM a");
  make_anew (db);
  exec (older, "SELECT count (*) FROM a");
  checkpoint (db, "PASSIVE");
  exec (older, "UPDATE a SET x = 2");
  checkpoint (older, "TRUNCATE");
  assert_sound (db, "after the older connection");
  g_clear_pointer (&older, lw_db_close);
  g_clear_pointer (&db, lw_db_close);
  assert_all_summed (file);
  fixture_remove_tree (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/page-sums/flips", test_flips);
  g_test_add_func ("/page-sums/told", test_told);
  g_test_add_func ("/page-sums/copies", test_copies);
  g_test_add_func ("/page-sums/upgrade", test_upgrade);
  g_test_add_func ("/page-sums/kept-in-log", test_kept_in_log);
  g_test_add_func ("/page-sums/older-connection", test_older_connection);
  return g_test_run ();
}
