/* test-names.c: whatever can be worked on a window is reached by keys and says what it is: walks the pages, panes and dialogs, and tells all that is wrong at once */
#include "config.h"
#include <adwaita.h>
#include <string.h>
#include "dialogs/add-media-dialog.h"
#include "dialogs/export-dialog.h"
#include "dialogs/import-dialog.h"
#include "dialogs/media-dialog.h"
#include "dialogs/new-project-dialog.h"
#include "dialogs/preferences-window.h"
#include "fixture.h"
#include "keys/keys.h"
#include "palette/palette-dialog.h"
#include "project/project-page.h"
#include "review/contract-dialog.h"
#include "settings.h"
#include "start/start-page.h"
#include "window/workspace-private.h"

typedef struct
{
  const char *where;
  guint wrong;                 /* controls */
  GHashTable *mnemonics;       /* key → the words that it stands in */
} Walk;

static void
complain (Walk *walk, GtkWidget *widget, const char *what)
{
  g_autoptr (GString) path = g_string_new (NULL);
  for (GtkWidget *one = widget; one != NULL; one = gtk_widget_get_parent (one))
    if (one == widget || g_str_has_prefix (G_OBJECT_TYPE_NAME (one), "Lw"))
      g_string_append_printf (path, "%s%s", path->len > 0 ? " in " : "", G_OBJECT_TYPE_NAME (one));
  const char *tip = gtk_widget_get_tooltip_text (widget), *icon = GTK_IS_BUTTON (widget) ? gtk_button_get_icon_name (GTK_BUTTON (widget)) : NULL,
             *action = GTK_IS_ACTIONABLE (widget) ? gtk_actionable_get_action_name (GTK_ACTIONABLE (widget)) : NULL;
  g_test_message ("%s: %s (%s, icon %s, action %s, tooltip %s): %s", walk->where, path->str, gtk_widget_get_name (widget), icon, action, tip, what);
  walk->wrong++;
}

/* Made of parts that GTK or libadwaita names and moves between. */
static gboolean
is_one_control (GtkWidget *widget)
{
  return GTK_IS_SPIN_BUTTON (widget) || GTK_IS_DROP_DOWN (widget) || GTK_IS_EDITABLE (widget) || GTK_IS_SCALE (widget) || GTK_IS_SWITCH (widget) || GTK_IS_CHECK_BUTTON (widget) ||
         GTK_IS_COLOR_BUTTON (widget) || GTK_IS_POPOVER_MENU (widget) || GTK_IS_WINDOW_CONTROLS (widget) || ADW_IS_VIEW_SWITCHER (widget) || GTK_IS_STACK_SWITCHER (widget) ||
         GTK_IS_SCROLLBAR (widget) || GTK_IS_CALENDAR (widget);
}

/* Of a bar that can’t be closed, and the search of all preferences: made and named elsewhere. */
static gboolean
is_of_library (GtkWidget *widget)
{
  if (GTK_IS_SEARCH_ENTRY (widget))
    return gtk_widget_get_ancestor (widget, ADW_TYPE_PREFERENCES_WINDOW) != NULL && gtk_widget_get_ancestor (widget, ADW_TYPE_PREFERENCES_PAGE) == NULL;
  GtkWidget *bar = gtk_widget_get_ancestor (widget, GTK_TYPE_INFO_BAR);
  return bar != NULL && !gtk_info_bar_get_show_close_button (GTK_INFO_BAR (bar)) && GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (widget)), "window-close-symbolic") == 0;
}

static gboolean
is_worked (GtkWidget *widget)
{
  if (is_of_library (widget))
    return FALSE;
  return GTK_IS_BUTTON (widget) || GTK_IS_MENU_BUTTON (widget) || GTK_IS_SPIN_BUTTON (widget) || GTK_IS_DROP_DOWN (widget) || GTK_IS_ENTRY (widget) || GTK_IS_SEARCH_ENTRY (widget) ||
         GTK_IS_TEXT (widget) || GTK_IS_SCALE (widget) || GTK_IS_SWITCH (widget) || GTK_IS_CHECK_BUTTON (widget);
}

/* Words that are read without the pointer. */
static gboolean
shows_words (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget) && *gtk_label_get_label (GTK_LABEL (widget)) != '\0')
    return TRUE;
  if (GTK_IS_POPOVER (widget))
    return FALSE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (shows_words (child))
      return TRUE;
  return FALSE;
}

