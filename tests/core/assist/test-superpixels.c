/* test-superpixels.c: what must hold of the regions of any picture, and that they follow edges */
#include "config.h"
#include "assist/superpixels.h"

#include <string.h>
#include "assist/lab.h"
#include "pictures.h"

/* ---- CIELAB ---- */

static double
linear (double v)
{
  return v <= 0.04045 ? v / 12.92 : pow ((v + 0.055) / 1.055, 2.4);
}

static double
root (double t)
{
  return t > 216.0 / 24389 ? cbrt (t) : (24389.0 / 27 * t + 16) / 116;
}

static void
test_lab (void)
{
  Picture picture = picture_new (64, 1);
  for (int round = 0; round < 200; round++)
    {
      gint16 l[64], a[64], b[64];
      for (int x = 0; x < 64; x++)
        *picture_at (&picture, x, 0) = round == 0 ? rgb (x * 4, x * 4, x * 4) : (guint32) g_test_rand_int ();
      lw_lab_row (&picture.view, 0, l, a, b);
      for (int x = 0; x < 64; x++)
        {
          guint32 p = *picture_at (&picture, x, 0);
          double red = linear ((p >> 16 & 255) / 255.0), green = linear ((p >> 8 & 255) / 255.0), blue = linear ((p & 255) / 255.0);
          double fx = root ((0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047);
          double fy = root (0.2126729 * red + 0.7151522 * green + 0.0721750 * blue);
          double fz = root ((0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883);
          g_assert_cmpfloat_with_epsilon (l[x], LW_LAB_ONE * (116 * fy - 16), 4);
          g_assert_cmpfloat_with_epsilon (a[x], LW_LAB_ONE * 500 * (fx - fy), 16);
          g_assert_cmpfloat_with_epsilon (b[x], LW_LAB_ONE * 200 * (fy - fz), 8);
        }
    }
  picture_clear (&picture);
}

/* ---- what holds of every result ---- */

static LwSuperpixels *
cut (const Picture *picture, int size, int compactness, int threads)
{
  LwSuperpixelOptions options = { size, compactness, threads };
  return lw_superpixels_new (&picture->view, &options, NULL);
}

static int
flood (const LwSuperpixels *s, guint8 *seen, int x, int y, guint id)
{
  g_autoptr(GArray) stack = g_array_new (FALSE, FALSE, sizeof (int));
  int at = y * s->width + x, count = 0;
  g_array_append_val (stack, at);
  seen[at] = 1;
  while (stack->len > 0)
    {
      at = g_array_index (stack, int, stack->len - 1);
      g_array_set_size (stack, stack->len - 1);
      count++;
      int px = at % s->width, py = at / s->width, next[4][2] = { { px - 1, py }, { px + 1, py }, { px, py - 1 }, { px, py + 1 } };
      for (int i = 0; i < 4; i++)
        {
          int nx = next[i][0], ny = next[i][1], n = ny * s->width + nx;
          if (nx >= 0 && ny >= 0 && nx < s->width && ny < s->height && !seen[n] && lw_superpixels_at (s, nx, ny) == id)
            {
              seen[n] = 1;
              g_array_append_val (stack, n);
            }
        }
    }
  return count;
}

typedef struct { const LwSuperpixels *s; guint id; int pixels, last_y, last_x; } Spans;

static void
span_cb (int y, int x0, int x1, gpointer data)
{
  Spans *spans = data;
  g_assert_cmpint (x0, <, x1);
  g_assert_true (y > spans->last_y || (y == spans->last_y && x0 > spans->last_x));
  for (int x = x0; x < x1; x++)
    g_assert_cmpuint (lw_superpixels_at (spans->s, x, y), ==, spans->id);
  spans->pixels += x1 - x0;
  spans->last_y = y;
  spans->last_x = x1;
}

/* Numbered in reading order, each in one piece, boxes and spans exact. */
static void
check (const LwSuperpixels *s, const Picture *picture)
{
  g_assert_cmpint (s->width, ==, picture->view.width);
  g_assert_cmpint (s->height, ==, picture->view.height);
  g_autofree guint8 *seen = g_malloc0 ((gsize) s->width * (gsize) s->height);
  guint next = 0;
  for (int y = 0; y < s->height; y++)
    for (int x = 0; x < s->width; x++)
      if (!seen[y * s->width + x])
        {
          g_assert_cmpuint (lw_superpixels_at (s, x, y), ==, next);      /* one that comes again is in two pieces */
          Spans spans = { s, next, 0, -1, -1 };
          int pixels = flood (s, seen, x, y, next);
          lw_superpixels_foreach_span (s, next, span_cb, &spans);
          g_assert_cmpint (spans.pixels, ==, pixels);
          g_assert_cmpint (s->boxes[next].y, ==, y);
          g_assert_cmpint (s->boxes[next].y + s->boxes[next].height - 1, ==, spans.last_y);
          next++;
        }
  g_assert_cmpuint (next, ==, s->n);
}

static gboolean
same (const LwSuperpixels *a, const LwSuperpixels *b)
{
  return a->n == b->n && memcmp (a->ids, b->ids, sizeof *a->ids * (gsize) a->width * (gsize) a->height) == 0 &&
         memcmp (a->boxes, b->boxes, sizeof *a->boxes * a->n) == 0;
}

static void
test_random (void)
{
  for (int i = 0; i < 60; i++)
    {
      Picture picture = picture_new (g_test_rand_int_range (1, i % 3 == 0 ? 8 : 120), g_test_rand_int_range (1, 90));
      int inside[3], outside[3];
      for (int c = 0; c < 3; c++)
        {
          inside[c] = g_test_rand_int_range (0, 256);
          outside[c] = g_test_rand_int_range (0, 256);
        }
      picture_draw_disc (&picture, picture.view.width * 0.4, picture.view.height * 0.6, g_test_rand_int_range (1, 40), 3, inside, outside);
      picture_add_noise (&picture, i % 4 == 0 ? 200 : g_test_rand_int_range (0, 30));
      int size = g_test_rand_int_range (LW_SUPERPIXEL_SIZE_MIN, 30), compactness = g_test_rand_int_range (1, 41);
      g_autoptr(LwSuperpixels) one = cut (&picture, size, compactness, 1);
      g_autoptr(LwSuperpixels) two = cut (&picture, size, compactness, 2);
      g_autoptr(LwSuperpixels) many = cut (&picture, size, compactness, 7);
      check (one, &picture);
      g_assert_true (same (one, two) && same (one, many));
      picture_clear (&picture);
    }
}

/* No region holds pixels of both sides of a plain edge, and their number is that of the grid. */
static void
test_follows_edges (void)
{
  Picture picture = picture_new (320, 200);
  const int inside[3] = { 200, 60, 40 }, outside[3] = { 60, 90, 160 };
  picture_draw_disc (&picture, 151.3, 97.8, 61.7, 0, inside, outside);
  picture_add_noise (&picture, 6);
  g_autoptr(LwSuperpixels) s = cut (&picture, 16, 10, 2);
  check (s, &picture);
  g_assert_cmpint (s->size, ==, 16);
  g_assert_cmpuint (s->n, >, 320 * 200 / 256 * 6 / 10);
  g_assert_cmpuint (s->n, <=, 20 * 12);
  g_autofree int *red = g_new0 (int, s->n), *all = g_new0 (int, s->n);
  for (int y = 0; y < s->height; y++)
    for (int x = 0; x < s->width; x++)
      {
        guint id = lw_superpixels_at (s, x, y);
        red[id] += hypot (x + 0.5 - 151.3, y + 0.5 - 97.8) <= 61.7;
        all[id]++;
      }
  int wrong = 0;
  for (guint i = 0; i < s->n; i++)
    wrong += MIN (red[i], all[i] - red[i]);
  g_test_message ("%d of %d pixels lie across the edge", wrong, 320 * 200);
  g_assert_cmpint (wrong, <, 20);
  picture_clear (&picture);
}

static void
test_even_picture (void)
{
  Picture picture = picture_new (100, 60);
  g_autoptr(LwSuperpixels) s = cut (&picture, 20, 10, 2);
  check (s, &picture);
  g_assert_cmpuint (s->n, ==, 15);       /* nothing to follow: the grid itself, but for ties on its lines */
  for (guint i = 0; i < s->n; i++)
    {
      g_assert_cmpint (s->boxes[i].width, <=, 22);
      g_assert_cmpint (s->boxes[i].height, <=, 22);
    }
  picture_clear (&picture);
}

/* More regions than an id can tell apart: the grid gets coarser. */
static void
test_many (void)
{
  Picture picture = picture_new (1400, 1000);
  picture_add_noise (&picture, 20);
  g_autoptr(LwSuperpixels) s = cut (&picture, 4, 10, 2);
  g_assert_cmpint (s->size, ==, 5);
  check (s, &picture);
  picture_clear (&picture);
}

static void
test_cancelled (void)
{
  Picture picture = picture_new (200, 200);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  LwSuperpixelOptions options = { 20, 10, 2 };
  g_cancellable_cancel (cancellable);
  g_assert_null (lw_superpixels_new (&picture.view, &options, cancellable));
  picture_clear (&picture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/superpixels/lab", test_lab);
  g_test_add_func ("/superpixels/random", test_random);
  g_test_add_func ("/superpixels/follows-edges", test_follows_edges);
  g_test_add_func ("/superpixels/even-picture", test_even_picture);
  g_test_add_func ("/superpixels/many", test_many);
  g_test_add_func ("/superpixels/cancelled", test_cancelled);
  return g_test_run ();
}
