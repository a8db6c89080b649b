/* adjust-popover.h: operations on the whole frame (grow, smooth, specks …), with what they would change before they do */
#pragma once

#include <adwaita.h>
#include "desk/desk.h"

#define LW_TYPE_ADJUST_POPOVER (lw_adjust_popover_get_type ())
G_DECLARE_FINAL_TYPE (LwAdjustPopover, lw_adjust_popover, LW, ADJUST_POPOVER, GtkPopover)

void lw_adjust_popover_set_desk (LwAdjustPopover *popover, LwDesk *desk);
