/* ruler.c: the picture's pixels counted along an edge of the canvas
 *
 * Ticks and numbers stay one render node until the view changes; the mark of the pointer is drawn over it. */
#include "config.h"
#include "editor/ruler.h"
#include <math.h>

#define HEIGHT 20                /* of a lying one */
#define WIDTH 36                 /* of a standing one: room for five digits */
#define LEAST_APART 64           /* numbers of a lying one, widget units */
#define LEAST_APART_STANDING 40
#define MINOR_LEAST 5            /* ticks */
#define MAJOR_TICK 8
#define MINOR_TICK 4

struct _LwRuler
{
  GtkWidget parent_instance;
  LwCanvas *canvas;              /* weak */
  GtkOrientation orientation;
  GskRenderNode *scale;          /* NULL: to be drawn */
};

enum { PROP_ORIENTATION = 1 };

G_DEFINE_FINAL_TYPE_WITH_CODE (LwRuler, lw_ruler, GTK_TYPE_WIDGET, G_IMPLEMENT_INTERFACE (GTK_TYPE_ORIENTABLE, NULL))

int
lw_ruler_choose_step (double unit, double least)
{
  static const int factors[] = { 1, 2, 5 };

  for (int power = 1; power < 1000000; power *= 10)
    for (gsize i = 0; i < G_N_ELEMENTS (factors); i++)
      if (factors[i] * power * unit >= least)
        return factors[i] * power;
  return 1000000;
}

/* ---- one scale ---- */

typedef struct { double start, unit, from, to; int pixels; } Axis;      /* where pixel 0 begins, how long one is, which part is shown, how many there are */

static gboolean
get_axis (LwRuler *self, guint pane, Axis *axis)
{
  gboolean lying = self->orientation == GTK_ORIENTATION_HORIZONTAL;
  double x0, y0, x1, y1, starts[2], width;
  int image_width, image_height;

  if (self->canvas == NULL || !lw_canvas_locate (self->canvas, 0, 0, &x0, &y0) || !lw_canvas_locate (self->canvas, 1, 1, &x1, &y1) ||
      !lw_canvas_get_image_size (self->canvas, &image_width, &image_height) || pane >= lw_canvas_get_panes (self->canvas, starts, &width))
    return FALSE;
  if (lying)
    *axis = (Axis) { x0 + starts[pane], x1 - x0, starts[pane], starts[pane] + width, image_width };
  else
    *axis = (Axis) { y0, y1 - y0, 0, gtk_widget_get_height (GTK_WIDGET (self)), image_height };
  return pane == 0 || lying;
}

static void
append_number (LwRuler *self, GtkSnapshot *snapshot, int pixel, double at, const GdkRGBA *colour)
{
  g_autofree char *text = g_strdup_printf ("%d", pixel);
  g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  gtk_snapshot_save (snapshot);
  if (self->orientation == GTK_ORIENTATION_HORIZONTAL)
    gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) round (at) + 3, 0));
  else
    gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) (WIDTH - 2 - width), (float) round (at) + 1));
  gtk_snapshot_append_layout (snapshot, layout, colour);
  gtk_snapshot_restore (snapshot);
}

static void
add_tick (LwRuler *self, cairo_t *cr, double at, double length)
{
  at = floor (at) + 0.5;
  if (self->orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      cairo_move_to (cr, at, HEIGHT);
      cairo_rel_line_to (cr, 0, -length);
    }
  else
    {
      cairo_move_to (cr, WIDTH, at);
      cairo_rel_line_to (cr, -length, 0);
    }
}

static void
append_axis (LwRuler *self, GtkSnapshot *snapshot, const Axis *axis, const GdkRGBA *colour)
{
  double apart = self->orientation == GTK_ORIENTATION_HORIZONTAL ? LEAST_APART : LEAST_APART_STANDING;
  int step = lw_ruler_choose_step (axis->unit, apart), minor = MIN (step, lw_ruler_choose_step (axis->unit, MINOR_LEAST));
  graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (GTK_WIDGET (self)), (float) gtk_widget_get_height (GTK_WIDGET (self)));
  int first = (int) MAX (0, floor ((axis->from - axis->start) / axis->unit)), last = (int) MIN (axis->pixels, ceil ((axis->to - axis->start) / axis->unit));

  while (step % minor != 0)      /* 5 doesn't fit into 2 times a power of ten */
    minor = lw_ruler_choose_step (1, minor + 1);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &all);
  gdk_cairo_set_source_rgba (cr, colour);
  cairo_set_line_width (cr, 1);
  for (int pixel = first - first % minor; pixel <= last; pixel += minor)
    add_tick (self, cr, axis->start + pixel * axis->unit, pixel % step == 0 ? MAJOR_TICK : MINOR_TICK);
  cairo_stroke (cr);
  cairo_destroy (cr);
  for (int pixel = first - first % step; pixel <= last; pixel += step)
    append_number (self, snapshot, pixel, axis->start + pixel * axis->unit, colour);
}

