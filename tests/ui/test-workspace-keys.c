/* test-workspace-keys.c: a whole project's window by real keys: tools, classes, changed keys, what is left, what is found again after a restart */
#include "config.h"
#include <adwaita.h>
#include <gdk/x11/gdkx.h>
#include <math.h>
#include <string.h>
#include "desk/desk.h"
#include "editor/canvas.h"
#include "fixture.h"
#include "keys/keys.h"
#include "settings.h"
#include "tools/tool-rail.h"
#include "window/workspace-private.h"

#define W 320
#define H 240

typedef struct { Fixture *fixture; LwDesk *desk; GtkWidget *workspace; GtkWindow *window; } Rig;

static GtkWidget *
find (GtkWidget *root, GType type, const char *css)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (root, type) && (css == NULL || gtk_widget_has_css_class (root, css)))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, type, css);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static LwCanvas *
canvas (Rig *rig)
{
  return LW_CANVAS (find (rig->workspace, LW_TYPE_CANVAS, NULL));
}

static LwToolbox *
toolbox (Rig *rig)
{
  return lw_desk_get_toolbox (rig->desk);
}

static LwDocument *
document (Rig *rig)
{
  return lw_desk_get_document (rig->desk);
}

static void
settle (void)
{
  gint64 end = g_get_monotonic_time () + 150 * 1000;
  while (g_get_monotonic_time () < end)
    fixture_turn ();
}

static void
open_window (Rig *rig)
{
  rig->desk = lw_desk_new (rig->fixture->project);
  rig->workspace = lw_workspace_new (rig->desk);
  rig->window = GTK_WINDOW (adw_window_new ());
  gtk_window_set_default_size (rig->window, 1200, 760);
  adw_window_set_content (ADW_WINDOW (rig->window), rig->workspace);
  gtk_window_present (rig->window);
  fixture_wait (gtk_widget_get_mapped (rig->workspace) && lw_document_get_planes (document (rig)) != NULL && lw_document_get_image (document (rig)) != NULL);
  settle ();
}

static void
on_closed_cb (GObject *source, GAsyncResult *result, gpointer done)
{
  g_autoptr (GError) error = NULL;
  lw_desk_close_finish (LW_DESK (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) done = TRUE;
}

/* As a window does it (window.c). */
static void
close_window (Rig *rig)
{
  gboolean done = FALSE;
  lw_workspace_prepare_close (LW_WORKSPACE (rig->workspace));
  lw_desk_close_async (rig->desk, on_closed_cb, &done);
  fixture_wait (done);
  gtk_window_destroy (rig->window);
  g_clear_object (&rig->desk);
}

static Rig *
rig_new (void)
{
  Rig *rig = g_new0 (Rig, 1);
  rig->fixture = fixture_new (W, H, 2);
  open_window (rig);
  return rig;
}

static void
rig_free (Rig *rig)
{
  close_window (rig);
  fixture_free (rig->fixture);
  g_free (rig);
}

static void
exited_cb (GObject *process, GAsyncResult *result, gpointer done)
{
  g_subprocess_wait_finish (G_SUBPROCESS (process), result, NULL);
  *(gboolean *) done = TRUE;
}

static void
type_keys (Rig *rig, const char *keys)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done = FALSE;
  gulong id = gdk_x11_surface_get_xid (gtk_native_get_surface (GTK_NATIVE (rig->window)));
  g_autofree char *line = g_strdup_printf ("xdotool windowfocus --sync %lu key --delay 40 %s", id, keys);
  g_assert_true (g_shell_parse_argv (line, NULL, &words, &error));
  g_autoptr (GSubprocess) process = g_subprocess_newv ((const char *const *) words, G_SUBPROCESS_FLAGS_NONE, &error);
  g_assert_no_error (error);
  g_subprocess_wait_async (process, NULL, exited_cb, &done);
  fixture_wait (done);
  settle ();
}

