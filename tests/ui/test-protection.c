/* test-protection.c: what is locked, hidden or not to be painted over stays, whatever tool comes, with a real pointer; locks outlive the window */
#include "config.h"
#include <adwaita.h>
#include <string.h>
#include "canvas-rig.h"
#include "desk/desk.h"
#include "settings.h"

#define SIDE 240
#define LOCKED 2
#define FREE 3

/* Left half of the frame: a class that is locked; right half: one that is not. */
static Rig *
make_halves (void)
{
  Rig *rig = rig_new (SIDE, SIDE, SIDE, SIDE);
  for (int half = 0; half < 2; half++)
    {
      LwEdit *edit = lw_document_begin_edit (rig->document, NULL);
      for (int y = 0; y < SIDE; y++)
        lw_edit_span (edit, y, half * SIDE / 2, (half + 1) * SIDE / 2, half == 0 ? LOCKED : FREE);
      lw_document_end_edit (rig->document, "brush");
    }
  lw_toolbox_set_locked (rig->toolbox, LOCKED, TRUE);
  lw_toolbox_set_class (rig->toolbox, 5);
  lw_toolbox_set_brush_size (rig->toolbox, 30);
  return rig;
}

static guint
count (Rig *rig, guint8 label)
{
  guint n = 0;
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      n += lw_label_map_get (rig_labels (rig), x, y) == label;
  return n;
}

static void
assert_locked_half_stays (Rig *rig)
{
  g_assert_cmpuint (count (rig, LOCKED), ==, SIDE / 2 * SIDE);
  g_assert_cmpuint (count (rig, FREE), <, SIDE / 2 * SIDE);      /* while the other half did change */
}

static void
drag_across (Rig *rig)
{
  rig_hand (rig, "mousemove %d %d mousedown 1 mousemove %d %d mousemove %d %d mouseup 1", 20, SIDE / 2, SIDE / 2, SIDE / 2 + 5, SIDE - 20, SIDE / 2);
}

static void
test_tools (void)
{
  static const LwTool painting[] = { LW_TOOL_BRUSH, LW_TOOL_ERASER };
  g_autoptr (Rig) rig = make_halves ();
  for (gsize i = 0; i < G_N_ELEMENTS (painting); i++)
    {
      lw_toolbox_set_tool (rig->toolbox, painting[i]);
      drag_across (rig);
      assert_locked_half_stays (rig);
      lw_document_undo (rig->document);
      g_assert_cmpuint (count (rig, FREE), ==, SIDE / 2 * SIDE);
    }
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_POLYGON);
  rig_hand (rig, "mousemove 30 30 click 1 sleep 0.6 mousemove 200 60 click 1 sleep 0.6 mousemove 100 200 click 1 sleep 0.6 key Return");
  assert_locked_half_stays (rig);
  lw_document_undo (rig->document);
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_FILL);
  rig_hand (rig, "mousemove 30 30 click 1 sleep 0.6 mousemove 200 60 click 1");
  assert_locked_half_stays (rig);
  g_assert_cmpuint (count (rig, 5), ==, SIDE / 2 * SIDE);

  lw_toolbox_set_locked (rig->toolbox, LOCKED, FALSE);
  rig_hand (rig, "mousemove 30 30 click 1");
  g_assert_cmpuint (count (rig, LOCKED), ==, 0);
}

static void
propose_one_class (Rig *rig, guint8 label)
{
  g_autoptr (LwLabelMap) map = lw_label_map_new (SIDE, SIDE);
  for (int y = 0; y < SIDE; y++)
    memset (lw_label_map_row (map, y), label, SIDE);
  fixture_propose (rig->fixture, rig->document, map);
  g_object_set (rig->toolbox, "overwrite-hand", TRUE, NULL);
}

static void
test_apply_region (void)
{
  g_autoptr (Rig) rig = make_halves ();
  propose_one_class (rig, 7);
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_APPLY_REGION);
  rig_hand (rig, "mousemove 60 60 click 1");      /* the region goes over both halves */
  assert_locked_half_stays (rig);
  g_assert_cmpuint (count (rig, 7), ==, SIDE / 2 * SIDE);
}

