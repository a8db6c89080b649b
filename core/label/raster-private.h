/* raster-private.h: what the shapes share: from edges to the pixels between them */
#pragma once

#include <math.h>
#include "label/raster.h"

/* Far beyond any map (LW_MAX_SIDE), near enough that products of two differences stay exact to a small part of a pixel. */
#define LW_RASTER_FAR 1e7

static inline double
lw_raster_bound (double v)
{
  return CLAMP (v, -LW_RASTER_FAR, LW_RASTER_FAR);
}

/* The first pixel whose centre is at or right of @edge: a centre on a left edge is in; and, as the end of a run, one on a right edge is not. */
static inline int
lw_raster_first_from (double edge)
{
  return (int) ceil (edge - 0.5);
}

/* The first pixel whose centre is truly right of @edge. */
static inline int
lw_raster_first_after (double edge)
{
  return (int) floor (edge - 0.5) + 1;
}

/* The part of the run x0 <= x < x1 that lies in @clip, whose rows hold @y. */
static inline void
lw_raster_emit (int y, int x0, int x1, const LwRect *clip, LwSpanFunc func, gpointer data)
{
  x0 = MAX (x0, clip->x);
  x1 = MIN (x1, clip->x + clip->width);
  if (x0 < x1)
    func (y, x0, x1, data);
}
