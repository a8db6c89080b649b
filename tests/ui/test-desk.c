/* test-desk.c: an open project and the widgets that share it: frames, classes, timeline, operations, closing */
#include "config.h"
#include <adwaita.h>
#include <glib/gstdio.h>
#include "classes/class-list.h"
#include "classes/class-row.h"
#include "desk/backups.h"
#include "desk/create-project.h"
#include "desk/desk.h"
#include "desk/operation.h"
#include "desk/playback.h"
#include "desk/recent.h"
#include "fixture.h"
#include "settings.h"
#include "store/backup.h"
#include "store/project/project-private.h"
#include "timeline/timeline.h"

static LwDesk *
desk_new (Fixture *fixture)
{
  gboolean ready = FALSE;
  LwDesk *desk = lw_desk_new (fixture->project);
  while (!ready)
    {
      fixture_turn ();
      g_object_get (desk, "ready", &ready, NULL);
    }
  fixture_wait (!lw_document_is_loading (lw_desk_get_document (desk)));
  return desk;
}

static void
test_frames (void)
{
  g_autoptr (Fixture) fixture = fixture_new (64, 48, 5);
  g_autoptr (LwDesk) desk = desk_new (fixture);
  const LwFrame *second = fixture_frame (fixture, 1);
  gint64 id = second->id;
  g_assert_cmpuint (lw_frame_list_get_n (lw_desk_get_frames (desk)), ==, 5);
  g_assert_cmpuint (lw_desk_get_position (desk), ==, 0);
  lw_desk_go_to (desk, 1);
  g_assert_cmpint (lw_desk_get_frame (desk)->id, ==, id);
  lw_desk_go_to (desk, 77);      /* past the end */
  g_assert_cmpuint (lw_desk_get_position (desk), ==, 1);

  /* What another thread does to a frame comes to its row. */
  g_autoptr (GError) error = NULL;
  g_autoptr (LwLabelMap) map = lw_label_map_new (64, 48);
  int origin = lw_project_get_origin (fixture->project, LW_ORIGIN_IMPORT, "test", 0, &error);
  for (gsize i = 0; i < map->stride * 48; i++)
    map->labels[i] = 3;
  lw_project_import_map (fixture->project, id, map, (guint8) origin, LW_REVISION_IMPORT, NULL, &error);
  g_assert_no_error (error);
  fixture_wait (lw_desk_get_frame (desk)->status == LW_FRAME_IN_PROGRESS);
  lw_project_act (fixture->project, &id, 1, LW_ACTION_ACCEPT, NULL, &error);
  g_assert_no_error (error);
  fixture_wait (lw_frame_list_count (lw_desk_get_frames (desk), LW_FRAME_ACCEPTED) == 1);
}

/* The pictures go, as with a drive, and come back without anybody saying so. */
static void
test_missing_media (void)
{
  g_autoptr (Fixture) fixture = fixture_new (64, 48, 2);
  g_autofree char *pictures = g_build_filename (fixture->root, "pictures", NULL), *elsewhere = g_build_filename (fixture->root, "elsewhere", NULL);
  g_assert_cmpint (g_rename (pictures, elsewhere), ==, 0);
  g_autoptr (LwDesk) desk = desk_new (fixture);
  LwDocument *document = lw_desk_get_document (desk);
  guint n = 0;
  g_object_get (desk, "n-missing", &n, NULL);
  g_assert_cmpuint (n, ==, 1);
  g_assert_null (lw_document_get_image (document));
  g_assert_cmpint (g_rename (elsewhere, pictures), ==, 0);
  fixture_wait ((g_object_get (desk, "n-missing", &n, NULL), n == 0));
  fixture_wait (lw_document_get_image (document) != NULL);
}

static void
on_closed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  *(gboolean *) data = lw_desk_close_finish (LW_DESK (source), result, &error);
  g_assert_no_error (error);
}

static void
test_close_and_reopen (void)
{
  g_autoptr (Fixture) fixture = fixture_new (64, 48, 4);
  gboolean closed = FALSE;
  LwDesk *desk = desk_new (fixture);
  lw_desk_go_to (desk, 2);
  lw_desk_set_state (desk, "zoom", "3.5");
  fixture_wait (!lw_document_is_loading (lw_desk_get_document (desk)));
  LwEdit *edit = lw_document_begin_edit (lw_desk_get_document (desk), NULL);
  g_assert_nonnull (edit);
  lw_edit_span (edit, 5, 0, 20, 7);
  lw_document_end_edit (lw_desk_get_document (desk), "brush");
  lw_desk_close_async (desk, on_closed_cb, &closed);      /* the stroke is still on its way */
  fixture_wait (closed);
  g_object_unref (desk);

  fixture_reopen (fixture);
  desk = desk_new (fixture);
  g_assert_cmpuint (lw_desk_get_position (desk), ==, 2);
  g_assert_cmpstr (lw_desk_get_state (desk, "zoom"), ==, "3.5");
  const LwPlanes *planes = lw_document_get_planes (lw_desk_get_document (desk));
  g_assert_cmpint (lw_label_map_get (planes->plane[LW_PLANE_CLASS], 19, 5), ==, 7);
  g_assert_true (lw_document_can_undo (lw_desk_get_document (desk)));
  g_object_unref (desk);
}

