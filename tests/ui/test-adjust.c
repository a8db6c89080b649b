/* test-adjust.c: the popover “Adjust Labels”, by a real pointer and real keys: what it says would change is what changes */
#include "config.h"
#include <adwaita.h>
#include <string.h>
#include "canvas-rig.h"
#include "desk/desk.h"
#include "label/operations.h"
#include "settings.h"
#include "tools/tool-rail.h"

#define SIDE 200

typedef struct { Rig rig; LwDesk *desk; LwToolRail *rail; GtkWidget *popover; } Adjust;

/* ---- a window with the rail in it ---- */

static GtkWidget *
find (GtkWidget *widget, const char *id)
{
  if (g_strcmp0 (gtk_buildable_get_buildable_id (GTK_BUILDABLE (widget)), id) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, id);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static Adjust *
adjust_new (void)
{
  Adjust *self = g_new0 (Adjust, 1);
  gboolean ready = FALSE;

  self->rig.fixture = fixture_new (SIDE, SIDE, 1);
  self->desk = lw_desk_new (self->rig.fixture->project);
  while (!ready)
    {
      fixture_turn ();
      g_object_get (self->desk, "ready", &ready, NULL);
    }
  self->rig.document = lw_desk_get_document (self->desk);
  fixture_wait (lw_document_get_planes (self->rig.document) != NULL);
  self->rig.toolbox = lw_desk_get_toolbox (self->desk);
  self->rail = g_object_new (lw_tool_rail_get_type (), NULL);
  lw_tool_rail_set_desk (self->rail, self->desk);
  self->rig.window = gtk_window_new ();
  gtk_window_set_decorated (GTK_WINDOW (self->rig.window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (self->rig.window), 900, 760);
  gtk_widget_set_halign (GTK_WIDGET (self->rail), GTK_ALIGN_START);
  gtk_window_set_child (GTK_WINDOW (self->rig.window), GTK_WIDGET (self->rail));
  gtk_window_present (GTK_WINDOW (self->rig.window));
  fixture_wait (gtk_widget_get_mapped (GTK_WIDGET (self->rail)));
  rig_settle ();
  self->popover = find (GTK_WIDGET (self->rail), "adjust_popover");
  g_assert_nonnull (self->popover);
  return self;
}

static void
adjust_free (Adjust *self)
{
  gtk_window_destroy (GTK_WINDOW (self->rig.window));
  rig_settle ();
  g_clear_object (&self->desk);
  fixture_free (self->rig.fixture);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Adjust, adjust_free)

/* ---- the hand ---- */

/* The middle of a widget, on the display. */
static void
click (Adjust *self, GtkWidget *widget)
{
  GtkNative *native = gtk_widget_get_native (widget);
  GdkSurface *surface = gtk_native_get_surface (native);
  graphene_point_t middle = GRAPHENE_POINT_INIT ((float) gtk_widget_get_width (widget) / 2, (float) gtk_widget_get_height (widget) / 2), at;
  double x, y;

  g_assert_true (gtk_widget_compute_point (widget, GTK_WIDGET (native), &middle, &at));      /* rig_hand() has let everything settle */
  gtk_native_get_surface_transform (native, &x, &y);
  x += at.x;
  y += at.y;
  for (; GDK_IS_POPUP (surface); surface = gdk_popup_get_parent (GDK_POPUP (surface)))
    {
      x += gdk_popup_get_position_x (GDK_POPUP (surface));
      y += gdk_popup_get_position_y (GDK_POPUP (surface));
    }
  rig_hand (&self->rig, "mousemove %d %d click 1", (int) x, (int) y);
}

static GtkWidget *
child (Adjust *self, const char *id)
{
  GtkWidget *found = find (self->popover, id);
  g_assert_nonnull (found);
  return found;
}

static void
open_popover (Adjust *self)
{
  click (self, find (GTK_WIDGET (self->rail), "adjust_button"));
  fixture_wait (gtk_widget_get_mapped (self->popover));
  rig_settle ();
}

/* Opens a choice with the pointer and takes the @n-th row with the keys. */
static void
choose (Adjust *self, const char *id, guint n)
{
  GtkDropDown *choice = GTK_DROP_DOWN (child (self, id));
  g_autoptr(GString) keys = g_string_new (NULL);
  int steps = (int) n - (int) gtk_drop_down_get_selected (choice);

  click (self, GTK_WIDGET (choice));
  for (int i = 0; i < ABS (steps); i++)
    g_string_append (keys, steps > 0 ? "key Down " : "key Up ");
  rig_hand (&self->rig, "%skey Return", keys->str);
  fixture_wait (gtk_drop_down_get_selected (choice) == n);
}

static void
type_number (Adjust *self, const char *id, int number)
{
  click (self, gtk_widget_get_first_child (child (self, id)));      /* its text, not its buttons */
  rig_hand (&self->rig, "key ctrl+a type %d", number);
}

/* ---- what should come of it ---- */

static void
paint_box (Adjust *self, int x, int y, int width, int height, guint8 label)
{
  LwEdit *edit = lw_document_begin_edit (self->rig.document, NULL);
  for (int row = y; row < MIN (y + height, SIDE); row++)
    lw_edit_span (edit, row, x, x + width, label);
  lw_document_end_edit (self->rig.document, "brush");
}

/* Boxes of five classes, and in any case a hole, a speck and some of each class. */
static void
paint_something (Adjust *self)
{
  for (int i = 0; i < 60; i++)
    paint_box (self, g_test_rand_int_range (0, SIDE), g_test_rand_int_range (0, SIDE), g_test_rand_int_range (1, 40), g_test_rand_int_range (1, 40), (guint8) (i % 5));
  paint_box (self, 80, 80, 50, 50, 2);
  paint_box (self, 95, 95, 10, 10, LW_LABEL_NONE);
  paint_box (self, 110, 110, 3, 3, 1);
}

static guint
count_differences (const LwLabelMap *a, const LwLabelMap *b)
{
  guint n = 0;
  for (int y = 0; y < a->height; y++)
    for (int x = 0; x < a->width; x++)
      n += lw_label_map_get (a, x, y) != lw_label_map_get (b, x, y);
  return n;
}

/* Waits for the number that is promised, presses the button, and compares with the operation itself, as far as @locked lets it. */
static void
apply (Adjust *self, LwLabelOperation operation, int locked)
{
  g_autoptr(LwLabelMap) before = lw_label_map_copy (rig_labels (&self->rig));
  g_autoptr(LwLabelMap) wanted = lw_label_operation_run (before, &operation, NULL);
  for (int y = 0; y < SIDE && locked >= 0; y++)
    for (int x = 0; x < SIDE; x++)
      if (lw_label_map_get (before, x, y) == locked)
        lw_label_map_row (wanted, y)[x] = (guint8) locked;
  guint n = count_differences (before, wanted);
  g_assert_cmpuint (n, >, 0);
  g_autofree char *promise = g_strdup_printf ("%u pixel%s would change", n, n == 1 ? "" : "s");
  GtkLabel *preview = GTK_LABEL (child (self, "preview_label"));

  fixture_wait (g_str_has_suffix (gtk_label_get_label (preview), promise) && gtk_widget_is_sensitive (child (self, "apply_button")));
  g_assert_true (lw_label_map_equal (before, rig_labels (&self->rig)));              /* only looked at so far */
  click (self, child (self, "apply_button"));
  fixture_wait (!gtk_widget_get_mapped (self->popover));
  g_assert_true (lw_label_map_equal (wanted, rig_labels (&self->rig)));
  lw_document_undo (self->rig.document);                                             /* one step */
  g_assert_true (lw_label_map_equal (before, rig_labels (&self->rig)));
}

static void
test_operations (void)
{
  g_autoptr(Adjust) self = adjust_new ();

  paint_something (self);
  lw_toolbox_set_class (self->rig.toolbox, 2);      /* it begins with the class in the hand */
  open_popover (self);
  type_number (self, "radius_spin", 5);
  apply (self, (LwLabelOperation) { .kind = LW_LABEL_OPERATION_GROW, .class_id = 2, .radius = 5 }, -1);

  open_popover (self);
  choose (self, "kind_choice", 1);
  type_number (self, "radius_spin", 3);
  apply (self, (LwLabelOperation) { .kind = LW_LABEL_OPERATION_SHRINK, .class_id = 2, .radius = 3 }, -1);

  open_popover (self);
  choose (self, "kind_choice", 2);
  choose (self, "class_choice", 0);
  apply (self, (LwLabelOperation) { .kind = LW_LABEL_OPERATION_SMOOTH, .class_id = LW_LABEL_OPERATION_EVERY_CLASS, .radius = 3 }, -1);

  open_popover (self);
  choose (self, "kind_choice", 3);
  choose (self, "class_choice", 0);
  type_number (self, "size_spin", 300);
  apply (self, (LwLabelOperation) { .kind = LW_LABEL_OPERATION_REMOVE_SPECKS, .class_id = LW_LABEL_OPERATION_EVERY_CLASS, .size = 300 }, -1);

  open_popover (self);
  choose (self, "kind_choice", 4);
  type_number (self, "size_spin", 4000);
  choose (self, "class_choice", 0);
  apply (self, (LwLabelOperation) { .kind = LW_LABEL_OPERATION_FILL_HOLES, .class_id = LW_LABEL_OPERATION_EVERY_CLASS, .size = 4000 }, -1);

  open_popover (self);
  choose (self, "kind_choice", 5);
  choose (self, "with_choice", 5);                  /* the rows after the first are the classes */
  guint8 with = ((LwClass *) lw_document_get_palette (self->rig.document)->classes->pdata[4])->id;
  apply (self, (LwLabelOperation) { .kind = LW_LABEL_OPERATION_REPLACE, .class_id = 2, .with = with }, -1);
}

/* What is locked stays; Escape changes nothing; a frame that changes meanwhile is looked at again. */
static void
test_limits (void)
{
  g_autoptr(Adjust) self = adjust_new ();

  paint_something (self);
  lw_toolbox_set_class (self->rig.toolbox, 1);
  lw_toolbox_set_locked (self->rig.toolbox, 3, TRUE);
  g_autoptr(LwLabelMap) before = lw_label_map_copy (rig_labels (&self->rig));
  open_popover (self);
  type_number (self, "radius_spin", 7);
  rig_hand (&self->rig, "key Escape");
  fixture_wait (!gtk_widget_get_mapped (self->popover));
  g_assert_true (lw_label_map_equal (before, rig_labels (&self->rig)));

  open_popover (self);
  fixture_wait (gtk_widget_is_sensitive (child (self, "apply_button")));
  paint_something (self);
  g_assert_false (gtk_widget_is_sensitive (child (self, "apply_button")));
  apply (self, (LwLabelOperation) { .kind = LW_LABEL_OPERATION_GROW, .class_id = 1, .radius = 7 }, 3);

  open_popover (self);
  choose (self, "class_choice", 0);                 /* of every class: this one cannot */
  fixture_wait (g_str_equal (gtk_label_get_label (GTK_LABEL (child (self, "preview_label"))), "Choose a class"));
  g_assert_false (gtk_widget_is_sensitive (child (self, "apply_button")));
}

int
main (int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  lw_settings_init (&error);
  g_assert_no_error (error);
  g_test_add_func ("/adjust/operations", test_operations);
  g_test_add_func ("/adjust/limits", test_limits);
  return g_test_run ();
}
