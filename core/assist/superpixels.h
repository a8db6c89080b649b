/* superpixels.h: a picture cut into small regions of about one colour, whose borders follow the picture's edges (SLIC) */
#pragma once

#include <gio/gio.h>
#include "assist/pixels.h"

#define LW_SUPERPIXEL_SIZE_MIN 4
#define LW_SUPERPIXEL_SIZE_MAX 256

typedef struct { int x, y, width, height; } LwSuperpixelBox;

/* Regions 0 .. n - 1 in reading order of their first pixels. Each is 4-connected, none is empty. Immutable. */
typedef struct {
  int width, height;
  int size;                  /* side of the grid that it grew from: the asked size, or more where 65535 regions would not have sufficed */
  guint n;
  guint16 *ids;              /* width * height, packed */
  LwSuperpixelBox *boxes;    /* n */
} LwSuperpixels;

typedef struct {
  int size;                  /* side of a region in pixels, LW_SUPERPIXEL_SIZE_MIN .. _MAX */
  int compactness;           /* 1..40: the distance in CIELAB that weighs as much as one side of a region; 10 is usual */
  int n_threads;             /* 0: two, or one where the machine has one; the result is the same with any */
} LwSuperpixelOptions;

/* Two bytes a pixel are kept; 14 more while it works. The same picture and options give the same regions on every machine.
 * Returns: (transfer full): NULL where @cancellable was cancelled. Source: Achanta et al., SLIC Superpixels, PAMI 34 (11), 2012; a region
 * competes for the pixels of the nine cells around its own, and fragments go to the nearest region */
LwSuperpixels *lw_superpixels_new (const LwPixels *picture, const LwSuperpixelOptions *options, GCancellable *cancellable);
void lw_superpixels_free (LwSuperpixels *superpixels);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwSuperpixels, lw_superpixels_free)

static inline guint
lw_superpixels_at (const LwSuperpixels *superpixels, int x, int y)
{
  return superpixels->ids[(gsize) y * (gsize) superpixels->width + (gsize) x];
}

/* Rows from top to bottom. */
void lw_superpixels_foreach_span (const LwSuperpixels *superpixels, guint id, LwPixelSpanFunc func, gpointer data);
