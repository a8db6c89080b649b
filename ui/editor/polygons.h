/* polygons.h: corners set so far, frame by frame: an unfinished polygon waits until somebody comes back to it
 *
 * Corners are hand work: going to another frame, taking another tool and closing the window keep them, and what is taken back can be set again. */
#pragma once

#include <glib.h>
#include "label/raster.h"

typedef struct {
  GHashTable *by_frame;        /* gint64 → GArray of LwPoint: those of frames that are not on show */
  gint64 frame;                /* on show; 0: none */
  GArray *corners;             /* of LwPoint in image pixels: of that frame */
  GArray *taken_back;          /* the one to set again first is the last */
  GArray *given_up;            /* by Escape, until the next corner or frame */
} LwPolygons;

LwPolygons *lw_polygons_new (void);
void lw_polygons_free (LwPolygons *polygons);
void lw_polygons_show (LwPolygons *polygons, gint64 frame);      /* the same one again: nothing changes */
void lw_polygons_add (LwPolygons *polygons, LwPoint corner);
void lw_polygons_finish (LwPolygons *polygons);                  /* painted: the corners are gone for good */
void lw_polygons_give_up (LwPolygons *polygons);
/* Undo: the last corner, or what was given up comes back. Redo: a corner that was taken back. FALSE: there is none. */
gboolean lw_polygons_can_turn (const LwPolygons *polygons, gboolean redo);
gboolean lw_polygons_turn (LwPolygons *polygons, gboolean redo);
/* All of them as one line, and back. What is no such line, or too long, is left out. */
char *lw_polygons_to_text (const LwPolygons *polygons);
void lw_polygons_take_text (LwPolygons *polygons, const char *text);
