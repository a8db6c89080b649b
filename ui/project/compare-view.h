/* compare-view.h: what lies between two states of a frame: a picture, pixels by class, and the way back */
#pragma once

#include <adwaita.h>
#include "desk/desk.h"
#include "project/revision-list.h"

#define LW_TYPE_COMPARE_VIEW (lw_compare_view_get_type ())
G_DECLARE_FINAL_TYPE (LwCompareView, lw_compare_view, LW, COMPARE_VIEW, AdwBin)

void lw_compare_view_set_desk (LwCompareView *view, LwDesk *desk);
/* @item NULL: nothing is selected. */
void lw_compare_view_show (LwCompareView *view, LwRevisionItem *item);
