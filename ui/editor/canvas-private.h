/* canvas-private.h: what the parts of the canvas know of each other; each canvas-*.c says in its first line what it does */
#pragma once

#include "editor/assistant.h"
#include "editor/canvas.h"
#include "editor/polygons.h"
#include "editor/tiles.h"
#include "editor/view.h"

typedef struct _CanvasScissors CanvasScissors;
typedef struct _CanvasTouch CanvasTouch;

struct _LwCanvas
{
  GtkWidget parent_instance;

  LwDocument *document;
  LwToolbox *toolbox;
  LwLook *look;

  /* shown */
  LwView view;
  LwTiles *tiles;
  LwCompositor compositor;
  LwImage *playback_image;           /* lent; NULL: the document is shown */
  const LwLabelMap *playback_map;
  guint settle_id;                   /* timeout: the zoom has come to rest */
  LwRect flash;                      /* image pixels: outlined until @flash_end, monotonic */
  gint64 flash_end;
  guint flash_tick;
  gboolean peek;                     /* the overlay is off while this holds */
  LwAgainst compare;                 /* in place of the labels while this holds; LW_AGAINST_PICTURE: nothing */
  LwTiles *other_tiles;              /* of the second pane of a split */
  LwEarlier *earlier;                /* NULL: not read */
  GCancellable *earlier_load;        /* NULL: it isn't being read */
  char *pointer_text;

  /* tools */
  gboolean stroking;                 /* the document's edit is a stroke of ours */
  gboolean erasing;                  /* by the tool, or by the other end of the pen */
  double last_x, last_y, last_radius;   /* of the stroke, in image pixels */
  LwPolygons *polygons;
  guint grabbed, split;              /* a corner in the hand, a side that would get one; G_MAXUINT: none */
  double grab_x, grab_y;             /* widget coordinates: where the hand took it, or moved it last */
  guint32 grab_time;
  gboolean grab_moves;               /* far enough not to be a click */
  gboolean dragging;                 /* a tool that draws a shape */
  LwTool drag_tool;
  gboolean drag_edit;                /* it paints meanwhile: the document's edit is its */
  GArray *trail;                     /* of LwPoint in image pixels: where it was so far */
  LwAssistant *assistant;
  gint64 assisted_frame;             /* whose picture it has */
  GHashTable *cuts;                  /* gint64 frame → LwCutDraft: of frames that are not on show */
  CanvasScissors *scissors;
  gboolean marking, mark_outside;    /* the box cut: the drag says what belongs to it, or what doesn't */
  GdkTexture *cut_texture;           /* NULL: to be drawn */
  gboolean free_hand;                /* Ctrl is down: the scissors don't look for edges */
  gboolean shift;                    /* was down at the last click: closing a polygon begins another part */

  /* the hand; positions in widget coordinates, less @pane_x */
  double pane_x;                     /* where the pane begins that the hand is in */
  gboolean moving_divider;
  gboolean hovering;
  double pointer_x, pointer_y, pressure;
  double drag_x, drag_y;             /* where the last drag event was */
  gboolean panning, space_held;
  gboolean pen_down, pen_eraser;     /* the pen touches; its other end is near */
  gboolean pen_measures, pen_named;  /* what went down last is a pen that tells its pressure; its events name the tool */
  double pen_pressure;               /* told by the last motion without naming a tool; 0: it wasn't a pen, or the pen hovers */
  gint64 pen_seen;                   /* monotonic; 0: never */
  CanvasTouch *touch;
  double pinch_zoom;                 /* at the beginning of a touchpad's */
  gboolean cursor_shown, cursor_down;   /* the keys' cursor, and that it put the tool down */
  double cursor_x, cursor_y;         /* image pixels: a pixel's centre */
  double mouse_x, mouse_y;           /* where the mouse was last */
  guint32 click_time;                /* of the last corner: a second click soon after closes the polygon */
  double click_x, click_y;
  double scroll_rest;                /* part of a wheel notch */
};

