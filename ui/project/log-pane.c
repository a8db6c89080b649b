/* log-pane.c: who did what to the project and when, by filter, and out of it as a table */
#include "config.h"
#include "log-pane.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "project/choice.h"
#include "project/format.h"
#include "project/log-list.h"
#include "project/log-words.h"

struct _LwLogPane
{
  LwPane parent_instance;
  GtkDropDown *actor, *action, *period;
  GtkEditable *search;
  GtkStack *stack;
  GtkColumnView *view;
  GtkNoSelection *selection;
  GtkLabel *more_label;
  GtkWidget *export_button;
  GStrv actions;               /* of the project, in the order of the choice */
};

G_DEFINE_FINAL_TYPE (LwLogPane, lw_log_pane, LW_TYPE_PANE)

/* ---- columns ---- */

static char *
dup_time (LwLogItem *item)
{
  return lw_format_time (lw_log_item_get_entry (item)->at);
}

static char *
dup_actor (LwLogItem *item)
{
  return g_strdup (lw_log_item_get_entry (item)->actor);
}

static char *
dup_action (LwLogItem *item)
{
  return g_strdup (lw_audit_action_get_label (lw_log_item_get_entry (item)->action));
}

static char *
dup_object (LwLogItem *item)
{
  return lw_audit_describe_object (lw_log_item_get_entry (item));
}

static char *
dup_details (LwLogItem *item)
{
  return g_strdup (lw_log_item_get_details (item));
}

typedef struct
{
  const char *title;
  char *(*dup_text) (LwLogItem *item);
  int width;                   /* that it has in a narrow window */
  gboolean expands;
  PangoEllipsizeMode ellipsize;      /* names of frames differ at their ends */
} Column;

static const Column columns[] = {
  { N_("Time"), dup_time, 125, FALSE, PANGO_ELLIPSIZE_END }, { N_("Person"), dup_actor, 120, FALSE, PANGO_ELLIPSIZE_END },
  { N_("What"), dup_action, 145, FALSE, PANGO_ELLIPSIZE_END },
  { N_("On"), dup_object, 120, TRUE, PANGO_ELLIPSIZE_MIDDLE }, { N_("Details"), dup_details, 130, TRUE, PANGO_ELLIPSIZE_END },
};

static void
on_cell_setup_cb (GtkSignalListItemFactory *factory, GtkListItem *cell, gpointer data)
{
  GtkWidget *label = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), ((const Column *) data)->ellipsize);
  gtk_list_item_set_child (cell, label);
}

static void
on_cell_bind_cb (GtkSignalListItemFactory *factory, GtkListItem *cell, gpointer data)
{
  const Column *column = data;
  g_autofree char *text = column->dup_text (gtk_list_item_get_item (cell));
  gtk_label_set_label (GTK_LABEL (gtk_list_item_get_child (cell)), text);
  gtk_widget_set_tooltip_text (gtk_list_item_get_child (cell), text);
}

static void
add_columns (GtkColumnView *view)
{
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
      g_signal_connect (factory, "setup", G_CALLBACK (on_cell_setup_cb), (gpointer) &columns[i]);
      g_signal_connect (factory, "bind", G_CALLBACK (on_cell_bind_cb), (gpointer) &columns[i]);
      g_autoptr (GtkColumnViewColumn) column = gtk_column_view_column_new (_(columns[i].title), factory);
      gtk_column_view_column_set_resizable (column, TRUE);
      gtk_column_view_column_set_fixed_width (column, columns[i].width);
      gtk_column_view_column_set_expand (column, columns[i].expands);
      gtk_column_view_append_column (view, column);
    }
}

/* ---- read ---- */

/* The words that people read, in the order of the words in the database. */
static void
show_actions (LwLogPane *self, GStrv actions)
{
  guint n = g_strv_length (actions);
  g_autofree const char **labels = g_new0 (const char *, n + 1);
  for (guint i = 0; i < n; i++)
    labels[i] = lw_audit_action_get_label (actions[i]);
  g_strfreev (self->actions);
  self->actions = g_strdupv (actions);
  lw_choice_fill (self->action, _("Anything"), labels);
}

static void
show_found (gpointer owner, gpointer data, gpointer wanted)
{
  LwLogPane *self = owner;
  LwLogFound *found = data;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (found->items));
  lw_choice_fill (self->actor, _("Anybody"), (const char *const *) found->actors);
  show_actions (self, found->actions);
  gtk_no_selection_set_model (self->selection, G_LIST_MODEL (found->items));
  gtk_widget_set_visible (GTK_WIDGET (self->more_label), found->more);
  gtk_widget_set_sensitive (self->export_button, n > 0);
  gtk_stack_set_visible_child_name (self->stack, n > 0 ? "list" : "empty");
}

static const LwWork read_work = { lw_log_list_find, (GDestroyNotify) lw_log_found_free, show_found, N_("Could not read the log") };

