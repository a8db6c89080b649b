/* class-change.h: classes and media that go although they are in use: what that affects, and doing it as one step */
#pragma once

#include "store/project.h"

typedef struct {
  guint frames;                 /* with a pixel of it now */
  guint judged;                 /* of these, submitted or accepted ones */
  guint revisions;              /* that have a pixel of it; they stay as they are */
  guint64 pixels;               /* now */
} LwClassUse;
/* What lw_project_replace_class() would meet. @use (out): all 0 on error */
gboolean lw_project_measure_class (LwProject *project, guint8 class_id, LwClassUse *use, GError **error);
/* Every pixel of the class becomes @into, another class, or not labelled (LW_LABEL_NONE), and the class goes. Each frame keeps a revision of before and gets one of after. With another class
 * the frames' statuses stay, and what was accepted are the new labels; without, judged frames are in progress again. All is one step of undo; where it is cancelled on the way, the frames
 * that were done are that step, and the class stays. @step (out) (optional) */
gboolean lw_project_replace_class (LwProject *project, guint8 class_id, guint8 into, LwProgress progress, gpointer data, GCancellable *cancellable, gint64 *step, GError **error);

typedef struct {
  guint frames, worked;         /* of it; with strokes, revisions or comments */
  guint accepted;
  guint revisions;
  guint64 pixels;               /* that are labelled now */
} LwMediaUse;
/* What hiding or removing the medium would meet. @use (out): as it was on error */
gboolean lw_project_measure_media (LwProject *project, gint64 media, LwMediaUse *use, GError **error);
/* The medium and its frames go out of sight, with a revision of every labelled frame as it is; nothing is deleted, its file neither. One step of undo. */
gboolean lw_project_remove_media (LwProject *project, gint64 media, LwProgress progress, gpointer data, GCancellable *cancellable, gint64 *step, GError **error);
/* (element-type LwMedia): those that are out of sight; one comes back by its name or uuid. */
GPtrArray *lw_project_list_removed_media (LwProject *project, GError **error);
gboolean lw_project_restore_media (LwProject *project, const char *name_or_uuid, gint64 *step, GError **error);
