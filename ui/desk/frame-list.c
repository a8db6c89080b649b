/* frame-list.c: the frames of the project in display order, found by id, name, number, time or status */
#include "config.h"
#include "frame-list.h"

#include <math.h>

struct _LwFrameList
{
  GObject parent_instance;
  GPtrArray *objects;         /* of LwFrameObject */
  GHashTable *positions;      /* id (gint64, in the frame) → position + 1 */
  guint counts[LW_N_FRAME_STATUSES];
};

enum { PROP_0, PROP_N_ITEMS, N_PROPS };
static GParamSpec *props[N_PROPS];
enum { STATUS_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void list_model_init (GListModelInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (LwFrameList, lw_frame_list, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static GType
get_item_type (GListModel *model)
{
  return LW_TYPE_FRAME_OBJECT;
}

static guint
get_n_items (GListModel *model)
{
  return LW_FRAME_LIST (model)->objects->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  LwFrameObject *object = lw_frame_list_get (LW_FRAME_LIST (model), position);
  return object != NULL ? g_object_ref (object) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

guint
lw_frame_list_get_n (LwFrameList *self)
{
  return self->objects->len;
}

LwFrameObject *
lw_frame_list_get (LwFrameList *self, guint position)
{
  return position < self->objects->len ? self->objects->pdata[position] : NULL;
}

static const LwFrame *
frame_at (LwFrameList *self, guint position)
{
  return lw_frame_object_get_frame (self->objects->pdata[position]);
}

guint
lw_frame_list_find_id (LwFrameList *self, gint64 id)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->positions, &id)) - 1;      /* absent: 0 - 1 is NONE */
}

static void
index_frames (LwFrameList *self)
{
  g_hash_table_remove_all (self->positions);
  memset (self->counts, 0, sizeof self->counts);
  for (guint i = 0; i < self->objects->len; i++)
    {
      const LwFrame *frame = frame_at (self, i);
      g_hash_table_insert (self->positions, g_memdup2 (&frame->id, sizeof frame->id), GUINT_TO_POINTER (i + 1));
      self->counts[frame->status]++;
    }
}

/* An object that a widget may hold stays the same object. */
static LwFrameObject *
reuse_object (LwFrameList *self, LwFrame *frame)
{
  LwFrameObject *old = lw_frame_list_get (self, lw_frame_list_find_id (self, frame->id));
  if (old == NULL)
    return lw_frame_object_new (frame);
  lw_frame_object_update (old, frame);
  return g_object_ref (old);
}

/* Equal ends are kept, so that adding media to 10,000 frames moves nothing that is on show. */
static void
emit_difference (LwFrameList *self, GPtrArray *old)
{
  guint start = 0, end = 0, n_old = old->len, n_new = self->objects->len, shorter = MIN (n_old, n_new);
  while (start < shorter && old->pdata[start] == self->objects->pdata[start])
    start++;
  while (end < shorter - start && old->pdata[n_old - 1 - end] == self->objects->pdata[n_new - 1 - end])
    end++;
  if (n_old - start - end > 0 || n_new - start - end > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), start, n_old - start - end, n_new - start - end);
  if (n_old != n_new)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_ITEMS]);
}

void
lw_frame_list_set_frames (LwFrameList *self, GPtrArray *frames)
{
  g_autoptr (GPtrArray) old = self->objects;
  GPtrArray *objects = g_ptr_array_new_full (frames->len, g_object_unref);
  g_ptr_array_set_free_func (frames, NULL);
  for (guint i = 0; i < frames->len; i++)
    g_ptr_array_add (objects, reuse_object (self, frames->pdata[i]));
  g_ptr_array_set_size (frames, 0);
  self->objects = objects;
  index_frames (self);
  emit_difference (self, old);
  g_signal_emit (self, signals[STATUS_CHANGED], 0);
}

void
lw_frame_list_update (LwFrameList *self, LwFrame *frame)
{
  LwFrameObject *object = lw_frame_list_get (self, lw_frame_list_find_id (self, frame->id));
  if (object == NULL)
    {
      lw_frame_free (frame);
      return;
    }
  self->counts[lw_frame_object_get_frame (object)->status]--;
  self->counts[frame->status]++;
  lw_frame_object_update (object, frame);
  g_signal_emit (self, signals[STATUS_CHANGED], 0);
}

guint
lw_frame_list_count (LwFrameList *self, LwFrameStatus status)
{
  return self->counts[status];
}

guint
lw_frame_list_find_new (LwFrameList *self, guint from, int step)
{
  return lw_frame_list_find_status (self, LW_FRAME_NEW, from, step);
}

