/* curve.c: the course of a training: loss on the left axis, validation mIoU on the right one */
#include "config.h"
#include "curve.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <math.h>

#define MARGIN_X 48        /* room for the numbers of an axis */
#define MARGIN_TOP 26      /* room for the legend */
#define MARGIN_BOTTOM 26
#define N_LINES 4

struct _LwCurve
{
  GtkWidget parent_instance;
  GArray *steps;           /* of LwCurvePoint */
  GArray *epochs;          /* of LwJobPoint */
  guint n_epochs;
};

G_DEFINE_FINAL_TYPE (LwCurve, lw_curve, GTK_TYPE_WIDGET)

/* Where the axes lie, and what they reach to. */
typedef struct
{
  double x, y, width, height, epochs, loss;
} Frame;

typedef struct
{
  GdkRGBA text, line, loss, faint_loss, miou;
} Colors;

double
lw_curve_round_up (double max)
{
  if (!(max > 0) || !isfinite (max))
    return 1;
  double unit = pow (10, floor (log10 (max)));
  double steps[] = { 1, 2, 5, 10 };
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    if (max <= steps[i] * unit * (1 + 1e-9))
      return steps[i] * unit;
  return 10 * unit;
}

/* Blue and orange differ for every kind of colour vision; each has a lighter form on dark. */
static Colors
get_colors (GtkWidget *widget)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  Colors colors;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &colors.text);
  colors.line = colors.text;
  colors.line.alpha *= 0.15f;
  gdk_rgba_parse (&colors.loss, dark ? "#ffa348" : "#c64600");
  gdk_rgba_parse (&colors.miou, dark ? "#78aeed" : "#1c71d8");
  colors.faint_loss = colors.loss;
  colors.faint_loss.alpha = 0.35f;
  return colors;
}

static double
get_max_loss (LwCurve *self)
{
  double max = 0;
  for (guint i = 0; i < self->steps->len; i++)
    max = fmax (max, g_array_index (self->steps, LwCurvePoint, i).y);
  for (guint i = 0; i < self->epochs->len; i++)
    max = fmax (max, g_array_index (self->epochs, LwJobPoint, i).loss);
  return max;
}

/* Without validation there is nothing to read on the right axis. */
static gboolean
has_miou (LwCurve *self)
{
  for (guint i = 0; i < self->epochs->len; i++)
    if (isfinite (g_array_index (self->epochs, LwJobPoint, i).val_miou))
      return TRUE;
  return FALSE;
}

static void
draw_text (GtkWidget *widget, cairo_t *cr, const char *text, double x, double y, double align)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, text);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  int width, height;
  pango_attr_list_insert (attributes, pango_attr_scale_new (PANGO_SCALE_SMALL));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_move_to (cr, x - width * align, y - height / 2.0);
  pango_cairo_show_layout (cr, layout);
}

static void
draw_axes (GtkWidget *widget, cairo_t *cr, const Frame *frame, const Colors *colors, gboolean right)
{
  cairo_set_line_width (cr, 1);
  for (int i = 0; i <= N_LINES; i++)
    {
      double y = round (frame->y + frame->height * (1 - (double) i / N_LINES)) + 0.5;
      char loss[32], miou[32];
      g_snprintf (loss, sizeof loss, "%.3g", frame->loss * i / N_LINES);
      g_snprintf (miou, sizeof miou, "%.2f", (double) i / N_LINES);
      gdk_cairo_set_source_rgba (cr, &colors->line);
      cairo_move_to (cr, frame->x, y);
      cairo_line_to (cr, frame->x + frame->width, y);
      cairo_stroke (cr);
      gdk_cairo_set_source_rgba (cr, &colors->text);
      draw_text (widget, cr, loss, frame->x - 8, y, 1);
      if (right)
        draw_text (widget, cr, miou, frame->x + frame->width + 8, y, 0);
    }
  int every = (int) fmax (1, lw_curve_round_up (frame->epochs / 10));
  for (int epoch = 0; epoch <= (int) frame->epochs; epoch += every)
    {
      g_autofree char *text = g_strdup_printf ("%d", epoch);
      draw_text (widget, cr, text, frame->x + frame->width * epoch / frame->epochs, frame->y + frame->height + 14, 0.5);
    }
}

static void
draw_legend (GtkWidget *widget, cairo_t *cr, const Frame *frame, const Colors *colors, gboolean right)
{
  gdk_cairo_set_source_rgba (cr, &colors->loss);
  cairo_rectangle (cr, frame->x, 9, 14, 3);
  cairo_fill (cr);
  gdk_cairo_set_source_rgba (cr, &colors->text);
  draw_text (widget, cr, _("Loss"), frame->x + 20, 11, 0);
  if (!right)
    return;
  gdk_cairo_set_source_rgba (cr, &colors->miou);
  cairo_rectangle (cr, frame->x + frame->width - 14, 9, 14, 3);
  cairo_fill (cr);
  gdk_cairo_set_source_rgba (cr, &colors->text);
  draw_text (widget, cr, _("Validation mIoU"), frame->x + frame->width - 20, 11, 1);
}