static const char *
said (Rig *rig)
{
  GtkWidget *label = find (rig->workspace, GTK_TYPE_LABEL, "pill-label");
  return gtk_widget_get_visible (label) ? gtk_label_get_label (GTK_LABEL (label)) : "";
}

static void
fill (Rig *rig, int x, int y, int width, int height, guint8 label)
{
  LwEdit *edit = lw_document_begin_edit (document (rig), NULL);
  for (int i = y; i < y + height; i++)
    lw_edit_span (edit, i, x, x + width, label);
  lw_document_end_edit (document (rig), "brush");
}

/* ---- */

static void
assert_tool (Rig *rig, LwTool tool)
{
  g_assert_cmpint (lw_toolbox_get_tool (toolbox (rig)), ==, tool);
}

static void
test_tools (void)
{
  Rig *rig = rig_new ();
  type_keys (rig, "p e");
  assert_tool (rig, LW_TOOL_ERASER);
  type_keys (rig, "z");                                            /* the last two on one key */
  assert_tool (rig, LW_TOOL_POLYGON);
  type_keys (rig, "z");
  assert_tool (rig, LW_TOOL_ERASER);

  const GPtrArray *classes = lw_document_get_palette (document (rig))->classes;
  type_keys (rig, "1 alt+Down");
  g_assert_cmpuint (lw_toolbox_get_class (toolbox (rig)), ==, ((LwClass *) classes->pdata[1])->id);
  type_keys (rig, "alt+Up alt+Up");                                /* around */
  guint8 last = ((LwClass *) classes->pdata[classes->len - 1])->id;
  g_assert_cmpuint (lw_toolbox_get_class (toolbox (rig)), ==, last);
  type_keys (rig, "shift+h shift+l");
  g_assert_true (lw_toolbox_is_hidden (toolbox (rig), last) && lw_toolbox_is_locked (toolbox (rig), last));
  type_keys (rig, "shift+h shift+l shift+b");
  g_assert_false (lw_toolbox_is_hidden (toolbox (rig), last) || lw_toolbox_is_locked (toolbox (rig), last));
  g_assert_cmpint (lw_toolbox_get_brush_shape (toolbox (rig)), ==, LW_BRUSH_SQUARE);
  type_keys (rig, "shift+b braceright");
  g_assert_cmpfloat_with_epsilon (lw_toolbox_get_opacity (toolbox (rig)), 0.6, 1e-9);
  type_keys (rig, "braceleft");

  gboolean timeline;
  type_keys (rig, "F8");
  g_object_get (rig->workspace, "timeline", &timeline, NULL);
  g_assert_false (timeline);
  type_keys (rig, "F8 slash b");                                   /* what is typed into an entry is text */
  assert_tool (rig, LW_TOOL_BRUSH);
  lw_toolbox_set_tool (toolbox (rig), LW_TOOL_FILL);
  type_keys (rig, "e");
  assert_tool (rig, LW_TOOL_FILL);
  rig_free (rig);
}

static void
test_changed (void)
{
  Rig *rig = rig_new ();
  lw_keys_choose (lw_keys_get (), lw_commands_find ("workspace.tool(2)"), (const char *const[]) { "<Control>F2", "<Control>F3", NULL });
  lw_keys_choose (lw_keys_get (), lw_commands_find ("canvas.cursor::right"), (const char *const[]) { "d", NULL });
  lw_keys_choose (lw_keys_get (), lw_commands_find ("canvas.hold-peek"), (const char *const[]) { "<Control>F4", NULL });
  type_keys (rig, "b e");                                          /* “e” does nothing any more */
  assert_tool (rig, LW_TOOL_BRUSH);
  type_keys (rig, "ctrl+F2");
  assert_tool (rig, LW_TOOL_ERASER);
  type_keys (rig, "b ctrl+F3");
  assert_tool (rig, LW_TOOL_ERASER);
  g_autofree char *before = NULL, *after = NULL;
  type_keys (rig, "d");
  g_object_get (canvas (rig), "pointer-text", &before, NULL);
  type_keys (rig, "d");
  g_object_get (canvas (rig), "pointer-text", &after, NULL);
  g_assert_cmpstr (before, !=, "");
  g_assert_cmpstr (before, !=, after);
  lw_keys_reset (lw_keys_get ());
  type_keys (rig, "b e");
  assert_tool (rig, LW_TOOL_ERASER);
  rig_free (rig);
}

