/* overview.c: a small map of the whole picture while only a part of it is seen */
#include "config.h"
#include "editor/overview.h"
#include <glib/gi18n-lib.h>

#define MOST_WIDTH 168
#define MOST_HEIGHT 126
#define PART 4                 /* of the canvas, at most, along each side: a small one is to paint on, too */
#define DETAIL 2               /* pixels of the map a widget unit: sharp where the scale factor is 2 */
#define CORNER 6

struct _LwOverview
{
  GtkWidget parent_instance;
  LwCanvas *canvas;            /* weak */
  gboolean enabled;
  LwImage *image;              /* that @texture was made of, or is being made of */
  GdkTexture *texture;         /* NULL: not yet */
  GCancellable *scaling;       /* NULL: nothing is on its way */
  graphene_rect_t seen;        /* image pixels */
  guint update_id;             /* idle */
};

G_DEFINE_FINAL_TYPE (LwOverview, lw_overview, GTK_TYPE_WIDGET)

enum { PROP_ENABLED = 1, N_PROPS };
static GParamSpec *props[N_PROPS];

/* ---- the map ---- */

static void
scale_in_thread (GTask *task, gpointer source, gpointer image, GCancellable *cancellable)
{
  g_task_return_pointer (task, lw_image_scale_down (image, MOST_WIDTH * DETAIL, MOST_HEIGHT * DETAIL), (GDestroyNotify) lw_image_unref);
}

static void
scaled_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  LwOverview *self = LW_OVERVIEW (source);
  g_autoptr(GError) error = NULL;
  LwImage *small = g_task_propagate_pointer (G_TASK (result), &error);

  if (error != NULL)
    return;      /* another picture took its place */
  g_clear_object (&self->scaling);
  if (small == NULL)
    return;
  g_autoptr(GBytes) bytes = g_bytes_new_with_free_func (small->pixels, small->stride * (gsize) small->height, (GDestroyNotify) lw_image_unref, small);
  self->texture = gdk_memory_texture_new (small->width, small->height, GDK_MEMORY_DEFAULT, bytes, small->stride);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
forget_map (LwOverview *self)
{
  g_cancellable_cancel (self->scaling);
  g_clear_object (&self->scaling);
  g_clear_object (&self->texture);
  g_clear_pointer (&self->image, lw_image_unref);
}

/* Made when it is to be seen first: who never zooms in never waits for it. */
static void
make_map (LwOverview *self, LwImage *image)
{
  if (image == self->image)
    return;
  forget_map (self);
  if (image == NULL)
    return;
  self->image = lw_image_ref (image);
  self->scaling = g_cancellable_new ();
  g_autoptr(GTask) task = g_task_new (self, self->scaling, scaled_cb, NULL);
  g_task_set_task_data (task, lw_image_ref (image), (GDestroyNotify) lw_image_unref);
  g_task_run_in_thread (task, scale_in_thread);
}

/* ---- what is seen ---- */

static LwImage *
get_image (LwOverview *self)
{
  LwDocument *document = NULL;
  LwImage *image;

  if (self->canvas == NULL)
    return NULL;
  g_object_get (self->canvas, "document", &document, NULL);
  image = document != NULL ? lw_document_get_image (document) : NULL;
  g_clear_object (&document);
  return image;
}

static void
update (LwOverview *self)
{
  LwImage *image = self->enabled ? get_image (self) : NULL;
  gboolean part = image != NULL && lw_canvas_get_seen (self->canvas, &self->seen) &&
                  (self->seen.size.width < (float) image->width - 0.5f || self->seen.size.height < (float) image->height - 0.5f);

  if (part)
    {
      double width = MIN (MOST_WIDTH, gtk_widget_get_width (GTK_WIDGET (self->canvas)) / PART);
      double height = MIN (MOST_HEIGHT, gtk_widget_get_height (GTK_WIDGET (self->canvas)) / PART);
      double scale = MIN (width / image->width, height / image->height);
      make_map (self, image);
      gtk_widget_set_size_request (GTK_WIDGET (self), MAX (16, (int) (image->width * scale)), MAX (16, (int) (image->height * scale)));
    }
  gtk_widget_set_visible (GTK_WIDGET (self), part);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
update_cb (gpointer data)
{
  LwOverview *self = data;

  self->update_id = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

/* The view may change while sizes are being given out, when nothing may show itself or ask for another size. */
static void
queue_update (LwOverview *self)
{
  if (self->update_id == 0)
    self->update_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, update_cb, self, NULL);
}

static void
let_go (LwOverview *self)
{
  if (self->canvas != NULL)
    g_signal_handlers_disconnect_by_data (self->canvas, self);
  g_clear_weak_pointer (&self->canvas);
}

void
lw_overview_set_canvas (LwOverview *self, LwCanvas *canvas)
{
  g_return_if_fail (LW_IS_OVERVIEW (self) && LW_IS_CANVAS (canvas));

  let_go (self);
  g_set_weak_pointer (&self->canvas, canvas);
  g_signal_connect_swapped (canvas, "view-changed", G_CALLBACK (queue_update), self);
  queue_update (self);
}

static void
go_to (LwOverview *self, double x, double y)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));

  if (self->canvas != NULL && self->image != NULL && width > 0 && height > 0)
    lw_canvas_center_on (self->canvas, CLAMP (x / width, 0, 1) * self->image->width, CLAMP (y / height, 0, 1) * self->image->height);
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, LwOverview *self)
{
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  go_to (self, x, y);
}

