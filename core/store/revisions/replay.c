/* replay.c: earlier states of a frame, from the nearest stored one and the strokes between */
#include "config.h"
#include "store/revisions/replay.h"

#include "store/journal/working.h"
#include "store/revisions/revisions.h"

/* Those with @after < seq <= @upto, which are their own inverse. */
static gboolean
apply_strokes (LwDb *db, const LwFrameHead *head, gint64 after, gint64 upto, LwPlanes *planes, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT diff.data FROM stroke JOIN diff ON diff.id = stroke.diff WHERE frame = ? AND seq > ? AND seq <= ? ORDER BY seq",
                                          "III", head->id, after, upto);
  gint64 n = 0;
  int got;
  for (; (got = lw_query_step (query, error)) > 0; n++)
    {
      g_autoptr(GError) local = NULL;
      g_autoptr(GBytes) packed = lw_query_dup_blob (query, 0);
      g_autoptr(LwDiff) diff = packed != NULL ? lw_diff_decode (packed, head->width, head->height, &local) : NULL;
      if (diff == NULL)
        return lw_db_damaged (db, error, local != NULL ? local->message : "a stroke without what it changed");
      lw_diff_apply (diff, planes);
    }
  return got == 0 && (n == upto - after || lw_db_damaged (db, error, "a frame whose strokes are not all there"));
}

gboolean
lw_replay_find_seq (LwDb *db, gint64 frame, gint64 time, gint64 *seq, GError **error)
{
  *seq = 0;
  return lw_db_get (db, seq, error, "SELECT max (seq) FROM stroke WHERE frame = ? AND created <= ?", "II", frame, time) >= 0;
}

/* The revision whose number of strokes is nearest to @seq; FALSE on error. @id 0: there is none. */
static gboolean
find_nearest (LwDb *db, gint64 frame, gint64 seq, gint64 *id, gint64 *at, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT id, seq FROM revision WHERE frame = ?1 AND seq >= 0 ORDER BY abs (seq - ?2) LIMIT 1", "II", frame, seq);
  int got = lw_query_step (query, error);
  *id = got == 1 ? sqlite3_column_int64 (query, 0) : 0;
  *at = got == 1 ? sqlite3_column_int64 (query, 1) : 0;
  return got >= 0;
}

static gint64
distance (gint64 a, gint64 b)
{
  return a > b ? a - b : b - a;
}

LwPlanes *
lw_replay_planes (LwDb *db, const LwFrameHead *head, gint64 seq, GError **error)
{
  gint64 revision, at, from;
  if (!find_nearest (db, head->id, seq, &revision, &at, error))
    return NULL;
  g_autoptr(LwPlanes) planes = NULL;
  if (revision != 0 && distance (at, seq) < MIN (seq, distance (head->seq, seq)))
    {
      planes = lw_revision_load (db, head, revision, error);
      from = at;
    }
  else if (distance (head->seq, seq) <= seq)
    {
      planes = lw_working_load (db, head, error);
      from = head->seq;
    }
  else
    {
      planes = lw_planes_new (head->width, head->height);
      from = 0;
    }
  if (planes == NULL || !apply_strokes (db, head, MIN (from, seq), MAX (from, seq), planes, error))
    return NULL;
  return g_steal_pointer (&planes);
}
