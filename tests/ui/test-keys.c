/* test-keys.c: every action has a key of its own; keys are changed, kept, taken from others and given back; nonsense in the settings does no harm */
#include "config.h"
#include <adwaita.h>
#include <gdk/x11/gdkx.h>
#include <string.h>
#include "application.h"
#include "editor/canvas.h"
#include "fixture.h"
#include "keys/help-overlay.h"
#include "keys/key-dialog.h"
#include "keys/key-row.h"
#include "keys/keys-page.h"
#include "settings.h"
#include "window/window.h"
#include "window/workspace.h"

static const LwCommand *
command (const char *id)
{
  const LwCommand *found = lw_commands_find (id);
  g_assert_nonnull (found);
  return found;
}

static void
assert_keys (const char *id, const char *expected)
{
  g_autofree char *keys = g_strjoinv (" ", (char **) lw_keys_lookup (lw_keys_get (), command (id)));
  g_assert_cmpstr (keys, ==, expected);
}

static void
choose (const char *id, const char *key)
{
  lw_keys_choose (lw_keys_get (), command (id), (const char *const[]) { key, NULL });
}

/* ---- the table ---- */

static void
test_table (void)
{
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal), keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n;
  const LwCommand *commands = lw_commands_get (&n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *action = NULL;
      g_autoptr (GVariant) target = NULL;
      g_auto (GStrv) list = g_strsplit (commands[i].keys, " ", -1);
      g_assert_true (g_hash_table_add (ids, (gpointer) commands[i].id));
      g_assert_true (g_action_parse_detailed_name (commands[i].id, &action, &target, NULL));
      g_assert_cmpstr (commands[i].keys, !=, "");
      for (guint k = 0; list[k] != NULL; k++)
        {
          guint keyval;
          GdkModifierType modifiers;
          g_assert_true (gtk_accelerator_parse (list[k], &keyval, &modifiers) && keyval != 0);
          g_assert_true (g_hash_table_add (keys, gtk_accelerator_name (keyval, modifiers)));      /* nobody else's */
        }
    }
}

static const char *
nth_action (GtkWidgetClass *class, guint n, gboolean *needs_target)
{
  GType owner;
  const char *name, *property;
  const GVariantType *type;
  gboolean there = gtk_widget_class_query_action (class, n, &owner, &name, &type, &property);
  *needs_target = there && type != NULL;
  return there ? name : NULL;
}

static gboolean
has_action (GtkWidgetClass *class, const char *wanted)
{
  const char *name;
  gboolean needs_target;
  for (guint i = 0; (name = nth_action (class, i, &needs_target)) != NULL; i++)
    if (g_str_equal (name, wanted))
      return TRUE;
  return FALSE;
}

static gboolean
is_command (const char *action)
{
  guint n;
  const LwCommand *commands = lw_commands_get (&n);
  for (guint i = 0; i < n; i++)
    if (g_str_has_prefix (commands[i].id, action) && strchr ("(:", commands[i].id[strlen (action)]) != NULL)      /* or its end */
      return TRUE;
  return FALSE;
}

/* What is no person's to ask for: a step of other actions. What needs a thing that was pointed at is left out as well. */
static gboolean
needs_no_key (const char *action)
{
  static const char *const names[] = { "workspace.take-brush", "canvas.peek", "canvas.compare" };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i], action))
      return TRUE;
  return !g_str_has_prefix (action, "workspace.") && !g_str_has_prefix (action, "canvas.") && !g_str_has_prefix (action, "frames.") &&
         !g_str_has_prefix (action, "status.") && !g_str_has_prefix (action, "steps.") && !g_str_has_prefix (action, "proposal.") &&
         !g_str_has_prefix (action, "project.") && !g_str_has_prefix (action, "win.") && !g_str_has_prefix (action, "left.") && !g_str_has_prefix (action, "view.") &&
         !g_str_has_prefix (action, "review.") && !g_str_has_prefix (action, "train.") && !g_str_has_prefix (action, "history.") && !g_str_has_prefix (action, "chosen.");
}

