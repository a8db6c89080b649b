/* compare.h: what lies between two states of a frame */
#pragma once

#include "label/edit.h"
#include "label/palette.h"

/* Of the class plane. A pixel that changed counts once in @lost, with the class that it had, and once in @gained, with the one that it has now. */
typedef struct {
  guint64 changed;
  guint64 lost[256], gained[256];
  LwRect bbox;                 /* of the changed pixels */
} LwComparison;
/* Both of one size. */
void lw_compare_maps (const LwLabelMap *before, const LwLabelMap *after, LwComparison *comparison);

/* Changed pixels in the colour of the class that they have in @after (white where none), all others in a dark shade of theirs.
 * @rgb: width * height * 3 bytes, packed */
void lw_compare_draw (const LwLabelMap *before, const LwLabelMap *after, const LwPalette *palette, guint8 *rgb);

/* The map by itself, black where nothing is labelled. @rgb as above */
void lw_compare_draw_one (const LwLabelMap *map, const LwPalette *palette, guint8 *rgb);

/* What makes @after of @before, in both planes. Returns: (transfer full) */
LwDiff *lw_diff_between (const LwPlanes *before, const LwPlanes *after);
