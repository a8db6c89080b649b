/* view.h: which part of the image the canvas shows, and how large; in device pixels, so that a scale factor of 2 needs no other arithmetic
 *
 * "Content" is the image enlarged by the zoom, its top left corner at 0, 0. The content pixel X covers X <= c < X + 1, and shows
 * the image pixel under its centre: floor ((X + 0.5) / zoom). The viewport begins at a whole content pixel, so panning moves pixels and never blurs them. */
#pragma once

#include <glib.h>
#include "label/rect.h"

#define LW_ZOOM_MIN 0.01
#define LW_ZOOM_MAX 64.0

typedef struct {
  int image_width, image_height;
  int width, height;            /* of the viewport */
  double zoom;
  int x, y;                     /* content pixel at the viewport's top left corner; negative where the image is smaller */
  double exact_x, exact_y;      /* what x and y are rounded from: slow panning adds up */
  gboolean fit;                 /* follows the viewport's size until the user zooms or pans */
} LwView;

void lw_view_init (LwView *view);
void lw_view_set_size (LwView *view, int width, int height);
/* Keeps zoom and position where the size is the same as before, fits the image otherwise. */
void lw_view_set_image (LwView *view, int width, int height);
/* @zoom is clamped; the image point under the viewport's (x, y) stays there, as far as the edges of the image allow. */
void lw_view_zoom_to (LwView *view, double zoom, double x, double y);
void lw_view_pan (LwView *view, double dx, double dy);            /* moves the content by this much */
void lw_view_fit (LwView *view);
double lw_view_step (double zoom, int steps);                     /* the zoom some wheel notches on; stops at 100 % on its way */

int lw_view_content_width (const LwView *view);
int lw_view_content_height (const LwView *view);
LwRect lw_view_visible_content (const LwView *view);
void lw_view_to_image (const LwView *view, double x, double y, double *image_x, double *image_y);      /* from viewport pixels */
void lw_view_from_image (const LwView *view, double image_x, double image_y, double *x, double *y);
LwRect lw_view_content_of (const LwView *view, const LwRect *image_rect);      /* every content pixel that may show a pixel of it */
