/* workspace.c: an open project in its window: canvas, tools, classes, timeline, training, models */
#include "config.h"
#include "workspace-private.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "keys/keys.h"
#include "settings.h"

G_DEFINE_FINAL_TYPE (LwWorkspace, lw_workspace, ADW_TYPE_BIN)

enum { PROP_0, PROP_TOOL, PROP_SIDE_PANE, PROP_TIMELINE, N_PROPS };
static GParamSpec *props[N_PROPS];

gboolean
lw_workspace_is_labelling (LwWorkspace *self)
{
  return g_strcmp0 (adw_view_stack_get_visible_child_name (self->stack), "label") == 0;
}

gboolean
lw_workspace_is_editing (LwWorkspace *self)
{
  return lw_workspace_is_labelling (self) && !lw_playback_is_playing (self->playback);
}

void
lw_workspace_update_actions (LwWorkspace *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  if (self->stack == NULL)      /* the canvas says goodbye while the template is taken apart */
    return;
  gboolean editing = lw_workspace_is_editing (self), writable = !lw_desk_is_read_only (self->desk);
  gtk_widget_action_set_enabled (widget, "canvas.undo", editing && (lw_canvas_can_turn (self->canvas, FALSE) || lw_workspace_has_fresh_step (self, FALSE)));
  gtk_widget_action_set_enabled (widget, "canvas.redo", editing && (lw_canvas_can_turn (self->canvas, TRUE) || lw_workspace_has_fresh_step (self, TRUE)));
  gtk_widget_action_set_enabled (widget, "project.add-media", writable);
  gtk_widget_action_set_enabled (widget, "project.edit-classes", writable);
  gtk_widget_action_set_enabled (widget, "project.import", writable);
  gtk_widget_action_set_enabled (widget, "project.export", lw_frame_list_get_n (lw_desk_get_frames (self->desk)) > 0);
  lw_workspace_update_key_actions (self);
  lw_workspace_update_reach_actions (self);
  lw_workspace_update_left_actions (self);
  lw_workspace_update_frame_actions (self);
  lw_workspace_update_bulk_actions (self);
  lw_workspace_update_proposal_actions (self);
  lw_workspace_update_step_actions (self);
  lw_workspace_update_review_actions (self);
  lw_workspace_update_remove_actions (self);
}

/* ---- what the desk says ---- */

static void
on_desk_failed_cb (LwWorkspace *self, const char *title, const GError *error)
{
  lw_report_error (GTK_WIDGET (self), title, error);
}

static void
update_pages (LwWorkspace *self)
{
  gboolean ready, empty = lw_frame_list_get_n (lw_desk_get_frames (self->desk)) == 0;
  g_object_get (self->desk, "ready", &ready, NULL);
  gtk_stack_set_visible_child_name (self->canvas_stack, !ready ? "wait" : empty ? "empty" : "canvas");
  lw_workspace_update_actions (self);
}

static void
update_missing_bar (LwWorkspace *self)
{
  guint n;
  g_object_get (self->desk, "n-missing", &n, NULL);
  g_autofree char *text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u medium is not where it was: its frames can’t be shown.",
                                                        "%u media are not where they were: their frames can’t be shown.", n), n);
  gtk_label_set_label (self->missing_label, text);
  gtk_info_bar_set_revealed (self->missing_bar, n > 0);
}

/* A button whose action is the window's stays insensitive where it comes into the window later than that was made (GTK 4.8). */
static void
on_try_again_cb (LwWorkspace *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.open-again", NULL);
}

static void
on_page_cb (LwWorkspace *self)
{
  gboolean labelling = lw_workspace_is_labelling (self);
  gtk_widget_set_visible (self->start_box, labelling);
  gtk_widget_set_visible (self->end_box, labelling);
  lw_workspace_measure_header (self);
  lw_playback_stop (self->playback);
  lw_workspace_update_actions (self);
  if (g_strcmp0 (adw_view_stack_get_visible_child_name (self->stack), "train") == 0)
    adw_view_stack_page_set_needs_attention (self->train_stack_page, FALSE);
  if (labelling)
    gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
}

