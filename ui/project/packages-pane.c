/* packages-pane.c: work that is given away and comes back */
#include "config.h"
#include "packages-pane.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "project/format.h"
#include "project/merge-window.h"
#include "store/merge.h"

struct _LwPackagesPane
{
  LwPane parent_instance;
  AdwComboRow *frames_row;
  GtkEditable *person_row;
  GtkSwitch *nameless_switch;
  GtkWidget *make_button, *merge_button;
  GtkListBox *list;
};

/* In the order of the choice. */
typedef enum { ALL, ASSIGNED, EACH, NOT_LABELLED, IN_PROGRESS, RETURNED } Frames;

G_DEFINE_FINAL_TYPE (LwPackagesPane, lw_packages_pane, LW_TYPE_PANE)

/* ---- what was made ---- */

static gpointer
find_packages (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  return lw_project_list_packages (project, error);
}

static GtkWidget *
create_row (const LwPackage *package)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *made = lw_format_time (package->created), *merged = package->merged != 0 ? lw_format_time (package->merged) : NULL;
  g_autofree char *about = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u frame, made by %s, %s", "%u frames, made by %s, %s", package->n_frames),
                                            package->n_frames, package->actor, made);
  g_autofree char *state = merged != NULL ? g_strdup_printf (_("Merged %s"), merged) : g_strdup (_("Not merged yet"));
  GtkWidget *label = gtk_label_new (state);
  gtk_widget_add_css_class (label, "dim-label");
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), package->person != NULL ? package->person : _("For anybody"));
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 1);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), about);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
  return row;
}

static void
show_packages (gpointer owner, gpointer found, gpointer wanted)
{
  LwPackagesPane *self = LW_PACKAGES_PANE (owner);
  GPtrArray *packages = found;
  for (GtkWidget *child; (child = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL;)
    gtk_list_box_remove (self->list, child);
  for (guint i = 0; i < packages->len; i++)
    gtk_list_box_append (self->list, create_row (packages->pdata[i]));
  gtk_widget_set_visible (GTK_WIDGET (self->list), packages->len > 0);
}

static const LwWork packages_work = { find_packages, (GDestroyNotify) g_ptr_array_unref, show_packages, N_("Could not read the packages") };

static void
lw_packages_pane_refresh (LwPane *pane)
{
  lw_pane_read (pane, &packages_work, NULL, NULL);
}

/* ---- making one ---- */

static Frames
get_frames (LwPackagesPane *self)
{
  guint selected = adw_combo_row_get_selected (self->frames_row);
  return selected <= RETURNED ? (Frames) selected : ALL;
}

static void
update (LwPackagesPane *self)
{
  Frames frames = get_frames (self);
  g_autofree char *person = g_strstrip (g_strdup (gtk_editable_get_text (self->person_row)));
  gtk_widget_set_sensitive (GTK_WIDGET (self->person_row), frames != EACH);
  gtk_widget_set_sensitive (self->make_button, frames != ASSIGNED || *person != '\0');
  gtk_button_set_label (GTK_BUTTON (self->make_button), frames == EACH ? _("Make the Packages…") : _("Make a Package…"));
}

typedef struct { char *spec, *person, *folder; gboolean nameless; guint n; } Making;

static void
making_free (gpointer data)
{
  Making *making = data;
  g_free (making->spec);
  g_free (making->person);
  g_free (making->folder);
  g_free (making);
}

static gpointer
make_in_thread (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  Making *making = wanted;
  const char *const specs[] = { making->spec, NULL };
  const LwPackageOptions options = { *making->person != '\0' ? making->person : NULL, making->nameless };
  g_autoptr (GPtrArray) frames = lw_project_select_frames (project, specs, error);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; frames != NULL && i < frames->len; i++)
    g_array_append_val (ids, ((const LwFrame *) frames->pdata[i])->id);
  making->n = ids->len;
  return frames != NULL && lw_project_package_for (project, &g_array_index (ids, gint64, 0), ids->len, &options, making->folder, lw_operation_progress,
                                                   operation, cancellable, error)
           ? making : NULL;
}

static void
on_made (gpointer owner, gpointer found, gpointer wanted)
{
  const Making *making = wanted;
  g_autofree char *text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "A package with %u frame", "A package with %u frames", making->n), making->n);
  lw_toast_with_file (GTK_WIDGET (owner), text, making->folder);
  lw_pane_invalidate (LW_PANE (owner));
}

static const LwWork make_work = { make_in_thread, NULL, on_made, N_("Could not make the package") };

/* ---- one for each ---- */

static gpointer
split_in_thread (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  const Making *making = wanted;
  return lw_project_split (project, making->folder, making->nameless, lw_operation_progress, operation, cancellable, error);
}

