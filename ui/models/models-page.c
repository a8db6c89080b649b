/* models-page.c: the models of the project: where each comes from, how good it is, which one proposes */
#include "config.h"
#include "models-page.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include "model-list.h"
#include "promote.h"

#define ID_KEY "lw-model"

struct _LwModelsPage
{
  AdwBin parent_instance;
  GtkStack *stack;
  GtkListBox *list;
  LwDesk *desk;
  GCancellable *reading;
};

G_DEFINE_FINAL_TYPE (LwModelsPage, lw_models_page, ADW_TYPE_BIN)

/* ---- switching ---- */

static void
on_use_clicked_cb (GtkButton *button, LwModelsPage *self)
{
  const gint64 *id = g_object_get_data (G_OBJECT (button), ID_KEY);
  lw_promote (GTK_WIDGET (self), self->desk, *id, "chosen on the models page");
}

/* ---- rows ---- */

static void
add_fact (GtkWidget *row, const char *title, const char *value)
{
  if (value == NULL || *value == '\0')
    return;
  GtkWidget *fact = adw_action_row_new ();
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (fact), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (fact), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (fact), value);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (fact), FALSE);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), fact);
}

/* A score alone says little: beside it stands what the model that it came from has on the same frames. */
static char *
describe_scores (const LwModelEntry *entry)
{
  if (!isnan (entry->miou) && !isnan (entry->parent_miou))
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "mIoU %.3f, accuracy %.3f on %u frame that it was not trained on; “%s” had mIoU %.3f there",
                                         "mIoU %.3f, accuracy %.3f on %u frames that it was not trained on; “%s” had mIoU %.3f there", entry->n_val),
                            entry->miou, entry->accuracy, entry->n_val, entry->parent_name, entry->parent_miou);
  if (isnan (entry->miou))
    return entry->dataset_name != NULL && entry->n_val == 0 ? g_strdup (_("Not scored: too few frames to keep some apart")) : NULL;
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "mIoU %.3f, accuracy %.3f on %u frame that it was not trained on",
                                       "mIoU %.3f, accuracy %.3f on %u frames that it was not trained on", entry->n_val),
                          entry->miou, entry->accuracy, entry->n_val);
}

static void
add_facts (GtkWidget *row, const LwModelEntry *entry)
{
  g_autofree char *scores = describe_scores (entry);
  g_autofree char *seed = entry->dataset_name != NULL ? g_strdup_printf ("%" G_GINT64_FORMAT, entry->seed) : NULL;
  g_autofree char *data = NULL;
  if (entry->dataset_name != NULL)
    data = g_strdup_printf (_("%s: %u frames to train, %u to validate"), entry->dataset_name, entry->n_train, entry->n_val);
  add_fact (row, _("Scores"), scores);
  add_fact (row, _("Trained From"), entry->parent_name);
  add_fact (row, _("Data"), data);
  add_fact (row, _("Frames and Revisions"), entry->frames);
  add_fact (row, _("Recipe"), entry->recipe);
  add_fact (row, _("Seed"), seed);
  add_fact (row, _("SHA-256 of the Weights"), entry->sha256);
}

static GtkWidget *
create_badge (LwModelStatus status)
{
  GtkWidget *badge = gtk_label_new (lw_model_status_get_label (status));
  gtk_widget_set_valign (badge, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (badge, "badge");
  gtk_widget_add_css_class (badge, "caption");
  if (status == LW_MODEL_CHAMPION)
    gtk_widget_add_css_class (badge, "champion");
  return badge;
}

/* Against the model that it came from. */
static GtkWidget *
create_difference (const LwModelEntry *entry)
{
  GtkWidget *label = gtk_label_new (NULL);
  g_autofree char *tooltip = g_strdup_printf (_("Against “%s”, on the same frames"), entry->parent_name);
  lw_show_difference (GTK_LABEL (label), entry->miou - entry->parent_miou);
  gtk_widget_set_tooltip_text (label, tooltip);
  return label;
}

static char *
describe_shortly (const LwModelEntry *entry)
{
  if (!isnan (entry->miou))
    return g_strdup_printf (_("mIoU %.3f"), entry->miou);
  return entry->dataset_name != NULL && entry->n_val == 0 ? g_strdup (_("not scored: too few frames")) : NULL;
}

static GtkWidget *
create_use_button (LwModelsPage *self, const LwModelEntry *entry)
{
  GtkWidget *button = gtk_button_new_with_label (C_("model", "Use"));
  g_autofree char *name = g_strdup_printf (_("Use %s for Proposals"), entry->name);
  gtk_widget_set_tooltip_text (button, _("Use for Proposals"));
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_sensitive (button, !lw_desk_is_read_only (self->desk));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data_full (G_OBJECT (button), ID_KEY, g_memdup2 (&entry->id, sizeof entry->id), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_use_clicked_cb), self, 0);
  return button;
}

static GtkWidget *
create_row (LwModelsPage *self, const LwModelEntry *entry)
{
  GtkWidget *row = adw_expander_row_new ();
  g_autofree char *scores = describe_shortly (entry);
  g_autofree char *subtitle = g_strjoin (" · ", scores != NULL ? scores : entry->architecture, scores != NULL ? entry->architecture : entry->created,
                                         scores != NULL ? entry->created : NULL, NULL);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), entry->name);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), subtitle);
  adw_expander_row_add_action (ADW_EXPANDER_ROW (row), create_badge (entry->status));
  if (!isnan (entry->miou) && !isnan (entry->parent_miou))
    adw_expander_row_add_action (ADW_EXPANDER_ROW (row), create_difference (entry));
  if (entry->status != LW_MODEL_CHAMPION)
    adw_expander_row_add_action (ADW_EXPANDER_ROW (row), create_use_button (self, entry));
  add_facts (row, entry);
  return row;
}

static void
on_read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwModelsPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = lw_model_list_read_finish (LW_PROJECT (source), result, &error);
  GtkWidget *row;
  if (self->desk == NULL || entries == NULL)
    {
      if (self->desk != NULL)
        lw_desk_fail (self->desk, _("Could not read the models"), error);
      return;
    }
  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, row);
  for (guint i = 0; i < entries->len; i++)
    gtk_list_box_append (self->list, create_row (self, entries->pdata[i]));
  gtk_stack_set_visible_child_name (self->stack, entries->len > 0 ? "list" : "empty");
}

static void
read_models (LwModelsPage *self)
{
  if (self->reading != NULL)
    g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  self->reading = g_cancellable_new ();
  lw_model_list_read_async (lw_desk_get_project (self->desk), self->reading, on_read_cb, g_object_ref (self));
}

void
lw_models_page_set_desk (LwModelsPage *self, LwDesk *desk)
{
  self->desk = g_object_ref (desk);
  g_signal_connect_object (desk, "models-changed", G_CALLBACK (read_models), self, G_CONNECT_SWAPPED);
  read_models (self);
}

static void
lw_models_page_dispose (GObject *object)
{
  LwModelsPage *self = LW_MODELS_PAGE (object);
  if (self->reading != NULL)
    g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  adw_bin_set_child (ADW_BIN (self), NULL);      /* it is bound: the template would free it behind the bin's back */
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_MODELS_PAGE);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (lw_models_page_parent_class)->dispose (object);
}

static void
lw_models_page_class_init (LwModelsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_models_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/models/models-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LwModelsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, LwModelsPage, list);
}

static void
lw_models_page_init (LwModelsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