static void
test_state (void)
{
  Rig *rig = rig_new ();
  double x, y, x2, y2;
  type_keys (rig, "b bracketright bracketright s braceleft 4 b");
  double size = lw_toolbox_get_brush_size (toolbox (rig)), opacity = lw_toolbox_get_opacity (toolbox (rig));
  guint8 klass = lw_toolbox_get_class (toolbox (rig));
  g_object_set (toolbox (rig), "brush-shape", LW_BRUSH_SQUARE, "paint-over", LW_PAINT_OVER_CLASS, "paint-over-class", 3, NULL);
  lw_canvas_zoom_to (canvas (rig), 9, 0, 0);
  lw_canvas_center_on (canvas (rig), 200, 150);
  settle ();
  lw_canvas_get_center (canvas (rig), &x, &y);
  g_assert_cmpfloat_with_epsilon (x, 200, 1);

  type_keys (rig, "u shift+Right u ctrl+z period");                /* undo, and another frame, change none of it */
  fixture_wait (lw_desk_get_position (rig->desk) == 1 && !lw_document_is_loading (document (rig)));
  settle ();
  assert_tool (rig, LW_TOOL_BRUSH);
  g_assert_cmpfloat (lw_toolbox_get_brush_size (toolbox (rig)), ==, size);
  g_assert_cmpuint (lw_toolbox_get_class (toolbox (rig)), ==, klass);
  g_assert_cmpfloat (lw_canvas_get_zoom (canvas (rig)), ==, 9);
  lw_canvas_get_center (canvas (rig), &x2, &y2);
  g_assert_cmpfloat_with_epsilon (x2, x, 60);

  lw_canvas_center_on (canvas (rig), 150, 120);
  close_window (rig);
  fixture_reopen (rig->fixture);
  open_window (rig);
  int shape, over, last;
  guint over_class;
  g_object_get (toolbox (rig), "brush-shape", &shape, "paint-over", &over, "paint-over-class", &over_class, "last-tool", &last, NULL);
  assert_tool (rig, LW_TOOL_BRUSH);
  g_assert_cmpint (last, ==, LW_TOOL_SUPERPIXELS);
  g_assert_cmpfloat (lw_toolbox_get_brush_size (toolbox (rig)), ==, size);
  g_assert_cmpfloat (lw_toolbox_get_opacity (toolbox (rig)), ==, opacity);
  g_assert_cmpuint (lw_toolbox_get_class (toolbox (rig)), ==, klass);
  g_assert_cmpint (shape, ==, LW_BRUSH_SQUARE);
  g_assert_cmpint (over, ==, LW_PAINT_OVER_CLASS);
  g_assert_cmpuint (over_class, ==, 3);
  fixture_wait (lw_canvas_get_zoom (canvas (rig)) == 9);
  lw_canvas_get_center (canvas (rig), &x, &y);
  g_assert_cmpfloat_with_epsilon (x, 150, 1);
  g_assert_cmpfloat_with_epsilon (y, 120, 1);
  g_object_set (toolbox (rig), "brush-shape", LW_BRUSH_ROUND, "paint-over", LW_PAINT_OVER_ALL, NULL);
  rig_free (rig);
}

static AdwMessageDialog *
find_dialog (void)
{
  GListModel *windows = gtk_window_get_toplevels ();
  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);
      if (ADW_IS_MESSAGE_DIALOG (window) && gtk_widget_get_visible (GTK_WIDGET (window)))
        return ADW_MESSAGE_DIALOG (window);
    }
  return NULL;
}