guint
lw_frame_list_find_status (LwFrameList *self, LwFrameStatus status, guint from, int step)
{
  guint n = self->objects->len;
  for (guint i = 1; i <= n; i++)
    {
      guint position = (guint) (((gint64) (from < n ? from : 0) + (gint64) n + (gint64) step * i) % n);
      if (frame_at (self, position)->status == status)
        return position;
    }
  return LW_FRAME_LIST_NONE;
}

/* ---- by text ---- */

/* "1:02:03.5", "1:02.5", "12.5", "12s"; NAN for anything else, and for a whole number, which is a frame's. */
static double
parse_time (const char *text)
{
  double seconds = 0;
  gboolean is_time = FALSE;
  for (;;)
    {
      char *end;
      double value = g_ascii_isdigit (*text) ? g_ascii_strtod (text, &end) : NAN;
      if (isnan (value) || isinf (value))
        return NAN;
      seconds = seconds * 60 + value;
      if (*end == '\0')
        return is_time || memchr (text, '.', end - text) != NULL ? seconds : NAN;
      if (g_ascii_strcasecmp (end, "s") == 0)
        return seconds;
      if (*end != ':')
        return NAN;
      is_time = TRUE;
      text = end + 1;
    }
}

/* The frame on show at that time: the last one that begins at or before it. */
static guint
find_time (LwFrameList *self, double seconds, guint from)
{
  gint64 medium = from < self->objects->len ? frame_at (self, from)->media : 0;
  guint best = LW_FRAME_LIST_NONE;
  double first = NAN;
  for (guint i = 0; i < self->objects->len; i++)
    {
      const LwFrame *frame = frame_at (self, i);
      double time = lw_frame_get_seconds (frame);
      if (isnan (time) || (medium != 0 && frame->media != medium))
        continue;
      if (isnan (first))
        first = frame->ordinal == 0 ? time : 0;
      if (best == LW_FRAME_LIST_NONE || time - first <= seconds + 1e-6)
        best = i;
    }
  return best;
}

static guint
find_number (LwFrameList *self, const char *text)
{
  guint64 number;
  if (g_ascii_string_to_unsigned (text, 10, 1, MAX (self->objects->len, 1), &number, NULL))
    return (guint) number - 1;
  return LW_FRAME_LIST_NONE;
}

/* The same part of a name again finds the next frame that has it. */
static guint
find_name (LwFrameList *self, const char *text, guint from, gboolean whole)
{
  guint n = self->objects->len;
  g_autofree char *wanted = g_utf8_casefold (text, -1);
  for (guint i = 1; i <= n; i++)
    {
      guint position = (guint) (((guint64) (from < n ? from : n - 1) + i) % n);
      g_autofree char *name = g_utf8_casefold (frame_at (self, position)->name, -1);
      if (whole ? g_str_equal (name, wanted) : strstr (name, wanted) != NULL)
        return position;
    }
  return LW_FRAME_LIST_NONE;
}

guint
lw_frame_list_find_text (LwFrameList *self, const char *text, guint from)
{
  g_autofree char *wanted = g_strstrip (g_strdup (text));
  guint found;
  if (*wanted == '\0' || self->objects->len == 0)
    return LW_FRAME_LIST_NONE;
  if (*wanted == '#')
    return find_number (self, wanted + 1);
  if ((found = find_name (self, wanted, from, TRUE)) != LW_FRAME_LIST_NONE)
    return found;
  double seconds = parse_time (wanted);
  if (!isnan (seconds) && (found = find_time (self, seconds, from)) != LW_FRAME_LIST_NONE)
    return found;
  found = find_number (self, wanted);
  return found != LW_FRAME_LIST_NONE ? found : find_name (self, wanted, from, FALSE);
}

static void
lw_frame_list_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_N_ITEMS)
    g_value_set_uint (value, LW_FRAME_LIST (object)->objects->len);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
lw_frame_list_finalize (GObject *object)
{
  LwFrameList *self = LW_FRAME_LIST (object);
  g_ptr_array_unref (self->objects);
  g_hash_table_unref (self->positions);
  G_OBJECT_CLASS (lw_frame_list_parent_class)->finalize (object);
}

static void
lw_frame_list_class_init (LwFrameListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  object_class->get_property = lw_frame_list_get_property;
  object_class->finalize = lw_frame_list_finalize;
  props[PROP_N_ITEMS] = g_param_spec_uint ("n-items", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[STATUS_CHANGED] = g_signal_new ("status-changed", LW_TYPE_FRAME_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lw_frame_list_init (LwFrameList *self)
{
  self->objects = g_ptr_array_new_with_free_func (g_object_unref);
  self->positions = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

LwFrameList *
lw_frame_list_new (void)
{
  return g_object_new (LW_TYPE_FRAME_LIST, NULL);
}
