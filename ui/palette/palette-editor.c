/* palette-editor.c: the classes of a project as a list that can be changed */
#include "config.h"
#include "palette-editor.h"

#include <glib/gi18n-lib.h>
#include "palette-row.h"

struct _LwPaletteEditor
{
  AdwBin parent_instance;
  GtkScrolledWindow *scroller;
  GtkListBox *list;
  GtkLabel *problem;
  LwPalette *palette;
  gboolean valid;
};

enum { PROP_0, PROP_VALID, N_PROPS };
static GParamSpec *props[N_PROPS];
enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LwPaletteEditor, lw_palette_editor, ADW_TYPE_BIN)

/* Colours that are far from one another, for classes that are added. */
static const guint8 fresh_colors[][3] = {
  { 230, 25, 75 }, { 60, 180, 75 }, { 255, 225, 25 }, { 0, 130, 200 }, { 245, 130, 48 }, { 145, 30, 180 }, { 70, 240, 240 }, { 240, 50, 230 },
  { 210, 245, 60 }, { 250, 190, 212 }, { 0, 128, 128 }, { 220, 190, 255 }, { 170, 110, 40 }, { 255, 250, 200 }, { 128, 0, 0 }, { 170, 255, 195 },
  { 128, 128, 0 }, { 255, 215, 180 }, { 0, 0, 128 }, { 128, 128, 128 },
};

static void
choose_color (const LwPalette *palette, guint8 rgb[3])
{
  for (gsize i = 0; i < G_N_ELEMENTS (fresh_colors); i++)
    if (lw_palette_find_rgb (palette, fresh_colors[i]) == NULL)
      {
        memcpy (rgb, fresh_colors[i], 3);
        return;
      }
  do
    for (int i = 0; i < 3; i++)
      rgb[i] = (guint8) g_random_int_range (0, 256);
  while (lw_palette_find_rgb (palette, rgb) != NULL);
}

static void
check (LwPaletteEditor *self)
{
  g_autoptr (GError) error = NULL;
  gboolean valid = lw_palette_validate (self->palette, &error);
  if (valid && self->palette->classes->len == 0)
    {
      valid = FALSE;
      gtk_label_set_label (self->problem, _("Add at least one class"));
    }
  else
    gtk_label_set_label (self->problem, error != NULL ? error->message : "");
  if (valid != self->valid)
    {
      self->valid = valid;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_VALID]);
    }
}

