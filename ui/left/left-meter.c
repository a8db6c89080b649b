/* left-meter.c: how much of the frame is labelled, and the way to what is left */
#include "config.h"
#include "left-meter.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include "keys/keys.h"
#include "settings.h"

struct _LwLeftMeter
{
  AdwBin parent_instance;
  GtkProgressBar *bar;
  GtkLabel *label, *detail_label;
  GtkSpinButton *speck_spin, *unsure_spin;
  LwDesk *desk;
};

G_DEFINE_FINAL_TYPE (LwLeftMeter, lw_left_meter, ADW_TYPE_BIN)

/* 100 % means that nothing is left: what is nearly everything is rounded down. */
static void
show (LwLeftMeter *self)
{
  LwCoverage *coverage = lw_desk_get_coverage (self->desk);
  guint64 left = lw_coverage_get_unlabelled (coverage);
  double labelled = 1 - lw_coverage_get_share (coverage, LW_LABEL_NONE), percent = left > 0 ? MIN (round (labelled * 1000) / 10, 99.9) : 100;
  g_autofree char *text = g_strdup_printf (left > 0 ? _("%.1f %%") : _("%.0f %%"), percent);
  g_autofree char *detail = left > 0 ? g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%'u pixel is not labelled yet", "%'u pixels are not labelled yet",
                                                                     (gulong) left), (guint) left)
                                     : g_strdup (_("Every pixel is labelled"));
  g_autofree char *name = g_strdup_printf (_("Labelled: %s"), text);
  gtk_widget_set_visible (GTK_WIDGET (self), lw_coverage_is_known (coverage));
  gtk_progress_bar_set_fraction (self->bar, labelled);
  gtk_label_set_label (self->label, text);
  gtk_label_set_label (self->detail_label, detail);
  gtk_accessible_update_property (GTK_ACCESSIBLE (adw_bin_get_child (ADW_BIN (self))), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  if (left == 0)
    gtk_widget_add_css_class (GTK_WIDGET (self->bar), "done");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->bar), "done");
}

void
lw_left_meter_set_desk (LwLeftMeter *self, LwDesk *desk)
{
  self->desk = g_object_ref (desk);
  g_signal_connect_object (lw_desk_get_coverage (desk), "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
}

void
lw_left_meter_show (LwLeftMeter *self)
{
  gtk_menu_button_popup (GTK_MENU_BUTTON (adw_bin_get_child (ADW_BIN (self))));
}

/* The canvas's keys go on where they were. */
static void
on_closed_cb (LwLeftMeter *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "workspace.focus-canvas", NULL);
}

static void
lw_left_meter_dispose (GObject *object)
{
  LwLeftMeter *self = LW_LEFT_METER (object);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_LEFT_METER);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (lw_left_meter_parent_class)->dispose (object);
}

static void
lw_left_meter_class_init (LwLeftMeterClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_left_meter_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/left/left-meter.ui");
  gtk_widget_class_bind_template_child (widget_class, LwLeftMeter, bar);
  gtk_widget_class_bind_template_child (widget_class, LwLeftMeter, label);
  gtk_widget_class_bind_template_child (widget_class, LwLeftMeter, detail_label);
  gtk_widget_class_bind_template_child (widget_class, LwLeftMeter, speck_spin);
  gtk_widget_class_bind_template_child (widget_class, LwLeftMeter, unsure_spin);
  gtk_widget_class_bind_template_callback (widget_class, on_closed_cb);
}

static void
lw_left_meter_init (LwLeftMeter *self)
{
  GSettings *settings = lw_settings_get ();
  gtk_widget_init_template (GTK_WIDGET (self));
  lw_keys_tip (adw_bin_get_child (ADW_BIN (self)), _("What Is Left to Label"), "workspace.show-options::left", NULL);
  g_settings_bind (settings, "speck-size", gtk_spin_button_get_adjustment (self->speck_spin), "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "unsure-below", gtk_spin_button_get_adjustment (self->unsure_spin), "value", G_SETTINGS_BIND_DEFAULT);
}
