/* space-pane.h: what takes the room on the disk, and what of it can go without a loss */
#pragma once

#include "project/pane.h"

#define LW_TYPE_SPACE_PANE (lw_space_pane_get_type ())
G_DECLARE_FINAL_TYPE (LwSpacePane, lw_space_pane, LW, SPACE_PANE, LwPane)
