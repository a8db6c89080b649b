/* add-media-dialog.c: more videos and images for an open project */
#include "config.h"
#include "add-media-dialog.h"

#include <glib/gi18n-lib.h>
#include "dialogs/progress-dialog.h"
#include "feedback.h"
#include "media/media-list.h"
#include "desk/create-project.h"

struct _LwAddMediaDialog
{
  AdwWindow parent_instance;
  LwMediaList *media;
  LwDesk *desk;
  GtkWindow *progress;
  GPtrArray *requests;        /* while they are added */
};

G_DEFINE_FINAL_TYPE (LwAddMediaDialog, lw_add_media_dialog, ADW_TYPE_WINDOW)

static void add (gpointer data);

static void
on_added_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwAddMediaDialog) self = data;
  g_autoptr (GError) error = NULL;
  gboolean added = lw_add_media_finish (LW_PROJECT (source), result, &error);
  g_autoptr (GPtrArray) requests = g_steal_pointer (&self->requests);
  g_clear_pointer (&self->progress, gtk_window_destroy);
  if (added)
    gtk_window_destroy (GTK_WINDOW (self));
  else if (self->media != NULL && !lw_media_list_resolve (self->media, requests, error, add, self))
    lw_report_error (GTK_WIDGET (self->media), _("Could not add the media"), error);
}

static void
add (gpointer data)
{
  LwAddMediaDialog *self = data;
  g_autoptr (LwOperation) operation = lw_operation_new (_("Adding Media"));
  self->requests = lw_media_list_dup_requests (self->media);
  self->progress = lw_progress_dialog_new (GTK_WIDGET (self), operation);
  lw_add_media_async (lw_desk_get_project (self->desk), self->requests, operation, on_added_cb, g_object_ref (self));
}

static void
add_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  add (widget);
}

static void
on_n_items_cb (LwAddMediaDialog *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "add-media.add", lw_media_list_get_n (self->media) > 0);
}

void
lw_add_media_dialog_add (LwAddMediaDialog *self, GFile *file)
{
  lw_media_list_add (self->media, file);
}

static void
lw_add_media_dialog_dispose (GObject *object)
{
  LwAddMediaDialog *self = LW_ADD_MEDIA_DIALOG (object);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_ADD_MEDIA_DIALOG);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (lw_add_media_dialog_parent_class)->dispose (object);
}

static void
lw_add_media_dialog_class_init (LwAddMediaDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_add_media_dialog_dispose;
  g_type_ensure (LW_TYPE_MEDIA_LIST);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/dialogs/add-media-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, LwAddMediaDialog, media);
  gtk_widget_class_install_action (widget_class, "add-media.add", NULL, add_action);
}

static void
lw_add_media_dialog_init (LwAddMediaDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  lw_media_list_accept_drops (self->media, GTK_WIDGET (self));
  g_signal_connect_object (self->media, "notify::n-items", G_CALLBACK (on_n_items_cb), self, G_CONNECT_SWAPPED);
  on_n_items_cb (self);
}

LwAddMediaDialog *
lw_add_media_dialog_new (GtkWindow *parent, LwDesk *desk)
{
  LwAddMediaDialog *self = g_object_new (LW_TYPE_ADD_MEDIA_DIALOG, "transient-for", parent, NULL);
  self->desk = g_object_ref (desk);
  return self;
}
