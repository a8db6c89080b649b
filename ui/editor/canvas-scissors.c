/* canvas-scissors.c: intelligent scissors: between clicks the line follows the picture's edges */
#include "config.h"
#include "editor/canvas-private.h"
#include "editor/overlay.h"
#include <math.h>

#define SNAP 7.0                 /* widget units: a click this near to an edge is on it */
#define SNAP_PIXELS 12           /* of the picture, at most */
#define CLOSE_DISTANCE 8.0       /* widget units */

struct _CanvasScissors {
  GArray *way;                   /* of LwCorner: what is set, from the first click on */
  GArray *stops;                 /* of guint: the length of the way after each click */
  gint64 frame;                  /* on show */
  GHashTable *by_frame;          /* gint64 → Waiting: of frames that are not */
};

typedef struct { GArray *way, *stops; } Waiting;

static void
waiting_free (gpointer data)
{
  Waiting *waiting = data;
  g_array_unref (waiting->way);
  g_array_unref (waiting->stops);
  g_free (waiting);
}

static void
begin_way (CanvasScissors *self)
{
  self->way = g_array_new (FALSE, FALSE, sizeof (LwCorner));
  self->stops = g_array_new (FALSE, FALSE, sizeof (guint));
}

CanvasScissors *
canvas_scissors_new (void)
{
  CanvasScissors *self = g_new0 (CanvasScissors, 1);
  begin_way (self);
  self->by_frame = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, waiting_free);
  return self;
}

void
canvas_scissors_free (CanvasScissors *self)
{
  g_array_unref (self->way);
  g_array_unref (self->stops);
  g_hash_table_unref (self->by_frame);
  g_free (self);
}

static void
put_away (CanvasScissors *self)
{
  Waiting waiting = { self->way, self->stops };
  g_hash_table_insert (self->by_frame, g_memdup2 (&self->frame, sizeof self->frame), g_memdup2 (&waiting, sizeof waiting));
  begin_way (self);
}

static void
take_up (CanvasScissors *self, Waiting *waiting)
{
  g_array_unref (self->way);
  g_array_unref (self->stops);
  self->way = waiting->way;
  self->stops = waiting->stops;
  g_free (waiting);
}

void
canvas_scissors_show (LwCanvas *canvas, gint64 frame)
{
  CanvasScissors *self = canvas->scissors;
  gpointer key, waiting;

  if (frame == self->frame)
    return;
  if (self->stops->len > 0)
    put_away (self);
  self->frame = frame;
  if (!g_hash_table_steal_extended (self->by_frame, &frame, &key, &waiting))
    return;
  take_up (self, waiting);
  g_free (key);
}

void
canvas_scissors_forget (LwCanvas *canvas)
{
  canvas_scissors_give_up (canvas);
  g_hash_table_remove_all (canvas->scissors->by_frame);
  canvas->scissors->frame = 0;
}

static LwCorner
last_corner (const CanvasScissors *self)
{
  return g_array_index (self->way, LwCorner, self->way->len - 1);
}

guint
canvas_scissors_get_n_stops (const CanvasScissors *self)
{
  return self->stops->len;
}

void
canvas_scissors_give_up (LwCanvas *canvas)
{
  CanvasScissors *self = canvas->scissors;

  if (self->stops->len == 0)
    return;
  g_array_set_size (self->way, 0);
  g_array_set_size (self->stops, 0);
  canvas_update_actions (canvas);
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
}

gboolean
canvas_scissors_take_back (LwCanvas *canvas)
{
  CanvasScissors *self = canvas->scissors;

  if (self->stops->len == 0)
    return FALSE;
  g_array_set_size (self->stops, self->stops->len - 1);
  g_array_set_size (self->way, self->stops->len > 0 ? g_array_index (self->stops, guint, self->stops->len - 1) : 0);
  canvas_update_actions (canvas);
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
  return TRUE;
}

/* ---- where the pointer leads ---- */

/* The corner that is meant: on the edge nearby; with Ctrl the one under the pointer. */
static LwCorner
target_at (LwCanvas *canvas, double x, double y, gboolean free_hand)
{
  double image_x, image_y, widget_pixels = canvas->view.zoom / canvas_scale (canvas);

  canvas_to_image (canvas, x, y, &image_x, &image_y);
  LwCorner corner = { (int) lround (CLAMP (image_x, 0, canvas->view.image_width)), (int) lround (CLAMP (image_y, 0, canvas->view.image_height)) };
  if (free_hand || !lw_assistant_has_image (canvas->assistant))
    return corner;
  LwPixels pixels = lw_assistant_get_pixels (canvas->assistant);
  return lw_live_wire_snap (&pixels, corner, (int) CLAMP (SNAP / widget_pixels, 1, SNAP_PIXELS));
}

