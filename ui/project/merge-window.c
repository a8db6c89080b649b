/* merge-window.c: the other copy is looked at, decided on and merged, each on a worker thread that opens and closes it again */
#include "config.h"
#include "merge-window.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include "feedback.h"
#include "project/conflict-object.h"
#include "project/merge-picture.h"
#include "project/merging.h"

struct _LwMergeWindow
{
  AdwWindow parent_instance;
  GtkLabel *summary_label, *conflicts_label, *place_label, *our_label, *their_label;
  GtkExpander *agreement_expander;
  GtkFlowBox *scores_box;
  GtkWidget *rules_box, *conflict_box;
  AdwWindowTitle *title;
  GtkButton *mine_button, *theirs_button, *newest_button;
  GtkToggleButton *our_button, *their_button;
  GtkListView *view;
  GtkPicture *our_picture, *their_picture;
  LwDesk *desk;
  char *folder;
  GListStore *conflicts;       /* of LwConflictObject */
  GtkSingleSelection *selection;
  GCancellable *drawing;
  gboolean looked, news, merging;
  char *key;                   /* under which decisions are kept; NULL: not looked yet */
  gboolean keeping, keep_again;
};

enum { MERGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LwMergeWindow, lw_merge_window, ADW_TYPE_WINDOW)

/* ---- decided ---- */

static LwConflictObject *
get_selected (LwMergeWindow *self)
{
  return gtk_single_selection_get_selected_item (self->selection);
}

static guint
count_open (LwMergeWindow *self)
{
  guint open = 0;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->conflicts)); i++)
    {
      g_autoptr (LwConflictObject) conflict = g_list_model_get_item (G_LIST_MODEL (self->conflicts), i);
      open += lw_conflict_object_get_region (conflict)->taken < 0;
    }
  return open;
}

/* What was decided one by one stays: a rule is for the rest, or, where there is none, for all. */
static gboolean
is_for_rest (LwMergeWindow *self)
{
  guint open = count_open (self);
  return open > 0 && open < g_list_model_get_n_items (G_LIST_MODEL (self->conflicts));
}

static void
show_rules (LwMergeWindow *self)
{
  gboolean rest = is_for_rest (self);
  gtk_button_set_label (self->mine_button, rest ? _("Rest Mine") : _("All Mine"));
  gtk_button_set_label (self->theirs_button, rest ? _("Rest Theirs") : _("All Theirs"));
  gtk_button_set_label (self->newest_button, rest ? _("Rest Newest") : _("All Newest"));
}

static void
update (LwMergeWindow *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->conflicts)), open = count_open (self);
  LwConflictObject *selected = get_selected (self);
  int taken = selected != NULL ? lw_conflict_object_get_region (selected)->taken : -1;
  g_autofree char *text = open > 0 ? g_strdup_printf (_("%u of %u regions are not decided"), open, n) : g_strdup_printf (_("All %u regions are decided"), n);
  gtk_label_set_label (self->conflicts_label, text);
  gtk_widget_set_visible (self->rules_box, n > 0);
  show_rules (self);
  gtk_widget_set_visible (self->conflict_box, n > 0);
  gtk_toggle_button_set_active (self->our_button, taken == 0);
  gtk_toggle_button_set_active (self->their_button, taken == 1);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "merge.merge", self->looked && self->news && open == 0 && !self->merging);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "merge.take", selected != NULL);
}

/* ---- kept: a crash costs no decision ---- */

static void keep (LwMergeWindow *self);

static void
keep_next (LwMergeWindow *self)
{
  self->keeping = FALSE;
  if (self->keep_again && self->conflicts != NULL)
    keep (self);
}

static void
on_kept (gpointer owner, gpointer found, gpointer wanted)
{
  keep_next (LW_MERGE_WINDOW (owner));
}

static void
on_not_kept (gpointer owner, const GError *error, gpointer wanted)
{
  keep_next (LW_MERGE_WINDOW (owner));
}

static const LwWork keep_work = { lw_kept_decisions_in_thread, NULL, on_kept, N_("Could not keep what was decided"), on_not_kept };

/* One after the other, so that the last one is what stays. */
static void
keep (LwMergeWindow *self)
{
  self->keep_again = self->keeping;
  if (self->keeping || self->key == NULL)
    return;
  self->keeping = TRUE;
  lw_work_start (self->desk, self, &keep_work, lw_kept_decisions_new (self->key, G_LIST_MODEL (self->conflicts)), lw_kept_decisions_free, NULL);
}

static int
choose_by_rule (const LwMergeRegion *region, const char *rule)
{
  return g_str_equal (rule, "ours") ? 0 : g_str_equal (rule, "theirs") ? 1 : region->theirs_at > region->ours_at;
}

