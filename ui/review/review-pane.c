/* review-pane.c: what a reviewer needs beside the frame */
#include "config.h"
#include "review-pane.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "project/format.h"
#include "thread-row.h"

#define MAX_EARLIER 20       /* verdicts of a frame; the history has them all */

struct _LwReviewPane
{
  AdwBin parent_instance;
  GtkWidget *status_icon, *breach_box, *next_button, *comment_button, *earlier_expander, *earlier_box;
  GtkLabel *status_label, *reason_label, *assignee_label, *comments_label, *quiet_label;
  GtkListBox *list;
  LwReviews *reviews;
  LwDesk *desk;
  guint at[LW_N_BREACH_KINDS];      /* of each kind: the place to go to next */
  guint breach;                     /* of all kinds: the place that was gone to last; G_MAXUINT: none */
  gboolean show_breach;             /* as soon as the report is there */
  gboolean following;               /* the row is selected because its pin was */
};

enum { GO, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LwReviewPane, lw_review_pane, ADW_TYPE_BIN)

static void
go (LwReviewPane *self, const LwRect *place)
{
  g_signal_emit (self, signals[GO], 0, place);
}

/* ---- who judged it ---- */

static const char *const by[] = { N_("Submitted by %s, %s"), N_("Accepted by %s, %s"), N_("Returned by %s, %s") };

/* What was said before the newest verdict: why a frame came back once is what its next reviewer looks at first. */
static void
show_earlier (LwReviewPane *self, guint from)
{
  GPtrArray *verdicts = lw_reviews_get_verdicts (self->reviews);
  for (GtkWidget *child; (child = gtk_widget_get_first_child (self->earlier_box)) != NULL;)
    gtk_box_remove (GTK_BOX (self->earlier_box), child);
  for (guint i = from; i < MIN (verdicts->len, from + MAX_EARLIER); i++)
    {
      const LwVerdict *verdict = verdicts->pdata[i];
      gboolean told = verdict->message != NULL && *verdict->message != '\0';
      g_autofree char *when = lw_format_time (verdict->at), *what = g_strdup_printf (_(by[verdict->action]), verdict->person, when);
      g_autofree char *text = told ? g_strdup_printf (_("%s: %s"), what, verdict->message) : g_strdup (what);
      GtkWidget *label = gtk_label_new (text);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_widget_set_css_classes (label, (const char *[]) { "caption", "dim-label", NULL });
      gtk_box_append (GTK_BOX (self->earlier_box), label);
    }
  gtk_widget_set_visible (self->earlier_expander, verdicts->len > from);
}

static void
show_verdict (LwReviewPane *self, const LwFrame *frame)
{
  static const LwFrameStatus statuses[] = { LW_FRAME_SUBMITTED, LW_FRAME_ACCEPTED, LW_FRAME_RETURNED };
  GPtrArray *verdicts = lw_reviews_get_verdicts (self->reviews);
  const LwVerdict *newest = verdicts->len > 0 ? verdicts->pdata[0] : NULL;
  g_autofree char *text = NULL;
  if (newest != NULL && frame != NULL && frame->status == statuses[newest->action])
    {
      g_autofree char *when = lw_format_time (newest->at);
      text = g_strdup_printf (_(by[newest->action]), newest->person, when);
    }
  else
    newest = NULL;
  gtk_label_set_label (self->status_label, text != NULL ? text : frame != NULL ? lw_frame_status_get_label (frame->status) : _("No Frame"));
  gtk_label_set_label (self->reason_label, newest != NULL && newest->message != NULL ? newest->message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->reason_label), newest != NULL && newest->message != NULL && *newest->message != '\0');
  if (newest != NULL && newest->action == LW_ACTION_RETURN)
    gtk_widget_add_css_class (GTK_WIDGET (self->reason_label), "returned");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->reason_label), "returned");
  show_earlier (self, newest != NULL ? 1 : 0);
}

static void
show_frame (LwReviewPane *self)
{
  const LwFrame *frame = lw_desk_get_frame (self->desk);
  g_autofree char *assignee = frame != NULL && frame->assignee != NULL ? g_strdup_printf (_("Assigned to %s"), frame->assignee) : g_strdup (_("Assigned to nobody"));
  show_verdict (self, frame);
  gtk_widget_set_visible (self->status_icon, frame != NULL);
  if (frame != NULL)
    {
      const char *classes[] = { "frame-status", lw_frame_status_get_nick (frame->status), NULL };
      gtk_image_set_from_icon_name (GTK_IMAGE (self->status_icon), lw_frame_status_get_icon (frame->status));
      gtk_widget_set_css_classes (self->status_icon, classes);
    }
  gtk_label_set_label (self->assignee_label, assignee);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->assignee_label), assignee);
}