/* The way on from what is set: along the wire where it is ready, else straight. The corner that it begins with is left out. */
static void
lead_to (LwCanvas *canvas, GArray *way, LwCorner to, gboolean free_hand)
{
  const LwLiveWire *wire = way->len > 0 && !free_hand ? lw_assistant_get_wire (canvas->assistant, g_array_index (way, LwCorner, way->len - 1)) : NULL;

  if (wire == NULL)
    {
      g_array_append_val (way, to);
      return;
    }
  g_autoptr(GArray) on = lw_live_wire_trace (wire, to);
  if (on->len > 1)
    g_array_append_vals (way, &g_array_index (on, LwCorner, 1), on->len - 1);
}

/* ---- clicks ---- */

gboolean
canvas_scissors_can_close (const CanvasScissors *self)
{
  return self->stops->len >= 2;
}

void
canvas_scissors_close (LwCanvas *canvas)
{
  CanvasScissors *self = canvas->scissors;
  LwEdit *edit = canvas_scissors_can_close (self) ? canvas_begin_edit (canvas) : NULL;

  if (edit == NULL)
    return;
  lead_to (canvas, self->way, g_array_index (self->way, LwCorner, 0), FALSE);
  gsize n = self->way->len;
  g_autofree LwPoint *points = g_new (LwPoint, n);
  for (gsize i = 0; i < n; i++)
    points[i] = (LwPoint) { g_array_index (self->way, LwCorner, i).x, g_array_index (self->way, LwCorner, i).y };
  CanvasPaint paint = { edit, lw_toolbox_get_class (canvas->toolbox) };
  LwRect clip = canvas_whole_image (canvas);
  lw_raster_polygon (points, &n, 1, &clip, canvas_paint_span, &paint);
  lw_document_end_edit (canvas->document, "scissors");
  canvas_scissors_give_up (canvas);
}

static gboolean
is_at_first (LwCanvas *canvas, double x, double y)
{
  LwCorner first = g_array_index (canvas->scissors->way, LwCorner, 0);
  double first_x, first_y;

  canvas_from_image (canvas, first.x, first.y, &first_x, &first_y);
  return hypot (x - first_x, y - first_y) <= CLOSE_DISTANCE;
}

void
canvas_scissors_press (LwCanvas *canvas, double x, double y, gboolean again, gboolean free_hand)
{
  CanvasScissors *self = canvas->scissors;

  if (canvas_scissors_can_close (self) && (again || is_at_first (canvas, x, y)))
    {
      canvas_scissors_close (canvas);
      return;
    }
  LwCorner to = target_at (canvas, x, y, free_hand);
  if (again || (self->way->len > 0 && last_corner (self).x == to.x && last_corner (self).y == to.y))
    return;
  lead_to (canvas, self->way, to, free_hand);
  g_array_append_val (self->stops, self->way->len);
  lw_assistant_get_wire (canvas->assistant, to);      /* begins with it */
  canvas_update_actions (canvas);
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
}

/* ---- what is shown ---- */

void
canvas_scissors_snapshot (LwCanvas *canvas, const graphene_rect_t *clip, GtkSnapshot *snapshot)
{
  const CanvasScissors *self = canvas->scissors;
  g_autoptr(GArray) way = g_array_copy (self->way);
  GdkRGBA tint = canvas_class_tint (canvas);

  if (canvas->hovering && !canvas->panning)
    lead_to (canvas, way, target_at (canvas, canvas->pointer_x, canvas->pointer_y, canvas->free_hand), canvas->free_hand);
  g_autofree LwPoint *points = g_new (LwPoint, way->len);
  for (guint i = 0; i < way->len; i++)
    canvas_from_image (canvas, g_array_index (way, LwCorner, i).x, g_array_index (way, LwCorner, i).y, &points[i].x, &points[i].y);
  lw_overlay_area (snapshot, clip, points, way->len, &tint);

  g_autoptr(GArray) handles = g_array_new (FALSE, FALSE, sizeof (LwPoint));
  for (guint i = 0; i < self->stops->len; i++)
    g_array_append_val (handles, points[g_array_index (self->stops, guint, i) - 1]);
  if (way->len > self->way->len)
    g_array_append_val (handles, points[way->len - 1]);
  lw_overlay_handles (snapshot, clip, (const LwPoint *) (gpointer) handles->data, handles->len, canvas_scissors_can_close (self));
}