static void
changed (LwPaletteEditor *self)
{
  check (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

/* ---- rows: always in the order of palette->classes ---- */

static guint
index_of (LwPaletteEditor *self, LwPaletteRow *row)
{
  guint index = 0;
  g_ptr_array_find (self->palette->classes, lw_palette_row_get_class (row), &index);
  return index;
}

static void
move_class (LwPaletteEditor *self, guint from, guint to)
{
  GPtrArray *classes = self->palette->classes;
  if (to >= classes->len || to == from)
    return;
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, (int) from);
  g_object_ref (row);
  g_ptr_array_insert (classes, (int) to, g_ptr_array_steal_index (classes, from));
  gtk_list_box_remove (self->list, GTK_WIDGET (row));
  gtk_list_box_insert (self->list, GTK_WIDGET (row), (int) to);
  gtk_widget_grab_focus (GTK_WIDGET (row));
  g_object_unref (row);
  changed (self);
}

static void
on_row_moved_cb (LwPaletteEditor *self, int delta, LwPaletteRow *row)
{
  guint from = index_of (self, row);
  if (delta > 0 || from > 0)
    move_class (self, from, (guint) ((int) from + delta));
}

static void
on_row_dropped_cb (LwPaletteEditor *self, LwPaletteRow *dragged, LwPaletteRow *onto)
{
  move_class (self, index_of (self, dragged), index_of (self, onto));
}

static void
on_row_removed_cb (LwPaletteEditor *self, LwPaletteRow *row)
{
  guint index = index_of (self, row);
  gtk_list_box_remove (self->list, GTK_WIDGET (row));
  g_ptr_array_remove_index (self->palette->classes, index);
  changed (self);
}

static GtkWidget *
append_row (LwPaletteEditor *self, LwClass *klass)
{
  GtkWidget *row = lw_palette_row_new (klass);
  g_signal_connect_object (row, "changed", G_CALLBACK (changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "moved", G_CALLBACK (on_row_moved_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "dropped", G_CALLBACK (on_row_dropped_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "removed", G_CALLBACK (on_row_removed_cb), self, G_CONNECT_SWAPPED);
  gtk_list_box_append (self->list, row);
  return row;
}

static void
fill_list (LwPaletteEditor *self)
{
  GtkListBoxRow *row;
  while ((row = gtk_list_box_get_row_at_index (self->list, 0)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (row));
  for (guint i = 0; i < self->palette->classes->len; i++)
    append_row (self, self->palette->classes->pdata[i]);
}

static void
scroll_to_end (LwPaletteEditor *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
}

static void
add_class_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  LwPaletteEditor *self = LW_PALETTE_EDITOR (widget);
  g_autofree char *name = NULL;
  guint8 rgb[3];
  int id = lw_palette_next_id (self->palette);
  if (id < 0)
    {
      gtk_label_set_label (self->problem, _("A project has 255 classes at most"));
      return;
    }
  for (guint n = self->palette->classes->len + 1; name == NULL || lw_palette_find_name (self->palette, name) != NULL; n++)
    {
      g_free (name);
      name = g_strdup_printf (_("Class %u"), n);
    }
  choose_color (self->palette, rgb);
  GtkWidget *row = append_row (self, lw_palette_add (self->palette, (guint8) id, name, rgb));
  changed (self);
  scroll_to_end (self);
  lw_palette_row_edit_name (LW_PALETTE_ROW (row));
}

void
lw_palette_editor_set_palette (LwPaletteEditor *self, const LwPalette *palette)
{
  LwPalette *old = self->palette;
  self->palette = lw_palette_copy (palette);
  fill_list (self);
  lw_palette_free (old);
  changed (self);
}

const LwPalette *
lw_palette_editor_get_palette (LwPaletteEditor *self)
{
  return self->palette;
}

gboolean
lw_palette_editor_is_valid (LwPaletteEditor *self)
{
  return self->valid;
}

static void
lw_palette_editor_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_VALID)
    g_value_set_boolean (value, LW_PALETTE_EDITOR (object)->valid);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
lw_palette_editor_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), LW_TYPE_PALETTE_EDITOR);
  G_OBJECT_CLASS (lw_palette_editor_parent_class)->dispose (object);
}

static void
lw_palette_editor_finalize (GObject *object)
{
  lw_palette_free (LW_PALETTE_EDITOR (object)->palette);
  G_OBJECT_CLASS (lw_palette_editor_parent_class)->finalize (object);
}

static void
lw_palette_editor_class_init (LwPaletteEditorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  object_class->get_property = lw_palette_editor_get_property;
  object_class->dispose = lw_palette_editor_dispose;
  object_class->finalize = lw_palette_editor_finalize;
  props[PROP_VALID] = g_param_spec_boolean ("valid", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[CHANGED] = g_signal_new ("changed", LW_TYPE_PALETTE_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/palette/palette-editor.ui");
  gtk_widget_class_bind_template_child (widget_class, LwPaletteEditor, scroller);
  gtk_widget_class_bind_template_child (widget_class, LwPaletteEditor, list);
  gtk_widget_class_bind_template_child (widget_class, LwPaletteEditor, problem);
  gtk_widget_class_install_action (widget_class, "palette.add-class", NULL, add_class_action);
}

static void
lw_palette_editor_init (LwPaletteEditor *self)
{
  self->palette = lw_palette_new ("");
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lw_palette_editor_new (void)
{
  return g_object_new (LW_TYPE_PALETTE_EDITOR, NULL);
}