/* canvas.c */
void canvas_set_peek (LwCanvas *canvas, gboolean peek);
void canvas_say (LwCanvas *canvas, const char *text);                       /* to whoever shows messages */

/* canvas-view.c */
double canvas_scale (LwCanvas *canvas);                                     /* device pixels a widget unit */
void canvas_to_image (LwCanvas *canvas, double x, double y, double *image_x, double *image_y);
void canvas_from_image (LwCanvas *canvas, double image_x, double image_y, double *x, double *y);
gboolean canvas_pixel_at (LwCanvas *canvas, double x, double y, int *px, int *py);     /* FALSE: outside the image */
void canvas_set_size (LwCanvas *canvas, int height);                        /* of the widget; its panes know how wide they are */
void canvas_show_size (LwCanvas *canvas, int width, int height);            /* of the picture */
void canvas_reset_tiles (LwCanvas *canvas);
void canvas_zoom_steps (LwCanvas *canvas, int steps, double x, double y);

/* canvas-pointer.c */
void canvas_update_pointer (LwCanvas *canvas);                              /* text, cursor and outline */
void canvas_update_text (LwCanvas *canvas);

/* canvas-snapshot.c */
void canvas_snapshot (LwCanvas *canvas, GtkSnapshot *snapshot);
void canvas_snapshot_overlay (LwCanvas *canvas, GtkSnapshot *snapshot);     /* outlines of a pane */
GdkRGBA canvas_class_tint (LwCanvas *canvas);                               /* the class in the hand, translucent */

/* canvas-assistant.c */
LwAssistant *canvas_new_assistant (LwCanvas *canvas);                       /* whose answers come to the canvas */
void canvas_assist_picture (LwCanvas *canvas);                              /* the document has another one */

/* canvas-scene.c */
gboolean canvas_get_scene (LwCanvas *canvas, LwScene *scene);               /* FALSE: nothing can be composed now (no document, or its frame is still loading) */
gboolean canvas_get_other_scene (LwCanvas *canvas, LwScene *scene);         /* of the second pane */
void canvas_scene_changed (LwCanvas *canvas);                               /* all of it */
void canvas_update_colours (LwCanvas *canvas);
void canvas_update_curves (LwCanvas *canvas);                               /* another picture */
void canvas_update_people (LwCanvas *canvas);                               /* another frame */

/* canvas-compare.c */
char *canvas_describe_against (LwCanvas *canvas, LwAgainst against);
const LwLabelMap *canvas_get_against (LwCanvas *canvas, LwAgainst against); /* NULL: there is none */
void canvas_set_compare (LwCanvas *canvas, LwAgainst against);
void canvas_refresh_earlier (LwCanvas *canvas);                             /* the last revision before, where it is shown */
void canvas_forget_earlier (LwCanvas *canvas, gboolean map_too);

/* canvas-split.c */
LwSplitView canvas_get_split (LwCanvas *canvas);
int canvas_get_pane_width (LwCanvas *canvas);
void canvas_enter_pane (LwCanvas *canvas, double x);                        /* the hand is there */
double canvas_fold (LwCanvas *canvas, double x);                            /* of a place in either pane: in the first */
gboolean canvas_is_on_divider (LwCanvas *canvas, double x);
void canvas_move_divider (LwCanvas *canvas, double x);
void canvas_snapshot_split (LwCanvas *canvas, GtkSnapshot *snapshot);
void canvas_split_changed (LwCanvas *canvas);

/* canvas-tools.c */
void canvas_tools_add_actions (GtkWidgetClass *klass);
void canvas_update_actions (LwCanvas *canvas);
gboolean canvas_tool_paints (LwCanvas *canvas);                             /* the tool in the hand is a brush, an eraser or reveals */
double canvas_brush_radius (LwCanvas *canvas, double pressure);             /* image pixels */
void canvas_tool_press (LwCanvas *canvas, double x, double y, guint32 time);   /* a click of a tool that doesn't paint */
void canvas_pick_class (LwCanvas *canvas, double x, double y);
gboolean canvas_has_tool (LwCanvas *canvas, LwTool tool);                     /* in the hand */
gboolean canvas_has_polygon_tool (LwCanvas *canvas);                        /* in the hand: with another one a polygon in progress waits */

