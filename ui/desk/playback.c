/* playback.c: plays the frames from the one on show on, each with its labels, read ahead */
#include "config.h"
#include "playback.h"

#include <math.h>

#define MAX_AHEAD 12                /* frames kept ready */
#define MIN_AHEAD 2
#define AHEAD_BYTES (96u << 20)    /* a 4K frame with its labels takes 40 MB */
#define SOURCE_BYTES (64u << 20)    /* kept by the source meanwhile: frames that were shown are not wanted again */
#define TICK_MS 8
#define STILL_SECONDS 0.2           /* a picture without a time is shown as long as this */
#define MAX_GAP_SECONDS 2.0         /* frames taken further apart than this follow each other as if they were not */

typedef struct
{
  LwImage *image;
  LwLabelMap *map;
  double due;                       /* seconds from the start */
  gboolean image_done, map_done;
} Slot;

struct _LwPlayback
{
  GObject parent_instance;
  LwDesk *desk;
  GCancellable *cancellable;        /* of this run; the answers of an older one are dropped */
  gboolean playing;
  guint tick;
  gint64 started;                   /* monotonic, moved on where a frame came late */
  guint first;                      /* position of slots[0] */
  GPtrArray *slots;                 /* of Slot: the one on show, then those ahead */
  gboolean reading_image, reading_map;
};

enum { PROP_0, PROP_PLAYING, PROP_POSITION, N_PROPS };
static GParamSpec *props[N_PROPS];
enum { SHOW, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LwPlayback, lw_playback, G_TYPE_OBJECT)

static void
slot_free (Slot *slot)
{
  g_clear_pointer (&slot->image, lw_image_unref);
  g_clear_pointer (&slot->map, lw_label_map_free);
  g_free (slot);
}

gboolean
lw_playback_is_playing (LwPlayback *self)
{
  return self->playing;
}

guint
lw_playback_get_position (LwPlayback *self)
{
  return self->playing ? self->first : lw_desk_get_position (self->desk);
}

static const LwFrame *
frame_at (LwPlayback *self, guint position)
{
  LwFrameObject *object = lw_frame_list_get (lw_desk_get_frames (self->desk), position);
  return object != NULL ? lw_frame_object_get_frame (object) : NULL;
}

/* How long the first of two neighbours stays on show. */
static double
get_duration (const LwFrame *frame, const LwFrame *next)
{
  double gap = lw_frame_get_seconds (next) - lw_frame_get_seconds (frame);
  if (isnan (gap) || gap <= 0)
    return STILL_SECONDS;
  return MIN (gap, MAX_GAP_SECONDS);
}

/* ---- reading ahead: one picture and one map at a time, in order, because sources serve the newest request first ---- */

static void read_ahead (LwPlayback *self);

static Slot *
slot_at (LwPlayback *self, guint position)
{
  guint i = position - self->first;
  return position >= self->first && i < self->slots->len ? self->slots->pdata[i] : NULL;
}

typedef struct
{
  LwPlayback *playback;
  GCancellable *run;
  guint position;
} Read;

static Read *
read_new (LwPlayback *self, guint position)
{
  Read *read = g_new0 (Read, 1);
  read->playback = g_object_ref (self);
  read->run = g_object_ref (self->cancellable);
  read->position = position;
  return read;
}

/* Returns: the slot that waits for this, if it still does. */
static Slot *
read_end (Read *read)
{
  LwPlayback *self = read->playback;
  return read->run == self->cancellable ? slot_at (self, read->position) : NULL;
}

static void
read_free (Read *read)
{
  g_object_unref (read->playback);
  g_object_unref (read->run);
  g_free (read);
}

