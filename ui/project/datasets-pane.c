/* datasets-pane.c: frozen sets of accepted frames: what each is made of, and whether its splits know of each other */
#include "config.h"
#include "datasets-pane.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "project/dataset-view.h"
#include "project/format.h"
#include "project/share-row.h"

#define UUID_KEY "lw-uuid"

struct _LwDatasetsPane
{
  LwPane parent_instance;
  GtkStack *pages, *stack;
  GtkListBox *list;
  GtkWidget *new_button;
  LwDatasetView *view;
};

G_DEFINE_FINAL_TYPE (LwDatasetsPane, lw_datasets_pane, LW_TYPE_PANE)

/* ---- the list ---- */

static gpointer
list_datasets (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  return lw_project_list_datasets (project, error);
}

static GtkWidget *
create_row (const LwDataset *dataset)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *time = lw_format_ago (dataset->created, g_get_real_time ());
  g_autofree char *about = g_strdup_printf (_("%s · %u frames to train, %u to validate"), time, dataset->n_train, dataset->n_val);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), dataset->name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), about);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("go-next-symbolic"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_object_set_data_full (G_OBJECT (row), UUID_KEY, g_strdup (dataset->uuid), g_free);
  return row;
}

static void
show_datasets (gpointer owner, gpointer found, gpointer wanted)
{
  LwDatasetsPane *self = owner;
  GPtrArray *datasets = found;
  LwDesk *desk = lw_pane_get_desk (LW_PANE (self));
  lw_list_clear (self->list);
  for (guint i = 0; i < datasets->len; i++)
    gtk_list_box_append (self->list, create_row (datasets->pdata[i]));
  gtk_stack_set_visible_child_name (self->stack, datasets->len > 0 ? "list" : "empty");
  gtk_widget_set_sensitive (self->new_button, !lw_desk_is_read_only (desk) && lw_frame_list_count (lw_desk_get_frames (desk), LW_FRAME_ACCEPTED) > 0);
}

static const LwWork list_work = { list_datasets, (GDestroyNotify) g_ptr_array_unref, show_datasets, N_("Could not read the datasets"), NULL };

static void
lw_datasets_pane_refresh (LwPane *pane)
{
  lw_pane_read (pane, &list_work, NULL, NULL);
}

static void
on_row_activated_cb (LwDatasetsPane *self, GtkListBoxRow *row)
{
  lw_dataset_view_show (self->view, g_object_get_data (G_OBJECT (row), UUID_KEY), adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)));
  gtk_stack_set_visible_child_name (self->pages, "view");
}

static void
back_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_stack_set_visible_child_name (LW_DATASETS_PANE (widget)->pages, "list");
}

/* ---- a new one ---- */

typedef struct
{
  char *name;
  LwSplitOptions options;
} Creation;

static void
creation_free (gpointer data)
{
  Creation *creation = data;
  g_free (creation->name);
  g_free (creation);
}

static gpointer
create (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  const Creation *creation = wanted;
  lw_project_create_dataset (project, creation->name, NULL, 0, &creation->options, 0, error);
  return NULL;
}

static void
show_created (gpointer owner, gpointer found, gpointer wanted)
{
  lw_toast (GTK_WIDGET (owner), _("The dataset is frozen"));
  lw_pane_invalidate (LW_PANE (owner));
}

static const LwWork create_work = { create, NULL, show_created, N_("Could not make the dataset"), NULL };

enum { VAL, SEGMENT, GAP, SEED, N_NUMBERS };

