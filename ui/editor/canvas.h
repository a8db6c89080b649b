/* canvas.h: the widget that shows a document and paints into it (docs/canvas.md) */
#pragma once

#include <gtk/gtk.h>
#include "editor/document.h"
#include "editor/look.h"
#include "editor/toolbox.h"

/* Properties:
 *   "document", "toolbox"
 *   "zoom"          double, 0.01..64: device pixels an image pixel (read-only; notifies)
 *   "pointer-text"  string: "812, 404 · Road · 93 %", for the status line (read-only; notifies)
 *   "peek"          boolean: the overlay is off; notifies; the keys h and Tab hold it
 *   "compare"       int, an LwAgainst: shown in place of the labels; notifies; the keys d and y hold it
 * Actions (ui/keys/commands.c has their keys):
 *   canvas.zoom-in, .zoom-out, .zoom-fit, .zoom-100; canvas.undo, .redo
 *   canvas.finish-polygon, .finish-part, .remove-corner, .remove-part: of the shape in progress; canvas.cancel: of it, or of the stroke
 *   canvas.brush-smaller, .brush-larger; canvas.pick-class: that under the pointer
 *   canvas.cursor (s), .cursor-use, .cursor-use-other: the keys' cursor is moved, and uses the tool, or the tool the other way round
 *   canvas.peek, .compare: the properties
 * Signals:
 *   "say" (const char *): a message for the annotator
 *   "turn" (gboolean redo → gboolean taken): before undo or redo; whoever has something newer than the last stroke takes it
 *   "view-changed": zoom or place; lw_canvas_locate() says something else
 *   "turns-changed": lw_canvas_can_turn() may say something else
 * docs/canvas.md lists keys and pointer. The CSS node is `canvas`; what the picture leaves free shows its background. */
#define LW_TYPE_CANVAS (lw_canvas_get_type ())
G_DECLARE_FINAL_TYPE (LwCanvas, lw_canvas, LW, CANVAS, GtkWidget)
GtkWidget *lw_canvas_new (void);
void lw_canvas_set_document (LwCanvas *canvas, LwDocument *document);
void lw_canvas_set_toolbox (LwCanvas *canvas, LwToolbox *toolbox);
void lw_canvas_set_look (LwCanvas *canvas, LwLook *look);                     /* NULL: labels lie flat over the picture as it is */
double lw_canvas_get_zoom (LwCanvas *canvas);
void lw_canvas_zoom_to (LwCanvas *canvas, double zoom, double x, double y);   /* the image point under widget (x, y) stays there */
void lw_canvas_pan (LwCanvas *canvas, double dx, double dy);                  /* moves the image by this much, in widget units */
void lw_canvas_zoom_fit (LwCanvas *canvas);
gboolean lw_canvas_is_fitted (LwCanvas *canvas);                              /* the whole picture is on show, and stays so when the size changes */
/* Where a point of the picture is, in widget coordinates; FALSE: no picture is on show. */
gboolean lw_canvas_locate (LwCanvas *canvas, double image_x, double image_y, double *x, double *y);
gboolean lw_canvas_get_pixel_at (LwCanvas *canvas, double x, double y, int *image_x, int *image_y);      /* FALSE: beside the picture */
gboolean lw_canvas_get_pointed_pixel (LwCanvas *canvas, int *image_x, int *image_y);                   /* FALSE: the pointer is not over the picture */
void lw_canvas_show_place (LwCanvas *canvas, const LwRect *place);            /* brings it into view, at a zoom at which it can be seen */
gboolean lw_canvas_get_image_size (LwCanvas *canvas, int *width, int *height);   /* FALSE: there is none yet */
gboolean lw_canvas_get_seen (LwCanvas *canvas, graphene_rect_t *seen);        /* image pixels in view; FALSE: none, or a video plays */
/* How many views of the frame lie side by side (1 or 2), and where each begins; lw_canvas_locate() answers for the first. */
guint lw_canvas_get_panes (LwCanvas *canvas, double starts[2], double *width);
/* While a video plays: shows this picture and map instead of the document's (both lent until the next call); NULL, NULL: the document again. */
void lw_canvas_show_playback (LwCanvas *canvas, LwImage *image, const LwLabelMap *map);

void lw_canvas_get_center (LwCanvas *canvas, double *image_x, double *image_y);
void lw_canvas_center_on (LwCanvas *canvas, double image_x, double image_y);
void lw_canvas_show_area (LwCanvas *canvas, const LwRect *area);              /* moves and zooms to it where needed; an outline shows where it is */
void lw_canvas_move_cursor (LwCanvas *canvas, int image_x, int image_y);      /* the keys’ cursor, where it is in use */
/* Returns: (transfer full): what would be lost to the frame on show if it were handed in now; NULL: nothing */
char *lw_canvas_describe_unfinished (LwCanvas *canvas);
gboolean lw_canvas_has_polygon (LwCanvas *canvas, gint64 frame);              /* that waits to be finished */

gboolean lw_canvas_can_turn (LwCanvas *canvas, gboolean redo);                /* canvas.undo or canvas.redo has something to do */
/* The corners of unfinished polygons, of every frame: for the next time. */
char *lw_canvas_dup_polygons (LwCanvas *canvas);
void lw_canvas_take_polygons (LwCanvas *canvas, const char *text);

/* One sample of a brush, in widget coordinates: what pointer, pen and tests all call. @pressure is the part of the size, 0..1 (1 for a mouse); @time in ms. */
typedef struct { double x, y, pressure, tilt_x, tilt_y; guint32 time; } LwBrushSample;
void lw_canvas_stroke_begin (LwCanvas *canvas, const LwBrushSample *sample);
void lw_canvas_stroke_to (LwCanvas *canvas, const LwBrushSample *samples, gsize n);
void lw_canvas_stroke_end (LwCanvas *canvas);