static LwFrameStatus
status (Rig *rig)
{
  return lw_desk_get_frame (rig->desk)->status;
}

static void
test_unfinished (void)
{
  Rig *rig = rig_new ();
  fill (rig, 0, 0, 10, 10, 3);
  fixture_wait (status (rig) == LW_FRAME_IN_PROGRESS);
  type_keys (rig, "p u shift+Right u shift+Down u b");             /* it waits with another tool in the hand, too */
  g_autofree char *what = lw_canvas_describe_unfinished (canvas (rig));
  g_assert_nonnull (what);
  type_keys (rig, "ctrl+Return");
  fixture_wait (find_dialog () != NULL);
  g_assert_nonnull (strstr (adw_message_dialog_get_body (find_dialog ()), "polygon"));
  adw_message_dialog_response (find_dialog (), "cancel");
  gtk_window_close (GTK_WINDOW (find_dialog ()));
  fixture_wait (find_dialog () == NULL);
  g_assert_cmpint (status (rig), ==, LW_FRAME_IN_PROGRESS);

  type_keys (rig, "ctrl+Return");
  fixture_wait (find_dialog () != NULL);
  adw_message_dialog_response (find_dialog (), "answer");
  fixture_wait (status (rig) == LW_FRAME_SUBMITTED);
  if (find_dialog () != NULL)
    gtk_window_close (GTK_WINDOW (find_dialog ()));

  type_keys (rig, "ctrl+alt+z");                                   /* taken back; without a polygon nothing is asked */
  fixture_wait (status (rig) == LW_FRAME_IN_PROGRESS);
  type_keys (rig, "p Escape");
  g_autofree char *nothing = lw_canvas_describe_unfinished (canvas (rig));
  g_assert_null (nothing);
  type_keys (rig, "ctrl+Return");
  fixture_wait (status (rig) == LW_FRAME_SUBMITTED);
  rig_free (rig);
}

static gboolean
shows_popover (Rig *rig, const char *of)
{
  GtkWidget *widget = gtk_window_get_focus (rig->window);
  while (widget != NULL && !GTK_IS_POPOVER (widget))
    widget = gtk_widget_get_parent (widget);
  return widget != NULL && gtk_widget_get_mapped (widget) && g_str_has_prefix (G_OBJECT_TYPE_NAME (widget), of);
}

/* What else only buttons do: options fold out, pages and panes are reached, and come back to the canvas. */
static void
test_reach (void)
{
  static const struct { const char *key, *popover; } options[] = { { "alt+v", "LwViewPopover" }, { "alt+t", "GtkPopover" }, { "alt+l", "GtkPopover" }, { "F10", "GtkPopoverMenu" } };
  static const struct { const char *key, *pane; } panes[] = { { "ctrl+h", "LwHistoryPane" }, { "ctrl+alt+2", "LwStatisticsPane" }, { "ctrl+alt+4", "LwLogPane" }, { "ctrl+alt+8", "LwCheckPane" } };
  Rig *rig = rig_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    {
      type_keys (rig, options[i].key);
      fixture_wait (shows_popover (rig, options[i].popover));
      type_keys (rig, "Escape");
      fixture_wait (!shows_popover (rig, options[i].popover));
      type_keys (rig, "alt+c");
    }
  for (gsize i = 0; i < G_N_ELEMENTS (panes); i++)
    {
      type_keys (rig, panes[i].key);
      GtkWidget *pane = find (rig->workspace, g_type_from_name (panes[i].pane), NULL);
      fixture_wait (pane != NULL && gtk_widget_get_mapped (pane));
    }
  type_keys (rig, "ctrl+t");                                       /* first the page, so that nothing starts unseen */
  GtkWidget *train = find (rig->workspace, g_type_from_name ("LwTrainPage"), NULL);
  fixture_wait (gtk_widget_get_mapped (train));
  type_keys (rig, "alt+1");
  fixture_wait (gtk_widget_get_mapped (GTK_WIDGET (canvas (rig))));
  rig_free (rig);
}

