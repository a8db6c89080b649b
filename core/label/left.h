/* left.h: what of a frame is still to be done: unlabelled areas, specks, and where the network doubts what it proposes */
#pragma once

#include "label/label-map.h"

typedef struct {
  LwRect bbox;
  guint64 pixels;
  int x, y;                /* one pixel of it: the first in reading order; of an unsure one the first of its first block */
  double weight;           /* of an unsure one: by how much it is doubted, over all its blocks; else 0 */
} LwLeftArea;

/* All return (transfer full) (element-type LwLeftArea) and run on any thread. Regions are 4-connected. */
GArray *lw_left_unlabelled (const LwLabelMap *map);                           /* in reading order */
GArray *lw_left_specks (const LwLabelMap *map, guint32 below);                /* labelled regions of fewer than @below pixels, in reading order */
/* Blocks whose confidence, averaged with their neighbours', is under @below, unless people set most of their pixels: what they looked at is no doubt any more.
 * Averaging leaves out the thin lines along every border. Areas wider than the eye takes in are cut into squares; tiny ones are left out. The worst first.
 * @confidence: ceil (w / 4) x ceil (h / 4); @origins: who set each pixel; @people: 256 flags. */
GArray *lw_left_unsure (const LwLabelMap *confidence, guint8 below, const LwLabelMap *labels, const LwLabelMap *origins, const gboolean *people);