/* What a shape's spans do to an edit. */
typedef struct {
  LwEdit *edit;
  guint8 class_id;
  const LwLabelMap *reveal;          /* NULL: the class is painted; else what this map has there, as far as it is @shown */
  gboolean shown[256];
} CanvasPaint;
void canvas_paint_span (int y, int x0, int x1, gpointer paint);             /* an LwSpanFunc */
LwRect canvas_whole_image (LwCanvas *canvas);

/* canvas-protection.c */
LwEdit *canvas_begin_edit (LwCanvas *canvas);                               /* NULL: nothing may be painted now */
gboolean canvas_tool_is_refused (LwCanvas *canvas, int x, int y);           /* the tool may not touch this pixel */
void canvas_protection_snapshot (LwCanvas *canvas, const graphene_rect_t *clip, GtkSnapshot *snapshot);

/* canvas-polygon.c */
gboolean canvas_polygon_can_grab (LwCanvas *canvas);                        /* a corner is under the pointer */
void canvas_polygon_press (LwCanvas *canvas, double x, double y, gboolean again);
void canvas_polygon_close (LwCanvas *canvas);                               /* paints it */
void canvas_polygon_close_part (LwCanvas *canvas);                          /* and begins another one */
void canvas_polygon_remove_corner (LwCanvas *canvas);
void canvas_polygon_remove_part (LwCanvas *canvas);
gboolean canvas_polygon_drag_begin (LwCanvas *canvas, double x, double y, gboolean remove, guint32 time);   /* FALSE: neither a corner nor a side is there */
void canvas_polygon_drag_to (LwCanvas *canvas, double x, double y);
void canvas_polygon_drag_end (LwCanvas *canvas);
void canvas_polygon_drag_cancel (LwCanvas *canvas);
void canvas_polygon_snapshot (LwCanvas *canvas, const graphene_rect_t *clip, GtkSnapshot *snapshot);

/* canvas-drag.c */
gboolean canvas_drag_begin (LwCanvas *canvas, double x, double y, GdkModifierType modifiers, guint32 time);      /* FALSE: the tool is none that is dragged */
void canvas_drag_to (LwCanvas *canvas, const LwBrushSample *samples, gsize n);
void canvas_drag_end (LwCanvas *canvas);
void canvas_drag_cancel (LwCanvas *canvas);
void canvas_drag_drop (LwCanvas *canvas);                                   /* what was painted stays, a shape that isn't finished goes */
void canvas_drag_snapshot (LwCanvas *canvas, const graphene_rect_t *clip, GtkSnapshot *snapshot);

/* canvas-superpixels.c */
gboolean canvas_superpixels_prepare (LwCanvas *canvas);                     /* FALSE: not there yet */
void canvas_superpixels_paint (LwCanvas *canvas, LwPoint from, LwPoint to);
void canvas_superpixels_snapshot (LwCanvas *canvas, const graphene_rect_t *clip, GtkSnapshot *snapshot);

/* canvas-scissors.c */
CanvasScissors *canvas_scissors_new (void);
void canvas_scissors_free (CanvasScissors *scissors);
guint canvas_scissors_get_n_stops (const CanvasScissors *scissors);         /* clicks so far */
void canvas_scissors_show (LwCanvas *canvas, gint64 frame);                 /* what is in progress on the frame shown so far waits there */
void canvas_scissors_forget (LwCanvas *canvas);                             /* on every frame */
void canvas_scissors_press (LwCanvas *canvas, double x, double y, gboolean again, gboolean free_hand);
gboolean canvas_scissors_can_close (const CanvasScissors *scissors);
void canvas_scissors_close (LwCanvas *canvas);
gboolean canvas_scissors_take_back (LwCanvas *canvas);                      /* the last click */
void canvas_scissors_give_up (LwCanvas *canvas);
void canvas_scissors_snapshot (LwCanvas *canvas, const graphene_rect_t *clip, GtkSnapshot *snapshot);