/* Comments, without a mouse: said, gone to, answered, resolved. */
static void
test_comments (void)
{
  Rig *rig = rig_new ();
  LwReviews *reviews = LW_WORKSPACE (rig->workspace)->reviews;
  lw_reviews_comment (reviews, 20, 30, "first");
  fixture_wait (lw_reviews_get_threads (reviews)->len == 1);
  lw_reviews_comment (reviews, 200, 150, "second");
  fixture_wait (lw_reviews_get_threads (reviews)->len == 2);
  const gint64 ids[] = { ((LwThread *) lw_reviews_get_threads (reviews)->pdata[0])->id, ((LwThread *) lw_reviews_get_threads (reviews)->pdata[1])->id };
  lw_reviews_select (reviews, 0);
  type_keys (rig, "alt+Page_Down");
  g_assert_cmpint (lw_reviews_get_selected (reviews), ==, ids[0]);
  type_keys (rig, "alt+Page_Down");
  g_assert_cmpint (lw_reviews_get_selected (reviews), ==, ids[1]);
  type_keys (rig, "alt+Page_Down alt+Page_Up");                    /* around, and back */
  g_assert_cmpint (lw_reviews_get_selected (reviews), ==, ids[1]);
  type_keys (rig, "alt+a y e s Return");
  fixture_wait (lw_reviews_find_thread (reviews, ids[1])->comments->len == 2);
  type_keys (rig, "alt+e");
  fixture_wait (lw_reviews_find_thread (reviews, ids[1])->resolved);
  type_keys (rig, "alt+e");
  fixture_wait (!lw_reviews_find_thread (reviews, ids[1])->resolved);
  rig_free (rig);
}

static void
assert_looks_at (Rig *rig, double x, double y, double distance)
{
  double at_x, at_y;
  lw_canvas_get_center (canvas (rig), &at_x, &at_y);
  g_assert_cmpfloat (hypot (at_x - x, at_y - y), <, distance);
}

static void
test_left (void)
{
  Rig *rig = rig_new ();
  fill (rig, 0, 0, W, H, 3);
  fill (rig, 20, 30, 2, 2, LW_LABEL_NONE);
  fill (rig, 250, 180, 3, 1, LW_LABEL_NONE);
  fill (rig, 100, 100, 4, 4, 5);                                   /* a speck */
  fixture_wait (lw_coverage_is_known (lw_desk_get_coverage (rig->desk)) && lw_coverage_get_unlabelled (lw_desk_get_coverage (rig->desk)) == 7);
  type_keys (rig, "F6");
  fixture_wait (g_str_has_prefix (said (rig), "Unlabelled area 1 of 2"));
  assert_looks_at (rig, 21, 31, 60);                               /* as near as the picture's edge lets it come */
  g_assert_cmpfloat (lw_canvas_get_zoom (canvas (rig)), >=, 6);
  type_keys (rig, "F6");
  fixture_wait (g_str_has_prefix (said (rig), "Unlabelled area 2 of 2"));
  assert_looks_at (rig, 251, 180, 3);
  type_keys (rig, "F6");                                           /* around */
  fixture_wait (g_str_has_prefix (said (rig), "Unlabelled area 1 of 2"));
  type_keys (rig, "shift+F6");
  fixture_wait (g_str_has_prefix (said (rig), "Unlabelled area 2 of 2"));
  type_keys (rig, "F11");
  fixture_wait (g_str_has_prefix (said (rig), "Speck 1 of 1"));
  assert_looks_at (rig, 102, 102, 3);

  /* With the keys' cursor in use it goes along: so the area can be filled at once. */
  type_keys (rig, "3 f Right F6 u");
  fixture_wait (lw_coverage_get_unlabelled (lw_desk_get_coverage (rig->desk)) < 7);
  fill (rig, 0, 0, W, H, 3);
  fixture_wait (lw_coverage_get_unlabelled (lw_desk_get_coverage (rig->desk)) == 0);
  type_keys (rig, "F6");
  fixture_wait (g_str_equal (said (rig), "Every pixel is labelled"));
  type_keys (rig, "F11");
  fixture_wait (g_str_has_prefix (said (rig), "No region is smaller than 64"));
  type_keys (rig, "F12");
  fixture_wait (g_str_has_prefix (said (rig), "Nothing is proposed"));
  rig_free (rig);
}