static void
test_every_action (void)
{
  GtkWidgetClass *classes[] = { g_type_class_ref (LW_TYPE_WORKSPACE), g_type_class_ref (LW_TYPE_CANVAS), g_type_class_ref (LW_TYPE_WINDOW) };
  guint n;
  const LwCommand *commands = lw_commands_get (&n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *action = NULL;
      g_autoptr (GVariant) target = NULL;
      g_action_parse_detailed_name (commands[i].id, &action, &target, NULL);
      if (!commands[i].held && !g_str_has_prefix (action, "app."))
        g_assert_true (has_action (classes[0], action) || has_action (classes[1], action) || has_action (classes[2], action));
    }
  for (gsize c = 0; c < G_N_ELEMENTS (classes); c++)
    {
      const char *name;
      gboolean needs_target;
      for (guint i = 0; (name = nth_action (classes[c], i, &needs_target)) != NULL; i++)
        if (!needs_target && !needs_no_key (name) && !is_command (name))
          g_error ("%s has no key: it needs a line in ui/keys/commands.c", name);
      g_type_class_unref (classes[c]);
    }
}

/* ---- changes ---- */

static void
test_conflict (void)
{
  LwKeys *keys = lw_keys_get ();
  choose ("workspace.tool(1)", "e");
  assert_keys ("workspace.tool(1)", "e");
  assert_keys ("workspace.tool(2)", "");
  g_assert_true (lw_keys_find (keys, "e") == command ("workspace.tool(1)"));
  g_assert_null (lw_keys_find (keys, "b"));
  lw_keys_choose (keys, command ("workspace.tool(2)"), NULL);      /* back to the default takes it back */
  assert_keys ("workspace.tool(2)", "e");
  assert_keys ("workspace.tool(1)", "");
  choose ("workspace.tool(1)", "b");
  g_assert_true (lw_keys_is_default (keys, command ("workspace.tool(1)")));

  lw_keys_choose (keys, command ("frames.next"), (const char *const[]) { "period", "<Alt>Right", NULL });
  assert_keys ("frames.next", "period <Alt>Right");
  g_assert_null (lw_keys_find (keys, "Page_Down"));
  lw_keys_choose (keys, command ("frames.next"), (const char *const[]) { NULL });
  assert_keys ("frames.next", "");
  lw_keys_reset (keys);
  assert_keys ("frames.next", "period Page_Down");
  g_autoptr (GVariant) kept = g_settings_get_value (lw_settings_get (), "keys");
  g_assert_cmpuint (g_variant_n_children (kept), ==, 0);
}

/* A later program gives a new action a key that somebody took long before. */
static void
test_kept (void)
{
  g_autoptr (GSettings) settings = g_settings_new (LW_APP_ID);
  choose ("workspace.tool(1)", "<Control>F12");
  choose ("frames.play", "b");
  g_autoptr (LwKeys) later = g_object_new (LW_TYPE_KEYS, NULL);
  lw_keys_follow (later, settings);
  g_assert_true (lw_keys_find (later, "<Control>F12") == command ("workspace.tool(1)"));
  g_assert_true (lw_keys_find (later, "b") == command ("frames.play"));
  lw_keys_reset (lw_keys_get ());
  g_assert_true (lw_keys_find (later, "b") == command ("workspace.tool(1)"));      /* it follows */

  g_settings_set_value (settings, "keys", g_variant_new_parsed ("{'frames.play': ['b']}"));
  assert_keys ("workspace.tool(1)", "");
  g_settings_reset (settings, "keys");
  assert_keys ("workspace.tool(1)", "b");
}

static void
test_nonsense (void)
{
  g_autoptr (GString) long_key = g_string_new ("<Control>");
  while (long_key->len < 5000)
    g_string_append (long_key, "<Shift>");
  g_string_append_c (long_key, 'a');
  const char *const lists[][8] = {
    { "", "<", "<Control>", "no-such-key", "<Nonsense>a", "\xf0\x9f\x98\x80", long_key->str, NULL }, { "a", "b", "c", "d", "e", "f", NULL },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      GVariantBuilder builder;
      g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sas}"));
      g_variant_builder_add (&builder, "{s@as}", "frames.play", g_variant_new_strv (lists[i], -1));
      g_variant_builder_add (&builder, "{s@as}", "no.such-action", g_variant_new_strv (lists[i], -1));
      g_variant_builder_add (&builder, "{s@as}", "frames.first", g_variant_new_strv (lists[i], -1));      /* the same keys again */
      g_settings_set_value (lw_settings_get (), "keys", g_variant_builder_end (&builder));
      assert_keys ("frames.first", i == 0 ? "" : "a b c d");
      assert_keys ("frames.play", "");
    }
  lw_keys_reset (lw_keys_get ());
  assert_keys ("frames.play", "k");
}