static GskRenderNode *
draw_scale (LwRuler *self)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GdkRGBA colour;
  Axis axis;

  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &colour);
  for (guint pane = 0; get_axis (self, pane, &axis); pane++)
    {
      gboolean lying = self->orientation == GTK_ORIENTATION_HORIZONTAL;
      graphene_rect_t clip = lying ? GRAPHENE_RECT_INIT ((float) axis.from, 0, (float) (axis.to - axis.from), HEIGHT)
                                   : GRAPHENE_RECT_INIT (0, (float) axis.from, WIDTH, (float) (axis.to - axis.from));
      gtk_snapshot_push_clip (snapshot, &clip);
      append_axis (self, snapshot, &axis, &colour);
      gtk_snapshot_pop (snapshot);
    }
  return gtk_snapshot_free_to_node (snapshot);
}

/* ---- the widget ---- */

static void
append_mark (LwRuler *self, GtkSnapshot *snapshot)
{
  gboolean lying = self->orientation == GTK_ORIENTATION_HORIZONTAL;
  GdkRGBA colour = { 0.21f, 0.52f, 0.89f, 0.55f };
  Axis axis;
  int x, y;

  if (self->canvas == NULL || !lw_canvas_get_pointed_pixel (self->canvas, &x, &y))
    return;
  gtk_style_context_lookup_color (gtk_widget_get_style_context (GTK_WIDGET (self)), "accent_bg_color", &colour);
  colour.alpha = 0.55f;
  for (guint pane = 0; get_axis (self, pane, &axis); pane++)
    {
      float at = (float) floor (axis.start + (lying ? x : y) * axis.unit), length = (float) MAX (2, ceil (axis.unit));
      gtk_snapshot_append_color (snapshot, &colour, lying ? &GRAPHENE_RECT_INIT (at, 0, length, HEIGHT) : &GRAPHENE_RECT_INIT (0, at, WIDTH, length));
    }
}

static void
snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  LwRuler *self = LW_RULER (widget);

  if (self->scale == NULL)
    self->scale = draw_scale (self);
  if (self->scale != NULL)
    gtk_snapshot_append_node (snapshot, self->scale);
  append_mark (self, snapshot);
}

static void
forget_scale (LwRuler *self)
{
  g_clear_pointer (&self->scale, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  gboolean along = orientation == LW_RULER (widget)->orientation;
  *minimum = *natural = along ? 0 : orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : WIDTH;
}

static void
size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  forget_scale (LW_RULER (widget));
}

static void
css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (lw_ruler_parent_class)->css_changed (widget, change);
  forget_scale (LW_RULER (widget));
}

static void
let_go (LwRuler *self)
{
  if (self->canvas != NULL)
    g_signal_handlers_disconnect_by_data (self->canvas, self);
  g_clear_weak_pointer (&self->canvas);
}

void
lw_ruler_set_canvas (LwRuler *self, LwCanvas *canvas)
{
  g_return_if_fail (LW_IS_RULER (self) && LW_IS_CANVAS (canvas));

  let_go (self);
  g_set_weak_pointer (&self->canvas, canvas);
  g_signal_connect_swapped (canvas, "view-changed", G_CALLBACK (forget_scale), self);
  g_signal_connect_swapped (canvas, "notify::pointer-text", G_CALLBACK (gtk_widget_queue_draw), self);
  forget_scale (self);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_ORIENTATION)
    g_value_set_enum (value, (int) LW_RULER (object)->orientation);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id != PROP_ORIENTATION)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  LW_RULER (object)->orientation = (GtkOrientation) g_value_get_enum (value);
  gtk_widget_queue_resize (GTK_WIDGET (object));
}

static void
dispose (GObject *object)
{
  LwRuler *self = LW_RULER (object);

  let_go (self);
  g_clear_pointer (&self->scale, gsk_render_node_unref);
  G_OBJECT_CLASS (lw_ruler_parent_class)->dispose (object);
}

static void
lw_ruler_class_init (LwRulerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = get_property;
  object_class->set_property = set_property;
  object_class->dispose = dispose;
  widget_class->snapshot = snapshot;
  widget_class->measure = measure;
  widget_class->size_allocate = size_allocate;
  widget_class->css_changed = css_changed;
  g_object_class_override_property (object_class, PROP_ORIENTATION, "orientation");
  gtk_widget_class_set_css_name (widget_class, "ruler");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
lw_ruler_init (LwRuler *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}