static void
on_split (gpointer owner, gpointer found, gpointer wanted)
{
  GPtrArray *folders = found;
  g_autofree char *text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u package", "%u packages", folders->len), folders->len);
  lw_toast_with_file (GTK_WIDGET (owner), text, folders->pdata[0]);
  lw_pane_invalidate (LW_PANE (owner));
}

static void
on_not_split (gpointer owner, const GError *error, gpointer wanted)
{
  lw_pane_invalidate (LW_PANE (owner));      /* some may be made */
}

static const LwWork split_work = { split_in_thread, (GDestroyNotify) g_ptr_array_unref, on_split, N_("Could not make the packages"), on_not_split };

static Making *
making_new (LwPackagesPane *self, const char *parent)
{
  static const char *const specs[] = { [ALL] = "all", [NOT_LABELLED] = "new", [IN_PROGRESS] = "in-progress", [RETURNED] = "returned" };
  Frames frames = get_frames (self);
  Making *making = g_new0 (Making, 1);
  making->person = g_strstrip (g_strdup (gtk_editable_get_text (self->person_row)));
  making->nameless = gtk_switch_get_active (self->nameless_switch);
  making->spec = frames == ASSIGNED ? g_strconcat ("@", making->person, NULL) : g_strdup (specs[frames]);
  g_autofree char *project = lw_project_dup_name (lw_desk_get_project (lw_pane_get_desk (LW_PANE (self)))), *name = lw_package_dup_folder_name (project, making->person);
  making->folder = frames == EACH ? g_strdup (parent) : g_build_filename (parent, name, NULL);
  return making;
}

static void
on_folder_cb (GtkNativeDialog *native, int response, LwPackagesPane *self)
{
  if (response != GTK_RESPONSE_ACCEPT)
    return;
  g_autoptr (GFile) folder = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
  gboolean each = get_frames (self) == EACH;
  lw_work_start_watched (lw_pane_get_desk (LW_PANE (self)), GTK_WIDGET (self), each ? &split_work : &make_work, making_new (self, g_file_peek_path (folder)), making_free,
                         each ? _("Making Packages") : _("Making a Package"));
}

static void
choose_folder (LwPackagesPane *self, const char *title, const char *answer, GCallback callback)
{
  GtkFileChooserNative *native = gtk_file_chooser_native_new (title, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                                                              GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, answer, _("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  g_signal_connect_object (native, "response", callback, self, 0);
  g_object_set_data_full (G_OBJECT (self), "native", native, g_object_unref);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

static void
on_make_clicked_cb (LwPackagesPane *self)
{
  choose_folder (self, get_frames (self) == EACH ? _("Where Shall the Packages Go?") : _("Where Shall the Package Go?"), _("_Make It Here"), G_CALLBACK (on_folder_cb));
}

/* ---- merging ---- */

static void
on_merged_cb (LwPackagesPane *self, gint64 step, const char *text)
{
  lw_pane_did_step (LW_PANE (self), step, text);
  lw_pane_invalidate (LW_PANE (self));
}

static void
on_other_cb (GtkNativeDialog *native, int response, LwPackagesPane *self)
{
  if (response != GTK_RESPONSE_ACCEPT)
    return;
  g_autoptr (GFile) folder = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
  LwMergeWindow *window = lw_merge_window_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), lw_pane_get_desk (LW_PANE (self)), g_file_peek_path (folder));
  g_signal_connect_object (window, "merged", G_CALLBACK (on_merged_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (window));
}

static void
on_merge_clicked_cb (LwPackagesPane *self)
{
  choose_folder (self, _("Which Package or Copy?"), _("_Look at It"), G_CALLBACK (on_other_cb));
}

static void
lw_packages_pane_ready (LwPane *pane)
{
  LwPackagesPane *self = LW_PACKAGES_PANE (pane);
  gtk_widget_set_sensitive (self->merge_button, !lw_desk_is_read_only (lw_pane_get_desk (pane)));
}

static void
lw_packages_pane_class_init (LwPackagesPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  LwPaneClass *pane_class = LW_PANE_CLASS (klass);
  pane_class->ready = lw_packages_pane_ready;
  pane_class->refresh = lw_packages_pane_refresh;
  pane_class->news = LW_PANE_FRAMES;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/project/packages-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, LwPackagesPane, frames_row);
  gtk_widget_class_bind_template_child (widget_class, LwPackagesPane, person_row);
  gtk_widget_class_bind_template_child (widget_class, LwPackagesPane, nameless_switch);
  gtk_widget_class_bind_template_child (widget_class, LwPackagesPane, make_button);
  gtk_widget_class_bind_template_child (widget_class, LwPackagesPane, merge_button);
  gtk_widget_class_bind_template_child (widget_class, LwPackagesPane, list);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_bind_template_callback (widget_class, on_make_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_merge_clicked_cb);
}

static void
lw_packages_pane_init (LwPackagesPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  update (self);
}
