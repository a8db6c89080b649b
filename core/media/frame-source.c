/* frame-source.c: one medium's frames, decoded on a thread of its own
 *
 * The thread takes what is wanted most: the newest full read, then reading ahead of the last one in the direction of travel, then
 * thumbnails in ascending order from the last one made (a video is decoded once, not once a thumbnail). A full read that arrives
 * interrupts the other two. All state that both sides see is under one lock, which is never held while anything is decoded. The
 * thread holds a reference on that state alone: closing a source never waits for the decoder. */
#include "config.h"
#include "media/frame-source.h"

#include <glib/gi18n-lib.h>
#include "media/frame-cache.h"
#include "media/reader.h"

#define AHEAD_FRAMES 2
#define STEP_BACK_FRAMES 8                /* a read at most this far before the last one is a step back, not a jump */
#define REST_AFTER_US (3 * G_USEC_PER_SEC)

typedef struct {
  guint ordinal;
  int max_side;                           /* 0: a full read */
} Request;

typedef struct {
  gatomicrefcount refs;
  GMutex lock;
  GCond wake;
  gboolean running, stop;
  GQueue reads;                           /* of GTask, newest first; task data: Request */
  GQueue thumbnails;                      /* of GTask */
  guint last_thumbnail;
  gint64 position;                        /* the ordinal read last, -1: none */
  gboolean backwards;
  guint ahead[AHEAD_FRAMES];              /* ordinals to read ahead, nearest first */
  guint n_ahead;
  gsize frame_bytes;                      /* of the last full frame */
  LwFrameCache *cache;
  GCancellable *background;               /* of what isn't a full read, while it is under way */
  guint n_frames;

  LwReader *reader;                       /* the thread's own, once it runs */
  guint target;                           /* the thread's own: what is being decoded */
} Worker;

struct _LwFrameSource {
  GObject parent_instance;
  Worker *worker;
};

G_DEFINE_FINAL_TYPE (LwFrameSource, lw_frame_source, G_TYPE_OBJECT)

static void
worker_unref (Worker *worker)
{
  if (!g_atomic_ref_count_dec (&worker->refs))
    return;
  lw_reader_free (worker->reader);
  lw_frame_cache_free (worker->cache);
  g_clear_object (&worker->background);
  g_mutex_clear (&worker->lock);
  g_cond_clear (&worker->wake);
  g_free (worker);
}

static const Request *
request (GTask *task)
{
  return g_task_get_task_data (task);
}

/* ---- what to do next; all of it under the lock ---- */

static void
take_cancelled (GQueue *queue, GPtrArray *taken)
{
  for (GList *link = queue->head, *next; link != NULL; link = next)
    {
      next = link->next;
      if (g_cancellable_is_cancelled (g_task_get_cancellable (link->data)))
        {
          g_ptr_array_add (taken, link->data);
          g_queue_delete_link (queue, link);
        }
    }
}

static void
take_same (GQueue *queue, guint ordinal, GPtrArray *taken)
{
  for (GList *link = queue->head, *next; link != NULL; link = next)
    {
      next = link->next;
      if (request (link->data)->ordinal == ordinal)
        {
          g_ptr_array_add (taken, link->data);
          g_queue_delete_link (queue, link);
        }
    }
}

/* The first at or after the last one made, or else the first of all. */
static GTask *
take_thumbnail (Worker *worker)
{
  GList *best = NULL;
  for (GList *link = worker->thumbnails.head; link != NULL; link = link->next)
    {
      /* Unsigned: what lies before the last one counts as far away. */
      guint distance = request (link->data)->ordinal - worker->last_thumbnail;
      if (best == NULL || distance < request (best->data)->ordinal - worker->last_thumbnail)
        best = link;
    }
  GTask *task = best->data;
  g_queue_delete_link (&worker->thumbnails, best);
  return task;
}

static guint
frames_in (Worker *worker, gsize bytes)
{
  return worker->frame_bytes > 0 ? (guint) MIN (bytes / worker->frame_bytes, 1 << 20) : 0;
}

