/* window.h: where the four elements of a pool's window lie */
#pragma once
#include "vector.h"

/* In the order of their numbers: 2 * row + column. Beyond the edge of the picture the first row or column again, which never wins as it isn't larger. */
typedef struct { gsize at[4]; } Window;

/* @above: element number of the row with which the windows of small row @y begin; @x: the small column. */
INLINE Window
window_at (const LwShape *shape, gsize above, int y, int x)
{
  gsize right = 2 * x + 1 < shape->width ? LANES : 0;
  gsize down = 2 * y + 1 < shape->height ? (gsize) shape->width * LANES : 0;
  gsize i = above + (gsize) (2 * x) * LANES;

  return (Window) { { i, i + right, i + down, i + down + right } };
}

/* Is element @k one of the picture's own? */
INLINE gboolean
window_has (const LwShape *shape, int y, int x, int k)
{
  return (!(k & 1) || 2 * x + 1 < shape->width) && (!(k & 2) || 2 * y + 1 < shape->height);
}

/* Element number of the large row with which the windows of row @r of the small side begin, of which each plane has @small_height. */
INLINE gsize
large_row (const LwShape *shape, int small_height, gsize r)
{
  gsize plane = r / (gsize) small_height, y = r % (gsize) small_height;

  return (plane * (gsize) shape->height + 2 * y) * (gsize) shape->width * LANES;
}
