/* statistics-pane.c: what the labels are made of: frames by status, pixels by class and by who or what set them */
#include "config.h"
#include "statistics-pane.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "project/format.h"
#include "project/share-row.h"
#include "store/statistics-export.h"

struct _LwStatisticsPane
{
  LwPane parent_instance;
  GtkToggleButton *this_button;
  GtkLabel *frame_label;
  GtkStack *stack;
  GtkLabel *frames_label, *labelled_label, *strokes_label, *revisions_label;
  AdwPreferencesGroup *classes_group, *origins_group;
  GtkWidget *statuses_group;
  GtkListBox *statuses, *classes, *origins;
};

G_DEFINE_FINAL_TYPE (LwStatisticsPane, lw_statistics_pane, LW_TYPE_PANE)

/* ---- read ---- */

typedef struct
{
  LwStatistics sums;
  LwPalette *palette;
  GPtrArray *origins;          /* of LwOrigin */
} Found;

static void
found_free (gpointer data)
{
  Found *found = data;
  g_clear_pointer (&found->palette, lw_palette_free);
  g_clear_pointer (&found->origins, g_ptr_array_unref);
  g_free (found);
}

/* @wanted: the id of a frame, or NULL */
static gpointer
count (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  Found *found = g_new0 (Found, 1);
  if (lw_project_count (project, wanted, wanted != NULL ? 1 : 0, &found->sums, cancellable, error) && (found->palette = lw_project_dup_palette (project, error)) != NULL
      && (found->origins = lw_project_list_origins (project, error)) != NULL)
    return found;
  found_free (found);
  return NULL;
}

/* ---- show ---- */

static void
set_number (GtkLabel *label, guint64 number)
{
  g_autofree char *text = lw_format_count (number);
  gtk_label_set_label (label, text);
}

static guint64
sum (const guint64 pixels[256])
{
  guint64 all = 0;
  for (int i = 0; i < LW_LABEL_NONE; i++)
    all += pixels[i];
  return all;
}

static void
show_statuses (LwStatisticsPane *self, const LwStatistics *sums)
{
  lw_list_clear (self->statuses);
  for (int i = 0; i < LW_N_FRAME_STATUSES; i++)
    {
      g_autofree char *number = lw_format_count (sums->statuses[i]);
      gtk_list_box_append (self->statuses, lw_share_row_new (NULL, lw_frame_status_get_label ((LwFrameStatus) i), NULL, sums->statuses[i], sums->frames, number));
    }
  gtk_widget_set_visible (self->statuses_group, !gtk_toggle_button_get_active (self->this_button));
}

static char *
describe_frames (const LwStatistics *sums, guint frames)
{
  return sums->frames > 1 ? g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "in %u frame", "in %u frames", frames), frames) : NULL;
}

static void
show_classes (LwStatisticsPane *self, const Found *found, guint64 labelled)
{
  const LwStatistics *sums = &found->sums;
  lw_list_clear (self->classes);
  for (guint i = 0; i < found->palette->classes->len; i++)
    {
      const LwClass *class = found->palette->classes->pdata[i];
      g_autofree char *number = lw_format_count (sums->class_pixels[class->id]), *about = describe_frames (sums, sums->class_frames[class->id]);
      gtk_list_box_append (self->classes, lw_share_row_new (class->rgb, class->name, about, (double) sums->class_pixels[class->id], (double) labelled, number));
    }
}

static void
show_origins (LwStatisticsPane *self, const Found *found, guint64 labelled)
{
  const LwStatistics *sums = &found->sums;
  lw_list_clear (self->origins);
  for (guint i = 0; i < found->origins->len; i++)
    {
      const LwOrigin *origin = found->origins->pdata[i];
      if (sums->origin_pixels[origin->index] == 0)
        continue;
      g_autofree char *number = lw_format_count (sums->origin_pixels[origin->index]), *frames = describe_frames (sums, sums->origin_frames[origin->index]);
      g_autofree char *about = g_strjoin (" · ", lw_origin_kind_get_label (origin->kind), frames, NULL);
      gtk_list_box_append (self->origins, lw_share_row_new (NULL, origin->name, about, (double) sums->origin_pixels[origin->index], (double) labelled, number));
    }
  gtk_widget_set_visible (GTK_WIDGET (self->origins_group), gtk_widget_get_first_child (GTK_WIDGET (self->origins)) != NULL);
}

static void
show_found (gpointer owner, gpointer data, gpointer wanted)
{
  LwStatisticsPane *self = owner;
  const Found *found = data;
  guint64 labelled = sum (found->sums.class_pixels);
  g_autofree char *share = lw_format_percent ((double) labelled, (double) found->sums.pixels), *count = lw_format_count (labelled), *all = lw_format_count (found->sums.pixels);
  g_autofree char *text = g_strdup_printf (_("Of %s labelled pixels, by class"), count), *tooltip = g_strdup_printf (_("%s of %s pixels"), count, all);
  set_number (self->frames_label, found->sums.frames);
  set_number (self->strokes_label, found->sums.strokes);
  set_number (self->revisions_label, found->sums.revisions);
  gtk_label_set_label (self->labelled_label, share);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->labelled_label), tooltip);
  adw_preferences_group_set_description (self->classes_group, text);
  show_statuses (self, &found->sums);
  show_classes (self, found, labelled);
  show_origins (self, found, labelled);
  gtk_stack_set_visible_child_name (self->stack, found->sums.frames > 0 ? "numbers" : "empty");
}