static GtkWidget *
find_child (GtkWidget *widget, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_child (child, type);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
test_class_list (void)
{
  g_autoptr (Fixture) fixture = fixture_new (64, 48, 1);
  g_autoptr (LwDesk) desk = desk_new (fixture);
  LwToolbox *toolbox = lw_desk_get_toolbox (desk);
  fixture_wait (lw_document_get_palette (lw_desk_get_document (desk))->classes->len > 0);
  GtkWidget *window = gtk_window_new ();
  LwClassList *list = g_object_new (LW_TYPE_CLASS_LIST, NULL);
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (list));
  gtk_window_present (GTK_WINDOW (window));
  lw_class_list_set_desk (list, desk);

  GtkListBox *box = GTK_LIST_BOX (find_child (GTK_WIDGET (list), GTK_TYPE_LIST_BOX));
  GtkWidget *search = find_child (GTK_WIDGET (list), GTK_TYPE_SEARCH_ENTRY);
  const LwClass *car = lw_palette_find_name (lw_document_get_palette (lw_desk_get_document (desk)), "Car");
  gtk_editable_set_text (GTK_EDITABLE (search), "cAR");
  g_signal_emit_by_name (search, "activate");
  g_assert_cmpint (lw_toolbox_get_class (toolbox), ==, car->id);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (search)), ==, "");
  g_assert_cmpint (lw_class_row_get_id (LW_CLASS_ROW (gtk_list_box_get_selected_row (box))), ==, car->id);

  lw_toolbox_set_class (toolbox, 0);
  g_assert_cmpint (lw_class_row_get_id (LW_CLASS_ROW (gtk_list_box_get_selected_row (box))), ==, 0);
  gtk_editable_set_text (GTK_EDITABLE (search), "no such class");
  g_signal_emit_by_name (search, "activate");
  g_assert_cmpint (lw_toolbox_get_class (toolbox), ==, 0);

  /* A class that is taken away leaves the hand. */
  g_autoptr (LwPalette) palette = lw_palette_copy (lw_document_get_palette (lw_desk_get_document (desk)));
  g_autoptr (GError) error = NULL;
  g_ptr_array_remove_index (palette->classes, 0);
  lw_project_set_palette (fixture->project, palette, &error);
  g_assert_no_error (error);
  fixture_wait (lw_toolbox_get_class (toolbox) != 0);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
assert_selected (GtkSelectionModel *selection, guint first, guint n)
{
  g_autoptr (GtkBitset) selected = gtk_selection_model_get_selection (selection);
  g_assert_cmpuint (gtk_bitset_get_size (selected), ==, n);
  g_assert_cmpuint (gtk_bitset_get_minimum (selected), ==, first);
}

/* Frames that are chosen together stay so while one of them is looked at. */
static void
check_chosen (LwTimeline *timeline, LwDesk *desk, GtkSelectionModel *selection)
{
  g_assert_true (gtk_selection_model_select_range (selection, 20, 5, TRUE));
  g_autoptr (GArray) chosen = lw_timeline_dup_chosen (timeline);
  g_assert_cmpuint (chosen->len, ==, 5);
  g_assert_cmpint (g_array_index (chosen, gint64, 4), ==, lw_frame_object_get_frame (lw_frame_list_get (lw_desk_get_frames (desk), 24))->id);
  lw_desk_go_to (desk, 22);
  assert_selected (selection, 20, 5);
  lw_desk_go_to (desk, 30);
  assert_selected (selection, 30, 1);
  g_autoptr (GArray) one = lw_timeline_dup_chosen (timeline);
  g_assert_cmpuint (one->len, ==, 1);
  g_assert_cmpint (g_array_index (one, gint64, 0), ==, lw_desk_get_frame (desk)->id);
}

