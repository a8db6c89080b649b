/* test-atomic-file.c: a file appears whole or not at all */
#include "config.h"
#include "common/atomic-file.h"

#include <glib/gstdio.h>

static void
assert_contents (const char *path, const char *expected)
{
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

static guint
count_files (const char *folder)
{
  guint n = 0;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_commit_and_release (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lw-atomic-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "x", NULL);
  g_autoptr (GError) error = NULL;
  LwAtomicFile file;
  g_assert_true (lw_atomic_file_open (&file, path, &error));
  fputs ("one", file.stream);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_true (lw_atomic_file_commit (&file, &error));
  lw_atomic_file_release (&file);
  assert_contents (path, "one");

  g_assert_true (lw_atomic_file_open (&file, path, &error));
  fputs ("two", file.stream);
  lw_atomic_file_release (&file);
  assert_contents (path, "one");
  g_assert_cmpuint (count_files (folder), ==, 1);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_no_folder (void)
{
  g_autoptr (GError) error = NULL;
  LwAtomicFile file;
  g_assert_false (lw_atomic_file_open (&file, "/nowhere/at/all", &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_nonnull (strstr (error->message, "/nowhere/at/all"));
}

/* /dev/full takes nothing: what a full disk does to a commit. */
static void
test_full_disk (void)
{
  g_autoptr (GError) error = NULL;
  LwAtomicFile file = { .stream = fopen ("/dev/full", "wb"), .path = g_strdup ("/tmp/lw-never"), .temporary = g_strdup ("/tmp/lw-never.x") };
  for (int i = 0; i < 10000; i++)
    fputs ("0123456789", file.stream);
  g_assert_false (lw_atomic_file_commit (&file, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  lw_atomic_file_release (&file);
  g_assert_false (g_file_test ("/tmp/lw-never", G_FILE_TEST_EXISTS));
}

static void
test_write (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lw-atomic-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "x", NULL), *below = g_build_filename (path, "y", NULL);
  g_autoptr (GError) error = NULL;
  g_assert_true (lw_atomic_file_write (path, "one", -1, &error));
  assert_contents (path, "one");
  g_assert_true (lw_atomic_file_write (path, "second", 3, &error));
  assert_contents (path, "sec");
  g_assert_cmpuint (count_files (folder), ==, 1);
  g_assert_false (lw_atomic_file_write (below, "one", -1, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR);
  g_autofree char *named = g_strdup_printf ("“%s”", below);
  g_assert_nonnull (strstr (error->message, named));
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/atomic-file/commit-and-release", test_commit_and_release);
  g_test_add_func ("/atomic-file/no-folder", test_no_folder);
  g_test_add_func ("/atomic-file/full-disk", test_full_disk);
  g_test_add_func ("/atomic-file/write", test_write);
  return g_test_run ();
}
