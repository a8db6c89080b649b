/* overlay.h: what lies over the picture and is no label: the brush's outline and the polygon in progress
 *
 * All in units of the snapshot (logical pixels); nothing is drawn outside @clip. Lines are light on dark, so that they show on any picture; each shape is one render node. */
#pragma once

#include <gtk/gtk.h>
#include "label/raster.h"

void lw_overlay_brush (GtkSnapshot *snapshot, const graphene_rect_t *clip, LwBrushShape shape, double x, double y, double radius);
/* A shape that is being drawn, tinted with @colour where it is closed. */
void lw_overlay_area (GtkSnapshot *snapshot, const graphene_rect_t *clip, const LwPoint *points, gsize n, const GdkRGBA *colour);
/* @points in snapshot units; the last stretch goes to @pointer (NULL: none). Its inside is tinted with @colour.
 * The first point is marked as the one that closes the polygon when @can_close. */
void lw_overlay_polygon (GtkSnapshot *snapshot, const graphene_rect_t *clip, const LwPoint *points, gsize n, const LwPoint *pointer, const GdkRGBA *colour, gboolean can_close);
