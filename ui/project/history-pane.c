/* history-pane.c: the revisions of the frame on show, or of all frames, each compared with what was before it */
#include "config.h"
#include "history-pane.h"

#include <glib/gi18n-lib.h>
#include "project/choice.h"
#include "project/compare-view.h"
#include "project/format.h"
#include "project/revision-list.h"

#define ROW_CHARS 34         /* of a row at most, where the window has room */

struct _LwHistoryPane
{
  LwPane parent_instance;
  GtkToggleButton *this_button;
  GtkLabel *frame_label, *more_label;
  GtkEditable *search;
  GtkMenuButton *filter_button;
  GtkDropDown *author, *kind, *period;
  GtkStack *stack;
  AdwStatusPage *empty_page;
  AdwLeaflet *leaflet;
  GtkListView *view;
  GtkSingleSelection *selection;
  LwCompareView *compare;
  GtkWidget *compare_box, *compare_header, *clear_button;
};

G_DEFINE_FINAL_TYPE (LwHistoryPane, lw_history_pane, LW_TYPE_PANE)

/* In the order of the choice, after “Any Kind”. What people did says more than how it is kept. */
static const struct { int act; LwRevisionKind kind; } kinds[] = {
  { LW_ACTION_SUBMIT + 1, LW_REVISION_MANUAL }, { LW_ACTION_ACCEPT + 1, LW_REVISION_MANUAL }, { LW_ACTION_RETURN + 1, LW_REVISION_MANUAL },
  { LW_ACT_NONE, LW_REVISION_MANUAL }, { 0, LW_REVISION_IMPORT }, { 0, LW_REVISION_PROPAGATED }, { 0, LW_REVISION_MERGE },
};

static gboolean
is_of_one_frame (LwHistoryPane *self)
{
  return gtk_toggle_button_get_active (self->this_button);
}

/* ---- rows ---- */

static GtkWidget *
create_label (const char *style)
{
  GtkWidget *label = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), ROW_CHARS);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  return label;
}

static void
on_row_setup_cb (GtkSignalListItemFactory *factory, GtkListItem *row)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9), *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *about = create_label ("caption");
  gtk_widget_add_css_class (about, "dim-label");
  gtk_box_append (GTK_BOX (texts), create_label (NULL));
  gtk_box_append (GTK_BOX (texts), about);
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_add_css_class (box, "revision-row");
  gtk_box_append (GTK_BOX (box), gtk_image_new ());
  gtk_box_append (GTK_BOX (box), texts);
  gtk_list_item_set_child (row, box);
}

static void
on_row_bind_cb (GtkSignalListItemFactory *factory, GtkListItem *row, LwHistoryPane *self)
{
  LwRevisionItem *item = gtk_list_item_get_item (row);
  const LwRevision *revision = lw_revision_item_get_revision (item);
  GtkWidget *icon = gtk_widget_get_first_child (gtk_list_item_get_child (row)), *texts = gtk_widget_get_next_sibling (icon);
  GtkWidget *title = gtk_widget_get_first_child (texts), *about = gtk_widget_get_next_sibling (title);
  g_autofree char *text = lw_revision_item_dup_title (item), *time = lw_format_ago (revision->created, g_get_real_time ());
  g_autofree char *frame = lw_format_short (lw_revision_item_get_frame (item), 18);
  g_autofree char *line = is_of_one_frame (self) ? g_strjoin (" · ", time, revision->author, NULL) : g_strjoin (" · ", frame, time, revision->author, NULL);
  gtk_image_set_from_icon_name (GTK_IMAGE (icon), lw_revision_item_get_icon (item));
  gtk_label_set_label (GTK_LABEL (title), text);
  gtk_label_set_ellipsize (GTK_LABEL (title), revision->kind == LW_REVISION_IMPORT ? PANGO_ELLIPSIZE_MIDDLE : PANGO_ELLIPSIZE_END);      /* a path says most at its end */
  gtk_label_set_label (GTK_LABEL (about), line);
  gtk_widget_set_tooltip_text (texts, text);
}

static GtkListItemFactory *
create_factory (LwHistoryPane *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_signal_connect_object (factory, "setup", G_CALLBACK (on_row_setup_cb), self, 0);
  g_signal_connect_object (factory, "bind", G_CALLBACK (on_row_bind_cb), self, 0);
  return factory;
}

/* ---- read ---- */

static gboolean
is_filtered (LwHistoryPane *self)
{
  return lw_choice_get (self->author) != NULL || lw_choice_get (self->kind) != NULL || lw_choice_get (self->period) != NULL
         || *gtk_editable_get_text (self->search) != '\0';
}

