/* test-cli-past.c: labelwright-cli goes back in time: history, restore, snapshot, undo, backup; log, verify and repair; package and merge */
#include "config.h"
#include "cli-fixture.h"

#include <string.h>
#include "common/png.h"

static void
expect_message (CliFixture *f, const char *what)
{
  if (strstr (f->err, what) == NULL)
    g_error ("wanted a message with “%s”, got: %s", what, f->err);
}

/* A second set of labels, all road, so that there is something to go back from. */
static void
import_other_labels (CliFixture *f)
{
  guint8 labels[SCENE_WIDTH * SCENE_HEIGHT];
  memset (labels, 3, sizeof labels);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("scene%02u.png", i), *path = g_build_filename (f->labels, name, NULL);
      g_assert_true (lw_png_write_index_unsynced (path, labels, SCENE_WIDTH, SCENE_HEIGHT, SCENE_WIDTH, NULL, 0, NULL));
    }
  cli_run (f, 0, "import", f->project, "--format", "camvid", f->labels, NULL);
}

static void
check_history (CliFixture *f, char **first)
{
  cli_run (f, 0, "history", f->project, "--json", NULL);
  guint all = f->lines->len;
  g_assert_cmpuint (all, >=, N_SCENES + 3);
  cli_run (f, 0, "history", f->project, "--json", "--frame", "scene00", NULL);
  guint n = f->lines->len;
  g_assert_cmpuint (n, ==, 3);        /* imported, accepted, imported again */
  *first = g_strdup (cli_string (f, n - 1, "revision"));
  cli_run (f, 0, "history", f->project, "--json", "--kind", "import", "scene00", NULL);
  g_assert_cmpuint (f->lines->len, ==, 2);
  cli_run (f, 0, "history", f->project, "--json", "--since", "2999-01-01", NULL);
  g_assert_cmpuint (f->lines->len, ==, 0);
  cli_run (f, 0, "history", f->project, "--json", "--author", "nobody at all", NULL);
  g_assert_cmpuint (f->lines->len, ==, 0);
  cli_run (f, 2, "history", f->project, "--kind", "odd", NULL);
  cli_run (f, 2, "history", f->project, "--since", "yesterday-ish", NULL);
  expect_message (f, "2026-11-23");
  cli_run (f, 2, "history", f->project, "--picture", "x.png", NULL);
}

static void
check_compare (CliFixture *f, const char *revision)
{
  g_autofree char *picture = g_build_filename (f->folder, "change.png", NULL), *prefix = g_strndup (revision, 8);
  cli_run (f, 0, "history", f->project, "--json", "--compare", prefix, "--picture", picture, NULL);
  g_assert_cmpstr (cli_string (f, 0, "frame"), ==, "scene00");
  gint64 changed = cli_int (f, 0, "changed");
  guint8 rgb[SCENE_WIDTH * SCENE_HEIGHT * 3], labels[SCENE_WIDTH * SCENE_HEIGHT];
  cli_draw_scene (0, rgb, labels);
  gint64 expected = 0;
  for (gsize i = 0; i < sizeof labels; i++)
    expected += labels[i] != 3;
  g_assert_cmpint (changed, ==, expected);
  LwPngInfo info;
  g_assert_true (lw_png_read_info (picture, &info, NULL));
  g_assert_cmpint (info.width, ==, SCENE_WIDTH);
  cli_run (f, 0, "history", f->project, "--json", "--compare", revision, "--with", revision, NULL);
  g_assert_cmpint (cli_int (f, 0, "changed"), ==, 0);
  cli_run (f, 1, "history", f->project, "--compare", "ffffffff-0000", NULL);
  expect_message (f, "history");
}