static void
on_image_read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Read *read = data;
  LwPlayback *self = read->playback;
  LwImage *image = lw_frame_source_read_finish (LW_FRAME_SOURCE (source), result, NULL);      /* NULL: it is passed over */
  Slot *slot = read_end (read);
  if (slot != NULL)
    {
      slot->image = g_steal_pointer (&image);
      slot->image_done = TRUE;
    }
  if (read->run == self->cancellable)
    {
      self->reading_image = FALSE;
      read_ahead (self);
    }
  g_clear_pointer (&image, lw_image_unref);
  read_free (read);
}

static void
load_map_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LwPlanes) planes = lw_project_load_planes (LW_PROJECT (source), *(gint64 *) data, NULL, &error);
  if (planes != NULL)
    g_task_return_pointer (task, g_steal_pointer (&planes->plane[LW_PLANE_CLASS]), (GDestroyNotify) lw_label_map_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_map_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Read *read = data;
  LwPlayback *self = read->playback;
  LwLabelMap *map = g_task_propagate_pointer (G_TASK (result), NULL);
  Slot *slot = read_end (read);
  if (slot != NULL)
    {
      slot->map = g_steal_pointer (&map);
      slot->map_done = TRUE;
    }
  if (read->run == self->cancellable)
    {
      self->reading_map = FALSE;
      read_ahead (self);
    }
  g_clear_pointer (&map, lw_label_map_free);
  read_free (read);
}

static void
read_slot (LwPlayback *self, guint i)
{
  Slot *slot = self->slots->pdata[i];
  const LwFrame *frame = frame_at (self, self->first + i);
  LwFrameSource *source = lw_document_get_source (lw_desk_get_document (self->desk), frame->media);
  if (!slot->image_done && !self->reading_image && source != NULL)
    {
      self->reading_image = TRUE;
      lw_frame_source_read_async (source, frame->ordinal, self->cancellable, on_image_read_cb, read_new (self, self->first + i));
    }
  if (!slot->map_done && !self->reading_map)
    {
      self->reading_map = TRUE;
      lw_project_run_async (lw_desk_get_project (self->desk), load_map_in_thread, g_memdup2 (&frame->id, sizeof frame->id), g_free,
                            self->cancellable, on_map_loaded_cb, read_new (self, self->first + i));
    }
}

/* FALSE: there is no further frame of this medium. */
static gboolean
append_slot (LwPlayback *self)
{
  guint position = self->first + self->slots->len;
  const LwFrame *frame = frame_at (self, position);
  const LwFrame *before = self->slots->len > 0 ? frame_at (self, position - 1) : NULL;
  if (frame == NULL || (before != NULL && before->media != frame->media))
    return FALSE;
  Slot *slot = g_new0 (Slot, 1);
  if (before != NULL)
    slot->due = ((Slot *) self->slots->pdata[self->slots->len - 1])->due + get_duration (before, frame);
  g_ptr_array_add (self->slots, slot);
  return TRUE;
}

static guint
get_look_ahead (LwPlayback *self)
{
  const LwFrame *frame = frame_at (self, self->first);
  guint64 bytes = (guint64) MAX (frame->width, 1) * (guint64) MAX (frame->height, 1) * 5;
  return (guint) CLAMP (AHEAD_BYTES / bytes, MIN_AHEAD, MAX_AHEAD);
}

static void
read_ahead (LwPlayback *self)
{
  guint ahead = get_look_ahead (self);
  while (self->slots->len <= ahead && append_slot (self))
    ;
  for (guint i = 0; i < self->slots->len && (!self->reading_image || !self->reading_map); i++)
    read_slot (self, i);
}

/* ---- the clock ---- */

static void
show_slot (LwPlayback *self, guint i)
{
  Slot *slot = self->slots->pdata[i];
  if (slot->image != NULL)
    g_signal_emit (self, signals[SHOW], 0, slot->image, slot->map);
  if (i == 0)
    return;
  g_ptr_array_remove_range (self->slots, 0, i);
  self->first += i;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_POSITION]);
  read_ahead (self);
}

static gboolean
is_ready (const Slot *slot)
{
  return slot->image_done && slot->map_done;
}

