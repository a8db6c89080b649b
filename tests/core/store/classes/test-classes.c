/* test-classes.c: classes come and go, their numbers are never used for something else; origins */
#include "config.h"
#include "fixture.h"

#include <string.h>

static void
remove_class (LwPalette *palette, guint8 id)
{
  for (guint i = 0; i < palette->classes->len; i++)
    if (((LwClass *) palette->classes->pdata[i])->id == id)
      {
        g_ptr_array_remove_index (palette->classes, i);
        return;
      }
}

static void
test_round_trip (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(LwPalette) palette = lw_palette_new ("Ours");
  LwClass *road = lw_palette_add (palette, 9, "Straße", (const guint8[3]) { 1, 2, 3 });
  road->shortcut = g_strdup ("g 1");
  road->aliases = g_strsplit ("road,\"quoted\"", ",", -1);
  lw_palette_add (palette, 3, "Void", (const guint8[3]) { 0, 0, 0 })->ignored = TRUE;
  g_assert_true (lw_project_set_palette (fixture->project, palette, &error));
  g_assert_no_error (error);
  fixture_reopen (fixture);

  g_autoptr(LwPalette) got = lw_project_dup_palette (fixture->project, &error);
  g_assert_cmpstr (got->name, ==, "Ours");
  g_assert_cmpuint (got->classes->len, ==, 2);
  const LwClass *first = got->classes->pdata[0], *second = got->classes->pdata[1];
  g_assert_cmpint (first->id, ==, 9);      /* display order, not the order of ids */
  g_assert_cmpstr (first->name, ==, "Straße");
  g_assert_cmpmem (first->rgb, 3, road->rgb, 3);
  g_assert_cmpstr (first->shortcut, ==, "g 1");
  g_assert_cmpuint (g_strv_length (first->aliases), ==, 2);
  g_assert_cmpstr (first->aliases[1], ==, "\"quoted\"");
  g_assert_true (second->ignored);
  g_assert_null (second->shortcut);
}

static void
test_in_use (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 2, 64, 64);
  gint64 frame = fixture_frame (fixture->project, 1);
  fixture_stroke (fixture->project, frame, (LwRect) { 0, 0, 8, 8 }, 2);
  g_autoptr(LwPalette) palette = lw_project_dup_palette (fixture->project, &error);
  remove_class (palette, 2);
  remove_class (palette, 4);
  g_assert_false (lw_project_set_palette (fixture->project, palette, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "class2"));
  g_assert_nonnull (strstr (error->message, "clip_000001"));
  g_clear_error (&error);
  g_autoptr(LwPalette) unchanged = lw_project_dup_palette (fixture->project, &error);
  g_assert_cmpuint (unchanged->classes->len, ==, 5);

  /* erased from the working map, but a revision has it */
  g_assert_cmpint (lw_project_add_revision (fixture->project, frame, LW_REVISION_MANUAL, NULL, &error), >, 0);
  fixture_stroke (fixture->project, frame, (LwRect) { 0, 0, 8, 8 }, LW_LABEL_NONE);
  g_assert_false (lw_project_set_palette (fixture->project, palette, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "revision"));
}

/* A class that was painted and then erased may go; its number stays its own, since undo can bring its pixels back. */
static void
test_removed (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 1, 64, 64);
  gint64 frame = fixture_frame (fixture->project, 0);
  fixture_stroke (fixture->project, frame, (LwRect) { 0, 0, 8, 8 }, 4);
  fixture_stroke (fixture->project, frame, (LwRect) { 0, 0, 8, 8 }, LW_LABEL_NONE);
  g_autoptr(LwPalette) palette = lw_project_dup_palette (fixture->project, &error);
  remove_class (palette, 4);
  g_assert_true (lw_project_set_palette (fixture->project, palette, &error));
  g_assert_no_error (error);
  g_autoptr(LwPalette) now = lw_project_dup_palette (fixture->project, &error);
  g_assert_cmpuint (now->classes->len, ==, 4);

  g_autoptr(LwHistory) history = NULL;
  g_autoptr(LwPlanes) planes = fixture_load (fixture->project, frame, &history);
  const char *erased = history->undo->pdata[1];
  g_autoptr(LwDiff) diff = lw_project_load_diff (fixture->project, frame, erased, &error);
  LwStrokeInfo undo = { .undoes = erased, .base_seq = 2 };
  g_assert_false (lw_project_commit_stroke (fixture->project, frame, &undo, diff, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);

  g_assert_cmpint (lw_project_find_class_id (fixture->project, palette, "other", &error), ==, 5);
  g_assert_cmpint (lw_project_find_class_id (fixture->project, palette, "class4", &error), ==, 4);
  lw_palette_add (palette, 4, "other", (const guint8[3]) { 200, 1, 1 });
  g_assert_false (lw_project_set_palette (fixture->project, palette, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);
  remove_class (palette, 4);
  lw_palette_add (palette, 4, "class4", (const guint8[3]) { 200, 1, 1 });
  g_assert_true (lw_project_set_palette (fixture->project, palette, &error));
  g_assert_true (lw_project_commit_stroke (fixture->project, frame, &undo, diff, &error));
  g_assert_no_error (error);
}

static void
test_never_painted (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(LwPalette) palette = lw_project_dup_palette (fixture->project, &error);
  remove_class (palette, 4);
  g_assert_true (lw_project_set_palette (fixture->project, palette, &error));
  lw_palette_add (palette, 4, "other", (const guint8[3]) { 200, 1, 1 });
  g_assert_true (lw_project_set_palette (fixture->project, palette, &error));
  g_assert_no_error (error);
}

static void
test_origins (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_assert_cmpint (lw_project_get_origin (fixture->project, LW_ORIGIN_PERSON, NULL, 0, &error), ==, 0);
  g_assert_cmpint (lw_project_get_origin (fixture->project, LW_ORIGIN_PERSON, "Maria", 0, &error), ==, 1);
  g_assert_cmpint (lw_project_get_origin (fixture->project, LW_ORIGIN_IMPORT, "camvid", 0, &error), ==, 2);
  g_assert_cmpint (lw_project_get_origin (fixture->project, LW_ORIGIN_PERSON, "Maria", 0, &error), ==, 1);
  g_assert_no_error (error);
  g_assert_cmpint (lw_project_get_origin (fixture->project, LW_ORIGIN_MODEL, "fcn", 99, &error), ==, -1);
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);      /* no such model */
  g_clear_error (&error);
  g_autoptr(GPtrArray) origins = lw_project_list_origins (fixture->project, &error);
  g_assert_cmpuint (origins->len, ==, 3);
  const LwOrigin *import = origins->pdata[2];
  g_assert_cmpint (import->index, ==, 2);
  g_assert_cmpint (import->kind, ==, LW_ORIGIN_IMPORT);
  g_assert_cmpstr (import->name, ==, "camvid");

  for (int i = 3; i <= 255; i++)
    {
      g_autofree char *name = g_strdup_printf ("person %d", i);
      int index = lw_project_get_origin (fixture->project, LW_ORIGIN_PERSON, name, 0, &error);
      g_assert_cmpint (index, ==, i < 255 ? i : -1);
    }
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/classes/round-trip", test_round_trip);
  g_test_add_func ("/classes/in-use", test_in_use);
  g_test_add_func ("/classes/removed", test_removed);
  g_test_add_func ("/classes/never-painted", test_never_painted);
  g_test_add_func ("/classes/origins", test_origins);
  return g_test_run ();
}