/* Who paints sees how far the training is, and that it has ended. */
static void
update_train_tab (LwWorkspace *self)
{
  LwTrainerState state = lw_trainer_get_state (self->trainer);
  gboolean running = state == LW_TRAINER_TRAINING || state == LW_TRAINER_ELSEWHERE || state == LW_TRAINER_PREPARING || state == LW_TRAINER_SCORING;
  int percent = state == LW_TRAINER_PREPARING ? 0 : state == LW_TRAINER_SCORING ? 100 : (int) (lw_trainer_get_fraction (self->trainer) * 100);
  g_autofree char *title = running ? g_strdup_printf (_("Train (%d %%)"), percent) : g_strdup (C_("page", "Train"));
  if (g_strcmp0 (adw_view_stack_page_get_title (self->train_stack_page), title) != 0)
    {
      adw_view_stack_page_set_title (self->train_stack_page, title);
      lw_workspace_measure_header (self);
    }
}

static void
on_trained_cb (LwWorkspace *self)
{
  gboolean there = g_strcmp0 (adw_view_stack_get_visible_child_name (self->stack), "train") == 0;
  adw_view_stack_page_set_needs_attention (self->train_stack_page, !there);
  lw_toast (GTK_WIDGET (self), _("The training is done: a new model stands beside the old one"));
}

gboolean
lw_workspace_is_training (LwWorkspace *self)
{
  LwTrainerState state = lw_trainer_get_state (self->trainer);
  return state == LW_TRAINER_PREPARING || state == LW_TRAINER_TRAINING;
}

void
lw_workspace_stop_training (LwWorkspace *self)
{
  lw_trainer_stop_for_good (self->trainer);
}

static void
connect_desk (LwWorkspace *self)
{
  LwDocument *document = lw_desk_get_document (self->desk);
  const struct { gpointer object; const char *signal; GCallback callback; } handlers[] = {
    { self->desk, "failed", G_CALLBACK (on_desk_failed_cb) },
    { self->desk, "notify::ready", G_CALLBACK (update_pages) },
    { self->desk, "notify::position", G_CALLBACK (lw_workspace_update_actions) },
    { self->desk, "notify::write-error", G_CALLBACK (lw_workspace_update_write_bar) },
    { self->desk, "notify::n-missing", G_CALLBACK (update_missing_bar) },
    { lw_desk_get_frames (self->desk), "status-changed", G_CALLBACK (update_pages) },
    { lw_desk_get_frames (self->desk), "status-changed", G_CALLBACK (lw_workspace_update_note) },
    { document, "notify::n-unsaved", G_CALLBACK (lw_workspace_update_write_bar) },
    { self->canvas, "turns-changed", G_CALLBACK (lw_workspace_update_actions) },
    { document, "notify::has-proposal", G_CALLBACK (lw_workspace_update_actions) },
    { document, "opened", G_CALLBACK (lw_workspace_update_actions) },
    { document, "opened", G_CALLBACK (lw_workspace_update_note) },
    { self->playback, "notify::playing", G_CALLBACK (lw_workspace_update_actions) },
    { self->playback, "notify::position", G_CALLBACK (lw_workspace_update_frame_actions) },
    { self->proposer, "notify::busy", G_CALLBACK (lw_workspace_update_actions) },
    { self->trainer, "notify::state", G_CALLBACK (update_train_tab) },
    { self->trainer, "progress", G_CALLBACK (update_train_tab) },
    { self->trainer, "finished", G_CALLBACK (on_trained_cb) },
    { self->stack, "notify::visible-child", G_CALLBACK (on_page_cb) },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect_object (handlers[i].object, handlers[i].signal, handlers[i].callback, self, G_CONNECT_SWAPPED);
}

/* ---- properties that are actions: tool, side pane, timeline ---- */

static void
on_tool_cb (LwWorkspace *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TOOL]);
}

