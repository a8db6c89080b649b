/* media-list.c: videos, images and folders that are to be added, chosen or dropped */
#include "config.h"
#include "media-list.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "desk/create-project.h"

#define PATH_KEY "lw-path"
#define EVERY_KEY "lw-every"
#define MAX_EVERY 10000

struct _LwMediaList
{
  AdwBin parent_instance;
  GtkListBox *list;
  GtkCheckButton *copy_button;
  guint n_items;
  gboolean prefix;             /* names that are taken get the medium's before them */
  void (*again) (gpointer object);
  gpointer object;             /* a dialog that the list stands in */
};

enum { PROP_0, PROP_N_ITEMS, N_PROPS };
static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (LwMediaList, lw_media_list, ADW_TYPE_BIN)

guint
lw_media_list_get_n (LwMediaList *self)
{
  return self->n_items;
}

static void
set_n (LwMediaList *self, guint n)
{
  self->n_items = n;
  gtk_widget_set_visible (GTK_WIDGET (self->copy_button), n > 0);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_ITEMS]);
}

static GtkListBoxRow *
row_at (LwMediaList *self, guint i)
{
  return gtk_list_box_get_row_at_index (self->list, (int) i);
}

GPtrArray *
lw_media_list_dup_requests (LwMediaList *self)
{
  GPtrArray *requests = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_media_request_free);
  gboolean copy = gtk_check_button_get_active (self->copy_button);
  for (guint i = 0; i < self->n_items; i++)
    {
      GObject *row = G_OBJECT (row_at (self, i));
      guint every = (guint) gtk_spin_button_get_value_as_int (g_object_get_data (row, EVERY_KEY));
      LwMediaRequest *request = lw_media_request_new (g_object_get_data (row, PATH_KEY), every, copy);
      request->prefix = self->prefix;
      g_ptr_array_add (requests, request);
    }
  return requests;
}

static void
on_remove_clicked_cb (GtkButton *button, LwMediaList *self)
{
  gtk_list_box_remove (self->list, gtk_widget_get_ancestor (GTK_WIDGET (button), ADW_TYPE_ACTION_ROW));
  set_n (self, self->n_items - 1);
}

static GtkWidget *
create_every (GtkWidget *row, const char *name)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (_("every"));
  GtkWidget *spin = gtk_spin_button_new_with_range (1, MAX_EVERY, 1);
  g_autofree char *accessible = g_strdup_printf (_("Every n-th frame of %s"), name);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_set_valign (spin, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (box, _("Take every n-th frame: 1 takes all"));
  gtk_editable_set_width_chars (GTK_EDITABLE (spin), 3);
  gtk_accessible_update_property (GTK_ACCESSIBLE (spin), GTK_ACCESSIBLE_PROPERTY_LABEL, accessible, -1);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), spin);
  g_object_set_data (G_OBJECT (row), EVERY_KEY, spin);
  return box;
}

static GtkWidget *
create_row (LwMediaList *self, const char *path)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *remove = gtk_button_new_from_icon_name ("window-close-symbolic");
  g_autofree char *name = g_filename_display_basename (path);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *shown_folder = g_filename_display_name (folder);
  g_autofree char *accessible = g_strdup_printf (_("Remove %s"), name);

  g_object_set_data_full (G_OBJECT (row), PATH_KEY, g_strdup (path), g_free);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 1);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), shown_folder);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 1);
  adw_action_row_set_icon_name (ADW_ACTION_ROW (row), g_file_test (path, G_FILE_TEST_IS_DIR) ? "folder-symbolic" : "video-x-generic-symbolic");
  gtk_widget_set_tooltip_text (row, path);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), create_every (row, name));
  gtk_widget_set_valign (remove, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (remove, "flat");
  lw_name_widget (remove, accessible);
  g_signal_connect (remove, "clicked", G_CALLBACK (on_remove_clicked_cb), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), remove);
  return row;
}

void
lw_media_list_add (LwMediaList *self, GFile *file)
{
  g_autofree char *path = g_file_get_path (file);
  if (path == NULL)
    {
      g_autofree char *uri = g_file_get_uri (file);
      g_autoptr (GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                                              _("“%s” is not a file of this computer: copy it here first"), uri);
      lw_report_error (GTK_WIDGET (self), _("Could not add the medium"), error);
      return;
    }
  for (guint i = 0; i < self->n_items; i++)
    if (g_str_equal (g_object_get_data (G_OBJECT (row_at (self, i)), PATH_KEY), path))
      return;
  gtk_list_box_append (self->list, create_row (self, path));
  set_n (self, self->n_items + 1);
}

/* ---- names that are taken ---- */

