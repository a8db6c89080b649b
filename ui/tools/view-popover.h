/* view-popover.h: zoom, and how labels and picture are shown */
#pragma once

#include <adwaita.h>
#include "desk/desk.h"

#define LW_TYPE_VIEW_POPOVER (lw_view_popover_get_type ())
G_DECLARE_FINAL_TYPE (LwViewPopover, lw_view_popover, LW, VIEW_POPOVER, GtkPopover)

void lw_view_popover_set_desk (LwViewPopover *popover, LwDesk *desk);
