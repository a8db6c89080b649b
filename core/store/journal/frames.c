/* frames.c: the frames of a project, in the order in which they are shown */
#include "config.h"
#include "store/journal/frames.h"

#include <glib/gi18n-lib.h>
#include "store/project/rows.h"

#define MAX_SEQ (G_GINT64_CONSTANT (1) << 40)

static const char *const status_nicks[LW_N_FRAME_STATUSES] = { "new", "in-progress", "submitted", "accepted", "returned" };

const char *
lw_frame_status_get_nick (LwFrameStatus status)
{
  g_return_val_if_fail ((guint) status < LW_N_FRAME_STATUSES, NULL);
  return status_nicks[status];
}

gboolean
lw_frame_status_from_nick (const char *nick, LwFrameStatus *status)
{
  for (int i = 0; i < LW_N_FRAME_STATUSES; i++)
    if (g_strcmp0 (nick, status_nicks[i]) == 0)
      {
        *status = (LwFrameStatus) i;
        return TRUE;
      }
  return FALSE;
}

LwFrame *
lw_frame_copy (const LwFrame *frame)
{
  g_return_val_if_fail (frame != NULL, NULL);

  LwFrame *copy = g_memdup2 (frame, sizeof *frame);
  copy->uuid = g_strdup (frame->uuid);
  copy->name = g_strdup (frame->name);
  copy->assignee = g_strdup (frame->assignee);
  return copy;
}

void
lw_frame_free (LwFrame *frame)
{
  if (frame == NULL)
    return;
  g_free (frame->uuid);
  g_free (frame->name);
  g_free (frame->assignee);
  g_free (frame);
}

/* ---- read ---- */

LwFrame *
lw_frame_from_row (LwQuery *query)
{
  LwFrame *frame = g_new0 (LwFrame, 1);
  frame->id = sqlite3_column_int64 (query, 0);
  frame->media = sqlite3_column_int64 (query, 1);
  frame->ordinal = (guint) lw_query_int (query, 2, 0, G_MAXINT);
  frame->uuid = lw_query_dup_text (query, 3);
  frame->name = lw_query_dup_text (query, 4);
  frame->pts = sqlite3_column_type (query, 5) == SQLITE_NULL ? G_MININT64 : sqlite3_column_int64 (query, 5);
  frame->tb_num = lw_query_int (query, 6, 0, G_MAXINT);
  frame->tb_den = lw_query_int (query, 7, 0, G_MAXINT);
  frame->width = lw_query_int (query, 8, 1, LW_MAX_SIDE);
  frame->height = lw_query_int (query, 9, 1, LW_MAX_SIDE);
  frame->status = (LwFrameStatus) lw_query_int (query, 10, 0, LW_N_FRAME_STATUSES - 1);
  frame->proposal = sqlite3_column_int64 (query, 11);
  frame->has_proposal = frame->proposal != 0;
  frame->seq = sqlite3_column_int64 (query, 12);
  frame->assignee = lw_query_dup_text (query, 13);
  return frame;
}

static gpointer
read_frame (LwProject *project, LwQuery *query)
{
  return lw_frame_from_row (query);
}

GPtrArray *
lw_project_list_frames (LwProject *self, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);
  return lw_project_list_rows (self, read_frame, (GDestroyNotify) lw_frame_free, error,
                               "SELECT " LW_FRAME_COLUMNS " FROM " LW_FRAME_TABLES " ORDER BY frame.media, frame.ordinal", "", 0);
}

LwFrame *
lw_project_get_frame (LwProject *self, gint64 id, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);

  g_autoptr(LwDb) db = lw_project_read (self, error);
  if (db == NULL)
    return NULL;
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT " LW_FRAME_COLUMNS " FROM " LW_FRAME_TABLES " WHERE frame.id = ?", "I", id);
  int got = lw_query_step (query, error);
  if (got == 1)
    return lw_frame_from_row (query);
  if (got == 0)
    lw_store_not_found (error, _("frame"), id);
  return NULL;
}

/* ---- for writes ---- */

gboolean
lw_frame_head_read (LwDb *db, gint64 frame, LwFrameHead *head, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT width, height, seq, status, ifnull (proposal, 0) FROM frame WHERE id = ?", "I", frame);
  int got = lw_query_step (query, error);
  if (got == 0)
    return lw_store_not_found (error, _("frame"), frame);
  if (got < 0)
    return FALSE;
  *head = (LwFrameHead) { frame, sqlite3_column_int (query, 0), sqlite3_column_int (query, 1), sqlite3_column_int64 (query, 2),
                          (LwFrameStatus) lw_query_int (query, 3, 0, LW_N_FRAME_STATUSES - 1), sqlite3_column_int64 (query, 4) };
  if (head->seq < 0 || head->seq > MAX_SEQ)
    return lw_db_damaged (db, error, "a frame with an impossible number of strokes");
  if (head->width >= 1 && head->width <= LW_MAX_SIDE && head->height >= 1 && head->height <= LW_MAX_PIXELS / head->width)
    return TRUE;
  return lw_db_damaged (db, error, "a frame of an impossible size");
}

gboolean
lw_frame_head_check (LwDb *db, const LwFrameHead *head, GError **error)
{
  gint64 seq = -1;
  if (lw_db_get (db, &seq, error, "SELECT seq FROM frame WHERE id = ?", "I", head->id) < 0)
    return FALSE;
  if (seq == head->seq)
    return TRUE;
  g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_CONFLICT, _("The frame was changed in another window or by another program; load it again"));
  return FALSE;
}

gboolean
lw_frame_set_status (LwDb *db, gint64 frame, LwFrameStatus status, GError **error)
{
  return lw_db_run (db, error, "UPDATE frame SET status = ? WHERE id = ?", "iI", status, frame) && lw_change_frame (db, frame, error);
}
