/* save-copy.h: the whole project elsewhere, with strokes that could not be written where it is */
#pragma once

#include "store/project.h"

/* A finished stroke that is in memory alone. */
typedef struct {
  gint64 frame;
  char *uuid, *undoes, *tool;  /* @undoes: NULL for a stroke that takes nothing back */
  guint8 origin;
  gint64 base_seq;             /* as in LwStrokeInfo */
  LwDiff *diff;
} LwUnsavedStroke;
void lw_unsaved_stroke_free (LwUnsavedStroke *stroke);      /* NULL is nothing to free */

/* Makes a project of its own in @target (empty or not there, and outside of the project): the file as it is, @strokes (element-type LwUnsavedStroke, those of a frame in
 * their order) on top of it, then models and copied media; all with the ids that they have, so that the two can be merged later. The project is read only, and may be
 * one that can't be written: its disk full, its drive write-protected, or removed as long as the system still reads it.
 * @n_left (out): files of models/ and media/ that could not be copied, which is no error. Where the copy can't be finished @target is left empty, or not made. */
gboolean lw_project_save_copy (LwProject *project, const GPtrArray *strokes, const char *target, guint *n_left, LwProgress progress, gpointer data,
                               GCancellable *cancellable, GError **error);
