/* snapshots-pane.h: all labels as they were: under a name, or at a date */
#pragma once

#include "project/pane.h"

#define LW_TYPE_SNAPSHOTS_PANE (lw_snapshots_pane_get_type ())
G_DECLARE_FINAL_TYPE (LwSnapshotsPane, lw_snapshots_pane, LW, SNAPSHOTS_PANE, LwPane)
