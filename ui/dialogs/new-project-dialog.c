/* new-project-dialog.c: name, folder, classes and media of a new project */
#include "config.h"
#include "new-project-dialog.h"

#include <glib/gi18n-lib.h>
#include "dialogs/progress-dialog.h"
#include "feedback.h"
#include "media/media-list.h"
#include "palette/palette-dialog.h"
#include "palette/swatch.h"
#include "desk/create-project.h"
#include "settings.h"

#define MAX_SWATCHES 12       /* more do not fit beside the number of classes */

/* In the order of the combo row; the last entry there is “From a File…”. */
static const char *const palettes[] = { "camvid11", "camvid32", "cityscapes" };

struct _LwNewProjectDialog
{
  AdwWindow parent_instance;
  GtkWidget *name_row, *create_button, *swatches;
  AdwActionRow *folder_row, *classes_row;
  AdwComboRow *palette_row;
  GtkLabel *place_label;
  LwMediaList *media;

  char *parent_folder;
  LwPalette *palette;
  guint load;                 /* counts the palettes asked for: only the answer to the last is taken */
  guint selected;             /* of the combo row, to go back to where a file can't be read */
  GtkWindow *progress;
  GPtrArray *requests;        /* while the project is made */
};

enum { CREATED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LwNewProjectDialog, lw_new_project_dialog, ADW_TYPE_WINDOW)

/* ---- where it will be ---- */

static char *
dup_name (LwNewProjectDialog *self)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name_row))));
}

static char *
dup_folder (LwNewProjectDialog *self)
{
  g_autofree char *name = dup_name (self);
  g_autofree char *file_name = g_filename_from_utf8 (name, -1, NULL, NULL, NULL);
  return g_build_filename (self->parent_folder, file_name != NULL ? file_name : name, NULL);
}

/* NULL: a project can be made there. */
static const char *
find_problem (const char *name, const char *folder)
{
  if (*name == '\0')
    return "";                /* nothing typed yet: no reason to scold */
  if (strchr (name, '/') != NULL || g_str_equal (name, ".") || g_str_equal (name, ".."))
    return _("A name can’t hold “/”, nor be “.” or “..”");
  if (strlen (name) > 200)
    return _("This name is too long");
  if (g_file_test (folder, G_FILE_TEST_EXISTS))
    return _("There is a file or folder of this name already");
  return NULL;
}

static void
on_place_changed_cb (LwNewProjectDialog *self)
{
  g_autofree char *name = dup_name (self);
  g_autofree char *folder = dup_folder (self);
  const char *problem = find_problem (name, folder);
  g_autofree char *shown = g_filename_display_name (folder);
  g_autofree char *text = problem != NULL ? g_strdup (problem) : g_strdup_printf (_("The project will be the folder %s"), shown);
  gtk_label_set_label (self->place_label, text);
  if (problem != NULL && *problem != '\0')
    gtk_widget_add_css_class (self->name_row, "error");
  else
    gtk_widget_remove_css_class (self->name_row, "error");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "new-project.create", problem == NULL && self->palette != NULL);
}

static void
set_parent_folder (LwNewProjectDialog *self, const char *folder)
{
  g_autofree char *shown = g_filename_display_name (folder);
  g_free (self->parent_folder);
  self->parent_folder = g_strdup (folder);
  adw_action_row_set_subtitle (self->folder_row, shown);
  on_place_changed_cb (self);
}

static void
on_folder_chosen_cb (GtkNativeDialog *native, int response, LwNewProjectDialog *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;
  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    set_parent_folder (self, path);
  gtk_native_dialog_destroy (native);
  g_object_unref (native);
}

static void
choose_folder_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwNewProjectDialog *self = LW_NEW_PROJECT_DIALOG (widget);
  GtkFileChooserNative *native = gtk_file_chooser_native_new (_("Folder for the Project"), GTK_WINDOW (self),
                                                              GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _("_Select"), _("_Cancel"));
  g_autoptr (GFile) folder = g_file_new_for_path (self->parent_folder);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (native), folder, NULL);
  g_signal_connect_object (native, "response", G_CALLBACK (on_folder_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

/* ---- classes ---- */

static void
show_palette (LwNewProjectDialog *self)
{
  GPtrArray *classes = self->palette->classes;
  g_autofree char *count = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u class", "%u classes", classes->len), classes->len);
  GtkWidget *child;
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->classes_row), count);
  while ((child = gtk_widget_get_first_child (self->swatches)) != NULL)
    gtk_box_remove (GTK_BOX (self->swatches), child);
  for (guint i = 0; i < MIN (classes->len, MAX_SWATCHES); i++)
    {
      child = lw_swatch_new (16);
      lw_swatch_set_rgb (LW_SWATCH (child), ((LwClass *) classes->pdata[i])->rgb);
      gtk_box_append (GTK_BOX (self->swatches), child);
    }
  on_place_changed_cb (self);
}