/* Every row has what its header names, and the classes add up to what is labelled. */
static void
check_table (CliFixture *f)
{
  g_autofree char *path = g_build_filename (f->folder, "statistics.csv", NULL), *text = NULL;
  gint64 classes = 0, labelled = -1;
  cli_run (f, 0, "stats", f->project, "--out", path, NULL);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_auto (GStrv) rows = g_strsplit (text, "\r\n", -1);
  g_assert_cmpstr (rows[0], ==, "group,name,number,frames,pixels,percent");
  for (guint i = 1; rows[i] != NULL && *rows[i] != '\0'; i++)
    {
      g_auto (GStrv) cells = g_strsplit (rows[i], ",", -1);
      g_assert_cmpuint (g_strv_length (cells), ==, 6);
      if (g_str_equal (cells[0], "class"))
        classes += g_ascii_strtoll (cells[4], NULL, 10);
      if (g_str_equal (cells[0], "total") && g_str_equal (cells[1], "labelled"))
        labelled = g_ascii_strtoll (cells[4], NULL, 10);
    }
  g_assert_cmpint (labelled, ==, N_SCENES * SCENE_WIDTH * SCENE_HEIGHT);
  g_assert_cmpint (classes, ==, labelled);
  g_assert_nonnull (strstr (text, "import,"));
  cli_run (f, 1, "stats", f->project, "--out", "/no/such/folder/statistics.csv", NULL);
  expect_message (f, "/no/such/folder");
}

static void
check_provenance (CliFixture *f, const char *revision)
{
  cli_run (f, 0, "history", f->project, "scene00", "--at", "5,5", "--json", NULL);
  g_assert_cmpstr (cli_string (f, 0, "kind"), ==, "import");
  g_assert_cmpstr (cli_string (f, 0, "tool"), ==, "import");
  g_assert_cmpstr (cli_string (f, 0, "class"), ==, "Road");
  cli_run (f, 0, "history", f->project, "--revision", revision, "--at", "5,5", "--json", NULL);
  g_assert_cmpstr (cli_string (f, 0, "class"), ==, "Sky");
  cli_run (f, 1, "history", f->project, "scene00", "--at", "5000,5", NULL);
  cli_run (f, 2, "history", f->project, "scene00", "--at", "5", NULL);
  cli_run (f, 2, "history", f->project, "--at", "5,5", NULL);
  cli_run (f, 0, "stats", f->project, "--json", NULL);
  g_assert_cmpint (cli_int (f, 0, "frames"), ==, N_SCENES);
  g_assert_cmpint (cli_int (f, 0, "labelled"), ==, N_SCENES * SCENE_WIDTH * SCENE_HEIGHT);
  cli_run (f, 0, "stats", f->project, "--json", "--frames", "scene00", NULL);
  g_assert_cmpint (cli_int (f, 0, "labelled"), ==, SCENE_WIDTH * SCENE_HEIGHT);
  g_assert_nonnull (strstr (f->out, "\"kind\":\"import\",\"pixels\":6144,\"frames\":1"));
  check_table (f);
  cli_run (f, 0, "frames", f->project, "--json", NULL);
  g_assert_cmpint (cli_int (f, 3, "labelled"), ==, SCENE_WIDTH * SCENE_HEIGHT);
}

static gint64
changed_since (CliFixture *f, const char *revision)
{
  cli_run (f, 0, "history", f->project, "--json", "--compare", revision, NULL);
  return cli_int (f, 0, "changed");
}

