/* contrast.c: how much the picture changes across each border between two pixels
 *
 * Across a border between pixels p and q, with o before p and r after q, the difference is (3 (q - p) + (r - o)) / 4: greatest in the
 * middle of an edge, be it sharp or soft. Three such differences are added along the border, 1 2 1. */
#include "config.h"
#include "assist/contrast.h"

#include <math.h>
#include "assist/lab.h"

#define MARGIN 2             /* pixels around the window that the filters reach */
#define GAIN 16              /* sum of the weights: 4 times 4 */

/* CIELAB of the window and its margin; past the picture its outermost pixels go on. */
typedef struct {
  int stride;
  gint16 *plane[3];
} Colours;

static void
read_colours (Colours *c, const LwContrast *window, const LwPixels *picture)
{
  int rows = window->height + 2 * MARGIN, x0 = window->x - MARGIN;
  int left = CLAMP (x0, 0, picture->width - 1), right = CLAMP (x0 + window->width + 2 * MARGIN, left + 1, picture->width);
  LwPixels part = *picture;
  part.pixels += (gsize) left * 4;
  part.width = right - left;
  c->stride = window->width + 2 * MARGIN;
  gsize n = (gsize) c->stride * (gsize) rows;
  g_autofree gint16 *row = g_new (gint16, 3 * (gsize) part.width);
  gint16 *whole[3] = { row, row + part.width, row + 2 * part.width };
  for (int p = 0; p < 3; p++)
    c->plane[p] = g_new (gint16, n);
  for (int y = 0; y < rows; y++)
    {
      lw_lab_row (&part, CLAMP (window->y - MARGIN + y, 0, picture->height - 1), whole[0], whole[1], whole[2]);
      for (int p = 0; p < 3; p++)
        for (int x = 0; x < c->stride; x++)
          c->plane[p][(gsize) y * (gsize) c->stride + (gsize) x] = whole[p][CLAMP (x0 + x, left, right - 1) - left];
    }
}

/* @at: the pixel after the border; @across and @along: steps of the plane. */
static inline gint32
difference (const gint16 *at, int across, int along)
{
  gint32 sum = 0;
  for (int i = -1; i <= 1; i++)
    {
      const gint16 *q = at + i * along;
      sum += (3 * (q[0] - q[-across]) + q[across] - q[-2 * across]) * (i == 0 ? 2 : 1);
    }
  return sum;
}

static inline guint16
contrast_at (const Colours *c, gsize at, int across, int along)
{
  double l = difference (c->plane[0] + at, across, along), a = difference (c->plane[1] + at, across, along),
         b = difference (c->plane[2] + at, across, along);
  return (guint16) MIN (sqrt (l * l + a * a + b * b) / GAIN, LW_CONTRAST_FRAME - 1);
}

static void
measure_row (LwContrast *self, const Colours *c, const LwPixels *picture, int y)
{
  gsize node = (gsize) y * (gsize) (self->width + 1), at = (gsize) (y + MARGIN) * (gsize) c->stride + MARGIN;
  gboolean edge_row = self->y + y == 0 || self->y + y == picture->height;
  for (int x = 0; x <= self->width; x++, node++, at++)
    {
      gboolean edge_column = self->x + x == 0 || self->x + x == picture->width;
      self->right[node] = x == self->width ? LW_CONTRAST_NONE : edge_row ? LW_CONTRAST_FRAME : contrast_at (c, at, c->stride, 1);
      self->down[node] = y == self->height ? LW_CONTRAST_NONE : edge_column ? LW_CONTRAST_FRAME : contrast_at (c, at, 1, c->stride);
    }
}

void
lw_contrast_init (LwContrast *self, const LwPixels *picture, int x, int y, int width, int height)
{
  gsize n = (gsize) (width + 1) * (gsize) (height + 1);
  *self = (LwContrast) { x, y, width, height, g_new (guint16, n), g_new (guint16, n) };
  Colours colours;
  read_colours (&colours, self, picture);
  for (int row = 0; row <= height; row++)
    measure_row (self, &colours, picture, row);
  for (int p = 0; p < 3; p++)
    g_free (colours.plane[p]);
}

void
lw_contrast_clear (LwContrast *self)
{
  g_clear_pointer (&self->right, g_free);
  g_clear_pointer (&self->down, g_free);
}