static void
take_palette (LwNewProjectDialog *self, LwPalette *palette)
{
  g_clear_pointer (&self->palette, lw_palette_free);
  self->palette = palette;
  show_palette (self);
}

/* A file of one's own may lie on a slow disk, so it is read elsewhere. */
static void
load_palette_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  LwPalette *palette = lw_palette_load (data, &error);
  if (palette != NULL)
    g_task_return_pointer (task, palette, (GDestroyNotify) lw_palette_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_palette_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  LwNewProjectDialog *self = LW_NEW_PROJECT_DIALOG (source);
  g_autoptr (GError) error = NULL;
  LwPalette *palette = g_task_propagate_pointer (G_TASK (result), &error);
  if (self->palette_row == NULL || GPOINTER_TO_UINT (data) != self->load)      /* closed, or another one was chosen meanwhile */
    {
      g_clear_pointer (&palette, lw_palette_free);
      return;
    }
  if (palette != NULL)
    {
      self->selected = adw_combo_row_get_selected (self->palette_row);
      take_palette (self, palette);
      return;
    }
  lw_report_error (GTK_WIDGET (self->media), _("Could not read the palette"), error);
  adw_combo_row_set_selected (self->palette_row, self->selected);
}

static void
load_palette (LwNewProjectDialog *self, const char *name_or_path)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_palette_loaded_cb, GUINT_TO_POINTER (++self->load));
  g_task_set_task_data (task, g_strdup (name_or_path), g_free);
  g_task_run_in_thread (task, load_palette_in_thread);
}

static void
on_palette_file_chosen_cb (GtkNativeDialog *native, int response, LwNewProjectDialog *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;
  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    load_palette (self, path);
  else
    adw_combo_row_set_selected (self->palette_row, self->selected);
  gtk_native_dialog_destroy (native);
  g_object_unref (native);
}

static void
choose_palette_file (LwNewProjectDialog *self)
{
  GtkFileChooserNative *native = gtk_file_chooser_native_new (_("Choose a Palette"), GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_OPEN,
                                                              _("_Open"), _("_Cancel"));
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
  gtk_file_filter_set_name (filter, _("Palettes (JSON)"));
  gtk_file_filter_add_suffix (filter, "json");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (native), filter);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  g_signal_connect_object (native, "response", G_CALLBACK (on_palette_file_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

static void
on_palette_selected_cb (LwNewProjectDialog *self)
{
  guint selected = adw_combo_row_get_selected (self->palette_row);
  if (selected < G_N_ELEMENTS (palettes) && (selected != self->selected || self->palette == NULL))
    load_palette (self, palettes[selected]);
  else if (selected == G_N_ELEMENTS (palettes) && selected != self->selected)
    choose_palette_file (self);
}

static void
on_palette_edited_cb (LwNewProjectDialog *self, LwPalette *palette, LwPaletteDialog *dialog)
{
  take_palette (self, lw_palette_copy (palette));
  lw_palette_dialog_finish (dialog, NULL);
}

static void
edit_classes_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwNewProjectDialog *self = LW_NEW_PROJECT_DIALOG (widget);
  if (self->palette == NULL)
    return;
  LwPaletteDialog *dialog = lw_palette_dialog_new (GTK_WINDOW (self), self->palette);
  g_signal_connect_object (dialog, "apply", G_CALLBACK (on_palette_edited_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- creating ---- */

static void create (gpointer data);

static void
on_created_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwNewProjectDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = lw_create_project_finish (result, &error);
  g_autoptr (GPtrArray) requests = g_steal_pointer (&self->requests);
  g_clear_pointer (&self->progress, gtk_window_destroy);
  if (folder == NULL)
    {
      if (self->media != NULL && !lw_media_list_resolve (self->media, requests, error, create, self))
        lw_report_error (GTK_WIDGET (self->media), _("The project could not be made"), error);
      return;
    }
  g_settings_set_string (lw_settings_get (), "last-folder", self->parent_folder);
  g_signal_emit (self, signals[CREATED], 0, folder);
  gtk_window_destroy (GTK_WINDOW (self));
}

static void
create (gpointer data)
{
  LwNewProjectDialog *self = data;
  g_autoptr (LwOperation) operation = lw_operation_new (_("Making the Project"));
  g_autofree char *folder = dup_folder (self);
  self->requests = lw_media_list_dup_requests (self->media);
  self->progress = lw_progress_dialog_new (GTK_WIDGET (self), operation);
  lw_create_project_async (folder, self->palette, self->requests, operation, on_created_cb, g_object_ref (self));
}

static void
create_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  create (widget);
}

/* What is dropped first gives the project its name, until another is typed. */
static void
suggest_name (LwNewProjectDialog *self, GFile *file)
{
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *name = path != NULL ? lw_media_dup_stem (path) : g_strdup ("");
  g_autofree char *folder = g_build_filename (self->parent_folder, name, NULL);
  if (find_problem (name, folder) == NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->name_row), name);
}

void
lw_new_project_dialog_add_media (LwNewProjectDialog *self, GFile *file)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (self->name_row)) == '\0')
    suggest_name (self, file);
  lw_media_list_add (self->media, file);
}

