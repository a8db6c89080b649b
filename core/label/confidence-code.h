/* confidence-code.h: a map of confidences, 0 to 255, packed: each as what it differs from what those beside it let expect */
#pragma once

#include "label/label-map.h"

/* In steps of 3, so that each comes back at most 1 away from what it was, 0 and 255 as they were. Returns: NULL where it would take more than a byte each: noise */
GBytes *lw_confidence_encode (const LwLabelMap *map);
/* Into @map, whose size it must have; FALSE where @data is damaged: @map holds no meaning then. */
gboolean lw_confidence_decode (const void *data, gsize length, LwLabelMap *map);
