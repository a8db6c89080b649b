/* tool-rail.c: the tools and the size of the brush, beside the canvas */
#include "config.h"
#include "tool-rail.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include "assist/grab-cut.h"
#include "adjust-popover.h"
#include "feedback.h"
#include "keys/keys.h"

struct _LwToolRail
{
  AdwBin parent_instance;
  GtkGrid *grid;
  GtkWidget *size_scale, *size_label;
  GBinding *size_binding, *text_binding;
  const char *size_property;           /* that they show */
  GtkAdjustment *size_adjustment;      /* log2 of the diameter: a step feels alike at every size */
  GtkWidget *round_button, *square_button, *over_all_button, *over_unlabelled_button, *over_class_button, *protect_hand_button;
  GtkDropDown *over_class_choice;
  GtkMenuButton *adjust_button, *options_button;
  LwAdjustPopover *adjust_popover;
  GtkWidget *tools[LW_N_TOOLS];
  LwDesk *desk;
  gboolean filling;                    /* the choice of a class is being set, not made */
};

G_DEFINE_FINAL_TYPE (LwToolRail, lw_tool_rail, ADW_TYPE_BIN)

/* Row by row. */
static const struct { LwTool tool; const char *icon, *label; } tools[] = {
  { LW_TOOL_BRUSH, "lw-brush-symbolic", N_("Brush") },
  { LW_TOOL_ERASER, "lw-eraser-symbolic", N_("Eraser") },
  { LW_TOOL_LINE, "lw-line-symbolic", N_("Line") },
  { LW_TOOL_REVEAL, "lw-reveal-symbolic", N_("Reveal the Proposal") },
  { LW_TOOL_POLYGON, "lw-polygon-symbolic", N_("Polygon") },
  { LW_TOOL_LASSO, "lw-lasso-symbolic", N_("Lasso") },
  { LW_TOOL_SUPERPIXELS, "lw-superpixels-symbolic", N_("Superpixels") },
  { LW_TOOL_SCISSORS, "lw-scissors-symbolic", N_("Intelligent Scissors") },
  { LW_TOOL_CUT, "lw-cut-symbolic", N_("Box Cut") },
  { LW_TOOL_FILL, "lw-fill-symbolic", N_("Fill") },
  { LW_TOOL_FILL_COLOUR, "lw-fill-colour-symbolic", N_("Fill by Colour") },
  { LW_TOOL_APPLY_REGION, "lw-apply-region-symbolic", N_("Apply a Region of the Proposal") },
  { LW_TOOL_PAN, "lw-pan-symbolic", N_("Move the Picture") },
};
#define COLUMNS 2

static void
create_buttons (LwToolRail *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tools); i++)
    {
      GtkWidget *button = gtk_toggle_button_new ();
      gtk_button_set_icon_name (GTK_BUTTON (button), tools[i].icon);
      gtk_widget_add_css_class (button, "flat");
      gtk_widget_set_focus_on_click (button, FALSE);
      gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "i", (gint32) tools[i].tool);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "workspace.tool");
      lw_name_widget (button, _(tools[i].label));
      gtk_grid_attach (self->grid, button, (int) i % COLUMNS, (int) i / COLUMNS, 1, 1);
      self->tools[tools[i].tool] = button;
      if (tools[i].tool == LW_TOOL_CUT && !lw_grab_cut_is_available ())
        gtk_widget_set_visible (button, FALSE);
    }
}

/* ---- bindings between a setting of the toolbox and what shows it ---- */

static gboolean
size_to_log (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  g_value_set_double (to, log2 (g_value_get_double (from)));
  return TRUE;
}

static gboolean
log_to_size (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  double size = exp2 (g_value_get_double (from));
  g_value_set_double (to, size < 16 ? round (size * 2) / 2 : round (size));
  return TRUE;
}

static gboolean
size_to_text (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  double size = g_value_get_double (from);
  /* Translators: the diameter of the brush in pixels of the picture */
  g_value_take_string (to, g_strdup_printf (size < 16 && fabs (size - round (size)) > 0.05 ? _("%.1f px") : _("%.0f px"), size));
  return TRUE;
}

static gboolean
choice_to_active (GBinding *binding, const GValue *from, GValue *to, gpointer choice)
{
  g_value_set_boolean (to, g_value_get_int (from) == GPOINTER_TO_INT (choice));
  return TRUE;
}