static void
drag_update_cb (GtkGestureDrag *gesture, double offset_x, double offset_y, LwOverview *self)
{
  double x, y;

  gtk_gesture_drag_get_start_point (gesture, &x, &y);
  go_to (self, x + offset_x, y + offset_y);
}

/* ---- the widget ---- */

/* What isn't seen is darker, and a frame runs around what is. */
static void
append_seen (LwOverview *self, GtkSnapshot *snapshot, const graphene_rect_t *all)
{
  float scale_x = all->size.width / (float) self->image->width, scale_y = all->size.height / (float) self->image->height;
  graphene_rect_t seen = GRAPHENE_RECT_INIT (self->seen.origin.x * scale_x, self->seen.origin.y * scale_y, MAX (4, self->seen.size.width * scale_x),
                                             MAX (4, self->seen.size.height * scale_y));
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, all);

  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_rectangle (cr, 0, 0, all->size.width, all->size.height);
  cairo_rectangle (cr, seen.origin.x, seen.origin.y, seen.size.width, seen.size.height);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.5);
  cairo_fill (cr);
  cairo_rectangle (cr, seen.origin.x + 0.5, seen.origin.y + 0.5, seen.size.width - 1, seen.size.height - 1);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.6);
  cairo_set_line_width (cr, 3);
  cairo_stroke_preserve (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_set_line_width (cr, 1.25);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  LwOverview *self = LW_OVERVIEW (widget);
  graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (widget), (float) gtk_widget_get_height (widget));
  GskRoundedRect shape;
  GdkRGBA edge = { 0, 0, 0, 0.5f };

  gsk_rounded_rect_init_from_rect (&shape, &all, CORNER);
  gtk_snapshot_push_rounded_clip (snapshot, &shape);
  gtk_snapshot_append_color (snapshot, &(GdkRGBA) { 0.2f, 0.2f, 0.2f, 1 }, &all);
  if (self->texture != NULL)
    gtk_snapshot_append_texture (snapshot, self->texture, &all);
  if (self->image != NULL)
    append_seen (self, snapshot, &all);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_append_border (snapshot, &shape, (float[4]) { 1, 1, 1, 1 }, (GdkRGBA[4]) { edge, edge, edge, edge });
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_ENABLED)
    g_value_set_boolean (value, LW_OVERVIEW (object)->enabled);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  LwOverview *self = LW_OVERVIEW (object);

  if (id != PROP_ENABLED)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  else if (self->enabled != g_value_get_boolean (value))
    {
      self->enabled = g_value_get_boolean (value);
      queue_update (self);
      g_object_notify_by_pspec (object, pspec);
    }
}

static void
dispose (GObject *object)
{
  LwOverview *self = LW_OVERVIEW (object);

  g_clear_handle_id (&self->update_id, g_source_remove);
  let_go (self);
  forget_map (self);
  G_OBJECT_CLASS (lw_overview_parent_class)->dispose (object);
}

static void
lw_overview_class_init (LwOverviewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = get_property;
  object_class->set_property = set_property;
  object_class->dispose = dispose;
  GTK_WIDGET_CLASS (klass)->snapshot = snapshot;
  props[PROP_ENABLED] = g_param_spec_boolean ("enabled", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_IMG);
}

static void
lw_overview_init (LwOverview *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "move");
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Overview map"), -1);
}