static void
show_count (LwReviewPane *self)
{
  guint n = lw_frame_list_count (lw_desk_get_frames (self->desk), LW_FRAME_SUBMITTED);
  g_autofree char *text = n > 0 ? g_strdup_printf (_("Next to Review (%u)"), n) : g_strdup (_("Nothing to Review"));
  gtk_button_set_label (GTK_BUTTON (self->next_button), text);
}

/* ---- what keeps it from being accepted ---- */

static const LwBreach *
find_place (const LwContractReport *report, LwBreachKind kind, guint nth)
{
  guint n = 0;
  for (guint i = 0; i < report->breaches->len; i++)
    {
      const LwBreach *breach = &g_array_index (report->breaches, LwBreach, i);
      if (breach->kind == kind && n++ == nth)
        return breach;
    }
  return NULL;
}

/* Round and round through the places of a kind. */
static void
go_to_breach (LwReviewPane *self, LwBreachKind kind, int step)
{
  const LwContractReport *report = lw_reviews_get_report (self->reviews);
  guint n = report != NULL ? MIN (report->n[kind], LW_CONTRACT_MAX_PLACES) : 0;
  if (n == 0)
    return;
  self->at[kind] = (guint) (((gint64) self->at[kind] + n + step) % n);
  const LwBreach *breach = find_place (report, kind, self->at[kind]);
  if (breach != NULL)
    go (self, &breach->box);
}

static void
on_next_place_cb (GtkButton *button, LwReviewPane *self)
{
  LwBreachKind kind = (LwBreachKind) GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "kind"));
  gboolean first = self->at[kind] == G_MAXUINT;
  self->at[kind] = first ? 0 : self->at[kind];
  go_to_breach (self, kind, first ? 0 : 1);
}

static char *
describe_breach (const LwContractReport *report, LwBreachKind kind)
{
  LwContractReport one = *report;
  for (int i = 0; i < LW_N_BREACH_KINDS; i++)
    one.n[i] = i == (int) kind ? report->n[i] : 0;
  char *text = lw_contract_report_describe (&one);
  if (text != NULL && g_utf8_strlen (text, -1) > 0)
    {
      g_autofree char *head = g_utf8_strup (text, (gssize) (g_utf8_next_char (text) - text)), *tail = g_strdup (g_utf8_next_char (text));
      g_free (text);
      text = g_strconcat (head, tail, NULL);
    }
  return text;
}

static GtkWidget *
create_line (const char *icon, const char *css_class, const char *text)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *image = gtk_image_new_from_icon_name (icon), *label = gtk_label_new (text);
  gtk_widget_add_css_class (image, css_class);
  gtk_widget_set_valign (image, GTK_ALIGN_START);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), image);
  gtk_box_append (GTK_BOX (box), label);
  return box;
}

static void
add_breach_line (LwReviewPane *self, const LwContractReport *report, LwBreachKind kind)
{
  g_autofree char *text = describe_breach (report, kind);
  GtkWidget *line = create_line ("dialog-warning-symbolic", "warning", text);
  if (kind != LW_BREACH_REVIEWER)
    {
      GtkWidget *button = gtk_button_new_from_icon_name ("go-next-symbolic");
      g_autofree char *name = g_strdup_printf (_("Go to the Next Place: %s"), text);
      gtk_widget_add_css_class (button, "flat");
      gtk_widget_add_css_class (button, "small");
      gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
      lw_name_widget (button, name);
      g_object_set_data (G_OBJECT (button), "kind", GINT_TO_POINTER ((int) kind));
      g_signal_connect_object (button, "clicked", G_CALLBACK (on_next_place_cb), self, 0);
      gtk_box_append (GTK_BOX (line), button);
    }
  gtk_box_append (GTK_BOX (self->breach_box), line);
}

static gboolean
asks_for_something (const LwContract *contract)
{
  return contract->complete || contract->speck > 1 || contract->locked || contract->resolved || contract->other;
}

