/* check-pane.h: whether all of the project is whole, what is not, and what can be saved */
#pragma once

#include "project/pane.h"

#define LW_TYPE_CHECK_PANE (lw_check_pane_get_type ())
G_DECLARE_FINAL_TYPE (LwCheckPane, lw_check_pane, LW, CHECK_PANE, LwPane)
