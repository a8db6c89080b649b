/* canvas-private.h: shared by canvas.c (what is shown), canvas-tools.c (what a tool does) and canvas-input.c (what the hand does) */
#pragma once

#include "editor/canvas.h"
#include "editor/polygons.h"
#include "editor/tiles.h"
#include "editor/view.h"

struct _LwCanvas
{
  GtkWidget parent_instance;

  LwDocument *document;
  LwToolbox *toolbox;

  /* shown */
  LwView view;
  LwTiles *tiles;
  LwCompositor compositor;
  LwImage *playback_image;           /* lent; NULL: the document is shown */
  const LwLabelMap *playback_map;
  guint settle_id;                   /* timeout: the zoom has come to rest */
  gboolean peek;                     /* the overlay is off while this holds */
  char *pointer_text;

  /* tools */
  gboolean stroking;                 /* the document's edit is a stroke of ours */
  gboolean erasing;                  /* by the tool, or by the other end of the pen */
  double last_x, last_y, last_radius;   /* of the stroke, in image pixels */
  LwPolygons *polygons;

  /* the hand; positions in widget coordinates */
  gboolean hovering;
  double pointer_x, pointer_y, pressure;
  double drag_x, drag_y;             /* where the last drag event was */
  gboolean panning, space_held;
  gboolean pinching;
  double pinch_zoom;                 /* at its beginning */
  double pinch_x, pinch_y;           /* where its middle was */
  guint32 click_time;                /* of the last corner: a second click soon after closes the polygon */
  double click_x, click_y;
  double scroll_rest;                /* part of a wheel notch */
};

/* canvas.c */
double canvas_scale (LwCanvas *canvas);                                     /* device pixels a widget unit */
void canvas_to_image (LwCanvas *canvas, double x, double y, double *image_x, double *image_y);
void canvas_from_image (LwCanvas *canvas, double image_x, double image_y, double *x, double *y);
gboolean canvas_pixel_at (LwCanvas *canvas, double x, double y, int *px, int *py);     /* FALSE: outside the image */
void canvas_update_pointer (LwCanvas *canvas);                              /* text, cursor and outline */
void canvas_zoom_steps (LwCanvas *canvas, int steps, double x, double y);
void canvas_set_peek (LwCanvas *canvas, gboolean peek);

/* canvas-tools.c */
void canvas_tools_add_actions (GtkWidgetClass *klass);
void canvas_update_actions (LwCanvas *canvas);
gboolean canvas_tool_paints (LwCanvas *canvas);                             /* the tool in the hand is a brush or an eraser */
double canvas_brush_radius (LwCanvas *canvas, double pressure);             /* image pixels */
gboolean canvas_tool_is_refused (LwCanvas *canvas, int x, int y);           /* what the tool may not touch has this pixel */
void canvas_tool_press (LwCanvas *canvas, double x, double y, guint32 time);   /* a click of a tool that doesn't paint */
void canvas_pick_class (LwCanvas *canvas, double x, double y);
void canvas_cancel (LwCanvas *canvas);                                      /* the stroke, or with its tool the polygon in progress */
gboolean canvas_can_close_polygon (LwCanvas *canvas);
gboolean canvas_has_polygon_tool (LwCanvas *canvas);                        /* in the hand: with another one a polygon in progress waits */

/* canvas-input.c */
void canvas_add_controllers (LwCanvas *canvas);
