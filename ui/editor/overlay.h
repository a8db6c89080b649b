/* overlay.h: what lies over the picture and is no label: the brush's outline and the polygon in progress
 *
 * All in units of the snapshot (logical pixels); nothing is drawn outside @clip. Lines are light on dark, so that they show on any picture; each shape is one render node. */
#pragma once

#include <gtk/gtk.h>
#include "assist/superpixels.h"
#include "label/raster.h"

void lw_overlay_brush (GtkSnapshot *snapshot, const graphene_rect_t *clip, LwBrushShape shape, double x, double y, double radius);
/* A shape that is being drawn, tinted with @colour as if it were closed (NULL: only the line). */
void lw_overlay_area (GtkSnapshot *snapshot, const graphene_rect_t *clip, const LwPoint *points, gsize n, const GdkRGBA *colour);
void lw_overlay_handles (GtkSnapshot *snapshot, const graphene_rect_t *clip, const LwPoint *points, gsize n, gboolean can_close);
void lw_overlay_box (GtkSnapshot *snapshot, const graphene_rect_t *clip, const graphene_rect_t *box);
/* One region, tinted, with its outline; image pixel (0, 0) is at @origin, and @unit large. */
void lw_overlay_superpixel (GtkSnapshot *snapshot, const graphene_rect_t *clip, const LwSuperpixels *superpixels, guint id, LwPoint origin, double unit, const GdkRGBA *colour);
/* @points in snapshot units; the last stretch goes to @pointer (NULL: none). Its inside is tinted with @colour.
 * The first point is marked as the one that closes the polygon when @can_close. */
void lw_overlay_polygon (GtkSnapshot *snapshot, const graphene_rect_t *clip, const LwPoint *points, gsize n, const LwPoint *pointer, const GdkRGBA *colour, gboolean can_close);
