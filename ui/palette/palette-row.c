/* palette-row.c: one class of a palette that is being edited */
#include "config.h"
#include "palette-row.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "keys/keys.h"

struct _LwPaletteRow
{
  GtkListBoxRow parent_instance;
  GtkWidget *handle, *color_button, *name_entry, *shortcut_entry, *ignored_button, *remove_button;
  LwClass *klass;         /* lent */
  gboolean filling;       /* the widgets are being set: nothing is typed */
};

enum { CHANGED, MOVED, DROPPED, REMOVED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LwPaletteRow, lw_palette_row, GTK_TYPE_LIST_BOX_ROW)

static void
emit_changed (LwPaletteRow *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
name_widgets (LwPaletteRow *self)
{
  const struct { GtkWidget *widget; const char *format; } names[] = {
    { gtk_widget_get_first_child (self->color_button), _("Colour of %s") },      /* what is pressed is a button in it */
    { self->name_entry, _("Name of %s") },
    { self->shortcut_entry, _("Shortcut of %s") },
    { self->ignored_button, _("%s is ignored") },
    { self->remove_button, _("Remove %s") },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *text = g_strdup_printf (names[i].format, self->klass->name);
      gtk_accessible_update_property (GTK_ACCESSIBLE (names[i].widget), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
    }
  gtk_widget_set_tooltip_text (self->remove_button, _("Remove"));
}

static void
on_color_set_cb (LwPaletteRow *self)
{
  GdkRGBA rgba;
  gtk_color_chooser_get_rgba (GTK_COLOR_CHOOSER (self->color_button), &rgba);
  self->klass->rgb[0] = (guint8) (rgba.red * 255 + 0.5);
  self->klass->rgb[1] = (guint8) (rgba.green * 255 + 0.5);
  self->klass->rgb[2] = (guint8) (rgba.blue * 255 + 0.5);
  emit_changed (self);
}

static void
on_name_changed_cb (LwPaletteRow *self)
{
  if (self->filling)
    return;
  g_free (self->klass->name);
  self->klass->name = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name_entry))));
  name_widgets (self);
  emit_changed (self);
}

/* A class's key comes first: an action that has the same one would be dead in this project. */
static void
show_shortcut_tip (LwPaletteRow *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->shortcut_entry));
  g_autofree char *name = gtk_accelerator_name (gdk_keyval_to_lower (gdk_unicode_to_keyval (g_utf8_get_char (text))), 0);
  const LwCommand *command = *text != '\0' ? lw_keys_find (lw_keys_get (), name) : NULL;
  g_autofree char *tip = command != NULL ? g_strdup_printf (_("In this project the key will no longer do this: “%s”"), _(command->label)) : NULL;
  gtk_widget_set_tooltip_text (self->shortcut_entry, tip != NULL ? tip : _("Shortcut: one key such as “1”, or two such as “g 1”"));
  if (command != NULL)
    gtk_widget_add_css_class (self->shortcut_entry, "warning");
  else
    gtk_widget_remove_css_class (self->shortcut_entry, "warning");
}

static void
on_shortcut_changed_cb (LwPaletteRow *self)
{
  show_shortcut_tip (self);
  if (self->filling)
    return;
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->shortcut_entry))));
  g_free (self->klass->shortcut);
  self->klass->shortcut = *text != '\0' ? g_steal_pointer (&text) : NULL;
  emit_changed (self);
}

static void
on_ignored_toggled_cb (LwPaletteRow *self)
{
  if (self->filling)
    return;
  self->klass->ignored = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->ignored_button));
  emit_changed (self);
}

static void
on_remove_clicked_cb (LwPaletteRow *self)
{
  g_signal_emit (self, signals[REMOVED], 0);
}

/* ---- reordering ---- */

static gboolean
move_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  g_signal_emit (widget, signals[MOVED], 0, g_variant_get_int32 (args));
  return TRUE;
}

static GdkContentProvider *
on_drag_prepare_cb (GtkDragSource *source, double x, double y, LwPaletteRow *self)
{
  return gdk_content_provider_new_typed (LW_TYPE_PALETTE_ROW, self);
}

