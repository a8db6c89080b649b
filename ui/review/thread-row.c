/* thread-row.c: one thread in the review pane */
#include "config.h"
#include "thread-row.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "project/format.h"
#include "store/author.h"

struct _LwThreadRow
{
  GtkListBoxRow parent_instance;
  GtkLabel *number_label, *state_label;
  GtkWidget *resolve_button, *comments_box, *answer_entry;
  LwReviews *reviews;
  gint64 thread;
  gboolean resolved;
};

G_DEFINE_FINAL_TYPE (LwThreadRow, lw_thread_row, GTK_TYPE_LIST_BOX_ROW)

gint64
lw_thread_row_get_thread (LwThreadRow *self)
{
  return self->thread;
}

void
lw_thread_row_answer (LwThreadRow *self)
{
  gtk_widget_grab_focus (self->answer_entry);
}

static void
on_withdraw_cb (GtkButton *button, LwThreadRow *self)
{
  lw_reviews_withdraw (self->reviews, *(gint64 *) g_object_get_data (G_OBJECT (button), "comment"));
}

static GtkWidget *
create_withdraw_button (LwThreadRow *self, const LwComment *comment)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("user-trash-symbolic");
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "small");
  gtk_widget_add_css_class (button, "quiet");
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  lw_name_widget (button, _("Take This Comment Back"));
  g_object_set_data_full (G_OBJECT (button), "comment", g_memdup2 (&comment->id, sizeof comment->id), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_withdraw_cb), self, 0);
  return button;
}

static GtkWidget *
create_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

/* A long name makes way for the time behind it. */
static GtkWidget *
create_line (const LwComment *comment)
{
  g_autofree char *time = lw_format_time (comment->created), *when = g_strdup_printf ("· %s", time), *whole = g_strdup_printf ("%s %s", comment->author, when);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 3), *who_label = create_label (comment->author, "caption"), *when_label = create_label (when, "caption");
  gtk_label_set_ellipsize (GTK_LABEL (who_label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (when_label, TRUE);
  gtk_widget_add_css_class (who_label, "dim-label");
  gtk_widget_add_css_class (when_label, "dim-label");
  gtk_widget_set_tooltip_text (line, whole);
  gtk_box_append (GTK_BOX (line), who_label);
  gtk_box_append (GTK_BOX (line), when_label);
  return line;
}

static GtkWidget *
create_comment (LwThreadRow *self, const LwComment *comment, gboolean may_withdraw)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2), *line = create_line (comment), *text = create_label (comment->text, NULL);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (text), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (text), TRUE);
  gtk_widget_set_focusable (text, FALSE);
  if (may_withdraw)
    gtk_box_append (GTK_BOX (line), create_withdraw_button (self, comment));
  gtk_box_append (GTK_BOX (box), line);
  gtk_box_append (GTK_BOX (box), text);
  return box;
}

static void
show_comments (LwThreadRow *self, const LwThread *thread, gboolean writable)
{
  for (GtkWidget *child; (child = gtk_widget_get_first_child (self->comments_box)) != NULL;)
    gtk_box_remove (GTK_BOX (self->comments_box), child);
  for (guint i = 0; i < thread->comments->len; i++)
    {
      const LwComment *comment = thread->comments->pdata[i];
      gboolean may_withdraw = writable && g_strcmp0 (comment->person, lw_author_get_uuid ()) == 0 && (i > 0 || thread->comments->len == 1);
      gtk_box_append (GTK_BOX (self->comments_box), create_comment (self, comment, may_withdraw));
    }
}

void
lw_thread_row_update (LwThreadRow *self, const LwThread *thread, guint number, gboolean writable)
{
  const LwComment *first = thread->comments->pdata[0];
  g_autofree char *count = g_strdup_printf ("%u", number);
  g_autofree char *state = thread->resolved ? g_strdup_printf (_("Resolved by %s"), thread->resolver != NULL ? thread->resolver : "?")
                                            : g_strdup_printf (_("At %d, %d"), thread->x, thread->y);
  g_autofree char *spoken = g_strdup_printf (_("Comment %u by %s: %s"), number, first->author, first->text);
  self->resolved = thread->resolved;
  gtk_label_set_label (self->number_label, thread->resolved ? "✓" : count);
  gtk_label_set_label (self->state_label, state);
  gtk_button_set_icon_name (GTK_BUTTON (self->resolve_button), thread->resolved ? "edit-undo-symbolic" : "object-select-symbolic");
  lw_name_widget (self->resolve_button, thread->resolved ? _("Open Again") : _("Resolve"));
  gtk_widget_set_sensitive (self->resolve_button, writable);
  gtk_widget_set_visible (self->answer_entry, writable && !thread->resolved);
  if (thread->resolved)
    gtk_widget_add_css_class (GTK_WIDGET (self), "resolved");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "resolved");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  show_comments (self, thread, writable);
}

static void
on_resolve_cb (LwThreadRow *self)
{
  lw_reviews_resolve (self->reviews, self->thread, !self->resolved);
}

static void
on_answer_cb (LwThreadRow *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->answer_entry))));
  if (*text == '\0')
    return;
  lw_reviews_answer (self->reviews, self->thread, text);
  gtk_editable_set_text (GTK_EDITABLE (self->answer_entry), "");
}

static void
lw_thread_row_dispose (GObject *object)
{
  LwThreadRow *self = LW_THREAD_ROW (object);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_THREAD_ROW);
  g_clear_object (&self->reviews);
  G_OBJECT_CLASS (lw_thread_row_parent_class)->dispose (object);
}

static void
lw_thread_row_class_init (LwThreadRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_thread_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/review/thread-row.ui");
  gtk_widget_class_bind_template_child (widget_class, LwThreadRow, number_label);
  gtk_widget_class_bind_template_child (widget_class, LwThreadRow, state_label);
  gtk_widget_class_bind_template_child (widget_class, LwThreadRow, resolve_button);
  gtk_widget_class_bind_template_child (widget_class, LwThreadRow, comments_box);
  gtk_widget_class_bind_template_child (widget_class, LwThreadRow, answer_entry);
}

static void
lw_thread_row_init (LwThreadRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->resolve_button, "clicked", G_CALLBACK (on_resolve_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->answer_entry, "activate", G_CALLBACK (on_answer_cb), self, G_CONNECT_SWAPPED);
}

GtkWidget *
lw_thread_row_new (LwReviews *reviews, gint64 thread)
{
  LwThreadRow *self = g_object_new (LW_TYPE_THREAD_ROW, NULL);
  self->reviews = g_object_ref (reviews);
  self->thread = thread;
  return GTK_WIDGET (self);
}
