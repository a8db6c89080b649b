/* test-kill.c: kill -9 at random moments of painting, accepting, importing, restoring, merging, opening, upgrading, backing up, training and proposing: the project is sound, and
 * everything that was acknowledged is there
 *
 * test-kill ROUNDS; a seed in LW_TEST_SEED repeats a run as far as chance between processes allows. */
#include "config.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "store/backup/backup-private.h"
#include "store/database/database.h"
#include "store/schema/schema.h"

#define N_FRAMES 3
#define LONGEST_US 120000      /* from the moment that the project is open to the kill */

static const char *toiler;
static int n_rounds = 50;

static const char *const ways[] = { "paint", "accept", "import", "restore", "merge", "open", "back-up", "upgrade", "train", "propose" };

static char *
make_old_project (const char *root, guint n, int version)
{
  g_autofree char *name = g_strdup_printf ("old-%u", n), *data = g_strdup_printf ("project-v%d.sql", version);
  g_autofree char *script = g_build_filename (g_getenv ("LW_TEST_DATA"), data, NULL), *sql = NULL;
  g_autoptr(GError) error = NULL;
  char *folder = g_build_filename (root, name, NULL);
  g_assert_true (g_file_get_contents (script, &sql, NULL, &error));
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  fixture_sql (folder, sql);
  return folder;
}

/* Returns: what it said, a line each, the last one whole */
static char **
toil_and_kill (const char *folder, const char *way, gboolean at_once, GRand *rand)
{
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT32_FORMAT, g_rand_int (rand));
  const char *argv[] = { toiler, folder, way, seed, NULL };
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) text = g_string_new (NULL);
  char buffer[4096];
  gssize got;
  GPid pid;
  int out;
  g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL, &out, NULL, &error);
  g_assert_no_error (error);
  if (!at_once && (got = read (out, buffer, sizeof buffer)) > 0)
    g_string_append_len (text, buffer, got);
  g_usleep ((gulong) g_rand_int_range (rand, 0, LONGEST_US));
  kill (pid, SIGKILL);
  while ((got = read (out, buffer, sizeof buffer)) > 0)
    g_string_append_len (text, buffer, got);
  close (out);
  int status;
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);      /* nothing ended it before */
  char *last = strrchr (text->str, '\n');
  g_string_truncate (text, last != NULL ? (gsize) (last - text->str) : 0);
  return g_strsplit (text->str, "\n", -1);
}

static void
check_said (LwDb *db, const char *line, const char *way)
{
  g_autoptr(GError) error = NULL;
  static const struct { const char *said, *sql; } rows[] = {
    { "stroke ", "SELECT id FROM stroke WHERE uuid = ?" },
    { "revision ", "SELECT id FROM revision WHERE uuid = ?" },
    { "dataset ", "SELECT id FROM dataset WHERE name = ? AND operation IS NULL" },
    { "job ", "SELECT id FROM job WHERE uuid = ?" },
    { "model ", "SELECT id FROM model WHERE name = ?" },
    { "done ", "SELECT id FROM job WHERE uuid = ? AND status = 1 AND model IS NOT NULL" },
    { "promoted ", "SELECT promotion.id FROM promotion JOIN model ON model.id = promotion.model WHERE model.name = ?" },
  };
  gint64 id;
  const char *which = strchr (line, ' ') + 1;
  gboolean there = !g_str_has_prefix (line, "backup ") || lw_backup_check (which, NULL, &error);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_has_prefix (line, rows[i].said))
      there = lw_db_get (db, &id, &error, rows[i].sql, "s", which) == 1;
  g_assert_no_error (error);
  if (!there)
    g_error ("killed at %s: “%s” was acknowledged and is not there", way, line);
}

/* Returns: how many acknowledgements were looked for */
static guint
check (const char *folder, const char *way, char **said)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwProject) project = lw_project_open (folder, &error);
  if (project == NULL)
    g_error ("killed at %s: %s", way, error->message);
  fixture_assert_old_sound (project, way);
  g_autofree char *file = g_build_filename (folder, "project.sqlite", NULL);
  g_autoptr(LwDb) db = lw_db_open (file, LW_DB_READ, &error);
  for (char **line = said; *line != NULL; line++)
    if (strchr (*line, ' ') != NULL)
      check_said (db, *line, way);
  g_clear_pointer (&db, lw_db_release);
  g_assert_true (lw_project_close (project, &error));
  return g_strv_length (said);
}

/* What rounds leave behind, so that a thousand of them fit on the disk. */
static void
tidy (Fixture *fixture)
{
  g_autoptr(GDir) dir = g_dir_open (fixture->root, 0, NULL);
  g_autofree char *backups = g_build_filename (fixture->folder, "backups", NULL);
  const char *name;
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "package-") || g_str_has_prefix (name, "old-"))
      {
        g_autofree char *path = g_build_filename (fixture->root, name, NULL);
        fixture_remove_tree (path);
      }
  fixture_remove_tree (backups);
}

/* Every few rounds from the beginning again: what is checked each time grows with the project. */
#define ROUNDS_A_PROJECT 40

static guint
kill_some (GRand *rand, int rounds)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  guint n = 0;
  fixture_add_video (fixture, "clip.mp4", N_FRAMES, 200, 180);
  g_assert_true (lw_project_close (fixture->project, &error));
  g_clear_object (&fixture->project);
  for (int round = 0; round < rounds; round++)
    {
      const char *way = ways[(gsize) round % G_N_ELEMENTS (ways)];
      gboolean old = g_str_equal (way, "upgrade");
      g_autofree char *folder = old ? make_old_project (fixture->root, (guint) round, g_rand_int_range (rand, 1, lw_schema_version)) : g_strdup (fixture->folder);
      g_auto(GStrv) said = toil_and_kill (folder, old ? "paint" : way, old || g_rand_int_range (rand, 0, 6) == 0, rand);
      n += check (folder, way, said);
      tidy (fixture);
    }
  return n;
}

static void
test_kill (void)
{
  const char *given = g_getenv ("LW_TEST_SEED");
  guint32 seed = given != NULL ? (guint32) g_ascii_strtoull (given, NULL, 10) : (guint32) g_test_rand_int ();
  g_test_message ("seed %u", seed);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  guint n = 0;
  for (int left = n_rounds; left > 0; left -= ROUNDS_A_PROJECT)
    n += kill_some (rand, MIN (left, ROUNDS_A_PROJECT));
  g_test_message ("%d kills, %u acknowledgements", n_rounds, n);
  g_assert_cmpuint (n, >, (guint) n_rounds);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  toiler = g_getenv ("LW_TEST_TOILER");
  g_assert_nonnull (toiler);
  if (argc > 1)
    n_rounds = atoi (argv[1]);
  g_test_add_func ("/kill", test_kill);
  return g_test_run ();
}
