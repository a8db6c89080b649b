/* dataset-view.c: one dataset: its splits, leakage, segments, classes and origins, and its sheet */
#include "config.h"
#include "dataset-view.h"

#include <glib/gi18n-lib.h>
#include "common/atomic-file.h"
#include "feedback.h"
#include "project/format.h"
#include "project/share-row.h"
#include "store/dataset-report.h"

#define MAX_RUNS 200      /* rows; the sheet has all */

struct _LwDatasetView
{
  LwPane parent_instance;
  GtkStack *stack;
  GtkLabel *title_label;
  AdwActionRow *leak_row;
  GtkImage *leak_icon;
  AdwPreferencesGroup *models_group;
  GtkListBox *splits, *runs, *classes, *origins;
  char *uuid;
};

G_DEFINE_FINAL_TYPE (LwDatasetView, lw_dataset_view, LW_TYPE_PANE)

/* ---- read ---- */

typedef struct
{
  LwDataset *dataset;
  LwDatasetReport *report;
  LwPalette *palette;
  GPtrArray *origins;
} Found;

static void
found_free (gpointer data)
{
  Found *found = data;
  g_clear_pointer (&found->dataset, lw_dataset_free);
  g_clear_pointer (&found->report, lw_dataset_report_free);
  g_clear_pointer (&found->palette, lw_palette_free);
  g_clear_pointer (&found->origins, g_ptr_array_unref);
  g_free (found);
}

static gpointer
read_dataset (LwProject *project, gpointer uuid, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  Found *found = g_new0 (Found, 1);
  if ((found->dataset = lw_project_load_dataset (project, uuid, error)) != NULL
      && (found->report = lw_project_report_dataset (project, found->dataset, NULL, NULL, cancellable, error)) != NULL
      && (found->palette = lw_project_dup_palette (project, error)) != NULL && (found->origins = lw_project_list_origins (project, error)) != NULL)
    return found;
  found_free (found);
  return NULL;
}

/* ---- show ---- */

static const char *
split_label (LwSplit split)
{
  switch (split)
    {
    case LW_SPLIT_TRAIN: return _("Training");
    case LW_SPLIT_VAL: return _("Validation");
    case LW_SPLIT_TEST: return _("Test");
    }
  return "";
}

static void
show_splits (LwDatasetView *self, const LwDatasetReport *report)
{
  guint all = report->frames[0] + report->frames[1] + report->frames[2];
  lw_list_clear (self->splits);
  for (int i = 0; i < LW_N_SPLITS; i++)
    {
      g_autofree char *number = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u frame", "%u frames", report->frames[i]), report->frames[i]);
      if (report->frames[i] > 0 || i == LW_SPLIT_VAL)
        gtk_list_box_append (self->splits, lw_share_row_new (NULL, split_label ((LwSplit) i), NULL, report->frames[i], all, number));
    }
}

static void
show_leaks (LwDatasetView *self, const Found *found)
{
  const LwDatasetReport *report = found->report;
  gboolean sound = report->leaks->len == 0;
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < report->leaks->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", (const char *) report->leaks->pdata[i]);
  if (report->frames[LW_SPLIT_VAL] + report->frames[LW_SPLIT_TEST] == 0)
    g_string_assign (text, _("Every frame trains: nothing can leak, and nothing can be scored"));
  else if (sound && report->nearest == G_MAXUINT)
    g_string_assign (text, _("The splits share no medium, no picture, and no frame that trained a model before"));
  else if (sound)
    g_string_printf (text, g_dngettext (GETTEXT_PACKAGE, "At least %u frame lies between two of different splits; no picture is in both",
                                        "At least %u frames lie between two of different splits; no picture is in both", report->nearest), report->nearest);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->leak_row), sound ? _("No Leakage") : _("One Split Knows Another"));
  adw_action_row_set_subtitle (self->leak_row, text->str);
  gtk_image_set_from_icon_name (self->leak_icon, sound ? "emblem-ok-symbolic" : "dialog-warning-symbolic");
  gtk_widget_remove_css_class (GTK_WIDGET (self->leak_icon), sound ? "warning" : "success");
  gtk_widget_add_css_class (GTK_WIDGET (self->leak_icon), sound ? "success" : "warning");
}