static void
show_report (LwReviewPane *self)
{
  const LwContractReport *report = lw_reviews_get_report (self->reviews);
  for (GtkWidget *child; (child = gtk_widget_get_first_child (self->breach_box)) != NULL;)
    gtk_box_remove (GTK_BOX (self->breach_box), child);
  for (int kind = 0; kind < LW_N_BREACH_KINDS; kind++)
    {
      self->at[kind] = G_MAXUINT;
      if (report != NULL && report->n[kind] > 0)
        add_breach_line (self, report, (LwBreachKind) kind);
    }
  if (!asks_for_something (lw_reviews_get_contract (self->reviews)))
    gtk_box_append (GTK_BOX (self->breach_box), create_line ("dialog-information-symbolic", "dim-label", _("Nothing is asked for. The button above says what must hold.")));
  else if (report == NULL)
    gtk_box_append (GTK_BOX (self->breach_box), create_line ("content-loading-symbolic", "dim-label", _("Being checked…")));
  else if (lw_contract_report_is_clean (report))
    gtk_box_append (GTK_BOX (self->breach_box), create_line ("object-select-symbolic", "success", _("All that is asked for holds.")));
}

static void
on_checked_cb (LwReviewPane *self)
{
  const LwContractReport *report = lw_reviews_get_report (self->reviews);
  show_report (self);
  self->breach = G_MAXUINT;
  if (!self->show_breach || report == NULL)
    return;
  self->show_breach = FALSE;
  if (report->breaches->len > 0 && g_array_index (report->breaches, LwBreach, 0).kind != LW_BREACH_REVIEWER)
    {
      LwBreachKind kind = g_array_index (report->breaches, LwBreach, 0).kind;
      self->at[kind] = 0;
      go_to_breach (self, kind, 0);
    }
}

void
lw_review_pane_show_breach (LwReviewPane *self)
{
  self->show_breach = TRUE;
  on_checked_cb (self);
}

/* Through the places of all kinds, one after the other. */
void
lw_review_pane_step_breach (LwReviewPane *self, int step)
{
  const LwContractReport *report = lw_reviews_get_report (self->reviews);
  guint n = report != NULL ? report->breaches->len : 0;
  for (guint tried = 0; tried < n; tried++)
    {
      self->breach = self->breach == G_MAXUINT ? (step > 0 ? 0 : n - 1) : (guint) ((self->breach % n + n + (guint) step) % n);
      const LwBreach *breach = &g_array_index (report->breaches, LwBreach, self->breach);
      if (breach->kind == LW_BREACH_REVIEWER)
        continue;      /* that is nowhere */
      go (self, &breach->box);
      return;
    }
}

/* ---- what was said ---- */

static LwThreadRow *
find_row (LwReviewPane *self, gint64 thread)
{
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->list)); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (LW_IS_THREAD_ROW (child) && lw_thread_row_get_thread (LW_THREAD_ROW (child)) == thread)
      return LW_THREAD_ROW (child);
  return NULL;
}

static void
remove_old_rows (LwReviewPane *self)
{
  GtkWidget *next;
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->list)); child != NULL; child = next)
    {
      next = gtk_widget_get_next_sibling (child);
      if (LW_IS_THREAD_ROW (child) && lw_reviews_find_thread (self->reviews, lw_thread_row_get_thread (LW_THREAD_ROW (child))) == NULL)
        gtk_list_box_remove (self->list, child);
    }
}

/* Rows that stay keep an answer that was begun. Threads only ever come at the end, or, by a merge, in between. */
static void
show_threads (LwReviewPane *self)
{
  GPtrArray *threads = lw_reviews_get_threads (self->reviews);
  guint n_open = 0;
  self->following = TRUE;
  remove_old_rows (self);
  for (guint i = 0; i < threads->len; i++)
    {
      const LwThread *thread = threads->pdata[i];
      LwThreadRow *row = find_row (self, thread->id);
      if (row == NULL)
        {
          row = LW_THREAD_ROW (lw_thread_row_new (self->reviews, thread->id));
          gtk_list_box_insert (self->list, GTK_WIDGET (row), (int) i);
        }
      lw_thread_row_update (row, thread, i + 1, !lw_desk_is_read_only (self->desk));
      n_open += !thread->resolved;
    }
  self->following = FALSE;
  g_autofree char *title = n_open > 0 ? g_strdup_printf (_("Comments (%u open)"), n_open) : g_strdup (_("Comments"));
  gtk_label_set_label (self->comments_label, title);
  gtk_widget_set_visible (GTK_WIDGET (self->quiet_label), threads->len == 0);
  gtk_widget_set_visible (GTK_WIDGET (self->list), threads->len > 0);
}

