/* toolbox.c: the tool in the hand and its settings, as one observable object */
#include "config.h"
#include "editor/toolbox.h"
#include <math.h>

struct _LwToolbox
{
  GObject parent_instance;

  LwTool tool, last_tool;
  guint8 class_id, paint_over_class;
  int pen_least, pen_softness;
  double brush_size, superpixel_size, fill_tolerance, opacity;
  LwBrushShape brush_shape;
  LwPaintOver paint_over;
  gboolean overlay_visible, show_proposal, overwrite_hand, protect_hand, pen_pressure;
  gboolean hidden[256], locked[256];
};

G_DEFINE_FINAL_TYPE (LwToolbox, lw_toolbox, G_TYPE_OBJECT)

#define PEN_LEAST 5

enum { PROP_TOOL = 1, PROP_LAST_TOOL, PROP_CLASS_ID, PROP_BRUSH_SIZE, PROP_SUPERPIXEL_SIZE, PROP_FILL_TOLERANCE, PROP_BRUSH_SHAPE, PROP_PAINT_OVER,
       PROP_PAINT_OVER_CLASS, PROP_OPACITY, PROP_OVERLAY_VISIBLE,
       PROP_SHOW_PROPOSAL, PROP_OVERWRITE_HAND, PROP_PROTECT_HAND, PROP_PEN_PRESSURE, PROP_PEN_LEAST, PROP_PEN_SOFTNESS, N_PROPS };
