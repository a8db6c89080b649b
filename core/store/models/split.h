/* split.h: which frames train and which check what was learned, without the one leaking into the other (private to core/store)
 *
 * Neighbouring frames of a video look alike: a network that has seen one knows the other. So frames are held back in whole stretches, and the frames
 * between a stretch and the frames that train are left out. docs/project-format.md, "Datasets", gives the rules. */
#pragma once

#include "store/project.h"

/* A frame by its place: the @rank-th frame that the project has of @sequence. Sequences do not resemble one another. */
typedef struct {
  guint sequence, rank;
  gint64 frame, revision;
  LwSplit split;               /* out */
  gboolean left_out;           /* out: too near to a frame of the other split */
} LwSplitItem;

typedef struct {
  guint n_ranks;               /* frames of the project in it */
  double rate;                 /* of these per second; 0: no time */
} LwSequence;

typedef struct { guint n_train, n_val, segment, gap; } LwSplitResult;

/* @items: sorted by sequence and rank. @trained: places of frames that trained already and can't become val, same order. @sequences: of LwSequence. */
void lw_split (GArray *items, GArray *trained, GArray *sequences, const LwSplitOptions *options, LwSplitResult *result);
