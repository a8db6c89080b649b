/* workspace-keys.c: what only keys do: classes by their shortcuts, the tool before, switches of the toolbox; and the words that say so */
#include "config.h"
#include "workspace-private.h"

#include <glib/gi18n-lib.h>

#define OPACITY_STEP 0.1
#define SAY_MS 2500
#define PANE_STEP 40

/* ---- keys that select a class ---- */

static void
hide_key_label (LwWorkspace *self)
{
  g_clear_handle_id (&self->key_timeout, g_source_remove);
  gtk_widget_set_visible (GTK_WIDGET (self->key_label), FALSE);
}

static gboolean
on_key_timeout_cb (gpointer data)
{
  LwWorkspace *self = data;
  self->key_timeout = 0;
  lw_class_keys_clear (&self->keys);
  hide_key_label (self);
  return G_SOURCE_REMOVE;
}

/* A few words over the canvas's lower edge: out of the way of hand and timeline, and gone by itself. */
static void
show_key_label (LwWorkspace *self, const char *text, guint ms)
{
  g_clear_handle_id (&self->key_timeout, g_source_remove);
  gtk_label_set_label (self->key_label, text);
  gtk_widget_set_visible (GTK_WIDGET (self->key_label), TRUE);
  self->key_timeout = g_timeout_add (ms, on_key_timeout_cb, self);
}

void
lw_workspace_say (LwWorkspace *self, const char *text)
{
  lw_class_keys_clear (&self->keys);
  show_key_label (self, text, SAY_MS);
}

void
lw_workspace_keep_saying (LwWorkspace *self, const char *text)
{
  lw_workspace_say (self, text);
  g_clear_handle_id (&self->key_timeout, g_source_remove);
}

/* What was said in passing goes by itself. */
void
lw_workspace_stop_saying (LwWorkspace *self)
{
  if (self->key_timeout == 0)
    hide_key_label (self);
}

static void
select_class (LwWorkspace *self, guint8 id)
{
  const LwPalette *palette = lw_document_get_palette (lw_desk_get_document (self->desk));
  LwClass *klass = lw_palette_find_id (palette, id);
  lw_toolbox_set_class (lw_desk_get_toolbox (self->desk), id);
  gtk_widget_activate_action (GTK_WIDGET (self), "workspace.take-brush", NULL);
  show_key_label (self, klass->name, 900);
}

static gboolean
on_key_pressed_cb (GtkEventControllerKey *controller, guint keyval, guint code, GdkModifierType modifiers, LwWorkspace *self)
{
  gunichar character = gdk_keyval_to_unicode (keyval);
  char text[7] = { 0 };
  guint8 id;
  if (!lw_workspace_is_labelling (self) || (modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)) || !g_unichar_isgraph (character))
    return GDK_EVENT_PROPAGATE;
  g_unichar_to_utf8 (g_unichar_tolower (character), text);
  const LwPalette *palette = lw_document_get_palette (lw_desk_get_document (self->desk));
  switch (lw_class_keys_press (&self->keys, palette, text, g_get_monotonic_time (), &id))
    {
    case LW_CLASS_KEY_FOUND:
      select_class (self, id);
      return GDK_EVENT_STOP;
    case LW_CLASS_KEY_PENDING:
      {
        g_autofree char *pending = g_strdup_printf ("%s …", text);
        show_key_label (self, pending, LW_CLASS_KEYS_TIMEOUT_MS);
        return GDK_EVENT_STOP;
      }
    case LW_CLASS_KEY_NONE:
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

void
lw_workspace_watch_keys (LwWorkspace *self)
{
  GtkEventController *controller = gtk_event_controller_key_new ();
  g_signal_connect_object (controller, "key-pressed", G_CALLBACK (on_key_pressed_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), controller);
}

/* ---- classes ---- */

static void
step_class_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  const GPtrArray *classes = lw_document_get_palette (lw_desk_get_document (self->desk))->classes;
  guint8 current = lw_toolbox_get_class (lw_desk_get_toolbox (self->desk));
  guint n = classes->len, at = 0;
  if (n == 0)
    return;
  while (at < n && ((LwClass *) classes->pdata[at])->id != current)
    at++;
  at = g_str_has_suffix (name, "next") ? at + 1 : at + n - 1;
  select_class (self, ((LwClass *) classes->pdata[at % n])->id);
}

static void
say_of_class (LwWorkspace *self, const char *format)
{
  LwClass *klass = lw_palette_find_id (lw_document_get_palette (lw_desk_get_document (self->desk)), lw_toolbox_get_class (lw_desk_get_toolbox (self->desk)));
  g_auto (GStrv) parts = g_strsplit (format, "%s", 2);
  g_autofree char *text = g_strjoinv (klass != NULL ? klass->name : "?", parts);
  lw_workspace_say (self, text);
}

static void
hide_class_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwToolbox *toolbox = lw_desk_get_toolbox (LW_WORKSPACE (widget)->desk);
  guint8 id = lw_toolbox_get_class (toolbox);
  lw_toolbox_set_hidden (toolbox, id, !lw_toolbox_is_hidden (toolbox, id));
  say_of_class (LW_WORKSPACE (widget), lw_toolbox_is_hidden (toolbox, id) ? _("“%s” is hidden") : _("“%s” is shown"));
}

