/* tool-rail.h: the tools and the size of the brush, beside the canvas */
#pragma once

#include <adwaita.h>
#include "desk/desk.h"

/* Its buttons act through the workspace's action "workspace.tool" (i), so that keys and buttons are one. */
#define LW_TYPE_TOOL_RAIL (lw_tool_rail_get_type ())
G_DECLARE_FINAL_TYPE (LwToolRail, lw_tool_rail, LW, TOOL_RAIL, AdwBin)

void lw_tool_rail_set_desk (LwToolRail *rail, LwDesk *desk);
void lw_tool_rail_show_adjust (LwToolRail *rail);            /* the operations on the whole frame */
void lw_tool_rail_show_options (LwToolRail *rail);           /* the brush's shape, and what is protected */
