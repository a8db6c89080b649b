/* workspace-view.c: the canvas in its window: zoom, overlay, tools */
#include "config.h"
#include "workspace-private.h"

#include <glib/gi18n-lib.h>

/* ---- actions that the canvas carries out ---- */

static void
canvas_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gboolean undo = g_str_equal (name, "canvas.undo"), redo = g_str_equal (name, "canvas.redo");
  if ((undo || redo) && lw_workspace_take_back_fresh_step (LW_WORKSPACE (widget), redo))
    return;      /* here too: the canvas's action is off where there is no stroke to undo */
  gtk_widget_activate_action_variant (GTK_WIDGET (LW_WORKSPACE (widget)->canvas), name, parameter);
}

static void
focus_canvas_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_widget_grab_focus (GTK_WIDGET (LW_WORKSPACE (widget)->canvas));
}

/* Who chooses a class wants to paint: a tool that does is kept, any other makes room for the brush. */
static void
take_brush_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwToolbox *toolbox = lw_desk_get_toolbox (LW_WORKSPACE (widget)->desk);
  LwTool tool = lw_toolbox_get_tool (toolbox);
  if (tool == LW_TOOL_ERASER || tool == LW_TOOL_PAN || tool == LW_TOOL_APPLY_REGION || tool == LW_TOOL_REVEAL)
    lw_toolbox_set_tool (toolbox, LW_TOOL_BRUSH);
}

static void
search_class_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  if (!lw_workspace_is_labelling (self))
    return;
  g_object_set (self, "side-pane", TRUE, NULL);
  lw_class_list_focus_search (self->classes);
}

static void
adjust_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  if (lw_workspace_is_labelling (self))
    lw_tool_rail_show_adjust (self->rail);
}

static void
show_page_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  adw_view_stack_set_visible_child_name (LW_WORKSPACE (widget)->stack, g_variant_get_string (parameter, NULL));
}

static void
show_pane_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  lw_canvas_stroke_end (self->canvas);
  adw_view_stack_set_visible_child_name (self->stack, "project");
  lw_project_page_show (self->project_page, g_variant_get_string (parameter, NULL));
}

void
lw_workspace_install_view_actions (GtkWidgetClass *widget_class)
{
  static const char *const canvas_actions[] = { "canvas.undo", "canvas.redo", "canvas.zoom-in", "canvas.zoom-out", "canvas.zoom-fit", "canvas.zoom-100",
                                                "canvas.brush-smaller", "canvas.brush-larger", "canvas.pick-class" };
  for (gsize i = 0; i < G_N_ELEMENTS (canvas_actions); i++)
    gtk_widget_class_install_action (widget_class, canvas_actions[i], NULL, canvas_action);
  gtk_widget_class_install_action (widget_class, "workspace.focus-canvas", NULL, focus_canvas_action);
  gtk_widget_class_install_action (widget_class, "workspace.take-brush", NULL, take_brush_action);
  gtk_widget_class_install_action (widget_class, "workspace.search-class", NULL, search_class_action);
  gtk_widget_class_install_action (widget_class, "workspace.adjust", NULL, adjust_action);
  gtk_widget_class_install_action (widget_class, "workspace.show-page", "s", show_page_action);
  gtk_widget_class_install_action (widget_class, "workspace.show-pane", "s", show_pane_action);
  gtk_widget_class_install_property_action (widget_class, "workspace.tool", "tool");
  gtk_widget_class_install_property_action (widget_class, "workspace.side-pane", "side-pane");
  gtk_widget_class_install_property_action (widget_class, "workspace.timeline", "timeline");
}

/* ---- the canvas ---- */

static gboolean
show_zoom_cb (gpointer data)
{
  LwWorkspace *self = data;
  double percent = lw_canvas_get_zoom (self->canvas) * 100;
  g_autofree char *text = g_strdup_printf (percent < 10 ? _("%.1f %%") : _("%.0f %%"), percent);
  self->zoom_idle = 0;
  gtk_label_set_label (self->zoom_label, text);
  return G_SOURCE_REMOVE;
}

/* The zoom may change while sizes are being given out, when no label may ask for another size. */
static void
on_zoom_cb (LwWorkspace *self)
{
  if (self->zoom_idle == 0)
    self->zoom_idle = g_idle_add (show_zoom_cb, self);
}

static void
on_pointer_text_cb (LwWorkspace *self)
{
  g_autofree char *text = NULL;
  g_object_get (self->canvas, "pointer-text", &text, NULL);
  lw_timeline_set_pointer_text (self->timeline, text);
  lw_workspace_look_at_pixel (self);
}

/* The first frame that opens finds what the last window left. A playback's last picture gives way to the frame itself. */
static void
on_opened_cb (LwWorkspace *self)
{
  if (!lw_playback_is_playing (self->playback))
    lw_canvas_show_playback (self->canvas, NULL, NULL);
  if (self->zoom_restored || lw_document_is_loading (lw_desk_get_document (self->desk)))
    return;
  self->zoom_restored = TRUE;
  lw_workspace_restore_state (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
}

static void
on_playback_show_cb (LwWorkspace *self, LwImage *image, LwLabelMap *map)
{
  gboolean over = image == NULL;
  if (over && lw_document_is_loading (lw_desk_get_document (self->desk)) && !lw_playback_is_playing (self->playback))
    return;      /* "opened" comes */
  lw_canvas_show_playback (self->canvas, image, map);
}

/* GTK's own keys of a paned (F6, F8) would keep ours from ever arriving. */
void
lw_workspace_free_paned_keys (LwWorkspace *self)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (self->paned);
  for (guint i = g_list_model_get_n_items (controllers); i-- > 0;)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
      if (GTK_IS_SHORTCUT_CONTROLLER (controller))
        gtk_widget_remove_controller (self->paned, controller);
    }
}

void
lw_workspace_connect_canvas (LwWorkspace *self)
{
  LwDocument *document = lw_desk_get_document (self->desk);
  lw_canvas_set_document (self->canvas, document);
  lw_canvas_set_toolbox (self->canvas, lw_desk_get_toolbox (self->desk));
  lw_canvas_set_look (self->canvas, lw_desk_get_look (self->desk));
  g_signal_connect_object (self->canvas, "notify::zoom", G_CALLBACK (on_zoom_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->canvas, "say", G_CALLBACK (lw_workspace_say), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->canvas, "notify::pointer-text", G_CALLBACK (on_pointer_text_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "opened", G_CALLBACK (on_opened_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->playback, "show", G_CALLBACK (on_playback_show_cb), self, G_CONNECT_SWAPPED);
  on_zoom_cb (self);
}
