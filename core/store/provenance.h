/* provenance.h: who or what set a pixel last, and how many pixels each person, model and import has */
#pragma once

#include "store/project.h"

typedef struct {
  guint8 class_id, origin;      /* LW_LABEL_NONE: not labelled, set by nobody */
  LwOriginKind kind;            /* of @origin */
  char *name;                   /* of the person, model, propagation or import; NULL: nobody */
  gint64 model;                 /* 0 unless LW_ORIGIN_MODEL */
  /* the stroke that made the pixel what it is; NULL and 0: none did */
  char *stroke, *tool, *actor;  /* @tool "restore" or "merge": the label is older than the stroke; @actor: the person’s name as it is now */
  gint64 created;               /* microseconds since 1970, UTC */
} LwPixel;
void lw_pixel_free (LwPixel *pixel);      /* NULL is nothing to free */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwPixel, lw_pixel_free)
/* Of a frame as it is now (@revision 0), or as it was in a revision of it. What was undone does not count; what was redone counts as done the first time.
 * LW_STORE_ERROR_INVALID where the pixel is outside the frame or the revision another frame's. */
LwPixel *lw_project_find_pixel (LwProject *project, gint64 frame, gint64 revision, int x, int y, GError **error);

/* ---- counts ---- */
typedef struct {
  guint frames, statuses[LW_N_FRAME_STATUSES];
  guint64 pixels;                                          /* of these frames, labelled or not */
  guint64 class_pixels[256], origin_pixels[256];           /* by id of a class, by index of an origin */
  guint class_frames[256], origin_frames[256];             /* frames with any such pixel */
  guint64 strokes, revisions;
} LwStatistics;
/* Of the labels as they are now, in these frames; @frames NULL: in all. */
gboolean lw_project_count (LwProject *project, const gint64 *frames, gsize n_frames, LwStatistics *statistics, GCancellable *cancellable, GError **error);