static void
test_past (CliFixture *f, gconstpointer data)
{
  g_autofree char *first = NULL;
  cli_make_project (f, 3);
  cli_run (f, 0, "snapshot", f->project, "create", "truth", "--message", "as it came", "--json", NULL);
  g_assert_cmpint (cli_int (f, 0, "frames"), ==, N_SCENES);
  import_other_labels (f);
  check_history (f, &first);
  check_compare (f, first);
  check_provenance (f, first);
  gint64 all = changed_since (f, first);

  cli_run (f, 0, "restore", f->project, first, "--json", NULL);
  g_assert_cmpint (cli_int (f, 0, "restored"), ==, 1);
  g_assert_cmpint (changed_since (f, first), ==, 0);
  cli_run (f, 0, "undo", f->project, "--json", NULL);
  g_assert_cmpstr (cli_string (f, 0, "undone"), ==, "restore");
  g_assert_cmpint (changed_since (f, first), ==, all);
  cli_run (f, 0, "redo", f->project, NULL);
  g_assert_cmpint (changed_since (f, first), ==, 0);
  cli_run (f, 0, "undo", f->project, NULL);

  cli_run (f, 0, "restore", f->project, "--snapshot", "truth", "--json", NULL);
  g_assert_cmpint (cli_int (f, 0, "restored"), ==, 3);
  g_assert_cmpint (cli_int (f, 0, "same"), ==, N_SCENES - 3);
  g_assert_cmpint (changed_since (f, first), ==, 0);
  cli_run (f, 0, "restore", f->project, "--at", "2001-01-01 10:00", "--frames", "scene00", "--json", NULL);
  g_assert_cmpint (changed_since (f, first), ==, SCENE_WIDTH * SCENE_HEIGHT);
  cli_run (f, 0, "snapshot", f->project, "list", "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 1);
  g_assert_cmpstr (cli_string (f, 0, "message"), ==, "as it came");
  cli_run (f, 1, "snapshot", f->project, "create", "truth", NULL);
  expect_message (f, "truth");
  cli_run (f, 1, "restore", f->project, "--snapshot", "lie", NULL);
  expect_message (f, "lie");
  cli_run (f, 2, "restore", f->project, NULL);
  cli_run (f, 2, "restore", f->project, first, "--snapshot", "truth", NULL);
  cli_run (f, 2, "snapshot", f->project, "create", NULL);
  cli_run (f, 0, "verify", f->project, NULL);
}

static void
test_backup (CliFixture *f, gconstpointer data)
{
  g_autofree char *out = g_build_filename (f->folder, "copy.sqlite", NULL);
  cli_make_project (f, 2);
  cli_run (f, 0, "backup", f->project, out, "--json", NULL);
  g_assert_cmpstr (cli_string (f, 0, "backup"), ==, out);
  cli_run (f, 1, "backup", f->project, out, NULL);
  expect_message (f, "copy.sqlite");
  cli_run (f, 0, "backup", f->project, NULL);
  cli_run (f, 0, "backup", f->project, "--list", "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 1);
  g_autofree char *name = g_path_get_basename (cli_string (f, 0, "backup"));
  cli_run (f, 0, "return", f->project, "--frames", "accepted", NULL);
  cli_run (f, 0, "restore", f->project, "--backup", name, NULL);
  cli_run (f, 0, "frames", f->project, "--status", "accepted", "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 2);
  cli_run (f, 0, "restore", f->project, "--backup", out, "--json", NULL);
  cli_run (f, 0, "verify", f->project, NULL);
  cli_run (f, 1, "restore", f->project, "--backup", f->recipe, NULL);
  expect_message (f, "quick.json");
  cli_run (f, 0, "backup", f->project, "--schedule", "hourly", "--json", NULL);
  cli_run (f, 2, "backup", f->project, "--schedule", "sometimes", NULL);
}

/* ---- log, verify ---- */

static void
test_log (CliFixture *f, gconstpointer data)
{
  cli_make_project (f, 2);
  cli_run (f, 0, "log", f->project, "--json", NULL);
  guint all = f->lines->len;
  cli_run (f, 0, "log", f->project, "--json", "--action", "accept", NULL);
  g_assert_cmpuint (f->lines->len, ==, 2);
  g_assert_cmpstr (cli_string (f, 1, "object"), ==, "scene01");
  cli_run (f, 0, "log", f->project, "--json", "--object", "scene01", NULL);
  g_assert_cmpuint (f->lines->len, ==, 2);
  g_autofree char *copy = g_strdup (cli_string (f, 0, "copy")), *actor = g_strdup (cli_string (f, 0, "actor"));
  cli_run (f, 0, "log", f->project, "--json", "--copy", copy, "--actor", actor, "--since", "2020-01-01", NULL);
  g_assert_cmpuint (f->lines->len, ==, all);
  cli_run (f, 0, "log", f->project, "--json", "--until", "2020-01-01", NULL);
  g_assert_cmpuint (f->lines->len, ==, 0);
  cli_run (f, 2, "log", f->project, "--until", "noon", NULL);
}

static void
test_repair (CliFixture *f, gconstpointer data)
{
  g_autofree char *file = g_build_filename (f->project, "project.sqlite", NULL), *out = g_build_filename (f->folder, "repaired", NULL), *bytes = NULL;
  gsize length;
  cli_make_project (f, 2);
  g_assert_true (g_file_get_contents (file, &bytes, &length, NULL));
  memset (bytes, 0, 4096);
  g_assert_true (g_file_set_contents (file, bytes, (gssize) length, NULL));
  cli_run (f, 1, "frames", f->project, NULL);
  cli_run (f, 1, "verify", f->project, NULL);
  cli_run (f, 0, "verify", f->project, "--repair", out, "--json", NULL);
  g_assert_cmpint (cli_int (f, 0, "frames"), ==, N_SCENES);
  g_assert_cmpint (cli_int (f, 0, "revisions"), ==, N_SCENES + 2);
  cli_run (f, 0, "verify", out, NULL);
  cli_run (f, 0, "frames", out, "--status", "accepted", "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 2);
  cli_run (f, 1, "verify", f->project, "--repair", out, NULL);
  expect_message (f, "repaired");
}

/* ---- package, merge ---- */

static void
fill_labels (CliFixture *f, const char *project, guint8 class_id)
{
  guint8 labels[SCENE_WIDTH * SCENE_HEIGHT];
  g_autofree char *folder = g_build_filename (f->folder, "other", NULL), *path = g_build_filename (folder, "scene00.png", NULL);
  memset (labels, class_id, sizeof labels);
  g_mkdir_with_parents (folder, 0700);
  g_assert_true (lw_png_write_index_unsynced (path, labels, SCENE_WIDTH, SCENE_HEIGHT, SCENE_WIDTH, NULL, 0, NULL));
  cli_run (f, 0, "import", project, "--format", "camvid", folder, NULL);
}

static void
test_merge (CliFixture *f, gconstpointer data)
{
  g_autofree char *out = g_build_filename (f->folder, "for-ann", NULL), *list = g_build_filename (f->folder, "decide.json", NULL);
  cli_make_project (f, 2);
  cli_run (f, 2, "package", f->project, out, NULL);
  cli_run (f, 0, "package", f->project, "--frames", "images:0-3", out, "--json", NULL);
  g_assert_cmpint (cli_int (f, 0, "frames"), ==, 4);
  cli_run (f, 0, "frames", out, "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 4);
  cli_run (f, 0, "accept", out, "--frames", "images:2-3", NULL);
  fill_labels (f, out, 3);
  cli_run (f, 0, "merge", f->project, out, "--dry-run", "--json", NULL);
  g_assert_cmpint (cli_int (f, 0, "taken"), ==, 3);
  cli_run (f, 0, "merge", f->project, out, "--json", NULL);
  g_assert_cmpint (cli_int (f, 0, "revisions"), ==, 3);
  cli_run (f, 0, "frames", f->project, "--status", "accepted", "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 3);        /* one of ours was painted over since */
  cli_run (f, 0, "history", f->project, "--at", "5,5", "scene00", "--json", NULL);
  g_assert_cmpstr (cli_string (f, 0, "class"), ==, "Road");
  fill_labels (f, out, 8);
  fill_labels (f, f->project, 0);
  cli_run (f, 1, "merge", f->project, out, NULL);
  expect_message (f, "nothing was changed");
  cli_run (f, 0, "merge", f->project, out, "--dry-run", "--json", NULL);
  g_assert_nonnull (strstr (f->out, "\"take\":null"));
  g_auto(GStrv) parts = g_strsplit (f->out, "\"take\":null", -1);
  g_autofree char *decided = g_strjoinv ("\"take\":\"theirs\"", parts);
  g_assert_true (g_file_set_contents (list, decided, -1, NULL));
  cli_run (f, 0, "merge", f->project, out, "--rule", list, "--json", NULL);
  g_assert_cmpint (cli_int (f, 0, "merged"), ==, 1);
  cli_run (f, 0, "history", f->project, "--at", "5,5", "scene00", "--json", NULL);
  g_assert_cmpstr (cli_string (f, 0, "class"), ==, "Car");
  cli_run (f, 0, "merge", f->project, out, "--json", NULL);
  g_assert_cmpint (cli_int (f, 0, "same"), ==, 4);
  cli_run (f, 2, "merge", f->project, out, "--rule", "/no/such.json", NULL);        /* no rule, and no file */
  expect_message (f, "/no/such.json");
  cli_run (f, 2, "merge", f->project, NULL);
  cli_run (f, 0, "verify", f->project, NULL);
  cli_run (f, 0, "verify", out, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/cli/past", CliFixture, NULL, cli_fixture_set_up, test_past, cli_fixture_tear_down);
  g_test_add ("/cli/backup", CliFixture, NULL, cli_fixture_set_up, test_backup, cli_fixture_tear_down);
  g_test_add ("/cli/log", CliFixture, NULL, cli_fixture_set_up, test_log, cli_fixture_tear_down);
  g_test_add ("/cli/repair", CliFixture, NULL, cli_fixture_set_up, test_repair, cli_fixture_tear_down);
  g_test_add ("/cli/merge", CliFixture, NULL, cli_fixture_set_up, test_merge, cli_fixture_tear_down);
  return g_test_run ();
}
