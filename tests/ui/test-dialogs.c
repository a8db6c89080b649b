/* test-dialogs.c: dialogs allow only what can be done */
#include "config.h"
#include <adwaita.h>
#include <glib/gstdio.h>
#include "desk/create-project.h"
#include "desk/desk.h"
#include "dialogs/export-dialog.h"
#include "dialogs/import-dialog.h"
#include "dialogs/new-project-dialog.h"
#include "fixture.h"
#include "media/media-list.h"
#include "settings.h"

/* The n-th descendant of that type. */
static GtkWidget *
find_nth (GtkWidget *widget, GType type, guint *n)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type) && (*n)-- == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_nth (child, type, n);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static GtkWidget *
find (GtkWidget *widget, GType type, guint n)
{
  GtkWidget *found = find_nth (widget, type, &n);
  g_assert_nonnull (found);
  return found;
}

/* A button is sensitive where its action is enabled. */
static gboolean
is_enabled (GtkWidget *widget, const char *action)
{
  for (guint i = 0;; i++)
    {
      guint n = i;
      GtkWidget *button = find_nth (widget, GTK_TYPE_BUTTON, &n);
      g_assert_nonnull (button);
      if (g_strcmp0 (gtk_actionable_get_action_name (GTK_ACTIONABLE (button)), action) == 0)
        return gtk_widget_get_sensitive (button);
    }
}

static void
test_new_project_name (void)
{
  const struct { const char *name; gboolean allowed; } cases[] = {
    { "", FALSE }, { "   ", FALSE }, { "street", TRUE }, { "a/b", FALSE }, { "..", FALSE }, { ".", FALSE }, { "Straße 1", TRUE }, { "taken", FALSE },
  };
  g_autofree char *folder = g_dir_make_tmp ("labelwright-dialogs-XXXXXX", NULL);
  g_autofree char *taken = g_build_filename (folder, "taken", NULL);
  g_mkdir (taken, 0700);
  g_settings_set_string (lw_settings_get (), "last-folder", folder);
  LwNewProjectDialog *dialog = lw_new_project_dialog_new (NULL);
  gtk_window_present (GTK_WINDOW (dialog));
  GtkEditable *name = GTK_EDITABLE (find (GTK_WIDGET (dialog), ADW_TYPE_ENTRY_ROW, 0));
  gtk_editable_set_text (name, "street");
  fixture_wait (is_enabled (GTK_WIDGET (dialog), "new-project.create"));      /* once the palette is read */
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("“%s”", cases[i].name);
      gtk_editable_set_text (name, cases[i].name);
      g_assert_cmpint (is_enabled (GTK_WIDGET (dialog), "new-project.create"), ==, cases[i].allowed);
    }
  gtk_window_destroy (GTK_WINDOW (dialog));
  g_rmdir (taken);
  g_rmdir (folder);
}

static void
test_media_list (void)
{
  GtkWidget *window = gtk_window_new ();
  LwMediaList *list = LW_MEDIA_LIST (lw_media_list_new ());
  g_autoptr (GFile) clip = g_file_new_for_path ("/tmp/clip & <b>.mp4");
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (list));
  lw_media_list_add (list, clip);
  lw_media_list_add (list, clip);      /* once */
  g_assert_cmpuint (lw_media_list_get_n (list), ==, 1);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (find (GTK_WIDGET (list), GTK_TYPE_SPIN_BUTTON, 0)), 7);
  g_autoptr (GPtrArray) requests = lw_media_list_dup_requests (list);
  g_assert_cmpuint (requests->len, ==, 1);
  g_assert_cmpuint (((LwMediaRequest *) requests->pdata[0])->every, ==, 7);
  gtk_window_destroy (GTK_WINDOW (window));
}

static LwDesk *
desk_new (Fixture *fixture)
{
  LwDesk *desk = lw_desk_new (fixture->project);
  fixture_wait (lw_frame_list_get_n (lw_desk_get_frames (desk)) == fixture->frames->len);
  return desk;
}

static void
test_export (void)
{
  g_autoptr (Fixture) fixture = fixture_new (64, 48, 3);
  g_autoptr (LwDesk) desk = desk_new (fixture);
  GtkWidget *dialog = GTK_WIDGET (lw_export_dialog_new (NULL, desk));
  AdwComboRow *frames = ADW_COMBO_ROW (find (dialog, ADW_TYPE_COMBO_ROW, 0));
  AdwComboRow *unlabelled = ADW_COMBO_ROW (find (dialog, ADW_TYPE_COMBO_ROW, 1));
  AdwComboRow *layout = ADW_COMBO_ROW (find (dialog, ADW_TYPE_COMBO_ROW, 2));
  GtkEditable *subset = GTK_EDITABLE (find (dialog, ADW_TYPE_ENTRY_ROW, 0));
  g_assert_false (is_enabled (dialog, "export.export"));      /* nothing is accepted yet */
  adw_combo_row_set_selected (frames, 3);
  g_assert_true (is_enabled (dialog, "export.export"));
  adw_combo_row_set_selected (unlabelled, 2);
  g_assert_false (is_enabled (dialog, "export.export"));      /* colours have no values */
  adw_combo_row_set_selected (layout, 2);
  g_assert_true (is_enabled (dialog, "export.export"));
  gtk_editable_set_text (subset, "../etc");
  g_assert_false (is_enabled (dialog, "export.export"));
  gtk_editable_set_text (subset, "val");
  g_assert_true (is_enabled (dialog, "export.export"));
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static void
test_import (void)
{
  g_autoptr (Fixture) fixture = fixture_new (64, 48, 1);
  g_autoptr (LwDesk) desk = desk_new (fixture);
  GtkWidget *dialog = GTK_WIDGET (lw_import_dialog_new (NULL, desk));
  g_assert_false (is_enabled (dialog, "import.import"));      /* no folder is chosen */
  gtk_window_destroy (GTK_WINDOW (dialog));
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_test_init (&argc, &argv, NULL);
  lw_settings_init (&error);
  g_assert_no_error (error);
  adw_init ();
  g_test_add_func ("/dialogs/new-project-name", test_new_project_name);
  g_test_add_func ("/dialogs/media-list", test_media_list);
  g_test_add_func ("/dialogs/export", test_export);
  g_test_add_func ("/dialogs/import", test_import);
  return g_test_run ();
}
