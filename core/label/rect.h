/* rect.h: a rectangle of pixels, half-open: x <= px < x + width */
#pragma once

#include <glib.h>

typedef struct { int x, y, width, height; } LwRect;

static inline gboolean
lw_rect_is_empty (const LwRect *r)
{
  return r->width <= 0 || r->height <= 0;
}

/* The smallest rectangle that holds both; an empty one adds nothing. */
static inline LwRect
lw_rect_union (LwRect a, LwRect b)
{
  if (lw_rect_is_empty (&a))
    return b;
  if (lw_rect_is_empty (&b))
    return a;
  int x0 = MIN (a.x, b.x), y0 = MIN (a.y, b.y);
  int x1 = MAX (a.x + a.width, b.x + b.width), y1 = MAX (a.y + a.height, b.y + b.height);
  return (LwRect) { x0, y0, x1 - x0, y1 - y0 };
}

static inline LwRect
lw_rect_intersect (LwRect a, LwRect b)
{
  int x0 = MAX (a.x, b.x), y0 = MAX (a.y, b.y);
  int x1 = MIN (a.x + a.width, b.x + b.width), y1 = MIN (a.y + a.height, b.y + b.height);
  return x1 > x0 && y1 > y0 ? (LwRect) { x0, y0, x1 - x0, y1 - y0 } : (LwRect) { 0, 0, 0, 0 };
}