static void
test_timeline (void)
{
  g_autoptr (Fixture) fixture = fixture_new (64, 48, 60);
  g_autoptr (LwDesk) desk = desk_new (fixture);
  g_autoptr (LwPlayback) playback = lw_playback_new (desk);
  GtkWidget *window = gtk_window_new ();
  LwTimeline *timeline = g_object_new (LW_TYPE_TIMELINE, NULL);
  gtk_window_set_default_size (GTK_WINDOW (window), 700, 200);
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (timeline));
  lw_timeline_set_desk (timeline, desk, playback);
  gtk_window_present (GTK_WINDOW (window));
  GtkWidget *view = find_child (GTK_WIDGET (timeline), GTK_TYPE_LIST_VIEW);
  GtkSelectionModel *selection = gtk_list_view_get_model (GTK_LIST_VIEW (view));
  assert_selected (selection, 0, 1);
  lw_desk_go_to (desk, 41);
  assert_selected (selection, 41, 1);
  check_chosen (timeline, desk, selection);
  gtk_selection_model_select_item (selection, 7, TRUE);
  g_assert_cmpuint (lw_desk_get_position (desk), ==, 7);

  lw_playback_start (playback);
  fixture_wait (lw_playback_get_position (playback) >= 9);
  g_assert_cmpuint (lw_desk_get_position (desk), ==, 7);      /* the document waits */
  lw_playback_stop (playback);
  g_assert_cmpuint (lw_desk_get_position (desk), >=, 9);
  assert_selected (selection, lw_desk_get_position (desk), 1);
  lw_desk_go_to (desk, 57);
  lw_playback_start (playback);
  fixture_wait (!lw_playback_is_playing (playback));          /* the end of the medium */
  g_assert_cmpuint (lw_desk_get_position (desk), ==, 59);
  gtk_window_destroy (GTK_WINDOW (window));
}

typedef struct { gboolean done; char *folder; GError *error; } Created;

static void
on_created_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Created *created = data;
  created->folder = lw_create_project_finish (result, &created->error);
  created->done = TRUE;
}

static void
created_clear (Created *created)
{
  g_clear_pointer (&created->folder, g_free);
  g_clear_error (&created->error);
  created->done = FALSE;
}

static void
test_create (void)
{
  g_autoptr (Fixture) fixture = fixture_new (64, 48, 3);
  g_autoptr (GError) error = NULL;
  g_autoptr (LwPalette) palette = lw_palette_load ("camvid11", &error);
  g_autoptr (LwOperation) operation = lw_operation_new ("test");
  g_autoptr (GPtrArray) media = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_media_request_free);
  g_autofree char *folder = g_build_filename (fixture->root, "made", NULL);
  g_autoptr (GPtrArray) list = lw_project_list_media (fixture->project, &error);
  const LwMedia *medium = list->pdata[0];
  Created created = { 0 };

  /* A medium that can't be read: nothing is left behind. */
  g_ptr_array_add (media, lw_media_request_new (medium->path, 1, TRUE));
  g_ptr_array_add (media, lw_media_request_new ("/nowhere/clip.mp4", 1, FALSE));
  lw_create_project_async (folder, palette, media, operation, on_created_cb, &created);
  fixture_wait (created.done);
  g_assert_nonnull (created.error);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  created_clear (&created);

  g_ptr_array_remove_index (media, 1);
  lw_create_project_async (folder, palette, media, operation, on_created_cb, &created);
  fixture_wait (created.done);
  g_assert_no_error (created.error);
  g_assert_cmpstr (created.folder, ==, folder);
  created_clear (&created);

  /* A folder that is in use is refused, and stays as it is. */
  lw_create_project_async (folder, palette, media, operation, on_created_cb, &created);
  fixture_wait (created.done);
  g_assert_nonnull (created.error);
  created_clear (&created);
  g_autoptr (LwProject) project = lw_project_open (folder, &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) frames = lw_project_list_frames (project, &error);
  g_assert_cmpuint (frames->len, ==, 3);
  lw_project_close (project, NULL);
}

static void
on_added_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Created *created = data;
  lw_add_media_finish (LW_PROJECT (source), result, &created->error);
  created->done = TRUE;
}

