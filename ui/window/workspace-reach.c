/* workspace-reach.c: keys for what otherwise only a button in some corner of the window does: it opens, steps or starts what is there */
#include "config.h"
#include "workspace-private.h"

#include <string.h>

/* ---- what folds out ---- */

static void
show_options_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  const char *which = g_variant_get_string (parameter, NULL);

  lw_canvas_stroke_end (self->canvas);
  if (g_str_equal (which, "menu"))
    gtk_menu_button_popup (GTK_MENU_BUTTON (self->menu_button));
  else if (!lw_workspace_is_labelling (self))
    return;
  else if (g_str_equal (which, "view"))
    gtk_menu_button_popup (GTK_MENU_BUTTON (self->view_button));
  else if (g_str_equal (which, "tool"))
    lw_tool_rail_show_options (self->rail);
  else if (g_str_equal (which, "left"))
    lw_timeline_show_left (self->timeline);
}

/* ---- what is said about the frame ---- */

static void
step_review_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  int step = strstr (name, "next") != NULL ? 1 : -1;

  lw_workspace_show_review (self);
  if (g_str_has_suffix (name, "breach"))
    lw_review_pane_step_breach (self->review_pane, step);
  else
    lw_review_pane_step_comment (self->review_pane, step);
}

static void
answer_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);

  lw_workspace_show_review (self);
  lw_review_pane_answer (self->review_pane);
}

static void
resolve_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  const LwThread *thread = lw_reviews_find_thread (self->reviews, lw_reviews_get_selected (self->reviews));

  if (thread != NULL)
    lw_reviews_resolve (self->reviews, thread->id, !thread->resolved);
}

/* ---- what a page does itself ---- */

static void
train_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);

  if (!gtk_widget_get_mapped (GTK_WIDGET (self->train_page)))
    adw_view_stack_set_visible_child_name (self->stack, "train");      /* nothing is started that nobody sees: a second press does it */
  else
    gtk_widget_activate_action_variant (GTK_WIDGET (self->train_page), name, NULL);
}

static void
project_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkWidget *pane = lw_project_page_get_pane (LW_WORKSPACE (widget)->project_page);

  if (pane != NULL && gtk_widget_get_mapped (pane))
    gtk_widget_activate_action_variant (pane, name, NULL);
}

static const struct { const char *name; GtkWidgetActionActivateFunc func; gboolean labelling; } actions[] = {
  { "review.next-breach", step_review_action, TRUE }, { "review.previous-breach", step_review_action, TRUE },
  { "review.next-comment", step_review_action, TRUE }, { "review.previous-comment", step_review_action, TRUE },
  { "review.answer", answer_action, TRUE }, { "review.resolve", resolve_action, TRUE },
  { "train.start", train_action }, { "train.cancel", train_action }, { "train.resume", train_action }, { "train.use-new", train_action }, { "train.use-old", train_action },
  { "history.go-to-frame", project_action },
};

void
lw_workspace_update_reach_actions (LwWorkspace *self)
{
  gboolean labelling = lw_workspace_is_labelling (self);

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), actions[i].name, labelling || !actions[i].labelling);
}

void
lw_workspace_install_reach_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "workspace.show-options", "s", show_options_action);
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, NULL, actions[i].func);
}
