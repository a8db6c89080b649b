/* raster.h: which pixels a shape covers
 *
 * The rule of all shapes: a pixel (x, y) is covered when its centre (x + 0.5, y + 0.5) is inside. A centre exactly on a circle is
 * inside; on a polygon's edge it belongs to the left and top edges, not to the right and bottom ones, so that polygons
 * that share an edge neither overlap nor leave a gap. Coordinates are image pixels, the origin at the top left corner; beyond ±10^7 they
 * count as that. Points that are not finite are left out of a polygon; a brush with such a number covers nothing. */
#pragma once

#include "label/label-map.h"

/* Called once a row and run, rows from top to bottom: x0 <= x < x1, already clipped. */
typedef void (*LwSpanFunc) (int y, int x0, int x1, gpointer data);

typedef enum { LW_BRUSH_ROUND, LW_BRUSH_SQUARE } LwBrushShape;

/* The area swept by a brush that moves straight from (x0, y0) with radius r0 to (x1, y1) with radius r1: for a round one the convex hull of
 * the two discs, for a square one that of the two squares. A still brush (both ends equal) is a dab. A radius below 0.5 counts as 0.5, and the pixels that
 * hold the two ends are always covered: so the thinnest brush covers one pixel at least and leaves no gaps. A centre on a square's right or
 * bottom edge is inside, one on its left or top edge is not: so a square of n pixels is n x n wherever it is put, and a single pixel is the one that holds the point. */
void lw_raster_brush (LwBrushShape shape, double x0, double y0, double r0, double x1, double y1, double r1,
                      const LwRect *clip, LwSpanFunc func, gpointer data);

typedef struct { double x, y; } LwPoint;
/* Even-odd over all rings together, so an inner ring is a hole. @ring_sizes: points of each ring, rings closed by themselves. */
void lw_raster_polygon (const LwPoint *points, const gsize *ring_sizes, gsize n_rings, const LwRect *clip, LwSpanFunc func, gpointer data);

/* The runs of @label in one row of labels. */
void lw_raster_runs (const guint8 *row, int width, guint8 label, int y, LwSpanFunc func, gpointer data);

/* The 4-connected region of equal labels that holds (x, y). */
void lw_raster_region (const LwLabelMap *map, int x, int y, LwSpanFunc func, gpointer data);
