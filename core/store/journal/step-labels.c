/* step-labels.c: takes back what became of the labels of many frames at once: in each frame the stroke that the step wrote */
#include "config.h"
#include "store/journal/steps.h"

#include <glib/gi18n-lib.h>
#include "store/journal/strokes.h"
#include "store/project/audit.h"
#include "store/project/project-private.h"

gboolean
lw_step_add_labels (LwDb *db, gint64 *step, const char *action, const LwFrameHead *head, GError **error)
{
  gint64 accepted = 0;
  if (*step == 0)
    *step = lw_step_add (db, &(LwStepRow) { .kind = LW_STEP_LABELS, .action = action }, error);
  return *step != 0 && lw_db_get (db, &accepted, error, "SELECT accepted FROM frame WHERE id = ?", "I", head->id) >= 0
         && lw_step_add_frame (db, *step, head, head->status, accepted, error);
}

typedef struct {
  const LwStepRow *row;        /* of the step that this makes */
  guint8 author;
  gint64 made;                 /* it, once a frame was written */
  gint64 frame, seq;           /* the stroke to take back */
  LwFrameHead head;
} TakeBack;

static gboolean
write_frame (LwDb *db, gpointer data, GError **error)
{
  TakeBack *self = data;
  gint64 accepted = 0;
  g_autofree char *name = lw_db_get_text (db, NULL, "SELECT name FROM frame WHERE id = ?", "I", self->frame);
  if (self->made == 0)
    self->made = lw_step_add (db, self->row, error);
  return self->made != 0 && lw_db_get (db, &accepted, error, "SELECT accepted FROM frame WHERE id = ?", "I", self->frame) >= 0
         && lw_step_add_frame (db, self->made, &self->head, self->head.status, accepted, error)
         && lw_audit_add (db, error, self->row->turn == LW_TURN_UNDONE ? "undo" : "redo", name != NULL ? name : "?", "%s", self->row->action);
}

static LwStroke *
make_stroke (LwDb *db, TakeBack *self, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT uuid, diff.data FROM stroke JOIN diff ON diff.id = stroke.diff WHERE frame = ? AND seq = ?",
                                          "II", self->frame, self->seq);
  int got = lw_query_step (query, error);
  g_autoptr(GBytes) packed = got > 0 ? lw_query_dup_blob (query, 1) : NULL;
  g_autofree char *uuid = got > 0 ? lw_query_dup_text (query, 0) : NULL;
  g_autoptr(GError) local = NULL;
  g_autoptr(LwDiff) diff = packed != NULL ? lw_diff_decode (packed, self->head.width, self->head.height, &local) : NULL;
  if (got < 0)
    return NULL;
  if (diff == NULL)
    {
      lw_db_damaged (db, error, local != NULL ? local->message : "a step without its stroke");
      return NULL;
    }
  const char *tool = self->row->turn == LW_TURN_UNDONE ? "undo" : "redo";
  return lw_stroke_new (self->frame, &(LwStrokeInfo) { .tool = tool, .undoes = uuid, .origin = self->author, .base_seq = self->head.seq }, diff);
}

static gboolean
take_back (LwDb *db, gpointer data, GError **error)
{
  TakeBack *self = data;
  gint64 made = self->made;
  g_autoptr(LwStroke) stroke = lw_frame_head_read (db, self->frame, &self->head, error) ? make_stroke (db, self, error) : NULL;
  if (stroke != NULL && lw_stroke_commit_with (db, stroke, write_frame, self, error))
    return TRUE;
  self->made = made;           /* one that was begun was rolled back */
  return FALSE;
}

/* Pairs of frame and seq. */
static GArray *
read_frames (LwProject *project, gint64 step, GError **error)
{
  g_autoptr(GArray) frames = g_array_new (FALSE, FALSE, sizeof (gint64[2]));
  g_autoptr(LwDb) db = lw_project_read (project, error);
  if (db == NULL)
    return NULL;
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT frame, seq FROM step_frame WHERE step = ?", "I", step);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 pair[2] = { sqlite3_column_int64 (query, 0), sqlite3_column_int64 (query, 1) };
      g_array_append_val (frames, pair);
    }
  return got == 0 ? g_steal_pointer (&frames) : NULL;
}

gint64
lw_labels_take_back (LwProject *project, gint64 step, const char *action, LwTurn turn, guint *n_left, GError **error)
{
  LwStepRow row = { .kind = LW_STEP_LABELS, .action = action, .turn = turn, .undoes = step };
  int author = lw_project_get_origin (project, LW_ORIGIN_PERSON, NULL, 0, error);
  g_autoptr(GArray) frames = author >= 0 ? read_frames (project, step, error) : NULL;
  TakeBack work = { .row = &row, .author = (guint8) author };
  guint left = 0;
  for (guint i = 0; frames != NULL && i < frames->len; i++)
    {
      const gint64 *pair = ((const gint64 (*)[2]) (gpointer) frames->data)[i];
      g_autoptr(GError) local = NULL;
      work.frame = pair[0];
      work.seq = pair[1];
      if (lw_project_write (project, take_back, &work, &local))
        continue;
      left++;
      if (g_error_matches (local, LW_STORE_ERROR, LW_STORE_ERROR_CONFLICT))
        continue;
      g_propagate_error (error, g_steal_pointer (&local));
      return 0;
    }
  if (frames != NULL && work.made == 0)
    g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("Nothing was undone: the frames have changed since"));
  if (n_left != NULL)
    *n_left = left;
  return work.made;
}
