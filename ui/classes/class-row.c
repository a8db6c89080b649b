/* class-row.c: one class in the side pane */
#include "config.h"
#include "class-row.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include "feedback.h"
#include "palette/swatch.h"

struct _LwClassRow
{
  GtkListBoxRow parent_instance;
  LwSwatch *swatch;
  GtkLabel *name_label, *share_label, *shortcut_label;
  GtkToggleButton *lock_button, *hide_button;

  LwToolbox *toolbox;
  guint8 id;
  char *folded;            /* what a search looks at */
  gboolean updating;
};

G_DEFINE_FINAL_TYPE (LwClassRow, lw_class_row, GTK_TYPE_LIST_BOX_ROW)

guint8
lw_class_row_get_id (LwClassRow *self)
{
  return self->id;
}

gboolean
lw_class_row_matches (LwClassRow *self, const char *search)
{
  return strstr (self->folded, search) != NULL;
}

void
lw_class_row_set_share (LwClassRow *self, double share)
{
  g_autofree char *text = NULL;
  if (share > 0)
    text = share < 0.0005 ? g_strdup (_("<0.1 %")) : g_strdup_printf (_("%.1f %%"), share * 100);
  gtk_label_set_label (self->share_label, text != NULL ? text : "");
}

void
lw_class_row_set_pattern (LwClassRow *self, int n)
{
  lw_swatch_set_pattern (self->swatch, n);
}

void
lw_class_row_update (LwClassRow *self)
{
  gboolean hidden = lw_toolbox_is_hidden (self->toolbox, self->id);
  gboolean locked = lw_toolbox_is_locked (self->toolbox, self->id);
  self->updating = TRUE;
  gtk_toggle_button_set_active (self->hide_button, hidden);
  gtk_button_set_icon_name (GTK_BUTTON (self->hide_button), hidden ? "view-conceal-symbolic" : "view-reveal-symbolic");
  gtk_toggle_button_set_active (self->lock_button, locked);
  gtk_button_set_icon_name (GTK_BUTTON (self->lock_button), locked ? "changes-prevent-symbolic" : "changes-allow-symbolic");
  self->updating = FALSE;
  gtk_widget_set_opacity (GTK_WIDGET (self->swatch), hidden ? 0.3 : 1);
  if (hidden)
    gtk_widget_add_css_class (GTK_WIDGET (self->name_label), "dim-label");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->name_label), "dim-label");
}

static void
on_hide_toggled_cb (LwClassRow *self)
{
  if (!self->updating)
    lw_toolbox_set_hidden (self->toolbox, self->id, gtk_toggle_button_get_active (self->hide_button));
}

static void
on_lock_toggled_cb (LwClassRow *self)
{
  if (!self->updating)
    lw_toolbox_set_locked (self->toolbox, self->id, gtk_toggle_button_get_active (self->lock_button));
}

static void
name_widgets (LwClassRow *self, const LwClass *klass)
{
  g_autofree char *hide = g_strdup_printf (_("Hide %s"), klass->name);
  g_autofree char *lock = g_strdup_printf (_("Protect %s from being painted over"), klass->name);
  lw_name_widget (GTK_WIDGET (self->hide_button), hide);
  lw_name_widget (GTK_WIDGET (self->lock_button), lock);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->name_label), klass->name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, klass->name, -1);
}

static void
lw_class_row_dispose (GObject *object)
{
  LwClassRow *self = LW_CLASS_ROW (object);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_CLASS_ROW);
  g_clear_object (&self->toolbox);
  g_clear_pointer (&self->folded, g_free);
  G_OBJECT_CLASS (lw_class_row_parent_class)->dispose (object);
}

static void
lw_class_row_class_init (LwClassRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_class_row_dispose;
  g_type_ensure (LW_TYPE_SWATCH);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/classes/class-row.ui");
  gtk_widget_class_bind_template_child (widget_class, LwClassRow, swatch);
  gtk_widget_class_bind_template_child (widget_class, LwClassRow, name_label);
  gtk_widget_class_bind_template_child (widget_class, LwClassRow, share_label);
  gtk_widget_class_bind_template_child (widget_class, LwClassRow, shortcut_label);
  gtk_widget_class_bind_template_child (widget_class, LwClassRow, lock_button);
  gtk_widget_class_bind_template_child (widget_class, LwClassRow, hide_button);
  gtk_widget_class_bind_template_callback (widget_class, on_hide_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_lock_toggled_cb);
}

static void
lw_class_row_init (LwClassRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lw_class_row_new (const LwClass *klass, LwToolbox *toolbox)
{
  LwClassRow *self = g_object_new (LW_TYPE_CLASS_ROW, NULL);
  g_autofree char *text = g_strconcat (klass->name, "\n", klass->shortcut, NULL);
  self->toolbox = g_object_ref (toolbox);
  self->id = klass->id;
  self->folded = g_utf8_casefold (text, -1);
  lw_swatch_set_rgb (self->swatch, klass->rgb);
  gtk_label_set_label (self->name_label, klass->name);
  gtk_label_set_label (self->shortcut_label, klass->shortcut);
  gtk_widget_set_visible (GTK_WIDGET (self->shortcut_label), klass->shortcut != NULL);
  name_widgets (self, klass);
  lw_class_row_update (self);
  return GTK_WIDGET (self);
}
