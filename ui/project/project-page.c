/* project-page.c: what was done in the project and what became of it: a list of panes, and the one that was chosen */
#include "config.h"
#include "project-page.h"

#include <glib/gi18n-lib.h>
#include "keys/keys.h"
#include "project/backups-pane.h"
#include "project/check-pane.h"
#include "project/datasets-pane.h"
#include "project/history-pane.h"
#include "project/log-pane.h"
#include "project/packages-pane.h"
#include "project/pane.h"
#include "project/snapshots-pane.h"
#include "project/space-pane.h"
#include "project/statistics-pane.h"

struct _LwProjectPage
{
  AdwBin parent_instance;
  GtkWidget *overlay, *content_header;
  AdwLeaflet *leaflet;
  GtkWidget *content;
  GtkListBox *list;
  GtkStack *stack;
  GtkLabel *title_label;
  LwDesk *desk;
};

G_DEFINE_FINAL_TYPE (LwProjectPage, lw_project_page, ADW_TYPE_BIN)

/* In the order of the list. A pane is made when it is looked at for the first time: most windows never show most of them. */
static const struct
{
  const char *name, *title, *icon;
  GType (*get_type) (void);
} panes[] = {
  { "history", N_("History"), "document-open-recent-symbolic", lw_history_pane_get_type },
  { "snapshots", N_("Snapshots"), "camera-photo-symbolic", lw_snapshots_pane_get_type },
  { "statistics", N_("Statistics"), "lw-statistics-symbolic", lw_statistics_pane_get_type },
  { "datasets", N_("Datasets"), "view-grid-symbolic", lw_datasets_pane_get_type },
  { "log", N_("Log"), "view-list-symbolic", lw_log_pane_get_type },
  { "packages", N_("Packages"), "mail-send-symbolic", lw_packages_pane_get_type },
  { "backups", N_("Backups"), "document-save-symbolic", lw_backups_pane_get_type },
  { "space", N_("Disk Space"), "drive-harddisk-symbolic", lw_space_pane_get_type },
  { "check", N_("Check"), "emblem-ok-symbolic", lw_check_pane_get_type },
};

GtkWidget *
lw_project_page_get_overlay (LwProjectPage *self)
{
  return self->overlay;
}

static void
show_pane (LwProjectPage *self, int index)
{
  GtkWidget *pane = gtk_stack_get_child_by_name (self->stack, panes[index].name);
  if (pane == NULL)
    {
      pane = g_object_new (panes[index].get_type (), NULL);
      lw_keys_tip_actions (pane);
      gtk_stack_add_named (self->stack, pane, panes[index].name);
      lw_pane_set_desk (LW_PANE (pane), self->desk);
    }
  gtk_stack_set_visible_child (self->stack, pane);
  gtk_label_set_label (self->title_label, _(panes[index].title));
}

static void
on_row_selected_cb (LwProjectPage *self, GtkListBoxRow *row)
{
  if (row != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)))
    show_pane (self, gtk_list_box_row_get_index (row));
}

/* In a narrow window the list makes way for what was chosen. */
static void
on_row_activated_cb (LwProjectPage *self)
{
  adw_leaflet_set_visible_child (self->leaflet, self->content);
}

static void
on_back_clicked_cb (LwProjectPage *self)
{
  adw_leaflet_navigate (self->leaflet, ADW_NAVIGATION_DIRECTION_BACK);
}

void
lw_project_page_show (LwProjectPage *self, const char *name)
{
  for (int i = 0; i < (int) G_N_ELEMENTS (panes); i++)
    if (g_str_equal (panes[i].name, name))
      {
        gtk_list_box_select_row (self->list, gtk_list_box_get_row_at_index (self->list, i));
        show_pane (self, i);
        adw_leaflet_set_visible_child (self->leaflet, self->content);
      }
}

GtkWidget *
lw_project_page_get_pane (LwProjectPage *self)
{
  return gtk_stack_get_visible_child (self->stack);
}

/* Nothing is read before the page is looked at. */
static void
lw_project_page_map (GtkWidget *widget)
{
  LwProjectPage *self = LW_PROJECT_PAGE (widget);
  GTK_WIDGET_CLASS (lw_project_page_parent_class)->map (widget);
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->list);
  if (row != NULL && gtk_stack_get_visible_child (self->stack) == NULL)
    show_pane (self, gtk_list_box_row_get_index (row));
}

static GtkWidget *
create_row (int index)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *label = gtk_label_new (_(panes[index].title));
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name (panes[index].icon));
  gtk_box_append (GTK_BOX (box), label);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, _(panes[index].title), -1);
  return row;
}

void
lw_project_page_set_desk (LwProjectPage *self, LwDesk *desk)
{
  self->desk = g_object_ref (desk);
  for (int i = 0; i < (int) G_N_ELEMENTS (panes); i++)
    gtk_list_box_append (self->list, create_row (i));
  gtk_list_box_select_row (self->list, gtk_list_box_get_row_at_index (self->list, 0));
}

static void
lw_project_page_dispose (GObject *object)
{
  LwProjectPage *self = LW_PROJECT_PAGE (object);
  adw_bin_set_child (ADW_BIN (self), NULL);      /* it is bound: the template would free it behind the bin's back */
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_PROJECT_PAGE);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (lw_project_page_parent_class)->dispose (object);
}

static void
lw_project_page_class_init (LwProjectPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_project_page_dispose;
  widget_class->map = lw_project_page_map;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/project/project-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LwProjectPage, overlay);
  gtk_widget_class_bind_template_child (widget_class, LwProjectPage, content_header);
  gtk_widget_class_bind_template_child (widget_class, LwProjectPage, leaflet);
  gtk_widget_class_bind_template_child (widget_class, LwProjectPage, content);
  gtk_widget_class_bind_template_child (widget_class, LwProjectPage, list);
  gtk_widget_class_bind_template_child (widget_class, LwProjectPage, stack);
  gtk_widget_class_bind_template_child (widget_class, LwProjectPage, title_label);
  gtk_widget_class_bind_template_callback (widget_class, on_row_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_back_clicked_cb);
}

static void
lw_project_page_init (LwProjectPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_object_bind_property (self->leaflet, "folded", self->content_header, "visible", G_BINDING_SYNC_CREATE);
}