static void
rule_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwMergeWindow *self = LW_MERGE_WINDOW (widget);
  gboolean rest = is_for_rest (self);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->conflicts)); i++)
    {
      g_autoptr (LwConflictObject) conflict = g_list_model_get_item (G_LIST_MODEL (self->conflicts), i);
      if (!rest || lw_conflict_object_get_region (conflict)->taken < 0)
        lw_conflict_object_take (conflict, choose_by_rule (lw_conflict_object_get_region (conflict), g_variant_get_string (parameter, NULL)));
    }
  keep (self);
  update (self);
}

/* Decided: on to the next region that isn't. */
static void
take_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwMergeWindow *self = LW_MERGE_WINDOW (widget);
  LwConflictObject *selected = get_selected (self);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->conflicts)), from = gtk_single_selection_get_selected (self->selection);
  if (selected == NULL)
    return;
  lw_conflict_object_take (selected, g_variant_get_int32 (parameter));
  for (guint i = 1; i < n; i++)
    {
      g_autoptr (LwConflictObject) next = g_list_model_get_item (G_LIST_MODEL (self->conflicts), (from + i) % n);
      if (lw_conflict_object_get_region (next)->taken < 0)
        {
          gtk_single_selection_set_selected (self->selection, (from + i) % n);
          gtk_widget_activate_action (GTK_WIDGET (self->view), "list.scroll-to-item", "u", (from + i) % n);
          break;
        }
    }
  keep (self);
  update (self);
}

/* ---- the pictures of both ---- */

static gpointer
draw_in_thread (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  return lw_merge_picture_draw (wanted, project, cancellable, error) ? wanted : NULL;
}

static void
show_drawing (gpointer owner, gpointer found, gpointer wanted)
{
  LwMergeWindow *self = LW_MERGE_WINDOW (owner);
  const LwMergePicture *picture = found;
  if (self->our_picture == NULL)
    return;
  gtk_picture_set_paintable (self->our_picture, GDK_PAINTABLE (picture->ours));
  gtk_picture_set_paintable (self->their_picture, GDK_PAINTABLE (picture->theirs));
}

static const LwWork draw_work = { draw_in_thread, NULL, show_drawing, N_("Could not draw the region") };

static char *
describe_side (LwMergeWindow *self, const char *format, guint8 label)
{
  const LwClass *klass = label != LW_LABEL_NONE ? lw_palette_find_id (lw_document_get_palette (lw_desk_get_document (self->desk)), label) : NULL;
  return g_strdup_printf (format, klass != NULL ? klass->name : label == LW_LABEL_NONE ? _("Not labelled") : _("A new class"));
}

static void
on_selected_cb (LwMergeWindow *self)
{
  LwConflictObject *selected = get_selected (self);
  update (self);
  if (selected == NULL)
    return;
  const LwMergeRegion *region = lw_conflict_object_get_region (selected);
  g_autofree char *ours = describe_side (self, _("Take Mine: %s"), region->ours), *theirs = describe_side (self, _("Take Theirs: %s"), region->theirs);
  g_autofree char *place = g_strdup_printf (_("%s at %d, %d"), region->frame, region->x, region->y);
  gtk_label_set_label (self->our_label, ours);
  gtk_label_set_label (self->their_label, theirs);
  gtk_label_set_label (self->place_label, place);
  lw_work_start (self->desk, self, &draw_work, lw_merge_picture_new (self->folder, region), (GDestroyNotify) lw_merge_picture_free, lw_work_supersede (&self->drawing));
}

/* ---- looking at the other copy ---- */

static void
add_score (LwMergeWindow *self, const char *name, double iou)
{
  g_autofree char *text = g_strdup_printf (_("%s: IoU %.3f"), name, iou);
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_flow_box_insert (self->scores_box, label, -1);
}

static void
show_agreement (LwMergeWindow *self, const LwMerging *merging)
{
  const LwConfusion *agreement = merging->report.agreement;
  g_autoptr (LwScores) scores = lw_confusion_score (agreement);
  double kappa = lw_confusion_kappa (agreement);
  gtk_widget_set_visible (GTK_WIDGET (self->agreement_expander), !isnan (kappa));
  if (isnan (kappa))
    return;
  g_autofree char *text = g_strdup_printf (_("Agreement where both worked: Cohen’s kappa %.3f, mean IoU %.3f, %.1f %% of the pixels"), kappa,
                                           scores->mean_iou, 100 * scores->global_accuracy);
  gtk_expander_set_label (self->agreement_expander, text);
  for (int i = 0; i < scores->n; i++)
    {
      const LwClass *klass = lw_palette_find_id (merging->palette, (guint8) i);
      if (!isnan (scores->iou[i]))
        add_score (self, klass != NULL ? klass->name : "?", scores->iou[i]);
    }
}

