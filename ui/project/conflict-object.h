/* conflict-object.h: a region on which two copies disagree, as a row of a list */
#pragma once

#include "store/merge.h"

/* Property "taken" (int: 0 ours, 1 theirs, -1 nobody has decided; notifies). */
#define LW_TYPE_CONFLICT_OBJECT (lw_conflict_object_get_type ())
G_DECLARE_FINAL_TYPE (LwConflictObject, lw_conflict_object, LW, CONFLICT_OBJECT, GObject)

LwConflictObject *lw_conflict_object_new (const LwMergeRegion *region);                 /* copied */
const LwMergeRegion *lw_conflict_object_get_region (LwConflictObject *object);
void lw_conflict_object_take (LwConflictObject *object, int taken);
