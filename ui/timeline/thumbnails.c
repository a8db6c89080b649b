/* thumbnails.c: small pictures of frames, the last seen ones kept */
#include "config.h"
#include "thumbnails.h"

#define MAX_KEPT 600      /* of at most 150 KB each */

struct _LwThumbnails
{
  GObject parent_instance;
  LwDocument *document;
  GHashTable *links;      /* frame id → its link in @recent */
  GQueue recent;          /* of Kept, the one used last first */
  GPtrArray *waiting;     /* of GTask, until their medium is open */
};

typedef struct
{
  gint64 frame;
  GdkTexture *texture;
} Kept;

typedef struct
{
  gint64 frame, media;
  guint ordinal;
} Request;

G_DEFINE_FINAL_TYPE (LwThumbnails, lw_thumbnails, G_TYPE_OBJECT)

static void
kept_free (Kept *kept)
{
  g_object_unref (kept->texture);
  g_free (kept);
}

static void
keep (LwThumbnails *self, gint64 frame, GdkTexture *texture)
{
  if (g_hash_table_contains (self->links, &frame))
    return;
  Kept *kept = g_new0 (Kept, 1);
  kept->frame = frame;
  kept->texture = g_object_ref (texture);
  g_queue_push_head (&self->recent, kept);
  g_hash_table_insert (self->links, &kept->frame, self->recent.head);
  if (self->recent.length > MAX_KEPT)
    {
      kept = g_queue_pop_tail (&self->recent);
      g_hash_table_remove (self->links, &kept->frame);
      kept_free (kept);
    }
}

GdkTexture *
lw_thumbnails_peek (LwThumbnails *self, gint64 frame)
{
  GList *link = g_hash_table_lookup (self->links, &frame);
  if (link == NULL)
    return NULL;
  g_queue_unlink (&self->recent, link);
  g_queue_push_head_link (&self->recent, link);
  return ((Kept *) link->data)->texture;
}

static GdkTexture *
texture_from_image (LwImage *image)
{
  g_autoptr (GBytes) bytes = g_bytes_new_with_free_func (image->pixels, image->stride * (gsize) image->height,
                                                         (GDestroyNotify) lw_image_unref, lw_image_ref (image));
  return gdk_memory_texture_new (image->width, image->height, GDK_MEMORY_DEFAULT, bytes, image->stride);
}

static void
on_read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Request *request = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (LwImage) image = lw_frame_source_read_finish (LW_FRAME_SOURCE (source), result, &error);
  if (image == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  GdkTexture *texture = texture_from_image (image);
  keep (g_task_get_source_object (task), request->frame, texture);
  g_task_return_pointer (task, texture, g_object_unref);
}

/* FALSE: the medium is not open yet. */
static gboolean
start (LwThumbnails *self, GTask *task)
{
  Request *request = g_task_get_task_data (task);
  LwFrameSource *source = lw_document_get_source (self->document, request->media);
  if (source == NULL)
    return FALSE;
  lw_frame_source_thumbnail_async (source, request->ordinal, LW_THUMBNAIL_SIDE, g_task_get_cancellable (task), on_read_cb, g_object_ref (task));
  return TRUE;
}

static void
on_source_opened_cb (LwThumbnails *self, gint64 media)
{
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&self->waiting);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < tasks->len; i++)
    {
      GTask *task = tasks->pdata[i];
      if (!g_task_return_error_if_cancelled (task) && !start (self, task))
        g_ptr_array_add (self->waiting, g_object_ref (task));
    }
}

void
lw_thumbnails_load_async (LwThumbnails *self, const LwFrame *frame, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Request *request = g_new0 (Request, 1);
  *request = (Request) { frame->id, frame->media, frame->ordinal };
  g_task_set_task_data (task, request, g_free);
  if (!start (self, task))
    g_ptr_array_add (self->waiting, g_object_ref (task));
}

GdkTexture *
lw_thumbnails_load_finish (LwThumbnails *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Who still waits hears of the end. */
static void
lw_thumbnails_dispose (GObject *object)
{
  LwThumbnails *self = LW_THUMBNAILS (object);
  for (guint i = 0; self->waiting != NULL && i < self->waiting->len; i++)
    g_task_return_new_error (self->waiting->pdata[i], G_IO_ERROR, G_IO_ERROR_CANCELLED, "closed");
  g_clear_pointer (&self->waiting, g_ptr_array_unref);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (lw_thumbnails_parent_class)->dispose (object);
}

static void
lw_thumbnails_finalize (GObject *object)
{
  LwThumbnails *self = LW_THUMBNAILS (object);
  g_hash_table_unref (self->links);
  g_queue_clear_full (&self->recent, (GDestroyNotify) kept_free);
  G_OBJECT_CLASS (lw_thumbnails_parent_class)->finalize (object);
}

static void
lw_thumbnails_class_init (LwThumbnailsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lw_thumbnails_dispose;
  G_OBJECT_CLASS (klass)->finalize = lw_thumbnails_finalize;
}

static void
lw_thumbnails_init (LwThumbnails *self)
{
  self->links = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
}

LwThumbnails *
lw_thumbnails_new (LwDocument *document)
{
  LwThumbnails *self = g_object_new (LW_TYPE_THUMBNAILS, NULL);
  self->document = g_object_ref (document);
  g_signal_connect_object (document, "source-opened", G_CALLBACK (on_source_opened_cb), self, G_CONNECT_SWAPPED);
  return self;
}