static void
on_new_response_cb (AdwMessageDialog *dialog, const char *response, LwDatasetsPane *self)
{
  GtkWidget *grid = adw_message_dialog_get_extra_child (dialog);
  int numbers[N_NUMBERS];
  if (!g_str_equal (response, "make"))
    return;
  for (int i = 0; i < N_NUMBERS; i++)
    numbers[i] = gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (gtk_grid_get_child_at (GTK_GRID (grid), 1, i + 1)));
  Creation *creation = g_new0 (Creation, 1);
  creation->name = g_strdup (gtk_editable_get_text (GTK_EDITABLE (gtk_grid_get_child_at (GTK_GRID (grid), 1, 0))));
  creation->options = (LwSplitOptions) { numbers[VAL] / 100.0, (guint) numbers[SEGMENT], (guint) numbers[GAP], (guint64) numbers[SEED] };
  lw_work_start (lw_pane_get_desk (LW_PANE (self)), self, &create_work, creation, creation_free, NULL);
}

static void
on_name_changed_cb (GtkEditable *name, AdwMessageDialog *dialog)
{
  adw_message_dialog_set_response_enabled (dialog, "make", *gtk_editable_get_text (name) != '\0');
}

static void
attach (GtkGrid *grid, int row, const char *text, GtkWidget *widget)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_widget_set_hexpand (widget, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_grid_attach (grid, label, 0, row, 1, 1);
  gtk_grid_attach (grid, widget, 1, row, 1, 1);
}

static GtkWidget *
create_form (AdwMessageDialog *dialog)
{
  const struct { const char *text; double value, max; } numbers[N_NUMBERS] = {
    [VAL] = { _("Validation, %"), 25, 90 }, [SEGMENT] = { _("Frames kept together"), 0, 100000 }, [GAP] = { _("Frames left out between"), 0, 100000 },
    [SEED] = { _("Seed"), 0, G_MAXINT },
  };
  GtkWidget *grid = gtk_grid_new (), *name = gtk_entry_new ();
  gtk_grid_set_row_spacing (GTK_GRID (grid), 9);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_entry_set_max_length (GTK_ENTRY (name), 100);
  gtk_entry_set_activates_default (GTK_ENTRY (name), TRUE);
  attach (GTK_GRID (grid), 0, _("Name"), name);
  g_signal_connect_object (name, "changed", G_CALLBACK (on_name_changed_cb), dialog, 0);
  for (int i = 0; i < N_NUMBERS; i++)
    {
      GtkWidget *spin = gtk_spin_button_new_with_range (0, numbers[i].max, 1);
      gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), numbers[i].value);
      attach (GTK_GRID (grid), i + 1, numbers[i].text, spin);
    }
  return grid;
}

static void
on_new_clicked_cb (LwDatasetsPane *self)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), _("New Dataset"),
    _("Freezes all accepted frames. Frames that validate are held back in whole stretches; 0 leaves the length of the stretches and gaps to the program.")));
  adw_message_dialog_set_extra_child (dialog, create_form (dialog));
  adw_message_dialog_add_responses (dialog, "cancel", _("_Cancel"), "make", _("_Freeze"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "make", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_response_enabled (dialog, "make", FALSE);
  adw_message_dialog_set_default_response (dialog, "make");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_new_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
lw_datasets_pane_ready (LwPane *pane)
{
  lw_pane_set_desk (LW_PANE (LW_DATASETS_PANE (pane)->view), lw_pane_get_desk (pane));
}

static void
lw_datasets_pane_class_init (LwDatasetsPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  LwPaneClass *pane_class = LW_PANE_CLASS (klass);
  pane_class->ready = lw_datasets_pane_ready;
  pane_class->refresh = lw_datasets_pane_refresh;
  pane_class->news = LW_PANE_MODELS | LW_PANE_FRAMES;
  g_type_ensure (LW_TYPE_DATASET_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/project/datasets-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, LwDatasetsPane, pages);
  gtk_widget_class_bind_template_child (widget_class, LwDatasetsPane, stack);
  gtk_widget_class_bind_template_child (widget_class, LwDatasetsPane, list);
  gtk_widget_class_bind_template_child (widget_class, LwDatasetsPane, new_button);
  gtk_widget_class_bind_template_child (widget_class, LwDatasetsPane, view);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_new_clicked_cb);
  gtk_widget_class_install_action (widget_class, "datasets.back", NULL, back_action);
}

static void
lw_datasets_pane_init (LwDatasetsPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