/* Applying changes much at once: neither do hidden pixels go, nor does a hidden proposal come. */
static void
test_apply_hidden (void)
{
  g_autoptr (Rig) rig = make_halves ();
  lw_toolbox_set_locked (rig->toolbox, LOCKED, FALSE);
  lw_toolbox_set_hidden (rig->toolbox, LOCKED, TRUE);
  propose_one_class (rig, 7);
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_APPLY_REGION);
  lw_toolbox_set_hidden (rig->toolbox, 7, TRUE);
  rig_hand (rig, "mousemove 60 60 click 1");
  g_assert_cmpuint (count (rig, 7), ==, 0);
  lw_toolbox_set_hidden (rig->toolbox, 7, FALSE);
  rig_hand (rig, "mousemove 61 60 click 1");
  assert_locked_half_stays (rig);
  g_assert_cmpuint (count (rig, 7), ==, SIDE / 2 * SIDE);
}

static void
test_apply_only_over (void)
{
  g_autoptr (Rig) rig = make_halves ();
  LwApplySelection all = { 0 };
  LwProtection protection;
  propose_one_class (rig, 7);
  g_object_set (rig->toolbox, "paint-over", (int) LW_PAINT_OVER_UNLABELLED, NULL);
  lw_toolbox_get_apply_protection (rig->toolbox, &protection);
  g_assert_cmpuint (lw_document_apply_proposal (rig->document, &all, &protection, TRUE), ==, 0);
  g_object_set (rig->toolbox, "paint-over", (int) LW_PAINT_OVER_CLASS, "paint-over-class", (guint) LOCKED, NULL);
  lw_toolbox_get_apply_protection (rig->toolbox, &protection);
  g_assert_cmpuint (lw_document_apply_proposal (rig->document, &all, &protection, TRUE), ==, 0);      /* that one is locked */
  lw_toolbox_set_locked (rig->toolbox, LOCKED, FALSE);
  lw_toolbox_get_apply_protection (rig->toolbox, &protection);
  g_assert_cmpuint (lw_document_apply_proposal (rig->document, &all, &protection, TRUE), ==, SIDE / 2 * SIDE);
  g_assert_cmpuint (count (rig, FREE), ==, SIDE / 2 * SIDE);
}

/* “Only over unlabelled” is a brush's setting: an eraser would have nothing to do. */
static void
test_eraser_over_unlabelled (void)
{
  g_autoptr (Rig) rig = make_halves ();
  g_object_set (rig->toolbox, "paint-over", (int) LW_PAINT_OVER_UNLABELLED, NULL);
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_BRUSH);
  drag_across (rig);
  g_assert_cmpuint (count (rig, 5), ==, 0);
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_ERASER);
  drag_across (rig);
  assert_locked_half_stays (rig);
}

static const char *
cursor_over (Rig *rig, int x, int y)
{
  rig_hand (rig, "mousemove %d %d", x, y);
  return gdk_cursor_get_name (gtk_widget_get_cursor (rig->canvas));
}

/* One half by a person, the other by the model: with “Keep what people painted” no tool changes the first. */
static void
test_keep_hand_work (void)
{
  static const LwTool painting[] = { LW_TOOL_BRUSH, LW_TOOL_ERASER, LW_TOOL_LINE };
  g_autoptr (Rig) rig = rig_new (SIDE, SIDE, SIDE, SIDE);
  LwEdit *edit = lw_document_begin_edit (rig->document, NULL);
  LwApplySelection all = { 0 };
  LwProtection protection = { 0 };
  for (int y = 0; y < SIDE; y++)
    lw_edit_span (edit, y, 0, SIDE / 2, LOCKED);
  lw_document_end_edit (rig->document, "brush");
  propose_one_class (rig, FREE);
  lw_document_apply_proposal (rig->document, &all, &protection, FALSE);
  g_object_set (rig->toolbox, "protect-hand", TRUE, NULL);
  lw_toolbox_set_class (rig->toolbox, 5);
  for (gsize i = 0; i < G_N_ELEMENTS (painting); i++)
    {
      lw_toolbox_set_tool (rig->toolbox, painting[i]);
      drag_across (rig);
      assert_locked_half_stays (rig);
      lw_document_undo (rig->document);
    }
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_FILL);
  g_assert_cmpstr (cursor_over (rig, 30, 60), ==, "not-allowed");
  rig_hand (rig, "click 1 sleep 0.6");
  g_assert_cmpstr (cursor_over (rig, 200, 60), ==, "crosshair");
  rig_hand (rig, "click 1");
  assert_locked_half_stays (rig);
  g_assert_cmpuint (count (rig, 5), ==, SIDE / 2 * SIDE);
  lw_document_undo (rig->document);

  g_object_set (rig->toolbox, "protect-hand", FALSE, NULL);
  rig_hand (rig, "mousemove 31 60 click 1");
  g_assert_cmpuint (count (rig, LOCKED), ==, 0);
}