/* Frames whose time is over are passed over; one that is not ready yet stops the clock instead. */
static gboolean
on_tick_cb (gpointer data)
{
  LwPlayback *self = data;
  double now = (double) (g_get_monotonic_time () - self->started) / G_USEC_PER_SEC;
  guint due = 0;
  read_ahead (self);      /* a medium may have been opened just now */
  for (guint i = 1; i < self->slots->len && ((Slot *) self->slots->pdata[i])->due <= now; i++)
    if (is_ready (self->slots->pdata[i]))
      due = i;
  if (due > 0)
    show_slot (self, due);
  if (self->slots->len == 1)
    {
      self->tick = 0;
      lw_playback_stop (self);
      return G_SOURCE_REMOVE;
    }
  Slot *next = self->slots->pdata[1];
  if (next->due < now && !is_ready (next))
    self->started += (gint64) ((now - next->due) * G_USEC_PER_SEC);
  return G_SOURCE_CONTINUE;
}

/* Playback keeps to one medium. */
static void
set_source_budget (LwPlayback *self, gsize bytes)
{
  const LwFrame *frame = frame_at (self, self->first);
  LwFrameSource *source = frame != NULL ? lw_document_get_source (lw_desk_get_document (self->desk), frame->media) : NULL;
  if (source != NULL)
    lw_frame_source_set_cache_budget (source, bytes);
}

void
lw_playback_start (LwPlayback *self)
{
  guint position = lw_desk_get_position (self->desk);
  if (self->playing || frame_at (self, position) == NULL)
    return;
  self->playing = TRUE;
  g_signal_emit (self, signals[SHOW], 0, NULL, NULL);      /* the last picture of the run before goes now */
  g_ptr_array_set_size (self->slots, 0);
  self->first = position;
  self->cancellable = g_cancellable_new ();
  self->reading_image = self->reading_map = FALSE;
  self->started = g_get_monotonic_time ();
  set_source_budget (self, SOURCE_BYTES);
  read_ahead (self);
  self->tick = g_timeout_add (TICK_MS, on_tick_cb, self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PLAYING]);
}

void
lw_playback_stop (LwPlayback *self)
{
  guint position = self->first;
  if (!self->playing)
    return;
  self->playing = FALSE;
  g_clear_handle_id (&self->tick, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  set_source_budget (self, LW_FRAME_SOURCE_CACHE_BYTES);
  lw_desk_go_to (self->desk, position);
  g_ptr_array_set_size (self->slots, MIN (self->slots->len, 1));      /* the one on show is lent until the frame itself is open */
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PLAYING]);
}

static void
lw_playback_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LwPlayback *self = LW_PLAYBACK (object);
  if (id == PROP_PLAYING)
    g_value_set_boolean (value, self->playing);
  else if (id == PROP_POSITION)
    g_value_set_uint (value, lw_playback_get_position (self));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
lw_playback_dispose (GObject *object)
{
  LwPlayback *self = LW_PLAYBACK (object);
  g_clear_handle_id (&self->tick, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->slots, g_ptr_array_unref);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (lw_playback_parent_class)->dispose (object);
}

static void
lw_playback_class_init (LwPlaybackClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  object_class->get_property = lw_playback_get_property;
  object_class->dispose = lw_playback_dispose;
  props[PROP_PLAYING] = g_param_spec_boolean ("playing", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_POSITION] = g_param_spec_uint ("position", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[SHOW] = g_signal_new ("show", LW_TYPE_PLAYBACK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_POINTER);
}

static void
lw_playback_init (LwPlayback *self)
{
  self->slots = g_ptr_array_new_with_free_func ((GDestroyNotify) slot_free);
}

LwPlayback *
lw_playback_new (LwDesk *desk)
{
  LwPlayback *self = g_object_new (LW_TYPE_PLAYBACK, NULL);
  self->desk = g_object_ref (desk);
  return self;
}