/* The same clip again: its frames' names are taken, until prefixes may tell them apart. */
static void
test_prefix (void)
{
  g_autoptr (Fixture) fixture = fixture_new (64, 48, 3);
  g_autoptr (LwOperation) operation = lw_operation_new ("test");
  g_autoptr (GPtrArray) media = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_media_request_free);
  g_autoptr (GPtrArray) list = lw_project_list_media (fixture->project, NULL);
  Created created = { 0 };
  LwMediaRequest *request = lw_media_request_new (((LwMedia *) list->pdata[0])->path, 1, FALSE);
  g_autofree char *stem = lw_media_dup_stem (request->path), *first = g_strconcat (stem, "_", NULL), *second = g_strconcat (stem, "-2_", NULL);

  g_ptr_array_add (media, request);
  lw_add_media_async (fixture->project, media, operation, on_added_cb, &created);
  fixture_wait (created.done);
  g_assert_error (created.error, LW_STORE_ERROR, LW_STORE_ERROR_EXISTS);
  g_assert_true (request->taken && !request->added);
  created_clear (&created);

  request->prefix = TRUE;
  for (int i = 0; i < 2; i++)
    {
      lw_add_media_async (fixture->project, media, operation, on_added_cb, &created);
      fixture_wait (created.done);
      g_assert_no_error (created.error);
      g_assert_true (request->added);
      created_clear (&created);
    }
  g_autoptr (GPtrArray) frames = lw_project_list_frames (fixture->project, NULL);
  g_assert_cmpuint (frames->len, ==, 9);
  g_assert_true (g_str_has_prefix (((LwFrame *) frames->pdata[3])->name, first));
  g_assert_true (g_str_has_prefix (((LwFrame *) frames->pdata[6])->name, second));
}

static void
test_operation (void)
{
  g_autoptr (LwOperation) operation = lw_operation_new ("title");
  double fraction = 0;
  lw_operation_begin_part (operation, 1, 4, "second of four");
  lw_operation_progress (0.5, operation);
  while (fraction == 0)
    {
      fixture_turn ();
      g_object_get (operation, "fraction", &fraction, NULL);
    }
  g_autofree char *text = NULL;
  g_object_get (operation, "text", &text, NULL);
  g_assert_cmpfloat_with_epsilon (fraction, 0.375, 1e-9);
  g_assert_cmpstr (text, ==, "second of four");
}

static void
test_recent (void)
{
  for (int i = 0; i < LW_MAX_RECENT + 5; i++)
    {
      g_autofree char *folder = g_strdup_printf ("/projects/%d", i);
      lw_recent_add (folder);
    }
  lw_recent_add ("/projects/10");
  g_auto (GStrv) list = lw_recent_list ();
  g_assert_cmpuint (g_strv_length (list), ==, LW_MAX_RECENT);
  g_assert_cmpstr (list[0], ==, "/projects/10");
  g_assert_cmpstr (list[1], ==, "/projects/16");
  lw_recent_remove ("/projects/10");
  g_auto (GStrv) rest = lw_recent_list ();
  g_assert_false (g_strv_contains ((const char *const *) rest, "/projects/10"));
}

/* ---- automatic backups ---- */

static gboolean
make_older (LwDb *db, gpointer data, GError **error)
{
  return lw_db_run (db, error, "UPDATE copy SET created = created - 172800000000", "");
}

static void
on_failed_cb (LwDesk *desk, const char *title, const GError *error, GError **kept)
{
  *kept = g_error_copy (error);
}

static gboolean
has_backup (LwProject *project)
{
  g_autoptr (GPtrArray) list = lw_backup_list (lw_project_get_folder (project), NULL);
  return list->len == 1;
}

/* Where a file stands in the place of the folder, the backup fails and the window is told; without it, one is made. */
static void
test_backups (void)
{
  for (int works = 0; works < 2; works++)
    {
      g_autoptr (Fixture) fixture = fixture_new (64, 48, 1);
      g_autofree char *backups = g_build_filename (lw_project_get_folder (fixture->project), "backups", NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) failed = NULL;
      g_assert_true (lw_project_transact (fixture->project, make_older, NULL, &error));
      if (!works)
        g_file_set_contents (backups, "", 0, NULL);
      g_autoptr (LwDesk) desk = desk_new (fixture);
      g_signal_connect (desk, "failed", G_CALLBACK (on_failed_cb), &failed);
      LwBackups *own = lw_backups_new (desk, 0);      /* the desk's own looks after a minute */
      if (!works)
        {
          fixture_wait (failed != NULL);
          g_assert_nonnull (strstr (failed->message, "backups"));
        }
      else
        {
          fixture_wait (has_backup (fixture->project));
          g_assert_no_error (failed);
        }
      lw_backups_free (own);
    }
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_test_init (&argc, &argv, NULL);
  lw_settings_init (&error);
  g_assert_no_error (error);
  adw_init ();
  g_test_add_func ("/desk/operation", test_operation);
  g_test_add_func ("/desk/recent", test_recent);
  g_test_add_func ("/desk/create", test_create);
  g_test_add_func ("/desk/prefix", test_prefix);
  g_test_add_func ("/desk/frames", test_frames);
  g_test_add_func ("/desk/missing-media", test_missing_media);
  g_test_add_func ("/desk/close-and-reopen", test_close_and_reopen);
  g_test_add_func ("/desk/class-list", test_class_list);
  g_test_add_func ("/desk/timeline", test_timeline);
  g_test_add_func ("/desk/backups", test_backups);
  return g_test_run ();
}