static void
on_drag_begin_cb (GtkDragSource *source, GdkDrag *drag, LwPaletteRow *self)
{
  g_autoptr (GdkPaintable) icon = gtk_widget_paintable_new (GTK_WIDGET (self));
  gtk_drag_source_set_icon (source, icon, 0, gdk_paintable_get_intrinsic_height (icon) / 2);
}

static gboolean
on_drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, LwPaletteRow *self)
{
  LwPaletteRow *dragged = g_value_get_object (value);
  if (dragged == self || gtk_widget_get_parent (GTK_WIDGET (dragged)) != gtk_widget_get_parent (GTK_WIDGET (self)))
    return FALSE;
  g_signal_emit (self, signals[DROPPED], 0, dragged);
  return TRUE;
}

static void
add_controllers (LwPaletteRow *self)
{
  GtkDragSource *source = gtk_drag_source_new ();
  GtkDropTarget *target = gtk_drop_target_new (LW_TYPE_PALETTE_ROW, GDK_ACTION_MOVE);
  gtk_drag_source_set_actions (source, GDK_ACTION_MOVE);
  g_signal_connect (source, "prepare", G_CALLBACK (on_drag_prepare_cb), self);
  g_signal_connect (source, "drag-begin", G_CALLBACK (on_drag_begin_cb), self);
  g_signal_connect (target, "drop", G_CALLBACK (on_drop_cb), self);
  gtk_widget_add_controller (self->handle, GTK_EVENT_CONTROLLER (source));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

LwClass *
lw_palette_row_get_class (LwPaletteRow *self)
{
  return self->klass;
}

void
lw_palette_row_edit_name (LwPaletteRow *self)
{
  gtk_widget_grab_focus (self->name_entry);
}

static void
lw_palette_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), LW_TYPE_PALETTE_ROW);
  G_OBJECT_CLASS (lw_palette_row_parent_class)->dispose (object);
}

static void
lw_palette_row_class_init (LwPaletteRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = LW_TYPE_PALETTE_ROW;
  G_OBJECT_CLASS (klass)->dispose = lw_palette_row_dispose;
  signals[CHANGED] = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[MOVED] = g_signal_new ("moved", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
  signals[DROPPED] = g_signal_new ("dropped", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, type);
  signals[REMOVED] = g_signal_new ("removed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/palette/palette-row.ui");
  gtk_widget_class_bind_template_child (widget_class, LwPaletteRow, handle);
  gtk_widget_class_bind_template_child (widget_class, LwPaletteRow, color_button);
  gtk_widget_class_bind_template_child (widget_class, LwPaletteRow, name_entry);
  gtk_widget_class_bind_template_child (widget_class, LwPaletteRow, shortcut_entry);
  gtk_widget_class_bind_template_child (widget_class, LwPaletteRow, ignored_button);
  gtk_widget_class_bind_template_child (widget_class, LwPaletteRow, remove_button);
  gtk_widget_class_bind_template_callback (widget_class, on_color_set_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_name_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_shortcut_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_ignored_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_remove_clicked_cb);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Up, GDK_ALT_MASK, move_cb, "i", -1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Down, GDK_ALT_MASK, move_cb, "i", 1);
}

static void
lw_palette_row_init (LwPaletteRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  add_controllers (self);
}

GtkWidget *
lw_palette_row_new (LwClass *klass)
{
  LwPaletteRow *self = g_object_new (LW_TYPE_PALETTE_ROW, NULL);
  GdkRGBA rgba = { (float) klass->rgb[0] / 255, (float) klass->rgb[1] / 255, (float) klass->rgb[2] / 255, 1 };
  self->klass = klass;
  self->filling = TRUE;
  gtk_color_chooser_set_rgba (GTK_COLOR_CHOOSER (self->color_button), &rgba);
  gtk_editable_set_text (GTK_EDITABLE (self->name_entry), klass->name);
  gtk_editable_set_text (GTK_EDITABLE (self->shortcut_entry), klass->shortcut != NULL ? klass->shortcut : "");
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->ignored_button), klass->ignored);
  self->filling = FALSE;
  name_widgets (self);
  return GTK_WIDGET (self);
}