/* canvas-cut.c */
void canvas_cut_drag_begin (LwCanvas *canvas, gboolean outside);            /* the trail has its first point */
void canvas_cut_drag_end (LwCanvas *canvas);
gboolean canvas_cut_can_accept (LwCanvas *canvas);
void canvas_cut_accept (LwCanvas *canvas);
void canvas_cut_drop (LwCanvas *canvas);
void canvas_cut_put_away (LwCanvas *canvas);                                /* with the frame that the assistant has */
void canvas_cut_take_up (LwCanvas *canvas);
void canvas_cut_changed (LwCanvas *canvas);
void canvas_cut_snapshot (LwCanvas *canvas, const graphene_rect_t *clip, GtkSnapshot *snapshot);

/* canvas-cursor.c */
void canvas_cursor_add_actions (GtkWidgetClass *klass);
void canvas_cursor_lift (LwCanvas *canvas);                                 /* what it painted stays */
void canvas_cursor_hide (LwCanvas *canvas);
void canvas_cursor_follow_view (LwCanvas *canvas);
void canvas_cursor_snapshot (LwCanvas *canvas, const graphene_rect_t *clip, GtkSnapshot *snapshot);

/* canvas-pen.c; @now is monotonic */
gboolean canvas_event_is_eraser (GdkEvent *event);
gboolean canvas_pen_touches (LwCanvas *canvas, GdkEvent *event);            /* FALSE: something else goes down */
void canvas_pen_read (LwCanvas *canvas, GdkEvent *event, LwBrushSample *sample);        /* pressure and tilt */
/* Of a point that was merged into an event, @part of the way (0..1) to @last, the event's own sample. */
void canvas_pen_recall (LwCanvas *canvas, const GdkTimeCoord *point, double part, const LwBrushSample *last, LwBrushSample *sample);
double canvas_pen_pressure (LwCanvas *canvas, gboolean measured, double pressure);      /* the part of the size that it makes: 1 where it isn't measured, or isn't wanted */
void canvas_pen_follow (LwCanvas *canvas, GdkEvent *event, gint64 now);
void canvas_pen_near (LwCanvas *canvas, gboolean eraser, gint64 now);
void canvas_pen_down (LwCanvas *canvas, const LwBrushSample *sample, gboolean eraser, GdkModifierType modifiers);
void canvas_pen_up (LwCanvas *canvas, gint64 now);
gboolean canvas_touch_is_palm (LwCanvas *canvas, gint64 now);

/* canvas-touch.c */
CanvasTouch *canvas_touch_new (void);
void canvas_touch_free (CanvasTouch *touch);
void canvas_touch (LwCanvas *canvas, GdkEvent *event);
void canvas_touch_give_way (LwCanvas *canvas);                              /* to a pen or a mouse */
void canvas_touch_forget (LwCanvas *canvas);

/* canvas-flash.c */
void canvas_flash_snapshot (LwCanvas *canvas, const graphene_rect_t *clip, GtkSnapshot *snapshot);

/* canvas-input.c */
void canvas_fold_hand (LwCanvas *canvas, double *x);                        /* to where it is in its pane */
gboolean canvas_locate (LwCanvas *canvas, GdkEvent *event, double *x, double *y);       /* on the canvas */
void canvas_hand_press (LwCanvas *canvas, const LwBrushSample *sample, GdkModifierType modifiers);      /* the tool begins, or does its one thing */
void canvas_hand_samples (LwCanvas *canvas, const LwBrushSample *samples, gsize n);                     /* it goes on, if it began something */
void canvas_hand_off (LwCanvas *canvas);
void canvas_add_controllers (LwCanvas *canvas);