static LwLogQuery *
make_query (LwLogPane *self)
{
  LwLogQuery *query = g_new0 (LwLogQuery, 1);
  guint action = gtk_drop_down_get_selected (self->action), n = self->actions != NULL ? g_strv_length (self->actions) : 0;
  query->filter.actor = g_strdup (lw_choice_get (self->actor));
  query->filter.action = action > 0 && action <= n ? g_strdup (self->actions[action - 1]) : NULL;
  query->filter.since = lw_choice_get_since (self->period);
  query->text = g_strdup (gtk_editable_get_text (self->search));
  return query;
}

static void
lw_log_pane_refresh (LwPane *pane)
{
  lw_pane_read (pane, &read_work, make_query (LW_LOG_PANE (pane)), (GDestroyNotify) lw_log_query_free);
}

static void
on_filter_cb (LwLogPane *self)
{
  if (lw_pane_get_desk (LW_PANE (self)) != NULL)
    lw_pane_invalidate (LW_PANE (self));
}

static void
clear_filter_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwLogPane *self = LW_LOG_PANE (widget);
  gtk_drop_down_set_selected (self->actor, 0);
  gtk_drop_down_set_selected (self->action, 0);
  gtk_drop_down_set_selected (self->period, 0);
  gtk_editable_set_text (self->search, "");
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

/* ---- export ---- */

static void
show_exported (gpointer owner, gpointer found, gpointer wanted)
{
  lw_toast_with_file (GTK_WIDGET (owner), _("The log is written"), ((const LwLogQuery *) wanted)->path);
}

static const LwWork export_work = { lw_log_list_export, NULL, show_exported, N_("Could not write the log") };

static void
on_export_chosen_cb (GtkNativeDialog *native, int response, LwLogPane *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
  char *path = file != NULL ? g_file_get_path (file) : NULL;
  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    {
      LwLogQuery *query = make_query (self);
      query->path = g_steal_pointer (&path);
      lw_work_start (lw_pane_get_desk (LW_PANE (self)), self, &export_work, query, (GDestroyNotify) lw_log_query_free, NULL);
    }
  g_free (path);
  gtk_native_dialog_destroy (native);
  g_object_unref (native);
}

static void
export_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  const char *format = g_variant_get_string (parameter, NULL);
  g_autofree char *project = lw_project_dup_name (lw_desk_get_project (lw_pane_get_desk (LW_PANE (widget)))), *file = g_strdup_printf ("%s.%s", project, format);
  GtkFileChooserNative *native = gtk_file_chooser_native_new (_("Export the Log"), GTK_WINDOW (gtk_widget_get_root (widget)), GTK_FILE_CHOOSER_ACTION_SAVE,
                                                              _("_Export"), _("_Cancel"));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (native), file);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  g_signal_connect_object (native, "response", G_CALLBACK (on_export_chosen_cb), widget, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

static void
lw_log_pane_ready (LwPane *pane)
{
  LwLogPane *self = LW_LOG_PANE (pane);
  lw_choice_fill (self->actor, _("Anybody"), (const char *const[]) { NULL });
  lw_choice_fill (self->action, _("Anything"), (const char *const[]) { NULL });
  lw_choice_fill_periods (self->period);
}

static void
lw_log_pane_finalize (GObject *object)
{
  g_strfreev (LW_LOG_PANE (object)->actions);
  G_OBJECT_CLASS (lw_log_pane_parent_class)->finalize (object);
}

static void
lw_log_pane_class_init (LwLogPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  LwPaneClass *pane_class = LW_PANE_CLASS (klass);
  G_OBJECT_CLASS (klass)->finalize = lw_log_pane_finalize;
  pane_class->news = LW_PANE_FRAMES | LW_PANE_CLASSES | LW_PANE_MODELS | LW_PANE_JOBS;
  pane_class->ready = lw_log_pane_ready;
  pane_class->refresh = lw_log_pane_refresh;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/project/log-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, LwLogPane, actor);
  gtk_widget_class_bind_template_child (widget_class, LwLogPane, action);
  gtk_widget_class_bind_template_child (widget_class, LwLogPane, period);
  gtk_widget_class_bind_template_child (widget_class, LwLogPane, search);
  gtk_widget_class_bind_template_child (widget_class, LwLogPane, stack);
  gtk_widget_class_bind_template_child (widget_class, LwLogPane, view);
  gtk_widget_class_bind_template_child (widget_class, LwLogPane, selection);
  gtk_widget_class_bind_template_child (widget_class, LwLogPane, more_label);
  gtk_widget_class_bind_template_child (widget_class, LwLogPane, export_button);
  gtk_widget_class_bind_template_callback (widget_class, on_filter_cb);
  gtk_widget_class_install_action (widget_class, "log.clear-filter", NULL, clear_filter_action);
  gtk_widget_class_install_action (widget_class, "log.export", "s", export_action);
}

static void
lw_log_pane_init (LwLogPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  add_columns (self->view);
}