/* Plans reading ahead of @ordinal, as far as the cache can hold it beside the frame itself. */
static void
plan_ahead (Worker *worker, guint ordinal)
{
  guint room = frames_in (worker, lw_frame_cache_get_budget (worker->cache));
  worker->n_ahead = 0;
  for (guint i = 1; i <= AHEAD_FRAMES && i < room; i++)
    {
      gint64 wanted = (gint64) ordinal + (worker->backwards ? -(gint64) i : (gint64) i);
      if (wanted >= 0 && wanted < worker->n_frames && !lw_frame_cache_has (worker->cache, (guint) wanted))
        worker->ahead[worker->n_ahead++] = (guint) wanted;
    }
}

static void
note_position (Worker *worker, guint ordinal)
{
  gint64 step = (gint64) ordinal - worker->position;
  if (worker->position >= 0 && step != 0)
    worker->backwards = step < 0 && step >= -STEP_BACK_FRAMES;
  worker->position = ordinal;
  plan_ahead (worker, ordinal);
}

/* ---- the thread ---- */

/* Stepping back through a video, the frames before the wanted one are decoded anyway: half the budget holds them. */
static gboolean
wants_cb (guint ordinal, gpointer data)
{
  Worker *worker = data;
  g_mutex_lock (&worker->lock);
  guint room = frames_in (worker, lw_frame_cache_get_budget (worker->cache) / 2);
  gboolean wanted = worker->backwards && ordinal < worker->target && worker->target - ordinal <= room
                    && !lw_frame_cache_has (worker->cache, ordinal);
  g_mutex_unlock (&worker->lock);
  return wanted;
}

static void
keep_cb (guint ordinal, LwImage *image, gpointer data)
{
  Worker *worker = data;
  g_mutex_lock (&worker->lock);
  lw_frame_cache_put (worker->cache, ordinal, image);
  g_mutex_unlock (&worker->lock);
}

static LwImage *
cached (Worker *worker, guint ordinal)
{
  g_mutex_lock (&worker->lock);
  LwImage *image = lw_frame_cache_get (worker->cache, ordinal);
  g_mutex_unlock (&worker->lock);
  return image;
}

static LwImage *
decode (Worker *worker, guint ordinal, GCancellable *cancellable, GError **error)
{
  LwReaderSink sink = { wants_cb, keep_cb, worker };
  worker->target = ordinal;
  LwImage *image = worker->reader->klass->read (worker->reader, ordinal, &sink, cancellable, error);
  if (image == NULL)
    return NULL;
  g_mutex_lock (&worker->lock);
  worker->frame_bytes = image->stride * (gsize) image->height;
  lw_frame_cache_put (worker->cache, ordinal, image);
  g_mutex_unlock (&worker->lock);
  return image;
}

static void
answer (GTask *task, LwImage *image, const GError *error)
{
  if (image != NULL)
    g_task_return_pointer (task, lw_image_ref (image), (GDestroyNotify) lw_image_unref);
  else
    g_task_return_error (task, g_error_copy (error));
  g_object_unref (task);
}

static void
serve_read (Worker *worker, GTask *task)
{
  guint ordinal = request (task)->ordinal;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) others = g_ptr_array_new ();
  g_autoptr(LwImage) image = cached (worker, ordinal);
  if (image == NULL)
    image = decode (worker, ordinal, g_task_get_cancellable (task), &error);

  g_mutex_lock (&worker->lock);
  if (image != NULL)
    {
      take_same (&worker->reads, ordinal, others);
      plan_ahead (worker, (guint) worker->position);
    }
  g_mutex_unlock (&worker->lock);
  answer (task, image, error);
  for (guint i = 0; i < others->len; i++)
    answer (g_ptr_array_index (others, i), image, NULL);
}

static void
read_ahead (Worker *worker, guint ordinal, GCancellable *cancellable)
{
  g_autoptr(LwImage) image = cached (worker, ordinal);
  if (image == NULL)
    image = decode (worker, ordinal, cancellable, NULL);      /* a read of it will tell what was wrong */
}

static LwImage *
make_thumbnail (Worker *worker, const Request *wanted, GCancellable *cancellable, GError **error)
{
  g_autoptr(LwImage) full = cached (worker, wanted->ordinal);
  if (full != NULL)
    return lw_image_scale_down (full, wanted->max_side, wanted->max_side);
  return worker->reader->klass->thumbnail (worker->reader, wanted->ordinal, wanted->max_side, cancellable, error);
}