/* The largest first: specks are for a rule. */
static int
compare_sizes (gconstpointer a, gconstpointer b)
{
  const LwMergeRegion *first = *(LwMergeRegion *const *) a, *second = *(LwMergeRegion *const *) b;
  return first->pixels != second->pixels ? (first->pixels < second->pixels ? 1 : -1) : g_strcmp0 (first->frame, second->frame);
}

/* Where the merge goes on. */
static void
select_first_open (LwMergeWindow *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->conflicts)); i++)
    {
      g_autoptr (LwConflictObject) conflict = g_list_model_get_item (G_LIST_MODEL (self->conflicts), i);
      if (lw_conflict_object_get_region (conflict)->taken < 0)
        {
          gtk_single_selection_set_selected (self->selection, i);
          return;
        }
    }
}

static void
show_report (gpointer owner, gpointer found, gpointer wanted)
{
  LwMergeWindow *self = LW_MERGE_WINDOW (owner);
  const LwMerging *merging = found;
  const LwMergeReport *report = &merging->report;
  if (self->summary_label == NULL)
    return;
  self->looked = TRUE;
  self->news = report->taken + report->merged > 0 || report->same > 0;
  g_autofree char *summary = report->taken + report->merged == 0
                               ? g_strdup (_("No frame has new labels. Comments that are not here yet come along."))
                               : g_strdup_printf (_("Frames worked on there alone: %u; in both: %u; with nothing new: %u. A snapshot is taken before, and Undo takes all of it back."),
                                                  report->taken, report->merged, report->same);
  g_autofree char *recalled = merging->recalled > 0 ? g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s %u region is decided as you left it.",
                                                                                    "%s %u regions are decided as you left them.", merging->recalled), summary,
                                                                      merging->recalled) : NULL;
  gtk_label_set_label (self->summary_label, recalled != NULL ? recalled : summary);
  self->key = g_strdup (merging->key);
  show_agreement (self, merging);
  g_ptr_array_sort (report->regions, compare_sizes);
  for (guint i = 0; i < report->regions->len; i++)
    {
      g_autoptr (LwConflictObject) conflict = lw_conflict_object_new (report->regions->pdata[i]);
      g_list_store_append (self->conflicts, conflict);
    }
  select_first_open (self);
  on_selected_cb (self);
}

static const LwWork look_work = { lw_merging_in_thread, NULL, show_report, N_("Could not look at the other copy") };

/* ---- merging ---- */

static void
on_merged (gpointer owner, gpointer found, gpointer wanted)
{
  LwMergeWindow *self = LW_MERGE_WINDOW (owner);
  const LwMergeReport *report = &((const LwMerging *) found)->report;
  guint n = report->taken + report->merged;
  g_autofree char *text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u frame merged", "%u frames merged", n), n);
  g_signal_emit (self, signals[MERGED], 0, report->step, text);
  gtk_window_close (GTK_WINDOW (self));
}

static const LwWork merge_work = { lw_merging_in_thread, NULL, on_merged, N_("Could not merge") };

static void
merge_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwMergeWindow *self = LW_MERGE_WINDOW (widget);
  LwMerging *merging = lw_merging_new (self->folder, G_LIST_MODEL (self->conflicts));
  lw_work_start_watched (self->desk, widget, &merge_work, merging, lw_merging_free, _("Merging"));
}

/* ---- rows ---- */

static void
on_setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9), *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (box), gtk_image_new ());
  for (int i = 0; i < 2; i++)
    {
      GtkWidget *label = gtk_label_new (NULL);
      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
      if (i > 0)
        gtk_widget_set_css_classes (label, (const char *[]) { "caption", "dim-label", NULL });
      gtk_box_append (GTK_BOX (texts), label);
    }
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_box_append (GTK_BOX (box), texts);
  gtk_list_item_set_child (item, box);
}

static void
show_taken (LwConflictObject *conflict, GParamSpec *pspec, GtkImage *image)
{
  int taken = lw_conflict_object_get_region (conflict)->taken;
  gtk_image_set_from_icon_name (image, taken < 0 ? "lw-status-new-symbolic" : taken == 0 ? "go-previous-symbolic" : "go-next-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (image), taken < 0 ? _("Not decided") : taken == 0 ? _("Mine") : _("Theirs"));
}

static void
on_bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, LwMergeWindow *self)
{
  LwConflictObject *conflict = gtk_list_item_get_item (item);
  const LwMergeRegion *region = lw_conflict_object_get_region (conflict);
  GtkWidget *image = gtk_widget_get_first_child (gtk_list_item_get_child (item)), *first = gtk_widget_get_first_child (gtk_widget_get_next_sibling (image));
  g_autofree char *ours = describe_side (self, "%s", region->ours), *theirs = describe_side (self, "%s", region->theirs);
  g_autofree char *title = g_strdup_printf ("%s | %s", ours, theirs);
  g_autofree char *about = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s, %u pixel", "%s, %u pixels", region->pixels), region->frame, region->pixels);
  gtk_label_set_label (GTK_LABEL (first), title);
  gtk_label_set_label (GTK_LABEL (gtk_widget_get_next_sibling (first)), about);
  show_taken (conflict, NULL, GTK_IMAGE (image));
  g_signal_connect_object (conflict, "notify::taken", G_CALLBACK (show_taken), image, 0);
}