static void
test_unsure (void)
{
  Rig *rig = rig_new ();
  g_autoptr (LwLabelMap) map = lw_label_map_new (W, H);
  for (int y = 0; y < H; y++)
    memset (lw_label_map_row (map, y), 4, W);
  fixture_propose (rig->fixture, document (rig), map);
  LwLabelMap *confidence = (LwLabelMap *) lw_document_get_proposal (document (rig))->confidence;
  for (int y = 40; y < 50; y++)
    memset (lw_label_map_row (confidence, y) + 55, 20, 10);
  for (int y = 5; y < 13; y++)
    memset (lw_label_map_row (confidence, y) + 5, 90, 8);
  lw_canvas_zoom_to (canvas (rig), 8, 0, 0);
  type_keys (rig, "F12");
  fixture_wait (g_str_has_prefix (said (rig), "Unsure region 1 of 2"));      /* the worst first */
  assert_looks_at (rig, 240, 180, 30);
  type_keys (rig, "F12");
  fixture_wait (g_str_has_prefix (said (rig), "Unsure region 2 of 2"));
  fill (rig, 0, 0, 100, 100, 4);                                   /* a person says what it is */
  type_keys (rig, "F12");
  fixture_wait (g_str_has_prefix (said (rig), "Unsure region 1 of 1"));
  fill (rig, 0, 0, W, H, 4);
  type_keys (rig, "F12");
  fixture_wait (g_str_has_prefix (said (rig), "Nothing unsure is left"));
  rig_free (rig);
}

static guint
count_icons (GtkWidget *root, const char *icon)
{
  guint n = GTK_IS_BUTTON (root) && g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (root)), icon) == 0;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count_icons (child, icon);
  return n;
}

/* Locks and eyes say what is, not what a click would do. */
static void
test_class_icons (void)
{
  Rig *rig = rig_new ();
  guint n = lw_document_get_palette (document (rig))->classes->len;
  g_assert_cmpuint (count_icons (rig->workspace, "changes-allow-symbolic"), ==, n);
  g_assert_cmpuint (count_icons (rig->workspace, "view-reveal-symbolic"), ==, n);
  type_keys (rig, "shift+l shift+h");
  fixture_wait (count_icons (rig->workspace, "changes-prevent-symbolic") == 1 && count_icons (rig->workspace, "view-conceal-symbolic") == 1);
  g_assert_cmpuint (count_icons (rig->workspace, "changes-allow-symbolic"), ==, n - 1);
  type_keys (rig, "shift+l shift+h");
  fixture_wait (count_icons (rig->workspace, "changes-allow-symbolic") == n && count_icons (rig->workspace, "view-reveal-symbolic") == n);
  rig_free (rig);
}