static void
serve_thumbnail (Worker *worker, GTask *task, GCancellable *cancellable)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwImage) image = make_thumbnail (worker, request (task), cancellable, &error);
  if (image != NULL || !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      answer (task, image, error);
      return;
    }
  g_mutex_lock (&worker->lock);
  g_queue_push_head (&worker->thumbnails, task);              /* it made way for a read: later, then */
  g_mutex_unlock (&worker->lock);
}

/* Does one thing and returns TRUE, or FALSE if there is nothing. Called and left with the lock held. */
static gboolean
work (Worker *worker)
{
  if (worker->reads.length > 0)
    {
      GTask *task = g_queue_pop_head (&worker->reads);
      g_mutex_unlock (&worker->lock);
      serve_read (worker, task);
      g_mutex_lock (&worker->lock);
      return TRUE;
    }
  if (worker->n_ahead == 0 && worker->thumbnails.length == 0)
    return FALSE;

  gboolean ahead = worker->n_ahead > 0;
  guint ordinal = worker->ahead[0];
  GTask *task = ahead ? NULL : take_thumbnail (worker);
  if (ahead)
    memmove (worker->ahead, worker->ahead + 1, sizeof *worker->ahead * --worker->n_ahead);
  else
    worker->last_thumbnail = request (task)->ordinal;
  g_clear_object (&worker->background);
  g_autoptr(GCancellable) cancellable = g_object_ref (worker->background = g_cancellable_new ());
  g_mutex_unlock (&worker->lock);
  if (ahead)
    read_ahead (worker, ordinal, cancellable);
  else
    serve_thumbnail (worker, task, cancellable);
  g_mutex_lock (&worker->lock);
  return TRUE;
}