static void
on_unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  g_signal_handlers_disconnect_by_data (gtk_list_item_get_item (item), gtk_widget_get_first_child (gtk_list_item_get_child (item)));
}

static void
set_up_list (LwMergeWindow *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  self->conflicts = g_list_store_new (LW_TYPE_CONFLICT_OBJECT);
  self->selection = gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->conflicts)));
  g_signal_connect_object (factory, "setup", G_CALLBACK (on_setup_cb), self, 0);
  g_signal_connect_object (factory, "bind", G_CALLBACK (on_bind_cb), self, 0);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (on_unbind_cb), self, 0);
  gtk_list_view_set_factory (self->view, factory);
  gtk_list_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (self->selection, "notify::selected", G_CALLBACK (on_selected_cb), self, G_CONNECT_SWAPPED);
}

static void
lw_merge_window_dispose (GObject *object)
{
  LwMergeWindow *self = LW_MERGE_WINDOW (object);
  lw_work_cancel (&self->drawing);
  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_MERGE_WINDOW);
  g_clear_object (&self->selection);
  g_clear_object (&self->conflicts);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->key, g_free);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (lw_merge_window_parent_class)->dispose (object);
}

static void
lw_merge_window_class_init (LwMergeWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_merge_window_dispose;
  signals[MERGED] = g_signal_new ("merged", LW_TYPE_MERGE_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT64, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/project/merge-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LwMergeWindow, summary_label);
  gtk_widget_class_bind_template_child (widget_class, LwMergeWindow, conflicts_label);
  gtk_widget_class_bind_template_child (widget_class, LwMergeWindow, place_label);
  gtk_widget_class_bind_template_child (widget_class, LwMergeWindow, our_label);
  gtk_widget_class_bind_template_child (widget_class, LwMergeWindow, their_label);
  gtk_widget_class_bind_template_child (widget_class, LwMergeWindow, agreement_expander);
  gtk_widget_class_bind_template_child (widget_class, LwMergeWindow, scores_box);
  gtk_widget_class_bind_template_child (widget_class, LwMergeWindow, rules_box);
  gtk_widget_class_bind_template_child (widget_class, LwMergeWindow, conflict_box);
  gtk_widget_class_bind_template_child (widget_class, LwMergeWindow, title);
  gtk_widget_class_bind_template_child (widget_class, LwMergeWindow, mine_button);
  gtk_widget_class_bind_template_child (widget_class, LwMergeWindow, theirs_button);
  gtk_widget_class_bind_template_child (widget_class, LwMergeWindow, newest_button);
  gtk_widget_class_bind_template_child (widget_class, LwMergeWindow, our_button);
  gtk_widget_class_bind_template_child (widget_class, LwMergeWindow, their_button);
  gtk_widget_class_bind_template_child (widget_class, LwMergeWindow, view);
  gtk_widget_class_bind_template_child (widget_class, LwMergeWindow, our_picture);
  gtk_widget_class_bind_template_child (widget_class, LwMergeWindow, their_picture);
  gtk_widget_class_install_action (widget_class, "merge.merge", NULL, merge_action);
  gtk_widget_class_install_action (widget_class, "merge.rule", "s", rule_action);
  gtk_widget_class_install_action (widget_class, "merge.take", "i", take_action);
}

static void
lw_merge_window_init (LwMergeWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self->agreement_expander), FALSE);
  set_up_list (self);
  update (self);
}

static gboolean
look_cb (gpointer data)
{
  LwMergeWindow *self = data;
  if (self->desk != NULL)
    lw_work_start_watched (self->desk, GTK_WIDGET (self), &look_work, lw_merging_new (self->folder, NULL), lw_merging_free, _("Looking at the Other Copy"));
  return G_SOURCE_REMOVE;
}

LwMergeWindow *
lw_merge_window_new (GtkWindow *parent, LwDesk *desk, const char *folder)
{
  LwMergeWindow *self = g_object_new (LW_TYPE_MERGE_WINDOW, "transient-for", parent, NULL);
  self->desk = g_object_ref (desk);
  self->folder = g_strdup (folder);
  g_autofree char *name = g_path_get_basename (folder);
  adw_window_title_set_subtitle (self->title, name);
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, look_cb, g_object_ref (self), g_object_unref);      /* when it is on show: its progress lies above it */
  return self;
}
