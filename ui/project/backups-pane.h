/* backups-pane.h: copies of the project's file: how often they are made, which there are, and the way back to one */
#pragma once

#include "project/pane.h"

#define LW_TYPE_BACKUPS_PANE (lw_backups_pane_get_type ())
G_DECLARE_FINAL_TYPE (LwBackupsPane, lw_backups_pane, LW, BACKUPS_PANE, LwPane)
