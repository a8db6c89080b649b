/* test-palette-editor.c: editing classes, and what is refused */
#include "config.h"
#include "palette/palette-editor.h"

#include "palette/palette-row.h"

static LwPaletteEditor *
editor_new (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LwPalette) palette = lw_palette_load ("camvid11", &error);
  g_assert_no_error (error);
  LwPaletteEditor *editor = LW_PALETTE_EDITOR (g_object_ref_sink (lw_palette_editor_new ()));
  g_assert_false (lw_palette_editor_is_valid (editor));      /* no classes yet */
  lw_palette_editor_set_palette (editor, palette);
  g_assert_true (lw_palette_editor_is_valid (editor));
  return editor;
}

static void
find_rows (GtkWidget *widget, GPtrArray *rows)
{
  if (LW_IS_PALETTE_ROW (widget))
    g_ptr_array_add (rows, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    find_rows (child, rows);
}

/* The rows must always show the classes in their order. */
static GPtrArray *
checked_rows (LwPaletteEditor *editor)
{
  GPtrArray *rows = g_ptr_array_new ();
  const LwPalette *palette = lw_palette_editor_get_palette (editor);
  find_rows (GTK_WIDGET (editor), rows);
  g_assert_cmpuint (rows->len, ==, palette->classes->len);
  for (guint i = 0; i < rows->len; i++)
    g_assert_true (lw_palette_row_get_class (rows->pdata[i]) == palette->classes->pdata[i]);
  return rows;
}

/* The name entry of a row is its first entry, the shortcut's the second. */
static GtkEditable *
find_entry (GtkWidget *widget, guint *skip)
{
  if (GTK_IS_ENTRY (widget) && (*skip)-- == 0)
    return GTK_EDITABLE (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkEditable *found = find_entry (child, skip);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
type_into (GtkWidget *row, guint entry, const char *text)
{
  gtk_editable_set_text (find_entry (row, &entry), text);
}

static void
test_names (void)
{
  g_autoptr (LwPaletteEditor) editor = editor_new ();
  g_autoptr (GPtrArray) rows = checked_rows (editor);
  const LwPalette *palette = lw_palette_editor_get_palette (editor);
  type_into (rows->pdata[0], 0, "building");      /* taken, whatever its case */
  g_assert_false (lw_palette_editor_is_valid (editor));
  type_into (rows->pdata[0], 0, "");
  g_assert_false (lw_palette_editor_is_valid (editor));
  type_into (rows->pdata[0], 0, "  Heaven ");
  g_assert_true (lw_palette_editor_is_valid (editor));
  g_assert_cmpstr (((LwClass *) palette->classes->pdata[0])->name, ==, "Heaven");
}

static void
test_shortcuts (void)
{
  g_autoptr (LwPaletteEditor) editor = editor_new ();
  g_autoptr (GPtrArray) rows = checked_rows (editor);
  const LwPalette *palette = lw_palette_editor_get_palette (editor);
  type_into (rows->pdata[0], 1, "2");      /* Building's */
  g_assert_false (lw_palette_editor_is_valid (editor));
  type_into (rows->pdata[0], 1, "");
  g_assert_true (lw_palette_editor_is_valid (editor));
  g_assert_null (((LwClass *) palette->classes->pdata[0])->shortcut);
}

static void
test_add_and_remove (void)
{
  g_autoptr (LwPaletteEditor) editor = editor_new ();
  const LwPalette *palette = lw_palette_editor_get_palette (editor);
  guint n = palette->classes->len;
  for (guint i = n; i < 255; i++)
    gtk_widget_activate_action (GTK_WIDGET (editor), "palette.add-class", NULL);
  g_assert_cmpuint (palette->classes->len, ==, 255);
  g_assert_true (lw_palette_editor_is_valid (editor));      /* every new name, id and colour is its own */
  gtk_widget_activate_action (GTK_WIDGET (editor), "palette.add-class", NULL);
  g_assert_cmpuint (palette->classes->len, ==, 255);
  for (guint left = 255; left > 0; left--)
    {
      g_autoptr (GPtrArray) rows = checked_rows (editor);
      g_signal_emit_by_name (rows->pdata[g_test_rand_int_range (0, (gint32) left)], "removed");
    }
  g_assert_cmpuint (palette->classes->len, ==, 0);
  g_assert_false (lw_palette_editor_is_valid (editor));
}

static void
test_reorder (void)
{
  g_autoptr (LwPaletteEditor) editor = editor_new ();
  const LwPalette *palette = lw_palette_editor_get_palette (editor);
  gpointer first = palette->classes->pdata[0], last = palette->classes->pdata[palette->classes->len - 1];
  g_autoptr (GPtrArray) rows = checked_rows (editor);
  g_signal_emit_by_name (rows->pdata[0], "moved", -1);      /* can't go higher */
  g_signal_emit_by_name (rows->pdata[rows->len - 1], "moved", 1);
  g_assert_true (palette->classes->pdata[0] == first && palette->classes->pdata[rows->len - 1] == last);
  g_signal_emit_by_name (rows->pdata[0], "moved", 1);
  g_assert_true (palette->classes->pdata[1] == first);
  g_ptr_array_unref (checked_rows (editor));
  for (int i = 0; i < 100; i++)
    {
      g_autoptr (GPtrArray) now = checked_rows (editor);
      guint from = (guint) g_test_rand_int_range (0, (gint32) now->len), to = (guint) g_test_rand_int_range (0, (gint32) now->len);
      gpointer dragged = palette->classes->pdata[from];
      g_signal_emit_by_name (now->pdata[to], "dropped", now->pdata[from]);
      g_assert_true (palette->classes->pdata[to] == dragged);
    }
  g_assert_true (lw_palette_editor_is_valid (editor));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/palette-editor/names", test_names);
  g_test_add_func ("/palette-editor/shortcuts", test_shortcuts);
  g_test_add_func ("/palette-editor/add-and-remove", test_add_and_remove);
  g_test_add_func ("/palette-editor/reorder", test_reorder);
  return g_test_run ();
}