static const LwWork count_work = { count, found_free, show_found, N_("Could not count the labels") };

/* NULL: the whole project is counted. */
static const LwFrame *
get_frame (LwStatisticsPane *self)
{
  return gtk_toggle_button_get_active (self->this_button) ? lw_desk_get_frame (lw_pane_get_desk (LW_PANE (self))) : NULL;
}

static void
lw_statistics_pane_refresh (LwPane *pane)
{
  LwStatisticsPane *self = LW_STATISTICS_PANE (pane);
  const LwFrame *frame = get_frame (self);
  gtk_label_set_label (self->frame_label, frame != NULL ? frame->name : "");
  lw_pane_read (pane, &count_work, frame != NULL ? g_memdup2 (&frame->id, sizeof frame->id) : NULL, g_free);
}

/* ---- export ---- */

typedef struct { gint64 frame; char *path; } Export;      /* @frame 0: the project */

static void
export_free (gpointer data)
{
  Export *export = data;
  g_free (export->path);
  g_free (export);
}

static gpointer
write_table (LwProject *project, gpointer data, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  Export *export = data;
  Found *found = count (project, export->frame != 0 ? &export->frame : NULL, operation, cancellable, error);
  if (found != NULL)
    {
      lw_statistics_export (&found->sums, found->palette, found->origins, export->path, error);
      found_free (found);
    }
  return NULL;
}

static void
show_exported (gpointer owner, gpointer found, gpointer data)
{
  lw_toast_with_file (GTK_WIDGET (owner), _("The statistics are written"), ((const Export *) data)->path);
}

static const LwWork export_work = { write_table, NULL, show_exported, N_("Could not write the statistics") };

static void
on_export_chosen_cb (GtkNativeDialog *native, int response, LwStatisticsPane *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;
  const LwFrame *frame = get_frame (self);
  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    {
      Export *export = g_new0 (Export, 1);
      *export = (Export) { frame != NULL ? frame->id : 0, g_steal_pointer (&path) };
      lw_work_start (lw_pane_get_desk (LW_PANE (self)), self, &export_work, export, export_free, NULL);
    }
  gtk_native_dialog_destroy (native);
  g_object_unref (native);
}

static void
export_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwStatisticsPane *self = LW_STATISTICS_PANE (widget);
  const LwFrame *frame = get_frame (self);
  g_autofree char *project = lw_project_dup_name (lw_desk_get_project (lw_pane_get_desk (LW_PANE (self))));
  g_autofree char *file = g_strdup_printf ("%s.csv", frame != NULL ? frame->name : project);
  GtkFileChooserNative *native = gtk_file_chooser_native_new (_("Export the Statistics"), GTK_WINDOW (gtk_widget_get_root (widget)), GTK_FILE_CHOOSER_ACTION_SAVE,
                                                              _("_Export"), _("_Cancel"));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (native), file);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  g_signal_connect_object (native, "response", G_CALLBACK (on_export_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

static void
on_scope_cb (LwStatisticsPane *self)
{
  if (lw_pane_get_desk (LW_PANE (self)) != NULL)
    lw_pane_invalidate (LW_PANE (self));
}

static void
lw_statistics_pane_class_init (LwStatisticsPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  LW_PANE_CLASS (klass)->news = LW_PANE_FRAMES | LW_PANE_CLASSES | LW_PANE_POSITION;
  LW_PANE_CLASS (klass)->refresh = lw_statistics_pane_refresh;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/project/statistics-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, LwStatisticsPane, this_button);
  gtk_widget_class_bind_template_child (widget_class, LwStatisticsPane, frame_label);
  gtk_widget_class_bind_template_child (widget_class, LwStatisticsPane, stack);
  gtk_widget_class_bind_template_child (widget_class, LwStatisticsPane, frames_label);
  gtk_widget_class_bind_template_child (widget_class, LwStatisticsPane, labelled_label);
  gtk_widget_class_bind_template_child (widget_class, LwStatisticsPane, strokes_label);
  gtk_widget_class_bind_template_child (widget_class, LwStatisticsPane, revisions_label);
  gtk_widget_class_bind_template_child (widget_class, LwStatisticsPane, classes_group);
  gtk_widget_class_bind_template_child (widget_class, LwStatisticsPane, origins_group);
  gtk_widget_class_bind_template_child (widget_class, LwStatisticsPane, statuses_group);
  gtk_widget_class_bind_template_child (widget_class, LwStatisticsPane, statuses);
  gtk_widget_class_bind_template_child (widget_class, LwStatisticsPane, classes);
  gtk_widget_class_bind_template_child (widget_class, LwStatisticsPane, origins);
  gtk_widget_class_bind_template_callback (widget_class, on_scope_cb);
  gtk_widget_class_install_action (widget_class, "statistics.export", NULL, export_action);
}

static void
lw_statistics_pane_init (LwStatisticsPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
