/* statistics-pane.h: what the labels are made of: frames by status, pixels by class and by who or what set them */
#pragma once

#include "project/pane.h"

#define LW_TYPE_STATISTICS_PANE (lw_statistics_pane_get_type ())
G_DECLARE_FINAL_TYPE (LwStatisticsPane, lw_statistics_pane, LW, STATISTICS_PANE, LwPane)
