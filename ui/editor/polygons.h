/* polygons.h: corners set so far, frame by frame: an unfinished polygon waits until somebody comes back to it
 *
 * Corners are hand work: going to another frame, taking another tool and closing the window keep them, and each change of them can be taken back. */
#pragma once

#include <glib.h>
#include "label/raster.h"

/* Parts of one polygon, filled together by the even-odd rule: a part inside another is a hole. */
typedef struct {
  GArray *corners;             /* of LwPoint in image pixels, part after part */
  GArray *parts;               /* of gsize: corners of each; the last one is open, and may have none; the others have three and more */
} LwShape;

typedef struct {
  GHashTable *by_frame;        /* gint64 → LwShape: those of frames that are not on show */
  gint64 frame;                /* on show; 0: none */
  LwShape *shape;              /* of that frame */
  GPtrArray *past, *future;    /* of LwShape: what it was, what was taken back; both of this frame alone */
} LwPolygons;

LwPolygons *lw_polygons_new (void);
void lw_polygons_free (LwPolygons *polygons);
void lw_polygons_show (LwPolygons *polygons, gint64 frame);      /* the same one again: nothing changes */
gboolean lw_polygons_is_empty (const LwPolygons *polygons);
gboolean lw_polygons_can_close (const LwPolygons *polygons);     /* the open part, if begun, has three corners, and there is one at all */
gsize lw_polygons_open_size (const LwPolygons *polygons);        /* corners of the part that is open */

/* Each of these is one step for lw_polygons_turn(). */
void lw_polygons_add (LwPolygons *polygons, LwPoint corner);                     /* to the open part */
void lw_polygons_insert (LwPolygons *polygons, guint after, LwPoint corner);     /* between corner @after and the next one of its part */
void lw_polygons_remove (LwPolygons *polygons, guint corner);                    /* a closed part that would have two left goes, too */
void lw_polygons_remove_last (LwPolygons *polygons);                             /* the last part is open again if none was */
void lw_polygons_remove_part (LwPolygons *polygons, guint part);
void lw_polygons_close_part (LwPolygons *polygons);                              /* and opens the next one; nothing below three corners */
void lw_polygons_give_up (LwPolygons *polygons);
/* A corner that follows the pointer: begin once, then place it as often as it moves. */
void lw_polygons_begin_move (LwPolygons *polygons);
void lw_polygons_place (LwPolygons *polygons, guint corner, LwPoint at);
void lw_polygons_cancel_move (LwPolygons *polygons);

void lw_polygons_finish (LwPolygons *polygons);                  /* painted: the corners are gone for good */
/* Undo and redo of the changes above. Without any, as after a restart, undo takes corners back from the last. FALSE: there is nothing. */
gboolean lw_polygons_can_turn (const LwPolygons *polygons, gboolean redo);
gboolean lw_polygons_turn (LwPolygons *polygons, gboolean redo);
/* All of them as one line, and back. What is no such line, or too long, is left out. */
char *lw_polygons_to_text (const LwPolygons *polygons);
void lw_polygons_take_text (LwPolygons *polygons, const char *text);
