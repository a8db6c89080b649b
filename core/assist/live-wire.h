/* live-wire.h: the line along edges of the picture from an anchor to wherever the pointer is (intelligent scissors) */
#pragma once

#include <gio/gio.h>
#include "assist/pixels.h"

/* A corner between pixels, in pixels of the picture: 0 <= x <= width, 0 <= y <= height. (x, y) is the top left corner of pixel (x, y). */
typedef struct { int x, y; } LwCorner;

#define LW_LIVE_WIRE_REACH 320      /* pixels around the anchor: prepared well within 0.2 s */

/* All cheapest ways from one anchor, within @reach pixels of it to each side. A way goes along the borders of pixels, so that an area inside it has no
 * half pixels; a border costs the less the more the picture changes across it. Immutable.
 * Returns: (transfer full): NULL where @cancellable was cancelled. Source: Mortensen, Barrett: Intelligent Scissors for Image Composition, SIGGRAPH 1995;
 * Dijkstra's algorithm with a queue of buckets */
typedef struct _LwLiveWire LwLiveWire;
LwLiveWire *lw_live_wire_new (const LwPixels *picture, LwCorner anchor, int reach, GCancellable *cancellable);
void lw_live_wire_free (LwLiveWire *wire);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwLiveWire, lw_live_wire_free)

LwCorner lw_live_wire_get_anchor (const LwLiveWire *wire);
/* The way from the anchor to @to, both included, corners on a straight run left out. What is out of reach is reached straight from the nearest corner that is within.
 * Returns: (transfer full) (element-type LwCorner) */
GArray *lw_live_wire_trace (const LwLiveWire *wire, LwCorner to);

/* The corner within @radius of @near that lies on the strongest edge, nearer ones preferred; @near itself where the picture is even. */
LwCorner lw_live_wire_snap (const LwPixels *picture, LwCorner near, int radius);