static void
line_to (cairo_t *cr, const Frame *frame, double x, double share, gboolean *begun)
{
  if (!isfinite (share))
    return;
  x = frame->x + frame->width * x / frame->epochs;
  double y = frame->y + frame->height * (1 - CLAMP (share, 0, 1));
  if (*begun)
    cairo_line_to (cr, x, y);
  else
    cairo_move_to (cr, x, y);
  *begun = TRUE;
}

static void
draw_steps (LwCurve *self, cairo_t *cr, const Frame *frame, const Colors *colors)
{
  gboolean begun = FALSE;
  for (guint i = 0; i < self->steps->len; i++)
    {
      const LwCurvePoint *point = &g_array_index (self->steps, LwCurvePoint, i);
      line_to (cr, frame, point->x, point->y / frame->loss, &begun);
    }
  gdk_cairo_set_source_rgba (cr, &colors->faint_loss);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
}

static void
draw_epochs (LwCurve *self, cairo_t *cr, const Frame *frame, gboolean miou, const GdkRGBA *color)
{
  gboolean begun = FALSE;
  gdk_cairo_set_source_rgba (cr, color);
  cairo_set_line_width (cr, 2);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  for (guint i = 0; i < self->epochs->len; i++)
    {
      const LwJobPoint *point = &g_array_index (self->epochs, LwJobPoint, i);
      line_to (cr, frame, point->epoch, miou ? point->val_miou : point->loss / frame->loss, &begun);
    }
  cairo_stroke (cr);
  for (guint i = 0; i < self->epochs->len; i++)
    {
      const LwJobPoint *point = &g_array_index (self->epochs, LwJobPoint, i);
      double share = miou ? point->val_miou : point->loss / frame->loss;
      if (!isfinite (share))
        continue;
      cairo_arc (cr, frame->x + frame->width * point->epoch / frame->epochs, frame->y + frame->height * (1 - CLAMP (share, 0, 1)), 2.5, 0, 2 * G_PI);
      cairo_fill (cr);
    }
}

static void
lw_curve_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  LwCurve *self = LW_CURVE (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  Frame frame = { MARGIN_X, MARGIN_TOP, width - 2 * MARGIN_X, height - MARGIN_TOP - MARGIN_BOTTOM, MAX (self->n_epochs, 1),
                  lw_curve_round_up (get_max_loss (self)) };
  Colors colors = get_colors (widget);
  if (frame.width < 40 || frame.height < 40)
    return;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  draw_axes (widget, cr, &frame, &colors, has_miou (self));
  draw_legend (widget, cr, &frame, &colors, has_miou (self));
  draw_steps (self, cr, &frame, &colors);
  draw_epochs (self, cr, &frame, FALSE, &colors.loss);
  draw_epochs (self, cr, &frame, TRUE, &colors.miou);
  cairo_destroy (cr);
}

/* What a screen reader says of the picture. */
static void
describe (LwCurve *self)
{
  g_autofree char *text = NULL;
  if (self->epochs->len > 0)
    {
      const LwJobPoint *last = &g_array_index (self->epochs, LwJobPoint, self->epochs->len - 1);
      text = isnan (last->val_miou) ? g_strdup_printf (_("Epoch %u of %u: loss %.3f"), last->epoch, self->n_epochs, last->loss)
                                    : g_strdup_printf (_("Epoch %u of %u: loss %.3f, validation mIoU %.3f"), last->epoch, self->n_epochs, last->loss, last->val_miou);
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text != NULL ? text : _("Training curve, empty so far"), -1);
}

static void
copy_points (GArray *to, const GArray *from)
{
  g_array_set_size (to, 0);
  if (from != NULL && from->len > 0)
    g_array_append_vals (to, from->data, from->len);
}

void
lw_curve_set_points (LwCurve *self, const GArray *steps, const GArray *epochs, guint n_epochs)
{
  copy_points (self->steps, steps);
  copy_points (self->epochs, epochs);
  self->n_epochs = n_epochs;
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
lw_curve_finalize (GObject *object)
{
  LwCurve *self = LW_CURVE (object);
  g_array_unref (self->steps);
  g_array_unref (self->epochs);
  G_OBJECT_CLASS (lw_curve_parent_class)->finalize (object);
}

static void
lw_curve_class_init (LwCurveClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lw_curve_finalize;
  GTK_WIDGET_CLASS (klass)->snapshot = lw_curve_snapshot;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "curve");
}

static void
lw_curve_init (LwCurve *self)
{
  self->steps = g_array_new (FALSE, FALSE, sizeof (LwCurvePoint));
  self->epochs = g_array_new (FALSE, FALSE, sizeof (LwJobPoint));
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  describe (self);
}

GtkWidget *
lw_curve_new (void)
{
  return g_object_new (LW_TYPE_CURVE, NULL);
}
