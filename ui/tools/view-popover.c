/* view-popover.c: zoom, and how labels and picture are shown */
#include "config.h"
#include "view-popover.h"

#include "keys/keys.h"

struct _LwViewPopover
{
  GtkPopover parent_instance;
  GtkWidget *overlay_switch, *proposal_switch, *unsure_switch, *equalise_switch, *style_choice, *channel_choice, *split_choice, *against_choice, *overview_switch, *rulers_switch;
  GtkRange *opacity_scale, *brightness_scale, *contrast_scale;
};

G_DEFINE_FINAL_TYPE (LwViewPopover, lw_view_popover, GTK_TYPE_POPOVER)

void
lw_view_popover_set_desk (LwViewPopover *self, LwDesk *desk)
{
  LwToolbox *toolbox = lw_desk_get_toolbox (desk);
  LwLook *look = lw_desk_get_look (desk);
  const struct { gpointer object; const char *property; gpointer widget; const char *shown_by; } bindings[] = {
    { toolbox, "overlay-visible", self->overlay_switch, "active" },
    { toolbox, "show-proposal", self->proposal_switch, "active" },
    { toolbox, "opacity", gtk_range_get_adjustment (self->opacity_scale), "value" },
    { look, "label-style", self->style_choice, "selected" },
    { look, "unsure", self->unsure_switch, "active" },
    { look, "brightness", gtk_range_get_adjustment (self->brightness_scale), "value" },
    { look, "contrast", gtk_range_get_adjustment (self->contrast_scale), "value" },
    { look, "equalise", self->equalise_switch, "active" },
    { look, "channel", self->channel_choice, "selected" },
    { look, "split", self->split_choice, "selected" },
    { look, "against", self->against_choice, "selected" },
    { look, "overview", self->overview_switch, "active" },
    { look, "rulers", self->rulers_switch, "active" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (bindings); i++)
    g_object_bind_property (bindings[i].object, bindings[i].property, bindings[i].widget, bindings[i].shown_by, G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
}

/* The canvas's keys go on where they were. */
static void
on_closed_cb (LwViewPopover *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "workspace.focus-canvas", NULL);
}

static void
lw_view_popover_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), LW_TYPE_VIEW_POPOVER);
  G_OBJECT_CLASS (lw_view_popover_parent_class)->dispose (object);
}

static void
lw_view_popover_class_init (LwViewPopoverClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_view_popover_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/tools/view-popover.ui");
  gtk_widget_class_bind_template_child (widget_class, LwViewPopover, overlay_switch);
  gtk_widget_class_bind_template_child (widget_class, LwViewPopover, proposal_switch);
  gtk_widget_class_bind_template_child (widget_class, LwViewPopover, unsure_switch);
  gtk_widget_class_bind_template_child (widget_class, LwViewPopover, equalise_switch);
  gtk_widget_class_bind_template_child (widget_class, LwViewPopover, style_choice);
  gtk_widget_class_bind_template_child (widget_class, LwViewPopover, channel_choice);
  gtk_widget_class_bind_template_child (widget_class, LwViewPopover, split_choice);
  gtk_widget_class_bind_template_child (widget_class, LwViewPopover, against_choice);
  gtk_widget_class_bind_template_child (widget_class, LwViewPopover, overview_switch);
  gtk_widget_class_bind_template_child (widget_class, LwViewPopover, rulers_switch);
  gtk_widget_class_bind_template_child (widget_class, LwViewPopover, opacity_scale);
  gtk_widget_class_bind_template_child (widget_class, LwViewPopover, brightness_scale);
  gtk_widget_class_bind_template_child (widget_class, LwViewPopover, contrast_scale);
}

static void
name_keys (LwViewPopover *self)
{
  const struct { gpointer widget; const char *first, *second; } tips[] = {
    { self->overlay_switch, "workspace.overlay", "canvas.hold-peek" },
    { self->proposal_switch, "workspace.show-proposal", NULL },
    { self->opacity_scale, "workspace.opacity-down", "workspace.opacity-up" },
    { self->style_choice, "view.style", NULL },
    { self->unsure_switch, "view.unsure", NULL },
    { self->brightness_scale, "view.darker", "view.brighter" },
    { self->contrast_scale, "view.less-contrast", "view.more-contrast" },
    { self->equalise_switch, "view.equalise", NULL },
    { self->channel_choice, "view.channel", NULL },
    { self->split_choice, "view.split", NULL },
    { self->against_choice, "view.against", NULL },
    { self->overview_switch, "view.overview", NULL },
    { self->rulers_switch, "view.rulers", NULL },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (tips); i++)
    lw_keys_tip (tips[i].widget, NULL, tips[i].first, tips[i].second);
}

static void
lw_view_popover_init (LwViewPopover *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_scale_add_mark (GTK_SCALE (self->brightness_scale), 0, GTK_POS_BOTTOM, NULL);
  gtk_scale_add_mark (GTK_SCALE (self->contrast_scale), 0, GTK_POS_BOTTOM, NULL);
  name_keys (self);
  g_signal_connect (self, "closed", G_CALLBACK (on_closed_cb), NULL);
}
