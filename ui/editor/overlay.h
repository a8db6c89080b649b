/* overlay.h: what lies over the picture and is no label: the brush's outline and the polygon in progress
 *
 * All in units of the snapshot (logical pixels); nothing is drawn outside @clip. Lines are light on dark, so that they show on any picture; each shape is one render node. */
#pragma once

#include <gtk/gtk.h>
#include "assist/superpixels.h"
#include "label/raster.h"

/* The keys' cursor: a cross that is seen on any picture and with any sight; a dot in it where the tool is down, a bar where it may do nothing. */
typedef enum { LW_OVERLAY_CURSOR_UP, LW_OVERLAY_CURSOR_DOWN, LW_OVERLAY_CURSOR_REFUSED } LwOverlayCursor;
void lw_overlay_cursor (GtkSnapshot *snapshot, const graphene_rect_t *clip, double x, double y, LwOverlayCursor state);
void lw_overlay_brush (GtkSnapshot *snapshot, const graphene_rect_t *clip, LwBrushShape shape, double x, double y, double radius);
/* A shape that is being drawn, tinted with @colour as if it were closed (NULL: only the line). */
void lw_overlay_area (GtkSnapshot *snapshot, const graphene_rect_t *clip, const LwPoint *points, gsize n, const GdkRGBA *colour);
void lw_overlay_handles (GtkSnapshot *snapshot, const graphene_rect_t *clip, const LwPoint *points, gsize n, gboolean can_close);
void lw_overlay_box (GtkSnapshot *snapshot, const graphene_rect_t *clip, const graphene_rect_t *box);
/* One region, tinted, with its outline; image pixel (0, 0) is at @origin, and @unit large. */
void lw_overlay_superpixel (GtkSnapshot *snapshot, const graphene_rect_t *clip, const LwSuperpixels *superpixels, guint id, LwPoint origin, double unit, const GdkRGBA *colour);
/* Small marks with their top left corner at (x, y): what a tool leaves alone. */
typedef struct {
  gboolean unlabelled;         /* it paints over unlabelled pixels only: an empty square */
  gboolean one_class;          /* over one class only: a square of its colour */
  GdkRGBA class_colour;
  gboolean hand_kept;          /* what people painted stays: a padlock */
} LwOverlayMarks;
void lw_overlay_marks (GtkSnapshot *snapshot, const graphene_rect_t *clip, const LwOverlayMarks *marks, double x, double y);

/* Parts of a polygon, in snapshot units, filled together by the even-odd rule; the last one is open, and its last stretch goes to the pointer. */
typedef struct {
  const LwPoint *points;
  gsize n;
  const gsize *parts;          /* corners of each part */
  gsize n_parts;
  const LwPoint *pointer;      /* NULL: nowhere */
  const GdkRGBA *colour;       /* of the inside */
  guint larger, closing;       /* corners: the one that can be taken hold of, the one that closes the open part; G_MAXUINT: none */
} LwOverlayPolygon;
void lw_overlay_polygon (GtkSnapshot *snapshot, const graphene_rect_t *clip, const LwOverlayPolygon *polygon);
