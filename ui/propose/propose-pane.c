/* propose-pane.c: the proposal in the side pane: ask for it, take it or parts of it, drop it */
#include "config.h"
#include "propose-pane.h"

#include <glib/gi18n-lib.h>

struct _LwProposePane
{
  AdwBin parent_instance;
  GtkLabel *model_label, *class_label, *device_label, *warning_label;
  GtkStack *ask_stack;
  GtkWidget *warning_box, *apply_box, *region_button, *overwrite_button, *class_button;
  LwDesk *desk;
  LwProposer *proposer;
};

G_DEFINE_FINAL_TYPE (LwProposePane, lw_propose_pane, ADW_TYPE_BIN)

static void
on_busy_cb (LwProposePane *self)
{
  gtk_stack_set_visible_child_name (self->ask_stack, lw_proposer_is_busy (self->proposer) ? "busy" : "idle");
}

/* What the engine runs on; below it, where there is a GPU that it can't use, why. */
static void
update_device (LwProposePane *self)
{
  LwEngine *engine = lw_desk_get_engine (self->desk);
  const char *note = lw_engine_get_note (engine), *warning = lw_engine_get_warning (engine);
  g_autofree char *device = NULL;
  g_object_get (self->proposer, "device", &device, NULL);
  g_autofree char *tooltip = g_strjoin ("\n", device, note, NULL);
  gtk_label_set_label (self->device_label, device);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->device_label), tooltip);
  gtk_label_set_label (self->warning_label, warning != NULL ? warning : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->warning_label), warning);
  gtk_widget_set_visible (self->warning_box, warning != NULL);
}

static void
update_class (LwProposePane *self)
{
  const LwPalette *palette = lw_document_get_palette (lw_desk_get_document (self->desk));
  LwClass *klass = lw_palette_find_id (palette, lw_toolbox_get_class (lw_desk_get_toolbox (self->desk)));
  /* Translators: applies one class of the proposal, for instance “Only Road” */
  g_autofree char *text = klass != NULL ? g_strdup_printf (_("Only %s"), klass->name) : g_strdup (_("Only One Class"));
  gtk_label_set_label (self->class_label, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->class_button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

/* "active" of the toggle is whether the tool is in the hand; switching it off puts the brush back. */
static gboolean
tool_to_active (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  g_value_set_boolean (to, g_value_get_int (from) == LW_TOOL_APPLY_REGION);
  return TRUE;
}

static gboolean
active_to_tool (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  g_value_set_int (to, g_value_get_boolean (from) ? LW_TOOL_APPLY_REGION : LW_TOOL_BRUSH);
  return TRUE;
}

void
lw_propose_pane_set_desk (LwProposePane *self, LwDesk *desk, LwProposer *proposer)
{
  LwToolbox *toolbox = lw_desk_get_toolbox (desk);
  LwDocument *document = lw_desk_get_document (desk);
  GBindingFlags sync = G_BINDING_SYNC_CREATE, both = G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL;
  self->desk = g_object_ref (desk);
  self->proposer = g_object_ref (proposer);
  g_object_bind_property (proposer, "model", self->model_label, "label", sync);
  g_object_bind_property (proposer, "model", self->model_label, "tooltip-text", sync);
  g_object_bind_property (document, "has-proposal", self->apply_box, "sensitive", sync);
  g_object_bind_property (toolbox, "overwrite-hand", self->overwrite_button, "active", both);
  g_object_bind_property_full (toolbox, "tool", self->region_button, "active", both, tool_to_active, active_to_tool, NULL, NULL);
  g_signal_connect_object (proposer, "notify::device", G_CALLBACK (update_device), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (lw_desk_get_engine (desk), "notify::warning", G_CALLBACK (update_device), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (proposer, "notify::busy", G_CALLBACK (on_busy_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (toolbox, "notify::class-id", G_CALLBACK (update_class), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "palette-changed", G_CALLBACK (update_class), self, G_CONNECT_SWAPPED);
  update_class (self);
  update_device (self);
  on_busy_cb (self);
}

static void
lw_propose_pane_dispose (GObject *object)
{
  LwProposePane *self = LW_PROPOSE_PANE (object);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_PROPOSE_PANE);
  g_clear_object (&self->proposer);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (lw_propose_pane_parent_class)->dispose (object);
}

static void
lw_propose_pane_class_init (LwProposePaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_propose_pane_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/propose/propose-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, LwProposePane, model_label);
  gtk_widget_class_bind_template_child (widget_class, LwProposePane, class_label);
  gtk_widget_class_bind_template_child (widget_class, LwProposePane, device_label);
  gtk_widget_class_bind_template_child (widget_class, LwProposePane, warning_box);
  gtk_widget_class_bind_template_child (widget_class, LwProposePane, warning_label);
  gtk_widget_class_bind_template_child (widget_class, LwProposePane, ask_stack);
  gtk_widget_class_bind_template_child (widget_class, LwProposePane, apply_box);
  gtk_widget_class_bind_template_child (widget_class, LwProposePane, class_button);
  gtk_widget_class_bind_template_child (widget_class, LwProposePane, region_button);
  gtk_widget_class_bind_template_child (widget_class, LwProposePane, overwrite_button);
}

static void
lw_propose_pane_init (LwProposePane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