static char *
default_parent_folder (void)
{
  g_autofree char *last = g_settings_get_string (lw_settings_get (), "last-folder");
  const char *documents = g_get_user_special_dir (G_USER_DIRECTORY_DOCUMENTS);
  if (*last != '\0' && g_file_test (last, G_FILE_TEST_IS_DIR))
    return g_steal_pointer (&last);
  return g_strdup (documents != NULL && g_file_test (documents, G_FILE_TEST_IS_DIR) ? documents : g_get_home_dir ());
}

static void
lw_new_project_dialog_dispose (GObject *object)
{
  LwNewProjectDialog *self = LW_NEW_PROJECT_DIALOG (object);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_NEW_PROJECT_DIALOG);
  g_clear_pointer (&self->palette, lw_palette_free);
  g_clear_pointer (&self->parent_folder, g_free);
  G_OBJECT_CLASS (lw_new_project_dialog_parent_class)->dispose (object);
}

static void
lw_new_project_dialog_class_init (LwNewProjectDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_new_project_dialog_dispose;
  g_type_ensure (LW_TYPE_MEDIA_LIST);
  signals[CREATED] = g_signal_new ("created", LW_TYPE_NEW_PROJECT_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/dialogs/new-project-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, LwNewProjectDialog, name_row);
  gtk_widget_class_bind_template_child (widget_class, LwNewProjectDialog, create_button);
  gtk_widget_class_bind_template_child (widget_class, LwNewProjectDialog, folder_row);
  gtk_widget_class_bind_template_child (widget_class, LwNewProjectDialog, place_label);
  gtk_widget_class_bind_template_child (widget_class, LwNewProjectDialog, palette_row);
  gtk_widget_class_bind_template_child (widget_class, LwNewProjectDialog, classes_row);
  gtk_widget_class_bind_template_child (widget_class, LwNewProjectDialog, swatches);
  gtk_widget_class_bind_template_child (widget_class, LwNewProjectDialog, media);
  gtk_widget_class_bind_template_callback (widget_class, on_place_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_palette_selected_cb);
  gtk_widget_class_install_action (widget_class, "new-project.choose-folder", NULL, choose_folder_action);
  gtk_widget_class_install_action (widget_class, "new-project.edit-classes", NULL, edit_classes_action);
  gtk_widget_class_install_action (widget_class, "new-project.create", NULL, create_action);
}

static void
lw_new_project_dialog_init (LwNewProjectDialog *self)
{
  g_autofree char *folder = default_parent_folder ();
  const char *names[] = { "CamVid 11", "CamVid 32", "Cityscapes", _("From a File…"), NULL };
  g_autoptr (GtkStringList) model = gtk_string_list_new (names);
  self->parent_folder = g_strdup (folder);
  gtk_widget_init_template (GTK_WIDGET (self));
  set_parent_folder (self, folder);
  adw_combo_row_set_model (self->palette_row, G_LIST_MODEL (model));
  lw_media_list_accept_drops (self->media, GTK_WIDGET (self));
  gtk_window_set_default_widget (GTK_WINDOW (self), self->create_button);
  gtk_window_set_focus (GTK_WINDOW (self), self->name_row);
}

LwNewProjectDialog *
lw_new_project_dialog_new (GtkWindow *parent)
{
  return g_object_new (LW_TYPE_NEW_PROJECT_DIALOG, "transient-for", parent, NULL);
}