static void
show_runs (LwDatasetView *self, const LwDatasetReport *report)
{
  lw_list_clear (self->runs);
  for (guint i = 0; i < MIN (report->runs->len, MAX_RUNS); i++)
    {
      const LwDatasetRun *run = report->runs->pdata[i];
      g_autofree char *name = run->n > 1 ? g_strdup_printf (_("%s, frames %u to %u"), run->media, run->first + 1, run->last + 1)
                                         : g_strdup_printf (_("%s, frame %u"), run->media, run->first + 1);
      g_autofree char *number = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u frame", "%u frames", run->n), run->n);
      gtk_list_box_append (self->runs, lw_share_row_new (NULL, name, split_label (run->split), run->n, report->frames[run->split], number));
    }
}

static void
show_classes (LwDatasetView *self, const Found *found)
{
  const LwDatasetReport *report = found->report;
  lw_list_clear (self->classes);
  for (guint i = 0; i < found->palette->classes->len; i++)
    {
      const LwClass *class = found->palette->classes->pdata[i];
      g_autofree char *number = lw_format_count (report->class_pixels[LW_SPLIT_TRAIN][class->id]);
      g_autofree char *val = lw_format_percent ((double) report->class_pixels[LW_SPLIT_VAL][class->id], (double) report->pixels[LW_SPLIT_VAL]);
      g_autofree char *about = g_strdup_printf (_("%u frames; validation: %u, %s"), report->class_frames[LW_SPLIT_TRAIN][class->id],
                                                report->class_frames[LW_SPLIT_VAL][class->id], val);
      gtk_list_box_append (self->classes, lw_share_row_new (class->rgb, class->name, about, (double) report->class_pixels[LW_SPLIT_TRAIN][class->id],
                                                            (double) report->pixels[LW_SPLIT_TRAIN], number));
    }
}

static void
show_origins (LwDatasetView *self, const Found *found)
{
  const LwDatasetReport *report = found->report;
  double all = (double) (report->pixels[0] + report->pixels[1] + report->pixels[2]);
  lw_list_clear (self->origins);
  for (guint i = 0; i < found->origins->len; i++)
    {
      const LwOrigin *origin = found->origins->pdata[i];
      guint64 pixels = report->origin_pixels[origin->index];
      g_autofree char *number = lw_format_count (pixels);
      guint n = report->origin_frames[origin->index];
      g_autofree char *frames = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "in %u frame", "in %u frames", n), n);
      g_autofree char *about = g_strjoin (" · ", lw_origin_kind_get_label (origin->kind), frames, NULL);
      if (pixels > 0)
        gtk_list_box_append (self->origins, lw_share_row_new (NULL, origin->name, about, (double) pixels, all, number));
    }
}

static void
show_found (gpointer owner, gpointer data, gpointer wanted)
{
  LwDatasetView *self = owner;
  const Found *found = data;
  g_autoptr (GString) models = g_string_new (NULL);
  for (guint i = 0; i < found->report->models->len; i++)
    g_string_append_printf (models, "%s%s", i > 0 ? ", " : "", (const char *) found->report->models->pdata[i]);
  g_autofree char *time = lw_format_time (found->dataset->created);
  g_autofree char *trained = models->len > 0 ? g_strdup_printf (_("trained %s"), models->str) : g_strdup (_("trained no model yet"));
  g_autofree char *about = g_strdup_printf (_("Frozen %s, by segments of %u frames with a gap of %u; %s"), time, found->report->segment, found->dataset->gap, trained);
  adw_preferences_group_set_description (self->models_group, about);
  show_splits (self, found->report);
  show_leaks (self, found);
  show_runs (self, found->report);
  show_classes (self, found);
  show_origins (self, found);
  gtk_stack_set_visible_child_name (self->stack, "report");
}

static const LwWork read_work = { read_dataset, found_free, show_found, N_("Could not read the dataset"), NULL };

static void
lw_dataset_view_refresh (LwPane *pane)
{
  if (LW_DATASET_VIEW (pane)->uuid != NULL)
    lw_pane_read (pane, &read_work, g_strdup (LW_DATASET_VIEW (pane)->uuid), g_free);
}