static void
test_names (void)
{
  const struct { guint keyval; GdkModifierType state, consumed; const char *name; } cases[] = {
    { GDK_KEY_b, 0, 0, "b" },
    { GDK_KEY_B, GDK_SHIFT_MASK, GDK_SHIFT_MASK, "<Shift>b" },
    { GDK_KEY_B, GDK_LOCK_MASK, GDK_LOCK_MASK, "b" },
    { GDK_KEY_braceleft, GDK_SHIFT_MASK, GDK_SHIFT_MASK, "braceleft" },
    { GDK_KEY_Page_Down, GDK_SHIFT_MASK, 0, "<Shift>Page_Down" },
    { GDK_KEY_ISO_Left_Tab, GDK_SHIFT_MASK, GDK_SHIFT_MASK, "<Shift>Tab" },
    { GDK_KEY_z, GDK_CONTROL_MASK | GDK_ALT_MASK, 0, "<Control><Alt>z" },
    { GDK_KEY_adiaeresis, 0, 0, "adiaeresis" },
    { GDK_KEY_Shift_L, 0, 0, NULL },
    { GDK_KEY_Control_R, GDK_CONTROL_MASK, 0, NULL },
    { GDK_KEY_ISO_Level3_Shift, 0, 0, NULL },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = lw_keys_name (cases[i].keyval, cases[i].state, cases[i].consumed);
      g_assert_cmpstr (name, ==, cases[i].name);
    }
}

/* ---- in windows, by a keyboard ---- */

static void
exited_cb (GObject *process, GAsyncResult *result, gpointer done)
{
  g_subprocess_wait_finish (G_SUBPROCESS (process), result, NULL);
  *(gboolean *) done = TRUE;
}

static void
type_keys (GtkWindow *window, const char *keys)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done = FALSE;
  fixture_wait (gtk_widget_get_mapped (GTK_WIDGET (window)));
  gulong id = gdk_x11_surface_get_xid (gtk_native_get_surface (GTK_NATIVE (window)));
  g_autofree char *line = g_strdup_printf ("xdotool windowfocus --sync %lu key --delay 60 %s", id, keys);
  g_assert_true (g_shell_parse_argv (line, NULL, &words, &error));
  g_autoptr (GSubprocess) process = g_subprocess_newv ((const char *const *) words, G_SUBPROCESS_FLAGS_NONE, &error);
  g_assert_no_error (error);
  g_subprocess_wait_async (process, NULL, exited_cb, &done);
  fixture_wait (done);
  for (int i = 0; i < 20; i++)
    fixture_turn ();
}

/* That of this type which came last. */
static GtkWindow *
find_window (GType type)
{
  GListModel *windows = gtk_window_get_toplevels ();
  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);
      if (G_TYPE_CHECK_INSTANCE_TYPE (window, type))
        return window;
    }
  return NULL;
}

static void
test_dialog (void)
{
  GtkWindow *parent = GTK_WINDOW (gtk_window_new ());
  gtk_window_present (parent);

  GtkWidget *dialog = lw_key_dialog_new (parent, command ("workspace.tool(1)"), FALSE);
  gtk_window_present (GTK_WINDOW (dialog));
  type_keys (GTK_WINDOW (dialog), "ctrl+F12");                     /* free: taken at once */
  fixture_wait (find_window (LW_TYPE_KEY_DIALOG) == NULL);
  assert_keys ("workspace.tool(1)", "<Control>F12");

  dialog = lw_key_dialog_new (parent, command ("workspace.tool(1)"), TRUE);
  gtk_window_present (GTK_WINDOW (dialog));
  type_keys (GTK_WINDOW (dialog), "shift+n");                      /* another's: asked about */
  g_assert_nonnull (find_window (LW_TYPE_KEY_DIALOG));
  assert_keys ("frames.previous-new", "<Shift>n");
  type_keys (GTK_WINDOW (dialog), "Escape");
  fixture_wait (find_window (LW_TYPE_KEY_DIALOG) == NULL);
  assert_keys ("frames.previous-new", "<Shift>n");

  dialog = lw_key_dialog_new (parent, command ("workspace.tool(1)"), TRUE);
  gtk_window_present (GTK_WINDOW (dialog));
  type_keys (GTK_WINDOW (dialog), "shift+n Return");               /* “Replace” */
  fixture_wait (find_window (LW_TYPE_KEY_DIALOG) == NULL);
  assert_keys ("frames.previous-new", "");
  assert_keys ("workspace.tool(1)", "<Control>F12 <Shift>n");
  lw_keys_reset (lw_keys_get ());
  gtk_window_destroy (parent);
}

