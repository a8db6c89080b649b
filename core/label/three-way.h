/* three-way.h: what became of a frame in two places, put together */
#pragma once

#include "label/tile.h"

/* @ours and @theirs both came from @base. A pixel that only one side changed is taken from it; where both gave it the same class, ours stays; where they disagree it is
 * a conflict: @result keeps ours there, and @conflicts is 0 (elsewhere LW_LABEL_NONE). All of one size; @result may not be one of the others. Returns: conflicting pixels */
guint64 lw_three_way (const LwPlanes *base, const LwPlanes *ours, const LwPlanes *theirs, LwPlanes *result, LwLabelMap *conflicts);