static gboolean
active_to_choice (GBinding *binding, const GValue *from, GValue *to, gpointer choice)
{
  if (!g_value_get_boolean (from))
    return FALSE;
  g_value_set_int (to, GPOINTER_TO_INT (choice));
  return TRUE;
}

static void
bind_choice (LwToolbox *toolbox, const char *property, GtkWidget *button, int choice)
{
  g_object_bind_property_full (toolbox, property, button, "active", G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL, choice_to_active,
                               active_to_choice, GINT_TO_POINTER (choice), NULL);
}

/* ---- the size: of the brush, or what another tool has in its place ---- */

static gboolean
tolerance_to_text (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  g_value_take_string (to, g_strdup_printf ("± %.0f", g_value_get_double (from)));
  return TRUE;
}

/* The brush's come first. */
static const struct { LwTool tool; const char *property; double least, most; const char *name; GBindingTransformFunc to_text; } sizes[] = {
  { LW_TOOL_BRUSH, "brush-size", LW_BRUSH_SIZE_MIN, LW_BRUSH_SIZE_MAX, N_("Brush Size"), size_to_text },
  { LW_TOOL_SUPERPIXELS, "superpixel-size", LW_SUPERPIXEL_SIZE_MIN, LW_SUPERPIXEL_SIZE_MAX, N_("Superpixel Size"), size_to_text },
  { LW_TOOL_FILL_COLOUR, "fill-tolerance", LW_FILL_TOLERANCE_MIN, LW_FILL_TOLERANCE_MAX, N_("Tolerance of Fill by Colour"), tolerance_to_text },
};

static void
bind_size (LwToolRail *self)
{
  LwToolbox *toolbox = lw_desk_get_toolbox (self->desk);
  gsize which = 0;
  for (gsize i = 1; i < G_N_ELEMENTS (sizes); i++)
    if (sizes[i].tool == lw_toolbox_get_tool (toolbox))
      which = i;
  if (g_strcmp0 (self->size_property, sizes[which].property) == 0)
    return;
  self->size_property = sizes[which].property;
  g_clear_pointer (&self->size_binding, g_binding_unbind);
  g_clear_pointer (&self->text_binding, g_binding_unbind);
  /* In this order, or the edge of the old range would become the size. */
  gtk_adjustment_set_lower (self->size_adjustment, 0);
  gtk_adjustment_set_upper (self->size_adjustment, log2 (LW_BRUSH_SIZE_MAX));
  self->size_binding = g_object_bind_property_full (toolbox, sizes[which].property, self->size_adjustment, "value", G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL,
                                                    size_to_log, log_to_size, NULL, NULL);
  self->text_binding = g_object_bind_property_full (toolbox, sizes[which].property, self->size_label, "label", G_BINDING_SYNC_CREATE, sizes[which].to_text, NULL, NULL, NULL);
  gtk_adjustment_set_lower (self->size_adjustment, log2 (sizes[which].least));
  gtk_adjustment_set_upper (self->size_adjustment, log2 (sizes[which].most));
  lw_name_widget (self->size_scale, _(sizes[which].name));
  lw_keys_tip (self->size_scale, _(sizes[which].name), "canvas.brush-smaller", "canvas.brush-larger");
}

/* ---- the class to paint over ---- */