static gboolean
has_name (GtkWidget *widget)
{
  GtkAccessible *accessible = GTK_ACCESSIBLE (widget);
  return gtk_test_accessible_has_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL) || gtk_test_accessible_has_relation (accessible, GTK_ACCESSIBLE_RELATION_LABELLED_BY);
}

/* Of a row whose only control it is, which gives it its title. */
static gboolean
is_named_by_row (GtkWidget *widget)
{
  GtkWidget *row = gtk_widget_get_ancestor (widget, ADW_TYPE_ACTION_ROW);
  return row != NULL && adw_action_row_get_activatable_widget (ADW_ACTION_ROW (row)) == widget;
}

/* Keys of its own, as every button of an action in the table has. */
static const LwCommand *
find_command (GtkWidget *widget)
{
  const char *name = GTK_IS_ACTIONABLE (widget) ? gtk_actionable_get_action_name (GTK_ACTIONABLE (widget)) : NULL;
  if (name == NULL)
    return NULL;
  g_autofree char *id = g_action_print_detailed_name (name, gtk_actionable_get_action_target_value (GTK_ACTIONABLE (widget)));
  return lw_commands_find (id);
}

static gboolean
is_reached (GtkWidget *widget)
{
  if (GTK_IS_MENU_BUTTON (widget) || GTK_IS_DROP_DOWN (widget))      /* the button in it has the keys */
    widget = gtk_widget_get_first_child (widget);
  for (GtkWidget *one = widget; one != NULL; one = gtk_widget_get_parent (one))
    if (GTK_IS_LIST_BASE (one) || !gtk_widget_get_can_focus (one))
      return GTK_IS_LIST_BASE (one);
  return gtk_widget_get_focusable (widget) || GTK_IS_EDITABLE (widget);
}

/* But of what closes a dialog: everybody knows Escape. */
static void
check_tip (Walk *walk, GtkWidget *widget)
{
  const LwCommand *command = find_command (widget);
  const char *tip = gtk_widget_get_tooltip_text (widget);
  g_autofree char *key = command != NULL ? lw_keys_dup_label (lw_keys_get (), command->id) : NULL;
  if (key != NULL && strcmp (command->id, "window.close") != 0 && (tip == NULL || strstr (tip, key) == NULL))
    complain (walk, widget, "no tooltip with its key");
}

static void
check_control (Walk *walk, GtkWidget *widget)
{
  gboolean words = GTK_IS_BUTTON (widget) || GTK_IS_MENU_BUTTON (widget) || GTK_IS_CHECK_BUTTON (widget) ? shows_words (widget) : FALSE;
  if (!words && !has_name (widget) && !is_named_by_row (widget))
    complain (walk, widget, "no accessible name");
  if (!words && (GTK_IS_BUTTON (widget) || GTK_IS_MENU_BUTTON (widget)) && gtk_widget_get_tooltip_text (widget) == NULL)
    complain (walk, widget, "an icon alone, and no tooltip");
  if (!is_reached (widget))
    complain (walk, widget, "not reached by keys");
  check_tip (walk, widget);
}

static void
check_mnemonic (Walk *walk, GtkWidget *widget)
{
  guint key = GTK_IS_LABEL (widget) ? gtk_label_get_mnemonic_keyval (GTK_LABEL (widget)) : GDK_KEY_VoidSymbol;
  if (key == GDK_KEY_VoidSymbol || !gtk_widget_get_child_visible (widget))
    return;
  if (g_hash_table_contains (walk->mnemonics, GUINT_TO_POINTER (key)))
    {
      g_autofree char *what = g_strdup_printf ("“%s” has the letter of “%s”", gtk_label_get_label (GTK_LABEL (widget)), (char *) g_hash_table_lookup (walk->mnemonics, GUINT_TO_POINTER (key)));
      complain (walk, widget, what);
    }
  g_hash_table_insert (walk->mnemonics, GUINT_TO_POINTER (key), (gpointer) gtk_label_get_label (GTK_LABEL (widget)));
}

static void
walk_widget (Walk *walk, GtkWidget *widget)
{
  check_mnemonic (walk, widget);
  if (is_worked (widget))
    check_control (walk, widget);
  if (is_one_control (widget))
    return;
  GtkWidget *child = gtk_widget_get_first_child (widget);
  if (GTK_IS_MENU_BUTTON (widget))      /* the button in it is its own */
    child = GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (widget)));
  for (; child != NULL; child = GTK_IS_MENU_BUTTON (widget) ? NULL : gtk_widget_get_next_sibling (child))
    walk_widget (walk, child);
}

