/* strokes.h: the journal (private to core/store) */
#pragma once

#include "store/journal/working.h"

/* One stroke on its way to the disk. Shared by the queue, its task and whoever loads the planes meanwhile. */
typedef struct {
  gatomicrefcount refs;
  gint64 frame, base_seq;
  char *uuid, *undoes, *tool;
  char *actor;                 /* UUID of a person of the project, or the name of an account; NULL: the author at this computer */
  gint64 created;              /* 0: now */
  guint8 origin;
  LwDiff *diff;
  GBytes *packed;
  GTask *task;                 /* of an asynchronous one, until it has returned */
  GError *error;
  gint failed;                 /* atomic: it won't be written any more */
} LwStroke;
/* (transfer full): with one reference. Copies @info, makes a uuid where it has none, takes a reference to @diff. */
LwStroke *lw_stroke_new (gint64 frame, const LwStrokeInfo *info, LwDiff *diff);
LwStroke *lw_stroke_ref (LwStroke *stroke);      /* atomic: from any thread. Returns: @stroke */
void lw_stroke_unref (LwStroke *stroke);      /* atomic, too; NULL is nothing to unref */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwStroke, lw_stroke_unref)

/* In a transaction, after lw_frame_head_check(): the journal's row, the tiles, the frame's number and status. @undone: the stroke that it takes back, or 0;
 * @diff: where its diff lies already, or 0. */
gboolean lw_stroke_write (LwDb *db, const LwFrameHead *head, const LwStroke *stroke, gint64 undone, gint64 diff, const LwWorkingChange *change,
                          GError **error);
/* Once, in a transaction of its own that may hold more. LW_STORE_ERROR_CONFLICT where the frame changed meanwhile, or @stroke takes back what is not next. */
gboolean lw_stroke_commit_with (LwDb *db, const LwStroke *stroke, LwWriteFunc also, gpointer data, GError **error);