static void
on_palette_changed_cb (LwToolRail *self)
{
  const LwPalette *palette = lw_document_get_palette (lw_desk_get_document (self->desk));
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint over, selected = 0;
  g_object_get (lw_desk_get_toolbox (self->desk), "paint-over-class", &over, NULL);
  for (guint i = 0; i < palette->classes->len; i++)
    {
      LwClass *klass = palette->classes->pdata[i];
      gtk_string_list_append (names, klass->name);
      if (klass->id == over)
        selected = i;
    }
  self->filling = TRUE;
  gtk_drop_down_set_model (self->over_class_choice, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (self->over_class_choice, selected);
  self->filling = FALSE;
}

static void
on_over_class_chosen_cb (LwToolRail *self)
{
  const LwPalette *palette = lw_document_get_palette (lw_desk_get_document (self->desk));
  guint selected = gtk_drop_down_get_selected (self->over_class_choice);
  if (!self->filling && selected < palette->classes->len)
    g_object_set (lw_desk_get_toolbox (self->desk), "paint-over-class", (guint) ((LwClass *) palette->classes->pdata[selected])->id, NULL);
}

void
lw_tool_rail_set_desk (LwToolRail *self, LwDesk *desk)
{
  LwToolbox *toolbox = lw_desk_get_toolbox (desk);
  LwDocument *document = lw_desk_get_document (desk);
  self->desk = g_object_ref (desk);
  g_signal_connect_object (toolbox, "notify::tool", G_CALLBACK (bind_size), self, G_CONNECT_SWAPPED);
  bind_size (self);
  bind_choice (toolbox, "brush-shape", self->round_button, LW_BRUSH_ROUND);
  bind_choice (toolbox, "brush-shape", self->square_button, LW_BRUSH_SQUARE);
  bind_choice (toolbox, "paint-over", self->over_all_button, LW_PAINT_OVER_ALL);
  bind_choice (toolbox, "paint-over", self->over_unlabelled_button, LW_PAINT_OVER_UNLABELLED);
  bind_choice (toolbox, "paint-over", self->over_class_button, LW_PAINT_OVER_CLASS);
  g_object_bind_property (toolbox, "protect-hand", self->protect_hand_button, "active", G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  g_object_bind_property (document, "has-proposal", self->tools[LW_TOOL_APPLY_REGION], "sensitive", G_BINDING_SYNC_CREATE);
  g_object_bind_property (document, "has-proposal", self->tools[LW_TOOL_REVEAL], "sensitive", G_BINDING_SYNC_CREATE);
  lw_adjust_popover_set_desk (self->adjust_popover, desk);
  g_signal_connect_object (document, "palette-changed", G_CALLBACK (on_palette_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->over_class_choice, "notify::selected", G_CALLBACK (on_over_class_chosen_cb), self, G_CONNECT_SWAPPED);
  on_palette_changed_cb (self);
}

void
lw_tool_rail_show_adjust (LwToolRail *self)
{
  gtk_menu_button_popup (self->adjust_button);
}

void
lw_tool_rail_show_options (LwToolRail *self)
{
  gtk_menu_button_popup (self->options_button);
}

static void
lw_tool_rail_dispose (GObject *object)
{
  LwToolRail *self = LW_TOOL_RAIL (object);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_TOOL_RAIL);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (lw_tool_rail_parent_class)->dispose (object);
}

static void
lw_tool_rail_class_init (LwToolRailClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_tool_rail_dispose;
  g_type_ensure (LW_TYPE_ADJUST_POPOVER);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/tools/tool-rail.ui");
  gtk_widget_class_bind_template_child (widget_class, LwToolRail, grid);
  gtk_widget_class_bind_template_child (widget_class, LwToolRail, size_scale);
  gtk_widget_class_bind_template_child (widget_class, LwToolRail, size_label);
  gtk_widget_class_bind_template_child (widget_class, LwToolRail, size_adjustment);
  gtk_widget_class_bind_template_child (widget_class, LwToolRail, round_button);
  gtk_widget_class_bind_template_child (widget_class, LwToolRail, square_button);
  gtk_widget_class_bind_template_child (widget_class, LwToolRail, over_all_button);
  gtk_widget_class_bind_template_child (widget_class, LwToolRail, over_unlabelled_button);
  gtk_widget_class_bind_template_child (widget_class, LwToolRail, over_class_button);
  gtk_widget_class_bind_template_child (widget_class, LwToolRail, over_class_choice);
  gtk_widget_class_bind_template_child (widget_class, LwToolRail, protect_hand_button);
  gtk_widget_class_bind_template_child (widget_class, LwToolRail, adjust_button);
  gtk_widget_class_bind_template_child (widget_class, LwToolRail, options_button);
  gtk_widget_class_bind_template_child (widget_class, LwToolRail, adjust_popover);
}

static void
lw_tool_rail_init (LwToolRail *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  create_buttons (self);
  lw_keys_tip (GTK_WIDGET (self->options_button), _("Brush Options"), "workspace.show-options::tool", NULL);
  lw_keys_tip (GTK_WIDGET (self->adjust_button), _("Adjust Labels"), "workspace.adjust", NULL);
}
