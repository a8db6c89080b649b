/* look.c: how a frame is shown, as one observable object */
#include "config.h"
#include "editor/look.h"

struct _LwLook
{
  GObject parent_instance;
  LwLookState state;
};

G_DEFINE_FINAL_TYPE (LwLook, lw_look, G_TYPE_OBJECT)

enum { PROP_LABEL_STYLE = 1, PROP_UNSURE, PROP_BRIGHTNESS, PROP_CONTRAST, PROP_EQUALISE, PROP_CHANNEL, PROP_SPLIT, PROP_AGAINST, PROP_DIVIDER, PROP_OVERVIEW,
       PROP_RULERS, N_PROPS };
static GParamSpec *props[N_PROPS];

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  const LwLookState *state = &LW_LOOK (object)->state;

  switch (id)
    {
    case PROP_LABEL_STYLE: g_value_set_int (value, (int) state->style); break;
    case PROP_UNSURE: g_value_set_boolean (value, state->unsure); break;
    case PROP_BRIGHTNESS: g_value_set_double (value, state->picture.brightness); break;
    case PROP_CONTRAST: g_value_set_double (value, state->picture.contrast); break;
    case PROP_EQUALISE: g_value_set_boolean (value, state->picture.equalise); break;
    case PROP_CHANNEL: g_value_set_int (value, (int) state->picture.channel); break;
    case PROP_SPLIT: g_value_set_int (value, (int) state->split); break;
    case PROP_AGAINST: g_value_set_int (value, (int) state->against); break;
    case PROP_DIVIDER: g_value_set_double (value, state->divider); break;
    case PROP_OVERVIEW: g_value_set_boolean (value, state->overview); break;
    case PROP_RULERS: g_value_set_boolean (value, state->rulers); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* Every property has G_PARAM_EXPLICIT_NOTIFY: setting what is already set is silent. */
#define ASSIGN(field, new_value, pspec) \
  G_STMT_START { if ((field) != (new_value)) { (field) = (new_value); g_object_notify_by_pspec (object, pspec); } } G_STMT_END

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  LwLookState *state = &LW_LOOK (object)->state;

  switch (id)
    {
    case PROP_LABEL_STYLE: ASSIGN (state->style, (LwLabelStyle) g_value_get_int (value), pspec); break;
    case PROP_UNSURE: ASSIGN (state->unsure, g_value_get_boolean (value), pspec); break;
    case PROP_BRIGHTNESS: ASSIGN (state->picture.brightness, g_value_get_double (value), pspec); break;
    case PROP_CONTRAST: ASSIGN (state->picture.contrast, g_value_get_double (value), pspec); break;
    case PROP_EQUALISE: ASSIGN (state->picture.equalise, g_value_get_boolean (value), pspec); break;
    case PROP_CHANNEL: ASSIGN (state->picture.channel, (LwChannel) g_value_get_int (value), pspec); break;
    case PROP_SPLIT: ASSIGN (state->split, (LwSplitView) g_value_get_int (value), pspec); break;
    case PROP_AGAINST: ASSIGN (state->against, (LwAgainst) g_value_get_int (value), pspec); break;
    case PROP_DIVIDER: ASSIGN (state->divider, g_value_get_double (value), pspec); break;
    case PROP_OVERVIEW: ASSIGN (state->overview, g_value_get_boolean (value), pspec); break;
    case PROP_RULERS: ASSIGN (state->rulers, g_value_get_boolean (value), pspec); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
lw_look_class_init (LwLookClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = get_property;
  object_class->set_property = set_property;

  props[PROP_LABEL_STYLE] = g_param_spec_int ("label-style", NULL, NULL, 0, LW_N_STYLES - 1, LW_STYLE_FILLED, flags);
  props[PROP_UNSURE] = g_param_spec_boolean ("unsure", NULL, NULL, FALSE, flags);
  props[PROP_BRIGHTNESS] = g_param_spec_double ("brightness", NULL, NULL, -1, 1, 0, flags);
  props[PROP_CONTRAST] = g_param_spec_double ("contrast", NULL, NULL, -1, 1, 0, flags);
  props[PROP_EQUALISE] = g_param_spec_boolean ("equalise", NULL, NULL, FALSE, flags);
  props[PROP_CHANNEL] = g_param_spec_int ("channel", NULL, NULL, 0, LW_CHANNEL_BLUE, LW_CHANNEL_ALL, flags);
  props[PROP_SPLIT] = g_param_spec_int ("split", NULL, NULL, 0, LW_N_SPLIT_VIEWS - 1, LW_SPLIT_VIEW_OFF, flags);
  props[PROP_AGAINST] = g_param_spec_int ("against", NULL, NULL, 0, LW_N_AGAINST - 1, LW_AGAINST_PICTURE, flags);
  props[PROP_DIVIDER] = g_param_spec_double ("divider", NULL, NULL, 0, 1, 0.5, flags);
  props[PROP_OVERVIEW] = g_param_spec_boolean ("overview", NULL, NULL, TRUE, flags);
  props[PROP_RULERS] = g_param_spec_boolean ("rulers", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
lw_look_init (LwLook *self)
{
  self->state.divider = 0.5;
  self->state.overview = TRUE;
}

LwLook *
lw_look_new (void)
{
  return g_object_new (LW_TYPE_LOOK, NULL);
}

const LwLookState *
lw_look_get (LwLook *self)
{
  g_return_val_if_fail (LW_IS_LOOK (self), NULL);
  return &self->state;
}

void
lw_look_step (LwLook *self, const char *property)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (self), property);
  int number;
  gboolean on;

  if (G_IS_PARAM_SPEC_INT (pspec))
    {
      g_object_get (self, property, &number, NULL);
      g_object_set (self, property, number < G_PARAM_SPEC_INT (pspec)->maximum ? number + 1 : 0, NULL);
    }
  else
    {
      g_object_get (self, property, &on, NULL);
      g_object_set (self, property, !on, NULL);
    }
}

void
lw_look_add (LwLook *self, const char *property, double by)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (self), property);
  double value;

  g_return_if_fail (G_IS_PARAM_SPEC_DOUBLE (pspec));
  g_object_get (self, property, &value, NULL);
  value += by;
  if (ABS (value) < 1e-9)
    value = 0;                     /* there and back again is exactly as it was */
  g_object_set (self, property, CLAMP (value, G_PARAM_SPEC_DOUBLE (pspec)->minimum, G_PARAM_SPEC_DOUBLE (pspec)->maximum), NULL);
}

void
lw_look_reset_picture (LwLook *self)
{
  g_object_set (self, "brightness", 0.0, "contrast", 0.0, "equalise", FALSE, "channel", (int) LW_CHANNEL_ALL, NULL);
}
