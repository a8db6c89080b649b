/* load.c: a frame's planes and history as its painter left them: what the file has, and then the strokes still on their way to it */
#include "config.h"
#include "store/journal/history.h"
#include "store/journal/strokes.h"
#include "store/project/project-private.h"

#include <glib/gi18n-lib.h>

typedef struct { gint64 frame; GPtrArray *strokes; } Pending;

static void
take_pending (gpointer stroke, gpointer data)
{
  Pending *pending = data;
  if (((LwStroke *) stroke)->frame == pending->frame)
    g_ptr_array_add (pending->strokes, lw_stroke_ref (stroke));
}

static GPtrArray *
list_pending (LwProject *self, gint64 frame)
{
  GPtrArray *strokes = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_stroke_unref);
  if (self->writer != NULL)
    lw_writer_foreach_kept (self->writer, take_pending, &(Pending) { frame, strokes });
  return strokes;
}

/* The list was taken before the file was read: some of it may be there by now. */
static gboolean
is_written (LwDb *db, const LwStroke *stroke)
{
  gint64 id;
  return lw_db_get (db, &id, NULL, "SELECT id FROM stroke WHERE uuid = ?", "s", stroke->uuid) != 0;
}

static void
add_pending (LwDb *db, GPtrArray *pending, LwPlanes *planes, LwHistory *history)
{
  for (guint i = 0; i < pending->len; i++)
    {
      const LwStroke *stroke = pending->pdata[i];
      const LwLabelMap *map = planes->plane[LW_PLANE_CLASS];
      if (is_written (db, stroke) || g_atomic_int_get (&stroke->failed) || !lw_diff_fits (stroke->diff, map->width, map->height))
        continue;
      if (lw_history_add (history, stroke->uuid, stroke->undoes))
        lw_diff_apply (stroke->diff, planes);
    }
}

LwPlanes *
lw_project_load_planes (LwProject *self, gint64 frame, LwHistory **history, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);

  LwFrameHead head;
  g_autoptr(GPtrArray) pending = list_pending (self, frame);
  g_autoptr(LwDb) db = lw_project_read (self, error);
  if (db == NULL || !lw_db_begin_read (db, error) || !lw_frame_head_read (db, frame, &head, error))
    return NULL;
  g_autoptr(LwHistory) read = history != NULL || pending->len > 0 ? lw_history_read (db, frame, error) : lw_history_new ();
  g_autoptr(LwPlanes) planes = read != NULL ? lw_working_load (db, &head, error) : NULL;
  if (planes == NULL)
    return NULL;
  add_pending (db, pending, planes, read);
  if (history != NULL)
    *history = g_steal_pointer (&read);
  return g_steal_pointer (&planes);
}

static LwDiff *
find_pending_diff (LwProject *self, gint64 frame, const char *uuid)
{
  g_autoptr(GPtrArray) pending = list_pending (self, frame);
  for (guint i = 0; i < pending->len; i++)
    if (g_strcmp0 (((LwStroke *) pending->pdata[i])->uuid, uuid) == 0)
      return lw_diff_ref (((LwStroke *) pending->pdata[i])->diff);
  return NULL;
}

static LwDiff *
read_diff (LwDb *db, gint64 frame, const char *uuid, GError **error)
{
  LwFrameHead head;
  if (!lw_frame_head_read (db, frame, &head, error))
    return NULL;
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT diff.data FROM stroke JOIN diff ON diff.id = stroke.diff WHERE uuid = ? AND frame = ?",
                                          "sI", uuid, frame);
  int got = lw_query_step (query, error);
  if (got == 0)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("The frame has no stroke %s"), uuid);
  if (got != 1)
    return NULL;
  g_autoptr(GError) local = NULL;
  g_autoptr(GBytes) packed = lw_query_dup_blob (query, 0);
  LwDiff *diff = packed != NULL ? lw_diff_decode (packed, head.width, head.height, &local) : NULL;
  if (diff == NULL)
    lw_db_damaged (db, error, local != NULL ? local->message : "a stroke without what it changed");
  return diff;
}

LwDiff *
lw_project_load_diff (LwProject *self, gint64 frame, const char *uuid, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && uuid != NULL, NULL);

  LwDiff *pending = find_pending_diff (self, frame, uuid);
  if (pending != NULL)
    return pending;
  g_autoptr(LwDb) db = lw_project_read (self, error);
  return db != NULL ? read_diff (db, frame, uuid, error) : NULL;
}
