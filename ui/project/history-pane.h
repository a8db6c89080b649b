/* history-pane.h: the revisions of the frame on show, or of all frames, each compared with what was before it */
#pragma once

#include "project/pane.h"

#define LW_TYPE_HISTORY_PANE (lw_history_pane_get_type ())
G_DECLARE_FINAL_TYPE (LwHistoryPane, lw_history_pane, LW, HISTORY_PANE, LwPane)