static void
show_empty (LwHistoryPane *self)
{
  gboolean filtered = is_filtered (self);
  adw_status_page_set_title (self->empty_page, filtered ? _("Nothing Found") : _("No Revisions Yet"));
  adw_status_page_set_description (self->empty_page, filtered ? _("No revision is as the filter wants it")
                                                              : _("Submitting, accepting or importing keeps one; every stroke is in the journal anyway"));
  gtk_widget_set_visible (self->clear_button, filtered);
}

/* What was selected stays selected; else the newest one is. */
static void
show_items (LwHistoryPane *self, GListStore *items)
{
  LwRevisionItem *before = gtk_single_selection_get_selected_item (self->selection);
  gint64 id = before != NULL ? lw_revision_item_get_revision (before)->id : 0;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (items)), selected = 0;
  for (guint i = 0; i < n && id != 0; i++)
    {
      g_autoptr (LwRevisionItem) item = g_list_model_get_item (G_LIST_MODEL (items), i);
      if (lw_revision_item_get_revision (item)->id == id)
        selected = i;
    }
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (items));
  gtk_single_selection_set_selected (self->selection, n > 0 ? selected : GTK_INVALID_LIST_POSITION);
  gtk_stack_set_visible_child_name (self->stack, n > 0 ? "list" : "empty");
  if (n == 0)
    show_empty (self);
}

static void
show_found (gpointer owner, gpointer data, gpointer wanted)
{
  LwHistoryPane *self = owner;
  LwRevisionsFound *found = data;
  lw_choice_fill (self->author, _("Anybody"), (const char *const *) found->authors);
  gtk_widget_set_visible (GTK_WIDGET (self->more_label), found->more);
  show_items (self, found->items);
}

static const LwWork read_work = { lw_revision_list_find, (GDestroyNotify) lw_revisions_found_free, show_found, N_("Could not read the revisions") };

static void
show_frame_name (LwHistoryPane *self)
{
  const LwFrame *frame = lw_desk_get_frame (lw_pane_get_desk (LW_PANE (self)));
  gboolean one = is_of_one_frame (self);
  guint n = lw_frame_list_get_n (lw_desk_get_frames (lw_pane_get_desk (LW_PANE (self)))), position = lw_desk_get_position (lw_pane_get_desk (LW_PANE (self)));
  gtk_label_set_label (self->frame_label, one && frame != NULL ? frame->name : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->frame_label), frame != NULL ? frame->name : NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "history.previous-frame", one && frame != NULL && position > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "history.next-frame", one && frame != NULL && position + 1 < n);
}

static void
lw_history_pane_refresh (LwPane *pane)
{
  LwHistoryPane *self = LW_HISTORY_PANE (pane);
  const LwFrame *frame = lw_desk_get_frame (lw_pane_get_desk (pane));
  LwRevisionQuery *query = g_new0 (LwRevisionQuery, 1);
  guint kind = gtk_drop_down_get_selected (self->kind);
  gboolean chosen = kind > 0 && kind <= G_N_ELEMENTS (kinds);
  show_frame_name (self);
  query->filter = (LwRevisionFilter) { .frame = is_of_one_frame (self) && frame != NULL ? frame->id : 0, .author = g_strdup (lw_choice_get (self->author)),
                                       .kind = chosen ? (int) kinds[kind - 1].kind : -1, .since = lw_choice_get_since (self->period) };
  query->text = g_strdup (gtk_editable_get_text (self->search));
  query->act = chosen ? kinds[kind - 1].act : 0;
  lw_pane_read (pane, &read_work, query, (GDestroyNotify) lw_revision_query_free);
}

/* ---- what the person does ---- */

static void
on_filter_cb (LwHistoryPane *self)
{
  if (lw_pane_get_desk (LW_PANE (self)) == NULL)
    return;
  gboolean narrow = lw_choice_get (self->author) != NULL || lw_choice_get (self->kind) != NULL || lw_choice_get (self->period) != NULL;
  if (narrow)
    gtk_widget_add_css_class (GTK_WIDGET (self->filter_button), "accent");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->filter_button), "accent");
  lw_pane_invalidate (LW_PANE (self));
}

static void
clear_filter_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwHistoryPane *self = LW_HISTORY_PANE (widget);
  gtk_drop_down_set_selected (self->author, 0);
  gtk_drop_down_set_selected (self->kind, 0);
  gtk_drop_down_set_selected (self->period, 0);
  gtk_editable_set_text (self->search, "");
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

static void
on_selected_cb (LwHistoryPane *self)
{
  if (lw_pane_get_desk (LW_PANE (self)) != NULL)
    lw_compare_view_show (self->compare, gtk_single_selection_get_selected_item (self->selection));
}

