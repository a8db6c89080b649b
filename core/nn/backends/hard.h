/* hard.h: online hard examples: which labelled pixels a step learns from, in integers, so that every backend picks the same ones
 *
 * How hard a pixel is, is a level of 1 … 254, by its loss -log p: eight levels to a doubling, from 2^-24 on. Pixels count from a level on: that of the
 * probability that the recipe names, or the one down to which there are as many as it wants at least. Also compiled into the CUDA backend's kernels.
 */
#pragma once
#include <stdint.h>
#include <string.h>

#ifndef LW_BOTH
#define LW_BOTH static inline
#endif

#define LW_HARD_LEVELS 256
#define LW_HARD_NONE 0          /* the level of a pixel without a label */
#define LW_HARD_LABEL_NONE 255  /* the label of a pixel that doesn't count */

/* @loss: of a pixel, 0 or more; one that is not a number is as hard as can be, so that it isn't overlooked. */
LW_BOTH int
lw_hard_level (float loss)
{
  uint32_t bits;
  int level;

  if (!(loss > 0))
    return loss <= 0 ? 1 : LW_HARD_LEVELS - 2;
  memcpy (&bits, &loss, sizeof bits);
  level = (int) (bits >> 20) - ((127 - 24) << 3) + 1;
  return level < 1 ? 1 : level > LW_HARD_LEVELS - 2 ? LW_HARD_LEVELS - 2 : level;
}

/* From which level on pixels count. @counts: pixels of each level; @level: all of it and above count; @share: of the labelled pixels, so many at least. */
LW_BOTH int
lw_hard_cut (const uint32_t *counts, int level, float share)
{
  double labelled = 0, kept = 0;

  for (int i = 1; i < LW_HARD_LEVELS; i++)
    {
      labelled += counts[i];
      kept += i >= level ? counts[i] : 0;
    }
  while (level > 1 && kept < (double) share * labelled)
    kept += counts[--level];
  return level;
}