static guint
count_shown (GtkWidget *widget)
{
  guint n = LW_IS_KEY_ROW (widget) && gtk_widget_get_visible (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count_shown (child);
  return n;
}

static void
test_search (void)
{
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());
  GtkWidget *page = g_object_new (LW_TYPE_KEYS_PAGE, NULL);
  guint all;
  lw_commands_get (&all);
  gtk_window_set_child (window, page);
  gtk_window_present (window);
  g_assert_cmpuint (count_shown (page), ==, all);
  type_keys (window, "p o l y g");                                 /* goes to the search, wherever the focus is */
  fixture_wait (count_shown (page) == 6);                          /* the tool, finish, take back, give up, two for parts */
  type_keys (window, "ctrl+a BackSpace k");
  fixture_wait (count_shown (page) != 6);
  g_assert_cmpuint (count_shown (page), >=, 1);
  gtk_window_destroy (window);
}

static void
test_help (void)
{
  g_autoptr(GtkCssProvider) style = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (style, "/io/github/labelwright/Labelwright/style.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (style), GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  GtkWidget *help = lw_help_overlay_new (NULL);
  gtk_window_present (GTK_WINDOW (help));
  fixture_wait (gtk_widget_get_mapped (help));
  gtk_window_destroy (GTK_WINDOW (help));
}

static const char *
tip (GtkWidget *widget)
{
  return gtk_widget_get_tooltip_text (widget);
}

static void
test_tips (void)
{
  GtkWidget *button = g_object_ref_sink (gtk_button_new ()), *box = g_object_ref_sink (gtk_box_new (GTK_ORIENTATION_VERTICAL, 0)), *undo = gtk_button_new ();
  lw_keys_tip (button, "Size", "canvas.brush-smaller", "canvas.brush-larger");
  g_assert_cmpstr (tip (button), ==, "Size ([ and ])");
  choose ("canvas.brush-larger", "F5");
  g_assert_cmpstr (tip (button), ==, "Size ([ and F5)");
  lw_keys_choose (lw_keys_get (), command ("canvas.brush-smaller"), (const char *const[]) { NULL });
  g_assert_cmpstr (tip (button), ==, "Size (F5)");

  gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (undo), "workspace.show-page::train");
  gtk_widget_set_tooltip_text (undo, "Train");
  gtk_box_append (GTK_BOX (box), undo);
  lw_keys_tip_actions (box);
  lw_keys_tip_actions (box);
  g_assert_cmpstr (tip (undo), ==, "Train (Alt+2)");
  lw_keys_reset (lw_keys_get ());
  g_assert_cmpstr (tip (button), ==, "Size ([ and ])");
  g_object_unref (button);
  g_object_unref (box);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_assert_true (lw_settings_init (&error));
  lw_keys_follow (lw_keys_get (), lw_settings_get ());
  g_test_add_func ("/keys/table", test_table);
  g_test_add_func ("/keys/every-action", test_every_action);
  g_test_add_func ("/keys/conflict", test_conflict);
  g_test_add_func ("/keys/kept", test_kept);
  g_test_add_func ("/keys/nonsense", test_nonsense);
  g_test_add_func ("/keys/names", test_names);
  g_test_add_func ("/keys/tips", test_tips);
  g_test_add_func ("/keys/dialog", test_dialog);
  g_test_add_func ("/keys/search", test_search);
  g_test_add_func ("/keys/help", test_help);
  return g_test_run ();
}