static void
remove_added (LwMediaList *self, GPtrArray *requests)
{
  for (guint i = self->n_items; i > 0; i--)
    for (guint j = 0; j < requests->len; j++)
      {
        const LwMediaRequest *request = requests->pdata[j];
        GtkListBoxRow *row = row_at (self, i - 1);
        if (row == NULL || !request->added || !g_str_equal (g_object_get_data (G_OBJECT (row), PATH_KEY), request->path))
          continue;
        gtk_list_box_remove (self->list, GTK_WIDGET (row));
        set_n (self, self->n_items - 1);
        break;
      }
}

static const LwMediaRequest *
find_taken (GPtrArray *requests)
{
  for (guint i = 0; i < requests->len; i++)
    {
      const LwMediaRequest *request = requests->pdata[i];
      if (request->taken && !request->added && !request->prefix)
        return request;
    }
  return NULL;
}

static void
use_prefixes (gpointer data)
{
  LwMediaList *self = data;
  self->prefix = TRUE;
  if (self->list != NULL)      /* the dialog is still there */
    self->again (self->object);
}

gboolean
lw_media_list_resolve (LwMediaList *self, GPtrArray *requests, const GError *error, void (*again) (gpointer object), gpointer object)
{
  remove_added (self, requests);
  const LwMediaRequest *taken = find_taken (requests);
  if (taken == NULL)
    return FALSE;
  g_autofree char *stem = lw_media_dup_stem (taken->path);
  /* Translators: an error, and the beginning of a file's name, for instance “drive_” */
  g_autofree char *body = g_strdup_printf (_("%s.\n\nWith a prefix, the names of its frames begin with “%s_”."), error->message, stem);
  self->again = again;
  self->object = object;
  lw_ask (GTK_WIDGET (self), _("Names Are Taken"), body, _("_Use a Prefix"), FALSE, use_prefixes, self);
  return TRUE;
}

/* ---- choosers ---- */

static void
on_chosen_cb (GtkNativeDialog *native, int response, LwMediaList *self)
{
  g_autoptr (GListModel) files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (native));
  for (guint i = 0; response == GTK_RESPONSE_ACCEPT && i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);
      lw_media_list_add (self, file);
    }
  gtk_native_dialog_destroy (native);
  g_object_unref (native);
}

static void
choose (LwMediaList *self, const char *title, GtkFileChooserAction action, GtkFileFilter *filter)
{
  GtkFileChooserNative *native = gtk_file_chooser_native_new (title, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), action,
                                                              _("_Add"), _("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (native), TRUE);
  if (filter != NULL)
    gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (native), filter);
  g_signal_connect_object (native, "response", G_CALLBACK (on_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

static void
add_files_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
  gtk_file_filter_set_name (filter, _("Videos and images"));
  gtk_file_filter_add_mime_type (filter, "video/*");
  gtk_file_filter_add_mime_type (filter, "image/*");
  choose (LW_MEDIA_LIST (widget), _("Add Videos and Images"), GTK_FILE_CHOOSER_ACTION_OPEN, filter);
}

static void
add_folder_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  choose (LW_MEDIA_LIST (widget), _("Add Folders of Images"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, NULL);
}

static gboolean
on_drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, LwMediaList *self)
{
  for (GSList *l = g_value_get_boxed (value); l != NULL; l = l->next)
    lw_media_list_add (self, l->data);
  return TRUE;
}

void
lw_media_list_accept_drops (LwMediaList *self, GtkWidget *where)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  g_signal_connect_object (target, "drop", G_CALLBACK (on_drop_cb), self, 0);
  gtk_widget_add_controller (where, GTK_EVENT_CONTROLLER (target));
}

static void
lw_media_list_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_N_ITEMS)
    g_value_set_uint (value, LW_MEDIA_LIST (object)->n_items);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
lw_media_list_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), LW_TYPE_MEDIA_LIST);
  G_OBJECT_CLASS (lw_media_list_parent_class)->dispose (object);
}

static void
lw_media_list_class_init (LwMediaListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  object_class->get_property = lw_media_list_get_property;
  object_class->dispose = lw_media_list_dispose;
  props[PROP_N_ITEMS] = g_param_spec_uint ("n-items", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/media/media-list.ui");
  gtk_widget_class_bind_template_child (widget_class, LwMediaList, list);
  gtk_widget_class_bind_template_child (widget_class, LwMediaList, copy_button);
  gtk_widget_class_install_action (widget_class, "media.add-files", NULL, add_files_action);
  gtk_widget_class_install_action (widget_class, "media.add-folder", NULL, add_folder_action);
}

static void
lw_media_list_init (LwMediaList *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lw_media_list_new (void)
{
  return g_object_new (LW_TYPE_MEDIA_LIST, NULL);
}
