/* left-meter.h: how much of the frame is labelled, and the way to what is left */
#pragma once

#include <adwaita.h>
#include "desk/desk.h"

/* Acts through the workspace's actions "left.next-unlabelled" and so on (window/workspace-left.c). */
#define LW_TYPE_LEFT_METER (lw_left_meter_get_type ())
G_DECLARE_FINAL_TYPE (LwLeftMeter, lw_left_meter, LW, LEFT_METER, AdwBin)
void lw_left_meter_set_desk (LwLeftMeter *meter, LwDesk *desk);
void lw_left_meter_show (LwLeftMeter *meter);               /* what the button shows */
