/* test-curve.c: the training curve draws whatever comes, and its axis ends on a round number */
#include "config.h"
#include "models/curve.h"

#include <adwaita.h>
#include <math.h>
#include "fixture.h"

static void
test_round_up (void)
{
  const struct { double max, end; } cases[] = {
    { 0, 1 }, { -3, 1 }, { NAN, 1 }, { INFINITY, 1 }, { 1, 1 }, { 1.01, 2 }, { 2.2, 5 }, { 7, 10 }, { 0.013, 0.02 }, { 0.5, 0.5 }, { 4999, 5000 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpfloat_with_epsilon (lw_curve_round_up (cases[i].max), cases[i].end, 1e-9 * cases[i].end);
}

/* Returns: how many pixels differ from those of an empty curve. */
static guint
draw (GtkWidget *window, LwCurve *curve, const GArray *steps, const GArray *epochs, guint n)
{
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  lw_curve_set_points (curve, steps, epochs, n);
  GTK_WIDGET_GET_CLASS (curve)->snapshot (GTK_WIDGET (curve), snapshot);
  GskRenderNode *node = gtk_snapshot_to_node (snapshot);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 400, 300);
  cairo_t *cr = cairo_create (surface);
  guint drawn = 0;
  g_assert_nonnull (node);
  gsk_render_node_draw (node, cr);
  cairo_surface_flush (surface);
  for (int i = 0; i < 400 * 300; i++)
    drawn += ((guint32 *) cairo_image_surface_get_data (surface))[i] != 0;
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  gsk_render_node_unref (node);
  return drawn;
}

static void
test_draw (void)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *curve = lw_curve_new ();
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (LwCurvePoint));
  g_autoptr (GArray) epochs = g_array_new (FALSE, FALSE, sizeof (LwJobPoint));
  gtk_window_set_default_size (GTK_WINDOW (window), 400, 300);
  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_set_child (GTK_WINDOW (window), curve);
  gtk_window_present (GTK_WINDOW (window));
  fixture_wait (gtk_widget_get_mapped (curve) && gtk_widget_get_width (curve) > 300 && gtk_widget_get_height (curve) > 200);

  guint empty = draw (window, LW_CURVE (curve), steps, epochs, 0);
  g_assert_cmpuint (empty, >, 0);      /* the axes */
  for (guint i = 1; i <= 10; i++)
    {
      LwCurvePoint step = { i, 2.0 / i };
      LwJobPoint epoch = { i, 2.0 / i, i % 3 == 0 ? NAN : i / 20.0 };
      g_array_append_val (steps, step);
      g_array_append_val (epochs, epoch);
    }
  g_assert_cmpuint (draw (window, LW_CURVE (curve), steps, epochs, 10), >, empty + 200);
  /* Nonsense must neither crash nor hang. */
  LwJobPoint wild[] = { { 0, INFINITY, -5 }, { 4000000000u, -INFINITY, NAN }, { 3, 1e300, 7 } };
  g_array_append_vals (epochs, wild, G_N_ELEMENTS (wild));
  draw (window, LW_CURVE (curve), steps, epochs, 3);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/curve/round-up", test_round_up);
  g_test_add_func ("/curve/draw", test_draw);
  return g_test_run ();
}
