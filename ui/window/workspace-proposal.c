/* workspace-proposal.c: asking for a proposal, taking all or a part of it, dropping it */
#include "config.h"
#include "workspace-private.h"

#include <glib/gi18n-lib.h>

static void
propose_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  lw_canvas_stroke_end (self->canvas);
  lw_proposer_propose (self->proposer);
}

static void
cancel_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  lw_proposer_cancel (LW_WORKSPACE (widget)->proposer);
}

static void
apply (LwWorkspace *self, const LwApplySelection *selection)
{
  LwToolbox *toolbox = lw_desk_get_toolbox (self->desk);
  LwProtection protection;
  lw_toolbox_get_apply_protection (toolbox, &protection);
  guint64 pixels = lw_document_apply_proposal (lw_desk_get_document (self->desk), selection, &protection, lw_toolbox_get_overwrite_hand (toolbox));
  if (pixels == 0)
    {
      lw_workspace_say (self, _("Nothing changed: these pixels are labelled so already, painted by hand, locked or hidden"));
      return;
    }
  g_autofree char *text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u pixel labelled", "%u pixels labelled", (gulong) pixels), (guint) pixels);
  lw_workspace_say (self, text);
}

static void
apply_all_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  gboolean shown[256];
  LwApplySelection selection = { .classes = shown };
  lw_toolbox_get_shown (lw_desk_get_toolbox (self->desk), shown);
  apply (self, &selection);
}

static void
apply_class_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  gboolean classes[256] = { FALSE };
  LwApplySelection selection = { .classes = classes };
  classes[lw_toolbox_get_class (lw_desk_get_toolbox (self->desk))] = TRUE;
  apply (self, &selection);
}

static void
discard_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  lw_document_discard_proposal (lw_desk_get_document (self->desk));
}

void
lw_workspace_update_proposal_actions (LwWorkspace *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  LwDocument *document = lw_desk_get_document (self->desk);
  gboolean writable = lw_workspace_is_editing (self) && !lw_desk_is_read_only (self->desk);
  gboolean has = writable && lw_document_get_proposal (document) != NULL;
  gtk_widget_action_set_enabled (widget, "proposal.propose",
                                 writable && lw_desk_get_frame (self->desk) != NULL && !lw_proposer_is_busy (self->proposer));
  gtk_widget_action_set_enabled (widget, "proposal.cancel", lw_proposer_is_busy (self->proposer));
  gtk_widget_action_set_enabled (widget, "proposal.apply-all", has);
  gtk_widget_action_set_enabled (widget, "proposal.apply-class", has);
  gtk_widget_action_set_enabled (widget, "proposal.discard", has);
}

void
lw_workspace_install_proposal_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "proposal.propose", NULL, propose_action);
  gtk_widget_class_install_action (widget_class, "proposal.cancel", NULL, cancel_action);
  gtk_widget_class_install_action (widget_class, "proposal.apply-all", NULL, apply_all_action);
  gtk_widget_class_install_action (widget_class, "proposal.apply-class", NULL, apply_class_action);
  gtk_widget_class_install_action (widget_class, "proposal.discard", NULL, discard_action);
}
