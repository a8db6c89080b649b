/* apply.h: takes a proposal, or a part of it, into the planes of a frame */
#pragma once
#include "label/edit.h"

typedef struct {
  const gboolean *classes;     /* 256 flags; NULL: all */
  gboolean one_region;         /* only the region of @map that holds (x, y) */
  int x, y;
  guint8 min_confidence;       /* 0..255, against @confidence */
} LwApplySelection;

/* The part x0 <= x < x1 of row @y, inside the map. @classes: 256 flags; NULL: all. */
void lw_apply_span (LwEdit *edit, const LwLabelMap *map, const gboolean *classes, int y, int x0, int x1);
/* @confidence: ceil (w / 4) x ceil (h / 4), or NULL. Unlabelled pixels of the proposal change nothing.
 * @edit decides what is protected: by default the caller sets keep_origin of all persons, so that hand work stays. */
void lw_apply_proposal (LwEdit *edit, const LwLabelMap *map, const LwLabelMap *confidence, const LwApplySelection *selection);