/* On the smallest screen that people use, the project has a name still, and no tool is out of sight. */
static void
test_small (void)
{
  Rig *rig = rig_new ();
  GtkLabel *title = LW_WORKSPACE (rig->workspace)->title_label;
  gtk_label_set_label (title, "Labelwright Sample");
  gtk_window_set_default_size (rig->window, 1024, 700);
  fixture_wait (gtk_widget_get_width (rig->workspace) <= 1024 && gtk_widget_get_height (rig->workspace) <= 700);
  g_autoptr (PangoLayout) word = gtk_widget_create_pango_layout (GTK_WIDGET (title), "Label…ple");
  int width;
  pango_layout_get_pixel_size (word, &width, NULL);
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (title)), >=, width);
  GtkAdjustment *scrolled = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (find (find (rig->workspace, LW_TYPE_TOOL_RAIL, NULL), GTK_TYPE_SCROLLED_WINDOW, NULL)));
  g_assert_cmpfloat (gtk_adjustment_get_upper (scrolled), <=, gtk_adjustment_get_page_size (scrolled));
  rig_free (rig);
}

/* Of the names below @root that can be seen. */
static int
count_names (GtkWidget *root, gboolean cut)
{
  int n = GTK_IS_LABEL (root) && *gtk_label_get_label (GTK_LABEL (root)) != '\0' && pango_layout_is_ellipsized (gtk_label_get_layout (GTK_LABEL (root))) == cut;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_get_mapped (child))
      n += count_names (child, cut);
  return n;
}

/* The names of all pages stand in the header or below, and none is cut. */
static gboolean
shows_pages_once (LwWorkspace *workspace, gboolean below)
{
  GtkWidget *there = below ? GTK_WIDGET (workspace->switcher_bar) : workspace->switchers;
  return adw_view_switcher_bar_get_reveal (workspace->switcher_bar) == below && gtk_widget_get_visible (workspace->switchers) != below &&
         count_names (there, FALSE) == 4 && count_names (there, TRUE) == 0;
}

static void
resize (Rig *rig, int width)
{
  gtk_window_set_default_size (rig->window, width, 700);
  fixture_wait (abs (gtk_widget_get_width (rig->workspace) - width) < 20);      /* the window may have an edge */
}

/* From broad to narrow the pages' names move below once, and stay there whatever page is chosen: nothing moves under the hand. */
static void
test_breadth (void)
{
  Rig *rig = rig_new ();
  LwWorkspace *workspace = LW_WORKSPACE (rig->workspace);
  guint moves = 0;
  gboolean below = FALSE;
  resize (rig, 1240);
  fixture_wait (shows_pages_once (workspace, FALSE));
  for (int width = 1200; width >= 720; width -= 40)
    {
      resize (rig, width);
      fixture_wait (shows_pages_once (workspace, FALSE) || shows_pages_once (workspace, TRUE));
      moves += shows_pages_once (workspace, TRUE) != below;
      below = shows_pages_once (workspace, TRUE);
    }
  g_assert_true (below);
  g_assert_cmpuint (moves, ==, 1);
  adw_view_stack_set_visible_child_name (workspace->stack, "models");      /* which has little else in the header */
  settle ();
  g_assert_true (shows_pages_once (workspace, TRUE));
  resize (rig, 1240);
  fixture_wait (shows_pages_once (workspace, FALSE));
  adw_view_stack_set_visible_child_name (workspace->stack, "label");
  fixture_wait (shows_pages_once (workspace, FALSE));
  rig_free (rig);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_assert_true (lw_settings_init (&error));
  lw_keys_follow (lw_keys_get (), lw_settings_get ());
  g_test_add_func ("/workspace/keys/tools", test_tools);
  g_test_add_func ("/workspace/keys/changed", test_changed);
  g_test_add_func ("/workspace/keys/state", test_state);
  g_test_add_func ("/workspace/keys/unfinished", test_unfinished);
  g_test_add_func ("/workspace/keys/reach", test_reach);
  g_test_add_func ("/workspace/keys/comments", test_comments);
  g_test_add_func ("/workspace/keys/left", test_left);
  g_test_add_func ("/workspace/keys/unsure", test_unsure);
  g_test_add_func ("/workspace/keys/class-icons", test_class_icons);
  g_test_add_func ("/workspace/keys/small", test_small);
  g_test_add_func ("/workspace/keys/breadth", test_breadth);
  return g_test_run ();
}