static void
follow_selected (LwReviewPane *self)
{
  LwThreadRow *row = find_row (self, lw_reviews_get_selected (self->reviews));
  self->following = TRUE;
  if (row != NULL)
    gtk_list_box_select_row (self->list, GTK_LIST_BOX_ROW (row));
  else
    gtk_list_box_unselect_all (self->list);
  self->following = FALSE;
}

static void
on_row_selected_cb (LwReviewPane *self, GtkListBoxRow *row)
{
  if (self->following || row == NULL)
    return;
  const LwThread *thread = lw_reviews_find_thread (self->reviews, lw_thread_row_get_thread (LW_THREAD_ROW (row)));
  if (thread == NULL)
    return;
  lw_reviews_select (self->reviews, thread->id);
  go (self, &(LwRect) { thread->x, thread->y, 1, 1 });
}

void
lw_review_pane_step_comment (LwReviewPane *self, int step)
{
  GPtrArray *threads = lw_reviews_get_threads (self->reviews);
  gint64 selected = lw_reviews_get_selected (self->reviews);
  guint n = threads->len, at = 0;
  if (n == 0)
    return;
  while (at < n && ((LwThread *) threads->pdata[at])->id != selected)
    at++;
  at = at == n ? (step > 0 ? 0 : n - 1) : (at + n + (guint) step) % n;
  const LwThread *thread = threads->pdata[at];
  lw_reviews_select (self->reviews, thread->id);
  go (self, &(LwRect) { thread->x, thread->y, 1, 1 });
}

void
lw_review_pane_answer (LwReviewPane *self)
{
  LwThreadRow *row = find_row (self, lw_reviews_get_selected (self->reviews));
  if (row != NULL)
    lw_thread_row_answer (row);
}

static void
on_changed_cb (LwReviewPane *self)
{
  show_frame (self);
  show_count (self);
  show_threads (self);
  follow_selected (self);
}

/* ---- the widget ---- */

static void
on_map_cb (LwReviewPane *self)
{
  lw_reviews_set_checking (self->reviews, TRUE);
}

static void
on_unmap_cb (LwReviewPane *self)
{
  lw_reviews_set_checking (self->reviews, FALSE);
  go (self, NULL);
}

void
lw_review_pane_set_reviews (LwReviewPane *self, LwReviews *reviews)
{
  self->reviews = g_object_ref (reviews);
  self->desk = g_object_ref (lw_reviews_get_desk (reviews));
  g_signal_connect_object (reviews, "changed", G_CALLBACK (on_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (reviews, "checked", G_CALLBACK (on_checked_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (reviews, "notify::selected", G_CALLBACK (follow_selected), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self, "map", G_CALLBACK (on_map_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self, "unmap", G_CALLBACK (on_unmap_cb), self, G_CONNECT_SWAPPED);
  on_changed_cb (self);
  show_report (self);
}

static void
lw_review_pane_dispose (GObject *object)
{
  LwReviewPane *self = LW_REVIEW_PANE (object);
  g_signal_handlers_disconnect_by_data (self, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_REVIEW_PANE);
  g_clear_object (&self->reviews);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (lw_review_pane_parent_class)->dispose (object);
}

static void
lw_review_pane_class_init (LwReviewPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_review_pane_dispose;
  signals[GO] = g_signal_new ("go", LW_TYPE_REVIEW_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/review/review-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, LwReviewPane, status_icon);
  gtk_widget_class_bind_template_child (widget_class, LwReviewPane, status_label);
  gtk_widget_class_bind_template_child (widget_class, LwReviewPane, reason_label);
  gtk_widget_class_bind_template_child (widget_class, LwReviewPane, earlier_expander);
  gtk_widget_class_bind_template_child (widget_class, LwReviewPane, earlier_box);
  gtk_widget_class_bind_template_child (widget_class, LwReviewPane, assignee_label);
  gtk_widget_class_bind_template_child (widget_class, LwReviewPane, breach_box);
  gtk_widget_class_bind_template_child (widget_class, LwReviewPane, comments_label);
  gtk_widget_class_bind_template_child (widget_class, LwReviewPane, comment_button);
  gtk_widget_class_bind_template_child (widget_class, LwReviewPane, quiet_label);
  gtk_widget_class_bind_template_child (widget_class, LwReviewPane, list);
  gtk_widget_class_bind_template_child (widget_class, LwReviewPane, next_button);
}

static void
lw_review_pane_init (LwReviewPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  lw_name_widget (self->comment_button, _("Comment"));
  g_signal_connect_object (self->list, "row-selected", G_CALLBACK (on_row_selected_cb), self, G_CONNECT_SWAPPED);
}