enum { HIDDEN_CHANGED, LOCKED_CHANGED, N_SIGNALS };
static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LwToolbox *self = LW_TOOLBOX (object);

  switch (id)
    {
    case PROP_TOOL: g_value_set_int (value, (int) self->tool); break;
    case PROP_LAST_TOOL: g_value_set_int (value, (int) self->last_tool); break;
    case PROP_CLASS_ID: g_value_set_uint (value, self->class_id); break;
    case PROP_BRUSH_SIZE: g_value_set_double (value, self->brush_size); break;
    case PROP_SUPERPIXEL_SIZE: g_value_set_double (value, self->superpixel_size); break;
    case PROP_FILL_TOLERANCE: g_value_set_double (value, self->fill_tolerance); break;
    case PROP_BRUSH_SHAPE: g_value_set_int (value, (int) self->brush_shape); break;
    case PROP_PAINT_OVER: g_value_set_int (value, (int) self->paint_over); break;
    case PROP_PAINT_OVER_CLASS: g_value_set_uint (value, self->paint_over_class); break;
    case PROP_OPACITY: g_value_set_double (value, self->opacity); break;
    case PROP_OVERLAY_VISIBLE: g_value_set_boolean (value, self->overlay_visible); break;
    case PROP_SHOW_PROPOSAL: g_value_set_boolean (value, self->show_proposal); break;
    case PROP_PEN_PRESSURE: g_value_set_boolean (value, self->pen_pressure); break;
    case PROP_PEN_LEAST: g_value_set_int (value, self->pen_least); break;
    case PROP_PEN_SOFTNESS: g_value_set_int (value, self->pen_softness); break;
    case PROP_OVERWRITE_HAND: g_value_set_boolean (value, self->overwrite_hand); break;
    case PROP_PROTECT_HAND: g_value_set_boolean (value, self->protect_hand); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* Every property has G_PARAM_EXPLICIT_NOTIFY: setting what is already set is silent. */
#define ASSIGN(field, new_value, pspec) \
  G_STMT_START { if ((field) != (new_value)) { (field) = (new_value); g_object_notify_by_pspec (object, pspec); } } G_STMT_END

/* The one before it is remembered: two tools change places at one key. */
static void
take_tool (LwToolbox *self, LwTool tool)
{
  if (self->tool == tool)
    return;
  self->last_tool = self->tool;
  self->tool = tool;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TOOL]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LAST_TOOL]);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  LwToolbox *self = LW_TOOLBOX (object);

  switch (id)
    {
    case PROP_TOOL: take_tool (self, (LwTool) g_value_get_int (value)); break;
    case PROP_LAST_TOOL: ASSIGN (self->last_tool, (LwTool) g_value_get_int (value), pspec); break;
    case PROP_CLASS_ID: ASSIGN (self->class_id, (guint8) g_value_get_uint (value), pspec); break;
    case PROP_BRUSH_SIZE: ASSIGN (self->brush_size, g_value_get_double (value), pspec); break;
    case PROP_SUPERPIXEL_SIZE: ASSIGN (self->superpixel_size, g_value_get_double (value), pspec); break;
    case PROP_FILL_TOLERANCE: ASSIGN (self->fill_tolerance, g_value_get_double (value), pspec); break;
    case PROP_BRUSH_SHAPE: ASSIGN (self->brush_shape, (LwBrushShape) g_value_get_int (value), pspec); break;
    case PROP_PAINT_OVER: ASSIGN (self->paint_over, (LwPaintOver) g_value_get_int (value), pspec); break;
    case PROP_PAINT_OVER_CLASS: ASSIGN (self->paint_over_class, (guint8) g_value_get_uint (value), pspec); break;
    case PROP_OPACITY: ASSIGN (self->opacity, g_value_get_double (value), pspec); break;
    case PROP_OVERLAY_VISIBLE: ASSIGN (self->overlay_visible, g_value_get_boolean (value), pspec); break;
    case PROP_SHOW_PROPOSAL: ASSIGN (self->show_proposal, g_value_get_boolean (value), pspec); break;
    case PROP_PEN_PRESSURE: ASSIGN (self->pen_pressure, g_value_get_boolean (value), pspec); break;
    case PROP_PEN_LEAST: ASSIGN (self->pen_least, g_value_get_int (value), pspec); break;
    case PROP_PEN_SOFTNESS: ASSIGN (self->pen_softness, g_value_get_int (value), pspec); break;
    case PROP_OVERWRITE_HAND: ASSIGN (self->overwrite_hand, g_value_get_boolean (value), pspec); break;
    case PROP_PROTECT_HAND: ASSIGN (self->protect_hand, g_value_get_boolean (value), pspec); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
lw_toolbox_class_init (LwToolboxClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = get_property;
  object_class->set_property = set_property;

  props[PROP_TOOL] = g_param_spec_int ("tool", NULL, NULL, 0, LW_N_TOOLS - 1, LW_TOOL_BRUSH, flags);
  props[PROP_LAST_TOOL] = g_param_spec_int ("last-tool", NULL, NULL, 0, LW_N_TOOLS - 1, LW_TOOL_ERASER, flags);
  props[PROP_CLASS_ID] = g_param_spec_uint ("class-id", NULL, NULL, 0, LW_LABEL_NONE - 1, 0, flags);
  props[PROP_BRUSH_SIZE] = g_param_spec_double ("brush-size", NULL, NULL, LW_BRUSH_SIZE_MIN, LW_BRUSH_SIZE_MAX, 20, flags);
  props[PROP_SUPERPIXEL_SIZE] = g_param_spec_double ("superpixel-size", NULL, NULL, LW_SUPERPIXEL_SIZE_MIN, LW_SUPERPIXEL_SIZE_MAX, 20, flags);
  props[PROP_FILL_TOLERANCE] = g_param_spec_double ("fill-tolerance", NULL, NULL, LW_FILL_TOLERANCE_MIN, LW_FILL_TOLERANCE_MAX, 12, flags);
  props[PROP_BRUSH_SHAPE] = g_param_spec_int ("brush-shape", NULL, NULL, LW_BRUSH_ROUND, LW_BRUSH_SQUARE, LW_BRUSH_ROUND, flags);
  props[PROP_PAINT_OVER] = g_param_spec_int ("paint-over", NULL, NULL, LW_PAINT_OVER_ALL, LW_PAINT_OVER_CLASS, LW_PAINT_OVER_ALL, flags);
  props[PROP_PAINT_OVER_CLASS] = g_param_spec_uint ("paint-over-class", NULL, NULL, 0, LW_LABEL_NONE - 1, 0, flags);
  props[PROP_OPACITY] = g_param_spec_double ("opacity", NULL, NULL, 0, 1, 0.5, flags);
  props[PROP_OVERLAY_VISIBLE] = g_param_spec_boolean ("overlay-visible", NULL, NULL, TRUE, flags);
  props[PROP_SHOW_PROPOSAL] = g_param_spec_boolean ("show-proposal", NULL, NULL, TRUE, flags);
  props[PROP_PEN_PRESSURE] = g_param_spec_boolean ("pen-pressure", NULL, NULL, TRUE, flags);
  props[PROP_PEN_LEAST] = g_param_spec_int ("pen-least", NULL, NULL, 1, 100, PEN_LEAST, flags);
  props[PROP_PEN_SOFTNESS] = g_param_spec_int ("pen-softness", NULL, NULL, -100, 100, 0, flags);
  props[PROP_OVERWRITE_HAND] = g_param_spec_boolean ("overwrite-hand", NULL, NULL, FALSE, flags);
  props[PROP_PROTECT_HAND] = g_param_spec_boolean ("protect-hand", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[HIDDEN_CHANGED] = g_signal_new ("hidden-changed", LW_TYPE_TOOLBOX, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[LOCKED_CHANGED] = g_signal_new ("locked-changed", LW_TYPE_TOOLBOX, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lw_toolbox_init (LwToolbox *self)
{
  self->tool = LW_TOOL_BRUSH;
  self->last_tool = LW_TOOL_ERASER;
  self->brush_size = 20;
  self->superpixel_size = 20;
  self->fill_tolerance = 12;
  self->opacity = 0.5;
  self->overlay_visible = TRUE;
  self->show_proposal = TRUE;
  self->pen_pressure = TRUE;
  self->pen_least = PEN_LEAST;
}

LwToolbox *
lw_toolbox_new (void)
{
  return g_object_new (LW_TYPE_TOOLBOX, NULL);
}

LwTool
lw_toolbox_get_tool (LwToolbox *self)
{
  g_return_val_if_fail (LW_IS_TOOLBOX (self), LW_TOOL_PAN);
  return self->tool;
}

void
lw_toolbox_set_tool (LwToolbox *self, LwTool tool)
{
  g_return_if_fail (LW_IS_TOOLBOX (self) && tool < LW_N_TOOLS);
  g_object_set (self, "tool", (int) tool, NULL);
}

guint8
lw_toolbox_get_class (LwToolbox *self)
{
  g_return_val_if_fail (LW_IS_TOOLBOX (self), 0);
  return self->class_id;
}

void
lw_toolbox_set_class (LwToolbox *self, guint8 class_id)
{
  g_return_if_fail (LW_IS_TOOLBOX (self) && class_id != LW_LABEL_NONE);
  g_object_set (self, "class-id", (guint) class_id, NULL);
}

double
lw_toolbox_get_brush_size (LwToolbox *self)
{
  g_return_val_if_fail (LW_IS_TOOLBOX (self), LW_BRUSH_SIZE_MIN);
  return self->brush_size;
}

void
lw_toolbox_set_brush_size (LwToolbox *self, double diameter)
{
  g_return_if_fail (LW_IS_TOOLBOX (self));
  g_object_set (self, "brush-size", CLAMP (diameter, LW_BRUSH_SIZE_MIN, LW_BRUSH_SIZE_MAX), NULL);
}

double
lw_toolbox_get_superpixel_size (LwToolbox *self)
{
  g_return_val_if_fail (LW_IS_TOOLBOX (self), LW_SUPERPIXEL_SIZE_MIN);
  return self->superpixel_size;
}

void
lw_toolbox_scale_size (LwToolbox *self, double factor)
{
  g_return_if_fail (LW_IS_TOOLBOX (self) && factor > 0);
  GParamSpecDouble *pspec = G_PARAM_SPEC_DOUBLE (props[self->tool == LW_TOOL_SUPERPIXELS ? PROP_SUPERPIXEL_SIZE : self->tool == LW_TOOL_FILL_COLOUR ? PROP_FILL_TOLERANCE : PROP_BRUSH_SIZE]);
  double size, scaled;
  g_object_get (self, G_PARAM_SPEC (pspec)->name, &size, NULL);
  scaled = round (size * factor);
  scaled = factor >= 1 ? MAX (size + 1, scaled) : MIN (size - 1, scaled);
  g_object_set (self, G_PARAM_SPEC (pspec)->name, CLAMP (scaled, pspec->minimum, pspec->maximum), NULL);
}

double
lw_toolbox_get_pen_least (LwToolbox *self)
{
  g_return_val_if_fail (LW_IS_TOOLBOX (self), 1);
  return self->pen_least / 100.0;
}

double
lw_toolbox_bend_pressure (LwToolbox *self, double pressure)
{
  g_return_val_if_fail (LW_IS_TOOLBOX (self), 1);
  return pow (CLAMP (pressure, 0, 1), exp2 (-self->pen_softness / 50.0));
}

double
lw_toolbox_get_fill_tolerance (LwToolbox *self)
{
  g_return_val_if_fail (LW_IS_TOOLBOX (self), LW_FILL_TOLERANCE_MIN);
  return self->fill_tolerance;
}

LwBrushShape
lw_toolbox_get_brush_shape (LwToolbox *self)
{
  g_return_val_if_fail (LW_IS_TOOLBOX (self), LW_BRUSH_ROUND);
  return self->brush_shape;
}

double
lw_toolbox_get_opacity (LwToolbox *self)
{
  g_return_val_if_fail (LW_IS_TOOLBOX (self), 0);
  return self->opacity;
}

void
lw_toolbox_set_opacity (LwToolbox *self, double opacity)
{
  g_return_if_fail (LW_IS_TOOLBOX (self));
  g_object_set (self, "opacity", CLAMP (opacity, 0, 1), NULL);
}

gboolean
lw_toolbox_get_overlay_visible (LwToolbox *self)
{
  g_return_val_if_fail (LW_IS_TOOLBOX (self), FALSE);
  return self->overlay_visible;
}

gboolean
lw_toolbox_get_show_proposal (LwToolbox *self)
{
  g_return_val_if_fail (LW_IS_TOOLBOX (self), FALSE);
  return self->show_proposal;
}

gboolean
lw_toolbox_is_hidden (LwToolbox *self, guint8 class_id)
{
  g_return_val_if_fail (LW_IS_TOOLBOX (self), FALSE);
  return self->hidden[class_id];
}

void
lw_toolbox_set_hidden (LwToolbox *self, guint8 class_id, gboolean hidden)
{
  g_return_if_fail (LW_IS_TOOLBOX (self));
  if (self->hidden[class_id] == !!hidden)
    return;
  self->hidden[class_id] = !!hidden;
  g_signal_emit (self, signals[HIDDEN_CHANGED], 0);
}

gboolean
lw_toolbox_is_locked (LwToolbox *self, guint8 class_id)
{
  g_return_val_if_fail (LW_IS_TOOLBOX (self), FALSE);
  return self->locked[class_id];
}

void
lw_toolbox_set_locked (LwToolbox *self, guint8 class_id, gboolean locked)
{
  g_return_if_fail (LW_IS_TOOLBOX (self));
  if (self->locked[class_id] == !!locked)
    return;
  self->locked[class_id] = !!locked;
  g_signal_emit (self, signals[LOCKED_CHANGED], 0);
}

void
lw_toolbox_get_protection (LwToolbox *self, LwProtection *protection)
{
  g_return_if_fail (LW_IS_TOOLBOX (self) && protection != NULL);
  *protection = (LwProtection) { .paint_over = self->paint_over, .over = self->paint_over_class };
  memcpy (protection->locked, self->locked, sizeof self->locked);
}

void
lw_toolbox_get_apply_protection (LwToolbox *self, LwProtection *protection)
{
  lw_toolbox_get_protection (self, protection);
  for (int id = 0; id < LW_LABEL_NONE; id++)
    protection->locked[id] = self->locked[id] || self->hidden[id];
}

void
lw_toolbox_get_shown (LwToolbox *self, gboolean shown[256])
{
  g_return_if_fail (LW_IS_TOOLBOX (self));
  for (int id = 0; id < 256; id++)
    shown[id] = !self->hidden[id];
}

gboolean
lw_toolbox_get_overwrite_hand (LwToolbox *self)
{
  g_return_val_if_fail (LW_IS_TOOLBOX (self), FALSE);
  return self->overwrite_hand;
}

gboolean
lw_toolbox_get_protect_hand (LwToolbox *self)
{
  g_return_val_if_fail (LW_IS_TOOLBOX (self), FALSE);
  return self->protect_hand;
}