/* Actions read these before the template is there. */
static void
lw_workspace_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LwWorkspace *self = LW_WORKSPACE (object);
  switch (id)
    {
    case PROP_TOOL:
      g_value_set_int (value, self->desk != NULL ? (int) lw_toolbox_get_tool (lw_desk_get_toolbox (self->desk)) : LW_TOOL_BRUSH);
      break;
    case PROP_SIDE_PANE: g_value_set_boolean (value, self->side_pane == NULL || gtk_widget_get_visible (self->side_pane)); break;
    case PROP_TIMELINE: g_value_set_boolean (value, self->timeline == NULL || gtk_widget_get_visible (GTK_WIDGET (self->timeline))); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
lw_workspace_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  LwWorkspace *self = LW_WORKSPACE (object);
  switch (id)
    {
    case PROP_TOOL: lw_toolbox_set_tool (lw_desk_get_toolbox (self->desk), (LwTool) g_value_get_int (value)); break;
    case PROP_SIDE_PANE: gtk_widget_set_visible (self->side_pane, g_value_get_boolean (value)); break;
    case PROP_TIMELINE: gtk_widget_set_visible (GTK_WIDGET (self->timeline), g_value_get_boolean (value)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

void
lw_workspace_prepare_close (LwWorkspace *self)
{
  lw_playback_stop (self->playback);
  lw_canvas_stroke_end (self->canvas);
  lw_workspace_note_state (self);
}

static gboolean
on_drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, LwWorkspace *self)
{
  if (lw_desk_is_read_only (self->desk))
    return FALSE;
  lw_workspace_add_media_files (self, g_value_get_boxed (value));
  return TRUE;
}

static void
accept_drops (LwWorkspace *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  g_signal_connect_object (target, "drop", G_CALLBACK (on_drop_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self->canvas_stack), GTK_EVENT_CONTROLLER (target));
}

static void
lw_workspace_dispose (GObject *object)
{
  LwWorkspace *self = LW_WORKSPACE (object);
  g_clear_handle_id (&self->key_timeout, g_source_remove);
  g_clear_handle_id (&self->zoom_idle, g_source_remove);
  lw_class_keys_clear (&self->keys);
  lw_workspace_forget_steps (self);
  lw_workspace_forget_pixel (self);
  lw_workspace_leave_company (self);
  g_clear_pointer (&self->copy, g_free);
  if (self->canvas != NULL)      /* as it goes it still says what can't be undone any more */
    g_signal_handlers_disconnect_by_data (self->canvas, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_WORKSPACE);
  g_clear_object (&self->playback);
  g_clear_object (&self->proposer);
  g_clear_object (&self->trainer);
  g_clear_object (&self->reviews);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (lw_workspace_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, stack);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, canvas_stack);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, breadth);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, broad);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, header);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, switchers);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, narrow_switcher);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, switcher_bar);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, start_box);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, end_box);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, view_button);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, menu_button);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, side_pane);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, paned);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, title_label);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, zoom_label);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, key_label);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, write_bar);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, write_label);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, missing_bar);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, missing_label);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, read_only_bar);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, read_only_label);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, copy_button);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, again_button);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, canvas);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, rail);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, classes);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, propose_pane);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, timeline);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, train_stack_page);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, train_page);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, models_page);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, project_page);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, view_popover);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, overview);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, lying_ruler);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, standing_ruler);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, steps_menu);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, side_stack);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, pins);
  gtk_widget_class_bind_template_child (widget_class, LwWorkspace, review_pane);
}

static void
ensure_types (void)
{
  g_type_ensure (LW_TYPE_CANVAS);
  g_type_ensure (LW_TYPE_TOOL_RAIL);
  g_type_ensure (LW_TYPE_VIEW_POPOVER);
  g_type_ensure (LW_TYPE_OVERVIEW);
  g_type_ensure (LW_TYPE_RULER);
  g_type_ensure (LW_TYPE_CLASS_LIST);
  g_type_ensure (LW_TYPE_PROPOSE_PANE);
  g_type_ensure (LW_TYPE_TIMELINE);
  g_type_ensure (LW_TYPE_PINS);
  g_type_ensure (LW_TYPE_REVIEW_PANE);
  g_type_ensure (LW_TYPE_TRAIN_PAGE);
  g_type_ensure (LW_TYPE_MODELS_PAGE);
  g_type_ensure (LW_TYPE_PROJECT_PAGE);
}

static void
lw_workspace_class_init (LwWorkspaceClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  object_class->get_property = lw_workspace_get_property;
  object_class->set_property = lw_workspace_set_property;
  object_class->dispose = lw_workspace_dispose;
  props[PROP_TOOL] = g_param_spec_int ("tool", NULL, NULL, 0, LW_N_TOOLS - 1, LW_TOOL_BRUSH, flags);
  props[PROP_SIDE_PANE] = g_param_spec_boolean ("side-pane", NULL, NULL, TRUE, flags);
  props[PROP_TIMELINE] = g_param_spec_boolean ("timeline", NULL, NULL, TRUE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  ensure_types ();
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/window/workspace.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, on_try_again_cb);
  gtk_widget_class_bind_template_callback (widget_class, lw_workspace_use_breadth);
  lw_workspace_install_view_actions (widget_class);
  lw_workspace_install_look_actions (widget_class);
  lw_workspace_install_key_actions (widget_class);
  lw_workspace_install_reach_actions (widget_class);
  lw_workspace_install_left_actions (widget_class);
  lw_workspace_install_frame_actions (widget_class);
  lw_workspace_install_bulk_actions (widget_class);
  lw_workspace_install_proposal_actions (widget_class);
  lw_workspace_install_project_actions (widget_class);
  lw_workspace_install_unsaved_actions (widget_class);
  lw_workspace_install_step_actions (widget_class);
  lw_workspace_install_review_actions (widget_class);
  lw_workspace_install_remove_actions (widget_class);
}

