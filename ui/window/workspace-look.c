/* workspace-look.c: actions for how the frame is shown; what they change is said over the canvas */
#include "config.h"
#include "workspace-private.h"

#include <glib/gi18n-lib.h>

#define PICTURE_STEP 0.1
#define DIVIDER_STEP 0.05

static const char *
describe_style (const LwLookState *look)
{
  static const char *const styles[LW_N_STYLES] = { N_("Labels filled"), N_("Labels as outlines"), N_("Labels with patterns") };
  return _(styles[look->style]);
}

static const char *
describe_channel (const LwLookState *look)
{
  static const char *const channels[] = { N_("All channels"), N_("The red channel"), N_("The green channel"), N_("The blue channel") };
  return _(channels[look->picture.channel]);
}

static const char *
describe_split (const LwLookState *look)
{
  static const char *const splits[LW_N_SPLIT_VIEWS] = { N_("One view"), N_("Side by side"), N_("With a divider that can be dragged") };
  return _(splits[look->split]);
}

static const char *
describe_against (const LwLookState *look)
{
  static const char *const against[LW_N_AGAINST] = { N_("Compared with the picture"), N_("Compared with the proposal"), N_("Compared with the last revision") };
  return _(against[look->against]);
}

static char *
describe (LwWorkspace *self, const char *property)
{
  const LwLookState *look = lw_look_get (lw_desk_get_look (self->desk));
  if (g_str_equal (property, "label-style"))
    return g_strdup (describe_style (look));
  if (g_str_equal (property, "channel"))
    return g_strdup (describe_channel (look));
  if (g_str_equal (property, "split"))
    return g_strdup (describe_split (look));
  if (g_str_equal (property, "against"))
    return g_strdup (describe_against (look));
  if (g_str_equal (property, "unsure"))
    return g_strdup (!look->unsure ? _("No heat") : lw_document_get_proposal (lw_desk_get_document (self->desk)) != NULL ? _("Heat where the network is unsure")
                                                                                                                          : _("Heat where the network is unsure: nothing is proposed yet"));
  if (g_str_equal (property, "overview"))
    return g_strdup (look->overview ? _("Overview map when zoomed in") : _("No overview map"));
  if (g_str_equal (property, "equalise"))
    return g_strdup (look->picture.equalise ? _("Picture equalised") : _("Picture not equalised"));
  if (g_str_equal (property, "brightness"))
    return g_strdup_printf (_("Brightness %+.0f %%"), look->picture.brightness * 100);
  return g_strdup_printf (_("Contrast %+.0f %%"), look->picture.contrast * 100);
}

/* What the keys do: the next value of a property, or so much more. */
static const struct { const char *action, *property; double by; } actions[] = {
  { "view.style", "label-style", 0 },
  { "view.unsure", "unsure", 0 },
  { "view.split", "split", 0 },
  { "view.against", "against", 0 },
  { "view.divider-left", "divider", -DIVIDER_STEP },
  { "view.divider-right", "divider", DIVIDER_STEP },
  { "view.overview", "overview", 0 },
  { "view.rulers", "rulers", 0 },
  { "view.equalise", "equalise", 0 },
  { "view.channel", "channel", 0 },
  { "view.darker", "brightness", -PICTURE_STEP },
  { "view.brighter", "brightness", PICTURE_STEP },
  { "view.less-contrast", "contrast", -PICTURE_STEP },
  { "view.more-contrast", "contrast", PICTURE_STEP },
};

static void
look_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  LwLook *look = lw_desk_get_look (self->desk);
  gsize i = 0;
  if (!lw_workspace_is_labelling (self))
    return;
  while (!g_str_equal (actions[i].action, name))
    i++;
  if (actions[i].by == 0)
    lw_look_step (look, actions[i].property);
  else
    lw_look_add (look, actions[i].property, actions[i].by);
  if (g_str_equal (actions[i].property, "divider") || g_str_equal (actions[i].property, "rulers"))
    return;                          /* are seen */
  g_autofree char *text = describe (self, actions[i].property);
  lw_workspace_say (self, text);
}

static void
reset_picture_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  lw_look_reset_picture (lw_desk_get_look (self->desk));
  lw_workspace_say (self, _("Picture as it is"));
}

void
lw_workspace_watch_look (LwWorkspace *self)
{
  LwLook *look = lw_desk_get_look (self->desk);
  lw_overview_set_canvas (self->overview, self->canvas);
  lw_ruler_set_canvas (self->lying_ruler, self->canvas);
  lw_ruler_set_canvas (self->standing_ruler, self->canvas);
  g_object_bind_property (look, "overview", self->overview, "enabled", G_BINDING_SYNC_CREATE);
  g_object_bind_property (look, "rulers", self->lying_ruler, "visible", G_BINDING_SYNC_CREATE);
}

void
lw_workspace_install_look_actions (GtkWidgetClass *widget_class)
{
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].action, NULL, look_action);
  gtk_widget_class_install_action (widget_class, "view.reset-picture", NULL, reset_picture_action);
}
