/* swatch.c: a patch of one colour */
#include "config.h"
#include "swatch.h"

#include "editor/patterns.h"

#define DEFAULT_SIZE 18
#define RADIUS 4
#define EDGE_ALPHA 0.25f          /* keeps white on white and black on black visible */

struct _LwSwatch
{
  GtkWidget parent_instance;
  GdkRGBA color;
  int pattern;                     /* -1: none */
};

G_DEFINE_FINAL_TYPE (LwSwatch, lw_swatch, GTK_TYPE_WIDGET)

static void
append_pattern (LwSwatch *self, GtkSnapshot *snapshot, int width, int height)
{
  guint32 rgb = (guint32) (self->color.red * 255) << 16 | (guint32) (self->color.green * 255) << 8 | (guint32) (self->color.blue * 255);
  double ink = lw_pattern_ink (rgb) != 0 ? 1 : 0;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      if (lw_pattern_has_ink ((guint) self->pattern, x, y))
        cairo_rectangle (cr, x, y, 1, 1);
  cairo_set_source_rgb (cr, ink, ink, ink);
  cairo_fill (cr);
  cairo_destroy (cr);
}

static void
lw_swatch_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  LwSwatch *self = LW_SWATCH (widget);
  GskRoundedRect shape;
  GdkRGBA edge;
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &edge);
  edge.alpha = EDGE_ALPHA;
  gsk_rounded_rect_init_from_rect (&shape, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height), RADIUS);
  gtk_snapshot_push_rounded_clip (snapshot, &shape);
  gtk_snapshot_append_color (snapshot, &self->color, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  if (self->pattern >= 0)
    append_pattern (self, snapshot, width, height);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_append_border (snapshot, &shape, (float[4]) { 1, 1, 1, 1 }, (GdkRGBA[4]) { edge, edge, edge, edge });
}

static void
lw_swatch_class_init (LwSwatchClass *klass)
{
  GTK_WIDGET_CLASS (klass)->snapshot = lw_swatch_snapshot;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
lw_swatch_init (LwSwatch *self)
{
  self->pattern = -1;
  gtk_widget_set_size_request (GTK_WIDGET (self), DEFAULT_SIZE, DEFAULT_SIZE);
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
}

GtkWidget *
lw_swatch_new (int size)
{
  GtkWidget *self = g_object_new (LW_TYPE_SWATCH, NULL);
  gtk_widget_set_size_request (self, size, size);
  return self;
}

void
lw_swatch_set_rgb (LwSwatch *self, const guint8 rgb[3])
{
  self->color = (GdkRGBA) { (float) rgb[0] / 255, (float) rgb[1] / 255, (float) rgb[2] / 255, 1 };
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
lw_swatch_set_pattern (LwSwatch *self, int n)
{
  self->pattern = n;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
