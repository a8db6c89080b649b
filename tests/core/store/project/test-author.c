/* test-author.c: one author for one account, under whatever name: rows keep the UUID, lists show the name */
#include "config.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include "store/author.h"
#include "store/past.h"
#include "store/provenance.h"

static gint64
work (Fixture *fixture)
{
  fixture_add_video (fixture, "clip.mp4", 2, 64, 64);
  gint64 frame = fixture_frame (fixture->project, 0);
  fixture_stroke (fixture->project, frame, (LwRect) { 0, 0, 10, 10 }, 1);
  g_assert_true (lw_project_act (fixture->project, &frame, 1, LW_ACTION_SUBMIT, NULL, NULL));
  g_assert_cmpint (lw_project_add_snapshot (fixture->project, "monday", NULL, NULL, NULL, NULL, NULL), >, 0);
  return frame;
}

static void
assert_shown_as (LwProject *project, gint64 frame, const char *name)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) revisions = lw_project_list_revisions (project, frame, &error);
  g_assert_cmpstr (((LwRevision *) revisions->pdata[0])->author, ==, name);
  g_assert_cmpstr (((LwRevision *) revisions->pdata[0])->person, ==, lw_author_get_uuid ());
  g_autoptr(LwPixel) pixel = lw_project_find_pixel (project, frame, 0, 3, 3, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (pixel->name, ==, name);
  g_assert_cmpstr (pixel->actor, ==, name);
  g_autoptr(LwSnapshot) snapshot = lw_project_find_snapshot (project, "monday", &error);
  g_assert_cmpstr (snapshot->author, ==, name);
  g_autoptr(GPtrArray) entries = lw_project_find_audit (project, &(LwAuditFilter) { .actor = name }, &error);
  g_assert_cmpuint (entries->len, >, 2);
  g_assert_cmpstr (((LwAuditEntry *) entries->pdata[0])->actor, ==, name);
  g_autoptr(GPtrArray) found = lw_project_find_revisions (project, &(LwRevisionFilter) { .kind = -1, .author = name }, &error);
  g_assert_cmpuint (found->len, ==, 1);
  g_autoptr(GPtrArray) origins = lw_project_list_origins (project, &error);
  g_assert_cmpstr (((LwOrigin *) origins->pdata[0])->name, ==, name);
  g_assert_no_error (error);
}

static void
test_name (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  gint64 frame = work (fixture);
  g_autofree char *before = lw_author_dup_name ();
  assert_shown_as (fixture->project, frame, before);
  g_assert_true (lw_project_set_author_name (fixture->project, "  Ann Example ", &error));
  g_assert_no_error (error);
  assert_shown_as (fixture->project, frame, "Ann Example");
  int origin = lw_project_get_origin (fixture->project, LW_ORIGIN_PERSON, NULL, 0, &error);
  g_assert_cmpint (origin, ==, 0);
  g_assert_true (lw_author_set_name ("Ann E.", &error));      /* another project sees it when it is opened next */
  assert_shown_as (fixture->project, frame, "Ann Example");
  fixture_reopen (fixture);
  assert_shown_as (fixture->project, frame, "Ann E.");
  fixture_assert_sound (fixture->project);      /* the audit chain among it: the name is none of its business */
}

static void
test_refused (void)
{
  const char *const names[] = { "", "   ", "two\nlines", "\xff\xfe", NULL };
  g_autoptr(GString) longest = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  for (int i = 0; i < 100; i++)
    g_string_append (longest, "ü");
  g_assert_true (lw_author_set_name (longest->str, &error));
  g_string_append (longest, "ü");
  g_assert_false (lw_author_set_name (longest->str, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  for (int i = 0; names[i] != NULL; i++)
    {
      g_clear_error (&error);
      g_assert_false (lw_author_set_name (names[i], &error));
      g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
    }
}

/* The file is what other programs, and the next start, know. */
static void
test_file (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GKeyFile) file = g_key_file_new ();
  g_autofree char *path = g_build_filename (g_get_user_config_dir (), "labelwright", "author", NULL);
  g_assert_true (lw_author_set_name ("Ben = [Example]", &error));
  g_assert_true (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error));
  g_autofree char *uuid = g_key_file_get_string (file, "author", "uuid", &error), *name = g_key_file_get_string (file, "author", "name", &error);
  g_assert_cmpstr (uuid, ==, lw_author_get_uuid ());
  g_assert_true (g_uuid_string_is_valid (uuid));
  g_assert_cmpstr (name, ==, "Ben = [Example]");
}

int
main (int argc, char **argv)
{
  g_autofree char *config = fixture_temporary_folder ();
  g_setenv ("XDG_CONFIG_HOME", config, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/author/name", test_name);
  g_test_add_func ("/author/refused", test_refused);
  g_test_add_func ("/author/file", test_file);
  int result = g_test_run ();
  fixture_remove_tree (config);
  return result;
}