static void
on_activated_cb (LwHistoryPane *self)
{
  adw_leaflet_set_visible_child (self->leaflet, self->compare_box);
}

static void
on_back_clicked_cb (LwHistoryPane *self)
{
  adw_leaflet_navigate (self->leaflet, ADW_NAVIGATION_DIRECTION_BACK);
}

static void
step_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwDesk *desk = lw_pane_get_desk (LW_PANE (widget));
  lw_desk_go_to (desk, lw_desk_get_position (desk) + (g_str_equal (name, "history.next-frame") ? 1 : -1));
}

/* Of the revision that is selected. */
static void
go_to_frame_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwHistoryPane *self = LW_HISTORY_PANE (widget);
  LwDesk *desk = lw_pane_get_desk (LW_PANE (self));
  LwRevisionItem *item = gtk_single_selection_get_selected_item (self->selection);
  if (item == NULL)
    return;
  lw_desk_go_to (desk, lw_frame_list_find_id (lw_desk_get_frames (desk), lw_revision_item_get_revision (item)->frame));
  gtk_widget_activate_action (widget, "workspace.show-page", "s", "label");
}

static void
lw_history_pane_ready (LwPane *pane)
{
  LwHistoryPane *self = LW_HISTORY_PANE (pane);
  const char *names[G_N_ELEMENTS (kinds) + 1] = { NULL };
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    names[i] = kinds[i].act > 0 ? lw_revision_act_get_label (kinds[i].act - 1) : lw_revision_kind_get_label (kinds[i].kind);
  lw_choice_fill (self->author, _("Anybody"), (const char *const[]) { NULL });
  lw_choice_fill (self->kind, _("Any Kind"), names);
  lw_choice_fill_periods (self->period);
  lw_compare_view_set_desk (self->compare, lw_pane_get_desk (pane));
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, LwHistoryPane, this_button);
  gtk_widget_class_bind_template_child (widget_class, LwHistoryPane, frame_label);
  gtk_widget_class_bind_template_child (widget_class, LwHistoryPane, more_label);
  gtk_widget_class_bind_template_child (widget_class, LwHistoryPane, search);
  gtk_widget_class_bind_template_child (widget_class, LwHistoryPane, filter_button);
  gtk_widget_class_bind_template_child (widget_class, LwHistoryPane, author);
  gtk_widget_class_bind_template_child (widget_class, LwHistoryPane, kind);
  gtk_widget_class_bind_template_child (widget_class, LwHistoryPane, period);
  gtk_widget_class_bind_template_child (widget_class, LwHistoryPane, stack);
  gtk_widget_class_bind_template_child (widget_class, LwHistoryPane, empty_page);
  gtk_widget_class_bind_template_child (widget_class, LwHistoryPane, leaflet);
  gtk_widget_class_bind_template_child (widget_class, LwHistoryPane, view);
  gtk_widget_class_bind_template_child (widget_class, LwHistoryPane, selection);
  gtk_widget_class_bind_template_child (widget_class, LwHistoryPane, compare);
  gtk_widget_class_bind_template_child (widget_class, LwHistoryPane, compare_box);
  gtk_widget_class_bind_template_child (widget_class, LwHistoryPane, compare_header);
  gtk_widget_class_bind_template_child (widget_class, LwHistoryPane, clear_button);
}

static void
lw_history_pane_class_init (LwHistoryPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  LwPaneClass *pane_class = LW_PANE_CLASS (klass);
  pane_class->news = LW_PANE_FRAMES | LW_PANE_CLASSES | LW_PANE_POSITION;
  pane_class->ready = lw_history_pane_ready;
  pane_class->refresh = lw_history_pane_refresh;
  g_type_ensure (LW_TYPE_COMPARE_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/project/history-pane.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, on_filter_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_back_clicked_cb);
  gtk_widget_class_install_action (widget_class, "history.previous-frame", NULL, step_action);
  gtk_widget_class_install_action (widget_class, "history.next-frame", NULL, step_action);
  gtk_widget_class_install_action (widget_class, "history.clear-filter", NULL, clear_filter_action);
  gtk_widget_class_install_action (widget_class, "history.go-to-frame", NULL, go_to_frame_action);
}

static void
lw_history_pane_init (LwHistoryPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_autoptr (GtkListItemFactory) factory = create_factory (self);
  gtk_list_view_set_factory (self->view, factory);
  g_object_bind_property (self->leaflet, "folded", self->compare_header, "visible", G_BINDING_SYNC_CREATE);
}