static void
lw_workspace_init (LwWorkspace *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  lw_workspace_free_paned_keys (self);
}

/* The pane's edge can be placed when the room for both sides is known. */
static void
on_room_cb (LwWorkspace *self)
{
  int width = gtk_widget_get_width (self->paned);
  if (width <= 0)
    return;
  g_signal_handlers_disconnect_by_func (self->paned, on_room_cb, self);
  gtk_paned_set_position (GTK_PANED (self->paned), width - g_settings_get_int (lw_settings_get (), "side-pane-width"));
}

static void
show_title (LwWorkspace *self)
{
  LwProject *project = lw_desk_get_project (self->desk);
  g_autofree char *name = lw_project_dup_name (project);
  g_autofree char *folder = g_filename_display_name (lw_project_get_folder (project));
  gtk_label_set_label (self->title_label, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title_label), folder);
}

/* Neither a copy nor another try makes a newer program's project one that can be changed. */
static void
show_read_only (LwWorkspace *self)
{
  LwReadOnly why = lw_project_get_read_only (lw_desk_get_project (self->desk));
  gboolean newer = why == LW_READ_ONLY_NEWER;
  gtk_label_set_label (self->read_only_label, newer ? _("This project can only be looked at: a newer Labelwright made it. Update Labelwright to change it.")
                                                    : _("This project can only be looked at: its folder can’t be written to."));
  gtk_widget_set_visible (self->copy_button, !newer);
  gtk_widget_set_visible (self->again_button, !newer);
  gtk_info_bar_set_revealed (self->read_only_bar, why != LW_READ_ONLY_NOT);
}

GtkWidget *
lw_workspace_new (LwDesk *desk)
{
  LwWorkspace *self = g_object_new (LW_TYPE_WORKSPACE, NULL);
  self->desk = g_object_ref (desk);
  self->playback = lw_playback_new (desk);
  self->proposer = lw_proposer_new (desk);
  self->trainer = lw_trainer_new (desk);
  lw_workspace_connect_canvas (self);
  lw_keys_attach (GTK_WIDGET (self), LW_KEYS_WORKSPACE);
  lw_workspace_watch_keys (self);
  lw_keys_tip_actions (GTK_WIDGET (self));
  lw_keys_tip (self->view_button, NULL, "workspace.show-options::view", NULL);
  lw_keys_tip (self->menu_button, NULL, "workspace.show-options::menu", NULL);
  lw_tool_rail_set_desk (self->rail, desk);
  lw_view_popover_set_desk (self->view_popover, desk);
  lw_workspace_watch_look (self);
  lw_class_list_set_desk (self->classes, desk);
  lw_propose_pane_set_desk (self->propose_pane, desk, self->proposer);
  lw_timeline_set_desk (self->timeline, desk, self->playback);
  lw_workspace_connect_review (self);
  lw_train_page_set_desk (self->train_page, desk, self->trainer);
  lw_models_page_set_desk (self->models_page, desk);
  lw_project_page_set_desk (self->project_page, desk);
  g_signal_connect_object (lw_desk_get_toolbox (desk), "notify::tool", G_CALLBACK (on_tool_cb), self, G_CONNECT_SWAPPED);
  on_tool_cb (self);
  connect_desk (self);
  lw_workspace_watch_steps (self);
  lw_workspace_look_for_steps (self);
  lw_workspace_watch_company (self);
  accept_drops (self);
  show_title (self);
  g_signal_connect (self, "map", G_CALLBACK (lw_workspace_measure_header), NULL);
  g_signal_connect_object (self->paned, "notify::max-position", G_CALLBACK (on_room_cb), self, G_CONNECT_SWAPPED);
  show_read_only (self);
  update_pages (self);
  return GTK_WIDGET (self);
}
