/* statistics.c: how many pixels each class and each origin has, from the counts that strokes keep up to date */
#include "config.h"
#include "store/provenance.h"

#include "store/journal/working.h"
#include "store/project/project-private.h"

/* ---- frames from before there were counts ---- */

typedef struct { gint64 frame; LwFrameHead head; guint64 counts[256]; } Counting;

static gboolean
write_counts (LwDb *db, gpointer data, GError **error)
{
  const Counting *self = data;
  if (!lw_frame_head_check (db, &self->head, error))
    return FALSE;
  for (int i = 0; i < LW_LABEL_NONE; i++)
    if (self->counts[i] > 0
        && !lw_db_run (db, error, "INSERT INTO frame_origin (frame, origin, pixels) VALUES (?, ?, ?) ON CONFLICT (frame, origin) DO UPDATE SET pixels = excluded.pixels",
                       "IiI", self->frame, i, (gint64) self->counts[i]))
      return FALSE;
  return TRUE;
}

static gboolean
count_once (LwDb *db, gpointer data, GError **error)
{
  Counting *self = data;
  g_autoptr(LwPlanes) planes = lw_frame_head_read (db, self->frame, &self->head, error) ? lw_working_load (db, &self->head, error) : NULL;
  if (planes == NULL)
    return FALSE;
  lw_label_map_count (planes->plane[LW_PLANE_ORIGIN], self->counts);
  return lw_db_transact (db, write_counts, self, error);
}

static gboolean
count (LwDb *db, gpointer data, GError **error)
{
  return lw_db_retry (db, count_once, data, error);
}

/* Strokes keep the counts of a frame only once it has any: those of older projects are counted here, once. A project that can't be written goes without. */
static gboolean
count_old_frames (LwProject *project, GCancellable *cancellable, GError **error)
{
  g_autoptr(GArray) frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  {
    g_autoptr(LwDb) db = lw_project_read (project, error);
    if (db == NULL)
      return FALSE;
    g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT id FROM frame WHERE seq > 0 AND NOT EXISTS (SELECT 1 FROM frame_origin WHERE frame = frame.id)"
                                            " AND EXISTS (SELECT 1 FROM frame_class WHERE frame = frame.id AND pixels > 0)", "");
    int got;
    while ((got = lw_query_step (query, error)) > 0)
      {
        gint64 id = sqlite3_column_int64 (query, 0);
        g_array_append_val (frames, id);
      }
    if (got < 0)
      return FALSE;
  }
  for (guint i = 0; i < frames->len && !lw_project_is_read_only (project); i++)
    {
      Counting counting = { .frame = g_array_index (frames, gint64, i) };
      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !lw_project_write (project, count, &counting, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- sums ---- */

/* @query gives id, pixels and frames. */
static gboolean
add_sums (LwQuery *query, guint64 pixels[256], guint frames[256], GError **error)
{
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      int id = lw_query_int (query, 0, 0, 255);
      pixels[id] += (guint64) sqlite3_column_int64 (query, 1);
      frames[id] += (guint) lw_query_int (query, 2, 0, G_MAXINT);
    }
  return got == 0;
}

static gboolean
add_frames (LwQuery *query, LwStatistics *sums, GError **error)
{
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      guint n = (guint) lw_query_int (query, 1, 0, G_MAXINT);
      sums->frames += n;
      sums->statuses[lw_query_int (query, 0, 0, LW_N_FRAME_STATUSES - 1)] += n;
      sums->pixels += (guint64) sqlite3_column_int64 (query, 2);
    }
  return got == 0;
}

static gboolean
add_number (LwQuery *query, guint64 *number, GError **error)
{
  int got = lw_query_step (query, error);
  *number += got > 0 ? (guint64) sqlite3_column_int64 (query, 0) : 0;
  return got >= 0;
}

#define COUNT(adder, sql, ...) \
  { \
    g_autoptr(LwQuery) query = lw_db_query (db, error, sql, frame != 0 ? "I" : "", frame); \
    if (!adder (query, __VA_ARGS__, error)) \
      return FALSE; \
  }

static gboolean
add_frame (LwDb *db, gint64 frame, LwStatistics *sums, GError **error)
{
  COUNT (add_frames, "SELECT status, 1, width * height FROM frame WHERE id = ?", sums)
  COUNT (add_sums, "SELECT class, pixels, 1 FROM frame_class WHERE frame = ? AND pixels > 0", sums->class_pixels, sums->class_frames)
  COUNT (add_sums, "SELECT origin, pixels, 1 FROM frame_origin WHERE frame = ? AND pixels > 0", sums->origin_pixels, sums->origin_frames)
  COUNT (add_number, "SELECT seq FROM frame WHERE id = ?", &sums->strokes)
  COUNT (add_number, "SELECT count (*) FROM revision WHERE frame = ?", &sums->revisions)
  return TRUE;
}

/* Not of media that were removed. */
#define SEEN(frame) " AND " frame " NOT IN (SELECT hidden.id FROM frame AS hidden JOIN media ON media.id = hidden.media WHERE media.removed)"

static gboolean
add_all (LwDb *db, LwStatistics *sums, GError **error)
{
  const gint64 frame = 0;
  COUNT (add_frames, "SELECT status, count (*), sum (frame.width * frame.height) FROM frame JOIN media ON media.id = frame.media AND media.operation IS NULL AND NOT media.removed GROUP BY status",
         sums)
  COUNT (add_sums, "SELECT class, sum (pixels), count (*) FROM frame_class WHERE pixels > 0" SEEN ("frame_class.frame") " GROUP BY class", sums->class_pixels, sums->class_frames)
  COUNT (add_sums, "SELECT origin, sum (pixels), count (*) FROM frame_origin WHERE pixels > 0" SEEN ("frame_origin.frame") " GROUP BY origin", sums->origin_pixels, sums->origin_frames)
  COUNT (add_number, "SELECT sum (seq) FROM frame", &sums->strokes)
  COUNT (add_number, "SELECT count (*) FROM revision", &sums->revisions)
  return TRUE;
}

gboolean
lw_project_count (LwProject *self, const gint64 *frames, gsize n_frames, LwStatistics *sums, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && sums != NULL, FALSE);

  *sums = (LwStatistics) { 0 };
  if (!count_old_frames (self, cancellable, error))
    return FALSE;
  g_autoptr(LwDb) db = lw_project_read (self, error);
  if (db == NULL || !lw_db_begin_read (db, error))
    return FALSE;
  if (frames == NULL)
    return add_all (db, sums, error);
  for (gsize i = 0; i < n_frames; i++)
    if (g_cancellable_set_error_if_cancelled (cancellable, error) || !add_frame (db, frames[i], sums, error))
      return FALSE;
  return TRUE;
}