/* Bright pixels right of and below the pointer; the picture has none. */
static guint
count_mark_pixels (Rig *rig, int x, int y)
{
  int width, height;
  g_autofree guint32 *pixels = rig_render (rig, &width, &height);
  guint n = 0;
  for (int py = y + 13; py < y + 29; py++)
    for (int px = x + 13; px < x + 46; px++)
      n += ((pixels[py * width + px] & 0x808080) == 0x808080);
  return n;
}

static void
test_marks (void)
{
  g_autoptr (Rig) rig = rig_new (SIDE, SIDE, SIDE, SIDE);
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_BRUSH);
  lw_toolbox_set_brush_size (rig->toolbox, 4);
  rig_hand (rig, "mousemove 100 100");
  g_assert_cmpuint (count_mark_pixels (rig, 100, 100), ==, 0);
  g_object_set (rig->toolbox, "paint-over", (int) LW_PAINT_OVER_UNLABELLED, NULL);
  guint square = count_mark_pixels (rig, 100, 100);
  g_assert_cmpuint (square, >, 0);
  g_object_set (rig->toolbox, "protect-hand", TRUE, NULL);
  g_assert_cmpuint (count_mark_pixels (rig, 100, 100), >, square);
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_PAN);
  g_assert_cmpuint (count_mark_pixels (rig, 100, 100), ==, 0);
}

static void
test_cursor (void)
{
  g_autoptr (Rig) rig = make_halves ();
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_BRUSH);
  g_assert_cmpstr (cursor_over (rig, 200, 50), ==, "crosshair");
  g_assert_cmpstr (cursor_over (rig, 50, 50), ==, "not-allowed");
  lw_toolbox_set_tool (rig->toolbox, LW_TOOL_POLYGON);      /* its corners may lie anywhere */
  g_assert_cmpstr (cursor_over (rig, 51, 50), ==, "crosshair");
}

/* ---- kept with the project ---- */

static LwDesk *
open_desk (Fixture *fixture)
{
  LwDesk *desk = lw_desk_new (fixture->project);
  gboolean ready = FALSE;
  while (!ready)
    {
      fixture_turn ();
      g_object_get (desk, "ready", &ready, NULL);
    }
  return desk;
}

static gboolean
is_locked (LwProject *project, guint8 id)
{
  gboolean locked[256];
  lw_project_get_locked (project, locked);
  return locked[id];
}

/* Not only at the end: a window may be killed. */
static void
test_kept (void)
{
  g_autoptr (Fixture) fixture = fixture_new (64, 48, 1);
  LwDesk *desk = open_desk (fixture);
  for (guint8 id = 0; id < 9; id++)
    lw_toolbox_set_locked (lw_desk_get_toolbox (desk), id, TRUE);
  for (guint8 id = 0; id < 9; id++)
    lw_toolbox_set_locked (lw_desk_get_toolbox (desk), id, id == 3 || id == 8);
  fixture_wait (is_locked (fixture->project, 8) && !is_locked (fixture->project, 7));
  g_object_unref (desk);
  fixture_reopen (fixture);
  desk = open_desk (fixture);
  for (guint8 id = 0; id < 9; id++)
    g_assert_cmpint (lw_toolbox_is_locked (lw_desk_get_toolbox (desk), id), ==, id == 3 || id == 8);
  g_object_unref (desk);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  lw_settings_init (&error);
  g_assert_no_error (error);
  g_test_add_func ("/protection/tools", test_tools);
  g_test_add_func ("/protection/apply-region", test_apply_region);
  g_test_add_func ("/protection/apply-hidden", test_apply_hidden);
  g_test_add_func ("/protection/apply-only-over", test_apply_only_over);
  g_test_add_func ("/protection/eraser-over-unlabelled", test_eraser_over_unlabelled);
  g_test_add_func ("/protection/cursor", test_cursor);
  g_test_add_func ("/protection/keep-hand-work", test_keep_hand_work);
  g_test_add_func ("/protection/marks", test_marks);
  g_test_add_func ("/protection/kept", test_kept);
  return g_test_run ();
}