static void
answer_cancelled (Worker *worker)
{
  g_autoptr(GPtrArray) tasks = g_ptr_array_new ();
  g_autoptr(GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled"));
  take_cancelled (&worker->reads, tasks);
  take_cancelled (&worker->thumbnails, tasks);
  if (tasks->len == 0)
    return;
  g_mutex_unlock (&worker->lock);
  for (guint i = 0; i < tasks->len; i++)
    answer (g_ptr_array_index (tasks, i), NULL, error);
  g_mutex_lock (&worker->lock);
}

static void
wait_for_work (Worker *worker)
{
  gint64 end = g_get_monotonic_time () + REST_AFTER_US;
  if (g_cond_wait_until (&worker->wake, &worker->lock, end) || worker->reader->klass->rest == NULL)
    return;
  g_mutex_unlock (&worker->lock);
  worker->reader->klass->rest (worker->reader);
  g_mutex_lock (&worker->lock);
  while (!worker->stop && worker->reads.length + worker->thumbnails.length + worker->n_ahead == 0)
    g_cond_wait (&worker->wake, &worker->lock);
}

static gpointer
run_worker (gpointer data)
{
  Worker *worker = data;
  g_mutex_lock (&worker->lock);
  while (!worker->stop)
    {
      answer_cancelled (worker);
      if (!work (worker) && !worker->stop)
        wait_for_work (worker);
    }
  g_mutex_unlock (&worker->lock);
  worker_unref (worker);
  return NULL;
}

/* Under the lock. */
static void
wake (Worker *worker)
{
  if (!worker->running)
    {
      worker->running = TRUE;
      g_atomic_ref_count_inc (&worker->refs);
      g_thread_unref (g_thread_new ("frame-source", run_worker, worker));
    }
  g_cond_signal (&worker->wake);
}

/* ---- the object ---- */

static void
lw_frame_source_finalize (GObject *object)
{
  Worker *worker = ((LwFrameSource *) object)->worker;
  if (worker != NULL)
    {
      g_mutex_lock (&worker->lock);
      worker->stop = TRUE;
      if (worker->background != NULL)
        g_cancellable_cancel (worker->background);
      g_cond_signal (&worker->wake);
      g_mutex_unlock (&worker->lock);
      worker_unref (worker);
    }
  G_OBJECT_CLASS (lw_frame_source_parent_class)->finalize (object);
}

static void
lw_frame_source_class_init (LwFrameSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lw_frame_source_finalize;
}

static void
lw_frame_source_init (LwFrameSource *self)
{
}

LwFrameSource *
lw_frame_source_new (LwMediaKind kind, const char *path, GBytes *index, GError **error)
{
  g_return_val_if_fail (path != NULL && index != NULL, NULL);
  LwReader *reader = kind == LW_MEDIA_IMAGES ? lw_images_reader_new (path, index, error) : lw_video_reader_new (path, index, error);
  if (reader == NULL)
    return NULL;

  Worker *worker = g_new0 (Worker, 1);
  g_atomic_ref_count_init (&worker->refs);
  g_mutex_init (&worker->lock);
  g_cond_init (&worker->wake);
  worker->reader = reader;
  worker->n_frames = reader->n_frames;
  worker->position = -1;
  worker->cache = lw_frame_cache_new (LW_FRAME_SOURCE_CACHE_BYTES);
  LwFrameSource *self = g_object_new (LW_TYPE_FRAME_SOURCE, NULL);
  self->worker = worker;
  return self;
}

guint
lw_frame_source_get_n_frames (LwFrameSource *source)
{
  g_return_val_if_fail (LW_IS_FRAME_SOURCE (source), 0);
  return source->worker->n_frames;
}

GBytes *
lw_frame_source_read_file (LwFrameSource *source, guint ordinal, GError **error)
{
  g_return_val_if_fail (LW_IS_FRAME_SOURCE (source) && ordinal < source->worker->n_frames, NULL);
  LwReader *reader = source->worker->reader;
  return reader->klass->read_file != NULL ? reader->klass->read_file (reader, ordinal, error) : NULL;
}

void
lw_frame_source_set_cache_budget (LwFrameSource *source, gsize bytes)
{
  g_return_if_fail (LW_IS_FRAME_SOURCE (source));
  g_mutex_lock (&source->worker->lock);
  lw_frame_cache_set_budget (source->worker->cache, bytes);
  g_mutex_unlock (&source->worker->lock);
}

static void
ask (LwFrameSource *source, guint ordinal, int max_side, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  Worker *worker = source->worker;
  GTask *task = g_task_new (source, cancellable, callback, data);
  g_task_set_source_tag (task, ask);
  if (ordinal >= worker->n_frames)
    {
      g_task_return_new_error (task, LW_MEDIA_ERROR, LW_MEDIA_ERROR_NOT_FOUND, _("There is no frame %u: the last one is %u"), ordinal,
                               worker->n_frames - 1);
      g_object_unref (task);
      return;
    }
  Request *wanted = g_new (Request, 1);
  *wanted = (Request) { ordinal, max_side };
  g_task_set_task_data (task, wanted, g_free);

  g_mutex_lock (&worker->lock);
  g_queue_push_head (max_side > 0 ? &worker->thumbnails : &worker->reads, task);
  if (max_side == 0)
    {
      note_position (worker, ordinal);
      if (worker->background != NULL)
        g_cancellable_cancel (worker->background);
    }
  wake (worker);
  g_mutex_unlock (&worker->lock);
}

void
lw_frame_source_read_async (LwFrameSource *source, guint ordinal, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_return_if_fail (LW_IS_FRAME_SOURCE (source));
  ask (source, ordinal, 0, cancellable, callback, data);
}

void
lw_frame_source_thumbnail_async (LwFrameSource *source, guint ordinal, int max_side, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer data)
{
  g_return_if_fail (LW_IS_FRAME_SOURCE (source) && max_side > 0);
  ask (source, ordinal, max_side, cancellable, callback, data);
}

LwImage *
lw_frame_source_read_finish (LwFrameSource *source, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, source) && g_async_result_is_tagged (result, ask), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
store_result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

LwImage *
lw_frame_source_read (LwFrameSource *source, guint ordinal, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (LW_IS_FRAME_SOURCE (source), NULL);
  LwImage *image = lw_frame_source_peek (source, ordinal);
  if (image != NULL)
    return image;

  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_main_context_push_thread_default (context);
  lw_frame_source_read_async (source, ordinal, cancellable, store_result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  return lw_frame_source_read_finish (source, result, error);
}

LwImage *
lw_frame_source_peek (LwFrameSource *source, guint ordinal)
{
  g_return_val_if_fail (LW_IS_FRAME_SOURCE (source), NULL);
  Worker *worker = source->worker;
  g_mutex_lock (&worker->lock);
  LwImage *image = lw_frame_cache_get (worker->cache, ordinal);
  if (image != NULL)
    {
      note_position (worker, ordinal);
      if (worker->n_ahead > 0)
        wake (worker);
    }
  g_mutex_unlock (&worker->lock);
  return image;
}