void
lw_dataset_view_show (LwDatasetView *self, const char *uuid, const char *name)
{
  g_free (self->uuid);
  self->uuid = g_strdup (uuid);
  gtk_label_set_label (self->title_label, name);
  gtk_stack_set_visible_child_name (self->stack, "wait");
  lw_dataset_view_refresh (LW_PANE (self));
}

/* ---- the sheet ---- */

typedef struct { char *uuid, *path; } Sheet;

static void
sheet_free (gpointer data)
{
  Sheet *sheet = data;
  g_free (sheet->uuid);
  g_free (sheet->path);
  g_free (sheet);
}

static gpointer
write_sheet (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  const Sheet *sheet = wanted;
  g_autoptr (LwDataset) dataset = lw_project_load_dataset (project, sheet->uuid, error);
  g_autoptr (LwDatasetReport) report = dataset != NULL ? lw_project_report_dataset (project, dataset, lw_operation_progress, operation, cancellable, error) : NULL;
  g_autofree char *text = report != NULL ? lw_project_write_datasheet (project, dataset, report, g_str_has_suffix (sheet->path, ".json"), error) : NULL;
  if (text != NULL)
    lw_atomic_file_write (sheet->path, text, -1, error);
  return NULL;
}

static void
show_written (gpointer owner, gpointer found, gpointer wanted)
{
  lw_toast_with_file (GTK_WIDGET (owner), _("The datasheet is written"), ((const Sheet *) wanted)->path);
}

static const LwWork sheet_work = { write_sheet, NULL, show_written, N_("Could not write the datasheet"), NULL };

static void
on_sheet_chosen_cb (GtkNativeDialog *native, int response, LwDatasetView *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
  char *path = file != NULL ? g_file_get_path (file) : NULL;
  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    {
      Sheet *sheet = g_new (Sheet, 1);
      *sheet = (Sheet) { g_strdup (self->uuid), g_steal_pointer (&path) };
      lw_work_start_watched (lw_pane_get_desk (LW_PANE (self)), GTK_WIDGET (self), &sheet_work, sheet, sheet_free, _("Writing the Datasheet"));
    }
  g_free (path);
  gtk_native_dialog_destroy (native);
  g_object_unref (native);
}

static void
sheet_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwDatasetView *self = LW_DATASET_VIEW (widget);
  g_autofree char *file = g_strdup_printf ("%s.%s", gtk_label_get_label (self->title_label), g_variant_get_string (parameter, NULL));
  GtkFileChooserNative *native = gtk_file_chooser_native_new (_("Export the Datasheet"), GTK_WINDOW (gtk_widget_get_root (widget)), GTK_FILE_CHOOSER_ACTION_SAVE,
                                                              _("_Export"), _("_Cancel"));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (native), g_strdelimit (file, "/", '-'));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  g_signal_connect_object (native, "response", G_CALLBACK (on_sheet_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

static void
lw_dataset_view_finalize (GObject *object)
{
  g_free (LW_DATASET_VIEW (object)->uuid);
  G_OBJECT_CLASS (lw_dataset_view_parent_class)->finalize (object);
}

static void
lw_dataset_view_class_init (LwDatasetViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->finalize = lw_dataset_view_finalize;
  LW_PANE_CLASS (klass)->refresh = lw_dataset_view_refresh;
  LW_PANE_CLASS (klass)->news = LW_PANE_CLASSES | LW_PANE_MODELS;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/project/dataset-view.ui");
  gtk_widget_class_bind_template_child (widget_class, LwDatasetView, stack);
  gtk_widget_class_bind_template_child (widget_class, LwDatasetView, title_label);
  gtk_widget_class_bind_template_child (widget_class, LwDatasetView, leak_row);
  gtk_widget_class_bind_template_child (widget_class, LwDatasetView, leak_icon);
  gtk_widget_class_bind_template_child (widget_class, LwDatasetView, models_group);
  gtk_widget_class_bind_template_child (widget_class, LwDatasetView, splits);
  gtk_widget_class_bind_template_child (widget_class, LwDatasetView, runs);
  gtk_widget_class_bind_template_child (widget_class, LwDatasetView, classes);
  gtk_widget_class_bind_template_child (widget_class, LwDatasetView, origins);
  gtk_widget_class_install_action (widget_class, "dataset.sheet", "s", sheet_action);
}

static void
lw_dataset_view_init (LwDatasetView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