static void
check (const char *where, GtkWidget *root)
{
  g_autoptr (GHashTable) mnemonics = g_hash_table_new (NULL, NULL);
  Walk walk = { .where = where, .mnemonics = mnemonics };
  walk_widget (&walk, root);
  if (walk.wrong > 0)
    g_test_fail_printf ("%s: %u of what is on it can’t be worked by everybody", where, walk.wrong);
}

static guint
count (GtkWidget *root)
{
  guint n = is_worked (root);
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count (child);
  return n;
}

/* ---- what there is ---- */

static void
check_window (const char *where, GtkWindow *window, guint least)
{
  gtk_window_present (window);
  fixture_wait (gtk_widget_get_mapped (GTK_WIDGET (window)) && count (GTK_WIDGET (window)) >= least);
  check (where, GTK_WIDGET (window));
  gtk_window_destroy (window);
}

static void
test_dialogs (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Fixture) fixture = fixture_new (64, 48, 2);
  g_autoptr (LwDesk) desk = lw_desk_new (fixture->project);
  fixture_wait (lw_desk_get_document (desk) != NULL && lw_document_get_palette (lw_desk_get_document (desk)) != NULL && lw_document_get_palette (lw_desk_get_document (desk))->classes->len > 0);
  check_window ("New Project", GTK_WINDOW (lw_new_project_dialog_new (NULL)), 5);
  check_window ("Add Media", GTK_WINDOW (lw_add_media_dialog_new (NULL, desk)), 3);
  check_window ("Media", GTK_WINDOW (lw_media_dialog_new (NULL, desk)), 0);
  check_window ("Export", GTK_WINDOW (lw_export_dialog_new (NULL, desk)), 3);
  check_window ("Import", GTK_WINDOW (lw_import_dialog_new (NULL, desk)), 3);
  check_window ("Edit Classes", GTK_WINDOW (lw_palette_dialog_new (NULL, lw_document_get_palette (lw_desk_get_document (desk)))), 20);
  check_window ("Preferences", GTK_WINDOW (lw_preferences_window_new ()), 50);
}

static void
test_start (void)
{
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_child (window, g_object_new (LW_TYPE_START_PAGE, NULL));
  lw_keys_tip_actions (GTK_WIDGET (window));      /* as the program's own window does it for all that is in it */
  check_window ("the start page", window, 3);
}

static void
check_panes (LwWorkspace *workspace)
{
  static const char *const panes[] = { "history", "snapshots", "statistics", "datasets", "log", "packages", "backups", "space", "check" };
  for (gsize i = 0; i < G_N_ELEMENTS (panes); i++)
    {
      lw_project_page_show (workspace->project_page, panes[i]);
      check (panes[i], lw_project_page_get_pane (workspace->project_page));
    }
}

/* All of the pages at once: what is not shown now is so later. Mnemonics are for dialogs. */
static void
test_workspace (void)
{
  g_autoptr (Fixture) fixture = fixture_new (64, 48, 2);
  g_autoptr (LwDesk) desk = lw_desk_new (fixture->project);
  GtkWidget *workspace = lw_workspace_new (desk);
  GtkWindow *window = GTK_WINDOW (adw_window_new ());
  adw_window_set_content (ADW_WINDOW (window), workspace);
  gtk_window_present (window);
  fixture_wait (gtk_widget_get_mapped (workspace) && lw_document_get_planes (lw_desk_get_document (desk)) != NULL);
  check_panes (LW_WORKSPACE (workspace));
  g_assert_cmpuint (count (workspace), >, 80);
  check ("the window of a project", workspace);
  check_window ("What Must Hold", lw_contract_dialog_new (window, LW_WORKSPACE (workspace)->reviews), 5);
  lw_workspace_prepare_close (LW_WORKSPACE (workspace));
  gtk_window_destroy (window);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_assert_true (lw_settings_init (&error));
  lw_keys_follow (lw_keys_get (), lw_settings_get ());
  g_test_add_func ("/names/dialogs", test_dialogs);
  g_test_add_func ("/names/start", test_start);
  g_test_add_func ("/names/workspace", test_workspace);
  return g_test_run ();
}
