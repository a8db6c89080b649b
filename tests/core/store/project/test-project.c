/* test-project.c: projects are made, opened, closed and refused */
#include "config.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>

static void
test_create_and_open (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *name = lw_project_dup_name (fixture->project);
  g_assert_cmpstr (name, ==, "project");
  g_assert_cmpstr (lw_project_get_folder (fixture->project), ==, fixture->folder);
  g_assert_false (lw_project_is_read_only (fixture->project));
  g_assert_cmpint (lw_project_get_read_only (fixture->project), ==, LW_READ_ONLY_NOT);

  g_autofree char *file = g_build_filename (fixture->folder, "project.sqlite", NULL);
  g_autoptr(LwProject) again = lw_project_open (file, &error);
  g_assert_no_error (error);
  g_autoptr(LwPalette) palette = lw_project_dup_palette (again, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (palette->name, ==, "test");
  g_assert_cmpuint (palette->classes->len, ==, 5);
  g_assert_cmpstr (((LwClass *) palette->classes->pdata[3])->name, ==, "class3");
}

static void
test_create_refuses (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(LwPalette) palette = fixture_palette (3);
  g_assert_null (lw_project_create (fixture->root, palette, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_EXISTS);
  g_clear_error (&error);

  /* an empty folder that is there stays when the palette is refused */
  g_autofree char *folder = g_build_filename (fixture->root, "empty", NULL);
  g_mkdir (folder, 0777);
  g_autoptr(LwPalette) twice = fixture_palette (2);
  g_free (((LwClass *) twice->classes->pdata[1])->name);
  ((LwClass *) twice->classes->pdata[1])->name = g_strdup ("CLASS0");
  g_assert_null (lw_project_create (folder, twice, &error));
  g_assert_error (error, LW_PALETTE_ERROR, LW_PALETTE_ERROR_DUPLICATE);
  g_assert_true (g_file_test (folder, G_FILE_TEST_IS_DIR));
}

static void
test_open_refuses (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *root = fixture_temporary_folder ();
  g_assert_null (lw_project_open (root, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_A_PROJECT);
  g_assert_nonnull (strstr (error->message, root));
  g_clear_error (&error);

  g_autofree char *file = g_build_filename (root, "project.sqlite", NULL);
  g_file_set_contents (file, "This is a letter, not a database. It goes on for a while, as letters do, and then ends.", -1, NULL);
  g_assert_null (lw_project_open (root, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_A_PROJECT);
  g_clear_error (&error);

  g_unlink (file);
  fixture_sql (root, "CREATE TABLE address (name TEXT)");
  g_assert_null (lw_project_open (root, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_A_PROJECT);
  fixture_remove_tree (root);
}

static void
test_settings (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_assert_null (lw_project_get_setting (fixture->project, "a"));
  g_assert_true (lw_project_set_setting (fixture->project, "a", "one", &error));
  g_assert_true (lw_project_set_setting (fixture->project, "a", "two “quoted”", &error));
  fixture_reopen (fixture);
  g_autofree char *value = lw_project_get_setting (fixture->project, "a");
  g_assert_cmpstr (value, ==, "two “quoted”");
  g_assert_true (lw_project_set_setting (fixture->project, "a", NULL, &error));
  g_assert_null (lw_project_get_setting (fixture->project, "a"));
}

static void
test_closed (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_assert_true (lw_project_close (fixture->project, &error));
  g_assert_true (lw_project_close (fixture->project, &error));
  g_assert_null (lw_project_list_frames (fixture->project, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (lw_project_set_setting (fixture->project, "a", "b", &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_autofree char *log = g_build_filename (fixture->folder, "project.sqlite-wal", NULL);
  g_assert_false (g_file_test (log, G_FILE_TEST_EXISTS));      /* folded into the file: it may be copied now */
}

static void
read_setting (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_pointer (task, lw_project_get_setting (source, data), g_free);
}

static void
on_setting_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(char **) data = g_task_propagate_pointer (G_TASK (result), NULL);
}

static void
test_run_async (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autofree char *value = NULL;
  lw_project_set_setting (fixture->project, "key", "value", NULL);
  lw_project_run_async (fixture->project, read_setting, g_strdup ("key"), g_free, NULL, on_setting_cb, &value);
  while (value == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (value, ==, "value");
}

/* ---- versions ---- */

static void
test_newer_readable (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 3, 200, 100);
  lw_project_set_setting (fixture->project, "a", "b", NULL);
  lw_project_close (fixture->project, NULL);
  fixture_sql (fixture->folder, "PRAGMA user_version = 1000");
  fixture_reopen (fixture);
  g_assert_true (lw_project_is_read_only (fixture->project));
  g_assert_cmpint (lw_project_get_read_only (fixture->project), ==, LW_READ_ONLY_NEWER);
  g_autofree char *value = lw_project_get_setting (fixture->project, "a");
  g_assert_cmpstr (value, ==, "b");
  g_assert_cmpint (fixture_frame (fixture->project, 2), >, 0);

  g_assert_false (lw_project_set_setting (fixture->project, "a", "c", &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_READ_ONLY);
  g_assert_nonnull (strstr (error->message, "newer"));
}

static void
test_newer_refused (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_assert_true (lw_project_close (fixture->project, &error));
  fixture_sql (fixture->folder, "PRAGMA user_version = 1000; UPDATE meta SET value = '999' WHERE key = 'min_reader'");
  g_assert_null (lw_project_open (fixture->folder, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NEWER);
  g_assert_nonnull (strstr (error->message, fixture->folder));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/project/create-and-open", test_create_and_open);
  g_test_add_func ("/project/create-refuses", test_create_refuses);
  g_test_add_func ("/project/open-refuses", test_open_refuses);
  g_test_add_func ("/project/settings", test_settings);
  g_test_add_func ("/project/closed", test_closed);
  g_test_add_func ("/project/run-async", test_run_async);
  g_test_add_func ("/project/newer-readable", test_newer_readable);
  g_test_add_func ("/project/newer-refused", test_newer_refused);
  return g_test_run ();
}
