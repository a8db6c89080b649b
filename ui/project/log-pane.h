/* log-pane.h: who did what to the project and when, by filter, and out of it as a table */
#pragma once

#include "project/pane.h"

#define LW_TYPE_LOG_PANE (lw_log_pane_get_type ())
G_DECLARE_FINAL_TYPE (LwLogPane, lw_log_pane, LW, LOG_PANE, LwPane)
