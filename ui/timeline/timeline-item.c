/* timeline-item.c: the thumbnail of one frame, with its status */
#include "config.h"
#include "timeline-item.h"

#include <glib/gi18n-lib.h>

struct _LwTimelineItem
{
  AdwBin parent_instance;
  GtkPicture *picture;
  GtkWidget *status_icon, *proposal_icon, *number_label;

  LwThumbnails *thumbnails;
  LwFrameObject *object;
  GCancellable *cancellable;      /* of the thumbnail on its way */
  gulong notify;
  guint position;
};

G_DEFINE_FINAL_TYPE (LwTimelineItem, lw_timeline_item, ADW_TYPE_BIN)

static void
set_status_class (GtkWidget *icon, LwFrameStatus status)
{
  for (int i = 0; i < LW_N_FRAME_STATUSES; i++)
    if (i == (int) status)
      gtk_widget_add_css_class (icon, lw_frame_status_get_nick (i));
    else
      gtk_widget_remove_css_class (icon, lw_frame_status_get_nick (i));
}

/* What a pointer that rests here, or a screen reader, learns. */
static void
describe (LwTimelineItem *self, const LwFrame *frame)
{
  g_autofree char *time = lw_frame_dup_time (frame);
  g_autoptr (GString) text = g_string_new (frame->name);
  if (time != NULL)
    g_string_append_printf (text, " · %s", time);
  g_string_append_printf (text, " · %s", lw_frame_status_get_label (frame->status));
  if (frame->has_proposal)
    g_string_append_printf (text, " · %s", _("has a proposal"));
  if (frame->assignee != NULL)
    g_string_append_printf (text, " · %s", frame->assignee);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), text->str);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text->str, -1);
}

static void
on_frame_notify_cb (LwTimelineItem *self)
{
  const LwFrame *frame = lw_frame_object_get_frame (self->object);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->status_icon), lw_frame_status_get_icon (frame->status));
  set_status_class (self->status_icon, frame->status);
  gtk_widget_set_visible (self->proposal_icon, frame->has_proposal);
  describe (self, frame);
}

guint
lw_timeline_item_get_position (LwTimelineItem *self)
{
  return self->position;
}

static void
on_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwTimelineItem) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = lw_thumbnails_load_finish (LW_THUMBNAILS (source), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->picture == NULL)
    return;
  g_clear_object (&self->cancellable);
  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));      /* NULL where it can't be read: an empty frame */
}

static void
show_thumbnail (LwTimelineItem *self, const LwFrame *frame)
{
  GdkTexture *texture = lw_thumbnails_peek (self->thumbnails, frame->id);
  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
  if (texture != NULL)
    return;
  self->cancellable = g_cancellable_new ();
  lw_thumbnails_load_async (self->thumbnails, frame, self->cancellable, on_loaded_cb, g_object_ref (self));
}

void
lw_timeline_item_set_frame (LwTimelineItem *self, LwFrameObject *object, guint position)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->object != NULL)
    g_clear_signal_handler (&self->notify, self->object);
  g_set_object (&self->object, object);
  self->position = position;
  if (object == NULL)
    {
      gtk_picture_set_paintable (self->picture, NULL);
      return;
    }
  g_autofree char *number = g_strdup_printf ("%u", position + 1);
  gtk_label_set_label (GTK_LABEL (self->number_label), number);
  self->notify = g_signal_connect_swapped (object, "notify", G_CALLBACK (on_frame_notify_cb), self);
  on_frame_notify_cb (self);
  show_thumbnail (self, lw_frame_object_get_frame (object));
}

static void
lw_timeline_item_dispose (GObject *object)
{
  LwTimelineItem *self = LW_TIMELINE_ITEM (object);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->object != NULL)
    g_clear_signal_handler (&self->notify, self->object);
  g_clear_object (&self->object);
  g_clear_object (&self->thumbnails);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_TIMELINE_ITEM);
  G_OBJECT_CLASS (lw_timeline_item_parent_class)->dispose (object);
}

static void
lw_timeline_item_class_init (LwTimelineItemClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_timeline_item_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/timeline/timeline-item.ui");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_bind_template_child (widget_class, LwTimelineItem, picture);
  gtk_widget_class_bind_template_child (widget_class, LwTimelineItem, status_icon);
  gtk_widget_class_bind_template_child (widget_class, LwTimelineItem, proposal_icon);
  gtk_widget_class_bind_template_child (widget_class, LwTimelineItem, number_label);
}

static void
lw_timeline_item_init (LwTimelineItem *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lw_timeline_item_new (LwThumbnails *thumbnails)
{
  LwTimelineItem *self = g_object_new (LW_TYPE_TIMELINE_ITEM, NULL);
  self->thumbnails = g_object_ref (thumbnails);
  return GTK_WIDGET (self);
}