static void
lock_class_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwToolbox *toolbox = lw_desk_get_toolbox (LW_WORKSPACE (widget)->desk);
  guint8 id = lw_toolbox_get_class (toolbox);
  lw_toolbox_set_locked (toolbox, id, !lw_toolbox_is_locked (toolbox, id));
  say_of_class (LW_WORKSPACE (widget), lw_toolbox_is_locked (toolbox, id) ? _("“%s” is locked") : _("“%s” is not locked any more"));
}

/* ---- the toolbox ---- */

static void
last_tool_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  int last;
  LwToolbox *toolbox = lw_desk_get_toolbox (LW_WORKSPACE (widget)->desk);
  g_object_get (toolbox, "last-tool", &last, NULL);
  lw_toolbox_set_tool (toolbox, (LwTool) last);
}

static void
brush_shape_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwToolbox *toolbox = lw_desk_get_toolbox (LW_WORKSPACE (widget)->desk);
  gboolean square = lw_toolbox_get_brush_shape (toolbox) == LW_BRUSH_ROUND;
  g_object_set (toolbox, "brush-shape", square ? LW_BRUSH_SQUARE : LW_BRUSH_ROUND, NULL);
  lw_workspace_say (LW_WORKSPACE (widget), square ? _("Square brush") : _("Round brush"));
}

static void
paint_over_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  static const char *const said[] = { N_("Paint over everything"), N_("Paint over unlabelled pixels only"), N_("Paint over one class only") };
  LwToolbox *toolbox = lw_desk_get_toolbox (LW_WORKSPACE (widget)->desk);
  int over;
  g_object_get (toolbox, "paint-over", &over, NULL);
  over = (over + 1) % (LW_PAINT_OVER_CLASS + 1);
  g_object_set (toolbox, "paint-over", over, NULL);
  lw_workspace_say (LW_WORKSPACE (widget), _(said[over]));
}

static const struct { const char *action, *property, *on, *off; } switches[] = {
  { "workspace.overlay", "overlay-visible", N_("Labels are shown"), N_("Labels are not shown") },
  { "workspace.show-proposal", "show-proposal", N_("The proposal is shown"), N_("The proposal is not shown") },
  { "workspace.protect-hand", "protect-hand", N_("The tools leave what people painted"), N_("The tools may change what people painted") },
  { "workspace.overwrite-hand", "overwrite-hand", N_("Applying also replaces what people painted"), N_("Applying leaves what people painted") },
};

static void
switch_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  gboolean on;
  for (gsize i = 0; i < G_N_ELEMENTS (switches); i++)
    if (g_str_equal (switches[i].action, name))
      {
        g_object_get (lw_desk_get_toolbox (self->desk), switches[i].property, &on, NULL);
        g_object_set (lw_desk_get_toolbox (self->desk), switches[i].property, !on, NULL);
        lw_workspace_say (self, on ? _(switches[i].off) : _(switches[i].on));
      }
}

static void
opacity_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwToolbox *toolbox = lw_desk_get_toolbox (LW_WORKSPACE (widget)->desk);
  double step = g_str_has_suffix (name, "up") ? OPACITY_STEP : -OPACITY_STEP;
  lw_toolbox_set_opacity (toolbox, CLAMP (lw_toolbox_get_opacity (toolbox) + step, 0, 1));
}

static void
pane_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkPaned *paned = GTK_PANED (LW_WORKSPACE (widget)->paned);
  int step = g_str_has_suffix (name, "wider") ? -PANE_STEP : PANE_STEP;
  gtk_paned_set_position (paned, CLAMP (gtk_paned_get_position (paned) + step, 0, gtk_widget_get_width (GTK_WIDGET (paned))));
}

static const struct { const char *name; GtkWidgetActionActivateFunc func; } actions[] = {
  { "workspace.class-previous", step_class_action }, { "workspace.class-next", step_class_action },
  { "workspace.hide-class", hide_class_action }, { "workspace.lock-class", lock_class_action },
  { "workspace.last-tool", last_tool_action }, { "workspace.brush-shape", brush_shape_action }, { "workspace.paint-over", paint_over_action },
  { "workspace.overlay", switch_action }, { "workspace.show-proposal", switch_action }, { "workspace.overwrite-hand", switch_action },
  { "workspace.protect-hand", switch_action },
  { "workspace.opacity-up", opacity_action }, { "workspace.opacity-down", opacity_action },
  { "workspace.pane-wider", pane_action }, { "workspace.pane-narrower", pane_action },
};

/* What changes the canvas's tools is off where no canvas is to be seen. */
void
lw_workspace_update_key_actions (LwWorkspace *self)
{
  gboolean labelling = lw_workspace_is_labelling (self);
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), actions[i].name, labelling);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "workspace.tool", labelling);
}

void
lw_workspace_install_key_actions (GtkWidgetClass *widget_class)
{
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, NULL, actions[i].func);
}
